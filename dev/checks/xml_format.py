"""The form of the XML files: dev/checks/xml_format.py [--fix] [FILE...]

Well-formed; `<?xml version="1.0" encoding="utf-8" ?>` first; four spaces a level for each line
that begins with a tag; no tab, no blank at a line's end, one newline at the end of the file.
Free are: the lines on which a tag's attributes go on, text, comments' inner lines, and tags amid
text (`some <b>bold</b> words`), where a blank more or less would show.
"""

import re
import subprocess
import sys
from pathlib import Path

from lxml import etree

ROOT = Path(__file__).resolve().parents[2]
STEP = 4
DECLARATION = '<?xml version="1.0" encoding="utf-8" ?>'

TOKEN = re.compile(
    r"(?P<other><!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>|<!DOCTYPE[^>]*>)"
    r"""|</(?P<end>[^\s>]+)\s*>|<(?P<start>[^\s/>]+)(?:[^'">]|"[^"]*"|'[^']*')*?(?P<empty>/)?>""",
    re.DOTALL,
)


class Element:
    """An open tag: how deep its content is, and whether text stands in it."""

    def __init__(self, depth, parent=None):
        self.depth = depth
        self.parent = parent
        self.mixed = bool(parent and parent.mixed)


def tags(text):
    """(offset, end, element around it, depth) of each tag and comment, elements fully read."""
    found = []
    around = Element(0)
    position = 0
    for match in TOKEN.finditer(text):
        if text[position : match.start()].strip():
            around.mixed = True
        position = match.end()
        if match["end"]:
            around = around.parent or around
            found.append((match.start(), match.end(), around, around.depth, match))
            continue
        if match["other"] and match["other"].startswith("<![CDATA["):
            around.mixed = True
        found.append((match.start(), match.end(), around, around.depth, match))
        if match["start"] and not match["empty"]:
            around = Element(around.depth + 1, around)
    return found


def is_mixed(element):
    while element is not None:
        if element.mixed:
            return True
        element = element.parent
    return False


def formatted(text):
    """The text as this check wants it."""
    text = text.replace("\r\n", "\n").lstrip("\ufeff \t\n")
    if text.startswith("<?xml"):
        text = text[text.index("?>") + 2 :].lstrip()
    text = f"{DECLARATION}\n{text}"
    lines = text.split("\n")
    starts = [0]
    for line in lines[:-1]:
        starts.append(starts[-1] + len(line) + 1)
    line_of = {}
    for number, (line, start) in enumerate(zip(lines, starts, strict=True)):
        line_of[start + len(line) - len(line.lstrip())] = number
    shifted = {}
    for start, end, around, depth, match in tags(text):
        number = line_of.get(start)
        if number is None or is_mixed(around):
            continue
        old = len(lines[number]) - len(lines[number].lstrip())
        shifted[number] = STEP * depth
        # what belongs to the tag moves along with it
        last = number + text.count("\n", start, end)
        for inner in range(number + 1, last + 1):
            inner_old = len(lines[inner]) - len(lines[inner].lstrip())
            if match["start"] or match["other"]:
                shifted[inner] = max(0, inner_old + STEP * depth - old)
    for number, indent in shifted.items():
        lines[number] = " " * indent + lines[number].lstrip()
    lines = [line.rstrip().expandtabs(STEP) for line in lines]
    return "\n".join(lines).rstrip("\n") + "\n"


def xml_files():
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "*.xml"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    ).stdout  # fmt: skip
    if listing:
        return sorted(ROOT / name for name in set(listing.split("\0")) if name)
    return sorted(path for path in ROOT.rglob("*.xml") if ".odoo" not in path.parts)


def main(arguments):
    fix = "--fix" in arguments
    files = [Path(name) for name in arguments if name != "--fix"] or xml_files()
    status = 0
    for path in files:
        if not path.is_file():
            continue
        where = path.resolve().relative_to(ROOT)
        data = path.read_bytes()
        try:
            etree.fromstring(data)
            text = data.decode("utf-8")
        except (etree.XMLSyntaxError, UnicodeDecodeError) as problem:
            print(f"{where}: {problem}")
            status = 1
            continue
        wanted = formatted(text)
        if wanted == text:
            continue
        if fix:
            path.write_text(wanted, encoding="utf-8")
            print(f"{where}: formatted")
            continue
        status = 1
        pairs = zip(text.split("\n"), wanted.split("\n"), strict=False)
        wrong = [number for number, (have, want) in enumerate(pairs, 1) if have != want]
        lines = ", ".join(map(str, wrong[:10])) or "the end"
        print(f"{where}: wrong form in line {lines} (dev/lint --fix mends it)")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
