from odoo import api, models


class EduSignoff(models.Model):
    """What the county's policy and posts say about signatures."""

    _inherit = "edu.signoff"

    @api.model
    def _edu_signing_rules(self):
        policy = self.env["edu.policy"]._current()
        return {
            "differ": policy.sign_all_differ,
            "password": policy.sign_password,
            "drawing": policy.sign_drawing,
        }

    @api.model
    def _edu_reads_all(self):
        """The county administrator, who reads no document, answers for the chains being whole."""
        return self.env.user.has_group("edu_dropout_control.group_county_admin")
