"""Made-up children and the dirty files that schools send. Region 990000 does not exist."""

import csv
import io
import struct
import zipfile
from datetime import date

import xlsxwriter
import xlwt
from hypothesis import strategies as st

from odoo.addons.edu_dropout_control.tools import identity
from odoo.addons.edu_dropout_control.tools.roster import parse

TODAY = date(2026, 9, 2)
YEAR = "2026-2027"
LIMIT = 50 << 20


def read(data, **options):
    options = {"max_unpacked": LIMIT, "school_year": YEAR, "today": TODAY, **options}
    return parse(data, **options)


def rows_of(data, **options):
    return list(read(data, **options).rows())


def codes(row):
    return {(p.field, p.code) for p in row.problems}


def xlsx(table, **sheets):
    """A workbook of raw rows; further sheets by name. Cells keep their types."""
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "default_date_format": "yyyy-mm-dd"}
    workbook = xlsxwriter.Workbook(buffer, options)
    for name, content in {"名单": table, **sheets}.items():
        page = workbook.add_worksheet(name)
        for at, row in enumerate(content):
            for column, value in enumerate(row):
                if isinstance(value, str):
                    page.write_string(at, column, value)
                elif value is not None:
                    page.write(at, column, value)
    workbook.close()
    return buffer.getvalue()


def xls(table):
    workbook = xlwt.Workbook(encoding="utf-8")
    page = workbook.add_sheet("名单")
    day = xlwt.easyxf(num_format_str="yyyy-mm-dd")
    for at, row in enumerate(table):
        for column, value in enumerate(row):
            if isinstance(value, date):
                page.write(at, column, value, day)
            elif value is not None and value != "":
                page.write(at, column, value)
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def text(table, encoding="utf-8", delimiter=","):
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter)
    writer.writerows([["" if v is None else v for v in row] for row in table])
    return buffer.getvalue().encode(encoding)


def zipped(files, compression=zipfile.ZIP_DEFLATED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


HEADERS = ("姓名", "性别", "出生日期", "身份证件号", "全国学籍号", "年级", "班级", "成员1电话")
FIELDS = (
    "name", "gender", "birthdate", "id_number", "national_no", "grade", "class_number",
    "guardian1_phone",
)  # fmt: skip


def child(serial=1, born=date(2013, 9, 1), gender="male", name="张小明", grade=7, class_number=2):
    number = identity.make_identity(born, gender, serial)
    return {
        "name": name,
        "gender": gender,
        "birthdate": born,
        "id_number": number,
        "national_no": "G" + number,
        "grade": grade,
        "class_number": class_number,
        "guardian1_phone": identity.make_phone(serial),
    }


def line(kid):
    """A child as the plain row under ``HEADERS``."""
    return [
        kid["name"],
        "男" if kid["gender"] == "male" else "女",
        f"{kid['birthdate']:%Y%m%d}",
        kid["id_number"],
        kid["national_no"],
        f"{'一二三四五六七八九'[kid['grade'] - 1]}年级",
        f"{kid['class_number']}班",
        kid["guardian1_phone"],
    ]


def table(*kids, headers=HEADERS):
    return [list(headers), *(line(kid) for kid in kids)]


def known(row):
    """The values of a row that ``child`` makes."""
    return {key: row.values[key] for key in FIELDS if key in row.values}


def ole_with(name):
    """An .xls whose workbook stream is called ``name``."""
    data = xls(table(child()))
    old = "Workbook".encode("utf-16-le")
    new = name.encode("utf-16-le")
    at = data.index(old)
    entry = bytearray(data[at : at + 128])
    entry[:64] = new.ljust(64, b"\0")
    entry[64:66] = struct.pack("<H", len(new) + 2)
    return data[:at] + bytes(entry) + data[at + 128 :]


# -- dirt for hypothesis --------------------------------------------------------------------------

_SURNAMES = "张王李赵单曾查仇翟解吕镕堃喆"
_GIVEN = "小明红伟芳静强霞乐晟长佳璟喆堃镕"


def wide(value):
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in value)


_NUMBER_DIRT = (
    str,
    wide,
    str.lower,
    lambda v: f" {v} ",
    lambda v: f"{v[:6]} {v[6:]}",
    lambda v: f"{v[:10]}\n{v[10:]}",
    lambda v: f"'{v}",
    lambda v: f'="{v}"',
    lambda v: f"\u200b{v}\u00a0",
)
_DATE_DIRT = (
    lambda d: f"{d:%Y%m%d}",
    lambda d: d.isoformat(),
    lambda d: f"{d.year}/{d.month}/{d.day}",
    lambda d: f"{d.year}年{d.month}月{d.day}日",
    lambda d: f"{d.year}.{d.month}.{d.day}",
    lambda d: wide(f"{d:%Y%m%d}"),
    lambda d: str((d - date(1899, 12, 30)).days),
    lambda d: (d - date(1899, 12, 30)).days,
    lambda d: int(f"{d:%Y%m%d}"),
    lambda d: d,
)
_GRADE_DIRT = (
    lambda g: f"{'一二三四五六七八九'[g - 1]}年级",
    lambda g: g,
    str,
    lambda g: f"{g:02d}",
    lambda g: f"{g}年级",
    lambda g: f"小学{'一二三四五六'[g - 1]}年级" if g < 7 else f"初{'一二三'[g - 7]}",
    lambda g: f"小学{2027 - g}级" if g < 7 else f"初中{2033 - g}级",
    lambda g: wide(f"{g}年级"),
)
_CLASS_DIRT = (
    lambda g, n: f"{n}班",
    lambda g, n: n,
    lambda g, n: f"({n})班",
    lambda g, n: f"（{n}）班",
    lambda g, n: f"{'一二三四五六七八九'[g - 1]}({n})班",
    lambda g, n: f"{'一二三四五六七八九'[g - 1]}年级{n}班",
    lambda g, n: f"{g:02d}{n:02d}",
    lambda g, n: f"{'一二三四五六七八九'[n - 1]}班",
    lambda g, n: f"{2027 - g if g < 7 else 2033 - g}级{n}班",
)


@st.composite
def dirty_rows(draw):
    """(child, its row as a dirty file has it): the same values in any spelling."""
    grade = draw(st.integers(1, 9))
    born = date(2021 - grade, draw(st.integers(1, 8)), draw(st.integers(1, 28)))
    kid = child(
        draw(st.integers(1, 499)),
        born,
        draw(st.sampled_from(("male", "female"))),
        draw(st.sampled_from(_SURNAMES)) + draw(st.text(_GIVEN, min_size=1, max_size=2)),
        grade,
        draw(st.integers(1, 9)),
    )
    number = st.sampled_from(_NUMBER_DIRT)
    male = kid["gender"] == "male"
    spaced = draw(st.sampled_from(("", " ", "\u3000", "\n")))
    return kid, [
        spaced.join(kid["name"]),
        draw(
            st.sampled_from(
                ("男", "1", "男性", "1-男", 1) if male else ("女", "2", "女性", "2-女", 2)
            )
        ),
        draw(st.sampled_from(_DATE_DIRT))(born),
        draw(number)(kid["id_number"]),
        draw(number)(kid["national_no"]),
        draw(st.sampled_from(_GRADE_DIRT))(grade),
        draw(st.sampled_from(_CLASS_DIRT))(grade, kid["class_number"]),
        draw(st.sampled_from((str, wide, lambda v: f" {v[:3]}-{v[3:7]}-{v[7:]}", int)))(
            kid["guardian1_phone"]
        ),
    ]
