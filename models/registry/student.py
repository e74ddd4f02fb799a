from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

from ...tools import identity
from ...tools.names import search_text
from ..core.copied_field import CopiedMany2one
from ..core.secret_field import Secret

# Children of these registry states belong to a school; the others only did
ON_BOOKS = ("expected", "enrolled", "suspended", "dropped_out")


class EduStudent(models.Model):
    """A child: on the registry, or expected by a school without a registry entry yet.

    The class teacher reads the class; the school's staff the school, and the children it expects;
    the township whoever lives, is registered or learns there; the bureau the county. Records
    administrators and the bureau write. Where a child stands (school, state) changes only through
    the methods that ask for proof: ``_edu_move``, ``_edu_set_state``.

    Numbers and address are secrets (design, section 6): masked, matched by digest, revealed with a
    logged reason.
    """

    _name = "edu.student"
    _description = "Student"
    _inherit = [
        "edu.secret.mixin",
        "edu.scope.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "school_id, grade, class_id, name, id"
    _rec_names_search = ["name", "name_pinyin"]
    _edu_school_fields = ("school_id", "expected_school_id")
    _edu_class_field = "class_id"
    _edu_township_fields = (
        "residence_township_id",
        "household_township_id",
        "school_township_id",
    )

    # Person
    name = fields.Char(required=True, index="trigram", tracking=True)
    name_pinyin = fields.Char(compute="_compute_name_pinyin", store=True, index="trigram")
    former_name = fields.Char()
    gender = fields.Selection([("male", "Male"), ("female", "Female")], tracking=True)
    birthdate = fields.Date("Birth Date", tracking=True)
    age = fields.Integer(compute="_compute_age")
    ethnicity = fields.Char(default="汉族")
    id_type = fields.Selection(
        [
            ("1", "Resident identity card"),
            ("6", "Hong Kong"),
            ("7", "Macao"),
            ("8", "Taiwan travel permit"),
            ("9", "Foreign permanent resident"),
            ("A", "Passport"),
            ("Z", "Other"),
        ],
        string="Identity Document",
        default="1",
    )
    id_number = Secret("Identity Number", kind="identity", unique=True)
    national_no = Secret("National Student Number", kind="student_no", unique=True)
    aux_no = fields.Char("Auxiliary Student Number")

    # Place
    # both found by the index that begins with them, see below
    school_id = fields.Many2one(
        "edu.school", required=True, index=False, ondelete="restrict", tracking=True
    )
    class_id = fields.Many2one(
        "edu.class",
        index=False,
        ondelete="restrict",
        domain="[('school_id', '=', school_id)]",
        tracking=True,
    )
    grade = fields.Integer(
        compute="_compute_grade",
        store=True,
        readonly=False,
        aggregator=None,
        tracking=True,
    )
    expected_school_id = fields.Many2one(
        "edu.school",
        "Expected by",
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
    )
    expected_grade = fields.Integer("Expected in Grade", aggregator=None)
    enrolment_state = fields.Selection(
        [
            ("expected", "Expected, not on the registry"),
            ("enrolled", "Enrolled"),
            ("suspended", "Suspended or postponed"),
            ("transferred_out", "Transferred out"),
            ("completed", "Completed"),
            ("graduated", "Graduated"),
            ("deceased", "Deceased"),
            ("abroad", "Abroad"),
            ("dropped_out", "Dropped out"),
            ("other", "Other"),
        ],
        string="Registry State",
        required=True,
        default="enrolled",
        index=True,
        tracking=True,
    )
    placement = fields.Selection(
        [
            ("regular", "Regular class"),
            ("special_school", "Special school"),
            ("special_class", "Special class"),
            ("home", "Home teaching"),
            ("remote", "Remote teaching"),
        ],
        required=True,
        default="regular",
        tracking=True,
    )
    entry_month = fields.Char("Entered (YYYY-MM)")
    entry_mode = fields.Char("Mode of Entry")
    study_mode = fields.Char("Mode of Study")
    boarding = fields.Boolean("Boarder")
    registry_completion = fields.Selection(
        [
            ("none", "Nothing to do"),
            ("to_apply", "To be applied for"),
            ("applied", "Applied for"),
            ("received", "Number received"),
        ],
        string="Registry Completion",
        required=True,
        default="none",
        index=True,
        tracking=True,
    )

    # Household
    household_area_id = fields.Many2one(
        "edu.area", "Household Registered in", index=True, ondelete="restrict"
    )
    residence_area_id = fields.Many2one("edu.area", "Lives in", index=True, ondelete="restrict")
    household_township_id = CopiedMany2one(
        related="household_area_id.township_id",
        string="Township of the Household",
        store=True,
        index=True,
    )
    residence_township_id = CopiedMany2one(
        related="residence_area_id.township_id",
        string="Township of Residence",
        store=True,
        index=True,
    )
    school_township_id = CopiedMany2one(
        related="school_id.area_id",
        string="Township of the School",
        store=True,
        index=True,
    )
    household_kind = fields.Char("Kind of Household")
    address = Secret("Home Address", kind="address")
    guardian_ids = fields.One2many("edu.guardian", "student_id", "Guardians")

    # Care
    left_behind = fields.Boolean("Left-behind Child")
    migrant = fields.Boolean("Child of Migrant Workers")
    orphan = fields.Boolean()
    aided = fields.Selection(
        [("yes", "Yes"), ("no", "No")], "Receives Aid", help="Empty: nobody has said"
    )
    distance_km = fields.Float("Way to School (km)", digits=(5, 1), aggregator=None)
    disability_type_id = fields.Many2one(
        "edu.code",
        "Disability",
        domain=[("kind", "=", "disability")],
        ondelete="restrict",
    )
    disability_grade = fields.Selection(
        [("1", "Degree 1"), ("2", "Degree 2"), ("3", "Degree 3"), ("4", "Degree 4")],
        string="Degree of Disability",
    )
    disability_no = Secret("Disability Certificate", kind="certificate")
    special_group_ids = fields.Many2many(
        "edu.code", string="Special Groups", domain=[("kind", "=", "special_group")]
    )
    active = fields.Boolean(default=True)

    _school_state_idx = models.Index("(school_id, enrolment_state)")
    # who may it be? of a row without a number: the name stands first in what pinyin finds
    _born_name_idx = models.Index("(birthdate, split_part(name_pinyin, ' ', 1))")
    _class_state_idx = models.Index("(class_id, enrolment_state)")
    _distance_range = models.Constraint(
        "CHECK(distance_km BETWEEN 0 AND 500)", "The way to school is 0 to 500 km long."
    )
    _grade_range = models.Constraint(
        "CHECK(grade BETWEEN 0 AND 9)", "Compulsory education has grades 1 to 9."
    )

    _EDU_PROTECTED = frozenset({"enrolment_state", "expected_school_id", "expected_grade"})

    @api.depends("name")
    def _compute_name_pinyin(self):
        for student in self:
            student.name_pinyin = search_text(student.name or "")

    @api.depends("class_id")
    def _compute_grade(self):
        for student in self:
            student.grade = student.class_id.grade or student.grade

    @api.depends("birthdate")
    def _compute_age(self):
        today = self.env["edu.policy"]._edu_today()
        for student in self:
            born = student.birthdate
            student.age = born and (
                today.year - born.year - ((today.month, today.day) < (born.month, born.day))
            )

    @api.constrains("birthdate")
    def _check_birthdate(self):
        today = self.env["edu.policy"]._edu_today()
        for student in self:
            if student.birthdate and student.birthdate > today:
                raise ValidationError(
                    self.env._(
                        "%(name)s: the birth date lies in the future.",
                        name=student.name,
                    )
                )

    @api.constrains("class_id", "school_id")
    def _check_class(self):
        for student in self:
            if student.class_id and student.class_id.school_id != student.school_id:
                raise ValidationError(
                    self.env._(
                        "%(name)s: class and school do not belong together.",
                        name=student.name,
                    )
                )

    def _edu_check_secret(self, field_name, value, vals):
        """Refuse a number whose form or check digit is off; the message never repeats it. An
        unknown region is no error."""
        super()._edu_check_secret(field_name, value, vals)
        today = self.env["edu.policy"]._edu_today()
        types = {vals["id_type"]} if "id_type" in vals else set(self.mapped("id_type"))
        if field_name == "id_number" and types <= {False, "1"}:
            checked = identity.check_identity(value, today)
        elif field_name == "national_no":
            checked = identity.check_student_no(value)
        elif field_name == "disability_no":
            checked = identity.check_disability_no(value, today)
        else:
            return
        errors = [problem for problem in checked.problems if problem.is_error]
        if errors:
            raise ValidationError(
                self.env._(
                    "%(field)s: %(problem)s",
                    field=self._fields[field_name]._description_string(self.env),
                    problem=self.env["edu.problem"]._edu_text(errors[0]),
                )
            )

    @api.model_create_multi
    def create(self, vals_list):
        students = super().create(vals_list)
        if not self.env.su:
            students.check_access("create")
        return students

    def write(self, vals):
        """Like any write, but where a child stands is not for mass assignment.

        :raise AccessError: for protected fields, or when the child would leave the caller's scope
        """
        if not self.env.su:
            protected = self._EDU_PROTECTED & vals.keys()
            if protected:
                raise AccessError(
                    self.env._(
                        "“%(field)s” follows from checks, entrant lists and status changes; it is"
                        " not typed in.",
                        field=self._fields[min(protected)]._description_string(self.env),
                    )
                )
        result = super().write(vals)
        if not self.env.su and {"school_id", "class_id"} & vals.keys():
            self.check_access("write")
        return result

    def _edu_set_state(self, state, reason=None):
        """Set the registry state, with ``reason`` in the chatter. For the rooms' own methods, which
        have asked for role and proof before."""
        changed = self.filtered(lambda student: student.enrolment_state != state)
        changed.sudo().write({"enrolment_state": state})
        if reason:
            changed.sudo()._message_log_batch(bodies={student.id: reason for student in changed})

    def _edu_move(self, school, klass=None, grade=None, state=None):
        """Move the children to ``school`` (and class). For the rooms' own methods; followers and
        activities of the old school go (design, "doors that leak").

        :param state: registry state after the move, unchanged when None
        """
        students = self.sudo()
        leaving = students.filtered(lambda student: student.school_id != school)
        values = {
            "school_id": school.id,
            "class_id": klass.id if klass else False,
            "expected_school_id": False,
            "expected_grade": 0,
        }
        if klass or grade:
            values["grade"] = klass.grade if klass else grade
        if state:
            values["enrolment_state"] = state
        leaving.message_unsubscribe(leaving.message_partner_ids.ids)
        leaving.activity_ids.filtered(lambda activity: not activity.edu_duty_id).unlink()
        students.write(values)
        students._edu_after_move()

    def _edu_after_move(self):
        """Hook for the rooms to the right: the children stand in another school now."""
