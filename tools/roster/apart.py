"""A long workbook read in a process of its own.

Called by ``edu.roster.upload.mixin``. A workbook is laid out in memory as a whole, some seven kilobytes
a child: that is not taken from the workers of Odoo, no file that breaks the reader breaks one, and while
rows are matched and written the next ones are read. The process is plain Python (``reading.py``): it
knows no database and no key, writes to no disk, and gets the file through its pipe.
"""

import contextlib
import pickle
import subprocess
import sys
import weakref
from pathlib import Path

from . import reading
from .parsed import ParsedFile, parse
from .reader import RosterFileError, as_source, is_workbook
from .rows import Row

LONG = (
    256 << 10
)  # bytes of a workbook of some two thousand children: starting a process takes 0.2 s
_PIECE = 1 << 20


def parse_long(data, *, max_unpacked, **known):
    """``parse`` (same parameters), in a process of its own where the file is a long workbook.

    :return: a :class:`ParsedFile`, to be closed
    :raises RosterFileError: as ``parse``, and ``file_reading_ended`` when the process was ended, for
        want of memory or time
    """
    source = as_source(data)
    if source.size < LONG or not sys.executable or not is_workbook(source):
        return parse(source, max_unpacked=max_unpacked, **known)
    try:
        process = _Process()
    except OSError:  # no room for one more process just now
        return parse(source, max_unpacked=max_unpacked, **known)
    return process.parse(source, max_unpacked, known)


class _Process:
    """The other process, and questions to it: each is answered piece by piece, as asked for."""

    def __init__(self):
        package = __name__.rpartition(".")[0]
        home = str(Path(__file__).parents[package.count(".") - 2])
        self._process = subprocess.Popen(
            [sys.executable, "-I", reading.__file__, str(reading.MEMORY), package, home],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # what a reader says when it breaks may tell of children
            cwd=home,
        )
        self._asked = 0
        self.close = weakref.finalize(self, _ended, self._process)

    def parse(self, source, max_unpacked, known):
        try:
            self._send(max_unpacked)
            with source.open() as file:
                while piece := file.read(_PIECE):
                    self._send(piece)
            self._send(b"")
            return self.understand(known)
        except BaseException:
            self.close()
            raise

    def understand(self, known):
        return FileApart(self, next(self.ask("file", known)))

    def ask(self, *question):
        """Yields what the process answers. A later question ends the answer to an earlier one.

        :raises RosterFileError: the file's, or ``file_reading_ended``
        """
        self._asked += 1
        number = self._asked
        self._send(question)
        while number == self._asked:
            self._send(reading.MORE)
            answer = self._received()
            if answer is None:
                return
            if isinstance(answer, RosterFileError):
                raise answer
            yield from answer
        raise RuntimeError("another question was asked")

    def _send(self, what):
        try:
            pickle.dump(what, self._process.stdin)
            self._process.stdin.flush()
        except (OSError, ValueError):  # the pipe is broken, or closed
            raise RosterFileError("file_reading_ended") from None

    def _received(self):
        try:
            return pickle.load(self._process.stdout)
        except (EOFError, OSError, ValueError, pickle.UnpicklingError):
            raise RosterFileError("file_reading_ended") from None


def _ended(process):
    process.kill()
    for pipe in (process.stdin, process.stdout):
        with contextlib.suppress(OSError):  # of what nobody reads any more
            pipe.close()
    process.wait()


class SheetApart:
    """What ``ParsedSheet`` is, of a sheet that another process reads."""

    def __init__(self, process, told):
        self._process = process
        self.name, self.index, self.hidden, self.mapping, self.problems = told

    @property
    def usable(self):
        return self.mapping is not None and self.mapping.usable

    def rows(self, after=0):
        if not self.usable:
            return
        for number, values, problems, skipped, cells in self._process.ask(
            "rows", self.index, after
        ):
            yield Row(self.name, number, values, problems, skipped, cells, self.mapping)


class FileApart(ParsedFile):
    """A parsed file that another process reads, until it is closed."""

    def __init__(self, process, told):
        self._process = process
        self.kind, self.profile, self.problems, sheets = told
        self.encoding = self.delimiter = None
        self.sheets = [SheetApart(process, sheet) for sheet in sheets]

    def is_longer_than(self, limit):
        return next(self._process.ask("longer", limit))

    def again(self, **known):
        """The same file, while it is open, where something else is known of it (see ``understand``)."""
        return self._process.understand(known)

    def close(self):
        self._process.close()
