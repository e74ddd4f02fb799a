from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from .roll_kinds import CALLERS, IN_CLASS

# How far back the list goes, in natural days
DAYS = 31


class EduRollStatus(models.Model):
    """Which classes were called on which school day, and which were not: a view of PostgreSQL over
    the last month of the term. Days off do not count, make-up days do.

    Class teachers read their classes, the school's staff the school's, township and bureau theirs,
    inspectors all.
    """

    _name = "edu.roll.status"
    _description = "Roll call of a class on a school day"
    _inherit = ["edu.scope.mixin"]
    _auto = False
    _order = "date desc, township_id, school_id, grade, class_id"
    _rec_name = "class_id"
    _edu_class_field = "class_id"
    _edu_township_fields = ("township_id",)

    date = fields.Date("School Day", readonly=True)
    is_today = fields.Boolean("Of Today", readonly=True)
    class_id = fields.Many2one("edu.class", readonly=True)
    grade = fields.Integer(readonly=True, aggregator=None)
    school_id = fields.Many2one("edu.school", readonly=True)
    township_id = fields.Many2one("edu.area", "Township", readonly=True)
    county_id = fields.Many2one("edu.area", "County", readonly=True)
    state = fields.Selection(
        [("not_called", "Not called"), ("called", "Called"), ("late", "Called on a later day")],
        readonly=True,
    )
    not_called = fields.Integer("Classes Not Called", readonly=True)
    child_count = fields.Integer("Number of Children", readonly=True)
    absent_count = fields.Integer("Absent without Leave", readonly=True)
    leave_count = fields.Integer("On Leave", readonly=True)
    roll_call_id = fields.Many2one("edu.roll.call", readonly=True)
    called_by_id = fields.Many2one("res.users", readonly=True)
    called_at = fields.Datetime(readonly=True)
    can_call = fields.Boolean(compute="_compute_can_call")

    @property
    def _table_query(self):
        today = self.env["edu.policy"]._edu_today()
        return SQL(
            """
            SELECT k.id::bigint * 100000 + (day.date - DATE '2000-01-01') AS id,
                   day.date, day.date = %(today)s AS is_today, k.id AS class_id, k.grade,
                   k.school_id, school.area_id AS township_id, school.county_id,
                   CASE WHEN c.id IS NULL THEN 'not_called' WHEN c.is_late THEN 'late'
                        ELSE 'called' END AS state,
                   CASE WHEN c.id IS NULL THEN 1 ELSE 0 END AS not_called,
                   child.number AS child_count, absent.absent_count, absent.leave_count,
                   c.id AS roll_call_id, c.called_by_id, c.called_at
              FROM unnest(%(days)s::date[]) AS day(date)
        CROSS JOIN edu_class k
              JOIN edu_school school ON school.id = k.school_id AND school.active
              JOIN edu_term term ON day.date <= term.end_date AND day.date >= COALESCE(
                   (SELECT o.start_date FROM edu_term_opening o
                     WHERE o.term_id = term.id AND o.school_id = k.school_id
                       AND o.grade IN (k.grade, 0)
                  ORDER BY o.grade DESC LIMIT 1), term.start_date)
         LEFT JOIN edu_roll_call c ON c.class_id = k.id AND c.date = day.date AND c.kind = 'day'
        CROSS JOIN LATERAL (
                   SELECT count(*) AS number FROM edu_student s
                    WHERE s.class_id = k.id AND s.active
                      AND s.enrolment_state IN %(in_class)s) child
        CROSS JOIN LATERAL (
                   SELECT count(*) FILTER (WHERE a.kind = 'unexcused') AS absent_count,
                          count(*) FILTER (WHERE a.kind = 'excused') AS leave_count
                     FROM edu_absence a
                    WHERE a.class_id = k.id AND a.date = day.date) absent
             WHERE k.active AND child.number > 0
            """,
            today=today,
            days=self._edu_days(today),
            in_class=IN_CLASS,
        )

    @api.model
    def _edu_days(self, today):
        """The school days of the last month, until today."""
        days = [today - timedelta(days=number) for number in range(DAYS)]
        return [day for day in days if self.env["edu.policy"]._edu_is_workday(day)]

    @api.depends_context("uid")
    @api.depends("class_id")
    def _compute_can_call(self):
        user = self.env.user
        for klass, rows in self.grouped("class_id").items():
            rows.can_call = any(user._edu_has_role(role, klass) for role in CALLERS)

    def action_call(self):
        """Class teacher, records administrator, dean: the calling screen of this class and day."""
        self.ensure_one()
        return self.env["edu.roll.call"]._edu_screen(
            class_id=self.class_id.id, date=fields.Date.to_string(self.date), kind="day"
        )

    def action_open(self):
        """Whoever reads the row: the roll call, once there is one."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": "edu.roll.call",
            "res_id": self.roll_call_id.id,
            "views": [(False, "form")],
        }
