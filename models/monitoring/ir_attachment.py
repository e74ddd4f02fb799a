from odoo import api, models
from odoo.exceptions import AccessError


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    def write(self, vals):
        self._edu_check_status_change()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_status_change(self):
        self._edu_check_status_change()

    def _edu_check_status_change(self):
        """Applications and proofs of a status change stand once it was applied for, proofs of a leave
        once it was asked for.

        :raise AccessError: for a user
        """
        if self.env.su or not self:
            return
        files = self.sudo().filtered(lambda file: file.res_model == "edu.status.change")
        changes = self.env["edu.status.change"].sudo().browse(files.mapped("res_id")).exists()
        if any(change.state != "draft" for change in changes):
            raise AccessError(
                self.env._("The files of a status change that was applied for stay with it.")
            )
        files = self.sudo().filtered(lambda file: file.res_model == "edu.leave")
        leaves = self.env["edu.leave"].sudo().browse(files.mapped("res_id")).exists()
        if any(leave.state != "draft" for leave in leaves):
            raise AccessError(self.env._("The proof of a leave that was asked for stays with it."))
