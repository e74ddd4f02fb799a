"""The parser of registry exports (学籍导出), in parts that can be replaced one by one.

``reader`` (file → raw rows) → ``header`` (which column is what) → ``rows`` (values and problems) →
``parsed`` (the file as a whole), for long workbooks in a process of its own (``apart``).
Called by ``edu.roster.import``. Use::

    parsed = parse(data, max_unpacked=200 << 20, school_year="2026-2027", today=today)
    for row in parsed.rows():
        if row.skipped: …      # a total, a footer: told, not imported
        elif row.ok: …         # row.values
        else: …                # row.problems, row.raw; never dropped
"""

from . import codes
from .header import (
    FIELD_INFO,
    FIELDS,
    SECRET_FIELDS,
    Column,
    Field,
    Mapping,
    map_columns,
    normalise_header,
)
from .parsed import ParsedFile, ParsedSheet, parse, understand
from .reader import RosterFileError, open_file
from .rows import (
    Context,
    Row,
    RowProblem,
    check_raw,
    check_row,
    read_class,
    read_grade,
)

__all__ = (
    "FIELDS", "FIELD_INFO", "SECRET_FIELDS", "Column", "Context", "Field", "Mapping", "ParsedFile",
    "ParsedSheet", "RosterFileError", "Row", "RowProblem", "check_raw", "check_row", "codes",
    "map_columns", "normalise_header", "open_file", "parse", "read_class", "read_grade", "understand",
)  # fmt: skip
