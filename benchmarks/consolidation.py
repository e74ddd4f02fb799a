"""Figures that go upwards: a county's reports consolidated, and its ledger as a workbook.

*Consolidating*: 200 schools have handed in their dropout reports, which name 3,000 children; the bureau
draws up the county's, from the click to the kept version, with rights, names of missing schools and
labels. Beside it the same sums by bare SQL: 200 reports' figures, what they kept by grade and gender,
and the 3,000 rows by grade, cause, whereabouts and measure, each by kind and gender.

*Workbook*: 100,000 entries of the ledger of school-age children with their fourteen columns, read
from the database, written, closed. Beside it xlsxwriter in its constant-memory mode writing the same
cells from a list that was made before. Peak memory in processes of their own, with 100,000 entries and
with a tenth of them.
"""

import os
import subprocess
import sys
import tempfile
import time
from datetime import date

import xlsxwriter

from odoo.tools import SQL, config

from odoo.addons.edu_dropout_control.tools.identity import make_school_code

from ._county import TOWNSHIPS, County

TITLE = "Consolidated reports, and the ledger as a workbook"
SCHOOLS = 200
ROWS = 3000
ENTRIES = int(os.environ.get("EDU_BENCH_ROWS", "100000"))
ROUNDS = 7


def seconds_of(call):
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


# -- consolidating --------------------------------------------------------------------------------


def hand_in(env, county):
    """Every school's report, submitted, with its children; written by SQL, since how they came about
    is not what is measured."""
    schools = env["edu.school"].create(
        [
            {
                "name": f"第{number}小学",
                "code": make_school_code(5000 + number),
                "kind": "nine_year",
                "area_id": county.townships[number % TOWNSHIPS].id,
            }
            for number in range(SCHOOLS)
        ]
    )
    causes = env["edu.code"].search([("kind", "=", "cause"), ("code", "!=", "confidential")])
    places = env["edu.code"].search([("kind", "=", "whereabouts"), ("code", "!=", "confidential")])
    env.flush_all()
    cr = env.cr
    cr.execute(
        SQL(
            """
            INSERT INTO edu_dropout_report (school_id, term_id, township_id, state, is_submitted,
                   first_submitted_at, registry_count, arrived_count, suspected_count,
                   dropout_count, signoff_round, create_uid, write_uid, create_date, write_date)
            SELECT id, %(term)s, area_id, 'submitted', TRUE, now(), 540, 525, 10, 5, 1, 1, 1,
                   now(), now()
              FROM edu_school WHERE id = ANY(%(schools)s)
            """,
            term=county.term.id,
            schools=schools.ids,
        )
    )
    cr.execute(
        SQL(
            """
            INSERT INTO edu_dropout_report_version (report_id, round, outcome, frozen_at,
                   content_hash, child_count, submitted_at, is_submitted, school_id, township_id,
                   grade_totals, create_uid, write_uid, create_date, write_date)
            SELECT r.id, 1, 'submitted', now(), '0', %(each)s, now(), TRUE, r.school_id,
                   r.township_id, (SELECT jsonb_object_agg(g::text, jsonb_build_object(
                       'registry', jsonb_build_array(31, 29, 0),
                       'arrived', jsonb_build_array(30, 28, 0))) FROM generate_series(1, 9) g),
                   1, 1, now(), now()
              FROM edu_dropout_report r WHERE r.term_id = %(term)s
            """,
            each=ROWS // SCHOOLS,
            term=county.term.id,
        )
    )
    cr.execute(
        """UPDATE edu_dropout_report r SET version_id = v.id
             FROM edu_dropout_report_version v WHERE v.report_id = r.id"""
    )
    cr.execute(
        SQL(
            """
            INSERT INTO edu_dropout_report_line (report_id, version_id, is_current, number, kind,
                   student_id, student_name, gender, grade, cause_id, whereabouts_id, measures,
                   measure_count, school_id, term_id, township_id, is_submitted, create_uid,
                   write_uid, create_date, write_date)
            SELECT r.id, r.version_id, TRUE, n,
                   (ARRAY['suspected', 'suspected', 'dropout', 'never_enrolled'])[1 + (n + r.id) %% 4],
                   s.id, s.name, (ARRAY['male', 'female'])[1 + n %% 2], 1 + (n + r.id) %% 9,
                   (%(causes)s::int[])[1 + (n * 7 + r.id) %% %(cause_count)s],
                   (%(places)s::int[])[1 + (n * 5 + r.id) %% %(place_count)s],
                   jsonb_build_object('home', 1 + n %% 3, 'phone', 2), 3, r.school_id, r.term_id,
                   r.township_id, TRUE, 1, 1, now(), now()
              FROM (SELECT *, row_number() OVER (ORDER BY id) - 1 AS at
                      FROM edu_dropout_report WHERE term_id = %(term)s) r
        CROSS JOIN generate_series(1, %(each)s) n
              JOIN (SELECT *, row_number() OVER (ORDER BY id) - 1 AS at FROM edu_student) s
                ON s.at = (r.at * %(each)s + n - 1)
            """,
            causes=causes.ids,
            cause_count=len(causes),
            places=places.ids,
            place_count=len(places),
            each=ROWS // SCHOOLS,
            term=county.term.id,
        )
    )
    for table in ("edu_dropout_report", "edu_dropout_report_version", "edu_dropout_report_line"):
        cr.execute(SQL("ANALYZE %s", SQL.identifier(table)))
    env.invalidate_all(flush=False)


