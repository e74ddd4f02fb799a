import re

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .case_ladder import SCHOOL

SERVICE = {
    "service_method",
    "service_date",
    "service_arrived_at",
    "service_place",
    "recipient_name",
    "recipient_kind",
    "recipient_relation",
    "service_reason",
    "witness_name",
    "witness_unit",
    "tracking_no",
    "electronic_consent",
    "electronic_system",
    "served_through",
    "announcement_medium",
    "server_ids",
    "server_names",
    "service_note",
}
NAMES = re.compile(r"[、，,;；/\n]+|\s{1,}")


class EduNotice(models.Model):
    """Service of process of a notice (Civil Procedure Law, articles 87 to 95): each method with the
    facts that prove it. The day of service is computed from them; the period begins the day after."""

    _inherit = "edu.notice"

    service_method = fields.Selection(
        [
            ("direct", "Served in person"),
            ("left", "Left at the residence"),
            ("entrusted", "Through an entrusted authority"),
            ("post", "By post"),
            ("electronic", "Electronically"),
            ("transferred", "Passed on by a unit"),
            ("announcement", "By public announcement"),
        ],
        string="Method of Service",
        copy=False,
        tracking=True,
    )
    service_date = fields.Date("Date of Signature, Leaving, Receipt or Publication", copy=False)
    service_arrived_at = fields.Datetime("Arrived at", copy=False)
    service_place = fields.Char("Place of Service", copy=False)
    recipient_name = fields.Char("Received by", copy=False)
    recipient_kind = fields.Selection(
        [
            ("guardian", "The guardian"),
            ("family", "Adult family member living together"),
            ("agent", "Agent named by the guardian"),
        ],
        string="Kind of Recipient",
        default="guardian",
        copy=False,
    )
    recipient_relation = fields.Char("Relation to the Guardian", copy=False)
    service_reason = fields.Text("Why Left or Announced", copy=False)
    witness_name = fields.Char("Witness", copy=False)
    witness_unit = fields.Char("Unit of the Witness", copy=False)
    tracking_no = fields.Char("Tracking Number", copy=False)
    electronic_consent = fields.Boolean("Guardian Consented in Writing", copy=False)
    electronic_system = fields.Char("System and Account", copy=False)
    served_through = fields.Char("Served through", copy=False)
    announcement_medium = fields.Char("Published in", copy=False)
    server_ids = fields.Many2many(
        "res.users", "edu_notice_server_rel", string="Servers", copy=False
    )
    server_names = fields.Char(
        "Servers Without a Log-in", copy=False, help="Names separated by commas"
    )
    evidence_ids = fields.Many2many(
        "ir.attachment",
        "edu_notice_evidence_rel",
        string="Evidence of Service",
        copy=False,
        ondelete="restrict",
        bypass_search_access=True,
    )
    service_note = fields.Text("Remarks on Service", copy=False)
    served_date = fields.Date("Served on", readonly=True, copy=False, index=True, tracking=True)
    served_by_id = fields.Many2one(
        "res.users", "Service Entered by", readonly=True, copy=False, ondelete="restrict"
    )
    service_entered_at = fields.Datetime(readonly=True, copy=False)
    server_list = fields.Char("Served by", compute="_compute_server_list")

    @api.depends("server_ids.name", "server_names")
    def _compute_server_list(self):
        for notice in self:
            notice.server_list = "、".join(notice._edu_servers())

    def _edu_servers(self):
        self.ensure_one()
        typed = [name for name in NAMES.split((self.server_names or "").strip()) if name]
        return self.sudo().server_ids.mapped("name") + typed

    def write(self, vals):
        if (
            not self.env.su
            and SERVICE & vals.keys()
            and any(notice.state not in ("draft", "issued") for notice in self)
        ):
            raise UserError(
                self.env._(
                    "The service is recorded: its facts stand. The bureau can open it again."
                )
            )
        return super().write(vals)

    @api.onchange("service_method", "recipient_kind")
    def _onchange_recipient(self):
        """The guardian signs for what is served in person, unless somebody else is named."""
        guardian = self.guardian_id.name
        if self.service_method == "direct" and self.recipient_kind == "guardian":
            self.recipient_name = self.recipient_name or guardian
        elif self.recipient_name == guardian:
            self.recipient_name = False

    @api.constrains("server_ids")
    def _check_servers(self):
        for notice in self:
            if any(user.share for user in notice.sudo().server_ids):
                raise ValidationError(self.env._("Servers are staff; others are entered by name."))

    # ------------------------------------------------------------------ what each method needs

    def _edu_missing_of_service(self):
        """What the method chosen still lacks, each with its article of the Civil Procedure Law."""
        self.ensure_one()
        needs = {
            "direct": [
                (self.recipient_name, self.env._("who signed for it (article 88)")),
                (
                    self.service_date,
                    self.env._("the date of the signature, which is that of service (article 87)"),
                ),
                (
                    self.recipient_kind == "guardian" or self.recipient_relation,
                    self.env._(
                        "the relation of the adult family member or agent who signed (article 88)"
                    ),
                ),
            ],
            "left": [
                (
                    self.service_reason,
                    self.env._("why it was left: who refused to sign, and how (article 89)"),
                ),
                (self.service_date, self.env._("the date on which it was left (article 89)")),
                (self.service_place, self.env._("the residence where it was left (article 89)")),
                (
                    (self.witness_name and self.witness_unit) or self.evidence_ids,
                    self.env._(
                        "a witness with the unit, from the village or the workplace, or photographs or"
                        " a video (article 89)"
                    ),
                ),
            ],
            "entrusted": [
                (self.served_through, self.env._("the authority entrusted with it (article 91)")),
                (self.service_date, self.env._("the date of the signature (article 87)")),
            ],
            "post": [
                (self.tracking_no, self.env._("the tracking number (article 91)")),
                (
                    self.service_date,
                    self.env._("the date on the receipt, which is that of service (article 91)"),
                ),
            ],
            "electronic": [
                (self.electronic_consent, self.env._("the guardian's consent (article 90)")),
                (
                    self.electronic_system,
                    self.env._("the system and account it was sent to (article 90)"),
                ),
                (
                    self.service_arrived_at,
                    self.env._("when it arrived there, which is when it was served (article 90)"),
                ),
            ],
            "transferred": [
                (self.served_through, self.env._("the unit that passed it on (articles 92 to 94)")),
                (self.service_date, self.env._("the date of the signature (article 94)")),
            ],
            "announcement": [
                (self.announcement_medium, self.env._("where it was published (article 95)")),
                (self.service_date, self.env._("the date of publication (article 95)")),
                (
                    self.service_reason,
                    self.env._(
                        "why no other way was open: announcement is the last resort (article 95)"
                    ),
                ),
            ],
        }
        missing = [text for given, text in needs[self.service_method] if not given]
        servers = len(self._edu_servers())
        if self.service_method == "left" and servers < 2:
            missing.append(self.env._("two servers, since nobody signs (article 89)"))
        elif not servers:
            missing.append(self.env._("who served it (article 87)"))
        return missing

    def _edu_event_date(self):
        """The day of the event that the method dates service by, or False."""
        self.ensure_one()
        if self.service_method == "electronic":
            arrived = self.service_arrived_at
            return arrived and self.env["edu.policy"]._edu_now(arrived).date()
        return self.service_date

    def _edu_served_date(self):
        """The day on which the notice counts as served. A public announcement counts when its period
        (policy) has passed; a last day that is off moves to the next working day."""
        self.ensure_one()
        event = self._edu_event_date()
        if self.service_method == "announcement" and event:
            Policy = self.env["edu.policy"]
            return Policy._edu_period_end(event, Policy._current(event).public_announcement_days)
        return event

    # ------------------------------------------------------------------ steps

    def action_serve(self):
        """School leaders and records administrator, township, bureau: record that the notice was
        served as entered; its period begins.

        :raise UserError: naming what the method still lacks, with the article
        """
        for notice in self:
            notice._edu_serve()
        return True

    def _edu_serve(self):
        self.ensure_one()
        self._edu_check_role(
            (*SCHOOL, "township", "bureau"), self.env._("You cannot record service of this notice.")
        )
        if self.state != "issued":
            raise UserError(
                self.env._(
                    "%(notice)s: only an issued notice that is not served yet can be served.",
                    notice=self.display_name,
                )
            )
        if not self.service_method:
            raise UserError(
                self.env._("Choose the method of service (Civil Procedure Law, articles 88 to 95).")
            )
        missing = self._edu_missing_of_service()
        if missing:
            methods = dict(self._fields["service_method"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "Service “%(method)s” (Civil Procedure Law) still needs:\n%(missing)s",
                    method=methods[self.service_method],
                    missing="\n".join(f"– {text}" for text in missing),
                )
            )
        event = self._edu_event_date()
        if event > self.env["edu.policy"]._edu_today():
            raise UserError(self.env._("The date of service lies in the future."))
        if event < self.issued_on:
            raise UserError(
                self.env._(
                    "A notice of %(date)s cannot have been served before.",
                    date=fields.Date.to_string(self.issued_on),
                )
            )
        served = self._edu_served_date()
        self.sudo().write(
            {
                "state": "served",
                "served_date": served,
                "deadline": self.env["edu.policy"]._edu_period_end(served, self.period_days),
                "served_by_id": self.env.uid,
                "service_entered_at": fields.Datetime.now(),
            }
        )

    def action_reopen_service(self):
        """Bureau: service was entered wrongly; back to issued, as long as no later step builds on it."""
        self._edu_check_role(
            ("bureau",), self.env._("Only the county bureau opens recorded service again.")
        )
        for notice in self:
            case = notice.case_id.sudo()
            later = case.ladder == "justice" or (
                notice.kind == "admission"
                and case._edu_notices("deadline", ("draft", "issued", "served"))
            )
            if notice.state != "served" or later:
                raise UserError(
                    self.env._(
                        "Only the service of a notice on which no later step builds is opened again."
                    )
                )
            notice.sudo().write(
                {
                    "state": "issued",
                    "served_date": False,
                    "deadline": False,
                    "served_by_id": False,
                    "service_entered_at": False,
                }
            )
        return True
