"""Cleaning of text that people and spreadsheets have been through.

Called by every module that takes text from outside. All functions take any object, never raise on
odd input and give ``str``.
"""

import re
import unicodedata

# zero-width characters, joiners, byte order mark, soft hyphen, direction marks, variation selectors
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0100-\U000e01ef\x00-\x08\x0e-\x1f\x7f]"
)
_SPACE = re.compile(r"\s+")
_FORMULA_TEXT = re.compile(r'^="(.*)"$', re.DOTALL)
_APOSTROPHES = "'\u2018\u2019\u02bc\u2032\u00b4`"
_WRAPPING = ("=", *_APOSTROPHES)
_NUMBER_NOISE = re.compile(r"[\s'\"\u2018\u2019\u201c\u201d\u02bc\u2032\u00b4`]+")
# letters that look like X: the multiplication sign, Cyrillic and Greek ones
_X_ALIKE = str.maketrans(
    {"\u00d7": "X", "\u0445": "X", "\u0425": "X", "\u03a7": "X", "\u03c7": "X"}
)


_ROUNDS = 8  # in which a text settles; more only for what nobody writes


def clean(value):
    """Text in one line: half-width (NFKC), no invisible characters, single spaces, no leading
    apostrophe, no ``="…"`` wrapping. None gives ''. Cleaning what is clean changes nothing."""
    if value is None:
        return ""
    text = value if isinstance(value, str) else str(value)
    is_ascii = text.isascii()
    if is_ascii and text.isalnum():
        return text
    if text.isprintable() and (
        is_ascii or (unicodedata.is_normalized("NFKC", text) and not _INVISIBLE.search(text))
    ):
        plain = _SPACE.sub(" ", text).strip() if " " in text else text
        if not plain.startswith(_WRAPPING):
            return plain
    return settled(_cleaned, text)


def clean_number(value):
    """A number of a person or thing as written in documents: :func:`clean`, then no spaces and
    apostrophes at all, capital letters, everything that looks like X is X."""
    if isinstance(value, str) and value.isascii() and value.isalnum():
        return value.upper()
    text = clean(value)
    if text.isascii() and text.isalnum():
        return text.upper()
    return settled(_number, text)


def settled(step, text):
    """``step`` over and over until it changes nothing: what is taken out may bring together what
    composes, and compared and digested forms must be stable."""
    for _round in range(_ROUNDS):
        before, text = text, step(text)
        if text == before:
            break
    return text


def _cleaned(text):
    text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    text = _SPACE.sub(" ", text).strip()
    match = _FORMULA_TEXT.match(text)
    if match:
        text = match.group(1)
    return text.lstrip(_APOSTROPHES).strip()


def _number(text):
    return _cleaned(_NUMBER_NOISE.sub("", text).translate(_X_ALIKE).upper())
