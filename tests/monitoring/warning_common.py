"""The shared county at the end of October, no rule in force but those a test makes."""

from datetime import date, timedelta

from odoo import fields

from ..common import EduCommon

TODAY = date(2026, 10, 30)


class WarningCommon(EduCommon):
    freeze = "2026-10-30 02:00:00"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["edu.warning.rule"].search([]).active = False
        cls.last_term = cls.env["edu.term"].create(
            {
                "school_year": "2025-2026",
                "season": "spring",
                "start_date": "2026-02-25",
                "end_date": "2026-07-05",
            }
        )
        cls.two = cls.make_student(cls.class_a, name="王二")

    def setUp(self):
        super().setUp()
        self.on(self.freeze)

    def on(self, moment):
        self.frozen.move_to(moment)
        self.addCleanup(self.frozen.move_to, self.freeze)

    @classmethod
    def code(cls, kind, code):
        return cls.env.ref(f"edu_dropout_control.code_{kind}_{code}")

    @classmethod
    def rule(cls, condition, points=10, **values):
        return cls.env["edu.warning.rule"].create(
            {"name": condition, "condition": condition, "points": points, **values}
        )

    @classmethod
    def absent(cls, student, *days, kind="unexcused"):
        """Absences of school days, written past the model: what a row of them raises is not meant."""
        Absence = cls.env["edu.absence"]
        for day in days:
            cls.env.cr.execute(
                """INSERT INTO edu_absence (student_id, school_id, class_id, date, kind, create_date)
                   VALUES (%s, %s, %s, %s, %s, %s)""",
                (
                    student.id,
                    student.school_id.id,
                    student.class_id.id or None,
                    day,
                    kind,
                    fields.Datetime.now(),
                ),
            )
        Absence.invalidate_model()

    @classmethod
    def days_before(cls, count, until=TODAY):
        return [until - timedelta(days=number) for number in range(count)]

    @classmethod
    def mark(cls, student, term, subject, score, full=100):
        return cls.env["edu.mark"].create(
            {
                "student_id": student.id,
                "term_id": term.id,
                "subject_id": cls.code("subject", subject).id,
                "score": score,
                "full_score": full,
            }
        )

    @classmethod
    def change_family(cls, student, kind, day):
        return cls.env["edu.family.change"].create(
            {
                "student_id": student.id,
                "kind_id": cls.code("family_change", kind).id,
                "date": day,
            }
        )

    def compute(self, schools=None, day=None):
        return self.env["edu.warning"]._edu_compute(
            schools or self.env["edu.school"].search([]), day
        )

    def points(self, student):
        """{rule: points} in force"""
        warnings = self.env["edu.warning"].search(
            [("student_id", "=", student.id), ("until", "=", False)]
        )
        return {warning.rule_id: warning.points for warning in warnings}

    def warning(self, student, rule):
        return self.env["edu.warning"].search(
            [("student_id", "=", student.id), ("rule_id", "=", rule.id), ("until", "=", False)]
        )
