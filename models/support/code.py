from odoo import fields, models


class EduCode(models.Model):
    _inherit = "edu.code"

    kind = fields.Selection(
        selection_add=[
            ("home_subject", "Subject of home teaching"),
            ("home_not_held", "Home lesson not held because"),
            ("home_end", "Home teaching ended because"),
        ],
        ondelete={
            "home_subject": "cascade",
            "home_not_held": "cascade",
            "home_end": "cascade",
        },
    )
