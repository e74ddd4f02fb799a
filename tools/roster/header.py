"""Which column holds what: the header row, the dictionary of headers, the repeated blocks.

Called by ``roster.parse`` and, for the list of choices, by the import wizard. There is no stable
layout of registry exports: columns are found by name, through aliases, wherever they stand. A county
corrects the dictionary by ``overrides``, {key of a column: field key or None to leave it out}.
"""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice

from ..dates import parse_date
from ..problem import problem
from ..text import clean
from .reader import HEADER_AREA


@dataclass(frozen=True)
class Field:
    """What a roster can hold. ``secret`` values are kept masked and encrypted; ``required`` ones
    must be in every row; an error in a ``blocking`` one keeps the row out, in others only the value.
    """

    label: str
    secret: bool = False
    required: bool = False
    blocking: bool = False


FIELD_INFO = {
    "school_name": Field("School"),
    "school_code": Field("School Code", blocking=True),
    "name": Field("Name", required=True, blocking=True),
    "gender": Field("Gender", blocking=True),
    "birthdate": Field("Birth Date", blocking=True),
    "id_type": Field("Document Type"),
    "id_number": Field("Identity Number", secret=True, blocking=True),
    "national_no": Field("National Student Number", secret=True, blocking=True),
    "aux_no": Field("Auxiliary Number"),
    "ethnicity": Field("Ethnicity"),
    "nationality": Field("Nationality"),
    "household_kind": Field("Kind of Household"),
    "household_area": Field("Household Registration Place"),
    "household_area_code": Field("Household Area Code"),
    "address": Field("Address", secret=True),
    "grade": Field("Grade", blocking=True),
    "class_number": Field("Class"),
    "entry_month": Field("Entry Month"),
    "entry_mode": Field("Entry Mode"),
    "study_mode": Field("Study Mode"),
    "registry_state": Field("Registry State"),
    "boarding": Field("Boarding"),
    "left_behind": Field("Left-Behind Child"),
    "migrant": Field("Child of Migrant Workers"),
    "orphan": Field("Orphan"),
    "disability_type": Field("Disability"),
    "disability_no": Field("Disability Certificate", secret=True),
    "placement": Field("Placement"),
    "aided": Field("Receives Aid"),
    "phone": Field("Phone", secret=True),
    "guardian1_name": Field("Guardian 1"),
    "guardian1_relation": Field("Guardian 1 Relation"),
    "guardian1_phone": Field("Guardian 1 Phone", secret=True),
    "guardian1_id_number": Field("Guardian 1 Identity Number", secret=True),
    "guardian1_is_legal": Field("Guardian 1 Is Legal Guardian"),
    "guardian1_workplace": Field("Guardian 1 Workplace"),
    "guardian2_name": Field("Guardian 2"),
    "guardian2_relation": Field("Guardian 2 Relation"),
    "guardian2_phone": Field("Guardian 2 Phone", secret=True),
    "guardian2_id_number": Field("Guardian 2 Identity Number", secret=True),
    "guardian2_is_legal": Field("Guardian 2 Is Legal Guardian"),
    "guardian2_workplace": Field("Guardian 2 Workplace"),
    "former_name": Field("Former Name"),
    "health": Field("Health"),
    "zone_school_name": Field("School of the Zone"),
    "zone_school_code": Field("Code of the School of the Zone"),
    "expected_grade": Field("Expected Grade"),
    "village": Field("Village"),
    "township": Field("Township"),
    "remark": Field("Remark"),
}
FIELDS = tuple(FIELD_INFO)
SECRET_FIELDS = frozenset(key for key, info in FIELD_INFO.items() if info.secret)

