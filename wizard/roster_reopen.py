from odoo import fields, models


class EduRosterReopen(models.TransientModel):
    """Asks the records administrator why a signed sheet or a closed check is opened again."""

    _name = "edu.roster.reopen"
    _description = "Reopen a sheet or a roster check"

    check_id = fields.Many2one("edu.roster.check", ondelete="cascade")
    sheet_id = fields.Many2one("edu.roster.sheet", ondelete="cascade")
    reason = fields.Text(required=True)

    def _edu_action(self, record):
        field = "sheet_id" if record._name == "edu.roster.sheet" else "check_id"
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Reopen: %(record)s", record=record.display_name),
            "res_model": self._name,
            "views": [(False, "form")],
            "target": "new",
            "context": {f"default_{field}": record.id},
        }

    def action_reopen(self):
        """Records administrator of the school."""
        self.ensure_one()
        record = self.sheet_id or self.check_id
        record._edu_check_role(("records_admin",))
        record._edu_reopen(self.reason)
        return {"type": "ir.actions.client", "tag": "soft_reload"}
