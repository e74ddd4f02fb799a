from odoo import http
from odoo.exceptions import AccessError
from odoo.http import content_disposition, request

from ..reports.work_plan_docx import build

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


class WorkPlanController(http.Controller):
    @http.route("/edu/work-plan/<int:plan_id>/document", type="http", auth="user", methods=["GET"])
    def document(self, plan_id):
        """A work plan as a document that Word edits, for whoever may read it; made on demand and never
        stored."""
        plan = request.env["edu.work.plan"].browse(plan_id).exists()
        try:
            if not plan:
                return request.not_found()
            content = build(plan._edu_form())
        except AccessError:
            return request.not_found()
        return request.make_response(
            content,
            headers=[
                ("Content-Type", DOCX),
                ("Content-Disposition", content_disposition(f"{plan._edu_file_name()}.docx")),
                ("Cache-Control", "no-store"),
                ("X-Content-Type-Options", "nosniff"),
            ],
        )
