from . import county_setup, dropout_report, encrypted_file
from . import county_setup
from . import verify
