from odoo import api, models
from odoo.exceptions import UserError

from .secret_field import Secret, SecretColumn


class IrDefault(models.Model):
    """A default value is stored in clear: none for a confidential field."""

    _inherit = "ir.default"

    @api.model_create_multi
    def create(self, vals_list):
        defaults = super().create(vals_list)
        defaults._edu_refuse_secret()
        return defaults

    def write(self, vals):
        result = super().write(vals)
        self._edu_refuse_secret()
        return result

    def _edu_refuse_secret(self):
        for default in self:
            field = default.field_id
            model = self.env.get(field.model)
            if model is not None and isinstance(
                model._fields.get(field.name), Secret | SecretColumn
            ):
                raise UserError(self.env._("Confidential fields cannot have a default value."))
