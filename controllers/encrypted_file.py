from werkzeug.exceptions import NotFound

from odoo import http
from odoo.exceptions import AccessError, MissingError
from odoo.http import content_disposition, request


class EncryptedFileController(http.Controller):
    @http.route("/edu/file/<int:file_id>", type="http", auth="user", methods=["GET"], readonly=True)
    def edu_file(self, file_id):
        """A sealed file in clear, for whoever may read the record it belongs to. Whether a file is
        not there or not theirs, others get the same answer."""
        file = request.env["edu.encrypted.file"].browse(file_id)
        try:
            if not file.sudo().exists():
                raise NotFound()
            content, name = file._edu_open(), file.sudo().name
        except (AccessError, MissingError):
            raise NotFound() from None
        return request.make_response(
            content,
            headers=[
                ("Content-Type", "application/octet-stream"),
                ("Content-Disposition", content_disposition(name)),
                ("Content-Length", len(content)),
                ("Cache-Control", "no-store"),
                ("X-Content-Type-Options", "nosniff"),
            ],
        )
