#!/usr/bin/env python3
"""Writes data/calendar_days.xml, the days off and make-up working days of the State Council.

Run by hand when the State Council has published another year and a new `chinesecalendar` knows it
(usually in November):

    pip install --upgrade chinesecalendar && python3 dev/make_calendar.py

The add-on does not need the package at run time: counties keep the table by hand from then on. Only
exceptions to Monday-to-Friday are written: weekdays that are off, weekend days that are worked.
"""

from datetime import timedelta
from pathlib import Path

from chinese_calendar.constants import holidays, in_lieu_days, workdays

FIRST_YEAR = 2023
NAMES = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "National Day": "国庆节",
    "Mid-autumn Festival": "中秋节",
}
TARGET = Path(__file__).resolve().parent.parent / "data" / "calendar_days.xml"


def exceptions():
    """Yields (date, kind, name) in order, from FIRST_YEAR to the last year that is known."""
    off = {**in_lieu_days, **holidays}
    day = min(d for d in off if d.year >= FIRST_YEAR).replace(month=1, day=1)
    last = max(off).replace(month=12, day=31)
    while day <= last:
        if day in workdays and day.weekday() >= 5:
            yield (
                day,
                "workday",
                NAMES[str(getattr(workdays[day], "value", workdays[day]))] + "调休上班",
            )
        elif day in off and day not in workdays and day.weekday() < 5:
            yield day, "off", NAMES[str(getattr(off[day], "value", off[day]))] + "放假"
        day += timedelta(days=1)


HEAD = """<?xml version="1.0" encoding="utf-8" ?>
<!-- Written by dev/make_calendar.py. The county corrects these: kept as it left them on upgrade. -->
<odoo noupdate="1">
"""
RECORD = """    <record id="day_{day:%Y%m%d}" model="edu.calendar.day">
        <field name="date">{day}</field>
        <field name="kind">{kind}</field>
        <field name="name">{name}</field>
    </record>
"""


def main():
    records = (RECORD.format(day=day, kind=kind, name=name) for day, kind, name in exceptions())
    TARGET.write_text(HEAD + "".join(records) + "</odoo>\n", encoding="utf-8")


if __name__ == "__main__":
    main()
