from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain

from .home_teaching import LEADERS

FREE = frozenset(
    "teaching_id outcome reason_id started_at minutes place teacher_ids teacher_names subject_ids"
    " content response progress homework guardian next_on photo_ids signature_ids from_paper".split()
)
# What a lesson that was not held has none of
OF_HELD = ("subject_ids", "response", "progress", "homework")


class EduHomeTeachingSession(models.Model):
    """One home lesson: when, who taught, what, how the child did, with the guardian's signature; or why
    it could not be held, which does not count as held (plan 二(三)4).

    Class teacher of the child, the teacher who answers for the plan, and the school's staff record;
    bureau and inspectors read. The author corrects a record during the policy's days after entry; then
    it stands. One that is wrong is withdrawn with a reason by its author or the leaders: it stays
    readable and counts no more. Nobody deletes.
    """

    _name = "edu.home.teaching.session"
    _description = "Home lesson"
    _inherit = ["edu.home.teaching.place.mixin", "edu.entry.mixin", "mail.thread"]
    _order = "started_at desc, id desc"
    _mail_post_access = "write"
    _edu_event_day = "held_on"
    _edu_paper_files = "signature_ids"

    outcome = fields.Selection(
        [("held", "Held"), ("not_held", "Could not be held")],
        "Lesson",
        required=True,
        default="held",
    )
    reason_id = fields.Many2one(
        "edu.code",
        "Why It Was Not Held",
        ondelete="restrict",
        domain=[("kind", "=", "home_not_held")],
    )
    started_at = fields.Datetime("Began", required=True, default=fields.Datetime.now)
    minutes = fields.Integer("Length (minutes)", default=60, aggregator="sum")
    held_on = fields.Date("Day", compute="_compute_held_on", store=True, index=True)
    week_from = fields.Date("Week of", compute="_compute_held_on", store=True)
    place = fields.Char()
    teacher_ids = fields.Many2many(
        "res.users",
        "edu_home_session_teacher_rel",
        string="Teachers",
        domain=[("share", "=", False)],
    )
    teacher_names = fields.Text("Teachers Without Log-in", help="One a line")
    teachers = fields.Char("Who Taught", compute="_compute_teachers")

    subject_ids = fields.Many2many(
        "edu.code",
        "edu_home_session_subject_rel",
        string="Subjects",
        domain=[("kind", "=", "home_subject")],
    )
    content = fields.Text("What Was Taught")
    response = fields.Selection(
        [
            ("eager", "Took part gladly"),
            ("helped", "Took part with help"),
            ("tired", "Tired, or not well"),
            ("refused", "Did not take part"),
        ],
        "How the Child Took Part",
    )
    progress = fields.Text("How the Child Did")
    homework = fields.Text(
        "Until Next Time", help="What the parents practise with the child, and how"
    )
    guardian = fields.Char("Guardian Who Was There")
    next_on = fields.Date("Next Lesson on")

    photo_ids = fields.Many2many(
        "ir.attachment",
        "edu_home_session_photo_rel",
        string="Photographs",
        bypass_search_access=True,
    )
    signature_ids = fields.Many2many(
        "ir.attachment",
        "edu_home_session_signature_rel",
        string="Guardian's Signature",
        bypass_search_access=True,
        help="A photograph of the record sheet that the guardian signed",
    )
    has_proof = fields.Boolean("Signed or Photographed", compute="_compute_has_proof", store=True)

    withdrawn_on = fields.Date(readonly=True, copy=False)
    withdrawn_by_id = fields.Many2one("res.users", readonly=True, copy=False, ondelete="restrict")
    withdrawn_reason = fields.Text(readonly=True, copy=False)
    can_withdraw = fields.Boolean(compute="_compute_can_withdraw")

    _day_uniq = models.UniqueIndex(
        "(teaching_id, held_on) WHERE outcome = 'held' AND withdrawn_on IS NULL",
        "The lesson of this day is recorded already.",
    )
    _week_idx = models.Index("(teaching_id, week_from)")
    _minutes_range = models.Constraint(
        "CHECK(outcome = 'not_held' OR minutes BETWEEN 10 AND 480)",
        "A lesson takes ten minutes to eight hours.",
    )

    # ------------------------------------------------------------------ computes

    @api.depends("started_at")
    def _compute_held_on(self):
        Policy = self.env["edu.policy"]
        for session in self:
            day = session.started_at and Policy._edu_now(session.started_at).date()
            session.held_on = day
            session.week_from = day and day - timedelta(days=day.weekday())

    @api.depends("teacher_ids", "teacher_names")
    def _compute_teachers(self):
        for session in self:
            session.teachers = "、".join(session._edu_teacher_names())

    def _edu_teacher_names(self):
        """Names of all who taught, those with a log-in first."""
        self.ensure_one()
        lines = (line.strip() for line in (self.teacher_names or "").splitlines())
        return [*self.sudo().teacher_ids.mapped("name"), *filter(None, lines)]

    @api.depends("photo_ids", "signature_ids")
    def _compute_has_proof(self):
        for session in self:
            session.has_proof = bool(session.photo_ids or session.signature_ids)

    @api.depends("withdrawn_on")
    @api.depends_context("uid")
    def _compute_can_withdraw(self):
        for session in self:
            real = session._origin
            session.can_withdraw = bool(real and not real.withdrawn_on and real._edu_may_withdraw())

    def _edu_may_withdraw(self):
        self.ensure_one()
        user = self.env.user
        return (
            self.env.su
            or self.sudo().create_uid == user
            or any(user._edu_has_role(role, self) for role in LEADERS)
        )

    @api.depends("held_on", "outcome", "student_id.name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._fields["outcome"]._description_selection(self.env))
        for session in self:
            session.display_name = " ".join(
                filter(
                    None,
                    (
                        fields.Date.to_string(session.held_on),
                        session.sudo().student_id.name,
                        session.outcome == "not_held" and labels["not_held"],
                    ),
                )
            )

    @api.model
    def default_get(self, names):
        """From a plan: its teachers, place, subjects and length, so that a few taps are enough."""
        values = super().default_get(names)
        plan = self.env["edu.home.teaching"].browse(values.get("teaching_id"))
        if not plan:
            return values
        plan.check_access("read")
        found = self._edu_values_of(plan, names)
        given = {key[8:] for key in self.env.context if key.startswith("default_")}
        return {**values, **{name: value for name, value in found.items() if name not in given}}

    @api.model
    def _edu_values_of(self, plan, names):
        places = dict(plan._fields["place"]._description_selection(self.env))
        found = {
            "started_at": fields.Datetime.now() - timedelta(minutes=plan.minutes),
            "minutes": plan.minutes,
            "place": plan.place_note or places[plan.place],
            "teacher_ids": [fields.Command.set((plan.responsible_id | plan.teacher_ids).ids)],
            "teacher_names": plan.teacher_names,
            "subject_ids": [fields.Command.set(plan.subject_ids.ids)],
            "guardian": plan.consent_by,
        }
        return {name: value for name, value in found.items() if name in names}

    @api.onchange("teaching_id")
    def _onchange_teaching_id(self):
        if self.teaching_id and not self.teacher_ids and not self.teacher_names:
            self.update(self._edu_values_of(self.teaching_id, set(self._fields)))

    # ------------------------------------------------------------------ checks

    @api.constrains("outcome", "teacher_ids", "teacher_names", "started_at")
    def _check_teachers(self):
        for session in self.filtered(lambda session: session.outcome == "held"):
            least = self.env["edu.policy"]._current(session.held_on).home_teaching_teachers
            if len(session._edu_teacher_names()) < least:
                raise ValidationError(
                    self.env._(
                        "A home lesson takes at least %(count)s teachers. Those without a log-in are"
                        " named one a line.",
                        count=least,
                    )
                )

    @api.constrains("outcome", "reason_id", "content")
    def _check_facts(self):
        for session in self:
            if session.outcome == "held" and not (session.content or "").strip():
                raise ValidationError(self.env._("Say what was taught."))
            if session.outcome == "held" and session.reason_id:
                raise ValidationError(self.env._("A lesson that was held needs no reason."))
            if session.outcome == "not_held" and not session.reason_id:
                raise ValidationError(self.env._("Say why the lesson could not be held."))

    @api.constrains("started_at", "outcome", "minutes")
    def _check_started_at(self):
        now = fields.Datetime.now() + timedelta(minutes=5)
        for session in self:
            if session.started_at > now:
                raise ValidationError(self.env._("A lesson is recorded after it took place."))

    @api.constrains("teaching_id", "started_at")
    def _check_plan(self):
        for session in self:
            plan = session.teaching_id.sudo()
            last = plan.ended_on or plan.date_to
            if not plan.owed_from or not plan.date_from <= session.held_on <= last:
                raise ValidationError(
                    self.env._(
                        "%(day)s: no approved plan of the child holds on this day.",
                        day=fields.Date.to_string(session.held_on),
                    )
                )

    @api.constrains("next_on")
    def _check_next_on(self):
        for session in self:
            if session.next_on and session.next_on <= session.held_on:
                raise ValidationError(self.env._("The next lesson comes after this one."))

    # ------------------------------------------------------------------ create, write

    @api.model_create_multi
    def create(self, vals_list):
        """Whoever works with the child."""
        for vals in vals_list:
            self._edu_refuse_typed(vals)
            if not self.env.su:
                plan = self.env["edu.home.teaching"].browse(vals.get("teaching_id"))
                plan.check_access("read")
                plan._edu_check_works()
        now = fields.Datetime.now()
        context = {
            key: value
            for key, value in self.env.context.items()
            if not key.startswith("default_") or key[8:] in FREE
        }
        sessions = super(
            EduHomeTeachingSession, self.with_context(context, mail_create_nosubscribe=True)
        ).create([{**self._edu_fitting(vals), "entered_at": now} for vals in vals_list])
        if not self.env.su:
            sessions.check_access("create")
        sessions._edu_own_files()
        return sessions.with_env(self.env)

    def write(self, vals):
        """The author, during the policy's days after entry.

        :raise AccessError: anybody else, or later
        """
        typed = {
            key
            for key in vals
            if key in self._fields and not key.startswith(("message_", "website_"))
        }
        if not self.env.su and typed:
            if "teaching_id" in vals:
                raise AccessError(self.env._("A lesson stays with its plan."))
            self._edu_refuse_typed(vals)
            if any(session.withdrawn_on for session in self):
                raise AccessError(self.env._("A lesson that was withdrawn stays as it is."))
            self._edu_check_correctable()
        result = super().write(self._edu_fitting(vals))
        if {"photo_ids", "signature_ids"} & typed:
            self._edu_own_files()
        return result

    @api.model
    def _edu_fitting(self, vals):
        """What belongs to the other outcome is emptied."""
        if vals.get("outcome") == "not_held":
            empty = {name: False for name in OF_HELD if not name.endswith("_ids")}
            return {**vals, **empty, "subject_ids": [fields.Command.clear()], "minutes": 0}
        if vals.get("outcome") == "held":
            return {**vals, "reason_id": False}
        return vals

    def _edu_refuse_typed(self, vals):
        if self.env.su:
            return
        stored = {name for name in vals if name in self._fields and self._fields[name].store}
        if field := self._edu_refused(stored - FREE):
            raise AccessError(
                self.env._("“%(field)s” is set by the system; it is not typed in.", field=field)
            )

    def _edu_own_files(self):
        """Files of a lesson stand behind its rules. Only the caller's own fresh uploads are taken."""
        for session in self:
            files = session.sudo().photo_ids | session.sudo().signature_ids
            files._edu_hang_on(session, trusted=self.env.su)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(self.env._("Home lessons are not deleted. Withdraw one that is wrong."))

    # ------------------------------------------------------------------ withdrawing

    def action_withdraw(self):
        """Its author, dean, vice principal, principal: ask why the record counts no more."""
        self.ensure_one()
        self._edu_check_withdraw()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Withdraw the Record"),
            "res_model": "edu.home.teaching.step",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_teaching_id": self.teaching_id.id,
                "default_session_id": self.id,
                "default_step": "withdraw",
            },
        }

    def _edu_check_withdraw(self):
        for session in self:
            if session.withdrawn_on:
                raise UserError(self.env._("This record is withdrawn already."))
            if not session._edu_may_withdraw():
                raise AccessError(
                    self.env._("A record is withdrawn by its author, or by the school's leaders.")
                )

    def _edu_withdraw(self, reason):
        """The record stays readable and counts no more.

        :raise UserError: without a reason
        """
        self.check_access("read")
        self._edu_check_withdraw()
        reason = self.env["edu.home.teaching"]._edu_said(reason)
        self.sudo().write(
            {
                "withdrawn_on": self.env["edu.policy"]._edu_today(),
                "withdrawn_by_id": self.env.uid,
                "withdrawn_reason": reason,
            }
        )
        self.sudo()._message_log_batch(
            bodies={session.id: self.env._("Withdrawn: %s", reason) for session in self}
        )

    def _search_display_name(self, operator, value):
        return Domain("student_id.name", operator, value)


