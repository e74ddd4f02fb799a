"""Rows of one model written as a set: COPY into a temporary table, then INSERT … SELECT or
UPDATE … FROM.

For work of thousands of rows whose values are known and checked: create, write and their overrides
are passed by, so whoever uses it answers for constraints that PostgreSQL does not know, and says which
stored computed fields it fills itself. Access rights and record rules are asked as ever, the rules in
one query a set. The temporary tables hold what the model's own table holds (of a secret mask, digest
and cipher, never the clear value) and are gone with the transaction.
"""

import io
import re
from itertools import chain

from odoo.fields import Domain
from odoo.tools import SQL

from .secret_field import Secret

_PARTS = ("_masked", "_digest", "_cipher")  # columns of a secret
_NULL = "\x02"  # no text that was cleaned holds it
_SPECIAL = re.compile(r"[\\\t\n\r\x02]")
_ESCAPES = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", _NULL: "\\x02"}
_SPECIAL_IN_LINE = re.compile(r"[\\\n\r]")


def _plain(value):
    """A value as PostgreSQL's COPY reads it, but for what has to be escaped."""
    if value is None:
        return _NULL
    if value is True:
        return "t"
    if value is False:
        return "f"
    if isinstance(value, (list, tuple)):  # of plain names: no quoting needed
        return "{" + ",".join(value) + "}"
    return str(value)


def _line(row):
    line = "\t".join(
        [
            value if type(value) is str else _NULL if value is None else _plain(value)
            for value in row
        ]
    )
    if (
        _SPECIAL_IN_LINE.search(line)
        or line.count("\t") != len(row) - 1
        or line.count(_NULL) != row.count(None)
    ):
        return "\t".join(
            _NULL
            if value is None
            else _SPECIAL.sub(lambda match: _ESCAPES[match.group()], _plain(value))
            for value in row
        )
    return line


def copy_rows(cr, table, columns, rows):
    """COPY ``rows`` (tuples of plain values) into a temporary table.

    :param table, columns: names from the code, never from a user
    """
    text = "".join(f"{_line(row)}\n" for row in rows)
    cr.execute("SELECT 1")  # the cursor of tests opens its savepoint here, not for a COPY
    names = ", ".join(f'"{name}"' for name in columns)
    cr.copy_expert(
        f"COPY \"{table}\" ({names}) FROM STDIN WITH (NULL E'\\x02')", io.BytesIO(text.encode())
    )


