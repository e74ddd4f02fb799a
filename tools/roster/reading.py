"""The process that reads a long workbook; what talks to it is ``apart.py``.

Run as a program by an isolated Python, with the bytes of memory it may take, the name of this package
and the add-on's folder. It reads and writes pickles: first the file, then questions, each answered by
pieces that it gets ready while the piece before is worked with, and hands over when ``MORE`` is asked
for. Ends with its input.
"""

import contextlib
import sys
from importlib import import_module
from itertools import chain, islice, repeat
from pickle import dump, load
from types import ModuleType

MORE = "more"
#: rows of the first pieces and of later ones: few are often all that is wanted, for a look at the file;
#: then they end where the batches of an import do
FIRST, PIECE = (32, 218, 500, 1000), 2000
MEMORY = 3 << 30  # bytes of address space
SECONDS = 900  # of the processor


def limit(memory):
    """Take no more than a file may need; leave no picture of the memory behind, children are in it."""
    with contextlib.suppress(ImportError):  # there is none on Windows
        import resource

        for what, most in (
            (resource.RLIMIT_AS, memory),
            (resource.RLIMIT_CPU, SECONDS),
            (resource.RLIMIT_CORE, 0),
        ):
            _soft, hard = resource.getrlimit(what)
            most = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(what, (most, most))


def stand_in(package, home):
    """Have ``package`` imported without what it lies in: Odoo is not needed, and takes its time.

    :param str package: "odoo.addons.<add-on>.tools.roster"
    :param str home: the add-on's folder
    """
    names = package.split(".")[:-2]
    for depth in range(1, len(names) + 1):
        module = ModuleType(".".join(names[:depth]))
        module.__path__ = [home] if depth == len(names) else []
        sys.modules[module.__name__] = module
    return import_module(package)


class Answers:
    """What is answered to each question, as an iterator of pieces (lists)."""

    def __init__(self, roster, max_unpacked, pieces):
        self.roster = roster
        self.max_unpacked = max_unpacked
        self.data = b"".join(pieces)
        self.raw = self.parsed = None

    def to(self, question, *given):
        try:
            yield from getattr(self, question)(*given)
        except self.roster.RosterFileError as error:
            yield error

    def file(self, known):
        if self.raw is None:
            self.raw = self.roster.open_file(self.data, max_unpacked=self.max_unpacked)
            self.data = None
        parsed = self.parsed = self.roster.understand(self.raw, **known)
        sheets = [(s.name, s.index, s.hidden, s.mapping, s.problems) for s in parsed.sheets]
        yield [(parsed.kind, parsed.profile, parsed.problems, sheets)]

    def longer(self, limit):
        yield [self.parsed.is_longer_than(limit)]

    def rows(self, index, after):
        sheet = next(sheet for sheet in self.parsed.sheets if sheet.index == index)
        rows = (
            (row.number, row.values, row.problems, row.skipped, row.cells)
            for row in sheet.rows(after)
        )
        sizes = chain(FIRST, repeat(PIECE))
        while piece := list(islice(rows, next(sizes))):
            yield piece


def serve(roster, read, write):
    """Answer until the other side has no more questions."""
    answers = Answers(roster, load(read), iter(lambda: load(read), b""))
    ready, pieces = None, iter(())
    while True:
        question = load(read)
        if question == MORE:
            dump(ready, write, protocol=5)
            write.flush()
        else:
            pieces = answers.to(*question)
        ready = next(pieces, None)


def main():
    memory, *package = sys.argv[1:]
    limit(int(memory))
    with contextlib.suppress(EOFError, BrokenPipeError):
        serve(stand_in(*package), sys.stdin.buffer, sys.stdout.buffer)


if __name__ == "__main__":
    main()
