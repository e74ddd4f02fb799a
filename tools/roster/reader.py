"""From an uploaded file to raw rows, with the row numbers that Excel shows.

Called by ``roster.parse``. What a file is, is told by its content; its name is never asked. Reads
.xlsx, .xls, .ods by python-calamine and delimited text by the standard library. Whatever goes wrong
is a :class:`RosterFileError` with a stable code; no other exception leaves :func:`open_file` or
:meth:`Sheet.rows`. Memory: a workbook is laid out densely by the reader, hence the two limits,
unpacked bytes (the caller's) and cells (``MAX_CELLS``), both checked before anything is laid out.
"""

import codecs
import csv
import io
import re
import zipfile
import zlib
from collections import Counter

from python_calamine import CalamineWorkbook

from ..problem import problem
from . import hidden, ole
from .hidden import Hidden

MAX_CELLS = 16_000_000
HEADER_AREA = 30  # rows at the top in which a header is looked for
_MAX_ENTRIES = 10_000
_CHUNK = 1 << 20  # unpacked bytes looked at in one go
_PIECE = 1 << 16  # packed bytes fed in one go
_LONGEST_CELL = 32_767  # characters; Excel has no longer ones
_XLSX_PARTS = ("xl/workbook.xml", "xl/_rels/workbook.xml.rels")
_DELIMITERS = (",", "\t", ";", "；", "，", "|")

