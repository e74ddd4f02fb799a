from odoo import models


class EduSecretMixin(models.AbstractModel):
    _name = "edu.secret.mixin"
    _description = "Record with secrets"

    def _edu_check_secret(self, field_name, value):
        """Hook."""
