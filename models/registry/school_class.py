from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain


class EduClass(models.Model):
    """A class of one school. Its teacher is whoever holds the post of class teacher today.

    The school's staff, its township and bureau read; records administrator and bureau write.
    """

    _name = "edu.class"
    _description = "Class"
    _inherit = ["edu.scope.mixin"]
    _order = "school_id, grade, number"
    _edu_class_field = "id"

    school_id = fields.Many2one("edu.school", required=True, index=True, ondelete="restrict")
    grade = fields.Integer(required=True, default=1)
    number = fields.Integer(required=True, default=1)
    entry_year = fields.Integer("Entered In")
    student_ids = fields.One2many("edu.student", "class_id", "Students")
    student_count = fields.Integer("Number of Students", compute="_compute_student_count")
    post_ids = fields.One2many("edu.post", "class_id", "Posts")
    teacher_ids = fields.Many2many(
        "res.users",
        string="Class Teachers",
        compute="_compute_teacher_ids",
        compute_sudo=True,
    )
    active = fields.Boolean(default=True)

    _number_uniq = models.UniqueIndex(
        "(school_id, grade, number) WHERE active", "The school has this class already."
    )

    @api.depends("grade", "number")
    def _compute_display_name(self):
        for klass in self:
            klass.display_name = self._edu_name(klass.grade, klass.number)

    @api.model
    def _edu_name(self, grade, number):
        """What a class is called, in the user's language."""
        return self.env._(
            "%(grade)s class %(number)s",
            grade=self._edu_grade_names().get(grade, grade),
            number=number,
        )

    @api.model
    def _edu_grade_names(self):
        """{grade: its name} in the user's language."""
        return {
            1: self.env._("Grade 1"),
            2: self.env._("Grade 2"),
            3: self.env._("Grade 3"),
            4: self.env._("Grade 4"),
            5: self.env._("Grade 5"),
            6: self.env._("Grade 6"),
            7: self.env._("Grade 7"),
            8: self.env._("Grade 8"),
            9: self.env._("Grade 9"),
        }

    @api.depends("student_ids.enrolment_state")
    def _compute_student_count(self):
        # how many there are is no secret to whoever sees the class; the county administrator sees
        # no child
        counts = dict(
            self.env["edu.student"]
            .sudo()
            ._read_group(
                [("class_id", "in", self.ids), ("enrolment_state", "=", "enrolled")],
                ["class_id"],
                ["__count"],
            )
        )
        for klass in self:
            klass.student_count = counts.get(klass, 0)

    @api.depends("post_ids.user_id", "post_ids.date_from", "post_ids.date_to")
    def _compute_teacher_ids(self):
        for klass in self:
            klass.teacher_ids = self.env["edu.post"]._holders("class_teacher", klass=klass)

    def _edu_end_posts(self):
        """The classes are over: posts at them are held until today, those still to come fall away.
        For the rooms' own methods."""
        today = self.env["edu.policy"]._edu_today()
        Post = self.env["edu.post"].sudo()
        posts = Post.search(
            Domain("class_id", "in", self.ids)
            & (Domain("date_to", "=", False) | Domain("date_to", ">", today))
        )
        coming = posts.filtered(lambda post: post.date_from > today)
        coming.unlink()
        (posts - coming).write({"date_to": today})

    @api.constrains("grade", "number", "school_id")
    def _check_grade(self):
        for klass in self:
            school = klass.school_id
            if not school.grade_from <= klass.grade <= school.grade_to:
                raise ValidationError(
                    self.env._(
                        "%(school)s has grades %(first)s to %(last)s only.",
                        school=school.name,
                        first=school.grade_from,
                        last=school.grade_to,
                    )
                )
            if klass.number < 1:
                raise ValidationError(self.env._("Classes are numbered from 1."))
