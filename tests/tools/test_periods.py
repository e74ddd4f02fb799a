from datetime import date

from odoo.tests import BaseCase

from ...tools.periods import day_in_month, period_of


class TestPeriods(BaseCase):
    def test_calendar_periods(self):
        for period, day, first, last in (
            ("month", date(2028, 2, 29), date(2028, 2, 1), date(2028, 2, 29)),
            ("month", date(2026, 12, 31), date(2026, 12, 1), date(2026, 12, 31)),
            ("quarter", date(2026, 9, 30), date(2026, 7, 1), date(2026, 9, 30)),
            ("quarter", date(2026, 10, 1), date(2026, 10, 1), date(2026, 12, 31)),
            ("half_year", date(2026, 6, 30), date(2026, 1, 1), date(2026, 6, 30)),
            ("half_year", date(2026, 7, 1), date(2026, 7, 1), date(2026, 12, 31)),
            ("once", date(2026, 9, 2), date(2026, 9, 2), date(2026, 9, 2)),
        ):
            with self.subTest(period=period, day=day):
                self.assertEqual(period_of(period, day), (first, last))

    def test_day_in_month(self):
        for day, later, number, found in (
            (date(2026, 9, 30), 0, 31, date(2026, 9, 30)),
            (date(2026, 12, 31), 1, 5, date(2027, 1, 5)),
            (date(2027, 1, 31), 1, 31, date(2027, 2, 28)),
        ):
            with self.subTest(day=day, later=later):
                self.assertEqual(day_in_month(day, later, number), found)
