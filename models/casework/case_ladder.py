from odoo import api, fields, models
from odoo.exceptions import UserError

SCHOOL = ("records_admin", "dean", "vice_principal", "principal")
DECIDING = (*SCHOOL, "township", "bureau")
RUNGS = ("none", "advised", "admission_notice", "deadline_notice", "justice")
FINDING = (
    "good_reason_finding",
    "good_reason_statement",
    "guardian_refused_statement",
    "good_reason_by",
    "good_reason_on",
)


class EduDropoutCase(models.Model):
    """The legal ladder of a case (plan 二(三)3; design, section 4): advised, admission notice 附件2,
    deadline notice 附件3, justice.

    A rung is climbed only when the one below was served and its period has ended; only 附件2 can be
    skipped, by the bureau, with a reason that every later document prints. From 附件2 on somebody must
    have found, and written down with the guardian's own words, that there is no good reason (无正当理由).
    A return ends the ladder; after a relapse 附件3 may follow at once if an 附件2 was served before.
    """

    _inherit = "edu.dropout.case"

    ladder_round = fields.Integer(
        "Times on the Ladder", default=1, required=True, readonly=True, copy=False
    )
    guardian_told_on = fields.Date("Guardian Told on", copy=False, tracking=True)
    guardian_told_by = fields.Char("Told by", copy=False)
    guardian_acknowledgement = fields.Selection(
        [
            ("signed", "Signed"),
            ("oral", "By word of mouth"),
            ("refused", "Refused to acknowledge"),
        ],
        string="Acknowledgement",
        copy=False,
        tracking=True,
    )

    good_reason = fields.Selection(
        [("unknown", "Not examined"), ("none", "No good reason"), ("found", "Good reason")],
        string="Good Reason",
        required=True,
        readonly=True,
        default="unknown",
        copy=False,
        tracking=True,
    )
    good_reason_finding = fields.Text("Finding", copy=False)
    good_reason_statement = fields.Text("Statement of the Guardian", copy=False)
    guardian_refused_statement = fields.Boolean("Guardian Refused to State", copy=False)
    good_reason_by = fields.Char("Found by", copy=False)
    good_reason_on = fields.Date("Found on", copy=False)
    good_reason_entered_by_id = fields.Many2one(
        "res.users", "Finding Entered by", readonly=True, copy=False, ondelete="restrict"
    )

    skip_reason = fields.Text("Reason to Skip the Admission Notice", copy=False)
    skip_on = fields.Date("Skipped on", readonly=True, copy=False, tracking=True)
    skip_by_id = fields.Many2one(
        "res.users", "Skipped by", readonly=True, copy=False, ondelete="restrict"
    )

    notice_ids = fields.One2many("edu.notice", "case_id", "Notices", readonly=True)
    referral_ids = fields.One2many("edu.referral", "case_id", "Referrals", readonly=True)
    ladder_hint = fields.Text("Next Step of the Law", compute="_compute_ladder_hint")

    # ------------------------------------------------------------------ what is typed

    def _edu_check_typed(self, vals):
        result = super()._edu_check_typed(vals)
        if set(FINDING) & vals.keys():
            self._edu_check_role(
                DECIDING, self.env._("You cannot record whether there is a good reason.")
            )
            if any(case.good_reason != "unknown" for case in self):
                raise UserError(
                    self.env._(
                        "The finding on the good reason stands. Examine it again before you change it."
                    )
                )
        if "skip_reason" in vals:
            self._edu_check_role(
                ("bureau",),
                self.env._(
                    "Only the county bureau skips the admission notice (Compulsory Education Law,"
                    " article 58)."
                ),
            )
            if any(case.skip_on for case in self):
                raise UserError(self.env._("The admission notice is skipped already."))
        told = {"guardian_told_on", "guardian_told_by", "guardian_acknowledgement"}
        if told & vals.keys() and any(case.ladder != "none" for case in self):
            raise UserError(self.env._("The advice is recorded already: its facts stand."))
        return result

    # ------------------------------------------------------------------ where the case stands

    def _edu_notices(self, kind, states=("served",), rounds=True):
        """Notices of ``kind`` in ``states``, newest first; of this round of the ladder unless
        ``rounds`` is False (then of the earlier ones)."""
        self.ensure_one()
        return (
            self.sudo()
            .notice_ids.filtered(
                lambda notice: (
                    notice.kind == kind
                    and notice.state in states
                    and (notice.ladder_round == self.ladder_round) == rounds
                )
            )
            .sorted("id", reverse=True)
        )

    def _edu_admission_basis(self):
        """The 附件2 that an 附件3 builds on: of this round, or after a relapse one served before."""
        self.ensure_one()
        return (
            self._edu_notices("admission")[:1]
            or self._edu_notices("admission", ("served", "spent"), rounds=False).filtered(
                "served_date"
            )[:1]
        )

    def _edu_check_rung(self, rung):
        """:raise UserError: unless ``rung`` may be climbed today, with the rule that forbids it"""
        self.ensure_one()
        case = self.sudo()
        if case.state != "persuading":
            raise UserError(
                self.env._(
                    "%(case)s: the ladder of the law is for children who are confirmed as dropped out"
                    " and being persuaded (Compulsory Education Law, article 13).",
                    case=self.display_name,
                )
            )
        if rung != "advised":
            case._edu_check_good_reason()
        getattr(case, f"_edu_check_rung_{rung}")()

    def _edu_check_good_reason(self):
        if self.help_first:
            raise UserError(
                self.env._(
                    "%(case)s: the cause recorded calls for help first, not for a notice. The law knows"
                    " notices only where there is no good reason (Compulsory Education Law, article"
                    " 58). Record the help given; if the cause no longer holds, correct the cause.",
                    case=self.display_name,
                )
            )
        if self.good_reason == "found":
            raise UserError(
                self.env._(
                    "%(case)s: a good reason was found, so the child is helped and no notice is issued"
                    " (Compulsory Education Law, article 58). Record the help under the plan of"
                    " persuasion.",
                    case=self.display_name,
                )
            )
        if self.good_reason != "none":
            raise UserError(
                self.env._(
                    "%(case)s: first somebody has to find, and write down with the guardian's own"
                    " statement, that there is no good reason (Compulsory Education Law, article 58).",
                    case=self.display_name,
                )
            )

    def _edu_check_rung_advised(self):
        if self.ladder != "none":
            raise UserError(
                self.env._("%(case)s: the advice is recorded already.", case=self.display_name)
            )
        missing = [
            not self.guardian_told_on
            and self.env._("the day the guardian was told of law and help"),
            not self.guardian_told_by and self.env._("who told the guardian"),
            not self.guardian_acknowledgement
            and self.env._("whether the guardian acknowledged it"),
            not self.residence_township_id and self.env._("the township where the child lives"),
        ]
        if any(missing):
            raise UserError(
                self.env._(
                    "%(case)s: before the township is advised to criticise and educate (Compulsory"
                    " Education Law, articles 13 and 58), record:\n%(missing)s",
                    case=self.display_name,
                    missing="\n".join(f"– {text}" for text in missing if text),
                )
            )

    def _edu_check_advice_over(self):
        """The period of the advice: until the township answered, else until its answer was due."""
        advice = self.referral_ids.filtered(
            lambda referral: (
                referral.kind == "advice" and referral.ladder_round == self.ladder_round
            )
        )[:1]
        if self.ladder == "none" or not advice:
            raise UserError(
                self.env._(
                    "%(case)s: no notice before the guardian was told of law and help and the township"
                    " was advised to criticise and educate (part 2 (1) of the plan; Compulsory Education Law,"
                    " article 58). Record the advice first.",
                    case=self.display_name,
                )
            )
        if advice.state == "sent" and not advice.is_overdue:
            raise UserError(
                self.env._(
                    "%(case)s: the township has until %(date)s to answer the advice (Compulsory"
                    " Education Law, article 58). Record its answer, or wait.",
                    case=self.display_name,
                    date=fields.Date.to_string(advice.answer_due),
                )
            )

    def _edu_check_rung_admission_notice(self):
        if RUNGS.index(self.ladder) > RUNGS.index("admission_notice"):
            raise UserError(
                self.env._(
                    "%(case)s: the ladder is past the admission notice.", case=self.display_name
                )
            )
        if self.skip_on:
            raise UserError(
                self.env._(
                    "%(case)s: the bureau has skipped the admission notice; the deadline notice is"
                    " next.",
                    case=self.display_name,
                )
            )
        self._edu_check_advice_over()

    def _edu_check_rung_deadline_notice(self):
        if self.ladder == "justice":
            raise UserError(
                self.env._("%(case)s: the case is with justice.", case=self.display_name)
            )
        current = self._edu_notices("admission", ("draft", "issued", "served"))[:1]
        if current.state == "served":
            if not current.is_expired:
                raise UserError(
                    self.env._(
                        "%(case)s: the period of admission notice %(number)s runs until the end of"
                        " %(date)s. The deadline notice may follow after that day (Compulsory"
                        " Education Law, article 58; part 2 (3) of the plan).",
                        case=self.display_name,
                        number=current.number,
                        date=fields.Date.to_string(current.deadline),
                    )
                )
            return
        if current.state == "issued":
            raise UserError(
                self.env._(
                    "%(case)s: admission notice %(number)s has not been served yet; its period begins"
                    " with service (Civil Procedure Law, article 87).",
                    case=self.display_name,
                    number=current.number,
                )
            )
        if self._edu_admission_basis():
            return  # left again after an 附件2 was served
        if self.skip_on:
            self._edu_check_advice_over()
            return
        raise UserError(
            self.env._(
                "%(case)s: no deadline notice without an admission notice that was served and whose"
                " period has ended (Compulsory Education Law, article 58; part 2 (3) of the plan)."
                " Only the county bureau can skip the admission notice, with a written reason.",
                case=self.display_name,
            )
        )

    def _edu_check_rung_justice(self):
        if self.ladder == "justice":
            raise UserError(
                self.env._("%(case)s: the case is with justice.", case=self.display_name)
            )
        order = self._edu_notices("deadline", ("issued", "served"))[:1]
        if not order:
            raise UserError(
                self.env._(
                    "%(case)s: nothing goes to justice without a deadline notice that was served and"
                    " whose period has ended (part 2 (3) of the plan; Compulsory Education Law, article 58).",
                    case=self.display_name,
                )
            )
        if order.state == "issued":
            raise UserError(
                self.env._(
                    "%(case)s: deadline notice %(number)s has not been served yet; its period begins"
                    " with service (Civil Procedure Law, article 87).",
                    case=self.display_name,
                    number=order.number,
                )
            )
        if not order.is_expired:
            raise UserError(
                self.env._(
                    "%(case)s: the period of deadline notice %(number)s runs until the end of %(date)s;"
                    " only after that day may the case go to justice (part 2 (3) of the plan; Compulsory"
                    " Education Law, article 58).",
                    case=self.display_name,
                    number=order.number,
                    date=fields.Date.to_string(order.deadline),
                )
            )

    @api.depends(
        "state",
        "ladder",
        "good_reason",
        "cause_id",
        "skip_on",
        "guardian_told_on",
        "guardian_told_by",
        "guardian_acknowledgement",
        "notice_ids.state",
        "referral_ids.state",
    )
    @api.depends_context("lang")
    def _compute_ladder_hint(self):
        """What the law asks for next, or why it may not be done yet."""
        ready = {
            "advised": self.env._("Record that guardian and township were advised."),
            "admission_notice": self.env._("The admission notice may be issued."),
            "deadline_notice": self.env._("The deadline notice may be issued."),
            "justice": self.env._("The case may be referred to justice."),
        }
        for case in self:
            case.ladder_hint = False
            if case.state != "persuading" or case.ladder == "justice":
                continue
            rung = RUNGS[RUNGS.index(case.ladder) + 1]
            if rung == "admission_notice" and case.skip_on:
                rung = "deadline_notice"
            if rung == "advised" and case._edu_admission_basis():
                rung = "deadline_notice"
            try:
                case._edu_check_rung(rung)
                case.ladder_hint = ready[rung]
            except UserError as refusal:
                rule = refusal.args[0].removeprefix(f"{case.display_name}: ")
                case.ladder_hint = rule[:1].upper() + rule[1:]

    # ------------------------------------------------------------------ moves

    def _edu_set_ladder(self, rung):
        """Set the rung; for the methods that have checked it."""
        self.sudo().write({"ladder": rung})
        self.sudo().notice_ids._edu_duty_later()

    def _edu_rewind_ladder(self):
        """After a notice was withdrawn: the highest rung whose paper still stands."""
        for case in self.sudo():
            standing = case.notice_ids.filtered(
                lambda notice, case=case: (
                    notice.ladder_round == case.ladder_round
                    and notice.state in ("issued", "served")
                )
            ).mapped("kind")
            advised = any(
                referral.kind == "advice" and referral.ladder_round == case.ladder_round
                for referral in case.referral_ids
            )
            if "deadline" in standing:
                rung = "deadline_notice"
            elif "admission" in standing:
                rung = "admission_notice"
            else:
                rung = "advised" if advised else "none"
            if case.ladder != rung:
                case._edu_set_ladder(rung)

    def _edu_end_ladder(self):
        """The child is back: open notices are spent and stay readable, drafts are withdrawn, a skip
        is used up. Called by the case on return (superuser or after its role check)."""
        cases = self.sudo()
        climbed = cases.filtered(
            lambda case: (
                case.ladder != "none"
                or case.ladder_round
                in case.notice_ids.mapped("ladder_round") + case.referral_ids.mapped("ladder_round")
            )
        )
        result = super()._edu_end_ladder()
        for case in climbed:
            case.notice_ids.filtered(
                lambda notice: notice.state in ("issued", "served")
            )._edu_spend()
            case.notice_ids.filtered(lambda notice: notice.state == "draft")._edu_withdraw(
                self.env._("The child is back in school.")
            )
            case.write(
                {
                    "ladder_round": case.ladder_round + 1,
                    "skip_reason": False,
                    "skip_on": False,
                    "skip_by_id": False,
                    "guardian_told_on": False,
                    "guardian_told_by": False,
                    "guardian_acknowledgement": False,
                }
            )
        return result

    def _edu_relapse(self, *args, **kwargs):
        """Whether there is a good reason is asked anew: this absence has a cause of its own."""
        result = super()._edu_relapse(*args, **kwargs)
        self.filtered(lambda case: case.good_reason != "unknown")._edu_reopen_finding()
        return result

    def _edu_reopen_finding(self):
        for case in self.sudo():
            labels = dict(case._fields["good_reason"]._description_selection(case.env))
            case._message_log(
                body=case.env._(
                    "Finding until now: %(result)s. %(finding)s (%(by)s, %(date)s)",
                    result=labels[case.good_reason],
                    finding=case.good_reason_finding or "",
                    by=case.good_reason_by or "",
                    date=fields.Date.to_string(case.good_reason_on) or "",
                )
            )
            case.write(
                {
                    "good_reason": "unknown",
                    "good_reason_entered_by_id": False,
                    **dict.fromkeys(FINDING, False),
                }
            )

    # ------------------------------------------------------------------ actions

    def _edu_record_finding(self, result):
        self._edu_check_role(
            DECIDING, self.env._("You cannot record whether there is a good reason.")
        )
        today = self.env["edu.policy"]._edu_today()
        for case in self:
            if case.good_reason != "unknown":
                raise UserError(
                    self.env._(
                        "The finding on the good reason stands. Examine it again before you change it."
                    )
                )
            statement = (case.good_reason_statement or "").strip()
            missing = [
                not (case.good_reason_finding or "").strip()
                and self.env._("the finding: what was examined, and what came out"),
                not statement
                and not case.guardian_refused_statement
                and self.env._("the guardian's own statement, or that it was refused"),
            ]
            if any(missing):
                raise UserError(
                    self.env._(
                        "%(case)s: a finding on the good reason (Compulsory Education Law, article 58)"
                        " needs:\n%(missing)s",
                        case=case.display_name,
                        missing="\n".join(f"– {text}" for text in missing if text),
                    )
                )
            if case.good_reason_on and case.good_reason_on > today:
                raise UserError(self.env._("The finding cannot lie in the future."))
            case.sudo().write(
                {
                    "good_reason": result,
                    "good_reason_by": case.good_reason_by or self.env.user.name,
                    "good_reason_on": case.good_reason_on or today,
                    "good_reason_entered_by_id": self.env.uid,
                }
            )

    def action_find_no_good_reason(self):
        """School leaders and records administrator, township, bureau: the finding written on the case
        says that there is no good reason."""
        self._edu_record_finding("none")

    def action_find_good_reason(self):
        """As above: there is a good reason; the child is helped and no notice is issued."""
        self._edu_record_finding("found")

    def action_examine_again(self):
        """Take the finding back; it stays in the history."""
        self._edu_check_role(
            DECIDING, self.env._("You cannot record whether there is a good reason.")
        )
        self.filtered(lambda case: case.good_reason != "unknown")._edu_reopen_finding()

    def action_record_advice(self):
        """School leaders and records administrator, township, bureau: the guardian was told, and the
        township of residence is advised, from today, to criticise and educate."""
        self._edu_check_role(DECIDING, self.env._("You cannot record the advice."))
        for case in self:
            case._edu_check_rung("advised")
            self.env["edu.referral"].sudo().create({"case_id": case.id, "kind": "advice"})

    def action_skip_admission_notice(self):
        """Bureau: 附件3 without 附件2, for the reason written on the case."""
        self._edu_check_role(
            ("bureau",),
            self.env._(
                "Only the county bureau skips the admission notice (Compulsory Education Law, article"
                " 58)."
            ),
        )
        today = self.env["edu.policy"]._edu_today()
        for case in self:
            if case.skip_on:
                raise UserError(self.env._("The admission notice is skipped already."))
            case._edu_check_rung("admission_notice")
            if case._edu_notices("admission", ("draft", "issued", "served")):
                raise UserError(
                    self.env._(
                        "%(case)s: there is an admission notice already. Withdraw it, or wait for its"
                        " period to end.",
                        case=case.display_name,
                    )
                )
            if len((case.skip_reason or "").strip()) < 5:
                raise UserError(
                    self.env._(
                        "%(case)s: write the reason to skip the admission notice; every later document"
                        " prints it.",
                        case=case.display_name,
                    )
                )
            case.sudo().write({"skip_on": today, "skip_by_id": self.env.uid})

    def _edu_new_notice(self, kind):
        self.ensure_one()
        self._edu_check_role(DECIDING, self.env._("You cannot prepare notices of this case."))
        notice = self._edu_notices(kind, ("draft", "issued"))[:1].sudo(False)
        if not notice:
            notice = self.env["edu.notice"].create({"case_id": self.id, "kind": kind})
        return {
            "type": "ir.actions.act_window",
            "res_model": "edu.notice",
            "res_id": notice.id,
            "views": [(False, "form")],
        }

    def action_new_admission_notice(self):
        """School leaders and records administrator, township, bureau: open the draft of 附件2."""
        return self._edu_new_notice("admission")

    def action_new_deadline_notice(self):
        """As above, for 附件3. Its issuer is the township or the bureau."""
        return self._edu_new_notice("deadline")

    def action_refer_to_justice(self):
        """Township, bureau: a form for the referral to justice."""
        self.ensure_one()
        self._edu_check_role(
            ("township", "bureau"),
            self.env._(
                "Only the township or the county bureau refers a case to justice (Compulsory Education"
                " Law, article 58)."
            ),
        )
        self._edu_check_rung("justice")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Refer to Justice"),
            "res_model": "edu.referral",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_case_id": self.id, "default_kind": "justice"},
        }

    def action_view_notices(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Notices"),
            "res_model": "edu.notice",
            "views": [(False, "list"), (False, "form")],
            "domain": [("case_id", "=", self.id)],
        }
