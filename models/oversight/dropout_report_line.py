from odoo import api, fields, models


class EduDropoutReportLine(models.Model):
    """One child that a dropout report names, as lists and pivots show it. Holds nothing secret and
    is not what is signed: that is the frozen version.

    Read like the report, written by it alone.
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

    # Own columns for rules and grouping, as they were when the report was composed
    school_id = fields.Many2one(related="report_id.school_id", store=True, index=True)
    term_id = fields.Many2one(related="report_id.term_id", store=True, index=True)
    township_id = fields.Many2one(related="report_id.township_id", store=True, index=True)
    is_submitted = fields.Boolean(related="report_id.is_submitted", store=True)
    student_id = fields.Many2one(
        "edu.student", "Child", compute="_compute_child", store=True, compute_sudo=True
    )
    student_name = fields.Char("Name", compute="_compute_child", store=True, compute_sudo=True)
    gender = fields.Selection(
        [("male", "Male"), ("female", "Female")],
        compute="_compute_child",
        store=True,
        compute_sudo=True,
    )
    grade = fields.Integer(compute="_compute_child", store=True, compute_sudo=True, aggregator=None)
    class_id = fields.Many2one(
        "edu.class", "Class", compute="_compute_child", store=True, compute_sudo=True
    )
    left_on = fields.Date("Away Since", compute="_compute_child", store=True, compute_sudo=True)
    cause_id = fields.Many2one(
        "edu.code", "Cause", compute="_compute_child", store=True, compute_sudo=True
    )
    whereabouts_id = fields.Many2one(
        "edu.code", "Whereabouts", compute="_compute_child", store=True, compute_sudo=True
    )
    return_by = fields.Date(
        "To Be Back By", compute="_compute_child", store=True, compute_sudo=True
    )
    responsible_id = fields.Many2one(
        "res.users", "Responsible", compute="_compute_child", store=True, compute_sudo=True
    )

    @api.depends("case_id")
    def _compute_child(self):
        for line in self:
            case = line.case_id
            line.student_id = case.student_id
            line.student_name = case.student_id.name
            line.gender = case.student_id.gender
            line.grade = case.grade or case.student_id.grade
            line.class_id = case.class_id
            line.left_on = case.missing_since or case.raised_on
            line.cause_id = case.cause_id
            line.whereabouts_id = case.whereabouts_id
            line.return_by = case.return_by
            line.responsible_id = case.school_responsible_id

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
