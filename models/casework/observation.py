from odoo import fields, models


class EduObservation(models.Model):
    """Whether a child that came back was in school on a day. Made by
    ``edu.dropout.case.action_check_observation`` only; nobody changes or deletes one."""

    _name = "edu.observation"
    _description = "Observation check"
    _inherit = ["edu.scope.mixin"]
    _order = "checked_on desc, id desc"
    _rec_name = "checked_on"
    _edu_class_field = "class_id"
    _edu_township_fields = (
        "residence_township_id",
        "household_township_id",
        "school_township_id",
    )

    case_id = fields.Many2one("edu.dropout.case", required=True, index=True, ondelete="restrict")
    checked_on = fields.Date("Day", required=True)
    present = fields.Boolean("In School")
    note = fields.Char()
    student_id = fields.Many2one(related="case_id.student_id", store=True, index=True)
    school_id = fields.Many2one(related="case_id.school_id", store=True, index=True)
    class_id = fields.Many2one(related="case_id.class_id", store=True, index=True)
    residence_township_id = fields.Many2one(
        related="case_id.residence_township_id", store=True, index=True
    )
    household_township_id = fields.Many2one(
        related="case_id.household_township_id", store=True, index=True
    )
    school_township_id = fields.Many2one(
        related="case_id.school_township_id", store=True, index=True
    )
