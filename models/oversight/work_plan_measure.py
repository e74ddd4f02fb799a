from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import SQL

from .work_plan import FILLERS, LEADERS, refuse_snapshot
from .work_plan_template import KINDS

FINAL = [
    ("done", "Done in Time"),
    ("done_late", "Done Late"),
    ("late", "Not Done, Late"),
    ("open", "Not Done, Not Due Yet"),
    ("dropped", "Dropped"),
]


class EduWorkPlanMeasure(models.Model):
    """One measure of a work plan: what, who, by when, for how much; or the prevention of one cause.

    Records administrator and dean write it while the plan is open. Once the plan is signed it is in
    force: the person put down, or whoever fills in or leads, records it as done, with the date and what
    came of it, or drops it with a reason. One recorded after its date is late, whatever date is written
    in it, and so is one whose date was moved after it had passed: late for ever.
    """

    _name = "edu.work.plan.measure"
    _description = "Measure of a Work Plan"
    _inherit = [
        "edu.hand.in.mixin",
        "edu.scope.mixin",
        "mail.thread",
        "mail.activity.mixin",
        "edu.duty.mixin",
    ]
    _order = "plan_id, kind desc, sequence, id"
    _mail_post_access = "read"
    _edu_township_fields = ("township_id",)
    _edu_duty_fields = ("state", "deadline", "responsible_id", "in_force_on", "first_submitted_at")

    plan_id = fields.Many2one(
        "edu.work.plan", "Work Plan", required=True, index=True, ondelete="cascade"
    )
    # Own columns for rules and grouping
    school_id = fields.Many2one(related="plan_id.school_id", store=True, index=True)
    term_id = fields.Many2one(related="plan_id.term_id", store=True, index=True)
    township_id = fields.Many2one(related="plan_id.township_id", store=True, index=True)

    sequence = fields.Integer(default=100)
    kind = fields.Selection(KINDS, required=True, default="work")
    cause_id = fields.Many2one(
        "edu.code",
        "Against the Cause",
        index=True,
        ondelete="restrict",
        domain=[("kind", "=", "cause"), ("code", "!=", "confidential")],
    )
    name = fields.Char("What Is Done", required=True)
    responsible_id = fields.Many2one("res.users", "Person", index=True, ondelete="restrict")
    with_whom = fields.Char("Together With")
    deadline = fields.Date("Due", readonly=False, tracking=True)
    budget = fields.Float("Budget (CNY)", digits=(12, 2))
    carried_from_id = fields.Many2one(
        "edu.work.plan.measure",
        "Left Over From",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    is_new = fields.Boolean("New", readonly=True)

    # How it went
    in_force_on = fields.Date("In Force Since", readonly=True)
    state = fields.Selection(
        [("open", "Open"), ("done", "Done"), ("dropped", "Dropped")],
        required=True,
        readonly=True,
        default="open",
        index=True,
        tracking=True,
    )
    first_submitted_at = fields.Datetime("Settled")
    is_late = fields.Boolean("Settled Late")
    done_on = fields.Date(readonly=True)
    outcome = fields.Text("What Came of It", readonly=True)
    drop_reason = fields.Text("Reason to Drop It", readonly=True)
    late_reason = fields.Text("Why It Is Late", readonly=True)
    settled_by_id = fields.Many2one("res.users", "Settled By", readonly=True, ondelete="restrict")
    missed_deadline = fields.Date("Date Missed Before", readonly=True)
    final_state = fields.Selection(FINAL, "At the End of the Term", readonly=True)

    can_settle = fields.Boolean(compute="_compute_can_settle")

    _cause_of_prevention = models.Constraint(
        "CHECK(kind <> 'work' OR cause_id IS NULL)", "Only prevention is against a cause."
    )
    _budget_positive = models.Constraint("CHECK(budget >= 0)", "A budget is not negative.")
    _carried_uniq = models.UniqueIndex(
        "(plan_id, carried_from_id) WHERE carried_from_id IS NOT NULL",
        "This measure was taken over already.",
    )
    _person_idx = models.Index("(responsible_id, deadline) WHERE state = 'open'")

    _EDU_TYPED = frozenset(
        {
            "sequence",
            "kind",
            "cause_id",
            "name",
            "responsible_id",
            "with_whom",
            "deadline",
            "budget",
        }
    )

    # ------------------------------------------------------------------ computes

    @api.depends_context("uid")
    @api.depends("state", "in_force_on", "responsible_id", "plan_id.final_at")
    def _compute_can_settle(self):
        for measure in self:
            measure.can_settle = measure._edu_is_due() and measure._edu_may_settle()

    # ------------------------------------------------------------------ CRUD

    @api.model_create_multi
    def create(self, vals_list):
        """Records administrator or dean, in a plan that is open."""
        for vals in vals_list:
            refuse_snapshot(self, vals)
            if not self.env.su:
                self._edu_refuse_protected(vals.keys() - {"plan_id"})
        measures = super().create(vals_list)
        if not self.env.su:
            measures.plan_id._edu_check_editable()
        return measures

    def write(self, vals):
        refuse_snapshot(self, vals)
        if not self.env.su:
            self.check_access("write")
            self._edu_refuse_protected(vals)
            if self._EDU_TYPED & vals.keys():
                self.plan_id._edu_check_editable()
                if any(measure.state != "open" for measure in self):
                    raise UserError(self.env._("A measure that is settled stays as it is."))
        if "deadline" in vals:
            # a date that has passed stays known when another is set
            for due, measures in self.sudo()._edu_missed().grouped("deadline").items():
                super(EduWorkPlanMeasure, measures).write({"missed_deadline": due})
        return super().write(vals)

    def _edu_missed(self):
        """Those in force whose date has passed, and that had none that passed before."""
        today = self.env["edu.policy"]._edu_today()
        return self.filtered(
            lambda measure: (
                measure.in_force_on
                and measure.deadline
                and measure.deadline < today
                and not measure.missed_deadline
            )
        )

    def _edu_refuse_protected(self, names):
        if field := self._edu_refused(set(names) - self._EDU_TYPED):
            raise AccessError(
                self.env._(
                    "“%(field)s” follows from the steps of the plan; it is not typed in.",
                    field=field,
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_force(self):
        if any(measure.in_force_on or measure.final_state for measure in self):
            raise UserError(
                self.env._(
                    "A measure of a plan that was signed is dropped with a reason, not deleted."
                )
            )
        if not self.env.su:
            self.plan_id._edu_check_editable()

    # ------------------------------------------------------------------ in the plan

    def _edu_problems(self, staff):
        """What an open measure lacks before the plan is signed, as sentences."""
        self.ensure_one()
        missing = [
            self._fields[name]._description_string(self.env)
            for name in ("responsible_id", "deadline")
            if not self[name]
        ]
        problems = []
        if missing:
            problems.append(
                self.env._(
                    "%(measure)s: %(fields)s missing.",
                    measure=self.name,
                    fields=self.env._(", ").join(missing),
                )
            )
        if self.responsible_id and self.responsible_id not in staff:
            problems.append(
                self.env._(
                    "%(measure)s: %(person)s holds no post at the school or in its township.",
                    measure=self.name,
                    person=self.responsible_id.name,
                )
            )
        if self.deadline and self.deadline > self.term_id.end_date:
            problems.append(
                self.env._("%(measure)s is due after the end of the term.", measure=self.name)
            )
        return problems

    def _edu_content(self):
        """What is signed of it: not how it goes."""
        self.ensure_one()
        return {
            "id": self.id,
            "kind": self.kind,
            "cause": self.cause_id.id or None,
            "name": self.name,
            "person": self.responsible_id.id or None,
            "with": self.with_whom or None,
            "due": (self.deadline and self.deadline.isoformat()) or None,
            "budget": f"{self.budget:.2f}",
            "left_over": bool(self.carried_from_id),
        }

    def _edu_come_into_force(self):
        """The plan is signed by both: what it says is due now."""
        self.filtered(lambda measure: not measure.in_force_on).write(
            {"in_force_on": self.env["edu.policy"]._edu_today()}
        )

    # ------------------------------------------------------------------ settling

    def _edu_is_due(self):
        """Whether it is in force and waits to be done."""
        self.ensure_one()
        return bool(self.state == "open" and self.in_force_on and not self.plan_id.sudo().final_at)

    def _edu_may_settle(self):
        """The person put down; whoever fills in or leads at the school."""
        self.ensure_one()
        user = self.env.user
        return self.responsible_id == user or any(
            user._edu_has_role(role, self) for role in (*FILLERS, *LEADERS)
        )

    def _edu_check_settle(self):
        for measure in self:
            if not measure._edu_may_settle():
                raise AccessError(
                    self.env._(
                        "“%(measure)s” is recorded by %(person)s or by the school's leaders.",
                        measure=measure.name,
                        person=measure.sudo().responsible_id.name or "",
                    )
                )
            if not measure._edu_is_due():
                raise UserError(
                    self.env._(
                        "“%(measure)s” is not to be settled: it is settled already, its plan is not"
                        " signed, or the term is over.",
                        measure=measure.name,
                    )
                )

    def action_done(self):
        """Who may settle it: ask for the date and what came of it (``edu.work.plan.step``)."""
        return self._edu_step("done", self.env._("Done"))

    def action_drop(self):
        """Who may settle it: ask why it is dropped (``edu.work.plan.step``)."""
        return self._edu_step("drop", self.env._("Drop"))

    def action_explain(self):
        """Who may settle it: say why it is late (``edu.work.plan.step``)."""
        return self._edu_step("explain", self.env._("Why It Is Late"))

    def _edu_step(self, step, name):
        self.ensure_one()
        self._edu_check_settle()
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": "edu.work.plan.step",
            "view_mode": "form",
            "target": "new",
            "context": {"default_measure_id": self.id, "default_step": step},
        }

    def _edu_done(self, done_on, outcome, late_reason=None):
        """Record it as done.

        :param done_on: date; not after today, not before the plan was in force or the term began
        :raise UserError: without what came of it; late and without why
        """
        self.ensure_one()
        self._edu_check_settle()
        today = self.env["edu.policy"]._edu_today()
        done_on = fields.Date.to_date(done_on) or today
        first = self.sudo().term_id._edu_first_day(self.sudo().school_id)
        if not first <= done_on <= today:
            raise ValidationError(
                self.env._("It was done between the opening of the term and today.")
            )
        if not (outcome or "").strip():
            raise UserError(self.env._("Say what came of it."))
        values = {"state": "done", "done_on": done_on, "outcome": outcome.strip()}
        if self.sudo()._edu_is_overdue():
            values["late_reason"] = (late_reason or self.sudo().late_reason or "").strip()
            if not values["late_reason"]:
                raise UserError(self.env._("It is late: say why."))
        self._edu_settle(values)

    def _edu_drop(self, reason):
        """Drop it, with a reason that the bureau reads."""
        self.ensure_one()
        self._edu_check_settle()
        if not (reason or "").strip():
            raise UserError(self.env._("Say why it is dropped."))
        self._edu_settle({"state": "dropped", "drop_reason": reason.strip()})

    def _edu_settle(self, values):
        measure = self.sudo()
        measure.write(
            {
                **values,
                "first_submitted_at": fields.Datetime.now(),
                "is_late": measure._edu_is_overdue(),
                "settled_by_id": self.env.uid,
            }
        )

    def _edu_is_overdue(self):
        """Whether settling it today is late: its date, or one it had before, has passed."""
        self.ensure_one()
        today = self.env["edu.policy"]._edu_today()
        return bool(self.missed_deadline or (self.deadline and self.deadline < today))

    def _edu_explain(self, reason):
        """Say why it is late, before it is settled or the term is over."""
        self.ensure_one()
        self._edu_check_settle()
        if not self._edu_is_overdue():
            raise UserError(self.env._("It is not late."))
        if not (reason or "").strip():
            raise UserError(self.env._("Say why it is late."))
        self.sudo().write({"late_reason": reason.strip()})
        self.sudo()._message_log(body=self.env._("Late: %(reason)s", reason=reason.strip()))

    # ------------------------------------------------------------------ what is due

    def _edu_duty_query(self):
        """Done by its date, by the person put down, from the signature of the plan to the end of the
        term; a measure that is dropped is no duty any more."""
        return SQL(
            """
            SELECT 'work_plan_measure' AS kind, measure.id AS res_id, 0 AS slot, measure.deadline,
                   (measure.first_submitted_at AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s)::date AS done_on,
                   measure.responsible_id AS user_id, measure.school_id,
                   measure.township_id AS area_id, NULL::integer AS class_id
              FROM edu_work_plan_measure measure
              JOIN edu_work_plan plan ON plan.id = measure.plan_id
             WHERE measure.in_force_on IS NOT NULL
               AND (measure.state = 'done' OR measure.state = 'open' AND plan.final_at IS NULL)
            """,
            tz=self.env["edu.policy"]._edu_tz_name(),
        )
