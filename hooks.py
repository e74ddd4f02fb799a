"""Entry points that Odoo calls outside the life of a model (see the manifest)."""

import psycopg2

from odoo.exceptions import UserError
from odoo.tools import SQL, mute_logger

from .tools import log_filter


def post_load():
    """Called once per server process when the addon's Python is loaded."""
    log_filter.install()


def pre_init_hook(env):
    """Called by Odoo before it makes the tables of the addon, and by the migration to 19.0.1.2.0."""
    need_btree_gin(env)


def need_btree_gin(env):
    """PostgreSQL's own extension for one index over many columns, see ``core/scope_index.py``. The
    owner of a database may create it. It stays when the addon goes: others may use it.

    :raise UserError: it cannot be created
    """
    if env.execute_query(SQL("SELECT 1 FROM pg_extension WHERE extname = 'btree_gin'")):
        return
    try:
        with env.cr.savepoint(flush=False), mute_logger("odoo.sql_db"):
            env.cr.execute(SQL("CREATE EXTENSION btree_gin"))
    except psycopg2.Error as error:
        raise UserError(
            env._(
                "Dropout Control needs PostgreSQL's extension btree_gin. Install PostgreSQL's contrib"
                " package on the database server, and let the owner of the database run"
                " CREATE EXTENSION btree_gin; in it. PostgreSQL says: %(error)s",
                error=error,
            )
        ) from error


def uninstall_hook(env):
    """Called by Odoo when the addon is uninstalled; removes what its ORM does not know of."""
    env["edu.append.only.mixin"]._edu_drop_append_only()
    env["edu.secret.mixin"]._edu_forget_key()
