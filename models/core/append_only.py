from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL, sql

FUNCTION = "edu_append_only"


def protect(env, table, when="TRUE"):
    """Have the database refuse to change, delete or truncate rows of ``table``.

    :param when: SQL over OLD: which rows (those that are finished)
    """
    env.execute_query(
        SQL(
            """
            CREATE OR REPLACE FUNCTION %s() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                RAISE EXCEPTION USING
                    MESSAGE = TG_TABLE_NAME || ' is append-only: ' || TG_OP || ' refused';
            END $$
            """,
            SQL.identifier(FUNCTION),
        )
    )
    for name, event, level, condition in (
        ("edu_append_only_row", "UPDATE OR DELETE", "ROW", SQL("WHEN (%s)", SQL(when))),
        ("edu_append_only_table", "TRUNCATE", "STATEMENT", SQL()),
    ):
        env.execute_query(
            SQL(
                """
                DROP TRIGGER IF EXISTS %(name)s ON %(table)s;
                CREATE TRIGGER %(name)s BEFORE %(event)s ON %(table)s
                    FOR EACH %(level)s %(condition)s EXECUTE FUNCTION %(function)s();
                ALTER TABLE %(table)s ENABLE ALWAYS TRIGGER %(name)s
                """,
                name=SQL.identifier(name),
                table=SQL.identifier(table),
                event=SQL(event),
                level=SQL(level),
                condition=condition,
                function=SQL.identifier(FUNCTION),
            )
        )


class EduAppendOnlyMixin(models.AbstractModel):
    """Rows that are written once and never again: no role, no superuser and no SQL changes them.

    A model that inherits it also sets ``_log_access = False`` with a person and a time of its own,
    has no stored computes, and only ``ondelete="restrict"`` keys. A column that it gains later is
    nullable without default; otherwise a pre-migration calls ``_edu_drop_append_only`` and ``init``
    restores the triggers. The table's owner can still drop them: where that matters the rows are
    chained by hashes besides.
    """

    _name = "edu.append.only.mixin"
    _description = "Rows that are only ever added"

    def init(self):
        super().init()
        if self._abstract or not self._auto or not sql.table_exists(self.env.cr, self._table):
            return
        protect(self.env, self._table)

    def write(self, vals):  # pylint: disable=method-required-super
        raise UserError(
            self.env._(
                "“%(name)s” is kept as it was written: it cannot be changed.",
                name=self._edu_model_label(),
            )
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_append_only(self):
        raise UserError(
            self.env._(
                "“%(name)s” is kept as it was written: it cannot be deleted.",
                name=self._edu_model_label(),
            )
        )

    @api.model
    def _edu_model_label(self):
        return self.env["ir.model"]._get(self._name).name or self._description

    @api.model
    def _edu_drop_append_only(self):
        """Drop the function and, with it, every trigger. For the uninstall hook and for
        pre-migrations only."""
        self.env.execute_query(
            SQL("DROP FUNCTION IF EXISTS %s() CASCADE", SQL.identifier(FUNCTION))
        )
