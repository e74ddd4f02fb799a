from odoo import api, models
from odoo.exceptions import AccessError


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    def write(self, vals):
        self._edu_check_casework()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_casework(self):
        self._edu_check_casework()

    def _edu_check_casework(self):
        """Photographs stand with their visit, proofs with their case: who may write the record may
        not therefore replace its evidence.

        :raise AccessError: for a user
        """
        if self.env.su or not self:
            return
        files = self.sudo()
        visits = files.filtered(lambda file: file.res_model == "edu.visit" and file.res_id)
        self.env["edu.visit"].browse(visits.mapped("res_id")).exists()._edu_check_correctable()
        of_cases = files.filtered(lambda file: file.res_model == "edu.dropout.case" and file.res_id)
        cases = self.env["edu.dropout.case"].sudo().browse(of_cases.mapped("res_id")).exists()
        if cases.evidence_ids & of_cases:
            raise AccessError(
                self.env._("Evidence of a case stands. Add what is new as a note below it.")
            )
        for model in ("edu.notice", "edu.referral"):
            of_model = files.filtered(
                lambda file, model=model: file.res_model == model and file.res_id
            )
            papers = self.env[model].sudo().browse(of_model.mapped("res_id")).exists()
            papers = papers.filtered(lambda paper: paper.state not in ("draft", "sent"))
            if of_model & papers._edu_files():
                raise AccessError(
                    self.env._("The files of an issued notice are evidence: they stay with it.")
                )
