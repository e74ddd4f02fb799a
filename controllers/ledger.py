from werkzeug.wsgi import wrap_file

from odoo import http
from odoo.exceptions import AccessError, UserError
from odoo.http import content_disposition, request

from .dropout_report import XLSX


class LedgerController(http.Controller):
    @http.route(
        "/edu/ledger/<int:export_id>/workbook",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=False,
    )
    def workbook(self, export_id):
        """The ledgers that one export asked for, to whoever asked, within the own scope; sent as it
        is read, and never stored."""
        export = request.env["edu.ledger.export"].browse(export_id).exists()
        if not export or export.sudo().create_uid != request.env.user:
            return request.not_found()
        try:
            export._edu_check_export()
            file = export._edu_write()
        except (AccessError, UserError):
            return request.not_found()
        return request.make_response(
            wrap_file(request.httprequest.environ, file),
            headers=[
                ("Content-Type", XLSX),
                ("Content-Disposition", content_disposition(export._edu_file_name())),
                ("Cache-Control", "no-store"),
                ("X-Content-Type-Options", "nosniff"),
            ],
        )
