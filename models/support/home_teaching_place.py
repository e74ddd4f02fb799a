from odoo import fields, models


class EduHomeTeachingPlace(models.AbstractModel):
    """A record that belongs to a home-teaching plan stands where the plan stands, and moves with it."""

    _name = "edu.home.teaching.place.mixin"
    _description = "Record of a home-teaching plan"
    _inherit = ["edu.scope.mixin"]
    _edu_class_field = "class_id"
    _edu_township_fields = (
        "residence_township_id",
        "household_township_id",
        "school_township_id",
    )

    teaching_id = fields.Many2one(
        "edu.home.teaching", "Plan", required=True, index=True, ondelete="restrict"
    )
    student_id = fields.Many2one(
        related="teaching_id.student_id", string="Child", store=True, index=True
    )
    school_id = fields.Many2one(related="teaching_id.school_id", store=True, index=True)
    class_id = fields.Many2one(related="teaching_id.class_id", store=True, index="btree_not_null")
    residence_township_id = fields.Many2one(
        related="teaching_id.residence_township_id", store=True, index=True
    )
    household_township_id = fields.Many2one(
        related="teaching_id.household_township_id", store=True, index=True
    )
    school_township_id = fields.Many2one(
        related="teaching_id.school_township_id", store=True, index=True
    )
    teacher_id = fields.Many2one(
        related="teaching_id.responsible_id",
        string="Teacher Who Answers Today",
        store=True,
        index=True,
    )
