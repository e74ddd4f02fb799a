from odoo.exceptions import UserError
from odoo.tests import tagged

from .warning_common import WarningCommon


@tagged("post_install", "-at_install")
class TestMarkEntry(WarningCommon):
    def entry(self, text, role="class_teacher", **values):
        return (
            self.env["edu.mark.entry"]
            .with_user(self.user[role])
            .create({"class_id": self.class_a.id, "text": text, **values})
        )

    def marks(self, student=None):
        return {
            mark.subject_id.code: mark.score
            for mark in self.env["edu.mark"].search(
                [("student_id", "=", (student or self.student).id), ("term_id", "=", self.term.id)]
            )
        }

    def test_a_pasted_table(self):
        for role in ("class_teacher", "records_admin"):
            with self.subTest(role=role):
                self.env["edu.mark"].search([]).unlink()
                entry = self.entry(
                    "姓名\t语文\t数学\t座号\n张小明\t８１\t76.5\t3\n王二\t缺考\t60\t4\n", role
                )
                action = entry.action_enter()
                self.assertEqual(action["res_model"], "edu.mark")
                self.assertEqual(self.marks(), {"chinese": 81, "maths": 76.5})
                self.assertEqual(self.marks(self.two), {"maths": 60})

    def test_again_corrects(self):
        self.entry("姓名 数学\n张小明 70").action_enter()
        self.entry("姓名,数学\n张小明,84", full_score=120).action_enter()
        mark = self.env["edu.mark"].search([("student_id", "=", self.student.id)])
        self.assertEqual((mark.score, mark.full_score, mark.percent), (84, 120, 70))

    def test_wrong_lines_stay_with_their_reason(self):
        self.make_student(self.class_a, name="王二")
        entry = self.entry("姓名\t数学\n张小明\t70\n陌生人\t80\n王二\t50\n张小明\t71\n")
        action = entry.action_enter()
        self.assertEqual(action["res_id"], entry.id)
        self.assertEqual(self.marks(), {"maths": 70})
        self.assertEqual(entry.text, "姓名\t数学\n陌生人\t80\n王二\t50\n张小明\t71")
        lines = entry.problems.split("\n")
        self.assertEqual(len(lines), 3)
        self.assertIn("Line 3", lines[0])
        self.assertIn("two children", lines[1])
        self.assertIn("twice", lines[2])
        self.assertEqual(entry.done, "1 marks are entered.")

    def test_a_mark_out_of_range(self):
        for cell in ("101", "-1", "八十"):
            with self.subTest(cell=cell):
                entry = self.entry(f"姓名\t数学\n张小明\t{cell}")
                entry.action_enter()
                self.assertIn("no mark between 0 and 100", entry.problems)
        self.assertEqual(self.marks(), {})

    def test_tables_that_cannot_be_read(self):
        for text, why in (
            ("", "first line"),
            ("张小明\t80", "first line"),
            ("学号\t数学\n1\t80", "first line"),
            ("姓名\t体操\n张小明\t80", "code list"),
            ("姓名\t数学\t数学\n张小明\t80\t81", "twice"),
        ):
            with self.subTest(text=text), self.assertRaisesRegex(UserError, why):
                self.entry(text).action_enter()

    def test_a_class_of_another_scope_is_refused(self):
        for role in ("class_teacher", "records_admin"):
            with self.subTest(role=role), self.assertRaisesRegex(UserError, "your own"):
                self.entry("姓名\t数学\n李小红\t1", role, class_id=self.class_b.id).action_enter()
        self.assertEqual(self.marks(self.other_student), {})
