"""The addon's terms and their Chinese: read, merged and written in one form.

Used by dev/i18n, which writes, and by po_complete.py, which checks.  Both start from a fresh
export of an installed copy.  Entries stand in the order of their terms and no date is written,
so a file changes only where a term does.
"""

import json
import re
from pathlib import Path

import polib
from lxml import etree

ROOT = Path(__file__).resolve().parents[2]
ADDON = "edu_dropout_control"
POT = ROOT / "i18n" / f"{ADDON}.pot"
PO = ROOT / "i18n" / "zh_CN.po"

# `%s`, `%(name)s`, `%%`; the letters are those that Odoo's Python uses.  A blank is no flag here:
# "100% sure" is a text.
PRINTF = re.compile(r"%(?:\((\w+)\))?[-+#0]?\d*(?:\.\d+)?([sdifrxX%])")
BRACES = re.compile(r"\{\{.*?\}\}|\{[\w.]*\}|\$\{.*?\}")


def read(path):
    """The entries of a .po or .pot by their terms, obsolete ones left out."""
    return {entry.msgid: entry for entry in polib.pofile(str(path)) if not entry.obsolete}


def text_of(entries, language=""):
    """The text of a file of ours: sorted, dateless."""
    catalogue = polib.POFile(wrapwidth=78)
    catalogue.header = (
        "Translation of Odoo Server.\n"
        "This file contains the translation of the following modules:\n"
        f"\t* {ADDON}\n"
    )
    catalogue.metadata = {
        "Project-Id-Version": "Odoo Server 19.0",
        "Report-Msgid-Bugs-To": "",
        "Language-Team": "",
        **({"Language": language} if language else {}),
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": "nplurals=1; plural=0;" if language else "",
    }
    catalogue.extend(sorted(entries, key=lambda entry: entry.msgid))
    return f"{str(catalogue).rstrip()}\n"


def catalogues(export, translations):
    """The texts of the .pot and the .po that belong to a fresh export.

    :param dict export: fresh entries by term.
    :param dict translations: Chinese by term.
    """

    def entries(chinese):
        return [
            polib.POEntry(
                msgid=entry.msgid,
                msgstr=chinese.get(entry.msgid, ""),
                comment=entry.comment,
                occurrences=entry.occurrences,
            )
            for entry in export.values()
        ]

    return text_of(entries({})), text_of(entries(translations), "zh_CN")


def known_translations():
    """What zh_CN.po says now; a fuzzy entry says nothing."""
    if not PO.exists():
        return {}
    return {
        term: entry.msgstr
        for term, entry in read(PO).items()
        if entry.msgstr and "fuzzy" not in entry.flags
    }


def odoo_translations(addons, modules=("base", "mail", "web", "base_setup")):
    """What Odoo itself calls these things, the first module that knows one first."""
    found = {}
    for module in modules:
        for path in (
            Path(addons) / module / "i18n" / "zh_CN.po",
            Path(addons).parent.parent / "addons" / module / "i18n" / "zh_CN.po",
        ):
            if path.exists():
                for term, entry in read(path).items():
                    if entry.msgstr and "fuzzy" not in entry.flags:
                        found.setdefault(term, entry.msgstr)
                break
    return found


def is_inherited(entry):
    """Whether the term is the label of a field that a model of Odoo's gives to ours.

    Other terms are ours to translate, even where Odoo has the word: "State" of a child is no
    federal state.
    """
    return any(
        where.startswith("model:ir.model.fields,") and where.rpartition("__")[2] in INHERITED_FIELDS
        for where, _line in entry.occurrences
    )


INHERITED_FIELDS = frozenset(
    [
        *("id", "display_name", "create_uid", "create_date", "write_uid", "write_date"),
        *("activity_ids", "activity_state", "activity_user_id", "activity_type_id"),
        *("activity_type_icon", "activity_date_deadline", "my_activity_date_deadline"),
        *("activity_summary", "activity_exception_decoration", "activity_exception_icon"),
        *("activity_calendar_event_id", "activity_plans_ids"),
        *("message_is_follower", "message_follower_ids", "message_partner_ids", "message_ids"),
        *("has_message", "message_needaction", "message_needaction_counter"),
        *("message_has_error", "message_has_error_counter", "message_attachment_count"),
        *("message_main_attachment_id", "message_has_sms_error"),
        *("rating_ids", "website_message_ids"),
    ]
)


def problems(term, chinese):
    """What is wrong with a translation, in words."""
    wanted = sorted(match[0] for match in PRINTF.finditer(term))
    if sorted(match[0] for match in PRINTF.finditer(chinese)) != wanted:
        yield f"its placeholders are not {' '.join(wanted) or 'none'}"
    if sorted(BRACES.findall(term)) != sorted(BRACES.findall(chinese)):
        yield "its parts in braces differ"
    if (term[:1] == "\n", term[-1:] == "\n") != (chinese[:1] == "\n", chinese[-1:] == "\n"):
        yield "it begins or ends with another line break"
    if term[:1].isspace() != chinese[:1].isspace() or term[-1:].isspace() != chinese[-1:].isspace():
        yield "it begins or ends with a blank where the term does not, or the other way round"
    shape = tags(term)
    if shape is not None and tags(chinese) != shape:
        yield "its tags are not those of the term"


def tags(text):
    """The tags of a piece of XML in alphabetical order; None of what is not well-formed."""
    try:
        root = etree.fromstring(f"<x>{text}</x>")
    except etree.XMLSyntaxError:
        return None
    return sorted(element.tag for element in root.iter() if isinstance(element.tag, str))


def read_dictionary(path):
    """A JSON file of {term: Chinese}."""
    content = json.loads(Path(path).read_text(encoding="utf-8"))
    if not isinstance(content, dict) or not all(isinstance(v, str) for v in content.values()):
        raise ValueError(f"{path} is not a JSON dictionary of texts")
    return content
