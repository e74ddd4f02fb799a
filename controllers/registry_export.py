from odoo import http
from odoo.exceptions import AccessError, UserError
from odoo.http import content_disposition, request

from .dropout_report import XLSX


class RegistryExportController(http.Controller):
    @http.route(
        "/edu/registry/<int:export_id>/workbook",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=False,
    )
    def workbook(self, export_id):
        """Children of one school in the columns of the national platform, to whoever asked for them;
        sent as it is made, and never stored."""
        export = request.env["edu.registry.export"].browse(export_id).exists()
        if not export or export.sudo().create_uid != request.env.user:
            return request.not_found()
        try:
            export._edu_check_export()
            data = export._edu_write()
        except (AccessError, UserError):
            return request.not_found()
        return request.make_response(
            data,
            headers=[
                ("Content-Type", XLSX),
                ("Content-Disposition", content_disposition(export._edu_file_name())),
                ("Cache-Control", "no-store"),
                ("X-Content-Type-Options", "nosniff"),
            ],
        )
