"""Peak memory of one process that imports a file; run by the roster's job, prints kilobytes: its own,
and that of the process in which it has a long workbook read.

python -m benchmarks._roster_memory CONFIG DATABASE IMPORT
python -m benchmarks._roster_memory idle CONFIG DATABASE
python -m benchmarks._roster_memory calamine FILE
"""

import sys
from pathlib import Path


def calamine(path):
    import io

    from python_calamine import CalamineWorkbook

    data = Path(path).read_bytes()
    CalamineWorkbook.from_object(io.BytesIO(data)).get_sheet_by_index(0)


def imported(config_file, database, roster=None):
    """Read and import what was uploaded as the import of this id, and take it back; nothing without
    one."""
    import odoo.init  # noqa: F401 first: it makes the rest of Odoo importable
    from odoo.api import SUPERUSER_ID, Environment
    from odoo.modules.registry import Registry
    from odoo.tools import config

    config.parse_config(["-c", config_file, "-d", database, "--no-http", "--log-level=error"])
    with Registry(database).cursor() as cr:
        env = Environment(cr, SUPERUSER_ID, {})
        if not roster:
            return
        watch()
        roster = env["edu.roster.import"].browse(int(roster))
        roster = roster.with_user(roster.create_uid)
        roster.action_read()
        roster._edu_run_file(write=True)
        cr.rollback()


def watch():
    """Look at the other processes just before they are ended."""
    from odoo.addons.edu_dropout_control.tools.roster import apart

    ended = apart._ended

    def looked_at(process):
        others.append(peak(process.pid))
        ended(process)

    apart._ended = looked_at


def peak(pid):
    # not getrusage: what that calls the peak is handed down from the parent
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))


if __name__ == "__main__":
    others = [0]
    if sys.argv[1] == "calamine":
        calamine(sys.argv[2])
    elif sys.argv[1] == "idle":
        imported(*sys.argv[2:])
    else:
        imported(*sys.argv[1:])
    print(peak("self"), max(others))
