from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain

WITH_A_PLACE = ("senior", "vocational", "work_study")


class EduGraduate(models.Model):
    """Where a child goes after grade 9 (毕业去向), found out by its old school and filled in within the
    policy's days of the autumn term. Nine years are done, but a child without a place is the next
    one to be lost.

    Made by the turn of the year only. Records administrator and dean of the old school and the bureau
    fill in; its leaders, class teacher, the townships and inspectors read. When the autumn term is
    over it stays as it is.
    """

    _name = "edu.graduate"
    _description = "Graduate of grade 9"
    _inherit = ["edu.child.place.mixin"]
    _order = "term_id desc, school_id, class_id, id"
    _rec_name = "student_id"

    turn_id = fields.Many2one("edu.year.turn", required=True, readonly=True, ondelete="restrict")
    term_id = fields.Many2one(
        "edu.term", "Followed in", required=True, readonly=True, index=True, ondelete="restrict"
    )
    student_id = fields.Many2one(
        "edu.student", "Child", required=True, readonly=True, index=True, ondelete="restrict"
    )
    school_id = fields.Many2one(
        "edu.school", "Old School", required=True, readonly=True, index=True, ondelete="restrict"
    )
    class_id = fields.Many2one("edu.class", "Old Class", readonly=True, index=True)
    gender = fields.Selection(related="student_id.gender")
    destination = fields.Selection(
        [
            ("unknown", "Not known yet"),
            ("senior", "Senior secondary school"),
            ("vocational", "Vocational school"),
            ("work_study", "Work and study"),
            ("none", "No place"),
        ],
        required=True,
        default="unknown",
        index=True,
    )
    destination_school = fields.Char("School or Employer")
    note = fields.Char()
    due_date = fields.Date("Fill In by", readonly=True, index=True)
    filled_on = fields.Date(readonly=True)
    filled_by_id = fields.Many2one("res.users", "Filled in by", readonly=True, ondelete="restrict")
    overdue = fields.Boolean(compute="_compute_overdue", search="_search_overdue")

    _student_uniq = models.UniqueIndex("(student_id)", "This child has graduated already.")

    @api.model
    def _edu_due_date(self, term):
        """The day by which destinations are to be known."""
        Policy = self.env["edu.policy"]
        policy = Policy._current(term.start_date)
        return Policy._edu_period_end(term.start_date, policy.destination_days)

    @api.depends("destination", "due_date")
    def _compute_overdue(self):
        today = self.env["edu.policy"]._edu_today()
        for graduate in self:
            graduate.overdue = bool(
                graduate.destination == "unknown"
                and graduate.due_date
                and graduate.due_date < today
            )

    def _search_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        domain = Domain("destination", "=", "unknown") & Domain(
            "due_date", "<", self.env["edu.policy"]._edu_today()
        )
        return domain if True in value else ~domain

    @api.constrains("destination", "destination_school")
    def _check_destination(self):
        for graduate in self:
            if graduate.destination in ("senior", "vocational") and not graduate.destination_school:
                raise ValidationError(
                    self.env._("%(child)s: name the school.", child=graduate.student_id.sudo().name)
                )

    def write(self, vals):
        if not self.env.su:
            if vals.keys() - {"destination", "destination_school", "note"}:
                raise AccessError(self.env._("Only the destination is filled in."))
            for graduate in self:
                if graduate.term_id.state == "closed":
                    raise UserError(
                        self.env._("%(term)s is over.", term=graduate.term_id.display_name)
                    )
        if "destination" in vals:
            known = vals["destination"] != "unknown"
            vals = {
                **vals,
                "filled_on": known and self.env["edu.policy"]._edu_today(),
                "filled_by_id": known and self.env.uid,
            }
        return super().write(vals)
