"""What the stages of a roster import hand to each other: parsed rows → plans → written plans.

Parsing (``tools/roster``) gives rows, validation (``roster_validate``) turns rows into plans, writing
(``roster_write``) carries plans out. Each stage knows the others by these two classes only.
"""

from dataclasses import dataclass, field
from datetime import date

from ...tools.roster import RowProblem

KINDS = ("roster", "entrants_household", "entrants_grade6")

CREATE, UPDATE, UNCHANGED = "create", "update", "unchanged"
HOLD, REJECT = "hold", "reject"  # a person decides; the row has to be corrected


@dataclass
class Job:
    """What an import is about.

    ``school``: the one school of the file, or none; ``schools``: where the caller may import;
    ``term``: of expected entrants; ``source``: how the chatter names the file.
    """

    kind: str
    school: object
    schools: object
    term: object
    today: date
    source: str
    create_missing_classes: bool = False


@dataclass(slots=True)
class Incoming:
    """A parsed row on its way into validation.

    ``given``: {field key: text as in the file}, or what makes it; ``places``: {field key: (header,
    column letter)}; ``sheet_index``: where the sheet stands; ``decision`` and ``match_id``: what a
    person decided on a held row (transfer, same, new).
    """

    sheet: str
    number: int
    values: dict = field(repr=False)
    problems: list = field(repr=False)
    given: object = field(repr=False)
    places: dict = field(repr=False)
    decision: str | None = None
    match_id: int | None = None
    row_id: int | None = None
    sheet_index: int = 0
    told: int = field(default=0, init=False)

    def __post_init__(self):
        self.told = len(self.problems)

    def forget_validation(self):
        """Only what parsing told stays: the row is validated once more."""
        del self.problems[self.told :]

    @property
    def raw(self):
        """{field key: text as in the file}; few rows are ever asked for it."""
        if callable(self.given):
            self.given = self.given()
        return self.given


@dataclass(slots=True)
class Passed:
    """A row that is no child: a total, a footer. Told, not imported."""

    sheet_index: int
    number: int


@dataclass(slots=True)
class Plan:
    """What is to be done with one row.

    ``vals``: values of the child to create or change; ``guardians``: [(id or None, values)];
    ``state``: registry state to set; ``move``: the child comes from another school; ``new_class``:
    (school id, grade, number) to be made first; ``expect``: (school id, grade) of an entrant;
    ``match_id``: the child that a held row may be; ``changed``: names of fields, for the chatter;
    ``formal``: a formal student number takes the place of a temporary one; ``doubles``: numbers
    that a double entry merged into the child has; ``is_left``: the row says that the child has left,
    which nobody approved; ``digests``, ``name_key``, ``keys``: what the validation knows the row by.
    """

    incoming: Incoming = field(repr=False)
    action: str = REJECT
    student_id: int | None = None
    school_id: int | None = None
    new_class: tuple | None = None
    vals: dict = field(default_factory=dict, repr=False)
    guardians: list = field(default_factory=list, repr=False)
    state: str | None = None
    move: bool = False
    expect: tuple | None = None
    match_id: int | None = None
    changed: list = field(default_factory=list)
    formal: bool = False
    doubles: list = field(default_factory=list)
    is_left: bool = False
    digests: dict = field(default_factory=dict, repr=False)
    name_key: str = field(default="", repr=False)
    keys: dict = field(default_factory=dict, repr=False)

    @property
    def problems(self):
        return self.incoming.problems

    @property
    def wrong(self):
        """Whether a problem keeps the row out."""
        problems = self.incoming.problems
        return bool(problems) and any(problem.is_error for problem in problems)

    def tell(self, field_key, code, severity="error", secret=False, **params):
        """Add a problem of this stage, at the place of the field in the file."""
        header, letter = self.incoming.places.get(field_key, ("", ""))
        self.problems.append(
            RowProblem(field_key, code, severity, params, header, letter, "", secret)
        )
