"""A file as a whole: its sheets, which column is what in each, and the rows of all of them.

Called by ``edu.roster.import`` and its kin through ``roster.parse``.
"""

from itertools import chain, islice

from ..problem import problem
from .header import HEADER_AREA, column_letters, find_header
from .hidden import spans
from .profile import best_profile
from .reader import RosterFileError, open_file
from .rows import Context, RowProblem, check_row


class ParsedSheet:
    """A sheet: ``name``, ``index``, ``hidden``, ``mapping`` (None if no header was found, or the sheet
    is left out) and ``problems`` of the sheet as a whole (the mapping's among them).

    Hidden rows and columns are read like the others, and told: whoever filtered a list may think that
    what is filtered out does not go along.
    """

    def __init__(self, sheet, context, overrides):
        self._sheet = sheet
        self._context = context
        self.name = sheet.name
        self.index = sheet.index
        self.hidden = sheet.hidden
        self.problems = []
        self.mapping = find_header(sheet.rows(), overrides)
        if self.mapping:
            self.problems += self.mapping.problems
            self._tell_hidden()
            self._tell_empty()
        elif any(any(c != "" for c in cells) for _n, cells in sheet.rows()):
            severity = "info" if self.hidden else ""
            self.problems.append(problem("header_not_found", severity, rows=HEADER_AREA))
        else:
            self.problems.append(problem("sheet_empty"))

    def _tell_hidden(self):
        if not self.usable:
            return
        columns = {c.index + 1 for c in self.mapping.columns if c.field}
        if columns := columns & self._sheet.hidden_columns:
            text = spans(columns, column_letters)
            self.problems.append(problem("columns_hidden", sheet=self.name, columns=text))
        if rows := {row.number for row in self._hidden_rows() if not row.skipped}:
            self.problems.append(
                problem("rows_hidden", sheet=self.name, rows=spans(rows), count=len(rows))
            )

    def _tell_empty(self):
        """A header alone: somebody has taken the template, or a filter has let nobody through."""
        if not self.usable:
            return
        try:
            empty = all(row.skipped for row in self.rows())  # ends with the first child
        except RosterFileError:
            return  # told when the rows are read
        if empty:
            row = self.mapping.header_last_row
            self.problems.append(problem("rows_missing", sheet=self.name, row=row))

    def _hidden_rows(self):
        hidden, first = self._sheet.hidden_rows, self.mapping.header_last_row + 1
        left = {number for number in hidden if number >= first}
        if not left:
            return
        for number, cells in self._sheet.rows():
            if number in left:
                row = check_row(self.name, number, cells, self.mapping, self._context)
                if row is not None:
                    yield row

    def leave_out(self):
        """Take nothing from this sheet, since it is hidden and others hold the list."""
        self.mapping = None
        self.problems = [problem("sheet_hidden", sheet=self.name)]

    @property
    def usable(self):
        """Whether rows can be read from it."""
        return self.mapping is not None and self.mapping.usable

    def raw_rows(self):
        """Yields (row number, cells) of every row, as the reader gives them."""
        return self._sheet.rows()

    def rows(self, after=0):
        """Yields :class:`Row`, lazily; empty rows are passed over, totals come as skipped ones.
        Nothing from a sheet that is not usable.

        :param after: number of the row with which an earlier reading ended
        """
        if not self.usable:
            return
        after = max(after, self.mapping.header_last_row)
        for number, cells in self._sheet.rows():
            if number <= after:
                continue
            row = check_row(self.name, number, cells, self.mapping, self._context)
            if row is not None:
                yield row