# Aliases in order of preference: where two columns serve one field, the earlier alias is read first
# and the later one only where the first is empty. The pinyin ones are the field names of the registry.
_ALIASES = {
    "school_name": "学校名称 就读学校 所在学校 学校 所属学校 在读学校 录取学校 学校全称 现就读学校 xxmc",
    "school_code": "学校标识码 就读学校标识码 学校代码 学校机构标识码 学校编码 录取学校标识码 学校编号 xxbsm",
    "name": "姓名 学生姓名 儿童姓名 学生名字 学生 名字 幼儿姓名 孩子姓名 xm",
    "gender": "性别 学生性别 性别码 xb xbm",
    "birthdate": "出生日期 出生年月日 生日 学生出生日期 出生年月 出生时间 csrq",
    "id_type": "身份证件类型 证件类型 身份证类型 学生证件类型 学生身份证件类型 sfzjlx sfzjlxm",
    "id_number": "身份证件号 身份证号 身份证号码 公民身份号码 身份证件号码 证件号码 证件号 学生身份证号 "
    "学生身份证号码 学生身份证件号 身份证 身份号码 居民身份证号 居民身份证号码 sfzjh sfzh",
    "national_no": "全国学籍号 学籍号 全国学籍号码 学籍号码 国网学籍号 国家学籍号 个人标识码 学籍主号 "
    "全国统一学籍号 学生标识码 学籍编号 grbsm xjh",
    "aux_no": "学籍辅号 学籍副号 省学籍辅号 省学籍号 地方学籍号 省籍号 xjfh",
    "ethnicity": "民族 学生民族 民族码 mz mzm",
    "nationality": "国籍地区 国籍 国籍或地区 国籍码 gjdq gjdqm",
    "household_kind": "户口性质 户口类型 户籍性质 户口类别 户籍类型 hkxz hkxzm",
    "household_area": "户口所在地 户籍所在地 户籍地址 户口所在地行政区划 户籍地 户口地址 户籍所在地地址 "
    "户籍省县 户籍住址 户口所在地详细地址",
    "household_area_code": "户口所在地行政区划码 户口所在地行政区划代码 户籍地行政区划代码 户籍行政区划代码 "
    "户口所在地区划码 户籍所在地行政区划代码 hkszdm",
    "address": "现住址 现家庭住址 家庭住址 家庭地址 居住地址 住址 现居住地 现居住地址 家庭详细地址 "
    "详细地址 常住地址 通信地址 通讯地址 地址 xzz jtdz txdz",
    "grade": "年级 所在年级 就读年级 年级名称 现就读年级 年级码 nj njmc",
    "class_number": "班级 班级号 班级名称 班号 所在班级 班 就读班级 行政班 行政班级 班级代码 "
    "年级班级 bj bh bjmc",
    "entry_month": "入学年月 入学日期 入学时间 入学年份 rxny",
    "entry_mode": "入学方式 rxfs rxfsm",
    "study_mode": "就读方式 就读形式 jdfs jdfsm",
    "registry_state": "学籍状态 学生状态 学生当前状态 当前状态 在籍状态 在读状态 学籍状况 状态 xszt xjzt",
    "boarding": "是否寄宿 是否寄宿生 寄宿生 是否住宿 是否住校 住宿生 是否住宿生 寄宿 sfjs sfzs",
    "left_behind": "是否留守儿童 留守儿童 是否留守 留守情况 是否农村留守儿童 sflset sflsetm",
    "migrant": "是否随迁子女 是否进城务工人员随迁子女 进城务工人员随迁子女 随迁子女 是否随迁 "
    "是否外来务工人员随迁子女 sfsqzn sfsqznm",
    "orphan": "是否孤儿 孤儿 sfge",
    "disability_type": "残疾人类型 残疾类型 残疾类别 是否残疾 是否残疾人 残疾儿童 是否残疾儿童 "
    "残疾 cjlx cjlxm",
    "disability_no": "残疾人证号 残疾证号 残疾人证号码 残疾证号码 残疾证编号 残疾人证 cjzh",
    "placement": "安置方式 安置形式 随班就读 是否随班就读 教育安置方式 教育安置 sbjd",
    "aided": "是否享受资助 是否享受一补 享受资助 是否受助 是否资助 受助情况 是否享受两免一补 "
    "是否享受国家资助 sfxsyb",
    "phone": "联系电话 学生联系电话 电话 手机 手机号 手机号码 联系方式 电话号码 家庭电话 联系手机 lxdh",
    "former_name": "曾用名 cym",
    "health": "健康状况 健康状态 健康状况码 身体状况 jkzk jkzkm",
    "zone_school_name": "学区学校 划片学校 对口学校 学区划片学校 应入学学校 服务区学校 片区学校 对口初中 "
    "施教区学校",
    "zone_school_code": "学区学校标识码 划片学校标识码 对口学校标识码 应入学学校标识码 学区学校代码",
    "expected_grade": "应入年级 应入学年级 应就读年级 拟入年级 拟入学年级 入学年级",
    "village": "村 村居 行政村 所在村 社区村 村社区 村委会 村民委员会 所在村居 村组 户籍村 户籍社区村",
    "township": "乡镇 镇乡 镇 乡 所在乡镇 所属乡镇 乡镇街道 所在镇乡街道 镇街 街道 户籍镇街 "
    "所在乡镇街道 镇乡街道",
    "remark": "备注 备注信息 说明 其他说明 bz",
}
# known columns that the add-on does not keep
_IGNORED = frozenset(
    [
        "编号",
        "序号",
        "区县",
        "学籍接续标识",
        "出生地",
        "出生地行政区划代码",
        "出生地行政区划码",
        "港澳台侨外",
        "港澳台侨",
        "是否独生子女",
        "独生子女",
        "籍贯",
        "政治面貌",
        "邮政编码",
        "邮编",
        "是否受过学前教育",
        "是否由政府购买学位",
        "是否政府购买学位",
        "是否需要申请资助",
        "是否烈士或优抚子女",
        "上下学距离",
        "上下学交通方式",
        "是否乘坐校车",
        "是否需要乘坐校车",
        "身份证件有效期",
        "特长",
        "班内学号",
        "班内编号",
        "学生来源",
        "电子信箱",
        "主页地址",
        "学段",
        "教育阶段",
        "关系说明",
        "职务",
        "毕业学校",
        "毕业学校标识码",
        "姓名拼音",
        "英文姓名",
        "血型",
        "宗教信仰",
        "婚姻状况",
        "照片",
        "照片状态",
        "学号",
        "考号",
        "问题学籍",
        "是否问题学籍",
        "审核状态",
        "更新时间",
        "创建时间",
        "无户口学生",
        "休学中",
        "随迁或留守",
        "年龄",
        "周岁",
        "学制",
        "班主任",
    ]
)
_BY_ALIAS = {}
for _key, _names in _ALIASES.items():
    for _rank, _name in enumerate(_names.split()):
        _BY_ALIAS.setdefault(_name, (_key, _rank))

