"""What a roster check may find of a child, and the facts that each finding asks for.

Labels are English source strings; the selection of ``edu.roster.check.line`` is made of them.
"""

OUTCOMES = [
    ("unmarked", "Not marked"),
    ("arrived", "Arrived"),
    ("new_entry", "Newly entered"),
    ("transfer_in", "Transferred in"),
    ("resumed", "Resumed"),
    ("on_leave", "Absent with leave"),
    ("transfer_out", "Transferred out"),
    ("suspended", "Suspended with approval"),
    ("postponed", "Postponed with approval"),
    ("deceased", "Deceased"),
    ("abroad", "Gone abroad"),
    ("elsewhere", "Studying elsewhere"),
    ("suspected", "Suspected dropout"),
    ("never_enrolled", "Never enrolled"),
]

# Whose heads a teacher counts
PRESENT = ("arrived", "new_entry", "transfer_in", "resumed")
# Nobody knows where the child learns: a case is raised at once
MISSING = ("suspected", "never_enrolled")
# The child leaves the school for good
GONE = ("transfer_out", "deceased", "abroad")
# Kept only with a document: named when marked, attached before the check closes
PROVEN = ("transfer_out", "suspended", "postponed", "deceased", "abroad", "elsewhere")

# Facts an outcome takes; those not listed for an outcome are emptied when it is set
FACTS = {
    "on_leave": ("leave_until", "note"),
    "transfer_out": ("destination", "evidence", "receipt_pending", "note"),
    "suspended": ("approved_by", "valid_until", "evidence", "note"),
    "postponed": ("approved_by", "valid_until", "evidence", "note"),
    "deceased": ("evidence", "note"),
    "abroad": ("destination", "evidence", "note"),
    "elsewhere": ("destination", "valid_until", "evidence", "note"),
    "suspected": ("missing_since", "note"),
    "never_enrolled": ("missing_since", "note"),
    "transfer_in": ("origin_school", "note"),
}
ALL_FACTS = (
    "leave_until",
    "valid_until",
    "missing_since",
    "destination",
    "origin_school",
    "approved_by",
    "evidence",
    "receipt_pending",
    "note",
)
# Of these an outcome cannot do without (the document has its own rule: see the line)
REQUIRED = {
    "on_leave": ("leave_until",),
    "transfer_out": ("destination",),
    "suspended": ("approved_by", "valid_until"),
    "postponed": ("approved_by", "valid_until"),
    "elsewhere": ("destination", "valid_until"),
    "suspected": ("missing_since",),
    "never_enrolled": ("missing_since",),
}
