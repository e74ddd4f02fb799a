from odoo import api, models

from ..models.casework.notice_document import chinese_date
from .visit_report import RESULTS


class VisitPlanReport(models.AbstractModel):
    """The route of a day on paper, to be taken along: names and villages, no number and no address.
    Whoever reads the route, with the children whom they may read."""

    _name = "report.edu_dropout_control.document_visit_plan"
    _description = "Route of Visits on Paper"

    @api.model
    def _get_report_values(self, docids, data=None):
        plans = self.env["edu.visit.plan"].browse(docids).with_context(lang="zh_CN")
        plans.check_access("read")
        return {"docs": [self._edu_doc(plan) for plan in plans], "zh": chinese_date}

    def _edu_doc(self, plan):
        area = plan.sudo().area_id
        township = area.township_id.name if area.level == "village" else ""
        return {
            "plan": plan,
            "place": f"{township}{area.name}",
            "people": "、".join(plan._edu_people()),
            "lines": [self._edu_line(line) for line in plan.line_ids.sudo()],
        }

    def _edu_line(self, line):
        due = line.next_visit_due
        return {
            "child": line.student_id.name,
            "school": line.school_id.name,
            "class": line.class_id.display_name or "",
            "village": line.lives_in_id.name or "",
            "guardian": line.student_id.guardian_ids[:1].name or "",
            "due": f"{due.month}月{due.day}日" if due else "待核实",
            "result": RESULTS.get(line.visit_id.result, line.reason or ""),
        }
