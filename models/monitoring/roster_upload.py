from contextlib import nullcontext
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.log_filter import holds_secret
from ...tools.roster import RosterFileError
from ...tools.roster.apart import FileApart, parse_long
from .roster_import_row import shown

#: under which the cursor keeps a long file that this transaction has open
OPEN = "edu.roster.upload.mixin"


class Told:
    """A problem of a file as it is kept on a record."""

    def __init__(self, kept):
        self.code, self.params = kept["code"], kept["params"]


def safe(params):
    """Parameters of a problem as they may be kept: no number of a person in them."""
    return {
        key: shown("", value) if isinstance(value, str) and holds_secret(value) else value
        for key, value in params.items()
    }


def kept(problems):
    """``problems`` of a parsed file as ``file_problems`` keeps them."""
    return [{"code": told.code, "params": safe(told.params)} for told in problems]


class EduRosterUploadMixin(models.AbstractModel):
    """A record that takes one list of children as a file: sealed, read by ``tools.roster``, deleted
    after the policy's days. The model brings its ``term_id``, and deletes what it kept of the file.
    """

    _name = "edu.roster.upload.mixin"
    _description = "Record with a list of children"
    _inherit = ["edu.encrypted.upload.mixin"]

    uploaded_on = fields.Date(readonly=True, copy=False)
    expires_on = fields.Date("File Deleted on", readonly=True, copy=False, index=True)
    is_expired = fields.Boolean("File Deleted", readonly=True, copy=False)
    has_upload = fields.Boolean(compute="_compute_has_upload")
    file_problems = fields.Json(readonly=True, copy=False)

    @api.depends("uploaded_on", "is_expired")
    def _compute_has_upload(self):
        for record in self:
            record.has_upload = bool(record.uploaded_on and not record.is_expired)

    def _inverse_upload(self):
        self.env.cr.cache.pop(OPEN, None)
        uploads = self.filtered("upload")
        result = super()._inverse_upload()
        policy = self.env["edu.policy"]
        today = policy._edu_today()
        uploads.sudo().write(
            {
                "uploaded_on": today,
                "expires_on": today + timedelta(days=policy._current().upload_retention_days),
                "is_expired": False,
            }
        )
        return result

    def _edu_parsed(self, overrides=None, profiles=None, keep=False):
        """The parsed file (``tools.roster.ParsedFile``), to be closed.

        :param overrides: {key of a column: field, or None for none} where the dictionary errs
        :param profiles: {id: such a dictionary} of kept layouts, of which the file may have one
        :param keep: the same transaction asks once more: a long file stays open until then
        :raise UserError: no file, or one that cannot be read; says what to do
        """
        policy, cache = self.env["edu.policy"], self.env.cr.cache
        own = self.env.uid, self._name, self.id
        known = {
            "overrides": overrides or {},
            "profiles": profiles,
            "school_year": self.term_id.school_year,
            "today": policy._edu_today(),
        }
        owner, parsed = cache.pop(OPEN, (None, None))
        try:
            if owner == own:
                parsed = parsed.again(**known)
            else:
                limit = policy._current().upload_max_mb << 20
                source = self._edu_source_there()
                parsed = parse_long(source, max_unpacked=limit, **known)
        except RosterFileError as error:
            raise self._edu_file_error(error) from None
        if keep and isinstance(parsed, FileApart):
            cache[OPEN] = own, parsed
            return nullcontext(parsed)
        return parsed

    def _edu_source_there(self):
        """The upload as ``_edu_upload_source`` gives it; UserError where there is none."""
        source = self._edu_upload_source()
        if source is None:
            raise UserError(
                self.env._("The file is deleted by now: upload it again.")
                if self.uploaded_on
                else self.env._("Upload the file first.")
            )
        return source

    def _edu_file_error(self, error):
        return UserError("\n".join(filter(None, self._edu_words(error))))

    def _edu_words(self, told):
        """(what is wrong, what to do) of a problem, in the user's language."""
        words = self.env["edu.problem"]
        return words._edu_text(told), words._edu_remedy(told)

    def _edu_file_texts(self):
        """[(what is wrong, what to do)] of the file as a whole."""
        return [self._edu_words(told) for told in map(Told, self.file_problems or ())]
