"""The Chinese is whole: po_complete.py EXPORT, a fresh zh_CN export of an installed copy.

Names each term without a translation, each fuzzy one, each whose placeholders or tags differ from
the term's, and each that Odoo did not take over when it loaded the file.  The committed .pot and
.po must be what dev/i18n would write now.
"""

import sys

import terms


def findings(path):
    export = terms.read(path)
    committed = terms.read(terms.PO) if terms.PO.exists() else {}
    for term, entry in committed.items():
        if "fuzzy" in entry.flags:
            yield f"zh_CN.po:{entry.linenum}: fuzzy: {term!r}"
    known = terms.known_translations()
    for term, fresh in export.items():
        where = f"zh_CN.po:{committed[term].linenum}" if term in committed else "zh_CN.po"
        if term not in known:
            yield f"{where}: no translation of {term!r} ({fresh.occurrences[0][0]})"
            continue
        for wrong in terms.problems(term, known[term]):
            yield f"{where}: {term!r} → {known[term]!r}: {wrong}"
        if fresh.msgstr != known[term] and known[term] != term:
            yield f"{where}: Odoo shows {fresh.msgstr!r} for {term!r}, not {known[term]!r}"
    for path, text in zip((terms.POT, terms.PO), terms.catalogues(export, known), strict=True):
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            yield f"i18n/{path.name} is not what dev/i18n writes now: run it"


if __name__ == "__main__":
    sys.exit("\n".join(findings(sys.argv[1])) or 0)
