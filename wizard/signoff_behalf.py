from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.core.signing import signing


class EduSignoffBehalf(models.TransientModel):
    """Enters what somebody without a log-in signed on paper: who, in which post, when, with the scan
    of the paper. Who may enter it is for the document to say."""

    _name = "edu.signoff.behalf"
    _description = "Enter a Signature on Paper"

    res_model = fields.Char(required=True)
    res_id = fields.Many2oneReference(model_field="res_model", required=True)
    document = fields.Char(compute="_compute_document")
    role = fields.Selection(
        lambda self: self.env["edu.signoff"]._fields["role"]._description_selection(self.env),
        string="Signed As",
        required=True,
    )
    person = fields.Char("Who Signed")
    post = fields.Char("Post of Who Signed")
    paper_date = fields.Date("Date on the Paper", default=fields.Date.context_today)
    scan = fields.Binary("Scan of the Signed Paper", attachment=False)
    scan_name = fields.Char()

    @api.depends("res_model", "res_id")
    def _compute_document(self):
        for dialog in self:
            dialog.document = dialog._edu_document().display_name

    def _edu_document(self):
        return self.env["edu.signoff"]._edu_document_of(self.res_model, self.res_id)

    @signing
    def action_confirm(self):
        """Whoever may enter it, with their own password where the policy asks for one.

        :raise UserError: without the person, the post, the date or the scan
        """
        self.ensure_one()
        document = self._edu_document()
        document._edu_check_may_enter(self.role)
        today = self.env["edu.policy"]._edu_today()
        missing = [
            not (self.person or "").strip() and self.env._("who signed"),
            not (self.post or "").strip() and self.env._("the post of who signed"),
            (not self.paper_date or self.paper_date > today)
            and self.env._("the date on the paper, not in the future"),
            not self.scan and self.env._("the scan of the signed paper"),
        ]
        if any(missing):
            raise UserError(
                self.env._(
                    "Still needed:\n%(missing)s",
                    missing="\n".join(f"– {text}" for text in missing if text),
                )
            )
        paper = (
            self.env["ir.attachment"]
            .sudo()
            .create(
                {
                    "name": self.scan_name or self.env._("Signed paper"),
                    "datas": self.scan,
                    "res_model": document._name,
                    "res_id": document.id,
                }
            )
        )
        document._edu_sign_on_behalf(
            self.role, self.person.strip(), self.post.strip(), self.paper_date, paper
        )
        self.sudo().unlink()
        return {"type": "ir.actions.act_window_close"}
