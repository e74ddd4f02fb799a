from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..registry.office import in_office_language


class EduReportCall(models.Model):
    """The bureau calls for a report: what is due for which period, from whom, by when (四个一).

    The bureau of the county prepares, issues, completes and withdraws; inspectors, schools and
    townships read what was issued. Issuing makes what each addressee owes, in one step: a report of
    figures and questions, or, where annex 1 is called for, nothing, since each school has that one.
    Who has handed in, and who has not by name, stands in ``edu.report.status``.
    """

    _name = "edu.report.call"
    _description = "Call for Reports"
    _inherit = ["edu.bureau.document.mixin", "mail.thread"]
    _order = "date_to desc, id desc"
    _mail_post_access = "read"

    kind_id = fields.Many2one(
        "edu.report.kind",
        "Report",
        required=True,
        index=True,
        ondelete="restrict",
        domain=[("form", "!=", "sample")],
    )
    form = fields.Selection(related="kind_id.form")
    owed_by = fields.Selection(related="kind_id.owed_by")
    date = fields.Date(
        "Day of the Period",
        required=True,
        default=lambda self: self.env["edu.policy"]._edu_today(),
        copy=False,
        help="Any day of the month, quarter or term that the report is about",
    )
    term_id = fields.Many2one(
        "edu.term", compute="_compute_period", store=True, index=True, precompute=True
    )
    date_from = fields.Date("From", compute="_compute_period", store=True, precompute=True)
    date_to = fields.Date("Until", compute="_compute_period", store=True, precompute=True)
    deadline = fields.Date(
        "Due", compute="_compute_deadline", store=True, readonly=False, precompute=True
    )
    scope = fields.Selection(
        [("all", "All"), ("townships", "Those of some townships"), ("schools", "Some schools")],
        "From Whom",
        required=True,
        default="all",
    )
    township_ids = fields.Many2many(
        "edu.area",
        "edu_report_call_township_rel",
        "call_id",
        "township_id",
        "Townships",
        domain=[("level", "=", "township")],
    )
    school_ids = fields.Many2many(
        "edu.school", "edu_report_call_school_rel", "call_id", "school_id", "Schools"
    )
    instruction = fields.Text(
        "What the Bureau Asks for", compute="_compute_instruction", store=True, readonly=False
    )
    state = fields.Selection(
        [("draft", "Being Prepared"), ("issued", "Issued")],
        required=True,
        readonly=True,
        default="draft",
        copy=False,
        index=True,
        tracking=True,
    )
    issued_at = fields.Datetime("Issued", readonly=True, copy=False)
    issued_by_id = fields.Many2one(
        "res.users", "Issued by", readonly=True, copy=False, ondelete="restrict"
    )
    report_ids = fields.One2many("edu.periodic.report", "call_id", "Reports", readonly=True)

    owed_count = fields.Integer("Owed", compute="_compute_counts")
    submitted_count = fields.Integer("Submitted", compute="_compute_counts")
    open_count = fields.Integer("Not Submitted", compute="_compute_counts")
    returned_count = fields.Integer("Sent Back", compute="_compute_counts")
    late_count = fields.Integer("Late", compute="_compute_counts")
    open_names = fields.Html("Not Submitted, by Name", compute="_compute_counts", sanitize=False)
    is_mine = fields.Boolean(compute="_compute_is_mine")

    _period_uniq = models.UniqueIndex(
        "(county_id, kind_id, date_from)",
        "This report is called for already, for this period. Complete that call instead.",
    )

    _EDU_TYPED = frozenset(
        {"kind_id", "date", "scope", "township_ids", "school_ids", "deadline", "instruction"}
    )
    # an issued call may reach further: see action_complete
    _EDU_LATER = frozenset({"scope", "township_ids", "school_ids"})

    # ------------------------------------------------------------------ computes

    @api.depends("kind_id", "date")
    def _compute_period(self):
        Term = self.env["edu.term"]
        for call in self:
            term = Term._current(call.date)
            call.term_id = term
            call.date_from, call.date_to = (
                call.kind_id._edu_period(call.date, term) if call.kind_id else (call.date,) * 2
            )

    @api.depends("kind_id", "date_to", "term_id.report_deadline")
    def _compute_deadline(self):
        today = self.env["edu.policy"]._edu_today()
        for call in self:
            if call.state == "issued" and call.form != "dropout":
                call.deadline = call.deadline  # it was told: it stays
            else:
                call.deadline = call.kind_id and call.kind_id._edu_due(
                    call.date_to, call.term_id, today
                )

    @api.depends("kind_id")
    def _compute_instruction(self):
        for call in self:
            call.instruction = call.instruction or call.kind_id.instruction

    @api.depends("kind_id", "date_from", "term_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for call in self:
            call.display_name = f"{call.kind_id.name or ''} {call._edu_period_words()}".strip()

    def _edu_period_words(self):
        self.ensure_one()
        return self._edu_period_words_of(self.kind_id, self.date_from, self.term_id)

    @api.model
    def _edu_period_words_of(self, kind, first, term):
        """A period of ``kind`` that begins on ``first``, as a person says it."""
        if not first:
            return ""
        words = {
            "month": self.env._("%(year)s-%(month)s", year=first.year, month=f"{first.month:02}"),
            "quarter": self.env._(
                "%(year)s, quarter %(number)s", year=first.year, number=(first.month + 2) // 3
            ),
            "half_year": self.env._(
                "%(year)s, half-year %(number)s", year=first.year, number=(first.month + 5) // 6
            ),
            "term": term.display_name,
        }
        return words.get(kind.period) or fields.Date.to_string(first)

    @api.depends_context("uid", "lang")
    def _compute_counts(self):
        """From the one list of who owes what, as far as it is the caller's."""
        rows = (
            self.env["edu.report.status"].search([("call_id", "in", self.ids)])
            if self.env["edu.report.status"].has_access("read")
            else self.env["edu.report.status"]
        )
        by_call = rows.grouped("call_id")
        for call in self:
            own = by_call.get(call, rows.browse())
            waiting = own.filtered(lambda row: row.standing in ("open", "returned"))
            call.owed_count = len(own)
            call.submitted_count = len(own) - len(waiting)
            call.open_count = len(waiting.filtered(lambda row: row.standing == "open"))
            call.returned_count = len(waiting.filtered(lambda row: row.standing == "returned"))
            call.late_count = len(
                own.filtered(lambda row: row.deadline_state in ("late", "done_late"))
            )
            call.open_names = Markup("<div>%s</div>") % self.env._(", ").join(
                waiting.mapped("owner_name")
            )

    @api.depends_context("uid")
    @api.depends("county_id")
    def _compute_is_mine(self):
        counties = self.env.user.sudo().edu_bureau_area_ids.county_id
        for call in self:
            call.is_mine = call.sudo().county_id in counties

    # ------------------------------------------------------------------ CRUD

    def _edu_refusal(self, why, field=""):
        if why == "bureau":
            return self.env._("The county's bureau calls for reports.")
        if why == "typed":
            return self.env._(
                "“%(field)s” follows from the steps of the call; it is not typed in.", field=field
            )
        return self.env._("“%(call)s” is issued and stays.", call=self.display_name)

    @api.constrains("scope", "township_ids", "school_ids", "county_id")
    def _check_addressees(self):
        for call in self.sudo():
            asked = {"townships": call.township_ids, "schools": call.school_ids}.get(call.scope)
            if asked is not None and any(place.county_id != call.county_id for place in asked):
                raise UserError(self.env._("A call goes to schools and townships of the county."))

    # ------------------------------------------------------------------ from whom

    @api.model
    def _edu_school_sql(self):
        """Whether ``school`` is asked by ``call``, for a query that joins both."""
        return SQL(
            """(school.county_id = call.county_id AND (
                    call.scope = 'all'
                 OR (call.scope = 'townships' AND EXISTS (
                        SELECT 1 FROM edu_report_call_township_rel asked
                         WHERE asked.call_id = call.id
                           AND asked.township_id = school.area_id))
                 OR (call.scope = 'schools' AND EXISTS (
                        SELECT 1 FROM edu_report_call_school_rel asked
                         WHERE asked.call_id = call.id
                           AND asked.school_id = school.id))))"""
        )

    @api.model
    def _edu_owed_sql(self, calls):
        """(call_id, school_id, township_id) of what ``calls`` ask: a central school answers for its
        teaching points where the kind says so."""
        return SQL(
            """
            SELECT DISTINCT call.id AS call_id, owner.id AS school_id,
                            owner.area_id AS township_id
              FROM edu_report_call call
              JOIN edu_report_kind kind ON kind.id = call.kind_id
              JOIN edu_school school ON school.active AND %(asked)s
              JOIN edu_school owner ON owner.id = CASE
                   WHEN kind.with_points AND school.kind = 'teaching_point'
                   THEN COALESCE(school.parent_id, school.id) ELSE school.id END
             WHERE call.id IN %(calls)s AND kind.form = 'periodic' AND kind.owed_by = 'school'
             UNION ALL
            SELECT call.id, NULL::integer, area.id
              FROM edu_report_call call
              JOIN edu_report_kind kind ON kind.id = call.kind_id
              JOIN edu_area area ON area.active AND area.level = 'township'
                                AND area.county_id = call.county_id
             WHERE call.id IN %(calls)s AND kind.form = 'periodic' AND kind.owed_by = 'township'
               AND (call.scope = 'all' OR (call.scope = 'townships' AND EXISTS (
                        SELECT 1 FROM edu_report_call_township_rel asked
                         WHERE asked.call_id = call.id AND asked.township_id = area.id)))
            """,
            asked=self._edu_school_sql(),
            calls=tuple(calls.ids),
        )

    # ------------------------------------------------------------------ steps

    def action_issue(self):
        """Bureau: issue the call and make what everybody owes.

        :raise UserError: nobody is asked, or it would be due before it can be answered
        """
        today = self.env["edu.policy"]._edu_today()
        for call in self:
            call._edu_check_bureau()
            call.sudo().lock_for_update()
            call._edu_check_draft()
            if not call.deadline or call.deadline <= today:
                raise UserError(self.env._("Give those who owe the report a day to hand it in."))
        self._edu_issue()
        for call in self:
            if not call.sudo().owed_count:
                raise UserError(
                    self.env._("“%(call)s” asks nobody. Say from whom.", call=call.display_name)
                )
        return True

    def _edu_issue(self):
        calls = self.sudo()
        calls.write(
            {
                "state": "issued",
                "issued_at": fields.Datetime.now(),
                "issued_by_id": self.env.uid,
            }
        )
        calls._edu_make_owed()

    def _edu_make_owed(self):
        """Make the reports that the calls ask for and that do not stand there yet, set-based, with
        their questions and figures. Annex 1 is made by the opening of the term, or here where a
        school was forgotten.

        :return: number of reports made
        """
        if not self:
            return 0
        for call in self.filtered(lambda call: call.form == "dropout"):
            self.env["edu.dropout.report"]._edu_prepare(call.term_id, call._edu_schools())
        return self.env["edu.periodic.report"]._edu_make(self)

    def _edu_schools(self):
        """The schools that a call for annex 1 asks."""
        self.ensure_one()
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                "SELECT school.id FROM edu_report_call call JOIN edu_school school"
                " ON school.active AND %s WHERE call.id = %s",
                self._edu_school_sql(),
                self.id,
            )
        )
        return self.env["edu.school"].browse([school for (school,) in rows])

    def action_complete(self):
        """Bureau: also ask whom an issued call reaches now and did not then: a school that was
        entered since, a township that was added."""
        made = 0
        for call in self:
            call._edu_check_bureau()
            if call.state != "issued":
                raise UserError(self.env._("Issue “%(call)s” first.", call=call.display_name))
            made += call.sudo()._edu_make_owed()
        return self._edu_notify(self.env._("%(count)s more reports are owed now.", count=made))

    def action_withdraw(self):
        """Bureau: take back a call that nobody has signed anything for.

        :raise UserError: annex 1, or somebody has signed already
        """
        for call in self:
            call._edu_check_bureau()
            reports = call.sudo().report_ids
            if call.form == "dropout" or any(report.signoff_ids for report in reports):
                raise UserError(
                    self.env._("“%(call)s” was answered already: it stays.", call=call.display_name)
                )
            reports.unlink()
            call.sudo().write({"state": "draft", "issued_at": False, "issued_by_id": False})
        return True

    def action_remind(self):
        """Bureau: remind everybody who has not handed in."""
        self._edu_check_bureau()
        return self.env["edu.report.status"].search([("call_id", "in", self.ids)]).action_remind()

    def action_view_status(self):
        """Whoever reads the call: who has handed in, in the own scope."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "edu_dropout_control.edu_report_status_action"
        )
        return {**action, "domain": [("call_id", "=", self.id)], "context": {}}

    def _edu_notify(self, message):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": message,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    # ------------------------------------------------------------------ by itself

    @api.model
    def _edu_call_term(self, term, schools):
        """A term opens: annex 1 is called for in the counties of ``schools``."""
        kinds = self.env["edu.report.kind"].sudo().search([("form", "=", "dropout")], limit=1)
        self._edu_call(kinds, term.start_date, schools.county_id)

    @api.model
    def _edu_call(self, kinds, day, counties):
        """Issue, past access rights, the calls that are missing for the period of ``day``."""
        Call = self.sudo()
        term = self.env["edu.term"].sudo()._current(day)
        made = Call.browse()
        for kind in kinds:
            first, _last = kind._edu_period(day, term)
            have = Call.search(
                [
                    ("kind_id", "=", kind.id),
                    ("date_from", "=", first),
                    ("county_id", "in", counties.ids),
                ]
            ).county_id
            made |= Call.create(
                [
                    {"kind_id": kind.id, "county_id": county.id, "date": day}
                    for county in counties - have
                ]
            )
        made._edu_issue()
        return made

    @api.model
    @in_office_language
    def _cron_rhythm(self):
        """Daily: what is called for by itself (the schools' monthly report) is called for in open
        terms, and reports that nobody has signed yet take in what was found since."""
        today = self.env["edu.policy"]._edu_today()
        term = self.env["edu.term"].sudo()._current(today)
        if term.state == "open" and term.end_date >= today:
            kinds = (
                self.env["edu.report.kind"]
                .sudo()
                .search([("is_automatic", "=", True), ("form", "!=", "sample")])
            )
            counties = self.env["edu.school"].sudo().search([("active", "=", True)]).county_id
            self._edu_call(kinds, today, counties)
        self.env["edu.periodic.report"].sudo().search([("frozen_at", "=", False)])._edu_refresh()
