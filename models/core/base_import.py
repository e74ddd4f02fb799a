from odoo import api, models


class BaseImport(models.TransientModel):
    """Core's Import keeps the file it is given, in clear: it takes none for a model with secrets."""

    _inherit = "base_import.import"

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._edu_refuse_model(vals.get("res_model"))
        return super().create(vals_list)

    def write(self, vals):
        for record in self:
            self._edu_refuse_model(vals.get("res_model") or record.res_model)
        return super().write(vals)

    @api.model
    def _edu_refuse_model(self, model_name):
        if model_name in self.env and not self.env.su:
            self.env[model_name]._edu_refuse_import([])
