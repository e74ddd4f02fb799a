import tempfile

from werkzeug.wsgi import wrap_file

from odoo import http
from odoo.exceptions import AccessError
from odoo.http import content_disposition, request

from ..reports.ledger_xlsx import write_ledger
from .dropout_report import XLSX


class WarningTrialController(http.Controller):
    @http.route(
        "/edu/warning/trial/<int:trial_id>/workbook",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
    )
    def workbook(self, trial_id):
        """The tables of a trial, to whoever may read it; numbers, no child."""
        trial = request.env["edu.warning.trial"].browse(trial_id).exists()
        try:
            trial.check_access("read")
        except AccessError:
            return request.not_found()
        if not trial or not trial.tried_at:
            return request.not_found()
        file = tempfile.TemporaryFile()  # noqa: SIM115 closed by whoever sends it
        write_ledger(file, trial._edu_pages())
        file.seek(0)
        return request.make_response(
            wrap_file(request.httprequest.environ, file),
            headers=[
                ("Content-Type", XLSX),
                (
                    "Content-Disposition",
                    content_disposition(request.env._("warning-trial-%(day)s.xlsx", day=trial.day)),
                ),
                ("Cache-Control", "no-store"),
                ("X-Content-Type-Options", "nosniff"),
            ],
        )
