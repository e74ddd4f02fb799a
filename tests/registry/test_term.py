from datetime import date

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import EduCommon


@tagged("post_install", "-at_install")
class TestTerm(EduCommon):
    def make_term(self, start, year="2025-2026", season="autumn", end=None):
        start = date.fromisoformat(start)
        return self.env["edu.term"].create(
            {
                "school_year": year,
                "season": season,
                "start_date": start,
                "end_date": end or date(start.year, 12, 31),
            }
        )

    def test_deadlines_of_the_autumn_term(self):
        """10, 15 and 50 days from 1 September 2026, the day itself not counted."""
        self.assertEqual(self.term.check_deadline, date(2026, 9, 11))
        self.assertEqual(self.term.report_deadline, date(2026, 9, 16))
        self.assertEqual(self.term.plan_deadline, date(2026, 10, 21))

    def test_deadline_on_a_weekend_moves_to_monday(self):
        term = self.make_term("2025-09-03")  # day 10 is Saturday 13 September
        self.assertEqual(term.check_deadline, date(2025, 9, 15))

    def test_deadline_within_national_day_moves_behind_it(self):
        term = self.make_term("2024-08-14", "2024-2025")  # day 50 is Thursday 3 October
        self.assertEqual(term.plan_deadline, date(2024, 10, 8))

    def test_make_up_saturday_is_a_working_day(self):
        """28 September 2025, a Sunday, was worked to make up for National Day."""
        self.assertTrue(self.env["edu.policy"]._edu_is_workday(date(2025, 9, 28)))
        term = self.make_term("2025-09-18")  # day 10 is that Sunday
        self.assertEqual(term.check_deadline, date(2025, 9, 28))

    def test_deadlines_of_the_spring_term(self):
        term = self.make_term("2026-03-02", "2025-2026", "spring", date(2026, 7, 3))
        self.assertEqual(term.check_deadline, date(2026, 3, 12))
        self.assertEqual(term.report_deadline, date(2026, 3, 17))
        self.assertEqual(term.plan_deadline, date(2026, 4, 21))

    def test_the_county_corrects_the_calendar(self):
        self.env["edu.calendar.day"].create(
            {"date": "2026-09-11", "kind": "off", "name": "停课一天"}
        )
        self.assertEqual(self.term.check_deadline, date(2026, 9, 14))
        self.env["edu.calendar.day"].search([("date", "=", "2026-09-11")]).unlink()
        self.assertEqual(self.term.check_deadline, date(2026, 9, 11))

    def test_deadlines_of_a_year_by_hand(self):
        """(first day, check, report, plan), looked up in the printed calendars of 2024 to 2026."""
        for first, check, report, plan in (
            (
                "2024-09-01",
                "2024-09-11",
                "2024-09-18",
                "2024-10-21",
            ),  # Mid-Autumn 15 to 17 September
            ("2025-02-17", "2025-02-27", "2025-03-04", "2025-04-08"),
            ("2025-09-01", "2025-09-11", "2025-09-16", "2025-10-21"),
            ("2026-02-24", "2026-03-06", "2026-03-11", "2026-04-15"),
        ):
            with self.subTest(first):
                deadlines = self.env["edu.term"]._edu_deadlines_from(date.fromisoformat(first))
                self.assertEqual([str(day) for day in deadlines.values()], [check, report, plan])

    def test_a_provisional_deadline_is_counted_anew_once_the_year_is_published(self):
        term = self.make_term("2031-09-01", "2031-2032")
        self.assertEqual(term.check_deadline, date(2031, 9, 11))
        self.env["edu.calendar.day"].create(
            {"date": "2031-09-11", "kind": "off", "name": "测试假日"}
        )
        self.assertEqual(term.check_deadline, date(2031, 9, 12))
        self.assertFalse(term.is_provisional)

    def test_changed_policy_moves_open_terms(self):
        self.env["edu.policy"]._current().write({"check_days": 12})
        self.assertEqual(self.term.check_deadline, date(2026, 9, 14))  # the 13th is a Sunday

    def test_closed_terms_keep_their_deadlines(self):
        self.term.state = "closed"
        self.env["edu.policy"]._current().write({"check_days": 5})
        self.assertEqual(self.term.check_deadline, date(2026, 9, 11))

    def test_each_term_follows_the_policy_of_its_first_day(self):
        self.env["edu.policy"].create(
            {"date_from": "2026-08-15", "check_days": 7, "name": "新办法"}
        )
        self.assertEqual(self.term.check_deadline, date(2026, 9, 8))
        self.assertEqual(self.make_term("2025-09-01").check_deadline, date(2025, 9, 11))

    def test_unpublished_year_is_provisional(self):
        term = self.make_term("2031-09-01", "2031-2032")
        self.assertTrue(term.is_provisional)
        self.assertFalse(self.term.is_provisional)

    def test_current_and_previous(self):
        earlier = self.make_term("2026-03-02", "2025-2026", "spring", date(2026, 7, 3))
        self.assertEqual(self.env["edu.term"]._current(), self.term)
        self.assertEqual(self.env["edu.term"]._current(date(2026, 8, 20)), earlier)
        self.assertEqual(self.term._edu_previous(), earlier)

    def test_dates_and_year_are_checked(self):
        for start, year in (("2027-01-10", "2027-2028"), ("2025-09-01", "2025-2027")):
            with self.subTest(year=year), self.assertRaises(ValidationError):
                self.make_term(start, year)

    @mute_logger("odoo.sql_db")
    def test_a_term_is_entered_once(self):
        self.make_term("2025-09-01")
        with self.assertRaises(IntegrityError):
            self.make_term("2025-03-01", end=date(2025, 7, 1))

    def test_bureau_makes_terms_and_teachers_do_not(self):
        values = {
            "school_year": "2026-2027",
            "season": "spring",
            "start_date": "2027-03-01",
            "end_date": "2027-07-02",
        }
        with self.assertRaises(AccessError):
            self.as_user(self.env["edu.term"], "class_teacher").create(values)
        self.assertTrue(self.as_user(self.env["edu.term"], "bureau").create(values))


