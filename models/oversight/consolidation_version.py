from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ...tools import figure_form as form
from ..core.signoff import SIGNATURES


class EduReportConsolidationVersion(models.Model):
    """A consolidated report as it was drawn up on a day: figures and names of schools, no child's.

    Made by ``edu.report.consolidation`` only and read like it; whom it is handed in to reads it from
    then on. Nobody changes or deletes it. PDF and workbook are made from it on demand.
    """

    _name = "edu.report.consolidation.version"
    _description = "Version of a Consolidated Report"
    _inherit = ["edu.scope.mixin"]
    _order = "consolidation_id, number desc"
    _rec_name = "number"
    _edu_township_fields = ("township_id",)
    _edu_county_fields = ("county_id",)

    consolidation_id = fields.Many2one(
        "edu.report.consolidation",
        "Consolidated Report",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    number = fields.Integer("Version", required=True, readonly=True, aggregator=None)
    drawn_up_at = fields.Datetime("Drawn Up", required=True, readonly=True)
    drawn_up_by_id = fields.Many2one(
        "res.users", "Drawn Up by", required=True, readonly=True, ondelete="restrict"
    )
    on_behalf = fields.Boolean("On Behalf of the Township", readonly=True)
    signing_round = fields.Integer(required=True, readonly=True, aggregator=None)
    content = fields.Json(required=True, readonly=True)
    # ids of children that the tables count: see edu.report.consolidation._edu_compose
    members = fields.Json(readonly=True, groups=fields.NO_ACCESS, prefetch=False)
    remark = fields.Text("Explanation", readonly=True)
    school_count = fields.Integer("Schools", readonly=True, aggregator=None)
    counted_count = fields.Integer("Schools Counted", readonly=True, aggregator=None)
    submitted_at = fields.Datetime("Submitted On", readonly=True)
    submitted_by_id = fields.Many2one(
        "res.users", "Submitted By", readonly=True, ondelete="restrict"
    )
    received_at = fields.Datetime("Received On", readonly=True)
    received_by_id = fields.Many2one("res.users", "Received By", readonly=True, ondelete="restrict")
    return_reason = fields.Text("Reason of the Return", readonly=True)

    # Own columns for rules
    kind = fields.Selection(related="consolidation_id.kind", store=True)
    level = fields.Selection(related="consolidation_id.level", store=True)
    date_to = fields.Date(related="consolidation_id.date_to", store=True, index=True)
    school_id = fields.Many2one(
        related="consolidation_id.school_id", store=True, index="btree_not_null"
    )
    township_id = fields.Many2one(
        related="consolidation_id.township_id", store=True, index="btree_not_null"
    )
    county_id = fields.Many2one(related="consolidation_id.county_id", store=True, index=True)
    is_submitted = fields.Boolean("Was Submitted", compute="_compute_is_submitted", store=True)

    _number_uniq = models.UniqueIndex(
        "(consolidation_id, number)",
        "Somebody else drew it up at the same moment. Open it again.",
    )

    _EDU_ONCE = frozenset(
        "remark submitted_at submitted_by_id received_at received_by_id return_reason".split()
    )

    @api.depends("number", "consolidation_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for version in self:
            version.display_name = self.env._(
                "%(report)s, version %(number)s",
                report=version.consolidation_id.display_name,
                number=version.number,
            )

    @api.depends("submitted_at")
    def _compute_is_submitted(self):
        for version in self:
            version.is_submitted = bool(version.submitted_at)

    @api.model
    def _edu_make(self, consolidation, content, members, on_behalf=False):
        """Keep ``content`` as the next version of ``consolidation``; as superuser."""
        last = self.search(
            [("consolidation_id", "=", consolidation.id)], order="number desc", limit=1
        )
        states = [school["state"] for school in content["schools"]]
        return self.create(
            {
                "consolidation_id": consolidation.id,
                "number": last.number + 1,
                "drawn_up_at": fields.Datetime.now(),
                "drawn_up_by_id": self.env.uid,
                "on_behalf": on_behalf,
                "signing_round": consolidation.signoff_round,
                "content": content,
                "members": members or False,
                "school_count": len(states),
                "counted_count": states.count("counted"),
            }
        )

    def write(self, vals):
        """Only its way upwards is noted on it, by the code that takes the step."""
        own = {name for name, field in self._fields.items() if field.store and not field.related}
        if vals.keys() & own - self._EDU_ONCE or not self.env.su:
            raise AccessError(self.env._("A frozen version does not change."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_frozen(self):
        raise UserError(self.env._("A frozen version is not deleted."))

    # ------------------------------------------------------------------ documents

    def _edu_signoffs(self):
        """Signatures under this version, in order."""
        self.ensure_one()
        version = self.sudo()
        later = version.consolidation_id.version_ids.filtered(
            lambda other: (
                other.signing_round == version.signing_round and other.number > version.number
            )
        )
        if later:  # drawn up anew before anybody signed it
            return self.env["edu.signoff"]
        return (
            self.env["edu.signoff"]
            ._edu_chain(version.consolidation_id)
            .filtered(
                lambda signoff: (
                    signoff.round == version.signing_round and signoff.role in SIGNATURES
                )
            )
        )

    def _edu_document(self, build):
        """Lay the version out.

        :param build: ``tools.figure_form.document`` or ``reports.consolidation_xlsx.workbook``
        """
        self.ensure_one()
        self.check_access("read")
        signoffs = self._edu_signoffs()
        version = self.sudo()
        record = version.consolidation_id
        current = version == record.version_id
        Policy = self.env["edu.policy"]
        signatures = [
            (
                signoff.role,
                signoff.person_name,
                signoff.post_label,
                Policy._edu_now(signoff.signed_at).date().isoformat(),
                signoff._edu_drawing(),
            )
            for signoff in signoffs
        ]
        return build(
            {
                **version.content,
                "remark": version.remark or (current and record.remark) or None,
                "on_behalf": version.on_behalf,
            },
            signatures,
            head=signoffs[-1:].hash or None,
            number=version.number,
            draft=not {"filled", "reviewed"} <= set(signoffs.mapped("role")),
        )

    def _edu_form(self):
        """Values of the PDF's template."""
        return self._edu_document(form.document)

    def _edu_file_name(self):
        self.ensure_one()
        return f"{self.sudo().consolidation_id._edu_file_name()}-{self.number}"

    def action_print(self):
        """Whoever reads the version: its PDF."""
        self.ensure_one()
        self.check_access("read")
        return self.env.ref("edu_dropout_control.action_report_consolidation").report_action(
            self.ids, config=False
        )

    def action_workbook(self):
        """Whoever reads the version: its workbook."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_url",
            "url": f"/edu/consolidation/{self.id}/workbook",
            "target": "download",
        }
