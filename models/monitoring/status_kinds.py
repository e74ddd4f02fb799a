"""What each kind of status change (学籍异动) asks for: files, facts, who approves, and what it does.

Labels are English source strings; the selection of ``edu.status.change`` is made of them.
"""

KINDS = [
    ("transfer_in", "Transfer in"),
    ("transfer_out", "Transfer out"),
    ("suspension", "Suspension"),
    ("postponement", "Postponed entry"),
    ("resumption", "Resumption"),
    ("death", "Death"),
    ("abroad", "Gone abroad"),
    ("elsewhere", "Studying elsewhere"),
    ("other_county", "Living in another county"),
]

# Files without which it cannot be applied for
FILES = {
    "transfer_in": ("proof_ids",),
    "transfer_out": ("application_ids",),
    "suspension": ("application_ids", "proof_ids"),
    "postponement": ("application_ids", "proof_ids"),
    "resumption": ("application_ids",),
    "death": ("proof_ids",),
    "abroad": ("application_ids", "proof_ids"),
    "elsewhere": ("proof_ids",),
    "other_county": ("proof_ids",),
}
# Facts without which it cannot be applied for
FACTS = {
    "transfer_in": ("other_school",),
    "transfer_out": ("other_school",),
    "suspension": ("reason", "valid_until"),
    "postponement": ("reason", "valid_until"),
    "abroad": ("other_school",),
    "elsewhere": ("other_school", "valid_until"),
    "other_county": ("other_school", "valid_until"),
}
# In force only when the other side has answered, within the policy's days
ANSWERED = ("transfer_out", "other_county")
# The proof is looked at again in each term
EACH_TERM = ("elsewhere", "other_county")

LEADERS = ("principal", "vice_principal")
# Suspension and postponement: Compulsory Education Law, article 11; who applied does not approve
APPROVERS = {
    "transfer_in": (*LEADERS, "bureau"),
    "transfer_out": (*LEADERS, "bureau"),
    "suspension": ("township", "bureau"),
    "postponement": ("township", "bureau"),
    "resumption": (*LEADERS, "bureau"),
    "death": ("bureau",),
    "abroad": ("bureau",),
    "elsewhere": (*LEADERS, "bureau"),
    "other_county": ("township", "bureau"),
}
APPLICANTS = ("records_admin", "dean", "bureau")

# What the registry says of the child while the change is in force
REGISTRY_STATE = {
    "transfer_out": "transferred_out",
    "suspension": "suspended",
    "postponement": "suspended",
    "death": "deceased",
    "abroad": "abroad",
}
# A child that resumes ends these
ENDED_BY_RESUMPTION = ("suspension", "postponement", "abroad", "elsewhere", "other_county")

# Over with its last day: the child is to be back on the next school day
LEAVES = ("suspension", "postponement")

# A finding of a roster check that holds only with one of these, approved
OF_OUTCOME = {
    "transfer_out": ("transfer_out",),
    "suspended": ("suspension",),
    "postponed": ("postponement",),
    "deceased": ("death",),
    "abroad": ("abroad",),
    "elsewhere": ("elsewhere", "other_county"),
}
