"""Ends of periods, by the calendar of the county.

Called by ``edu.policy`` (``_edu_period_end``) and by everything that has a deadline. Civil Code art.
200–204: natural days, the day of the event is not counted, a period whose last day is a day off ends
with the next working day (make-up working days count as working days).
"""

from calendar import monthrange
from datetime import timedelta

OFF = "off"
WORKDAY = "workday"
_LONGEST_BREAK = 60  # days; no calendar has a longer run of days off


def period_end(event_date, days, is_workday):
    """The last day of a period.

    :param date event_date: the day of the event, day zero.
    :param int days: natural days, 0 or more.
    :param is_workday: callable, date → bool, the county's calendar.
    :return: date.
    :raises ValueError: negative ``days``, or a calendar without a working day in sixty days.
    """
    if days < 0:
        raise ValueError("a period cannot have negative days")
    end = event_date + timedelta(days=days)
    for shift in range(_LONGEST_BREAK):
        day = end + timedelta(days=shift)
        if is_workday(day):
            return day
    raise ValueError("the calendar has no working day in sixty days")


def next_workday(day, is_workday):
    """``day`` itself or the first working day after it."""
    return period_end(day, 0, is_workday)


def month_end(day):
    """The last day of the calendar month of ``day``."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def monthly_due(last, done):
    """The last day of the first calendar month that still needs an event.

    No month's end moves to a working day: the day after it the month has none.

    :param date last: the day of the last event, or the one from which months are counted.
    :param bool done: whether ``last`` was an event itself, so that its month has one; without it
        a month counts from its first day only.
    """
    end = month_end(last)
    if not done and last.day == 1:
        return end
    return month_end(end + timedelta(days=1))


def workday_rule(exceptions):
    """A working-day rule from exceptions to Monday-to-Friday.

    :param exceptions: mapping or callable ``get``: date → "off", "workday" or None.
    :return: callable, date → bool.
    """
    get = exceptions if callable(exceptions) else exceptions.get

    def is_workday(day):
        kind = get(day)
        if kind == OFF:
            return False
        return kind == WORKDAY or day.weekday() < 5

    return is_workday


def is_provisional(day, last_published_year):
    """Whether a deadline lies in a year whose days off are not published yet."""
    return day.year > last_published_year
