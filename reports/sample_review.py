from odoo import api, models

from ..models.casework.notice_document import chinese_date
from ..tools.table_pages import OFFICIAL, text_height

HEAD = 100  # title and number, in the points of the layout
LINE = 32
SEEN = "核查时间、人员及处理"
CHILDREN = [
    ("序号", 65),
    ("姓名", 100),
    ("学校、班级", 330),
    ("在册情况", 110),
    ("核查结果", 145),
    (SEEN, 250),
]
SCHOOLS = [("序号", 65), ("学校", 330), ("在册情况", 120), ("核查结果", 145), (SEEN, 340)]
RESULTS = {
    "pending": "",
    "as_recorded": "与记录相符",
    "absent": "不在校",
    "elsewhere": "在外就读",
    "data_wrong": "数据有误",
    "not_found": "无法查实",
}
POPULATIONS = {
    "enrolled": "在籍学生",
    "missing": "疑似辍学和辍学学生",
    "returned": "已劝返学生",
    "schools": "学校",
}


class SampleReviewDocument(models.AbstractModel):
    """A random review on paper: how it was drawn, so that anybody draws it again, and what was seen."""

    _name = "report.edu_dropout_control.document_sample_review"
    _description = "Random Review on Paper"

    @api.model
    def _get_report_values(self, docids, data=None):
        reviews = self.env["edu.sample.review"].browse(docids)
        reviews.check_access("read")
        return {
            "docs": [self._edu_doc(review) for review in reviews.sudo().with_context(lang="zh_CN")],
            "zh": chinese_date,
        }

    def _edu_doc(self, review):
        schools = review.population == "schools"
        columns = SCHOOLS if schools else CHILDREN
        before = self._edu_before(review)
        lines = [self._edu_cells(line, schools) for line in review.line_ids] if review.seed else []
        starts, room = OFFICIAL.begin(HEAD + text_height(before, LINE))
        return {
            "review": review,
            "title": review.kind_id.name,
            "before": before,
            "columns": columns,
            "starts": starts,
            "lines": OFFICIAL.cut(columns, lines, room)[0] if lines else None,
            "mark": None if review.state == "closed" else "未办结",
            "closed_on": review.closed_at
            and self.env["edu.policy"]._edu_now(review.closed_at).date(),
            "issuer": review.county_id._edu_document_name(),
        }

    def _edu_before(self, review):
        """What was drawn from what, and how many were found as recorded."""
        unit = "所" if review.population == "schools" else "人"
        places = "、".join(review.township_ids.mapped("name")) or "全县"
        paragraphs = [
            f"报告期：{chinese_date(review.date_from)}至{chinese_date(review.date_to)}。"
            f"抽取范围：{places}{POPULATIONS[review.population]}。"
        ]
        if review.seed:
            drawn = self.env["edu.policy"]._edu_now(review.drawn_at)
            waiting = f"，尚未核查{review.pending_count}{unit}" if review.pending_count else ""
            paragraphs.append(
                f"范围内共{review.population_count}{unit}，由系统于{chinese_date(drawn.date())}"
                f"{drawn:%H:%M:%S}随机抽取{len(review.line_ids)}{unit}，逐一当面核查。"
                f"与记录相符{review.fine_count}{unit}，发现问题{review.finding_count}{unit}{waiting}。"
            )
        return paragraphs

    def _edu_cells(self, line, schools):
        seen = f"{chinese_date(line.seen_on)}，{line.seen_by or ''}。" if line.seen_on else ""
        followed = line.case_id.name or line.order_id.name
        cells = [
            str(line.number),
            " ".join(filter(None, (line.school_id.name, line.class_id.display_name))),
            line.books or "",
            RESULTS[line.result],
            seen + (line.note or "") + (f"　处理：{followed}" if followed else ""),
        ]
        if not schools:
            cells.insert(1, line.child_name or "")
        return cells
