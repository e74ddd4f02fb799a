"""The roles of the plan, and what kind of place a post of each is held at."""

ROLES = [
    ("class_teacher", "Class teacher"),
    ("records_admin", "Records administrator"),
    ("dean", "Dean"),
    ("vice_principal", "Vice principal"),
    ("principal", "Principal"),
    ("township", "Township clerk"),
    ("bureau", "Bureau officer"),
    ("student_aid", "Student-aid officer"),
    ("inspector", "Inspector"),
    ("county_admin", "County administrator"),
]

CLASS_ROLES = ("class_teacher",)
SCHOOL_ROLES = ("records_admin", "dean", "vice_principal", "principal")
AREA_ROLES = ("township", "bureau", "student_aid", "inspector")
COUNTY_ROLES = ("bureau", "student_aid", "inspector", "county_admin")

# The leading group of every school (plan, 二(一)1): head, deputy, members
LEADING_GROUP = (
    "principal",
    "vice_principal",
    "dean",
    "records_admin",
    "class_teacher",
)