# within a block of one member of the family: header → part of the field key, None: known, not kept
_MEMBER = {
    "姓名": "name", "名字": "name", "关系": "relation", "与学生关系": "relation", "与本人关系": "relation",
    "称谓": "relation", "与儿童关系": "relation", "和学生关系": "relation",
    "与监护人关系": "relation", "与学生的关系": "relation",
    "联系电话": "phone", "电话": "phone", "手机": "phone", "手机号": "phone", "手机号码": "phone",
    "联系方式": "phone", "电话号码": "phone", "身份证件号": "id_number", "身份证号": "id_number",
    "身份证号码": "id_number", "身份证件号码": "id_number", "证件号码": "id_number", "证件号": "id_number",
    "身份证": "id_number", "公民身份号码": "id_number", "是否监护人": "is_legal", "监护人": "is_legal",
    "是否为监护人": "is_legal", "是否法定监护人": "is_legal", "工作单位": "workplace",
    "务工地点": "workplace", "工作地点": "workplace", "关系说明": None, "现住址": None,
    "户口所在地行政区划": None, "户口所在地": None, "户籍所在地": None,
    "身份证件类型": None, "证件类型": None,
    "民族": None, "职务": None, "学历": None, "文化程度": None, "户口所在地行政区划码": None, "国籍": None,
    "政治面貌": None, "健康状况": None, "出生日期": None, "出生年月": None, "性别": None, "职业": None,
}  # fmt: skip
#: parts that only a member of the family has
_MEMBER_ONLY = frozenset(("relation", "is_legal", "workplace"))
_ONE = {"": 1, "一": 1, "1": 1, "二": 2, "2": 2, "两": 2}
_PREFIXED = (
    re.compile(
        r"(?:学生)?(?:家庭)?(?:主要)?(?:成员或监护人|成员|法定监护人|监护人|家长|亲属)(?:信息)?(?P<n>[一二12]?)(?:信息)?(?P<rest>.+)"
    ),
    re.compile(
        r"第(?P<n>[一二12])(?:个)?(?:家庭成员|成员|监护人|家长|联系人)(?:信息)?(?P<rest>.+)"
    ),
)
_PARENTS = re.compile(r"(?P<who>父亲|母亲|父|母)(?:信息|的)?(?P<rest>.+)")
_PARENT_FIELDS = {"父": (1, "father"), "母": (2, "mother")}
_ALONE = {"家长": 1, "监护人": 1, "父亲": 1, "母亲": 2, "家庭成员": 1, "成员1": 1, "成员2": 2, "成员一": 1,
          "成员二": 2, "父母": 1, "第一监护人": 1, "第二监护人": 2}  # fmt: skip
