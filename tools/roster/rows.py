"""From raw cells to the values of one child, with everything that is wrong with them.

Called by ``roster.parse`` for each row, and by the import wizard for a row that was corrected by
hand (:func:`check_raw`). A row never raises: what cannot be read is left out and told. An error in a
blocking field keeps the row from being imported, an error in any other field is turned into a warning
and costs only that value.
"""

import re
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from .. import identity
from ..dates import age_on, may_be, parse_date, school_year_start
from ..names import comparison_key, normalise_name
from ..problem import ERROR, INFO, WARNING, problem
from ..text import clean, clean_number
from . import codes
from .header import FIELD_INFO, FIELDS, Mapping

_TOTAL = re.compile(
    r"(?:本页|全校|全班|全镇|年级|班级)?(?:合计|总计|小计|共计|累计|总数|总人数|合 计|总 计|小 计)"
)
_FOOTER = re.compile(
    r"(?:填表|填报|制表|审核|核查|负责|联系|经办|复核|统计|报送)(?:人|单位|日期|时间|部门)|"
    r"(?:单位|学校)?(?:负责人|校长|班主任)[签(:]|(?:单位|学校)?\(?(?:盖章|公章|签章|签字|签名)|"
    r"(?:备注|说明|注|注意|填表说明|填报说明)\s?\d?\s?[:：]|注\s?\d?[:：.、]|本表|第\s?\d+\s?页"
)
_EXAMPLE = re.compile(r"(?:示例|样例|例如|范例|例:|填写示例|举例)")
_SPOILT = re.compile(r"[0-9](?:\.[0-9]+)?E\+?[0-9]{1,3}", re.IGNORECASE)
_NUMBER_FIELDS = frozenset(
    f for f in FIELDS if f.endswith(("id_number", "phone", "_no", "school_code", "area_code"))
)
_SIX_DIGITS = re.compile(r"\d{6}")
_NAME = re.compile(r"[^\d<>{}\[\]@#$%^&*=+|\\/:;!?\"~]+")
_NUMERALS = {c: i for i, c in enumerate("零一二三四五六七八九十")}


@dataclass
class RowProblem:
    """A problem of a row. ``header`` and ``column`` (letter) tell where, ``key`` is the column's key
    in ``Row.raw``; all three are '' for what concerns the row as a whole. ``secret``: the raw value
    must not be shown."""

    field: str
    code: str
    severity: str
    params: dict = field(default_factory=dict)
    header: str = ""
    column: str = ""
    key: str = ""
    secret: bool = False

    @property
    def is_error(self):
        return self.severity == ERROR


@dataclass
class Row:
    """One row of a roster.

    ``number`` is the row as Excel counts, ``values`` {field: value} of everything that could be
    read, ``problems`` the :class:`RowProblem` list, ``cells`` the raw ones, of which ``mapping`` tells
    what they are. ``skipped`` is None or a reason of
    ``problem.SKIPPED``; a skipped row has no values. ``ok`` is whether it can be imported.
    """

    sheet: str
    number: int
    values: dict = field(default_factory=dict, repr=False)
    problems: list = field(default_factory=list, repr=False)
    skipped: str | None = None
    cells: list = field(default_factory=list, repr=False)
    mapping: Mapping | None = field(default=None, repr=False)

    @property
    def ok(self):
        return self.skipped is None and not any(p.is_error for p in self.problems)

    @property
    def raw(self):
        """{column key: text} of the filled cells, as the file has them. Holds secrets."""
        out = {}
        for column in self.mapping.columns if self.mapping else ():
            text = cell_text(_cell(self.cells, column.index))[0]
            if text:
                out[column.key] = text
        return out


@dataclass(frozen=True)
class Context:
    """What a row is judged by: ``today``, and the first year of the school year or None."""

    today: date
    year: int | None = None

    @classmethod
    def of(cls, today, school_year=None):
        return cls(today, school_year_start(school_year))


def _cell(cells, index):
    return cells[index] if index < len(cells) else ""


