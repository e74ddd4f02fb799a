from odoo import api, models
from odoo.exceptions import AccessError, UserError

FROZEN = {"raw", "datas", "db_datas", "res_model", "res_id", "res_field", "type", "url", "public"}


class IrAttachment(models.Model):
    """Files that hang on a record of ours are read like it. The scan of a paper that somebody signed
    stands with the signature: it is neither replaced nor deleted."""

    _inherit = "ir.attachment"

    def _edu_hang_on(self, record, trusted=False, through=None):
        """Put files behind the rules of ``record``: those that are there already, and the caller's own
        fresh uploads, no others.

        :param record: one, in the environment of whoever hangs them on it
        :param trusted: the server itself chose the files, not a client
        :param through: model of a wizard or record in which the caller may have uploaded them
        :raise AccessError: for a file of another record or person
        """
        for file in self.sudo():
            if (file.res_model, file.res_id) == (record._name, record.id):
                if file.public:
                    file.public = False
                continue
            loose = not file.res_id or (through and file.res_model == through)
            if not trusted and (file.create_uid != record.env.user or not loose):
                raise AccessError(record.env._("This file belongs to another record."))
            file.write({"res_model": record._name, "res_id": record.id, "public": False})

    def write(self, vals):
        if FROZEN & vals.keys():
            self._edu_refuse_signed_paper()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_signed_paper(self):
        self._edu_refuse_signed_paper()

    def _edu_refuse_signed_paper(self):
        if self.ids and self.env["edu.signoff"].sudo().search_count(
            [("paper_id", "in", self.ids)], limit=1
        ):
            raise UserError(
                self.env._("The scan of a paper that was signed stays with the signature.")
            )
