from odoo import fields, models


class EduSupervisionOrderReturn(models.TransientModel):
    """The bureau says what is missing in the answer to a follow-up order."""

    _name = "edu.supervision.order.return"
    _description = "Send Back the Answer to an Order"

    order_id = fields.Many2one(
        "edu.supervision.order", "Order", required=True, readonly=True, ondelete="cascade"
    )
    reason = fields.Text("What Is Missing", required=True)

    def action_confirm(self):
        """Bureau: send the answer back."""
        self.ensure_one()
        self.order_id.check_access("read")
        self.order_id._edu_return(self.reason)
        return {"type": "ir.actions.act_window_close"}
