from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..models.casework.dropout_case import EVERYBODY
from ..tools.dates import age_on
from ..tools.names import normalise_name, same_name


class EduCaseFound(models.TransientModel):
    """A child found at the door that goes to no school: enters the child where no list has it, with
    the school of its zone, and raises the case. School staff, township, bureau, each at the own place;
    class teachers for children of their class."""

    _name = "edu.case.found"
    _description = "Child found out of school"

    student_id = fields.Many2one(
        "edu.student", "Child on the Lists", help="Empty: the child stands on no list"
    )
    name = fields.Char("Name of the Child")
    gender = fields.Selection([("male", "Male"), ("female", "Female")])
    birthdate = fields.Date("Birth Date")
    village_id = fields.Many2one(
        "edu.area", "Village", domain=[("level", "=", "village")], ondelete="cascade"
    )
    grade = fields.Integer("Grade by Age", compute="_compute_grade", store=True, readonly=False)
    school_id = fields.Many2one(
        "edu.school",
        "School of the Zone",
        compute="_compute_school_id",
        store=True,
        readonly=False,
        ondelete="cascade",
    )
    guardian_name = fields.Char("Name of the Guardian")
    missing_since = fields.Date(default=lambda self: self.env["edu.policy"]._edu_today())
    whereabouts_id = fields.Many2one(
        "edu.code",
        domain=[("kind", "=", "whereabouts"), ("code", "!=", "confidential")],
        ondelete="cascade",
    )
    note = fields.Text()

    @api.depends("birthdate")
    def _compute_grade(self):
        policy = self.env["edu.policy"]
        today = policy._edu_today()
        # the school year's own 31 August decides on the age of entry
        cutoff = today.replace(
            year=today.year if today.month >= 8 else today.year - 1, month=8, day=31
        )
        for wizard in self:
            age = age_on(wizard.birthdate, cutoff) if wizard.birthdate else 0
            wizard.grade = max(1, min(9, age - policy._current().entrant_age + 1)) if age else 0

    @api.depends("village_id", "grade")
    def _compute_school_id(self):
        School = self.env["edu.school"]
        for wizard in self:
            domain = [
                ("grade_from", "<=", wizard.grade or 1),
                ("grade_to", ">=", wizard.grade or 1),
                ("kind", "!=", "special"),
            ]
            township = wizard.village_id.township_id
            wizard.school_id = (
                School.search([*domain, ("zone_area_ids", "in", wizard.village_id.ids)], limit=1)
                or School.search([*domain, ("zone_area_ids", "in", township.ids)], limit=1)
                or School.search([*domain, ("area_id", "in", township.ids)], limit=1)
            )

    def action_apply(self):
        """Raise the case, or show the one that is open.

        :raise AccessError: when neither school nor village is the caller's
        :raise UserError: when a child of this name and birth date stands on a list already
        """
        self.ensure_one()
        Case = self.env["edu.dropout.case"]
        student = self.student_id or self._edu_make_child()
        student._edu_check_role(
            EVERYBODY, self.env._("You cannot raise a case for a child of this place.")
        )
        if not Case._edu_open_case(student):
            Case._edu_check_child(student)
        case = Case._edu_raise(student, "manual", missing_since=self.missing_since, note=self.note)
        if self.whereabouts_id and case.state == "suspected":
            case.sudo().write({"whereabouts_id": self.whereabouts_id.id})
        return {
            "type": "ir.actions.act_window",
            "name": case.name,
            "res_model": "edu.dropout.case",
            "res_id": case.id,
            "view_mode": "form",
        }

    def _edu_make_child(self):
        missing = [
            not self.name and self.env._("the name"),
            not self.gender and self.env._("the gender"),
            not self.birthdate and self.env._("the birth date"),
            not self.village_id and self.env._("the village"),
            not self.school_id and self.env._("the school of the zone"),
        ]
        if any(missing):
            raise UserError(
                self.env._(
                    "Still needed of the child:\n%s",
                    "\n".join(f"– {text}" for text in missing if text),
                )
            )
        Student = self.env["edu.student"].sudo()
        born_then = Student.search([("birthdate", "=", self.birthdate)])
        twin = born_then.filtered(lambda child: same_name(child.name, self.name))[:1]
        if twin:
            if twin.with_env(self.env).has_access("read"):
                raise UserError(
                    self.env._(
                        "A child of this name and birth date is at %(school)s: choose it above.",
                        school=twin.school_id.name,
                    )
                )
            raise UserError(
                self.env._(
                    "A child of this name and birth date stands on another school's list. Tell the"
                    " bureau, which sees both."
                )
            )
        student = Student.create(
            {
                "name": normalise_name(self.name),
                "gender": self.gender,
                "birthdate": self.birthdate,
                "school_id": self.school_id.id,
                "expected_school_id": self.school_id.id,
                "expected_grade": self.grade,
                "grade": self.grade,
                "enrolment_state": "expected",
                "residence_area_id": self.village_id.id,
                "guardian_ids": [Command.create({"name": self.guardian_name})]
                if self.guardian_name
                else [],
            }
        )
        return student.with_env(self.env)
