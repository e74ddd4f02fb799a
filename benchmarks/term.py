"""Opening a term for a county of 100,000 children beside the ORM's create of the same lines.

Ours: the bureau officer presses “Open”: checks, class sheets, lines, reports, flushed. The ORM's:
``create`` of the lines of a few classes, as superuser and flushed, taken per line. Both stand in one
database, and the ORM's lines are taken back before ours are made. Children are written by SQL, since
how they came in is not what is measured.
"""

import time

from odoo import Command
from odoo.tools import SQL

from odoo.addons.edu_dropout_control.tools.identity import make_school_code

TITLE = "Opening a term"
CHILDREN = 100_000
SCHOOL_SIZE = 540
CLASS_SIZE = 45
ORM_LINES = 2_000
ROUNDS = 3


def make_county(env):
    """A county with its schools, classes, children, officer and term; (officer, term)."""
    Area = env["edu.area"]
    county = Area.create({"name": "青禾县", "code": "990001", "level": "county"})
    townships = Area.create(
        [
            {
                "name": f"第{number}镇",
                "code": f"990001{100 + number}",
                "level": "township",
                "parent_id": county.id,
            }
            for number in range(1, 13)
        ]
    )
    villages = Area.create(
        [
            {
                "name": f"{township.name}村",
                "code": f"{township.code}201",
                "level": "village",
                "parent_id": township.id,
            }
            for township in townships
        ]
    )
    count = -(-CHILDREN // SCHOOL_SIZE)
    schools = env["edu.school"].create(
        [
            {
                "name": f"第{number}学校",
                "code": make_school_code(number),
                "kind": "nine_year",
                "area_id": townships[number % 12].id,
            }
            for number in range(count)
        ]
    )
    env["edu.class"].create(
        [
            {"school_id": school.id, "grade": number % 9 + 1, "number": number // 9 + 1}
            for school in schools
            for number in range(SCHOOL_SIZE // CLASS_SIZE)
        ]
    )
    user = env["res.users"].create(
        {
            "name": "Bureau officer",
            "login": "bench_bureau",
            "group_ids": [Command.set(env.ref("base.group_user").ids)],
        }
    )
    env["edu.post"].create(
        {
            "user_id": user.id,
            "role": "bureau",
            "area_id": county.id,
            "date_from": "2020-01-01",
        }
    )
    today = env["edu.policy"]._edu_today()
    term = env["edu.term"].create(
        {
            "school_year": f"{today.year}-{today.year + 1}",
            "season": "autumn",
            "start_date": today.replace(month=9, day=1),
            "end_date": today.replace(year=today.year + 1, month=1, day=20),
        }
    )
    env.flush_all()
    make_children(env, villages)
    return user, term


def make_children(env, villages):
    """Children of all classes in turn, by one statement."""
    env.cr.execute(
        SQL(
            """
            INSERT INTO edu_student (
                name, name_pinyin, gender, birthdate, id_type, school_id, class_id, grade,
                enrolment_state, placement, registry_completion, household_area_id,
                residence_area_id, household_township_id, residence_township_id,
                school_township_id, active, create_uid, create_date, write_uid, write_date)
            SELECT '王' || n, 'wang wang' || n, 'male', DATE '2015-09-01' + n %% 300, '1',
                   k.school_id, k.id, k.grade, 'enrolled', 'regular', 'none', v.id, v.id,
                   v.township_id, v.township_id, s.area_id, TRUE, 1, now(), 1, now()
              FROM generate_series(0, %(last)s) n
              JOIN (SELECT *, row_number() OVER (ORDER BY id) - 1 AS at FROM edu_class) k
                ON k.at = n / %(size)s
              JOIN edu_school s ON s.id = k.school_id
              JOIN (SELECT *, row_number() OVER (ORDER BY id) - 1 AS at FROM edu_area
                     WHERE id IN %(villages)s) v ON v.at = n %% %(count)s
            """,
            last=CHILDREN - 1,
            size=CLASS_SIZE,
            villages=tuple(villages.ids),
            count=len(villages),
        )
    )
    for table in ("edu_student", "edu_class", "edu_school"):
        env.cr.execute(SQL("ANALYZE %s", SQL.identifier(table)))
    env.invalidate_all(flush=False)


def timed(call):
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def orm_create(env, term):
    """Seconds per line of the ORM's create of the lines of the first classes."""
    students = env["edu.student"].search([], order="id", limit=ORM_LINES)
    checks = env["edu.roster.check"].create(
        [{"term_id": term.id, "school_id": school.id} for school in students.school_id]
    )
    by_school = {check.school_id: check for check in checks}
    sheets = env["edu.roster.sheet"].create(
        [
            {"check_id": by_school[klass.school_id].id, "class_id": klass.id}
            for klass in students.class_id
        ]
    )
    by_class = {sheet.class_id: sheet for sheet in sheets}
    values = [
        {
            "check_id": by_school[student.school_id].id,
            "sheet_id": by_class[student.class_id].id,
            "term_id": term.id,
            "school_id": student.school_id.id,
            "class_id": student.class_id.id,
            "grade": student.grade,
            "student_id": student.id,
            "origin": "registry",
            "registry_state": student.enrolment_state,
        }
        for student in students
    ]
    env.flush_all()
    env.invalidate_all()

    def create():
        env["edu.roster.check.line"].create(values)
        env.flush_all()

    return timed(create) / len(values)


def run(env):
    officer, term = make_county(env)
    ours, again, orm = [], [], []
    for _round in range(ROUNDS):
        with env.cr.savepoint() as savepoint:
            orm.append(orm_create(env, term))
            savepoint.rollback()
        env.invalidate_all(flush=False)
        with env.cr.savepoint() as savepoint:
            mine = term.with_user(officer)

            def open_term(mine=mine):
                mine.action_open()
                env.flush_all()

            ours.append(timed(open_term))
            made = env["edu.roster.check.line"].search_count([("term_id", "=", term.id)])
            if made != CHILDREN:
                raise RuntimeError(f"{made} lines for {CHILDREN} children")
            again.append(timed(open_term))
            savepoint.rollback()
        env.invalidate_all(flush=False)
    ratio = min(orm) * CHILDREN / min(ours)
    return [
        {"figure": f"opening a term for {CHILDREN:,} children, seconds", "value": min(ours)},
        {"figure": "ORM create of the lines, lines per second", "value": 1 / min(orm)},
        {"figure": "opening it again with nothing new, seconds", "value": min(again)},
        {
            "figure": "opening a term against ORM create of the same lines",
            "value": ratio,
            "target": "at least 20",
            "met": ratio >= 20,
        },
    ]
