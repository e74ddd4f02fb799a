from odoo.tests import TransactionCase, tagged
from odoo.tools import sql

from ...models.core.copied_field import CopiedMany2one


@tagged("post_install", "-at_install")
class TestCopiedField(TransactionCase):
    """Copies of a place have an index and no foreign key."""

    def copies(self):
        for model in self.env.registry.values():
            if model._name.startswith("edu.") and model._auto and not model._abstract:
                for field in model._fields.values():
                    if isinstance(field, CopiedMany2one) and field.store:
                        yield self.env[model._name], field

    def keys(self, model, field):
        table = self.env[field.comodel_name]._table
        return [
            name
            for ondelete in ("set null", "restrict", "cascade")
            for name in sql.get_foreign_keys(
                self.env.cr, model._table, field.name, table, "id", ondelete
            )
        ]

    def test_none_has_a_foreign_key(self):
        copies = list(self.copies())
        self.assertGreater(len(copies), 10)
        for model, field in copies:
            with self.subTest(field=field):
                self.assertEqual(self.keys(model, field), [])

    def test_one_of_an_earlier_version_goes(self):
        model, field = self.env["edu.guardian"], self.env["edu.guardian"]._fields["school_id"]
        self.env.flush_all()
        sql.add_foreign_key(self.env.cr, model._table, field.name, "edu_school", "id", "restrict")
        self.assertTrue(self.keys(model, field))
        field.update_db_foreign_key(
            model, sql.table_columns(self.env.cr, model._table)["school_id"]
        )
        self.assertEqual(self.keys(model, field), [])
