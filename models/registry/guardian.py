from odoo import fields, models

from ..core.copied_field import CopiedMany2one
from ..core.secret_field import Secret


class EduGuardian(models.Model):
    """A parent or guardian of one child. Follows the child's place, by own columns for the rules."""

    _name = "edu.guardian"
    _description = "Guardian"
    _inherit = ["edu.secret.mixin", "edu.scope.mixin"]
    _order = "student_id, sequence, id"
    _edu_school_fields = ("school_id", "expected_school_id")
    _edu_class_field = "class_id"
    _edu_township_fields = ("residence_township_id", "household_township_id")

    student_id = fields.Many2one("edu.student", required=True, index=True, ondelete="cascade")
    sequence = fields.Integer(default=10)
    name = fields.Char(required=True)
    relation_id = fields.Many2one(
        "edu.code", "Relation", domain=[("kind", "=", "relation")], ondelete="restrict"
    )
    phone = Secret("Phone", kind="phone")
    id_number = Secret("Identity Number", kind="identity")
    is_legal = fields.Boolean("Legal Guardian", default=True)
    workplace = fields.Char()

    school_id = CopiedMany2one(related="student_id.school_id", store=True, index=True)
    expected_school_id = CopiedMany2one(
        related="student_id.expected_school_id", store=True, index="btree_not_null"
    )
    class_id = CopiedMany2one(related="student_id.class_id", store=True, index=True)
    residence_township_id = CopiedMany2one(
        related="student_id.residence_township_id",
        string="Township of Residence",
        store=True,
        index=True,
    )
    household_township_id = CopiedMany2one(
        related="student_id.household_township_id",
        string="Township of the Household",
        store=True,
        index=True,
    )
