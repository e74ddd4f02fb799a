from .registry import test_term
