from datetime import date

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import MonitoringCommon


@tagged("post_install", "-at_install")
class TestLeave(MonitoringCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.frozen.move_to("2026-09-16 02:00:00")  # a Wednesday

    def setUp(self):
        super().setUp()
        self.frozen.move_to("2026-09-16 02:00:00")
        self.raised, self.notes = [], {}
        Student = self.env.registry["edu.student"]
        self.patch(
            Student,
            "_edu_on_absence_streak",
            lambda students, since: self.raised.extend(since.values()),
        )
        self.patch(Student, "_edu_note_absence", lambda students, notes: self.notes.update(notes))

    def leave(self, first, last, role="class_teacher", student=None, **values):
        return self.as_user(self.env["edu.leave"], role).create(
            {
                "student_id": (student or self.one).id,
                "date_from": first,
                "date_to": last,
                "requested_by": "母亲",
                **values,
            }
        )

    def proof(self, role="class_teacher"):
        file = self.as_user(self.env["ir.attachment"], role).create(
            {"name": "诊断证明.pdf", "raw": b"%PDF-1.4 made up"}
        )
        return {"proof_ids": [Command.link(file.id)]}

    def absent(self, *days, student=None, **values):
        return self.as_user(self.env["edu.absence"], "class_teacher").create(
            [{"student_id": (student or self.one).id, "date": day, **values} for day in days]
        )

    # who approves

    def test_a_short_leave_is_approved_by_who_asked_where_the_policy_says_so(self):
        leave = self.leave("2026-09-14", "2026-09-16")
        leave.action_ask()
        self.assertEqual(leave.state, "approved")
        self.assertEqual(leave.decided_by_id, self.user["class_teacher"])
        self.assertIn("Class teacher", leave.decided_as)

    def test_a_short_leave_waits_for_another_where_the_policy_says_otherwise(self):
        self.env["edu.policy"]._current().leave_own_short = False
        leave = self.leave("2026-09-14", "2026-09-16")
        leave.action_ask()
        self.assertEqual(leave.state, "asked")
        self.assertRefused("nobody decides", leave.action_approve, error=AccessError)
        self.assertEqual(leave.activity_ids.user_id, self.user["dean"])
        self.as_user(leave, "dean").action_approve()
        self.assertEqual(leave.state, "approved")
        self.assertFalse(leave.activity_ids)

    def test_days_are_school_days(self):
        self.assertEqual(self.leave("2026-09-11", "2026-09-15").school_days, 3)
        self.env["edu.calendar.day"].create(
            {"date": "2026-09-12", "kind": "workday", "name": "调休"}
        )
        self.assertEqual(self.leave("2026-09-11", "2026-09-15").school_days, 4)

    def test_a_long_leave_takes_a_proof_and_a_leader(self):
        leave = self.leave("2026-09-14", "2026-09-17")
        self.assertRefused("Proof", leave.action_ask)
        leave.write(self.proof())
        leave.action_ask()
        self.assertEqual(leave.state, "asked")
        self.assertRefused("Dean", leave.action_approve, error=AccessError)
        for role in ("records_admin", "township", "bureau"):
            with self.subTest(role=role):
                self.assertRefused("", self.as_user(leave, role).action_approve, error=AccessError)
        self.as_user(leave, "principal").action_approve()
        self.assertEqual(leave.state, "approved")

    def test_a_dean_does_not_approve_what_the_dean_asked_for(self):
        leave = self.leave("2026-09-14", "2026-09-17", "dean", **self.proof("dean"))
        leave.action_ask()
        self.assertEqual(leave.activity_ids.user_id, self.user["vice_principal"])
        self.assertRefused("nobody decides", leave.action_approve, error=AccessError)
        self.as_user(leave, "vice_principal").action_approve()

    def test_a_dean_asks_for_a_short_one_and_the_class_teacher_approves(self):
        leave = self.leave("2026-09-16", "2026-09-16", "dean")
        leave.action_ask()
        self.assertEqual(leave.state, "asked")
        self.as_user(leave, "class_teacher").action_approve()
        self.assertEqual(leave.state, "approved")

    def test_refused_with_a_reason(self):
        leave = self.leave("2026-09-14", "2026-09-17", **self.proof())
        leave.action_ask()
        self.assertRefused("Say why", self.as_user(leave, "dean").action_refuse)
        self.as_user(leave, "dean").decision_note = "证明不清楚"
        self.as_user(leave, "dean").action_refuse()
        self.assertEqual(leave.state, "refused")
        with self.assertRaises(AccessError):
            leave.decision_note = "改"

    def test_what_was_asked_for_stands(self):
        leave = self.leave("2026-09-14", "2026-09-17", **self.proof())
        with self.assertRaises(AccessError):
            leave.state = "approved"
        leave.action_ask()
        self.assertRefused("only from", leave.write, {"date_to": "2026-09-30"})
        with self.assertRaises(AccessError):
            self.as_user(leave.proof_ids, "class_teacher").unlink()
        with self.assertRaises(UserError):
            leave.unlink()

    def test_what_is_needed_to_ask(self):
        leave = self.leave("2026-09-16", "2026-09-16", requested_by=False, kind="other")
        self.assertRefused("Guardian Who Asked, Reason", leave.action_ask)
        weekend = self.leave("2026-09-12", "2026-09-13")
        self.assertRefused("no school day", weekend.action_ask)

    def test_one_leave_at_a_time(self):
        self.leave("2026-09-14", "2026-09-15").action_ask()
        with self.assertRaises(ValidationError):
            self.leave("2026-09-15", "2026-09-16").action_ask()
        self.leave("2026-09-16", "2026-09-16").action_ask()

    # what it excuses

    def test_absences_of_its_days_are_excused_before_and_after(self):
        before = self.absent("2026-09-14", "2026-09-15")
        leave = self.leave("2026-09-15", "2026-09-16")
        leave.action_ask()
        after = self.absent("2026-09-16")
        self.assertEqual(before.mapped("kind"), ["unexcused", "excused"])
        self.assertEqual(before.mapped("streak"), [1, 0])
        self.assertEqual((after.kind, after.leave_id), ("excused", leave))
        self.assertFalse(self.raised)

    def test_approved_later_a_case_that_was_raised_gets_a_note(self):
        absences = self.absent("2026-09-14", "2026-09-15", "2026-09-16")
        self.assertEqual(self.raised, [date(2026, 9, 14)])
        self.leave("2026-09-14", "2026-09-16").action_ask()
        self.assertEqual(set(absences.mapped("kind")), {"excused"})
        self.assertTrue(absences[-1].raised)
        self.assertIn("3 absences", self.notes[self.one])

    def test_not_back_when_it_ends_is_without_leave(self):
        self.leave("2026-09-10", "2026-09-11").action_ask()
        Leave = self.env["edu.leave"]
        ended = Leave._edu_just_ended(self.children, date(2026, 9, 14))
        self.assertEqual(ended, {self.one.id: date(2026, 9, 11)})
        self.assertFalse(Leave._edu_just_ended(self.children, date(2026, 9, 15)))
        absences = self.absent("2026-09-11", "2026-09-14", "2026-09-15", "2026-09-16")
        self.assertEqual(absences.mapped("kind"), ["excused"] + ["unexcused"] * 3)
        self.assertEqual(self.raised, [date(2026, 9, 14)])

    def test_over_a_holiday_and_a_make_up_saturday(self):
        """30 September to 10 October: seven days are off, and the Saturday is a school day. It counts
        as one, is excused like one, and the child is awaited on the Monday after it."""
        leave = self.leave("2026-09-30", "2026-10-10", **self.proof())
        self.assertEqual(leave.school_days, 4)
        self.assertTrue(leave.is_long)
        leave.action_ask()
        self.as_user(leave, "dean").action_approve()
        self.frozen.move_to("2026-10-14 02:00:00")
        excused = self.absent("2026-09-30", "2026-10-08", "2026-10-10")
        self.assertEqual(set(excused.mapped("kind")), {"excused"})
        with self.assertRaises(ValidationError):
            self.absent("2026-10-05")  # a day off within it
        just_ended = self.env["edu.leave"]._edu_just_ended
        self.assertEqual(
            just_ended(self.children, date(2026, 10, 12)), {self.one.id: date(2026, 10, 10)}
        )
        absences = self.absent("2026-10-12", "2026-10-13")
        self.assertEqual(absences.mapped("streak"), [1, 2], "the days of leave do not count")
        self.absent("2026-10-14")
        self.assertEqual(self.raised, [date(2026, 10, 12)])

    def test_a_leave_of_days_off_only_is_none(self):
        self.assertRefused(
            "no school day lies in it", self.leave("2026-10-01", "2026-10-07").action_ask
        )

    def test_a_leave_that_ends_before_a_make_up_saturday(self):
        """The Saturday is the day on which the child is to be back."""
        self.leave("2026-10-08", "2026-10-09").action_ask()
        self.frozen.move_to("2026-10-12 02:00:00")
        just_ended = self.env["edu.leave"]._edu_just_ended
        self.assertTrue(just_ended(self.children, date(2026, 10, 10)))
        self.assertFalse(just_ended(self.children, date(2026, 10, 12)))

    def test_back_before_it_ends(self):
        leave = self.leave("2026-09-14", "2026-09-18", **self.proof())
        leave.action_ask()
        self.as_user(leave, "dean").action_approve()
        leave.action_back()
        self.assertEqual(leave.back_on, date(2026, 9, 16))
        self.assertTrue(leave.is_over)
        absences = self.absent("2026-09-15", "2026-09-16")
        self.assertEqual(absences.mapped("kind"), ["excused", "unexcused"])

    def test_taken_back_its_absences_are_without_leave(self):
        leave = self.leave("2026-09-14", "2026-09-16")
        leave.action_ask()
        absences = self.absent("2026-09-14", "2026-09-15", "2026-09-16")
        with self.assertRaises(AccessError):
            leave.action_revoke()
        dean = self.as_user(leave, "dean")
        self.assertRefused("Say why", dean.action_revoke)
        dean.decision_note = "家长并未请假"
        dean.action_revoke()
        self.assertEqual(set(absences.mapped("kind")), {"unexcused"})
        self.assertEqual(self.raised, [date(2026, 9, 14)])

    def test_more_days_than_the_policy_leaves_are_not_excused_by_hand(self):
        self.absent("2026-09-10", "2026-09-11", "2026-09-14", kind="excused")
        with self.assertRaisesRegex(UserError, "take a leave"):
            self.absent("2026-09-15", kind="excused")

    def test_a_mistake_is_kept_and_told(self):
        absences = self.absent("2026-09-14", "2026-09-15", "2026-09-16")
        absences[-1].kind = "mistake"
        self.assertIn("2026-09-16", self.notes[self.one])
        self.assertEqual(absences.mapped("streak"), [1, 2, 0])

    # who sees it

    def test_who_reads_and_who_enters(self):
        leave = self.leave("2026-09-14", "2026-09-14")
        readers = ("class_teacher", "records_admin", "dean", "vice_principal", "principal")
        for role in (*readers, "bureau", "inspector"):
            with self.subTest(role=role):
                self.assertTrue(self.as_user(leave, role).has_access("read"))
                self.assertFalse(self.as_user(leave, role, other=True).has_access("read"))
        for role in ("township", "student_aid", "county_admin"):
            with self.subTest(role=role):
                self.assertFalse(self.as_user(leave, role).has_access("read"))
        for role in ("principal", "vice_principal", "bureau", "inspector"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.leave("2026-09-15", "2026-09-15", role)
        with self.assertRaises(AccessError):
            self.leave("2026-09-15", "2026-09-15", student=self.other_student)