class SetWriter:
    """Creates and changes rows of one model within the rights of the model's environment.

    :param model: an empty recordset of the model; whose environment it has writes
    :param own: names of stored computed fields that the given values bring along, or ``follow`` fills;
        every other one is left to the ORM
    :param follow: {column: SQL} told from the ``source`` at the insertion
    :param source: SQL that joins to the staged row ``new``, for ``follow``
    :param digest: what takes the digests of secrets, where they are known already
    """

    def __init__(self, model, own=(), follow=None, source=None, digest=None):
        self.model = model
        self.env = model.env
        self.own = frozenset(own)
        self.follow = follow or {}
        self.source = source or SQL()
        self.table = model._table
        self.staged = f"edu_staged_{model._table}"
        self.secrets = model._edu_secret_fields() if hasattr(model, "_edu_secret_fields") else {}
        self.keyring = self.secrets and model._edu_keyring()
        self.digest = digest
        self.allowed = {
            name: frozenset(field.get_values(model.env))
            for name, field in model._fields.items()
            if field.type == "selection" and field.store
        }
        self.booleans = {name for name, field in model._fields.items() if field.type == "boolean"}
        self._defaults = None

    # -- values -----------------------------------------------------------------------------------

    def _columns_of(self, name):
        """Names of the columns of a field."""
        return [f"{name}{part}" for part in _PARTS] if name in self.secrets else [name]

    def _table(self, vals_list, defaults=None):
        """{column: [value of each record]} of a {field: value} each; ``defaults`` where nothing is said."""
        defaults, count = defaults or {}, len(vals_list)
        table = {name: [value] * count for name, value in defaults.items()}
        for name in dict.fromkeys(chain.from_iterable(vals_list)):
            default = defaults.get(name)
            values = [vals.get(name, default) for vals in vals_list]
            if name in self.secrets:
                sealed = zip(*[self._sealed(name, value) for value in values], strict=True)
                table.update(zip(self._columns_of(name), sealed, strict=True))
                continue
            if name not in self.booleans:
                values = [None if value is False else value for value in values]
            if name in self.allowed and not self.allowed[name].issuperset({*values} - {None}):
                raise ValueError(f"Wrong value for {self.model._fields[name]}")
            table[name] = values
        return table

    def _sealed(self, name, value):
        if not value:
            return (None,) * len(_PARTS)
        kind, model = self.secrets[name].kind, self.model._name
        parts = self.keyring.seal(kind, model, name, value, self.digest)
        return parts if parts[0] else (None,) * len(_PARTS)

    @property
    def defaults(self):
        """{column: value} of what a new record has where nothing is said."""
        if self._defaults is None:
            vals = self.model._add_missing_default_values({})
            self._defaults = {
                name: values[0]
                for name, values in self._table([vals]).items()
                if self.model._fields[name].column_type
                and not isinstance(self.model._fields[name], Secret)
            }
        return self._defaults

    # -- rights -----------------------------------------------------------------------------------

    def outside(self, ids, operation):
        """Those of ``ids`` that the record rules keep the caller from; one query.

        :raise AccessError: when the caller may do ``operation`` with no record of the model at all
        """
        self.model.browse().check_access(operation)
        domain = self.env["ir.rule"]._compute_domain(self.model._name, operation)
        if not ids or not domain or Domain(domain).is_true():
            return []
        model = self.model.sudo().with_context(active_test=False)
        inside = set(model._search(Domain("id", "in", list(ids)) & domain).get_result_ids())
        return [id_ for id_ in ids if id_ not in inside]

    def check(self, ids, operation):
        """Raise AccessError unless the caller may do ``operation`` with all of ``ids``."""
        outside = self.outside(ids, operation)
        if outside:
            raise self.env["ir.rule"]._make_access_error(operation, self.model.browse(outside))

    # -- writing ----------------------------------------------------------------------------------

    def _stage(self, columns, rows):
        """Put rows into this transaction's temporary table of the model."""
        cr = self.env.cr
        cr.execute(SQL("SELECT to_regclass(%s)", f"pg_temp.{self.staged}"))
        staged = SQL.identifier(self.staged)
        if cr.fetchone()[0]:
            cr.execute(SQL("TRUNCATE %s", staged))
        else:
            cr.execute(
                SQL(
                    """CREATE TEMPORARY TABLE %s ON COMMIT DROP AS
                       SELECT *, NULL::text[] AS edu_columns FROM %s WITH NO DATA""",
                    staged,
                    SQL.identifier(self.table),
                )
            )
        copy_rows(cr, self.staged, columns, rows)

    def insert(self, vals_list):
        """Create one record for each {field: value}, secrets in clear.

        :return: their ids, in order
        :raise AccessError: when one of them would lie outside the caller's scope
        """
        if not vals_list:
            return []
        self.model.browse().check_access("create")
        cr = self.env.cr
        table = self._table(vals_list, self.defaults)
        names = list(table)
        cr.execute(
            SQL(
                "SELECT nextval(%s) FROM generate_series(1, %s)",
                f"{self.table}_id_seq",
                len(vals_list),
            )
        )
        ids = [row[0] for row in cr.fetchall()]
        self._stage(["id", *names], zip(ids, *table.values(), strict=True))
        log = SQL("%s, %s, %s, %s", self.env.uid, cr.now(), self.env.uid, cr.now())
        cr.execute(
            SQL(
                """INSERT INTO %(table)s
                          (%(columns)s, create_uid, create_date, write_uid, write_date)
                   SELECT %(values)s, %(log)s FROM %(staged)s AS new %(source)s ORDER BY new.id""",
                table=SQL.identifier(self.table),
                columns=SQL(", ").join(map(SQL.identifier, ["id", *names, *self.follow])),
                values=SQL(", ").join(
                    [
                        *(SQL.identifier("new", name) for name in ("id", *names)),
                        *self.follow.values(),
                    ]
                ),
                log=log,
                staged=SQL.identifier(self.staged),
                source=self.source,
            )
        )
        records = self.model.browse(ids)
        self.model.invalidate_model(flush=False)
        records.modified(self.model._fields, create=True)
        self._filled(records)
        self.check(ids, "create")
        return ids

    def update(self, changes):
        """Change records.

        :param changes: {id: {field: value}}, secrets in clear
        :raise AccessError: when one of them lies outside the caller's scope, before or afterwards
        """
        changes = {id_: vals for id_, vals in changes.items() if vals}
        if not changes:
            return
        ids = list(changes)
        self.check(ids, "write")
        cr, records = self.env.cr, self.model.browse(ids)
        changed = list(dict.fromkeys(name for vals in changes.values() for name in vals))
        relations = [name for name in changed if self.model._fields[name].relational]
        records.modified(relations, before=True)
        table, columns = self._table(list(changes.values())), self._columns_of
        names = list(table)
        given = [[part for name in vals for part in columns(name)] for vals in changes.values()]
        self._stage(["id", "edu_columns", *names], zip(ids, given, *table.values(), strict=True))
        cr.execute(
            SQL(
                """UPDATE %(table)s AS old SET %(values)s, write_uid = %(uid)s, write_date = %(now)s
                     FROM %(staged)s AS new WHERE new.id = old.id""",
                table=SQL.identifier(self.table),
                values=SQL(", ").join(
                    SQL(
                        "%s = CASE WHEN %s = ANY(new.edu_columns) THEN %s ELSE %s END",
                        SQL.identifier(name),
                        name,
                        SQL.identifier("new", name),
                        SQL.identifier("old", name),
                    )
                    for name in names
                ),
                uid=self.env.uid,
                now=cr.now(),
                staged=SQL.identifier(self.staged),
            )
        )
        records.invalidate_recordset(flush=False)
        records.modified(changed)
        self._filled(records)
        self.check(ids, "write")

    def _filled(self, records):
        """Nothing is left to compute of what was brought along."""
        for name in (*self.own, *self.follow):
            self.env.remove_to_compute(self.model._fields[name], records)
