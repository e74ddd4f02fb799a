from .core import test_secret_field, test_signoff
from .registry import test_post, test_school, test_student, test_term
from .registry import test_county_setup, test_post, test_school, test_student, test_term
from .casework import test_case_steps
