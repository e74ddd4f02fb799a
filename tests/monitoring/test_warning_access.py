from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .warning_common import TODAY, WarningCommon

READERS = (
    "class_teacher",
    "records_admin",
    "dean",
    "vice_principal",
    "principal",
    "township",
    "bureau",
    "inspector",
)
NOTERS = ("class_teacher", "dean", "vice_principal", "principal")


@tagged("post_install", "-at_install")
class TestWarningAccess(WarningCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.left = cls.rule("left_behind", points=20)
        (cls.student | cls.other_student).left_behind = True
        cls.env["edu.warning"]._edu_compute(cls.school_a | cls.school_b)

    def test_each_role_sees_its_scope_and_no_other(self):
        for role in READERS:
            with self.subTest(role=role):
                for model in ("edu.warning", "edu.warning.child"):
                    found = self.env[model].with_user(self.user[role]).search([])
                    self.assertIn(self.student, found.student_id.sudo())
                    if role in ("bureau", "inspector"):
                        continue  # both townships are of their county
                    self.assertNotIn(self.other_student, found.student_id.sudo())
                    theirs = self.env[model].with_user(self.other_user[role]).search([])
                    self.assertNotIn(self.student, theirs.student_id.sudo())

    def test_the_other_county_sees_nothing(self):
        for role in ("bureau", "inspector"):
            with self.subTest(role=role):
                for model in ("edu.warning", "edu.warning.child"):
                    found = self.env[model].with_user(self.other_user[role]).search([])
                    self.assertFalse(found)

    def test_a_teacher_of_another_class_sees_nothing(self):
        teacher = self.make_user("teacher_a2", "class_teacher", self.class_a2)
        for model in ("edu.warning", "edu.warning.child"):
            self.assertFalse(self.env[model].with_user(teacher).search([]))

    def test_the_list_stands_by_points(self):
        self.two.left_behind = True
        self.rule("family", points=30, window_days=60)
        self.change_family(self.two, "died", TODAY)
        self.compute()
        found = self.env["edu.warning.child"].with_user(self.user["class_teacher"]).search([])
        self.assertEqual(found.student_id, self.two | self.student)
        self.assertEqual(found.mapped("points"), [50, 20])

    def test_nobody_writes_points(self):
        row = self.warning(self.student, self.left)
        for role in READERS:
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.as_user(row, role).points = 0

    def test_bureau_and_county_administrator_write_rules(self):
        for role in READERS:
            with self.subTest(role=role):
                rule = self.as_user(self.left, role)
                self.assertTrue(rule.name)
                if role == "bureau":
                    rule.points = 25
                    continue
                with self.assertRaises(AccessError):
                    rule.points = 0
        self.as_user(self.left, "county_admin").points = 30

    def note(self, role, other=False, student=None):
        child = self.env["edu.warning.child"].browse((student or self.student).id)
        action = self.as_user(child, role, other).action_note()
        return (
            self.env["edu.warning.note"]
            .with_user((self.other_user if other else self.user)[role])
            .with_context(action["context"])
            .create({"note": "与家长通话"})
        )

    def test_what_was_done_is_noted_and_takes_nothing_away(self):
        for role in READERS:
            with self.subTest(role=role):
                if role not in NOTERS:
                    with self.assertRaises(AccessError):
                        self.note(role)
                    with self.assertRaises(AccessError):
                        self.env["edu.warning.note"].with_user(self.user[role]).create(
                            {"student_id": self.student.id, "note": "x"}
                        )
                    continue
                note = self.note(role)
                self.assertEqual((note.done_on, note.points), (TODAY, 20))
                self.assertEqual(note.entered_by_id, self.user[role])
        self.compute()
        child = self.as_user(self.env["edu.warning.child"].browse(self.student.id), "class_teacher")
        self.assertEqual(child.points, 20)
        self.assertEqual(len(child.note_ids), len(NOTERS))
        self.assertEqual(child.last_note, f"{TODAY} 与家长通话")
        self.assertEqual(child.noted_on, TODAY)

    def test_a_note_of_another_scope_is_refused(self):
        for role in NOTERS:
            with self.subTest(role=role):
                with self.assertRaises(AccessError):
                    self.note(role, other=True)
                with self.assertRaises(AccessError):
                    self.env["edu.warning.note"].with_user(self.other_user[role]).create(
                        {"student_id": self.student.id, "note": "x"}
                    )

    def test_a_note_stands_and_says_something(self):
        note = self.note("class_teacher")
        with self.assertRaises(AccessError):
            note.note = "changed"
        with self.assertRaises(AccessError):
            note.unlink()
        Note = self.env["edu.warning.note"].with_user(self.user["class_teacher"])
        with self.assertRaises(ValidationError):
            Note.create({"student_id": self.student.id, "note": "x", "done_on": "2026-10-31"})
        with self.assertRaises(ValidationError):
            Note.create({"student_id": self.student.id, "note": "  "})

    def test_the_points_of_a_note_are_not_sent_by_a_client(self):
        note = (
            self.env["edu.warning.note"]
            .with_user(self.user["class_teacher"])
            .create({"student_id": self.student.id, "note": "x", "points": 99})
        )
        self.assertEqual(note.points, 20)

    def test_facts_stay_with_child_term_and_subject(self):
        Mark = self.env["edu.mark"].with_user(self.user["class_teacher"])
        mark = Mark.create(
            {
                "student_id": self.student.id,
                "subject_id": self.code("subject", "maths").id,
                "score": 60,
            }
        )
        mark.score = 70
        self.assertEqual(mark.percent, 70)
        with self.assertRaises(UserError):
            mark.student_id = self.two
        change = (
            self.env["edu.family.change"]
            .with_user(self.user["class_teacher"])
            .create(
                {"student_id": self.student.id, "kind_id": self.code("family_change", "ill").id}
            )
        )
        with self.assertRaises(UserError):
            change.student_id = self.two
        with self.assertRaises(ValidationError):
            change.date = "2026-10-31"
