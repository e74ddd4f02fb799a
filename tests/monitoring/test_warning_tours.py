from odoo.tests import HttpCase, tagged

from .warning_common import WarningCommon


class WarningTours(WarningCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rule("left_behind", points=20)
        cls.rule("family", points=45, window_days=60)
        (cls.student | cls.two | cls.other_student).left_behind = True
        cls.change_family(cls.two, "died", "2026-10-20")
        cls.env["edu.warning"]._edu_compute(cls.school_a | cls.school_b)

    def tour(self, name):
        teacher = self.user["class_teacher"]
        teacher.password = teacher.login
        self.start_tour(
            "/odoo/action-edu_dropout_control.edu_warning_child_action", name, login=teacher.login
        )
        self.env.invalidate_all()
        return self.env["edu.warning.note"].search([("student_id", "=", self.two.id)])


@tagged("post_install", "-at_install")
class TestWarningTourDesktop(WarningTours):
    def test_a_teacher_works_through_the_list(self):
        note = self.tour("edu_warning_teacher_list")
        self.assertEqual(note.points, 65)
        self.assertEqual(note.entered_by_id, self.user["class_teacher"])


@tagged("post_install", "-at_install")
class TestWarningTourPhone(WarningTours):
    browser_size = "375x667"
    touch_enabled = True

    def test_a_teacher_works_through_the_list_on_a_phone(self):
        self.assertTrue(self.tour("edu_warning_teacher_phone"))
