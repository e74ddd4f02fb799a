"""Canonical JSON: one text for one content, so that a hash of it means something.

Plain Python without the ORM. Used for sign-offs and frozen documents.
"""

import datetime
import hashlib
import json


def canonical_json(content):
    """Return the canonical text of ``content``.

    Keys sorted, UTF-8 characters kept, no blanks. Dates become ``YYYY-MM-DD``, date-times (naive
    UTC) ``YYYY-MM-DDTHH:MM:SSZ``.

    :raise TypeError: for floats, keys that are not text, and anything else that has no one text.
    """
    return json.dumps(
        _plain(content, ()),
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
        allow_nan=False,
    )


def sha256_hex(text):
    """Return the SHA-256 of ``text`` (str as UTF-8, or bytes) as 64 hexadecimal characters."""
    if isinstance(text, str):
        text = text.encode()
    return hashlib.sha256(text).hexdigest()


def changed_paths(old, new, path=()):
    """Return the paths, as tuples of keys and positions, at which two plain contents differ.

    Both are what ``json.loads`` gives. A value on one side only counts once, at its own path.
    """
    if isinstance(old, dict) and isinstance(new, dict):
        return [
            found
            for key in sorted(old.keys() | new.keys())
            for found in (
                changed_paths(old[key], new[key], (*path, key))
                if key in old and key in new
                else [(*path, key)]
            )
        ]
    if isinstance(old, list) and isinstance(new, list):
        return [
            found
            for index in range(max(len(old), len(new)))
            for found in (
                changed_paths(old[index], new[index], (*path, index))
                if index < len(old) and index < len(new)
                else [(*path, index)]
            )
        ]
    return [] if type(old) is type(new) and old == new else [path]


def _plain(value, path):
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, datetime.datetime):
        if value.tzinfo is not None:
            raise TypeError(f"{_where(path)}: date-times are naive UTC here")
        return value.replace(microsecond=0).isoformat() + "Z"
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, dict):
        for key in value:
            if not isinstance(key, str):
                raise TypeError(f"{_where(path)}: the key {key!r} is not text")
        return {key: _plain(item, (*path, key)) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item, (*path, index)) for index, item in enumerate(value)]
    raise TypeError(f"{_where(path)}: {type(value).__name__} has no canonical text")


def _where(path):
    return ".".join(map(str, path)) or "content"
