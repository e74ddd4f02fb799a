from datetime import date

from odoo.tests import HttpCase, tagged

from .common import CaseCommon


class CaseTours(CaseCommon, HttpCase):
    """In the browser, each step by the person whose job it is. Between the steps the calendar is
    turned, never a date rewritten."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.county.helpline = "青禾县教育体育局资助中心 0990-1234567"
        cls.school_a.phone = "0990-7654321"
        cls.student.guardian_ids.name = "张大山"

    def tour(self, name, role, action="edu_dropout_case_action"):
        user = self.user[role]
        user.password = user.login
        self.env.flush_all()
        self.start_tour(f"/odoo/action-edu_dropout_control.{action}", name, login=user.login)
        self.env.invalidate_all()

    def morning(self, day):
        """Turn the calendar to nine o'clock in the county."""
        self.on(f"{day} 01:00:00")
        self.env.invalidate_all()

    @property
    def case(self):
        return self.env["edu.dropout.case"].search([("student_id", "=", self.student.id)])

    def notice(self, kind):
        return self.case.notice_ids.filtered(lambda notice: notice.kind == kind)


@tagged("post_install", "-at_install")
class TestCaseTourPhone(CaseTours):
    """The class teacher at the door of the family."""

    browser_size = "375x667"
    touch_enabled = True

    def test_teacher_raises_and_visits(self):
        self.tour("edu_case_teacher_raises", "class_teacher", "edu_dropout_case_action_my")
        self.assertEqual(self.case.state, "verifying")
        self.assertEqual(self.case.raised_by_id, self.user["class_teacher"])
        self.morning("2026-09-03")
        self.tour("edu_case_teacher_visits", "class_teacher", "edu_dropout_case_action_my")
        visit = self.case.visit_ids
        self.assertEqual(visit.visitors, "Class teacher A、村支书老王")
        self.assertEqual(visit.visited_on, date(2026, 9, 3))
        self.assertEqual(visit.create_uid, self.user["class_teacher"])
        self.assertEqual(self.case.cause_id, self.code("cause", "weary"))
        self.assertFalse(self.case.whereabouts_id)


@tagged("post_install", "-at_install")
class TestCaseTour(CaseTours):
    def test_from_suspicion_to_closed(self):
        self.make_case(state="verifying")
        self.morning("2026-09-03")
        self.make_visit(self.case, cause_found_id=self.code("cause", "weary").id)

        self.morning("2026-09-04")
        self.tour("edu_case_principal_confirms", "principal")
        self.assertEqual(self.case.state, "persuading")
        self.assertEqual(self.case.confirmed_on, date(2026, 9, 4))
        self.assertEqual(self.case.whereabouts_id, self.code("whereabouts", "home"))

        self.morning("2026-09-07")
        self.tour("edu_case_leader_advises", "vice_principal")
        self.assertEqual(self.case.ladder, "advised")
        advice = self.case.referral_ids
        self.assertEqual(advice.to_area_id, self.township_a)
        self.assertEqual(advice.sent_by_id, self.user["vice_principal"])
        self.assertFalse(self.case.notice_ids, "no notice without the finding")

        self.morning("2026-09-09")
        self.tour("edu_case_township_answers", "township", "edu_referral_action")
        self.assertEqual(advice.outcome, "educated")
        self.assertEqual(advice.answered_by_id, self.user["township"])
        self.assertFalse(advice.on_behalf)

        self.morning("2026-09-10")
        self.tour("edu_case_leader_finds_no_good_reason", "principal")
        self.assertEqual(self.case.good_reason, "none")
        self.assertEqual(self.case.good_reason_entered_by_id, self.user["principal"])

        self.tour("edu_case_township_issues_admission", "township")
        admission = self.notice("admission")
        self.assertEqual(admission.state, "issued")
        self.assertEqual(admission.issuer_area_id, self.township_a)
        self.assertEqual(admission.issued_by_id, self.user["township"])
        self.assertFalse(self.notice("deadline"), "refused: the admission notice comes first")

        self.morning("2026-09-11")
        self.tour("edu_case_school_serves_admission", "records_admin", "edu_notice_action")
        self.assertEqual(admission.state, "served")
        self.assertEqual(admission.served_date, date(2026, 9, 11))
        self.assertEqual(admission.server_ids, self.user["dean"])
        self.assertEqual(admission.deadline, date(2026, 9, 18))

        self.morning("2026-09-18")
        self.tour("edu_case_township_is_too_early", "township")
        self.assertFalse(self.notice("deadline"), "refused: the period runs")
        self.assertEqual(self.case.ladder, "admission_notice")

        self.morning("2026-09-21")
        self.tour("edu_case_township_issues_deadline", "township")
        order = self.notice("deadline")
        self.assertEqual(order.state, "issued")
        self.assertEqual(order.issuer_area_id, self.township_a)
        self.assertEqual(self.case.ladder, "deadline_notice")

        self.morning("2026-09-22")
        self.tour("edu_case_school_serves_deadline", "records_admin", "edu_notice_action")
        self.assertEqual(order.served_date, date(2026, 9, 22))
        self.tour("edu_case_township_may_not_refer", "township")
        self.assertEqual(self.case.ladder, "deadline_notice")
        self.assertEqual(self.case.referral_ids, advice)

        self.morning("2026-09-24")
        self.tour("edu_case_leader_takes_back", "vice_principal")
        self.assertEqual(self.case.state, "returned")
        self.assertEqual(self.case.returned_on, date(2026, 9, 24))
        self.assertEqual(self.case.ladder, "none")
        self.assertEqual((admission | order).mapped("state"), ["spent", "spent"])
        self.assertEqual(self.student.enrolment_state, "enrolled")

        self.morning("2026-09-25")
        self.tour("edu_case_teacher_observes", "class_teacher", "edu_dropout_case_action_my")
        self.assertEqual(self.case.state, "observing")
        self.assertEqual(self.case.observation_until, date(2026, 12, 23))
        for day in ("2026-10-23", "2026-11-20", "2026-12-18"):
            self.morning(day)
            self.tour("edu_case_teacher_checks", "class_teacher", "edu_dropout_case_action_my")
        self.assertEqual(
            self.case.observation_ids.mapped("checked_on"),
            [date(2026, 12, 18), date(2026, 11, 20), date(2026, 10, 23)],
        )
        self.tour("edu_case_principal_is_too_early", "principal")
        self.assertEqual(self.case.state, "observing")

        self.morning("2026-12-24")
        self.tour("edu_case_principal_closes", "principal")
        self.assertEqual(self.case.state, "closed")
        self.assertEqual(self.case.closed_on, date(2026, 12, 24))
