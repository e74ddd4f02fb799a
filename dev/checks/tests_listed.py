"""Every test file is imported by name in tests/__init__.py.

Odoo's own runner finds a test module only as an attribute `test_…` of the package `tests`: with
`from . import registry` it would run 0 tests and be content, and of two files of one name it
would run the last.  A method `test_sequence` would hide the number by which Odoo sorts classes.
"""

import ast
import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parents[2] / "tests"


def imported_modules(init):
    """The files that `from .room import test_x` of the package names."""
    for node in ast.parse(init.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom) and node.level == 1:
            folder = init.parent.joinpath(*(node.module or "").split("."))
            for alias in node.names:
                yield folder / f"{alias.name}.py"


def findings():
    files = sorted(TESTS.rglob("test_*.py"))
    listed = set(imported_modules(TESTS / "__init__.py"))
    if not files:
        yield "tests", "holds no test_*.py"
    names = {}
    for path in files:
        where = path.relative_to(TESTS.parent)
        if path not in listed:
            yield where, "is not imported by name in tests/__init__.py"
        if path.stem in names:
            yield where, f"has the name of {names[path.stem]}: Odoo would run one of them"
        names.setdefault(path.stem, where)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name == "test_sequence":
                yield f"{where}:{node.lineno}", "test_sequence is Odoo's own attribute: rename it"
    for path in sorted(listed - set(files)):
        if path.stem.startswith("test_"):
            yield (
                "tests/__init__.py",
                f"imports {path.relative_to(TESTS.parent)}, which is not there",
            )


if __name__ == "__main__":
    found = [f"{where}: {what}" for where, what in findings()]
    sys.exit("\n".join(found) or 0)
