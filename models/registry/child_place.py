from odoo import fields, models

from ..core.copied_field import CopiedMany2one


class EduChildPlaceMixin(models.AbstractModel):
    """A record about a child at a school: the class teacher, the school and the three townships of
    the child find it in their scope. The child's townships follow the child."""

    _name = "edu.child.place.mixin"
    _description = "Record about a child at a school"
    _inherit = ["edu.scope.mixin"]
    _edu_class_field = "class_id"
    _edu_township_fields = (
        "residence_township_id",
        "household_township_id",
        "school_township_id",
    )

    student_id = fields.Many2one("edu.student", required=True, index=True, ondelete="restrict")
    school_id = fields.Many2one("edu.school", index=True)
    class_id = fields.Many2one("edu.class", index=True)
    residence_township_id = CopiedMany2one(
        related="student_id.residence_township_id",
        string="Township of Residence",
        store=True,
        index=True,
    )
    household_township_id = CopiedMany2one(
        related="student_id.household_township_id",
        string="Township of Household Registration",
        store=True,
        index=True,
    )
    school_township_id = CopiedMany2one(
        related="school_id.area_id", string="Township of the School", store=True, index=True
    )
