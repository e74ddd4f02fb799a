"""Periods that reports are owed for, and the day on which they are due.

Plain Python without the ORM.
"""

from calendar import monthrange
from datetime import date

MONTHS = {"month": 1, "quarter": 3, "half_year": 6}


def period_of(period, day):
    """First and last day of the calendar month, quarter or half-year that ``day`` lies in; of
    anything else the day itself."""
    months = MONTHS.get(period)
    if not months:
        return day, day
    first = (day.month - 1) // months * months + 1
    last = first + months - 1
    return date(day.year, first, 1), date(day.year, last, monthrange(day.year, last)[1])


def day_in_month(day, later, number):
    """The ``number``-th day of the month that lies ``later`` months after that of ``day``; its last
    day where the month is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + later, 12)
    return date(year, month + 1, min(number, monthrange(year, month + 1)[1]))
