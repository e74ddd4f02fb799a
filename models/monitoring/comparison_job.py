import logging

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .roster_write import RETRY

_logger = logging.getLogger(__name__)


class EduComparisonJob(models.Model):
    """Long lists are compared in the background, as whoever pressed “Compare”, who is told when it is
    done. A list is compared in one transaction: what breaks off leaves what was found before.
    """

    _inherit = "edu.comparison"

    started_at = fields.Datetime("Being Compared since", readonly=True, copy=False, index=True)
    started_by_id = fields.Many2one(
        "res.users", "Started by", readonly=True, copy=False, ondelete="restrict"
    )
    failure = fields.Text("Not Compared Because", readonly=True, copy=False)

    def _edu_check_idle(self):
        """:raise UserError: when the list is being compared"""
        for comparison in self.sudo():
            if comparison.started_at:
                raise UserError(
                    self.env._(
                        "“%(list)s” is being compared; you are told when it is done.",
                        list=comparison.display_name,
                    )
                )

    def _edu_start(self):
        """Hand the list over to the cron."""
        self.sudo().write(
            {
                "started_at": fields.Datetime.now(),
                "started_by_id": self.env.uid,
                "failure": False,
            }
        )
        self.env.ref("edu_dropout_control.cron_comparison").sudo()._trigger()

    @api.model
    def _cron_compare(self):
        """Compare the lists that wait, one a transaction."""
        waiting = self.sudo().search([("started_at", "!=", False)], order="started_at, id")
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=len(waiting))
        for comparison in waiting:
            comparison._edu_run_job()
            if not cron._commit_progress(1):
                break

    def _edu_run_job(self):
        """Compare the list as whoever started it, and tell; a list that others wrote to meanwhile
        waits for its next turn."""
        self.ensure_one()
        user = self.started_by_id
        mine = self.with_env(
            self.env(user=user.id, su=False, context={**self.env.context, "lang": user.lang})
        )
        failure = False
        try:
            with self.env.cr.savepoint():
                if not user.active:
                    raise AccessError(mine.env._("Whoever started this has no access any more."))
                mine._edu_check_may_compare()
                with mine._edu_parsed() as parsed:
                    mine._edu_compare(parsed)
        except RETRY:
            return
        except UserError as error:
            failure = str(error)
        except Exception:
            _logger.exception("Comparison %s could not be finished", self.id)
            failure = mine.env._("Something unforeseen happened; the server's log tells more.")
        self.env.invalidate_all()
        self.write({"started_at": False, "failure": failure})
        mine._edu_tell_done()

    def _edu_tell_done(self):
        """One message to whoever started it, and may still see it."""
        self.ensure_one()
        if not self.env.user.active or not self.has_access("read"):
            return
        if self.failure:
            subject = self.env._("“%(list)s” could not be compared", list=self.display_name)
            body = self.failure
        else:
            subject = self.env._("“%(list)s” is compared", list=self.display_name)
            body = self.env._("%(count)s children are to be worked off.", count=self.open_count)
        self.env["mail.thread"].sudo().message_notify(
            partner_ids=self.env.user.partner_id.ids,
            subject=subject,
            body=body,
            author_id=self.env.ref("base.partner_root").id,
        )
