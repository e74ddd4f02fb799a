"""The kinds of roll call, and what one may find of a child. Labels are English source strings."""

ROLLS = [
    ("day", "School day"),
    ("return", "Return of the boarders"),
    ("night", "Night of the boarders"),
]
BOARDERS = ("return", "night")

MARKS = [
    ("missing", "Not there"),
    ("leave", "On leave"),
    ("late", "Came late"),
    ("early", "Left early"),
]
# What the sheet offers; the first is what everybody is until somebody says otherwise
STATUSES = {
    "day": ("here", "absent", "leave", "late", "early"),
    "return": ("here", "missing", "leave"),
    "night": ("here", "missing", "leave"),
}

CALLERS = ("class_teacher", "records_admin", "dean")
SCHOOL_CALLERS = ("records_admin", "dean")
# Who is told of a missing boarder, unless the roll call names the leader on duty
DUTY = ("dean", "vice_principal", "principal")
# Whose name is called
IN_CLASS = ("enrolled", "expected")
