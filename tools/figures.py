"""Tables of figures that are added up from place to place: by grade, gender, cause and so on.

Plain Python without the ORM. A set of tables is ``{table: {row: {column: numbers}}}``; keys are text, so
that it has one canonical JSON. ``numbers`` is ``[boys, girls, others]``, or ``[number]`` where nobody is
told apart. What is nought may be left out.
"""

BOYS, GIRLS, OTHERS = range(3)
GENDERS = ("male", "female", "unknown")
POSITION = {"male": BOYS, "female": GIRLS}


def add(tables, table, row, column, numbers):
    """Add ``numbers`` to one cell of ``tables``, which is changed."""
    cells = tables.setdefault(table, {}).setdefault(str(row), {})
    have = cells.get(column)
    if have is None:
        cells[column] = list(numbers)
    else:
        longer = max(len(have), len(numbers))
        cells[column] = [
            (have[at] if at < len(have) else 0) + (numbers[at] if at < len(numbers) else 0)
            for at in range(longer)
        ]


def count(tables, table, row, column, gender, number):
    """Add ``number`` children of one gender to one cell."""
    numbers = [0, 0, 0]
    numbers[POSITION.get(gender, OTHERS)] = number
    add(tables, table, row, column, numbers)


def merged(several):
    """The sum of several sets of tables."""
    total = {}
    for tables in several:
        for table, rows in tables.items():
            for row, cells in rows.items():
                for column, numbers in cells.items():
                    add(total, table, row, column, numbers)
    return total


def numbers_of(tables, table, row, column):
    """Numbers of one cell; ``row`` None adds up all rows. Empty when there is nothing."""
    rows = tables.get(table, {})
    if row is not None:
        return rows.get(str(row), {}).get(column, [])
    total = {}
    for cells in rows.values():
        if column in cells:
            add(total, "", "", column, cells[column])
    return total.get("", {}).get("", {}).get(column, [])


def differing(old, new):
    """{(table, row, column)} where two sets of tables say something else."""

    def filled(tables):
        return {
            (table, row, column): list(numbers)
            for table, rows in tables.items()
            for row, cells in rows.items()
            for column, numbers in cells.items()
            if any(numbers)
        }

    first, second = filled(old), filled(new)
    return {
        place for place in first.keys() | second.keys() if first.get(place) != second.get(place)
    }
