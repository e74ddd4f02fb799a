"""Third stage of a roster import: carry plans out, through the ORM and within the caller's rights."""

import logging
from collections import defaultdict

import psycopg2
from psycopg2 import errors

from odoo.exceptions import UserError

from .roster_plan import CREATE, REJECT, UPDATE

_logger = logging.getLogger(__name__)

BATCH = 200
# the transaction as a whole is to be tried again; no row is to blame
RETRY = (errors.SerializationFailure, errors.DeadlockDetected, errors.LockNotAvailable)

SOURCES = {"entrants_household": "household", "entrants_grade6": "graduates"}


class RosterWriter:
    """Carries out plans, in batches that are each written whole or halved until the row is found
    that cannot be: that row gets a problem, the others are written."""

    def __init__(self, env, job):
        quiet = {
            "tracking_disable": True,
            "mail_create_nosubscribe": True,
            "mail_create_nolog": True,
        }
        self.env = env
        self.job = job
        self.students = env["edu.student"].with_context(**quiet)
        self.guardians = env["edu.guardian"].with_context(**quiet)
        self.class_ids = {}

    def carry_out(self, plans):
        """Carry out ``plans``; sets ``student_id`` of what was created. A plan that could not be
        carried out is rejected with a problem; a plan that is no create or update is passed over."""
        todo = [plan for plan in plans if plan.action in (CREATE, UPDATE)]
        for start in range(0, len(todo), BATCH):
            self._attempt(todo[start : start + BATCH])

    def _attempt(self, plans):
        try:
            with self.env.cr.savepoint():
                self._write_batch(plans)
        except RETRY:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, it concerns one row
            self.class_ids = {}
            if len(plans) > 1:
                middle = len(plans) // 2
                self._attempt(plans[:middle])
                self._attempt(plans[middle:])
            else:
                self._blame(plans[0], error)

    def _blame(self, plan, error):
        if isinstance(error, UserError):
            plan.tell("", "refused", reason=str(error))
        elif isinstance(error, psycopg2.IntegrityError):
            reason = self.env["edu.student"]._sql_error_to_message(error)
            plan.tell("", "refused", reason=reason)
        else:
            _logger.error(
                "Roster import: row %s of sheet %r could not be written",
                plan.incoming.number,
                plan.incoming.sheet,
                exc_info=error,
            )
            plan.tell("", "unforeseen")
        plan.action = REJECT

    def _write_batch(self, plans):
        self._make_classes(plans)
        new = [plan for plan in plans if plan.action == CREATE]
        changed = [plan for plan in plans if plan.action == UPDATE]
        self._create(new)
        for plan in changed:
            self._update(plan)
        self._write_guardians(plans)
        self._expect(plans)
        # stored computes now, while the context is quiet: the chatter gets its one line below
        self.students.env.flush_all()
        self._tell(new, changed)

    def _make_classes(self, plans):
        keys = dict.fromkeys(plan.new_class for plan in plans if plan.new_class)
        todo = [key for key in keys if key not in self.class_ids]
        if todo:
            Class = self.env["edu.class"]
            for key in list(todo):
                school_id, grade, number = key
                there = Class.search(
                    [("school_id", "=", school_id), ("grade", "=", grade), ("number", "=", number)]
                )
                if there:
                    self.class_ids[key] = there.id
                    todo.remove(key)
            year = self._first_year()
            made = Class.create(
                [
                    {
                        "school_id": school_id,
                        "grade": grade,
                        "number": number,
                        "entry_year": year and year - (grade - 1 if grade <= 6 else grade - 7),
                    }
                    for school_id, grade, number in todo
                ]
            )
            self.class_ids.update(zip(todo, made.ids, strict=True))
        for plan in plans:
            if plan.new_class:
                plan.vals["class_id"] = self.class_ids[plan.new_class]

    def _first_year(self):
        year = (self.job.term.school_year or "")[:4]
        return int(year) if year.isdecimal() else 0

    def _create(self, plans):
        if plans:
            students = self.students.create([plan.vals for plan in plans])
            for plan, student in zip(plans, students, strict=True):
                plan.student_id = student.id

    def _update(self, plan):
        student = self.students.browse(plan.student_id)
        vals = dict(plan.vals)
        if plan.move:
            klass = self.env["edu.class"].browse(vals.pop("class_id", None) or [])
            grade = vals.pop("grade", None) or klass.grade
            student._edu_move(self.env["edu.school"].browse(plan.school_id), klass, grade)
        if vals:
            student.write(vals)
        if plan.state:
            student._edu_set_state(plan.state)

    def _write_guardians(self, plans):
        new = []
        for plan in plans:
            for guardian_id, vals in plan.guardians:
                if guardian_id:
                    self.guardians.browse(guardian_id).write(vals)
                else:
                    new.append({**vals, "student_id": plan.student_id})
        if new:
            self.guardians.create(new)

    def _expect(self, plans):
        groups = defaultdict(list)
        for plan in plans:
            if plan.expect:
                groups[plan.expect].append(plan.student_id)
        for (school_id, grade), ids in groups.items():
            self.env["edu.entrant"]._edu_expect(
                self.job.term,
                self.env["edu.school"].browse(school_id),
                self.env["edu.student"].browse(ids),
                grade,
                SOURCES[self.job.kind],
            )

    def _tell(self, new, changed):
        """One line a child in the chatter: where it came from, or what was changed, without values."""
        env, student = self.env, self.env["edu.student"]
        bodies = {
            plan.student_id: env._("Entered by the import of “%(file)s”.", file=self.job.source)
            for plan in new
        }
        for plan in changed:
            names = dict.fromkeys(plan.changed)
            labels = ", ".join(student._fields[name]._description_string(env) for name in names)
            body = env._(
                "Changed by the import of “%(file)s”: %(fields)s.",
                file=self.job.source,
                fields=labels,
            )
            if plan.incoming.decision == "transfer":
                body = env._(
                    "Moved here by %(person)s, on the import of “%(file)s”. Changed: %(fields)s.",
                    person=env.user.name,
                    file=self.job.source,
                    fields=labels,
                )
            bodies[plan.student_id] = body
        students = student.browse(bodies)
        if students:
            students._message_log_batch(bodies=bodies)
