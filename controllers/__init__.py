from . import county_setup, encrypted_file
