"""Writes i18n/ from a fresh export; dev/i18n calls it and says how."""

import argparse
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "checks"))
import terms


def main():
    parser = argparse.ArgumentParser(prog="dev/i18n")
    parser.add_argument("--export", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--odoo", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--merge", nargs="+", default=[], metavar="FILE")
    parser.add_argument("--todo", metavar="FILE")
    options = parser.parse_args()

    export = terms.read(options.export)
    chinese = terms.known_translations()
    of_odoo = terms.odoo_translations(options.odoo)
    for term, entry in export.items():
        if term in of_odoo and terms.is_inherited(entry):
            chinese.setdefault(term, of_odoo[term])

    refused = []
    for path in options.merge:
        for term, translation in terms.read_dictionary(path).items():
            wrong = list(terms.problems(term, translation)) if translation else []
            if wrong and term in export:
                refused.append(f"{path}: {term!r} → {translation!r}: {'; '.join(wrong)}")
            elif translation:
                chinese[term] = translation

    terms.PO.parent.mkdir(exist_ok=True)
    for path, text in zip((terms.POT, terms.PO), terms.catalogues(export, chinese), strict=True):
        path.write_text(text, encoding="utf-8")

    todo = {term: "" for term in sorted(export) if not chinese.get(term)}
    print("\n".join(refused))
    for term in todo:
        print(f"untranslated: {term!r}")
    print(f"{len(export)} terms, {len(todo)} without a translation, {len(refused)} refused")
    if options.todo:
        text = json.dumps(todo, ensure_ascii=False, indent=2)
        Path(options.todo).write_text(text + "\n", encoding="utf-8")
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main())
