from datetime import date, datetime, timedelta

from hypothesis import given, settings, strategies as st

from odoo.tests.common import BaseCase

from odoo.addons.edu_dropout_control.tools.dates import age_on, parse_date, school_year_start
from odoo.addons.edu_dropout_control.tools.problem import CODES

QUICK = settings(max_examples=60, deadline=None)
_DIGITS = "〇一二三四五六七八九"


def chinese(number):
    if number < 10:
        return _DIGITS[number]
    tens = "" if number < 20 else _DIGITS[number // 10]
    return tens + "十" + (_DIGITS[number % 10] if number % 10 else "")


def spellings(day):
    y, m, d = day.year, day.month, day.day
    yield f"{day:%Y%m%d}"
    yield int(f"{day:%Y%m%d}")
    yield float(f"{day:%Y%m%d}")
    yield day.isoformat()
    yield f"{day.isoformat()} 00:00:00"
    yield f"{day.isoformat()}T00:00:00"
    yield f"{y}/{m}/{d}"
    yield f"{y}.{m}.{d}"
    yield f"{y}-{m}-{d}"
    yield f"{y}年{m}月{d}日"
    yield f" {y} 年 {m} 月 {d} 日 "
    yield f"{y}、{m}、{d}"
    yield "".join(chr(ord(c) + 0xFEE0) if c.isdigit() else c for c in f"{y}年{m}月{d}日")
    yield "".join(_DIGITS[int(c)] for c in str(y)) + f"年{chinese(m)}月{chinese(d)}日"
    yield "".join(_DIGITS[int(c)] for c in str(y)).replace("〇", "零") + (
        f"年{chinese(m)}月{chinese(d)}号"
    )
    yield day
    yield datetime(y, m, d, 8, 30)
    serial = (day - date(1899, 12, 30)).days
    yield serial
    yield float(serial)
    yield str(serial)
    yield serial + 0.5


class TestDates(BaseCase):
    @QUICK
    @given(st.dates(date(1950, 1, 1), date(2060, 12, 31)))
    def test_every_spelling_is_the_same_day(self, day):
        for spelling in spellings(day):
            parsed = parse_date(spelling)
            self.assertEqual((parsed.value, parsed.precision), (day, "day"), repr(spelling))
            self.assertIsNone(parsed.problem)

    def test_months(self):
        for text in (
            "201309",
            201309,
            201309.0,
            "2013-09",
            "2013年9月",
            "2013/9",
            "二〇一三年九月",
        ):
            parsed = parse_date(text)
            self.assertEqual((parsed.value, parsed.precision), (date(2013, 9, 1), "month"), text)

    def test_impossible(self):
        for text in (
            "20130229",
            "2013-09-31",
            "2013年13月1日",
            "20130900",
            "201313",
            "18990101",
            "30000101",
            "二〇一三年二月三十日",
            60,
            80000,
            0,
        ):
            parsed = parse_date(text)
            self.assertIsNone(parsed.value, text)
            self.assertEqual(parsed.problem.code, "date_impossible", text)

    def test_unreadable(self):
        for text in (
            "9/1/2013",
            "13-09-01",
            "1 Sept 2013",
            "不详",
            "2013",
            "2013-9-1-2",
            "20130901-20230901",
            "２０１３年9月某日",
            True,
            float("nan"),
            float("inf"),
            9.90001e17,
            201309.5,
        ):
            parsed = parse_date(text)
            self.assertIsNone(parsed.value, text)
            self.assertIn(parsed.problem.code, ("date_unreadable", "date_impossible"), text)

    def test_empty(self):
        for text in ("", None, "  ", "\u3000", "\u200b"):
            self.assertEqual(parse_date(text).problem.code, "date_empty")

    @QUICK
    @given(st.one_of(st.text(max_size=20), st.floats(), st.integers(), st.booleans(), st.none()))
    def test_nothing_raises(self, value):
        parsed = parse_date(value)
        self.assertEqual(parsed.value is None, parsed.problem is not None)
        if parsed.problem:
            self.assertIn(parsed.problem.code, CODES)

    def test_age(self):
        born = date(2020, 2, 29)
        self.assertEqual(age_on(born, date(2026, 2, 28)), 5)
        self.assertEqual(age_on(born, date(2026, 3, 1)), 6)
        self.assertEqual(age_on(born, born - timedelta(days=1)), -1)

    def test_school_year(self):
        for text, year in (
            ("2026-2027", 2026),
            (2026, 2026),
            ("2026", 2026),
            ("", None),
            ("x", None),
        ):
            self.assertEqual(school_year_start(text), year)