_STUDENT_GROUP = re.compile(r"^(?:学生|儿童|个人|本人|基本)+(?:基本)?(?:信息|情况|资料)?")

_BRACKETED = re.compile(r"\(([^()]*)\)")
_NOISE = re.compile(
    r"[\s★☆*•●◆■□▲△#:：、,，.。;；\-_—~/\\|\"'“”‘’!！?？<>《》\[\]【】{}()（）+=&]+"
)
_DIGITS = re.compile(r"'?[GLJglj]?[\d\s]{6,}[Xx]?")
_REQUIRED_MARK = re.compile(r"必填项?|选填项?|必录")


@lru_cache(maxsize=4096)
def normalise_header(text):
    """The key of a header: half-width, small letters, no signs, spaces, brackets or "必填"."""
    return _NOISE.sub("", _REQUIRED_MARK.sub("", clean(text).lower()))


@lru_cache(maxsize=4096)
def _candidates(text):
    """Keys to look a header up by: as it is, without what is in brackets."""
    whole = normalise_header(text)
    short = normalise_header(_BRACKETED.sub("", clean(text)))
    return (whole, short) if short and short != whole else (whole,)


@dataclass(frozen=True)
class Meaning:
    """What a header says: ``field`` (None: known but not kept), ``rank`` among the aliases,
    ``block`` 0 for the child or the number of the family member, ``implied`` a relation."""

    field: str | None
    rank: int = 0
    block: int = 0
    implied: str | None = None


@lru_cache(maxsize=4096)
def lookup(text):
    """The :class:`Meaning` of one header by itself, None if nobody knows it."""
    for key in _candidates(text):
        if key in _BY_ALIAS:
            return Meaning(*_BY_ALIAS[key])
        if key in _IGNORED:
            return Meaning(None)
        if key in _ALONE:
            implied = {"父亲": "father", "母亲": "mother"}.get(key)
            return Meaning(f"guardian{_ALONE[key]}_name", 0, _ALONE[key], implied)
        match = _PARENTS.fullmatch(key)
        if match and match.group("rest") in _MEMBER:
            number, relation = _PARENT_FIELDS[match.group("who")[0]]
            return _member(number, _MEMBER[match.group("rest")], 0, relation)
        for rank, pattern in enumerate(_PREFIXED):
            match = pattern.fullmatch(key)
            if match and match.group("rest") in _MEMBER:
                return _member(_ONE[match.group("n")], _MEMBER[match.group("rest")], rank)
        stripped = _STUDENT_GROUP.sub("", key)
        if stripped != key and stripped in _BY_ALIAS:
            return Meaning(*_BY_ALIAS[stripped])
    return None


def _member(number, part, rank=0, implied=None):
    return Meaning(f"guardian{number}_{part}" if part else None, rank, number, implied)


def column_letters(number):
    """A column, counted from 1, as Excel names it: A, B … AA."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


@dataclass
class Column:
    """One column. ``key`` is what overrides and raw values go by: the normalised header, with "#2",
    "#3" after a repeated one. ``known`` is whether the dictionary or the county knew the header."""

    index: int
    text: str
    key: str
    field: str | None = None
    known: bool = False
    rank: int = 0
    implied: str | None = None

    @property
    def letter(self):
        """The column as Excel names it: A, B … AA."""
        return column_letters(self.index + 1)


@dataclass
class Mapping:
    """The columns of a sheet. ``header_row`` and ``header_last_row`` as Excel counts, ``fields``
    {field: [columns, the preferred first]}, ``implied`` {field: value} that headers tell for every
    row (父亲姓名 tells the relation), ``problems`` of the sheet's head."""

    header_row: int
    header_last_row: int
    columns: list[Column]
    fields: dict[str, list[Column]] = field(default_factory=dict)
    implied: dict[str, str] = field(default_factory=dict)
    problems: list = field(default_factory=list)

    @property
    def usable(self):
        """Whether rows can be told apart: a name column and something to know the child by."""
        return not any(p.is_error for p in self.problems)

    def is_header(self, cells):
        """Whether a row below only repeats the header (lists printed page by page)."""
        same = filled = 0
        for column in self.columns:
            text = normalise_header(_text(cells, column.index))
            if text:
                filled += 1
                same += text == column.key.partition("#")[0] or lookup(text) is not None
        return filled >= 2 and same >= max(2, filled * 0.7)


