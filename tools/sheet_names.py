"""Names of worksheets as Excel takes them. Plain Python without the ORM."""

import re

MOST = 31
RESERVED = {"history"}


def sheet_names(names):
    """A valid name for each of ``names``, in order, and no two alike to Excel, which does not tell
    small letters from capitals: at most 31 characters, none of ``[]:*?/\\``, no quote at either end.

    :return: a list of as many names
    """
    used, result = set(RESERVED), []
    for name in names:
        plain = re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", name or "")
        plain = " ".join(plain.split()).strip("'")[:MOST].strip("' ") or "Sheet"
        candidate, number = plain, 1
        while candidate.casefold() in used:
            number += 1
            end = f" ({number})"
            candidate = plain[: MOST - len(end)].rstrip("' ") + end
        used.add(candidate.casefold())
        result.append(candidate)
    return result
