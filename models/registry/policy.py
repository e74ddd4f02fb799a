from datetime import date as date_type, timedelta

import pytz

from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError

from ...tools.calendar import period_end


class EduPolicy(models.Model):
    """The numbers of the county's plan, dated. No number of the plan stands in code.

    Everybody with a post reads; the county administrator writes. The row with the latest
    ``date_from`` not after the asked date is in force. Periods are natural days counted from the
    day after the event, in the county's time zone; a period whose last day is off ends with the
    next working day.
    """

    _name = "edu.policy"
    _description = "Policy parameters"
    _inherit = ["mail.thread"]
    _order = "date_from desc"
    _rec_name = "name"

    name = fields.Char(
        "Name of the Plan",
        required=True,
        translate=True,
        default=lambda self: self.env._("Implementation plan"),
    )
    date_from = fields.Date(required=True, tracking=True, default=fields.Date.today)
    tz = fields.Selection(
        lambda self: [(tz, tz) for tz in sorted(pytz.common_timezones)],
        string="Time Zone",
        required=True,
        default="Asia/Shanghai",
    )

    # Term opening: clauses 二(三)1-3
    check_days = fields.Integer("Roster Check (days)", default=10, required=True, tracking=True)
    report_days = fields.Integer("Written Report (days)", default=15, required=True, tracking=True)
    plan_days = fields.Integer("Work Plan (days)", default=50, required=True, tracking=True)
    entrant_age = fields.Integer("Age of Entry (years)", default=6, required=True, tracking=True)

    # Cases: clauses 二(三)3 and 5
    suspect_absence_days = fields.Integer(
        "Absence Raises a Case (school days)", default=3, required=True, tracking=True
    )
    confirm_days = fields.Integer(
        "Decide Suspicion Within (days)", default=30, required=True, tracking=True
    )
    return_by_days = fields.Integer(
        "Child to Be Back Within (days)", default=30, required=True, tracking=True
    )
    visit_interval_days = fields.Integer(
        "Persuasion at Least Every (days)", default=30, required=True, tracking=True
    )
    home_visit_min_visitors = fields.Integer(
        "Visitors at a Home Visit", default=2, required=True, tracking=True
    )
    late_entry_days = fields.Integer(
        "Record Is Late After (days)", default=3, required=True, tracking=True
    )
    observation_days = fields.Integer(
        "Observation After Return (days)", default=90, required=True, tracking=True
    )
    observation_check_days = fields.Integer(
        "Observation Check Every (days)", default=30, required=True, tracking=True
    )

    # Ladder of the law: clause 二(三)3
    advice_answer_days = fields.Integer(
        "Township Answers Advice Within (days)",
        default=15,
        required=True,
        tracking=True,
    )
    admission_notice_days = fields.Integer(
        "Period of the Admission Notice (days)", default=7, required=True, tracking=True
    )
    deadline_notice_days = fields.Integer(
        "Period of the Deadline Notice (days)", default=7, required=True, tracking=True
    )
    public_announcement_days = fields.Integer(
        "Service by Announcement Takes (days)", default=30, required=True, tracking=True
    )
    referral_answer_days = fields.Integer(
        "Justice Answers Within (days)", default=15, required=True, tracking=True
    )

    # Signatures: clause 三
    sign_all_differ = fields.Boolean(
        "Three Persons Sign",
        tracking=True,
        help="Who checked does not fill in, and who filled in does not check. That the reviewer is"
        " somebody else holds always.",
    )
    sign_password = fields.Boolean(
        "Signing Asks for the Password", tracking=True, help="The one of the log-in, each time"
    )
    sign_drawing = fields.Boolean(
        "Signing Asks for a Drawn Signature",
        tracking=True,
        help="Drawn on the screen; printed above the name and kept in cipher",
    )

    # Duties
    due_soon_days = fields.Integer(
        "Due Soon (days before)", default=3, required=True, tracking=True
    )
    escalation_days = fields.Integer(
        "Passed On to the Next Every (days late)",
        default=3,
        required=True,
        tracking=True,
        help="A duty that is late climbs its chain by one person after each of these periods",
    )

    # Registry and files
    transfer_receipt_days = fields.Integer(
        "Receipt of a Transfer Within (days)", default=15, required=True, tracking=True
    )
    upload_retention_days = fields.Integer(
        "Uploads Deleted After (days)", default=30, required=True, tracking=True
    )
    upload_max_mb = fields.Integer(
        "Largest Unpacked Workbook (MB)", default=200, required=True, tracking=True
    )
    verify_rate_per_minute = fields.Integer(
        "Verifications per Minute and Address", default=20, required=True, tracking=True
    )

    _date_uniq = models.Constraint("UNIQUE(date_from)", "A policy begins on this day already.")

    _POSITIVE = (
        "check_days report_days plan_days entrant_age suspect_absence_days confirm_days"
        " return_by_days visit_interval_days home_visit_min_visitors late_entry_days"
        " observation_days observation_check_days advice_answer_days admission_notice_days"
        " deadline_notice_days public_announcement_days referral_answer_days"
        " due_soon_days escalation_days"
        " transfer_receipt_days upload_retention_days upload_max_mb verify_rate_per_minute"
    ).split()

    @api.constrains(*_POSITIVE)
    def _check_positive(self):
        for policy in self:
            for name in self._POSITIVE:
                if policy[name] < 1:
                    raise ValidationError(
                        self.env._(
                            "%(field)s must be at least 1.",
                            field=self._fields[name]._description_string(self.env),
                        )
                    )

    @api.constrains("check_days", "report_days", "plan_days")
    def _check_order(self):
        for policy in self:
            if not policy.check_days <= policy.report_days <= policy.plan_days:
                raise ValidationError(
                    self.env._(
                        "The check comes first, then the report, then the plan: their days must"
                        " not run the other way."
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        policies = super().create(vals_list)
        policies._edu_after_change()
        return policies

    def write(self, vals):
        result = super().write(vals)
        self._edu_after_change()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_last(self):
        if not self.search_count([("id", "not in", self.ids)], limit=1):
            raise ValidationError(self.env._("One policy must stay: every deadline needs it."))
        self.env.registry.clear_cache()

    def _edu_after_change(self):
        """Deadlines of terms that are not over yet follow the changed numbers."""
        self.env.registry.clear_cache()
        terms = self.env["edu.term"].sudo().search([("state", "!=", "closed")])
        names = ("check_deadline", "report_deadline", "plan_deadline")
        for records in (terms, terms.opening_ids):
            for name in names:
                self.env.add_to_compute(records._fields[name], records)
            records.modified(names)  # and what is due by them

    @api.model
    def _edu_due_dates(self):
        """→ (today, last day that counts as due soon), in the county."""
        today = self._edu_today()
        return today, today + timedelta(days=self._current(today).due_soon_days)

    @api.model
    def _edu_office_env(self):
        """The environment in which the system writes notes by itself: in Chinese where it is
        installed."""
        installed = self.env["res.lang"]._get_data(code="zh_CN")
        return self.with_context(lang="zh_CN").env if installed else self.env

    # The county's clock

    @api.model
    def _current(self, date=None):
        """The policy in force on ``date`` (default: today in the county), as superuser.

        :raise ValidationError: when none is entered
        """
        date = fields.Date.to_date(date) or self._edu_today()
        policy = self.sudo().search([("date_from", "<=", date)], limit=1)
        policy = policy or self.sudo().search([], order="date_from", limit=1)
        if not policy:
            raise ValidationError(
                self.env._(
                    "No policy is entered. The county administrator enters one under"
                    " Configuration › Policy."
                )
            )
        return policy

    @api.model
    @tools.ormcache()
    def _edu_tz_name(self):
        newest = self.sudo().search([], limit=1)
        return newest.tz or "Asia/Shanghai"

    @api.model
    def _edu_now(self, moment=None):
        """``moment`` (naive UTC, default: now) as naive local time of the county."""
        moment = moment or fields.Datetime.now()
        return (
            pytz.utc.localize(moment)
            .astimezone(pytz.timezone(self._edu_tz_name()))
            .replace(tzinfo=None)
        )

    @api.model
    def _edu_today(self):
        """Today's date in the county."""
        return self._edu_now().date()

    @api.model
    @tools.ormcache()
    def _edu_calendar_exceptions(self):
        """{date: kind} of the calendar's exceptions."""
        return {day.date: day.kind for day in self.env["edu.calendar.day"].sudo().search([])}

    @api.model
    def _edu_is_workday(self, date: date_type):
        """Whether ``date`` is worked: the published exceptions first, else Monday to Friday."""
        kind = self._edu_calendar_exceptions().get(date)
        return kind == "workday" if kind else date.weekday() < 5

    @api.model
    def _edu_near_workday(self, date: date_type, step):
        """The next day worked after (``step`` 1) or before (-1) ``date``; no break is longer than two
        months, so that a calendar without a single workday ends the search."""
        day = date + timedelta(days=step)
        for _limit in range(60):
            if self._edu_is_workday(day):
                break
            day += timedelta(days=step)
        return day

    @api.model
    def _edu_period_end(self, event_date, days):
        """Last day of a period of ``days`` natural days that begins the day after ``event_date``.

        A last day that is off moves to the next working day (Civil Code 201-203).
        """
        return period_end(fields.Date.to_date(event_date), days, self._edu_is_workday)

    @api.model
    def _edu_is_published(self, date):
        """Whether the days off of ``date``'s year are known, so that a deadline in it is firm."""
        return any(day.year == date.year for day in self._edu_calendar_exceptions())