def bare_aggregate(env, term):
    """The same sums, without rights, names or a kept result."""
    reports = SQL(
        "edu_dropout_report r WHERE r.term_id = %s AND r.state IN"
        " ('submitted', 'received', 'accepted')",
        term.id,
    )
    counts = [name for name in env["edu.dropout.report"]._fields if name.endswith("_count")]
    counts = [name for name in counts if env["edu.dropout.report"]._fields[name].store]
    env.cr.execute(
        SQL(
            "SELECT %s FROM %s",
            SQL(", ").join(SQL("sum(%s)", SQL.identifier("r", name)) for name in counts),
            reports,
        )
    )
    env.cr.fetchall()
    env.cr.execute(
        SQL(
            """SELECT g.key, c.key, sum((c.value ->> 0)::int), sum((c.value ->> 1)::int)
                 FROM edu_dropout_report_version v, jsonb_each(v.grade_totals) g,
                      jsonb_each(g.value) c
                WHERE v.id IN (SELECT version_id FROM %s) GROUP BY 1, 2""",
            reports,
        )
    )
    env.cr.fetchall()
    env.cr.execute(
        SQL(
            """SELECT kind, gender, grade, cause_id, whereabouts_id, count(*)
                 FROM edu_dropout_report_line WHERE version_id IN (SELECT version_id FROM %s)
             GROUP BY GROUPING SETS ((kind, gender, grade), (kind, gender, cause_id),
                                     (kind, gender, whereabouts_id))""",
            reports,
        )
    )
    total = sum(row[-1] for row in env.cr.fetchall())
    env.cr.execute(
        SQL(
            """SELECT m.key, kind, gender, count(*), sum(m.value::int)
                 FROM edu_dropout_report_line, jsonb_each_text(measures) m
                WHERE version_id IN (SELECT version_id FROM %s) GROUP BY 1, 2, 3""",
            reports,
        )
    )
    env.cr.fetchall()
    return total


def consolidating(env):
    county = County(env)
    county.grow(ROWS)
    hand_in(env, county)
    record = (
        env["edu.report.consolidation"]
        .with_user(county.officer)
        .create({"county_id": county.county.id, "term_id": county.term.id})
    )
    bare, ours = [], []

    def draw_up():
        record.action_consolidate()
        env.flush_all()

    draw_up()
    for _round in range(ROUNDS):
        bare.append(seconds_of(lambda: bare_aggregate(env, county.term)))
        env.invalidate_all()
        ours.append(seconds_of(draw_up))
    tables = record.sudo().version_id.content["tables"]
    counted = sum(
        sum(numbers)
        for cells in tables["grades"].values()
        for column, numbers in cells.items()
        if column in ("suspected", "dropout", "never_enrolled")
    )
    if counted != ROWS or bare_aggregate(env, county.term) != 3 * ROWS:
        raise RuntimeError(f"consolidated wrongly: {counted}")
    page = min(seconds_of(record.edu_board) for _round in range(3))
    ratio = min(ours) / min(bare)
    return [
        {"figure": "school reports consolidated", "value": record.counted_count},
        {"figure": "children in them", "value": counted},
        {"figure": "bare SQL aggregate, milliseconds", "value": 1000 * min(bare)},
        {"figure": "consolidating, milliseconds", "value": 1000 * min(ours)},
        {
            "figure": "consolidating against the bare aggregate",
            "value": ratio,
            "target": "at most 5",
            "met": ratio <= 5,
        },
        {"figure": "its page with today's figures, milliseconds", "value": 1000 * page},
    ], county


# -- the ledger as a workbook ---------------------------------------------------------------------


