import secrets

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from .case_ladder import DECIDING, SCHOOL

KINDS = [
    ("admission", "Admission notice (annex 2)"),
    ("deadline", "Deadline notice (annex 3)"),
]
WORDS = {"admission": "劝学通字", "deadline": "限学通字"}
LIVE = ("issued", "served")

# Written once, by the steps of the notice
PROTECTED = {
    "state",
    "number",
    "serial",
    "year",
    "ladder_round",
    "issued_on",
    "issued_by_id",
    "entered_at",
    "on_behalf",
    "period_days",
    "content",
    "content_hash",
    "token",
    "served_date",
    "served_by_id",
    "service_entered_at",
    "deadline",
    "withdrawn_on",
    "withdrawn_by_id",
    "spent_on",
}
# What the paper says: fixed once it is issued
WORDING = {
    "issuer_type",
    "issuer_area_id",
    "issuer_school_id",
    "guardian_id",
    "return_school_id",
    "absent_since",
    "contact_name",
    "contact_phone",
    "helpline",
    "paper_number",
    "paper_date",
}
FOREVER = {"case_id", "kind"}
FILES = ("scan_ids", "evidence_ids")


class EduNotice(models.Model):
    """An official notice to a guardian: 附件2 《入学（复学）通知书》 or 附件3 《限期复学通知书》
    (plan 二(三)3; design, section 4; Compulsory Education Law, articles 5, 11, 13 and 58).

    ``draft → issued → served``, then ``spent`` when the child came back or ``withdrawn`` with a
    reason; that the period has ended follows from the date. 附件2 is issued by school, township or
    bureau, 附件3 by township or bureau only. The school's staff, the townships of the child and the
    bureau prepare drafts and record service; only the issuer issues. For a township without a log-in
    the school or the bureau enters what was signed on paper, with the scan of it.

    What is issued is frozen: the whole wording, sealed, from which every copy is printed.
    """

    _name = "edu.notice"
    _description = "Notice"
    _inherit = [
        "edu.secret.mixin",
        "edu.case.place.mixin",
        "mail.thread",
        "mail.activity.mixin",
        "edu.duty.mixin",
    ]
    _edu_duty_fields = (
        "state",
        "school_id",
        "class_id",
        "residence_township_id",
        "deadline",
        "spent_on",
    )
    _order = "id desc"
    _rec_names_search = ["number", "case_id.name", "student_id.name"]

    number = fields.Char("Notice Number", readonly=True, copy=False, index="trigram")
    kind = fields.Selection(KINDS, required=True, index=True)
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("issued", "Issued"),
            ("served", "Served"),
            ("spent", "Spent"),
            ("withdrawn", "Withdrawn"),
        ],
        required=True,
        readonly=True,
        default="draft",
        index=True,
        copy=False,
        tracking=True,
    )

    # The case, and where it stands
    ladder_round = fields.Integer(readonly=True, copy=False)

    # Issuer
    issuer_type = fields.Selection(
        [("school", "School"), ("township", "Township"), ("bureau", "County bureau")],
        string="Type of Issuer",
        required=True,
        default="township",
        tracking=True,
    )
    issuer_area_id = fields.Many2one(
        "edu.area",
        "Township or County",
        compute="_compute_issuer",
        store=True,
        readonly=False,
        index=True,
        ondelete="restrict",
        tracking=True,
    )
    issuer_school_id = fields.Many2one(
        "edu.school",
        "Issuing School",
        compute="_compute_issuer",
        store=True,
        readonly=False,
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
    )
    issuer_name = fields.Char("Issuer", compute="_compute_issuer_name")
    year = fields.Integer(readonly=True, copy=False, aggregator=None)
    serial = fields.Integer(readonly=True, copy=False, aggregator=None)
    issued_on = fields.Date(readonly=True, copy=False, tracking=True)
    issued_by_id = fields.Many2one(
        "res.users", "Issue Entered by", readonly=True, copy=False, ondelete="restrict"
    )
    entered_at = fields.Datetime("Issue Entered at", readonly=True, copy=False)
    on_behalf = fields.Boolean("Entered on Behalf", readonly=True, copy=False, tracking=True)
    paper_number = fields.Char("Number on the Paper", copy=False)
    paper_date = fields.Date("Date on the Paper", copy=False)

    # What it says
    guardian_id = fields.Many2one(
        "edu.guardian",
        compute="_compute_content",
        store=True,
        readonly=False,
        index="btree_not_null",
        ondelete="restrict",
        domain="[('student_id', '=', student_id)]",
    )
    absent_since = fields.Date(
        "Away from School Since", compute="_compute_content", store=True, readonly=False
    )
    return_school_id = fields.Many2one(
        "edu.school",
        "To Report to",
        compute="_compute_content",
        store=True,
        readonly=False,
        ondelete="restrict",
    )
    contact_name = fields.Char(
        "Contact Person", compute="_compute_content", store=True, readonly=False
    )
    contact_phone = fields.Char(
        "Telephone of the Contact", compute="_compute_contact", store=True, readonly=False
    )
    helpline = fields.Char(
        "Advice on Help", compute="_compute_helpline", store=True, readonly=False
    )
    period_days = fields.Integer("Period (days)", readonly=True, copy=False, aggregator=None)
    content = fields.Text(
        groups=fields.NO_ACCESS, copy=False, prefetch=False, export_string_translation=False
    )
    content_hash = fields.Char(groups=fields.NO_ACCESS, copy=False, export_string_translation=False)
    token = fields.Char(groups=fields.NO_ACCESS, copy=False, export_string_translation=False)
    scan_ids = fields.Many2many(
        "ir.attachment",
        "edu_notice_scan_rel",
        string="Signed Paper",
        copy=False,
        ondelete="restrict",
        bypass_search_access=True,
    )

    # How it ended
    deadline = fields.Date("Period Ends on", readonly=True, copy=False, index=True, tracking=True)
    is_expired = fields.Boolean("Expired", compute="_compute_expired", search="_search_is_expired")
    phase = fields.Selection(
        [
            ("draft", "Draft"),
            ("issued", "Issued"),
            ("served", "Served"),
            ("expired", "Expired"),
            ("spent", "Spent"),
            ("withdrawn", "Withdrawn"),
        ],
        compute="_compute_expired",
    )
    spent_on = fields.Date(readonly=True, copy=False)
    withdrawn_reason = fields.Text("Reason to Withdraw", copy=False)
    withdrawn_on = fields.Date(readonly=True, copy=False)
    withdrawn_by_id = fields.Many2one(
        "res.users", "Withdrawn by", readonly=True, copy=False, ondelete="restrict"
    )

    _open_uniq = models.UniqueIndex(
        "(case_id, kind) WHERE state IN ('draft', 'issued', 'served')",
        "The case has an open notice of this kind already.",
    )
    _area_serial_uniq = models.UniqueIndex(
        "(issuer_type, issuer_area_id, kind, year, serial) WHERE serial > 0 AND issuer_type != 'school'",
        "This notice number is taken.",
    )
    _school_serial_uniq = models.UniqueIndex(
        "(issuer_school_id, kind, year, serial) WHERE serial > 0 AND issuer_type = 'school'",
        "This notice number is taken.",
    )

    # ------------------------------------------------------------------ computes

    @api.depends("number", "kind", "student_id.name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for notice in self:
            name = notice.number or kinds.get(notice.kind, "")
            notice.display_name = f"{name} {notice.sudo().student_id.name or ''}".strip()

    @api.depends("issuer_type", "case_id")
    def _compute_issuer(self):
        for notice in self:
            case = notice.case_id.sudo()
            notice.issuer_school_id = case.school_id if notice.issuer_type == "school" else False
            if notice.issuer_type == "township":
                notice.issuer_area_id = case.residence_township_id
            elif notice.issuer_type == "bureau":
                notice.issuer_area_id = case.school_id.county_id
            else:
                notice.issuer_area_id = False

    @api.depends("issuer_area_id", "issuer_school_id", "issuer_type")
    def _compute_issuer_name(self):
        for notice in self:
            place = notice._edu_issuer().sudo()
            notice.issuer_name = place and place._edu_document_name()

    @api.depends("case_id")
    def _compute_content(self):
        for notice in self:
            case = notice.case_id.sudo()
            guardians = case.student_id.guardian_ids
            notice.guardian_id = (guardians.filtered("is_legal") or guardians)[:1]
            notice.absent_since = (
                case.persuading_since if case.relapse_count else case.missing_since
            ) or case.raised_on
            notice.return_school_id = case.school_id
            notice.contact_name = case.school_responsible_id.name

    @api.depends("return_school_id")
    def _compute_contact(self):
        for notice in self:
            notice.contact_phone = notice.return_school_id.phone

    @api.depends("return_school_id")
    def _compute_helpline(self):
        for notice in self:
            notice.helpline = notice.return_school_id.county_id.helpline

    @api.depends("state", "deadline")
    def _compute_expired(self):
        today = self.env["edu.policy"]._edu_today()
        for notice in self:
            notice.is_expired = bool(
                notice.state == "served" and notice.deadline and notice.deadline < today
            )
            notice.phase = "expired" if notice.is_expired else notice.state

    def _search_is_expired(self, operator, value):
        if operator != "in":
            return NotImplemented
        domain = Domain("state", "=", "served") & Domain(
            "deadline", "<", self.env["edu.policy"]._edu_today()
        )
        return domain if True in value else ~domain

    # ------------------------------------------------------------------ checks

    @api.constrains("kind", "issuer_type", "issuer_area_id", "issuer_school_id")
    def _check_issuer(self):
        for notice in self:
            if notice.kind == "deadline" and notice.issuer_type == "school":
                raise ValidationError(
                    self.env._(
                        "A deadline notice orders the guardian to correct. Only a township government or"
                        " the county's education bureau may order that, not a school (Compulsory"
                        " Education Law, article 58)."
                    )
                )
            case = notice.case_id
            places = {
                "school": case.school_id,
                "township": case.residence_township_id
                | case.household_township_id
                | case.school_township_id,
                "bureau": case.school_id.county_id | case.residence_township_id.county_id,
            }[notice.issuer_type]
            if notice._edu_issuer() not in places:
                raise ValidationError(
                    self.env._(
                        "This issuer has nothing to do with the child: it takes the child's school, one"
                        " of its townships, or the bureau of its county."
                    )
                )

    @api.constrains("guardian_id", "case_id")
    def _check_guardian(self):
        for notice in self:
            if notice.guardian_id and notice.guardian_id.student_id != notice.student_id:
                raise ValidationError(self.env._("The guardian is not one of this child."))

    @api.constrains("paper_date")
    def _check_paper_date(self):
        today = self.env["edu.policy"]._edu_today()
        for notice in self:
            if notice.paper_date and notice.paper_date > today:
                raise ValidationError(self.env._("The date on the paper lies in the future."))

    # ------------------------------------------------------------------ create, write

    @api.model
    def _edu_default_issuer(self, kind, case):
        """The township by default; a bureau officer without one, or where the township of residence
        is not known, the bureau."""
        return "township" if case.residence_township_id else "bureau"

    @api.model_create_multi
    def create(self, vals_list):
        """A draft. The case must be on the rung below, whose period has ended.

        :raise UserError: with the rule, when it is not
        """
        if not self.env.su:
            self.check_access("create")
        Case = self.env["edu.dropout.case"]
        prepared = []
        for vals in vals_list:
            if not self.env.su and PROTECTED & vals.keys():
                self._edu_refuse(min(PROTECTED & vals.keys()))
            case = Case.browse(vals.get("case_id") or self.env.context.get("default_case_id"))
            kind = vals.get("kind") or self.env.context.get("default_kind")
            if not case or kind not in WORDS:
                raise UserError(self.env._("A notice is prepared from its case."))
            case._edu_check_role(DECIDING, self.env._("You cannot prepare notices of this case."))
            case._edu_check_rung(f"{kind}_notice")
            issuer_type = vals.get("issuer_type") or self._edu_default_issuer(kind, case.sudo())
            prepared.append(
                {**vals, "issuer_type": issuer_type, "ladder_round": case.sudo().ladder_round}
            )
        safe = {
            key: value
            for key, value in self.env.context.items()
            if not (key.startswith("default_") and key[8:] in PROTECTED)
        }
        writer = self.with_env(self.env(context=safe))
        notices = super(EduNotice, writer).create(prepared).with_env(self.env)
        if not self.env.su:
            notices.check_access("create")
        notices._edu_adopt_files()
        return notices

    def write(self, vals):
        """Like any write, but a paper once issued says what it says.

        :raise AccessError: for what follows from the steps
        :raise UserError: for the wording of an issued notice, for files taken off it
        """
        if not self.env.su and PROTECTED & vals.keys():
            self._edu_refuse(min(PROTECTED & vals.keys()))
        if FOREVER & vals.keys() or (
            WORDING & vals.keys() and any(notice.state != "draft" for notice in self)
        ):
            raise UserError(
                self.env._(
                    "An issued notice is frozen: it says what the paper says. Withdraw it, with a reason,"
                    " and issue another."
                )
            )
        files = {
            notice: {name: notice.sudo()[name] for name in FILES}
            for notice in self
            if notice.state != "draft" and set(FILES) & vals.keys()
        }
        result = super().write(vals)
        for notice, before in files.items():
            if any(before[name] - notice.sudo()[name] for name in FILES):
                raise UserError(
                    self.env._("The files of an issued notice are evidence: they stay with it.")
                )
        if set(FILES) & vals.keys():
            self._edu_adopt_files()
        return result

    def _edu_refuse(self, name):
        raise AccessError(
            self.env._(
                "“%(field)s” follows from the steps of the notice; it is not typed in.",
                field=self._fields[name]._description_string(self.env),
            )
        )

    def _edu_files(self):
        return self.scan_ids | self.evidence_ids

    def _edu_adopt_files(self):
        """Files hang on the notice, behind its rules: the caller's own fresh uploads, no others.

        :raise AccessError: for a file of another record
        """
        for notice in self:
            notice.sudo()._edu_files()._edu_hang_on(notice)

    # ------------------------------------------------------------------ issuer

    def _edu_issuer(self):
        """The issuing place: a school, a township or a county."""
        self.ensure_one()
        return self.issuer_school_id if self.issuer_type == "school" else self.issuer_area_id

    def _edu_is_issuer(self):
        """Whether the caller acts for the issuer: its principal, its clerk, its officer."""
        self.ensure_one()
        if self.env.su:
            return True
        user = self.env.user.sudo()
        if self.issuer_type == "school":
            return self.issuer_school_id in user.edu_principal_school_ids
        if self.issuer_type == "township":
            return self.issuer_area_id in user.edu_township_area_ids
        return self.issuer_area_id in user.edu_bureau_area_ids.county_id

    def _edu_check_may_issue(self):
        """Whether the caller enters on behalf of a township without a log-in (True) or is the issuer
        (False).

        :raise AccessError: neither
        """
        self.ensure_one()
        if self._edu_is_issuer():
            return False
        if self.issuer_type != "township":
            raise AccessError(
                self.env._(
                    "%(issuer)s issues this notice: it takes its principal, or an officer of the county"
                    " bureau.",
                    issuer=self.issuer_name or "",
                )
            )
        clerks = self.env["edu.post"]._holders("township", area=self.issuer_area_id)
        if clerks:
            raise AccessError(
                self.env._(
                    "%(issuer)s issues this notice itself: ask %(people)s.",
                    issuer=self.issuer_name or "",
                    people=", ".join(clerks.mapped("name")),
                )
            )
        self._edu_check_role(
            (*SCHOOL, "bureau"), self.env._("You cannot enter a notice on behalf of a township.")
        )
        return True

    # ------------------------------------------------------------------ number

    def _edu_next_number(self, date):
        """Take the next number of issuer, kind and year: (year, serial, number). No gaps, none twice:
        of two at once the second is tried again by Odoo, from the start."""
        self.ensure_one()
        place = self._edu_issuer().sudo()
        self.env.cr.execute(
            SQL(
                "UPDATE %(table)s SET id = id WHERE id = %(id)s",
                table=SQL.identifier(place._table),
                id=place.id,
            )
        )
        place_field = "issuer_school_id" if self.issuer_type == "school" else "issuer_area_id"
        [(last,)] = self.sudo()._read_group(
            [
                ("issuer_type", "=", self.issuer_type),
                (place_field, "=", place.id),
                ("kind", "=", self.kind),
                ("year", "=", date.year),
            ],
            aggregates=["serial:max"],
        )
        serial = (last or 0) + 1
        prefix = place.notice_prefix or place.name
        return date.year, serial, f"{prefix}{WORDS[self.kind]}〔{date.year}〕第{serial}号"

    # ------------------------------------------------------------------ steps

    def action_issue(self):
        """The issuer (principal, township clerk, bureau officer), or school and bureau on behalf of a
        township without a log-in, with the scan of the signed paper: number and freeze the notice."""
        for notice in self:
            notice._edu_issue()
        return True

    def _edu_issue(self):
        self.ensure_one()
        self.check_access("write")
        if self.state != "draft":
            raise UserError(self.env._("%(notice)s is issued already.", notice=self.display_name))
        on_behalf = self._edu_check_may_issue()
        case = self.case_id
        if case.sudo().ladder_round != self.ladder_round:
            raise UserError(self.env._("The child was back since this draft; prepare another one."))
        case._edu_check_rung(f"{self.kind}_notice")
        missing = [
            not self.guardian_id and self.env._("the guardian to whom it is addressed"),
            not self.return_school_id and self.env._("the school to report to"),
            not self.absent_since and self.env._("since when the child is absent"),
            not (self.contact_name or "").strip() and self.env._("the contact person"),
            not (self.contact_phone or "").strip() and self.env._("the telephone of the contact"),
            on_behalf
            and not self.scan_ids
            and self.env._("the scan of the paper that the township signed and sealed"),
        ]
        if any(missing):
            raise UserError(
                self.env._(
                    "Before the notice is issued, it still needs:\n%(missing)s",
                    missing="\n".join(f"– {text}" for text in missing if text),
                )
            )
        Policy = self.env["edu.policy"]
        date = self.paper_date if on_behalf and self.paper_date else Policy._edu_today()
        year, serial, number = date.year, 0, (self.paper_number or "").strip()
        if not (on_behalf and number):
            year, serial, number = self._edu_next_number(date)
        notice = self.sudo()
        notice.write(
            {
                "number": number,
                "year": year,
                "serial": serial,
                "issued_on": date,
                "issued_by_id": self.env.uid,
                "entered_at": fields.Datetime.now(),
                "on_behalf": on_behalf,
                "period_days": Policy._current(date)[f"{self.kind}_notice_days"],
                "token": secrets.token_urlsafe(16),
            }
        )
        notice._edu_freeze()
        notice.write({"state": "issued"})
        case._edu_set_ladder(f"{self.kind}_notice")

    def action_withdraw(self):
        """The issuer, as for issuing: take the notice back, for the reason written on it. A draft is
        given up by whoever prepares drafts."""
        for notice in self:
            notice.check_access("write")
            if notice.state == "draft":
                notice._edu_check_role(
                    DECIDING, self.env._("You cannot prepare notices of this case.")
                )
            elif notice.state in LIVE:
                notice._edu_check_may_issue()
            else:
                raise UserError(
                    self.env._("%(notice)s is over already.", notice=notice.display_name)
                )
            if len((notice.withdrawn_reason or "").strip()) < 2:
                raise UserError(
                    self.env._("Write the reason to withdraw the notice; it stays with it.")
                )
            case = notice.case_id.sudo()
            if notice.state != "draft" and (
                case.ladder == "justice"
                or (
                    notice.kind == "admission"
                    and case._edu_notices("deadline", ("draft", "issued", "served"))
                )
            ):
                raise UserError(
                    self.env._("A later step builds on this notice: take that one back first.")
                )
            notice.sudo()._edu_withdraw(notice.withdrawn_reason)
            case._edu_rewind_ladder()
        return True

    def _edu_withdraw(self, reason):
        self.write(
            {
                "state": "withdrawn",
                "withdrawn_on": self.env["edu.policy"]._edu_today(),
                "withdrawn_by_id": self.env.uid,
                "withdrawn_reason": reason,
            }
        )
        self.flush_recordset(["state"])  # before the next draft meets the unique index

    def _edu_spend(self):
        """The order was obeyed: the child is back."""
        self.sudo().write({"state": "spent", "spent_on": self.env["edu.policy"]._edu_today()})
        self.flush_recordset(["state"])

    # ------------------------------------------------------------------ what is due

    def _edu_duty_told(self, kind):
        words = {notice.id: notice.case_id._edu_village_words() for notice in self.exists()}
        return {id_: text for id_, text in words.items() if text}

    def _edu_duty_query(self):
        """When its period ends somebody has to see whether the child is back: the township of
        residence, which serves and persuades. Done when the child came back, or the next rung was
        climbed."""
        return SQL(
            """
            SELECT 'notice_period' AS kind, notice.id AS res_id, 0 AS slot, notice.deadline,
                   COALESCE(notice.spent_on, least(
                       (SELECT min(further.issued_on) FROM edu_notice further
                         WHERE further.case_id = notice.case_id AND notice.kind = 'admission'
                           AND further.kind = 'deadline' AND further.issued_on IS NOT NULL
                           AND further.ladder_round = notice.ladder_round),
                       (SELECT min(referral.sent_on) FROM edu_referral referral
                         WHERE referral.case_id = notice.case_id AND referral.kind = 'justice'
                           AND referral.ladder_round = notice.ladder_round)
                   )) AS done_on,
                   dropout.township_responsible_id AS user_id, notice.school_id,
                   notice.residence_township_id AS area_id, notice.class_id
              FROM edu_notice notice JOIN edu_dropout_case dropout ON dropout.id = notice.case_id
             WHERE notice.deadline IS NOT NULL
               AND (notice.spent_on IS NOT NULL
                    OR notice.state = 'served' AND dropout.state = 'persuading')
            """
        )
