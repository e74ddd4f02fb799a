from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from ..core.notes import log_notes
from .student import ON_BOOKS


class EduReorganisationLine(models.Model):
    """What goes where in a reorganisation:

    - a whole school goes to another: its classes move as they are, the school is closed;
    - a class goes to another school as it is, with its teacher;
    - a class goes into another class of its grade, and is over;
    - some children of a class go into another class of its grade, or into a new one.

    Rights as for the reorganisation.
    """

    _name = "edu.reorganisation.line"
    _description = "What goes where in a reorganisation"
    _order = "reorganisation_id, sequence, id"

    reorganisation_id = fields.Many2one(
        "edu.reorganisation", required=True, index=True, ondelete="cascade"
    )
    county_id = fields.Many2one(related="reorganisation_id.county_id", store=True, index=True)
    sequence = fields.Integer(default=10)
    from_school_id = fields.Many2one(
        "edu.school", "From School", required=True, ondelete="restrict"
    )
    from_class_id = fields.Many2one(
        "edu.class",
        "From Class",
        ondelete="restrict",
        domain="[('school_id', '=', from_school_id)]",
        help="Empty: the whole school, or what the other lines leave of it",
    )
    student_ids = fields.Many2many(
        "edu.student",
        "edu_reorganisation_student_rel",
        string="Only These Children",
        domain="[('class_id', '=', from_class_id)]",
        groups="edu_dropout_control.group_bureau",
        help="Empty: the whole class",
    )
    to_school_id = fields.Many2one("edu.school", "To School", required=True, ondelete="restrict")
    to_class_id = fields.Many2one(
        "edu.class",
        "Into Class",
        ondelete="restrict",
        domain="[('school_id', '=', to_school_id)]",
        help="Empty: the class goes as it is; chosen children get a new class",
    )
    state = fields.Selection(related="reorganisation_id.state")
    child_count = fields.Integer("Children", compute="_compute_child_count", compute_sudo=True)

    @api.depends("from_school_id", "from_class_id", "to_school_id", "to_class_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for line in self:
            line.display_name = "{} → {}".format(
                *(
                    " ".join(filter(None, (school.name, klass.display_name if klass else "")))
                    for school, klass in (
                        (line.from_school_id, line.from_class_id),
                        (line.to_school_id, line.to_class_id),
                    )
                )
            )

    @api.depends("from_school_id", "from_class_id", "student_ids")
    def _compute_child_count(self):
        """How many children move is no secret to whoever enters the line."""
        for line in self:
            line.child_count = len(line._edu_children()) if line.from_school_id else 0

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._edu_check()
        return lines

    def write(self, vals):
        self._edu_check()
        result = super().write(vals)
        self._edu_check()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_done(self):
        self._edu_check()

    def _edu_check(self):
        """Nothing changes once it is carried out, and children are named by who may see them."""
        if self.env.su:
            return
        self.reorganisation_id._edu_ensure_draft()
        self.check_access("write")
        if self.sudo().student_ids:
            students = self.sudo().student_ids.with_env(self.env)
            if students._filtered_access("read") != students:
                raise AccessError(self.env._("Children are chosen by the bureau of their school."))

    # ------------------------------------------------------------------ what it says

    def _edu_in_order(self):
        """Chosen children first, then classes, and whole schools with what is left."""
        return self.sorted(
            lambda line: (
                0 if line.student_ids else 1 if line.from_class_id else 2,
                line.sequence,
                line.id,
            )
        )

    def _edu_children(self):
        """The children on the books whom the line moves, as things stand."""
        self.ensure_one()
        domain = [("school_id", "=", self.from_school_id.id), ("enrolment_state", "in", ON_BOOKS)]
        if self.student_ids:
            domain.append(("id", "in", self.student_ids.ids))
        if self.from_class_id:
            domain.append(("class_id", "=", self.from_class_id.id))
        return self.env["edu.student"].search(domain)

    def _edu_problems(self):
        """What is in the way, as sentences. Rooms to the right add theirs."""
        self.ensure_one()
        source, target = self.from_school_id, self.to_school_id
        klass, into = self.from_class_id, self.to_class_id
        problems = []
        for school in source | target:
            if not school.active:
                problems.append(self.env._("%(school)s is closed", school=school.name))
            if school.county_id != self.reorganisation_id.county_id:
                problems.append(self.env._("%(school)s lies in another county", school=school.name))
        problems += [
            self.env._("%(klass)s is over", klass=each.display_name)
            for each in klass | into
            if not each.active
        ]
        if klass and klass.school_id != source:
            problems.append(self.env._("the class is not of this school"))
        if into and into.school_id != target:
            problems.append(self.env._("the class to go into is not of the school to go to"))
        if source == target and (not klass or klass == into or not (into or self.student_ids)):
            problems.append(self.env._("nothing would change"))
        if self.student_ids and not klass:
            problems.append(self.env._("name the class that the chosen children come from"))
        if self.student_ids and self.student_ids - klass.student_ids:
            problems.append(self.env._("some of the chosen children are not in that class"))
        if into and not klass:
            problems.append(self.env._("a whole school does not go into one class"))
        if klass and into and klass.grade != into.grade:
            problems.append(self.env._("the two classes are not of the same grade"))
        problems += self._edu_stage_problems()
        if not klass:
            problems += self._edu_closing_problems()
        return problems

    def _edu_stage_problems(self):
        target = self.to_school_id
        if self.from_class_id:
            grades = {self.from_class_id.grade}
        else:
            classes = self.env["edu.class"].search([("school_id", "=", self.from_school_id.id)])
            left = classes - self._edu_others().filtered(lambda o: not o.student_ids).from_class_id
            grades = set(left.mapped("grade"))
            grades |= set(
                self._edu_children().filtered(lambda child: not child.class_id).mapped("grade")
            ) - {0}
        wrong = sorted(
            grade for grade in grades if not target.grade_from <= grade <= target.grade_to
        )
        if wrong:
            return [
                self.env._(
                    "%(school)s has grades %(first)s to %(last)s only, not %(wrong)s",
                    school=target.name,
                    first=target.grade_from,
                    last=target.grade_to,
                    wrong=self.env._(", ").join(map(str, wrong)),
                )
            ]
        return []

    def _edu_closing_problems(self):
        others = self._edu_others().filtered(lambda other: not other.from_class_id)
        problems = []
        if others:
            problems.append(self.env._("the whole school goes in one line only"))
        points = self.env["edu.school"].search([("parent_id", "=", self.from_school_id.id)])
        if self.to_school_id in points:
            problems.append(self.env._("a school does not go to its own teaching point"))
        return problems

    def _edu_others(self):
        """The other lines of the same school."""
        return (
            self.reorganisation_id.line_ids.filtered(
                lambda line: line.from_school_id == self.from_school_id
            )
            - self
        )

    # ------------------------------------------------------------------ carrying out

    def _edu_carry_out(self):
        """Move classes and children, then what hangs on them. Private, as superuser.

        :return: number of children moved
        """
        self.ensure_one()
        students = self._edu_children()
        classes = self._edu_move_classes()
        self._edu_move_children(students, classes)
        self._edu_move_records(students, classes)
        return len(students)

    def _edu_move_classes(self):
        """{class before: class afterwards} of what the line moves; the same class where it goes as it
        is."""
        Class = self.env["edu.class"]
        klass, into, target = self.from_class_id, self.to_class_id, self.to_school_id
        if self.student_ids:
            into = into or Class.create(
                {
                    "school_id": target.id,
                    "grade": klass.grade,
                    "number": self._edu_free_number(klass.grade),
                    "entry_year": klass.entry_year,
                }
            )
            return {klass: into}
        if into:
            klass.active = False
            klass._edu_end_posts()
            return {klass: into}
        classes = klass or Class.search(
            [("school_id", "=", self.from_school_id.id)], order="grade, number"
        )
        today = self.env["edu.policy"]._edu_today()
        for each in classes:
            number = each.number
            if Class.search_count(
                [
                    ("school_id", "=", target.id),
                    ("grade", "=", each.grade),
                    ("number", "=", number),
                ],
                limit=1,
            ):
                number = self._edu_free_number(each.grade)
            each.write({"school_id": target.id, "number": number})
            each.flush_recordset()
        posts = self.env["edu.post"].search(
            [
                ("class_id", "in", classes.ids),
                "|",
                ("date_to", "=", False),
                ("date_to", ">=", today),
            ]
        )
        if posts:
            posts.write({"school_id": target.id})
        return {each: each for each in classes}

    def _edu_free_number(self, grade):
        numbers = (
            self.env["edu.class"]
            .search([("school_id", "=", self.to_school_id.id), ("grade", "=", grade)])
            .mapped("number")
        )
        return max(numbers, default=0) + 1

    def _edu_move_children(self, students, classes):
        """School and class of the children, set-based; their followers and tasks of the old school
        go, what hangs on them in the rooms to the right follows (``edu.student._edu_after_move``).
        Who once was in a class that moves, and is no longer on the books, stays behind."""
        Student = self.env["edu.student"]
        target = self.to_school_id
        elsewhere = target != self.from_school_id
        if elsewhere:
            students.message_unsubscribe(students.message_partner_ids.ids)
            students.activity_ids.filtered(lambda activity: not activity.edu_duty_id).unlink()
        self.env.flush_all()
        for old, new in classes.items():
            if old == new and elsewhere:
                left = Student.with_context(active_test=False).search(
                    [("class_id", "=", old.id), ("id", "not in", students.ids)]
                )
                if left:
                    self._edu_update(left, {"class_id": None})
            elif old != new:
                self._edu_update(
                    students.filtered(lambda child, old=old: child.class_id == old),
                    {"class_id": new.id},
                )
        if elsewhere:
            self._edu_update(
                students, {"school_id": target.id, "school_township_id": target.area_id.id}
            )
            if not self.from_class_id:
                expected = Student.search([("expected_school_id", "=", self.from_school_id.id)])
                self._edu_update(expected, {"expected_school_id": target.id})
        log_notes(
            Student,
            dict.fromkeys(
                students.ids,
                self.env._(
                    "Reorganisation (%(document)s): %(line)s",
                    document=self.reorganisation_id.document,
                    line=self.display_name,
                ),
            ),
        )
        students._edu_after_move()

    def _edu_update(self, students, values):
        """Write plain ``values`` of many children, and tell the ORM."""
        if not students:
            return
        self.env.cr.execute(
            SQL(
                "UPDATE edu_student SET %s, write_uid = %s, write_date = %s WHERE id IN %s",
                SQL(", ").join(
                    SQL("%s = %s", SQL.identifier(name), value) for name, value in values.items()
                ),
                self.env.uid,
                fields.Datetime.now(),
                tuple(students.ids),
            )
        )
        students.invalidate_recordset(flush=False)
        students.modified(list(values))
        for name in ("grade", "school_township_id"):
            self.env.remove_to_compute(students._fields[name], students)
        self.env.flush_all()

    def _edu_move_records(self, students, classes):
        """Hook: what belongs to the place and is still open goes with it. ``self`` is one sudo'ed
        line.

        :param students: who has moved
        :param classes: {class before: class afterwards}
        """
