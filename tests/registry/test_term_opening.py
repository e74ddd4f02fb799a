from datetime import date

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..monitoring.common import MonitoringCommon


@tagged("post_install", "-at_install")
class TestTermOpening(MonitoringCommon):
    def open_on(self, day, part="school", school=None, role=None, other=False, **values):
        Opening = self.env["edu.term.opening"]
        if role:
            Opening = self.as_user(Opening, role, other)
        return Opening.create(
            {
                "term_id": self.term.id,
                "school_id": (school or self.school_a).id,
                "part": part,
                "start_date": day,
                "reason": "洪水",
                **values,
            }
        )

    # Dates

    def test_deadlines_count_from_the_schools_own_day(self):
        self.open_on("2026-09-08")
        self.assertEqual(self.check.check_deadline, date(2026, 9, 18))
        self.assertEqual(self.other_check.check_deadline, date(2026, 9, 11))
        reports = self.env["edu.dropout.report"].search([("term_id", "=", self.term.id)])
        deadlines = {report.school_id: report.deadline for report in reports}
        self.assertEqual(deadlines[self.school_a], date(2026, 9, 23))
        self.assertEqual(deadlines[self.school_b], date(2026, 9, 16))
        self.assertEqual(
            self.term._edu_deadline("plan_deadline", self.school_a), date(2026, 10, 28)
        )

    def test_the_last_grade_says_when_the_school_is_done(self):
        self.open_on("2026-09-08", "6")
        self.assertEqual(self.check.check_deadline, date(2026, 9, 18))
        self.assertEqual(self.term._edu_first_day(self.school_a), date(2026, 9, 1))
        self.assertEqual(self.term._edu_first_day(self.school_a, 6), date(2026, 9, 8))
        self.assertEqual(self.term._edu_first_day(self.school_a, 3), date(2026, 9, 1))
        self.assertEqual(self.sheet.check_deadline, date(2026, 9, 11), "grade 3 as ever")

    def test_a_grade_goes_before_its_school(self):
        self.open_on("2026-09-08")
        self.open_on("2026-09-03", "3")
        self.assertEqual(self.term._edu_first_day(self.school_a, 3), date(2026, 9, 3))
        self.assertEqual(self.term._edu_first_day(self.school_a, 4), date(2026, 9, 8))
        self.assertEqual(self.sheet.check_deadline, date(2026, 9, 14))

    def test_sheet_of_a_late_grade_is_not_late_with_its_school(self):
        self.open_on("2026-09-08", "3")
        klass = self.make_class(self.school_a, 4)
        self.make_student(klass)
        self.check.action_refresh()
        other = self.check.sheet_ids.filtered(lambda sheet: sheet.class_id == klass)
        self.frozen.move_to("2026-09-14 00:30:00")
        self.env.invalidate_all()
        self.assertEqual(self.sheet.deadline_state, "on_time")
        self.assertEqual(other.deadline_state, "late")
        self.assertEqual(self.check.deadline_state, "on_time", "until its last grade is due")

    def test_sql_says_the_same(self):
        self.open_on("2026-09-08", "6")
        self.open_on("2026-09-03", school=self.junior_a)
        self.open_on("2026-08-25", school=self.school_b)
        self.env.flush_all()
        self.term._edu_open(self.env["edu.school"].search([]))
        for check in self.term.roster_check_ids:
            self.assertEqual(
                check.check_deadline,
                self.term._edu_deadline("check_deadline", check.school_id),
                check.school_id.name,
            )
        status = self.env["edu.dropout.report.status"].search([("term_id", "=", self.term.id)])
        self.assertGreater(len(status), 3)
        for row in status:
            self.assertEqual(
                row.deadline, self.term._edu_deadline("report_deadline", row.school_id)
            )

    def test_a_term_opened_afterwards_knows_it(self):
        spring = self.env["edu.term"].create(
            {
                "school_year": "2026-2027",
                "season": "spring",
                "start_date": "2027-03-01",
                "end_date": "2027-07-02",
            }
        )
        self.open_on("2027-03-08", term_id=spring.id)
        spring._edu_open(self.school_a | self.school_b)
        checks = {check.school_id: check.check_deadline for check in spring.roster_check_ids}
        self.assertEqual(checks[self.school_a], date(2027, 3, 18))
        self.assertEqual(checks[self.school_b], date(2027, 3, 11))

    def test_taken_back_or_changed_the_deadline_follows(self):
        opening = self.open_on("2026-09-08")
        opening.start_date = "2026-09-07"
        self.assertEqual(self.check.check_deadline, date(2026, 9, 17))
        opening.unlink()
        self.assertEqual(self.check.check_deadline, date(2026, 9, 11))

    def test_changed_policy_moves_it(self):
        opening = self.open_on("2026-09-08")
        self.env["edu.policy"]._current().write({"check_days": 13})
        self.assertEqual(opening.check_deadline, date(2026, 9, 21))
        self.assertEqual(self.check.check_deadline, date(2026, 9, 21))

    # What follows

    def test_missing_since_the_first_day_of_the_grade(self):
        self.open_on("2026-09-02", "3")
        line = self.line(self.one)
        self.assertEqual(
            self.as_user(self.sheet, "class_teacher").action_marker_data()["term_start"],
            "2026-09-02",
        )
        self.as_user(line, "class_teacher").action_mark_missing()
        self.assertEqual(line.missing_since, date(2026, 9, 2))

    def test_nobody_is_missing_before_the_school_opens(self):
        self.open_on("2026-09-08")
        line = self.as_user(self.line(self.one), "class_teacher")
        self.assertRefused("day to come", line.action_mark_missing, error=ValidationError)

    def test_reminded_by_the_schools_own_days(self):
        self.open_on("2026-09-08")
        self.frozen.move_to("2026-09-07 00:30:00")
        self.env["edu.roster.check"]._cron_remind_begin()
        self.assertTrue(self.other_check.reminded_on)
        self.assertFalse(self.check.reminded_on)
        self.frozen.move_to("2026-09-13 00:30:00")
        self.env["edu.roster.check"]._cron_remind_begin()
        self.assertTrue(self.check.reminded_on)

    def test_absent_only_in_the_schools_own_term(self):
        Absence = self.env["edu.absence"]
        self.frozen.move_to("2026-09-10 00:30:00")
        self.open_on("2026-09-08", "3")
        with self.assertRaises(ValidationError):
            Absence.create({"student_id": self.one.id, "date": "2026-09-07"})
        self.assertTrue(Absence.create({"student_id": self.one.id, "date": "2026-09-08"}))
        self.assertTrue(Absence.create({"student_id": self.other_student.id, "date": "2026-09-07"}))

    def test_a_school_that_opens_early_counts_from_then(self):
        self.open_on("2026-08-24")
        absence = self.env["edu.absence"].create({"student_id": self.one.id, "date": "2026-08-25"})
        self.assertEqual(absence.streak, 1)
        with self.assertRaises(ValidationError):
            self.env["edu.absence"].create(
                {"student_id": self.other_student.id, "date": "2026-08-25"}
            )

    # Refusals

    def test_between_the_last_term_and_the_end_of_this_one(self):
        self.env["edu.term"].create(
            {
                "school_year": "2025-2026",
                "season": "spring",
                "start_date": "2026-03-02",
                "end_date": "2026-07-03",
            }
        )
        for day in ("2026-07-03", "2027-01-22"):
            with self.subTest(day=day), self.assertRaises(ValidationError):
                self.open_on(day)
        self.assertTrue(self.open_on("2026-07-04"))

    def test_only_grades_of_the_school(self):
        with self.assertRaises(ValidationError):
            self.open_on("2026-09-08", "7")

    @mute_logger("odoo.sql_db")
    def test_entered_once(self):
        self.open_on("2026-09-08")
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.open_on("2026-09-09")

    def test_a_term_that_is_over_stays(self):
        opening = self.open_on("2026-09-08")
        self.term.state = "closed"
        self.assertRefused("is over", opening.write, {"start_date": "2026-09-09"})
        self.assertRefused("is over", opening.unlink)
        self.assertRefused("is over", self.open_on, "2026-09-09", "3", error=UserError)

    def test_who_enters_and_who_reads(self):
        opening = self.open_on("2026-09-08", role="bureau")
        self.assertTrue(self.open_on("2026-09-08", "3", role="county_admin"))
        for role in ("principal", "class_teacher", "township", "inspector"):
            with self.subTest(role=role):
                mine = self.as_user(opening, role)
                self.assertEqual(mine.start_date, date(2026, 9, 8))
                with self.assertRaises(AccessError):
                    mine.write({"start_date": "2026-09-09"})
        with self.assertRaises(AccessError):
            self.open_on("2026-09-08", "4", role="bureau", other=True)
        with self.assertRaises(AccessError):
            self.as_user(opening, "bureau").write({"school_id": self.school_x.id})
