"""Keeps numbers of persons out of Odoo's logs. Plain Python.

A filter on the log handlers takes identity numbers (15 and 18 characters), student numbers (G, L or J
before 18), account and certificate numbers, and mobile phones out of messages, their arguments and
tracebacks. Any run of 15 and more digits goes, also when a letter touches it, because a mistyped
number tells nearly as much as the right one, and JSON writes Chinese as ``\\u8bc1``, which ends in a
digit. Records without such a run pass untouched.
"""

import logging
import re

REPLACEMENT = "<number>"

_SECRET = re.compile(
    r"[GLJglj]?\d{15,}[0-9Xx]?"
    r"|(?:(?<=\\u[0-9a-fA-F]{4})|(?<!\d))1[3-9]\d{9}(?!\d)"
)
_CANDIDATE = re.compile(r"\d{11}")
_formatter = logging.Formatter()


def redact(text):
    """``text`` without numbers of persons."""
    return _SECRET.sub(REPLACEMENT, text)


def holds_secret(text):
    """Whether ``text`` holds what looks like a number of a person, blanks and hyphens aside."""
    text = text or ""
    return bool(
        _SECRET.search(text) or _SECRET.search(re.sub(r"(?<=\d)[ \u3000-](?=\d)", "", text))
    )


class SecretFilter(logging.Filter):
    """Changes records, keeps all of them."""

    def filter(self, record):
        try:
            message = record.getMessage()
        except Exception:  # noqa: BLE001 - logging itself reports a message that cannot be built
            message = f"{record.msg} {record.args}"
            if not _CANDIDATE.search(message):
                message = None
        if message and _CANDIDATE.search(message):
            clean = redact(message)
            if clean != message:
                record.msg, record.args = clean, None
        if record.exc_info and not record.exc_text:
            # what every formatter would do, and keep, at its turn
            record.exc_text = _formatter.formatException(record.exc_info)
        if record.exc_text and _CANDIDATE.search(record.exc_text):
            clean = redact(record.exc_text)
            if clean != record.exc_text:
                record.exc_text, record.exc_info = clean, None
        if record.stack_info and _CANDIDATE.search(record.stack_info):
            record.stack_info = redact(record.stack_info)
        return True


_filter = SecretFilter()


def install():
    """Put the filter on every handler there is, once each. Called when the addon is imported and
    again by ``post_load``: handlers that somebody added in between are covered then."""
    loggers = [logging.getLogger(), *logging.Logger.manager.loggerDict.values()]
    handlers = {id(h): h for logger in loggers for h in getattr(logger, "handlers", ())}
    if logging.lastResort:
        handlers[id(logging.lastResort)] = logging.lastResort
    for handler in handlers.values():
        if not any(isinstance(each, SecretFilter) for each in handler.filters):
            handler.addFilter(_filter)
