"""Just enough of OLE2 and BIFF to look into an .xls before a full reader opens it.

Called by ``reader.py`` only. It tells an encrypted file from a readable one and how far the cells
reach, since a reader that lays a sheet out densely could be made to fill the memory by one cell in
the far corner; and it tells what is hidden. Raises :class:`OleError` for whatever is not well-formed.
"""

import struct

from .hidden import Hidden

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_END = 0xFFFFFFFC  # this and above: end of chain, free, table sectors
# BIFF records that hold a filled cell; blank ones are left out, readers skip them
_CELL_RECORDS = frozenset((0x0006, 0x0203, 0x0204, 0x0205, 0x00D6, 0x00FD, 0x027E, 0x0406, 0x0206))
_MULRK = 0x00BD
_FILEPASS = 0x002F
_DIMENSIONS = 0x0200
_BOF = frozenset((0x0009, 0x0209, 0x0409, 0x0809))
_BOUNDSHEET, _ROW, _COLINFO = 0x0085, 0x0208, 0x007D


class OleError(Exception):
    """Not a well-formed OLE2 file."""


class OleFile:
    """The streams of an OLE2 file held in memory.

    :param bytes data: the whole file.
    :raises OleError: broken or cut off.
    """

    def __init__(self, data):
        try:
            self._open(data)
        except (struct.error, IndexError, OverflowError) as error:
            raise OleError("broken") from error

    def _open(self, data):
        if len(data) < 512 or not data.startswith(MAGIC):
            raise OleError("no OLE2 header")
        self.data = data
        shift, mini_shift = struct.unpack_from("<HH", data, 30)
        if not (7 <= shift <= 16 and 4 <= mini_shift < shift):
            raise OleError("sector size")
        self.size = 1 << shift
        self.mini_size = 1 << mini_shift
        dir_start = struct.unpack_from("<I", data, 48)[0]
        self.cutoff, mini_start, _n_mini, difat_next, n_difat = struct.unpack_from("<5I", data, 56)
        difat = list(struct.unpack_from("<109I", data, 76))
        seen = set()
        while difat_next < _END and n_difat and difat_next not in seen:
            seen.add(difat_next)
            numbers = self._numbers(self._sector(difat_next))
            difat += numbers[:-1]
            difat_next = numbers[-1]
        self.fat = []
        for sector in difat:
            if sector < _END:
                self.fat += self._numbers(self._sector(sector))
        directory = self._chain(dir_start)
        self.entries = {}
        root = None
        for at in range(0, len(directory) - 127, 128):
            length = struct.unpack_from("<H", directory, at + 64)[0]
            kind = directory[at + 66]
            if kind not in (1, 2, 5) or not 2 <= length <= 64:
                continue
            name = directory[at : at + length - 2].decode("utf-16-le", "replace")
            start, size = struct.unpack_from("<II", directory, at + 116)
            if kind == 5:
                root = (start, size)
            else:
                self.entries.setdefault(name.lower(), (start, size, kind))
        if root is None:
            raise OleError("no root")
        self.mini_fat = self._numbers(self._chain(mini_start)) if mini_start < _END else []
        self.mini = self._chain(root[0])[: root[1]] if root[0] < _END else b""

    @staticmethod
    def _numbers(raw):
        return list(struct.unpack(f"<{len(raw) // 4}I", raw[: len(raw) // 4 * 4]))

    def _sector(self, number):
        start = (number + 1) * self.size
        if start >= len(self.data):
            raise OleError("cut off")
        # the last sector of a file is not always written to its end
        return self.data[start : start + self.size].ljust(self.size, b"\0")

    def _chain(self, start):
        parts, seen = [], set()
        while start < _END:
            if start in seen or start >= len(self.fat):
                raise OleError("chain")
            seen.add(start)
            parts.append(self._sector(start))
            start = self.fat[start]
        return b"".join(parts)

    def names(self):
        """Lower-case names of streams and storages."""
        return set(self.entries)

    def stream(self, name):
        """The content of the stream ``name`` (lower case); KeyError if there is none."""
        start, size, _kind = self.entries[name]
        if size >= self.cutoff:
            content = self._chain(start)
        else:
            parts, seen = [], set()
            while start < _END:
                if start in seen or start >= len(self.mini_fat):
                    raise OleError("mini chain")
                seen.add(start)
                parts.append(self.mini[start * self.mini_size : (start + 1) * self.mini_size])
                start = self.mini_fat[start]
            content = b"".join(parts)
        if len(content) < size:
            raise OleError("cut off")
        return content[:size]


def inspect_workbook(stream):
    """Look through a BIFF workbook stream.

    :return: (encrypted, cells, hidden): ``cells`` is the sum over the sheets of the rectangle from
        the first to the last filled cell, ``hidden`` {index of a sheet: ``Hidden``}.
    :raises OleError: not BIFF, or cut off within a record.
    """
    if len(stream) < 8 or struct.unpack_from("<H", stream)[0] not in _BOF:
        raise OleError("no BOF")
    at, end, total = 0, len(stream), 0
    box = None
    places, hidden, sheet = {}, {}, None  # where sheets begin, what they hide, which one this is
    unpack = struct.Struct("<HH").unpack_from
    while at + 4 <= end:
        kind, length = unpack(stream, at)
        if kind == 0 and length == 0:  # padding after the last record
            break
        at += 4
        if at + length > end:
            raise OleError("cut off")
        if kind in _CELL_RECORDS and length >= 4:
            row, column = unpack(stream, at)
            box = _widen(box, row, column, column)
        elif kind == _MULRK and length >= 6:
            row, column = unpack(stream, at)
            last = struct.unpack_from("<H", stream, at + length - 2)[0]
            box = _widen(box, row, column, max(column, last))
        elif kind == _DIMENSIONS and not _dimensions_fit(stream, at, length):
            raise OleError("dimensions")
        elif kind == _ROW and length >= 14 and stream[at + 12] & 0x20:
            row = unpack(stream, at)[0] + 1
            hidden.setdefault(sheet, Hidden()).hide_rows(row, row)
        elif kind == _COLINFO and length >= 10 and stream[at + 8] & 1:
            first, last = unpack(stream, at)
            hidden.setdefault(sheet, Hidden()).hide_columns(first + 1, last + 1)
        elif kind in _BOF:
            total += _area(box)
            box = None
            sheet = places.get(at - 4, sheet)  # a chart within a sheet begins like one
        elif kind == _BOUNDSHEET and length >= 4:
            places[struct.unpack_from("<I", stream, at)[0]] = len(places)
        elif kind == _FILEPASS:
            return True, total, {}
        at += length
    return False, total + _area(box), hidden


def _dimensions_fit(stream, at, length):
    """Whether a sheet claims no more than the format has: readers reserve memory for the claim."""
    if length not in (10, 14):
        return False
    form = "<HHHH" if length == 10 else "<IIHH"
    first_row, last_row, first_column, last_column = struct.unpack_from(form, stream, at)
    return first_row <= last_row <= 65536 and first_column <= last_column <= 256


def _widen(box, row, first, last):
    if box is None:
        return [row, row, first, last]
    box[0] = min(box[0], row)
    box[1] = max(box[1], row)
    box[2] = min(box[2], first)
    box[3] = max(box[3], last)
    return box


def _area(box):
    return (box[1] - box[0] + 1) * (box[3] - box[2] + 1) if box else 0
