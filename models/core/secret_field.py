from odoo import fields


class Secret(fields.Char):
    """Placeholder until the real one lands."""

    def __init__(self, string=fields.Char.string, kind=None, unique=False, **kwargs):
        super().__init__(string=string, store=False, **kwargs)
