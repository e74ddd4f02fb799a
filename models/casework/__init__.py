from . import dropout_case
