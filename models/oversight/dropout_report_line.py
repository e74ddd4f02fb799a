from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import UserError


class EduDropoutReportLine(models.Model):
    """One child that a dropout report names, as lists and pivots show it. Holds nothing secret and
    is not what is signed: that is the frozen version.

    A draft's lines follow the cases; once a version is frozen its lines stay with it as they are, so
    that what was consolidated from it can be looked up for ever. ``is_current`` tells the report's
    present ones. Read like the report, written by it alone.
    """

    _name = "edu.dropout.report.line"
    _description = "Child in a Dropout Report"
    _inherit = ["edu.scope.mixin"]
    _order = "report_id, number, id"
    _rec_name = "student_id"
    _edu_township_fields = ("township_id",)

    report_id = fields.Many2one(
        "edu.dropout.report", "Report", required=True, index=True, ondelete="cascade"
    )
    version_id = fields.Many2one(
        "edu.dropout.report.version", "Version", readonly=True, index=True, ondelete="restrict"
    )
    is_current = fields.Boolean("In the Report Now", compute="_compute_is_current", store=True)
    number = fields.Integer("No.", readonly=True, aggregator=None)
    case_id = fields.Many2one(
        "edu.dropout.case", "Case", readonly=True, index=True, ondelete="restrict"
    )
    kind = fields.Selection(
        [
            ("suspected", "Suspected Dropout"),
            ("suspected_never", "Suspected, Never Enrolled"),
            ("dropout", "Dropout"),
            ("never_enrolled", "Never Enrolled"),
        ],
        required=True,
        readonly=True,
    )
    measure_count = fields.Integer("Visits", readonly=True)
    last_measure_on = fields.Date("Last Visit", readonly=True)
    # {method of a visit or kind of a notice: how often}
    measures = fields.Json(readonly=True)

    # Own columns for rules and grouping
    school_id = fields.Many2one(related="report_id.school_id", store=True, index=True)
    term_id = fields.Many2one(related="report_id.term_id", store=True, index=True)
    township_id = fields.Many2one(related="report_id.township_id", store=True, index=True)
    is_submitted = fields.Boolean(related="report_id.is_submitted", store=True)

    # The child as it was when the report was composed
    student_id = fields.Many2one(
        "edu.student", "Child", readonly=True, index=True, ondelete="restrict"
    )
    student_name = fields.Char("Name", readonly=True)
    gender = fields.Selection([("male", "Male"), ("female", "Female")], readonly=True)
    grade = fields.Integer(readonly=True, aggregator=None)
    class_id = fields.Many2one("edu.class", "Class", readonly=True, ondelete="restrict")
    left_on = fields.Date("Away Since", readonly=True)
    cause_id = fields.Many2one("edu.code", "Cause", readonly=True, ondelete="restrict")
    whereabouts_id = fields.Many2one("edu.code", "Whereabouts", readonly=True, ondelete="restrict")
    return_by = fields.Date("To Be Back By", readonly=True)
    responsible_id = fields.Many2one("res.users", "Responsible", readonly=True, ondelete="restrict")

    @api.depends("version_id", "report_id.version_id")
    def _compute_is_current(self):
        for line in self:
            line.is_current = line.version_id == line.report_id.version_id

    @api.ondelete(at_uninstall=False)
    def _unlink_except_frozen(self):
        if self.version_id:
            raise UserError(self.env._("A frozen version is not deleted."))

    @api.model
    def _edu_values(self, row):
        """Columns of one row of a composed report."""
        case = self.env["edu.dropout.case"].sudo().browse(row["case"])
        return {
            "case_id": case.id,
            "number": row["no"],
            "kind": row["kind"],
            "measure_count": len(row["measures"]),
            "last_measure_on": row["measures"][-1]["on"] if row["measures"] else False,
            "measures": dict(Counter(measure["method"] for measure in row["measures"])) or False,
            "student_id": case.student_id.id,
            "student_name": row["name"],
            "gender": row["gender"],
            "grade": row["grade"],
            "class_id": case.class_id.id,
            "left_on": row["left_on"],
            "cause_id": case.cause_id.id,
            "whereabouts_id": case.whereabouts_id.id,
            "return_by": row["return_by"],
            "responsible_id": case.school_responsible_id.id,
        }

    def action_open_case(self):
        """Whoever reads the line and the case: open the case."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": "edu.dropout.case",
            "res_id": self.case_id.id,
            "views": [(False, "form")],
        }
