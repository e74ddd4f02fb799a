from datetime import date, timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain

from ..registry.roles import LEADING_GROUP

STATES = [
    ("draft", "Draft"),
    ("submitted", "Submitted"),
    ("approved", "Approved"),
    ("running", "Running"),
    ("ended", "Ended"),
]
# A child has one plan for a day at most
OPEN = ("submitted", "approved", "running")
IN_FORCE = ("approved", "running")

WRITERS = LEADING_GROUP
LEADERS = ("dean", "vice_principal", "principal")
APPROVERS = ("vice_principal", "principal")

FILES = ("basis_file_ids", "consent_file_ids", "end_file_ids")
# Written in the draft; what was submitted stands
FREE = frozenset(
    "student_id date_from date_to per_week minutes responsible_id teacher_ids teacher_names basis"
    " basis_file_ids assessment subject_ids goals_long goals content method place place_note times"
    " consent_by consent_on consent_file_ids note".split()
)
# A teacher leaves, another day suits the family better: leaders change these later too
LATER = frozenset("responsible_id teacher_ids teacher_names place place_note times".split())
# What has become of the goals, each term
REVIEW = frozenset({"review", "review_result"})

# Why a plan ends by itself when the child has left the books
END_OF_STATE = {
    "deceased": "died",
    "transferred_out": "moved",
    "abroad": "moved",
    "graduated": "age",
    "completed": "age",
}


