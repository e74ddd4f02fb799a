from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command, Domain

from .case_rhythm import SOON
from .dropout_case import DONE, UNDECIDED


class EduVisitPlan(models.Model):
    """One day, one route: who goes to which families of a village (plan 二(三)5).

    Class teachers and the school's staff plan for their school, the township for its villages, the
    bureau for the county; inspectors read. From the day on nobody is taken off the route: who was
    planned and not visited stays visible, with why.
    """

    _name = "edu.visit.plan"
    _description = "Route of Visits"
    _inherit = ["edu.scope.mixin", "mail.thread"]
    _order = "date desc, id desc"
    _mail_post_access = "write"
    _edu_township_fields = ("township_id",)

    date = fields.Date(
        "Day",
        required=True,
        index=True,
        tracking=True,
        default=lambda self: self.env["edu.policy"]._edu_today(),
    )
    area_id = fields.Many2one(
        "edu.area",
        "Village",
        required=True,
        index=True,
        ondelete="restrict",
        domain=[("level", "in", ("village", "township"))],
        tracking=True,
        help="A village, or a township for a route through several villages",
    )
    township_id = fields.Many2one(related="area_id.township_id", store=True, index=True)
    school_id = fields.Many2one(
        "edu.school",
        "School That Goes",
        index=True,
        ondelete="restrict",
        default=lambda self: self._default_school_id(),
        help="Empty: the township or the bureau goes",
    )
    user_ids = fields.Many2many(
        "res.users",
        "edu_visit_plan_user_rel",
        string="Who Goes",
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
    )
    user_names = fields.Text(
        "Others Who Go", help="One a line: village cadres, police, doctors… without a log-in"
    )
    note = fields.Text("Meeting Point and Remarks")
    line_ids = fields.One2many("edu.visit.plan.line", "plan_id", "Children")
    line_count = fields.Integer("Planned", compute="_compute_counts")
    visited_count = fields.Integer("Visited", compute="_compute_counts")
    missed_count = fields.Integer("Not Visited", compute="_compute_counts")
    is_over = fields.Boolean(compute="_compute_is_over")

    # ------------------------------------------------------------------ computes

    @api.model
    def _default_school_id(self):
        user = self.env.user.sudo()
        schools = user.edu_class_teacher_school_ids
        for role in ("records_admin", "dean", "vice_principal", "principal"):
            schools = schools or user[f"edu_{role}_school_ids"]
        return schools[:1].id

    @api.depends("date", "area_id")
    def _compute_display_name(self):
        for plan in self:
            plan.display_name = " ".join(
                filter(None, (fields.Date.to_string(plan.date), plan.area_id.name))
            )

    @api.depends("line_ids.state")
    def _compute_counts(self):
        for plan in self:
            states = plan.line_ids.mapped("state")
            plan.line_count = len(states)
            plan.visited_count = states.count("visited")
            plan.missed_count = states.count("missed") + states.count("later")

    @api.depends("date")
    def _compute_is_over(self):
        today = self.env["edu.policy"]._edu_today()
        for plan in self:
            plan.is_over = bool(plan.date and plan.date < today)

    # ------------------------------------------------------------------ checks

    @api.constrains("area_id")
    def _check_area(self):
        for plan in self:
            if not plan.township_id:
                raise ValidationError(
                    self.env._("A route goes through one village, or one township.")
                )

    @api.constrains("user_ids", "user_names")
    def _check_people(self):
        for plan in self:
            if not plan.user_ids and not (plan.user_names or "").strip():
                raise ValidationError(self.env._("Name who goes."))

    @api.model_create_multi
    def create(self, vals_list):
        """Whoever works on cases, for today or a day to come. Without children given, those of the
        village whose visit is due are taken."""
        plans = super().create(vals_list)
        today = self.env["edu.policy"]._edu_today()
        for plan, vals in zip(plans, vals_list, strict=True):
            if plan.date < today and not self.env.su:
                raise UserError(
                    self.env._("A route is planned before it is walked. Record the visits.")
                )
            if not vals.get("line_ids") and not self.env.su:
                plan._edu_add(plan._edu_suggested())
        return plans

    def write(self, vals):
        """From its day on a route keeps its day, its village and its school."""
        if not self.env.su and {"date", "area_id", "school_id"} & vals.keys():
            self._edu_check_coming()
        result = super().write(vals)
        if not self.env.su and {"date", "area_id", "school_id"} & vals.keys():
            self.check_access("write")
            self._edu_check_coming(moved=True)
        return result

    def _edu_check_coming(self, moved=False):
        """:raise UserError: for a route whose day has come, or that is ``moved`` into the past"""
        today = self.env["edu.policy"]._edu_today()
        for plan in self:
            if plan.date < today or (plan.date == today and not moved and plan.line_ids):
                raise UserError(
                    self.env._(
                        "The day of “%(route)s” has come: it stays as it was planned. Plan those who"
                        " are left for another day.",
                        route=plan.display_name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_walked(self):
        self._edu_check_coming()

    # ------------------------------------------------------------------ whom to visit

    @api.model
    def _edu_due_domain(self, day):
        """Cases of which a family is to be visited about ``day``: persuasion due soon, or a suspicion
        that nobody has looked into yet."""
        return (
            Domain("state", "=", "persuading")
            & Domain("next_visit_due", "<=", fields.Date.add(day, days=SOON))
        ) | (Domain("state", "in", UNDECIDED) & Domain("last_visit_on", "=", False))

    def _edu_suggested(self):
        """Open cases of the caller's scope whose child lives on the route and whose visit is due, and
        which no other route has on that day; the most urgent first."""
        self.ensure_one()
        if not self.area_id or not self.date:
            return self.env["edu.dropout.case"]
        taken = self.env["edu.visit.plan.line"].sudo().search([("date", "=", self.date)])
        return self.env["edu.dropout.case"].search(
            self._edu_due_domain(self.date)
            & Domain("student_id.residence_area_id", "child_of", self.area_id.ids)
            & Domain("id", "not in", (taken.case_id | self.line_ids.case_id).ids),
            order="next_visit_due, id",
        )

    def _edu_add(self, cases):
        self.ensure_one()
        self.write({"line_ids": [Command.create({"case_id": case.id}) for case in cases]})

    def action_suggest(self):
        """Whoever may change the route: take the children of the village whose visit is due."""
        for plan in self:
            plan.check_access("write")
            cases = plan._edu_suggested()
            if not cases:
                raise UserError(
                    self.env._(
                        "No other child of your scope who lives in %(village)s is to be visited"
                        " about that day.",
                        village=plan.area_id.name,
                    )
                )
            plan._edu_add(cases)
        return True

    def action_plan_again(self):
        """Whoever may change the route: a new one, today, for those who were not visited. The old
        route keeps saying that they were not.

        :return: the action that opens it
        """
        self.ensure_one()
        self.check_access("write")
        today = self.env["edu.policy"]._edu_today()
        left = self.line_ids.filtered(
            lambda line: line.state == "missed" and line.case_id.state not in DONE
        )
        if self.date >= today or not left:
            raise UserError(self.env._("Nobody is left of this route."))
        plan = self.create(
            {
                "date": today,
                "area_id": self.area_id.id,
                "school_id": self.school_id.id,
                "user_ids": [Command.set(self.user_ids.ids)],
                "user_names": self.user_names,
                "line_ids": [
                    Command.create({"case_id": line.case_id.id, "sequence": line.sequence})
                    for line in left
                ],
            }
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": plan.id,
            "view_mode": "form",
        }

    def _edu_people(self):
        """Names of all who go, those with a log-in first."""
        self.ensure_one()
        others = (line.strip() for line in (self.user_names or "").splitlines())
        return [*self.sudo().user_ids.mapped("name"), *filter(None, others)]

    def _edu_file_name(self):
        self.ensure_one()
        return f"走访路线-{self.sudo().area_id.name}-{self.date:%Y%m%d}"
