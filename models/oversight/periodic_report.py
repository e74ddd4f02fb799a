from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import SQL

from ..core.signing import signing
from .dropout_report import FILLERS, LEADERS

# The figures, by the part of the report that shows them
PARTS = {
    "with_roster": ("previous_count", "entered_count", "left_count", "registry_count"),
    "with_absence": ("absence_count", "absent_child_count", "leave_count"),
    "with_cases": (
        "new_suspected_count",
        "suspected_count",
        "new_dropout_count",
        "dropout_count",
        "returned_count",
    ),
    "with_visits": (
        "visit_count",
        "visited_child_count",
        "unvisited_child_count",
        "late_record_count",
    ),
}
FIGURES = tuple(name for names in PARTS.values() for name in names)
# Where none of these stands above nought nobody is missing
MISSING = ("new_suspected_count", "suspected_count", "new_dropout_count", "dropout_count")


class EduPeriodicReport(models.Model):
    """What a school, or a township, reports for a month or another period: figures as of its last day,
    and answers to the questions of its kind (学校一月一报告). One a kind, place and period.

    Records administrator and dean fill in and sign, principal or vice principal review and submit; a
    township's clerk fills in, signs and submits the township's own; where the township has no log-in
    the bureau enters it from the signed paper. The bureau receives, accepts or returns with a
    reason. Township, bureau and inspectors read a school's report once it was submitted.

    Figures follow ledgers, absences, cases and visits until the first signature; from then on the
    report is frozen. To correct it means new signatures. A central school's report names its teaching
    points, each with its own figures.
    """

    _name = "edu.periodic.report"
    _description = "Periodic Report"
    _inherit = [
        "edu.signoff.mixin",
        "edu.hand.in.mixin",
        "edu.scope.mixin",
        "mail.thread",
        "mail.activity.mixin",
        "edu.duty.mixin",
    ]
    _edu_duty_fields = (
        "state",
        "frozen_at",
        "school_id",
        "township_id",
        "deadline",
        "first_submitted_at",
    )
    _order = "date_to desc, kind_id, township_id, school_id"
    _mail_post_access = "read"
    _edu_township_fields = ("township_id",)
    _edu_signoff_posts = {
        "filled": (*FILLERS, "township"),
        "reviewed": LEADERS,
    }
    # a township without a log-in signs on paper
    _edu_signoff_behalf = {"filled": ("bureau",)}

    call_id = fields.Many2one(
        "edu.report.call",
        "Call for Reports",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    kind_id = fields.Many2one(
        "edu.report.kind", "Report", required=True, readonly=True, index=True, ondelete="restrict"
    )
    county_id = fields.Many2one(
        "edu.area", "County", required=True, readonly=True, ondelete="restrict"
    )
    term_id = fields.Many2one("edu.term", "Term", readonly=True, index=True, ondelete="restrict")
    date_from = fields.Date("From", required=True, readonly=True)
    date_to = fields.Date("Until", required=True, readonly=True, index=True)
    school_id = fields.Many2one("edu.school", readonly=True, index=True, ondelete="restrict")
    township_id = fields.Many2one(
        "edu.area", "Township", required=True, readonly=True, index=True, ondelete="restrict"
    )
    instruction = fields.Text(related="call_id.instruction")
    with_roster = fields.Boolean(related="kind_id.with_roster")
    with_absence = fields.Boolean(related="kind_id.with_absence")
    with_cases = fields.Boolean(related="kind_id.with_cases")
    with_visits = fields.Boolean(related="kind_id.with_visits")

    state = fields.Selection(
        [
            ("draft", "Being Prepared"),
            ("signed", "Signed"),
            ("submitted", "Submitted"),
            ("received", "Received"),
            ("returned", "Sent Back"),
            ("accepted", "Accepted"),
        ],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    is_late = fields.Boolean(tracking=True)
    is_submitted = fields.Boolean("Was Submitted", compute="_compute_is_submitted", store=True)
    is_zero = fields.Boolean("Zero Report", readonly=True, copy=False)
    on_behalf = fields.Boolean("Entered by the Bureau From Paper", readonly=True, copy=False)

    # Figures
    as_of = fields.Date("Figures As Of", readonly=True, copy=False)
    refreshed_at = fields.Datetime("Taken in", readonly=True, copy=False)
    frozen_at = fields.Datetime("Frozen", readonly=True, copy=False)
    previous_count = fields.Integer("School-Age Children Before", readonly=True)
    entered_count = fields.Integer("Came", readonly=True)
    left_count = fields.Integer("Left", readonly=True)
    registry_count = fields.Integer("School-Age Children Now", readonly=True)
    absence_count = fields.Integer("Days of Absence Without Leave", readonly=True)
    absent_child_count = fields.Integer("Children Absent Without Leave", readonly=True)
    leave_count = fields.Integer("Days of Leave", readonly=True)
    new_suspected_count = fields.Integer("Newly Suspected", readonly=True)
    suspected_count = fields.Integer("Suspected", readonly=True)
    new_dropout_count = fields.Integer("Newly Dropped Out", readonly=True)
    dropout_count = fields.Integer("Dropped Out", readonly=True)
    returned_count = fields.Integer("Brought Back", readonly=True)
    visit_count = fields.Integer("Visits and Calls", readonly=True)
    visited_child_count = fields.Integer("Children Visited", readonly=True)
    unvisited_child_count = fields.Integer("Dropouts Not Visited", readonly=True)
    late_record_count = fields.Integer("Recorded Late", readonly=True)
    # [{"school": code, "name", "point": whether a teaching point, figure: number, …}]
    sections = fields.Json(readonly=True, copy=False)
    figure_table = fields.Html("Figures", compute="_compute_figure_table", sanitize=False)

    answer_ids = fields.One2many("edu.periodic.answer", "report_id", "Answers", copy=False)
    remark = fields.Text("Explanation", copy=False)
    scan_ids = fields.Many2many(
        "ir.attachment",
        "edu_periodic_report_scan_rel",
        "report_id",
        "attachment_id",
        "Signed and Sealed Scan",
        copy=False,
        bypass_search_access=True,
    )

    # Handing in
    submitted_at = fields.Datetime("Submitted On", readonly=True, copy=False)
    submitted_by_id = fields.Many2one(
        "res.users", "Submitted By", readonly=True, copy=False, ondelete="restrict"
    )
    received_at = fields.Datetime("Received On", readonly=True, copy=False)
    decided_at = fields.Datetime("Decided On", readonly=True, copy=False)
    decided_by_id = fields.Many2one(
        "res.users", "Decided By", readonly=True, copy=False, ondelete="restrict"
    )
    return_reason = fields.Text("Reason of the Return", readonly=True, copy=False)
    reminded_on = fields.Date("Reminded on", readonly=True, copy=False)
    problems = fields.Text(compute="_compute_problems")

    can_edit = fields.Boolean(compute="_compute_can")
    can_fill = fields.Boolean(compute="_compute_can")
    can_fill_paper = fields.Boolean(compute="_compute_can")
    can_review = fields.Boolean(compute="_compute_can")
    can_submit = fields.Boolean(compute="_compute_can")
    can_take_back = fields.Boolean(compute="_compute_can")
    can_receive = fields.Boolean(compute="_compute_can")
    can_decide = fields.Boolean(compute="_compute_can")

    _period_uniq = models.UniqueIndex(
        "(kind_id, date_from, township_id, COALESCE(school_id, 0))",
        "This place has its report of this period already.",
    )
    _call_state_idx = models.Index("(call_id, state)")

    # What a person types; everything else follows from actions
    _EDU_TYPED = frozenset({"remark", "answer_ids", "scan_ids"})

    # ------------------------------------------------------------------ computes

    @api.depends("kind_id", "call_id", "school_id", "township_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for report in self:
            report.display_name = (
                f"{report.call_id.sudo().display_name or ''} {report._edu_owner().name or ''}"
            ).strip()

    def _edu_owner(self):
        """The school or the township that owes it."""
        self.ensure_one()
        return self.school_id or self.township_id

    @api.depends("first_submitted_at")
    def _compute_is_submitted(self):
        for report in self:
            report.is_submitted = bool(report.first_submitted_at)

    @api.depends("state", "frozen_at", "remark", "answer_ids", *FIGURES)
    def _compute_problems(self):
        for report in self:
            problems = report._edu_is_open() and report.sudo()._edu_problems()
            report.problems = "\n".join(problems or []) or False

    @api.depends("frozen_at", "sections", *FIGURES)
    @api.depends_context("lang")
    def _compute_figure_table(self):
        """Each figure as it was reported, for the whole and by teaching point, and beside it what the
        same question gives today where that is another number."""
        for report in self:
            report.figure_table = report._edu_figure_table() if report.id else False

    @api.depends_context("uid")
    @api.depends("state", "frozen_at", "signoff_ids", "school_id")
    def _compute_can(self):
        user = self.env.user
        for report in self:
            is_open = report._edu_is_open()
            fills = report._edu_may_fill()
            leads = report._edu_leads()
            signed = report._edu_signed() if report.id else self.env["edu.signoff"]
            worked = signed.filtered(lambda signoff: signoff.person_id == user)
            bureau = user._edu_has_role("bureau", report) if report.id else False
            report.can_edit = is_open and not report.frozen_at and fills
            own = bool(report.school_id) or user._edu_has_role("township", report)
            report.can_fill = report.can_edit and own
            report.can_fill_paper = report.can_edit and not own
            report.can_review = bool(
                is_open and report.frozen_at and report.school_id and leads and not worked
            )
            report.can_submit = report.state == "signed" and (leads if report.school_id else fills)
            report.can_take_back = (
                report.state == "signed" or (is_open and bool(report.frozen_at))
            ) and (fills or leads)
            report.can_receive = bureau and report.state == "submitted"
            report.can_decide = bureau and report.state in ("submitted", "received")

    def _edu_leads(self):
        self.ensure_one()
        return any(self.env.user._edu_has_role(role, self) for role in LEADERS)

    def _edu_may_fill(self):
        """Who works on it at its place; the bureau for a township where nobody has a log-in."""
        self.ensure_one()
        user = self.env.user
        if not self.id:
            return False
        if self.school_id:
            return any(user._edu_has_role(role, self) for role in FILLERS)
        return user._edu_has_role("township", self) or (
            user._edu_has_role("bureau", self) and not self._edu_people("township")
        )

    def _edu_people(self, role):
        self.ensure_one()
        Post, report = self.env["edu.post"], self.sudo()
        if role in ("township", "bureau"):
            return Post._holders(role, area=report.township_id)
        return Post._holders(role, school=report.school_id)

    def _edu_people_to_act(self):
        """Users whose turn it is: who fills in, or who reviews and submits once that is signed."""
        self.ensure_one()
        if not self.school_id:
            return self._edu_people("township")
        roles = LEADERS if self.frozen_at else FILLERS
        return self._edu_people(roles[0]) or self._edu_people(roles[1])

    # ------------------------------------------------------------------ CRUD

    def write(self, vals):
        if not self.env.su:
            self.check_access("write")
            self._edu_refuse_protected(vals)
            if vals.keys() & {"remark", "answer_ids"}:
                self._edu_check_editable()
            if "scan_ids" in vals and any(report.state == "accepted" for report in self):
                raise UserError(self.env._("An accepted report stays as it is."))
        before = {report: report.sudo().scan_ids for report in self}
        result = super().write(vals)
        if "scan_ids" in vals:
            for report, scans in before.items():
                if report.is_submitted and scans - report.sudo().scan_ids:
                    raise UserError(
                        self.env._("The scan of a submitted report is not taken away again.")
                    )
                report.sudo().scan_ids._edu_hang_on(report)
        return result

    def _edu_refuse_protected(self, names):
        if field := self._edu_refused(set(names) - self._EDU_TYPED):
            raise AccessError(
                self.env._(
                    "“%(field)s” follows from ledgers, cases and signatures; it is not typed in.",
                    field=field,
                )
            )

    def _edu_is_open(self):
        """Whether its place still works on it."""
        self.ensure_one()
        return self.state in ("draft", "returned")

    def _edu_check_editable(self):
        """:raise UserError: once it is signed; :raise AccessError: for anybody but who fills it in"""
        for report in self:
            if not report._edu_is_open() or report.sudo().frozen_at:
                raise UserError(
                    self.env._(
                        "“%(document)s” is signed as it stands. Take it back to correct it; all"
                        " sign again then.",
                        document=report.display_name,
                    )
                )
            if not report._edu_may_fill():
                report._edu_check_role(FILLERS if report.sudo().school_id else ("township",))

    # ------------------------------------------------------------------ made, filled

    @api.model
    def _edu_make(self, calls):
        """Make, set-based and past access rights, what the periodic calls among ``calls`` ask and does
        not stand there yet, with the questions of its kind and its figures.

        :return: number of reports made
        """
        if not calls:
            return 0
        self.env.flush_all()
        ids = self.env.execute_query(
            SQL(
                """
                INSERT INTO edu_periodic_report (
                    call_id, kind_id, county_id, term_id, date_from, date_to, deadline, school_id,
                    township_id, state, signoff_round, is_late, is_submitted,
                    create_uid, create_date, write_uid, write_date)
                SELECT call.id, call.kind_id, call.county_id, call.term_id, call.date_from,
                       call.date_to, call.deadline, owed.school_id, owed.township_id, 'draft', 1,
                       FALSE, FALSE, %(uid)s, %(now)s, %(uid)s, %(now)s
                  FROM (%(owed)s) owed
                  JOIN edu_report_call call ON call.id = owed.call_id
              ORDER BY owed.township_id, owed.school_id
           ON CONFLICT DO NOTHING
             RETURNING id
                """,
                uid=self.env.uid,
                now=fields.Datetime.now(),
                owed=self.env["edu.report.call"]._edu_owed_sql(calls),
            )
        )
        reports = self.sudo().browse([report for (report,) in ids])
        self.env["edu.periodic.answer"]._edu_make(reports)
        self.env.invalidate_all()
        reports._edu_refresh()
        reports._edu_duty_later()
        return len(reports)

    def _edu_measure_sql(self):
        """One row for each report of ``self`` and school in it: the figures as of the last day of the
        period, or of today while it runs. Children count for the school whose ledger names them."""
        return SQL(
            """
            SELECT place.*, ledger.*, absence.*, back.*, visit.*
              FROM (
                SELECT report.id AS report_id, report.date_from,
                       LEAST(report.date_to, %(today)s) AS day,
                       school.id AS school_id, school.code, school.name,
                       school.kind = 'teaching_point' AND school.id IS DISTINCT FROM report.school_id
                           AS point
                  FROM edu_periodic_report report
                  JOIN edu_report_kind kind ON kind.id = report.kind_id
                  JOIN edu_school school
                    ON school.id = report.school_id
                    OR (school.active AND report.school_id IS NULL
                        AND school.area_id = report.township_id)
                    OR (school.active AND kind.with_points AND school.kind = 'teaching_point'
                        AND school.parent_id = report.school_id)
                 WHERE report.id IN %(ids)s
              ) place
              CROSS JOIN LATERAL (
                SELECT count(*) FILTER (WHERE kind = 'school_age' AND date_on < place.date_from
                           AND (date_off IS NULL OR date_off >= place.date_from)) AS previous_count,
                       count(*) FILTER (WHERE kind = 'school_age' AND date_on >= place.date_from)
                           AS entered_count,
                       count(*) FILTER (WHERE kind = 'school_age'
                           AND date_off BETWEEN place.date_from AND place.day) AS left_count,
                       count(*) FILTER (WHERE kind = 'school_age'
                           AND (date_off IS NULL OR date_off > place.day)) AS registry_count,
                       count(*) FILTER (WHERE kind = 'suspected' AND date_on >= place.date_from)
                           AS new_suspected_count,
                       count(*) FILTER (WHERE kind = 'suspected'
                           AND (date_off IS NULL OR date_off > place.day)) AS suspected_count,
                       count(*) FILTER (WHERE kind = 'dropout' AND date_on >= place.date_from)
                           AS new_dropout_count,
                       count(*) FILTER (WHERE kind = 'dropout'
                           AND (date_off IS NULL OR date_off > place.day)) AS dropout_count,
                       count(*) FILTER (WHERE kind = 'dropout' AND date_on <= place.date_from
                           AND (date_off IS NULL OR date_off > place.day)
                           AND NOT EXISTS (
                               SELECT 1 FROM edu_visit visit
                                WHERE visit.student_id = entry.student_id
                                  AND visit.visited_on BETWEEN place.date_from AND place.day)
                       ) AS unvisited_child_count
                  FROM edu_ledger entry
                 WHERE entry.school_id = place.school_id AND entry.date_on <= place.day
              ) ledger
              CROSS JOIN LATERAL (
                SELECT count(*) FILTER (WHERE kind = 'unexcused') AS absence_count,
                       count(DISTINCT student_id) FILTER (WHERE kind = 'unexcused')
                           AS absent_child_count,
                       count(*) FILTER (WHERE kind = 'excused') AS leave_count
                  FROM edu_absence
                 WHERE school_id = place.school_id
                   AND date BETWEEN place.date_from AND place.day
              ) absence
              CROSS JOIN LATERAL (
                SELECT count(*) AS returned_count
                  FROM edu_dropout_case
                 WHERE school_id = place.school_id
                   AND returned_on BETWEEN place.date_from AND place.day
              ) back
              CROSS JOIN LATERAL (
                SELECT count(*) AS visit_count, count(DISTINCT student_id) AS visited_child_count,
                       count(*) FILTER (WHERE late_entry) AS late_record_count
                  FROM edu_visit
                 WHERE school_id = place.school_id
                   AND visited_on BETWEEN place.date_from AND place.day
              ) visit
            """,
            today=self.env["edu.policy"]._edu_today(),
            ids=tuple(self.ids),
        )

    def _edu_refresh(self):
        """Take the figures from what is known now, set-based, into reports that nobody has signed."""
        reports = self.sudo().filtered(
            lambda report: report._edu_is_open() and not report.frozen_at
        )
        if not reports:
            return
        self.env.flush_all()
        self.env.execute_query(
            SQL(
                """
                UPDATE edu_periodic_report report
                   SET as_of = told.day, refreshed_at = %(now)s, sections = told.sections,
                       is_zero = told.missing = 0, %(set)s
                  FROM (SELECT report_id, min(day) AS day, sum(%(missing)s) AS missing, %(sums)s,
                               jsonb_agg(jsonb_build_object(
                                   'school', code, 'name', name, 'point', point, %(pairs)s)
                                   ORDER BY point, code) AS sections
                          FROM (%(measure)s) measured
                      GROUP BY report_id) told
                 WHERE told.report_id = report.id
             RETURNING report.id
                """,
                now=fields.Datetime.now(),
                measure=reports._edu_measure_sql(),
                set=SQL(", ").join(
                    SQL("%s = told.%s", SQL.identifier(name), SQL.identifier(name))
                    for name in FIGURES
                ),
                sums=SQL(", ").join(
                    SQL("sum(%s) AS %s", SQL.identifier(name), SQL.identifier(name))
                    for name in FIGURES
                ),
                missing=SQL(" + ").join(SQL.identifier(name) for name in MISSING),
                pairs=SQL(", ").join(SQL("%s, %s", name, SQL.identifier(name)) for name in FIGURES),
            )
        )
        reports.invalidate_recordset()

    def _edu_now(self):
        """{figure: number} that the report's questions give today."""
        self.ensure_one()
        self.env.flush_all()
        (numbers,) = self.env.execute_query(
            SQL(
                "SELECT %s FROM (%s) measured",
                SQL(", ").join(SQL("sum(%s)::integer", SQL.identifier(name)) for name in FIGURES),
                self.sudo()._edu_measure_sql(),
            )
        )
        return dict(zip(FIGURES, (number or 0 for number in numbers), strict=True))

    def _edu_shown(self):
        """Names of the figures that this kind of report shows."""
        self.ensure_one()
        return [name for part, names in PARTS.items() if self.sudo()[part] for name in names]

    def _edu_figure_table(self):
        self.ensure_one()
        report = self.sudo()
        now = report._edu_now() if report.frozen_at else {}
        places = report.sections if len(report.sections or []) > 1 else []
        differs = any(now and now[name] != report[name] for name in report._edu_shown())
        head = [place["name"] for place in places]
        head += [self.env._("In all") if places else self.env._("Reported")]
        head += [self.env._("The same today")] if differs else []
        body = Markup()
        for name in report._edu_shown():
            numbers = [place[name] for place in places] + [report[name]]
            cells = Markup().join(Markup("<td class='text-end'>%s</td>") % each for each in numbers)
            if differs:
                changed = (
                    "text-end fw-bold text-warning" if now[name] != report[name] else "text-end"
                )
                cells += Markup("<td class='%s'>%s</td>") % (changed, now[name])
            label = self._fields[name]._description_string(self.env)
            body += Markup("<tr><td>%s</td>%s</tr>") % (label, cells)
        titles = Markup().join(Markup("<th class='text-end'>%s</th>") % title for title in head)
        return Markup(
            "<table class='table table-sm mb-0'><thead><tr><th></th>%s</tr></thead>"
            "<tbody>%s</tbody></table>"
        ) % (titles, body)

    def action_refresh(self):
        """Who fills it in: take in what was found since."""
        self._edu_check_editable()
        self._edu_refresh()
        return True

    def _edu_problems(self):
        """Return, as sentences, what keeps the report from being signed; none when nothing does."""
        self.ensure_one()
        problems = [
            self.env._("Not answered: %(question)s", question=answer.name)
            for answer in self.answer_ids
            if answer.is_required and answer._edu_value() is None
        ]
        explained = (self.remark or "").strip()
        if self.with_visits and self.unvisited_child_count and not explained:
            problems.append(
                self.env._(
                    "%(count)s dropouts were not visited in this period: say why under Explanation.",
                    count=self.unvisited_child_count,
                )
            )
        before = not explained and self.with_roster and self._edu_before()
        if before and before.registry_count != self.previous_count:
            problems.append(
                self.env._(
                    "The report before ended with %(before)s children, this one begins with"
                    " %(now)s: say why under Explanation.",
                    before=before.registry_count,
                    now=self.previous_count,
                )
            )
        return problems

    def _edu_before(self):
        """The submitted report of the period before, or an empty recordset."""
        self.ensure_one()
        before = self.sudo().search(
            [
                ("kind_id", "=", self.kind_id.id),
                ("school_id", "=", self.school_id.id),
                ("township_id", "=", self.township_id.id),
                ("date_to", "<", self.date_from),
            ],
            limit=1,
        )
        return before.filtered(
            lambda report: report.is_submitted and (self.date_from - report.date_to).days == 1
        )

    # ------------------------------------------------------------------ signatures

    def _edu_signoff_content(self):
        report = self.sudo()
        return {
            "kind": report.kind_id.code,
            "period": [report.date_from.isoformat(), report.date_to.isoformat()],
            "place": report._edu_owner().code,
            "as_of": report.as_of.isoformat() if report.as_of else None,
            "figures": {name: report[name] for name in FIGURES},
            "sections": report.sections or [],
            "answers": [
                {"question": answer.name, "answer": answer._edu_value()}
                for answer in report.answer_ids.sorted(lambda answer: (answer.sequence, answer.id))
            ],
            "remark": (report.remark or "").strip() or None,
        }

    def _edu_signoff_expected(self):
        if self.state in ("draft", "returned"):
            return ()
        return ("filled", "reviewed") if self.sudo().school_id else ("filled",)

    def _edu_signoff_words(self):
        return {
            "kind": self.env._("Report"),
            "period": self.env._("Period"),
            "place": self.env._("Code of the Place"),
            "as_of": self.env._("Figures As Of"),
            "figures": self.env._("Figures"),
            "sections": self.env._("Schools and Teaching Points"),
            "school": self.env._("School Code"),
            "name": self.env._("Name"),
            "point": self.env._("Teaching Point"),
            **{name: self._fields[name]._description_string(self.env) for name in FIGURES},
            "answers": self.env._("Answers"),
            "question": self.env._("Question"),
            "answer": self.env._("Answer"),
            "remark": self.env._("Explanation"),
        }

    def _edu_signoff_item(self, path, item, position):
        if path == ("answers",):
            return item["question"], item["question"]
        if path == ("sections",):
            return item["school"], item["name"]
        return super()._edu_signoff_item(path, item, position)

    @signing
    def action_sign_filled(self):
        """Who fills it in: it is complete and true. Freezes the report as it stands.

        :raise ValidationError: with everything that is still missing
        """
        for report in self:
            report._edu_check_editable()
            report._edu_freeze()
            report._edu_sign("filled")
            if not report.sudo().school_id:
                report.sudo().state = "signed"
        return True

    def _edu_freeze(self):
        self.ensure_one()
        self._edu_refresh()
        self._edu_raise(self.sudo()._edu_problems())
        self.sudo().write({"frozen_at": fields.Datetime.now(), "on_behalf": False})

    def action_sign_paper(self):
        """Bureau, for a township without a log-in: it signed on paper. Asks who, with the scan."""
        return self.action_ask_behalf("filled")

    def _edu_signoff_people(self, role):
        self.ensure_one()
        return self._edu_people("township")

    def _edu_check_may_enter(self, role):
        """A school's report is signed by the school itself."""
        if self.sudo().school_id:
            raise AccessError(self.env._("Nobody signs in another's name."))
        super()._edu_check_may_enter(role)
        self._edu_check_editable()

    def _edu_sign_on_behalf(self, role, name, post, date, paper):
        self._edu_check_may_enter(role)
        self._edu_refresh()
        self._edu_raise(self.sudo()._edu_problems())
        signoff = super()._edu_sign_on_behalf(role, name, post, date, paper)
        self.sudo().write(
            {"frozen_at": fields.Datetime.now(), "on_behalf": True, "state": "signed"}
        )
        return signoff

    def _edu_raise(self, problems):
        if problems:
            raise ValidationError(
                self.env._("This is still missing:") + "\n- " + "\n- ".join(problems)
            )

    @signing
    def action_sign_reviewed(self):
        """Principal or vice principal who did not fill it in: I reviewed it."""
        for report in self:
            report._edu_check_role(LEADERS)
            if not (report._edu_is_open() and report.frozen_at and report.school_id):
                raise UserError(
                    self.env._(
                        "The order is: filled in, reviewed. “%(document)s” is not at this point;"
                        " reload it.",
                        document=report.display_name,
                    )
                )
            report._edu_sign("reviewed")
            report.sudo().state = "signed"
        return True

    def action_take_back(self):
        """Its place: correct what is signed and not submitted; asks why. Everybody signs again."""
        return self.action_ask_withdraw()

    def _edu_check_may_withdraw(self):
        if not (self._edu_may_fill() or self._edu_leads()):
            self._edu_check_role((*FILLERS, *LEADERS))
        if not (self.state == "signed" or (self._edu_is_open() and self.frozen_at)):
            raise UserError(
                self.env._("Only a report that is signed and not submitted is taken back.")
            )

    def _edu_after_withdraw(self, reason):
        self._edu_begin_again("returned" if self.is_submitted else "draft", reason, "withdrawn")
        self.sudo()._message_log(body=self.env._("Taken back: %(reason)s", reason=reason))

    def _edu_begin_again(self, state, reason, event):
        self._edu_new_signing_round(reason, event)
        self.sudo().write({"state": state, "frozen_at": False})
        self._edu_refresh()

    # ------------------------------------------------------------------ to the bureau

    def action_submit(self):
        """Principal or vice principal (the clerk, for a township): hand the signed report in.

        :raise ValidationError: with what is missing, when it is not signed by all
        """
        now = fields.Datetime.now()
        for report in self:
            if report.sudo().school_id or not report._edu_may_fill():
                report._edu_check_role(LEADERS if report.sudo().school_id else ("township",))
            if report._edu_is_open():
                report._edu_raise_not_signed()
            if report.state != "signed":
                raise UserError(
                    self.env._(
                        "“%(document)s” has been submitted already.", document=report.display_name
                    )
                )
            report.sudo().write(
                {
                    "state": "submitted",
                    "submitted_at": now,
                    "submitted_by_id": self.env.uid,
                    "received_at": False,
                    "return_reason": False,
                    **report._edu_handed_in(now),
                }
            )
        return True

    def _edu_raise_not_signed(self):
        roles = dict(self.env["edu.signoff"]._fields["role"]._description_selection(self.env))
        signed = set(self._edu_signed().mapped("role"))
        needed = ("filled", "reviewed") if self.sudo().school_id else ("filled",)
        self._edu_raise(
            (self.sudo()._edu_problems() if not self.frozen_at else [])
            + [
                self.env._("Signature: %(role)s", role=roles[role])
                for role in needed
                if role not in signed
            ]
        )

    def _edu_check_at_bureau(self, states):
        self._edu_check_role(("bureau",))
        for report in self:
            if report.state not in states:
                raise UserError(
                    self.env._("Only a report that was submitted is accepted or returned.")
                )

    def action_receive(self):
        """Bureau: the report has arrived."""
        self._edu_check_at_bureau(("submitted",))
        self.sudo().write({"state": "received", "received_at": fields.Datetime.now()})
        return True

    def action_accept(self):
        """Bureau: the report is in order."""
        self._edu_check_at_bureau(("submitted", "received"))
        now = fields.Datetime.now()
        for report in self.sudo():
            report.write(
                {
                    "state": "accepted",
                    "received_at": report.received_at or now,
                    "decided_at": now,
                    "decided_by_id": self.env.uid,
                }
            )
        return True

    def action_return(self):
        """Bureau: ask why, then return the report (``edu.periodic.report.return``)."""
        self.ensure_one()
        self._edu_check_at_bureau(("submitted", "received"))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send Back"),
            "res_model": "edu.periodic.report.return",
            "view_mode": "form",
            "target": "new",
            "context": {"default_report_id": self.id},
        }

    def _edu_return(self, reason):
        """Bureau: send the report back with ``reason``; it is corrected and signed again. Whether it
        was first handed in in time stays."""
        self.ensure_one()
        self._edu_check_at_bureau(("submitted", "received"))
        reason = (reason or "").strip()
        if not reason:
            raise UserError(self.env._("Say what has to be corrected."))
        now = fields.Datetime.now()
        self.sudo().write(
            {
                "return_reason": reason,
                "received_at": self.sudo().received_at or now,
                "decided_at": now,
                "decided_by_id": self.env.uid,
            }
        )
        self._edu_begin_again("returned", reason, "returned")
        self.sudo()._message_log(body=self.env._("Returned: %(reason)s", reason=reason))

    def _edu_duty_query(self):
        """Handed in by the day of the call: filled in by who holds the records, once that is signed by
        who leads the school; a township's by its clerk."""
        return SQL(
            """
            SELECT CASE WHEN report.school_id IS NULL THEN 'township_report' ELSE 'periodic_report'
                        END AS kind,
                   report.id AS res_id, 0 AS slot, report.deadline,
                   (report.first_submitted_at AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s)::date AS done_on,
                   CASE WHEN report.frozen_at IS NOT NULL THEN leader.user_id END AS user_id,
                   report.school_id, report.township_id AS area_id, NULL::integer AS class_id
              FROM edu_periodic_report report
         LEFT JOIN edu_school school ON school.id = report.school_id
         LEFT JOIN LATERAL (
                   SELECT post.user_id FROM edu_post post
                    WHERE %(acts_for)s
                      AND post.role IN %(leaders)s AND post.date_from <= %(today)s
                      AND (post.date_to IS NULL OR post.date_to >= %(today)s)
                 ORDER BY post.school_id <> report.school_id, post.role, post.date_from, post.id
                    LIMIT 1) leader ON TRUE
            """,
            acts_for=self.env["edu.post"]._edu_acts_for_sql("post", "school"),
            tz=self.env["edu.policy"]._edu_tz_name(),
            leaders=LEADERS,
            today=self.env["edu.policy"]._edu_today(),
        )

    def _edu_file_name(self):
        self.ensure_one()
        report = self.sudo().with_context(lang="zh_CN")
        return f"{report.kind_id.name}-{report._edu_owner().name}-{report.date_to:%Y%m%d}"
