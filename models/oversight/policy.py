from odoo import fields, models


class EduPolicy(models.Model):
    _inherit = "edu.policy"

    bulletin_every_days = fields.Integer(
        "Bulletin of Suspected Dropouts Every (days)",
        default=30,
        required=True,
        tracking=True,
        help="So long after the last one, the next bulletin is prepared for the bureau",
    )
    order_answer_days = fields.Integer(
        "Follow-up Orders Answered Within (days)", default=7, required=True, tracking=True
    )

    _bulletin_days_positive = models.Constraint(
        "CHECK(bulletin_every_days > 0 AND order_answer_days > 0)",
        "A bulletin comes, and an order is answered, after one day at least.",
    )
