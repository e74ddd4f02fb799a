import json

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ...tools import crypto
from ...tools.canonical import canonical_json, sha256_hex
from ..core.signing import signing
from ..core.signoff_mixin import SCHOOL_NAME
from .dropout_report import FILLERS, LEADERS

WRITERS = ("class_teacher", *FILLERS)
RECIPIENTS = ("township", "bureau")


class EduChildReport(models.Model):
    """The school reports in writing that persuasion of one child was in vain (未成年人保护法 28 para 2): what
    was tried, by whom, with what result, and what the school asks for; to the bureau, and to the
    township of residence at once.

    Made from the case with one click. Class teacher, records administrator or dean write and sign it,
    principal or vice principal review and hand it in; township and bureau then read it and each note
    that they have it, inspectors read. The first signature freezes the wording, with its numbers in
    cipher; handing in gives it its document number. Nobody deletes.
    """

    _name = "edu.child.report"
    _description = "Written Report on a Child"
    _inherit = ["edu.case.place.mixin", "edu.signoff.mixin", "mail.thread"]
    _order = "id desc"
    _mail_post_access = "read"
    _edu_signoff_posts = {"filled": WRITERS, "reviewed": LEADERS}

    name = fields.Char("Document Number", readonly=True, copy=False, index="trigram")
    case_id = fields.Many2one(readonly=True)
    county_id = fields.Many2one(related="school_id.county_id", store=True, index=True)
    state = fields.Selection(
        [
            ("draft", "Being Prepared"),
            ("signed", "Signed"),
            ("submitted", "Handed In"),
        ],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    is_submitted = fields.Boolean(compute="_compute_is_submitted", store=True)
    findings = fields.Text(
        "Why Persuasion Was in Vain", help="In the school's words; what was done is listed below it"
    )
    request = fields.Text("What the School Asks for")
    visit_count = fields.Integer("Visits and Calls", related="case_id.visit_count")
    problems = fields.Text(compute="_compute_problems")

    content_cipher = fields.Text(groups=fields.NO_ACCESS, prefetch=False, copy=False)
    content_hash = fields.Char(readonly=True, copy=False)
    frozen_at = fields.Datetime("Frozen", readonly=True, copy=False)
    submitted_at = fields.Datetime("Handed In On", readonly=True, copy=False)
    submitted_by_id = fields.Many2one(
        "res.users", "Handed In By", readonly=True, copy=False, ondelete="restrict"
    )
    township_received_at = fields.Datetime("Township Received", readonly=True, copy=False)
    bureau_received_at = fields.Datetime("Bureau Received", readonly=True, copy=False)
    scan_ids = fields.Many2many(
        "ir.attachment",
        "edu_child_report_scan_rel",
        "report_id",
        "attachment_id",
        "Signed and Sealed Scan",
        copy=False,
        bypass_search_access=True,
    )

    can_write = fields.Boolean(compute="_compute_can")
    can_review = fields.Boolean(compute="_compute_can")
    can_submit = fields.Boolean(compute="_compute_can")
    can_take_back = fields.Boolean(compute="_compute_can")
    can_receive = fields.Boolean(compute="_compute_can")

    _open_uniq = models.UniqueIndex(
        "(case_id) WHERE state <> 'submitted'",
        "A written report of this case is being prepared already.",
    )
    _name_uniq = models.UniqueIndex("(name)", "This document number is taken.")

    _EDU_TYPED = frozenset({"findings", "request", "scan_ids"})

    # ------------------------------------------------------------------ computes

    @api.depends("name", "student_id.name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for report in self:
            title = report.name or self.env._("Written report")
            report.display_name = f"{title} {report.sudo().student_id.name or ''}".strip()

    @api.depends("state")
    def _compute_is_submitted(self):
        for report in self:
            report.is_submitted = report.state == "submitted"

    @api.depends("state", "frozen_at", "findings", "request", "visit_count")
    def _compute_problems(self):
        for report in self:
            problems = report.state == "draft" and report.sudo()._edu_problems()
            report.problems = "\n".join(problems or []) or False

    @api.depends_context("uid")
    @api.depends("state", "frozen_at", "signoff_ids", "school_id", "class_id")
    def _compute_can(self):
        user = self.env.user
        for report in self:

            def holds(roles, report=report):
                return any(user._edu_has_role(role, report) for role in roles)

            worked = user in report._edu_signed().person_id if report.id else False
            begun = report.state == "draft" and bool(report.frozen_at)
            report.can_write = report.state == "draft" and not begun and holds(WRITERS)
            report.can_review = begun and not worked and holds(LEADERS)
            report.can_submit = report.state == "signed" and holds(LEADERS)
            report.can_take_back = (report.state == "signed" or begun) and holds(
                (*WRITERS, *LEADERS)
            )
            report.can_receive = report.is_submitted and any(
                holds((role,)) and not report[f"{role}_received_at"] for role in RECIPIENTS
            )

    # ------------------------------------------------------------------ CRUD

    def write(self, vals):
        if not self.env.su:
            self.check_access("write")
            self._edu_refuse_protected(vals)
            if vals.keys() & {"findings", "request"}:
                self._edu_check_writable()
        before = {report: report.sudo().scan_ids for report in self}
        result = super().write(vals)
        if "scan_ids" in vals:
            for report, scans in before.items():
                if report.sudo().is_submitted and scans - report.sudo().scan_ids:
                    raise UserError(
                        self.env._("The scan of a submitted report is not taken away again.")
                    )
                report.sudo().scan_ids._edu_hang_on(report)
        return result

    def _edu_refuse_protected(self, names):
        if field := self._edu_refused(set(names) - self._EDU_TYPED):
            raise AccessError(
                self.env._(
                    "“%(field)s” follows from the case and the signatures; it is not typed in.",
                    field=field,
                )
            )

    def _edu_check_writable(self):
        for report in self:
            if report.state != "draft" or report.sudo().frozen_at:
                raise UserError(
                    self.env._(
                        "“%(document)s” is signed as it stands. Take it back to correct it; all"
                        " sign again then.",
                        document=report.display_name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_frozen(self):
        if any(report.frozen_at for report in self):
            raise UserError(self.env._("A signed report stays on record."))

    @api.model
    def _edu_prepare(self, case):
        """The report that is being prepared on ``case``, or a new one. Private: the caller has asked
        for the role."""
        Report = self.sudo()
        report = Report.search([("case_id", "=", case.id), ("state", "!=", "submitted")], limit=1)
        return report or Report.create(
            {
                "case_id": case.id,
                "findings": case.sudo().cause_note,
                "request": self._edu_usual_request(case.sudo()),
            }
        )

    @api.model
    def _edu_usual_request(self, case):
        township = case.residence_township_id
        bureau = case.school_id.county_id._edu_document_name()
        asked = f"请{bureau}依照未成年人保护法第八十三条第二款责令其父母或者其他监护人将其送返学校"
        if township:
            asked += f"；请{township._edu_document_name()}给予批评教育，协助劝返"
        return f"{asked}。"

    # ------------------------------------------------------------------ what it says

    def _edu_problems(self):
        """Return, as sentences, what keeps the report from being signed."""
        self.ensure_one()
        case = self.case_id
        problems = []
        if case.state != "persuading":
            problems.append(
                self.env._("The case is no longer being persuaded: nothing is to be reported.")
            )
        if not case.visit_ids:
            problems.append(self.env._("No attempt to reach the family is recorded."))
        problems += [
            self.env._("The case does not say: %(field)s", field=label)
            for name in ("cause_id", "whereabouts_id")
            if not case[name]
            for label in (case._fields[name]._description_string(self.env),)
        ]
        if not (self.findings or "").strip():
            problems.append(self.env._("Say why persuasion was in vain."))
        if not (self.request or "").strip():
            problems.append(self.env._("Say what the school asks for."))
        return problems

    def _edu_compose(self):
        """What the report says, as plain data with numbers and address in clear: server side only."""
        self.ensure_one()
        installed = self.env["res.lang"]._get_data(code="zh_CN")
        report = self.sudo().with_context(lang="zh_CN") if installed else self.sudo()
        case, child = report.case_id, report.student_id
        guardian = child.guardian_ids.sorted(lambda person: not person.is_legal)[:1]
        Notice = self.env["edu.notice"]

        def clear(record, name):
            return (record and record._edu_secret_clear(name)[record.id]) or ""

        def text(date):
            return (date and date.isoformat()) or None

        return {
            "case": case.name or "",
            "as_of": self.env["edu.policy"]._edu_today().isoformat(),
            "school": {"name": case.school_id.name, "code": case.school_id.code},
            "bureau": case.school_id.county_id._edu_document_name(),
            "township": case.residence_township_id._edu_document_name()
            if case.residence_township_id
            else None,
            "child": {
                "name": child.name,
                "gender": child.gender or None,
                "birthdate": text(child.birthdate),
                "id_number": clear(child, "id_number"),
                "grade": case.grade or child.grade or None,
                "class_number": case.class_id.number or None,
                "address": clear(child, "address"),
            },
            "guardian": {
                "name": guardian.name or "",
                "relation": Notice._edu_relation(guardian) if guardian else "",
                "phone": clear(guardian, "phone"),
            },
            "never_enrolled": case.kind == "never_enrolled",
            "missing_since": text(case.missing_since or case.raised_on),
            "confirmed_on": text(case.confirmed_on),
            "relapses": case.relapse_count,
            "cause": case.cause_id.name or "",
            "whereabouts": case.whereabouts_id.name or "",
            "whereabouts_place": case.whereabouts_place or None,
            "visits": [
                {
                    "on": text(visit.visited_on),
                    "method": visit.method,
                    "by": visit._edu_visitor_names(),
                    "met": visit.met or "",
                    "result": visit.result,
                }
                for visit in case.visit_ids.sorted("visited_at")
            ],
            "notices": [
                {"kind": notice.kind, "number": notice.number, "on": text(notice.issued_on)}
                for notice in case.notice_ids.sorted("id")
                if notice.issued_on and notice.state != "withdrawn"
            ],
            "help": (
                (case.help_offered or "").strip() or "、".join(case.measure_ids.mapped("name"))
            )
            or None,
            "findings": (report.findings or "").strip(),
            "request": (report.request or "").strip(),
        }

    def _edu_content(self):
        """What was frozen, or what would be: in clear, server side only.

        :raise UserError: when it is not what was frozen
        """
        self.ensure_one()
        report = self.sudo()
        if not report.content_cipher:
            return json.loads(canonical_json(report._edu_compose()))
        frozen = self.env["edu.secret.mixin"]._edu_decrypt(
            self._name, "content", report.content_cipher
        )
        if sha256_hex(frozen) != report.content_hash:
            raise UserError(self.env._("The frozen content was altered. Tell the bureau."))
        return json.loads(frozen)

    def _edu_document_content(self):
        """The content to print: frozen and in full, logged, for who may see numbers; masked for others
        and while it is a draft."""
        self.ensure_one()
        self.check_access("read")
        content = self._edu_content()
        reveal = self.env["edu.student"]._edu_reveal_roles
        if self.sudo().content_cipher and any(
            self.env.user._edu_has_role(role, self) for role in reveal
        ):
            self.env["edu.reveal.log"]._edu_log(
                self,
                "content_cipher",
                self.env._("Document: %(document)s", document=self.display_name),
                "document",
            )
            return content
        content["child"]["id_number"] = crypto.mask("identity", content["child"]["id_number"])
        content["child"]["address"] = crypto.mask("address", content["child"]["address"])
        content["guardian"]["phone"] = crypto.mask("phone", content["guardian"]["phone"])
        return content

    # ------------------------------------------------------------------ signatures

    def _edu_signoff_content(self):
        return self._edu_content()

    def _edu_signoff_expected(self):
        return ("filled", "reviewed") if self.state != "draft" else ()

    _edu_signoff_skipped = frozenset({"case"})

    def _edu_signoff_words(self):
        student = self.env["edu.student"].fields_get(
            ["gender", "birthdate", "id_number", "grade", "address"], ["string"]
        )
        return {
            "school": self.env._("School"),
            SCHOOL_NAME: self.env._("Name of the School"),
            "bureau": self.env._("Bureau"),
            "township": self.env._("Township"),
            "as_of": self.env._("Written On"),
            "child": self.env._("Child"),
            "name": self.env._("Name"),
            **{name: label["string"] for name, label in student.items()},
            "class_number": self.env._("Class"),
            "code": self.env._("School Code"),
            "guardian": self.env._("Guardian"),
            "relation": self.env._("Relation"),
            "phone": self.env._("Phone"),
            "never_enrolled": self.env._("Never Enrolled"),
            "missing_since": self.env._("Away Since"),
            "confirmed_on": self.env._("Confirmed On"),
            "relapses": self.env._("Times Left Again"),
            "cause": self.env._("Cause"),
            "whereabouts": self.env._("Whereabouts"),
            "whereabouts_place": self.env._("Where"),
            "visits": self.env._("Visits and Calls"),
            "on": self.env._("Day"),
            "method": self.env._("Method"),
            "by": self.env._("Who Went"),
            "met": self.env._("Who Was Met"),
            "result": self.env._("Result"),
            "notices": self.env._("Notices"),
            "kind": self.env._("Kind"),
            "number": self.env._("Document Number"),
            "help": self.env._("Help Offered"),
        }

    def _edu_signoff_text(self, path, value):
        secret = {"id_number": "identity", "address": "address", "phone": "phone"}
        if path[-1] in secret:
            return (value and crypto.mask(secret[path[-1]], value)) or ""
        return super()._edu_signoff_text(path, value)

    @signing
    def action_sign_filled(self):
        """Class teacher, records administrator or dean: that is what was done. Freezes the wording.

        :raise ValidationError: with everything that is still missing
        """
        for report in self:
            report._edu_check_role(WRITERS)
            report._edu_check_writable()
            known = report.sudo()
            problems = known._edu_problems()
            if problems:
                raise ValidationError(
                    self.env._("This is still missing:") + "\n- " + "\n- ".join(problems)
                )
            text = canonical_json(known._edu_compose())
            known.write(
                {
                    "content_cipher": self.env["edu.secret.mixin"]._edu_encrypt(
                        self._name, "content", text
                    ),
                    "content_hash": sha256_hex(text),
                    "frozen_at": fields.Datetime.now(),
                }
            )
            report._edu_sign("filled")
        return True

    @signing
    def action_sign_reviewed(self):
        """Principal or vice principal who did not write it: I reviewed it."""
        for report in self:
            report._edu_check_role(LEADERS)
            if report.state != "draft" or not report.frozen_at:
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
        """School: correct what is signed and not handed in; asks why. Everybody signs again."""
        return self.action_ask_withdraw()

    def _edu_check_may_withdraw(self):
        self._edu_check_role((*WRITERS, *LEADERS))
        if self.is_submitted or not self.frozen_at:
            raise UserError(
                self.env._("Only a report that is signed and not submitted is taken back.")
            )

    def _edu_after_withdraw(self, reason):
        super()._edu_after_withdraw(reason)
        self.sudo().write(
            {"state": "draft", "content_cipher": False, "content_hash": False, "frozen_at": False}
        )

    # ------------------------------------------------------------------ handed in

    def action_submit(self):
        """Principal or vice principal: hand it to bureau and township at once. The case keeps a note."""
        for report in self:
            report._edu_check_role(LEADERS)
            if report.state != "signed":
                raise UserError(
                    self.env._("“%(document)s” is not signed by all.", document=report.display_name)
                )
            known = report.sudo()
            today = self.env["edu.policy"]._edu_today()
            Sequence = self.env["ir.sequence"].sudo().with_context(ir_sequence_date=today)
            known.write(
                {
                    "state": "submitted",
                    "name": Sequence.next_by_code("edu.child.report"),
                    "submitted_at": fields.Datetime.now(),
                    "submitted_by_id": self.env.uid,
                }
            )
            known.case_id._message_log(
                body=self.env._(
                    "Written report %(number)s was handed to bureau and township.",
                    number=known.name,
                )
            )
        return True

    def action_receive(self):
        """Township or bureau, each for itself: the report has arrived."""
        now = fields.Datetime.now()
        self._edu_check_role(RECIPIENTS)
        for report in self:
            if not report.is_submitted:
                raise UserError(self.env._("There is nothing to receive."))
            for role in RECIPIENTS:
                if self.env.user._edu_has_role(role, report) and not report[f"{role}_received_at"]:
                    report.sudo()[f"{role}_received_at"] = now
        return True

    def _edu_file_name(self):
        """Name of a downloaded document; holds no child's name."""
        self.ensure_one()
        return self.name or "书面报告-草稿"
