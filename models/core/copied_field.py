from odoo import fields
from odoo.tools import sql

_ON_DELETE = ("set null", "restrict", "cascade")


class CopiedMany2one(fields.Many2one):
    """A many2one whose value is a copy of what a record it belongs to points to (the school of a
    line is the school of its check), kept as an own column for record rules and indexes.

    The original has the foreign key. The copy has none: on tables that are filled by the hundred
    thousand, PostgreSQL would ask once a row and column for what is known already. The ORM sees to
    copies that are stored computes; others never change. Where there is no original (the child of a
    line of a roster check, or who marked it), the model pointed to refuses the deletion itself.
    """

    def update_db_foreign_key(self, model, column):
        """None is made; one that an earlier version of the add-on made is dropped."""
        cr, comodel = model.env.cr, model.env[self.comodel_name]
        for ondelete in _ON_DELETE:
            for name in sql.get_foreign_keys(
                cr, model._table, self.name, comodel._table, "id", ondelete
            ):
                sql.drop_constraint(cr, model._table, name)
