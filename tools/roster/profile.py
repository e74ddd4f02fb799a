"""Which of the kept layouts (a source, a year: province, registry release) a file has.

Called by ``roster.parse``. A layout is known by its headers, in whatever order: the one that shares the
most of them with a row of the file's head, counted against all headers of both.
"""

from ..text import clean
from .header import column_keys, head_of, joined_headers

LIKE = 0.6  # of the headers of both together


def best_profile(sheets, profiles):
    """The layout of a file.

    :param sheets: for each sheet its rows, (row number, cells); only the heads are looked at.
    :param profiles: {id: {key of a column: field key or None}}; of two that fit alike the first.
    :return: (id, its dictionary), or (None, {}) when none is like it.
    """
    best, found = LIKE, (None, {})
    if not profiles:
        return found
    for rows in sheets:
        head = head_of(rows)
        for at, (number, cells) in enumerate(head):
            texts = [clean(cell) if isinstance(cell, str) else "" for cell in cells]
            below = (
                head[at + 1][1] if at + 1 < len(head) and head[at + 1][0] == number + 1 else None
            )
            for profile_id, wanted in profiles.items():
                candidates = [texts]
                if below:
                    candidates.append(joined_headers(cells, below, wanted))
                for candidate in candidates:
                    keys = set(column_keys(candidate)) - {""}
                    alike = len(keys & wanted.keys()) / (len(keys | wanted.keys()) or 1)
                    if alike > best or (alike == best and found[0] is None):
                        best, found = alike, (profile_id, wanted)
    return found
