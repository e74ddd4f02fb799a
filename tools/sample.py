"""Writes workbooks that look like registry exports: for demo data and tests, whose people are made up,
and for ``edu.registry.export``. What is written, the roster parser reads back to the same values.
"""

import io
from datetime import date

import xlsxwriter

from .roster import codes

#: the columns of the national template in its order: (header, field or None for one left empty)
TEMPLATE = (
    ("编号", None), ("区县", None), ("就读学校", "school_name"), ("学籍接续标识", None),
    ("学校标识码", "school_code"), ("姓名", "name"), ("性别", "gender"), ("出生日期", "birthdate"),
    ("证件类型", "id_type"), ("身份证号", "id_number"), ("出生地行政区划代码", None),
    ("民族", "ethnicity"), ("国籍/地区", "nationality"), ("港澳台侨外", None),
    ("户口性质", "household_kind"), ("户口所在地行政区划", "household_area_code"),
    ("现住址", "address"), ("是否独生子女", None), ("是否留守儿童", "left_behind"),
    ("是否进城务工人员随迁子女", "migrant"), ("是否孤儿", "orphan"), ("籍贯", None),
    ("健康状况", "health"), ("政治面貌", None), ("年级", "grade"), ("班级号", "class_number"),
    ("入学年月", "entry_month"), ("入学方式", "entry_mode"), ("就读方式", "study_mode"),
    ("通信地址", None), ("家庭地址", None), ("联系电话", "phone"), ("邮政编码", None),
    ("是否受过学前教育", None), ("残疾人类型", "disability_type"), ("是否由政府购买学位", None),
    ("是否需要申请资助", None), ("是否享受一补", "aided"), ("是否烈士或优抚子女", None),
    ("上下学距离", None), ("上下学交通方式", None), ("是否乘坐校车", None),
    ("曾用名", "former_name"), ("身份证件有效期", None), ("特长", None), ("学籍辅号", "aux_no"),
    ("班内学号", None), ("学生来源", None), ("电子信箱", None), ("主页地址", None),
    *(
        (f"成员{n}{header}", f"guardian{n}_{part}" if part else None)
        for n in (1, 2)
        for header, part in (
            ("姓名", "name"), ("关系", "relation"), ("关系说明", None), ("现住址", None),
            ("户口所在地行政区划", None), ("联系电话", "phone"), ("是否监护人", "is_legal"),
            ("身份证件类型", None), ("身份证件号", "id_number"), ("民族", None),
            ("工作单位", "workplace"), ("职务", None),
        )
    ),
)  # fmt: skip
#: the short export of most schools
SHORT = (
    ("学校名称", "school_name"), ("学校标识码", "school_code"), ("姓名", "name"),
    ("性别", "gender"), ("出生日期", "birthdate"), ("身份证件类型", "id_type"),
    ("身份证件号", "id_number"), ("全国学籍号", "national_no"), ("学籍辅号", "aux_no"),
    ("民族", "ethnicity"), ("国籍", "nationality"), ("户口性质", "household_kind"),
    ("户口所在地", "household_area"), ("现住址", "address"), ("年级", "grade"),
    ("班级", "class_number"), ("入学年月", "entry_month"), ("入学方式", "entry_mode"),
    ("就读方式", "study_mode"), ("学籍状态", "registry_state"), ("是否寄宿", "boarding"),
    ("是否留守儿童", "left_behind"), ("是否随迁子女", "migrant"), ("残疾类型", "disability_type"),
    ("残疾人证号", "disability_no"), ("安置方式", "placement"), ("是否享受资助", "aided"),
    ("成员1姓名", "guardian1_name"), ("成员1关系", "guardian1_relation"),
    ("成员1电话", "guardian1_phone"), ("成员1身份证件号", "guardian1_id_number"),
    ("成员1是否监护人", "guardian1_is_legal"), ("成员2姓名", "guardian2_name"),
    ("成员2关系", "guardian2_relation"), ("成员2电话", "guardian2_phone"), ("备注", "remark"),
)  # fmt: skip
#: a list of expected entrants, by zone
ENTRANTS = (
    ("乡镇", "township"), ("村", "village"), ("姓名", "name"), ("性别", "gender"),
    ("出生日期", "birthdate"), ("身份证件号", "id_number"), ("户口所在地", "household_area"),
    ("现住址", "address"), ("学区学校", "zone_school_name"),
    ("学区学校标识码", "zone_school_code"), ("应入年级", "expected_grade"),
    ("监护人姓名", "guardian1_name"), ("监护人关系", "guardian1_relation"),
    ("监护人电话", "guardian1_phone"), ("备注", "remark"),
)  # fmt: skip

_GRADES = "一二三四五六七八九"


def cell(key, value):
    """The text that a registry export shows for a value of the field ``key``."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, date):
        return f"{value:%Y%m%d}"
    if key == "entry_month":
        return value.replace("-", "")
    if key in ("grade", "expected_grade"):
        return f"{_GRADES[int(value) - 1]}年级"
    if key == "class_number":
        return f"{value}班"
    if key.endswith("_relation"):
        return codes.write_code("relation", value)
    if key in (
        "gender", "id_type", "registry_state", "household_kind", "entry_mode", "study_mode",
        "disability_type", "placement",
    ):  # fmt: skip
        return codes.write_code(key, value)
    return str(value)


def write_export(children, *, layout=SHORT, title="学生基本信息表", sheet="学生信息", totals=False):
    """Write a registry export.

    :param children: iterable of {field key: value}, values as the parser gives them (dates, bools,
        keys of code lists) or text already.
    :param layout: ``SHORT``, ``TEMPLATE``, ``ENTRANTS`` or pairs (header, field key or None).
    :param title: text of the merged title row, '' for none.
    :param totals: whether a 合计 row and a 填表人 row follow.
    :return: bytes of an .xlsx, all cells text.
    """
    return write_sheets({sheet: children}, layout=layout, title=title, totals=totals)


def write_sheets(sheets, *, layout=SHORT, title="学生基本信息表", totals=False):
    """As :func:`write_export`, for several sheets: {name of the sheet: children}."""
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    workbook = xlsxwriter.Workbook(buffer, options)
    text = workbook.add_format({"num_format": "@"})
    head = workbook.add_format({"num_format": "@", "bold": True, "border": 1, "align": "center"})
    big = workbook.add_format({"bold": True, "font_size": 16, "align": "center"})
    for name, children in sheets.items():
        page = workbook.add_worksheet(name)
        at = 0
        if title:
            page.merge_range(0, 0, 0, len(layout) - 1, title, big)
            at = 1
        for column, (header, _key) in enumerate(layout):
            page.write_string(at, column, header, head)
        page.freeze_panes(at + 1, 0)
        page.set_column(0, len(layout) - 1, 14)
        count = 0
        for count, child in enumerate(children, 1):
            for column, (_header, key) in enumerate(layout):
                shown = cell(key, child.get(key)) if key else ""
                if shown:
                    page.write_string(at + count, column, shown, text)
        if totals:
            page.write_string(at + count + 1, 0, "合计", text)
            page.write_string(at + count + 1, 1, f"{count}人", text)
            page.write_string(at + count + 2, 0, "填表人：        审核人：", text)
    workbook.close()
    return buffer.getvalue()
