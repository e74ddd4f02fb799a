import tempfile
import zipfile

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..reports.dropout_report_xlsx import workbook, workbook_of_many
from ..tools.log_filter import holds_secret
from ..tools.sheet_names import sheet_names

ROLES = ("township", "bureau", "inspector")
PDF = "edu_dropout_control.action_report_dropout_report"
# A request has its time: so many PDF files are made within it, each is a page to lay out
MOST_PDF = 60
# Kept in memory up to this size; beyond it lies in a file without a name, in a directory of the
# server's own, which is gone with the request
MEMORY = 64 * 1024 * 1024
SUBMITTED = ("submitted", "received", "accepted")


class EduDropoutReportExport(models.TransientModel):
    """附件1 of all schools of a township or county in one file: an archive with a PDF or a workbook for
    each, or one workbook with a sheet for each.

    For townships, bureau and inspectors, of what was handed in to them. The whole numbers of the
    children are in it, so a reason is asked for, and each report is logged as shown; the file is sent
    as it is made and kept nowhere.
    """

    _name = "edu.dropout.report.export"
    _description = "Dropout Reports in One File"

    term_id = fields.Many2one(
        "edu.term",
        "Term",
        required=True,
        ondelete="cascade",
        default=lambda self: self.env["edu.term"]._current(),
    )
    township_id = fields.Many2one(
        "edu.area",
        "Township",
        domain=[("level", "=", "township")],
        ondelete="cascade",
        help="Empty: all that you may read",
    )
    content = fields.Selection(
        [
            ("workbook", "One workbook, a sheet for each school"),
            ("zip_xlsx", "An archive, a workbook for each school"),
            ("zip_pdf", "An archive, a PDF for each school"),
        ],
        "As",
        required=True,
        default="workbook",
    )
    reason = fields.Char("Why Whole Numbers Are Needed")
    report_count = fields.Integer("Reports", compute="_compute_report_count")
    missing = fields.Text("Schools Without a Report", compute="_compute_report_count")

    @api.depends("term_id", "township_id")
    def _compute_report_count(self):
        for export in self:
            export.report_count = len(export._edu_reports())
            waiting = self.env["edu.dropout.report.status"].search(
                [
                    ("term_id", "=", export.term_id.id),
                    ("state", "not in", SUBMITTED),
                    *export._edu_township(),
                ],
                order="school_id",
            )
            names = waiting.school_id.mapped("name")
            export.missing = self.env._(", ").join(names) or False

    def _edu_township(self):
        return [("township_id", "=", self.township_id.id)] if self.township_id else []

    def _edu_reports(self):
        """Reports asked for that the caller may read, in the order of the schools' codes."""
        self.ensure_one()
        reports = self.env["edu.dropout.report"].search(
            [
                ("term_id", "=", self.term_id.id),
                ("state", "in", SUBMITTED),
                *self._edu_township(),
            ]
        )
        return reports.sorted(lambda report: (report.school_id.code or "", report.id))

    def action_export(self):
        """Township, bureau, inspector: fetch the file.

        :raise UserError: nothing to fetch, no reason, or more PDF files than one request makes
        """
        self._edu_check_export()
        return {
            "type": "ir.actions.act_url",
            "url": f"/edu/dropout-reports/{self.id}",
            "target": "download",
        }

    def _edu_check_export(self):
        """As :meth:`action_export` raises; asked again when the file is fetched."""
        self.ensure_one()
        reports = self._edu_reports()
        reports._edu_check_role(ROLES)
        reason = (self.reason or "").strip()
        if len(reason) < 2:
            raise UserError(self.env._("Say why you need whole numbers: the reason is logged."))
        if holds_secret(reason):
            raise UserError(self.env._("Do not write numbers of persons into the reason."))
        if not reports:
            raise UserError(self.env._("No report has been handed in."))
        if self.content == "zip_pdf" and len(reports) > MOST_PDF:
            raise UserError(
                self.env._(
                    "%(count)s PDF files take too long for one download, %(most)s are made at once:"
                    " choose a township, or workbooks.",
                    count=len(reports),
                    most=MOST_PDF,
                )
            )

    def _edu_versions(self):
        """What is exported of each report, one after the other, so that only one is held in clear."""
        for report in self._edu_reports():
            yield report._edu_shown_version().sudo(False).with_env(self.env)

    def _edu_write(self):
        """The file, open and at its beginning; nothing of it is ever stored."""
        self.ensure_one()
        file = tempfile.SpooledTemporaryFile(max_size=MEMORY)  # noqa: SIM115 closed by its sender
        reason = self.reason.strip()
        if self.content == "workbook":
            names = sheet_names(self._edu_reports().mapped("school_id.name"))
            workbook_of_many(
                file,
                (
                    lambda build, version=version: version._edu_document(build, reason=reason)
                    for version in self._edu_versions()
                ),
                names,
            )
        else:
            self._edu_write_archive(file, reason)
        file.seek(0)
        return file

    def _edu_write_archive(self, file, reason):
        ending = "pdf" if self.content == "zip_pdf" else "xlsx"
        names = self._edu_member_names(ending)
        Report = self.env["ir.actions.report"].with_context(edu_reveal_reason=reason)
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, version in zip(names, self._edu_versions(), strict=True):
                if ending == "pdf":
                    data, _kind = Report._render_qweb_pdf(PDF, version.ids)
                else:
                    data = version._edu_document(workbook, reason=reason)
                archive.writestr(name, data)

    def _edu_member_names(self, ending):
        """School code and name: codes are unique, names need not be."""
        return [
            f"{report.school_id.code}-{report.school_id.name}.{ending}".replace("/", "_").replace(
                "\\", "_"
            )
            for report in self._edu_reports()
        ]

    def _edu_file_name(self):
        self.ensure_one()
        ending = "xlsx" if self.content == "workbook" else "zip"
        place = self.township_id.name or self._edu_reports().school_id.county_id[:1].name
        return f"附件1-{place}-{self.term_id.name}.{ending}"
