from . import county_setup
from . import dropout_report_return
