from odoo import fields, models
from odoo.tools import SQL

from .outcomes import MISSING, PRESENT


class EduRosterProgress(models.Model):
    """How far the roster check of each school is, now: a view of PostgreSQL, so that it can be
    summed by township and county and opens with one query for as many schools as there are.

    Read by the school's leaders and records administrator for their school, township and bureau for
    theirs, inspectors for all.
    """

    _name = "edu.roster.progress"
    _description = "Progress of roster checks"
    _inherit = ["edu.scope.mixin"]
    _auto = False
    _order = "term_id desc, township_id, school_id"
    _rec_name = "school_id"
    _edu_township_fields = ("township_id",)

    term_id = fields.Many2one("edu.term", readonly=True)
    school_id = fields.Many2one("edu.school", readonly=True)
    township_id = fields.Many2one("edu.area", "Township", readonly=True)
    county_id = fields.Many2one("edu.area", "County", readonly=True)
    check_id = fields.Many2one("edu.roster.check", "Roster Check", readonly=True)
    state = fields.Selection(
        [("idle", "Nothing marked yet"), ("open", "Being Marked"), ("closed", "Check completed")],
        readonly=True,
    )
    check_deadline = fields.Date("Check by", readonly=True)
    days_left = fields.Integer(readonly=True, aggregator="min")
    deadline_state = fields.Selection(
        [
            ("late", "Late"),
            ("due_soon", "Due soon"),
            ("on_time", "On time"),
            ("done", "Done in time"),
            ("done_late", "Done late"),
        ],
        "Deadline",
        readonly=True,
    )
    sheet_count = fields.Integer("Number of Classes", readonly=True)
    signed_count = fields.Integer("Classes Signed", readonly=True)
    line_count = fields.Integer("Number of Children", readonly=True)
    unmarked_count = fields.Integer("Still to Mark", readonly=True)
    present_count = fields.Integer("Here", readonly=True)
    missing_count = fields.Integer("Suspected", readonly=True)
    other_count = fields.Integer("Accounted for", readonly=True)
    progress = fields.Float("Marked (%)", readonly=True, aggregator="avg", digits=(5, 1))

    @property
    def _table_query(self):
        today = self.env["edu.policy"]._edu_today()
        return SQL(
            """
            SELECT c.id, c.id AS check_id, c.term_id, c.school_id, c.area_id AS township_id,
                   school.county_id, c.check_deadline,
                   CASE WHEN c.state != 'closed' THEN c.check_deadline - %(today)s::date
                        END AS days_left,
                   CASE WHEN c.state = 'closed' THEN 'closed'
                        WHEN line.line_count = line.unmarked_count THEN 'idle'
                        ELSE 'open' END AS state,
                   CASE WHEN c.state = 'closed' AND c.closed_on > c.check_deadline
                        THEN 'done_late'
                        WHEN c.state = 'closed' THEN 'done'
                        WHEN c.check_deadline < %(today)s THEN 'late'
                        WHEN c.check_deadline <= %(today)s::date + %(soon)s THEN 'due_soon'
                        ELSE 'on_time' END AS deadline_state,
                   sheet.sheet_count, sheet.signed_count, line.line_count, line.unmarked_count,
                   line.present_count, line.missing_count,
                   line.line_count - line.unmarked_count - line.present_count
                   - line.missing_count AS other_count,
                   CASE WHEN line.line_count > 0
                        THEN 100.0 * (line.line_count - line.unmarked_count) / line.line_count
                        ELSE 100.0 END AS progress
              FROM edu_roster_check c
              JOIN edu_school school ON school.id = c.school_id
        CROSS JOIN LATERAL (
                   SELECT count(*) AS line_count,
                          count(*) FILTER (WHERE l.outcome = 'unmarked') AS unmarked_count,
                          count(*) FILTER (WHERE l.outcome IN %(present)s) AS present_count,
                          count(*) FILTER (WHERE l.outcome IN %(missing)s) AS missing_count
                     FROM edu_roster_check_line l WHERE l.check_id = c.id) line
        CROSS JOIN LATERAL (
                   SELECT count(*) AS sheet_count,
                          count(*) FILTER (WHERE sh.state = 'signed') AS signed_count
                     FROM edu_roster_sheet sh
                    WHERE sh.check_id = c.id AND EXISTS (
                          SELECT 1 FROM edu_roster_check_line l WHERE l.sheet_id = sh.id)) sheet
            """,
            today=today,
            soon=self.env["edu.policy"]._current().due_soon_days,
            present=PRESENT,
            missing=MISSING,
        )

    def action_open_check(self):
        """Whoever reads the row: the roster check itself."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": "edu.roster.check",
            "res_id": self.id,
            "views": [(False, "form")],
        }
