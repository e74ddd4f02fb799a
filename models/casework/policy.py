from odoo import models


class EduPolicy(models.Model):
    _inherit = "edu.policy"

    def _edu_after_change(self):
        """What is due in cases that are open follows the changed numbers."""
        super()._edu_after_change()
        Case = self.env["edu.dropout.case"].sudo()
        cases = Case.search([("state", "in", ("persuading", "returned", "observing"))])
        for name in ("next_visit_due", "next_check_due"):
            self.env.add_to_compute(Case._fields[name], cases)
