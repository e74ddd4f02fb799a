from odoo import api, models

from ..models.casework.notice_document import GENDERS, TITLES, chinese_date
from ..tools.dropout_form import METHODS, RESULTS, grade_words
from ..tools.table_pages import OFFICIAL, text_height
from .hand import drawing_url

COLUMNS = [("日期", 200), ("方式", 125), ("劝返人", 320), ("见到何人", 155), ("结果", 200)]
HEAD = 130  # title, number and addressee, in the points of the layout
LINE = 32
BLANK = "＿＿＿＿"


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
        signed = {signoff.role: signoff for signoff in known._edu_signed()}
        today = self.env["edu.policy"]._edu_now
        before = [_who(content), _done(content)]
        visits = [
            [
                chinese_date(visit["on"]),
                METHODS.get(visit["method"], ""),
                "、".join(visit["by"]),
                visit["met"] or "",
                RESULTS.get(visit["result"], ""),
            ]
            for visit in content["visits"]
        ]
        starts, room = OFFICIAL.begin(HEAD + text_height(before, LINE))
        return {
            "report": report,
            "c": content,
            "mark": None if known.frozen_at else "草　稿",
            "before": before,
            "columns": COLUMNS,
            "starts": starts,
            "visits": OFFICIAL.cut(COLUMNS, visits, room)[0] if visits else None,
            "request": "依照《中华人民共和国未成年人保护法》第二十八条的规定，现将劝返无效的情况书面报告。"
            + " ".join(content["request"].splitlines()),
            "signers": [
                {
                    "words": words,
                    "name": signed[role].person_name if role in signed else "",
                    "drawing": drawing_url(signed.get(role)),
                }
                for role, words in (("filled", "填写人"), ("reviewed", "审核人"))
            ],
            "dated": today(known.submitted_at).date() if known.submitted_at else None,
            "head": max(signed.values(), key=lambda signoff: signoff.sequence).hash
            if signed
            else None,
        }


def _who(content):
    """The child, since when it is away, its guardian, why and where."""
    child, guardian = content["child"], content["guardian"]
    never = content["never_enrolled"]
    number = child["class_number"]
    klass = grade_words(child["grade"]) + (f"（{number}）班" if number else "")
    parts = [
        "我校",
        "服务区内适龄儿童、少年" if never else f"{klass}学生",
        child["name"],
        f"（{GENDERS.get(child['gender'], '')}，{chinese_date(child['birthdate'])}出生，",
        f"证件号码{child['id_number'] or BLANK}，现住{child['address'] or BLANK}），",
        f"自{chinese_date(content['missing_since'])}起{'未入学' if never else '未到校'}",
    ]
    if content["confirmed_on"]:
        on = chinese_date(content["confirmed_on"])
        parts.append(f"，{on}经核实确认为{'失学' if never else '辍学'}")
    if content["relapses"]:
        parts.append(f"（返校后再次离校{content['relapses']}次）")
    parts += [
        f"。监护人{guardian['name'] or BLANK}（{guardian['relation']}），",
        f"电话{guardian['phone'] or BLANK}。原因：{content['cause']}；去向：{content['whereabouts']}",
    ]
    if content["whereabouts_place"]:
        parts.append(f"（{content['whereabouts_place']}）")
    return "".join(parts) + "。"


def _done(content):
    """What the school did: visits, help, notices."""
    visits = len(content["visits"])
    parts = [f"学校已登记在册并劝返{visits}次{'，情况见下表' if visits else ''}。"]
    if content["help"]:
        parts.append(f"提供的帮助：{content['help']}。")
    notices = "；".join(
        f"{chinese_date(notice['on'])}《{TITLES[notice['kind']]}》（{notice['number']}）"
        for notice in content["notices"]
    )
    if notices:
        parts.append(f"已发出：{notices}。")
    return "".join(parts)