def _text(cells, index):
    value = cells[index] if index < len(cells) else ""
    return value if isinstance(value, str) else ""


def _known(text, overrides):
    key = normalise_header(text)
    return bool(key) and (overrides.get(key) is not None or lookup(text) is not None)


def joined_headers(top, bottom, overrides):
    """Headers of two rows as one row: 成员1 over 姓名 gives 成员1姓名 where that is known."""
    width = max(len(top), len(bottom))
    texts, group = [], ""
    for index in range(width):
        upper, lower = clean(_text(top, index)), clean(_text(bottom, index))
        if upper:
            group = upper
        elif not lower:
            group = ""
        if not lower or normalise_header(lower) == normalise_header(upper):
            texts.append(upper or lower)
            continue
        both = (upper or group) + lower
        if _known(both, overrides):
            texts.append(both)
        elif _known(lower, overrides) or not _known(upper, overrides):
            texts.append(lower)
        else:
            texts.append(upper)
    return texts


def _score(texts, overrides):
    """How much a row looks like a header: distinct known meanings; name counts double."""
    seen = set()
    for text in texts:
        key = normalise_header(text)
        if not key or len(key) > 30:
            continue
        if overrides.get(key):
            seen.add(overrides[key])
            continue
        meaning = lookup(text)
        if meaning:
            seen.add(meaning.field or key)
    return len(seen) + ("name" in seen)


def head_of(rows):
    """The rows in which a header is looked for: [(row number, cells)]"""
    return list(islice(rows, HEADER_AREA))


def holds_data(cells):
    """Whether a row has what no header has: a number, a date, a long row of digits."""
    return any(
        cell != ""
        and (
            not isinstance(cell, str)
            or _DIGITS.fullmatch(clean(cell)) is not None
            or (len(cell) < 30 and parse_date(cell).value is not None)
        )
        for cell in cells
    )


def column_keys(texts):
    """The key of each header, '' where there is none. See :class:`Column`."""
    seen, keys = {}, []
    for text in texts:
        base = normalise_header(text)
        seen[base] = seen.get(base, 0) + 1
        keys.append(base if not base or seen[base] == 1 else f"{base}#{seen[base]}")
    return keys


def find_header(rows, overrides=None):
    """Find the header in the first rows of a sheet and give every column its field.

    :param rows: iterable of (row number, cells); only the first ``HEADER_AREA`` are looked at.
    :param overrides: {column key: field key or None}, see :class:`Column`.
    :return: :class:`Mapping`, or None when nothing looks like a header.
    """
    overrides = overrides or {}
    head = head_of(rows)
    singles = [[clean(_text(cells, i)) for i in range(len(cells))] for _n, cells in head]
    data = [holds_data(cells) for _n, cells in head]
    scores = [
        0 if is_data else _score(texts, overrides)
        for texts, is_data in zip(singles, data, strict=True)
    ]
    best = None
    for at, (number, cells) in enumerate(head):
        if scores[at] and (best is None or scores[at] > best[0]):
            best = (scores[at], number, number, singles[at])
        if at + 1 == len(head) or not any(singles[at]) or head[at + 1][0] != number + 1:
            continue
        if data[at] or data[at + 1]:  # a child is no header, though 父亲 stands in its row
            continue
        below = head[at + 1][1]
        double = joined_headers(cells, below, overrides)
        score = _score(double, overrides)
        gains = score > max(scores[at], scores[at + 1]) and score > best[0] if best else score > 0
        if not gains and best and best[1] == best[2] == number and score >= best[0]:
            gains = _upright(cells, below)
        if gains:
            best = (score, number, number + 1, double)
    if best is None or best[0] < 3:
        return None
    return map_columns(best[3], best[1], best[2], overrides)


