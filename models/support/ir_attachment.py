from odoo import api, models
from odoo.exceptions import AccessError


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    def write(self, vals):
        self._edu_check_support()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_support(self):
        self._edu_check_support()

    def _edu_check_support(self):
        """Consent and proofs stand once the plan was submitted, signatures and photographs with their
        lesson.

        :raise AccessError: for a user
        """
        if self.env.su or not self:
            return
        files = self.sudo().filtered("res_id")
        of_plans = files.filtered(lambda file: file.res_model == "edu.home.teaching")
        plans = self.env["edu.home.teaching"].sudo().browse(of_plans.mapped("res_id")).exists()
        plans = plans.filtered(lambda plan: plan.state != "draft")
        if of_plans & (plans.basis_file_ids | plans.consent_file_ids | plans.end_file_ids):
            raise AccessError(
                self.env._(
                    "The files of a plan that was submitted are evidence: they stay with it."
                )
            )
        sessions = files.filtered(lambda file: file.res_model == "edu.home.teaching.session")
        self.env["edu.home.teaching.session"].browse(
            sessions.mapped("res_id")
        ).exists()._edu_check_correctable()
