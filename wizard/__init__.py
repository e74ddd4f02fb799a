from . import county_setup