class EduHomeTeaching(models.Model):
    """送教上户: the plan of a child who cannot come to school, for a term or a school year: people,
    content, times (plan 二(三)4; 因人施教, 一人一案).

    The class teacher of the child, whoever answers for the plan, records administrator, dean and
    leaders write it; vice principal or principal approve, and never what they answer for or submitted
    themselves. Bureau and inspectors read. Townships do not: what an assessment found stays with the
    school (残疾人教育条例 20); they read which weeks were kept.

    What was submitted stands. From the day after its approval on, each week of the term owes the
    lessons that it promises (``edu.home.teaching.week``). The file goes with the child to another school.
    """

    _name = "edu.home.teaching"
    _description = "Home-teaching plan"
    _inherit = ["edu.child.place.mixin", "mail.thread", "mail.activity.mixin", "edu.duty.mixin"]
    _order = "date_from desc, id desc"
    _rec_names_search = ["student_id.name", "student_id.name_pinyin"]
    _mail_post_access = "read"

    student_id = fields.Many2one(
        "edu.student", "Child", required=True, index=True, ondelete="restrict", tracking=True
    )
    school_id = fields.Many2one(related="student_id.school_id", store=True, index=True)
    class_id = fields.Many2one(related="student_id.class_id", store=True, index="btree_not_null")
    state = fields.Selection(
        STATES,
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
        group_expand=True,
    )

    # When
    date_from = fields.Date(
        "From", required=True, tracking=True, default=lambda self: self._edu_default_days()[0]
    )
    date_to = fields.Date(
        "Until", required=True, tracking=True, default=lambda self: self._edu_default_days()[1]
    )
    school_year = fields.Char(compute="_compute_school_year", store=True)
    per_week = fields.Integer(
        "Lessons a Week",
        required=True,
        tracking=True,
        aggregator=None,
        default=lambda self: self.env["edu.policy"]._current().home_teaching_per_week,
    )
    minutes = fields.Integer("Length of a Lesson (minutes)", default=60, aggregator=None)
    times = fields.Char("Day and Time of the Week", tracking=True)

    # Who
    responsible_id = fields.Many2one(
        "res.users",
        "Teacher Who Answers",
        index=True,
        ondelete="restrict",
        tracking=True,
        domain=[("share", "=", False)],
        default=lambda self: self.env.user.edu_class_teacher_class_ids and self.env.user,
    )
    teacher_ids = fields.Many2many(
        "res.users",
        "edu_home_teaching_teacher_rel",
        string="Other Teachers",
        domain=[("share", "=", False)],
    )
    teacher_names = fields.Text(
        "Teachers Without Log-in", help="One a line, with what they teach or do"
    )

    # Why at home
    disability_type_id = fields.Many2one(related="student_id.disability_type_id")
    disability_grade = fields.Selection(related="student_id.disability_grade")
    basis = fields.Selection(
        [
            ("certificate", "Disability certificate"),
            ("committee", "Assessment by the experts' committee"),
            ("hospital", "Hospital's proof"),
        ],
        "On the Ground of",
        required=True,
        default="certificate",
        tracking=True,
    )
    basis_file_ids = fields.Many2many(
        "ir.attachment",
        "edu_home_teaching_basis_rel",
        string="Proof",
        bypass_search_access=True,
        copy=False,
    )
    assessment = fields.Text(
        "What the Child Can Do",
        help="Moving, speaking, understanding, caring for itself; what it likes",
    )

    # What and how
    subject_ids = fields.Many2many(
        "edu.code",
        "edu_home_teaching_subject_rel",
        string="Subjects",
        domain=[("kind", "=", "home_subject")],
    )
    goals_long = fields.Text("Goals of the School Year")
    goals = fields.Text("Goals of the Term")
    content = fields.Text("What Is Taught")
    method = fields.Text("How It Is Taught", help="Material, steps, help, how the parents go on")
    place = fields.Selection(
        [
            ("home", "At the child's home"),
            ("village", "In the village"),
            ("school", "At the school's resource room"),
            ("institution", "In a welfare or rehabilitation home"),
        ],
        required=True,
        default="home",
        tracking=True,
    )
    place_note = fields.Char(
        "Where Exactly", help="Village or house; the address stays in the registry"
    )
    note = fields.Text()

    # The guardian agrees
    consent_by = fields.Char("Guardian Who Agreed")
    consent_on = fields.Date("Agreed on")
    consent_file_ids = fields.Many2many(
        "ir.attachment",
        "edu_home_teaching_consent_rel",
        string="Signed Consent",
        bypass_search_access=True,
        copy=False,
    )

    # What became of it
    submitted_by_id = fields.Many2one("res.users", readonly=True, copy=False, ondelete="restrict")
    submitted_on = fields.Date(readonly=True, copy=False)
    approved_by_id = fields.Many2one("res.users", readonly=True, copy=False, ondelete="restrict")
    approved_as = fields.Char(readonly=True, copy=False)
    approved_on = fields.Date(readonly=True, copy=False)
    owed_from = fields.Date(
        "Owed From",
        readonly=True,
        copy=False,
        help="Weeks owe lessons from its first day, or from the day after it was approved",
    )
    return_reason = fields.Text("Sent Back Because", readonly=True, copy=False)
    review = fields.Text(
        "What the Child Has Learnt", copy=False, help="At the end of each term, against the goals"
    )
    review_result = fields.Selection(
        [
            ("reached", "Goals reached"),
            ("partly", "Partly reached"),
            ("not_reached", "Not reached"),
        ],
        "Assessment",
        copy=False,
        tracking=True,
    )
    reviewed_on = fields.Date(readonly=True, copy=False)
    ended_on = fields.Date(readonly=True, copy=False, tracking=True)
    end_reason_id = fields.Many2one(
        "edu.code",
        "Ended Because",
        readonly=True,
        copy=False,
        ondelete="restrict",
        domain=[("kind", "=", "home_end")],
        tracking=True,
    )
    end_note = fields.Text(readonly=True, copy=False)
    end_file_ids = fields.Many2many(
        "ir.attachment",
        "edu_home_teaching_end_rel",
        string="Proof of the End",
        bypass_search_access=True,
        readonly=True,
        copy=False,
    )

    missing = fields.Text("Still Missing", compute="_compute_missing")
    can_write = fields.Boolean(compute="_compute_can")
    can_approve = fields.Boolean(compute="_compute_can")
    can_lead = fields.Boolean(compute="_compute_can")

    _dates_order = models.Constraint("CHECK(date_to >= date_from)", "A plan ends after it began.")
    _minutes_range = models.Constraint(
        "CHECK(minutes BETWEEN 10 AND 480)", "A lesson takes ten minutes to eight hours."
    )
    _running_uniq = models.UniqueIndex(
        "(student_id) WHERE state = 'running'", "A plan of this child is running already."
    )
    _student_dates_idx = models.Index("(student_id, date_from, date_to)")

    # ------------------------------------------------------------------ computes

    @api.model
    def _edu_default_days(self):
        """First and last day of what is left of the term."""
        today = self.env["edu.policy"]._edu_today()
        term = self.env["edu.term"]._edu_next_or_current()
        if not term or term.end_date < today:
            return today, today
        return max(today, term.start_date), term.end_date

    @api.depends("date_from")
    def _compute_school_year(self):
        for plan in self:
            year = plan._edu_year_end().year if plan.date_from else 0
            plan.school_year = f"{year - 1}-{year}" if year else False

    def _edu_year_end(self):
        """The last day of the school year in which the plan begins."""
        self.ensure_one()
        first = self.date_from
        return date(first.year + (first.month > 8), 8, 31)

    @api.depends("student_id.name", "date_from", "date_to")
    def _compute_display_name(self):
        for plan in self:
            days = (plan.date_from, plan.date_to)
            period = " – ".join(f"{day:%Y-%m}" for day in days if day)
            plan.display_name = f"{plan.sudo().student_id.name or ''} {period}".strip()

    @api.depends(*FREE, "state")
    def _compute_missing(self):
        for plan in self:
            waiting = plan.state == "draft" and plan.student_id
            plan.missing = "\n".join(plan._edu_missing()) if waiting else False

    @api.depends("state", "responsible_id", "submitted_by_id")
    @api.depends_context("uid")
    def _compute_can(self):
        user = self.env.user
        for plan in self:
            real = plan._origin
            plan.can_write = not real or real._edu_works()
            plan.can_lead = bool(real) and any(user._edu_has_role(role, real) for role in LEADERS)
            plan.can_approve = bool(
                real
                and real.state == "submitted"
                and user not in real.responsible_id | real.submitted_by_id
                and any(user._edu_has_role(role, real) for role in APPROVERS)
            )

    def _edu_team(self):
        """Names of all who teach, who answers first."""
        self.ensure_one()
        lines = (line.strip() for line in (self.teacher_names or "").splitlines())
        people = self.sudo().responsible_id | self.sudo().teacher_ids
        return [*people.mapped("name"), *filter(None, lines)]

    # ------------------------------------------------------------------ who

    def _edu_works(self):
        """Whether the caller works with the child: by post, or as the teacher who answers and has a
        class at the school."""
        self.ensure_one()
        user, plan = self.env.user, self.sudo()
        answers = (
            plan.responsible_id == user
            and plan.school_id in user.sudo().edu_class_teacher_school_ids
        )
        return self.env.su or answers or any(user._edu_has_role(role, plan) for role in WRITERS)

    def _edu_check_works(self):
        for plan in self:
            if not plan._edu_works():
                plan._edu_check_role(
                    WRITERS, self.env._("Home teaching is planned and given by the child's school.")
                )

    # ------------------------------------------------------------------ checks

    @api.constrains("date_from", "date_to")
    def _check_school_year(self):
        for plan in self:
            if plan.date_to > plan._edu_year_end():
                raise ValidationError(
                    self.env._(
                        "A plan is made for a term or a school year: until %(date)s at the latest.",
                        date=fields.Date.to_string(plan._edu_year_end()),
                    )
                )

    @api.constrains("per_week", "date_from")
    def _check_per_week(self):
        for plan in self:
            least = self.env["edu.policy"]._current(plan.date_from).home_teaching_per_week
            if not least <= plan.per_week <= 7:
                raise ValidationError(
                    self.env._(
                        "The county asks for at least %(count)s lessons a week, and a week has seven"
                        " days.",
                        count=least,
                    )
                )

    @api.constrains("student_id", "date_from", "date_to", "state")
    def _check_overlap(self):
        for plan in self.filtered(lambda plan: plan.state in OPEN):
            if self.sudo().search_count(
                [
                    ("student_id", "=", plan.student_id.id),
                    ("id", "!=", plan.id),
                    ("state", "in", OPEN),
                    ("date_from", "<=", plan.date_to),
                    ("date_to", ">=", plan.date_from),
                ],
                limit=1,
            ):
                raise ValidationError(
                    self.env._(
                        "%(child)s has a plan for some of these days already.",
                        child=plan.student_id.sudo().name,
                    )
                )

    @api.constrains("responsible_id", "teacher_ids", "student_id")
    def _check_teachers(self):
        """Who has a log-in and teaches has a post at the school, or at its central school."""
        for plan in self:
            people, school = plan.sudo().responsible_id | plan.sudo().teacher_ids, plan.school_id
            for person in people:
                schools = [person[f"edu_{role}_school_ids"] for role in LEADING_GROUP]
                if not any(school in held for held in schools):
                    raise ValidationError(
                        self.env._(
                            "%(person)s holds no post at %(school)s. Name teachers of other places"
                            " among those without log-in.",
                            person=person.name,
                            school=school.sudo().name,
                        )
                    )

    def _edu_missing(self):
        """What the plan still lacks before it can be submitted, as labels and sentences."""
        self.ensure_one()
        names = (
            "responsible_id assessment subject_ids goals content times consent_by consent_on"
            " consent_file_ids"
        ).split()
        if self.basis != "certificate":
            names.append("basis_file_ids")
        missing = [
            self._fields[name]._description_string(self.env) for name in names if not self[name]
        ]
        student = self.student_id.sudo()
        if not student.disability_type_id:
            missing.append(self.env._("the kind of disability, in the registry (page Care)"))
        if self.basis == "certificate" and not student.disability_no:
            missing.append(self.env._("the certificate's number, in the registry (page Care)"))
        least = self.env["edu.policy"]._current(self.date_from).home_teaching_teachers
        if len(self._edu_team()) < least:
            missing.append(self.env._("%(count)s teachers, at least", count=least))
        return missing

    # ------------------------------------------------------------------ writing

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._edu_refuse_typed(vals, FREE | REVIEW)
            if not self.env.su:
                self.env["edu.student"].browse(vals.get("student_id")).check_access("read")
        context = {
            key: value
            for key, value in self.env.context.items()
            if not key.startswith("default_") or key[8:] in FREE
        }
        plans = super(EduHomeTeaching, self.with_context(context)).create(
            [{key: vals[key] for key in vals if key not in REVIEW} for vals in vals_list]
        )
        if not self.env.su:
            plans._edu_check_works()
            plans.check_access("create")
        plans._edu_claim_files()
        return plans.with_env(self.env)

    def write(self, vals):
        """The draft, by whoever works with the child; people, place and times later too, by leaders; the
        assessment of the term at any time.

        :raise AccessError: for what follows from the steps of the plan, or another's work
        :raise UserError: for what stands since it was submitted
        """
        if not self.env.su:
            self._edu_refuse_typed(vals, FREE | REVIEW)
            if (FREE | REVIEW) & vals.keys():
                self._edu_check_works()
            if vals.get("student_id"):
                self.env["edu.student"].browse(vals["student_id"]).check_access("read")
            if FREE & vals.keys():
                for plan in self.filtered(lambda plan: plan.state != "draft"):
                    plan._edu_check_change(FREE & vals.keys())
            if REVIEW & vals.keys():
                self._edu_expect("running", "ended")
        if REVIEW & vals.keys():
            vals = {**vals, "reviewed_on": self.env["edu.policy"]._edu_today()}
        result = super().write(vals)
        if not self.env.su:
            self.check_access("write")
        if {*FILES} & vals.keys():
            self._edu_claim_files()
        return result

    def _edu_refuse_typed(self, vals, free):
        if self.env.su:
            return
        stored = {name for name in vals if name in self._fields and self._fields[name].store}
        if field := self._edu_refused(stored - free):
            raise AccessError(
                self.env._(
                    "“%(field)s” follows from the steps of the plan; it is not typed in.",
                    field=field,
                )
            )

    def _edu_check_change(self, names):
        """:raise UserError: unless these may change now that the plan is submitted"""
        self.ensure_one()
        if names <= LATER and self.state in IN_FORCE:
            self._edu_check_role(LEADERS)
            return
        raise UserError(
            self.env._(
                "%(plan)s was submitted: what stands there stays. Leaders change who teaches, where and"
                " when once it is approved; for the rest have it sent back, or end it and make a new"
                " one.",
                plan=self.display_name,
            )
        )

    def _edu_claim_files(self):
        """Files hang on their plan, and are read like it.

        :raise AccessError: for a file of another record or person
        """
        for plan in self:
            files = self.env["ir.attachment"].sudo()
            for name in FILES:
                files |= plan.sudo()[name]
            files._edu_hang_on(plan, trusted=self.env.su)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_draft(self):
        if any(plan.state != "draft" for plan in self):
            raise UserError(self.env._("A plan that was submitted is kept: end it instead."))

    # ------------------------------------------------------------------ steps

    def _edu_expect(self, *states):
        labels = dict(self._fields["state"]._description_selection(self.env))
        for plan in self:
            if plan.state not in states:
                raise UserError(
                    self.env._(
                        "%(plan)s is “%(state)s”; this is possible only from: %(states)s.",
                        plan=plan.display_name,
                        state=labels[plan.state],
                        states=self.env._(", ").join(labels[state] for state in states),
                    )
                )

    def action_submit(self):
        """Whoever works with the child: draft → submitted; vice principal or principal are asked.

        :raise UserError: naming what is missing
        """
        self._edu_check_works()
        self._edu_expect("draft")
        for plan in self:
            missing = plan._edu_missing()
            if missing:
                raise UserError(
                    self.env._(
                        "%(plan)s still needs: %(missing)s.",
                        plan=plan.display_name,
                        missing=self.env._(", ").join(missing),
                    )
                )
            plan.sudo().write(
                {
                    "state": "submitted",
                    "submitted_by_id": self.env.uid,
                    "submitted_on": self.env["edu.policy"]._edu_today(),
                    "return_reason": False,
                }
            )
        return True

    def action_send_back(self):
        """Vice principal, principal: ask why, submitted → draft."""
        self._edu_check_role(APPROVERS)
        self._edu_expect("submitted")
        return self._edu_ask("return")

    def action_take_back(self):
        """Whoever submitted the plan: submitted → draft, to correct it."""
        self._edu_expect("submitted")
        for plan in self:
            if plan.submitted_by_id != self.env.user and not self.env.su:
                raise AccessError(
                    self.env._("Who submitted the plan takes it back; the others send it back.")
                )
        self.sudo().write({"state": "draft"})
        return True

    def _edu_send_back(self, reason):
        self._edu_check_role(APPROVERS)
        self._edu_expect("submitted")
        self.sudo().write({"state": "draft", "return_reason": self._edu_said(reason)})
        self.sudo()._message_log_batch(
            bodies={plan.id: self.env._("Sent back: %s", reason) for plan in self}
        )

    def action_approve(self):
        """Vice principal or principal, neither who submitted it nor who answers for it: submitted →
        approved, or running when its first day has come."""
        self._edu_check_role(APPROVERS)
        self._edu_expect("submitted")
        today = self.env["edu.policy"]._edu_today()
        for plan in self:
            if not self.env.su and self.env.user in plan.responsible_id | plan.submitted_by_id:
                raise AccessError(
                    self.env._("Somebody else approves what you submitted or answer for yourself.")
                )
            if plan.date_to < today:
                raise UserError(self.env._("%(plan)s is over already.", plan=plan.display_name))
            role = next(
                (role for role in APPROVERS if self.env.user._edu_has_role(role, plan)), None
            )
            plan.sudo().write(
                {
                    "state": "approved",
                    "approved_by_id": self.env.uid,
                    "approved_as": role and self.env.user._edu_post_label(role, plan),
                    "approved_on": today,
                    "owed_from": max(plan.date_from, today + timedelta(days=1)),
                }
            )
        self.sudo().filtered(lambda plan: plan.date_from <= today)._edu_begin()
        return True

    def _edu_begin(self):
        """Approved → running: the child is taught at home now, and has its entry in the registry, by its
        age, or one is applied for. Private, on sudo'ed plans."""
        for plan in self:
            plan.state = "running"
            student, values = plan.student_id, {}
            if student.placement != "home":
                values["placement"] = "home"
            if not student.national_no and student.registry_completion == "none":
                values["registry_completion"] = "to_apply"
            if values:
                student.write(values)

    def action_end(self):
        """Dean, vice principal, principal: ask why, approved or running → ended."""
        self._edu_check_role(LEADERS)
        self._edu_expect(*IN_FORCE)
        return self._edu_ask("end")

    def _edu_end(self, reason, ended_on, note=None, files=(), placement=None):
        """End the plan. Dean, vice principal, principal.

        :param reason: a code of the list ``home_end``
        :param ended_on: last day on which the child was to be taught at home, not after today
        :param files: [{"name": …, "data": base64}]
        :param placement: where the child learns now, when it is back in school
        :raise UserError: when the reason needs more than was given
        """
        self.ensure_one()
        self._edu_check_role(LEADERS)
        self._edu_expect(*IN_FORCE)
        plan, today = self.sudo(), self.env["edu.policy"]._edu_today()
        back = reason.code == "school"
        missing = [
            reason.kind != "home_end" and self.env._("why"),
            reason.needs_evidence and not files and self.env._("the document that proves it"),
            back
            and placement in (None, False, "home")
            and self.env._("where the child learns now"),
        ]
        if any(missing):
            raise UserError(
                self.env._(
                    "Still missing: %(missing)s.",
                    missing=self.env._(", ").join(filter(None, missing)),
                )
            )
        if plan.state == "running" and not plan.date_from <= ended_on <= today:
            raise UserError(
                self.env._("The last day lies between the first day of the plan and today.")
            )
        attachments = (
            self.env["ir.attachment"]
            .sudo()
            .create(
                [
                    {
                        "name": file["name"],
                        "datas": file["data"],
                        "res_model": self._name,
                        "res_id": self.id,
                    }
                    for file in files
                ]
            )
        )
        plan._edu_close(reason, ended_on, note, attachments)
        if back and plan.student_id.placement == "home":
            plan.student_id.placement = placement

    def _edu_close(self, reason, ended_on, note=None, files=None):
        """Private, on sudo'ed plans: it is over, whoever said so."""
        for plan in self:
            plan.write(
                {
                    "state": "ended",
                    "ended_on": min(ended_on, plan.date_to),
                    "end_reason_id": reason.id,
                    "end_note": note,
                    "end_file_ids": files and [fields.Command.link(file.id) for file in files],
                }
            )

    @api.model
    def _edu_reason(self, code):
        return self.env.ref(f"edu_dropout_control.code_home_end_{code}")

    @api.model
    def _edu_turn_over(self):
        """After midnight: plans whose first day has come run; those whose last day has passed, or whose
        child has left the books, are over. Private; as superuser."""
        today = self.env["edu.policy"]._edu_today()
        plans = self.sudo().search([("state", "in", IN_FORCE)])
        gone = plans.filtered(lambda plan: plan.student_id.enrolment_state in END_OF_STATE)
        for plan in gone:
            reason = END_OF_STATE[plan.student_id.enrolment_state]
            plan._edu_close(self._edu_reason(reason), today)
        over = (plans - gone).filtered(lambda plan: plan.date_to < today)
        over._edu_close(self._edu_reason("period"), today)
        begun = (plans - gone - over).filtered(
            lambda plan: plan.state == "approved" and plan.date_from <= today
        )
        begun._edu_begin()

    def _edu_said(self, reason):
        if not (reason or "").strip():
            raise UserError(self.env._("Say why."))
        return reason.strip()

    def _edu_ask(self, step):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": dict(
                self.env["edu.home.teaching.step"]._fields["step"]._description_selection(self.env)
            )[step],
            "res_model": "edu.home.teaching.step",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_teaching_id": self.id, "default_step": step},
        }

    # ------------------------------------------------------------------ beside it

    def action_copy_next(self):
        """Whoever works with the child: a draft for the time after this plan, with what still holds. The
        guardian is asked again."""
        self.ensure_one()
        self._edu_check_works()
        first = self.date_to + timedelta(days=1)
        term = self.env["edu.term"].search(
            [("start_date", ">=", first)], order="start_date", limit=1
        )
        first = term.start_date or first
        new = self.copy(
            {
                "date_from": first,
                "date_to": term.end_date or first,
                "consent_by": False,
                "consent_on": False,
                "goals": False,
            }
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": new.id,
            "views": [(False, "form")],
        }

    def _search_display_name(self, operator, value):
        return Domain("student_id.name", operator, value)
