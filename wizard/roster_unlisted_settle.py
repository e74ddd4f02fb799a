from odoo import api, fields, models

from ..models.monitoring.roster_unlisted import AUTOMATIC, OUTCOMES


class EduRosterUnlistedSettle(models.TransientModel):
    """Say why children of the school are not in its registry file. For records administrator, dean
    and bureau, of the own scope; the step itself asks for the post."""

    _name = "edu.roster.unlisted.settle"
    _description = "Work off students not in the registry file"

    entry_ids = fields.Many2many("edu.roster.unlisted", string="Children", required=True)
    entry_count = fields.Integer("How Many", compute="_compute_entry_count")
    outcome = fields.Selection([entry for entry in OUTCOMES if entry[0] not in AUTOMATIC], "Reason")
    other_school = fields.Char("Other School or Place")
    missing_since = fields.Date(default=lambda self: self.env["edu.policy"]._edu_today())
    note = fields.Char("Remark")

    @api.depends("entry_ids")
    def _compute_entry_count(self):
        for wizard in self:
            wizard.entry_count = len(wizard.entry_ids)

    def action_settle(self):
        """Records administrator, dean, bureau: all get the reason, or none. Shows the status changes
        that are to be completed."""
        self.ensure_one()
        changes = self.entry_ids._edu_settle(
            self.outcome, self.note, self.other_school, self.missing_since
        )
        self.sudo().unlink()
        if changes:
            return changes._edu_show()
        return {"type": "ir.actions.client", "tag": "soft_reload"}
