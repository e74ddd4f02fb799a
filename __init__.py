from .tools import log_filter

log_filter.install()  # before anything here can log

from . import controllers, demo, models, reports, wizard
from .hooks import post_load, pre_init_hook, uninstall_hook
