from odoo import fields, models


class EduPolicy(models.Model):
    _inherit = "edu.policy"

    visit_rule = fields.Selection(
        [
            ("days", "Every so many days"),
            ("month", "Every calendar month"),
            ("both", "By both, whichever ends first"),
        ],
        "Persuasion Is Counted",
        default="both",
        required=True,
        tracking=True,
        help="A gap that stays on record is a calendar month without persuasion, or, where only days"
        " are counted, a period of so many days without it.",
    )

    def _edu_after_change(self):
        """What is due in cases that are open follows the changed numbers."""
        super()._edu_after_change()
        Case = self.env["edu.dropout.case"].sudo()
        cases = Case.search([("state", "in", ("persuading", "returned", "observing"))])
        for name in ("next_visit_due", "next_check_due"):
            self.env.add_to_compute(Case._fields[name], cases)
