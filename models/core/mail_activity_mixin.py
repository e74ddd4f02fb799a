from markupsafe import escape

from odoo import models

TO_DO = "mail.mail_activity_data_todo"


class MailActivityMixin(models.AbstractModel):
    """Asking people. Whoever is asked does not become a follower: a post may end, a follower stays."""

    _inherit = "mail.activity.mixin"

    def _edu_to_do(self, people, deadline, summary="", note="", kind=TO_DO):
        """A to-do on this record for each of ``people``, without a message about it.

        :param people: users
        :param deadline: date
        :param summary: as its kind says when empty
        :param note: plain text
        :param kind: external id of the activity type
        """
        self.ensure_one()
        followers = self.message_partner_ids
        for person in people:
            self.with_context(mail_activity_quick_update=True).activity_schedule(
                kind, deadline, summary, escape(note), user_id=person.id
            )
        self.message_unsubscribe((self.message_partner_ids - followers).ids)
