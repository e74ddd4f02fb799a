from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain


class EduVisitPlanLine(models.Model):
    """A child on a route. Whether the family was visited is told by the records, not typed.

    Whoever works on the case and may change the route plans it; from the day on the line stays.
    """

    _name = "edu.visit.plan.line"
    _description = "Child on a Route"
    _inherit = ["edu.case.place.mixin"]
    _order = "date desc, plan_id, sequence, id"

    plan_id = fields.Many2one(
        "edu.visit.plan", "Route", required=True, index=True, ondelete="cascade"
    )
    date = fields.Date(related="plan_id.date", store=True, index=True, string="Day")
    sequence = fields.Integer(default=10)
    case_id = fields.Many2one(domain=[("state", "not in", ("closed", "excluded"))])
    lives_in_id = fields.Many2one(related="case_id.lives_in_id", string="Lives in")
    guardians = fields.Char(related="case_id.guardians")
    next_visit_due = fields.Date(related="case_id.next_visit_due", string="Visit by")
    last_visit_on = fields.Date(related="case_id.last_visit_on", string="Last Persuasion")
    visit_id = fields.Many2one(
        "edu.visit", "Record", compute="_compute_visit_id", store=True, readonly=True
    )
    visited_on = fields.Date("Visited on", compute="_compute_visit_id", store=True)
    on_day = fields.Boolean("Visited That Day", compute="_compute_visit_id", store=True)
    reason = fields.Char("Why Not Visited")
    state = fields.Selection(
        [
            ("planned", "Planned"),
            ("visited", "Visited"),
            ("later", "Visited later"),
            ("missed", "Not visited"),
        ],
        compute="_compute_state",
        search="_search_state",
    )

    _child_uniq = models.UniqueIndex("(plan_id, case_id)", "This child is on the route already.")

    #: ways to record that are no visit
    _EDU_FROM_AFAR = ("phone", "video")

    @api.depends("plan_id.date", "case_id.visit_ids.visited_on", "case_id.visit_ids.method")
    def _compute_visit_id(self):
        for line in self:
            day = line.plan_id.date
            visit = line.case_id.visit_ids.filtered(
                lambda visit, day=day: (
                    day and visit.visited_on >= day and visit.method not in self._EDU_FROM_AFAR
                )
            ).sorted("visited_at")[:1]
            line.visit_id = visit
            line.visited_on = visit.visited_on
            line.on_day = bool(visit) and visit.visited_on == day

    @api.depends("date", "visited_on", "on_day")
    def _compute_state(self):
        today = self.env["edu.policy"]._edu_today()
        for line in self:
            if line.visited_on:
                line.state = "visited" if line.on_day else "later"
            else:
                line.state = "missed" if line.date and line.date < today else "planned"

    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = self.env["edu.policy"]._edu_today()
        none = Domain("visited_on", "=", False)
        domains = {
            "planned": none & Domain("date", ">=", today),
            "missed": none & Domain("date", "<", today),
            "visited": Domain("on_day", "=", True),
            "later": ~none & Domain("on_day", "=", False),
        }
        return Domain.OR(domains[state] for state in value if state in domains)

    @api.depends("date", "student_id.name")
    def _compute_display_name(self):
        for line in self:
            line.display_name = " ".join(
                filter(None, (fields.Date.to_string(line.date), line.sudo().student_id.name))
            )

    # ------------------------------------------------------------------ create, write

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        if not self.env.su:
            today = self.env["edu.policy"]._edu_today()
            for line in lines:
                line.case_id.check_access("read")
                line.plan_id.check_access("write")
                if line.date < today:
                    line._edu_refuse()
        return lines

    def write(self, vals):
        """The order of the route until its day; why a family was not visited, at any time."""
        if not self.env.su:
            if {"plan_id", "case_id"} & vals.keys():
                raise AccessError(
                    self.env._("A child stays on its route. Put another one on it instead.")
                )
            if vals.keys() - {"reason", "sequence"}:
                raise AccessError(
                    self.env._("Whether a family was visited follows from the records.")
                )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_walked(self):
        today = self.env["edu.policy"]._edu_today()
        for line in self:
            if line.date <= today:
                line._edu_refuse()

    def _edu_refuse(self):
        raise UserError(
            self.env._(
                "The day of “%(route)s” has come: who was planned stays on it. Say why a family was"
                " not visited.",
                route=self.plan_id.display_name,
            )
        )

    # ------------------------------------------------------------------ on the way

    def action_record(self):
        """Whoever works on the case: the form of its visit, filled with the route's people and place."""
        self.ensure_one()
        self.check_access("read")
        plan = self.plan_id.sudo()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Record Persuasion"),
            "res_model": "edu.visit",
            "view_mode": "form",
            "context": {
                "default_case_id": self.case_id.id,
                "default_method": "home",
                "default_visitor_ids": plan.user_ids.ids,
                "default_visitor_names": plan.user_names,
                "default_place": self.sudo().lives_in_id.name,
            },
        }

    def action_open_visit(self):
        """Whoever reads the visit: its record."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "edu.visit",
            "res_id": self.visit_id.id,
            "view_mode": "form",
        }
