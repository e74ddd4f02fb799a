from odoo import models
from odoo.exceptions import UserError


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    def message_subscribe(self, partner_ids=None, subtype_ids=None):
        """As in mail, but says who cannot follow instead of leaving them out in silence.

        :raise UserError: for somebody who may not read the record
        """
        if (
            partner_ids
            and not self.env.su
            and isinstance(self, self.env.registry["edu.scope.mixin"])
        ):
            readable = self.env["mail.followers"]._edu_readable(self, partner_ids)
            outside = [pid for pid in partner_ids if set(self.ids) - readable[pid]]
            if outside:
                names = self.env["res.partner"].sudo().browse(outside).mapped("name")
                raise UserError(
                    self.env._(
                        "%(people)s may not read this record, so they cannot follow it. A post at"
                        " its place gives that right.",
                        people=", ".join(names),
                    )
                )
        return super().message_subscribe(partner_ids, subtype_ids)
