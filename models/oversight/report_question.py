from odoo import fields, models


class EduReportQuestion(models.Model):
    """What a kind of report asks beyond its figures. Read and written like the kind; a change holds
    for the calls to come."""

    _name = "edu.report.question"
    _description = "Question of a Report"
    _order = "kind_id, sequence, id"

    kind_id = fields.Many2one("edu.report.kind", required=True, index=True, ondelete="cascade")
    sequence = fields.Integer(default=10)
    name = fields.Char("Question", required=True, translate=True)
    answer_type = fields.Selection(
        [("text", "Words"), ("number", "A whole number"), ("yes_no", "Yes or no")],
        "Answered by",
        required=True,
        default="text",
    )
    is_required = fields.Boolean("Must Be Answered", default=True)
    active = fields.Boolean(default=True)
