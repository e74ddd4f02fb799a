from odoo.tests import tagged

from ..monitoring.test_reorganisation import ReorganisationCommon


@tagged("post_install", "-at_install")
class TestReorganisationCase(ReorganisationCommon):
    """Open cases at schools and classes that are merged or closed."""

    def setUp(self):
        super().setUp()
        self.case = self.env["edu.dropout.case"]._edu_raise(self.pointed, "manual")
        self.closed = self.env["edu.dropout.case"]._edu_raise(self.unclassed, "manual")
        self.closed._edu_exclude(self.env.ref("edu_dropout_control.code_not_dropout_present"))

    def test_open_cases_go_and_closed_ones_stay(self):
        record = self.close_point()
        self.assertEqual(self.case.school_id, self.school_a)
        self.assertEqual(self.case.class_id, self.point_class)
        self.assertEqual(self.closed.school_id, self.point_a)
        self.assertIn("open cases 1", record.totals)
        self.assertTrue(self.as_user(self.case, "principal").has_access("read"))
        self.assertTrue(
            self.as_user(self.closed, "principal").has_access("read"),
            "the receiving school's leaders read the history of its children",
        )

    def test_tasks_go_with_the_case(self):
        self.settle()
        self.assertEqual(self.case.activity_ids.user_id, self.teacher)
        self.carry_out(self.go(self.point_a, self.school_b, self.point_class, self.class_b))
        self.settle()
        self.assertEqual(self.case.activity_ids.user_id, self.other_user["class_teacher"])
        self.assertEqual(self.case.school_responsible_id, self.other_user["class_teacher"])

    def test_case_of_a_child_who_is_only_expected(self):
        entrant = self.expect(self.point_a, "新生甲")
        case = self.env["edu.dropout.case"]._edu_raise(
            entrant.student_id, "manual", kind="never_enrolled"
        )
        self.close_point()
        self.assertEqual(case.school_id, self.school_a)