_IMAGES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\0", b"MM\0*", b"RIFF", b"\0\0\x01\0")
_ARCHIVES = (b"Rar!", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b", b"BZh", b"\xfd7zXZ\0", b"MSCF")

_PREFIX = rb"<(?:[^\s<>:/\"'=]+:)?"
_ATTRIBUTES = rb"((?:[^<>\"']|\"[^\"]*\"|'[^']*')*)"
_CELL_TAG = re.compile(_PREFIX + rb"c(?=[\s/>])")
_CELL_COLUMN = re.compile(rb"\sr\s*=\s*[\"']([A-Za-z]{1,3})\d")
_LONG_ROW = re.compile(rb"\sr\s*=\s*[\"'][A-Za-z]{0,3}(\d{5,12})[\"']")
_ANY_ROW = re.compile(rb"\sr\s*=\s*[\"'][A-Za-z]{0,3}(\d{1,12})[\"']")
_ROW_TAG = re.compile(_PREFIX + rb"row(?=[\s/>])")
# as all common programs write cells; whatever else comes takes the thorough patterns above
_USUAL_COLUMN = re.compile(rb' r="([A-Z]{1,3})[0-9]')
_USUAL_LONG_ROW = re.compile(rb' r="[A-Z]{0,3}([0-9]{5,12})"')
_UNUSUAL = tuple(
    start + end
    for start in (b":c", b"<c")
    for end in (b" ", b"\t", b"\n", b"\r", b">", b"/")
    if start + end != b"<c "
)
_WHOLE_CELL = re.compile(_PREFIX + rb"c(?=[\s/>])" + _ATTRIBUTES + rb">(\s*</)?")
_REFERENCE = re.compile(rb"\sr\s*=\s*[\"']([A-Za-z]{1,3})(\d{1,12})[\"']")
_ODS_TAG = re.compile(
    rb"<(/?)table:(table-row|table-column|table-cell|covered-table-cell|table)(?=[\s/>])"
    + _ATTRIBUTES
    + rb">"
)
_ODS_HIDDEN = re.compile(rb"visibility\s*=\s*[\"'](?:collapse|filter)")
_ODS_REPEAT = re.compile(rb"number-(?:columns|rows)-repeated\s*=\s*[\"'](\d{1,12})")


class RosterFileError(Exception):
    """A file that cannot be read as a roster at all.

    ``code`` is one of the ``file_…`` codes of ``tools/problem.py``, ``params`` its parameters.
    """

    def __init__(self, code, **params):
        super().__init__(code)
        self.code = code
        self.params = params

    def __reduce__(self):
        return _rebuilt, (self.code, self.params)

    @property
    def problem(self):
        """The same as a :class:`~..problem.Problem`."""
        return problem(self.code, **self.params)


def _rebuilt(code, params):
    return RosterFileError(code, **params)


class Sheet:
    """One sheet: ``name``, ``index`` (from 0), ``hidden``, its rows, as often as asked, and numbers
    from 1 of those and of the columns that are hidden in it."""

    def __init__(self, name, index, hidden, make_rows, within=None):
        self.name = name
        self.index = index
        self.hidden = hidden
        self.hidden_rows = within.rows if within else frozenset()
        self.hidden_columns = within.columns if within else frozenset()
        self._make_rows = make_rows

    def rows(self):
        """Yields (row number from 1, list of cells), lazily, empty rows included.

        Cells are str, int, float, bool, date, datetime, time, timedelta or '' for an empty one.
        Merged cells are filled in the header area, below it only those one column wide.
        """
        try:
            yield from self._make_rows()
        except RosterFileError:
            raise
        except BaseException as error:  # noqa: BLE001 - Rust panics are no Exception
            raise _translated(error) from None


class RawFile:
    """An opened file: ``kind`` xlsx, xls, ods or csv; ``encoding`` and ``delimiter`` for csv."""

    def __init__(self, kind, sheets, encoding=None, delimiter=None):
        self.kind = kind
        self.sheets = sheets
        self.encoding = encoding
        self.delimiter = delimiter


def _translated(error):
    """Readers in Rust panic with an exception that is no Exception: none of those gets out."""
    if isinstance(error, (KeyboardInterrupt, SystemExit, GeneratorExit)):
        return error
    if isinstance(error, RosterFileError):
        return error
    if isinstance(error, MemoryError):
        return RosterFileError("file_too_many_cells", limit=MAX_CELLS)
    return RosterFileError("file_corrupt")


class _Bytes:
    """Bytes as a source: ``size`` and ``open()``."""

    def __init__(self, data):
        self.data = data
        self.size = len(data)

    def open(self):
        return io.BytesIO(self.data)


def as_source(data):
    """``data`` as a source: something with ``size`` and ``open()``, which gives a binary file."""
    return data if hasattr(data, "open") else _Bytes(bytes(data))


def is_workbook(source):
    """Whether a source begins as workbooks do, of whatever kind."""
    with source.open() as file:
        return file.read(len(ole.MAGIC)).startswith((b"PK", ole.MAGIC))


def _pieces(source):
    with source.open() as file:
        while piece := file.read(_CHUNK):
            yield piece


def open_file(data, *, max_unpacked):
    """Open an uploaded file.

    :param data: the file, as bytes or as a source. Of a source, text is never held as a whole.
    :param int max_unpacked: bytes it may have when unpacked; the same limit holds for plain text.
    :return: :class:`RawFile`.
    :raises RosterFileError: see its codes.
    """
    try:
        return _open(as_source(data), max_unpacked)
    except RosterFileError:
        raise
    except BaseException as error:  # noqa: BLE001 - Rust panics are no Exception
        raise _translated(error) from None


def _open(source, max_unpacked):
    if not any(piece.strip(b"\0 \t\r\n\xef\xbb\xbf") for piece in _pieces(source)):
        raise RosterFileError("file_empty")
    if source.size > max_unpacked:
        raise RosterFileError("file_too_large", limit=max_unpacked)
    with source.open() as file:
        head = file.read(4096)
    if head.startswith((b"PK", ole.MAGIC)):
        with source.open() as file:
            data = file.read()
        return _open_zip(data, max_unpacked) if head.startswith(b"PK") else _open_ole(data)
    if head.startswith(b"%PDF") or b"%PDF-" in head[:1024]:
        raise RosterFileError("file_pdf")
    if head.startswith(_ARCHIVES):
        raise RosterFileError("file_archive")
    if head.startswith(_IMAGES) and b"\0" in head:
        raise RosterFileError("file_image")
    return _open_text(source, head)


# -- workbooks ------------------------------------------------------------------------------------


def _open_ole(data):
    try:
        file = ole.OleFile(data)
        names = file.names()
        if "encryptedpackage" in names or "encryptioninfo" in names:
            raise RosterFileError("file_encrypted")
        stream_name = next((n for n in ("workbook", "book") if n in names), None)
        if stream_name is None:
            raise RosterFileError("file_not_workbook")
        encrypted, cells, within = ole.inspect_workbook(file.stream(stream_name))
    except ole.OleError:
        # a cut-off encrypted package is still best told as one
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise RosterFileError("file_encrypted") from None
        raise RosterFileError("file_corrupt") from None
    if encrypted:
        raise RosterFileError("file_encrypted")
    if cells > MAX_CELLS:
        raise RosterFileError("file_too_many_cells", limit=MAX_CELLS)
    return _open_calamine(data, "xls", within)


def _open_zip(data, max_unpacked):
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        entries = archive.infolist()
    except Exception:  # noqa: BLE001 - zipfile raises a dozen kinds
        raise RosterFileError("file_corrupt") from None
    if len(entries) > _MAX_ENTRIES or sum(e.file_size for e in entries) > max_unpacked:
        raise RosterFileError("file_too_large", limit=max_unpacked)
    names = {e.filename.lstrip("/").lower() for e in entries}
    if any(e.flag_bits & 1 for e in entries):
        raise RosterFileError("file_encrypted")
    if "xl/workbook.bin" in names:
        raise RosterFileError("file_xlsb")
    if "content.xml" in names:
        kind = "ods"
    elif any(n.startswith("xl/") for n in names) and "[content_types].xml" in names:
        kind = "xlsx"
    elif "[content_types].xml" in names:
        raise RosterFileError("file_not_workbook")
    else:
        raise RosterFileError("file_archive")
    unpacked = cells = 0
    within, hiding, texts = {}, {}, {}
    for entry in entries:
        name = entry.filename.lstrip("/").lower()
        scan = _Extent() if name.endswith((".xml", ".rels")) else None
        keep = [] if scan and (kind == "ods" or name in _XLSX_PARTS) else None
        for chunk in _unpack(data, entry):
            unpacked += len(chunk)
            if unpacked > max_unpacked:
                raise RosterFileError("file_too_large", limit=max_unpacked)
            if keep is not None:
                keep.append(chunk)
            if scan and kind != "ods":
                scan.feed(chunk)
        if keep is not None:
            texts[name] = b"".join(keep)
            if name == "meta-inf/manifest.xml" and b"encryption-data" in texts[name]:
                raise RosterFileError("file_encrypted")
            if kind == "ods" and name == "content.xml":
                more, within = _ods_extent(texts[name])
                cells += more
        if scan and kind != "ods":
            bound = scan.cells
            cells += _sheet_cells(b"".join(_unpack(data, entry))) if bound is None else bound
            if scan.hides:
                hiding[name] = entry
        if cells > MAX_CELLS:
            raise RosterFileError("file_too_many_cells", limit=MAX_CELLS)
    if kind == "ods":
        mime = next((e for e in entries if e.filename == "mimetype"), None)
        if mime is not None and b"spreadsheet" not in b"".join(_unpack(data, mime)):
            raise RosterFileError("file_not_workbook")
    if hiding:
        parts = hidden.sheet_parts(*(texts.get(name, b"") for name in _XLSX_PARTS))
        within = {
            index: hidden.of_sheet(_unpack(data, hiding[part]))
            for index, part in enumerate(parts)
            if part in hiding
        }
    return _open_calamine(data, kind, within)


def _unpack(data, entry):
    """Yields the unpacked bytes of a zip entry in pieces; RosterFileError where the directory lies.

    Not ``ZipFile.open``: that stops at the size the directory tells, the workbook reader does not.
    """
    at = entry.header_offset
    header = data[at : at + 30]
    if len(header) < 30 or header[:4] != b"PK\3\4":
        raise RosterFileError("file_corrupt")
    start = (
        at + 30 + int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
    )
    packed = memoryview(data)[start : start + entry.compress_size]
    if len(packed) < entry.compress_size:
        raise RosterFileError("file_corrupt")
    if entry.compress_type == zipfile.ZIP_STORED:
        if entry.compress_size != entry.file_size:
            raise RosterFileError("file_corrupt")
        for offset in range(0, len(packed), _CHUNK):
            yield bytes(packed[offset : offset + _CHUNK])
        return
    if entry.compress_type != zipfile.ZIP_DEFLATED:
        raise RosterFileError("file_corrupt")
    engine, size = zlib.decompressobj(-15), 0
    try:
        for offset in range(0, len(packed), _PIECE):
            pending = packed[offset : offset + _PIECE]
            while pending and not engine.eof:
                chunk = engine.decompress(pending, _CHUNK)
                pending = engine.unconsumed_tail
                size += len(chunk)
                if size > entry.file_size:
                    raise RosterFileError("file_corrupt")
                yield chunk
        chunk = engine.flush()
        size += len(chunk)
        yield chunk
    except zlib.error:
        raise RosterFileError("file_corrupt") from None
    if size != entry.file_size:
        raise RosterFileError("file_corrupt")


def _column_number(letters):
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


class _Extent:
    """How far the cells of a sheet part reach, told from its bytes as they come by: an upper bound,
    good enough for all but odd files, and quick."""

    def __init__(self):
        self.tail = b""
        self.is_sheet = False
        self.hides = False  # whether something in it may be hidden
        self.columns = set()
        self.last_row = 9_999  # numbers below are not worth collecting
        self.tags = self.references = 0

    def feed(self, chunk):
        if not self.tail and (b"\0" in chunk[:200] or chunk[:2] in (b"\xff\xfe", b"\xfe\xff")):
            raise RosterFileError("file_corrupt")  # UTF-16, which nobody writes here
        text = self.tail + chunk
        cut = text.rfind(b"<")  # what may still go on is looked at with the next chunk
        if cut <= 0 or len(text) - cut > _CHUNK:
            cut = len(text)
        self.look(text[:cut])
        self.tail = text[cut:]

    def look(self, text):
        if not self.is_sheet and b"sheetData" in text:
            self.is_sheet = True
        if not self.hides and b"hidden" in text:
            self.hides = True
        if not self.is_sheet:
            return
        tags, columns = text.count(b"<c "), _USUAL_COLUMN.findall(text)
        long_row = _USUAL_LONG_ROW
        odd = text.count(b"<c") != tags or b":c" in text  # seldom: spares a search for each mark
        if tags != len(columns) or (odd and any(mark in text for mark in _UNUSUAL)):
            tags, columns = len(_CELL_TAG.findall(text)), _CELL_COLUMN.findall(text)
            long_row = _LONG_ROW
        self.tags += tags
        self.references += len(columns)
        self.columns.update(columns)
        rows = set(long_row.findall(text))
        if rows:
            self.last_row = max(self.last_row, *map(int, rows))

    @property
    def cells(self):
        """An upper bound, or None where it takes a closer look."""
        self.look(self.tail)
        self.tail = b""
        if not self.is_sheet or not self.tags:
            return 0
        if self.tags != self.references:  # cells without a place of their own
            return None
        cells = max(map(_column_number, self.columns)) * self.last_row
        return cells if cells <= MAX_CELLS else None


def _sheet_cells(xml):
    """The rectangle that the filled cells of a sheet part take; an upper bound where cells have no
    place of their own and follow each other."""
    tags = len(_CELL_TAG.findall(xml))
    rows, columns, referenced = set(), set(), 0
    for match in _WHOLE_CELL.finditer(xml):
        place = _REFERENCE.search(match.group(1))
        if place is None:
            continue
        referenced += 1
        if match.group(2) is None and not match.group(1).endswith(b"/"):
            columns.add(place.group(1))
            rows.add(place.group(2))
    if referenced == tags:
        if not rows:
            return 0
        numbers = [int(r) for r in rows]
        places = [_column_number(c) for c in columns]
        return (max(numbers) - min(numbers) + 1) * (max(places) - min(places) + 1)
    width = max((_column_number(c) for c in set(_CELL_COLUMN.findall(xml))), default=0)
    parts = _ROW_TAG.split(xml)
    width += max(
        max(0, len(_CELL_TAG.findall(part)) - len(_CELL_COLUMN.findall(part))) for part in parts
    )
    return width * (max(map(int, set(_ANY_ROW.findall(xml))), default=0) + len(parts))


def _ods_extent(xml):
    """(the rectangles that the filled cells of an .ods take, repetitions counted; {index of a sheet:
    what is hidden in it})"""
    total = row = last_row = width = column = 0
    sheets = []
    at = filled = 0
    repeat_row = 1
    for match in _ODS_TAG.finditer(xml):
        closing, name, attributes = match.groups()
        alone = attributes.endswith(b"/")
        repeat = _ODS_REPEAT.search(attributes)
        times = int(repeat.group(1)) if repeat else 1
        is_hidden = not closing and _ODS_HIDDEN.search(attributes) is not None
        if name == b"table":
            total += last_row * width
            row = last_row = width = column = 0
            if not closing:
                sheets.append(Hidden())
        elif name == b"table-column":
            if is_hidden and sheets:
                sheets[-1].hide_columns(column + 1, column + times)
            column += 0 if closing else times
        elif name == b"table-row" and not closing:
            at = filled = 0
            repeat_row = times
            if is_hidden and sheets:
                sheets[-1].hide_rows(row + 1, row + times)
            if alone:
                row += times
        elif name == b"table-row":
            row += repeat_row
            if filled:
                last_row, width = row, max(width, filled)
        elif not closing:
            at += times
            if not alone or b"value" in attributes:
                filled = at
    return total + last_row * width, dict(enumerate(sheets))


def _open_calamine(data, kind, within):
    workbook = CalamineWorkbook.from_object(io.BytesIO(data))
    sheets = []
    for index, meta in enumerate(workbook.sheets_metadata):
        if "WorkSheet" not in str(meta.typ):  # charts, macros, dialogs
            continue
        is_hidden = "Visible" not in str(meta.visible).rsplit(".", 1)[-1]
        rows = _CalamineRows(workbook, index)
        sheets.append(Sheet(meta.name, index, is_hidden, rows, within.get(index)))
    if not sheets:
        raise RosterFileError("file_not_workbook")
    return RawFile(kind, sheets)


class _CalamineRows:
    """Rows of one sheet. The sheet is parsed at first use and kept, header search comes first."""

    def __init__(self, workbook, index):
        self.workbook = workbook
        self.index = index
        self.sheet = None

    def __call__(self):
        if self.sheet is None:
            self.sheet = self.workbook.get_sheet_by_index(self.index)
        sheet = self.sheet
        if sheet.start is None:
            return
        left = [""] * sheet.start[1]  # the reader cuts empty columns off, though not empty rows
        merged = self._merged(sheet)
        anchors = {}
        for number, cells in enumerate(sheet.iter_rows()):
            row = left + cells
            for first_row, first, last in merged.get(number, ()):
                if number == first_row and first < len(row):
                    anchors[first_row, first] = row[first]
                value = anchors.get((first_row, first), "")
                if last >= len(row):
                    row += [""] * (last + 1 - len(row))
                for column in range(first, last + 1):
                    row[column] = value
            yield number + 1, row

    @staticmethod
    def _merged(sheet):
        """{row: [(first row, first column, last column)]} of the merged ranges to fill."""
        found = {}
        room = 200_000  # filled rows at most: a range of a million rows is no header
        for (row, column), (last_row, last_column) in sheet.merged_cell_ranges or ():
            if row >= HEADER_AREA and column != last_column:
                continue
            last_row = min(last_row, sheet.end[0])
            last_column = min(last_column, max(sheet.end[1], column + 255))
            for number in range(row, last_row + 1):
                room -= 1
                if room < 0:
                    return found
                found.setdefault(number, []).append((row, column, last_column))
        return found


# -- text -----------------------------------------------------------------------------------------


def _encoding(source, head):
    """How delimited text is written: BOM, else strict UTF-8, else GB18030."""
    for bom, encoding in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if head.startswith(bom):
            whole, _clues = _decodes(source, encoding)
            if whole:
                return encoding
            raise RosterFileError("file_unknown" if whole is None else "file_corrupt")
    if any(b"\0" in piece for piece in _pieces(source)):
        raise RosterFileError("file_unknown")
    for encoding in ("utf-8", "gb18030"):
        whole, clues = _decodes(source, encoding)
        if whole:
            return encoding
        if whole is False and clues:
            raise RosterFileError("file_corrupt")  # cut off within its last character
    raise RosterFileError("file_unknown")


def _decodes(source, encoding):
    """(True, False where only the end of the last character is missing, None where it is not in this
    encoding; whether other characters than ASCII were among it)."""
    decoder = codecs.getincrementaldecoder(encoding)()
    clues = False
    try:
        for piece in _pieces(source):
            clues = not decoder.decode(piece).isascii() or clues
    except UnicodeDecodeError:
        return None, clues
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False, clues
    return True, clues


def _text_of(source, encoding):
    """The file as text that is decoded while it is read."""
    return io.TextIOWrapper(source.open(), encoding=encoding, newline="")


def _open_text(source, head):
    start = head.lstrip(b"\xef\xbb\xbf\xff\xfe\xfe\xff\0 \t\r\n").replace(b"\0", b"").lower()
    if start.startswith(
        (b"<!doctype html", b"<html", b"<table", b"<meta", b"<head", b"<body", b"<div")
    ):
        raise RosterFileError("file_html")
    if start.startswith(b"mime-version:") or (b"<html" in start and start[:1] == b"<"):
        raise RosterFileError("file_html")
    if start.startswith((b"<?xml", b"<workbook")):
        raise RosterFileError("file_html" if b"<html" in start else "file_xml")
    encoding = _encoding(source, head)
    with _text_of(source, encoding) as file:
        text = file.read(65536)
    # a name or a number has no control characters: a file with many is no text
    if len(re.findall(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f\ufffe\uffff]", text)) > 4:
        raise RosterFileError("file_unknown")
    with _text_of(source, encoding) as file:
        if not any(line.strip("\ufeff \t\r\n") for line in file):
            raise RosterFileError("file_empty")
    delimiter = _sniffed(text)
    return RawFile(
        "csv", [Sheet("", 0, False, _TextRows(source, encoding, delimiter))], encoding, delimiter
    )


def _sniffed(text):
    """The delimiter that cuts the first lines into the most columns, equally often."""
    best, best_score = ",", 0
    lines = text.splitlines(keepends=True)[:HEADER_AREA]
    for delimiter in _DELIMITERS:
        try:
            widths = [len(row) for row in csv.reader(lines, delimiter=delimiter)]
        except csv.Error:
            continue
        counts = Counter(w for w in widths if w > 1)
        score = max(((n * (w - 1), w) for w, n in counts.items()), default=(0, 0))[0]
        if score > best_score:
            best, best_score = delimiter, score
    return best


class _TextRows:
    """Rows of delimited text; a record that spans lines is one row, as Excel counts it."""

    def __init__(self, source, encoding, delimiter):
        self.source = source
        self.encoding = encoding
        self.delimiter = delimiter

    def __call__(self):
        with _text_of(self.source, self.encoding) as file:
            yield from self.rows(csv.reader(file, delimiter=self.delimiter))

    def rows(self, reader):
        number = 0
        try:
            for number, cells in enumerate(reader, 1):
                if any(self.swallowed(cell) for cell in cells):
                    raise RosterFileError("file_open_quote", row=number)
                yield number, cells
        except csv.Error:
            raise RosterFileError("file_open_quote", row=number + 1) from None

    def swallowed(self, cell):
        """Whether a cell holds further rows, since a quote opens it and none closes it. Not left to
        the csv module's limit: Odoo lifts that, and the children within would be lost unseen."""
        if len(cell) > _LONGEST_CELL:
            return True
        if "\n" not in cell and "\r" not in cell:
            return False
        return any(line.count(self.delimiter) >= 3 for line in cell.splitlines())
