"""Which child of the registry each row of a list from outside is: in SQL, a set at a time.

Called by ``edu.comparison``. Reads the county's children past the caller's rights, since a child whom
the caller may not see is no child that never enrolled; what it tells of one is where it stands.
"""

from odoo.tools import SQL

from ..core.set_writer import copy_rows

#: columns of a list's row as it is staged, before it is known which row of the table it is
STAGED = {
    "sheet": "text",
    "number": "int4",
    "child_name": "text",
    "name_key": "text",
    "name_sound": "text",
    "gender": "text",
    "birthdate": "date",
    "id_number_masked": "text",
    "id_number_digest": "text",
    "id_number_cipher": "text",
    "address_masked": "text",
    "address_digest": "text",
    "address_cipher": "text",
    "area_id": "int4",
    "township_id": "int4",
    "zone_school_id": "int4",
    "grade": "int4",
    "age_group": "text",
}
#: of these a newer file's word counts; the sealed ones follow their digest
FACTS = (
    "sheet number child_name name_key name_sound gender birthdate area_id zone_school_id grade"
    " age_group"
).split()
SEALED = ("id_number", "address")
SUGGESTED = 5


class ComparisonMatcher:
    """Stages, matches and writes the rows of one list.

    :param comparison: one ``edu.comparison``; the caller has asked for the post
    """

    staged = SQL.identifier("edu_comparison_staged")
    found = SQL.identifier("edu_comparison_found")
    pairs = SQL.identifier("edu_comparison_pairs")

    def __init__(self, comparison):
        self.comparison = comparison
        self.env = comparison.env
        self.cr = comparison.env.cr
        policy = self.env["edu.policy"]._current()
        self.similar = policy.comparison_similarity / 100
        self.has_trigram = self.env.registry.has_trigram

    def _flush(self):
        """What the statements read is in the database."""
        self.env["edu.student"].flush_model()
        self.env["edu.school"].flush_model()
        self.env["edu.ledger"].flush_model()
        self.env["edu.comparison.row"].flush_model()

    # -- staging ----------------------------------------------------------------------------------

    def open_stage(self):
        """An empty temporary table for the rows of a file."""
        self.cr.execute(SQL("DROP TABLE IF EXISTS %s", self.staged))
        columns = SQL(", ").join(
            SQL("%s %s", SQL.identifier(name), SQL(kind)) for name, kind in STAGED.items()
        )
        self.cr.execute(
            SQL(
                """CREATE TEMPORARY TABLE %s (id serial, row_id int4, is_repeated bool, %s)
                   ON COMMIT DROP""",
                self.staged,
                columns,
            )
        )

    def stage(self, rows):
        """Add rows: tuples in the order of ``STAGED``."""
        copy_rows(self.cr, "edu_comparison_staged", list(STAGED), rows)

    def close_stage(self):
        """Find who stands in the file twice, and who in the table already.

        :return: how many rows repeat an earlier one
        """
        self.cr.execute(SQL("ANALYZE %s", self.staged))
        self.cr.execute(
            SQL(
                """UPDATE %(staged)s AS later SET is_repeated = TRUE
                     FROM (SELECT id, row_number() OVER (
                                  PARTITION BY COALESCE(id_number_digest,
                                                        name_key || ' ' || birthdate)
                                  ORDER BY id) AS nth
                             FROM %(staged)s) AS counted
                    WHERE counted.id = later.id AND counted.nth > 1""",
                staged=self.staged,
            )
        )
        repeated = self.cr.rowcount
        for same in (
            SQL("known.id_number_digest = new.id_number_digest"),
            SQL(
                """known.name_key = new.name_key AND known.birthdate = new.birthdate
                   AND (known.id_number_digest IS NULL OR new.id_number_digest IS NULL)"""
            ),
        ):
            self.cr.execute(
                SQL(
                    """UPDATE %s AS new SET row_id = known.id
                         FROM edu_comparison_row AS known
                        WHERE known.comparison_id = %s AND new.row_id IS NULL
                          AND new.is_repeated IS NULL AND %s
                          AND NOT EXISTS (SELECT FROM %s AS other WHERE other.row_id = known.id)""",
                    self.staged,
                    self.comparison.id,
                    same,
                    self.staged,
                )
            )
            # two of the file that would be one of the table: the second is a row of its own
            self.cr.execute(
                SQL(
                    """UPDATE %(staged)s AS later SET row_id = NULL
                         FROM (SELECT id, row_number() OVER (PARTITION BY row_id ORDER BY id) AS nth
                                 FROM %(staged)s WHERE row_id IS NOT NULL) AS counted
                        WHERE counted.id = later.id AND counted.nth > 1""",
                    staged=self.staged,
                )
            )
        return repeated

    # -- matching ---------------------------------------------------------------------------------

    def _source(self, new, ids):
        """The rows to be matched: those of the file that are new, or those kept and not done."""
        if new:
            return SQL(
                """(SELECT id, id_number_digest, name_key, name_sound, birthdate, gender,
                           NULL::text AS decision, NULL::int4 AS known_id
                      FROM %s WHERE row_id IS NULL AND is_repeated IS NULL)""",
                self.staged,
            )
        return SQL(
            """(SELECT id, id_number_digest, name_key, name_sound, birthdate, gender, decision,
                       match_student_id AS known_id
                  FROM edu_comparison_row
                 WHERE comparison_id = %s AND state <> 'done' AND result <> 'unreadable' %s)""",
            self.comparison.id,
            SQL() if ids is None else SQL("AND id = ANY(%s)", list(ids)),
        )

    def match(self, new, ids=None):
        """Make the table of the hits: everybody who is not plainly in school, as (the row's own
        columns, student_id, match_by, suggestions).

        By identity number first; else by name and birth date, when that is one child whose number
        does not say otherwise; else similar names of the same birth date, as suggestions. A double
        entry that was merged counts as the child it was merged into.

        :param new: the rows of the file that are new, else those kept that are not worked off
        :param ids: only these of the kept ones
        """
        self._flush()
        self.source = self._source(new, ids)
        self.cr.execute(SQL("DROP TABLE IF EXISTS %s", self.found))
        self.cr.execute(
            SQL(
                """CREATE TEMPORARY TABLE %(found)s ON COMMIT DROP AS
                   SELECT r.*,
                          CASE WHEN r.decision = 'same' THEN r.known_id
                               WHEN s.id IS NOT NULL THEN s.id
                               WHEN r.name_key IS NULL THEN r.known_id END AS student_id,
                          CASE WHEN r.decision = 'same' THEN 'person'
                               WHEN s.id IS NOT NULL THEN 'number'
                               WHEN r.name_key IS NULL THEN 'name' END AS match_by,
                          NULL::jsonb AS suggestions
                     FROM (SELECT * FROM %(source)s AS r
                            WHERE NOT EXISTS (SELECT FROM edu_student AS s
                                               WHERE s.id_number_digest = r.id_number_digest
                                                 AND %(plain)s)) AS r
                     LEFT JOIN edu_student AS s ON s.id_number_digest = r.id_number_digest""",
                found=self.found,
                source=self.source,
                plain=self._plain(),
            )
        )
        self.cr.execute(SQL("ANALYZE %s (student_id, decision, birthdate)", self.found))
        # a double entry is archived, hence never plainly in school: its child is
        self.cr.execute(
            SQL(
                """UPDATE %s AS f SET student_id = double.merged_into_id
                     FROM edu_student AS double
                    WHERE double.id = f.student_id AND double.merged_into_id IS NOT NULL""",
                self.found,
            )
        )
        self.cr.execute(SQL("DROP TABLE IF EXISTS %s", self.pairs))
        self.cr.execute(
            SQL(
                """CREATE TEMPORARY TABLE %(pairs)s ON COMMIT DROP AS
                   SELECT near.id, COALESCE(kept.id, near.student_id) AS student_id,
                          bool_or(near.is_same) AS is_same, bool_or(%(differs)s) AS is_other
                     FROM (SELECT r.id, r.id_number_digest AS number, s.id AS student_id, s.active,
                                  s.merged_into_id, s.id_number_digest, %(same)s AS is_same
                             FROM %(found)s AS r
                             -- the offset keeps the planner to one look at the registry
                             JOIN (SELECT id, active, merged_into_id, id_number_digest, gender,
                                          birthdate, split_part(name_pinyin, ' ', 1) AS name_key,
                                          split_part(name_pinyin, ' ', 2) AS name_sound
                                     FROM edu_student
                                    WHERE school_id = ANY(%(schools)s) AND birthdate = ANY(ARRAY(
                                          SELECT birthdate FROM %(found)s WHERE student_id IS NULL))
                                   OFFSET 0) AS s ON s.birthdate = r.birthdate
                            WHERE r.student_id IS NULL AND r.decision IS DISTINCT FROM 'other'
                              AND (COALESCE(s.gender = r.gender, TRUE) OR %(same)s)
                              AND (%(same)s OR %(similar)s)) AS near
                     LEFT JOIN LATERAL (SELECT id, active, id_number_digest FROM edu_student
                                         WHERE id = near.merged_into_id LIMIT 1) AS kept ON TRUE
                    WHERE COALESCE(kept.active, near.active)
                      AND (near.is_same OR NOT %(differs)s)
                    GROUP BY 1, 2""",
                pairs=self.pairs,
                same=SQL("s.name_key = r.name_key"),
                differs=SQL(
                    "COALESCE(COALESCE(kept.id_number_digest, near.id_number_digest)"
                    " <> near.number, FALSE)"
                ),
                found=self.found,
                schools=self._school_ids(),
                similar=self._similar(),
            )
        )
        self.cr.execute(
            SQL(
                """UPDATE %(found)s AS f SET student_id = one.student_id, match_by = 'name'
                     FROM (SELECT id, min(student_id) AS student_id FROM %(pairs)s WHERE is_same
                            GROUP BY id HAVING count(*) = 1 AND NOT bool_or(is_other)) AS one
                    WHERE one.id = f.id""",
                found=self.found,
                pairs=self.pairs,
            )
        )
        self.cr.execute(
            SQL(
                """UPDATE %(found)s AS f SET suggestions = listed.ids
                     FROM (SELECT id, jsonb_agg(student_id ORDER BY nth) AS ids
                             FROM (SELECT id, student_id, row_number() OVER (
                                              PARTITION BY id ORDER BY is_same DESC, student_id
                                          ) AS nth FROM %(pairs)s) AS near
                            WHERE nth <= %(most)s GROUP BY id) AS listed
                    WHERE listed.id = f.id AND f.student_id IS NULL""",
                found=self.found,
                pairs=self.pairs,
                most=SUGGESTED,
            )
        )

    def _plain(self):
        """SQL: the child ``s`` is found by its number and in a school of the county, and nothing
        speaks against that."""
        return SQL(
            """s.enrolment_state = 'enrolled' AND s.active AND r.decision IS NULL
               AND s.school_id = ANY(%s) AND s.id <> ALL(%s)""",
            self._school_ids(),
            self._away_ids(),
        )

    def _school_ids(self):
        rows = self.env.execute_query(
            SQL("SELECT id FROM edu_school WHERE county_id = %s", self.comparison.county_id.id)
        )
        return [id_ for (id_,) in rows]

    def _away_ids(self):
        """Children of the county who stand on the ledgers of suspected and confirmed dropouts."""
        rows = self.env.execute_query(
            SQL(
                """SELECT DISTINCT student_id FROM edu_ledger
                    WHERE kind IN ('suspected', 'dropout') AND date_off IS NULL"""
            )
        )
        return [id_ for (id_,) in rows]

    def _similar(self):
        """SQL: names that look or sound alike; where the database cannot measure, that sound the
        same. Only what begins with the same letter, or goes on in the same characters under another
        surname, is looked at closely."""
        if not self.has_trigram:
            return SQL("s.name_sound = r.name_sound")
        return SQL(
            """(left(s.name_sound, 1) = left(r.name_sound, 1)
                OR substr(s.name_key, 2) = substr(r.name_key, 2))
               AND (similarity(s.name_sound, r.name_sound) >= %(similar)s
                    OR similarity(s.name_key, r.name_key) >= %(similar)s)""",
            similar=self.similar,
        )

    def hits(self):
        """SQL: each hit with ``result``, ``state``, ``student_id``, ``match_by``, ``school_id``,
        ``suggestions`` and ``home_id``, the township that the registry knows."""
        return SQL(
            """SELECT told.*,
                      CASE WHEN result IN ('in_school', 'expected') THEN 'settled'
                           ELSE 'open' END AS state
                 FROM (SELECT f.id, f.match_by, f.suggestions,
                              CASE WHEN c.county_id = %(county)s THEN f.student_id
                                   END AS student_id,
                              CASE WHEN c.county_id = %(county)s
                                   THEN COALESCE(s.expected_school_id, s.school_id)
                                   END AS school_id,
                              CASE WHEN c.county_id = %(county)s
                                   THEN COALESCE(s.household_township_id, s.residence_township_id,
                                                 c.area_id) END AS home_id,
                              CASE WHEN f.student_id IS NULL AND f.suggestions IS NULL
                                   THEN 'not_found'
                                   WHEN f.student_id IS NULL THEN 'suggestion'
                                   WHEN c.county_id IS DISTINCT FROM %(county)s
                                   THEN 'other_county'
                                   WHEN s.enrolment_state = 'dropped_out'
                                        OR f.student_id = ANY(%(away)s)
                                   THEN 'absent'
                                   WHEN NOT s.active THEN 'not_attending'
                                   WHEN s.enrolment_state = 'enrolled' THEN 'in_school'
                                   WHEN s.enrolment_state = 'expected' THEN 'expected'
                                   ELSE 'not_attending' END AS result
                         FROM %(found)s AS f
                         -- the limit keeps the planner to the key: hits are few
                         LEFT JOIN LATERAL (SELECT * FROM edu_student
                                             WHERE id = f.student_id LIMIT 1) AS s ON TRUE
                         LEFT JOIN edu_school AS c ON c.id = s.school_id) AS told""",
            found=self.found,
            county=self.comparison.county_id.id,
            away=self._away_ids(),
        )

    def judged(self):
        """SQL: as ``hits``, of every row that was matched."""
        return SQL(
            """%(hits)s
                UNION ALL
               SELECT r.id, 'number', NULL, s.id, COALESCE(s.expected_school_id, s.school_id),
                      COALESCE(s.household_township_id, s.residence_township_id, c.area_id),
                      'in_school', 'settled'
                 FROM %(source)s AS r
                 JOIN edu_student AS s ON s.id_number_digest = r.id_number_digest
                 JOIN edu_school AS c ON c.id = s.school_id
                WHERE NOT EXISTS (SELECT FROM %(found)s AS f WHERE f.id = r.id)""",
            hits=self.hits(),
            source=self.source,
            found=self.found,
        )

    # -- writing ----------------------------------------------------------------------------------

    def insert(self):
        """Keep the staged rows that are new, as they were judged.

        :return: how many
        """
        copied = [name for name in STAGED if name != "township_id"]
        self.cr.execute(
            SQL(
                """INSERT INTO edu_comparison_row
                          (%(copied)s, comparison_id, kind, county_id, term_id, is_listed,
                           is_expired, township_id, result, state, match_by, match_student_id,
                           school_id, suggestions, create_uid, create_date, write_uid, write_date)
                   SELECT %(values)s, %(comparison)s, %(kind)s, %(county)s, %(term)s, TRUE, FALSE,
                          COALESCE(new.township_id, j.home_id), j.result, j.state, j.match_by,
                          j.student_id, j.school_id, j.suggestions, %(uid)s, %(now)s, %(uid)s, %(now)s
                     FROM %(staged)s AS new JOIN (%(judged)s) AS j ON j.id = new.id
                    ORDER BY new.id""",
                copied=SQL(", ").join(map(SQL.identifier, copied)),
                values=SQL(", ").join(SQL.identifier("new", name) for name in copied),
                comparison=self.comparison.id,
                kind=self.comparison.kind,
                county=self.comparison.county_id.id,
                term=self.comparison.term_id.id,
                uid=self.env.uid,
                now=self.cr.now(),
                staged=self.staged,
                judged=self.judged(),
            )
        )
        return self.cr.rowcount

    def update(self):
        """Write what was found anew of rows that are kept; what is the same is not touched, and
        what was worked off is not among them.

        :return: how many were written
        """
        return self._write(
            SQL("(%s)", self.judged()),
            SQL("j.id = old.id"),
            {
                "result": SQL("j.result"),
                "state": SQL("j.state"),
                "match_by": SQL("j.match_by"),
                "match_student_id": SQL("j.student_id"),
                "school_id": SQL("j.school_id"),
                "suggestions": SQL("j.suggestions"),
                "township_id": SQL("COALESCE(old.township_id, j.home_id)"),
            },
        )

    def refresh(self, unread_ids):
        """Take the facts of a newer file into rows that are not worked off, and say of every row
        whether the newest file names it. Sealed values that were deleted come back with it.

        :param unread_ids: kept rows that stand in the file once more, as unreadable as before
        :return: how many rows were written
        """
        facts = {name: SQL.identifier("j", name) for name in FACTS}
        # a number that the file leaves out this time is not forgotten
        for name in SEALED:
            digest = f"{name}_digest"
            again = SQL(
                "%s IS NOT NULL AND (%s IS DISTINCT FROM %s OR %s IS NULL)",
                SQL.identifier("j", digest),
                SQL.identifier("j", digest),
                SQL.identifier("old", digest),
                SQL.identifier("old", f"{name}_cipher"),
            )
            for part in ("masked", "digest", "cipher"):
                column = f"{name}_{part}"
                facts[column] = SQL(
                    "CASE WHEN %s THEN %s ELSE %s END",
                    again,
                    SQL.identifier("j", column),
                    SQL.identifier("old", column),
                )
        facts["township_id"] = SQL("COALESCE(j.township_id, old.township_id)")
        facts["is_expired"] = SQL("FALSE")
        written = self._write(self.staged, SQL("j.row_id = old.id AND old.state <> 'done'"), facts)
        listed = SQL(
            "EXISTS (SELECT FROM %s AS new WHERE new.row_id = old.id) OR old.id = ANY(%s)",
            self.staged,
            list(unread_ids),
        )
        self.cr.execute(
            SQL(
                """UPDATE edu_comparison_row AS old SET is_listed = (%(listed)s)
                    WHERE comparison_id = %(comparison)s
                      AND is_listed IS DISTINCT FROM (%(listed)s)""",
                listed=listed,
                comparison=self.comparison.id,
            )
        )
        return written

    def _write(self, source, join, values):
        self.cr.execute(
            SQL(
                """UPDATE edu_comparison_row AS old
                      SET %(sets)s, write_uid = %(uid)s, write_date = %(now)s
                     FROM %(source)s AS j
                    WHERE %(join)s AND old.comparison_id = %(comparison)s
                      AND ROW(%(old)s) IS DISTINCT FROM ROW(%(new)s)""",
                sets=SQL(", ").join(
                    SQL("%s = %s", SQL.identifier(name), value) for name, value in values.items()
                ),
                uid=self.env.uid,
                now=self.cr.now(),
                source=source,
                join=join,
                comparison=self.comparison.id,
                old=SQL(", ").join(SQL.identifier("old", name) for name in values),
                new=SQL(", ").join(values.values()),
            )
        )
        return self.cr.rowcount
