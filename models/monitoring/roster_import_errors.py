import base64

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.roster import RosterFileError
from ...tools.roster.corrections import read_corrections, write_corrections


class EduRosterImportErrors(models.Model):
    """The rows that an import could not take, as a workbook: down, corrected in Excel, up again.

    Made for whoever may import here, each row of it logged as shown, since it holds their numbers in
    clear; kept sealed like the upload itself, and streamed to whoever may read the import.
    """

    _inherit = "edu.roster.import"

    corrected = fields.Binary(
        "Corrected List",
        compute="_compute_corrected",
        inverse="_inverse_corrected",
        store=False,
        copy=False,
        help="The list of wrong rows, corrected. Its rows are then run again",
    )

    @api.depends_context("uid")
    def _compute_corrected(self):
        self.corrected = False

    def action_error_workbook(self):
        """The rows to be worked off as a workbook, wrong cells coloured, with remedies. For records
        administrator and bureau; logged.

        :raise UserError: nothing is left to correct
        """
        self.ensure_one()
        self._edu_check_may_import()
        rows = self._edu_rows_to_correct()
        if not rows:
            raise UserError(self.env._("No row is left to correct."))
        data = write_corrections([row._edu_error_line() for row in rows], "待更正")
        self.env["edu.reveal.log"]._edu_log(
            rows, "payload", self.env._("List of wrong rows of an import"), "document"
        )
        name = self.env._("Wrong rows of %(file)s", file=self.upload_name or "")
        file = self.env["edu.encrypted.file"]._edu_store(
            self, f"{name.rsplit('.', 1)[0]}.xlsx", data, purpose="errors"
        )
        return file.with_env(self.env)._edu_download_action()

    def _edu_rows_to_correct(self):
        return self.row_ids.filtered(
            lambda row: row.state in ("open", "fixed") and not row.is_expired
        )

    def _inverse_corrected(self):
        for roster in self:
            if roster.corrected:
                roster._edu_check_may_import()
                roster._edu_take_corrected(base64.b64decode(roster.corrected))

    def _edu_take_corrected(self, data):
        """Take over what was corrected in the list, and run those rows again; other rows stay.

        :raise UserError: a file that cannot be read, or none of ours
        """
        if self.state != "done":
            raise UserError(self.env._("Import the file first."))
        policy = self.env["edu.policy"]
        try:
            given = read_corrections(
                data,
                max_unpacked=policy._current().upload_max_mb << 20,
                today=policy._edu_today(),
            )
        except RosterFileError as error:
            raise self._edu_file_error(error) from None
        except ValueError:
            raise UserError(
                self.env._(
                    "This is not the list of wrong rows: its column “行编号” is missing. Download"
                    " the list here, correct it and upload it again."
                )
            ) from None
        rows = self._edu_rows_to_correct().filtered(lambda row: row.id in given)
        if not rows:
            raise UserError(
                self.env._(
                    "No row of this list is left to correct here; is it that of another file?"
                )
            )
        for row in rows:
            row._edu_correct(given[row.id])
        self._edu_run_rows(rows.filtered(lambda row: row.state == "fixed"))


class EduRosterImportRowErrors(models.Model):
    """A row in the list of wrong rows."""

    _inherit = "edu.roster.import.row"

    def _edu_error_line(self):
        """What ``write_corrections`` takes of one row; holds numbers in clear."""
        words = self.env["edu.problem"]
        problems = self._edu_problems()
        wrong = {}
        for problem in problems:
            wrong.setdefault(problem.field, problem.severity)
        return {
            "row": self.id,
            "place": " ".join(filter(None, (self.sheet, f"#{self.number}"))),
            "values": self._edu_raw(),
            "wrong": wrong,
            "problem": "\n".join(words._edu_text(problem) for problem in problems),
            "remedy": "\n".join(
                dict.fromkeys(filter(None, (words._edu_remedy(p) for p in problems)))
            ),
        }
