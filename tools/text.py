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
_NUMBER_NOISE = re.compile(r"[\s'\"\u2018\u2019\u201c\u201d\u02bc\u2032\u00b4`]+")
# letters that look like X: the multiplication sign, Cyrillic and Greek ones
_X_ALIKE = str.maketrans(
    {"\u00d7": "X", "\u0445": "X", "\u0425": "X", "\u03a7": "X", "\u03c7": "X"}
)


def clean(value):
    """Text in one line: half-width (NFKC), no invisible characters, single spaces, no leading
    apostrophe, no ``="…"`` wrapping. None gives ''."""
    if value is None:
        return ""
    text = value if isinstance(value, str) else str(value)
    if not (text.isascii() and text.isprintable()):
        text = unicodedata.normalize("NFKC", text)
        text = _INVISIBLE.sub("", text)
    text = _SPACE.sub(" ", text).strip()
    if text.startswith("="):
        match = _FORMULA_TEXT.match(text)
        if match:
            text = match.group(1).strip()
    return text.lstrip(_APOSTROPHES).strip() if text[:1] in _APOSTROPHES else text


def clean_number(value):
    """A number of a person or thing as written in documents: :func:`clean`, then no spaces and
    apostrophes at all, capital letters, everything that looks like X is X."""
    text = clean(value)
    if not text.isalnum() or not text.isascii():
        text = _NUMBER_NOISE.sub("", text).translate(_X_ALIKE)
    return text.upper()
