from . import county_setup, dropout_report, encrypted_file
