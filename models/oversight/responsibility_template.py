import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError

KINDS = [
    ("school_class", "School with class teacher"),
    ("township_village", "Township with village"),
    ("bureau_school", "Bureau with school"),
]
#: what a wording may leave to be filled in, and what stands there
PLACEHOLDERS = ("year", "county", "township", "village", "school", "class", "issuer", "person")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


class EduResponsibilityTemplate(models.Model):
    """The wording of a letter of responsibility (目标责任书). The bureau and the county administrator
    edit it; letters that were prepared keep theirs."""

    _name = "edu.responsibility.template"
    _description = "Wording of Letters of Responsibility"
    _order = "kind, sequence, id"

    name = fields.Char("Title", required=True)
    kind = fields.Selection(KINDS, required=True, index=True)
    sequence = fields.Integer(default=10)
    body = fields.Text(
        "Wording",
        required=True,
        help="A paragraph a line. Filled in: {year}, {county}, {township}, {village}, {school},"
        " {class}, {issuer}, {person}",
    )
    active = fields.Boolean(default=True)

    @api.constrains("body")
    def _check_body(self):
        for template in self:
            unknown = set(_PLACEHOLDER.findall(template.body)) - set(PLACEHOLDERS)
            if unknown:
                raise ValidationError(
                    self.env._(
                        "Nothing fills in %(unknown)s. Known are: %(known)s.",
                        unknown=", ".join(f"{{{name}}}" for name in sorted(unknown)),
                        known=", ".join(f"{{{name}}}" for name in PLACEHOLDERS),
                    )
                )

    def _edu_fill(self, values):
        """The wording with ``values`` ({placeholder: text}) filled in; what is missing is left to be
        written by hand."""
        self.ensure_one()
        return _PLACEHOLDER.sub(lambda found: values.get(found[1]) or "＿＿＿＿＿＿", self.body)
