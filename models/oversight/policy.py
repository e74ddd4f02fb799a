import calendar
from datetime import date

from odoo import api, fields, models


class EduPolicy(models.Model):
    _inherit = "edu.policy"

    bulletin_every_days = fields.Integer(
        "Bulletin of Suspected Dropouts Every (days)",
        default=30,
        required=True,
        tracking=True,
        help="So long after the last one, the next bulletin is prepared for the bureau",
    )
    order_answer_days = fields.Integer(
        "Follow-up Orders Answered Within (days)", default=7, required=True, tracking=True
    )

    leading_meetings = fields.Integer(
        "Meetings of a Leading Group per Term",
        default=1,
        required=True,
        tracking=True,
        help="Fewer that are closed, and the school shows as not met this term",
    )

    _leading_meetings_positive = models.Constraint(
        "CHECK(leading_meetings > 0)", "A leading group meets once a term at least."
    )
    # Half-year tables: fixed dates, and who hands them up by when
    half_year_month_1 = fields.Integer(
        "Half-Year Tables: Months", default=3, required=True, tracking=True
    )
    half_year_month_2 = fields.Integer("Second Month", default=9, required=True, tracking=True)
    half_year_day = fields.Integer(
        "Fixed Date (day of the month)", default=10, required=True, tracking=True
    )
    half_year_school_day = fields.Integer(
        "Schools Hand In by the", default=15, required=True, tracking=True
    )
    half_year_township_day = fields.Integer(
        "Townships Hand In by the", default=18, required=True, tracking=True
    )
    half_year_county_day = fields.Integer(
        "County Hands In by the", default=20, required=True, tracking=True
    )
    half_year_city_day = fields.Integer(
        "City Hands In by the",
        default=25,
        required=True,
        tracking=True,
        help="Told on the printed tables; a city has no log-in here",
    )

    _bulletin_days_positive = models.Constraint(
        "CHECK(bulletin_every_days > 0 AND order_answer_days > 0)",
        "A bulletin comes, and an order is answered, after one day at least.",
    )
    _half_year_order = models.Constraint(
        "CHECK(half_year_month_1 BETWEEN 1 AND 12 AND half_year_month_2 BETWEEN 1 AND 12"
        " AND half_year_month_1 < half_year_month_2 AND half_year_day BETWEEN 1 AND 28"
        " AND half_year_day < half_year_school_day"
        " AND half_year_school_day <= half_year_township_day"
        " AND half_year_township_day <= half_year_county_day AND half_year_county_day <= half_year_city_day"
        " AND half_year_city_day <= 31)",
        "The fixed date comes first, then schools, townships, county and city hand in, in the same month.",
    )

    @api.model
    def _edu_half_year(self, day=None):
        """The last fixed date up to ``day`` (default: today in the county), the day itself too."""
        day = fields.Date.to_date(day) or self._edu_today()
        policy = self._current(day)
        dates = [
            date(year, month, policy.half_year_day)
            for year in (day.year - 1, day.year)
            for month in (policy.half_year_month_1, policy.half_year_month_2)
        ]
        return max(each for each in dates if each <= day)

    @api.model
    def _edu_half_year_deadline(self, date_to, level):
        """By when a school, township or county hands in its tables up to ``date_to``."""
        if not date_to or not level:
            return False
        day = self._current(date_to)[f"half_year_{level}_day"]
        return date_to.replace(day=min(day, calendar.monthrange(date_to.year, date_to.month)[1]))
