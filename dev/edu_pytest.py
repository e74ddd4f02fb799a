"""What a green run means here, on top of pytest-odoo.

A record of level ERROR in Odoo's log turns the test red in which it came up, or the whole run
when it came up outside of any.  A skipped test is red as well: Odoo skips in silence when
Chromium or websocket-client is missing.  A run without a test is red.

Each worker has a data folder of its own: with one for all, a worker clears away files of the store
that another still serves.
"""

import logging
import os
import shutil
from pathlib import Path

import pytest

from odoo.tools import config as odoo_config

_MARK = "edu_outside_errors"


class _ErrorRecords(logging.Handler):
    """Keeps the text of every record of level ERROR until somebody takes it."""

    def __init__(self):
        super().__init__(level=logging.ERROR)
        self.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
        self.texts = []

    def emit(self, record):
        self.texts.append(self.format(record))

    def take(self):
        texts, self.texts = self.texts, []
        return texts


_records = _ErrorRecords()
_outside = []


def pytest_configure(config):
    logging.getLogger().addHandler(_records)
    if worker := os.environ.get("PYTEST_XDIST_WORKER"):
        _own_data_dir(worker)


def _own_data_dir(worker):
    """``dev/test`` removes it."""
    shared = Path(odoo_config["data_dir"])
    own = shared.with_name(f"{shared.name}-{odoo_config['db_name'][0]}-{worker}")
    shutil.rmtree(own, ignore_errors=True)
    files = shared / "filestore" / odoo_config["db_name"][0]
    if files.is_dir():
        # a file of the store is never changed, only removed: links will do
        shutil.copytree(files, own / "filestore" / files.name, copy_function=os.link)
    own.mkdir(parents=True, exist_ok=True)
    odoo_config["data_dir"] = str(own)


def pytest_unconfigure(config):
    logging.getLogger().removeHandler(_records)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item, nextitem):
    _outside.extend(_records.take())
    result = yield
    _outside.extend(_records.take())
    return result


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(item, call):
    report = yield
    texts = _records.take()
    if texts and report.passed:
        report.outcome = "failed"
        report.longrepr = "Errors in Odoo's log:\n" + "\n".join(texts)
    elif texts:
        report.sections.append(("Errors in Odoo's log", "\n".join(texts)))
    if report.skipped and not hasattr(report, "wasxfail"):
        _refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    report = yield
    if report.skipped:
        _refuse_skip(report)
    return report


def _refuse_skip(report):
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
    report.outcome = "failed"
    report.longrepr = f"A skipped test is not a passed one: {reason}"


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session, exitstatus):
    """Hand over, or report, the errors that came up outside of any test."""
    _outside.extend(_records.take())
    config = session.config
    if hasattr(config, "workeroutput"):
        config.workeroutput[_MARK] = list(_outside)
        return (yield)
    if _outside:
        reporter = config.pluginmanager.get_plugin("terminalreporter")
        reporter.stats.setdefault("error", []).append(
            pytest.CollectReport(
                nodeid="outside of any test",
                outcome="failed",
                longrepr="Errors in Odoo's log:\n" + "\n".join(_outside),
                result=None,
            )
        )
        if exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
    return (yield)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node, error):
    output = getattr(node, "workeroutput", None) or {}
    _outside.extend(output.get(_MARK, ()))
