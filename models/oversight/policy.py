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

    leading_meetings = fields.Integer(
        "Meetings of a Leading Group per Term",
        default=1,
        required=True,
        tracking=True,
        help="Fewer that are closed, and the school shows as not met this term",
    )

    _leading_meetings_positive = models.Constraint(
        "CHECK(leading_meetings > 0)", "A leading group meets once a term at least."
    )
    _bulletin_days_positive = models.Constraint(
        "CHECK(bulletin_every_days > 0 AND order_answer_days > 0)",
        "A bulletin comes, and an order is answered, after one day at least.",
    )
