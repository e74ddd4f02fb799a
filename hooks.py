"""Entry points that Odoo calls outside the life of a model (see the manifest)."""

from .tools import log_filter


def post_load():
    """Called once per server process when the addon's Python is loaded."""
    log_filter.install()


def uninstall_hook(env):
    """Called by Odoo when the addon is uninstalled; removes what its ORM does not know of."""
    env["edu.append.only.mixin"]._edu_drop_append_only()
    env["edu.secret.mixin"]._edu_forget_key()
