from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..casework.dropout_case import BACK, LADDER, UNDECIDED
from .work_plan import refuse_snapshot

# Where a child stands: back, no dropout, or the rung that was reached
STANDINGS = [
    ("returned", "Back in School"),
    ("excluded", "Not a Dropout"),
    ("undecided", "Suspected, Not Decided"),
    *LADDER,
]


class EduWorkPlanChild(models.Model):
    """One missing child of a work plan: by when it is to be back, who persuades, how.

    Made from the open cases; records administrator and dean write the rest while the plan is open.
    Class teachers read the children of their classes. What the snapshots say is written by the cron
    alone. Children who went missing after the plan was signed stand in the snapshots too, marked as not
    planned.
    """

    _name = "edu.work.plan.child"
    _description = "Child of a Work Plan"
    _inherit = ["edu.scope.mixin"]
    _order = "plan_id, grade, class_number, id"
    _rec_name = "child_name"
    _edu_class_field = "class_id"
    _edu_township_fields = ("township_id",)

    plan_id = fields.Many2one(
        "edu.work.plan", "Work Plan", required=True, index=True, ondelete="cascade"
    )
    # Own columns for rules and grouping: the plan's place, wherever the child goes
    school_id = fields.Many2one(related="plan_id.school_id", store=True, index=True)
    term_id = fields.Many2one(related="plan_id.term_id", store=True, index=True)
    township_id = fields.Many2one(related="plan_id.township_id", store=True, index=True)

    case_id = fields.Many2one(
        "edu.dropout.case",
        "Case",
        required=True,
        index=True,
        ondelete="restrict",
        domain="[('school_id', '=', school_id), ('state', 'in', ('suspected', 'verifying', 'persuading'))]",
    )
    is_planned = fields.Boolean("In the Plan", default=True, readonly=True)
    is_new = fields.Boolean("New", readonly=True)

    # The child as it was when it came into the plan
    child_name = fields.Char("Child", readonly=True)
    class_id = fields.Many2one("edu.class", "Class", readonly=True, index=True, ondelete="restrict")
    grade = fields.Integer(readonly=True, aggregator=None)
    class_number = fields.Integer("Class Number", readonly=True, aggregator=None)
    cause_id = fields.Many2one("edu.code", "Cause", readonly=True, ondelete="restrict")
    planned_standing = fields.Selection(STANDINGS, "When Planned", readonly=True)

    # What the plan says
    target_on = fields.Date("To Be Back By")
    persuader_id = fields.Many2one("res.users", "Persuader", index=True, ondelete="restrict")
    with_whom = fields.Char("Together With")
    approach = fields.Text("How")

    # Where it stands
    case_state = fields.Selection(related="case_id.state", string="State of the Case")
    standing = fields.Selection(STANDINGS, "Now", compute="_compute_standing", compute_sudo=True)

    # On the last day of the plan's period, and at the end of the term
    snapshot_standing = fields.Selection(STANDINGS, "On the Day", readonly=True)
    snapshot_returned_on = fields.Date("Back Since", readonly=True)
    snapshot_rung_on = fields.Date("Latest Step of the Law", readonly=True)
    snapshot_cause_id = fields.Many2one(
        "edu.code", "Cause on the Day", readonly=True, ondelete="restrict"
    )
    snapshot_good_reason = fields.Selection(
        lambda self: self._edu_selection("edu.dropout.case", "good_reason"),
        "Good Reason on the Day",
        readonly=True,
    )
    snapshot_visit_count = fields.Integer("Visits by the Day", readonly=True)
    snapshot_last_visit_on = fields.Date("Last Visit by the Day", readonly=True)
    snapshot_last_result = fields.Selection(
        lambda self: self._edu_selection("edu.visit", "result"),
        "Result of the Last Visit",
        readonly=True,
    )
    snapshot_why = fields.Char("Why", compute="_compute_snapshot_why")
    final_standing = fields.Selection(STANDINGS, "At the End of the Term", readonly=True)

    _plan_case_uniq = models.UniqueIndex("(plan_id, case_id)", "The plan names this child already.")

    _EDU_TYPED = frozenset({"target_on", "persuader_id", "with_whom", "approach"})

    @api.model
    def _edu_selection(self, model, name):
        return self.env[model]._fields[name]._description_selection(self.env)

    # ------------------------------------------------------------------ computes

    @api.depends("case_id.state", "case_id.ladder")
    def _compute_standing(self):
        for child in self:
            child.standing = self._edu_standing(child.case_id)

    @api.model
    def _edu_standing(self, case):
        """Code of ``STANDINGS`` of a case; the cron's SQL says the same."""
        if case.state in (*BACK, "closed"):
            return "returned"
        if case.state == "excluded":
            return "excluded"
        return "undecided" if case.state in UNDECIDED else case.ladder

    @api.depends(
        "snapshot_standing",
        "snapshot_cause_id",
        "snapshot_good_reason",
        "snapshot_visit_count",
        "snapshot_last_visit_on",
        "snapshot_last_result",
        "snapshot_rung_on",
    )
    @api.depends_context("lang")
    def _compute_snapshot_why(self):
        """One line of the facts that the snapshot kept: what stood in the way."""
        for child in self:
            child.snapshot_why = self.env._("; ").join(child._edu_why()) or False

    def _edu_why(self):
        self.ensure_one()
        standing = self.snapshot_standing
        if not standing or standing == "excluded":
            return []
        if standing == "returned":
            return [self.env._("back since %s", self.snapshot_returned_on or "")]

        def label(name):
            return dict(self._fields[name]._description_selection(self.env))[self[name]]

        parts = []
        if self.snapshot_cause_id:
            parts.append(self.sudo().snapshot_cause_id.name)
        if self.snapshot_good_reason in ("none", "found"):
            parts.append(label("snapshot_good_reason"))
        if self.snapshot_visit_count:
            parts.append(
                self.env._(
                    "%(count)s visits, the last on %(date)s: %(result)s",
                    count=self.snapshot_visit_count,
                    date=self.snapshot_last_visit_on,
                    result=label("snapshot_last_result") if self.snapshot_last_result else "",
                )
            )
        else:
            parts.append(self.env._("not visited yet"))
        if self.snapshot_rung_on:
            parts.append(self.env._("latest step of the law on %s", self.snapshot_rung_on))
        return parts

    # ------------------------------------------------------------------ CRUD

    @api.model_create_multi
    def create(self, vals_list):
        """Records administrator or dean, in a plan that is open, of a case of the school."""
        for vals in vals_list:
            refuse_snapshot(self, vals)
            if not self.env.su:
                self._edu_refuse_protected(vals.keys() - {"plan_id", "case_id"})
        children = super().create(vals_list)
        if not self.env.su:
            children.plan_id._edu_check_editable()
            children.case_id.check_access("read")
        for child in children.sudo():
            case = child.case_id
            if case.school_id != child.plan_id.school_id:
                raise UserError(
                    self.env._(
                        "%(case)s is not of %(place)s.",
                        case=case.display_name,
                        place=child.plan_id.school_id.name,
                    )
                )
            values = child._edu_facts(case)
            defaults = {
                "target_on": case.return_by,
                "persuader_id": case.school_responsible_id.id,
                "with_whom": case.township_responsible_name
                or case.township_responsible_id.name
                or False,
                "approach": case.plan,
            }
            values.update({name: value for name, value in defaults.items() if not child[name]})
            child.write(values)
        return children

    def write(self, vals):
        refuse_snapshot(self, vals)
        if not self.env.su:
            self.check_access("write")
            self._edu_refuse_protected(vals)
            self.plan_id._edu_check_editable()
        return super().write(vals)

    def _edu_refuse_protected(self, names):
        if field := self._edu_refused(set(names) - self._EDU_TYPED):
            raise AccessError(
                self.env._("“%(field)s” follows from the case; it is not typed in.", field=field)
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_snapshot(self):
        if any(child.snapshot_standing or child.final_standing for child in self):
            raise UserError(self.env._("A child of whom a snapshot was taken stays in the plan."))
        if not self.env.su:
            self.plan_id._edu_check_editable()

    # ------------------------------------------------------------------ in the plan

    def _edu_facts(self, case):
        """Columns taken from the case."""
        return {
            "child_name": case.student_id.name,
            "class_id": case.class_id.id,
            "grade": case.grade or case.class_id.grade,
            "class_number": case.class_id.number,
            "cause_id": case.cause_id.id,
            "planned_standing": self._edu_standing(case),
        }

    def _edu_problems(self):
        """What an open child lacks before the plan is signed, as sentences."""
        self.ensure_one()
        missing = [
            self._fields[name]._description_string(self.env)
            for name in ("target_on", "persuader_id")
            if not self[name]
        ]
        if not missing:
            return []
        return [
            self.env._(
                "%(child)s: %(fields)s missing.",
                child=self.child_name,
                fields=self.env._(", ").join(missing),
            )
        ]

    def _edu_content(self):
        """What is signed of it: no number of the child."""
        self.ensure_one()
        return {
            "id": self.id,
            "case": self.case_id.id,
            "name": self.child_name or None,
            "grade": self.grade,
            "class_number": self.class_number,
            "cause": self.cause_id.id or None,
            "standing": self.planned_standing or None,
            "due": (self.target_on and self.target_on.isoformat()) or None,
            "person": self.persuader_id.id or None,
            "with": self.with_whom or None,
            "how": (self.approach or "").strip() or None,
        }

    def _edu_who(self):
        return {
            "name": self.child_name or "",
            "grade": self.grade,
            "class_number": self.class_number,
        }

    def action_open_case(self):
        """Whoever reads the row and the case: open the case."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": "edu.dropout.case",
            "res_id": self.case_id.id,
            "views": [(False, "form")],
        }
