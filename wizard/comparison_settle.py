from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.monitoring.comparison_row import MADE, OUTCOMES


class EduComparisonSettle(models.TransientModel):
    """Work children of a compared list off with one outcome, or take them up again.

    For the bureau and the township, of rows of their own.
    """

    _name = "edu.comparison.settle"
    _description = "Work off children of a list"

    row_ids = fields.Many2many("edu.comparison.row", string="Children", required=True)
    row_count = fields.Integer("How Many", compute="_compute_row_count")
    is_reopening = fields.Boolean()
    outcome = fields.Selection([entry for entry in OUTCOMES if entry[0] != "superseded"])
    evidence = fields.Char(help="What it stands on: which document, its number, its date")
    file = fields.Binary(attachment=False)
    file_name = fields.Char()
    county_id = fields.Many2one("edu.area", compute="_compute_row_count")
    school_id = fields.Many2one(
        "edu.school",
        "School",
        domain="[('county_id', '=', county_id)]",
        ondelete="cascade",
        help="Empty: the school of each child's zone",
    )
    grade = fields.Integer(help="Empty: the grade by age")
    missing_since = fields.Date(default=lambda self: self.env["edu.policy"]._edu_today())
    reason = fields.Char()

    @api.depends("row_ids")
    def _compute_row_count(self):
        for wizard in self:
            wizard.row_count = len(wizard.row_ids)
            wizard.county_id = wizard.row_ids[:1].county_id

    def action_settle(self):
        """Bureau, township: all rows get the outcome, or none."""
        self.ensure_one()
        if not self.outcome:
            raise UserError(self.env._("Choose what came of it."))
        files = []
        if self.file:
            files = self.env["edu.roster.sheet"]._edu_clean_files(
                [{"name": self.file_name, "data": self.file}]
            )
        made = self.outcome in MADE
        self.row_ids._edu_settle(
            self.outcome,
            self.evidence,
            files,
            school=(made and self.school_id) or None,
            grade=(made and self.grade) or None,
            missing_since=self.missing_since,
        )
        self.sudo().unlink()
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def action_reopen(self):
        """Bureau, township: take the rows up again."""
        self.ensure_one()
        self.row_ids._edu_reopen(self.reason)
        return {"type": "ir.actions.client", "tag": "soft_reload"}
