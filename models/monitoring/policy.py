from odoo import fields, models


class EduPolicy(models.Model):
    _inherit = "edu.policy"

    due_soon_days = fields.Integer(
        "Due Soon (days before)", default=3, required=True, tracking=True
    )

    _due_soon_positive = models.Constraint(
        "CHECK(due_soon_days > 0)", "A deadline is due soon at least one day before."
    )