class ParsedFile:
    """A file: ``kind`` (xlsx, xls, ods, csv), ``encoding``, ``delimiter``, ``sheets``, ``problems`` of
    the file as a whole, and ``profile``, the id of the layout it was known by and its dictionary."""

    def __init__(self, raw, sheets, profile):
        self.profile = profile
        self.kind = raw.kind
        self.encoding = raw.encoding
        self.delimiter = raw.delimiter
        self.sheets = sheets
        self.problems = []
        self._choose()
        if not any(sheet.usable for sheet in sheets):
            self.problems.append(problem("roster_not_found", sheets=len(sheets)))

    def _choose(self):
        """A hidden sheet is taken only where no other holds a list: it is last year's more often than
        not, and nobody sees what is in it."""
        hidden = [sheet for sheet in self.sheets if sheet.hidden and sheet.usable]
        seen = any(sheet.usable for sheet in self.sheets if not sheet.hidden)
        for sheet in hidden:
            if seen:
                sheet.leave_out()
            else:
                sheet.problems.append(problem("sheet_hidden_taken", sheet=sheet.name))

    def is_longer_than(self, limit):
        """Whether the sheets that can be read have more than ``limit`` rows, empty ones counted."""
        rows = chain.from_iterable(sheet.raw_rows() for sheet in self.sheets if sheet.usable)
        return next(islice(rows, limit, None), None) is not None

    def close(self):
        """Let go of the file. A file is closed at the end of ``with``, too."""

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self.close()

    def told(self):
        """What is to be said of the file as a whole: its own problems and those of its sheets, but
        not that a sheet is empty, nor that a hidden one holds no list."""
        out = list(self.problems)
        for sheet in self.sheets:
            if sheet.mapping is None and (self.problems or sheet.hidden):
                out += [why for why in sheet.problems if why.code == "sheet_hidden"]
            else:
                out += [why for why in sheet.problems if why.code != "sheet_empty"]
        return out

    def rows(self, tell_duplicates=True, after=(0, 0)):
        """Yields the rows of all sheets. A number that came before in the file is told at its later
        place (``duplicate_in_file``), unless the caller sees to that: it takes memory by the row.

        :param after: (index of the sheet, row) with which an earlier reading ended
        """
        seen = {}
        for sheet in self.sheets:
            if sheet.index < after[0]:
                continue
            for row in sheet.rows(after[1] if sheet.index == after[0] else 0):
                if not tell_duplicates:
                    yield row
                    continue
                for key in ("national_no", "id_number"):
                    value = row.values.get(key)
                    if not value:
                        continue
                    # the number itself is not kept, and a clash of hashes only costs a warning
                    place = seen.setdefault((key, hash(value)), (row.sheet, row.number))
                    if place != (row.sheet, row.number):
                        _tell_duplicate(row, key, place)
                        break
                yield row


def _tell_duplicate(row, key, place):
    column = next(iter(row.mapping.fields.get(key, ())), None)
    row.problems.append(
        RowProblem(
            key,
            "duplicate_in_file",
            "warning",
            {"sheet": place[0], "row": place[1], "field": key},
            column.text if column else "",
            column.letter if column else "",
            column.key if column else "",
            True,
        )
    )


def parse(data, *, max_unpacked, **known):
    """Parse an uploaded roster. What the file is, its content tells, not its name.

    :param bytes data: the file.
    :param int max_unpacked: bytes that it may have when unpacked.
    :param known: what is known of it, see :func:`understand`.
    :return: :class:`ParsedFile`; its rows are read lazily.
    :raises RosterFileError: the file cannot be read at all; also from ``rows()``.
    """
    return understand(open_file(data, max_unpacked=max_unpacked), **known)


def understand(raw, *, overrides=None, profiles=None, school_year=None, today):
    """Say what an opened file holds.

    :param RawFile raw: of :func:`~.reader.open_file`.
    :param dict overrides: {column key: field key or None}, the county's corrections.
    :param dict profiles: {id: {column key: field key or None}}, kept layouts; the one that the file has
        says what its columns hold, before the dictionary and after ``overrides``.
    :param school_year: "2026-2027" or 2026, needed to read grades like "2025级"; None if unknown.
    :param date today: the county's date.
    :return: :class:`ParsedFile`.
    :raises RosterFileError: as :func:`parse`.
    """
    context = Context.of(today, school_year)
    profile = best_profile((sheet.rows() for sheet in raw.sheets), profiles)
    overrides = {**profile[1], **(overrides or {})}
    sheets = [ParsedSheet(sheet, context, overrides) for sheet in raw.sheets]
    return ParsedFile(raw, sheets, profile)