@tagged("post_install", "-at_install")
class TestPolicy(EduCommon):
    def test_today_is_the_countys(self):
        Policy = self.env["edu.policy"]
        with freeze_time("2026-09-10 15:59:59"):
            self.assertEqual(Policy._edu_today(), date(2026, 9, 10))
        with freeze_time("2026-09-10 16:00:01"):
            self.assertEqual(Policy._edu_today(), date(2026, 9, 11))

    def test_another_time_zone(self):
        self.env["edu.policy"]._current().tz = "UTC"
        with freeze_time("2026-09-10 16:00:01"):
            self.assertEqual(self.env["edu.policy"]._edu_today(), date(2026, 9, 10))

    def test_numbers_are_positive(self):
        for name in self.env["edu.policy"]._POSITIVE:
            with self.subTest(name=name), self.assertRaises(ValidationError):
                self.env["edu.policy"]._current().write({name: 0})

    def test_report_does_not_come_before_the_check(self):
        with self.assertRaises(ValidationError):
            self.env["edu.policy"]._current().write({"report_days": 9})

    def test_the_last_policy_stays(self):
        with self.assertRaises(ValidationError):
            self.env["edu.policy"].search([]).unlink()

    def test_only_the_county_administrator_writes(self):
        policy = self.env["edu.policy"]._current()
        for role in self.user:
            if role == "county_admin":
                continue
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.as_user(policy.sudo(False), role).write({"check_days": 11})
        self.as_user(policy.sudo(False), "county_admin").write({"check_days": 11})

    def test_periods_of_the_edges(self):
        end = self.env["edu.policy"]._edu_period_end
        for event, days, expected in (
            ("2026-09-01", 10, "2026-09-11"),  # a Friday
            ("2026-09-24", 7, "2026-10-08"),  # 1 October: behind National Day
            ("2026-02-10", 7, "2026-02-24"),  # 17 February: behind Spring Festival
            ("2024-02-22", 7, "2024-02-29"),  # leap day, a Thursday
            (
                "2025-12-25",
                7,
                "2026-01-04",
            ),  # New Year's Day: behind it, a make-up Sunday
        ):
            with self.subTest(event=event):
                self.assertEqual(end(event, days), date.fromisoformat(expected))
