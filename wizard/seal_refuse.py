from odoo import fields, models


class EduSealRefuse(models.TransientModel):
    """Asks who approves why the seal is not put to a document."""

    _name = "edu.seal.refuse"
    _description = "Refuse the Use of a Seal"

    use_id = fields.Many2one("edu.seal.use", required=True, ondelete="cascade")
    reason = fields.Char("Why Not", required=True)

    def action_confirm(self):
        """Principal; at township and bureau an officer."""
        self.ensure_one()
        self.use_id.check_access("read")
        self.use_id._edu_refuse(self.reason)
        return {"type": "ir.actions.act_window_close"}
