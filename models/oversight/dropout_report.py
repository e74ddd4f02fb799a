from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ...tools import dropout_form as form
from ..registry.office import in_office_language

FILLERS = ("records_admin", "dean")
LEADERS = ("principal", "vice_principal")
RECIPIENTS = ("township", "bureau")
HANDED_IN = ("submitted", "received", "accepted")


class EduDropoutReport(models.Model):
    """附件1 《学生失学辍学信息报告》: one school, one term (clause 二(三)2).

    Records administrator and dean prepare it, and sign as who checked and filled in; principal or
    vice principal review and submit; a teaching point's report is reviewed by its central school.
    Township and bureau get it at once: both note that they have it, the bureau accepts it or
    returns it with a reason. Nobody else writes; class teachers have no part in it. A central school
    signs after its teaching points and names each of them, with its figures, in its own report.

    Until the first signature it follows the roster check and the cases. The first signature
    freezes it as a version (``edu.dropout.report.version``), which all three sign; whatever happens
    to a child afterwards does not change it. To correct it means a new version and new signatures.
    """

    _name = "edu.dropout.report"
    _description = "Student Dropout Report"
    _inherit = [
        "edu.signoff.mixin",
        "edu.hand.in.mixin",
        "edu.scope.mixin",
        "mail.thread",
        "mail.activity.mixin",
        "edu.duty.mixin",
    ]
    _edu_duty_fields = ("state", "school_id", "township_id", "deadline", "first_submitted_at")
    _order = "term_id desc, school_id"
    _mail_post_access = "read"
    _edu_township_fields = ("township_id",)
    _edu_signoff_posts = {
        "checked": ("records_admin",),
        "filled": FILLERS,
        "reviewed": LEADERS,
    }
    # a township without a log-in signs for the paper
    _edu_signoff_behalf = {"received": ("bureau", *FILLERS)}

    school_id = fields.Many2one("edu.school", required=True, index=True, ondelete="restrict")
    term_id = fields.Many2one("edu.term", required=True, index=True, ondelete="restrict")
    township_id = fields.Many2one(
        related="school_id.area_id", string="Township", store=True, index=True
    )
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
    remark = fields.Text("Explanation")
    refreshed_at = fields.Datetime("Figures As Of", readonly=True, copy=False)

    deadline = fields.Date(compute="_compute_deadline", store=True)
    is_submitted = fields.Boolean("Was Submitted", compute="_compute_is_submitted", store=True)
    is_late = fields.Boolean(tracking=True)
    reminded_on = fields.Date("Reminded on", readonly=True, copy=False)

    # Figures
    previous_count = fields.Integer("On the Registry Last Term", readonly=True, copy=False)
    registry_count = fields.Integer("On the Registry", readonly=True, copy=False)
    expected_count = fields.Integer("Expected Entrants", readonly=True, copy=False)
    arrived_count = fields.Integer("Arrived", readonly=True, copy=False)
    new_entry_count = fields.Integer("Newly Entered", readonly=True, copy=False)
    transfer_in_count = fields.Integer("Transferred In", readonly=True, copy=False)
    resumed_count = fields.Integer("Resumed", readonly=True, copy=False)
    transfer_out_count = fields.Integer("Transferred Out", readonly=True, copy=False)
    suspended_count = fields.Integer("Suspended", readonly=True, copy=False)
    postponed_count = fields.Integer("Postponed", readonly=True, copy=False)
    deceased_count = fields.Integer("Deceased", readonly=True, copy=False)
    abroad_count = fields.Integer("Abroad", readonly=True, copy=False)
    on_leave_count = fields.Integer("On Leave", readonly=True, copy=False)
    elsewhere_count = fields.Integer("Studying Elsewhere", readonly=True, copy=False)
    suspected_count = fields.Integer("Suspected Dropouts", readonly=True, copy=False)
    dropout_count = fields.Integer("Dropouts", readonly=True, copy=False)
    never_enrolled_count = fields.Integer("Never Enrolled", readonly=True, copy=False)
    returned_count = fields.Integer("Back in School", readonly=True, copy=False)
    is_zero = fields.Boolean("Zero Report", readonly=True, copy=False)
    line_ids = fields.One2many(
        "edu.dropout.report.line",
        "report_id",
        "Children",
        domain=[("is_current", "=", True)],
        readonly=True,
        copy=False,
    )

    # Versions
    version_ids = fields.One2many("edu.dropout.report.version", "report_id", "Versions", copy=False)
    version_id = fields.Many2one(
        "edu.dropout.report.version", "Current Version", readonly=True, copy=False
    )
    submitted_at = fields.Datetime(related="version_id.submitted_at", string="Submitted")
    township_received_at = fields.Datetime(related="version_id.township_received_at")
    bureau_received_at = fields.Datetime(related="version_id.bureau_received_at")
    return_reason = fields.Text("Reason of the Return", compute="_compute_return_reason")
    recall_reason = fields.Text("Why the School Asks for It Back", readonly=True, copy=False)
    recall_by_id = fields.Many2one(
        "res.users", "Asked Back By", readonly=True, copy=False, ondelete="restrict"
    )
    recall_at = fields.Datetime("Asked Back On", readonly=True, copy=False)
    scan_count = fields.Integer("Signed Scans", compute="_compute_scan_count", store=True)
    problems = fields.Text(compute="_compute_problems")
    problem_list = fields.Html("Still Missing", compute="_compute_problems", sanitize=False)

    can_edit = fields.Boolean(compute="_compute_can")
    can_check = fields.Boolean(compute="_compute_can")
    can_fill = fields.Boolean(compute="_compute_can")
    can_review = fields.Boolean(compute="_compute_can")
    can_submit = fields.Boolean(compute="_compute_can")
    can_take_back = fields.Boolean(compute="_compute_can")
    can_ask_back = fields.Boolean(compute="_compute_can")
    can_receive = fields.Boolean(compute="_compute_can")
    can_receive_paper = fields.Boolean(compute="_compute_can")
    can_decide = fields.Boolean(compute="_compute_can")
    can_return = fields.Boolean(compute="_compute_can")

    _school_term_uniq = models.UniqueIndex(
        "(school_id, term_id)", "This school has its report of this term already."
    )
    _term_state_idx = models.Index("(term_id, state)")

    # What a person types; everything else follows from actions
    _EDU_TYPED = frozenset({"remark"})
    # {model of a place where something is put right: its action}
    _EDU_PLACES = {
        "edu.roster.check": "edu_roster_check_action",
        "edu.dropout.case": "edu_dropout_case_action",
        "edu.dropout.report": "edu_dropout_report_action",
    }

    # ------------------------------------------------------------------
    # Computes
    # ------------------------------------------------------------------

    @api.depends("school_id", "term_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for report in self:
            report.display_name = self.env._(
                "Dropout report %(term)s, %(school)s",
                term=report.term_id.display_name or "",
                school=report.school_id.name or "",
            )

    @api.depends(
        "term_id.report_deadline",
        "term_id.opening_ids.report_deadline",
        "term_id.opening_ids.school_id",
        "term_id.opening_ids.grade",
        "school_id.grade_from",
        "school_id.grade_to",
    )
    def _compute_deadline(self):
        """The county's, or that of a school that opens on another day."""
        for term, reports in self.grouped("term_id").items():
            schools = term.opening_ids.school_id
            for report in reports:
                report.deadline = (
                    term._edu_deadline("report_deadline", report.school_id)
                    if report.school_id in schools
                    else term.report_deadline
                )

    @api.depends("first_submitted_at")
    def _compute_is_submitted(self):
        for report in self:
            report.is_submitted = bool(report.first_submitted_at)

    @api.depends("state", "version_ids.return_reason")
    def _compute_return_reason(self):
        for report in self:
            returned = report.version_ids.filtered("return_reason").sorted("round")[-1:]
            report.return_reason = report.state == "returned" and returned.return_reason

    @api.depends("version_ids.scan_ids")
    def _compute_scan_count(self):
        for report in self:
            report.scan_count = len(report.version_id.scan_ids)

    @api.depends("state", "version_id", "signoff_ids", "line_ids", "school_id", "term_id", "remark")
    def _compute_problems(self):
        for report in self:
            problems = report._edu_is_open() and report.sudo()._edu_problem_places()
            report.problems = "\n".join(text for text, _place in problems or []) or False
            report.problem_list = Markup("<ul class='mb-0'>%s</ul>") % Markup().join(
                Markup("<li>%s</li>") % report._edu_problem_link(text, place)
                for text, place in problems or []
            )

    def _edu_problem_link(self, text, place):
        """``text``, as a link to the record where it is put right, where there is one."""
        action = place and self._EDU_PLACES.get(place._name)
        if not action:
            return text
        href = f"/odoo/action-edu_dropout_control.{action}/{place.id}"
        return Markup("<a href='%s'>%s</a>") % (href, text)

    @api.depends_context("uid")
    @api.depends("state", "version_id", "signoff_ids", "school_id", "recall_at")
    def _compute_can(self):
        user = self.env.user
        differ = self.env["edu.signoff"]._edu_signing_rules()["differ"]
        for report in self:

            def holds(*roles, report=report):
                return any(user._edu_has_role(role, report) for role in roles)

            signed = report._edu_signed() if report.id else self.env["edu.signoff"]
            roles = set(signed.mapped("role"))
            worked = signed.filtered(lambda signoff: signoff.person_id == user)
            is_open = report._edu_is_open()
            report.can_edit = is_open and not report.version_id and holds(*FILLERS)
            report.can_check = is_open and not roles and holds("records_admin")
            report.can_fill = (
                is_open and roles == {"checked"} and not (differ and worked) and holds(*FILLERS)
            )
            report.can_review = (
                is_open and roles == {"checked", "filled"} and not worked and holds(*LEADERS)
            )
            report.can_submit = report.state == "signed" and holds(*LEADERS)
            report.can_take_back = (
                report.state == "signed" or (is_open and bool(report.version_id))
            ) and holds(*FILLERS, *LEADERS)
            report.can_ask_back = (
                report.state in HANDED_IN and not report.recall_at and holds(*FILLERS, *LEADERS)
            )
            version = report.version_id
            report.can_receive = report.state in HANDED_IN and any(
                holds(role) and not version[f"{role}_received_at"] for role in RECIPIENTS
            )
            report.can_receive_paper = (
                bool(version.submitted_at)
                and not version.township_received_at
                and holds("bureau", *FILLERS)
                and not report._edu_people("township")
            )
            report.can_decide = report.state in ("submitted", "received") and holds("bureau")
            report.can_return = (
                report.state in HANDED_IN and report._edu_is_returnable() and holds("bureau")
            )

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        """Records administrator or dean for their own school; else by the opening of the term."""
        if not self.env.su:
            for vals in vals_list:
                self._edu_refuse_protected(vals.keys() - {"school_id", "term_id"})
        reports = super().create(vals_list)
        if not self.env.su:
            reports._edu_refresh()
        return reports

    def write(self, vals):
        if not self.env.su:
            self.check_access("write")
            self._edu_refuse_protected(vals)
            if "remark" in vals:
                self._edu_check_open()
        return super().write(vals)

    def _edu_refuse_protected(self, names):
        if field := self._edu_refused(set(names) - self._EDU_TYPED):
            raise AccessError(
                self.env._(
                    "“%(field)s” follows from the roster check, the cases and the signatures; it is"
                    " not typed in.",
                    field=field,
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_begun(self):
        for report in self:
            if report.version_ids:
                raise UserError(
                    self.env._(
                        "“%(document)s” is signed and cannot be deleted.",
                        document=report.display_name,
                    )
                )

    # ------------------------------------------------------------------
    # What it says
    # ------------------------------------------------------------------

    def _edu_is_open(self):
        """Whether the school still works on it."""
        self.ensure_one()
        return self.state in ("draft", "returned")

    def _edu_check_open(self):
        for report in self:
            if not report._edu_is_open() or report.sudo().version_id:
                raise UserError(
                    self.env._(
                        "“%(document)s” is signed as it stands. Take it back to correct it; all"
                        " sign again then.",
                        document=report.display_name,
                    )
                )

    # ------------------------------------------------------------------
    # Documents
    # ------------------------------------------------------------------

    def _edu_shown_version(self):
        """The version that the caller's post prints: the school's current one, the recipients'
        last submitted one; empty while the school works on a draft."""
        self.ensure_one()
        report = self.sudo()
        if any(self.env.user._edu_has_role(role, self) for role in (*FILLERS, *LEADERS)):
            return report.version_id
        return report.version_ids.filtered("submitted_at").sorted("round")[-1:]

    def action_print(self):
        """Whoever reads the report: the PDF, of the frozen version where there is one."""
        self.ensure_one()
        self.check_access("read")
        version = self._edu_shown_version()
        name = "action_report_dropout_report" + ("" if version else "_draft")
        return self.env.ref(f"edu_dropout_control.{name}").report_action(
            (version or self).ids, config=False
        )

    def action_workbook(self):
        """Whoever reads the report: the same as an .xlsx workbook."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_url",
            "url": f"/edu/dropout-report/{self.id}/workbook",
            "target": "download",
        }

    def _edu_document(self, build):
        """Render a draft: from live data, without numbers."""
        self.ensure_one()
        self.check_access("read")
        return build(form.masked(self._edu_compose()), form.signers(), draft=True)

    def _edu_form(self):
        """Values of the PDF's template."""
        return self._edu_document(form.document)

    def _edu_file_name(self):
        """Name of the printed file: school and term, nothing of a child."""
        self.ensure_one()
        report = self.sudo()
        return f"附件1-{report.school_id.name}-{report.term_id.name}"

    # ------------------------------------------------------------------
    # Reports of a term
    # ------------------------------------------------------------------

    @api.model
    def _edu_prepare(self, term, schools):
        """Give each of ``schools`` its report of ``term``, in one statement; those that have one keep
        it. Figures come with the close of the roster check, or with the night. Private: whoever calls has
        asked for the right to open the term, to call for reports or to remind schools.

        :return: the reports that were made, as superuser: a township reminds of what it cannot make
        """
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                INSERT INTO edu_dropout_report (school_id, term_id, township_id, deadline, state,
                                                signoff_round, is_submitted, scan_count,
                                                create_uid, write_uid, create_date, write_date)
                SELECT school.id, term.id, school.area_id, %(deadline)s, 'draft', 1, FALSE, 0,
                       %(uid)s, %(uid)s, %(now)s, %(now)s
                  FROM edu_term term CROSS JOIN edu_school school
                 WHERE term.id = %(term)s AND school.id = ANY(%(schools)s)
              ORDER BY school.code, school.id
           ON CONFLICT (school_id, term_id) DO NOTHING
             RETURNING id
                """,
                deadline=term._edu_deadline_sql("report_deadline"),
                uid=self.env.uid,
                now=fields.Datetime.now(),
                term=term.id,
                schools=schools.ids,
            )
        )
        self.invalidate_model(flush=False)
        reports = self.sudo().browse(id_ for (id_,) in rows)
        reports._edu_duty_later()
        return reports

    @api.model
    @in_office_language
    def _cron_refresh(self):
        """Daily: reports of open terms that are missing are made, drafts follow live data."""
        terms = self.env["edu.term"].sudo().search([("state", "=", "open")])
        schools = self.env["edu.school"].sudo().search([("active", "=", True)])
        for term in terms:
            self._edu_prepare(term, schools)
        drafts = self.sudo().search(
            [
                ("term_id", "in", terms.ids),
                ("state", "in", ("draft", "returned")),
                ("version_id", "=", False),
            ]
        )
        self.env["ir.cron"]._commit_progress(remaining=len(drafts))
        for report in drafts:
            report._edu_refresh()
            self.env["ir.cron"]._commit_progress(1)
