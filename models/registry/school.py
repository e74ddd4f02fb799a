from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...tools.identity import check_school_code

GRADES = {
    "primary": (1, 6),
    "junior": (7, 9),
    "nine_year": (1, 9),
    "teaching_point": (1, 4),
    "special": (1, 9),
}


class EduSchool(models.Model):
    """A school or teaching point. A teaching point has a central school whose leaders review for it.

    Everybody with a post reads; the county administrator writes, the bureau too.
    """

    _name = "edu.school"
    _description = "School"
    _inherit = ["edu.scope.mixin", "mail.thread"]
    _order = "code, id"
    _rec_names_search = ["name", "code"]
    _edu_school_fields = ("id",)

    name = fields.Char(required=True, tracking=True)
    code = fields.Char("School Code", required=True, index=True, tracking=True)
    kind = fields.Selection(
        [
            ("primary", "Primary school"),
            ("junior", "Junior secondary school"),
            ("nine_year", "Nine-year school"),
            ("teaching_point", "Teaching point"),
            ("special", "Special school"),
        ],
        required=True,
        default="primary",
        tracking=True,
    )
    setting = fields.Selection(
        [("urban", "Urban"), ("town", "Town"), ("rural", "Rural")],
        required=True,
        default="rural",
    )
    area_id = fields.Many2one(
        "edu.area",
        "Township",
        required=True,
        index=True,
        ondelete="restrict",
        domain=[("level", "=", "township")],
        tracking=True,
    )
    county_id = fields.Many2one(related="area_id.county_id", store=True, index=True)
    parent_id = fields.Many2one(
        "edu.school", "Central School", index=True, ondelete="restrict", tracking=True
    )
    child_ids = fields.One2many("edu.school", "parent_id", "Teaching Points")
    junior_school_id = fields.Many2one(
        "edu.school",
        "Grade 6 Goes to",
        index="btree_not_null",
        domain=[("kind", "in", ("junior", "nine_year"))],
    )
    successor_ids = fields.Many2many(
        "edu.school",
        "edu_school_successor_rel",
        "school_id",
        "successor_id",
        string="Taken Over by",
        readonly=True,
        copy=False,
        help="Leaders of these schools act for this one, which is closed.",
    )
    zone_area_ids = fields.Many2many("edu.area", string="Zone (villages)")
    grade_from = fields.Integer(
        "First Grade", compute="_compute_grades", store=True, readonly=False
    )
    grade_to = fields.Integer("Last Grade", compute="_compute_grades", store=True, readonly=False)
    class_ids = fields.One2many("edu.class", "school_id", "Classes")
    post_ids = fields.One2many("edu.post", "school_id", "Posts")
    phone = fields.Char("Office Phone")
    address = fields.Char()
    active = fields.Boolean(default=True)

    _code_uniq = models.Constraint("UNIQUE(code)", "A school with this code is entered already.")

    @api.depends("kind")
    def _compute_grades(self):
        for school in self:
            school.grade_from, school.grade_to = GRADES.get(school.kind, (1, 9))

    @api.constrains("code")
    def _check_code(self):
        for school in self:
            if not check_school_code(school.code).ok:
                raise ValidationError(
                    self.env._(
                        "“%(code)s” is no school code: it takes ten digits.",
                        code=school.code,
                    )
                )

    @api.constrains("grade_from", "grade_to")
    def _check_grades(self):
        for school in self:
            if not 1 <= school.grade_from <= school.grade_to <= 9:
                raise ValidationError(
                    self.env._("Grades run from 1 to 9, the first not after the last.")
                )

    @api.constrains("parent_id", "kind")
    def _check_parent(self):
        if self._has_cycle():
            raise ValidationError(self.env._("A school cannot be its own central school."))
        for school in self:
            if school.kind == "teaching_point" and not school.parent_id:
                raise ValidationError(
                    self.env._(
                        "%(school)s is a teaching point: name the central school that reviews"
                        " for it.",
                        school=school.name,
                    )
                )
