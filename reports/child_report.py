from odoo import api, models

from ..models.casework.notice_document import GENDERS, TITLES, chinese_date
from ..tools.dropout_form import METHODS, RESULTS, grade_words


class ChildReportDocument(models.AbstractModel):
    """The written report on a child (未成年人保护法 28) on paper: frozen, in full and logged for posts that
    may see numbers; masked for others and while it is a draft."""

    _name = "report.edu_dropout_control.document_child_report"
    _description = "Written Report on a Child, Document"

    @api.model
    def _get_report_values(self, docids, data=None):
        reports = self.env["edu.child.report"].browse(docids)
        reports.check_access("read")
        return {
            "docs": [self._edu_doc(report) for report in reports],
            "zh": chinese_date,
        }

    def _edu_doc(self, report):
        content = report._edu_document_content()
        known = report.sudo()
        child = content["child"]
        number = child["class_number"]
        signed = {signoff.role: signoff for signoff in known._edu_signed()}
        today = self.env["edu.policy"]._edu_now
        return {
            "report": report,
            "c": content,
            "mark": None if known.frozen_at else "草　稿",
            "klass": grade_words(child["grade"]) + (f"（{number}）班" if number else ""),
            "gender": GENDERS.get(child["gender"], ""),
            "visits": [
                {
                    "on": chinese_date(visit["on"]),
                    "method": METHODS.get(visit["method"], ""),
                    "who": "、".join(visit["by"]),
                    "met": visit["met"],
                    "result": RESULTS.get(visit["result"], ""),
                }
                for visit in content["visits"]
            ],
            "notices": "；".join(
                f"{chinese_date(notice['on'])}《{TITLES[notice['kind']]}》（{notice['number']}）"
                for notice in content["notices"]
            ),
            "signers": [
                (words, signed[role].person_name if role in signed else "")
                for role, words in (("filled", "填写人"), ("reviewed", "审核人"))
            ],
            "dated": today(known.submitted_at).date() if known.submitted_at else None,
            "head": max(signed.values(), key=lambda signoff: signoff.sequence).hash
            if signed
            else None,
        }
