from odoo import http
from odoo.exceptions import AccessError
from odoo.http import content_disposition, request

from ..reports.dropout_report_xlsx import workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class DropoutReportController(http.Controller):
    @http.route("/edu/dropout-report/<int:report_id>/workbook", type="http", auth="user")
    def workbook(self, report_id, version=None, **_kwargs):
        """附件1 as a workbook, for whoever may read it; made on demand and never stored.

        :param version: id of a version; without it, what the caller's post prints
        """
        report = request.env["edu.dropout.report"].browse(report_id).exists()
        try:
            if not report:
                return request.not_found()
            report.check_access("read")
            if version:
                source = request.env["edu.dropout.report.version"].search(
                    [("id", "=", int(version)), ("report_id", "=", report.id)]
                )
                if not source:
                    return request.not_found()
            else:
                source = report._edu_shown_version().sudo(False) or report
            content = source._edu_document(workbook)
        except (AccessError, ValueError):
            return request.not_found()
        name = f"{source._edu_file_name()}.xlsx"
        return request.make_response(
            content,
            headers=[
                ("Content-Type", XLSX),
                ("Content-Disposition", content_disposition(name)),
                ("Cache-Control", "no-store"),
                ("X-Content-Type-Options", "nosniff"),
            ],
        )
