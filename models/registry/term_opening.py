from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

DEADLINES = ("check_deadline", "report_deadline", "plan_deadline")


class EduTermOpening(models.Model):
    """A school, or one grade of it, that opens a term on another day than the county: flood, a
    school building not ready, grade 9 that begins earlier. Its deadlines count from its own day
    (clause 二(三)2; design, section 5). Those of the whole school end with those of its last grade.

    Everybody with a post reads; the bureau enters those of its county, the county administrator all.
    Those of a term that is over stay as they are.
    """

    _name = "edu.term.opening"
    _description = "School that opens on another day"
    _inherit = ["edu.scope.mixin", "mail.thread"]
    _order = "term_id desc, start_date, school_id, grade"
    _rec_name = "school_id"

    term_id = fields.Many2one(
        "edu.term",
        required=True,
        ondelete="cascade",
        default=lambda self: self.env["edu.term"]._edu_next_or_current(),
        tracking=True,
    )
    school_id = fields.Many2one(
        "edu.school", required=True, index=True, ondelete="restrict", tracking=True
    )
    part = fields.Selection(
        [
            ("school", "The whole school"),
            ("1", "Grade 1"),
            ("2", "Grade 2"),
            ("3", "Grade 3"),
            ("4", "Grade 4"),
            ("5", "Grade 5"),
            ("6", "Grade 6"),
            ("7", "Grade 7"),
            ("8", "Grade 8"),
            ("9", "Grade 9"),
        ],
        "Who",
        required=True,
        default="school",
        tracking=True,
    )
    grade = fields.Integer(
        compute="_compute_grade", store=True, aggregator=None, help="0: the whole school"
    )
    start_date = fields.Date("First Day", required=True, tracking=True)
    reason = fields.Char(required=True, tracking=True)
    check_deadline = fields.Date("Roster Check by", compute="_compute_deadlines", store=True)
    report_deadline = fields.Date("Written Report by", compute="_compute_deadlines", store=True)
    plan_deadline = fields.Date("Work Plan by", compute="_compute_deadlines", store=True)

    _grade_uniq = models.UniqueIndex(
        "(term_id, school_id, part)", "This first day of the school is entered already."
    )

    @api.depends("part")
    def _compute_grade(self):
        for opening in self:
            opening.grade = int(opening.part) if opening.part and opening.part.isdigit() else 0

    @api.depends("start_date")
    def _compute_deadlines(self):
        for opening in self:
            deadlines = self.env["edu.term"]._edu_deadlines_from(opening.start_date)
            for name in DEADLINES:
                opening[name] = deadlines[name]

    @api.depends("term_id", "school_id", "part")
    @api.depends_context("lang")
    def _compute_display_name(self):
        parts = dict(self._fields["part"]._description_selection(self.env))
        for opening in self:
            opening.display_name = (
                f"{opening.school_id.name or ''} {parts.get(opening.part, '')}".strip()
            )

    @api.constrains("start_date", "term_id", "school_id", "part")
    def _check_place(self):
        for opening in self:
            term, school = opening.term_id, opening.school_id
            before = term._edu_previous()
            if opening.start_date >= term.end_date or (
                before and opening.start_date <= before.end_date
            ):
                raise ValidationError(
                    self.env._(
                        "%(school)s cannot open on %(date)s: that is not between the end of the"
                        " last term and the end of this one.",
                        school=school.name,
                        date=opening.start_date,
                    )
                )
            if opening.grade and not school.grade_from <= opening.grade <= school.grade_to:
                raise ValidationError(
                    self.env._(
                        "%(school)s has grades %(first)s to %(last)s only.",
                        school=school.name,
                        first=school.grade_from,
                        last=school.grade_to,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        openings = super().create(vals_list)
        openings._edu_ensure_running()
        return openings

    def write(self, vals):
        typed = vals.keys() & {"term_id", "school_id", "part", "start_date", "reason"}
        if typed:
            self._edu_ensure_running()
        result = super().write(vals)
        if typed:
            self._edu_ensure_running()
            if not self.env.su:
                self.check_access("write")
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_over(self):
        self._edu_ensure_running()

    def _edu_ensure_running(self):
        """:raise UserError: when the term is over; its deadlines stand as they were"""
        for opening in self:
            if opening.term_id.state == "closed":
                raise UserError(self.env._("%(term)s is over.", term=opening.term_id.display_name))