class EduHomeTeaching(models.Model):
    _inherit = "edu.home.teaching"

    session_ids = fields.One2many(
        "edu.home.teaching.session", "teaching_id", "Lessons", readonly=True
    )
    session_count = fields.Integer(compute="_compute_sessions")
    last_session_on = fields.Date("Last Lesson", compute="_compute_sessions")
    week_held = fields.Integer("Lessons This Week", compute="_compute_sessions")

    @api.depends("session_ids.held_on", "session_ids.outcome", "session_ids.withdrawn_on")
    def _compute_sessions(self):
        today = self.env["edu.policy"]._edu_today()
        monday = today - timedelta(days=today.weekday())
        for plan in self:
            days = [
                session.held_on
                for session in plan.sudo().session_ids
                if session.outcome == "held" and not session.withdrawn_on
            ]
            plan.session_count = len(days)
            plan.last_session_on = max(days, default=False)
            plan.week_held = sum(day >= monday for day in days)

    def action_record(self):
        """Whoever works with the child: the form of a new lesson."""
        self.ensure_one()
        self._edu_check_works()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Record a Lesson"),
            "res_model": "edu.home.teaching.session",
            "views": [(False, "form")],
            "context": {"default_teaching_id": self.id},
        }

    def _edu_view(self, xmlid):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(f"edu_dropout_control.{xmlid}")
        return {
            **action,
            "domain": [("teaching_id", "=", self.id)],
            "context": {"default_teaching_id": self.id},
        }

    def action_view_sessions(self):
        """Whoever reads the plan: its lessons."""
        return self._edu_view("edu_home_teaching_session_action")
