from datetime import date, timedelta
from pathlib import Path
from xml.etree import ElementTree

from hypothesis import given, settings, strategies as st

from odoo.tests.common import BaseCase

from odoo.addons.edu_dropout_control.tools import calendar

TABLE = Path(calendar.__file__).resolve().parent.parent / "data" / "calendar_days.xml"


def table():
    """The records of the data file as {id, date, kind, name}."""
    return [
        {"id": record.get("id"), **{field.get("name"): field.text for field in record}}
        for record in ElementTree.parse(TABLE).getroot().iter("record")
    ]


class TestCalendar(BaseCase):
    def setUp(self):
        super().setUp()
        self.exceptions = {date.fromisoformat(row["date"]): row["kind"] for row in table()}
        self.is_workday = calendar.workday_rule(self.exceptions)

    def test_the_day_of_the_event_is_not_counted(self):
        """Ten days from Tuesday 1 September 2026 end on Friday the 11th."""
        end = calendar.period_end(date(2026, 9, 1), 10, self.is_workday)
        self.assertEqual(end, date(2026, 9, 11))

    def test_a_weekend_moves_to_monday(self):
        end = calendar.period_end(date(2026, 9, 1), 11, self.is_workday)
        self.assertEqual(end, date(2026, 9, 14))

    def test_a_make_up_sunday_counts_as_worked(self):
        end = calendar.period_end(date(2026, 9, 1), 19, self.is_workday)
        self.assertEqual(end, date(2026, 9, 20))

    def test_the_national_holiday_moves_to_its_end(self):
        end = calendar.period_end(date(2026, 9, 1), 30, self.is_workday)
        self.assertEqual(end, date(2026, 10, 8))

    def test_zero_days_and_next_workday(self):
        self.assertEqual(
            calendar.period_end(date(2026, 9, 2), 0, self.is_workday), date(2026, 9, 2)
        )
        self.assertEqual(calendar.next_workday(date(2026, 9, 5), self.is_workday), date(2026, 9, 7))

    def test_errors(self):
        with self.assertRaises(ValueError):
            calendar.period_end(date(2026, 9, 1), -1, self.is_workday)
        with self.assertRaises(ValueError):
            calendar.period_end(date(2026, 9, 1), 1, lambda day: False)

    @settings(max_examples=60, deadline=None)
    @given(st.dates(date(2023, 1, 1), date(2026, 12, 31)), st.integers(0, 60))
    def test_never_early_never_off(self, event, days):
        end = calendar.period_end(event, days, self.is_workday)
        natural = event + timedelta(days=days)
        self.assertGreaterEqual(end, natural)
        self.assertTrue(self.is_workday(end))
        self.assertFalse(
            any(self.is_workday(natural + timedelta(n)) for n in range((end - natural).days))
        )

    def test_provisional(self):
        self.assertTrue(calendar.is_provisional(date(2027, 1, 4), 2026))
        self.assertFalse(calendar.is_provisional(date(2026, 12, 31), 2026))

    def test_the_table_holds_exceptions_only(self):
        rows = table()
        self.assertEqual(len({row["date"] for row in rows}), len(rows))
        self.assertGreaterEqual({row["date"][:4] for row in rows}, {"2023", "2024", "2025", "2026"})
        for row in rows:
            day = date.fromisoformat(row["date"])
            self.assertEqual(row["id"], f"day_{day:%Y%m%d}")
            self.assertTrue(row["name"])
            self.assertEqual(row["kind"], "off" if day.weekday() < 5 else "workday")

    def test_the_table_agrees_with_the_published_calendar(self):
        try:
            import chinese_calendar
        except ImportError:
            self.skipTest("chinesecalendar is for development only")
        day = date(2023, 1, 1)
        while day <= date(2026, 12, 31):
            self.assertEqual(self.is_workday(day), chinese_calendar.is_workday(day), day)
            day += timedelta(days=1)

    def test_ends_of_months(self):
        days = {
            date(2026, 2, 1): date(2026, 2, 28),
            date(2028, 2, 10): date(2028, 2, 29),
            date(2026, 12, 31): date(2026, 12, 31),
            date(2026, 4, 30): date(2026, 4, 30),
        }
        for day, end in days.items():
            with self.subTest(day=day):
                self.assertEqual(calendar.month_end(day), end)

    def test_monthly_due(self):
        table = [
            # last, done, due
            (date(2026, 9, 20), False, date(2026, 10, 31)),
            (date(2026, 10, 1), False, date(2026, 10, 31)),  # its first month counts whole
            (date(2026, 10, 1), True, date(2026, 11, 30)),
            (date(2026, 12, 31), True, date(2027, 1, 31)),
            (date(2027, 1, 31), True, date(2027, 2, 28)),  # a Sunday: it does not move
            (date(2028, 1, 31), True, date(2028, 2, 29)),
            (date(2028, 2, 29), True, date(2028, 3, 31)),
        ]
        for last, done, due in table:
            with self.subTest(last=last, done=done):
                self.assertEqual(calendar.monthly_due(last, done), due)

    @given(st.dates(date(2020, 1, 1), date(2040, 12, 31)), st.booleans())
    def test_monthly_due_is_the_end_of_this_month_or_the_next(self, last, done):
        due = calendar.monthly_due(last, done)
        self.assertEqual((due + timedelta(days=1)).day, 1)
        months = (due.year - last.year) * 12 + due.month - last.month
        self.assertEqual(months, 0 if last.day == 1 and not done else 1)
