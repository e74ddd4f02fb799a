from odoo import api, fields, models
from odoo.exceptions import UserError


class EduMark(models.Model):
    """A child's mark of a term in a subject: only so much as early warning needs to see a fall.

    The class teacher enters and corrects those of the own class, the records administrator those of
    the school; leading staff, bureau and inspectors read.
    """

    _name = "edu.mark"
    _description = "Mark"
    _inherit = ["edu.child.place.mixin"]
    _order = "term_id desc, class_id, subject_id, student_id"
    _rec_name = "student_id"

    term_id = fields.Many2one(
        "edu.term",
        required=True,
        ondelete="restrict",
        default=lambda self: self.env["edu.term"]._current(),
    )
    subject_id = fields.Many2one(
        "edu.code",
        "Subject",
        required=True,
        ondelete="restrict",
        domain=[("kind", "=", "subject")],
    )
    score = fields.Float(required=True, digits=(6, 1), aggregator="avg")
    full_score = fields.Float("Out of", required=True, default=100, digits=(6, 1), aggregator=None)
    # without digits: a double, which PostgreSQL averages faster than a numeric
    percent = fields.Float("Percent", compute="_compute_percent", store=True, aggregator="avg")
    school_id = fields.Many2one(compute="_compute_place", store=True, index=False, precompute=True)
    class_id = fields.Many2one(compute="_compute_place", store=True, index=True, precompute=True)

    _mark_uniq = models.UniqueIndex(
        "(student_id, term_id, subject_id)",
        "The child has a mark in this subject and term already.",
    )
    _school_term_idx = models.Index("(school_id, term_id)")
    _score_range = models.Constraint(
        "CHECK(full_score > 0 AND score >= 0 AND score <= full_score)",
        "A mark lies between 0 and what it is out of.",
    )

    @api.depends("score", "full_score")
    def _compute_percent(self):
        for mark in self:
            mark.percent = mark.full_score and round(100 * mark.score / mark.full_score, 2)

    @api.depends("student_id")
    def _compute_place(self):
        """Where the mark was given; it does not follow later moves."""
        for mark in self:
            mark.school_id = mark.student_id.school_id
            mark.class_id = mark.student_id.class_id

    @api.model_create_multi
    def create(self, vals_list):
        place = {"school_id", "class_id"}
        return super().create(
            [{key: vals[key] for key in vals.keys() - place} for vals in vals_list]
        )

    def write(self, vals):
        if not self.env.su and vals.keys() & {
            "student_id",
            "term_id",
            "subject_id",
            "school_id",
            "class_id",
        }:
            raise UserError(self.env._("Enter a mark of another child, term or subject anew."))
        return super().write(vals)
