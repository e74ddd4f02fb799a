from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from .absence import NO_RECOUNT

DECIDE = "edu_dropout_control.activity_leave_decide"
ASKING = ("class_teacher", "records_admin", "dean")
LEADERS = ("dean", "vice_principal", "principal")
# What is asked for stands once it is asked for
FREE = frozenset(
    "student_id kind date_from date_to reason requested_by requested_how proof_ids".split()
)


class EduLeave(models.Model):
    """A child's leave: a guardian asks, the class teacher enters it, and it is approved before it
    excuses anything (plan 二(三)1; the policy says how many school days).

    Class teacher, records administrator and dean enter and ask. Up to the policy's school days the
    class teacher approves, beyond them dean, vice principal or principal, and never who asked; a
    short leave is approved by who asked only where the policy says so. Bureau and inspectors read;
    townships do not, since illness is nobody's business that the child's school and bureau do not
    ask about. Absences of the days of an approved leave are excused, those entered before it too;
    from the day after it on, or from the day the child is back, they are without leave again.
    """

    _name = "edu.leave"
    _description = "Leave of a child"
    _inherit = ["edu.child.place.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "date_from desc, id desc"
    _rec_names_search = ["student_id.name", "student_id.name_pinyin"]
    _mail_post_access = "read"

    student_id = fields.Many2one(
        "edu.student", "Child", required=True, index=True, ondelete="restrict", tracking=True
    )
    school_id = fields.Many2one(
        "edu.school", compute="_compute_place", store=True, index=True, precompute=True
    )
    class_id = fields.Many2one(
        "edu.class", compute="_compute_place", store=True, index=True, precompute=True
    )
    kind = fields.Selection(
        [("sick", "Illness"), ("personal", "Family matter"), ("other", "Other reason")],
        required=True,
        default="sick",
        tracking=True,
    )
    date_from = fields.Date(
        "First Day of Leave",
        required=True,
        tracking=True,
        default=lambda self: self.env["edu.policy"]._edu_today(),
    )
    date_to = fields.Date(
        "Last Day of Leave",
        required=True,
        tracking=True,
        default=lambda self: self.env["edu.policy"]._edu_today(),
    )
    school_days = fields.Integer(compute="_compute_school_days", aggregator=None)
    reason = fields.Char()
    requested_by = fields.Char("Guardian Who Asked")
    requested_how = fields.Selection(
        [
            ("phone", "By phone"),
            ("message", "By message"),
            ("in_person", "In person"),
            ("letter", "In writing"),
        ],
        "How",
        default="phone",
    )
    proof_ids = fields.Many2many(
        "ir.attachment",
        "edu_leave_proof_rel",
        string="Proof",
        bypass_search_access=True,
        copy=False,
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("asked", "Asked for"),
            ("approved", "Approved"),
            ("refused", "Refused"),
            ("revoked", "Taken back"),
        ],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    asked_by_id = fields.Many2one("res.users", readonly=True, copy=False, ondelete="restrict")
    asked_on = fields.Date(readonly=True, copy=False)
    decided_by_id = fields.Many2one("res.users", readonly=True, copy=False, ondelete="restrict")
    decided_as = fields.Char(readonly=True, copy=False)
    decided_on = fields.Date(readonly=True, copy=False)
    decision_note = fields.Text("Reason of the Decision", copy=False)
    back_on = fields.Date("Back on", readonly=True, copy=False, tracking=True)
    absence_ids = fields.One2many("edu.absence", "leave_id", "Excused Absences", readonly=True)

    is_long = fields.Boolean(compute="_compute_school_days")
    needs_proof = fields.Boolean(compute="_compute_school_days")
    is_over = fields.Boolean(compute="_compute_is_over", search="_search_is_over")
    can_ask = fields.Boolean(compute="_compute_can")
    can_decide = fields.Boolean(compute="_compute_can")
    can_revoke = fields.Boolean(compute="_compute_can")

    _dates_order = models.Constraint("CHECK(date_to >= date_from)", "A leave ends after it began.")
    _student_dates_idx = models.Index("(student_id, date_from, date_to)")

    # ------------------------------------------------------------------ computes

    @api.depends("student_id")
    def _compute_place(self):
        """Where the child stood when it asked; it does not follow later moves."""
        for leave in self:
            leave.school_id = leave.student_id.school_id
            leave.class_id = leave.student_id.class_id

    @api.depends("date_from", "date_to")
    def _compute_school_days(self):
        Policy = self.env["edu.policy"]
        for leave in self:
            days = 0
            if leave.date_from and leave.date_to:
                length = (leave.date_to - leave.date_from).days + 1
                days = sum(
                    Policy._edu_is_workday(leave.date_from + timedelta(days=number))
                    for number in range(min(length, 400))
                )
            policy = Policy._current(leave.date_from)
            leave.school_days = days
            leave.is_long = days > policy.leave_teacher_days
            leave.needs_proof = days > policy.leave_proof_days

    @api.depends("date_to", "back_on", "state")
    def _compute_is_over(self):
        today = self.env["edu.policy"]._edu_today()
        for leave in self:
            leave.is_over = bool(
                leave.state == "approved"
                and (leave.date_to < today or (leave.back_on and leave.back_on <= today))
            )

    def _search_is_over(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = self.env["edu.policy"]._edu_today()
        domain = Domain("state", "=", "approved") & (
            Domain("date_to", "<", today) | Domain("back_on", "<=", today)
        )
        return domain if True in value else ~domain

    @api.depends("student_id.name", "date_from", "date_to")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for leave in self:
            leave.display_name = leave.student_id and self.env._(
                "%(child)s: leave %(first)s to %(last)s",
                child=leave.student_id.sudo().name,
                first=leave.date_from or "",
                last=leave.date_to or "",
            )

    @api.depends("state", "asked_by_id", "date_from", "date_to")
    @api.depends_context("uid")
    def _compute_can(self):
        user = self.env.user
        for leave in self:
            real = leave._origin
            leave.can_ask = not real or any(user._edu_has_role(role, real) for role in ASKING)
            leave.can_decide = bool(
                real and real.state == "asked" and real._edu_deciding_role() is not None
            )
            leave.can_revoke = bool(
                real
                and real.state == "approved"
                and any(user._edu_has_role(role, real) for role in LEADERS)
            )

    # ------------------------------------------------------------------ writing

    @api.constrains("student_id", "date_from", "date_to", "state")
    def _check_overlap(self):
        for leave in self.filtered(lambda leave: leave.state in ("asked", "approved")):
            others = self.sudo().search(
                [
                    ("student_id", "=", leave.student_id.id),
                    ("id", "!=", leave.id),
                    ("state", "in", ("asked", "approved")),
                    ("date_from", "<=", leave.date_to),
                    ("date_to", ">=", leave.date_from),
                ]
            )
            if others.filtered(lambda o, leave=leave: not o.back_on or o.back_on > leave.date_from):
                raise ValidationError(
                    self.env._(
                        "%(child)s has a leave for some of these days already.",
                        child=leave.student_id.sudo().name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._edu_refuse_protected(vals, FREE)
            if not self.env.su:
                self.env["edu.student"].browse(vals.get("student_id")).check_access("read")
        context = {
            key: value
            for key, value in self.env.context.items()
            if not key.startswith("default_") or key[8:] in FREE
        }
        leaves = super(EduLeave, self.with_context(context)).create(vals_list)
        leaves._edu_claim_files()
        return leaves

    def write(self, vals):
        if not self.env.su:
            self._edu_refuse_protected(vals, FREE | {"decision_note"})
            if FREE & vals.keys():
                self._edu_check_role(ASKING)
                self._edu_expect("draft")
            if "decision_note" in vals and not all(
                leave.can_decide or leave.can_revoke for leave in self
            ):
                raise AccessError(self.env._("Who decides writes down why."))
            if vals.get("student_id"):
                self.env["edu.student"].browse(vals["student_id"]).check_access("read")
        result = super().write(vals)
        if not self.env.su:
            self.check_access("write")
        if "proof_ids" in vals:
            self._edu_claim_files()
        return result

    def _edu_refuse_protected(self, vals, free):
        if self.env.su:
            return
        stored = {name for name in vals if name in self._fields and self._fields[name].store}
        if field := self._edu_refused(stored - free):
            raise AccessError(
                self.env._(
                    "“%(field)s” follows from the steps of a leave; it is not typed in.",
                    field=field,
                )
            )

    def _edu_claim_files(self):
        """Proofs hang on their leave, and are read like it.

        :raise AccessError: for a file of another record or person
        """
        for leave in self:
            leave.sudo().proof_ids._edu_hang_on(leave, trusted=self.env.su)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_draft(self):
        if any(leave.state != "draft" for leave in self):
            raise UserError(self.env._("A leave that was asked for is kept."))

    # ------------------------------------------------------------------ steps

    def _edu_expect(self, *states):
        labels = dict(self._fields["state"]._description_selection(self.env))
        for leave in self:
            if leave.state not in states:
                raise UserError(
                    self.env._(
                        "%(leave)s is “%(state)s”; this is possible only from: %(states)s.",
                        leave=leave.display_name,
                        state=labels[leave.state],
                        states=self.env._(", ").join(labels[state] for state in states),
                    )
                )

    def _edu_missing(self):
        """What the leave lacks before it can be asked for, as labels."""
        self.ensure_one()
        names = ["requested_by", "requested_how"]
        names += ["reason"] if self.kind == "other" else []
        names += ["proof_ids"] if self.needs_proof else []
        return [
            self._fields[name]._description_string(self.env) for name in names if not self[name]
        ]

    def action_ask(self):
        """Class teacher, records administrator, dean: draft → asked for; a short one of the own class
        is approved at once where the policy lets the class teacher.

        :raise UserError: naming what is missing
        """
        self._edu_check_role(ASKING)
        self._edu_expect("draft")
        today = self.env["edu.policy"]._edu_today()
        for leave in self:
            missing = leave._edu_missing()
            if missing:
                raise UserError(
                    self.env._(
                        "%(leave)s still needs: %(missing)s.",
                        leave=leave.display_name,
                        missing=self.env._(", ").join(missing),
                    )
                )
            if not leave.school_days:
                raise UserError(
                    self.env._("%(leave)s: no school day lies in it.", leave=leave.display_name)
                )
            leave.sudo().write({"state": "asked", "asked_by_id": self.env.uid, "asked_on": today})
            if not leave.is_long and leave._edu_deciding_role() == "class_teacher":
                leave.action_approve()
            else:
                leave.sudo()._edu_ask_leader()
        return True

    def _edu_ask_leader(self):
        """A to-do for the first of those who may approve."""
        self.ensure_one()
        Post = self.env["edu.post"]
        users = self.env["res.users"]
        if not self.is_long:
            users = Post._holders("class_teacher", klass=self.class_id) - self.asked_by_id
        for role in LEADERS:
            users = users or Post._holders(role, school=self.school_id) - self.asked_by_id
        if users:
            self.activity_schedule(DECIDE, user_id=users[0].id)

    def _edu_deciding_role(self):
        """The role in which the user may decide on this leave, None for who may not."""
        self.ensure_one()
        user = self.env.user
        own = self.asked_by_id == user
        roles = LEADERS if self.is_long else ("class_teacher", *LEADERS)
        for role in roles:
            if own and not (
                role == "class_teacher"
                and self.env["edu.policy"]._current(self.date_from).leave_own_short
            ):
                continue
            if user._edu_has_role(role, self):
                return role
        return None

    def _edu_check_decide(self):
        self._edu_expect("asked")
        if self.env.su:
            return
        for leave in self:
            if leave._edu_deciding_role() is None:
                leave._edu_check_role(LEADERS if leave.is_long else ("class_teacher", *LEADERS))
                raise AccessError(
                    self.env._(
                        "%(leave)s: nobody decides on what they asked for.",
                        leave=leave.display_name,
                    )
                )

    def _edu_decided(self):
        self.ensure_one()
        user = self.env.user
        role = self._edu_deciding_role()
        return {
            "decided_by_id": user.id,
            "decided_as": user._edu_post_label(role, self) if role else user.name,
            "decided_on": self.env["edu.policy"]._edu_today(),
        }

    def action_approve(self):
        """Class teacher up to the policy's school days, beyond them dean, vice principal, principal;
        not who asked: asked for → approved. Absences of its days become excused."""
        self._edu_check_decide()
        for leave in self:
            leave.sudo().write({"state": "approved", **leave._edu_decided()})
            leave.sudo().activity_feedback([DECIDE])
        self.sudo()._edu_excuse()
        return True

    def action_refuse(self):
        """Who may approve: asked for → refused.

        :raise UserError: without a reason
        """
        self._edu_check_decide()
        self._edu_need_reason()
        for leave in self:
            leave.sudo().write({"state": "refused", **leave._edu_decided()})
            leave.sudo().activity_feedback([DECIDE])
        return True

    def _edu_need_reason(self):
        if any(not (leave.decision_note or "").strip() for leave in self):
            raise UserError(self.env._("Say why: the reason is kept."))

    def action_revoke(self):
        """Dean, vice principal, principal: approved → taken back, since it should never have been
        approved; its absences are without leave.

        :raise UserError: without a reason
        """
        self._edu_check_role(LEADERS)
        self._edu_expect("approved")
        self._edu_need_reason()
        self.sudo().write({"state": "revoked"})
        self.sudo().absence_ids.write({"kind": "unexcused"})
        return True

    def action_back(self):
        """Class teacher, records administrator, dean: the child is back today, before the leave ends."""
        self._edu_check_role(ASKING)
        self._edu_expect("approved")
        self.sudo()._edu_come_back(self.env["edu.policy"]._edu_today())
        return True

    def _edu_come_back(self, day):
        """From ``day`` on these leaves excuse nothing."""
        for leave in self:
            if day <= leave.date_from or day > leave.date_to:
                raise UserError(
                    self.env._(
                        "%(leave)s: %(date)s lies not within it. A dean or principal takes back"
                        " what was never needed.",
                        leave=leave.display_name,
                        date=day,
                    )
                )
        self.write({"back_on": day})
        self.absence_ids.filtered(lambda absence: absence.date >= day).write({"kind": "unexcused"})

    # ------------------------------------------------------------------ what it excuses

    def _edu_excuse(self):
        """Absences that were entered before these leaves were approved are excused now. A case that
        they raised stays, with a note."""
        Absence = self.env["edu.absence"].sudo()
        excused, notes = Absence, {}
        for leave in self:
            absences = Absence.search(
                [
                    ("student_id", "=", leave.student_id.id),
                    ("date", ">=", leave.date_from),
                    ("date", "<=", leave.date_to),
                    ("kind", "=", "unexcused"),
                ]
            ).filtered(lambda absence, leave=leave: leave._edu_covers(absence.date))
            absences.with_context(edu_recount=NO_RECOUNT).write(
                {"kind": "excused", "leave_id": leave.id}
            )
            if absences:
                notes[leave.student_id] = self.env._(
                    "Leave from %(first)s to %(last)s was approved by %(person)s on %(day)s:"
                    " %(count)s absences of this time are excused now.",
                    first=leave.date_from,
                    last=leave.date_to,
                    person=leave.decided_as or leave.decided_by_id.name,
                    day=leave.decided_on,
                    count=len(absences),
                )
            excused |= absences
        Absence._edu_recount(excused.student_id)
        if notes:
            self.env["edu.student"].union(*notes).sudo()._edu_note_absence(notes)

    def _edu_covers(self, date):
        self.ensure_one()
        return self.date_from <= date <= self.date_to and not (
            self.back_on and self.back_on <= date
        )

    @api.model
    def _edu_covering(self, students, first, last=None):
        """Approved leaves of ``students`` that reach into the days from ``first`` to ``last``
        (default: that one day), as superuser; one query."""
        last = last or first
        leaves = self.sudo().search(
            [
                ("student_id", "in", students.ids),
                ("state", "=", "approved"),
                ("date_from", "<=", last),
                ("date_to", ">=", first),
            ]
        )
        return leaves.filtered(lambda leave: not leave.back_on or leave.back_on > first)

    @api.model
    def _edu_just_ended(self, students, date):
        """{child id: last day of a leave} of those whose leave ended since the school day before
        ``date``: expected back, and without leave if they are not."""
        if not students:
            return {}
        day = self.env["edu.policy"]._edu_near_workday(date, -1)
        self.flush_model(["student_id", "state", "date_to", "back_on"])
        return dict(
            self.env.execute_query(
                SQL(
                    """SELECT student_id, max(date_to) FROM edu_leave
                        WHERE student_id IN %s AND state = 'approved' AND back_on IS NULL
                          AND date_to >= %s AND date_to < %s GROUP BY student_id""",
                    tuple(students.ids),
                    day,
                    date,
                )
            )
        )
