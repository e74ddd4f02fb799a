"""A list from outside against the registry, beside the bare anti-join of the same two tables.

As many children on the list as on the registry. The household register goes by the identity number,
so nearly all are found by it; one in 100 is on no registry, one in 500 has no number but the same name
and birth date, one in 1,000 no number and a similar name. Half are girls; on each day of the nine
years children of all surnames are born. The comparison tells of each child what
the registry knows; the anti-join tells no more than who is missing. Both read the same staged rows and
write their result into a temporary table; reading the file and keeping the rows is shown by itself.
``EDU_BENCH_ROWS`` sets the number: 50,000 by itself, with ``--scale`` the 100,000 of the plan's figure.
"""

import os
import time
from datetime import date, timedelta

from odoo.tools import SQL

from odoo.addons.edu_dropout_control.models.monitoring.comparison_match import (
    STAGED,
    ComparisonMatcher,
)
from odoo.addons.edu_dropout_control.tools.identity import make_school_code
from odoo.addons.edu_dropout_control.tools.names import full_pinyin, search_text

TITLE = "Household register against student registry"
USUAL = "100000" if os.environ.get("EDU_BENCH_SCALE") else "50000"
ROWS = int(os.environ.get("EDU_BENCH_ROWS", USUAL))
ROUNDS = 5
BY_NAME, SIMILAR, MISSING = 500, 1000, 100  # every how many-th child
DAYS = 9 * 365 + 2
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN = "明晓小红华建国军伟芳娜静丽强磊洋勇艳杰涛超秀英霞平刚桂"


def name_of(number):
    most = len(GIVEN)
    return (
        SURNAMES[number % len(SURNAMES)]
        + GIVEN[number // 20 % most]
        + GIVEN[(number // 500 + number // 7) % most]
    )


def make_county(env):
    areas = env["edu.area"]
    county = areas.create({"name": "青禾县", "code": "990001", "level": "county"})
    township = areas.create(
        {"name": "东河镇", "code": "990001101", "level": "township", "parent_id": county.id}
    )
    school = env["edu.school"].create(
        {
            "name": "东河学校",
            "code": make_school_code(1),
            "kind": "nine_year",
            "area_id": township.id,
        }
    )
    today = env["edu.policy"]._edu_today()
    term = env["edu.term"].create(
        {
            "school_year": f"{today.year}-{today.year + 1}",
            "season": "autumn",
            "start_date": date(today.year, 9, 1),
            "end_date": date(today.year + 1, 1, 20),
        }
    )
    comparison = env["edu.comparison"].create(
        {"kind": "household", "county_id": county.id, "term_id": term.id}
    )
    return school, comparison


def children(env):
    """(number, name, gender, birth date, digest of the number) of made-up children."""
    keyring = env["edu.secret.mixin"]._edu_keyring()
    first = date(env["edu.policy"]._edu_today().year - 15, 9, 1)
    for number in range(ROWS):
        born = first + timedelta(days=number % DAYS)
        gender = "female" if number // len(SURNAMES) % 2 else "male"
        yield (
            number,
            name_of(number),
            gender,
            born,
            keyring.digest("identity", f"99000{number:013d}"),
        )


def fill_registry(env, school, people):
    """The children of the registry in one set: this measures no import."""
    cr = env.cr
    cr.execute(
        "CREATE TEMPORARY TABLE bench (name text, sound text, gender text, born date, digest text)"
    )
    values = [
        (name, search_text(name), gender, born, digest)
        for number, name, gender, born, digest in people
        if number % MISSING
    ]
    for at in range(0, len(values), 5000):
        part = list(zip(*values[at : at + 5000], strict=True))
        cr.execute(
            """INSERT INTO bench SELECT * FROM unnest(
                   %s::text[], %s::text[], %s::text[], %s::date[], %s::text[])""",
            [list(column) for column in part],
        )
    cr.execute(
        SQL(
            """INSERT INTO edu_student (name, name_pinyin, birthdate, id_number_digest, school_id,
                                        school_township_id, enrolment_state, placement,
                                        registry_completion, grade, active, gender, create_date)
               SELECT name, sound, born, digest, %s, %s, 'enrolled', 'regular', 'none', 3, TRUE,
                      gender, now() FROM bench""",
            school.id,
            school.area_id.id,
        )
    )
    cr.execute("ANALYZE edu_student")


def staged_rows(people):
    """The list: the same children, some without a number, some under another name too."""
    for number, name, gender, born, digest in people:
        row = dict.fromkeys(STAGED)
        if number % SIMILAR == 1:
            name, digest = f"{name}子", None
        elif number % BY_NAME == 2:
            digest = None
        row.update(
            sheet="户籍",
            number=number + 2,
            child_name=name,
            name_key=name,
            name_sound=full_pinyin(name),
            gender=gender,
            birthdate=born,
            id_number_digest=digest,
            id_number_masked=digest and "****************01",
            age_group="school",
            grade=3,
        )
        yield tuple(row.values())


def seconds_of(call):
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def run(env):
    school, comparison = make_county(env)
    people = list(children(env))
    fill_registry(env, school, people)
    matcher = ComparisonMatcher(comparison)
    matcher.open_stage()
    matcher.stage(list(staged_rows(people)))
    env.flush_all()
    cr = env.cr

    def anti_join():
        cr.execute("DROP TABLE IF EXISTS bench_missing")
        cr.execute(
            """CREATE TEMPORARY TABLE bench_missing AS
               SELECT r.id FROM edu_comparison_staged AS r
                WHERE NOT EXISTS (SELECT FROM edu_student AS s
                                   WHERE s.id_number_digest = r.id_number_digest)"""
        )

    def compare():
        matcher.match(new=True)
        cr.execute("DROP TABLE IF EXISTS bench_judged")
        cr.execute(SQL("CREATE TEMPORARY TABLE bench_judged AS %s", matcher.hits()))

    prepared = seconds_of(matcher.close_stage)
    bare, ours = [], []
    for _round in range(ROUNDS):
        bare.append(seconds_of(anti_join))
        ours.append(seconds_of(compare))
    cr.execute(SQL("SELECT result, count(*) FROM (%s) AS told GROUP BY result", matcher.judged()))
    found = dict(cr.fetchall())
    if sum(found.values()) != ROWS or not {"in_school", "not_found", "suggestion"} <= set(found):
        raise RuntimeError(f"compared wrongly: {found}")
    kept = seconds_of(matcher.insert)
    ratio = min(ours) / min(bare)
    return [
        {"figure": "children on the list, and on the registry", "value": ROWS},
        {"figure": "bare anti-join, seconds", "value": min(bare)},
        {"figure": "comparison, seconds", "value": min(ours)},
        {
            "figure": "comparison against the bare anti-join",
            "value": ratio,
            "target": "at most 2.5",
            "met": ratio <= 2.5,
        },
        {"figure": "finding repeated and known rows, seconds", "value": prepared},
        {"figure": "keeping the rows, seconds", "value": kept},
        *(
            {"figure": f"children found: {result}", "value": count}
            for result, count in sorted(found.items())
        ),
    ]