def cell_text(value):
    """(text, spoilt) of a raw cell. ``spoilt``: a number so long that digits are already lost."""
    if isinstance(value, str):
        return value, False
    if value is None:
        return "", False
    if isinstance(value, bool):
        return ("TRUE" if value else "FALSE"), False
    if isinstance(value, (int, float)):
        if not abs(value) < 1e15:
            return f"{value:.5E}", True
        if value == int(value):
            return str(int(value)), False
        return repr(value), False
    if isinstance(value, datetime):
        if value.time() == time():
            return value.date().isoformat(), False
        return value.isoformat(" ", "minutes"), False
    if isinstance(value, (date, time)):
        return value.isoformat(), False
    if isinstance(value, timedelta):
        return str(value), False
    return str(value), False


# -- grades and classes ---------------------------------------------------------------------------


def _numeral(text):
    """一 → 1, 十二 → 12, 二十三 → 23, "07" → 7; None if it is no number."""
    if text.isdecimal() and text.isascii():
        return int(text)
    head, ten, tail = text.partition("十")
    if any(c not in _NUMERALS for c in head + tail) or len(head) > 1 or len(tail) > 1:
        return None
    if ten:
        return (_NUMERALS[head] if head else 1) * 10 + (_NUMERALS[tail] if tail else 0)
    return _NUMERALS[head] if head else None


_N = r"([0-9]{1,2}|[一二三四五六七八九十]{1,3})"
_GRADE_FORMS = (
    (re.compile(rf"(?:小学|小)(?:部)?{_N}(?:年级|年)?"), 0, 6),
    (re.compile(rf"(?:初中|初级中学|初)(?:部)?{_N}(?:年级|年)?"), 6, 9),
    (re.compile(rf"(?:义务教育)?(?:g)?{_N}(?:年级|年)?(?:级)?"), 0, 9),
)
_COHORT = re.compile(r"(小学|初中|初级中学|初)?(?:部)?((?:20)?[0-9]{2})(?:级|届级|年级)")
_WHOLE = re.compile(r"([0-9]{1,4})\.0+")  # a number that a program wrote as 7.0
_YEAR = re.compile(r"(20[0-9]{2})年?")
_COHORT_HINT = re.compile(r"[0-9] ?[0-9]")
_NOT_COMPULSORY = re.compile(
    r".*(?:幼儿|学前|托班|[大中小]班|高中|高[一二三123]|中职|职高|职一|职二).*|(?:1[0-2]|十|十一|十二)年级"
)


def read_grade(text, *, year=None, birthdate=None, school_name=""):
    """Read a grade.

    :param text: "七年级", "初一", "小学三年级", "7", "初中2025级", "2025级" …
    :param int year: first year of the school year, needed for "2025级".
    :param date birthdate: tells primary from junior where the text does not; so does school_name.
    :return: (grade 1–9 or None, Problem or None).
    """
    text = clean(text)
    if not _COHORT_HINT.search(text):  # the rest makes no difference then
        return _read_grade(text, None, None, "")
    return _read_grade(text, year, birthdate, school_name)


@lru_cache(maxsize=8192)
def _read_grade(text, year, birthdate, school_name):
    text = _WHOLE.sub(r"\1", text.lower().replace(" ", ""))
    if not text:
        return None, problem("grade_missing")
    cohort = _COHORT.fullmatch(text)
    if cohort and not (len(cohort.group(2)) == 2 and text.endswith("年级")):
        if year is None:
            return None, problem("grade_needs_year")
        entry = int(cohort.group(2))
        entry += 2000 if entry < 100 else 0
        stage = cohort.group(1) or _stage(school_name, birthdate, entry)
        if not stage:
            return None, problem("grade_ambiguous")
        first, last = (1, 6) if stage == "小学" else (7, 9)
        grade = year - entry + first
        if not first <= grade <= last:
            return None, problem("grade_not_compulsory")
        return grade, None
    for pattern, shift, last in _GRADE_FORMS:
        match = pattern.fullmatch(text)
        if not match:
            continue
        number = _numeral(match.group(1))
        if number is None:
            break
        if shift and number in (7, 8, 9):  # 初中七年级
            return number, None
        if 1 <= number + shift <= last:
            return number + shift, None
        if shift + number > 9:
            return None, problem("grade_not_compulsory")
        break
    if _NOT_COMPULSORY.fullmatch(text):
        return None, problem("grade_not_compulsory")
    return None, problem("grade_unreadable")


