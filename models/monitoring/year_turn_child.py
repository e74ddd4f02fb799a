from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

DECIDED = {
    "repeat": ("repeat", "refused"),
    "grade_nine": ("graduated", "completed", "not_completed"),
}


class EduYearTurnChild(models.Model):
    """A child that does not simply go up with its class: it repeats the grade, which its school asks
    for and the bureau approves; or it is in grade 9 with an open case, and the principal or the
    bureau decides whether its nine years are completed.

    Records administrator, dean and bureau propose; class teacher and leaders of the school, the
    townships and inspectors read. Decided by the actions only; after the school has turned nothing
    changes any more.
    """

    _name = "edu.year.turn.child"
    _description = "Child with a decision at the turn of the year"
    _inherit = ["edu.child.place.mixin"]
    _order = "turn_id desc, school_id, kind, id"
    _rec_name = "student_id"

    turn_id = fields.Many2one(
        "edu.year.turn",
        required=True,
        index=True,
        ondelete="cascade",
        default=lambda self: self._default_turn_id(),
    )
    kind = fields.Selection(
        [("repeat", "Repeats the grade"), ("grade_nine", "Grade 9 with an open case")],
        required=True,
        default="repeat",
        readonly=True,
    )
    student_id = fields.Many2one("edu.student", "Child", required=True, ondelete="restrict")
    school_id = fields.Many2one(
        "edu.school", compute="_compute_place", store=True, index=True, precompute=True
    )
    class_id = fields.Many2one(
        "edu.class", compute="_compute_place", store=True, index=True, precompute=True
    )
    grade = fields.Integer(compute="_compute_place", store=True, precompute=True, aggregator=None)
    repeat_kind = fields.Selection(
        [
            ("illness", "Long illness"),
            ("returned", "Came back after having dropped out"),
            ("guardian", "Guardian asks for it"),
            ("other", "Another reason"),
        ],
        "Why",
    )
    note = fields.Char("In Words")
    approval = fields.Char("Approval (what, number, date)")
    decision = fields.Selection(
        [
            ("waiting", "To be decided"),
            ("repeat", "Repeats the grade"),
            ("refused", "Goes up with the class"),
            ("graduated", "Graduated"),
            ("completed", "Nine years completed, without certificate"),
            ("not_completed", "Nine years not completed"),
        ],
        required=True,
        default="waiting",
        readonly=True,
    )
    decided_by_id = fields.Many2one("res.users", "Decided by", readonly=True, ondelete="restrict")
    decided_on = fields.Date(readonly=True)

    _student_uniq = models.UniqueIndex(
        "(turn_id, student_id)", "This child stands on the list of this year already."
    )

    @api.model
    def _default_turn_id(self):
        return self.env["edu.year.turn"].search([("state", "!=", "done")], limit=1)

    @api.depends("student_id")
    def _compute_place(self):
        """Where the child stands when it is put on the list; it does not follow later moves."""
        for child in self:
            child.school_id = child.student_id.school_id
            child.class_id = child.student_id.class_id
            child.grade = child.student_id.grade

    @api.constrains("kind", "repeat_kind", "student_id", "turn_id")
    def _check_repeat(self):
        for child in self:
            student = child.student_id.sudo()
            if child.kind == "repeat" and not child.repeat_kind:
                raise ValidationError(
                    self.env._("%(child)s: say why the child repeats.", child=student.name)
                )
            if student.school_id.county_id != child.turn_id.sudo().county_id:
                raise ValidationError(
                    self.env._("%(child)s learns in another county.", child=student.name)
                )
            if child.kind == "repeat" and student.enrolment_state != "enrolled":
                raise ValidationError(
                    self.env._(
                        "%(child)s is not enrolled: nothing is repeated.", child=student.name
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            for vals in vals_list:
                if (
                    vals.get("decision", "waiting") != "waiting"
                    or vals.get("kind", "repeat") != "repeat"
                    or vals.get("decided_by_id")
                    or vals.get("decided_on")
                ):
                    raise AccessError(self.env._("That is decided, not typed in."))
                self.env["edu.student"].browse(vals.get("student_id")).check_access("read")
        # what is decided is no default of a client's context either
        context = {
            key: value
            for key, value in self.env.context.items()
            if not key.startswith("default_") or key in ("default_turn_id", "default_student_id")
        }
        children = super(EduYearTurnChild, self.with_context(context)).create(vals_list)
        children._edu_ensure_running()
        if not self.env.su:
            children.check_access("create")
        return children

    def write(self, vals):
        if not self.env.su:
            if vals.keys() - {"repeat_kind", "note", "approval"}:
                raise AccessError(self.env._("That is decided, not typed in."))
            self._edu_ensure_running()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_decided(self):
        for child in self:
            if child.decision != "waiting" or (child.kind != "repeat" and not self.env.su):
                raise UserError(
                    self.env._(
                        "%(child)s is decided and stays on the list.", child=child.student_id.name
                    )
                )

    def _edu_ensure_running(self):
        """:raise UserError: when the child's school has turned already"""
        for child in self.sudo():
            line = child.turn_id.school_ids.filtered(
                lambda line, child=child: line.school_id == child.school_id
            )
            if line.state == "done":
                line._edu_expect_not_done()

    def _edu_decide(self, decision, roles):
        self._edu_check_role(roles)
        self._edu_ensure_running()
        for child in self:
            if decision not in DECIDED[child.kind]:
                raise UserError(
                    self.env._(
                        "%(child)s: that is not what is to be decided.",
                        child=child.student_id.name,
                    )
                )
            if decision == "repeat" and not (child.approval or "").strip():
                raise UserError(
                    self.env._(
                        "%(child)s: name the approval (what, number, date).",
                        child=child.student_id.name,
                    )
                )
            if decision != "repeat" and child.kind == "grade_nine" and not child.note:
                raise UserError(
                    self.env._(
                        "%(child)s: say in words why it is decided so; the reason is kept.",
                        child=child.student_id.name,
                    )
                )
        self.sudo().write(
            {
                "decision": decision,
                "decided_by_id": self.env.uid,
                "decided_on": self.env["edu.policy"]._edu_today(),
            }
        )
        return True

    def action_approve(self):
        """Bureau: the child repeats the grade. Needs the approval by name."""
        return self._edu_decide("repeat", ("bureau",))

    def action_refuse(self):
        """Bureau: the child does not repeat; it goes up with its class."""
        return self._edu_decide("refused", ("bureau",))

    def action_graduated(self):
        """Principal or bureau: the child of grade 9 has its nine years and the certificate."""
        return self._edu_decide("graduated", ("principal", "bureau"))

    def action_completed(self):
        """Principal or bureau: nine years are completed, without certificate."""
        return self._edu_decide("completed", ("principal", "bureau"))

    def action_not_completed(self):
        """Principal or bureau: not completed; the child stays in grade 9 and is still sought."""
        return self._edu_decide("not_completed", ("principal", "bureau"))
