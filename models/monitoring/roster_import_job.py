import logging
import time
from datetime import timedelta

import psycopg2
from psycopg2 import errors

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from .roster_import import BATCH, _Run
from .roster_memory import RosterMemory
from .roster_plan import Incoming
from .roster_write import RETRY, is_of_the_server

_logger = logging.getLogger(__name__)

#: seconds after which the cron's worker is given back, well below the server's own limit
SLICE = 60
TRIES = 5
#: after a batch that the database server could not write, another try
AGAIN = timedelta(minutes=1)
#: without a batch for so long, something is wrong, or others come first
SILENCE = timedelta(minutes=3)
WAITS = [
    ("connection", "The connection to the database was lost."),
    ("room", "The database server has no room left on its disk."),
    ("server", "The database server could not do it just now."),
    ("silence", "The server was interrupted, or other lists come first."),
]
COUNTS = ("row_count", "new_count", "changed_count", "unchanged_count", "skipped_count")


class EduRosterImportJob(models.Model):
    """Long files are imported in the background, as whoever pressed “Import”.

    A batch and the place in the file up to which it goes are committed together: a worker that is
    killed leaves all of a batch or nothing, and the cron goes on from there. Whoever may import here
    stops it and has it go on; what was written stays.
    """

    _inherit = "edu.roster.import"

    waits_for = fields.Selection(
        WAITS, "Waits Because", readonly=True, copy=False, help="It goes on by itself"
    )

    def _edu_start(self, total):
        """Hand the file over to the cron."""
        RosterMemory(self.env, self.id).forget()
        roster = self.sudo()
        roster.row_ids.unlink()
        roster.write(
            {
                "state": "running",
                "started_at": fields.Datetime.now(),
                "started_by_id": self.env.uid,
                "total_rows": total,
                "done_rows": 0,
                "position": False,
                "stop_reason": False,
                "waits_for": False,
                "preview": False,
                **self._edu_zero(),
            }
        )
        self._edu_wake()

    @api.model
    def _edu_wake(self, at=None):
        self.env.ref("edu_dropout_control.cron_roster_import").sudo()._trigger(at)

    def action_stop(self):
        """Stop the import after the batch in hand. For records administrator and bureau."""
        self.ensure_one()
        self._edu_check_may_import()
        if self.state == "running":
            self.sudo().write(
                {
                    "state": "stopped",
                    "waits_for": False,
                    "stop_reason": self.env._("Stopped by %(person)s.", person=self.env.user.name),
                }
            )
            self._edu_tell_progress()
        return True

    def action_go_on(self):
        """Go on with an import that was stopped, as the caller."""
        self.ensure_one()
        self._edu_check_may_import()
        if self.state != "stopped":
            raise UserError(self.env._("This import was not stopped."))
        self._edu_check_school()
        self.sudo().write(
            {
                "state": "running",
                "started_at": fields.Datetime.now(),
                "started_by_id": self.env.uid,
                "stop_reason": False,
                "waits_for": False,
            }
        )
        self._edu_wake()
        return True

    def _edu_end(self, reason):
        """Imports that were stopped do not go on any more; what was written stays, and so do the rows
        to be worked off. Whoever started one is told. Called as superuser."""
        for roster in self:
            RosterMemory(self.env, roster.id).forget()
            roster.write(
                {
                    "state": "done",
                    "stop_reason": reason,
                    "imported_at": fields.Datetime.now(),
                    "imported_by_id": roster.started_by_id.id,
                }
            )
            roster._edu_tell_progress()
            self.env["mail.thread"].message_notify(
                partner_ids=roster.started_by_id.partner_id.ids,
                subject=self.env._(
                    "“%(file)s” is not imported any further", file=roster.display_name
                ),
                body=reason,
                author_id=self.env.user.partner_id.id,
            )

    @api.readonly
    def edu_progress(self):
        """Public, for whoever may read the import: {"id", "state", "done", "total", "left" (rows),
        "seconds" (left, None when not known yet), "waiting" (why nothing is done, or "")}."""
        self.ensure_one()
        self.check_access("read")
        return self.sudo()._edu_progress()

    def _edu_progress(self):
        left = max(self.total_rows - self.done_rows, 0)
        seconds = None
        if self.state == "running" and self.done_rows and self.started_at:
            spent = (fields.Datetime.now() - self.started_at).total_seconds()
            seconds = int(left * spent / self.done_rows)
        waits_for = self.waits_for
        if self.state == "running" and fields.Datetime.now() - self.write_date > SILENCE:
            waits_for = waits_for or "silence"
        reasons = dict(self._fields["waits_for"]._description_selection(self.env))
        return {
            "id": self.id,
            "state": self.state,
            "done": self.done_rows,
            "total": self.total_rows,
            "left": left,
            "seconds": None if waits_for else seconds,
            "waiting": reasons.get(waits_for, ""),
        }

    def _edu_tell_progress(self):
        """Send it to the browser of whoever started the import, once this transaction is committed."""
        for roster in self.sudo():
            user = roster.started_by_id
            told = roster.with_context(lang=user.lang)._edu_progress()
            user._bus_send("edu_import_progress", told)

    # -- the cron ---------------------------------------------------------------------------------

    @api.model
    def _cron_import(self):
        """Go on with the imports that run, one after the other."""
        end = time.monotonic() + SLICE
        waiting = self.sudo().search([("state", "=", "running")], order="started_at, id")
        later = waiting.browse()
        for roster in waiting:
            if roster._edu_run_job(end):
                later |= roster
            if time.monotonic() >= end:
                break
        left = Domain("state", "=", "running") & Domain("id", "not in", later.ids)
        if self.sudo().search_count(left, limit=1):
            self._edu_wake()

    def _edu_run_job(self, end):
        """Import from where the file stands, until it is through, stopped, or time is over.

        :return: True when the database server could not: nothing of the batch in hand is left, and
            another try follows by itself
        """
        user = self.started_by_id
        roster = self.with_env(
            self.env(user=user.id, su=False, context={**self.env.context, "lang": user.lang})
        )
        try:
            roster._edu_take_batches(end)
        except RETRY:
            self.env.cr.rollback()  # others were quicker again and again: later
            self.env.invalidate_all()
        except UserError as error:
            self._edu_give_up(str(error))
        except Exception as error:
            if is_of_the_server(error):
                _logger.warning("Roster import %s waits for the database: %s", self.id, error)
                self._edu_wait(_why_it_waits(error))
                return True
            _logger.exception("Roster import %s could not go on", self.id)
            reason = roster.env._("Something unforeseen happened; the server's log tells more.")
            self._edu_give_up(reason)
        return False

    def _edu_wait(self, reason):
        """Leave the batch in hand, say why, and have the cron try again before long. When there is no
        connection any more that is said over another one, and this job is over."""
        try:
            self.env.cr.rollback()
        except psycopg2.Error:
            with self.env.registry.cursor() as cr:
                self.with_env(self.env(cr=cr))._edu_waits(reason)
            raise
        self.env.invalidate_all()
        self._edu_waits(reason)
        self.env["ir.cron"]._commit_progress()

    def _edu_waits(self, reason):
        self.write({"waits_for": reason})
        self._edu_tell_progress()
        self._edu_wake(fields.Datetime.now() + AGAIN)

    def _edu_give_up(self, reason):
        self.env.cr.rollback()
        self.env.invalidate_all()
        self.write({"state": "stopped", "stop_reason": reason, "waits_for": False})
        self._edu_tell_progress()
        self.env["ir.cron"]._commit_progress()

    def _edu_take_batches(self, end):
        self._edu_check_still_may()
        with self._edu_parsed(self._edu_overrides()) as parsed:
            self._edu_take_parsed(parsed, end)

    def _edu_take_parsed(self, parsed, end):
        cron = self.env["ir.cron"].sudo()
        run = _Run(self, RosterMemory(self.env, self.id))
        position = self.position or {}
        run.validator.school_ids.update(position.get("schools", ()))
        for batch in self._edu_batches(parsed, BATCH, BATCH, position.get("at", (0, 0))):
            if not self._edu_take_batch(run, batch):
                return
            cron._commit_progress(len(batch), remaining=self._edu_rows_left())
            self.invalidate_recordset()
            if self.state != "running" or time.monotonic() >= end:
                return
        self.sudo().missing_student_ids = [fields.Command.set(run.validator.missing_ids())]
        self._edu_done()
        self._edu_after_file(run)
        run.validator.memory.forget()
        self._edu_tell_progress()
        cron._commit_progress(remaining=0)

    def _edu_check_still_may(self):
        """Raise AccessError when whoever started it may not import here any more."""
        if not self.env.user.active:
            raise AccessError(self.env._("Whoever started this import has no access any more."))
        self._edu_check_may_import()

    def _edu_rows_left(self):
        roster = self.sudo()
        return max(roster.total_rows - roster.done_rows, 1)  # at least what comes at the end

    def _edu_take_batch(self, run, batch):
        """One batch, with the place up to which it goes, in one transaction; tried again when
        another transaction was quicker.

        :return: False when it is not wanted any more
        """
        for tries in range(TRIES):
            counts, skipped, before = run.counts.copy(), run.skipped, run.counted()
            try:
                run.take(batch, write=True)
                self._edu_note(run, before, batch)
                self.env.flush_all()
                return True
            except RETRY:
                self.env.cr.rollback()
                self.env.invalidate_all()
                run.counts, run.skipped = counts, skipped
                for row in batch:
                    if isinstance(row, Incoming):
                        row.forget_validation()
                if self.state != "running":
                    return False
                if tries == TRIES - 1:
                    raise
        return False

    def _edu_note(self, run, before, batch):
        """Counts and place in the file, in the batch's own transaction."""
        roster, counted = self.sudo(), run.counted()
        roster.write(
            {
                **{name: roster[name] + counted[name] - before[name] for name in COUNTS},
                "done_rows": roster.done_rows + len(batch),
                "waits_for": False,
                "position": {
                    "at": [batch[-1].sheet_index, batch[-1].number],
                    "schools": sorted(run.validator.school_ids),
                },
            }
        )
        self._edu_tell_progress()


def _why_it_waits(error):
    """Which of ``WAITS`` an error of the database server is."""
    if isinstance(error, errors.DiskFull):
        return "room"
    gone = (psycopg2.InterfaceError, errors.AdminShutdown, errors.CrashShutdown)
    # a server that still answers gives its error a class of its own
    lost = isinstance(error, gone) or type(error) is psycopg2.OperationalError
    return "connection" if lost else "server"
