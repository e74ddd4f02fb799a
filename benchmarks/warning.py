"""Points of early warning of a county of 100,000 children, beside one bare aggregate over the same
facts.

The county's own ten rules are held against 500,000 absences of the last half-year, a million marks of
two terms, family changes, special groups, guardians and earlier cases, all made up by SQL, since how
they came in is not what is measured. The aggregate reads every one of these facts once, sums by child
and keeps the sums in a temporary table; it decides nothing, explains nothing and compares nothing with
yesterday. Ours is what the cron does, without its commits: the first night, when all is new, and the
nights after it. ``EDU_BENCH_ROWS`` sets another number of children.
"""

import os
import time
from datetime import date, timedelta

from odoo.tools import SQL

from odoo.addons.edu_dropout_control.tools.identity import make_school_code

TITLE = "Points of early warning"
CHILDREN = int(os.environ.get("EDU_BENCH_ROWS", "100000"))
SCHOOL_SIZE = 540
CLASS_SIZE = 45
ROUNDS = 5
LIMIT = "300s"  # no statement runs away


def make_county(env, today):
    """Schools, classes and two terms; the later one runs."""
    areas = env["edu.area"]
    county = areas.create({"name": "青禾县", "code": "990001", "level": "county"})
    townships = areas.create(
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
    schools = env["edu.school"].create(
        [
            {
                "name": f"第{number}学校",
                "code": make_school_code(number),
                "kind": "nine_year",
                "area_id": townships[number % 12].id,
            }
            for number in range(-(-CHILDREN // SCHOOL_SIZE))
        ]
    )
    env["edu.class"].create(
        [
            {"school_id": school.id, "grade": number % 9 + 1, "number": number // 9 + 1}
            for school in schools
            for number in range(SCHOOL_SIZE // CLASS_SIZE)
        ]
    )
    terms = env["edu.term"].create(
        [
            {
                "school_year": f"{year}-{year + 1}",
                "season": season,
                "start_date": start,
                "end_date": start + timedelta(days=130),
            }
            for year, season, start in (
                (2030, "autumn", today - timedelta(days=250)),
                (2030, "spring", today - timedelta(days=60)),
            )
        ]
    )
    env.flush_all()
    return schools, terms


def make_facts(env, terms, today):
    """Children and what is known of them. Numbers are spread by multiplying with primes."""
    cr = env.cr
    ids = {
        name: env.ref(f"edu_dropout_control.code_{name}").id
        for name in ("special_group_minimum_living", "family_change_parted", "cause_weary")
    }
    subjects = env["edu.code"].search([("kind", "=", "subject")], limit=5).ids
    for statement in (
        SQL(
            """
            INSERT INTO edu_student (
                name, name_pinyin, gender, birthdate, school_id, class_id, grade, enrolment_state,
                placement, registry_completion, school_township_id, residence_township_id, active,
                boarding, left_behind, distance_km, aided, create_date)
            SELECT '王' || n, 'wang' || n, 'male', DATE '2020-09-01', k.school_id, k.id, k.grade,
                   'enrolled', 'regular', 'none', s.area_id, s.area_id, TRUE, n %% 11 = 0,
                   n %% 13 = 0, n %% 60 / 10.0, CASE WHEN n %% 3 = 0 THEN 'yes' END, now()
              FROM generate_series(0, %s) n
              JOIN (SELECT *, row_number() OVER (ORDER BY id) - 1 AS at FROM edu_class) k
                ON k.at = n / %s
              JOIN edu_school s ON s.id = k.school_id
            """,
            CHILDREN - 1,
            CLASS_SIZE,
        ),
        SQL(
            """
            INSERT INTO edu_absence (student_id, school_id, class_id, date, kind, create_date)
            SELECT s.id, s.school_id, s.class_id, %s::date - n * 3 - (s.id %% 53),
                   CASE WHEN n %% 4 = 3 THEN 'excused' ELSE 'unexcused' END, now()
              FROM edu_student s, generate_series(0, 19) n
             WHERE s.id %% 4 = 0
            """,
            today,
        ),
        SQL(
            """
            INSERT INTO edu_mark (student_id, school_id, class_id, term_id, subject_id, score,
                                  full_score, percent, create_date)
            SELECT s.id, s.school_id, s.class_id, term.id, subject.id, mark.score, 100, mark.score,
                   now()
              FROM edu_student s
        CROSS JOIN unnest(%s::int4[]) WITH ORDINALITY AS term(id, at)
        CROSS JOIN unnest(%s::int4[]) AS subject(id)
        CROSS JOIN LATERAL (
                   SELECT 40 + (s.id * 7919::bigint + subject.id * 31) %% 56
                          - CASE WHEN term.at = 2 AND s.id %% 10 = 0 THEN s.id / 10 %% 21
                                 ELSE 0 END AS score) AS mark
            """,
            terms.ids,
            subjects,
        ),
        SQL(
            """
            INSERT INTO edu_family_change (student_id, school_id, class_id, kind_id, date,
                                           create_date)
            SELECT id, school_id, class_id, %s, %s::date - (id %% 300), now()
              FROM edu_student WHERE id %% 20 = 0
            """,
            ids["family_change_parted"],
            today,
        ),
        SQL(
            """
            INSERT INTO edu_code_edu_student_rel (edu_student_id, edu_code_id)
            SELECT id, %s FROM edu_student WHERE id %% 7 = 0
            """,
            ids["special_group_minimum_living"],
        ),
        # two children of one guardian each
        SQL(
            """
            INSERT INTO edu_guardian (student_id, name, phone_digest, school_id, class_id,
                                      is_legal, create_date)
            SELECT id, '家长', md5((id / 2)::text), school_id, class_id, TRUE, now()
              FROM edu_student
            """
        ),
        SQL(
            """
            INSERT INTO edu_dropout_case (
                name, state, ladder, kind, source, student_id, school_id, class_id, raised_on,
                confirmed_on, returned_on, entered_at, cause_id, ladder_round, good_reason,
                create_date)
            SELECT 'B' || id, 'closed', 'none', 'dropout', 'check', id, school_id, class_id,
                   %(today)s::date - 300, %(today)s::date - 290, %(today)s::date - 200, now(),
                   %(cause)s, 1, 'unknown', now()
              FROM edu_student WHERE id %% 150 = 0
            """,
            today=today,
            cause=ids["cause_weary"],
        ),
    ):
        cr.execute(statement)
    for table in (
        "edu_student edu_absence edu_mark edu_family_change edu_code_edu_student_rel edu_guardian"
        " edu_dropout_case edu_class edu_school"
    ).split():
        cr.execute(SQL("ANALYZE %s", SQL.identifier(table)))
    env.invalidate_all(flush=False)


def bare_aggregate(env, terms, today):
    """Every fact that the rules look at, read once and summed by child."""
    cr = env.cr
    cr.execute("DROP TABLE IF EXISTS bench_sums")
    cr.execute(
        SQL(
            """
            CREATE TEMPORARY TABLE bench_sums AS
            SELECT student_id, sum(n) AS n, count(*) AS facts FROM (
                SELECT student_id, 1::float8 AS n FROM edu_absence WHERE date > %s::date - 60
                UNION ALL SELECT student_id, percent FROM edu_mark WHERE term_id IN %s
                UNION ALL SELECT student_id, 1 FROM edu_family_change WHERE date > %s::date - 180
                UNION ALL SELECT edu_student_id, 1 FROM edu_code_edu_student_rel
                UNION ALL SELECT student_id, 1 FROM edu_guardian
                UNION ALL SELECT student_id, 1 FROM edu_dropout_case
                UNION ALL SELECT id, distance_km FROM edu_student
                           WHERE active AND enrolment_state = 'enrolled') AS facts
            GROUP BY student_id
            """,
            today,
            tuple(terms.ids),
            today,
        )
    )


def seconds_of(call):
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def run(env):
    today = date(2031, 4, 30)
    env.cr.execute(SQL("SET LOCAL statement_timeout = %s", LIMIT))
    _schools, terms = make_county(env, today)
    make_facts(env, terms, today)
    Warning_ = env["edu.warning"]

    def night(day):
        counts = {}
        for schools in Warning_._edu_batches(day):
            for name, count in Warning_._edu_compute(schools, day).items():
                counts[name] = counts.get(name, 0) + count
        return counts

    bare, first, nights = [], [], []
    for number in range(ROUNDS):
        bare.append(seconds_of(lambda: bare_aggregate(env, terms, today)))
        with env.cr.savepoint() as savepoint:
            first.append(seconds_of(lambda: night(today)))
            if number < ROUNDS - 1:
                savepoint.rollback()
        env.invalidate_all(flush=False)
    env.cr.execute("ANALYZE edu_warning")
    told = Warning_._read_group([], ["rule_id"], ["__count"])
    if len(told) != 10:
        raise RuntimeError(f"rules that found nobody: {told}")
    changes = {}
    for number in range(ROUNDS):
        bare.append(seconds_of(lambda: bare_aggregate(env, terms, today)))
        day = today + timedelta(days=number + 1)

        def compute(day=day):
            changes.update(night(day))

        nights.append(seconds_of(compute))
    rows, children = env.execute_query(
        SQL("SELECT count(*), count(DISTINCT student_id) FROM edu_warning WHERE until IS NULL")
    )[0]
    ratio = min(nights) / min(bare)
    first_ratio = min(first) / min(bare)
    return [
        {"figure": "children", "value": CHILDREN},
        {"figure": "facts of them, one bare aggregate, seconds", "value": min(bare)},
        {"figure": "points in force, rows", "value": rows},
        {"figure": "children with points", "value": children},
        {"figure": "rows written in the last night", "value": sum(changes.values())},
        {"figure": "a night, seconds", "value": min(nights)},
        {"figure": "the first night, when all is new, seconds", "value": min(first)},
        {
            "figure": "a night against the bare aggregate",
            "value": ratio,
            "target": "at most 3",
            "met": ratio <= 3,
        },
        {
            "figure": "the first night against the bare aggregate",
            "value": first_ratio,
            "target": "at most 3",
            "met": first_ratio <= 3,
        },
    ]
