from odoo import models
from odoo.exceptions import AccessError


class IrAttachment(models.Model):
    """Files that hang on a record of ours are read like it."""

    _inherit = "ir.attachment"

    def _edu_hang_on(self, record, trusted=False):
        """Put files behind the rules of ``record``: those that are there already, and the caller's own
        fresh uploads, no others.

        :param record: one, in the environment of whoever hangs them on it
        :param trusted: the server itself chose the files, not a client
        :raise AccessError: for a file of another record or person
        """
        for file in self.sudo():
            if (file.res_model, file.res_id) == (record._name, record.id):
                continue
            if not trusted and (file.create_uid != record.env.user or file.res_id):
                raise AccessError(record.env._("This file belongs to another record."))
            file.write({"res_model": record._name, "res_id": record.id, "public": False})
