from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...tools.periods import day_in_month, period_of


class EduReportKind(models.Model):
    """A kind of report that the bureau calls for: who owes it, how often, when it is due, what it
    asks (教基厅函〔2024〕15号: schools monthly, the county quarterly, the city each term).

    Everybody with a post reads; bureau and county administrator write. How a kind is made, for what
    period and by whom stands once it was called for; questions and the rule of its day may change and
    hold for the calls to come.
    """

    _name = "edu.report.kind"
    _description = "Kind of Report"
    _order = "sequence, id"

    name = fields.Char("Kind of Report", required=True, translate=True)
    code = fields.Char(
        required=True, copy=False, help="Short and for good: it is part of what is signed"
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    form = fields.Selection(
        [
            ("dropout", "Student dropout report (annex 1)"),
            ("periodic", "Figures and questions"),
            ("sample", "Children or schools drawn at random and looked at"),
        ],
        "How It Is Made",
        required=True,
        default="periodic",
    )
    period = fields.Selection(
        [
            ("once", "Once"),
            ("month", "Each month"),
            ("quarter", "Each quarter"),
            ("half_year", "Each half-year"),
            ("term", "Each term"),
        ],
        "How Often",
        required=True,
        default="month",
    )
    owed_by = fields.Selection(
        [("school", "Schools"), ("township", "Townships"), ("county", "The bureau itself")],
        "Owed by",
        required=True,
        default="school",
    )
    is_automatic = fields.Boolean(
        "Called for by Itself",
        help="On the first day of each period within an open term, without anybody asking",
    )

    # When it is due
    due_rule = fields.Selection(
        [
            ("term", "By a deadline of the term"),
            ("month", "On a day of the month"),
            ("days", "Days after it is called for"),
        ],
        "Due",
        required=True,
        default="month",
    )
    term_deadline = fields.Selection(
        [
            ("check_deadline", "That of the roster check"),
            ("report_deadline", "That of the written report"),
            ("plan_deadline", "That of the work plan"),
        ],
        "Which Deadline",
        default="report_deadline",
    )
    due_month = fields.Selection(
        [("0", "The last month of the period"), ("1", "The month after")], default="0"
    )
    due_day = fields.Integer("Day of the Month", default=31, help="31: the last one")
    due_days = fields.Integer("Days", default=7)

    # What it asks
    with_roster = fields.Boolean("Children in School", default=True)
    with_absence = fields.Boolean("Absences", default=True)
    with_cases = fields.Boolean("Suspected and Dropped Out", default=True)
    with_visits = fields.Boolean("Persuasion", default=True)
    with_points = fields.Boolean(
        "Central Schools Answer for Their Teaching Points",
        default=True,
        help="One report of the central school that names each of its teaching points",
    )
    question_ids = fields.One2many("edu.report.question", "kind_id", "Questions", copy=True)
    sample_population = fields.Selection(
        [
            ("enrolled", "Children on the registry"),
            ("missing", "Children suspected or dropped out"),
            ("returned", "Children who were brought back"),
            ("schools", "Schools"),
        ],
        "Drawn From",
        default="enrolled",
    )
    sample_size = fields.Integer("How Many", default=20)
    instruction = fields.Text("What the Bureau Asks for", translate=True)
    call_count = fields.Integer("Calls", compute="_compute_call_count")

    _code_uniq = models.UniqueIndex("(code)", "This code is taken.")
    _due_day_range = models.Constraint(
        "CHECK(due_day BETWEEN 1 AND 31 AND due_days > 0 AND sample_size > 0)",
        "A day of the month is 1 to 31; something is due after one day at least, and one at least is"
        " drawn.",
    )

    _EDU_FOR_GOOD = frozenset({"code", "form", "period", "owed_by", "with_points"})

    def _compute_call_count(self):
        counts = dict(
            self.env["edu.report.call"]
            .sudo()
            ._read_group([("kind_id", "in", self.ids)], ["kind_id"], ["__count"])
        )
        for kind in self:
            kind.call_count = counts.get(kind, 0)

    @api.constrains("form", "owed_by", "period", "due_rule")
    def _check_form(self):
        for kind in self:
            if (kind.form == "sample") != (kind.owed_by == "county"):
                raise ValidationError(
                    self.env._("What is drawn at random is the bureau's own, and nothing else is.")
                )
            if kind.form == "dropout" and (kind.owed_by, kind.period) != ("school", "term"):
                raise ValidationError(self.env._("Each school owes the dropout report, each term."))
            if kind.due_rule == "term" and kind.period != "term":
                raise ValidationError(
                    self.env._("A deadline of the term is for what is owed each term.")
                )

    def write(self, vals):
        """:raise UserError: for what stands once the kind was called for"""
        changed = self._EDU_FOR_GOOD & vals.keys()
        for kind in self.filtered("call_count"):
            if any(kind[name] != vals[name] for name in changed):
                raise UserError(
                    self.env._(
                        "“%(kind)s” was called for: make another kind instead.", kind=kind.name
                    )
                )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_called(self):
        if any(self.mapped("call_count")):
            raise UserError(self.env._("A kind that was called for is archived, not deleted."))

    def _edu_period(self, day, term):
        """(first, last) day of the period that ``day`` lies in."""
        self.ensure_one()
        if self.period == "term":
            return (term.start_date, term.end_date) if term else (day, day)
        return period_of(self.period, day)

    def _edu_due(self, last_day, term, called_on):
        """When the report of a period that ends on ``last_day`` is due; a day that is off moves to the
        next working day.

        :param called_on: the day on which it is asked for
        """
        self.ensure_one()
        Policy = self.env["edu.policy"]
        if self.due_rule == "term":
            return term[self.term_deadline or "report_deadline"]
        if self.due_rule == "days":
            return Policy._edu_period_end(called_on, self.due_days)
        day = day_in_month(last_day, int(self.due_month or "0"), self.due_day)
        return Policy._edu_period_end(day - timedelta(days=1), 1)

    def action_view_calls(self):
        """Whoever reads calls: those of this kind, in the own scope."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "edu_dropout_control.edu_report_call_action"
        )
        return {**action, "domain": [("kind_id", "=", self.id)], "context": {}}
