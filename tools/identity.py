"""Numbers of people, schools and places: normalised, checked, taken apart, made up for tests.

Called by the secret fields and constraints of the registry room, by the roster parser
(``tools/roster/rows.py``) and by demo data and tests. Every ``check_*`` takes text as people write
it and gives a small frozen result with the normalised ``value``, what can be read from it and a
tuple of :class:`~.problem.Problem`. ``result.ok`` tells whether none of them is an error. Nothing
raises on bad input and no result shows its value in ``repr``.

Made-up people carry the region 990000, which is not assigned.
"""

import re
from dataclasses import dataclass, field
from datetime import date
from operator import mul

from .problem import Problem, problem
from .text import clean, clean_number, settled

MADE_UP_REGION = "990000"
#: first two digits that are in use: provinces, and the residence permits of 港澳台 (81, 82, 83)
_PROVINCE_CODES = (
    "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 "
    "61 62 63 64 65 71 81 82 83"
)
_PROVINCES = frozenset(_PROVINCE_CODES.split())
_IDENTITY = re.compile(r"[0-9]{17}[0-9X]")
_STUDENT_NO = re.compile(r"[GLJ][0-9]{17}[0-9X]")
_DISABILITY_NO = re.compile(r"([0-9]{17}[0-9X])([0-9])([0-9])(B[0-9]{1,2})?")
_MOBILE = re.compile(r"(?:\+?86-?)?(1[3-9][0-9]{9})")
_LANDLINE = re.compile(r"(?:\+?86-?)?\(?(0[0-9]{2,3})\)?-?([0-9]{7,8})(?:-([0-9]{1,6}))?")
_FIRST_YEAR = 1900
_WEIGHTS = tuple(pow(2, 17 - position, 11) for position in range(17))
_ZEROS = sum(_WEIGHTS) * ord("0")


@dataclass(frozen=True)
class Checked:
    """Base of the results: ``value`` normalised (also when wrong), ``problems`` found."""

    value: str = field(repr=False)
    problems: tuple[Problem, ...] = ()

    @property
    def ok(self):
        return not self.problems or not any(p.is_error for p in self.problems)


@dataclass(frozen=True)
class Identity(Checked):
    """``birthdate`` and ``gender`` ("male", "female") when the number could be read, else None."""

    birthdate: date | None = field(default=None, repr=False)
    gender: str | None = None


@dataclass(frozen=True)
class StudentNo(Checked):
    """``kind`` "G" formal, "L" temporary, "J" without usable identity number, or None."""

    kind: str | None = None


@dataclass(frozen=True)
class DisabilityNo(Checked):
    """``identity`` the 18 characters inside, ``category`` 1–7, ``grade`` 1–4, ``reissue`` n of Bn."""

    identity: str = field(default="", repr=False)
    category: int | None = None
    grade: int | None = None
    reissue: int | None = None


@dataclass(frozen=True)
class AreaCode(Checked):
    """``level`` "county" (6 digits; also province and city), "township" (9) or "village" (12)."""

    level: str | None = None


@dataclass(frozen=True)
class Phone(Checked):
    """``kind`` "mobile" or "landline"; ``value`` as 16900000000 or 0000-0000000[-ext]."""

    kind: str | None = None


def _checksum_ok(number):
    """ISO 7064 MOD 11-2 of 17 digits and a check character; asked for every number of a roster, so
    not left to the library, against which a test holds it."""
    total = sum(map(mul, number[:17].encode(), _WEIGHTS)) - _ZEROS
    return "10X98765432"[total % 11] == number[17]


def _birthdate(digits):
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return None


def check_identity(value, today):
    """An 18-character identity number (GB 11643).

    :param value: text in any spelling (full-width, spaces, x).
    :param date today: the county's date; a birth after it is an error.
    :return: :class:`Identity`. The region is never more than a warning: the lists that go round
        lack real regions.
    """
    number = clean_number(value)
    if not number:
        return Identity(number, (problem("id_empty"),))
    if len(number) != 18:
        if len(number) == 15 and number.isdecimal():
            return Identity(number, (problem("id_old_15"),))
        return Identity(number, (problem("id_length", length=len(number)),))
    if not _IDENTITY.fullmatch(number):
        return Identity(number, (problem("id_characters"),))
    problems = []
    born = _birthdate(number[6:14])
    if born is None or born.year < _FIRST_YEAR:
        problems.append(problem("id_birthdate"))
        born = None
    elif born > today:
        problems.append(problem("id_future"))
    if not _checksum_ok(number):
        problems.append(problem("id_checksum"))
    if number.startswith(MADE_UP_REGION):
        problems.append(problem("id_region_made_up"))
    elif number[:2] not in _PROVINCES:
        problems.append(problem("id_region_unknown"))
    gender = "male" if int(number[16]) % 2 else "female"
    return Identity(number, tuple(problems), born, gender)


def check_student_no(value):
    """A national student number 学籍号: G, L or J and 18 characters.

    The check character binds formal numbers (G) only. J is lenient (a warning), L has the pattern
    alone. Gives :class:`StudentNo`.
    """
    number = clean_number(value)
    if not number:
        return StudentNo(number, (problem("student_no_empty"),))
    if len(number) != 19:
        return StudentNo(number, (problem("student_no_length", length=len(number)),))
    if number[0] not in "GLJ":
        return StudentNo(number, (problem("student_no_prefix"),))
    kind = number[0]
    if not _STUDENT_NO.fullmatch(number):
        return StudentNo(number, (problem("student_no_characters"),), kind)
    problems = ()
    if kind != "L" and not _checksum_ok(number[1:]):
        severity = "" if kind == "G" else "warning"
        problems = (problem("student_no_checksum", severity, kind=kind),)
    return StudentNo(number, problems, kind)


