from odoo.tests import HttpCase, tagged

from .common import MonitoringCommon


class RosterTours(MonitoringCommon, HttpCase):
    def tour(self, path, name, user):
        user.password = user.login
        self.start_tour(f"/odoo/action-edu_dropout_control.{path}", name, login=user.login)
        self.env.invalidate_all()

    def assertCases(self, students):
        """Each child has its case at once."""
        cases = self.env["edu.dropout.case"].search([("student_id", "in", students.ids)])
        self.assertEqual(cases.student_id, students)
        self.assertEqual(set(cases.mapped("state")), {"suspected"})


@tagged("post_install", "-at_install")
class TestRosterTourPhone(RosterTours):
    """Class teachers mark on a phone."""

    browser_size = "375x667"
    touch_enabled = True

    def test_a_class_of_45_two_missing(self):
        for number in range(40):
            self.make_student(self.class_a, name=f"学生甲{number}")
        self.check.action_refresh()
        self.tour(
            "edu_roster_my_sheet_action", "edu_roster_teacher_marks", self.user["class_teacher"]
        )
        self.assertEqual(self.sheet.state, "signed")
        self.assertEqual(self.sheet.heads, 43)
        missing = self.sheet.line_ids.filtered(lambda line: line.outcome == "suspected")
        self.assertEqual(missing.student_id, self.two | self.three)
        self.assertEqual(set(missing.mapped("missing_since")), {self.term.start_date})
        self.assertCases(self.two | self.three)

    def test_corrections_and_a_child_not_on_the_list(self):
        self.mark_all(self.sheet, heads=5)
        self.tour(
            "edu_roster_my_sheet_action", "edu_roster_teacher_corrects", self.user["class_teacher"]
        )
        self.assertEqual(self.line(self.one).outcome, "on_leave")
        added = self.sheet.line_ids.filtered(lambda line: line.origin == "added")
        self.assertEqual(added.student_id.name, "赵新来")
        self.assertEqual(added.student_id.registry_completion, "to_apply")


@tagged("post_install", "-at_install")
class TestRosterTourDesktop(RosterTours):
    def test_a_repeat_check_is_counted_and_signed(self):
        teacher = self.user["class_teacher"]
        self.mark_all(self.sheet, heads=5)
        self.frozen.move_to("2026-10-09 01:00:00")
        repeat = self.env["edu.roster.repeat"]._edu_start(
            self.term, "monthly", "2026-10-09", self.school_a
        )
        expected = repeat.expected_count
        self.assertEqual(expected, 5)
        self.tour("edu_roster_repeat_action", "edu_roster_repeat_sign", teacher)
        self.assertEqual((repeat.state, repeat.heads), ("signed", expected))
        self.assertEqual(repeat.signed_by_id, teacher)

    def test_the_thirtieth_child_did_not_come(self):
        entrants = self.env["edu.entrant"]
        for number in range(1, 31):
            name = "毕业生三十" if number == 30 else f"毕业生第{number}"
            entrants |= self.expect(self.junior_a, name, grade=7, source="graduates")
        clerk = self.make_user("records_junior", "records_admin", self.junior_a)
        self.tour("edu_roster_check_action", "edu_roster_thirtieth_child", clerk)
        last = entrants[-1]
        self.assertEqual(last.state, "missing")
        self.assertEqual(self.junior_check.state, "closed")
        self.assertEqual(
            len(entrants.filtered(lambda e: e.student_id.school_id == self.junior_a)), 29
        )
        self.assertCases(last.student_id)
