from odoo import api, models

from ..models.casework.notice_document import chinese_date
from ..models.oversight.periodic_report import PARTS
from .hand import drawing_url

PART_WORDS = {
    "with_roster": "在校学生",
    "with_absence": "缺勤",
    "with_cases": "疑似辍学与辍学",
    "with_visits": "劝返",
}
FIGURE_WORDS = {
    "previous_count": "期初人数",
    "entered_count": "增加",
    "left_count": "减少",
    "registry_count": "期末人数",
    "absence_count": "旷课人天",
    "absent_child_count": "旷课学生",
    "leave_count": "请假人天",
    "new_suspected_count": "新增疑似",
    "suspected_count": "期末疑似",
    "new_dropout_count": "新增辍学",
    "dropout_count": "期末辍学",
    "returned_count": "本期劝返",
    "visit_count": "劝返次数",
    "visited_child_count": "劝返人数",
    "unvisited_child_count": "未劝返人数",
    "late_record_count": "补录次数",
}
CHOICES = {"yes": "是", "no": "否"}


class PeriodicReportDocument(models.AbstractModel):
    """A periodic report on paper: figures and answers, the name of no child. Unsigned it is marked as a
    draft."""

    _name = "report.edu_dropout_control.document_periodic_report"
    _description = "Periodic Report on Paper"

    @api.model
    def _get_report_values(self, docids, data=None):
        reports = self.env["edu.periodic.report"].browse(docids)
        reports.check_access("read")
        return {
            "docs": [self._edu_doc(report) for report in reports.sudo()],
            "zh": chinese_date,
        }

    def _edu_doc(self, report):
        signed = {signoff.role: signoff for signoff in report._edu_signed()}
        done = "signed" if report.state in ("draft", "returned") else report.state
        Policy = self.env["edu.policy"]
        return {
            "report": report,
            "title": report.kind_id.with_context(lang="zh_CN").name,
            "owner": report.school_id.name or report.township_id._edu_document_name(),
            "to": report.county_id._edu_document_name(),
            "mark": "草　稿" if not report.frozen_at or report.state == "returned" else None,
            "signed": done,
            "parts": [
                (
                    PART_WORDS[part],
                    [
                        (
                            FIGURE_WORDS[name],
                            report[name],
                            [place[name] for place in self._edu_places(report)],
                        )
                        for name in names
                    ],
                )
                for part, names in PARTS.items()
                if report[part]
            ],
            "places": [place["name"] for place in self._edu_places(report)],
            "answers": [
                (answer.name, CHOICES.get(answer._edu_value(), answer._edu_value()))
                for answer in report.answer_ids
            ],
            "signers": [
                {
                    "words": words,
                    "name": signed[role].person_name if role in signed else "",
                    "on": Policy._edu_now(signed[role].signed_at).date()
                    if role in signed
                    else None,
                    "drawing": drawing_url(signed.get(role)),
                }
                for role, words in (("filled", "填表人"), ("reviewed", "审核人"))
                if report.school_id or role == "filled"
            ],
            "head": max(signed.values(), key=lambda signoff: signoff.sequence).hash
            if signed
            else None,
            "submitted_on": Policy._edu_now(report.submitted_at).date()
            if report.submitted_at
            else None,
        }

    def _edu_places(self, report):
        places = report.sections or []
        return places if len(places) > 1 else []
