from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from .term_opening import DEADLINES


class EduTerm(models.Model):
    """A school term. Its deadlines are computed from its first day by the policy in force then,
    in the county's time zone (clauses 二(三)2 and 3).

    A school or grade may open on another day (``edu.term.opening``): what is due when, and since when
    a child is missing, is asked of ``_edu_first_day`` and ``_edu_deadline``.

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
    opening_ids = fields.One2many("edu.term.opening", "term_id", "Open on Another Day")

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
            deadlines = self._edu_deadlines_from(term.start_date)
            for name in DEADLINES:
                term[name] = deadlines[name]
            term.is_provisional = bool(
                term.plan_deadline and not Policy._edu_is_published(term.plan_deadline)
            )

    @api.model
    def _edu_deadlines_from(self, first_day):
        """{name of a deadline: date} of a term that opens on ``first_day``, by the policy of then."""
        if not first_day:
            return dict.fromkeys(DEADLINES, False)
        Policy = self.env["edu.policy"]
        policy = Policy._current(first_day)
        days = dict(
            zip(DEADLINES, (policy.check_days, policy.report_days, policy.plan_days), strict=True)
        )
        return {name: Policy._edu_period_end(first_day, days[name]) for name in DEADLINES}

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

    @api.model
    def _edu_next_or_current(self):
        """The first term that is not over, or an empty recordset."""
        return self.search([("state", "!=", "closed")], order="start_date", limit=1)

    # A school or grade that opens on another day

    def _edu_dates(self, name, school, grade=None):
        """The dates ``name`` of the grades of ``school``, or of one: its own, else the school's, else
        the county's. Of the term or an opening, as superuser."""
        self.ensure_one()
        term = self.sudo()
        openings = term.opening_ids.filtered(lambda opening: opening.school_id.id == school.id)
        if not openings:
            return [term[name]]
        own = {opening.grade: opening[name] for opening in openings}
        whole = own.get(0) or term[name]
        if grade:
            return [own.get(grade) or whole]
        school = school.sudo()
        return [own.get(each) or whole for each in range(school.grade_from, school.grade_to + 1)]

    def _edu_first_day(self, school, grade=None):
        """The day on which ``school`` opens in this term: that of the grade, or without one that of
        the first of its grades."""
        return min(self._edu_dates("start_date", school, grade))

    def _edu_deadline(self, name, school, grade=None):
        """When ``school`` owes what is due (``check_deadline``, ``report_deadline``,
        ``plan_deadline``): counted from the day of the grade, or without one from the day of the last
        of its grades."""
        return max(self._edu_dates(name, school, grade), default=False)

    @api.model
    def _edu_deadline_sql(self, name):
        """As :meth:`_edu_deadline`, for a query in which ``term`` and ``school`` are joined."""
        column = SQL.identifier(name)
        return SQL(
            """
            CASE WHEN EXISTS (SELECT 1 FROM edu_term_opening o
                               WHERE o.term_id = term.id AND o.school_id = school.id)
                 THEN (SELECT max(COALESCE(own.%(column)s, whole.%(column)s, term.%(column)s))
                         FROM generate_series(school.grade_from, school.grade_to) AS each(grade)
                    LEFT JOIN edu_term_opening own ON own.term_id = term.id
                          AND own.school_id = school.id AND own.grade = each.grade
                    LEFT JOIN edu_term_opening whole ON whole.term_id = term.id
                          AND whole.school_id = school.id AND whole.grade = 0)
                 ELSE term.%(column)s END
            """,
            column=column,
        )

    @api.model
    def _edu_at(self, date, school, grade=None):
        """The term in which ``school`` (and grade) is on ``date``, or an empty recordset: it may have
        begun there earlier or later than in the county."""
        early = (
            self.env["edu.term.opening"]
            .sudo()
            .search(
                [
                    ("school_id", "=", school.id),
                    ("start_date", "<=", date),
                    ("term_id.start_date", ">", date),
                ],
                limit=1,
            )
        )
        term = self.browse(early.term_id.id) or self._current(date)
        if term and term._edu_first_day(school, grade) <= date <= term.end_date:
            return term
        return self.browse()
