from . import dropout_report
from . import notice_report
