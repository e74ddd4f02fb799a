from odoo import api, models
from odoo.exceptions import UserError

FROZEN = {"raw", "datas", "db_datas", "res_model", "res_id", "res_field", "type", "url", "public"}

# {model: (field of its files, field that holds once it was handed over)}
HANDED_OVER = {
    "edu.dropout.report.version": ("scan_ids", "submitted_at"),
    "edu.periodic.report": ("scan_ids", "is_submitted"),
    "edu.child.report": ("scan_ids", "is_submitted"),
    "edu.sample.line": ("evidence_ids", "is_closed"),
}


class IrAttachment(models.Model):
    """The scan of a paper that was handed over is evidence: it is neither replaced nor deleted."""

    _inherit = "ir.attachment"

    def write(self, vals):
        if FROZEN & vals.keys():
            self._edu_refuse_handed_over()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_handed_over(self):
        self._edu_refuse_handed_over()

    def _edu_refuse_handed_over(self):
        for model, (files, handed_over) in HANDED_OVER.items():
            own = self.sudo().filtered(lambda file, model=model: file.res_model == model)
            records = self.env[model].sudo().browse(own.mapped("res_id")).exists()
            if any(record[handed_over] and record[files] & own for record in records):
                raise UserError(
                    self.env._("The scan of a submitted report is not taken away again.")
                )
        if self.env.su:
            return
        for model, stands in (
            ("edu.leading.document", lambda document: True),
            ("edu.leading.meeting", lambda meeting: meeting.state != "draft"),
            ("edu.responsibility.letter", lambda letter: letter.state == "signed"),
        ):
            files = self.sudo().filtered(
                lambda file, model=model: file.res_model == model and file.res_id
            )
            records = self.env[model].sudo().browse(files.mapped("res_id")).exists()
            if any(map(stands, records)):
                raise UserError(self.env._("The scan of what was signed stays with it."))
