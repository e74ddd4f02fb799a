from odoo import api, fields, models
from odoo.exceptions import ValidationError


class EduTerm(models.Model):
    """A school term. Its deadlines are computed from its first day by the policy in force then,
    in the county's time zone (clauses 二(三)2 and 3).

    Everybody with a post reads; bureau and county administrator write.
    """

    _name = "edu.term"
    _description = "School term"
    _inherit = ["mail.thread"]
    _order = "start_date desc"

    name = fields.Char(compute="_compute_name", store=True)
    school_year = fields.Char(required=True, help="Two years, as in 2026-2027")
    season = fields.Selection(
        [("autumn", "Autumn"), ("spring", "Spring")], required=True, default="autumn"
    )
    start_date = fields.Date("First Day", required=True, tracking=True)
    end_date = fields.Date("Last Day", required=True, tracking=True)
    state = fields.Selection(
        [("planned", "Planned"), ("open", "Open"), ("closed", "Ended")],
        required=True,
        default="planned",
        readonly=True,
        copy=False,
        tracking=True,
    )
    check_deadline = fields.Date("Roster Check by", compute="_compute_deadlines", store=True)
    report_deadline = fields.Date("Written Report by", compute="_compute_deadlines", store=True)
    plan_deadline = fields.Date("Work Plan by", compute="_compute_deadlines", store=True)
    is_provisional = fields.Boolean(
        "Provisional",
        compute="_compute_deadlines",
        store=True,
        help="The days off of that year are not published yet.",
    )

    _term_uniq = models.Constraint(
        "UNIQUE(school_year, season)",
        "This term of the school year is entered already.",
    )

    @api.depends("school_year", "season")
    def _compute_name(self):
        for term in self:
            term.name = f"{term.school_year or ''}-{'1' if term.season == 'autumn' else '2'}"

    @api.depends("school_year", "season")
    @api.depends_context("lang")
    def _compute_display_name(self):
        seasons = dict(self._fields["season"]._description_selection(self.env))
        for term in self:
            term.display_name = self.env._(
                "%(year)s %(season)s term",
                year=term.school_year or "",
                season=seasons.get(term.season, ""),
            )

    @api.depends("start_date")
    def _compute_deadlines(self):
        Policy = self.env["edu.policy"]
        for term in self:
            if not term.start_date:
                term.check_deadline = term.report_deadline = term.plan_deadline = False
                term.is_provisional = False
                continue
            policy = Policy._current(term.start_date)
            term.check_deadline = Policy._edu_period_end(term.start_date, policy.check_days)
            term.report_deadline = Policy._edu_period_end(term.start_date, policy.report_days)
            term.plan_deadline = Policy._edu_period_end(term.start_date, policy.plan_days)
            term.is_provisional = not Policy._edu_is_published(term.plan_deadline)

    @api.constrains("start_date", "end_date", "school_year")
    def _check_dates(self):
        for term in self:
            if term.start_date >= term.end_date:
                raise ValidationError(self.env._("A term ends after it began."))
            first, _sep, second = (term.school_year or "").partition("-")
            if not (first.isdigit() and second.isdigit() and int(second) == int(first) + 1):
                raise ValidationError(
                    self.env._("A school year is written as two years, as in 2026-2027.")
                )
            overlapping = self.search_count(
                [
                    ("id", "!=", term.id),
                    ("start_date", "<=", term.end_date),
                    ("end_date", ">=", term.start_date),
                ],
                limit=1,
            )
            if overlapping:
                raise ValidationError(self.env._("Two terms cannot overlap."))

    @api.model
    def _current(self, date=None):
        """The term of ``date`` (default: today in the county): the latest that has begun."""
        date = date or self.env["edu.policy"]._edu_today()
        return self.search([("start_date", "<=", date)], limit=1)

    def _edu_previous(self):
        """The term before this one, or an empty recordset."""
        self.ensure_one()
        return self.search([("start_date", "<", self.start_date)], limit=1)
