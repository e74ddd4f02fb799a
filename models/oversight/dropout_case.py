from odoo import api, fields, models
from odoo.exceptions import UserError

from .child_report import WRITERS
from .dropout_report import LEADERS


class EduDropoutCase(models.Model):
    """Oversight's part of a case: the written report that persuasion was in vain."""

    _inherit = "edu.dropout.case"

    child_report_ids = fields.One2many(
        "edu.child.report", "case_id", "Written Reports", readonly=True
    )
    child_report_count = fields.Integer(compute="_compute_child_report_count")

    @api.depends("child_report_ids")
    @api.depends_context("uid")
    def _compute_child_report_count(self):
        counts = {}
        if self.env["edu.child.report"].has_access("read"):
            counts = dict(
                self.env["edu.child.report"]._read_group(
                    [("case_id", "in", self.ids)], ["case_id"], ["__count"]
                )
            )
        for case in self:
            case.child_report_count = counts.get(case, 0)

    def action_report_in_writing(self):
        """School staff: prepare the written report of 未成年人保护法 28 on a child whom persuasion does not
        bring back, or open the one that is being prepared.

        :raise UserError: while nothing was tried yet, or the child is not confirmed
        """
        self.ensure_one()
        self._edu_check_role((*WRITERS, *LEADERS))
        if self.state != "persuading":
            raise UserError(
                self.env._(
                    "%(case)s: a report is due on a child that is confirmed and being persuaded in"
                    " vain (Law on the Protection of Minors, article 28).",
                    case=self.display_name,
                )
            )
        if not self.visit_ids:
            raise UserError(self.env._("No attempt to reach the family is recorded."))
        report = self.env["edu.child.report"]._edu_prepare(self)
        return {
            "type": "ir.actions.act_window",
            "res_model": "edu.child.report",
            "res_id": report.id,
            "views": [(False, "form")],
        }

    def action_view_child_reports(self):
        """Whoever reads the case: its written reports, in the own scope."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "edu_dropout_control.edu_child_report_action"
        )
        return {**action, "domain": [("case_id", "=", self.id)], "context": {}}
