from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class EduDropoutReportStatus(models.Model):
    """Who has handed in the dropout report of a term and who has not, by name: one row for every
    school and term, whether the school has begun or not.

    Read by leaders for their school, township and bureau for theirs, inspectors for all.
    """

    _name = "edu.dropout.report.status"
    _description = "Submission of Dropout Reports"
    _inherit = ["edu.hand.in.mixin", "edu.scope.mixin"]
    _auto = False
    _order = "term_id desc, township_id, school_id"
    _rec_name = "school_id"
    _edu_township_fields = ("township_id",)

    school_id = fields.Many2one("edu.school", "School", readonly=True)
    township_id = fields.Many2one("edu.area", "Township", readonly=True)
    term_id = fields.Many2one("edu.term", "Term", readonly=True)
    report_id = fields.Many2one("edu.dropout.report", "Report", readonly=True)
    state = fields.Selection(
        [
            ("missing", "Not Begun"),
            ("draft", "Being Prepared"),
            ("signed", "Signed"),
            ("submitted", "Submitted"),
            ("received", "Received"),
            ("returned", "Sent Back"),
            ("accepted", "Accepted"),
        ],
        readonly=True,
    )
    is_submitted = fields.Boolean("Handed In", readonly=True)
    scan_count = fields.Integer("Signed Scans", readonly=True)
    suspected_count = fields.Integer("Suspected Dropouts", readonly=True)
    dropout_count = fields.Integer("Dropouts", readonly=True)
    never_enrolled_count = fields.Integer("Never Enrolled", readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT term.id * 1000000::bigint + school.id AS id,
                   school.id AS school_id,
                   school.area_id AS township_id,
                   term.id AS term_id,
                   %s AS deadline,
                   report.id AS report_id,
                   COALESCE(report.state, 'missing') AS state,
                   report.first_submitted_at IS NOT NULL AS is_submitted,
                   report.first_submitted_at,
                   COALESCE(report.is_late, FALSE) AS is_late,
                   report.late_seconds,
                   report.scan_count,
                   CASE WHEN report.first_submitted_at IS NOT NULL
                        THEN report.suspected_count END AS suspected_count,
                   CASE WHEN report.first_submitted_at IS NOT NULL
                        THEN report.dropout_count END AS dropout_count,
                   CASE WHEN report.first_submitted_at IS NOT NULL
                        THEN report.never_enrolled_count END AS never_enrolled_count
              FROM edu_term term
        CROSS JOIN edu_school school
         LEFT JOIN edu_dropout_report report
                ON report.term_id = term.id AND report.school_id = school.id
             WHERE term.state <> 'planned' AND (school.active OR report.id IS NOT NULL)
            """,
            self.env["edu.term"]._edu_deadline_sql("report_deadline"),
        )

    def action_open_report(self):
        """Open the report, where the caller may read it."""
        self.ensure_one()
        self.check_access("read")
        report = self.env["edu.dropout.report"].browse(self.sudo().report_id.id)
        if not report or not report.has_access("read"):
            raise UserError(
                self.env._(
                    "%(school)s has not handed in its report yet.", school=self.school_id.name
                )
            )
        return {
            "type": "ir.actions.act_window",
            "res_model": "edu.dropout.report",
            "res_id": report.id,
            "views": [(False, "form")],
        }

    def action_remind(self):
        """Bureau or township: remind the schools that have not handed in, in their to-do lists."""
        self._edu_check_role(("bureau", "township"))
        Report = self.env["edu.dropout.report"]
        count = 0
        for status in self.sudo().filtered(lambda row: not row.is_submitted):
            report = status.report_id or Report._edu_prepare(status.term_id, status.school_id)
            report._edu_remind(self.env.user)
            count += 1
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if count else "info",
                "message": self.env._("%(count)s schools were reminded.", count=count),
            },
        }
