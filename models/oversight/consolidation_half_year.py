from odoo import models
from odoo.tools import SQL

from ...tools import figures as sums
from ..monitoring.outcomes import PRESENT
from .consolidation_kind import schools_table

INCREASES = "new_entry transfer_in resumed returned other_in".split()
DECREASES = (
    "graduated transfer_out suspended dropout missing elsewhere deceased abroad other_out"
).split()
MOVED_UP = ("moved_up_in", "moved_up_out")
# Stocks, of which no list of children is kept
STOCKS = ("start", "end", *MOVED_UP)
# What a roster check found of a child that has gone, and the column in which it counts
FOUND = {
    "transfer_out": "transfer_out",
    "suspended": "suspended",
    "postponed": "suspended",
    "deceased": "deceased",
    "abroad": "abroad",
    "elsewhere": "elsewhere",
    "suspected": "missing",
    "never_enrolled": "missing",
    "unmarked": "missing",
}
# A status change that explains it where the check has no line of the child
CHANGED = {
    "transfer_out": "transfer_out",
    "suspension": "suspended",
    "postponement": "suspended",
    "death": "deceased",
    "abroad": "abroad",
    "elsewhere": "elsewhere",
    "other_county": "elsewhere",
}
HERE = (*PRESENT, "on_leave")


