from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command

from ..core.signing import signing

SCHOOL = ("records_admin", "dean", "vice_principal", "principal")
LEADERS = ("principal", "vice_principal")


class EduLeadingMeeting(models.Model):
    """A meeting of a school's leading group, or a dispatch (调度) of its members: minutes, attendance
    and what was decided (plan 二(一)1).

    The school's staff write the minutes; whoever recorded them signs, then principal or vice
    principal, who did not, closes them. Minutes signed on paper are closed with their scan. From the
    first signature on the wording is frozen; from the closing on the decisions are to be carried out.
    Class teachers read those of their school; township, bureau and inspectors what is closed.
    """

    _name = "edu.leading.meeting"
    _description = "Meeting of a Leading Group"
    _inherit = ["edu.scope.mixin", "edu.signoff.mixin", "mail.thread"]
    _order = "date desc, id desc"
    _mail_post_access = "read"
    _edu_township_fields = ("township_id",)
    _edu_signoff_posts = {"filled": SCHOOL, "reviewed": LEADERS}

    kind = fields.Selection(
        [("meeting", "Meeting"), ("dispatch", "Dispatch of members")],
        required=True,
        default="meeting",
        tracking=True,
    )
    school_id = fields.Many2one(
        "edu.school",
        "School",
        required=True,
        index=True,
        ondelete="restrict",
        default=lambda self: self._default_school_id(),
    )
    township_id = fields.Many2one(related="school_id.area_id", store=True, index=True)
    term_id = fields.Many2one("edu.term", compute="_compute_term_id", store=True, index=True)
    date = fields.Date(
        required=True,
        index=True,
        tracking=True,
        default=lambda self: self.env["edu.policy"]._edu_today(),
    )
    place = fields.Char()
    name = fields.Char("Topic", required=True)
    state = fields.Selection(
        [("draft", "Being Written"), ("recorded", "Recorded"), ("closed", "Minutes Closed")],
        required=True,
        readonly=True,
        default="draft",
        copy=False,
        index=True,
        tracking=True,
    )
    chair_id = fields.Many2one(
        "res.users",
        "Chair",
        ondelete="restrict",
        default=lambda self: self._default_chair_id(),
        domain=[("share", "=", False)],
    )
    attendee_ids = fields.Many2many(
        "res.users",
        "edu_leading_meeting_attendee_rel",
        string="Who Was Present",
        context={"active_test": False},
        default=lambda self: self._default_attendee_ids(),
        domain=[("share", "=", False)],
    )
    guest_names = fields.Text(
        "Guests", help="One a line: village cadres, police, parents… without a log-in"
    )
    absent_ids = fields.Many2many("res.users", string="Not Present", compute="_compute_absent_ids")
    absent_names = fields.Char("Not Present by the Minutes", readonly=True, copy=False)
    minutes = fields.Text("Minutes", help="What was reported, discussed and ordered")
    decision_ids = fields.One2many("edu.leading.decision", "meeting_id", "Decisions")
    decision_count = fields.Integer("Decided", compute="_compute_decision_counts")
    open_count = fields.Integer("Not Carried Out", compute="_compute_decision_counts")
    recorder_id = fields.Many2one("res.users", "Recorded by", readonly=True, copy=False)
    closed_by_id = fields.Many2one("res.users", "Minutes Closed by", readonly=True, copy=False)
    closed_on = fields.Date("Closed on", readonly=True, copy=False)
    on_paper = fields.Boolean("Signed on Paper", readonly=True, copy=False)
    scan_ids = fields.Many2many(
        "ir.attachment",
        "edu_leading_meeting_scan_rel",
        string="Scan of the Signed Minutes",
        copy=False,
        bypass_search_access=True,
    )
    can_write = fields.Boolean(compute="_compute_can")
    can_close = fields.Boolean(compute="_compute_can")

    # ------------------------------------------------------------------ defaults

    @api.model
    def _default_school_id(self):
        user = self.env.user.sudo()
        schools = self.env["edu.school"]
        for role in ("principal", "vice_principal", "dean", "records_admin"):
            schools = schools or user[f"edu_{role}_school_ids"]
        return schools.filtered("active")[:1].id

    @api.model
    def _default_school(self):
        return self.env["edu.school"].browse(
            self.env.context.get("default_school_id") or self._default_school_id()
        )

    @api.model
    def _default_chair_id(self):
        return self.env["edu.post"]._holders("principal", school=self._default_school())[:1].id

    @api.model
    def _default_attendee_ids(self):
        return self._default_school()._edu_leading_posts().user_id.ids

    # ------------------------------------------------------------------ computes

    @api.depends("date", "school_id")
    def _compute_term_id(self):
        Term = self.env["edu.term"].sudo()
        for meeting in self:
            meeting.term_id = (
                meeting.date
                and meeting.school_id
                and (Term._edu_at(meeting.date, meeting.school_id) or Term._current(meeting.date))
            )

    @api.depends("date", "school_id", "attendee_ids")
    def _compute_absent_ids(self):
        for meeting in self:
            members = meeting.school_id._edu_leading_posts(meeting.date).user_id
            meeting.absent_ids = members - meeting.attendee_ids._origin

    @api.depends("decision_ids.state")
    def _compute_decision_counts(self):
        for meeting in self:
            states = meeting.decision_ids.mapped("state")
            meeting.decision_count = len(states)
            meeting.open_count = states.count("open")

    @api.depends("date", "name", "school_id")
    def _compute_display_name(self):
        for meeting in self:
            meeting.display_name = " ".join(
                filter(None, (fields.Date.to_string(meeting.date), meeting.name))
            )

    @api.depends("state", "school_id")
    @api.depends_context("uid")
    def _compute_can(self):
        user = self.env.user
        for meeting in self:
            new = not meeting.school_id
            meeting.can_write = meeting.state == "draft" and (
                new or any(user._edu_has_role(role, meeting) for role in SCHOOL)
            )
            meeting.can_close = meeting.state == "recorded" and any(
                user._edu_has_role(role, meeting) for role in LEADERS
            )

    # ------------------------------------------------------------------ checks, CRUD

    @api.constrains("date")
    def _check_date(self):
        today = self.env["edu.policy"]._edu_today()
        for meeting in self:
            if meeting.date > today:
                raise ValidationError(self.env._("Minutes are written after the meeting."))

    #: what the school writes while the minutes are being written
    _EDU_TYPED = frozenset(
        {
            "kind",
            "school_id",
            "date",
            "place",
            "name",
            "chair_id",
            "attendee_ids",
            "guest_names",
            "minutes",
            "decision_ids",
            "scan_ids",
        }
    )

    @api.model_create_multi
    def create(self, vals_list):
        """The school's staff, for their own school."""
        if not self.env.su:
            for vals in vals_list:
                self._edu_refuse_protected(vals)
        meetings = super().create(vals_list)
        meetings._edu_check_role(SCHOOL)
        meetings._edu_own_files()
        return meetings

    def write(self, vals):
        if not self.env.su:
            self._edu_refuse_protected(vals)
            if self._EDU_TYPED & vals.keys():
                self._edu_check_role(SCHOOL)
                self._edu_check_draft()
        result = super().write(vals)
        if not self.env.su:
            if "school_id" in vals:
                self.check_access("write")
                self._edu_check_role(SCHOOL)
            self._edu_own_files()
        return result

    def _edu_refuse_protected(self, names):
        if field := self._edu_refused(set(names) - self._EDU_TYPED):
            raise AccessError(
                self.env._(
                    "“%(field)s” follows from the signatures; it is not typed in.",
                    field=field,
                )
            )

    def _edu_check_draft(self):
        for meeting in self:
            if meeting.state != "draft":
                raise UserError(
                    self.env._(
                        "The minutes of “%(meeting)s” are signed and stay as they are. Add a note"
                        " below them.",
                        meeting=meeting.display_name,
                    )
                )

    def _edu_own_files(self):
        for meeting in self:
            meeting.scan_ids._edu_hang_on(meeting)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_signed_minutes(self):
        self._edu_check_draft()

    # ------------------------------------------------------------------ signing

    def _edu_missing(self):
        """What the minutes still need before anybody signs them, as texts."""
        self.ensure_one()
        nameless = self.decision_ids.filtered(lambda line: not line.user_id or not line.deadline)
        return [
            text
            for text in (
                not (self.minutes or "").strip() and self.env._("what was said"),
                not self.chair_id and self.env._("who was in the chair"),
                self.chair_id
                and self.chair_id not in self.attendee_ids
                and self.env._("the chair among those present"),
                len(self.attendee_ids) < 2 and self.env._("at least two who were present"),
                nameless
                and self.env._(
                    "who does it by when, of: %(decisions)s",
                    decisions="; ".join(nameless.mapped("name")),
                ),
            )
            if text
        ]

    def _edu_check_complete(self):
        for meeting in self:
            missing = meeting.sudo()._edu_missing()
            if missing:
                raise UserError(
                    self.env._("The minutes still need:") + "\n– " + "\n– ".join(missing)
                )

    def _edu_signoff_content(self):
        def names(people):
            return sorted(people.mapped("name"))

        return {
            "kind": self.kind,
            "school": self.school_id.name,
            "date": fields.Date.to_string(self.date),
            "place": self.place or "",
            "name": self.name,
            "chair": self.chair_id.name or "",
            "present": names(self.attendee_ids),
            "guests": self.guest_names or "",
            "absent": self.absent_names or "",
            "minutes": self.minutes or "",
            "decisions": [
                {
                    "what": line.name,
                    "who": line.user_id.name or "",
                    "by": fields.Date.to_string(line.deadline),
                }
                # by what is signed, not as they happen to be in memory when it is signed
                for line in self.decision_ids.sorted(
                    lambda line: (line.deadline, line.sequence, line.id)
                )
            ],
        }

    def _edu_signoff_expected(self):
        if self.on_paper or self.state == "draft":
            return ()
        return ("filled", "reviewed") if self.state == "closed" else ("filled",)

    def _edu_signoff_words(self):
        decision = self.env["edu.leading.decision"]
        return {
            key: model._fields[name]._description_string(self.env)
            for key, model, name in (
                ("chair", self, "chair_id"),
                ("present", self, "attendee_ids"),
                ("guests", self, "guest_names"),
                ("absent", self, "absent_names"),
                ("minutes", self, "minutes"),
                ("decisions", self, "decision_ids"),
                ("what", decision, "name"),
                ("who", decision, "user_id"),
                ("by", decision, "deadline"),
            )
        }

    @signing
    def action_record(self):
        """The school's staff: I recorded the minutes. From here on they are frozen.

        :raise UserError: with what they still need
        """
        for meeting in self:
            meeting._edu_check_role(SCHOOL)
            meeting._edu_check_draft()
            meeting._edu_check_complete()
            meeting._edu_freeze_absent()
            meeting._edu_sign("filled")
            meeting.sudo().write({"state": "recorded", "recorder_id": self.env.uid})
        return True

    @signing
    def action_close(self):
        """Principal or vice principal who did not record them: the minutes are right. The decisions
        are to be carried out from now on."""
        for meeting in self:
            meeting._edu_check_role(LEADERS)
            if meeting.state != "recorded":
                raise UserError(
                    self.env._("Minutes are closed once they are signed by whoever recorded them.")
                )
            meeting._edu_sign("reviewed")
            meeting._edu_close()
        return True

    def action_close_on_paper(self):
        """Principal or vice principal: the minutes are signed on paper, their scan is attached."""
        for meeting in self:
            meeting._edu_check_role(LEADERS)
            meeting._edu_check_draft()
            meeting._edu_check_complete()
            if not meeting.scan_ids:
                raise UserError(self.env._("Attach the scan of the minutes that were signed."))
            meeting._edu_freeze_absent()
            meeting._edu_close(on_paper=True)
        return True

    def _edu_freeze_absent(self):
        """Who is a member may be put right later; who was absent by these minutes stays."""
        self.ensure_one()
        meeting = self.sudo()
        meeting.absent_names = "、".join(meeting.absent_ids.mapped("name"))

    def _edu_close(self, on_paper=False):
        self.ensure_one()
        self.sudo().write(
            {
                "state": "closed",
                "closed_by_id": self.env.uid,
                "closed_on": self.env["edu.policy"]._edu_today(),
                "on_paper": on_paper,
            }
        )

    def _edu_check_may_withdraw(self):
        """The school's staff, while the minutes are recorded and not closed."""
        self._edu_check_role(SCHOOL)
        if self.state != "recorded":
            raise UserError(self.env._("Only minutes that are not closed yet are taken back."))

    def _edu_after_withdraw(self, reason):
        """They are corrected and signed again; the reason stays in the chain of signatures."""
        super()._edu_after_withdraw(reason)
        self.sudo().write({"state": "draft", "recorder_id": False})

    def action_all_present(self):
        """The school's staff: everybody of the group was there."""
        for meeting in self:
            members = meeting.school_id._edu_leading_posts(meeting.date).user_id
            meeting.attendee_ids = [Command.link(user.id) for user in members]
        return True

    def _edu_file_name(self):
        self.ensure_one()
        return f"领导小组会议纪要-{self.sudo().school_id.name}-{self.date:%Y%m%d}"
