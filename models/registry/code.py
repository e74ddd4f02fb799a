from odoo import api, fields, models


class EduCode(models.Model):
    """One entry of one of the code lists (domain, section 4); a county adds its own.

    Everybody with a post reads; the county administrator and the bureau write.
    """

    _name = "edu.code"
    _description = "Code list entry"
    _order = "kind, sequence, code"

    kind = fields.Selection(
        [
            ("cause", "Cause of dropout"),
            ("whereabouts", "Whereabouts"),
            ("not_dropout", "Not a dropout because"),
            ("special_group", "Special group"),
            ("disability", "Disability"),
            ("relation", "Relation to the child"),
            ("measure", "Kind of help"),
            ("subject", "Subject"),
            ("family_change", "Family change"),
        ],
        string="List",
        required=True,
        index=True,
    )
    code = fields.Char(required=True)
    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    needs_evidence = fields.Boolean("Evidence Required")
    needs_expiry = fields.Boolean("Valid Until Required")
    help_first = fields.Boolean(
        "Help First",
        help="A cause that calls for help; no notice is issued while it stands.",
    )
    restricted = fields.Boolean("Restricted", help="Sensitive: shown to the bureau only.")
    is_poor = fields.Boolean(
        "Poor Household", help="A group that the poverty list names, and that aid is owed to"
    )
    mandatory_report = fields.Boolean(
        "Mandatory Report", help="Must be reported at once, whatever the ladder says."
    )

    _code_uniq = models.Constraint("UNIQUE(kind, code)", "This code stands in the list already.")

    @api.depends("name")
    def _compute_display_name(self):
        for entry in self:
            entry.display_name = entry.name
