from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged

from .common import MonitoringCommon


class RollCommon(MonitoringCommon):
    """Wednesday, 16 September 2026, ten past eight in the county."""

    freeze = "2026-09-16 00:10:00"

    def setUp(self):
        super().setUp()
        self.raised = {}
        self.patch(
            self.env.registry["edu.student"],
            "_edu_on_absence_streak",
            lambda students, since: self.raised.update(since),
        )

    def roll(self, role="class_teacher", other=False):
        return self.as_user(self.env["edu.roll.call"], role, other=other)

    def screen(self, day=False, kind="day", role="class_teacher", klass=None, school=None):
        klass = klass or (not school and self.class_a)
        return self.roll(role).action_sheet(klass and klass.id, school and school.id, day, kind)

    def statuses(self, **kwargs):
        return {child["id"]: child["status"] for child in self.screen(**kwargs)["children"]}

    def call(
        self, changes=None, day="2026-09-16", kind="day", role="class_teacher", klass=None,
        school=None, was=None, seen=0, leader=False, user=None,
    ):  # fmt: skip
        """Call class A (or another place); ``changes`` is {child: status or (status, leave)}."""
        klass = klass or (not school and self.class_a)
        roll = self.env["edu.roll.call"].with_user(user) if user else self.roll(role)
        rows = []
        shown = self.statuses(day=day, kind=kind, role=role, klass=klass, school=school)
        for student, status in (changes or {}).items():
            leave = None
            if isinstance(status, tuple):
                status, leave = status
            row = {
                "student_id": student.id,
                "was": (was or {}).get(student, shown.get(student.id)),
                "status": status,
            }
            rows.append({**row, "leave": leave} if leave else row)
        return roll.action_call(
            klass and klass.id, school and school.id, day, kind, rows, seen, leader
        )

    def record(self, day="2026-09-16", kind="day", klass=None):
        return self.env["edu.roll.call"].search(
            [("date", "=", day), ("kind", "=", kind), ("class_id", "=", (klass or self.class_a).id)]
        )

    def absence(self, student, day="2026-09-16"):
        return self.env["edu.absence"].search([("student_id", "=", student.id), ("date", "=", day)])

    def status(self, day="2026-09-16", klass=None):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env["edu.roll.status"].search(
            [("date", "=", day), ("class_id", "=", (klass or self.class_a).id)]
        )