class EduConsolidationHalfYear(models.AbstractModel):
    """The half-year tables: changes of the student body, dropouts, whereabouts, each by grade and
    gender, up to 10 March or 10 September.

    A school's own are read from the registers; a township's and the county's are what their schools
    have handed in, added up. Beside both stands what the registers say today.

    **What counts.** *In school* on a fixed date is who was found there, or on leave, by the roster
    check of the term that runs then: the fixed dates lie just after the days of the check. So the
    tables of a school wait for the close of its check. The body at the start is that of the fixed
    date before, in the grade of then.

    Each child that is in school at one of the two dates only is told once, as an increase of its new
    school or a decrease of its old one, by the first of these that holds; who left and came back
    between the dates is not told.

    - *increase*: it was suspended at the start or is found as resumed: ``resumed``; it stood on the
      ledger of dropouts at the start, or was missing then: ``returned``; it comes a grade higher from
      the last grade of another school: ``new_entry``; it was in another school of the county or is
      found as transferred in: ``transfer_in``; found as newly entered, expected, or in the first grade
      of the school: ``new_entry``; else ``other_in``.
    - *decrease*: it stands on the ledger of dropouts at the end: ``dropout``; it is in another school a
      grade higher from the last grade of this one, or has graduated: ``graduated``; in another school
      otherwise: ``transfer_out``; what the check found of it (transfer, suspension, death, abroad,
      elsewhere; not found: ``missing``); the status change that came into force between the dates;
      else ``other_out``.
    - who stays and stands in another grade moved up: out of one grade, into the other.

    So start + increases − decreases = end, in every grade. Dropouts are the entries of the ledger of
    dropouts, in the grade of the entry: at the start, entered since, struck off because the child came
    back (its case says when) or otherwise, at the end. Whereabouts are those of the cases of who
    stands there at the end.
    """

    _name = "edu.consolidation.half.year"
    _description = "Half-Year Tables"
    _inherit = ["edu.consolidation.kind"]

    def _edu_problems(self, consolidation):
        if consolidation.level != "school" or not consolidation.date_to:
            return []
        term = self.env["edu.term"].sudo()._current(consolidation.date_to)
        if not term:
            return [self.env._("No term has begun by this date.")]
        check = (
            self.env["edu.roster.check"]
            .sudo()
            .search(
                [("school_id", "=", consolidation.school_id.id), ("term_id", "=", term.id)],
                limit=1,
            )
        )
        if check.state == "closed":
            return []
        return [
            self.env._(
                "The roster check of the %(term)s is not closed: who is in school is not known yet.",
                term=term.display_name,
            )
        ]

    # -- what was reported ------------------------------------------------------------------------

    def _edu_sources(self, consolidation):
        """A township's and county's: their schools' own tables of the same date."""
        if consolidation.level == "school":
            return []
        Record = self.env["edu.report.consolidation"]
        Record.flush_model()
        record = consolidation.sudo()
        readable = Record._search(
            [
                ("kind", "=", "half_year"),
                ("level", "=", "school"),
                ("date_to", "=", record.date_to),
                ("state", "in", ("submitted", "received")),
                (
                    ("township_id", "=", record.township_id.id)
                    if record.township_id
                    else ("county_id", "=", record.county_id.id)
                ),
            ]
        )
        rows = self.env.execute_query(
            SQL(
                """
                SELECT school.id, school.name,
                       CASE WHEN counted.id IS NOT NULL THEN 'counted'
                            WHEN own.state = 'returned' THEN 'returned'
                            WHEN own.state = 'draft' AND own.version_id IS NOT NULL
                                 THEN 'unsigned'
                            ELSE 'missing' END,
                       CASE WHEN counted.id IS NOT NULL THEN own.version_id END
                  FROM edu_school school
             LEFT JOIN edu_report_consolidation own ON own.school_id = school.id
                   AND own.kind = 'half_year' AND own.date_to = %(date_to)s
             LEFT JOIN %(readable)s AS counted(id) ON counted.id = own.id
                 WHERE school.id = ANY(%(schools)s) OR counted.id IS NOT NULL
              ORDER BY school.code, school.id
                """,
                date_to=record.date_to,
                readable=readable.subselect(),
                schools=consolidation._edu_schools().ids,
            )
        )
        return [
            {"id": school, "name": name, "state": state, "version": version}
            for school, name, state, version in rows
        ]

    def _edu_reported(self, consolidation, sources):
        if consolidation.level == "school":
            tables, members = self._edu_registers(
                consolidation._edu_schools(), consolidation.date_from, consolidation.date_to, True
            )
            tables.pop("schools", None)
            return tables, members
        versions = {source["version"]: source["id"] for source in sources if source["version"]}
        self.env["edu.report.consolidation.version"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT kept.id, t.key, r.key, c.key, jsonb_array_length(c.value),
                       (c.value ->> 0)::int, (c.value ->> 1)::int, (c.value ->> 2)::int
                  FROM edu_report_consolidation_version kept,
                       jsonb_each(kept.content -> 'tables') t, jsonb_each(t.value) r,
                       jsonb_each(r.value) c
                 WHERE kept.id = ANY(%(ids)s)
                """,
                ids=list(versions),
            )
        )
        tables = {}
        for version, table, row, column, size, *numbers in rows:
            numbers = [number or 0 for number in numbers[:size]]
            sums.add(tables, table, row, column, numbers)
            self._edu_add_school(tables, versions[version], table, column, sum(numbers))
        return tables, None

    def _edu_add_school(self, tables, school_id, table, column, number):
        """Count a figure of a school in its row of the table of schools."""
        if table == "increase" and column in ("start", *INCREASES):
            name = "start" if column == "start" else "in"
        elif table == "decrease" and column in ("end", *DECREASES):
            name = "end" if column == "end" else "out"
        elif table == "dropouts" and column in ("new", "returned", "end"):
            name = "dropout" if column == "end" else column
        else:
            return
        schools_table(tables, school_id, {name: number})

    # -- what the registers say -------------------------------------------------------------------

    def _edu_live(self, consolidation):
        tables, _members = self._edu_registers(
            consolidation._edu_schools(), consolidation.date_from, consolidation.date_to
        )
        if consolidation.level == "school":
            tables.pop("schools", None)
        return tables

    def _edu_registers(self, schools, date_from, date_to, with_members=False):
        """(tables, members) of ``schools`` for the half year, see the class. Counts only, past rights:
        the caller has been found to answer for the place, and where a child of it went is a figure of
        it.

        :param with_members: whether ids of the children behind the changes are told
        """
        for model in (
            "edu.roster.check.line",
            "edu.ledger",
            "edu.dropout.case",
            "edu.status.change",
            "edu.graduate",
            "edu.student",
        ):
            self.env[model].flush_model()
        tables, members = {}, {}
        queries = (
            self._edu_changes_sql(schools, date_from, date_to),
            self._edu_dropouts_sql(schools, date_from, date_to),
            self._edu_whereabouts_sql(schools, date_to),
        )
        for query in queries:
            for school, table, row, column, gender, number, children in self.env.execute_query(
                SQL(
                    """
                    SELECT school_id, name, row, col, gender, count(*), %(children)s
                      FROM (%(query)s) told
                  GROUP BY 1, 2, 3, 4, 5
                    """,
                    query=query,
                    children=SQL(
                        "CASE WHEN col <> ALL(%s) THEN array_agg(student_id) END", list(STOCKS)
                    )
                    if with_members
                    else SQL("NULL"),
                )
            ):
                sums.count(tables, table, row, column, gender, number)
                self._edu_add_school(tables, school, table, column, number)
                if children:
                    cell = members.setdefault(table, {}).setdefault(str(row), {})
                    cell = cell.setdefault(column, [[], [], []])
                    cell[sums.POSITION.get(gender, sums.OTHERS)] += sorted(children)
        return tables, members

    def _edu_changes_sql(self, schools, date_from, date_to):
        """(school_id, name, row, col, gender, student_id) of the two tables of changes."""
        Term = self.env["edu.term"].sudo()
        before = self._edu_term_before(date_from)
        after = Term._current(date_to)

        def case(column, mapping):
            return SQL(" ").join(
                SQL("WHEN %s = %s THEN %s", column, code, words) for code, words in mapping.items()
            )

        return SQL(
            """
            WITH line AS (
                SELECT DISTINCT ON (l.term_id, l.student_id)
                       l.term_id, l.student_id, l.school_id, COALESCE(l.grade, 0) AS grade,
                       l.outcome, l.origin, l.outcome IN %(here)s AS here
                  FROM edu_roster_check_line l
                 WHERE l.term_id IN (%(before)s, %(after)s) AND l.student_id IN (
                       SELECT student_id FROM edu_roster_check_line
                        WHERE term_id IN (%(before)s, %(after)s) AND school_id = ANY(%(schools)s))
              ORDER BY l.term_id, l.student_id, l.outcome IN %(here)s DESC, l.id DESC
            ), told AS (
                SELECT COALESCE(a.student_id, b.student_id) AS student_id,
                       b.school_id AS from_id, b.grade AS from_grade, b.outcome AS was,
                       COALESCE(b.here, FALSE) AS here_before,
                       a.school_id AS to_id, a.grade AS to_grade, a.outcome AS found, a.origin,
                       COALESCE(a.here, FALSE) AS here_after
                  FROM (SELECT * FROM line WHERE term_id = %(before)s) b
             FULL JOIN (SELECT * FROM line WHERE term_id = %(after)s) a USING (student_id)
                 WHERE b.school_id = ANY(%(schools)s) OR a.school_id = ANY(%(schools)s)
            ), known AS (
                SELECT told.*, child.gender,
                       here_before AND here_after AND from_id = to_id AS stays,
                       here_before AND here_after AND from_id <> to_id
                           AND to_grade > from_grade AND from_grade = old.grade_to AS went_on,
                       here_before AND here_after AND from_id <> to_id AS moved,
                       new.grade_from = to_grade AS first_grade,
                       EXISTS (SELECT FROM edu_ledger d
                                WHERE d.student_id = told.student_id AND d.kind = 'dropout'
                                  AND d.date_on < %(date_from)s
                                  AND (d.date_off IS NULL OR d.date_off >= %(date_from)s))
                           AS out_before,
                       EXISTS (SELECT FROM edu_ledger d
                                WHERE d.student_id = told.student_id AND d.kind = 'dropout'
                                  AND d.date_on <= %(date_to)s
                                  AND (d.date_off IS NULL OR d.date_off > %(date_to)s))
                           AS out_after,
                       EXISTS (SELECT FROM edu_graduate g
                                WHERE g.student_id = told.student_id AND g.term_id = %(after)s)
                           AS graduated,
                       (SELECT c.kind FROM edu_status_change c
                         WHERE c.student_id = told.student_id AND c.state IN ('in_force', 'ended')
                           AND c.in_force_on BETWEEN %(date_from)s AND %(date_to)s
                           AND c.kind IN %(kinds)s
                      ORDER BY c.in_force_on DESC, c.id DESC LIMIT 1) AS changed
                  FROM told
                  JOIN edu_student child ON child.id = told.student_id
             LEFT JOIN edu_school old ON old.id = told.from_id
             LEFT JOIN edu_school new ON new.id = told.to_id
            )
            SELECT from_id AS school_id, 'increase' AS name, from_grade AS row, 'start' AS col,
                   gender, student_id
              FROM known WHERE here_before AND from_id = ANY(%(schools)s)
            UNION ALL
            SELECT to_id, 'decrease', to_grade, 'end', gender, student_id
              FROM known WHERE here_after AND to_id = ANY(%(schools)s)
            UNION ALL
            SELECT to_id, 'increase', to_grade,
                   CASE WHEN stays THEN 'moved_up_in'
                        WHEN was IN ('suspended', 'postponed') OR found = 'resumed' THEN 'resumed'
                        WHEN out_before OR was IN ('suspected', 'never_enrolled') THEN 'returned'
                        WHEN went_on THEN 'new_entry'
                        WHEN moved OR found = 'transfer_in' THEN 'transfer_in'
                        WHEN found = 'new_entry' OR origin = 'entrant' OR first_grade
                             THEN 'new_entry'
                        ELSE 'other_in' END,
                   gender, student_id
              FROM known
             WHERE here_after AND to_id = ANY(%(schools)s)
               AND (NOT stays OR from_grade <> to_grade)
            UNION ALL
            SELECT from_id, 'decrease', from_grade,
                   CASE WHEN stays THEN 'moved_up_out'
                        WHEN out_after THEN 'dropout'
                        WHEN went_on OR graduated THEN 'graduated'
                        WHEN moved THEN 'transfer_out'
                        %(found)s
                        %(changed)s
                        ELSE 'other_out' END,
                   gender, student_id
              FROM known
             WHERE here_before AND from_id = ANY(%(schools)s)
               AND (NOT stays OR from_grade <> to_grade)
            """,
            here=HERE,
            before=before.id or 0,
            after=after.id or 0,
            schools=schools.ids,
            date_from=date_from,
            date_to=date_to,
            kinds=tuple(CHANGED),
            found=case(SQL("found"), FOUND),
            changed=case(SQL("changed"), CHANGED),
        )

    def _edu_term_before(self, date_from):
        """The term that ran on the fixed date before, the day before ``date_from``."""
        return (
            self.env["edu.term"]
            .sudo()
            .search([("start_date", "<", date_from)], order="start_date desc", limit=1)
        )

    def _edu_dropouts_sql(self, schools, date_from, date_to):
        """(school_id, name, row, col, gender, student_id) of the table of dropouts."""
        return SQL(
            """
            SELECT entry.school_id, 'dropouts' AS name, COALESCE(entry.grade, 0) AS row, stage.col,
                   entry.gender, entry.student_id
              FROM edu_ledger entry
        CROSS JOIN LATERAL (
                   SELECT CASE entry.kind WHEN 'dropout' THEN 'start' END AS col
                    WHERE entry.date_on < %(date_from)s
                      AND (entry.date_off IS NULL OR entry.date_off >= %(date_from)s)
                UNION ALL
                   SELECT CASE entry.kind WHEN 'dropout' THEN 'new' END
                    WHERE entry.date_on BETWEEN %(date_from)s AND %(date_to)s
                UNION ALL
                   SELECT CASE WHEN entry.kind <> 'dropout' THEN NULL
                               WHEN EXISTS (
                                    SELECT FROM edu_dropout_case kase
                                     WHERE kase.student_id = entry.student_id
                                       AND kase.returned_on BETWEEN entry.date_on AND entry.date_off)
                               THEN 'returned' ELSE 'other_off' END
                    WHERE entry.date_off BETWEEN %(date_from)s AND %(date_to)s
                UNION ALL
                   SELECT CASE entry.kind WHEN 'dropout' THEN 'end' ELSE 'suspected' END
                    WHERE entry.date_on <= %(date_to)s
                      AND (entry.date_off IS NULL OR entry.date_off > %(date_to)s)) stage
             WHERE entry.kind IN ('dropout', 'suspected') AND stage.col IS NOT NULL
               AND entry.school_id = ANY(%(schools)s)
            """,
            schools=schools.ids,
            date_from=date_from,
            date_to=date_to,
        )

    def _edu_whereabouts_sql(self, schools, date_to):
        """(school_id, name, row, col, gender, student_id) of the table of whereabouts."""
        return SQL(
            """
            SELECT entry.school_id, 'whereabouts' AS name, COALESCE(kase.whereabouts_id, 0) AS row,
                   COALESCE(entry.grade, 0)::text AS col, entry.gender, entry.student_id
              FROM edu_ledger entry
         LEFT JOIN LATERAL (
                   SELECT whereabouts_id FROM edu_dropout_case
                    WHERE student_id = entry.student_id AND raised_on <= %(date_to)s
                 ORDER BY id DESC LIMIT 1) kase ON TRUE
             WHERE entry.kind = 'dropout' AND entry.school_id = ANY(%(schools)s)
               AND entry.date_on <= %(date_to)s
               AND (entry.date_off IS NULL OR entry.date_off > %(date_to)s)
            """,
            schools=schools.ids,
            date_to=date_to,
        )

    # -- children behind a figure -----------------------------------------------------------------

    def _edu_drills(self):
        return {
            "increase": INCREASES,
            "decrease": DECREASES,
            "dropouts": ("start", "new", "returned", "other_off", "end", "suspected"),
            "whereabouts": tuple(str(grade) for grade in range(10)),
        }

    def _edu_children(self, consolidation, sources, members, cell):
        """The children, as far as the caller may read them."""
        if members is None:
            versions = (
                self.env["edu.report.consolidation.version"]
                .sudo()
                .browse([source["version"] for source in sources if source["version"]])
            )
            several = [version.members or {} for version in versions]
        else:
            several = [members]
        return self._edu_list_members(several, cell)

    def _edu_children_live(self, consolidation, cell):
        _tables, members = self._edu_registers(
            consolidation._edu_schools(), consolidation.date_from, consolidation.date_to, True
        )
        return self._edu_list_members([members], cell)

    def _edu_list_members(self, several, cell):
        ids = set()
        for members in several:
            rows = members.get(cell["table"], {})
            for row, cells in rows.items():
                if cell["row"] is not None and row != cell["row"]:
                    continue
                for column, children in cells.items():
                    if cell["column"] is not None and column != cell["column"]:
                        continue
                    for at, gender in enumerate(sums.GENDERS):
                        if cell["gender"] in (None, gender):
                            ids.update(children[at])
        return self._edu_list("edu.student", self.env._("Children"), [("id", "in", sorted(ids))])

    # -- words ------------------------------------------------------------------------------------

    def _edu_words(self):
        return {
            "increase": self.env._("Student Body: Start and Increase"),
            "decrease": self.env._("Student Body: Decrease and End"),
            "dropouts": self.env._("Dropouts"),
            "whereabouts": self.env._("Where the Dropouts Are"),
            "schools": self.env._("By School"),
            "start": self.env._("At the Start"),
            "new_entry": self.env._("Newly Entered"),
            "transfer_in": self.env._("Transferred In"),
            "resumed": self.env._("Resumed"),
            "returned": self.env._("Brought Back"),
            "other_in": self.env._("Other Increase"),
            "moved_up_in": self.env._("Moved Up Into the Grade"),
            "graduated": self.env._("Graduated or Went On"),
            "transfer_out": self.env._("Transferred Out"),
            "suspended": self.env._("Suspended or Postponed"),
            "dropout": self.env._("Dropouts"),
            "missing": self.env._("Suspected, Undecided"),
            "elsewhere": self.env._("Studying Elsewhere"),
            "deceased": self.env._("Deceased"),
            "abroad": self.env._("Abroad"),
            "other_out": self.env._("Other Decrease"),
            "moved_up_out": self.env._("Moved Up Out of the Grade"),
            "end": self.env._("At the End"),
            "new": self.env._("New"),
            "other_off": self.env._("Struck Off Otherwise"),
            "suspected": self.env._("Suspected at the End"),
            "in": self.env._("Increase"),
            "out": self.env._("Decrease"),
            **{str(grade): self.env._("Grade %(grade)s", grade=grade) for grade in range(1, 10)},
            "0": self.env._("Grade Not Known"),
        }
