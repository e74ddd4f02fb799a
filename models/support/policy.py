from odoo import fields, models


class EduPolicy(models.Model):
    _inherit = "edu.policy"

    home_teaching_per_week = fields.Integer(
        "Home Lessons a Week, at Least",
        default=1,
        required=True,
        tracking=True,
        help="A plan may promise more, never less. Weeks wholly off owe none.",
    )
    home_teaching_teachers = fields.Integer(
        "Teachers at a Home Lesson, at Least", default=2, required=True, tracking=True
    )

    _home_teaching_positive = models.Constraint(
        "CHECK(home_teaching_per_week BETWEEN 1 AND 7 AND home_teaching_teachers > 0)",
        "A week has one to seven home lessons, and each at least one teacher.",
    )
