from werkzeug.wsgi import wrap_file

from odoo import http
from odoo.exceptions import AccessError, UserError
from odoo.http import content_disposition, request

from ..reports.consolidation_xlsx import workbook
from .dropout_report import XLSX


class ConsolidationController(http.Controller):
    @http.route("/edu/consolidation/<int:version_id>/workbook", type="http", auth="user")
    def workbook(self, version_id):
        """A version of a consolidated report as a workbook, for whoever may read it; made on demand
        and never stored."""
        version = request.env["edu.report.consolidation.version"].browse(version_id).exists()
        try:
            if not version:
                return request.not_found()
            content = version._edu_document(workbook)
        except AccessError:
            return request.not_found()
        return request.make_response(content, headers=_headers(XLSX, version._edu_file_name()))

    @http.route(
        "/edu/dropout-reports/<int:export_id>",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=False,
    )
    def reports(self, export_id):
        """All reports that one export asked for, to whoever asked; sent as it is read, never stored."""
        export = request.env["edu.dropout.report.export"].browse(export_id).exists()
        if not export or export.sudo().create_uid != request.env.user:
            return request.not_found()
        try:
            export._edu_check_export()
            file = export._edu_write()
        except (AccessError, UserError):
            return request.not_found()
        kind = XLSX if export.content == "workbook" else "application/zip"
        return request.make_response(
            wrap_file(request.httprequest.environ, file),
            headers=_headers(kind, export._edu_file_name(), ""),
        )


def _headers(kind, name, ending=".xlsx"):
    return [
        ("Content-Type", kind),
        ("Content-Disposition", content_disposition(f"{name}{ending}")),
        ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
    ]