def fill_ledger(env, county):
    """An open entry for each child; the first tenth entered a year earlier."""
    county.grow(ENTRIES + 540)  # the last school of those before is not full
    env.cr.execute(
        SQL(
            """
            INSERT INTO edu_ledger (kind, student_id, school_id, class_id, grade, gender, date_on,
                   reason_on, evidence, residence_township_id, household_township_id,
                   school_township_id, create_uid, write_uid, create_date, write_date)
            SELECT 'school_age', id, school_id, class_id, grade, gender,
                   CASE WHEN at <= %(tenth)s THEN DATE '2024-09-05' ELSE DATE '2025-09-05' END,
                   '第1学校 2025-2026 秋季学期核查', '核查表', residence_township_id,
                   household_township_id, school_township_id, 1, 1, now(), now()
              FROM (SELECT *, row_number() OVER (ORDER BY id) AS at FROM edu_student
                     ORDER BY id LIMIT %(all)s) child
            """,
            tenth=ENTRIES // 10,
            all=ENTRIES,
        )
    )
    env.cr.execute("ANALYZE edu_ledger")
    env.invalidate_all(flush=False)


def export_of(env, county, day):
    return (
        env["edu.ledger.export"]
        .with_user(county.officer)
        .create({"kind": "school_age", "as_of": day, "date_from": day})
    )


def bare_write(rows, headers):
    """The same cells by xlsxwriter alone, which is told what each column holds."""
    with tempfile.TemporaryFile() as file:
        book = xlsxwriter.Workbook(file, {"constant_memory": True})
        text = book.add_format({"num_format": "@", "border": 1})
        day = book.add_format({"num_format": "yyyy-mm-dd", "border": 1, "align": "left"})
        number = book.add_format({"border": 1})
        sheet = book.add_worksheet()
        for column, header in enumerate(headers):
            sheet.write_string(0, column, header, text)
        write_string, write_number, write_date = (
            sheet.write_string,
            sheet.write_number,
            sheet.write_datetime,
        )
        for at, row in enumerate(rows, 1):
            for column, value in enumerate(row):
                if isinstance(value, str):
                    write_string(at, column, value, text)
                elif isinstance(value, date):
                    write_date(at, column, value, day)
                elif value is None:
                    write_string(at, column, "", text)
                else:
                    write_number(at, column, value, number)
        book.close()
        return file.tell()


def peak(*arguments):
    """Kilobytes that a process of its own takes at most."""
    command = [sys.executable, "-m", "benchmarks._consolidation_memory", *map(str, arguments)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return int(done.stdout.split()[-1])


def measure_workbook(env, export):
    """Seconds of each round: (bare, ours)."""
    rows = list(export._edu_rows(export._edu_standing(export.as_of), False))
    if len(rows) != ENTRIES:
        raise RuntimeError(f"{len(rows)} rows")
    headers = export._edu_headers()
    bare, ours = [], []
    for _round in range(3):
        bare.append(seconds_of(lambda: bare_write(rows, headers)))
        env.invalidate_all()
        ours.append(seconds_of(lambda: export._edu_write().close()))
    return bare, ours


def workbook(env, county):
    fill_ledger(env, county)
    env.cr.commit()
    today = env["edu.policy"]._edu_today()
    export = export_of(env, county, today)
    bare, ours = measure_workbook(env, export)
    small = export_of(env, county, date(2025, 1, 1))
    counts = [
        env["edu.ledger"].search_count(each._edu_standing(each.as_of)) for each in (small, export)
    ]
    env.cr.commit()
    memory = [
        min(peak(config["config"], env.cr.dbname, each.id) for _round in range(2))
        for each in (small, export)
    ]
    ratio = min(ours) / min(bare)
    growth = memory[1] / memory[0]
    return [
        {"figure": "entries of the ledger written", "value": counts[1]},
        {"figure": "bare xlsxwriter, the same cells, seconds", "value": min(bare)},
        {"figure": "ledger as a workbook, seconds", "value": min(ours)},
        {
            "figure": "workbook against bare xlsxwriter",
            "value": ratio,
            "target": "at most 1.5",
            "met": ratio <= 1.5,
        },
        {"figure": f"peak memory with {counts[0]} entries, MB", "value": memory[0] / 1024},
        {"figure": f"peak memory with {counts[1]} entries, MB", "value": memory[1] / 1024},
        {
            "figure": "peak memory against a tenth of the entries",
            "value": growth,
            "target": "at most 1.3",
            "met": growth <= 1.3,
        },
    ]


def run(env):
    figures, county = consolidating(env)
    return figures + workbook(env, county)
