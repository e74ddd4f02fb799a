import time

from odoo import api, fields, models
from odoo.tools import SQL

from ..core.copied_field import CopiedMany2one
from ..core.scope_index import ScopeIndex
from .warning_rule import WarningScope

#: children whose points are computed and committed at once
BATCH = 120_000
#: seconds after which the cron's worker is given back
SLICE = 60


class EduWarning(models.Model):
    """A rule of early warning that is true of a child, or was: why, since when, worth how much.

    Read by the class teacher, the school's staff, the three townships, bureau and inspectors, each in
    the own scope. Nobody writes: the night's computation does, a set at a time, and only what
    changed. What is no longer true gets its last day and stays readable.

    Of a child who is missing already there is a case, and no early warning.
    """

    _name = "edu.warning"
    _description = "Early warning"
    _inherit = ["edu.child.place.mixin"]
    _order = "until desc, points desc, id"
    _rec_name = "student_id"
    _log_access = False  # the night's statements write: who and when is known

    student_id = fields.Many2one(readonly=True, ondelete="cascade")
    rule_id = fields.Many2one(
        "edu.warning.rule", "Rule", required=True, readonly=True, ondelete="restrict"
    )
    points = fields.Integer(required=True, readonly=True)
    value = fields.Float("Counted", readonly=True, digits=(8, 1), aggregator=None)
    facts = fields.Json(readonly=True)
    explanation = fields.Char("Why", compute="_compute_explanation")
    since = fields.Date(readonly=True)
    until = fields.Date("Ended on", readonly=True, index="btree_not_null")
    computed_on = fields.Date("Last Change on", readonly=True)
    is_open = fields.Boolean("In Force", compute="_compute_is_open", search="_search_is_open")

    # they follow the child, by the ORM between two nights and by the night's statements
    school_id = CopiedMany2one(related="student_id.school_id", store=True, index=False)
    class_id = CopiedMany2one(related="student_id.class_id", store=True, index=False)
    # found by one index, below
    residence_township_id = CopiedMany2one(index=False)
    household_township_id = CopiedMany2one(index=False)
    school_township_id = CopiedMany2one(index=False)

    _open_uniq = models.UniqueIndex(
        "(student_id, rule_id) WHERE until IS NULL", "This rule is true of the child already."
    )
    _class_open_idx = models.Index("(class_id) WHERE until IS NULL")
    _scope_idx = ScopeIndex(
        "school_id",
        "class_id",
        "school_township_id",
        "residence_township_id",
        "household_township_id",
    )

    @api.depends("rule_id", "facts")
    @api.depends_context("lang")
    def _compute_explanation(self):
        for warning in self:
            warning.explanation = warning.rule_id.sudo()._edu_explain(warning.facts)

    @api.depends("until")
    def _compute_is_open(self):
        for warning in self:
            warning.is_open = not warning.until

    def _search_is_open(self, operator, value):
        if operator != "in":
            return NotImplemented
        domain = fields.Domain("until", "=", False)
        return domain if True in value else ~domain

    # -- computation ------------------------------------------------------------------------------

    @api.model
    def _edu_population(self, table, schools):
        """Fill the temporary ``table`` with the children of ``schools`` that rules are held against:
        enrolled, and on no ledger of suspected or confirmed dropouts."""
        self.env.flush_all()
        name = SQL.identifier(table)
        self.env.cr.execute(SQL("DROP TABLE IF EXISTS %s", name))
        self.env.cr.execute(
            SQL(
                """CREATE TEMPORARY TABLE %s ON COMMIT DROP AS
                   SELECT s.id AS student_id, s.school_id
                     FROM edu_student s
                    WHERE s.school_id = ANY(%s) AND s.active AND s.enrolment_state = 'enrolled'
                      AND NOT EXISTS (
                          SELECT FROM edu_ledger l
                           WHERE l.student_id = s.id AND l.date_off IS NULL
                             AND l.kind IN ('suspected', 'dropout'))""",
                name,
                schools.ids,
            )
        )
        self.env.cr.execute(SQL("ANALYZE %s", name))

    @api.model
    def _edu_compute(self, schools, day=None):
        """Compute the warnings of the children of ``schools``: insert what became true, end what is
        no longer true, change what is true for another reason, leave the rest alone.

        Private: for the cron and whoever has asked for the right.

        :return: {"new", "changed", "ended"}: rows written
        """
        day = day or self.env["edu.policy"]._edu_today()
        cr = self.env.cr
        # compiling a union of ten conditions takes longer than running it
        cr.execute("SET LOCAL jit = off")
        self._edu_population("edu_warning_population", schools)
        found = SQL.identifier("edu_warning_found")
        rules = self.env["edu.warning.rule"]._edu_in_force(day)
        cr.execute(SQL("DROP TABLE IF EXISTS %s", found))
        cr.execute(
            SQL(
                "CREATE TEMPORARY TABLE %s ON COMMIT DROP AS %s",
                found,
                rules._edu_facts(WarningScope(day, "edu_warning_population")),
            )
        )
        cr.execute(SQL("ANALYZE %s", found))
        counts = {
            "ended": self._edu_end(schools, found, day),
            "changed": self._edu_change(found, day),
            "new": self._edu_insert(found, day),
        }
        cr.execute(
            SQL(
                "UPDATE edu_school SET warning_computed_on = %s WHERE id = ANY(%s)",
                day,
                schools.ids,
            )
        )
        schools.invalidate_recordset(["warning_computed_on"], flush=False)
        self.invalidate_model(flush=False)
        self.env["edu.warning.child"].invalidate_model(flush=False)
        return counts

    def _edu_end(self, schools, found, day):
        self.env.cr.execute(
            SQL(
                """UPDATE edu_warning w
                      SET until = GREATEST(%(day)s, w.since), computed_on = %(day)s
                    WHERE w.until IS NULL AND w.school_id = ANY(%(schools)s)
                      AND NOT EXISTS (SELECT FROM %(found)s f
                                       WHERE f.student_id = w.student_id
                                         AND f.rule_id = w.rule_id)""",
                day=day,
                schools=schools.ids,
                found=found,
            )
        )
        return self.env.cr.rowcount

    def _edu_change(self, found, day):
        """Points, value, reason, or where the child stands."""
        self.env.cr.execute(
            SQL(
                """UPDATE edu_warning w
                      SET points = f.points, value = f.value, facts = f.facts,
                          school_id = s.school_id, class_id = s.class_id,
                          residence_township_id = s.residence_township_id,
                          household_township_id = s.household_township_id,
                          school_township_id = s.school_township_id,
                          computed_on = %(day)s
                     FROM %(found)s f
                     JOIN edu_student s ON s.id = f.student_id
                    WHERE w.student_id = f.student_id AND w.rule_id = f.rule_id
                      AND w.until IS NULL
                      AND (w.points, w.value, w.facts, w.school_id, w.class_id,
                           w.residence_township_id, w.household_township_id, w.school_township_id)
                          IS DISTINCT FROM
                          (f.points, f.value, f.facts, s.school_id, s.class_id,
                           s.residence_township_id, s.household_township_id,
                           s.school_township_id)""",
                day=day,
                found=found,
            )
        )
        return self.env.cr.rowcount

    def _edu_insert(self, found, day):
        self.env.cr.execute(
            SQL(
                """INSERT INTO edu_warning (
                          student_id, rule_id, points, value, facts, since, computed_on, school_id,
                          class_id, residence_township_id, household_township_id,
                          school_township_id)
                   SELECT f.student_id, f.rule_id, f.points, f.value, f.facts, f.since, %(day)s,
                          s.school_id, s.class_id, s.residence_township_id,
                          s.household_township_id, s.school_township_id
                     FROM %(found)s f
                     JOIN edu_student s ON s.id = f.student_id
                    WHERE NOT EXISTS (SELECT FROM edu_warning w
                                       WHERE w.student_id = f.student_id
                                         AND w.rule_id = f.rule_id AND w.until IS NULL)""",
                day=day,
                found=found,
            )
        )
        return self.env.cr.rowcount

    # -- the cron ---------------------------------------------------------------------------------

    @api.model
    def _edu_wake(self):
        """Compute all points anew, soon."""
        self.env.cr.execute(
            "UPDATE edu_school SET warning_computed_on = NULL WHERE warning_computed_on IS NOT NULL"
        )
        self.env["edu.school"].invalidate_model(["warning_computed_on"], flush=False)
        cron = self.env.ref("edu_dropout_control.cron_warning", raise_if_not_found=False)
        if cron:
            cron.sudo()._trigger()

    @api.model
    def _cron_compute(self):
        """Compute the schools that were not computed today, a batch of schools a transaction: what
        was cut off is taken up where it stood."""
        end = time.monotonic() + SLICE
        cron = self.env["ir.cron"]
        day = self.env["edu.policy"]._edu_today()
        batches = self._edu_batches(day)
        remaining = sum(map(len, batches))
        cron._commit_progress(remaining=remaining)
        for schools in batches:
            self.sudo()._edu_compute(schools, day)
            remaining -= len(schools)
            cron._commit_progress(len(schools), remaining=remaining)
            if time.monotonic() >= end:
                return

    @api.model
    def _edu_batches(self, day):
        """Schools that wait for their computation, in batches of about as many children."""
        rows = self.env.execute_query(
            SQL(
                """SELECT school.id, (SELECT count(*) FROM edu_student s
                                       WHERE s.school_id = school.id)
                     FROM edu_school school
                    WHERE school.warning_computed_on IS NULL
                       OR school.warning_computed_on < %s
                 ORDER BY school.id""",
                day,
            )
        )
        School = self.env["edu.school"]
        batches, ids, children = [], [], 0
        for school_id, count in rows:
            if ids and children + count > BATCH:
                batches.append(School.browse(ids))
                ids, children = [], 0
            ids.append(school_id)
            children += count
        return [*batches, School.browse(ids)] if ids else batches
