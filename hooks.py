"""Entry points that Odoo calls outside the life of a model (see the manifest)."""


def post_load():
    """Called once per server process when the addon's Python is loaded."""


def uninstall_hook(env):
    """Called by Odoo when the addon is uninstalled; removes what its ORM does not know of."""
