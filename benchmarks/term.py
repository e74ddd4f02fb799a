"""Opening a term for a county of 100,000 children beside the ORM's create of the same lines.

Ours: the bureau officer presses “Open”: checks, class sheets, lines, reports, flushed. The ORM's:
``create`` of the lines alone, as superuser and flushed: with ``--scale`` of all of them at once, else
of 10,000, which take as long a line. Both stand in one database, in turns, and what one made is taken
back and cleared away before the other begins. What the opening leaves for the moment before the commit
is shown beside it.
"""

import os
import time

from ._county import County, vacuum

TITLE = "Opening a term"
CHILDREN = 100_000
ORM_LINES = CHILDREN if os.environ.get("EDU_BENCH_SCALE") else 10_000
ROUNDS = 3
MADE = (
    "edu.student",
    "edu.class",
    "edu.roster.check",
    "edu.roster.sheet",
    "edu.roster.check.line",
    "edu.dropout.report",
    "edu.work.plan",
    "mail.message",
)


def timed(call):
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def orm_create(env, term):
    """Seconds per line of the ORM's create of the lines of the first children."""
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


def tidy(env):
    """Take back what was made, and leave the tables as autovacuum does."""
    env.cr.rollback()
    env.invalidate_all(flush=False)
    vacuum(env, [env[name]._table for name in MADE])


def run(env):
    county = County(env)
    county.grow(CHILDREN)
    env.flush_all()
    env.cr.commit()  # the county stands before its term opens
    mine = county.term.with_user(county.officer)
    Line = env["edu.roster.check.line"]
    ours, duties, again, orm = [], [], [], []

    def before_commit():
        env.cr.precommit.run()
        env.flush_all()

    def open_term():
        mine.action_open()
        env.flush_all()

    for _round in range(ROUNDS):
        tidy(env)
        orm.append(orm_create(env, county.term))
        tidy(env)
        ours.append(timed(open_term))
        made = Line.search_count([("term_id", "=", county.term.id)])
        if made != CHILDREN:
            raise RuntimeError(f"{made} lines for {CHILDREN} children")
        duties.append(timed(before_commit))
        again.append(timed(open_term))
    tidy(env)
    ratio = min(orm) * CHILDREN / min(ours)
    return [
        {"figure": f"opening a term for {CHILDREN:,} children, seconds", "value": min(ours)},
        {"figure": "duties and to-dos of the schools, before the commit", "value": min(duties)},
        {"figure": "ORM create of the lines, lines per second", "value": 1 / min(orm)},
        {"figure": "opening it again with nothing new, seconds", "value": min(again)},
        {
            "figure": "opening a term against ORM create of the same lines",
            "value": ratio,
            "target": "at least 20",
            "met": ratio >= 20,
        },
    ]
