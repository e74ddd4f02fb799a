from odoo import fields, models

from ..models.core.secret_field import Secret


class EduRegistryNumber(models.TransientModel):
    """The registry has given a child its number. For records administrator and dean."""

    _name = "edu.registry.number"
    _description = "Enter a national student number"
    _inherit = ["edu.secret.mixin"]

    student_id = fields.Many2one("edu.student", required=True, ondelete="cascade")
    national_no = Secret("National Student Number", kind="student_no")

    def _edu_check_secret(self, field_name, value, vals):
        """The same checks as on the child itself."""
        result = super()._edu_check_secret(field_name, value, vals)
        self.env["edu.student"]._edu_check_secret("national_no", value, vals)
        return result

    def action_receive(self):
        """Records administrator or dean of the child's school."""
        self.ensure_one()
        self.student_id._edu_check_role(("records_admin", "dean"))
        self.student_id._edu_registry_receive(self._edu_secret_clear("national_no")[self.id])
        self.sudo().unlink()
        return {"type": "ir.actions.client", "tag": "soft_reload"}
