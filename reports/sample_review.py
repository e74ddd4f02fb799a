from odoo import api, models

from ..models.casework.notice_document import chinese_date

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
        return {
            "review": review,
            "title": review.kind_id.name,
            "schools": schools,
            "unit": "所" if schools else "人",
            "population": POPULATIONS[review.population],
            "places": "、".join(review.township_ids.mapped("name")) or "全县",
            "drawn_on": review.drawn_at
            and self.env["edu.policy"]._edu_now(review.drawn_at).strftime("%Y-%m-%d %H:%M:%S"),
            "results": RESULTS,
            "followed": {
                line.id: line.case_id.name or line.order_id.name or "" for line in review.line_ids
            },
            "mark": None if review.state == "closed" else "未办结",
            "closed_on": review.closed_at
            and self.env["edu.policy"]._edu_now(review.closed_at).date(),
            "issuer": review.county_id._edu_document_name(),
        }
