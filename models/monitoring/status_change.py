from datetime import timedelta

from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain

from ..registry.office import in_office_language
from .status_kinds import (
    ANSWERED,
    APPLICANTS,
    APPROVERS,
    EACH_TERM,
    ENDED_BY_RESUMPTION,
    FACTS,
    FILES,
    KINDS,
    LEAVES,
    OF_OUTCOME,
    REGISTRY_STATE,
)

STATES = [
    ("draft", "Draft"),
    ("applied", "Applied"),
    ("approved", "Approved"),
    ("in_force", "In force"),
    ("ended", "Ended"),
    ("refused", "Refused"),
]
FILE_FIELDS = ("application_ids", "proof_ids", "answer_ids")
DECIDE = "edu_dropout_control.activity_status_decide"
EXPIRED = "edu_dropout_control.activity_status_expired"


class EduStatusChange(models.Model):
    """学籍异动: a child moves, pauses, resumes, leaves or learns elsewhere, with application, proof and
    approval. A roster check takes none of these for an answer without one.

    Records administrator, dean and bureau enter, apply, take in answers and confirm proofs; leaders,
    township or bureau approve, by kind, and nobody what they applied for (``status_kinds``). The
    class teacher reads those of the class, townships those of their children, inspectors all. State,
    people and dates change only through the ``action_*`` methods; what was applied for stands.
    """

    _name = "edu.status.change"
    _description = "Status change"
    _inherit = ["edu.child.place.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "date_from desc, id desc"
    _rec_names_search = ["student_id.name", "student_id.name_pinyin"]
    _mail_post_access = "read"

    kind = fields.Selection(KINDS, required=True, index=True, tracking=True)
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
    student_id = fields.Many2one(
        "edu.student", "Child", required=True, index=True, ondelete="restrict", tracking=True
    )
    school_id = fields.Many2one(
        "edu.school",
        required=True,
        index=True,
        ondelete="restrict",
        compute="_compute_place",
        store=True,
        readonly=False,
        precompute=True,
    )
    class_id = fields.Many2one(
        "edu.class",
        index="btree_not_null",
        ondelete="restrict",
        compute="_compute_place",
        store=True,
        readonly=False,
        precompute=True,
        domain="[('school_id', '=', school_id)]",
    )

    # What is applied for
    date_from = fields.Date(
        "From",
        required=True,
        default=lambda self: self.env["edu.policy"]._edu_today(),
        tracking=True,
    )
    valid_until = fields.Date(index="btree_not_null", tracking=True)
    reason = fields.Char()
    other_school = fields.Char(
        "Other School or Place", help="Where the child goes to, or comes from; the country."
    )
    other_school_id = fields.Many2one(
        "edu.school",
        "Other School of the County",
        index="btree_not_null",
        ondelete="restrict",
        help="Goes there at once when the transfer takes effect.",
    )
    note = fields.Text()
    application_ids = fields.Many2many(
        "ir.attachment",
        "edu_status_change_application_rel",
        string="Application of the Guardian",
        bypass_search_access=True,
        copy=False,
    )
    proof_ids = fields.Many2many(
        "ir.attachment",
        "edu_status_change_proof_rel",
        string="Proof",
        bypass_search_access=True,
        copy=False,
        help="Hospital proof, death certificate, proof of attendance, letter to the other county.",
    )
    answer_ids = fields.Many2many(
        "ir.attachment",
        "edu_status_change_answer_rel",
        string="Receipt or Answer",
        bypass_search_access=True,
        copy=False,
    )

    # What became of it
    applied_by_id = fields.Many2one("res.users", readonly=True, copy=False, ondelete="restrict")
    applied_on = fields.Date(readonly=True, copy=False)
    decided_by_id = fields.Many2one("res.users", readonly=True, copy=False, ondelete="restrict")
    decided_as = fields.Char(readonly=True, copy=False)
    decided_on = fields.Date(readonly=True, copy=False)
    approval_no = fields.Char("Number of the Approval", readonly=True, copy=False)
    refusal_reason = fields.Text(readonly=True, copy=False)
    answer_due = fields.Date("Answer by", readonly=True, copy=False, index="btree_not_null")
    answer_on = fields.Date("Answered on", readonly=True, copy=False)
    overdue_raised = fields.Boolean("Raised a Suspicion", readonly=True, copy=False)
    not_back_raised = fields.Boolean("Not Back: Suspected", readonly=True, copy=False)
    in_force_on = fields.Date(readonly=True, copy=False)
    ended_on = fields.Date(readonly=True, copy=False)
    end_reason = fields.Char(readonly=True, copy=False)
    checked_term_id = fields.Many2one(
        "edu.term", "Proof Checked in", readonly=True, copy=False, ondelete="restrict"
    )

    missing = fields.Text("Still Missing", compute="_compute_missing")
    is_overdue = fields.Boolean(
        "Answer Overdue", compute="_compute_is_overdue", search="_search_is_overdue"
    )
    can_apply = fields.Boolean(compute="_compute_can")
    can_decide = fields.Boolean(compute="_compute_can")

    _dates_order = models.Constraint(
        "CHECK(valid_until IS NULL OR valid_until >= date_from)",
        "A change ends after it began.",
    )
    _pending_uniq = models.UniqueIndex(
        "(student_id, kind) WHERE state IN ('draft', 'applied', 'approved')",
        "A change of this kind is under way for this child already.",
    )
    _student_kind_idx = models.Index("(student_id, kind, state)")

    _EDU_FREE = frozenset(
        "kind student_id school_id class_id date_from valid_until reason other_school"
        " other_school_id note application_ids proof_ids answer_ids".split()
    )

    # ------------------------------------------------------------------ computes

    @api.depends("student_id", "kind")
    def _compute_place(self):
        """Where the child stands when it is entered; a child that transfers in goes to the school
        that enters it."""
        for change in self:
            student = change.student_id.sudo()
            if change.kind == "transfer_in" and change.school_id:
                continue
            change.school_id = student.expected_school_id or student.school_id
            change.class_id = student.class_id.school_id == change.school_id and student.class_id

    @api.depends("student_id.name", "kind")
    @api.depends_context("lang")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for change in self:
            child, kind = change.student_id.sudo().name or "", kinds.get(change.kind, "")
            change.display_name = (
                self.env._("%(child)s: %(kind)s", child=child, kind=kind) if child else kind
            )

    @api.depends(
        "kind", "state", "date_from", *FILE_FIELDS, *{n for f in FACTS.values() for n in f}
    )
    def _compute_missing(self):
        for change in self:
            change.missing = "\n".join(change._edu_missing()) if change.kind else False

    @api.depends("state", "answer_due")
    def _compute_is_overdue(self):
        today = self.env["edu.policy"]._edu_today()
        for change in self:
            change.is_overdue = bool(
                change.state == "approved" and change.answer_due and change.answer_due < today
            )

    def _search_is_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = self.env["edu.policy"]._edu_today()
        domain = Domain("state", "=", "approved") & Domain("answer_due", "<", today)
        return domain if True in value else ~domain

    @api.depends("state", "kind", "applied_by_id")
    @api.depends_context("uid")
    def _compute_can(self):
        user = self.env.user
        for change in self:
            real = change._origin
            change.can_apply = not real or any(
                user._edu_has_role(role, real) for role in APPLICANTS
            )
            change.can_decide = bool(
                real
                and change.state == "applied"
                and change.applied_by_id != user
                and any(user._edu_has_role(role, real) for role in APPROVERS[change.kind])
            )

    # ------------------------------------------------------------------ writing

    @api.constrains("student_id", "school_id", "kind", "other_school_id")
    def _check_place(self):
        for change in self:
            student = change.student_id.sudo()
            if change.kind == "transfer_in":
                continue
            if change.state == "draft" and change.school_id not in (
                student.school_id | student.expected_school_id
            ):
                raise ValidationError(
                    self.env._("%(child)s does not stand in this school.", child=student.name)
                )
            if change.other_school_id == change.school_id:
                raise ValidationError(self.env._("A child transfers to another school."))

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._edu_refuse_protected(vals)
            if not self.env.su:
                self.env["edu.student"].browse(vals.get("student_id")).check_access("read")
        context = {
            key: value
            for key, value in self.env.context.items()
            if not key.startswith("default_") or key[8:] in self._EDU_FREE
        }
        changes = super(EduStatusChange, self.with_context(context)).create(vals_list)
        changes._edu_claim_files()
        return changes

    def write(self, vals):
        self._edu_refuse_protected(vals)
        if not self.env.su and self._EDU_FREE & vals.keys():
            for change in self:
                if change.state != "draft":
                    raise UserError(
                        self.env._(
                            "%(change)s was applied for: what stands there stays. Take it back to"
                            " correct it.",
                            change=change.display_name,
                        )
                    )
        if not self.env.su and vals.get("student_id"):
            self.env["edu.student"].browse(vals["student_id"]).check_access("read")
        result = super().write(vals)
        if not self.env.su:
            self.check_access("write")
        if {*FILE_FIELDS} & vals.keys():
            self._edu_claim_files()
        return result

    def _edu_refuse_protected(self, vals):
        if self.env.su:
            return
        if field := self._edu_refused(self._edu_set_by_server() & vals.keys() - self._EDU_FREE):
            raise AccessError(
                self.env._(
                    "“%(field)s” follows from the steps of a status change; it is not typed in.",
                    field=field,
                )
            )

    def _edu_claim_files(self):
        """Files hang on their change, and are read like it.

        :raise AccessError: for a file of another record or person
        """
        for change in self:
            files = self.env["ir.attachment"].sudo()
            for name in FILE_FIELDS:
                files |= change.sudo()[name]
            files._edu_hang_on(change, trusted=self.env.su)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_draft(self):
        if any(change.state != "draft" for change in self):
            raise UserError(self.env._("A status change that was applied for is kept."))

    # ------------------------------------------------------------------ steps

    def _edu_missing(self):
        """What the change still lacks before it can be applied for, as labels."""
        self.ensure_one()
        names = [*FACTS.get(self.kind, ()), *FILES.get(self.kind, ())]
        return [
            self._fields[name]._description_string(self.env) for name in names if not self[name]
        ]

    def _edu_expect(self, *states):
        labels = dict(self._fields["state"]._description_selection(self.env))
        for change in self:
            if change.state not in states:
                raise UserError(
                    self.env._(
                        "%(change)s is “%(state)s”; this is possible only from: %(states)s.",
                        change=change.display_name,
                        state=labels[change.state],
                        states=self.env._(", ").join(labels[state] for state in states),
                    )
                )

    def action_apply(self):
        """Records administrator, dean, bureau: draft → applied.

        :raise UserError: naming the facts and files that are missing
        """
        self._edu_check_role(APPLICANTS)
        self._edu_expect("draft")
        for change in self:
            missing = change._edu_missing()
            if missing:
                raise UserError(
                    self.env._(
                        "%(change)s still needs: %(missing)s.",
                        change=change.display_name,
                        missing=self.env._(", ").join(missing),
                    )
                )
            today = self.env["edu.policy"]._edu_today()
            if change.valid_until and change.valid_until < today:
                raise UserError(
                    self.env._("%(change)s would be over already.", change=change.display_name)
                )
            change.sudo().write(
                {"state": "applied", "applied_by_id": self.env.uid, "applied_on": today}
            )
            change.sudo()._edu_ask_approver()
        return True

    def _edu_ask_approver(self):
        """A to-do for the first who may approve and did not apply."""
        Post = self.env["edu.post"]
        for change in self:
            township = change.residence_township_id or change.school_township_id
            for role in APPROVERS[change.kind]:
                if role in ("township", "bureau"):
                    holders = Post._holders(role, area=township)
                else:
                    holders = Post._holders(role, school=change.school_id)
                holders -= change.applied_by_id
                if holders:
                    change.activity_schedule(DECIDE, user_id=holders[0].id)
                    break

    def action_withdraw(self):
        """Records administrator, dean, bureau: applied or refused → draft, to correct it."""
        self._edu_check_role(APPLICANTS)
        self._edu_expect("applied", "refused")
        self.sudo().activity_unlink([DECIDE])
        self.sudo().write({"state": "draft", "applied_by_id": False, "applied_on": False})
        return True

    def _edu_check_decide(self):
        for change in self:
            change._edu_check_role(APPROVERS[change.kind])
            if change.applied_by_id == self.env.user and not self.env.su:
                raise AccessError(
                    self.env._(
                        "%(change)s: nobody decides on what they applied for.",
                        change=change.display_name,
                    )
                )
        self._edu_expect("applied")

    def _edu_decided(self):
        """Who decides, as which post, and when."""
        self.ensure_one()
        user = self.env.user
        role = next((role for role in APPROVERS[self.kind] if user._edu_has_role(role, self)), None)
        return {
            "decided_by_id": user.id,
            "decided_as": user._edu_post_label(role, self) if role else user.name,
            "decided_on": self.env["edu.policy"]._edu_today(),
        }

    def action_approve(self, number=None):
        """Leaders, township or bureau, by kind; not who applied: applied → approved, and in force at
        once where its day has come and no answer is waited for.

        :param number: of the approval on paper; optional
        """
        self._edu_check_decide()
        Policy = self.env["edu.policy"]
        for change in self:
            values = {
                "state": "approved",
                "approval_no": number,
                "checked_term_id": self.env["edu.term"]._current().id,
                **change._edu_decided(),
            }
            if change.kind in ANSWERED:
                values["answer_due"] = Policy._edu_period_end(
                    Policy._edu_today(), Policy._current().transfer_receipt_days
                )
            sudo = change.sudo()
            sudo.write(values)
            sudo.activity_feedback([DECIDE])
            if sudo.answer_ids:
                sudo.answer_on = Policy._edu_today()
            sudo._edu_take_effect()
        return True

    def _edu_refuse(self, reason):
        """Applied → refused. The caller is asked for the post here.

        :raise UserError: without a reason
        """
        self._edu_check_decide()
        if not (reason or "").strip():
            raise UserError(self.env._("Say why: the reason is kept."))
        for change in self:
            change.sudo().write(
                {"state": "refused", "refusal_reason": reason, **change._edu_decided()}
            )
            change.sudo().activity_feedback([DECIDE], feedback=reason)

    def _edu_answer(self, files):
        """The receipt or answer of the other side has come. Records administrator, dean, bureau.

        :param files: [{"name", "data"}]
        """
        self.ensure_one()
        self._edu_check_role(APPLICANTS)
        self._edu_expect("approved")
        sudo = self.sudo()
        sudo._edu_attach("answer_ids", files)
        sudo.answer_on = self.env["edu.policy"]._edu_today()
        sudo._edu_take_effect()

    def _edu_confirm(self, files, valid_until):
        """The proof was looked at again in the current term. Records administrator, dean, bureau.

        :param files: [{"name", "data"}] the new proof
        :raise UserError: for a kind whose proof is not looked at again, or without a proof
        """
        self.ensure_one()
        self._edu_check_role(APPLICANTS)
        self._edu_expect("in_force")
        if self.kind not in EACH_TERM:
            raise UserError(self.env._("The proof of this kind is not looked at each term."))
        if not files or not valid_until:
            raise UserError(self.env._("Attach the new proof, and say until when it is valid."))
        if fields.Date.to_date(valid_until) < self.env["edu.policy"]._edu_today():
            raise UserError(self.env._("The new proof has run out already."))
        sudo = self.sudo()
        sudo._edu_attach("proof_ids", files)
        sudo.write(
            {
                "valid_until": valid_until,
                "checked_term_id": self.env["edu.term"]._current().id,
            }
        )

    def _edu_end(self, reason):
        """In force → ended before its time. Records administrator, dean, bureau."""
        self._edu_check_role(APPLICANTS)
        self._edu_expect("in_force")
        if not (reason or "").strip():
            raise UserError(self.env._("Say why: the reason is kept."))
        self.sudo()._edu_close(reason)

    def _edu_attach(self, name, files):
        """Hang files on one change: [{"name": …, "data": base64}]."""
        self.ensure_one()
        attachments = self.env["ir.attachment"].create(
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
        self[name] = [Command.link(attachment.id) for attachment in attachments]

    def action_ask_step(self):
        """Whoever may take the step named in the context (refuse, answer, confirm, end): asks for
        what it needs."""
        self.ensure_one()
        self.check_access("read")
        step = self.env.context.get("edu_step")
        labels = dict(self.env["edu.status.step"]._fields["step"]._description_selection(self.env))
        return {
            "type": "ir.actions.act_window",
            "name": labels.get(step, ""),
            "res_model": "edu.status.step",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_change_id": self.id, "default_step": step},
        }

    def _edu_show(self):
        """Action that shows these changes."""
        action = {
            "type": "ir.actions.act_window",
            "name": self.env._("Status Changes"),
            "res_model": self._name,
            "views": [(False, "form")],
        }
        if len(self) == 1:
            return {**action, "res_id": self.id}
        return {
            **action,
            "views": [(False, "list"), (False, "form")],
            "domain": [("id", "in", self.ids)],
        }

    # ------------------------------------------------------------------ what it does

    def _edu_take_effect(self):
        """Approved changes whose day has come, answered where an answer is due: in force. Private,
        on sudo'ed changes; doing it again changes nothing."""
        today = self.env["edu.policy"]._edu_today()
        ready = self.filtered(
            lambda change: (
                change.state == "approved"
                and change.date_from <= today
                and (change.kind not in ANSWERED or change.answer_on)
            )
        )
        for change in ready:
            change.write({"state": "in_force", "in_force_on": today})
            change._edu_apply_registry()
            change._edu_settle_lines()
        if ready:
            ready._edu_on_in_force()

    def _edu_proof_text(self):
        """What a strike-off stands on, in words: the approval and how many files."""
        self.ensure_one()
        parts = [
            self.env._(
                "Approved on %(date)s by %(person)s",
                date=self.decided_on,
                person=self.decided_as or self.decided_by_id.name,
            )
            if self.decided_on
            else None,
            self.approval_no,
            self.env._(
                "%(count)s files",
                count=len(self.application_ids | self.proof_ids | self.answer_ids),
            ),
        ]
        return self.env._("; ").join(filter(None, parts))

    def _edu_apply_registry(self):
        """What the registry and the ledger say from now on."""
        self.ensure_one()
        student, kind = self.student_id, self.kind
        today = self.env["edu.policy"]._edu_today()
        ledger = self.env["edu.ledger"]
        reason = dict(self._fields["kind"]._description_selection(self.env))[kind]
        if kind == "transfer_in":
            student._edu_move(
                self.school_id, self.class_id, self.class_id.grade or student.grade, "enrolled"
            )
            ledger._edu_enter("school_age", student, today, reason)
        elif kind == "transfer_out" and self.other_school_id:
            student._edu_move(self.other_school_id, None, student.grade, "enrolled")
            ledger._edu_enter("school_age", student, today, reason)
        elif kind == "resumption":
            student._edu_set_state("enrolled", reason)
            self.search(
                [
                    ("student_id", "=", student.id),
                    ("kind", "in", ENDED_BY_RESUMPTION),
                    ("state", "=", "in_force"),
                ]
            )._edu_close(self.env._("The child has resumed."))
        elif kind in REGISTRY_STATE:
            student._edu_set_state(REGISTRY_STATE[kind], reason)
            if kind in ("transfer_out", "death", "abroad"):
                ledger._edu_strike_off("school_age", student, today, reason, self._edu_proof_text())

    def _edu_settle_lines(self):
        """Findings that waited for the answer wait no more."""
        for change in self.filtered(lambda change: change.kind in ANSWERED):
            self.env["edu.roster.check.line"].search(
                [
                    ("student_id", "=", change.student_id.id),
                    ("receipt_pending", "=", True),
                    ("term_id.state", "=", "open"),
                ]
            ).write({"receipt_pending": False})

    def _edu_close(self, reason):
        """Ended, as of today; private, on sudo'ed changes."""
        self.write(
            {
                "state": "ended",
                "ended_on": self.env["edu.policy"]._edu_today(),
                "end_reason": reason,
            }
        )

    def _edu_on_in_force(self):
        """Hook: these changes took effect; a child that was sought is accounted for. ``self`` is
        sudo'ed."""

    def _edu_on_answer_overdue(self):
        """Hook: nobody has answered in time; where the child learns is unknown. ``self`` is
        sudo'ed."""

    def _edu_on_not_back(self):
        """Hook: what these changes excused is over, and the children have not come back. ``self`` is
        sudo'ed."""

    # ------------------------------------------------------------------ time passes

    @api.model
    @in_office_language
    def _cron_follow(self):
        """Daily: approved changes whose day has come take effect; answers that did not come in time
        make the child a suspected case, once; what has run out ends, and the child is open again."""
        today = self.env["edu.policy"]._edu_today()
        Change = self.sudo()
        Change.search([("state", "=", "approved"), ("date_from", "<=", today)])._edu_take_effect()
        overdue = Change.search([("is_overdue", "=", True), ("overdue_raised", "=", False)])
        if overdue:
            overdue.write({"overdue_raised": True})
            overdue._edu_on_answer_overdue()
        expired = Change.search([("state", "=", "in_force"), ("valid_until", "<", today)])
        expired._edu_close(self.env._("It has run out."))
        for change in expired:
            holder = self.env["edu.post"]._holders("records_admin", school=change.school_id)[:1]
            if holder:
                change.activity_schedule(EXPIRED, today, user_id=holder.id)
        not_back = self._edu_not_back(today)
        not_back.not_back_raised = True
        not_back._edu_on_not_back()

    def _edu_last_day(self):
        """The last day that this suspension or postponement excused: the one it was approved for, or
        the day on which it was ended before that."""
        self.ensure_one()
        return min(filter(None, (self.valid_until, self.ended_on)))

    @api.model
    def _edu_not_back(self, today):
        """Suspensions and postponements that ran out, or were ended before their time, as many school
        days ago as make an absence a suspicion (policy), of children who have neither resumed nor
        applied anew. As superuser."""
        Policy = self.env["edu.policy"]
        days = Policy._current(today).suspect_absence_days
        before = today - timedelta(days=days)
        ended = self.sudo().search(
            [
                ("state", "=", "ended"),
                ("kind", "in", LEAVES),
                ("not_back_raised", "=", False),
                "|",
                ("valid_until", "<=", before),
                ("ended_on", "<=", before),
                ("student_id.enrolment_state", "=", "suspended"),
                ("student_id.active", "=", True),
            ]
        )
        waiting = self.sudo().search(
            [
                ("student_id", "in", ended.student_id.ids),
                ("state", "in", ("applied", "approved", "in_force")),
            ]
        )
        Term = self.env["edu.term"]

        def school_days(change):
            """Days of school since it ran out, as many as are needed at most."""
            student, count = change.student_id, 0
            day = change._edu_last_day() + timedelta(days=1)
            while day <= today and count < days:
                if Policy._edu_is_workday(day) and Term._edu_at(
                    day, student.school_id, student.grade
                ):
                    count += 1
                day += timedelta(days=1)
            return count

        return ended.filtered(
            lambda change: (
                change.student_id not in waiting.student_id and school_days(change) >= days
            )
        )

    # ------------------------------------------------------------------ for roster checks

    @api.model
    def _edu_of_lines(self, lines):
        """The change that each of ``lines`` rests on, or would: {line: change}. An approved one that
        holds in the line's term comes before one under way. As superuser."""
        needing = lines.filtered(lambda line: line.outcome in OF_OUTCOME)
        changes = self.sudo().search(
            [
                ("student_id", "in", needing.student_id.ids),
                ("state", "not in", ("ended", "refused")),
            ],
            order="id",
        )
        by_student = changes.grouped("student_id")
        found = {}
        for line in needing:
            mine = by_student.get(line.student_id, self).filtered(
                lambda change, line=line: change.kind in OF_OUTCOME[line.outcome]
            )
            if mine:
                found[line] = mine.sorted(lambda change, line=line: change._edu_satisfies(line))[-1]
        return found

    def _edu_satisfies(self, line):
        """Whether the change is approved and holds today for the finding of ``line``."""
        self.ensure_one()
        today = self.env["edu.policy"]._edu_today()
        return bool(
            self.state in ("approved", "in_force")
            and not self.is_overdue
            and (not self.valid_until or self.valid_until >= today)
            and (self.kind not in EACH_TERM or self.checked_term_id == line.term_id)
        )

    @api.model
    def _edu_prepare(self, lines):
        """Drafts for findings that have none under way, with the facts and files of the line.

        :param lines: sudo'ed lines; the caller has asked for the post
        """
        changes = self.sudo().browse()
        had = self._edu_of_lines(lines)
        for line in lines:
            if line.outcome not in OF_OUTCOME or line in had:
                continue
            change = changes.create(
                {
                    "student_id": line.student_id.id,
                    "kind": OF_OUTCOME[line.outcome][0],
                    "school_id": line.school_id.id,
                    "class_id": line.class_id.id,
                    "valid_until": line.valid_until,
                    "other_school": line.destination,
                    "note": "\n".join(filter(None, (line.evidence, line.approved_by, line.note))),
                }
            )
            answered = line.outcome == "transfer_out" and not line.receipt_pending
            for file in line.evidence_ids:
                copy = file.copy({"res_model": self._name, "res_id": change.id})
                change["answer_ids" if answered else "proof_ids"] = [Command.link(copy.id)]
            changes |= change
        return changes.with_env(self.env)
