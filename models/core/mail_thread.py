from odoo import models
from odoo.exceptions import UserError


class MailThread(models.AbstractModel):
    """What is said on a record with a place reaches only people who may read the record: as
    followers, as people named in a message, and by e-mail (design, section 6)."""

    _inherit = "mail.thread"

    def message_subscribe(self, partner_ids=None, subtype_ids=None):
        """As in mail, but says who cannot follow instead of leaving them out in silence.

        :raise UserError: for somebody who may not read the record
        """
        if partner_ids and not self.env.su:
            self._edu_refuse_outsiders(partner_ids)
        return super().message_subscribe(partner_ids, subtype_ids)

    def message_post(self, *, partner_ids=None, outgoing_email_to=False, **kwargs):
        """As in mail.

        :raise UserError: when somebody is addressed who may not read the record, or a bare e-mail
            address
        """
        if not self.env.su and self._edu_has_place():
            if outgoing_email_to:
                raise UserError(
                    self.env._(
                        "Messages on this record go to people with a log-in who may read it, not"
                        " to e-mail addresses."
                    )
                )
            self._edu_refuse_outsiders(partner_ids or [])
        return super().message_post(
            partner_ids=partner_ids, outgoing_email_to=outgoing_email_to, **kwargs
        )

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        """Without those who may not read the record, however they came to be addressed."""
        recipients = super()._notify_get_recipients(message, msg_vals=msg_vals, **kwargs)
        if not recipients or not self._edu_has_place():
            return recipients
        ids = [recipient["id"] for recipient in recipients]
        readable = self.env["mail.followers"]._edu_readable(self, ids)
        return [each for each in recipients if set(self.ids) <= readable[each["id"]]]

    def _edu_has_place(self):
        return bool(self.ids) and isinstance(self, self.env.registry["edu.scope.mixin"])

    def _edu_refuse_outsiders(self, partner_ids):
        if not partner_ids or not self._edu_has_place():
            return
        readable = self.env["mail.followers"]._edu_readable(self, partner_ids)
        outside = [pid for pid in partner_ids if set(self.ids) - readable[pid]]
        if outside:
            names = self.env["res.partner"].sudo().browse(outside).mapped("name")
            raise UserError(
                self.env._(
                    "%(people)s may not read this record, so they are not told of it. A post at"
                    " its place gives that right.",
                    people=", ".join(names),
                )
            )