def _stage(school_name, birthdate, entry):
    name = school_name or ""
    if "九年" not in name and "一贯" not in name:
        if "小学" in name or "教学点" in name:
            return "小学"
        if re.search(r"初中|初级中学|中学", name):
            return "初中"
    if birthdate:
        age = age_on(birthdate, date(entry, 9, 1))
        if 4 <= age <= 9:
            return "小学"
        if 11 <= age <= 17:
            return "初中"
    return None


_CLASS_PLAIN = re.compile(rf"\(?{_N}\)?(?:班|号班)?")
_CLASS_GRADE = re.compile(
    r"(?P<grade>(?:小学|初中|初|小)?(?:[0-9]{1,2}|[一二三四五六七八九]|(?:20)?[0-9]{2}级)(?:年级|年|级)?)"
    r"[-.·_]?\(?(?P<number>[0-9]{1,2}|[一二三四五六七八九十]{1,3})\)?班?"
)
_CLASS_DIGITS = re.compile(r"0?([1-9])([0-9]{2})班?")
_CLASS_COHORT_DIGITS = re.compile(r"(20[0-9]{2})(?:级)?\(?([0-9]{2})\)?班?")


def read_class(text, *, year=None, birthdate=None, school_name=""):
    """Read a class.

    :param text: "1班", "一班", "七(2)班", "2023级3班", "0702", "7.2班", "3" …
    :return: (number 1–99 or None, grade 1–9 told by the text or None, Problem or None).
    """
    text = clean(text)
    if not _COHORT_HINT.search(text):
        return _read_class(text, None, None, "")
    return _read_class(text, year, birthdate, school_name)


@lru_cache(maxsize=8192)
def _read_class(text, year, birthdate, school_name):
    text = _WHOLE.sub(r"\1", text.lower().replace(" ", "").replace("第", ""))
    if not text:
        return None, None, None
    match = _CLASS_PLAIN.fullmatch(text)
    if match:
        number = _numeral(match.group(1))
        if number and number <= 99:
            return number, None, None
    match = _CLASS_DIGITS.fullmatch(text)
    if match and int(match.group(2)):
        return int(match.group(2)), int(match.group(1)), None
    match = _CLASS_COHORT_DIGITS.fullmatch(text)
    if match and int(match.group(2)):
        grade, _why = _read_grade(match.group(1) + "级", year, birthdate, school_name)
        return int(match.group(2)), grade, None
    match = _CLASS_GRADE.fullmatch(text)
    if match:
        number = _numeral(match.group("number"))
        grade_text = match.group("grade")
        if number and number <= 99:
            if re.search(r"[0-9]{2,4}级$", grade_text):
                grade, why = _read_grade(grade_text, year, birthdate, school_name)
                return number, grade, None
            grade, why = _read_grade(
                grade_text if grade_text.endswith(("年级", "年")) else grade_text.rstrip("级"),
                year, birthdate, school_name,
            )  # fmt: skip
            if not why:
                return number, grade, None
    return None, None, problem("class_unreadable")


# -- one row --------------------------------------------------------------------------------------


