from . import county_setup
from . import dropout_report_return
from . import entrant_assign
from . import entrant_expect
from . import registry_number
from . import roster_add
from . import roster_proof
from . import roster_reopen
