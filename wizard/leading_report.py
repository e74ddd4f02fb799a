from odoo import fields, models


class EduLeadingReport(models.TransientModel):
    """What came of a decision, or why it is dropped. The decision itself asks who says so."""

    _name = "edu.leading.report"
    _description = "Report on a Decision"

    decision_id = fields.Many2one(
        "edu.leading.decision", required=True, readonly=True, ondelete="cascade"
    )
    step = fields.Selection([("done", "Done"), ("drop", "Drop")], required=True, default="done")
    text = fields.Text("In Words", required=True)

    def action_report(self):
        """See ``edu.leading.decision``: who is to do it, or a leader."""
        self.ensure_one()
        if self.step == "done":
            self.decision_id._edu_report_done(self.text)
        else:
            self.decision_id._edu_report_dropped(self.text)
        return {"type": "ir.actions.act_window_close"}
