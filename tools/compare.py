"""Two versions of one content side by side, line by line, in a person's words.

Plain Python without the ORM. What a key is called, by what an entry of a list is known again and how a
value reads comes from whoever asks (``Words``); values are compared as they are and shown as told.
"""

SAME, CHANGED, ADDED, REMOVED = "same", "changed", "added", "removed"
_NOTHING = object()


class Words:
    """How a content reads. Paths are tuples of keys and, in lists, positions."""

    #: keys that are not shown (and do not count as a difference of their own)
    skipped = frozenset()

    def label(self, path):
        return str(path[-1])

    def order(self, path, keys):
        return sorted(keys)

    def item(self, path, item, position):
        """→ (what the entry is known again by, its title)"""
        return position, f"#{position + 1}"

    def text(self, path, value):
        """→ the value as text; None for a dict or list whose parts are shown one by one"""
        return None if isinstance(value, dict | list) else str(value)


def compare(old, new, words):
    """Return the lines of the comparison of two contents (what ``json.loads`` gives, or None).

    :return: [{"level", "label", "status", "old", "new", "heading"}]; a heading has no texts, and
        its status is ``same`` where nothing below it differs
    """
    return list(_walk((), old, new, words, 0))


def differences(lines):
    """Only what differs, with the headings above it."""
    kept, headings = [], []
    for line in lines:
        while headings and headings[-1]["level"] >= line["level"]:
            headings.pop()
        if line["heading"]:
            headings.append(line)
        elif line["status"] != SAME:
            kept += [heading for heading in headings if not any(heading is old for old in kept)]
            kept.append(line)
    return kept


def _walk(path, old, new, words, level):
    if old is not _NOTHING and new is not _NOTHING and not isinstance(new, type(old)):
        # a list or dict where there was none: as parts where they are, nothing where they are not
        old, new = (_NOTHING if value is None else value for value in (old, new))
    sample = new if old is _NOTHING else old
    texts = [
        None if value is _NOTHING or not path else words.text(path, value) for value in (old, new)
    ]
    composite = isinstance(sample, dict | list) and texts == [None, None]
    if not composite:
        yield _line(path, old, new, texts, words, level)
        return
    if isinstance(sample, dict):
        parts = _of_dict(path, old, new, words, level)
    elif any(
        isinstance(item, dict) for side in (old, new) if side is not _NOTHING for item in side
    ):
        parts = _of_list(path, old, new, words, level)
    else:
        texts = [
            "、".join(
                words.text((*path, position), item) or ""
                for position, item in enumerate(() if side is _NOTHING else side)
            )
            for side in (old, new)
        ]
        yield _line(path, old, new, texts, words, level)
        return
    if not path:
        yield from parts
        return
    lines = list(parts)
    if lines:
        yield _heading(words.label(path), old, new, lines, level)
        yield from lines


def _of_dict(path, old, new, words, level):
    old, new = ({} if side is _NOTHING else side for side in (old, new))
    below = level + bool(path)
    for key in words.order(path, old.keys() | new.keys()):
        if key not in words.skipped:
            step = (*path, key)
            yield from _walk(step, old.get(key, _NOTHING), new.get(key, _NOTHING), words, below)


def _of_list(path, old, new, words, level):
    def known(side):
        found = {}
        for position, item in enumerate(() if side is _NOTHING else side):
            key, title = words.item(path, item, position)
            while key in found:  # two alike: told apart by their order
                key = (key, "+")
            found[key] = (position, title, item)
        return found

    before, after = known(old), known(new)
    for key in [*after, *(key for key in before if key not in after)]:
        position, title, item = after.get(key, before.get(key))
        step = (*path, position)
        was = before[key][2] if key in before else _NOTHING
        now = after[key][2] if key in after else _NOTHING
        if isinstance(item, dict):
            lines = list(_of_dict(step, was, now, words, level + 1))
        else:
            lines = list(_walk(step, was, now, words, level + 2))
        yield _heading(title, was, now, lines, level + 1)
        yield from lines


def _status(old, new):
    if old is _NOTHING:
        return ADDED
    if new is _NOTHING:
        return REMOVED
    return SAME if type(old) is type(new) and old == new else CHANGED


def _heading(label, old, new, lines, level):
    status = _status(old, new)
    if status == CHANGED and all(line["status"] == SAME for line in lines):
        status = SAME
    return {
        "level": level,
        "label": label,
        "status": status,
        "old": "",
        "new": "",
        "heading": True,
    }


def _line(path, old, new, texts, words, level):
    status = _status(old, new)
    was, now = (text or "" for text in texts)
    return {
        "level": level,
        "label": words.label(path),
        "status": status,
        "old": was,
        "new": now,
        "heading": False,
        # a secret that changed reads the same on both sides
        "hidden": status == CHANGED and was == now,
    }
