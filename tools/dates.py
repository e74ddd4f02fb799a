"""Dates in all the spellings of registry exports.

Called by the roster parser and by import wizards. Takes what a cell holds (text, number, date) and
gives a :class:`ParsedDate`; never raises, never guesses between day and month or at a century.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from .problem import Problem, problem
from .text import clean

_CHINESE_DIGITS = {c: str(i) for i, c in enumerate("〇一二三四五六七八九")}
_CHINESE_DIGITS.update({"零": "0", "○": "0", "Ｏ": "0", "O": "0", "元": "1"})
_CHINESE = re.compile(
    r"([〇零○O一二三四五六七八九]{4})年([一二三四五六七八九十元]{1,3})月"
    r"(?:([一二三四五六七八九十廿卅]{1,4})[日号]?)?"
)
_TIME = r"(?:[ T]?\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?Z?)?"
_SEPARATED = re.compile(
    r"(\d{4}) ?[-/.年\\、,_—–] ?(\d{1,2})(?: ?[-/.月\\、,_—–] ?(\d{1,2}) ?[日号]?)? ?月?" + _TIME
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})?" + _TIME)
_SHORT_YEAR = re.compile(
    r"(\d{2}) ?[-/.年\\、,_—–] ?(\d{1,2})(?: ?[-/.月\\、,_—–] ?(\d{1,2}) ?[日号]?)? ?月?" + _TIME
)
_EPOCH = date(1899, 12, 30)  # right for serials after the 29 February 1900 that Excel believes in
_FIRST_SERIAL, _LAST_SERIAL = 61, 73050  # 1900-03-01 to 2099-12-31
_FIRST_YEAR, _LAST_YEAR = 1900, 2099


@dataclass(frozen=True)
class ParsedDate:
    """``value`` a date (the first of the month if ``precision`` is "month") or None with a
    ``problem``: date_empty, date_unreadable or date_impossible."""

    value: date | None
    precision: str = "day"
    problem: Problem | None = None


def _made(year, month, day):
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return ParsedDate(None, problem=problem("date_impossible"))
    try:
        value = date(year, month, 1 if day is None else day)
    except ValueError:
        return ParsedDate(None, problem=problem("date_impossible"))
    return ParsedDate(value, "month" if day is None else "day")


def _chinese_number(text):
    """一 → 1, 十 → 10, 十一 → 11, 二十 → 20, 三十一 → 31, 廿三 → 23; None if it is none."""
    text = text.replace("廿", "二十").replace("卅", "三十").replace("元", "一")
    head, ten, tail = text.partition("十")
    digits = {c: i for i, c in enumerate("〇一二三四五六七八九")}
    if any(c not in digits for c in head + tail) or len(head) > 1 or len(tail) > 1:
        return None
    if not ten:
        return digits[head] if head else None
    return (digits[head] if head else 1) * 10 + (digits[tail] if tail else 0)


def from_serial(number):
    """An Excel day count (1900 system) as a :class:`ParsedDate`."""
    whole = int(number)
    if not _FIRST_SERIAL <= whole <= _LAST_SERIAL:
        return ParsedDate(None, problem=problem("date_impossible"))
    return ParsedDate(_EPOCH + timedelta(days=whole))


def parse_date(value):
    """Read one date.

    :param value: date, datetime, int, float, str or None. Numbers of eight digits are YYYYMMDD, of
        six YYYYMM, of up to five Excel serials, as text too.
    :return: :class:`ParsedDate`.
    """
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        return _made(value.year, value.month, value.day)
    if isinstance(value, bool):
        return ParsedDate(None, problem=problem("date_unreadable"))
    if isinstance(value, float):
        if not abs(value) < 1e9:  # also infinite, not a number
            return ParsedDate(None, problem=problem("date_unreadable"))
        if value != int(value):  # a moment: only serials have a fraction
            if _FIRST_YEAR <= int(value) <= _LAST_YEAR:  # 2015.09, typed as a number
                return ParsedDate(None, problem=problem("date_month_only"))
            return (
                from_serial(value)
                if 0 < value < 100000
                else ParsedDate(None, problem=problem("date_unreadable"))
            )
        value = int(value)
    return _parsed(clean(value))


@lru_cache(maxsize=4096)  # a roster names few different days
def _parsed(text):
    if not text:
        return ParsedDate(None, problem=problem("date_empty"))
    if re.fullmatch(r"[0-9]{1,5}(?:\.0+)?", text):
        number = int(float(text))
        if _FIRST_YEAR <= number <= _LAST_YEAR:  # a year alone, no day of 1905
            return ParsedDate(None, problem=problem("date_unreadable"))
        return from_serial(number)
    text = re.sub(r"\.0+$", "", text) if re.fullmatch(r"[0-9]+\.0+", text) else text
    match = _COMPACT.fullmatch(text) or _SEPARATED.fullmatch(text)
    if match:
        year, month, day = match.groups()
        return _made(int(year), int(month), int(day) if day else None)
    match = _CHINESE.fullmatch(text.replace(" ", ""))
    if match:
        year = int("".join(_CHINESE_DIGITS[c] for c in match.group(1)))
        month = _chinese_number(match.group(2))
        day = _chinese_number(match.group(3)) if match.group(3) else None
        if month is not None and (day is not None or not match.group(3)):
            return _made(year, month, day)
    return ParsedDate(None, problem=problem("date_unreadable"))


def may_be(value, day):
    """Whether a date that is written without its day, or with the last two figures of its year only,
    may be ``day``: by itself it tells no date, but agrees or disagrees with one that is known.

    :param value: what the cell holds: text, or a number such as 2015.09
    """
    text = clean(str(value))
    match = _SHORT_YEAR.fullmatch(text)
    if match:
        year, month, on = (int(part) if part else None for part in match.groups())
        return (year, month) == (day.year % 100, day.month) and on in (None, day.day)
    parsed = _parsed(text)
    if parsed.precision != "month":
        return False
    # of October, typed as a number, Excel leaves 2015.1
    months = {1, 10} if re.fullmatch(r"\d{4}\.1", text) else {parsed.value.month}
    return parsed.value.year == day.year and day.month in months


def age_on(birthdate, day):
    """Full years of life on ``day``; negative before birth."""
    had_birthday = (day.month, day.day) >= (birthdate.month, birthdate.day)
    return day.year - birthdate.year - (0 if had_birthday else 1)


def school_year_start(school_year):
    """The first calendar year of a school year given as "2026-2027", "2026" or 2026; else None."""
    match = re.match(r"\s*((?:19|20)\d{2})(?!\d)", str(school_year or ""))
    return int(match.group(1)) if match else None
