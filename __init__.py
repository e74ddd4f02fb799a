from . import tools  # first: its log filter must stand before anything can log
from . import controllers, models, reports, wizard
from .hooks import post_load, uninstall_hook
