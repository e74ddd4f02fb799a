from . import dropout_report
