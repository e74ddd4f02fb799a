from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import SQL

from ...tools import crypto, dropout_form as form
from ..core.signing import signing
from ..core.signoff import SIGNATURES
from ..core.signoff_mixin import SCHOOL_NAME

FILLERS = ("records_admin", "dean")
LEADERS = ("principal", "vice_principal")
RECIPIENTS = ("township", "bureau")
HANDED_IN = ("submitted", "received", "accepted")
# Figures of the head, as the form names them: tools/dropout_form.py
FIGURES = (
    "previous registry expected arrived new_entry transfer_in resumed transfer_out suspended"
    " postponed deceased abroad on_leave elsewhere suspected dropout never_enrolled returned"
).split()
PRESENT = ("arrived", "new_entry", "transfer_in", "resumed")
# What moves a child onto the registry of the school, and off it
IN = ("new_entry", "transfer_in")
OUT = ("transfer_out", "deceased", "abroad")


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

    def _edu_form_lang(self):
        """The form is Chinese: ``self`` in that language where it is installed."""
        installed = self.env["res.lang"]._get_data(code="zh_CN")
        return self.with_context(lang="zh_CN") if installed else self

    def _edu_check(self):
        """The roster check of the school and term, past access rights."""
        self.ensure_one()
        return (
            self.env["edu.roster.check"]
            .sudo()
            .search(
                [("school_id", "=", self.school_id.id), ("term_id", "=", self.term_id.id)], limit=1
            )
        )

    def _edu_cases(self):
        """Open cases that the report names: suspected, and confirmed and not back."""
        self.ensure_one()
        return (
            self.env["edu.dropout.case"]
            .sudo()
            .search(
                [
                    ("school_id", "=", self.school_id.id),
                    ("state", "in", ("suspected", "verifying", "persuading")),
                ],
                order="grade, class_id, student_id, id",
            )
            .sorted(lambda case: case.state != "persuading")
        )

    def _edu_compose(self):
        """Return the content of the report from what is known now: what is frozen and signed.

        Holds numbers and addresses in clear: server side only, kept in cipher only.

        - school {name, code, township, central}, term {school_year, season}
        - checked_on, as_of: dates as text, or None
        - figures: {key of FIGURES: number, or None where it is not known}
        - rows: the children, see ``_edu_compose_row``
        - totals: [{grade, registry, arrived, suspected, dropout, never_enrolled}], each of the
          five a dict of male, female and unknown
        - points: the teaching points, [{name, code, version, figures}], see ``_edu_compose_points``
        - remark
        """
        self.ensure_one()
        report = self.sudo()._edu_form_lang()
        check = report._edu_check().with_env(report.env)
        cases = report._edu_cases().with_env(report.env)
        rows = [report._edu_compose_row(case, no) for no, case in enumerate(cases, start=1)]
        counts = report._edu_count_lines(check)
        school = report.school_id
        return {
            "school": {
                "name": school.name,
                "code": school.code,
                "township": school.area_id.name,
                "central": school.parent_id.name or None,
            },
            "term": {"school_year": report.term_id.school_year, "season": report.term_id.season},
            "checked_on": (check.closed_on and check.closed_on.isoformat()) or None,
            "as_of": self.env["edu.policy"]._edu_today().isoformat(),
            "figures": report._edu_compose_figures(counts, rows),
            "rows": rows,
            "totals": report._edu_compose_totals(counts, rows),
            "points": report._edu_compose_points(),
            "remark": (report.remark or "").strip() or None,
        }

    def _edu_count_lines(self, check):
        """[(grade, gender, origin, outcome, number)] of the roster check's lines."""
        return [
            (grade or 0, gender or "unknown", origin, outcome, number)
            for grade, gender, origin, outcome, number in self.env["edu.roster.check.line"]
            .sudo()
            ._read_group(
                [("check_id", "=", check.id)],
                ["grade", "student_id.gender", "origin", "outcome"],
                ["__count"],
            )
        ]

    def _edu_compose_figures(self, counts, rows):
        figures = dict.fromkeys(FIGURES, 0)
        for _grade, _gender, origin, outcome, number in counts:
            if origin in ("registry", "entrant"):
                figures["registry" if origin == "registry" else "expected"] += number
            if outcome in PRESENT:
                figures["arrived"] += number
            # the cases say who is missing: a suspicion may be over since the check
            if outcome in figures and outcome not in ("arrived", "suspected", "never_enrolled"):
                figures[outcome] += number
        for row in rows:
            figures[self._edu_row_figure(row)] += 1
        figures["returned"] = (
            self.env["edu.dropout.case"]
            .sudo()
            .search_count(
                [
                    ("school_id", "=", self.school_id.id),
                    ("state", "in", ("returned", "observing", "closed")),
                    (
                        "returned_on",
                        ">=",
                        min(
                            self.term_id.start_date,
                            self.term_id._edu_first_day(self.school_id),
                        ),
                    ),
                ]
            )
        )
        earlier = self._edu_earlier()
        figures["previous"] = earlier.registry_count if earlier else None
        return figures

    def _edu_row_figure(self, row):
        """The figure in which a child of the list counts."""
        return "suspected" if row["kind"].startswith("suspected") else row["kind"]

    def _edu_compose_totals(self, counts, rows):
        keys = ("registry", "arrived", "suspected", "dropout", "never_enrolled")
        totals = {}

        def add(grade, key, gender, number):
            entry = totals.setdefault(grade, {key: {} for key in keys})
            entry[key][gender] = entry[key].get(gender, 0) + number

        for grade, gender, origin, outcome, number in counts:
            if origin == "registry":
                add(grade, "registry", gender, number)
            if outcome in PRESENT:
                add(grade, "arrived", gender, number)
        for row in rows:
            add(row["grade"] or 0, self._edu_row_figure(row), row["gender"] or "unknown", 1)
        return [{"grade": grade, **totals[grade]} for grade in sorted(totals)]

    def _edu_points(self):
        """The reports of this term of the school's teaching points, past access rights."""
        self.ensure_one()
        return self.sudo().search(
            [
                ("term_id", "=", self.term_id.id),
                ("school_id.parent_id", "=", self.school_id.id),
                ("school_id.kind", "=", "teaching_point"),
                ("school_id.active", "=", True),
            ],
            order="school_id",
        )

    def _edu_compose_points(self):
        """What the teaching points signed, each by name: their own figures, which the central school's
        do not hold, and the hash of the version, so that the central school signs that very one."""
        return [
            {
                "name": point.school_id.name,
                "code": point.school_id.code,
                "version": point.version_id.content_hash or None,
                "figures": {key: point[f"{key}_count"] for key in FIGURES},
            }
            for point in self._edu_points()
        ]

    def _edu_compose_row(self, case, number):
        """One child of the list, with numbers and address in clear."""
        student = case.student_id
        guardian = student.guardian_ids.sorted(lambda person: not person.is_legal)[:1]
        never = case.kind == "never_enrolled"
        if case.state == "persuading":
            kind = "never_enrolled" if never else "dropout"
        else:
            kind = "suspected_never" if never else "suspected"

        def clear(record, name):
            return (record and record._edu_secret_clear(name)[record.id]) or None

        def text(date):
            return (date and date.isoformat()) or None

        return {
            "no": number,
            "case": case.id,
            "kind": kind,
            "name": student.name,
            "gender": student.gender or None,
            "ethnicity": student.ethnicity or None,
            "birthdate": text(student.birthdate),
            "id_number": clear(student, "id_number"),
            "national_no": clear(student, "national_no"),
            "grade": case.grade or student.grade or None,
            "class_number": case.class_id.number or None,
            "address": clear(student, "address"),
            "guardian": (
                guardian
                and {
                    "name": guardian.name,
                    "relation": guardian.relation_id.name or None,
                    "phone": clear(guardian, "phone"),
                }
            )
            or None,
            "special_groups": student.special_group_ids.mapped("name"),
            "left_on": text(
                (case.persuading_since if case.relapse_count else case.missing_since)
                or case.raised_on
            ),
            "cause": case.cause_id.name or None,
            "cause_note": case.cause_note or None,
            "whereabouts": case.whereabouts_id.name or None,
            "whereabouts_place": case.whereabouts_place or None,
            "measures": self._edu_compose_measures(case),
            "responsible": [
                name
                for name in (
                    case.school_responsible_id.name,
                    case.township_responsible_id.name,
                    case.township_responsible_name,
                )
                if name
            ],
            "return_by": text(case.return_by),
        }

    def _edu_compose_measures(self, case):
        """What was done to bring the child back, oldest first: visits as [{on, method, result}],
        notices as [{on, method, number}]."""
        measures = [
            {"on": visit.visited_on.isoformat(), "method": visit.method, "result": visit.result}
            for visit in case.visit_ids.sorted("visited_at")
        ] + [
            {"on": notice.issued_on.isoformat(), "method": notice.kind, "number": notice.number}
            for notice in case.notice_ids.sorted("id")
            if notice.issued_on and notice.state != "withdrawn"
        ]
        return sorted(measures, key=lambda measure: measure["on"])

    def _edu_refresh(self):
        """Take figures and children from what is known now, unless they are frozen."""
        for report in self.sudo():
            if report._edu_is_open() and not report.version_id:
                report._edu_store(report._edu_compose())

    def _edu_store(self, content):
        """Write a composed content into the columns that lists and pivots show: nothing secret."""
        self.ensure_one()
        rows = content["rows"]
        Line = self.env["edu.dropout.report.line"]
        Line.search([("report_id", "=", self.id), ("version_id", "=", False)]).unlink()
        self.write(
            {
                **{f"{key}_count": content["figures"][key] or 0 for key in FIGURES},
                "is_zero": not rows and bool(content["checked_on"]),
                "refreshed_at": fields.Datetime.now(),
                "line_ids": [fields.Command.create(Line._edu_values(row)) for row in rows],
            }
        )

    def _edu_problems(self):
        """Return, as sentences, what keeps the report from being signed; none when nothing does."""
        return [text for text, _place in self._edu_problem_places()]

    def _edu_problem_places(self):
        """[(sentence, record where it is put right, or None)] of what keeps the report from being
        signed."""
        self.ensure_one()
        problems = []
        check = self._edu_check()
        if not check:
            problems.append((self.env._("The school has no roster check in this term yet."), None))
        elif check.state != "closed":
            problems.append(
                (
                    self.env._(
                        "The roster check is not closed: the records administrator closes it."
                    ),
                    check,
                )
            )
        for case in self._edu_cases():
            missing = self._edu_case_gaps(case)
            if missing:
                problems.append(
                    (
                        self.env._(
                            "%(child)s: %(fields)s missing in the case.",
                            child=case.student_id.name,
                            fields=self.env._(", ").join(missing),
                        ),
                        case,
                    )
                )
            if case.visit_state == "overdue":
                problems.append(
                    (
                        self.env._(
                            "%(child)s: a visit was due by %(date)s and is not recorded.",
                            child=case.student_id.name,
                            date=case.next_visit_due,
                        ),
                        case,
                    )
                )
        problems += [
            (
                self.env._(
                    "The report of the teaching point %(school)s is not signed yet.",
                    school=point.school_id.name,
                ),
                point,
            )
            for point in self._edu_points()
            if point._edu_is_open() and point._edu_check().line_count
        ]
        if not (self.remark or "").strip():
            problems += [(text, None) for text in self._edu_sum_gaps(check)]
        return problems

    def _edu_sum_gaps(self, check):
        """Last term's number, plus who came, less who left, is this term's; else a sentence that says so,
        to be answered under Explanation. Nothing is said without a report of last term."""
        before = self._edu_earlier()
        if not before or not check:
            return []
        first_day = self.term_id._edu_first_day(self.school_id)
        last_check = before._edu_check()
        moved = {"in": 0, "out": 0}
        for kind, number in (
            self.env["edu.status.change"]
            .sudo()
            ._read_group(
                [
                    ("school_id", "=", self.school_id.id),
                    ("state", "in", ("in_force", "ended")),
                    ("kind", "in", ("transfer_in", "transfer_out", "death", "abroad")),
                    ("date_from", ">", last_check.closed_on or first_day),
                    ("date_from", "<", first_day),
                ],
                ["kind"],
                ["__count"],
            )
        ):
            moved["in" if kind == "transfer_in" else "out"] += number
        came = sum(before[f"{key}_count"] for key in IN) + moved["in"]
        left = sum(before[f"{key}_count"] for key in OUT) + moved["out"]
        done = 0
        if self.term_id.season == "autumn":
            done = (
                self.env["edu.roster.check.line"]
                .sudo()
                .search_count(
                    [
                        ("check_id", "=", last_check.id),
                        ("origin", "=", "registry"),
                        ("grade", "=", self.school_id.grade_to),
                        ("outcome", "not in", OUT),
                    ]
                )
            )
        now = (
            self.env["edu.roster.check.line"]
            .sudo()
            .search_count([("check_id", "=", check.id), ("origin", "=", "registry")])
        )
        if before.registry_count + came - left - done == now:
            return []
        return [
            self.env._(
                "The numbers do not add up: %(before)s last term + %(came)s who came - %(left)s who left"
                " - %(done)s who finished the last grade is not %(now)s. Put it right, or say why under"
                " Explanation.",
                before=before.registry_count,
                came=came,
                left=left,
                done=done,
                now=now,
            )
        ]

    def _edu_earlier(self):
        """The report that the school handed in last term, or an empty recordset."""
        if not self.term_id:  # a form that is being filled in
            return self.browse()
        return self.sudo().search(
            [
                ("school_id", "=", self.school_id.id),
                ("term_id", "=", self.term_id._edu_previous().id),
                ("is_submitted", "=", True),
            ],
            limit=1,
        )

    def _edu_case_gaps(self, case):
        """Labels of what a case must say before its child can be reported."""
        if case.state != "persuading":
            return []
        names = ["cause_id", "whereabouts_id", "school_responsible_id", "return_by"]
        gaps = [
            case._fields[name]._description_string(self.env) for name in names if not case[name]
        ]
        if not case.student_id.guardian_ids:
            gaps.append(self.env._("Guardian"))
        return gaps

    # ------------------------------------------------------------------
    # Signatures
    # ------------------------------------------------------------------

    def _edu_signoff_content(self):
        version = self.sudo().version_id
        return version._edu_content() if version else self._edu_compose()

    def _edu_signoff_related(self):
        """Whoever signed the classes or the check cannot review what is made of them."""
        check = self._edu_check()
        return [
            records
            for records in (check, check.sheet_ids)
            if hasattr(records, "_edu_signoff_content")
        ]

    def _edu_signoff_expected(self):
        return SIGNATURES if self.state in ("signed", *HANDED_IN) else ()

    # How it reads in a comparison of versions

    _edu_signoff_skipped = frozenset({"case", "no", "version"})

    def _edu_signoff_words(self):
        strings = {
            name: label["string"]
            for name, label in self.fields_get(
                [f"{key}_count" for key in FIGURES], ["string"]
            ).items()
        }
        Line = self.env["edu.dropout.report.line"]
        lines = Line.fields_get(["kind", "left_on", "return_by"], ["string"])
        Student = self.env["edu.student"]
        student = Student.fields_get(
            ["ethnicity", "birthdate", "id_number", "national_no", "address"], ["string"]
        )
        return {
            "school": self.env._("School"),
            SCHOOL_NAME: self.env._("Name of the School"),
            "term": self.env._("Term"),
            "checked_on": self.env._("Date of the check"),
            "as_of": self.env._("Figures As Of"),
            "figures": self.env._("Figures"),
            **{key: strings.get(f"{key}_count", key) for key in FIGURES},
            "remark": self.env._("Explanation"),
            "totals": self.env._("Totals"),
            "points": self.env._("Teaching Points"),
            "rows": self.env._("Children"),
            "name": self.env._("Name"),
            "kind": lines["kind"]["string"],
            "gender": self.env._("Gender"),
            "grade": self.env._("Grade"),
            "class_number": self.env._("Class"),
            **{name: label["string"] for name, label in student.items()},
            "guardian": self.env._("Guardian"),
            "relation": self.env._("Relation"),
            "phone": self.env._("Phone"),
            "special_groups": self.env._("Special Groups"),
            "left_on": lines["left_on"]["string"],
            "cause": self.env._("Cause"),
            "cause_note": self.env._("Cause, in Words"),
            "whereabouts": self.env._("Whereabouts"),
            "whereabouts_place": self.env._("Where"),
            "measures": self.env._("Measures"),
            "responsible": self.env._("Responsible"),
            "return_by": lines["return_by"]["string"],
            "code": self.env._("School Code"),
            "township": self.env._("Township"),
            "central": self.env._("Central School"),
            "school_year": self.env._("School Year"),
            "season": self.env._("Season"),
        }

    def _edu_signoff_item(self, path, item, position):
        if path == ("rows",):
            return item["case"], item["name"]
        if path == ("totals",):
            return item["grade"], form.grade_words(item["grade"]) or self.env._("No grade")
        return super()._edu_signoff_item(path, item, position)

    def _edu_signoff_text(self, path, value):
        secret = {"id_number": "identity", "national_no": "student_no", "phone": "phone"}
        key = path[-1]
        if key in secret or key == "address":
            return (value and crypto.mask(secret.get(key, "address"), value)) or ""
        if key == "measures":
            return "\n".join(form.measure_words(measure) for measure in value)
        if path[0] == "totals" and isinstance(value, dict) and len(path) == 3:
            genders = dict(
                self.env["edu.student"]._fields["gender"]._description_selection(self.env)
            )
            return ", ".join(
                f"{genders.get(gender, self.env._('Unknown'))} {number}"
                for gender, number in sorted(value.items())
            )
        choices = {
            "kind": ("edu.dropout.report.line", "kind"),
            "gender": ("edu.student", "gender"),
            "season": ("edu.term", "season"),
        }.get(key)
        if choices and value:
            model, name = choices
            labels = self.env[model]._fields[name]._description_selection(self.env)
            return dict(labels).get(value, value)
        return super()._edu_signoff_text(path, value)

    def _edu_signoff_versions(self):
        """Township and bureau compare what was submitted to them; the school all, and the draft."""
        rounds = (
            self.env["edu.dropout.report.version"]
            .search([("report_id", "=", self.id)])
            .mapped("round")
        )
        own = self.env.su or any(
            self.env.user._edu_has_role(role, self) for role in (*FILLERS, *LEADERS)
        )
        return [
            number
            for number in super()._edu_signoff_versions()
            if number in rounds or (own and not number)
        ]

    def action_refresh(self):
        """Records administrator or dean: take in what changed since."""
        self._edu_check_role(FILLERS)
        self._edu_check_open()
        self._edu_refresh()

    @signing
    def action_sign_checked(self):
        """Records administrator: I counted, the classes are signed. Freezes the report.

        :raise ValidationError: with everything that is still missing
        """
        for report in self:
            report._edu_check_role(("records_admin",))
            report._edu_check_open()
            report._edu_raise_problems()
            report._edu_freeze()
            report._edu_sign("checked")

    @signing
    def action_sign_filled(self):
        """Records administrator or dean: I filled it in."""
        for report in self:
            report._edu_check_role(FILLERS)
            report._edu_check_turn({"checked"})
            report._edu_sign("filled")
            report._edu_ask(LEADERS, self.env._("Review the dropout report"))

    @signing
    def action_sign_reviewed(self):
        """Principal or vice principal who neither checked nor filled in: I reviewed it."""
        for report in self:
            report._edu_check_role(LEADERS)
            report._edu_check_turn({"checked", "filled"})
            report._edu_sign("reviewed")
            report.sudo().write({"state": "signed"})
            report._edu_done_asking()

    def _edu_check_turn(self, roles):
        """Raise unless the version is signed in exactly ``roles``."""
        self.ensure_one()
        signed = set(self._edu_signed().mapped("role"))
        if not self._edu_is_open() or signed != roles:
            raise UserError(
                self.env._(
                    "The order is: checked, filled in, reviewed. “%(document)s” is not at this"
                    " point; reload it.",
                    document=self.display_name,
                )
            )

    def _edu_raise_problems(self):
        problems = self.sudo()._edu_problems()
        if problems:
            raise ValidationError(
                self.env._("This is still missing:") + "\n- " + "\n- ".join(problems)
            )

    def _edu_freeze(self):
        """Make the version that everybody signs from what is known now."""
        self.ensure_one()
        report = self.sudo()
        content = report._edu_compose()
        report._edu_store(content)
        version = self.env["edu.dropout.report.version"]._edu_make(report, content)
        self.env["edu.dropout.report.line"].sudo().search(
            [("report_id", "=", report.id), ("version_id", "=", False)]
        ).write({"version_id": version.id})
        report.write({"version_id": version.id})
        report.invalidate_recordset(["line_ids"])

    # Withdrawing: the school itself until it is submitted, then with the bureau's consent

    def action_take_back(self):
        """School: correct what is signed and not submitted; asks why. Everybody signs again."""
        return self.action_ask_withdraw()

    def _edu_check_may_withdraw(self):
        self._edu_check_role((*FILLERS, *LEADERS))
        if self.state in HANDED_IN:
            raise UserError(
                self.env._(
                    "“%(document)s” is submitted: only a report that is signed and not submitted is"
                    " taken back. Ask the bureau to send it back.",
                    document=self.display_name,
                )
            )
        if not (self.state == "signed" or (self._edu_is_open() and self.version_id)):
            raise UserError(
                self.env._("Only a report that is signed and not submitted is taken back.")
            )

    def _edu_after_withdraw(self, reason):
        self.sudo().version_id.write({"outcome": "withdrawn", "withdrawn_reason": reason})
        self._edu_begin_again("returned" if self.is_submitted else "draft", reason, "withdrawn")
        self.sudo()._message_log(body=self.env._("Taken back: %(reason)s", reason=reason))

    def action_ask_back(self):
        """School: ask the bureau to send the submitted report back; says why."""
        self.ensure_one()
        self._edu_check_may_ask_back()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Ask to Have It Back"),
            "res_model": "edu.dropout.report.return",
            "view_mode": "form",
            "target": "new",
            "context": {"default_report_id": self.id, "default_mode": "ask"},
        }

    def _edu_check_may_ask_back(self):
        self._edu_check_role((*FILLERS, *LEADERS))
        for report in self:
            if report.state not in HANDED_IN:
                raise UserError(
                    self.env._("The school still has this report: take it back, or correct it.")
                )
            if report.recall_at:
                raise UserError(
                    self.env._(
                        "%(person)s asked for it on %(date)s already; the bureau decides.",
                        person=report.recall_by_id.name,
                        date=self.env["edu.policy"]._edu_now(report.recall_at).date(),
                    )
                )

    def _edu_ask_back(self, reason):
        """School: the request, which the bureau grants by sending the report back."""
        self.ensure_one()
        self._edu_check_may_ask_back()
        reason = self._edu_reason(reason)
        self.sudo().write(
            {
                "recall_reason": reason,
                "recall_by_id": self.env.uid,
                "recall_at": fields.Datetime.now(),
            }
        )
        self.sudo()._message_log(body=self.env._("Asked back: %(reason)s", reason=reason))
        self.sudo()._edu_to_do(
            self._edu_people("bureau"),
            self.env["edu.policy"]._edu_today(),
            self.env._("The school asks for its dropout report back"),
            reason,
        )

    def action_keep(self):
        """Bureau: the report stays where it is, though the school asked for it back."""
        for report in self:
            report._edu_check_role(("bureau",))
            if not report.recall_at:
                raise UserError(self.env._("Nobody asked for this report back."))
            report._edu_clear_recall()
            report.sudo()._message_log(body=self.env._("Not sent back: the report stays."))

    def _edu_clear_recall(self):
        asked = self.sudo().filtered("recall_at")
        asked.write({"recall_reason": False, "recall_by_id": False, "recall_at": False})
        asked._edu_done_asking(("bureau",))

    @api.model
    def _edu_reason(self, reason):
        reason = (reason or "").strip()
        if not reason:
            raise UserError(self.env._("Say what has to be corrected."))
        return reason

    def _edu_begin_again(self, state, reason, event):
        report = self.sudo()
        report._edu_clear_recall()
        report._edu_new_signing_round(reason, event)
        report.write({"state": state, "version_id": False})
        report.invalidate_recordset(["line_ids"])
        report._edu_done_asking()
        report._edu_refresh()

    # ------------------------------------------------------------------
    # To township and bureau
    # ------------------------------------------------------------------

    def action_submit(self):
        """Principal or vice principal: hand the signed report to township and bureau, at once.

        :raise ValidationError: with what is missing, when it is not signed by all three
        """
        now = fields.Datetime.now()
        for report in self:
            report._edu_check_role(LEADERS)
            if report._edu_is_open():
                report._edu_raise_not_signed()
            if report.state != "signed":
                raise UserError(
                    self.env._(
                        "“%(document)s” has been submitted already.", document=report.display_name
                    )
                )
            report.sudo().write({"state": "submitted", **report._edu_handed_in(now)})
            report.sudo().version_id.write(
                {"outcome": "submitted", "submitted_at": now, "submitted_by_id": self.env.uid}
            )
            report._edu_ask(RECIPIENTS, self.env._("Receive the dropout report"))

    def _edu_raise_not_signed(self):
        problems = self.sudo()._edu_problems()
        signed = set(self._edu_signed().mapped("role"))
        roles = dict(self.env["edu.signoff"]._fields["role"]._description_selection(self.env))
        problems += [
            self.env._("Signature: %(role)s", role=roles[role])
            for role in SIGNATURES
            if role not in signed
        ]
        raise ValidationError(self.env._("This is still missing:") + "\n- " + "\n- ".join(problems))

    def action_receive(self):
        """Township or bureau, each for itself: the report has arrived."""
        now = fields.Datetime.now()
        for report in self:
            report._edu_check_role(RECIPIENTS)
            if report.state not in HANDED_IN:
                raise UserError(self.env._("There is nothing to receive."))
            report._edu_note_receipt(now)

    def _edu_note_receipt(self, now):
        version = self.sudo().version_id
        for role in RECIPIENTS:
            if self.env.user._edu_has_role(role, self) and not version[f"{role}_received_at"]:
                version.write({f"{role}_received_at": now, f"{role}_received_by_id": self.env.uid})
                self.env["edu.signoff"]._edu_event(self, "received", post=role)
                self._edu_done_asking((role,))
                if role == "bureau" and self.state == "submitted":
                    self.sudo().write({"state": "received"})

    def action_receive_paper(self):
        """Bureau or school, for a township without a log-in: it has received the paper. Asks who
        signed for it, with the scan; the version says that this was entered for it."""
        return self.action_ask_behalf("received")

    def _edu_check_may_enter(self, role):
        super()._edu_check_may_enter(role)
        version = self.sudo().version_id
        if not version.submitted_at or version.township_received_at:
            raise UserError(self.env._("There is nothing to receive."))

    def _edu_signoff_people(self, role):
        return (
            self._edu_people("township")
            if role == "received"
            else super()._edu_signoff_people(role)
        )

    def _edu_after_behalf(self, signoff):
        super()._edu_after_behalf(signoff)
        self.sudo().version_id.write(
            {
                "township_received_at": signoff.signed_at,
                "township_received_by_id": self.env.uid,
                "township_on_paper": True,
            }
        )

    def action_accept(self):
        """Bureau: the report is in order."""
        now = fields.Datetime.now()
        for report in self:
            report._edu_check_decidable()
            report._edu_note_receipt(now)
            report.sudo().version_id.write(
                {"outcome": "accepted", "decided_at": now, "decided_by_id": self.env.uid}
            )
            report.sudo().write({"state": "accepted"})

    def action_return(self):
        """Bureau: ask why, then return the report (``edu.dropout.report.return``)."""
        self.ensure_one()
        self._edu_check_returnable()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Return to the School"),
            "res_model": "edu.dropout.report.return",
            "view_mode": "form",
            "target": "new",
            "context": {"default_report_id": self.id, "default_reason": self.recall_reason},
        }

    def _edu_is_returnable(self):
        """An accepted report goes back only where the school asked for it."""
        self.ensure_one()
        return self.state in ("submitted", "received") or bool(
            self.state == "accepted" and self.recall_at
        )

    def _edu_check_returnable(self):
        self._edu_check_role(("bureau",))
        for report in self:
            if not report._edu_is_returnable():
                raise UserError(
                    self.env._(
                        "Only a report that was submitted is returned; an accepted one only where"
                        " the school asks for it."
                    )
                )

    def _edu_check_decidable(self):
        self._edu_check_role(("bureau",))
        for report in self:
            if report.state not in ("submitted", "received"):
                raise UserError(
                    self.env._("Only a report that was submitted is accepted or returned.")
                )

    def _edu_return(self, reason):
        """Bureau: return the report with ``reason``; the school corrects it and all sign again."""
        self.ensure_one()
        self._edu_check_returnable()
        reason = self._edu_reason(reason)
        now = fields.Datetime.now()
        self._edu_note_receipt(now)
        self.sudo().version_id.write(
            {
                "outcome": "returned",
                "decided_at": now,
                "decided_by_id": self.env.uid,
                "return_reason": reason,
            }
        )
        self._edu_begin_again("returned", reason, "returned")
        self.sudo()._message_log(body=self.env._("Returned: %(reason)s", reason=reason))
        self._edu_ask(FILLERS, self.env._("Correct the returned dropout report"), note=reason)

    # ------------------------------------------------------------------
    # Asking people
    # ------------------------------------------------------------------

    def _edu_people(self, role):
        self.ensure_one()
        Post = self.env["edu.post"]
        school = self.sudo().school_id
        if role in RECIPIENTS:
            return Post._holders(role, area=school.area_id)
        return Post._holders(role, school=school)

    def _edu_ask(self, roles, summary, note=""):
        """Give the holders of the posts a to-do each; those of earlier steps are over."""
        today = self.env["edu.policy"]._edu_today()
        self._edu_duty_later()
        for report in self.sudo():
            report._edu_done_asking()
            people = self.env["res.users"].union(*(report._edu_people(role) for role in roles))
            report._edu_to_do(people, max(report.deadline or today, today), summary, note)

    def _edu_remind(self, person):
        """Put “hand it in” into the to-do lists of those who work on the report at the school."""
        summary = self.env._("Hand in the dropout report")
        note = self.env._("%(person)s asks for it.", person=person.name)
        for report in self.sudo():
            waiting = report.activity_ids.filtered(lambda activity: activity.summary == summary)
            roles = LEADERS if report.state == "signed" else FILLERS
            people = report._edu_people(roles[0]) or report._edu_people(roles[1])
            today = self.env["edu.policy"]._edu_today()
            report._edu_to_do(people - waiting.user_id, today, summary, note)
            report._message_log(body=note)

    def _edu_done_asking(self, roles=None):
        """Take away the to-dos given by ``_edu_ask``, of all or of the holders of ``roles``."""
        if roles is None:
            return super()._edu_done_asking()
        for report in self:
            users = self.env["res.users"].union(*(report._edu_people(role) for role in roles))
            super(EduDropoutReport, report)._edu_done_asking(users)

    def _edu_duty_query(self):
        """Handed in by the policy's day (plan, 二(三)2): once filled in, by who leads the school and had
        no hand in it."""
        return SQL(
            """
            SELECT 'dropout_report' AS kind, report.id AS res_id, 0 AS slot, report.deadline,
                   (report.first_submitted_at AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s)::date AS done_on,
                   leader.user_id,
                   report.school_id, report.township_id AS area_id, NULL::integer AS class_id
              FROM edu_dropout_report report
              JOIN edu_term term ON term.id = report.term_id
              JOIN edu_school school ON school.id = report.school_id
         LEFT JOIN LATERAL (
                   SELECT post.user_id FROM edu_post post
                    WHERE report.version_id IS NOT NULL AND 'filled' = ANY(
                          SELECT signed.role FROM edu_signoff signed
                           WHERE signed.res_model = 'edu.dropout.report'
                             AND signed.res_id = report.id AND signed.round = report.signoff_round)
                      AND NOT EXISTS (
                          SELECT 1 FROM edu_signoff signed
                           WHERE signed.res_model = 'edu.dropout.report'
                             AND signed.res_id = report.id AND signed.round = report.signoff_round
                             AND signed.role <> 'reviewed' AND signed.person_id = post.user_id)
                      AND %(acts_for)s
                      AND post.role IN %(leaders)s AND post.date_from <= %(today)s
                      AND (post.date_to IS NULL OR post.date_to >= %(today)s)
                 ORDER BY post.school_id <> report.school_id, post.role, post.date_from, post.id
                    LIMIT 1) leader ON TRUE
             WHERE term.state = 'open' OR report.first_submitted_at IS NOT NULL
            """,
            acts_for=self.env["edu.post"]._edu_acts_for_sql("post", "school"),
            tz=self.env["edu.policy"]._edu_tz_name(),
            leaders=LEADERS,
            today=self.env["edu.policy"]._edu_today(),
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
        """Give each of ``schools`` its report of ``term``; those that have one keep it. Figures come
        with the close of the roster check, or with the night."""
        Report = self.sudo().with_context(tracking_disable=True, mail_create_nosubscribe=True)
        have = Report.search(
            [("term_id", "=", term.id), ("school_id", "in", schools.ids)]
        ).school_id
        return Report.create(
            [{"term_id": term.id, "school_id": school.id} for school in schools - have]
        )

    @api.model
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