class _Reader:
    """Reads one row; thrown away after it."""

    def __init__(self, row, mapping, context):
        self.row = row
        self.mapping = mapping
        self.context = context
        self.values = row.values

    def tell(self, field_key, why, column=None, severity=None):
        info = FIELD_INFO.get(field_key)
        severity = severity or why.severity
        if severity == INFO:  # made-up people are nothing to look at
            return
        if severity == ERROR and info and not info.blocking:
            severity = WARNING
        if column is None and field_key in self.mapping.fields:
            column = self.source.get(field_key) or self.mapping.fields[field_key][0]
        self.row.problems.append(
            RowProblem(
                field_key,
                why.code,
                severity,
                dict(why.params),
                column.text if column else "",
                column.letter if column else "",
                column.key if column else "",
                bool(info and info.secret),
            )
        )

    def read(self, cells):  # pylint: disable=method-required-super
        sources, texts, kept = self.source, self.texts, self.cells = {}, {}, {}
        self.unclear = None  # why the birth date cannot be read by itself
        self.broken = set()  # fields that have a value which could not be used
        width = len(cells)
        for key, columns in self.mapping.fields.items():
            cleaned = _clean_again if key in _FEW else clean
            for column in columns:
                value = cells[column.index] if column.index < width else ""
                if value == "":
                    continue
                text, spoilt = (value, False) if type(value) is str else cell_text(value)
                text = cleaned(text)
                if not text or (text in _HOLLOW and self.is_nothing(key, text)):
                    continue
                sources[key] = column
                if spoilt or (key in _NUMBER_FIELDS and self.is_spoilt(text)):
                    self.tell(key, problem("number_spoilt"), column)
                    self.broken.add(key)
                else:
                    texts[key], kept[key] = text, value
                break
        for key in _TEXTS:
            if key in texts:
                self.values[key] = texts[key]
        self.person()
        self.codes()
        self.numbers()
        self.schooling()
        self.guardians()
        self.cross_checks()

    @staticmethod
    def is_nothing(key, text):
        """Whether a cell only says that there is nothing: a dash; 无 where text is expected."""
        if text in _NOTHING_HERE:
            return key in _TEXTS or key in _NUMBER_FIELDS
        return text in _NOTHING

    @staticmethod
    def is_spoilt(text):
        return ("E" in text or "e" in text) and bool(_SPOILT.fullmatch(clean_number(text)))

    def person(self):
        if "name" in self.texts:
            name = normalise_name(self.texts["name"])
            self.values["name"] = name
            if not comparison_key(name) or not _NAME.fullmatch(name):
                self.tell("name", problem("name_characters"))
        elif "name" not in self.broken:
            self.tell("name", problem("value_missing", field="name"))
        if "former_name" in self.texts:
            self.values["former_name"] = normalise_name(self.texts["former_name"])
        if "gender" in self.texts:
            gender = codes.read_code("gender", self.texts["gender"])
            if gender:
                self.values["gender"] = gender
            else:
                self.tell("gender", problem("gender_unknown"))
        if "birthdate" in self.texts:
            parsed = parse_date(self.given("birthdate"))
            if parsed.problem or parsed.precision == "month":
                # the identity number may tell the rest; see ``cross_checks``
                self.unclear = parsed.problem or problem("date_month_only")
            elif parsed.value > self.context.today:
                self.tell("birthdate", problem("birthdate_future"))
            else:
                self.values["birthdate"] = parsed.value

    def given(self, key):
        """What stands in the cell: its text without dirt, or a number or date as it is."""
        value = self.cells[key]
        return self.texts[key] if isinstance(value, str) else value

    def date(self, key):
        parsed = parse_date(self.given(key))
        if parsed.problem:
            self.tell(key, parsed.problem)
            return None
        return parsed

    def codes(self):
        for key in _CODED:
            if key not in self.texts:
                continue
            text = self.texts[key]
            if key == "placement" and text in codes.NO_PLACEMENT:
                continue
            value = codes.read_code(key, text)
            if value is None and key == "placement" and text.endswith("随班就读"):
                value = "regular"
                kind = codes.read_code("disability_type", text.removesuffix("随班就读"))
                if kind:
                    self.values.setdefault("disability_type", kind)
            if value is None:
                self.tell(key, problem("value_unknown", field=key))
                if key in _OPEN:
                    self.values[key] = text
                continue
            self.values[key] = value
            if key == "registry_state" and text in codes.STATE_NOT_ALLOWED:
                self.tell(key, problem("state_not_allowed"))
        for key in _BOOLEANS:
            if key in self.texts:
                value = codes.read_bool(self.texts[key])
                if value is None:
                    self.tell(key, problem("value_unknown", field=key))
                else:
                    self.values[key] = value
        if "nationality" in self.texts:
            text = self.texts["nationality"]
            self.values["nationality"] = "中国" if text.upper() in _CHINA else text
        mode = self.values.get("study_mode")
        if mode in ("走读", "住校"):
            self.values.setdefault("boarding", mode == "住校")
        elif mode == "送教上门":
            self.values.setdefault("placement", "home")

    def numbers(self):
        today = self.context.today
        self.identity = None
        number_text = self.texts.get("id_number")
        national_text = self.texts.get("national_no")
        # each of the two numbers is often found in the other's column
        no_national = not national_text and "national_no" not in self.broken
        if number_text and no_national and _STUDENT_SHAPE.fullmatch(clean_number(number_text)):
            self.tell("id_number", problem("id_is_student_no"))
            national_text, number_text = number_text, None
            self.source["national_no"] = self.source["id_number"]
        if (
            national_text
            and not number_text
            and "id_number" not in self.broken
            and identity.check_identity(national_text, today).ok
        ):
            self.tell("national_no", problem("national_no_without_prefix"))
            number_text, national_text = national_text, None
            self.source["id_number"] = self.source["national_no"]
        if number_text:
            kind = self.values.get("id_type")
            if kind in (None, "1"):
                result = identity.check_identity(number_text, today)
                if kind is None and result.ok:
                    self.values["id_type"] = "1"
            else:
                result = identity.check_document_no(number_text)
            for why in result.problems:
                if why.code == "id_checksum" and result.value.endswith("000"):
                    why = problem("number_spoilt")  # 18 digits of which Excel kept 15
                self.tell("id_number", why)
            if result.ok:
                self.values["id_number"] = result.value
                if isinstance(result, identity.Identity):
                    self.identity = result
        if national_text:
            result = identity.check_student_no(national_text)
            for why in result.problems:
                self.tell("national_no", why)
            if result.ok:
                self.values["national_no"] = result.value
        for key, check in (
            ("school_code", identity.check_school_code),
            ("zone_school_code", identity.check_school_code),
            ("phone", self.phone),
            ("disability_no", lambda text: identity.check_disability_no(text, today)),
            ("household_area_code", identity.check_area_code),
        ):
            if key in self.texts:
                self.checked(key, check)
        if "aux_no" in self.texts:
            self.values["aux_no"] = clean_number(self.texts["aux_no"])
        place = self.values.get("household_area", "")
        if place.isdecimal():  # the column holds the code as often as the name
            result = identity.check_area_code(place)
            if result.ok:
                self.values.setdefault("household_area_code", result.value)
                del self.values["household_area"]

    def checked(self, key, check):
        result = check(self.texts[key])
        for why in result.problems:
            self.tell(key, why)
        if result.ok:
            self.values[key] = result.value

    @staticmethod
    def phone(text):
        """The first number that is one, where a cell holds several."""
        whole = identity.check_phone(text)
        if whole.ok:
            return whole
        for part in re.split(r"[,，;；、/|\s]+|或", text):
            result = identity.check_phone(part)
            if result.ok:
                return result
        return whole

    def schooling(self):
        hints = {
            "year": self.context.year,
            "birthdate": self.values.get("birthdate")
            or (self.identity.birthdate if self.identity else None),
            "school_name": self.values.get("school_name", ""),
        }
        grade = None
        if "grade" in self.texts:
            text = self.texts["grade"]
            grade, why = read_grade(text, **hints)
            if why and why.code == "grade_unreadable":
                # 年级 holding the class too: 七年级2班
                number, grade, _why = read_class(text, **hints)
                if grade:
                    why = None
                    if "class_number" not in self.texts:
                        self.values["class_number"] = number
            if why:
                self.tell("grade", why)
        if "class_number" in self.texts:
            number, class_grade, why = read_class(self.texts["class_number"], **hints)
            if why:
                self.tell("class_number", why)
            else:
                self.values["class_number"] = number
                if grade is None and "grade" not in self.texts:
                    grade = class_grade
                elif grade and class_grade and class_grade != grade:
                    self.tell(
                        "class_number",
                        problem("class_grade_mismatch", grade=grade, class_grade=class_grade),
                    )
        if grade:
            self.values["grade"] = grade
        elif "grade" not in self.texts and {"grade", "class_number"} & set(self.mapping.fields):
            self.tell("grade", problem("grade_missing"))
        if "expected_grade" in self.texts:
            expected, why = read_grade(self.texts["expected_grade"], **hints)
            if why:
                self.tell("expected_grade", why)
            else:
                self.values["expected_grade"] = expected
        if "entry_month" in self.texts:
            text = self.texts["entry_month"]
            year_only = _YEAR.fullmatch(text)
            if year_only:  # school years begin in September
                self.values["entry_month"] = f"{year_only.group(1)}-09"
            else:
                parsed = self.date("entry_month")
                if parsed:
                    self.values["entry_month"] = parsed.value.isoformat()[:7]

    def guardians(self):
        for n in (1, 2):
            name, relation = f"guardian{n}_name", f"guardian{n}_relation"
            if name in self.texts:
                self.values[name] = normalise_name(self.texts[name])
            if relation in self.texts:
                value = codes.read_code("relation", self.texts[relation])
                if value is None:
                    self.tell(relation, problem("value_unknown", field=relation))
                else:
                    self.values[relation] = value
            if name in self.values and relation in self.mapping.implied:
                implied = self.mapping.implied[relation]
                if self.values.setdefault(relation, implied) != implied:
                    self.tell(relation, problem("relation_conflict"))
            if f"guardian{n}_phone" in self.texts:
                self.checked(f"guardian{n}_phone", self.phone)
            key = f"guardian{n}_id_number"
            if key in self.texts:
                self.checked(key, lambda text: identity.check_identity(text, self.context.today))

    def complete_birthdate(self):
        """A birth date without its day (2013.09), or with a short year (13.9.1), is that of the
        identity number where the two agree; else it is told."""
        known = self.identity and self.values.get("id_type") in (None, "1")
        born = self.identity.birthdate if known else None
        if born and may_be(self.given("birthdate"), born):
            self.values["birthdate"] = born
        else:
            self.tell("birthdate", self.unclear)

    def cross_checks(self):
        if self.unclear:
            self.complete_birthdate()
        values, context = self.values, self.context
        known_by_number = "id_number" in values or "national_no" in values
        if not known_by_number and "birthdate" not in values:
            told = {"id_number", "national_no", "birthdate"}
            if not any(p.field in told and p.is_error for p in self.row.problems):
                self.tell("", problem("identifier_missing"))
        if self.identity:
            binding = values.get("id_type") in (None, "1")
            severity = ERROR if binding else WARNING
            if "gender" in values and values["gender"] != self.identity.gender:
                self.tell("gender", problem("gender_mismatch", other_field="id_number"),
                          severity=severity)  # fmt: skip
            if "birthdate" in values and values["birthdate"] != self.identity.birthdate:
                self.tell("birthdate", problem("birthdate_mismatch", other_field="id_number"),
                          severity=severity)  # fmt: skip
            # the number tells both where the columns are missing or empty
            if binding and "gender" not in self.texts:
                values.setdefault("gender", self.identity.gender)
            if binding and "birthdate" not in self.texts and self.identity.birthdate:
                values.setdefault("birthdate", self.identity.birthdate)
            national = values.get("national_no", "")
            if national.startswith("G") and national[1:] != values["id_number"]:
                self.tell("national_no", problem("national_no_differs"))
            certificate = values.get("disability_no", "")
            if certificate and certificate[:18] != values["id_number"]:
                self.tell("disability_no", problem("disability_no_differs"))
        born = values.get("birthdate")
        if born:
            age = age_on(born, context.today)
            if not 3 <= age <= 25:
                self.tell("birthdate", problem("birthdate_implausible", age=age))
            grade = values.get("grade")
            if grade and context.year:
                # at the end of August before the school year a child in grade g is about g + 5
                age = age_on(born, date(context.year, 8, 31))
                if not -2 <= age - (grade + 5) <= 3:
                    self.tell("grade", problem("grade_age", grade=grade, age=age))


