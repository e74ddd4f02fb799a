from odoo import models
from odoo.tools import SQL

from ...tools import figures as sums

# Columns of sums.GENDERS, as SQL
BY_GENDER = SQL("CASE gender WHEN 'male' THEN 0 WHEN 'female' THEN 1 ELSE 2 END")


class EduConsolidationKind(models.AbstractModel):
    """How one kind of report is consolidated. A kind inherits this under a name of its own, which
    ``edu.report.consolidation._edu_kinds`` gives for its code, and answers four questions: which
    schools have handed in, what they reported together, what the same question gives today, and which
    children stand behind a figure. Its columns stand in ``tools.figure_form``, their words on the
    screen in ``_edu_words``.

    Everything is asked within the caller's rights unless a method says otherwise.
    """

    _name = "edu.consolidation.kind"
    _description = "Kind of Consolidated Report"

    def _edu_problems(self, consolidation):
        """Sentences that say why it cannot be drawn up now."""
        return []

    def _edu_sources(self, consolidation):
        """[{id, name, state, version}] of the place's schools, in the order of the form. ``state``:
        counted; missing (not handed in), returned (sent back, not handed in again), unsigned (begun,
        signatures are lacking). ``version``: id of what is counted, else None."""
        raise NotImplementedError(self._name)

    def _edu_reported(self, consolidation, sources):
        """(tables, members) of the counted ``sources``; see ``edu.report.consolidation._edu_compose``"""
        raise NotImplementedError(self._name)

    def _edu_live(self, consolidation):
        """Tables of what registers and cases say today, without regard to what was reported."""
        raise NotImplementedError(self._name)

    def _edu_children(self, consolidation, sources, members, cell):
        """Action that lists the children behind a figure of the counted ``sources``, or None.

        :param cell: {table, row, column, gender}; row and gender None: all
        """
        return None

    def _edu_children_live(self, consolidation, cell):
        """The same of what is known today."""
        return None

    def _edu_drills(self):
        """{table: columns} behind whose figures children can be listed."""
        return {}

    def _edu_row_words(self):
        """{table: {row: words of the form}} of rows that are a code of the program."""
        return {}

    def _edu_words(self):
        """{table or column: words on the screen}, and {(table, row): …} for such rows."""
        return {}

    # -- for the kinds ----------------------------------------------------------------------------

    def _edu_sum_json(self, table, column, ids):
        """Add up the tables that rows of ``table`` keep as JSON in ``column``, in the database.

        :param ids: of the rows
        :return: tables as in ``tools.figures``
        """
        tables = {}
        rows = self.env.execute_query(
            SQL(
                """
                SELECT t.key, r.key, c.key, max(jsonb_array_length(c.value)),
                       sum((c.value ->> 0)::int), sum((c.value ->> 1)::int), sum((c.value ->> 2)::int)
                  FROM %(table)s kept, jsonb_each(kept.%(column)s) t, jsonb_each(t.value) r,
                       jsonb_each(r.value) c
                 WHERE kept.id = ANY(%(ids)s)
              GROUP BY 1, 2, 3
                """,
                table=SQL.identifier(table),
                column=SQL.identifier(column),
                ids=list(ids),
            )
        )
        for name, row, key, size, *numbers in rows:
            tables.setdefault(name, {}).setdefault(row, {})[key] = [
                int(number or 0) for number in numbers[:size]
            ]
        return tables

    def _edu_list(self, model, name, domain):
        """Window on the records of ``domain``, as far as they are the caller's."""
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "views": [(False, "list"), (False, "form")],
            "domain": domain,
            "context": {"create": False},
        }

    def _edu_gender_domain(self, name, gender):
        if gender is None:
            return []
        return [(name, "=", False if gender == "unknown" else gender)]


def schools_table(tables, school_id, values):
    """Add one school's figures to the table of schools."""
    for column, number in values.items():
        if number:
            sums.add(tables, "schools", school_id, column, [number])
