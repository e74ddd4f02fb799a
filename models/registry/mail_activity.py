from odoo import api, fields, models
from odoo.exceptions import UserError

from .duty import is_duties

# What of a duty's to-do follows the duty; a note may be added by whoever has it
FOLLOWS = frozenset(
    "active activity_type_id date_deadline date_done edu_duty_id edu_duty_step res_id res_model"
    " res_model_id user_id".split()
)


class MailActivity(models.Model):
    """The to-do of a duty stands and falls with the duty: whoever has it cannot put it off, pass it on
    or take it away."""

    _inherit = "mail.activity"

    edu_duty_id = fields.Many2one(
        "edu.duty",
        "Duty",
        readonly=True,
        ondelete="cascade",
        copy=False,
        export_string_translation=False,
    )
    edu_duty_step = fields.Integer(
        "Step of the Duty", readonly=True, copy=False, export_string_translation=False
    )

    _edu_duty_uniq = models.UniqueIndex(
        "(edu_duty_id, edu_duty_step) WHERE active AND edu_duty_id IS NOT NULL",
        "A duty has one to-do.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        if not is_duties(self):
            vals_list = [
                {name: value for name, value in vals.items() if not name.startswith("edu_duty_")}
                for vals in vals_list
            ]
        return super().create(vals_list)

    def write(self, vals):
        if FOLLOWS & vals.keys():
            self._edu_refuse_duties()
        if "edu_duty_id" in vals and not is_duties(self):
            raise UserError(self.env._("To-dos of duties are made by the system."))
        return super().write(vals)

    def unlink(self):
        self._edu_refuse_duties()
        return super().unlink()

    def _edu_refuse_duties(self):
        if is_duties(self):
            return
        duty = self.sudo().edu_duty_id[:1]
        if duty:
            raise UserError(
                self.env._(
                    "“%(duty)s” is a duty: its to-do goes away by itself once it is done, and cannot"
                    " be put off, passed on or taken away. Open the record and do what is due there.",
                    duty=duty.kind_id.name,
                )
            )