_TEXTS = (
    "school_name", "household_area", "address", "health", "zone_school_name", "village", "township",
    "remark", "guardian1_workplace", "guardian2_workplace",
)  # fmt: skip
_CODED = (
    "id_type", "ethnicity", "household_kind", "entry_mode", "study_mode", "registry_state",
    "disability_type", "placement",
)  # fmt: skip
#: kept as text, so that a word which no list has is kept too
_OPEN = frozenset(("ethnicity", "household_kind", "entry_mode", "study_mode"))
_BOOLEANS = (
    "boarding", "left_behind", "migrant", "orphan", "aided", "guardian1_is_legal",
    "guardian2_is_legal",
)  # fmt: skip
_NOTHING_HERE = frozenset(("无", "-", "/"))
_NOTHING = frozenset(("--", "—", "——", "暂无", "#N/A", "NULL", "null", "None", "#REF!", "#VALUE!"))
_HOLLOW = _NOTHING | _NOTHING_HERE
#: fields of which a file has few different texts: these are cleaned once
_FEW = frozenset(
    _CODED + _BOOLEANS + (
        "school_name", "school_code", "zone_school_name", "zone_school_code", "gender",
        "nationality", "grade", "class_number", "expected_grade", "entry_month", "township",
        "village", "household_area", "household_area_code", "guardian1_relation",
        "guardian2_relation",
    )
)  # fmt: skip
_clean_again = lru_cache(maxsize=4096)(clean)
_CHINA = frozenset(("中国", "156", "CN", "CHN", "中华人民共和国"))
_STUDENT_SHAPE = re.compile(r"[GLJ][0-9]{17}[0-9X]")


