from odoo import models
from odoo.tools import SQL

from ...tools import figures as sums
from ...tools.dropout_form import METHODS
from .consolidation_kind import schools_table
from .dropout_report_content import FIGURES, PRESENT

SUBMITTED = ("submitted", "received", "accepted")
FOLLOWED = ("suspected", "verifying", "persuading")
KINDS = {
    "suspected": ("suspected", "suspected_never"),
    "dropout": ("dropout",),
    "never_enrolled": ("never_enrolled",),
}
# Figures of a school's row
SCHOOL = "registry expected arrived suspected dropout never_enrolled returned".split()
CHILDREN = tuple(KINDS)


class EduConsolidationDropoutReport(models.AbstractModel):
    """附件1 consolidated: the dropout reports that the schools of a township or county have submitted
    for a term, added up by grade and gender, cause, whereabouts and measure.

    A report counts while it is handed in: submitted, received or accepted. One that was sent back does
    not count until the school has submitted it again.
    """

    _name = "edu.consolidation.dropout.report"
    _description = "Consolidation of Dropout Reports"
    _inherit = ["edu.consolidation.kind"]

    def _edu_sources(self, consolidation):
        Report = self.env["edu.dropout.report"]
        Report.flush_model()
        schools = consolidation._edu_schools()
        term = consolidation.sudo().term_id
        readable = Report._search(
            [("term_id", "=", term.id), ("state", "in", SUBMITTED), *self._edu_place(consolidation)]
        )
        # the state of every school is no secret of the report: see edu.dropout.report.status
        rows = self.env.execute_query(
            SQL(
                """
                SELECT school.id, school.name,
                       CASE WHEN counted.id IS NOT NULL THEN 'counted'
                            WHEN report.state = 'returned' THEN 'returned'
                            WHEN report.state = 'draft' AND report.version_id IS NOT NULL
                                 THEN 'unsigned'
                            ELSE 'missing' END,
                       CASE WHEN counted.id IS NOT NULL THEN report.version_id END
                  FROM edu_school school
             LEFT JOIN edu_dropout_report report
                    ON report.school_id = school.id AND report.term_id = %(term)s
             LEFT JOIN %(readable)s AS counted(id) ON counted.id = report.id
                 WHERE school.id = ANY(%(schools)s) OR counted.id IS NOT NULL
              ORDER BY school.code, school.id
                """,
                term=term.id,
                readable=readable.subselect(),
                schools=schools.ids,
            )
        )
        return [
            {"id": school, "name": name, "state": state, "version": version}
            for school, name, state, version in rows
        ]

    def _edu_place(self, consolidation):
        if consolidation.township_id:
            return [("township_id", "=", consolidation.township_id.id)]
        return [("school_id.county_id", "=", consolidation.county_id.id)]

    # -- what was reported ------------------------------------------------------------------------

    def _edu_reported(self, consolidation, sources):
        versions = [source["version"] for source in sources if source["version"]]
        tables = {}
        self._edu_add_figures(tables, consolidation, versions)
        self._edu_add_grades(tables, versions)
        self._edu_add_children(tables, versions)
        return tables, None

    def _edu_add_figures(self, tables, consolidation, versions):
        """The head's figures, of each school and together. The one of the last term is told only
        where every counted school has it."""
        columns = [f"{key}_count" for key in FIGURES]
        rows = self.env.execute_query(
            SQL(
                """
                SELECT report.school_id, EXISTS (
                           SELECT FROM edu_dropout_report earlier
                            WHERE earlier.school_id = report.school_id
                              AND earlier.term_id = %(before)s AND earlier.is_submitted),
                       %(columns)s
                  FROM edu_dropout_report report
                 WHERE report.version_id = ANY(%(versions)s)
                """,
                before=consolidation.sudo().term_id._edu_previous().id or None,
                columns=SQL(", ").join(SQL.identifier("report", name) for name in columns),
                versions=versions,
            )
        )
        totals, complete = dict.fromkeys(FIGURES, 0), bool(rows)
        for school_id, has_previous, *numbers in rows:
            values = dict(zip(FIGURES, numbers, strict=True))
            complete = complete and has_previous
            for key, number in values.items():
                totals[key] += number or 0
            schools_table(tables, school_id, {key: values[key] for key in SCHOOL})
        if not complete:
            totals.pop("previous")
        tables["figures"] = {"all": {key: [number] for key, number in totals.items()}}

    def _edu_add_grades(self, tables, versions):
        """On the registry and arrived, by grade and gender, as each version kept them."""
        for grade, key, *numbers in self.env.execute_query(
            SQL(
                """
                SELECT g.key, c.key, sum((c.value ->> 0)::int), sum((c.value ->> 1)::int),
                       sum((c.value ->> 2)::int)
                  FROM edu_dropout_report_version kept, jsonb_each(kept.grade_totals) g,
                       jsonb_each(g.value) c
                 WHERE kept.id = ANY(%(versions)s)
              GROUP BY 1, 2
                """,
                versions=versions,
            )
        ):
            sums.add(tables, "grades", grade, key, [int(number or 0) for number in numbers])

    def _edu_add_children(self, tables, versions):
        """The children whom the versions name, by grade, cause, whereabouts and measure."""
        Line = self.env["edu.dropout.report.line"]
        Line.flush_model()
        lines = Line._search([("version_id", "in", versions)])
        for table, row, kind, gender, number in self.env.execute_query(
            SQL(
                """
                SELECT CASE WHEN GROUPING(grade) = 0 THEN 'grades'
                            WHEN GROUPING(cause_id) = 0 THEN 'cause' ELSE 'whereabouts' END,
                       CASE WHEN GROUPING(grade) = 0 THEN COALESCE(grade, 0)
                            WHEN GROUPING(cause_id) = 0 THEN COALESCE(cause_id, 0)
                            ELSE COALESCE(whereabouts_id, 0) END,
                       kind, gender, count(*)
                  FROM %(lines)s
                 WHERE %(where)s
              GROUP BY GROUPING SETS ((kind, gender, grade), (kind, gender, cause_id),
                                      (kind, gender, whereabouts_id))
                """,
                lines=lines.from_clause,
                where=lines.where_clause,
            )
        ):
            sums.count(tables, table, row, self._edu_column(kind), gender, number)
        for method, kind, gender, number, times in self.env.execute_query(
            SQL(
                """
                SELECT m.key, kind, gender, count(*), sum(m.value::int)
                  FROM %(lines)s, jsonb_each_text(measures) m
                 WHERE %(where)s
              GROUP BY 1, 2, 3
                """,
                lines=lines.from_clause,
                where=lines.where_clause,
            )
        ):
            sums.count(tables, "measure", method, self._edu_column(kind), gender, number)
            sums.add(tables, "measure", method, "times", [int(times)])

    def _edu_column(self, kind):
        return "suspected" if kind.startswith("suspected") else kind

    # -- what is known today ----------------------------------------------------------------------

    def _edu_live(self, consolidation):
        """From the roster checks of the term and the cases of today, as a school's draft would be
        composed (``edu.dropout.report._edu_compose``)."""
        tables = {}
        schools = consolidation._edu_schools()
        figures = dict.fromkeys(FIGURES, 0)
        figures.pop("previous")
        self._edu_live_checks(tables, figures, consolidation, schools)
        self._edu_live_cases(tables, figures, consolidation, schools)
        tables["figures"] = {"all": {key: [number] for key, number in figures.items()}}
        return tables

    def _edu_live_checks(self, tables, figures, consolidation, schools):
        Line = self.env["edu.roster.check.line"]
        Line.flush_model()
        lines = Line._search(
            [
                ("term_id", "=", consolidation.sudo().term_id.id),
                ("school_id", "in", schools.ids),
            ]
        )
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.school_id, COALESCE(line.grade, 0), child.gender, line.origin,
                       line.outcome, count(*)
                  FROM edu_roster_check_line line
                  JOIN edu_student child ON child.id = line.student_id
                 WHERE line.id IN %(lines)s
              GROUP BY 1, 2, 3, 4, 5
                """,
                lines=lines.subselect(),
            )
        )
        named = ("suspected", "dropout", "never_enrolled", "arrived")
        for school_id, grade, gender, origin, outcome, number in rows:
            values = {}
            if origin in ("registry", "entrant"):
                key = "registry" if origin == "registry" else "expected"
                figures[key] += number
                values[key] = number
            if origin == "registry":
                sums.count(tables, "grades", grade, "registry", gender, number)
            if outcome in PRESENT:
                figures["arrived"] += number
                values["arrived"] = number
                sums.count(tables, "grades", grade, "arrived", gender, number)
            if outcome in figures and outcome not in named:
                figures[outcome] += number
            schools_table(tables, school_id, values)

    def _edu_live_cases(self, tables, figures, consolidation, schools):
        Case = self.env["edu.dropout.case"]
        Case.flush_model()
        cases = Case._search(self._edu_case_domain(schools))
        rows = self.env.execute_query(
            SQL(
                """
                SELECT grouped.name, grouped.row, kase.school_id, %(kind)s, child.gender, count(*)
                  FROM edu_dropout_case kase
                  JOIN edu_student child ON child.id = kase.student_id
            CROSS JOIN LATERAL (VALUES
                           ('grades', COALESCE(NULLIF(kase.grade, 0), child.grade, 0)),
                           ('cause', COALESCE(kase.cause_id, 0)),
                           ('whereabouts', COALESCE(kase.whereabouts_id, 0))) grouped(name, row)
                 WHERE kase.id IN %(cases)s
              GROUP BY 1, 2, 3, 4, 5
                """,
                kind=self._edu_kind_sql(),
                cases=cases.subselect(),
            )
        )
        for table, row, school_id, column, gender, number in rows:
            sums.count(tables, table, row, column, gender, number)
            if table == "grades":
                figures[column] += number
                schools_table(tables, school_id, {column: number})
        for method, column, gender, number, times in self.env.execute_query(
            SQL(
                """
                SELECT done.method, %(kind)s, child.gender, count(DISTINCT kase.id), count(*)
                  FROM (SELECT case_id, method FROM edu_visit
                         UNION ALL
                        SELECT case_id, kind FROM edu_notice
                         WHERE issued_on IS NOT NULL AND state <> 'withdrawn') done
                  JOIN edu_dropout_case kase ON kase.id = done.case_id
                  JOIN edu_student child ON child.id = kase.student_id
                 WHERE kase.id IN %(cases)s
              GROUP BY 1, 2, 3
                """,
                kind=self._edu_kind_sql(),
                cases=cases.subselect(),
            )
        ):
            sums.count(tables, "measure", method, column, gender, number)
            sums.add(tables, "measure", method, "times", [times])
        back = Case._read_group(
            [
                ("school_id", "in", schools.ids),
                ("state", "in", ("returned", "observing", "closed")),
                ("returned_on", ">=", consolidation.sudo().term_id.start_date),
            ],
            ["school_id"],
            ["__count"],
        )
        for school, number in back:
            figures["returned"] += number
            schools_table(tables, school.id, {"returned": number})

    def _edu_kind_sql(self):
        return SQL(
            "CASE WHEN kase.state <> 'persuading' THEN 'suspected'"
            " WHEN kase.kind = 'never_enrolled' THEN 'never_enrolled' ELSE 'dropout' END"
        )

    def _edu_case_domain(self, schools):
        return [("school_id", "in", schools.ids), ("state", "in", FOLLOWED)]

    # -- children behind a figure -----------------------------------------------------------------

    def _edu_drills(self):
        return {
            **dict.fromkeys(("figures", "grades", "cause", "whereabouts", "measure"), CHILDREN),
            "schools": CHILDREN,
        }

    def _edu_children(self, consolidation, sources, members, cell):
        """Lines of the versions that were counted: names, no numbers."""
        versions = [source["version"] for source in sources if source["version"]]
        domain = [("version_id", "in", versions)]
        if cell["column"] in KINDS:
            domain.append(("kind", "in", KINDS[cell["column"]]))
        domain += self._edu_gender_domain("gender", cell["gender"])
        table, row = cell["table"], cell["row"]
        names = {
            "grades": "grade",
            "cause": "cause_id",
            "whereabouts": "whereabouts_id",
            "schools": "school_id",
        }
        if table in names and row is not None:
            domain.append((names[table], "=", int(row) or (0 if table == "grades" else False)))
        if table == "measure":
            self.env["edu.dropout.report.line"].flush_model()
            found = self.env.execute_query(
                SQL(
                    "SELECT id FROM edu_dropout_report_line"
                    " WHERE version_id = ANY(%s) AND jsonb_exists(measures, %s)",
                    versions,
                    row,
                )
            )
            domain.append(("id", "in", [line_id for (line_id,) in found]))
        return self._edu_list("edu.dropout.report.line", self.env._("Reported Children"), domain)

    def _edu_children_live(self, consolidation, cell):
        """Cases of today."""
        domain = self._edu_case_domain(consolidation._edu_schools())
        column, table, row = cell["column"], cell["table"], cell["row"]
        if column == "suspected":
            domain.append(("state", "!=", "persuading"))
        elif column in KINDS:
            domain += [("state", "=", "persuading"), ("kind", "=", column)]
        domain += self._edu_gender_domain("student_id.gender", cell["gender"])
        if row is not None and table == "grades":
            grade = int(row)
            domain += [
                "|",
                ("grade", "=", grade),
                "&",
                ("grade", "=", 0),
                ("student_id.grade", "=", grade),
            ]
        elif row is not None and table in ("cause", "whereabouts"):
            domain.append((f"{table}_id", "=", int(row) or False))
        elif row is not None and table == "schools":
            domain.append(("school_id", "=", int(row)))
        elif table == "measure":
            domain += [
                "|",
                ("visit_ids.method", "=", row),
                "&",
                ("notice_ids.kind", "=", row),
                ("notice_ids.issued_on", "!=", False),
            ]
        return self._edu_list("edu.dropout.case", self.env._("Cases of Today"), domain)

    # -- words ------------------------------------------------------------------------------------

    def _edu_row_words(self):
        return {"measure": METHODS}

    def _edu_words(self):
        Report = self.env["edu.dropout.report"]
        methods = dict(self.env["edu.visit"]._fields["method"]._description_selection(self.env))
        notices = dict(self.env["edu.notice"]._fields["kind"]._description_selection(self.env))
        return {
            "figures": self.env._("Changes, and Missing Children"),
            "grades": self.env._("By Grade and Gender"),
            "cause": self.env._("By Cause"),
            "whereabouts": self.env._("By Whereabouts"),
            "measure": self.env._("By Measure"),
            "schools": self.env._("By School"),
            "times": self.env._("How Often"),
            **{
                key: Report._fields[f"{key}_count"]._description_string(self.env) for key in FIGURES
            },
            **{("measure", key): words for key, words in {**methods, **notices}.items()},
        }
