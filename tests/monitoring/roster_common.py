"""What the tests of the roster import share: made-up children and the way a user takes with a file."""

import base64
import csv
import io
from datetime import date

import xlwt

from odoo.tools import SQL

from ...tools.identity import make_identity, make_phone, make_student_no
from ...tools.sample import SHORT, cell, write_export
from ..common import EduCommon

TITLE = "青禾县2026年秋季学期学生基本信息表"


def write_csv(children, encoding="utf-8", layout=SHORT, delimiter=",", title=TITLE):
    """A registry export as delimited text."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter)
    if title:
        writer.writerow([title])
    writer.writerow([header for header, _key in layout])
    for child in children:
        writer.writerow([cell(key, child.get(key)) if key else "" for _header, key in layout])
    return out.getvalue().encode(encoding)


def write_xls(children, layout=SHORT):
    """A registry export as an old workbook."""
    book = xlwt.Workbook(encoding="utf-8")
    page = book.add_sheet("学生信息")
    page.write(0, 0, TITLE)
    for column, (header, key) in enumerate(layout):
        page.write(1, column, header)
        for at, child in enumerate(children, 2):
            if key and child.get(key) is not None:
                page.write(at, column, cell(key, child[key]))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


#: a list with the columns that matter
PLAIN = (
    ("姓名", "name"),
    ("性别", "gender"),
    ("出生日期", "birthdate"),
    ("身份证件号", "id_number"),
    ("全国学籍号", "national_no"),
    ("年级", "grade"),
    ("班级", "class_number"),
    ("成员1姓名", "guardian1_name"),
    ("成员1关系", "guardian1_relation"),
    ("成员1电话", "guardian1_phone"),
)
HEADERS = [header for header, _key in PLAIN]
USUAL = {
    "gender": lambda value: "男" if value == "male" else "女",
    "birthdate": lambda value: f"{value:%Y%m%d}",
    "grade": lambda value: "三年级",
    "class_number": lambda value: f"{value}班",
    "guardian1_relation": lambda value: "父亲",
}


def line(child, **cells):
    """The child's row under ``HEADERS``, with some of its cells as given."""
    return [
        cells[key] if key in cells else USUAL.get(key, str)(child[key]) for _header, key in PLAIN
    ]


class RosterCommon(EduCommon):
    """The records administrator of school A imports, unless a test says otherwise."""

    @classmethod
    def child(cls, serial, **values):
        """One made-up child of school A, class 3 (1), as a registry would list it."""
        born = values.get("birthdate", date(2018, 3, 1))
        born = born if isinstance(born, date) else date(2018, 3, 1)
        gender = values.get("gender", "male")
        number = serial + 200  # the shared county's own children count from one
        return {
            "school_name": cls.school_a.name,
            "school_code": cls.school_a.code,
            "name": f"王小{'一二三四五六七八九十'[serial % 10]}{'甲乙丙丁戊己庚辛'[serial // 10 % 8]}",
            "gender": gender,
            "birthdate": born,
            "id_type": "1",
            "id_number": make_identity(born, gender, number),
            "national_no": make_student_no(born, gender, number),
            "ethnicity": "汉族",
            "address": f"青禾县东河镇柳树村{serial}号",
            "household_area": "青禾县东河镇柳树村",
            "grade": 3,
            "class_number": 1,
            "entry_month": "2024-09",
            "study_mode": "走读",
            "registry_state": "enrolled",
            "guardian1_name": f"王建{'国军民'[serial % 3]}",
            "guardian1_relation": "father",
            "guardian1_phone": make_phone(serial),
            **values,
        }

    def upload(self, data, name="学生信息.xlsx", user=None, **values):
        """An import with its file, as its user has it before pressing anything."""
        Roster = self.env["edu.roster.import"].with_user(user or self.user["records_admin"])
        return Roster.create(
            {
                "school_id": self.school_a.id,
                "upload": base64.b64encode(data),
                "upload_name": name,
                **values,
            }
        )

    def upload_children(self, children, layout=SHORT, **values):
        return self.upload(write_export(children, layout=layout), **values)

    def run_import(self, roster):
        """Read, preview, import."""
        roster.action_read()
        roster.action_preview()
        roster.action_import()
        self.env.flush_all()
        self.env.invalidate_all()
        return roster

    def import_children(self, children, **values):
        return self.run_import(self.upload_children(children, **values))

    def students(self, *children):
        """The students entered with these children's identity numbers, in their order."""
        Student = self.env["edu.student"]
        return Student.concat(
            *(Student.search([("id_number", "=", child["id_number"])]) for child in children)
        )

    def counts(self, roster):
        """(rows, new, changed, unchanged, wrong, to be decided)"""
        return tuple(
            roster[f"{name}_count"]
            for name in ("row", "new", "changed", "unchanged", "rejected", "held")
        )

    def clear(self, record, name):
        """The clear value of a secret."""
        return record._edu_secret_clear(name)[record.id]

    def versions(self, *tables):
        """What PostgreSQL knows of every row's last write."""
        self.env.flush_all()
        out = {}
        for table in tables:
            query = SQL("SELECT id, xmin::text, ctid::text FROM %s", SQL.identifier(table))
            out[table] = sorted(self.env.execute_query(query))
        return out
