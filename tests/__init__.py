from .core import test_secret_field, test_signoff
from .registry import test_post, test_school, test_student, test_term
from .registry import test_county_setup, test_post, test_school, test_student, test_term
from .casework import test_case_steps
from .tools import (
    test_calendar,
    test_dates,
    test_identity,
    test_names,
    test_roster_header,
    test_roster_parse,
    test_roster_reader,
    test_roster_rows,
)
