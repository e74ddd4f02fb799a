from odoo import api, models
from odoo.exceptions import UserError

from .secret_field import Secret


class Base(models.AbstractModel):
    _inherit = "base"

    @api.model
    def load(self, fields, data):
        """Core's Import keeps the uploaded file and its values in clear: refused where a column is
        confidential, or the model has such columns. Data files of modules load as superuser."""
        if not self.env.su:
            self._edu_refuse_import(fields)
        return super().load(fields, data)

    @api.model
    def _edu_refuse_import(self, columns):
        """Raise UserError when importing ``columns`` into this model would touch a secret."""
        if self._edu_imports_secret(columns):
            raise UserError(
                self.env._(
                    "Records with confidential numbers are not imported here, because the file would"
                    " stay on the server in clear. Use the import of Dropout Control: it takes the"
                    " same files and keeps them sealed."
                )
            )

    @api.model
    def _edu_imports_secret(self, columns):
        def holds(model):
            return any(isinstance(field, Secret) for field in model._fields.values())

        if holds(self):
            return True
        for column in columns:
            model = self
            for name in str(column or "").split("/"):
                field = model._fields.get(name)
                if field is None or field.type != "one2many":
                    break
                model = self.env[field.comodel_name]
                if holds(model):
                    return True
        return False
