from odoo import models


class MailFollowers(models.Model):
    """A follower is told what happens on a record, whatever the record rules say later. On records
    with a place, only people who may read them follow, however they came to be added."""

    _inherit = "mail.followers"

    def _insert_followers(self, res_model, res_ids, partner_ids, *args, **kwargs):
        records = self.env[res_model].browse(res_ids)
        if not isinstance(records, self.env.registry["edu.scope.mixin"]):
            return super()._insert_followers(res_model, res_ids, partner_ids, *args, **kwargs)
        by_readers = {}
        readable = self._edu_readable(records, partner_ids)
        for record in records:
            readers = tuple(pid for pid in partner_ids if record.id in readable[pid])
            by_readers.setdefault(readers, []).append(record.id)
        for readers, ids in by_readers.items():
            if readers:
                super()._insert_followers(res_model, ids, list(readers), *args, **kwargs)

    def _edu_readable(self, records, partner_ids):
        """{partner id: ids of ``records`` that one of the partner's users may read}"""
        result = {}
        for partner in self.env["res.partner"].sudo().browse(partner_ids):
            readable = records.browse()
            for user in partner.user_ids.filtered(lambda user: user.active and not user.share):
                readable |= records.with_user(user)._filtered_access("read").with_env(records.env)
            result[partner.id] = set(readable.ids)
        return result
