from odoo import api, models
from odoo.exceptions import AccessError


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    def write(self, vals):
        self._edu_check_reorganisation()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_reorganisation(self):
        self._edu_check_reorganisation()

    def _edu_check_reorganisation(self):
        """The decision by which schools were reorganised stands once it is carried out.

        :raise AccessError: for a user
        """
        if self.env.su or not self:
            return
        files = self.sudo().filtered(lambda file: file.res_model == "edu.reorganisation")
        records = self.env["edu.reorganisation"].sudo().browse(files.mapped("res_id")).exists()
        if any(record.state == "done" for record in records):
            raise AccessError(self.env._("A decision that was carried out stays as it is."))