def check_school_code(value):
    """A school code 学校标识码: ten digits, whose inner structure is nobody's business here."""
    number = clean_number(value)
    ok = len(number) == 10 and number.isascii() and number.isdecimal()
    return Checked(number, () if ok else (problem("school_code_format"),))


def check_disability_no(value, today):
    """A disability certificate number: identity number, category 1–7, grade 1–4, optional Bn.

    Spaces and the dash before B are dropped. Gives :class:`DisabilityNo`; a wrong identity number
    inside is one problem, ``disability_no_identity``, whatever is wrong with it.
    """
    number = clean_number(value).replace("-", "")
    match = _DISABILITY_NO.fullmatch(number)
    if not match:
        return DisabilityNo(number, (problem("disability_no_format"),))
    inner, category, grade = match.group(1), int(match.group(2)), int(match.group(3))
    problems = []
    if not check_identity(inner, today).ok:
        problems.append(problem("disability_no_identity"))
    if not 1 <= category <= 7:
        problems.append(problem("disability_no_category"))
    if not 1 <= grade <= 4:
        problems.append(problem("disability_no_grade"))
    reissue = int(match.group(4)[1:]) if match.group(4) else None
    return DisabilityNo(number, tuple(problems), inner, category, grade, reissue)


def check_area_code(value):
    """A GB/T 2260 code or its extension, 6, 9 or 12 digits. A 12-digit code that ends in zeros
    keeps them in ``value``; its ``level`` is that of its last part that is not zero."""
    number = clean_number(value)
    if not re.fullmatch(r"[0-9]{6}(?:[0-9]{3}){0,2}", number) or number[:2] == "00":
        return AreaCode(number, (problem("area_code_format"),))
    short = number
    while len(short) > 6 and short.endswith("000"):
        short = short[:-3]
    level = {6: "county", 9: "township", 12: "village"}[len(short)]
    return AreaCode(number, (), level)


def check_phone(value):
    """A mobile (11 digits) or landline number with area code, written as people write it."""
    text = re.sub(r"[\u2010-\u2015\u2212\uff0d_./]", "-", clean_number(value))
    compact = text.replace("-", "")
    match = _MOBILE.fullmatch(compact)
    if match:
        return Phone(match.group(1), (), "mobile")
    match = _LANDLINE.fullmatch(text)
    if match:
        area, number, extension = match.groups()
        # an undivided number: 010, 02x have three digits of area code, all others four
        if "-" not in text and ")" not in text:
            size = 3 if compact.startswith(("01", "02")) else 4
            area, number = compact[:size], compact[size:]
        if 7 <= len(number) <= 8:
            ending = f"-{extension}" if extension else ""
            return Phone(f"{area}-{number}{ending}", (), "landline")
    return Phone(text, (problem("phone_format"),))


def check_document_no(value):
    """The number of a document that is no identity card (passport, permit): 4 to 24 letters,
    digits, brackets and dashes."""
    number = clean_number(value)
    ok = re.fullmatch(r"[0-9A-Z][0-9A-Z()/.-]{2,22}[0-9A-Z)]", number)
    return Checked(number, () if ok else (problem("document_no_format"),))


def normalise(kind, value):
    """The form in which a secret of ``kind`` is compared and digested.

    Kinds: identity, student_no, phone, certificate, account, address. The last two are cleaned
    only. Never raises; a value that is wrong is normalised as far as possible.
    """
    if kind == "phone":
        return settled(lambda text: check_phone(text).value, clean_number(value))
    if kind == "certificate":
        return settled(lambda text: clean_number(text).replace("-", ""), clean_number(value))
    if kind == "address":
        return clean(value)
    return clean_number(value)


# -- made-up numbers, for tests and demo data only ------------------------------------------------


def make_identity(birthdate, gender, serial, region=MADE_UP_REGION):
    """A valid made-up identity number.

    :param date birthdate: the day of birth.
    :param str gender: "male" or "female".
    :param int serial: 0 to 499, counts people of one day and sex.
    :param str region: six digits, the unassigned 990000 if not given.
    :raises ValueError: a serial or region that does not fit.
    """
    # what reads a roster has no use for it, and starts more quickly without
    from stdnum.iso7064 import mod_11_2

    if not 0 <= serial <= 499 or not re.fullmatch(r"[0-9]{6}", region):
        raise ValueError("serial must be 0 to 499, region six digits")
    order = serial * 2 + (1 if gender == "male" else 0)
    body = f"{region}{birthdate:%Y%m%d}{order:03d}"
    return body + mod_11_2.calc_check_digit(body)


def make_student_no(birthdate, gender, serial, kind="G", region=MADE_UP_REGION):
    """A made-up national student number of ``kind`` G, L or J over :func:`make_identity`."""
    if kind not in ("G", "L", "J"):
        raise ValueError("kind must be G, L or J")
    return kind + make_identity(birthdate, gender, serial, region)


def make_school_code(n):
    """The ``n``-th made-up school code, ten digits from 9900000000 on (n below a hundred million)."""
    if not 0 <= n < 10**8:
        raise ValueError("n must be 0 to 99999999")
    return f"99{n:08d}"


def make_disability_no(identity, category, grade, reissue=None):
    """A made-up disability certificate number around a made-up identity number."""
    return f"{identity}{category}{grade}" + (f"B{reissue}" if reissue else "")


def make_phone(n):
    """The ``n``-th made-up mobile number, in the unassigned range 169."""
    if not 0 <= n < 10**8:
        raise ValueError("n must be 0 to 99999999")
    return f"169{n:08d}"
