"""The workbook that the national registry would export for each school of the demo county, with a few
honest mistakes in it: an identity number whose check digit is off, a birthday that no calendar has, a
class that the school does not have, and one child who is new.

Called by ``dev/demo_defaults.py`` in a shell on the demo database. The files hold clear numbers of
made-up children (region 990000).
"""

from datetime import date
from pathlib import Path

from ..tools.identity import make_identity, make_phone, make_student_no
from ..tools.sample import TEMPLATE, write_export

NO_SUCH_CLASS = 9


def write(env, folder):
    """One file a school in ``folder``, which is made.

    :return: paths of the files
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number, school in enumerate(env["edu.school"].search([], order="id"), 1):
        students = env["edu.student"].search(
            [("school_id", "=", school.id), ("enrolment_state", "=", "enrolled")],
            order="grade, class_id, id",
        )
        if not students:
            continue
        rows = [*_rows(students), _newcomer(students[-1], number)]
        _mistakes(rows)
        path = folder / f"{school.name}.xlsx"
        path.write_bytes(
            write_export(rows, layout=TEMPLATE, title=f"{school.name}学生基本信息表", totals=True)
        )
        paths.append(path)
    return paths


def _rows(students):
    clear = {
        name: students._edu_secret_clear(name) for name in ("id_number", "national_no", "address")
    }
    guardians = students.guardian_ids
    phones = guardians._edu_secret_clear("phone")
    for student in students:
        row = {
            "school_name": student.school_id.name,
            "school_code": student.school_id.code,
            "name": student.name,
            "gender": student.gender,
            "birthdate": student.birthdate,
            "id_type": student.id_type,
            "id_number": clear["id_number"][student.id],
            "national_no": clear["national_no"][student.id],
            "address": clear["address"][student.id],
            "ethnicity": student.ethnicity,
            "household_area_code": student.household_area_id.code,
            "left_behind": student.left_behind,
            "orphan": student.orphan,
            "grade": student.grade,
            "class_number": student.class_id.number,
            "entry_month": student.entry_month,
            "study_mode": student.study_mode,
        }
        if student.disability_type_id:
            row["disability_type"] = student.disability_type_id.code
        for place, guardian in enumerate(student.guardian_ids[:2], 1):
            row[f"guardian{place}_name"] = guardian.name
            row[f"guardian{place}_relation"] = guardian.relation_id.code
            row[f"guardian{place}_phone"] = phones[guardian.id]
            row[f"guardian{place}_is_legal"] = guardian.is_legal
        yield {key: value for key, value in row.items() if value is not False}


def _newcomer(classmate, number):
    born = date(classmate.birthdate.year, 7, 1)
    return {
        "school_name": classmate.school_id.name,
        "school_code": classmate.school_id.code,
        "name": "钟新苗",
        "gender": "female",
        "birthdate": born,
        "id_type": "1",
        "id_number": make_identity(born, "female", 400 + number),
        "national_no": make_student_no(born, "female", 400 + number),
        "grade": classmate.grade,
        "class_number": classmate.class_id.number,
        "guardian1_name": "钟大江",
        "guardian1_relation": "father",
        "guardian1_phone": make_phone(9000 + number),
        "guardian1_is_legal": True,
    }


def _mistakes(rows):
    """Spoil three rows, well apart; a school of three children makes none."""
    step = len(rows) // 4
    if not step:
        return
    first, second, third = rows[step - 1], rows[2 * step - 1], rows[3 * step - 1]
    number = first["id_number"]
    first["id_number"] = number[:-1] + ("0" if number[-1] != "0" else "1")
    second["birthdate"] = f"{second['birthdate'].year}0230"
    third["class_number"] = NO_SUCH_CLASS
