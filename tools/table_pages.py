"""Tables of official documents cut into pages: not every wkhtmltopdf keeps a row whole or repeats a head.

Plain Python without the ORM. Heights are in the points that the official layout is written in (the width
of its text is 563 of them), and rather too high than too low.
"""

from dataclasses import dataclass

from .dropout_form import text_lines

WIDTH = 563
BODY, BODY_LINE = 20.4, 36


@dataclass(frozen=True)
class Layout:
    """How a table is printed.

    :param page: height of a page
    :param font: of a cell, with the height of its ``line`` and of its ``padding``, above and below
    :param continued: height of the words above what goes on
    """

    page: float
    font: float = 13.4
    line: float = 19
    padding: float = 8
    continued: float = 22

    def row_height(self, columns, cells):
        """Height of a row; ``columns``: [(words, share of the width in thousandths)]."""
        lines = max(
            text_lines(text, WIDTH * share / 1000 - 6, self.font)
            for (_words, share), text in zip(columns, cells, strict=True)
        )
        return lines * self.line + self.padding

    def begin(self, above):
        """Where a table begins below text of the height ``above``: on a page of its own when that is
        nearly full or more than one, since then nobody knows what is left.

        :return: (whether it begins a page, room)
        """
        starts = above > self.page - 150
        return starts, self.page - (0 if starts else above)

    def cut(self, columns, rows, room):
        """Cut the rows of a table into what fits on a page each.

        :param room: what is left of the first page
        :return: (pieces, room left on the last page); the first piece may have no row
        """
        head = self.row_height(columns, [words for words, _share in columns])
        pieces = [[]]
        room -= head
        for cells in rows:
            height = self.row_height(columns, cells)
            if height > room and (pieces[-1] or len(pieces) == 1):
                pieces.append([])
                room = self.page - self.continued - head
            pieces[-1].append(cells)
            room -= height
        return pieces, room


# As letters are written: `paperformat_official`
OFFICIAL = Layout(page=870)


def text_height(paragraphs, line=BODY_LINE, indent="　　"):
    """Height of paragraphs of the body."""
    return sum(text_lines(indent + text, WIDTH, BODY) * line for text in paragraphs)
