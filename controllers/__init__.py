from . import consolidation
from . import county_setup
from . import dropout_report
from . import encrypted_file
from . import ledger
from . import registry_export
from . import verify
from . import warning_trial
