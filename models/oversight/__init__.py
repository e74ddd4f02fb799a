from . import hand_in_mixin
from . import ir_attachment
from . import term
from . import roster_check
from . import dropout_report
from . import dropout_report_line
from . import dropout_report_version
from . import dropout_report_status
