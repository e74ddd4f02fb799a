from odoo.tests import HttpCase, tagged

from .common import HomeCommon


@tagged("post_install", "-at_install")
class TestHomeTour(HomeCommon, HttpCase):
    """The teacher at the child's home, with a phone."""

    browser_size = "375x667"
    touch_enabled = True

    def tour(self, name):
        self.teacher.password = self.teacher.login
        self.env.flush_all()
        self.start_tour(
            "/odoo/action-edu_dropout_control.edu_home_teaching_action_my",
            name,
            login=self.teacher.login,
        )
        self.env.invalidate_all()

    def test_lesson_on_the_phone(self):
        plan = self.make_plan(place_note="柳树村三组")
        self.on("2026-09-04 08:00:00")
        self.tour("edu_home_lesson")
        session = plan.session_ids
        self.assertEqual((session.outcome, session.response), ("held", "helped"))
        self.assertEqual(session.teachers, "Class teacher A、特教学校王老师")
        self.assertEqual(plan.week_held, 1)
        self.on("2026-09-09 08:00:00")
        self.tour("edu_home_lesson_not_held")
        self.assertEqual(plan.session_ids.sorted("held_on")[-1].reason_id.code, "hospital")
        self.assertEqual(plan.session_count, 1)