def skip_reason(cells, mapping):
    """Why a row is no child: a reason of ``problem.SKIPPED``, or None."""
    first = next((text for c in cells if c and isinstance(c, str) and (text := clean(c))), "")
    if not first:
        filled = [c for c in cells if c != ""]
        # only numbers: either 1, 2, 3 … under the header, or the figures of a total
        return None if len(filled) < 3 or not _counting(filled) else "column_numbers"
    for key in ("id_number", "national_no", "birthdate"):
        for column in mapping.fields.get(key, ()):
            value = _cell(cells, column.index)
            if value == "":
                continue
            if (
                isinstance(value, date)
                or (isinstance(value, str) and value[:6].isdecimal() and len(value) > 5)
                or _SIX_DIGITS.search(clean_number(cell_text(value)[0]))
            ):
                return "example" if _is_example(cells) else None
    compact = first.replace(" ", "")
    if _TOTAL.match(compact) and len(compact) <= 20:
        return "total"
    if _FOOTER.match(first) or _FOOTER.match(compact):
        return "footer"
    if _is_example(cells):
        return "example"
    if mapping.is_header(cells):
        return "header_repeated"
    filled = [clean(cell_text(c)[0]) for c in cells if c != ""]
    if len(filled) >= 3 and all(t.isdecimal() for t in filled) and _counting(filled):
        return "column_numbers"
    return None