def _upright(top, below):
    """Whether the row below belongs to the header though it adds no meaning: half of its filled
    cells or more repeat the one above, being merged downwards."""
    filled = repeated = 0
    for index, value in enumerate(below):
        if value != "":
            filled += 1
            repeated += isinstance(value, str) and clean(value) == clean(_text(top, index))
    return filled > 0 and repeated * 2 >= filled


def map_columns(texts, header_row, header_last_row, overrides=None):
    """Give each header text its field. See :func:`find_header`; also usable alone, for a wizard that
    shows what a changed override does."""
    overrides = {_override_key(key): value for key, value in (overrides or {}).items()}
    mapping = Mapping(header_row, header_last_row, [])
    taken = {}
    block = 0
    guards = 0
    for index, (text, key) in enumerate(zip(texts, column_keys(texts), strict=True)):
        if not key:
            continue
        column = Column(index, text, key)
        mapping.columns.append(column)
        if key in overrides:
            wanted = overrides[key]
            column.known = True
            column.rank = -1
            if wanted and wanted not in FIELD_INFO:
                mapping.problems.append(
                    problem("override_unknown_field", header=text, field=str(wanted))
                )
            elif wanted:
                column.field = wanted
                own = lookup(text)
                if own and own.field == wanted:  # only what the header says by itself
                    column.rank, column.implied = own.rank, own.implied
                    block = own.block
                    guards = max(guards, block)
                taken.setdefault(wanted, set()).add(column.rank)
            continue
        meaning = lookup(text)
        part = next((_MEMBER[k] for k in _candidates(text) if k in _MEMBER), "")
        is_member_text = any(k in _MEMBER for k in _candidates(text))
        if meaning and meaning.block:
            block = meaning.block
            guards = max(guards, block)
        elif is_member_text and part == "name" and "name" in taken:
            # 姓名 once more: the next member of the family begins
            guards += 1
            block = guards
            meaning = _member(block, "name") if block <= 2 else Meaning(None)
        elif (
            is_member_text
            and block
            and (
                part in _MEMBER_ONLY
                or part == "phone"
                or not meaning
                or not meaning.field
                or meaning.field in taken
            )
        ):
            own = meaning
            meaning = _member(block, part) if block <= 2 else Meaning(None)
            if meaning.field in taken and own and own.field and own.field not in taken:
                meaning = own  # the member has it, the child has not
        elif is_member_text and not block and part in _MEMBER_ONLY:
            meaning = _member(1, part)  # 关系 before any name of a member
        else:
            block = 0
        if meaning is None:
            mapping.problems.append(problem("header_unknown", header=text, column=column.letter))
            continue
        column.known = True
        if meaning.field is None:
            continue
        ranks = taken.setdefault(meaning.field, set())
        if meaning.rank in ranks:
            other = next(
                c for c in mapping.columns if c.field == meaning.field and c.rank == meaning.rank
            )
            mapping.problems.append(
                problem(
                    "header_duplicate",
                    header=text,
                    column=column.letter,
                    other_column=other.letter,
                    field=meaning.field,
                )
            )
            continue
        ranks.add(meaning.rank)
        column.field, column.rank, column.implied = meaning.field, meaning.rank, meaning.implied
    for column in mapping.columns:
        if column.field:
            mapping.fields.setdefault(column.field, []).append(column)
            if column.implied:
                relation = column.field.split("_")[0] + "_relation"
                mapping.implied.setdefault(relation, column.implied)
    for columns in mapping.fields.values():
        columns.sort(key=lambda c: (c.rank, c.index))
    if "name" not in mapping.fields:
        mapping.problems.append(problem("column_missing", field="name"))
    if not {"id_number", "national_no", "birthdate"} & set(mapping.fields):
        mapping.problems.append(problem("identifier_column_missing"))
    return mapping


def _override_key(key):
    base, mark, number = str(key).rpartition("#")
    if mark and number.isdecimal():
        return f"{normalise_header(base)}#{number}"
    return normalise_header(key)
