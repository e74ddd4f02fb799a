"""What a workbook hides: rows and columns, sheet by sheet, told from its bytes.

Called by ``reader.py`` only, whose calamine gives hidden cells like any other. Everything streams and
is bounded: a file that lies about its rows costs no more than the rows a sheet can have.
"""

import re
from itertools import chain

MAX_ROWS = 1 << 20
MAX_COLUMNS = 1 << 14
_LONGEST_TAG = 1 << 16
_SPANS = 200  # of a longer list nobody reads more

_PREFIX = rb"<(?:[^\s<>:/\"'=]+:)?"
# no cell comes between: neither tag has a > or < in its values, whoever writes it
_ROW_OR_COLUMN = re.compile(_PREFIX + rb"(row|col)(?=[\s/>])([^<>]*)>")
_HIDDEN = re.compile(rb"\shidden\s*=\s*[\"'](?:1|true)[\"']")
_ROW = re.compile(rb"\sr\s*=\s*[\"'](\d{1,7})[\"']")
_FIRST = re.compile(rb"\smin\s*=\s*[\"'](\d{1,5})[\"']")
_LAST = re.compile(rb"\smax\s*=\s*[\"'](\d{1,5})[\"']")
_SHEET = re.compile(_PREFIX + rb"sheet(?=\s)([^<>]*)>")
_SHEET_ID = re.compile(rb":id\s*=\s*[\"']([^\"']{1,255})[\"']")
_RELATION = re.compile(_PREFIX + rb"Relationship(?=\s)([^<>]*)>")
_RELATION_ID = re.compile(rb"\sId\s*=\s*[\"']([^\"']{1,255})[\"']")
_TARGET = re.compile(rb"\sTarget\s*=\s*[\"']([^\"']{1,1024})[\"']")


class Hidden:
    """Numbers from 1 of the hidden ``rows`` and ``columns`` of one sheet."""

    def __init__(self):
        self.rows = set()
        self.columns = set()

    def hide_rows(self, first, last):
        self.rows.update(range(first, min(last, MAX_ROWS) + 1))

    def hide_columns(self, first, last):
        self.columns.update(range(first, min(last, MAX_COLUMNS) + 1))


def of_sheet(pieces):
    """:class:`Hidden` of an .xlsx sheet part.

    :param pieces: the part's bytes, piece by piece
    """
    hidden, number, tail = Hidden(), 0, b""
    for piece in chain(pieces, (b"<",)):
        text = tail + piece
        cut = text.rfind(b"<")  # a tag may go on in the next piece
        tail = text[cut : cut + _LONGEST_TAG]
        for match in _ROW_OR_COLUMN.finditer(text, 0, cut):
            name, attributes = match.groups()
            if name == b"row":
                place = _ROW.search(attributes)
                number = int(place.group(1)) if place else number + 1
                if _HIDDEN.search(attributes):
                    hidden.hide_rows(number, number)
            elif _HIDDEN.search(attributes):
                first, last = _FIRST.search(attributes), _LAST.search(attributes)
                if first and last:
                    hidden.hide_columns(int(first.group(1)), int(last.group(1)))
    return hidden


def sheet_parts(workbook, relations):
    """Names, in small letters, of the parts of an .xlsx that hold its sheets, in their order; None
    for one that cannot be told.

    :param bytes workbook: xl/workbook.xml
    :param bytes relations: xl/_rels/workbook.xml.rels
    """
    targets = {}
    for match in _RELATION.finditer(relations):
        name, target = _RELATION_ID.search(match.group(1)), _TARGET.search(match.group(1))
        if name and target:
            path = target.group(1).decode("utf-8", "replace").replace("\\", "/").lower()
            path = path.removeprefix("./")
            targets[name.group(1)] = path[1:] if path.startswith("/") else f"xl/{path}"
    found = (_SHEET_ID.search(match.group(1)) for match in _SHEET.finditer(workbook))
    return [targets.get(place.group(1)) if place else None for place in found]


def spans(numbers, word=str):
    """Numbers in words of few signs: "2, 5–7".

    :param word: makes a number a word
    """
    found = []
    for number in sorted(numbers):
        if found and found[-1][1] == number - 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    shown = found[:_SPANS]
    text = ", ".join(
        word(first) if first == last else f"{word(first)}–{word(last)}" for first, last in shown
    )
    return text + (", …" if len(found) > len(shown) else "")
