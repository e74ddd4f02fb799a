from odoo import api, fields, models


class EduSignoffWithdraw(models.TransientModel):
    """Asks why a signed document is withdrawn; who may is for the document to say."""

    _name = "edu.signoff.withdraw"
    _description = "Withdraw a Signed Document"

    res_model = fields.Char(required=True)
    res_id = fields.Many2oneReference(model_field="res_model", required=True)
    document = fields.Char(compute="_compute_document")
    reason = fields.Text(required=True)

    @api.depends("res_model", "res_id")
    def _compute_document(self):
        for dialog in self:
            dialog.document = dialog._edu_document().display_name

    def _edu_document(self):
        """The document, as the caller may read it."""
        return self.env["edu.signoff"]._edu_document_of(self.res_model, self.res_id)

    def action_confirm(self):
        """Whoever may withdraw the document."""
        self.ensure_one()
        self._edu_document()._edu_withdraw(self.reason)
        return {"type": "ir.actions.act_window_close"}
