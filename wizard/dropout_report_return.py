from odoo import fields, models


class EduDropoutReportReturn(models.TransientModel):
    """The bureau says what a school has to correct in its report; or the school says why it asks for
    a submitted report back."""

    _name = "edu.dropout.report.return"
    _description = "Return a Dropout Report"

    report_id = fields.Many2one(
        "edu.dropout.report", "Report", required=True, readonly=True, ondelete="cascade"
    )
    mode = fields.Selection(
        [("return", "The bureau sends it back"), ("ask", "The school asks for it back")],
        required=True,
        default="return",
    )
    reason = fields.Text("To Be Corrected", required=True)

    def action_confirm(self):
        """Bureau: return the report. School: ask for it."""
        self.ensure_one()
        self.report_id.check_access("read")
        if self.mode == "ask":
            self.report_id._edu_ask_back(self.reason)
        else:
            self.report_id._edu_return(self.reason)
        return {"type": "ir.actions.act_window_close"}
