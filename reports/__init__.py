from . import bulletin_report
from . import consolidation_report
from . import dropout_report
from . import notice_report
from . import seal_register
from . import visit_report
from . import visit_plan_report
from . import leading_report
