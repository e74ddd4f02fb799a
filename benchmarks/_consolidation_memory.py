"""Peak memory of one process that writes a ledger as a workbook; run by the job, prints kilobytes.

python -m benchmarks._consolidation_memory CONFIG DATABASE EXPORT
"""

import sys
from pathlib import Path


def exported(config_file, database, export_id):
    import odoo.init  # noqa: F401 first: it makes the rest of Odoo importable
    from odoo.api import SUPERUSER_ID, Environment
    from odoo.modules.registry import Registry
    from odoo.tools import config

    config.parse_config(["-c", config_file, "-d", database, "--no-http", "--log-level=error"])
    with Registry(database).cursor() as cr:
        env = Environment(cr, SUPERUSER_ID, {})
        export = env["edu.ledger.export"].browse(int(export_id))
        export = export.with_user(export.create_uid)
        export._edu_write().close()
        cr.rollback()


if __name__ == "__main__":
    exported(*sys.argv[1:])
    # not getrusage: what that calls the peak is handed down from the parent
    status = Path("/proc/self/status").read_text(encoding="ascii")
    print(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")))
