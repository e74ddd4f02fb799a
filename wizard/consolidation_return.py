from odoo import fields, models


class EduReportConsolidationReturn(models.TransientModel):
    """Whom a consolidated report was handed in to says what has to be corrected."""

    _name = "edu.report.consolidation.return"
    _description = "Send Back a Consolidated Report"

    consolidation_id = fields.Many2one(
        "edu.report.consolidation",
        "Consolidated Report",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    reason = fields.Text("To Be Corrected", required=True)

    def action_confirm(self):
        """Township or bureau, by level: send it back."""
        self.ensure_one()
        self.consolidation_id.check_access("read")
        self.consolidation_id._edu_return(self.reason)
        return {"type": "ir.actions.act_window_close"}
