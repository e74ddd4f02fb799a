from odoo import Command, fields, models
from odoo.exceptions import UserError

from ..models.core.secret_field import Secret
from ..tools.names import normalise_name, same_name


class EduRosterAdd(models.TransientModel):
    """A child is in the room and not on the list: put it on the sheet.

    For the class teacher of the sheet, records administrator and dean. A child with the identity
    number of one that is known somewhere gets its line as transferred in, and the other school's
    line shows where it was seen; any other child becomes a new one whose registry entry is to be
    applied for.
    """

    _name = "edu.roster.add"
    _description = "Add a child to a roster check"
    _inherit = ["edu.secret.mixin"]

    sheet_id = fields.Many2one("edu.roster.sheet", required=True, ondelete="cascade")
    name = fields.Char(required=True)
    gender = fields.Selection([("male", "Male"), ("female", "Female")], required=True)
    birthdate = fields.Date("Birth Date", required=True)
    id_number = Secret("Identity Number", kind="identity")
    residence_area_id = fields.Many2one("edu.area", "Lives in")
    origin_school = fields.Char("Where from")
    guardian_name = fields.Char("Guardian", required=True)
    relation_id = fields.Many2one("edu.code", "Relation", domain=[("kind", "=", "relation")])
    phone = Secret("Phone", kind="phone")

    def _edu_check_secret(self, field_name, value, vals):
        """The same checks as on the child itself."""
        result = super()._edu_check_secret(field_name, value, vals)
        if field_name == "id_number":
            self.env["edu.student"]._edu_check_secret("id_number", value, {"id_type": "1"})
        return result

    def action_add(self):
        """Class teacher, records administrator, dean of the sheet: add the child.

        :raise UserError: on the list already, or a number that belongs to another name
        """
        self.ensure_one()
        sheet = self.sheet_id
        self.env["edu.roster.check.line"]._edu_ensure_marker(sheet)
        sheet = sheet.sudo()
        sheet._edu_lock()
        sheet._edu_ensure_open()
        number = self._edu_secret_clear("id_number")[self.id]
        student = self._edu_known(number)
        facts = {}
        if student:
            listed = sheet.check_id.line_ids.filtered(lambda line: line.student_id == student)
            if listed:
                raise UserError(
                    self.env._(
                        "%(child)s is on the list already: %(sheet)s.",
                        child=student.name,
                        sheet=listed.sheet_id.display_name,
                    )
                )
            outcome = "transfer_in"
            facts["origin_school"] = self.origin_school or student.school_id.name
        else:
            student = self._edu_create_student(number)
            outcome = "transfer_in" if self.origin_school else "new_entry"
            facts["origin_school"] = self.origin_school
        line = (
            self.env["edu.roster.check.line"]
            .sudo()
            .create(
                {
                    "check_id": sheet.check_id.id,
                    "sheet_id": sheet.id,
                    "term_id": sheet.term_id.id,
                    "school_id": sheet.school_id.id,
                    "class_id": sheet.class_id.id,
                    "grade": sheet.class_id.grade or student.expected_grade or student.grade,
                    "student_id": student.id,
                    "origin": "added",
                    "registry_state": student.enrolment_state,
                }
            )
        )
        line._edu_mark(outcome, facts)
        line._edu_show_elsewhere()
        line._edu_after_mark({line.id: "unmarked"})
        self.sudo().unlink()
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def _edu_known(self, number):
        """The child with this identity number, wherever it stands.

        :raise UserError: when that child has another name
        """
        Student = self.env["edu.student"].sudo().with_context(active_test=False)
        if not number:
            return Student
        student = Student.search([("id_number", "=", number)], limit=1)
        student = student.merged_into_id or student
        if student and not same_name(student.name, self.name):
            raise UserError(
                self.env._(
                    "This identity number stands under another name. Compare number and name with"
                    " the household book."
                )
            )
        return student

    def _edu_create_student(self, number):
        klass = self.sheet_id.sudo().class_id
        guardian = {
            "name": self.guardian_name,
            "relation_id": self.relation_id.id,
            "phone": self._edu_secret_clear("phone")[self.id],
        }
        return (
            self.env["edu.student"]
            .sudo()
            .create(
                {
                    "name": normalise_name(self.name),
                    "gender": self.gender,
                    "birthdate": self.birthdate,
                    "id_number": number,
                    "residence_area_id": self.residence_area_id.id,
                    "school_id": self.sheet_id.school_id.id,
                    "class_id": klass.id,
                    "grade": klass.grade or self.sheet_id.school_id.sudo().grade_from,
                    "enrolment_state": "expected",
                    "registry_completion": "to_apply",
                    "guardian_ids": [Command.create(guardian)],
                }
            )
        )
