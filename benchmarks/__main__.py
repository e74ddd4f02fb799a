"""Runs the jobs and prints what they measured; dev/bench calls it and says how."""

import argparse
import importlib
import json
import logging
import os
import pkgutil
import platform
import shutil
import subprocess
import sys
import time
import traceback
import unicodedata
from contextlib import contextmanager
from pathlib import Path

import odoo.init  # first: it makes the rest of Odoo importable
import odoo.sql_db
from odoo.api import SUPERUSER_ID, Environment
from odoo.modules.registry import Registry
from odoo.tools import config

import benchmarks


def job_names():
    return sorted(
        module.name
        for module in pkgutil.iter_modules(benchmarks.__path__)
        if not module.name.startswith("_")
    )


def chosen(names):
    """Jobs of the given names, groups taken apart; all where none is given.

    :raise LookupError: a name that is neither
    """
    there = job_names()
    out = []
    for name in names or there:
        jobs = benchmarks.GROUPS.get(name, (name,))
        if not set(jobs) <= set(there):
            known = ", ".join([*benchmarks.GROUPS, *there])
            raise LookupError(f"no such job: {name}; there are {known}")
        out += jobs
    return list(dict.fromkeys(out))


@contextmanager
def fresh_database(template, name):
    """A copy of the template and of its files, gone afterwards."""
    files = Path(config["data_dir"]) / "filestore"

    def drop():
        odoo.sql_db.close_db(name)
        subprocess.run(["dropdb", "--if-exists", "--force", name], check=True)
        shutil.rmtree(files / name, ignore_errors=True)

    drop()
    subprocess.run(["createdb", "-T", template, name], check=True)
    if (files / template).is_dir():
        shutil.copytree(files / template, files / name)
    try:
        yield
    finally:
        drop()


def run_job(job, template):
    """What a job measured, its name added, and the seconds it took."""
    module = importlib.import_module(f"benchmarks.{job}")
    name = f"{template}_bench_{os.getpid()}"
    with fresh_database(template, name):
        registry = Registry(name)
        started = time.monotonic()
        with registry.cursor() as cursor:
            figures = module.run(Environment(cursor, SUPERUSER_ID, {}))
        seconds = time.monotonic() - started
        Registry.delete(name)
    rows = [
        {"job": job, **{key: row.get(key) for key in ("figure", "value", "target", "met")}}
        for row in figures
    ]
    return getattr(module, "TITLE", job), rows, seconds


def width(text):
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def shown(value):
    return f"{value:,.3g}" if isinstance(value, float) else "" if value is None else f"{value}"


def print_table(title, rows, seconds):
    print(f"\n{title} ({seconds:.0f} s)")
    verdict = {True: "met", False: "MISSED", None: ""}
    lines = [("figure", "value", "target", "")]
    lines += [
        (row["figure"], shown(row["value"]), row["target"] or "", verdict[row["met"]])
        for row in rows
    ]
    widths = [max(width(line[column]) for line in lines) for column in range(4)]
    for line in lines:
        cells = [
            " " * (size - width(cell)) + cell if column == 1 else cell + " " * (size - width(cell))
            for column, (cell, size) in enumerate(zip(line, widths, strict=True))
        ]
        print("  " + "  ".join(cells).rstrip())


def machine():
    """What the figures were measured on: processor, memory, PostgreSQL."""
    info = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    model = next((line.split(":", 1)[1].strip() for line in info if line[:10] == "model name"), "")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    database = subprocess.run(["psql", "--version"], check=True, capture_output=True, text=True)
    return (
        f"{os.cpu_count()} × {model or platform.machine()}, {memory:.0f} GB,"
        f" {database.stdout.strip()}, Python {platform.python_version()}"
    )


HEAD = """# Figures

What `dev/bench --scale` measured, each job when it last ran. Figures are ratios of two things measured
side by side in one run; seconds depend on the machine and on what else it does.
"""


def write_report(path, tables):
    """Put tables of jobs into a page, in place of their older ones.

    :param tables: {title: rows}
    """
    old = path.read_text(encoding="utf-8") if path.exists() else ""
    sections = dict(part.split("\n", 1) for part in old.split("\n## ")[1:])
    verdict = {True: "met", False: "**missed**", None: ""}
    when = f"{time.strftime('%Y-%m-%d')}, {machine()}"
    for title, rows in tables.items():
        lines = ["", when, "", "| figure | value | target | |", "|---|--:|---|---|"]
        lines += [
            f"| {row['figure']} | {shown(row['value'])} | {row['target'] or ''} |"
            f" {verdict[row['met']]} |"
            for row in rows
        ]
        sections[title] = "\n".join(lines) + "\n"
    text = HEAD + "".join(f"\n## {title}\n{sections[title]}" for title in sorted(sections))
    path.write_text(text, encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(prog="dev/bench")
    parser.add_argument(
        "jobs", nargs="*", metavar="job", help=", ".join([*benchmarks.GROUPS, *job_names()])
    )
    parser.add_argument("--json", metavar="FILE", help="where to write what was measured")
    parser.add_argument(
        "--report", metavar="FILE", help="the page of figures to be brought up to date"
    )
    parser.add_argument("--config", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--template", required=True, help=argparse.SUPPRESS)
    options = parser.parse_args()
    try:
        jobs = chosen(options.jobs)
    except LookupError as error:
        parser.error(str(error))

    # our own option in the file is unknown to Odoo's parser
    logging.getLogger("odoo.tools.config").setLevel(logging.ERROR)
    os.environ["PGOPTIONS"] = "-c client_min_messages=warning"
    config.parse_config(
        ["-c", options.config, "-d", options.template, "--no-http", "--log-level=warn"],
        setup_logging=True,
    )
    measured, failed, tables = [], [], {}
    for job in jobs:
        try:
            title, rows, seconds = run_job(job, options.template)
        except Exception:  # noqa: BLE001 the other jobs still run
            traceback.print_exc()
            failed.append(job)
            continue
        print_table(title, rows, seconds)
        measured += rows
        tables[title] = rows
    if options.json:
        text = json.dumps(measured, ensure_ascii=False, indent=2)
        Path(options.json).write_text(text + "\n", encoding="utf-8")
    if options.report:
        write_report(Path(options.report), tables)
    missed = sum(row["met"] is False for row in measured)
    print(f"\n{len(measured)} figures, {missed} targets missed, {len(failed)} jobs failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
