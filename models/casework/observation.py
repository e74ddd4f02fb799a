from odoo import fields, models


class EduObservation(models.Model):
    """Whether a child that came back was in school on a day. Made by
    ``edu.dropout.case.action_check_observation`` only; nobody changes or deletes one."""

    _name = "edu.observation"
    _description = "Observation check"
    _inherit = ["edu.case.place.mixin"]
    _order = "checked_on desc, id desc"
    _rec_name = "checked_on"

    checked_on = fields.Date("Day", required=True)
    present = fields.Boolean("In School")
    note = fields.Char()
