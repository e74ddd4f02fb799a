from odoo.tests import tagged

from ..monitoring.common import PICTURE
from ..monitoring.test_status_change import StatusCommon


@tagged("post_install", "-at_install")
class TestCaseStatusChange(StatusCommon):
    def case(self):
        return self.env["edu.dropout.case"].search([("student_id", "=", self.one.id)])

    def test_an_answer_that_does_not_come_raises_a_case_once(self):
        change = self.approved("transfer_out")
        self.frozen.move_to("2026-09-18")
        self.Change._cron_follow()
        self.assertEqual(self.case().state, "suspected")
        self.assertEqual(self.case().missing_since, change.date_from)
        self.Change._cron_follow()
        self.assertEqual(len(self.case()), 1)

    def test_an_answer_that_comes_late_ends_the_suspicion(self):
        change = self.approved("transfer_out")
        self.frozen.move_to("2026-09-18")
        self.Change._cron_follow()
        self.step(change, "answer", file=PICTURE, file_name="回执.pdf")
        self.assertEqual(self.case().state, "excluded")
        self.assertEqual(self.case().excluded_reason_id.code, "transfer")

    def test_a_change_that_takes_effect_ends_a_mere_suspicion(self):
        self.mark(self.one, "suspected", missing_since="2026-09-01")
        self.approved("suspension", valid_until="2027-01-31")
        case = self.case()
        self.assertEqual(case.state, "excluded")
        self.assertEqual(case.excluded_reason_id.code, "suspended")
        self.assertEqual(str(case.exclusion_until), "2027-01-31")

    def test_a_case_that_is_being_looked_into_stays(self):
        self.mark(self.one, "suspected", missing_since="2026-09-01")
        self.case().action_verify()
        self.approved("suspension", valid_until="2027-01-31")
        self.assertEqual(self.case().state, "verifying")
        self.assertIn("Suspension", self.case().message_ids[0].body)

    # A suspension that ran out

    def run_out(self, day):
        """A suspension until Friday 6 November, and what the nights until ``day`` make of it."""
        change = self.approved("suspension", valid_until="2026-11-06")
        for date in ("2026-11-07", "2026-11-10", day):
            self.frozen.move_to(f"{date} 01:00:00")
            self.Change._cron_follow()
        return change

    def test_who_does_not_come_back_is_a_case_after_the_policys_school_days(self):
        change = self.run_out("2026-11-11")  # a Wednesday: three days of school
        self.assertTrue(change.not_back_raised)
        case = self.case()
        self.assertEqual(case.state, "suspected")
        self.assertEqual(str(case.missing_since), "2026-11-07")
        self.frozen.move_to("2026-11-12 01:00:00")
        self.Change._cron_follow()
        self.assertEqual(len(self.case()), 1)

    def test_days_off_do_not_count(self):
        self.run_out("2026-11-10")
        self.assertFalse(self.case())
        self.env["edu.calendar.day"].create({"date": "2026-11-11", "kind": "off", "name": "运动会"})
        self.frozen.move_to("2026-11-11 01:00:00")
        self.Change._cron_follow()
        self.assertFalse(self.case())
        self.frozen.move_to("2026-11-12 01:00:00")
        self.Change._cron_follow()
        self.assertTrue(self.case())

    def test_proof_withdrawn_the_days_count_from_its_end(self):
        """The hospital takes its proof back: what it excused is over that day, not on the day it was
        to run out."""
        change = self.approved("suspension", valid_until="2027-01-31")
        self.frozen.move_to("2026-11-06 01:00:00")  # a Friday
        self.step(change, "end", reason="医院撤回证明")
        self.assertEqual(self.one.enrolment_state, "suspended", "until it resumes")
        for day in ("2026-11-07", "2026-11-09", "2026-11-10"):
            self.frozen.move_to(f"{day} 01:00:00")
            self.Change._cron_follow()
            self.assertFalse(self.case(), day)
        self.frozen.move_to("2026-11-11 01:00:00")
        self.Change._cron_follow()
        self.assertEqual(self.case().state, "suspected")
        self.assertEqual(str(self.case().missing_since), "2026-11-07")
        self.assertIn("2026-11-06", str(self.case().message_ids.mapped("body")))

    def test_run_out_on_a_day_off(self):
        """Until a Sunday: Monday is the first day on which the child is awaited."""
        self.approved("suspension", valid_until="2026-11-08")
        for day, raised in (("2026-11-09", 0), ("2026-11-10", 0), ("2026-11-11", 1)):
            self.frozen.move_to(f"{day} 01:00:00")
            self.Change._cron_follow()
            self.assertEqual(len(self.case()), raised, day)

    def test_who_resumed_is_none(self):
        self.approved("suspension", valid_until="2026-11-06")
        self.frozen.move_to("2026-11-09 01:00:00")
        self.Change._cron_follow()
        self.approved("resumption")
        self.assertEqual(self.one.enrolment_state, "enrolled")
        self.frozen.move_to("2026-11-20 01:00:00")
        self.Change._cron_follow()
        self.assertFalse(self.case())

    def test_who_applied_anew_is_none(self):
        self.approved("suspension", valid_until="2026-11-06")
        self.frozen.move_to("2026-11-09 01:00:00")
        self.Change._cron_follow()
        self.applied("suspension", valid_until="2027-01-31")
        self.frozen.move_to("2026-11-20 01:00:00")
        self.Change._cron_follow()
        self.assertFalse(self.case())
