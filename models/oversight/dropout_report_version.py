import json
import secrets

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ...tools import dropout_form as form
from ...tools.canonical import canonical_json, sha256_hex
from ..core.signoff import SIGNATURES


class EduDropoutReportVersion(models.Model):
    """A dropout report as it was frozen, signed and handed over, with its numbers in cipher.

    The document is rendered from it on demand and never stored; only the scan of the paper that
    was signed and sealed is kept as a file, here. Made by the first signature, read like the
    report (township and bureau: once it was submitted). School staff attach scans; nobody writes
    anything else.
    """

    _name = "edu.dropout.report.version"
    _description = "Version of a Dropout Report"
    _inherit = ["edu.scope.mixin", "edu.sealed.mixin"]
    _order = "report_id, round desc"
    _rec_name = "round"
    _edu_township_fields = ("township_id",)

    report_id = fields.Many2one(
        "edu.dropout.report",
        "Report",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    round = fields.Integer("Version", required=True, readonly=True, aggregator=None)
    outcome = fields.Selection(
        [
            ("open", "Being Signed"),
            ("withdrawn", "Taken Back"),
            ("submitted", "Submitted"),
            ("returned", "Sent Back"),
            ("accepted", "Accepted"),
        ],
        required=True,
        default="open",
        readonly=True,
    )
    frozen_at = fields.Datetime("Frozen On", required=True, readonly=True)
    content_cipher = fields.Text(
        "Numbers in the Report", groups=fields.NO_ACCESS, prefetch=False, copy=False
    )
    content_hash = fields.Char("Content Hash", required=True, readonly=True)
    child_count = fields.Integer("Children", readonly=True)
    # what is counted of it elsewhere, and no secret: {grade: {registry, arrived: [boys, girls, others]}}
    grade_totals = fields.Json(readonly=True)

    submitted_at = fields.Datetime("Submitted On", readonly=True)
    submitted_by_id = fields.Many2one(
        "res.users", "Submitted By", readonly=True, ondelete="restrict"
    )
    township_received_at = fields.Datetime("Township Received", readonly=True)
    township_received_by_id = fields.Many2one(
        "res.users", "Received for the Township By", readonly=True, ondelete="restrict"
    )
    township_on_paper = fields.Boolean("Entered for the Township", readonly=True)
    bureau_received_at = fields.Datetime("Bureau Received", readonly=True)
    bureau_received_by_id = fields.Many2one(
        "res.users", "Received for the Bureau By", readonly=True, ondelete="restrict"
    )
    decided_at = fields.Datetime("Decided On", readonly=True)
    decided_by_id = fields.Many2one("res.users", "Decided By", readonly=True, ondelete="restrict")
    withdrawn_reason = fields.Text("Reason to Take It Back", readonly=True)
    return_reason = fields.Text("Reason of the Return", readonly=True)

    scan_ids = fields.Many2many(
        "ir.attachment",
        "edu_dropout_report_version_scan_rel",
        "version_id",
        "attachment_id",
        "Signed and Sealed Scan",
        bypass_search_access=True,
    )

    school_id = fields.Many2one(related="report_id.school_id", store=True, index=True)
    township_id = fields.Many2one(related="report_id.township_id", store=True, index=True)
    is_submitted = fields.Boolean("Was Submitted", compute="_compute_is_submitted", store=True)
    can_scan = fields.Boolean(compute="_compute_can_scan")

    _round_uniq = models.UniqueIndex("(report_id, round)", "This version exists already.")

    _EDU_SCANNERS = ("records_admin", "dean", "principal", "vice_principal")

    @api.depends("round", "report_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for version in self:
            version.display_name = self.env._(
                "%(report)s, version %(number)s",
                report=version.report_id.display_name,
                number=version.round,
            )

    @api.depends("submitted_at")
    def _compute_is_submitted(self):
        for version in self:
            version.is_submitted = bool(version.submitted_at)

    @api.depends_context("uid")
    @api.depends("school_id")
    def _compute_can_scan(self):
        user = self.env.user
        for version in self:
            version.can_scan = any(user._edu_has_role(role, version) for role in self._EDU_SCANNERS)

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    @api.model
    def _edu_make(self, report, content):
        """Freeze ``content`` as the version of the report's current signing round."""
        frozen = canonical_json({"content": content, "salt": secrets.token_hex(16)})
        return self.sudo().create(
            {
                "report_id": report.id,
                "round": report.signoff_round,
                "frozen_at": fields.Datetime.now(),
                "content_hash": sha256_hex(frozen),
                "content_cipher": self.env["edu.secret.mixin"]._edu_encrypt(
                    self._name, "content", frozen
                ),
                "child_count": len(content["rows"]),
                "grade_totals": self._edu_grade_totals(content),
            }
        )

    @api.model
    def _edu_grade_totals(self, content):
        return {
            str(entry["grade"]): {
                key: [entry[key].get(gender, 0) for gender in ("male", "female", "unknown")]
                for key in ("registry", "arrived")
            }
            for entry in content["totals"]
        }

    def write(self, vals):
        """Users attach scans; once submitted, scans are only added.

        :raise AccessError: for anything else
        """
        if not self.env.su:
            if vals.keys() - {"scan_ids"}:
                raise AccessError(self.env._("A frozen version does not change."))
            self._edu_check_role(self._EDU_SCANNERS)
        elif {"content_cipher", "content_hash", "grade_totals", "report_id", "round"} & vals.keys():
            raise AccessError(self.env._("A frozen version does not change."))
        before = {version: version.scan_ids for version in self}
        result = super().write(vals)
        if "scan_ids" in vals:
            for version, scans in before.items():
                if version.submitted_at and scans - version.scan_ids:
                    raise UserError(
                        self.env._("The scan of a submitted report is not taken away again.")
                    )
                version.sudo().scan_ids._edu_hang_on(version)
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_frozen(self):
        raise UserError(self.env._("A frozen version is not deleted."))

    # ------------------------------------------------------------------
    # Content
    # ------------------------------------------------------------------

    def _edu_content(self):
        """Return what was frozen, with numbers in clear: server side only.

        :raise UserError: when it cannot be read or is not what was frozen
        """
        self.ensure_one()
        version = self.sudo()
        frozen = self.env["edu.secret.mixin"]._edu_decrypt(
            self._name, "content", version.content_cipher
        )
        if sha256_hex(frozen) != version.content_hash:
            raise UserError(self.env._("The frozen content was altered. Tell the bureau."))
        return json.loads(frozen)["content"]

    def _edu_signoffs(self):
        """The three signatures under this version, in order."""
        self.ensure_one()
        return (
            self.env["edu.signoff"]
            ._edu_chain(self.report_id)
            .filtered(lambda signoff: signoff.round == self.round and signoff.role in SIGNATURES)
        )

    def _edu_document(self, build, reason=None):
        """Render the version with all its numbers, which is logged once.

        :param reason: why, where somebody was asked; else the document's name is logged
        :param build: ``tools.dropout_form.document`` or ``reports.dropout_report_xlsx.workbook``
        """
        self.ensure_one()
        self.check_access("read")
        content = self._edu_content()
        if content["rows"]:
            self.env["edu.reveal.log"]._edu_log(
                self,
                "content_cipher",
                reason or self.env._("Document: %(document)s", document=self.display_name),
                "document",
            )
        signoffs = self._edu_signoffs()
        signatures = [
            (
                signoff.role,
                signoff.person_name,
                signoff.post_label,
                self.env["edu.policy"]._edu_now(signoff.signed_at).date().isoformat(),
                signoff._edu_drawing(),
            )
            for signoff in signoffs
        ]
        return build(
            content, form.signers(signatures), head=signoffs[-1:].hash or None, number=self.round
        )

    def _edu_form(self):
        """Values of the PDF's template."""
        return self._edu_document(form.document, self.env.context.get("edu_reveal_reason"))

    def _edu_file_name(self):
        self.ensure_one()
        return f"{self.report_id._edu_file_name()}-{self.round}"

    def action_print(self):
        """Whoever reads the version: its PDF."""
        self.ensure_one()
        self.check_access("read")
        return self.env.ref("edu_dropout_control.action_report_dropout_report").report_action(
            self.ids, config=False
        )

    def _edu_seal_values(self):
        self.ensure_one()
        return {
            "school_id": self.school_id.id,
            "document": f"《{form.TITLE}》{form.term_words(self._edu_content()['term'])}",
        }

    def _edu_check_may_seal(self):
        """Sealed is what all three signed, as long as it stands."""
        self.ensure_one()
        version = self.sudo()
        roles = set(version._edu_signoffs().mapped("role"))
        if version.outcome in ("withdrawn", "returned") or not roles >= set(SIGNATURES):
            raise UserError(
                self.env._(
                    "The seal is put to a report that all three have signed and that stands."
                )
            )

    def _edu_after_seal(self, use):
        self.env["edu.signoff"]._edu_event(
            self.report_id,
            "sealed",
            self.env._(
                "%(copies)s copies, No. %(number)s of the register of %(year)s",
                copies=use.copies,
                number=use.number,
                year=use.year,
            ),
            self._edu_seal_post(),
        )

    def _edu_seal_post(self):
        user = self.env.user
        return next((role for role in self._EDU_SCANNERS if user._edu_has_role(role, self)), None)

    def action_compare(self):
        """Whoever reads the version: it beside the one before, as far as they may see that."""
        self.ensure_one()
        self.check_access("read")
        versions = self.report_id._edu_signoff_versions()
        at = versions.index(self.round)
        if not at:
            raise UserError(self.env._("You have no version before this one."))
        action = self.report_id.action_signoff_compare()
        action["context"].update(default_old_round=versions[at - 1], default_new_round=self.round)
        return action

    def action_workbook(self):
        """Whoever reads the version: its workbook."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_url",
            "url": f"/edu/dropout-report/{self.report_id.id}/workbook?version={self.id}",
            "target": "download",
        }
