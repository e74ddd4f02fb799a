from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

from .case_ladder import DECIDING, SCHOOL

PROTECTED = {"state", "answer_due", "ladder_round", "sent_by_id", "answered_by_id", "on_behalf"}
SENT = {"case_id", "kind", "to_area_id", "to_name", "sent_on", "note"}
ANSWER = {"answered_on", "outcome", "educated_on", "answer"}


class EduReferral(models.Model):
    """A case handed on: to the township, advised to criticise and educate (plan 二(一)2), or to justice
    (plan 二(三)3), with the answer.

    School, township and bureau send advice, township and bureau refer to justice, never before a
    served 附件3 has expired. The township answers advice; for one without a log-in, and for justice,
    who has the paper enters the answer with its scan.
    """

    _name = "edu.referral"
    _description = "Referral"
    _inherit = ["edu.case.place.mixin", "mail.thread", "mail.activity.mixin", "edu.duty.mixin"]
    _edu_duty_fields = (
        "state",
        "school_id",
        "class_id",
        "residence_township_id",
        "to_area_id",
        "answer_due",
        "answered_on",
    )
    _order = "sent_on desc, id desc"

    kind = fields.Selection(
        [("advice", "Advice to the township"), ("justice", "Referral to justice")],
        required=True,
        default="justice",
        index=True,
    )
    ladder_round = fields.Integer(readonly=True, copy=False)

    to_area_id = fields.Many2one(
        "edu.area", "Township", ondelete="restrict", domain=[("level", "=", "township")]
    )
    to_name = fields.Char("Sent to", help="Office of justice, court, procuratorate or police")
    sent_on = fields.Date(
        required=True, default=lambda self: self.env["edu.policy"]._edu_today(), tracking=True
    )
    sent_by_id = fields.Many2one("res.users", "Sent by", readonly=True, ondelete="restrict")
    note = fields.Text("What Is Asked")
    answer_due = fields.Date("Answer Due by", readonly=True, index=True)
    state = fields.Selection(
        [("sent", "Sent"), ("answered", "Answered")],
        required=True,
        readonly=True,
        default="sent",
        index=True,
        copy=False,
        tracking=True,
    )
    is_overdue = fields.Boolean(
        "Answer Overdue", compute="_compute_overdue", search="_search_is_overdue"
    )

    answered_on = fields.Date(copy=False, tracking=True)
    outcome = fields.Selection(
        [
            ("educated", "Guardian criticised and educated"),
            ("not_educated", "Not criticised and educated"),
            ("accepted", "Accepted by justice"),
            ("refused", "Refused by justice"),
        ],
        copy=False,
        tracking=True,
    )
    educated_on = fields.Date("Criticised and Educated on", copy=False)
    answer = fields.Text("Answer in Words", copy=False)
    answered_by_id = fields.Many2one(
        "res.users", "Answer Entered by", readonly=True, copy=False, ondelete="restrict"
    )
    on_behalf = fields.Boolean("Entered on Behalf", readonly=True, copy=False)
    scan_ids = fields.Many2many(
        "ir.attachment",
        "edu_referral_scan_rel",
        string="Scans",
        copy=False,
        ondelete="restrict",
        bypass_search_access=True,
    )

    @api.depends("kind", "student_id.name", "to_name", "to_area_id.name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for referral in self:
            child = referral.sudo().student_id.name or ""
            referral.display_name = f"{kinds.get(referral.kind, '')} {child}".strip()

    @api.depends("state", "answer_due")
    def _compute_overdue(self):
        today = self.env["edu.policy"]._edu_today()
        for referral in self:
            referral.is_overdue = bool(
                referral.state == "sent" and referral.answer_due and referral.answer_due < today
            )

    def _search_is_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        domain = Domain("state", "=", "sent") & Domain(
            "answer_due", "<", self.env["edu.policy"]._edu_today()
        )
        return domain if True in value else ~domain

    # ------------------------------------------------------------------ create, write

    @api.model_create_multi
    def create(self, vals_list):
        """Send it: the case climbs to the rung.

        :raise UserError: with the rule, when the case is not there yet
        """
        Policy = self.env["edu.policy"]
        if not self.env.su:
            self.check_access("create")
        Case = self.env["edu.dropout.case"]
        prepared = []
        for vals in vals_list:
            if not self.env.su and (PROTECTED | ANSWER) & vals.keys():
                self._edu_refuse(min((PROTECTED | ANSWER) & vals.keys()))
            case = Case.browse(vals.get("case_id") or self.env.context.get("default_case_id"))
            kind = vals.get("kind") or self.env.context.get("default_kind") or "justice"
            if not case:
                raise UserError(self.env._("A referral is made from its case."))
            values = {**vals, "case_id": case.id, "kind": kind, "sent_by_id": self.env.uid}
            values["sent_on"] = sent = (
                fields.Date.to_date(vals.get("sent_on")) or Policy._edu_today()
            )
            if sent > Policy._edu_today():
                raise UserError(self.env._("The referral cannot be sent in the future."))
            if kind == "advice":
                case._edu_check_role(DECIDING, self.env._("You cannot record the advice."))
                case._edu_check_rung("advised")
                values.setdefault("to_area_id", case.sudo().residence_township_id.id)
                values["to_name"] = (
                    self.env["edu.area"].sudo().browse(values["to_area_id"])._edu_document_name()
                )
                days = Policy._current(sent).advice_answer_days
            else:
                case._edu_check_role(
                    ("township", "bureau"),
                    self.env._(
                        "Only the township or the county bureau refers a case to justice (Compulsory"
                        " Education Law, article 58)."
                    ),
                )
                case._edu_check_rung("justice")
                order = case._edu_notices("deadline")[:1]
                if sent <= order.deadline:
                    raise UserError(
                        self.env._(
                            "The period of %(number)s ran until %(date)s: the referral is of a later day.",
                            number=order.number,
                            date=fields.Date.to_string(order.deadline),
                        )
                    )
                if not (values.get("to_name") or "").strip():
                    raise UserError(self.env._("Name the office of justice it goes to."))
                days = Policy._current(sent).referral_answer_days
            values["answer_due"] = Policy._edu_period_end(sent, days)
            values["ladder_round"] = case.sudo().ladder_round
            prepared.append(values)
        safe = {
            key: value
            for key, value in self.env.context.items()
            if not (key.startswith("default_") and key[8:] in PROTECTED | ANSWER)
        }
        writer = self.with_env(self.env(context=safe))
        referrals = super(EduReferral, writer).create(prepared).with_env(self.env)
        if not self.env.su:
            referrals.check_access("create")
        for referral in referrals:
            referral.case_id._edu_set_ladder("advised" if referral.kind == "advice" else "justice")
        referrals._edu_adopt_files()
        return referrals

    def write(self, vals):
        if not self.env.su:
            if (PROTECTED | SENT) & vals.keys():
                self._edu_refuse(min((PROTECTED | SENT) & vals.keys()))
            if ANSWER & vals.keys() and any(referral.state == "answered" for referral in self):
                raise UserError(self.env._("The answer is recorded: it stands."))
        before = {referral: referral.sudo().scan_ids for referral in self}
        result = super().write(vals)
        if "scan_ids" in vals:
            for referral, files in before.items():
                if referral.state == "answered" and files - referral.sudo().scan_ids:
                    raise UserError(
                        self.env._("The files of an answered referral are evidence: they stay.")
                    )
            self._edu_adopt_files()
        return result

    def _edu_refuse(self, name):
        raise AccessError(
            self.env._(
                "“%(field)s” is fixed when the referral is sent; it is not changed by hand.",
                field=self._fields[name]._description_string(self.env),
            )
        )

    def _edu_files(self):
        return self.scan_ids

    def _edu_adopt_files(self):
        """As for notices: only the caller's own fresh uploads hang on the referral."""
        for referral in self:
            referral.sudo().scan_ids._edu_hang_on(referral)

    # ------------------------------------------------------------------ steps

    def action_answer(self):
        """The township's clerk for advice; else, from paper with its scan, school or bureau; for
        justice township or bureau: the answer entered on the form is recorded."""
        today = self.env["edu.policy"]._edu_today()
        for referral in self:
            on_behalf = referral._edu_check_may_answer()
            if referral.state != "sent":
                raise UserError(self.env._("The answer is recorded: it stands."))
            allowed = (
                ("educated", "not_educated")
                if referral.kind == "advice"
                else ("accepted", "refused")
            )
            answered = referral.answered_on or today
            missing = [
                referral.outcome not in allowed and self.env._("the outcome of the answer"),
                referral.outcome == "educated"
                and not referral.educated_on
                and self.env._("the day on which the guardian was criticised and educated"),
                referral.outcome in ("not_educated", "refused")
                and not (referral.answer or "").strip()
                and self.env._("the reason, in words"),
                on_behalf
                and not referral.scan_ids
                and self.env._("the scan of the answer on paper"),
            ]
            if any(missing):
                raise UserError(
                    self.env._(
                        "The answer still needs:\n%(missing)s",
                        missing="\n".join(f"– {text}" for text in missing if text),
                    )
                )
            if not referral.sent_on <= answered <= today or (
                referral.educated_on and referral.educated_on > today
            ):
                raise UserError(
                    self.env._(
                        "The answer lies after the referral was sent, and not in the future."
                    )
                )
            referral.sudo().write(
                {
                    "state": "answered",
                    "answered_on": answered,
                    "answered_by_id": self.env.uid,
                    "on_behalf": on_behalf,
                }
            )
        return True

    def _edu_check_may_answer(self):
        """Whether the answer is entered on behalf of an addressee without a log-in."""
        self.ensure_one()
        self.check_access("write")
        if self.env.su:
            return False
        if self.kind == "justice":
            self._edu_check_role(
                ("township", "bureau"), self.env._("You cannot record the answer of justice.")
            )
            return True
        if self.to_area_id in self.env.user.sudo().edu_township_area_ids:
            return False
        clerks = self.env["edu.post"]._holders("township", area=self.to_area_id)
        if clerks:
            raise AccessError(
                self.env._(
                    "%(township)s answers itself: ask %(people)s.",
                    township=self.to_name or "",
                    people=", ".join(clerks.mapped("name")),
                )
            )
        self._edu_check_role(
            (*SCHOOL, "bureau"), self.env._("You cannot enter an answer on behalf of a township.")
        )
        return True

    # ------------------------------------------------------------------ what is due

    def _edu_duty_told(self, kind):
        words = {record.id: record.case_id._edu_village_words() for record in self.exists()}
        return {id_: text for id_, text in words.items() if text}

    def _edu_duty_query(self):
        """The answer: the township's, or that of justice, which the township of residence enters."""
        return SQL(
            """
            SELECT 'referral_answer' AS kind, referral.id AS res_id, 0 AS slot,
                   referral.answer_due AS deadline, referral.answered_on AS done_on,
                   dropout.township_responsible_id AS user_id, referral.school_id,
                   COALESCE(referral.to_area_id, referral.residence_township_id) AS area_id,
                   referral.class_id
              FROM edu_referral referral JOIN edu_dropout_case dropout ON dropout.id = referral.case_id
             WHERE referral.state = 'answered' OR dropout.state NOT IN ('closed', 'excluded')
            """
        )
