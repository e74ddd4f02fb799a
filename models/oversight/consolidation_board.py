from odoo import api, models

from ...tools import figure_form as form, figures as sums


class EduReportConsolidation(models.Model):
    """The page of a consolidated report: its figures, beside them what the same question gives today,
    and the children behind each of them."""

    _inherit = "edu.report.consolidation"

    def edu_board(self, version_id=None):
        """Whoever reads it: what the page shows.

        :param version_id: a version of it; without it the current one, or none
        :return: {versions: [{id, label}], version, counted, schools, missing: [{label, names}],
            changes: [sentence], tables: [{key, title, head, columns, rows, total}]}. A cell is
            {value, boys, girls, today, live, drill}: numbers, None where nothing is told.
            ``today``: the same reports as handed in now; ``live``: what registers and cases say now
        """
        self.ensure_one()
        self.check_access("read")
        version = self._edu_board_version(version_id)
        kind = self._edu_kind()
        sources = kind._edu_sources(self)
        problems = kind._edu_problems(self)
        today = {} if problems else kind._edu_reported(self, sources)[0]
        live = {} if problems or self.level == "school" else kind._edu_live(self)
        content = version.sudo().content if version else None
        shown = content or {
            "kind": self.kind,
            "level": self.level,
            "schools": sources,
            "tables": today,
        }
        everything = sums.merged([shown["tables"], today, live])
        states = self._edu_school_states()
        return {
            "versions": [
                {"id": each.id, "label": each._edu_short_label()}
                for each in self.version_ids.with_env(self.env)
            ],
            "version": version.id or None,
            "drawn_up": bool(content),
            "has_live": self.level != "school" and not problems,
            "schools": len(shown["schools"]),
            "counted": sum(source["state"] == "counted" for source in shown["schools"]),
            "missing": [
                {
                    "label": states[state],
                    "names": [
                        source["name"] for source in shown["schools"] if source["state"] == state
                    ],
                }
                for state in form.STATES
                if any(source["state"] == state for source in shown["schools"])
            ],
            "changes": self._edu_changes(content, sources) if content else [],
            "tables": [
                self._edu_board_table(table, shown, today, live, everything, sources)
                for table in form.tables_of(shown)
            ],
        }

    def _edu_board_version(self, version_id):
        Version = self.env["edu.report.consolidation.version"]
        if version_id:
            return Version.search(
                [("id", "=", int(version_id)), ("consolidation_id", "=", self.id)], limit=1
            )
        current = Version.browse(self.sudo().version_id.id)
        return current._filtered_access("read") or Version.search(
            [("consolidation_id", "=", self.id)], limit=1
        )

    def _edu_school_states(self):
        return {
            "missing": self.env._("Not handed in"),
            "returned": self.env._("Sent back, not handed in again"),
            "unsigned": self.env._("Signatures are lacking"),
        }

    def _edu_changes(self, content, sources):
        """What became of the schools since the version was drawn up, a sentence each."""
        before = {source["id"]: source for source in content["schools"]}
        states = self._edu_school_states()
        changes = []
        for source in sources:
            old = before.get(source["id"])
            name = source["name"]
            if old is None:
                changes.append(self.env._("%(school)s: was not there yet.", school=name))
            elif old["state"] != source["state"]:
                if source["state"] == "counted":
                    text = self.env._("%(school)s: has handed in since.", school=name)
                else:
                    text = self.env._(
                        "%(school)s: %(state)s.", school=name, state=states[source["state"]]
                    )
                changes.append(text)
            elif old["version"] != source["version"]:
                changes.append(
                    self.env._("%(school)s: has handed in a corrected version since.", school=name)
                )
        gone = before.keys() - {source["id"] for source in sources}
        changes += [
            self.env._("%(school)s: is no longer there.", school=before[school]["name"])
            for school in before
            if school in gone
        ]
        return changes

    # -- one table --------------------------------------------------------------------------------

    def _edu_board_table(self, table, shown, today, live, everything, sources):
        words = self._edu_kind()._edu_words()
        drills = self._edu_kind()._edu_drills().get(table.key, ())
        labels = self._edu_board_rows(table, everything, shown, sources, words)
        columns = [(key, words.get(key, key)) for key, _words, _split in table.columns]
        present = {column for cells in everything.get(table.key, {}).values() for column in cells}
        if table.key == "whereabouts" and self.kind == "half_year":
            columns = [(key, label) for key, label in columns if key in present]

        def cells(row):
            result = [
                self._edu_board_cell(
                    {"table": table.key, "row": row, "column": key},
                    [
                        sums.numbers_of(tables, table.key, row, key)
                        for tables in (shown["tables"], today, live)
                    ],
                    key in drills,
                    table.rows is None and key not in present,
                )
                for key, _label in columns
            ]
            if table.all_column:
                result.append(self._edu_board_all(table, row, columns, shown, today, live, drills))
            return result

        return {
            "key": table.key,
            "title": words.get(table.key, table.key),
            "columns": [{"key": key, "label": label} for key, label in columns]
            + ([{"key": None, "label": self.env._("Total")}] if table.all_column else []),
            "rows": [{"key": row, "label": label, "cells": cells(row)} for row, label in labels],
            "total": cells(None) if table.total and table.rows and len(labels) > 1 else None,
        }

    def _edu_board_rows(self, table, everything, shown, sources, words):
        """[(row, words on the screen)]"""
        rows = everything.get(table.key, {})
        if table.rows is None:
            return [("all", "")]
        if table.rows == "grade":
            keys = sorted(rows, key=lambda key: (key == "0", int(key)))
            return [
                (
                    key,
                    self.env._("Grade %(grade)s", grade=key)
                    if key != "0"
                    else self.env._("Grade Not Known"),
                )
                for key in keys
            ]
        if table.key == "schools":
            names = {str(source["id"]): source["name"] for source in sources}
            names = {
                **{str(source["id"]): source["name"] for source in shown["schools"]},
                **names,
            }
            return [(key, name) for key, name in names.items() if key in rows]
        if table.key in ("cause", "whereabouts"):
            ids = [int(key) for key in rows if key != "0"]
            codes = self.env["edu.code"].sudo().with_context(active_test=False)
            result = [(str(code.id), code.name) for code in codes.search([("id", "in", ids)])]
            if "0" in rows:
                result.append(("0", self.env._("Not Known")))
            return result
        return [(key, words.get((table.key, key), key)) for key in sorted(rows)]

    def _edu_board_cell(self, place, several, drill, unknown=False):
        """:param several: numbers of the version, of the reports now, of registers and cases now"""
        value, today, live = several

        def told(numbers):
            return None if unknown else sum(numbers)

        return {
            **place,
            "value": told(value),
            "boys": value[sums.BOYS] if len(value) == 3 else None,
            "girls": value[sums.GIRLS] if len(value) == 3 else None,
            "today": told(today),
            "live": told(live),
            "drill": drill,
        }

    def _edu_board_all(self, table, row, columns, shown, today, live, drills):
        several = [
            sums.numbers_of(
                sums.merged(
                    {"": {"": {"": sums.numbers_of(tables, table.key, row, key)}}}
                    for key, _label in columns
                ),
                "",
                "",
                "",
            )
            for tables in (shown["tables"], today, live)
        ]
        return self._edu_board_cell(
            {"table": table.key, "row": row, "column": None}, several, bool(drills)
        )

    # -- children ---------------------------------------------------------------------------------

    @api.model
    def _edu_cell(self, cell):
        """A place in the tables as a client asks for it, checked."""
        row = cell.get("row")
        return {
            "table": str(cell.get("table") or ""),
            "row": None if row is None else str(row),
            "column": cell.get("column") or None,
            "gender": cell.get("gender") if cell.get("gender") in sums.GENDERS else None,
        }

    def edu_children(self, cell, version_id=None, source="version"):
        """Whoever reads it: the children behind a figure, as far as the caller may read them.

        :param cell: {table, row, column, gender}; row, column and gender None: all
        :param source: version (what was counted), today (what the same reports say now), live (what
            registers and cases say now)
        :return: an action
        """
        self.ensure_one()
        self.check_access("read")
        cell = self._edu_cell(cell)
        kind = self._edu_kind()
        if source == "live":
            return kind._edu_children_live(self, cell)
        version = self._edu_board_version(version_id)
        if source == "version" and version:
            frozen = version.sudo()
            members = frozen.members if self.level == "school" else None
            return kind._edu_children(self, frozen.content["schools"], members or None, cell)
        if self.level == "school":
            return kind._edu_children_live(self, cell)
        return kind._edu_children(self, kind._edu_sources(self), None, cell)


class EduReportConsolidationVersion(models.Model):
    _inherit = "edu.report.consolidation.version"

    def _edu_short_label(self):
        self.ensure_one()
        return self.env._(
            "Version %(number)s of %(date)s",
            number=self.number,
            date=self.env["edu.policy"]._edu_now(self.drawn_up_at).strftime("%Y-%m-%d %H:%M"),
        )
