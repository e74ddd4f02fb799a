from odoo import fields, models


class EduPeriodicReportReturn(models.TransientModel):
    """The bureau says what has to be corrected in a periodic report."""

    _name = "edu.periodic.report.return"
    _description = "Return a Periodic Report"

    report_id = fields.Many2one(
        "edu.periodic.report", "Report", required=True, readonly=True, ondelete="cascade"
    )
    reason = fields.Text("To Be Corrected", required=True)

    def action_confirm(self):
        """Bureau: return the report."""
        self.ensure_one()
        self.report_id.check_access("read")
        self.report_id._edu_return(self.reason)
        return {"type": "ir.actions.act_window_close"}
