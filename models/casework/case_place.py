from odoo import fields, models


class EduCasePlaceMixin(models.AbstractModel):
    """A record that belongs to a case stands where the case stands, and moves with it."""

    _name = "edu.case.place.mixin"
    _description = "Record of a case"
    _inherit = ["edu.scope.mixin"]
    _edu_class_field = "class_id"
    _edu_township_fields = (
        "residence_township_id",
        "household_township_id",
        "school_township_id",
    )

    case_id = fields.Many2one(
        "edu.dropout.case", "Case", required=True, index=True, ondelete="restrict"
    )
    student_id = fields.Many2one(
        related="case_id.student_id", string="Child", store=True, index=True
    )
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
