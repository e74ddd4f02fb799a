from . import bulletin_report
<<<<<<< HEAD
from . import consolidation_report
=======
from . import child_report
>>>>>>> 5a9ba87 (Calls for reports, monthly reports, written reports per child, random reviews)
from . import dropout_report
from . import notice_report
from . import seal_register
from . import periodic_report
from . import sample_review
from . import visit_report
from . import visit_plan_report
from . import leading_report
from . import work_plan
