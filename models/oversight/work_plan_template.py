from odoo import api, fields, models
from odoo.fields import Domain

KINDS = [("work", "Measure"), ("prevention", "Prevention")]
ROLES = [
    ("records_admin", "Records administrator"),
    ("dean", "Dean"),
    ("vice_principal", "Vice principal"),
    ("principal", "Principal"),
    ("township", "Township clerk"),
]


class EduWorkPlanTemplate(models.Model):
    """What the county's work plans start from (clause 二(三)3): goals, measures with their posts and
    days, prevention by cause. One of the county's own tables: the bureau and the county administrator
    edit it, the schools' plans take it over and go on by themselves.

    Its wording goes into a Chinese document and is not translated.
    """

    _name = "edu.work.plan.template"
    _description = "Template of Work Plans"
    _order = "sequence, id"

    name = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    school_kind = fields.Selection(
        lambda self: self.env["edu.school"]._fields["kind"]._description_selection(self.env),
        string="For Schools of Kind",
        help="Empty: for all",
    )
    goals = fields.Text()
    guarantee = fields.Text("How It Is Made Sure")
    line_ids = fields.One2many("edu.work.plan.template.line", "template_id", "Measures", copy=True)

    @api.model
    def _edu_for(self, school):
        """The first template, in the bureau's order, that is for a school of this kind."""
        return self.sudo().search(Domain("school_kind", "in", [False, school.sudo().kind]), limit=1)


class EduWorkPlanTemplateLine(models.Model):
    """One measure of a template. Read and written like it."""

    _name = "edu.work.plan.template.line"
    _description = "Measure of a Template of Work Plans"
    _order = "template_id, sequence, id"

    template_id = fields.Many2one(
        "edu.work.plan.template", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    kind = fields.Selection(KINDS, required=True, default="work")
    cause_id = fields.Many2one(
        "edu.code",
        "Against the Cause",
        ondelete="restrict",
        domain=[("kind", "=", "cause"), ("code", "!=", "confidential")],
        help="Taken over by schools where a child is missing for this cause; empty: by all",
    )
    name = fields.Char("What Is Done", required=True)
    role = fields.Selection(
        ROLES, "Post", default="dean", help="Who holds it at the school is put down for the measure"
    )
    days = fields.Integer("Days After Term Start", default=50, required=True, aggregator=None)
    budget = fields.Float("Budget (CNY)", digits=(12, 2))

    _days_positive = models.Constraint(
        "CHECK(days > 0 AND budget >= 0)",
        "A measure is due a day after the term opens at least, and its budget is not negative.",
    )

    def _edu_measure(self, plan):
        """Values of the measure of ``plan`` that this line becomes."""
        self.ensure_one()
        Post = self.env["edu.post"]
        school, term = plan.school_id, plan.term_id
        place = {"area": school.area_id} if self.role == "township" else {"school": school}
        people = Post._holders(self.role, **place) if self.role else self.env["res.users"]
        due = self.env["edu.policy"]._edu_period_end(term._edu_first_day(school), self.days)
        return {
            "plan_id": plan.id,
            "sequence": self.sequence,
            "kind": self.kind,
            "cause_id": self.cause_id.id,
            "name": self.name,
            "responsible_id": people[:1].id,
            "deadline": min(due, term.end_date),
            "budget": self.budget,
        }
