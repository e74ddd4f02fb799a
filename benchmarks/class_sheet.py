"""A class teacher opens the own class and marks it, in a small county and in a large one.

One database: the teacher's steps are measured with 10,000 children in it and again once it has grown
(100,000 by itself, with ``--scale`` the 1,000,000 of the plan's figure), all of them on the lists of an
open term. The steps are those of the phone: own classes, the form, the marking screen's data, one child
missing and the rest here; each round taken back. Every query of theirs is explained: none may read the
children or the lines from end to end.
"""

import os
import time
from contextlib import contextmanager
from unittest.mock import patch

from odoo.sql_db import Cursor
from odoo.tools import SQL

from benchmarks._county import County

TITLE = "A class teacher's sheet"
FEW = 10_000
MANY = int(
    os.environ.get("EDU_BENCH_MANY", "1000000" if os.environ.get("EDU_BENCH_SCALE") else "100000")
)
ROUNDS = 15
TABLES = ("edu_student", "edu_roster_check_line")
FORM = {
    name: {}
    for name in (
        "display_name state check_deadline unmarked_count present_count missing_count can_mark"
    ).split()
}


def steps(env):
    """What the phone asks the server for, as the teacher."""
    Sheet = env["edu.roster.sheet"]
    action = Sheet.action_my_sheets()
    Sheet.web_search_read(action["domain"], FORM, limit=80)
    sheet = Sheet.browse(action["res_id"])
    sheet.web_read(FORM)
    lines = sheet.action_marker_data()["lines"]
    missing = {
        "line_id": lines[7]["id"],
        "outcome": "suspected",
        "missing_since": sheet.term_id.start_date,
    }
    sheet.action_mark([missing], heads=len(lines) - 1, rest=True)
    env.flush_all()


@contextmanager
def recorded(queries):
    """Keep every statement with its values."""
    execute = Cursor.execute

    def recording(cursor, query, params=None, log_exceptions=True):
        text, values = (query.code, query.params) if isinstance(query, SQL) else (query, params)
        queries.append(cursor.mogrify(text, values).decode())
        return execute(cursor, query, params, log_exceptions)

    with patch.object(Cursor, "execute", recording):
        yield


def scans(env, queries):
    """Names of the large tables that one of the statements reads from end to end."""
    found = set()

    def look(plan):
        if plan["Node Type"] == "Seq Scan" and plan["Relation Name"] in TABLES:
            found.add(plan["Relation Name"])
        for inner in plan.get("Plans", ()):
            look(inner)

    for query in queries:
        if query.lstrip().split(None, 1)[0].upper() in (
            "SELECT",
            "UPDATE",
            "DELETE",
            "INSERT",
            "WITH",
        ):
            env.cr.execute("EXPLAIN (FORMAT JSON) " + query.replace("%", "%%"), ())
            look(env.cr.fetchone()[0][0]["Plan"])
    return found


def measure(env):
    """(seconds of the fastest round, queries of a round, tables read from end to end)"""
    seconds, counts = [], set()
    for number in range(ROUNDS + 2):
        env.invalidate_all()
        with env.cr.savepoint() as savepoint:
            before, started = env.cr.sql_log_count, time.perf_counter()
            steps(env)
            spent = time.perf_counter() - started
            if number >= 2:  # the registry's caches are warm
                seconds.append(spent)
                counts.add(env.cr.sql_log_count - before)
            savepoint.rollback()
    env.invalidate_all()
    queries = []
    with env.cr.savepoint() as savepoint:
        with recorded(queries):
            steps(env)
        found = scans(env, queries)  # while what they name is there
        savepoint.rollback()
    env.invalidate_all()
    return min(seconds), min(counts), found


def grown(county, children):
    county.grow(children)
    county.term.with_user(county.officer).action_open()
    cr = county.env.cr
    county.env.flush_all()
    for table in ("edu_roster_check_line", "edu_roster_sheet", "edu_roster_check"):
        cr.execute(SQL("ANALYZE %s", SQL.identifier(table)))
    county.env.invalidate_all()


def run(env):
    county = County(env)
    grown(county, FEW)
    klass = env["edu.class"].search([("school_id", "=", county.schools[:1].id)], limit=1)
    teacher = county.person("class_teacher", class_id=klass.id)
    mine = env(user=teacher.id)
    few, few_queries, _scans = measure(mine)
    grown(county, MANY)
    many, many_queries, many_scans = measure(mine)
    read = ", ".join(sorted(many_scans)) or "none"
    return [
        {"figure": f"with {FEW:,} children, milliseconds", "value": few * 1000},
        {"figure": f"with {MANY:,} children, milliseconds", "value": many * 1000},
        {"figure": f"queries with {FEW:,} children", "value": few_queries},
        {
            "figure": f"queries with {MANY:,} children",
            "value": many_queries,
            "target": f"{few_queries}",
            "met": many_queries == few_queries,
        },
        {
            "figure": f"time with {MANY:,} children ÷ with {FEW:,}",
            "value": many / few,
            "target": "at most 1.5",
            "met": many <= 1.5 * few,
        },
        {
            "figure": f"children or lines read from end to end: {read}",
            "value": len(many_scans),
            "target": "0",
            "met": not many_scans,
        },
    ]
