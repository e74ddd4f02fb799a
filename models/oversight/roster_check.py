from odoo import models

from ..core.signing import signing


class EduRosterCheck(models.Model):
    _inherit = "edu.roster.check"

    @signing
    def action_close(self):
        """Records administrator or dean: see the roster check. The school's report takes in what
        the check found."""
        result = super().action_close()
        for check in self.sudo():
            self.env["edu.dropout.report"].sudo().search(
                [("school_id", "=", check.school_id.id), ("term_id", "=", check.term_id.id)]
            )._edu_refresh()
        return result
