from odoo import fields, models
from odoo.exceptions import UserError


class EduStatusStep(models.TransientModel):
    """Asks for what a step of a status change needs, and takes it. Anybody who acts on status changes
    may fill it in; the step itself asks for the post."""

    _name = "edu.status.step"
    _description = "Step of a status change"

    change_id = fields.Many2one("edu.status.change", required=True, ondelete="cascade")
    step = fields.Selection(
        [
            ("approve", "Approve"),
            ("refuse", "Refuse"),
            ("answer", "Receipt or Answer"),
            ("confirm", "Proof of This Term"),
            ("end", "End"),
        ],
        required=True,
    )
    number = fields.Char("Number of the Approval")
    reason = fields.Text()
    valid_until = fields.Date()
    file = fields.Binary(attachment=False)
    file_name = fields.Char()

    def action_done(self):
        """Take the step; see the methods of the change for who may."""
        self.ensure_one()
        change = self.change_id
        files = []
        if self.file:
            files = self.env["edu.roster.sheet"]._edu_clean_files(
                [{"name": self.file_name, "data": self.file}]
            )
        if self.step == "approve":
            change.action_approve(self.number)
        elif self.step == "refuse":
            change._edu_refuse(self.reason)
        elif self.step == "answer":
            if not files:
                raise UserError(self.env._("Attach the receipt or the answer."))
            change._edu_answer(files)
        elif self.step == "confirm":
            change._edu_confirm(files, self.valid_until)
        else:
            change._edu_end(self.reason)
        self.sudo().unlink()
        return {"type": "ir.actions.client", "tag": "soft_reload"}
