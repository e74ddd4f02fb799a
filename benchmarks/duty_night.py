"""The nightly run over 50,000 open duties of which 5,000 changed since yesterday, beside the ORM doing one
call a record; and the run that finds nothing to do.

The duties are missing registry entries of a county of 50,000 children. Of the 5,000 that changed, half are
done and half are new. The ORM's side is what a model without duties would do for each of them: an
``activity_schedule`` for a new one, a ``write`` of the activity for one that is done; measured for some of
them, as superuser and flushed, and taken per record.
"""

import time

from odoo.tools import SQL

from benchmarks._county import County

TITLE = "Duties of a night"
DUTIES = 50_000
FEW = 5_000
CHANGED = 5_000
ORM_RECORDS = 400
TABLES = ("edu_duty", "edu_duty_step", "mail_activity", "mail_message", "mail_followers")


def timed(call):
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def make_due(env, first, number):
    """The next ``number`` children after the first ``first`` lack their registry entry, from today on."""
    env.cr.execute(
        SQL(
            """UPDATE edu_student
                  SET registry_completion = 'to_apply', registry_due = %s
                WHERE id IN (SELECT id FROM edu_student ORDER BY id OFFSET %s LIMIT %s)""",
            env["edu.student"]._edu_registry_due(),
            first,
            number,
        )
    )
    env.invalidate_all(flush=False)


def make_done(env, number):
    env.cr.execute(
        SQL(
            """UPDATE edu_student
                  SET registry_completion = 'received', registry_received_on = %s
                WHERE id IN (SELECT id FROM edu_student ORDER BY id LIMIT %s)""",
            env["edu.policy"]._edu_today(),
            number,
        )
    )
    env.invalidate_all(flush=False)


def night(env):
    env["edu.duty"]._cron_duties()
    env.flush_all()


def analyze(env):
    for table in ("edu_student", "edu_duty", "mail_activity"):
        env.cr.execute(SQL("ANALYZE %s", SQL.identifier(table)))


def queries(env):
    before = env.cr.sql_log_count
    night(env)
    return env.cr.sql_log_count - before


def written(env):
    """Rows that this transaction has written so far in the tables of duties."""
    env.cr.execute(
        SQL(
            """SELECT sum(n_tup_ins + n_tup_upd + n_tup_del)
                 FROM pg_stat_xact_user_tables WHERE relname = ANY(%s)""",
            list(TABLES),
        )
    )
    return int(env.cr.fetchone()[0])


def orm_seconds(env):
    """Seconds a record of one call each."""
    activity_type = env.ref("edu_dropout_control.activity_registry_completion")
    user = env["edu.post"].search([("role", "=", "records_admin")], limit=1).user_id
    students = env["edu.student"].search([], order="id desc", limit=ORM_RECORDS)
    today = env["edu.policy"]._edu_today()
    made = []

    def schedule():
        made.extend(
            student.activity_schedule(
                activity_type_id=activity_type.id, date_deadline=today, user_id=user.id
            )
            for student in students
        )
        env.flush_all()

    def end():
        for activity in made:
            activity.write({"active": False})
            activity.flush_recordset()

    with env.cr.savepoint() as savepoint:
        seconds = (timed(schedule) + timed(end)) / (2 * ORM_RECORDS)
        savepoint.rollback()
    env.invalidate_all(flush=False)
    return seconds


def run(env):
    county = County(env)
    county.grow(DUTIES + CHANGED)
    for school in county.schools:
        user = env["res.users"].create({"name": f"Bench {school.code}", "login": school.code})
        env["edu.post"].create(
            {
                "user_id": user.id,
                "role": "records_admin",
                "school_id": school.id,
                "date_from": "2020-01-01",
            }
        )
    env.flush_all()
    make_due(env, 0, FEW)
    night(env)
    queries(env)
    few = queries(env)
    make_due(env, FEW, DUTIES - FEW)
    first = timed(lambda: night(env))
    analyze(env)
    many = queries(env)

    ours, again, rows = [], [], []
    for _round in range(3):
        with env.cr.savepoint() as savepoint:
            make_done(env, CHANGED // 2)
            make_due(env, DUTIES, CHANGED // 2)
            ours.append(timed(lambda: night(env)))
            before = written(env)
            again.append(timed(lambda: night(env)))
            rows.append(written(env) - before)
            savepoint.rollback()
        env.invalidate_all(flush=False)
    orm = orm_seconds(env) * CHANGED
    ratio = orm / min(ours)
    return [
        {"figure": f"making {DUTIES - FEW:,} duties and to-dos, seconds", "value": first},
        {"figure": f"a night with {CHANGED:,} of {DUTIES:,} changed, seconds", "value": min(ours)},
        {"figure": "a night with nothing changed, seconds", "value": min(again)},
        {"figure": f"one call a record for {CHANGED:,}, seconds", "value": orm},
        {
            "figure": "a night against one call a record",
            "value": ratio,
            "target": "at least 20",
            "met": ratio >= 20,
        },
        {"figure": f"queries, {FEW:,} unchanged", "value": few},
        {
            "figure": f"queries, {DUTIES:,} unchanged ÷ {FEW:,} unchanged",
            "value": many / few,
            "target": "within 10 %",
            "met": 0.9 <= many / few <= 1.1,
        },
        {
            "figure": "rows written by a second run on the same day",
            "value": max(rows),
            "target": "0",
            "met": max(rows) == 0,
        },
    ]
