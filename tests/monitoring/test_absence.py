from datetime import date

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import MonitoringCommon


@tagged("post_install", "-at_install")
class TestAbsence(MonitoringCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.frozen.move_to("2026-10-30")
        Day = cls.env["edu.calendar.day"]
        wanted = {f"2026-10-0{day}": "off" for day in range(1, 8)} | {
            "2026-09-20": "workday",
            "2026-10-10": "workday",
        }
        for day, kind in wanted.items():
            found = Day.search([("date", "=", day)])
            if found:
                found.kind = kind
            else:
                Day.create({"date": day, "kind": kind, "name": "国庆节"})

    def setUp(self):
        super().setUp()
        self.frozen.move_to("2026-10-30")
        self.raised = []
        Student = self.env.registry["edu.student"]
        self.patch(
            Student,
            "_edu_on_absence_streak",
            lambda students, since: self.raised.extend(
                (student.id, since[student]) for student in students
            ),
        )

    def absent(self, *days, student=None, kind="unexcused", role="class_teacher"):
        return (
            self.env["edu.absence"]
            .with_user(self.user[role])
            .create(
                [
                    {"student_id": (student or self.one).id, "date": day, "kind": kind}
                    for day in days
                ]
            )
        )

    def test_three_days_raise_a_suspicion_at_once(self):
        self.absent("2026-09-07", "2026-09-08")
        self.assertFalse(self.raised)
        absence = self.absent("2026-09-09")
        self.assertEqual(self.raised, [(self.one.id, date(2026, 9, 7))])
        self.assertTrue(absence.raised)
        self.assertEqual(absence.streak, 3)

    def test_a_row_raises_once(self):
        self.absent("2026-09-07", "2026-09-08", "2026-09-09", "2026-09-10")
        self.absent("2026-09-11")
        self.assertEqual(len(self.raised), 1)

    def test_a_weekend_does_not_break_the_row(self):
        self.absent("2026-09-10", "2026-09-11", "2026-09-14")
        self.assertEqual(self.raised, [(self.one.id, date(2026, 9, 10))])

    def test_the_national_day_does_not_break_the_row(self):
        self.absent("2026-09-30", "2026-10-08", "2026-10-09")
        self.assertEqual(self.raised, [(self.one.id, date(2026, 9, 30))])

    def test_a_make_up_saturday_is_a_school_day(self):
        self.absent("2026-10-09", "2026-10-10", "2026-10-12")
        self.assertEqual(self.raised, [(self.one.id, date(2026, 10, 9))])

    def test_a_make_up_day_on_which_the_child_came_breaks_the_row(self):
        self.absent("2026-10-08", "2026-10-09", "2026-10-12")
        self.assertFalse(self.raised)

    # the calendar is corrected

    def calendar(self, day, kind):
        Day = self.as_user(self.env["edu.calendar.day"], "bureau")
        found = Day.search([("date", "=", day)])
        if found:
            found.kind = kind
            return found
        return Day.create({"date": day, "kind": kind, "name": "调整"})

    def test_a_day_that_becomes_off_joins_the_row(self):
        self.absent("2026-09-07", "2026-09-08", "2026-09-10")
        self.assertFalse(self.raised)
        day = self.calendar("2026-09-09", "off")
        self.assertEqual(self.raised, [(self.one.id, date(2026, 9, 7))])
        self.as_user(day, "county_admin").unlink()
        last = self.env["edu.absence"].search([("date", "=", "2026-09-10")])
        self.assertEqual(last.streak, 1)
        self.assertEqual(len(self.raised), 1)

    def test_a_make_up_day_entered_later_breaks_the_row(self):
        self.absent("2026-09-11", "2026-09-14")
        self.calendar("2026-09-12", "workday")
        self.absent("2026-09-15")
        self.assertFalse(self.raised)
        self.absent("2026-09-12")
        self.assertEqual(self.raised, [(self.one.id, date(2026, 9, 11))])

    def test_an_absence_on_a_day_that_becomes_off_does_not_count(self):
        self.absent("2026-09-07", "2026-09-08")
        self.calendar("2026-09-08", "off")
        self.absent("2026-09-09")
        self.assertFalse(self.raised)
        self.absent("2026-09-10")
        self.assertEqual(self.raised, [(self.one.id, date(2026, 9, 7))])

    # once

    def test_an_earlier_day_entered_later_raises_nothing_more(self):
        self.absent("2026-09-08", "2026-09-09", "2026-09-10")
        self.absent("2026-09-07")
        self.assertEqual(len(self.raised), 1)
        last = self.env["edu.absence"].search([("date", "=", "2026-09-10")])
        self.assertEqual((last.streak, last.streak_from), (4, date(2026, 9, 7)))

    def test_out_of_order_in_bulk(self):
        absences = self.absent("2026-09-09", "2026-09-07", "2026-09-08")
        self.assertEqual(self.raised, [(self.one.id, date(2026, 9, 7))])
        self.assertEqual(absences.mapped("streak"), [3, 1, 2])

    def test_what_is_left_of_a_row_after_leave_raises_nothing_more(self):
        absences = self.absent(*(f"2026-09-{day:02d}" for day in (7, 8, 9, 10, 11, 14)))
        absences[2].kind = "excused"
        self.assertEqual(len(self.raised), 1)
        self.assertEqual(absences.mapped("streak"), [1, 2, 0, 1, 2, 3])
        absences[2].kind = "unexcused"
        self.assertEqual(len(self.raised), 1)
        self.assertEqual(absences[-1].streak, 6)

    def test_a_new_row_raises_again(self):
        self.absent("2026-09-07", "2026-09-08", "2026-09-09")
        self.absent("2026-09-14", "2026-09-15", "2026-09-16")
        self.assertEqual(
            [since for _child, since in self.raised], [date(2026, 9, 7), date(2026, 9, 14)]
        )

    def test_what_a_case_has_settled_is_counted_no_more(self):
        self.absent("2026-09-07", "2026-09-08", "2026-09-09")
        Student = self.env.registry["edu.student"]
        settled = {self.one.id: date(2026, 9, 9)}
        self.patch(Student, "_edu_absence_settled", lambda students: settled)
        self.absent("2026-09-10", "2026-09-11")
        self.assertEqual(len(self.raised), 1)
        self.absent("2026-09-14")
        self.assertEqual(self.raised[1:], [(self.one.id, date(2026, 9, 10))])

    def test_a_day_taken_away_breaks_the_row(self):
        absences = self.absent("2026-09-07", "2026-09-08")
        self.absent("2026-09-10", "2026-09-11")
        absences[1].unlink()
        self.absent("2026-09-09")
        self.assertEqual(self.raised, [(self.one.id, date(2026, 9, 9))])

    def test_a_lower_number_of_the_policy_is_seen_the_next_night(self):
        self.frozen.move_to("2026-09-09 02:00:00")
        self.absent("2026-09-07", "2026-09-08")
        self.env["edu.policy"]._current().suspect_absence_days = 2
        self.env["edu.absence"]._cron_recount()
        self.assertEqual(self.raised, [(self.one.id, date(2026, 9, 7))])
        self.env["edu.absence"]._cron_recount()
        self.assertEqual(len(self.raised), 1)

    def test_a_row_does_not_go_on_from_the_last_term(self):
        self.env["edu.term"].create(
            {
                "school_year": "2026-2027",
                "season": "spring",
                "start_date": "2027-01-25",
                "end_date": "2027-07-02",
            }
        )
        self.frozen.move_to("2027-01-27")
        self.absent("2027-01-21", "2027-01-22", "2027-01-25")
        self.assertFalse(self.raised)
        self.absent("2027-01-26", "2027-01-27")
        self.assertEqual(self.raised, [(self.one.id, date(2027, 1, 25))])

    def test_the_number_of_queries_does_not_grow_with_the_children(self):
        few = self.children[:2]
        many = self.env["edu.student"].union(*(self.make_student(self.class_a) for _n in range(20)))
        for day in ("2026-09-07", "2026-09-08"):  # something to read
            for student in few | many:
                self.absent(day, student=student)

        def queries(students):
            self.env.flush_all()
            self.env.invalidate_all()
            Absence = self.as_user(self.env["edu.absence"], "class_teacher")
            before = self.env.cr.sql_log_count
            Absence.create([{"student_id": s.id, "date": "2026-09-09"} for s in students])
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        queries(self.make_student(self.class_a))  # caches of the registry
        self.assertEqual(queries(few), queries(many))

    def test_leave_breaks_the_row(self):
        self.absent("2026-09-07", "2026-09-09")
        self.absent("2026-09-08", kind="excused")
        self.assertFalse(self.raised)

    def test_leave_taken_back_completes_the_row(self):
        self.absent("2026-09-07", "2026-09-09")
        middle = self.absent("2026-09-08", kind="excused")
        middle.kind = "unexcused"
        self.assertEqual(self.raised, [(self.one.id, date(2026, 9, 7))])

    def test_a_day_entered_later_completes_the_row(self):
        self.absent("2026-09-07", "2026-09-09")
        self.absent("2026-09-08")
        self.assertEqual(self.raised, [(self.one.id, date(2026, 9, 7))])

    def test_the_number_of_days_is_the_policys(self):
        self.env["edu.policy"]._current().suspect_absence_days = 2
        self.absent("2026-09-07", "2026-09-08")
        self.assertEqual(len(self.raised), 1)

    def test_days_off_future_and_holidays_are_refused(self):
        for day in ("2026-09-12", "2026-10-01", "2026-11-02", "2026-08-31"):
            with self.subTest(day=day), self.assertRaises(ValidationError):
                self.absent(day)

    def test_one_entry_a_day(self):
        self.absent("2026-09-07")
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.absent("2026-09-07")

    def test_place_and_row_are_not_sent_by_a_client(self):
        absence = (
            self.env["edu.absence"]
            .with_user(self.user["class_teacher"])
            .create(
                {
                    "student_id": self.one.id,
                    "date": "2026-09-07",
                    "raised": True,
                    "streak": 9,
                    "class_id": self.class_b.id,
                }
            )
        )
        self.assertFalse(absence.raised)
        self.assertEqual(absence.streak, 1)
        self.assertEqual(absence.class_id, self.class_a)
        with self.assertRaises(UserError):
            absence.student_id = self.two

    def test_an_absence_that_raised_a_suspicion_stays(self):
        absences = self.absent("2026-09-07", "2026-09-08", "2026-09-09")
        with self.assertRaises(UserError):
            absences[-1].unlink()
        absences[-1].kind = "excused"
        absences[0].unlink()

    def test_who_may_enter(self):
        for role in ("class_teacher", "records_admin", "dean"):
            with self.subTest(role=role):
                self.absent("2026-09-07", role=role).unlink()
        for role in ("principal", "township", "bureau", "inspector", "county_admin"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.absent("2026-09-07", role=role)
        for role in ("class_teacher", "records_admin"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.absent("2026-09-07", student=self.other_student, role=role)

    def test_who_may_read(self):
        absence = self.absent("2026-09-07")
        for role in ("principal", "township", "bureau", "inspector"):
            self.assertTrue(self.as_user(absence, role).has_access("read"), role)
            self.assertFalse(self.as_user(absence, role, other=True).has_access("read"), role)
