"""Third stage of a roster import: carry plans out, as sets and within the caller's rights."""

import logging
from collections import defaultdict

import psycopg2
from psycopg2 import errors

from odoo.exceptions import ConcurrencyError, UserError
from odoo.tools import SQL

from ...tools.names import search_text
from ..core.notes import log_notes
from ..core.set_writer import SetWriter
from .roster_plan import CREATE, REJECT, UPDATE

_logger = logging.getLogger(__name__)

BATCH = 2000
# the transaction as a whole is to be tried again; no row is to blame
RETRY = (
    errors.SerializationFailure,
    errors.DeadlockDetected,
    errors.LockNotAvailable,
    ConcurrencyError,
)

SOURCES = {"entrants_household": "household", "entrants_grade6": "graduates"}


#: stored computed fields of a child that its row brings along
OWN_COLUMNS = (
    "name_pinyin",
    "grade",
    "household_township_id",
    "residence_township_id",
    "school_township_id",
)
#: where a guardian stands is where its child stands
FOLLOWING = (
    "school_id",
    "expected_school_id",
    "class_id",
    "residence_township_id",
    "household_township_id",
)


def is_of_the_server(error):
    """Whether the database server could not, for want of disk, memory or a connection: no row is to
    blame, and nothing of the transaction is left."""
    return isinstance(
        error, (psycopg2.OperationalError, psycopg2.InterfaceError)
    ) and not isinstance(error, errors.ProgramLimitExceeded)