@tagged("post_install", "-at_install")
class TestRollCall(RollCommon):
    # a school day

    def test_nobody_absent_is_not_the_same_as_nobody_called(self):
        self.assertEqual(self.status().state, "not_called")
        self.assertFalse(self.screen()["called"])
        data = self.call()
        self.assertEqual(data["called"]["at"], "08:10")
        self.assertEqual(set(self.statuses().values()), {"here"})
        self.assertFalse(self.absence(self.one))
        self.assertEqual(self.status().state, "called")
        self.assertEqual(self.status("2026-09-15").state, "not_called")
        call = self.record()
        self.assertEqual(call.called_by_id, self.user["class_teacher"])
        self.assertEqual(call.expected_count, 5)

    def test_a_tap_for_each_absent_child(self):
        self.call({self.one: "absent", self.two: "absent"})
        absences = self.absence(self.one) | self.absence(self.two)
        self.assertEqual(absences.mapped("kind"), ["unexcused"] * 2)
        self.assertEqual(absences.create_uid, self.user["class_teacher"])
        self.assertEqual(self.record().absent_count, 2)
        row = self.status()
        self.assertEqual((row.absent_count, row.child_count), (2, 5))

    def test_three_days_called_raise_a_suspicion_once(self):
        for day in ("2026-09-14", "2026-09-15", "2026-09-16"):
            self.assertFalse(self.raised)
            self.call({self.one: "absent"}, day=day)
        self.assertEqual(self.raised, {self.one: date(2026, 9, 14)})
        hint = next(c["hint"] for c in self.screen()["children"] if c["id"] == self.one.id)
        self.assertIn("2026-09-14", hint)

    def test_late_and_early_are_no_absence_and_kept(self):
        self.call({self.one: "late", self.two: "early"})
        self.assertFalse(self.absence(self.one) | self.absence(self.two))
        marks = self.record().mark_ids
        self.assertEqual(set(marks.mapped("kind")), {"late", "early"})
        self.assertEqual(self.statuses()[self.one.id], "late")

    def test_an_absent_child_that_comes_late(self):
        self.call({self.one: "absent"})
        self.call({self.one: "late"})
        self.assertFalse(self.absence(self.one))
        call = self.record()
        self.assertEqual(call.mark_ids.kind, "late")
        self.assertEqual(call.corrected_by_id, self.user["class_teacher"])
        self.assertIn("王一: Came late instead of Without leave", call.message_ids[0].body)

    def test_calling_again_without_a_change_keeps_nothing(self):
        self.call({self.one: "absent"})
        number = len(self.record().message_ids)
        self.call()
        self.assertEqual(self.absence(self.one).kind, "unexcused")
        self.assertEqual(len(self.record().message_ids), number)
        self.assertFalse(self.record().corrected_by_id)

    def test_called_on_a_later_day(self):
        self.call({self.one: "absent"}, day="2026-09-14")
        call = self.record("2026-09-14")
        self.assertTrue(call.is_late)
        self.assertIn("2026-09-16", call.message_ids[0].body)
        self.assertEqual(self.status("2026-09-14").state, "late")
        self.assertIn("2026-09-16", self.screen("2026-09-14")["called"]["at"])

    def test_an_absence_that_raised_a_suspicion_is_corrected_and_kept(self):
        for day in ("2026-09-14", "2026-09-15", "2026-09-16"):
            self.call({self.one: "absent"}, day=day)
        self.call({self.one: "here"})
        self.assertEqual(self.absence(self.one).kind, "mistake")
        self.assertEqual(self.statuses()[self.one.id], "here")
        self.call({self.one: "absent"})
        self.assertEqual(self.absence(self.one).kind, "unexcused")

    def test_days_off_future_and_make_up_days(self):
        for day in ("2026-09-12", "2026-09-17", "2026-08-31"):
            with self.subTest(day=day):
                self.assertRefused("", self.call, day=day)
                self.assertTrue(self.screen(day)["no_call"])
        self.env["edu.calendar.day"].create(
            {"date": "2026-09-12", "kind": "workday", "name": "调休"}
        )
        self.call(day="2026-09-12")
        self.assertEqual(self.status("2026-09-12").state, "late")

    def test_the_days_before_and_after(self):
        data = self.screen("2026-09-14")
        self.assertEqual((data["previous"], data["next"]), ("2026-09-11", "2026-09-15"))
        self.assertFalse(self.screen()["next"])

    def test_the_list_of_the_last_month_knows_the_calendar(self):
        rows = self.as_user(self.env["edu.roll.status"], "bureau").search(
            [("class_id", "=", self.class_a.id)]
        )
        days = set(rows.mapped("date"))
        self.assertIn(date(2026, 9, 1), days)
        self.assertNotIn(date(2026, 9, 12), days)
        self.assertFalse([day for day in days if day > date(2026, 9, 16)])
        self.assertEqual(rows.filtered("is_today").date, date(2026, 9, 16))
        self.env["edu.calendar.day"].create({"date": "2026-09-14", "kind": "off", "name": "台风"})
        self.assertFalse(self.status("2026-09-14"))

    def test_a_school_that_opens_later_is_not_called_before(self):
        self.env["edu.term.opening"].create(
            {
                "term_id": self.term.id,
                "school_id": self.school_a.id,
                "start_date": "2026-09-15",
                "reason": "洪水",
            }
        )
        self.assertFalse(self.status("2026-09-14"))
        self.assertEqual(self.status("2026-09-15").state, "not_called")
        self.assertTrue(self.status("2026-09-14", self.class_b))
        self.assertRefused("no school day", self.call, day="2026-09-14")
        self.call(day="2026-09-15")

    def test_not_called_by_school(self):
        self.call()
        groups = dict(
            self.as_user(self.env["edu.roll.status"], "bureau")._read_group(
                [("is_today", "=", True)], ["school_id"], ["not_called:sum"]
            )
        )
        self.assertEqual(groups[self.school_a], 0)
        self.assertEqual(groups[self.school_b], 1)

    # leave

    def test_approved_leave_is_shown_and_excused(self):
        leave = self.env["edu.leave"].create(
            {
                "student_id": self.one.id,
                "date_from": "2026-09-16",
                "date_to": "2026-09-16",
                "requested_by": "母亲",
            }
        )
        leave.action_ask()
        leave.action_approve()
        self.assertEqual(self.statuses()[self.one.id], "leave")
        self.call()
        self.assertEqual(self.absence(self.one).leave_id, leave)
        self.assertEqual(self.record().leave_count, 1)

    def test_on_leave_and_here_all_the_same(self):
        self.test_approved_leave_is_shown_and_excused()
        self.call({self.one: "here"})
        self.assertFalse(self.absence(self.one))
        self.assertEqual(self.statuses()[self.one.id], "here")

    def test_absent_on_a_day_of_leave_is_leave(self):
        self.test_approved_leave_is_shown_and_excused()
        self.call({self.one: "absent"})
        self.assertEqual(self.absence(self.one).kind, "excused")

    def test_leave_that_a_guardian_asks_for_on_the_phone(self):
        values = {"kind": "sick", "requested_by": "奶奶", "date_to": "2026-09-17"}
        self.call({self.one: ("leave", values)})
        leave = self.env["edu.leave"].search([("student_id", "=", self.one.id)])
        self.assertEqual((leave.state, leave.date_to), ("approved", date(2026, 9, 17)))
        self.assertEqual(self.absence(self.one).leave_id, leave)

    def test_leave_that_waits_for_a_leader_is_without_leave_until_then(self):
        self.env["edu.policy"]._current().leave_own_short = False
        self.call({self.one: ("leave", {"kind": "sick", "requested_by": "奶奶"})})
        absence = self.absence(self.one)
        self.assertEqual(absence.kind, "unexcused")
        leave = self.env["edu.leave"].search([("student_id", "=", self.one.id)])
        self.as_user(leave, "dean").action_approve()
        self.assertEqual(absence.kind, "excused")

    def test_expected_back_after_a_leave(self):
        leave = self.env["edu.leave"].create(
            {
                "student_id": self.one.id,
                "date_from": "2026-09-15",
                "date_to": "2026-09-15",
                "requested_by": "母亲",
            }
        )
        leave.action_ask()
        leave.action_approve()
        child = next(c for c in self.screen()["children"] if c["id"] == self.one.id)
        self.assertEqual(child["status"], "here")
        self.assertIn("2026-09-15", child["hint"])

    # who stands on the sheet

    def test_who_is_called(self):
        self.two.placement = "home"
        self.three._edu_set_state("suspended")
        self.assertEqual(set(self.statuses()), {self.student.id, self.one.id, self.four.id})
        self.four._edu_move(self.school_a, self.class_a2)
        self.assertNotIn(self.four.id, self.statuses())

    def test_no_number_of_a_child_is_sent(self):
        data = str(self.screen())
        self.assertIn("王一", data)
        for name in ("id_number", "national_no", "address"):
            self.assertNotIn(self.one._edu_secret_clear(name)[self.one.id], data)
            self.assertNotIn(name, data)

    # two at once

    def test_the_second_finds_what_the_first_entered(self):
        shown = self.screen()
        self.call({self.one: "absent"}, role="dean")
        data = self.call({self.two: "absent"}, was={self.two: "here"}, seen=shown["serial"])
        self.assertTrue(data["merged"])
        statuses = {child["id"]: child["status"] for child in data["children"]}
        self.assertEqual(statuses[self.one.id], "absent")
        self.assertEqual(statuses[self.two.id], "absent")
        self.assertFalse(self.call(seen=data["serial"])["merged"])

    def test_the_same_child_told_differently_is_refused(self):
        self.call({self.one: "absent"}, role="dean")
        self.assertRefused(
            "王一: somebody else", self.call, {self.one: "late"}, was={self.one: "here"}
        )
        self.assertEqual(self.absence(self.one).kind, "unexcused")
        self.call({self.one: "absent"}, was={self.one: "here"})  # both say the same

    # rights

    def test_who_calls(self):
        for role in ("class_teacher", "records_admin", "dean"):
            with self.subTest(role=role):
                self.call(role=role)
        for role in ("vice_principal", "principal", "township", "bureau", "inspector"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.roll(role).action_call(self.class_a.id, False, "2026-09-16", "day", [])
        for role in ("class_teacher", "records_admin", "dean"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.roll(role, True).action_call(self.class_a.id, False, "2026-09-16", "day", [])
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.roll(role, True).action_sheet(self.class_a.id, False, "2026-09-16", "day")

    def test_nobody_writes_past_the_screen(self):
        self.call({self.one: "late"})
        call = self.as_user(self.record(), "class_teacher")
        for record in (call, call.mark_ids):
            with self.assertRaises(AccessError):
                record.write({"date": "2026-09-15"})
            with self.assertRaises(AccessError):
                record.unlink()

    def test_who_reads(self):
        self.call({self.one: "late"})
        call, row = self.record(), self.status()
        for role in ("class_teacher", "records_admin", "dean", "vice_principal", "principal",
                     "township", "bureau", "inspector"):  # fmt: skip
            with self.subTest(role=role):
                for record in (call, row):
                    self.assertTrue(self.as_user(record, role).has_access("read"))
                    self.assertFalse(self.as_user(record, role, other=True).has_access("read"))
                reads = self.as_user(call.mark_ids, role).has_access("read")
                self.assertEqual(reads, role != "township")

    def test_what_the_screen_offers(self):
        data = self.roll().action_sheet()
        self.assertEqual([place["class_id"] for place in data["places"]], [self.class_a.id])
        data = self.roll("dean").action_sheet()
        self.assertIn(self.class_a.id, [place["class_id"] for place in data["places"]])
        self.assertTrue(self.roll("principal").action_sheet()["no_call"])

    def test_wrong_calls_are_refused(self):
        self.assertRefused("Choose", self.call, {self.one: "gone"})
        self.assertRefused("no longer on this sheet", self.call, {self.other_student: "absent"})
        self.assertRefused("each class", self.call, school=self.school_a, role="dean")
        self.assertRefused("no such", self.call, kind="noon")

    # cost

    def test_the_number_of_queries_does_not_grow_with_the_children(self):
        klass = self.class_a2
        self.make_post(self.user["class_teacher"], "class_teacher", klass)
        students = [self.make_student(klass) for _number in range(24)]

        def queries(absent, day):
            self.env.flush_all()
            self.env.invalidate_all()
            changes = [
                {"student_id": student.id, "was": "here", "status": "absent"} for student in absent
            ]
            before = self.env.cr.sql_log_count
            self.roll().action_call(klass.id, False, day, "day", changes)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        queries(students[:1], "2026-09-02")
        self.assertEqual(queries(students[:2], "2026-09-08"), queries(students[2:22], "2026-09-10"))


@tagged("post_install", "-at_install")
class TestBoarders(RollCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        (cls.one | cls.two | cls.three).boarding = True
        cls.mate = cls.make_student(cls.class_a2, name="赵同学", boarding=True)
        cls.teacher_2 = cls.make_user("teacher_a2", "class_teacher", cls.class_a2)

    def told(self, since):
        return self.env["mail.message"].search(
            [("id", ">", since), ("message_type", "=", "user_notification")]
        )

    def last_message(self):
        return self.env["mail.message"].search([], order="id desc", limit=1).id

    def test_only_boarders_are_called(self):
        self.assertEqual(
            set(self.statuses(kind="night")), {self.one.id, self.two.id, self.three.id}
        )
        whole = self.statuses(kind="night", role="dean", school=self.school_a)
        self.assertEqual(set(whole), {self.one.id, self.two.id, self.three.id, self.mate.id})

    def test_what_fits_the_day(self):
        self.assertEqual(self.screen(kind="boarders")["kind"], "night")
        sheet = self.screen("2026-09-13", kind="boarders")
        self.assertEqual(sheet["kind"], "return")
        self.assertFalse(sheet["no_call"])
        for day, kind in (
            ("2026-09-15", "return"),
            ("2026-09-12", "night"),
            ("2026-09-12", "return"),
        ):
            with self.subTest(day=day, kind=kind):
                self.assertRefused("", self.call, day=day, kind=kind)

    def test_return_after_the_days_off_of_the_calendar(self):
        Day = self.env["edu.calendar.day"]
        Day.create({"date": "2026-09-14", "kind": "off", "name": "台风"})
        self.assertRefused("", self.call, day="2026-09-13", kind="return")
        self.call(day="2026-09-14", kind="return")

    def test_returns_of_a_holiday_week(self):
        """The seven days of National Day with their two make-up days, and the eve of the term."""
        is_day = self.env["edu.roll.call"]._edu_is_day
        returns = {
            day: is_day(date.fromisoformat(day), "return", self.class_a)
            for day in (
                *("2026-08-31", "2026-09-01", "2026-09-19", "2026-09-20", "2026-09-27"),
                *("2026-09-30", "2026-10-04", "2026-10-07", "2026-10-09", "2026-10-10"),
                *("2026-10-11", "2027-01-22", "2027-01-24"),
            )
        }
        self.assertEqual(
            [day for day, returning in returns.items() if returning],
            [
                "2026-08-31",  # a Monday: term begins on the Tuesday
                "2026-09-19",  # a Saturday: the Sunday is a make-up day
                "2026-09-27",
                "2026-10-07",  # the last day off, not the Sunday within
                "2026-10-11",
            ],
        )

    def test_missing_at_night_is_told_at_once_and_is_no_absence(self):
        since = self.last_message()
        self.frozen.move_to("2026-09-16 13:40:00")
        self.call({self.one: "missing"}, kind="night")
        mark = self.env["edu.roll.mark"].search([("student_id", "=", self.one.id)])
        self.assertEqual(str(mark.noted_at), "2026-09-16 13:40:00")
        self.assertTrue(mark.is_missing)
        self.assertFalse(self.absence(self.one))
        messages = self.told(since)
        self.assertEqual(
            messages.notified_partner_ids,
            (self.user["class_teacher"] | self.user["dean"]).partner_id,
        )
        for message in messages:
            self.assertIn("王一", message.body)
            self.assertIn("21:40", message.body)
            self.assertNotIn("王二", message.body)

    def test_each_class_teacher_hears_of_the_own_class_only(self):
        since = self.last_message()
        self.call(
            {self.one: "missing", self.mate: "missing"}, kind="night", role="dean",
            school=self.school_a, leader=self.user["vice_principal"].id,
        )  # fmt: skip
        by_partner = {m.notified_partner_ids: m.body for m in self.told(since)}
        self.assertEqual(len(by_partner), 3)
        self.assertIn("赵同学", by_partner[self.teacher_2.partner_id])
        self.assertNotIn("王一", by_partner[self.teacher_2.partner_id])
        self.assertIn("王一", by_partner[self.user["vice_principal"].partner_id])
        self.assertIn("赵同学", by_partner[self.user["vice_principal"].partner_id])

    def test_who_turned_up_keeps_the_time(self):
        self.call({self.one: "missing"}, kind="night")
        since = self.last_message()
        self.frozen.move_to("2026-09-16 14:30:00")
        self.call({self.one: "here"}, kind="night")
        mark = self.record(kind="night").mark_ids
        self.assertEqual(str(mark.found_at), "2026-09-16 14:30:00")
        self.assertFalse(mark.is_missing)
        self.assertFalse(self.told(since))
        self.assertEqual(self.record(kind="night").missing_count, 0)

    def test_once_told_is_enough(self):
        self.call({self.one: "missing"}, kind="night")
        since = self.last_message()
        self.call({self.two: "missing"}, kind="night")
        self.assertTrue(self.told(since))
        for message in self.told(since):
            self.assertNotIn("王一", message.body)

    def test_the_school_sees_what_the_class_teacher_found(self):
        self.call({self.one: "missing"}, kind="night")
        whole = self.statuses(kind="night", role="dean", school=self.school_a)
        self.assertEqual(whole[self.one.id], "missing")
        self.call({self.one: "here"}, kind="night", role="dean", school=self.school_a)
        self.assertEqual(self.statuses(kind="night")[self.one.id], "here")

    def test_on_leave_does_not_return(self):
        leave = self.env["edu.leave"].create(
            {
                "student_id": self.one.id,
                "date_from": "2026-09-14",
                "date_to": "2026-09-15",
                "requested_by": "母亲",
            }
        )
        leave.action_ask()
        leave.action_approve()
        self.assertEqual(self.statuses(day="2026-09-13", kind="return")[self.one.id], "leave")
        self.call(day="2026-09-13", kind="return")
        self.assertEqual(self.record("2026-09-13", "return").leave_count, 1)

    def test_three_nights_missing_are_no_row_of_absences(self):
        for day in ("2026-09-14", "2026-09-15", "2026-09-16"):
            self.call({self.one: "missing"}, day=day, kind="night")
        self.assertFalse(self.raised)

    def test_who_calls(self):
        self.call(kind="night")
        for role in ("records_admin", "dean"):
            with self.subTest(role=role):
                self.call(kind="night", role=role, school=self.school_a)
        with self.assertRaises(AccessError):
            self.roll().action_call(False, self.school_a.id, "2026-09-16", "night", [])
        with self.assertRaises(AccessError):
            self.roll("principal").action_call(False, self.school_a.id, "2026-09-16", "night", [])

    def test_a_class_without_boarders(self):
        (self.one | self.two | self.three).boarding = False
        self.assertTrue(self.roll().action_sheet(kind="boarders")["no_call"])
        with self.assertRaises(UserError):
            self.roll().action_call(self.class_a.id, False, "2026-09-19", "night", [])


class RollTours(RollCommon, HttpCase):
    def tour(self, path, name, user):
        user.password = user.login
        self.start_tour(f"/odoo/action-edu_dropout_control.{path}", name, login=user.login)
        self.env.invalidate_all()


@tagged("post_install", "-at_install")
class TestRollTourPhone(RollTours):
    """Class teachers and boarders' calls on a phone."""

    browser_size = "375x667"
    touch_enabled = True

    def test_a_class_of_forty(self):
        for number in range(35):
            self.make_student(self.class_a, name=f"学生甲{number}")
        self.tour("edu_roll_call_day_action", "edu_roll_call_teacher", self.user["class_teacher"])
        self.assertFalse(self.absence(self.two))
        self.assertEqual(self.absence(self.three).kind, "excused")
        self.assertEqual(
            self.record().mark_ids.mapped(lambda mark: (mark.student_id, mark.kind)),
            [(self.two, "late"), (self.four, "late")],
        )
        self.assertTrue(self.record("2026-09-15").is_late)

    def test_boarders_at_night(self):
        (self.one | self.two | self.three).boarding = True
        self.tour(
            "edu_roll_call_boarders_action", "edu_roll_call_boarders", self.user["class_teacher"]
        )
        mark = self.record(kind="night").mark_ids
        self.assertEqual(mark.student_id, self.one)
        self.assertTrue(mark.found_at)

    def test_boarders_of_the_school_in_two_taps(self):
        (self.student | self.one | self.two | self.three).boarding = True
        self.tour("edu_roll_call_boarders_action", "edu_roll_call_school", self.user["dean"])
        call = self.env["edu.roll.call"].search([("school_id", "=", self.school_a.id)])
        self.assertEqual((call.kind, call.expected_count), ("night", 4))


@tagged("post_install", "-at_install")
class TestRollTourDesktop(RollTours):
    def test_the_bureau_sees_who_was_not_called(self):
        self.call()
        self.tour("edu_roll_status_action", "edu_roll_status_bureau", self.user["bureau"])
