import ast

from odoo import api, models
from odoo.exceptions import UserError

from ...tools import log_filter
from .secret_field import Secret


class IrFilters(models.Model):
    """A favourite is stored in clear and may be shared: none may hold a number of a person."""

    _inherit = "ir.filters"

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._edu_refuse_secret(vals, vals.get("model_id"))
        return super().create(vals_list)

    def write(self, vals):
        for favourite in self:
            self._edu_refuse_secret(vals, vals.get("model_id") or favourite.model_id)
        return super().write(vals)

    @api.model
    def _edu_refuse_secret(self, vals, model_name):
        texts = [
            str(vals[name]) for name in ("name", "domain", "context", "sort") if vals.get(name)
        ]
        if any(map(log_filter.holds_secret, texts)) or self._edu_names_secret(
            model_name, vals.get("domain")
        ):
            raise UserError(
                self.env._(
                    "A search for a confidential number cannot be kept as a favourite. Take that"
                    " condition out, or search without saving."
                )
            )

    @api.model
    def _edu_names_secret(self, model_name, domain):
        """Whether a condition of ``domain`` compares a secret field with a value."""
        if isinstance(domain, str):
            try:
                domain = ast.literal_eval(domain)
            except (SyntaxError, ValueError):
                # computed values: only the names can be judged, and time or user are not numbers
                return False
        for leaf in domain or ():
            if not isinstance(leaf, list | tuple) or len(leaf) != 3:
                continue
            model = self.env.get(model_name)
            for name in str(leaf[0]).split("."):
                field = model._fields.get(name) if model is not None else None
                if isinstance(field, Secret) and leaf[2]:
                    return True
                comodel = field is not None and field.comodel_name
                model = self.env[comodel] if comodel else None
            if isinstance(leaf[2], list | tuple) and self._edu_names_secret(
                model._name if model is not None else None, leaf[2]
            ):
                return True
        return False
