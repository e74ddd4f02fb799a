from odoo import fields


class CopiedMany2one(fields.Many2one):
    """A many2one whose value is a copy of what a record it belongs to points to (the school of a
    line is the school of its check), kept as an own column for record rules and indexes.

    The original has the foreign key. The copy has none: on tables that are filled by the hundred
    thousand, PostgreSQL would ask once a row and column for what is known already. The ORM sees to
    copies that are stored computes; others never change.
    """

    def update_db_foreign_key(self, model, column):
        return
