"""What is wrong with a value, as a code: the one vocabulary of the tools room.

Called by every module of the room; read by the Odoo layer, which turns a code and its parameters
into a translated message. A problem never carries the value that caused it: numbers of people must
not reach a log, a traceback or a ``repr``.
"""

from dataclasses import dataclass, field

ERROR = "error"  # the value cannot be used; on a blocking field the row cannot be imported
WARNING = "warning"  # usable, or left out, but somebody should look
INFO = "info"  # for completeness only

#: code -> (usual severity, names of the parameters). A test holds every emitted code to this table.
CODES = {
    # identity numbers (tools/identity.py)
    "id_empty": (ERROR, ()),
    "id_length": (ERROR, ("length",)),
    "id_old_15": (ERROR, ()),
    "id_characters": (ERROR, ()),
    "id_birthdate": (ERROR, ()),
    "id_future": (ERROR, ()),
    "id_checksum": (ERROR, ()),
    "id_region_unknown": (WARNING, ()),
    "id_region_made_up": (INFO, ()),
    "document_no_format": (ERROR, ()),
    # national student numbers
    "student_no_empty": (ERROR, ()),
    "student_no_length": (ERROR, ("length",)),
    "student_no_prefix": (ERROR, ()),
    "student_no_characters": (ERROR, ()),
    "student_no_checksum": (ERROR, ("kind",)),
    # other numbers
    "school_code_format": (ERROR, ()),
    "disability_no_format": (ERROR, ()),
    "disability_no_identity": (ERROR, ()),
    "disability_no_category": (ERROR, ()),
    "disability_no_grade": (ERROR, ()),
    "area_code_format": (ERROR, ()),
    "phone_format": (ERROR, ()),
    "number_spoilt": (ERROR, ()),
    # dates (tools/dates.py)
    "date_empty": (ERROR, ()),
    "date_unreadable": (ERROR, ()),
    "date_impossible": (ERROR, ()),
    "date_month_only": (ERROR, ()),
    # a whole uploaded file (RosterFileError, tools/roster/reader.py)
    "file_empty": (ERROR, ()),
    "file_too_large": (ERROR, ("limit",)),
    "file_too_many_cells": (ERROR, ("limit",)),
    "file_reading_ended": (ERROR, ()),
    "file_encrypted": (ERROR, ()),
    "file_corrupt": (ERROR, ()),
    "file_html": (ERROR, ()),
    "file_xml": (ERROR, ()),
    "file_pdf": (ERROR, ()),
    "file_image": (ERROR, ()),
    "file_archive": (ERROR, ()),
    "file_xlsb": (ERROR, ()),
    "file_not_workbook": (ERROR, ()),
    "file_unknown": (ERROR, ()),
    "file_open_quote": (ERROR, ("row",)),
    # a file as a roster, its sheets and headers
    "roster_not_found": (ERROR, ("sheets",)),
    "sheet_empty": (INFO, ()),
    "header_not_found": (WARNING, ("rows",)),
    "rows_missing": (WARNING, ("sheet", "row")),
    "sheet_hidden": (INFO, ("sheet",)),
    "sheet_hidden_taken": (WARNING, ("sheet",)),
    "rows_hidden": (WARNING, ("sheet", "rows", "count")),
    "columns_hidden": (INFO, ("sheet", "columns")),
    "header_unknown": (INFO, ("header", "column")),
    "header_duplicate": (WARNING, ("header", "column", "other_column", "field")),
    "column_missing": (ERROR, ("field",)),
    "identifier_column_missing": (ERROR, ()),
    "override_unknown_field": (WARNING, ("header", "field")),
    # rows
    "value_missing": (ERROR, ("field",)),
    "identifier_missing": (ERROR, ()),
    "value_unknown": (WARNING, ("field",)),
    "name_characters": (WARNING, ()),
    "gender_unknown": (ERROR, ()),
    "gender_mismatch": (ERROR, ("other_field",)),
    "birthdate_mismatch": (ERROR, ("other_field",)),
    "birthdate_future": (ERROR, ()),
    "birthdate_implausible": (WARNING, ("age",)),
    "grade_unreadable": (ERROR, ()),
    "grade_ambiguous": (ERROR, ()),
    "grade_needs_year": (ERROR, ()),
    "grade_not_compulsory": (ERROR, ()),
    "grade_missing": (WARNING, ()),
    "grade_age": (WARNING, ("grade", "age")),
    "class_unreadable": (WARNING, ()),
    "class_grade_mismatch": (WARNING, ("grade", "class_grade")),
    "state_not_allowed": (WARNING, ()),
    "national_no_differs": (WARNING, ()),
    "national_no_without_prefix": (WARNING, ()),
    "id_is_student_no": (WARNING, ()),
    "relation_conflict": (WARNING, ()),
    "disability_no_differs": (WARNING, ()),
    "duplicate_in_file": (WARNING, ("sheet", "row", "field")),
}

#: why a row of a roster was passed over (``Row.skipped``)
SKIPPED = ("total", "footer", "header_repeated", "column_numbers", "example")


@dataclass(frozen=True)
class Problem:
    """One thing wrong. ``params`` holds only harmless values: lengths, field keys, positions."""

    code: str
    params: dict = field(default_factory=dict)
    severity: str = ""

    def __post_init__(self):
        if not self.severity:
            object.__setattr__(self, "severity", CODES[self.code][0])

    @property
    def is_error(self):
        return self.severity == ERROR


def problem(code, severity="", **params):
    """Short form: ``problem("id_length", length=17)``. Raises KeyError for an unknown code."""
    return Problem(code, params, severity or CODES[code][0])
