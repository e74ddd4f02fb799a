"""The list of wrong rows as a workbook: wrong cells coloured, a column of remedies; corrected by hand
and read again.

Called by ``edu.roster.import``. Headers are the registry's own terms, so the parser knows them again;
three columns of ours say which row it is, what is wrong and what to do.
"""

import io

import xlsxwriter

from ..sample import ENTRANTS, SHORT, TEMPLATE
from . import parse
from .header import FIELDS, normalise_header
from .rows import cell_text

ROW, WRONG, REMEDY = "行编号", "错误说明", "处理办法"
HEADERS = {key: header for header, key in (*TEMPLATE, *ENTRANTS, *SHORT) if key}
HEADERS["household_area_code"] = "户口所在地行政区划代码"
_COLOURS = {"error": "#F8CBAD", "confirm": "#FFE699", "warning": "#FFE699"}


def write_corrections(lines, sheet):
    """Bytes of an .xlsx.

    :param lines: [{"row": id, "place": text, "values": {field key: text}, "wrong": {field key:
        severity}, "problem": text, "remedy": text}]
    :param sheet: its name
    """
    buffer = io.BytesIO()
    options = {
        "constant_memory": True,
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = xlsxwriter.Workbook(buffer, options)
    plain = {"num_format": "@", "border": 1, "border_color": "#BFBFBF", "valign": "top"}
    text = book.add_format(plain)
    wrapped = book.add_format({**plain, "text_wrap": True})
    head = book.add_format({**plain, "bold": True, "bg_color": "#DDEBF7"})
    coloured = {key: book.add_format({**plain, "bg_color": c}) for key, c in _COLOURS.items()}
    page = book.add_worksheet(sheet)
    used = {key for line in lines for key in (*line["values"], *line["wrong"]) if key}
    keys = [key for key in FIELDS if key in used | {"name", "id_number", "birthdate"}]
    headers = [ROW, *(HEADERS[key] for key in keys), WRONG, REMEDY]
    page.set_column(0, 0, 10)
    page.set_column(1, len(keys), 16)
    page.set_column(len(keys) + 1, len(keys) + 2, 50)
    page.freeze_panes(1, 1)
    for column, header in enumerate(headers):
        page.write_string(0, column, header, head)
    for at, line in enumerate(lines, 1):
        page.write_string(at, 0, str(line["row"]), text)
        wrong = line["wrong"] if set(line["wrong"]) & set(keys) else {"name": "error"}
        for column, key in enumerate(keys, 1):
            form = coloured.get(wrong.get(key), text)
            value = line["values"].get(key) or ""
            if value:
                page.write_string(at, column, value, form)
            else:
                page.write_blank(at, column, None, form)
        page.write_string(at, len(keys) + 1, f"{line['place']} {line['problem']}", wrapped)
        page.write_string(at, len(keys) + 2, line["remedy"], wrapped)
    book.close()
    return buffer.getvalue()


def read_corrections(data, *, max_unpacked, today):
    """What a corrected list says: {row id: {field key: text}}, empty cells as ''.

    :raises RosterFileError: the file cannot be read at all
    :raises ValueError: it is no list of corrections
    """
    parsed = parse(data, max_unpacked=max_unpacked, today=today)
    out = {}
    for sheet in parsed.sheets:
        if not sheet.mapping:
            continue
        by_text = {normalise_header(column.text): column for column in sheet.mapping.columns}
        row_column = by_text.get(normalise_header(ROW))
        if row_column is None:
            continue
        fields = {key: columns[0].index for key, columns in sheet.mapping.fields.items() if columns}
        for number, cells in sheet.raw_rows():
            if number <= sheet.mapping.header_last_row:
                continue
            row_id = _text(cells, row_column.index)
            if row_id.isdecimal():
                out[int(row_id)] = {key: _text(cells, at) for key, at in fields.items()}
    if not out:
        raise ValueError("no list of corrections")
    return out


def _text(cells, index):
    return cell_text(cells[index])[0].strip() if index < len(cells) else ""
