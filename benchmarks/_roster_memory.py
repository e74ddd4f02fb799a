"""Peak memory of one process that imports a file; run by the roster's job, prints kilobytes.

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
        roster = env["edu.roster.import"].browse(int(roster))
        roster = roster.with_user(roster.create_uid)
        roster.action_read()
        roster._edu_run_file(write=True)
        cr.rollback()


if __name__ == "__main__":
    if sys.argv[1] == "calamine":
        calamine(sys.argv[2])
    elif sys.argv[1] == "idle":
        imported(*sys.argv[2:])
    else:
        imported(*sys.argv[1:])
    # not getrusage: what that calls the peak is handed down from the parent
    status = Path("/proc/self/status").read_text(encoding="ascii")
    print(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")))
