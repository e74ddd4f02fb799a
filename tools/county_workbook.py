"""The workbook from which a county is set up: its template, and how it is read back.

Called by the wizard ``edu.county.setup`` and by the demo county. Four sheets, found by name; columns
are found by header, in any order. A row is told with its sheet and its number as Excel shows it.
"""

import io
from dataclasses import dataclass, field

import xlsxwriter

from .roster.reader import open_file
from .text import clean

# sheet → (key, header, required, hint)
SHEETS = {
    "行政区划": (
        ("code", "区划代码", True, "县6位、乡镇9位、村12位"),
        ("name", "名称", True, ""),
        ("level", "级别", True, "省、市、县、乡镇、村"),
        ("parent_code", "上级代码", False, "空着则按代码前几位查找"),
    ),
    "学校": (
        ("code", "学校标识码", True, "10位数字"),
        ("name", "学校名称", True, ""),
        ("kind", "类别", True, "小学、初中、九年一贯制、教学点、特殊教育"),
        ("setting", "城乡类型", False, "城区、镇区、乡村"),
        ("area_code", "所在乡镇代码", True, "9位"),
        ("parent_code", "中心校标识码", False, "教学点必填"),
        ("junior_code", "对口初中标识码", False, ""),
        ("zone_codes", "服务村代码", False, "多个用顿号隔开"),
        ("grade_from", "起始年级", False, "1至9"),
        ("grade_to", "终止年级", False, "1至9"),
    ),
    "班级": (
        ("school_code", "学校标识码", True, ""),
        ("grade", "年级", True, "1至9"),
        ("number", "班号", True, "1、2、3……"),
        ("entry_year", "入学年份", False, "如2024"),
    ),
    "教职工": (
        ("name", "姓名", True, ""),
        ("login", "登录名", True, "全县不重复"),
        ("password", "初始密码", False, "空着则由系统生成"),
        ("role", "职务", True, "见说明"),
        ("place_code", "单位代码", True, "学校标识码，或乡镇、县的区划代码"),
        ("class_name", "班级", False, "班主任必填，如3-2（三年级2班）"),
        ("date_from", "任职开始", False, "如2026-09-01，空着为今天"),
        ("date_to", "任职结束", False, ""),
        ("is_acting", "是否代理", False, "是、否"),
        ("section", "股室", False, ""),
        ("email", "电子邮件", False, ""),
    ),
}

LEVELS = {
    "省": "province",
    "市": "city",
    "县": "county",
    "区": "county",
    "乡镇": "township",
}
LEVELS.update({"乡": "township", "镇": "township", "街道": "township", "村": "village"})
LEVELS.update({"社区": "village"})
KINDS = {
    "小学": "primary",
    "初中": "junior",
    "初级中学": "junior",
    "九年一贯制": "nine_year",
    "九年一贯制学校": "nine_year",
    "教学点": "teaching_point",
    "特殊教育": "special",
    "特殊教育学校": "special",
}
SETTINGS = {"城区": "urban", "镇区": "town", "乡村": "rural", "农村": "rural"}
ROLES = {
    "班主任": "class_teacher",
    "学籍管理员": "records_admin",
    "教导主任": "dean",
    "副校长": "vice_principal",
    "校长": "principal",
    "乡镇干部": "township",
    "乡镇工作人员": "township",
    "教体局工作人员": "bureau",
    "资助管理员": "student_aid",
    "督导员": "inspector",
    "县级管理员": "county_admin",
}
YES = {"是": True, "1": True, "√": True, "否": False, "0": False, "": False}


@dataclass
class SetupRow:
    """One filled row: ``values`` by key, all text, cleaned."""

    sheet: str
    number: int
    values: dict = field(repr=False)


@dataclass
class SetupFile:
    """``rows`` by sheet name in the file's order; ``missing`` as (sheet, header or None)."""

    rows: dict
    missing: list


def write_template():
    """The empty workbook, with hints under each header and lists to choose from. Gives bytes."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False})
    head = book.add_format({"bold": True, "bg_color": "#D9EAD3", "border": 1, "num_format": "@"})
    must = book.add_format({"bold": True, "bg_color": "#F4CCCC", "border": 1, "num_format": "@"})
    text = book.add_format({"num_format": "@"})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    about = book.add_worksheet("说明")
    about.set_column(0, 0, 96)
    lines = [
        "本表用于一次建立全县的行政区划、学校、班级和教职工登录账号。",
        "红色表头必填，绿色表头选填；把光标放在表头上可以看到填写说明。请不要改动工作表名称和表头文字。",
        "先填“行政区划”，再填“学校”“班级”，最后填“教职工”。同一份表可以多次导入：已有的会更新，不会重复。",
        "职务可填：" + "、".join(ROLES) + "。一人多职的，写多行，登录名相同。",
        "学校职务的单位代码填学校标识码；乡镇干部填乡镇代码；教体局、督导人员填县代码。",
    ]
    for number, line in enumerate(lines):
        about.write_string(number, 0, line, wrap)
    choices = {
        ("行政区划", "level"): ["省", "市", "县", "乡镇", "村"],
        ("学校", "kind"): ["小学", "初中", "九年一贯制", "教学点", "特殊教育"],
        ("学校", "setting"): list(SETTINGS)[:3],
        ("教职工", "role"): list(ROLES),
        ("教职工", "is_acting"): ["是", "否"],
    }
    for sheet, columns in SHEETS.items():
        page = book.add_worksheet(sheet)
        page.freeze_panes(1, 0)
        page.set_column(0, len(columns) - 1, 18, text)
        for at, (key, header, required, hint) in enumerate(columns):
            page.write_string(0, at, header, must if required else head)
            if hint:
                page.write_comment(0, at, hint)
            if (sheet, key) in choices:
                page.data_validation(
                    1, at, 5000, at, {"validate": "list", "source": choices[sheet, key]}
                )
    book.close()
    return buffer.getvalue()


def read(data, *, max_unpacked):
    """Read a filled workbook.

    :param bytes data: the file
    :param int max_unpacked: bytes it may have when unpacked
    :return: :class:`SetupFile`
    :raises RosterFileError: when it is no workbook
    """
    raw = open_file(data, max_unpacked=max_unpacked)
    found = {clean(sheet.name): sheet for sheet in raw.sheets}
    rows, missing = {}, []
    for name, columns in SHEETS.items():
        rows[name] = []
        if name not in found:
            missing.append((name, None))
            continue
        keys = {header: key for key, header, _required, _hint in columns}
        at = None
        for number, cells in found[name].rows():
            texts = [_text(cell) for cell in cells]
            if at is None:
                positions = {keys[t]: i for i, t in enumerate(texts) if t in keys}
                if len(positions) > 1:
                    at = positions
                    missing += [
                        (name, header)
                        for key, header, required, _hint in columns
                        if required and key not in at
                    ]
                continue
            values = {key: texts[i] if i < len(texts) else "" for key, i in at.items()}
            if any(values.values()):
                rows[name].append(SetupRow(name, number, values))
    return SetupFile(rows, missing)


def _text(cell):
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    if hasattr(cell, "isoformat"):
        return cell.isoformat()[:10]
    return clean(cell)