class RosterWriter:
    """Carries out plans, in batches that are each written whole or halved until the row is found
    that cannot be: that row gets a problem, the others are written. Children and guardians are
    written as sets, so that no ``create`` or ``write`` sees them; moves, states, new classes and
    entrants, which are few, go their usual way."""

    def __init__(self, env, job, digest=None):
        quiet = {
            "tracking_disable": True,
            "mail_create_nosubscribe": True,
            "mail_create_nolog": True,
        }
        self.env = env
        self.job = job
        self.students = env["edu.student"].with_context(**quiet)
        self.guardians = env["edu.guardian"].with_context(**quiet)
        self.student_set = SetWriter(self.students, own=OWN_COLUMNS, digest=digest)
        self.guardian_set = SetWriter(
            self.guardians,
            follow={name: SQL.identifier("child", name) for name in FOLLOWING},
            source=SQL("JOIN edu_student AS child ON child.id = new.student_id"),
            digest=digest,
        )
        self.class_ids = {}
        self._load_places()

    def _load_places(self):
        """{id: township} of divisions and schools, {id: grade} of classes."""
        query = self.env.execute_query
        self.env["edu.area"].flush_model(["township_id"])
        self.env["edu.school"].flush_model(["area_id"])
        self.env["edu.class"].flush_model(["school_id", "grade"])
        self.township_of = dict(query(SQL("SELECT id, township_id FROM edu_area")))
        self.area_of = dict(query(SQL("SELECT id, area_id FROM edu_school")))
        self.grade_of = dict(
            query(
                SQL(
                    "SELECT id, grade FROM edu_class WHERE school_id = ANY(%s)",
                    self.job.schools.ids,
                )
            )
        )

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
        except Exception as error:
            if is_of_the_server(error):
                raise
            self.class_ids = {}
            if len(plans) > 1:
                middle = len(plans) // 2
                self._attempt(plans[:middle])
                self._attempt(plans[middle:])
            else:
                self._blame(plans[0], error)

    def _blame(self, plan, error):
        if isinstance(error, errors.UniqueViolation) and self._came_meanwhile(plan, error):
            raise ConcurrencyError("another import has entered the same child or class") from error
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

    def _came_meanwhile(self, plan, error):
        """Whether what the row clashes with cannot be seen from this transaction: it is tried again,
        and then the child is one that is entered."""
        if error.diag.table_name == "edu_student":
            digests = [plan.digests.get("national_no"), plan.digests.get("id_number")]
            query = SQL(
                """SELECT 1 FROM edu_student WHERE id IS DISTINCT FROM %s
                      AND (national_no_digest = %s OR id_number_digest = %s) LIMIT 1""",
                plan.student_id,
                *digests,
            )
        elif error.diag.table_name == "edu_class":
            query = SQL(
                """SELECT 1 FROM edu_class
                    WHERE school_id = %s AND grade = %s AND number = %s LIMIT 1""",
                *(plan.new_class or (0, 0, 0)),
            )
        else:
            return False
        return not self.env.execute_query(query)

    def _write_batch(self, plans):
        self._make_classes(plans)
        new = [plan for plan in plans if plan.action == CREATE]
        changed = [plan for plan in plans if plan.action == UPDATE]
        # computed in the quiet context, or the chatter would tell of every field
        flush = self.students.env.flush_all
        self._move([plan for plan in changed if plan.move])
        flush()
        self._create(new)
        self._update(changed)
        self._set_states(changed)
        self._expect(plans)
        flush()
        self._write_guardians(plans)
        self._follow([plan.student_id for plan in changed])
        flush()
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
                    self.grade_of[there.id] = there.grade
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
            self.grade_of.update((klass.id, klass.grade) for klass in made)
        for plan in plans:
            if plan.new_class:
                plan.vals["class_id"] = self.class_ids[plan.new_class]

    def _first_year(self):
        year = (self.job.term.school_year or "")[:4]
        return int(year) if year.isdecimal() else 0

    def _filled(self, vals, is_new=False):
        """The values of a child and what follows from them, as the model would compute it."""
        vals = dict(vals)
        if "name" in vals:
            vals["name_pinyin"] = search_text(vals["name"] or "")
        if is_new or "class_id" in vals:
            grade = self.grade_of.get(vals.get("class_id"))
            if grade or is_new:
                vals["grade"] = grade or vals.get("grade") or 0
        for kind in ("household", "residence"):
            if is_new or f"{kind}_area_id" in vals:
                area = vals.get(f"{kind}_area_id")
                vals[f"{kind}_township_id"] = self.township_of.get(area)
        if is_new:
            vals["school_township_id"] = self.area_of.get(vals["school_id"])
        return vals

    def _create(self, plans):
        ids = self.student_set.insert([self._filled(plan.vals, is_new=True) for plan in plans])
        for plan, id_ in zip(plans, ids, strict=True):
            plan.student_id = id_
        self._check(ids)

    def _move(self, plans):
        for plan in plans:
            klass = self.env["edu.class"].browse(plan.vals.pop("class_id", None) or [])
            grade = plan.vals.pop("grade", None) or klass.grade
            student = self.students.browse(plan.student_id)
            student._edu_move(self.env["edu.school"].browse(plan.school_id), klass, grade)

    def _update(self, plans):
        changes = {plan.student_id: self._filled(plan.vals) for plan in plans if plan.vals}
        self.student_set.update(changes)
        self._check(changes)

    def _check(self, ids):
        """The model's own constraints, asked of those only that break them."""
        found = self.env.execute_query(
            SQL(
                """SELECT child.id FROM edu_student child
                LEFT JOIN edu_class class ON class.id = child.class_id
                    WHERE child.id = ANY(%s)
                      AND (child.birthdate > %s OR class.school_id <> child.school_id)""",
                list(ids),
                self.job.today,
            )
        )
        self.students.browse(row[0] for row in found)._validate_fields(["birthdate", "class_id"])

    def _set_states(self, plans):
        groups = defaultdict(list)
        for plan in plans:
            if plan.state:
                groups[plan.state].append(plan.student_id)
        for state, ids in groups.items():
            self.students.browse(ids)._edu_set_state(state)

    def _write_guardians(self, plans):
        new, changes = [], {}
        for plan in plans:
            for guardian_id, vals in plan.guardians:
                if guardian_id:
                    changes[guardian_id] = vals
                else:
                    new.append({**vals, "student_id": plan.student_id})
        self.guardian_set.update(changes)
        self.guardian_set.insert(new)

    def _follow(self, ids):
        """Guardians stand where their changed children stand."""
        guardian, now = SQL.identifier("edu_guardian"), self.env.cr.now()
        moved = self.env.execute_query(
            SQL(
                """UPDATE %(guardian)s SET %(values)s, write_uid = %(uid)s, write_date = %(now)s
                     FROM edu_student AS child
                    WHERE child.id = %(guardian)s.student_id AND child.id = ANY(%(ids)s)
                      AND (%(old)s) IS DISTINCT FROM (%(new)s)
                RETURNING %(guardian)s.id""",
                guardian=guardian,
                values=SQL(", ").join(
                    SQL("%s = %s", SQL.identifier(name), SQL.identifier("child", name))
                    for name in FOLLOWING
                ),
                uid=self.env.uid,
                now=now,
                ids=ids,
                old=SQL(", ").join(SQL.identifier("edu_guardian", name) for name in FOLLOWING),
                new=SQL(", ").join(SQL.identifier("child", name) for name in FOLLOWING),
            )
        )
        guardians = self.guardians.browse(row[0] for row in moved)
        guardians.invalidate_recordset(flush=False)
        guardians.modified(FOLLOWING)

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
        entered = env._("Entered by the import of “%(file)s”.", file=self.job.source)
        bodies = dict.fromkeys((plan.student_id for plan in new), entered)
        for plan in changed:
            names = dict.fromkeys(plan.changed)
            labels = ", ".join(student._fields[name]._description_string(env) for name in names)
            body = env._(
                "Changed by the import of “%(file)s”: %(fields)s.",
                file=self.job.source,
                fields=labels,
            )
            if plan.move and plan.incoming.decision == "transfer":
                body = env._(
                    "Moved here by %(person)s, on the import of “%(file)s”. Changed: %(fields)s.",
                    person=env.user.name,
                    file=self.job.source,
                    fields=labels,
                )
            if plan.formal:
                body = " ".join(
                    (body, env._("The temporary student number was replaced by a formal one."))
                )
            bodies[plan.student_id] = body
        self._log(bodies)

    def _log(self, bodies):
        log_notes(self.env["edu.student"], bodies)
