from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ...tools import work_plan_form as form
from ..casework.dropout_case import UNDECIDED

FILLERS = ("records_admin", "dean")
LEADERS = ("principal", "vice_principal")
# The school works on it; signed by both, its measures are in force
OPEN = ("draft", "returned")
# Cases of children who are to be brought back
WANTED = (*UNDECIDED, "persuading")


def refuse_snapshot(records, names):
    """What a snapshot says is written once, by the cron, and stays: no code and no person changes it."""
    if any(name.startswith(("snapshot_", "final_")) for name in names):
        raise AccessError(records.env._("A snapshot stays as it was taken."))


class EduWorkPlan(models.Model):
    """控辍保学工作方案 (应返尽返): how one school brings every missing child back in one term, within the
    policy's days from its opening (clause 二(三)3).

    Records administrator or dean fill it in, from the county's template, from what the last plan left
    unfinished and from the open cases; principal or vice principal review it and submit it; the bureau
    approves it or returns it with a reason. Township, bureau and inspectors read it all the time: a plan
    that is not there yet is what they ask about. Class teachers see their own measures and children.

    The first signature freezes it. To correct it means to withdraw it with a reason: both sign again.
    How measures go on, and two snapshots (on the last day of the plan's period, and at the term's end),
    are not part of what is signed; the snapshots never change.
    """

    _name = "edu.work.plan"
    _description = "Work Plan"
    _inherit = [
        "edu.signoff.mixin",
        "edu.hand.in.mixin",
        "edu.scope.mixin",
        "mail.thread",
        "mail.activity.mixin",
        "edu.duty.mixin",
    ]
    _order = "term_id desc, school_id"
    _mail_post_access = "read"
    _edu_township_fields = ("township_id",)
    _edu_signoff_posts = {"filled": FILLERS, "reviewed": LEADERS}
    _edu_duty_fields = ("state", "deadline", "school_id", "first_submitted_at")

    school_id = fields.Many2one("edu.school", required=True, index=True, ondelete="restrict")
    term_id = fields.Many2one(
        "edu.term",
        required=True,
        index=True,
        ondelete="restrict",
        default=lambda self: self.env["edu.term"]._current(),
    )
    township_id = fields.Many2one(
        related="school_id.area_id", string="Township", store=True, index=True
    )
    state = fields.Selection(
        [
            ("draft", "Being Prepared"),
            ("to_review", "To Be Reviewed"),
            ("signed", "Signed"),
            ("submitted", "Submitted"),
            ("returned", "Sent Back"),
            ("approved", "Approved"),
        ],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    deadline = fields.Date(compute="_compute_deadline", store=True)
    is_late = fields.Boolean(tracking=True)
    is_submitted = fields.Boolean("Was Submitted", compute="_compute_is_submitted", store=True)
    submitted_by_id = fields.Many2one(
        "res.users", "Submitted By", readonly=True, copy=False, ondelete="restrict"
    )
    decided_at = fields.Datetime("Decided On", readonly=True, copy=False)
    decided_by_id = fields.Many2one(
        "res.users", "Decided By", readonly=True, copy=False, ondelete="restrict"
    )
    return_reason = fields.Text("Reason of the Return", readonly=True, copy=False)
    withdrawal_reason = fields.Text("Reason of the Withdrawal", readonly=True, copy=False)

    # What the plan says
    goals = fields.Text()
    guarantee = fields.Text("How It Is Made Sure")
    measure_ids = fields.One2many("edu.work.plan.measure", "plan_id", "All Measures", copy=False)
    work_ids = fields.One2many(
        "edu.work.plan.measure",
        "plan_id",
        "Measures",
        domain=[("kind", "=", "work")],
        copy=False,
    )
    prevention_ids = fields.One2many(
        "edu.work.plan.measure",
        "plan_id",
        "Prevention",
        domain=[("kind", "=", "prevention")],
        copy=False,
    )
    child_ids = fields.One2many("edu.work.plan.child", "plan_id", "Children", copy=False)
    # Names as they were when it was frozen: see _edu_facts
    facts = fields.Json(readonly=True, copy=False)

    # What was taken over once does not come again, even when the school left it out
    taken_line_ids = fields.Many2many(
        "edu.work.plan.template.line",
        "edu_work_plan_taken_line_rel",
        groups=fields.NO_ACCESS,
        copy=False,
    )
    taken_measure_ids = fields.Many2many(
        "edu.work.plan.measure",
        "edu_work_plan_taken_measure_rel",
        groups=fields.NO_ACCESS,
        copy=False,
    )

    # How it goes
    budget = fields.Float(
        "Budget (CNY)", digits=(12, 2), compute="_compute_progress", store=True, readonly=True
    )
    measure_count = fields.Integer("Measures (number)", compute="_compute_progress", store=True)
    done_count = fields.Integer("Measures Done", compute="_compute_progress", store=True)
    dropped_count = fields.Integer("Measures Dropped", compute="_compute_progress", store=True)
    late_count = fields.Integer("Measures Late", compute="_compute_late_count")
    progress = fields.Integer(
        "Settled (%)", compute="_compute_progress", store=True, aggregator="avg"
    )
    child_count = fields.Integer("Children (number)", compute="_compute_children", store=True)
    returned_count = fields.Integer("Children Back", compute="_compute_children", store=True)
    new_count = fields.Integer("New in the Plan", compute="_compute_new_count")

    # Snapshots: written once, in SQL, by the cron
    snapshot_at = fields.Datetime("Snapshot Taken", readonly=True, copy=False)
    snapshot_child_count = fields.Integer("Children Then", readonly=True, copy=False)
    snapshot_returned_count = fields.Integer("Back in School Then", readonly=True, copy=False)
    snapshot_child_ids = fields.One2many(
        "edu.work.plan.child",
        "plan_id",
        "Children in the Snapshot",
        domain=["|", ("snapshot_standing", "!=", False), ("final_standing", "!=", False)],
        readonly=True,
        copy=False,
    )
    final_at = fields.Datetime("End of Term Taken", readonly=True, copy=False)
    final_measure_ids = fields.One2many(
        "edu.work.plan.measure",
        "plan_id",
        "Measures at the End of the Term",
        domain=[("final_state", "!=", False)],
        readonly=True,
        copy=False,
    )

    problems = fields.Text(compute="_compute_problems")
    can_edit = fields.Boolean(compute="_compute_can")
    can_review = fields.Boolean(compute="_compute_can")
    can_submit = fields.Boolean(compute="_compute_can")
    can_decide = fields.Boolean(compute="_compute_can")
    can_withdraw = fields.Boolean(compute="_compute_can")

    _school_term_uniq = models.UniqueIndex(
        "(school_id, term_id)", "This school has its work plan of this term already."
    )
    _term_state_idx = models.Index("(term_id, state)")

    # What a person types; everything else follows from actions
    _EDU_TYPED = frozenset({"goals", "guarantee", "work_ids", "prevention_ids", "child_ids"})

    # ------------------------------------------------------------------
    # Computes
    # ------------------------------------------------------------------

    @api.depends("school_id", "term_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for plan in self:
            plan.display_name = self.env._(
                "Work plan %(term)s, %(school)s",
                term=plan.term_id.display_name or "",
                school=plan.school_id.name or "",
            )

    @api.depends(
        "term_id.plan_deadline",
        "term_id.opening_ids.plan_deadline",
        "term_id.opening_ids.school_id",
        "term_id.opening_ids.grade",
        "school_id.grade_from",
        "school_id.grade_to",
    )
    def _compute_deadline(self):
        """The county's, or that of a school that opens on another day."""
        for plan in self:
            plan.deadline = plan.term_id and plan.term_id._edu_deadline(
                "plan_deadline", plan.school_id
            )

    @api.depends("first_submitted_at")
    def _compute_is_submitted(self):
        for plan in self:
            plan.is_submitted = bool(plan.first_submitted_at)

    @api.depends("measure_ids.state", "measure_ids.budget")
    def _compute_progress(self):
        for plan in self:
            measures = plan.measure_ids
            states = measures.mapped("state")
            plan.measure_count = len(states)
            plan.done_count = states.count("done")
            plan.dropped_count = states.count("dropped")
            settled = plan.done_count + plan.dropped_count
            plan.progress = 100 * settled // len(states) if states else 0
            plan.budget = sum(measures.mapped("budget"))

    @api.depends("child_ids.case_id.state")
    def _compute_children(self):
        for plan in self:
            plan.child_count = len(plan.child_ids)
            plan.returned_count = len(
                plan.child_ids.filtered(lambda child: child.standing == "returned")
            )

    @api.depends(
        "measure_ids.in_force_on",
        "measure_ids.is_late",
        "measure_ids.deadline",
        "measure_ids.first_submitted_at",
    )
    def _compute_late_count(self):
        counts = dict(
            self.env["edu.work.plan.measure"]
            .sudo()
            ._read_group(
                [
                    ("plan_id", "in", self.ids),
                    ("in_force_on", "!=", False),
                    ("deadline_state", "in", ["late", "done_late"]),
                ],
                ["plan_id"],
                ["__count"],
            )
        )
        for plan in self:
            plan.late_count = counts.get(plan.sudo(), 0)

    @api.depends("measure_ids.is_new", "child_ids.is_new")
    def _compute_new_count(self):
        for plan in self:
            news = plan.sudo()
            plan.new_count = len(news.measure_ids.filtered("is_new")) + len(
                news.child_ids.filtered("is_new")
            )

    @api.depends(
        "state",
        "goals",
        "measure_ids.name",
        "measure_ids.deadline",
        "measure_ids.responsible_id",
        "child_ids.target_on",
        "child_ids.persuader_id",
    )
    def _compute_problems(self):
        for plan in self:
            problems = plan.id and plan._edu_is_open() and plan.sudo()._edu_problems()
            plan.problems = "\n".join(problems or []) or False

    @api.depends_context("uid")
    @api.depends("state", "signoff_ids", "school_id", "final_at")
    def _compute_can(self):
        user = self.env.user
        for plan in self:

            def holds(*roles, plan=plan):
                return any(user._edu_has_role(role, plan) for role in roles)

            signed = plan._edu_signed() if plan.id else self.env["edu.signoff"]
            plan.can_edit = plan._edu_is_open() and holds(*FILLERS)
            plan.can_review = (
                plan.state == "to_review" and user not in signed.person_id and holds(*LEADERS)
            )
            plan.can_submit = plan.state == "signed" and holds(*LEADERS)
            plan.can_decide = plan.state == "submitted" and holds("bureau")
            plan.can_withdraw = (
                plan.state not in OPEN
                and not plan.final_at
                and holds(*plan._edu_withdrawing_roles())
            )

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        """Records administrator or dean for their own school; else by the opening of the term."""
        if not self.env.su:
            for vals in vals_list:
                self._edu_refuse_protected(vals.keys() - {"school_id", "term_id"})
        plans = super().create(vals_list)
        if not self.env.su:
            plans._edu_check_role(FILLERS)
            for plan in plans:
                plan._edu_fill()
        return plans

    def write(self, vals):
        refuse_snapshot(self, vals)
        if not self.env.su:
            self.check_access("write")
            self._edu_refuse_protected(vals)
            if self._EDU_TYPED & vals.keys():
                self._edu_check_editable()
        return super().write(vals)

    def _edu_refuse_protected(self, names):
        if field := self._edu_refused(set(names) - self._EDU_TYPED):
            raise AccessError(
                self.env._(
                    "“%(field)s” follows from the steps of the plan; it is not typed in.",
                    field=field,
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_snapshot(self):
        if any(plan.snapshot_at or plan.final_at for plan in self):
            raise UserError(self.env._("A plan of which a snapshot was taken stays on record."))

    # ------------------------------------------------------------------
    # Filling it in
    # ------------------------------------------------------------------

    def _edu_is_open(self):
        """Whether the school still works on it."""
        self.ensure_one()
        return self.state in OPEN and not self.final_at

    def _edu_check_editable(self):
        """Raise unless the caller fills this plan in and it is not frozen."""
        self._edu_check_role(FILLERS)
        for plan in self:
            if plan.final_at:
                raise UserError(
                    self.env._(
                        "The term is over and “%(document)s” stays as it was. What is unfinished"
                        " goes into the next plan.",
                        document=plan.display_name,
                    )
                )
            if not plan._edu_is_open():
                raise UserError(
                    self.env._(
                        "“%(document)s” is signed as it stands. Withdraw it to correct it; both"
                        " sign again then.",
                        document=plan.display_name,
                    )
                )

    # ------------------------------------------------------------------
    # To the bureau, and back
    # ------------------------------------------------------------------

    def action_submit(self):
        """Principal or vice principal: hand the signed plan to the bureau. Whether that was in time is
        kept when it is handed in first, and stays."""
        now = fields.Datetime.now()
        today = self.env["edu.policy"]._edu_now(now).date()
        for plan in self:
            plan._edu_check_role(LEADERS)
            plan._edu_expect("signed")
            values = {
                "state": "submitted",
                "submitted_by_id": self.env.uid,
                "return_reason": False,
                "withdrawal_reason": False,
            }
            if not plan.first_submitted_at:
                values.update(
                    first_submitted_at=now, is_late=bool(plan.deadline and today > plan.deadline)
                )
            plan.sudo().write(values)
            plan._edu_ask(("bureau",), self.env._("Approve the work plan"))

    def action_approve(self):
        """Bureau: the school works by this plan."""
        for plan in self:
            plan._edu_check_role(("bureau",))
            plan._edu_expect("submitted")
            plan.sudo().write({"state": "approved", **plan._edu_decided()})
            plan._edu_done_asking()

    def _edu_decided(self):
        return {"decided_at": fields.Datetime.now(), "decided_by_id": self.env.uid}

    def action_return(self):
        """Bureau: ask why, then return the plan (``edu.work.plan.step``)."""
        self.ensure_one()
        self._edu_check_role(("bureau",))
        self._edu_expect("submitted")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Return to the School"),
            "res_model": "edu.work.plan.step",
            "view_mode": "form",
            "target": "new",
            "context": {"default_plan_id": self.id, "default_step": "return"},
        }

    def action_withdraw(self):
        """School: correct what is signed, also when it is approved; asks why. Both sign again."""
        return self.action_ask_withdraw()

    def _edu_return(self, reason):
        """Bureau: return the plan with ``reason``; the school corrects it and both sign again."""
        self.ensure_one()
        self._edu_check_role(("bureau",))
        self._edu_expect("submitted")
        reason = (reason or "").strip()
        if not reason:
            raise UserError(self.env._("Say what has to be corrected."))
        values = {"state": "returned", "return_reason": reason, **self._edu_decided()}
        self._edu_begin_again("returned", reason, values)
        self.sudo()._message_log(body=self.env._("Returned: %(reason)s", reason=reason))
        self._edu_ask(FILLERS, self.env._("Correct the returned work plan"), reason)

    def _edu_withdrawing_roles(self):
        """Who withdraws it as it stands: what has left the school, its leaders only."""
        self.ensure_one()
        return LEADERS if self.state in ("submitted", "approved") else (*FILLERS, *LEADERS)

    def _edu_check_may_withdraw(self):
        for plan in self:
            plan._edu_check_role(plan._edu_withdrawing_roles())
            if plan.state in OPEN or plan.final_at:
                raise UserError(
                    self.env._("Only a signed plan of a term that is not over is withdrawn.")
                )

    def _edu_after_withdraw(self, reason):
        values = {"state": "draft", "withdrawal_reason": reason}
        self._edu_begin_again("withdrawn", reason, values)
        self.sudo()._message_log(body=self.env._("Withdrawn: %(reason)s", reason=reason))

    def _edu_begin_again(self, event, reason, values):
        plan = self.sudo()
        plan._edu_new_signing_round(reason, event)
        plan.write({**values, "facts": False})
        plan._edu_done_asking()

    # ------------------------------------------------------------------
    # Asking people
    # ------------------------------------------------------------------

    def _edu_ask(self, roles, summary, note=""):
        """Give the holders of the posts a to-do each; those of earlier steps are over."""
        today = self.env["edu.policy"]._edu_today()
        Post = self.env["edu.post"]
        for plan in self.sudo():
            plan._edu_done_asking()
            school = plan.school_id
            people = self.env["res.users"].union(
                *(
                    Post._holders(role, area=school.area_id)
                    if role == "bureau"
                    else Post._holders(role, school=school)
                    for role in roles
                )
            )
            plan._edu_to_do(people, max(plan.deadline or today, today), summary, note)

    # ------------------------------------------------------------------
    # Documents
    # ------------------------------------------------------------------

    def _edu_document_content(self):
        """→ (content, whether it is a draft): what was signed last where somebody signed this round,
        else the plan as it stands."""
        self.ensure_one()
        self.check_access("read")
        signed = self._edu_signed()[-1:]
        frozen = signed and signed._edu_frozen()
        return (frozen or self.sudo()._edu_signoff_content()), not frozen

    def _edu_form(self):
        """What PDF and Word copy lay out, in Chinese. Whoever reads the plan; holds no number."""
        content, draft = self._edu_document_content()
        plan = self.sudo()._edu_form_lang()
        signoffs = plan._edu_signed()
        to_date = self.env["edu.policy"]._edu_now
        return form.document(
            content,
            [
                (
                    signoff.role,
                    signoff.person_name,
                    signoff.post_label,
                    to_date(signoff.signed_at).date().isoformat(),
                    signoff._edu_drawing(),
                )
                for signoff in signoffs
            ],
            draft=draft,
            head=signoffs[-1:].hash or None,
            number=plan.signoff_round,
            approval=(
                {
                    "on": to_date(plan.decided_at).date().isoformat(),
                    "by": plan.school_id.county_id._edu_document_name(),
                }
                if plan.state == "approved"
                else None
            ),
            snapshot=plan._edu_snapshot_content(),
            final=plan._edu_final_content(),
        )

    def action_print(self):
        """Whoever reads the plan: its PDF."""
        self.ensure_one()
        self.check_access("read")
        return self.env.ref("edu_dropout_control.action_report_work_plan").report_action(
            self.ids, config=False
        )

    def action_document(self):
        """Whoever reads the plan: the same as a document that Word edits."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_url",
            "url": f"/edu/work-plan/{self.id}/document",
            "target": "download",
        }

    def _edu_file_name(self):
        """Name of the printed file: school and term, nothing of a child."""
        self.ensure_one()
        plan = self.sudo()
        return f"控辍保学工作方案-{plan.school_id.name}-{plan.term_id.name}"

    # ------------------------------------------------------------------
    # Plans of a term
    # ------------------------------------------------------------------

    @api.model
    def _edu_prepare(self, term, schools):
        """Give each of ``schools`` its plan of ``term``, in one statement; those that have one keep it.

        :return: the plans that were made
        """
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                INSERT INTO edu_work_plan (school_id, term_id, township_id, deadline, state,
                                           signoff_round, is_late, is_submitted, budget,
                                           measure_count, done_count, dropped_count, progress,
                                           child_count, returned_count,
                                           create_uid, write_uid, create_date, write_date)
                SELECT school.id, term.id, school.area_id, %(deadline)s, 'draft',
                       1, FALSE, FALSE, 0, 0, 0, 0, 0, 0, 0,
                       %(uid)s, %(uid)s, %(now)s, %(now)s
                  FROM edu_term term CROSS JOIN edu_school school
                 WHERE term.id = %(term)s AND school.id = ANY(%(schools)s)
           ON CONFLICT (school_id, term_id) DO NOTHING
             RETURNING id
                """,
                deadline=self.env["edu.term"]._edu_deadline_sql("plan_deadline"),
                uid=self.env.uid,
                now=fields.Datetime.now(),
                term=term.id,
                schools=list(schools.ids),
            )
        )
        self.invalidate_model(flush=False)
        plans = self.browse(row[0] for row in rows)
        plans._edu_duty_later()
        return plans

    # ------------------------------------------------------------------
    # What is due
    # ------------------------------------------------------------------

    def _edu_duty_query(self):
        """Handed in by the policy's day (clause 二(三)3): once it is filled in, by who leads the
        school."""
        return SQL(
            """
            SELECT 'work_plan' AS kind, plan.id AS res_id, 0 AS slot, plan.deadline,
                   (plan.first_submitted_at AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s)::date AS done_on,
                   CASE WHEN plan.state IN ('to_review', 'signed') THEN leader.user_id END AS user_id,
                   plan.school_id, plan.township_id AS area_id, NULL::integer AS class_id
              FROM edu_work_plan plan
              JOIN edu_term term ON term.id = plan.term_id
              JOIN edu_school school ON school.id = plan.school_id
         LEFT JOIN LATERAL (
                   SELECT post.user_id FROM edu_post post
                    WHERE %(acts_for)s
                      AND post.role IN %(leaders)s AND post.date_from <= %(today)s
                      AND (post.date_to IS NULL OR post.date_to >= %(today)s)
                 ORDER BY post.school_id <> plan.school_id, post.role, post.date_from, post.id
                    LIMIT 1) leader ON TRUE
             WHERE term.state = 'open' OR plan.first_submitted_at IS NOT NULL
            """,
            acts_for=self.env["edu.post"]._edu_acts_for_sql("post", "school"),
            tz=self.env["edu.policy"]._edu_tz_name(),
            leaders=LEADERS,
            today=self.env["edu.policy"]._edu_today(),
        )
