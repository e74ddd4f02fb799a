"""What an import remembers from batch to batch, however long the file: which numbers came where, and
which children it has found.

Kept in a table, parts of digests and hashes only, so that neither memory grows with the file nor a
number stays anywhere: in a temporary one of the transaction, or, for an import that commits batch by
batch and goes on after a break, in that of ``edu.roster.import.memo``.
"""

from hashlib import blake2b

from odoo.tools import SQL

TEMPORARY = "edu_roster_memo"


def array_text(values):
    """An array of keys, digests or numbers as one literal: quicker than an ARRAY[…] of thousands. Not
    for texts of a file, which would have to be quoted."""
    return f"{{{','.join(['NULL' if value is None else str(value) for value in values])}}}"


class RosterMemory:
    """One object an import; a later one in the same transaction begins anew.

    :param import_id: of an import that goes on from where it stands; None for one in a transaction
    """

    def __init__(self, env, import_id=None):
        self.env = env
        self.import_id = import_id or 0
        self.table = SQL.identifier("edu_roster_import_memo" if import_id else TEMPORARY)
        self.begun = bool(import_id)

    def _begin(self):
        if not self.begun:
            self.env.cr.execute(SQL("DROP TABLE IF EXISTS pg_temp.%s", self.table))
            self.env.cr.execute(
                SQL(
                    """CREATE TEMPORARY TABLE %s (
                           import_id int, key text, sheet text, number int, told int, student int,
                           PRIMARY KEY (import_id, key)
                       ) ON COMMIT DROP""",
                    self.table,
                )
            )
            self.begun = True

    @staticmethod
    def number(which, digest):
        """A short name of a number; its digest needs no hashing, and a part of it will do."""
        return f"{which[0]}{str(digest)[-20:]}"

    @staticmethod
    def key(*parts):
        """A short name for what is remembered."""
        text = "\0".join([f"{part}" for part in parts])
        return blake2b(text.encode(), digest_size=12).hexdigest()

    def first(self, places):
        """Remember places of this batch, and tell which keys an earlier batch has had. Looked up one
        by one (LATERAL … LIMIT): the table grows with the file, and nothing tells PostgreSQL how much.

        :param places: {key: (sheet, row, which numbers it has)}
        :return: {key: the same of the earlier place}
        """
        if not places:
            return {}
        self._begin()
        sheets = {}
        for sheet, _number, _told in places.values():
            sheets.setdefault(sheet, len(sheets) + 1)
        found = self.env.execute_query(
            SQL(
                """WITH given AS (
                       SELECT key, (%(sheets)s::text[])[at] AS sheet, number, told
                         FROM unnest(%(keys)s::text[], %(at)s::int[],
                                     %(numbers)s::int[], %(told)s::int[])
                           AS given(key, at, number, told)),
                   added AS (
                       INSERT INTO %(table)s (import_id, key, sheet, number, told)
                       SELECT %(id)s, * FROM given ON CONFLICT DO NOTHING)
                   SELECT given.key, memo.sheet, memo.number, memo.told
                     FROM given CROSS JOIN LATERAL (
                          SELECT sheet, number, told FROM %(table)s
                           WHERE import_id = %(id)s AND key = given.key LIMIT 1) memo""",
                table=self.table,
                id=self.import_id,
                keys=array_text(places),
                sheets=list(sheets),
                at=array_text(sheets[place[0]] for place in places.values()),
                numbers=array_text(place[1] for place in places.values()),
                told=array_text(place[2] for place in places.values()),
            )
        )
        return {key: (sheet or "", number, told) for key, sheet, number, told in found}

    def match(self, student_ids):
        """Remember children that rows are about."""
        ids = list({id_ for id_ in student_ids if id_})
        if ids:
            self._begin()
            self.env.cr.execute(
                SQL(
                    """INSERT INTO %s (import_id, key, student)
                       SELECT %s, 'child ' || id, id FROM unnest(%s::int[]) AS id
                       ON CONFLICT DO NOTHING""",
                    self.table,
                    self.import_id,
                    array_text(ids),
                )
            )

    def not_matched(self, query):
        """Ids of ``query`` (ids of children) that no row was about. What a row said of an entry that
        was merged meanwhile is said of the child that was kept."""
        self._begin()
        rows = self.env.execute_query(
            SQL(
                """%s EXCEPT SELECT COALESCE(child.merged_into_id, child.id)
                     FROM %s memo JOIN edu_student child ON child.id = memo.student
                    WHERE memo.import_id = %s ORDER BY 1""",
                query.select(),
                self.table,
                self.import_id,
            )
        )
        return [row[0] for row in rows]

    def forget(self):
        """The import is through, or begins anew."""
        self.env.cr.execute(SQL("DELETE FROM %s WHERE import_id = %s", self.table, self.import_id))
