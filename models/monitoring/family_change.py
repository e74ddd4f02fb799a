from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class EduFamilyChange(models.Model):
    """Something that changed in a child's family, on a day: parents parted, one died, left for work.

    The class teacher enters and corrects for the own class, the records administrator for the school;
    leading staff, the townships, bureau and inspectors read.
    """

    _name = "edu.family.change"
    _description = "Family change"
    _inherit = ["edu.child.place.mixin"]
    _order = "date desc, id desc"
    _rec_name = "student_id"

    date = fields.Date(
        "Since", required=True, default=lambda self: self.env["edu.policy"]._edu_today()
    )
    kind_id = fields.Many2one(
        "edu.code",
        "What Changed",
        required=True,
        ondelete="restrict",
        domain=[("kind", "=", "family_change")],
    )
    note = fields.Char()
    school_id = fields.Many2one(compute="_compute_place", store=True, index=True, precompute=True)
    class_id = fields.Many2one(compute="_compute_place", store=True, index=True, precompute=True)

    _student_date_idx = models.Index("(student_id, date)")

    @api.depends("student_id")
    def _compute_place(self):
        """Where the child stood when it was entered; it does not follow later moves."""
        for change in self:
            change.school_id = change.student_id.school_id
            change.class_id = change.student_id.class_id

    @api.constrains("date")
    def _check_date(self):
        today = self.env["edu.policy"]._edu_today()
        for change in self:
            if change.date > today:
                raise ValidationError(self.env._("A change cannot lie in the future."))

    @api.model_create_multi
    def create(self, vals_list):
        place = {"school_id", "class_id"}
        return super().create(
            [{key: vals[key] for key in vals.keys() - place} for vals in vals_list]
        )

    def write(self, vals):
        if not self.env.su and vals.keys() & {"student_id", "school_id", "class_id"}:
            raise UserError(self.env._("Enter a change of another child anew."))
        return super().write(vals)
