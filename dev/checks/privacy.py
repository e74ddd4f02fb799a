"""Nothing in the repository names a real person, or the place packages are fetched from.

- An identity number (18 characters, or 15 of the old kind) must be of the region 990000,
  which no law gives to anybody; a mobile number must begin with 169, a range without one.
- No address of a package registry or mirror: neither a public one's nor that of the machine
  this runs on.  Workbooks are read too, in each part of their archive.
"""

import re
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

IDENTITY = re.compile(
    r"(?<![\d.])(?!990000)[1-9]\d{5}(?:(?:18|19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]"
    r"|\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3})(?![\d.])"
)
EIGHTEEN = re.compile(r"(?<![0-9A-Za-z.])(?!990000)\d{17}[\dXx](?![0-9A-Za-z.])")
MOBILE = re.compile(r"(?<![0-9A-Za-z.])(?!169)1[3-9]\d{9}(?![0-9A-Za-z.])")
# Written apart, or this file would be its own first finding.
REGISTRIES = [
    "pypi" + ".org",
    "python" + "hosted.org",
    "npmjs" + ".org",
    "deb.debian" + ".org",
    "ftp.debian" + ".org",
    "security.debian" + ".org",
    "snapshot.debian" + ".org",
]


def output(*command):
    """What a command prints, or nothing where there is no such command."""
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return done.stdout if done.returncode == 0 else ""


def machine_hosts():
    """Hosts that this machine's pip and apt are set up for."""
    text = output(sys.executable, "-m", "pip", "config", "list")
    text += output("apt-get", "indextargets", "--format", "$(REPO_URI)")
    return {
        host.lower()
        for host in re.findall(r"https?://(?:[^@/\s'\"]*@)?([\w.-]+)", text)
        if "." in host and not host.replace(".", "").isdigit()
    }


def tracked_files():
    listing = output("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    if listing:
        return [ROOT / name for name in listing.split("\0") if name]
    return [
        path
        for path in ROOT.rglob("*")
        if path.is_file() and not {".odoo", ".git", "__pycache__"} & set(path.parts)
    ]


def texts(path):
    """(where, text) of a file; of an archive, each part's; of a picture, nothing."""
    where = path.relative_to(ROOT)
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                yield f"{where}!{name}", archive.read(name).decode("utf-8", "replace")
        return
    data = path.read_bytes()
    if data.startswith(b"\xd0\xcf\x11\xe0"):  # an .xls keeps its texts in either form
        yield where, data.decode("latin-1")
        yield where, data.decode("utf-16-le", "replace")
    elif b"\0" not in data[:4096]:
        yield where, data.decode("utf-8", "replace")


def findings():
    hosts = sorted({*REGISTRIES, *machine_hosts()})
    registry = re.compile("|".join(re.escape(host) for host in hosts), re.IGNORECASE)
    rules = [
        (registry, "names a package registry"),
        (IDENTITY, "looks like an identity number outside of region 990000"),
        (EIGHTEEN, "is an 18-digit number outside of region 990000"),
        (MOBILE, "looks like a mobile number outside of 169…"),
    ]
    for path in tracked_files():
        if not path.is_file():
            continue
        for where, text in texts(path):
            for number, line in enumerate(text.splitlines(), 1):
                for pattern, what in rules:
                    match = pattern.search(line)
                    if match:
                        yield f"{where}:{number}: {match[0]!r} {what}"
                        break
    for match in registry.finditer(output("git", "log", "--format=%h %B", "-n", "500")):
        yield f"the message of a commit: {match[0]!r} names a package registry"


if __name__ == "__main__":
    sys.exit("\n".join(findings()) or 0)
