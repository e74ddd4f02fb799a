from odoo import api, models
from odoo.exceptions import UserError

from .secret_field import Secret

CHATTER = ("message_", "activity_", "my_activity_", "website_message_")


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

    # What is not typed in

    @api.model
    def _edu_set_by_server(self):
        """Names of the fields that only the server's own code sets: stored and shown read-only."""
        return {name for name, field in self._fields.items() if field.store and field.readonly}

    @api.model
    def _edu_refused(self, names):
        """The label of the first of ``names``, which a person must not type; None when there is none.
        Fields of the chatter are everybody's. Each model says itself from what the field follows."""
        names = sorted(name for name in names if not name.startswith(CHATTER))
        if not names:
            return None
        field = self._fields.get(names[0])
        return field._description_string(self.env) if field else names[0]
