from odoo import fields, models


class EduDutyStep(models.Model):
    """Whom a duty that is late was passed on to, along its chain, and when; once a step.

    Written by the nightly escalation only; read by whoever reads the duty.
    """

    _name = "edu.duty.step"
    _description = "Step of an escalation"
    _order = "duty_id, position"

    duty_id = fields.Many2one("edu.duty", required=True, readonly=True, ondelete="cascade")
    position = fields.Integer("Step of the Chain", required=True, readonly=True)
    user_id = fields.Many2one(
        "res.users", "Passed On To", required=True, readonly=True, index=True, ondelete="restrict"
    )
    reached_on = fields.Date("On", required=True, readonly=True)

    _step_uniq = models.UniqueIndex("(duty_id, position)")
