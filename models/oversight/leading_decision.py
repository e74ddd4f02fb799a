from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

from .leading_meeting import LEADERS, SCHOOL


class EduLeadingDecision(models.Model):
    """What a leading group decided: who does what by when, and what came of it (plan 二(一)1).

    The school's staff write it into minutes that are open. Once they are closed its wording stands:
    whoever is to do it, or a leader, says that it is done; only principal and vice principal drop it,
    with a reason. Done after its day it is late for good. Read like the minutes.
    """

    _name = "edu.leading.decision"
    _description = "Decision of a Leading Group"
    _inherit = ["edu.scope.mixin", "mail.thread", "mail.activity.mixin", "edu.duty.mixin"]
    _order = "deadline, sequence, id"
    _mail_post_access = "read"
    _edu_duty_fields = ("state", "meeting_state", "user_id", "deadline", "done_on", "school_id")
    _edu_township_fields = ("township_id",)

    meeting_id = fields.Many2one(
        "edu.leading.meeting", "Meeting", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    school_id = fields.Many2one(related="meeting_id.school_id", store=True, index=True)
    township_id = fields.Many2one(related="meeting_id.township_id", store=True, index=True)
    meeting_state = fields.Selection(related="meeting_id.state", store=True, string="Minutes")
    name = fields.Char("What Is to Be Done", required=True)
    user_id = fields.Many2one(
        "res.users",
        "Person",
        index=True,
        ondelete="restrict",
        domain=[("share", "=", False)],
    )
    deadline = fields.Date("By")
    state = fields.Selection(
        [("open", "Open"), ("done", "Done"), ("dropped", "Dropped")],
        required=True,
        readonly=True,
        default="open",
        copy=False,
        index=True,
    )
    done_on = fields.Date("Done on", readonly=True, copy=False)
    done_by_id = fields.Many2one("res.users", "Reported by", readonly=True, copy=False)
    is_late = fields.Boolean("Done Late", readonly=True, copy=False)
    outcome = fields.Text("Result of the Decision", readonly=True, copy=False)
    progress = fields.Selection(
        [
            ("waiting", "Minutes not closed"),
            ("open", "Open"),
            ("late", "Late"),
            ("done", "Done in time"),
            ("done_late", "Done late"),
            ("dropped", "Dropped"),
        ],
        compute="_compute_progress",
        search="_search_progress",
    )
    can_report = fields.Boolean(compute="_compute_can")
    can_drop = fields.Boolean(compute="_compute_can")

    # ------------------------------------------------------------------ computes

    @api.depends("meeting_state", "state", "is_late", "deadline")
    def _compute_progress(self):
        today = self.env["edu.policy"]._edu_today()
        for line in self:
            if line.state == "done":
                line.progress = "done_late" if line.is_late else "done"
            elif line.state == "dropped":
                line.progress = "dropped"
            elif line.meeting_state != "closed":
                line.progress = "waiting"
            else:
                line.progress = "late" if line.deadline and line.deadline < today else "open"

    def _search_progress(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = self.env["edu.policy"]._edu_today()
        waits = Domain("state", "=", "open")
        runs = waits & Domain("meeting_state", "=", "closed")
        done = Domain("state", "=", "done")
        domains = {
            "waiting": waits & Domain("meeting_state", "!=", "closed"),
            "open": runs & (Domain("deadline", ">=", today) | Domain("deadline", "=", False)),
            "late": runs & Domain("deadline", "<", today),
            "done": done & Domain("is_late", "=", False),
            "done_late": done & Domain("is_late", "=", True),
            "dropped": Domain("state", "=", "dropped"),
        }
        return Domain.OR(domains[state] for state in value if state in domains)

    @api.depends("meeting_state", "state", "user_id", "school_id")
    @api.depends_context("uid")
    def _compute_can(self):
        user = self.env.user
        for line in self:
            runs = line.state == "open" and line.meeting_state == "closed"
            leads = runs and any(user._edu_has_role(role, line) for role in LEADERS)
            line.can_drop = leads
            line.can_report = leads or (runs and line.user_id == user)

    # ------------------------------------------------------------------ CRUD

    _EDU_TYPED = frozenset({"meeting_id", "sequence", "name", "user_id", "deadline"})

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            for vals in vals_list:
                self._edu_refuse_protected(vals.keys() - self._EDU_TYPED)
        lines = super().create(vals_list)
        lines._edu_check_written()
        return lines

    def write(self, vals):
        """The school's staff, while the minutes are being written; nothing of it afterwards."""
        if not self.env.su:
            self._edu_refuse_protected(vals.keys() - (self._EDU_TYPED - {"meeting_id"}))
            if self._EDU_TYPED & vals.keys():
                self._edu_check_written()
        return super().write(vals)

    def _edu_refuse_protected(self, names):
        if field := self._edu_refused(names):
            raise AccessError(
                self.env._(
                    "“%(field)s” is not typed in: report what came of the decision.",
                    field=field,
                )
            )

    def _edu_check_written(self):
        if self.env.su:
            return
        self._edu_check_role(SCHOOL)
        self.meeting_id._edu_check_draft()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_frozen(self):
        self._edu_check_written()

    # ------------------------------------------------------------------ carrying out

    def _edu_check_runs(self):
        for line in self:
            if line.state != "open" or line.meeting_state != "closed":
                raise UserError(
                    self.env._(
                        "“%(decision)s” is not to be carried out now.", decision=line.display_name
                    )
                )

    def action_done(self):
        """Whoever is to do it, or a leader: ask what came of it (``edu.leading.report``)."""
        return self._edu_ask("done")

    def action_drop(self):
        """Principal or vice principal: ask why it is dropped (``edu.leading.report``)."""
        return self._edu_ask("drop")

    def _edu_ask(self, step):
        self.ensure_one()
        self.check_access("read")
        self._edu_check_runs()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Done") if step == "done" else self.env._("Drop"),
            "res_model": "edu.leading.report",
            "view_mode": "form",
            "target": "new",
            "context": {"default_decision_id": self.id, "default_step": step},
        }

    def _edu_report_done(self, outcome):
        """See :meth:`action_done`. Late when the day has passed, for good."""
        self.ensure_one()
        self.check_access("read")
        self._edu_check_runs()
        if self.user_id != self.env.user:
            self._edu_check_role(
                LEADERS,
                self.env._("Whoever is to do it reports that it is done, or a leader."),
            )
        outcome = (outcome or "").strip()
        if not outcome:
            raise UserError(self.env._("Say what came of it."))
        today = self.env["edu.policy"]._edu_today()
        self.sudo().write(
            {
                "state": "done",
                "done_on": today,
                "done_by_id": self.env.uid,
                "is_late": bool(self.deadline and today > self.deadline),
                "outcome": outcome,
            }
        )

    def _edu_report_dropped(self, reason):
        """See :meth:`action_drop`."""
        self.ensure_one()
        self.check_access("read")
        self._edu_check_runs()
        self._edu_check_role(LEADERS)
        reason = (reason or "").strip()
        if not reason:
            raise UserError(self.env._("Say why it is dropped."))
        self.sudo().write(
            {
                "state": "dropped",
                "done_on": self.env["edu.policy"]._edu_today(),
                "done_by_id": self.env.uid,
                "outcome": reason,
            }
        )

    # ------------------------------------------------------------------ what is due

    def _edu_duty_query(self):
        """From the closing of the minutes on, by whom they name."""
        return SQL(
            """
            SELECT 'leading_decision' AS kind, decision.id AS res_id, 0 AS slot, decision.deadline,
                   decision.done_on, decision.user_id, decision.school_id,
                   decision.township_id AS area_id, NULL::integer AS class_id
              FROM edu_leading_decision decision
             WHERE decision.meeting_state = 'closed' AND decision.state <> 'dropped'
            """
        )
