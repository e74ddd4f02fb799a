from datetime import date

from odoo import Command
from odoo.tests import tagged

from ...tools.identity import make_identity, make_phone
from ..monitoring.warning_common import TODAY, WarningCommon
from .common import CaseCommon


@tagged("post_install", "-at_install")
class TestCaseWarning(WarningCommon, CaseCommon):
    """What the cases tell early warning: who left, and what helped."""

    def family(self, *students, phone=4001, **values):
        for student in students:
            student.guardian_ids = [
                Command.clear(),
                Command.create({"name": "家长", "phone": make_phone(phone), **values}),
            ]

    def gone(self, student, state="persuading", **values):
        return self.make_case(student, state, **values)

    def test_a_sibling_by_phone(self):
        rule = self.rule("sibling", window_days=365)
        self.family(self.student, self.two)
        self.gone(self.two)
        self.compute()
        self.assertEqual(self.points(self.student), {rule: 10})
        explanation = self.warning(self.student, rule).explanation
        self.assertEqual(explanation, f"Brothers or sisters who dropped out: 1, last on {TODAY}")
        self.assertNotIn("王二", str(self.warning(self.student, rule).facts))

    def test_a_sibling_by_the_guardians_number(self):
        rule = self.rule("sibling", window_days=365)
        number = make_identity(date(1985, 5, 5), "male", 77)
        self.family(self.student, phone=4002, id_number=number)
        self.family(self.two, phone=4003, id_number=number)
        self.gone(self.two)
        self.compute()
        self.assertEqual(self.points(self.student), {rule: 10})

    def test_a_suspicion_or_another_family_is_no_sibling_gone(self):
        self.rule("sibling", window_days=365)
        self.family(self.student, self.two)
        self.gone(self.two, "verifying")
        self.gone(self.other_student)
        self.compute()
        self.assertEqual(self.points(self.student), {})

    def test_the_number_of_an_office_is_no_family(self):
        self.rule("sibling", window_days=365)
        many = self.student | self.two
        for number in range(5):
            many |= self.make_student(self.class_a, name=f"邻居{number}")
        self.family(*many)
        self.gone(self.two)
        self.compute()
        self.assertEqual(self.points(self.student), {})

    def test_dropped_out_before(self):
        rule = self.rule("relapse", window_days=365)
        self.gone(self.student, "observing")
        self.gone(self.two)
        self.compute()
        self.assertEqual(self.points(self.student), {rule: 10})
        self.assertEqual(
            self.warning(self.student, rule).explanation,
            f"Left school before: 1 times, last on {TODAY}",
        )
        # who is away has a case and no early warning
        self.assertEqual(self.points(self.two), {})

    def helped(self, student, role="class_teacher"):
        child = self.env["edu.warning.child"].browse(student.id)
        return self.as_user(child, role).helped

    def test_what_helped_the_child_itself(self):
        self.rule("relapse", window_days=365)
        study = self.code("measure", "study")
        self.gone(self.student, "observing", measure_ids=[Command.set(study.ids)])
        self.compute()
        self.assertIn(
            f"This child came back on {TODAY} (Own class) with: {study.name}",
            self.helped(self.student),
        )

    def test_what_helped_children_like_it_is_told_in_numbers(self):
        rule = self.rule("left_behind", cause_id=self.code("cause", "weary").id)
        self.student.left_behind = True
        study = self.code("measure", "study")
        for number in range(3):
            child = self.make_student(self.class_b, name=f"同类{number}")
            self.gone(
                child,
                "observing" if number else "persuading",
                measure_ids=[Command.set(study.ids)],
            )
        self.compute()
        self.assertEqual(
            self.helped(self.student),
            f"Cause “{rule.cause_id.name}”, with “{study.name}”: 2 of 3 children of the county came"
            " back and stayed",
        )

    def test_nothing_is_told_of_another_cause_or_another_county(self):
        self.rule("left_behind", cause_id=self.code("cause", "distance").id)
        self.student.left_behind = True
        child = self.make_student(self.class_b)
        self.gone(child, "observing", measure_ids=[Command.set(self.code("measure", "study").ids)])
        self.compute()
        self.assertFalse(self.helped(self.student))
