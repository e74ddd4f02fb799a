from odoo import api, models


class WorkPlanReport(models.AbstractModel):
    """《控辍保学工作方案》 on paper: of what was signed, or of the plan as it stands, marked as a draft."""

    _name = "report.edu_dropout_control.document_work_plan"
    _description = "Work Plan on Paper"

    @api.model
    def _get_report_values(self, docids, data=None):
        plans = self.env["edu.work.plan"].browse(docids)
        return {"docs": [{"plan": plan, "form": plan._edu_form()} for plan in plans]}
