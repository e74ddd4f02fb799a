from odoo import api, fields, models
from odoo.exceptions import ValidationError


class EduWarningNote(models.Model):
    """What was done for a child with early warnings: dated, signed by whoever enters it, unchanged
    ever after. It takes no points away.

    Class teacher, dean, vice principal and principal enter; all who read the warnings read.
    """

    _name = "edu.warning.note"
    _description = "What was done for a child with early warnings"
    _inherit = ["edu.child.place.mixin"]
    _order = "done_on desc, id desc"
    _rec_name = "student_id"

    done_on = fields.Date(
        "Done on", required=True, default=lambda self: self.env["edu.policy"]._edu_today()
    )
    note = fields.Text("What Was Done", required=True)
    school_id = fields.Many2one(compute="_compute_place", store=True, precompute=True)
    class_id = fields.Many2one(compute="_compute_place", store=True, precompute=True)
    points = fields.Integer("Points Then", compute="_compute_points", store=True, aggregator=None)
    entered_by_id = fields.Many2one("res.users", "Entered by", related="create_uid")

    _student_idx = models.Index("(student_id, done_on)")

    @api.depends("student_id")
    def _compute_place(self):
        """Where the child stood then; it does not follow later moves."""
        for note in self:
            note.school_id = note.student_id.school_id
            note.class_id = note.student_id.class_id

    @api.constrains("done_on", "note")
    def _check_note(self):
        today = self.env["edu.policy"]._edu_today()
        for note in self:
            if note.done_on > today:
                raise ValidationError(self.env._("What was done lies not in the future."))
            if not (note.note or "").strip():
                raise ValidationError(self.env._("Say what was done."))

    @api.depends("student_id")
    def _compute_points(self):
        """The child's total on the day of entry."""
        totals = dict(
            self.env["edu.warning"]
            .sudo()
            ._read_group(
                [("student_id", "in", self.student_id.ids), ("until", "=", False)],
                ["student_id"],
                ["points:sum"],
            )
        )
        for note in self:
            note.points = totals.get(note.student_id.sudo(), 0)

    @api.model_create_multi
    def create(self, vals_list):
        computed = {"points", "school_id", "class_id"}
        return super().create(
            [{key: vals[key] for key in vals.keys() - computed} for vals in vals_list]
        )