def _is_example(cells):
    return any(
        ("例" in cell or "\uf9b5" in cell) and _EXAMPLE.match(clean(cell))  # its other spelling
        for cell in cells[:4]
        if isinstance(cell, str)
    )


def _counting(filled):
    try:
        numbers = [int(float(cell_text(c)[0])) for c in filled]
    except (ValueError, OverflowError):  # no number, or infinite
        return False
    return numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def check_row(sheet, number, cells, mapping, context):
    """Read one raw row.

    :param str sheet: the sheet's name, for the record.
    :param int number: the row as Excel counts.
    :param list cells: raw cells of ``reader.Sheet.rows``.
    :param Mapping mapping: of ``header.find_header``.
    :param Context context: today and school year.
    :return: :class:`Row`, or None for an empty one.
    """
    # a printed character that is no blank spares the closer look
    if not any(c != "" and (not isinstance(c, str) or c.isalnum() or clean(c)) for c in cells):
        return None
    row = Row(sheet, number, cells=cells, mapping=mapping)
    row.skipped = skip_reason(cells, mapping)
    if row.skipped is None:
        _Reader(row, mapping, context).read(cells)
    return row


def check_raw(sheet, number, raw, mapping, context):
    """Read a row again from ``Row.raw`` as it was kept, perhaps corrected by hand.

    :param dict raw: {column key: text}. A key that the mapping lacks is not looked at.
    :return: :class:`Row` (never None: an emptied row tells what is missing).
    """
    width = max((c.index for c in mapping.columns), default=-1) + 1
    cells = [""] * width
    for column in mapping.columns:
        cells[column.index] = raw.get(column.key) or ""
    row = Row(sheet, number, cells=cells, mapping=mapping)
    _Reader(row, mapping, context).read(cells)
    return row
