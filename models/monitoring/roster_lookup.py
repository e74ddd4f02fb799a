"""What the validation of a roster looks up: the county's schools and places, read once an import, and
the children and guardians that a batch may be about, found in SQL, in one pass a batch.

Plain values, no records: thousands of rows are held against them.
"""

from collections import defaultdict, namedtuple
from types import SimpleNamespace

from odoo.tools import SQL

from ...tools.names import comparison_key
from .roster_memory import array_text

_KEPT_TEXTS = 4096  # household areas repeat, addresses do not
CHILD_COLUMNS = (
    "id name former_name gender birthdate ethnicity id_type aux_no school_id class_id grade"
    " expected_school_id enrolment_state placement entry_month entry_mode study_mode boarding"
    " registry_completion household_area_id residence_area_id household_kind left_behind migrant"
    " orphan aided disability_type_id disability_grade id_number_digest national_no_digest"
    " address_digest disability_no_digest national_no_cipher"
).split()
GUARDIAN_COLUMNS = (
    "id student_id name relation_id is_legal workplace phone_digest id_number_digest"
).split()
Child = namedtuple("Child", [*CHILD_COLUMNS, "class_grade"])
Guardian = namedtuple("Guardian", GUARDIAN_COLUMNS)


class Schools:
    """The schools by id, code and name, as plain values; of those that are closed their name, and who
    took them over."""

    def __init__(self, env):
        names = ("name", "code", "grade_from", "grade_to")
        self.by_id, self.by_code, self.by_name = {}, {}, defaultdict(list)
        self.closed = {}
        schools = env["edu.school"].sudo().with_context(active_test=False).search([])
        for record in schools.filtered(lambda school: not school.active and school.successor_ids):
            told = record.name, env._(", ").join(record.successor_ids.mapped("name"))
            self.closed[record.code] = self.closed[comparison_key(record.name)] = told
        for record in schools.filtered("active"):
            school = SimpleNamespace(
                id=record.id,
                county_id=record.county_id.id,
                county_code=record.county_id.code,
                parent_id=record.parent_id.id,
                junior_school_id=record.junior_school_id.id,
                **{name: record[name] for name in names},
            )
            self.by_id[school.id] = school
            self.by_code[school.code] = school
            self.by_name[comparison_key(school.name)].append(school)

    def get(self, school_id):
        return self.by_id.get(school_id)


class _Names:
    """Divisions by what a text says."""

    def __init__(self):
        self.by_name = defaultdict(list)
        self.by_key = defaultdict(list)
        self.lengths = set()

    def add(self, area):
        self.by_name[area.name].append(area)
        self.by_key[comparison_key(area.name)].append(area)
        self.lengths.add(len(area.name))

    def inside(self, text):
        """Divisions whose name stands in a text."""
        names = {
            text[at : at + length]
            for length in self.lengths
            for at in range(len(text) - length + 1)
        }
        return [area for name in names if name in self.by_name for area in self.by_name[name]]


class Places:
    """Divisions by code and by name."""

    def __init__(self, env):
        env["edu.area"].flush_model()
        rows = env.execute_query_dict(
            SQL(
                """SELECT id, name, code, level, county_id, township_id
                     FROM edu_area WHERE active ORDER BY code, id"""
            )
        )
        self._by_code = {}
        self._townships = defaultdict(_Names)
        self._villages = defaultdict(_Names)
        for at, row in enumerate(rows):
            area = SimpleNamespace(at=at, **row)
            self._by_code[area.code] = area
            if area.level == "township":
                self._townships[area.county_id].add(area)
            elif area.level == "village":
                self._villages[area.county_id].add(area)
        self._texts = {}

    def by_code(self, code):
        """The division of a code; longer codes that end in zeros are those of a higher level."""
        while code:
            if code in self._by_code:
                return self._by_code[code]
            if len(code) <= 6 or not code.endswith("000"):
                return None
            code = code[:-3]
        return None

    def named(self, township, village, county_id):
        """The village, else the township, of these names in a county; None when unknown or not
        the only one."""
        if not township and not village:
            return None
        towns = None
        if township:
            towns = self._townships[county_id].by_key.get(comparison_key(township), ())
            if len(towns) != 1:
                return None
        if not village:
            return towns[0]
        found = [
            area
            for area in self._villages[county_id].by_key.get(comparison_key(village), ())
            if towns is None or area.township_id == towns[0].id
        ]
        return found[0] if len(found) == 1 else None

    def within(self, text, county_id):
        """The division that an address names: the village of the township it names, the only
        village of that name, or the township."""
        if not text:
            return None
        key = (text, county_id)
        if key not in self._texts:
            if len(self._texts) >= _KEPT_TEXTS:
                self._texts.clear()
            self._texts[key] = self._within(text, county_id)
        return self._texts[key]

    def _within(self, text, county_id):
        towns = self._townships[county_id].inside(text)
        town = min(towns, key=lambda area: (-len(area.name), area.at)) if towns else None
        villages = [
            area
            for area in self._villages[county_id].inside(text)
            if town is None or area.township_id == town.id
        ]
        if villages:
            longest = max(len(area.name) for area in villages)
            villages = [area for area in villages if len(area.name) == longest]
            if len(villages) == 1:
                return villages[0]
        return town


class Children:
    """The children that the rows of one batch may be, found past the caller's rights; by name only
    where no number is known. Each row is looked up by itself through the indexes (LATERAL), whatever
    PostgreSQL knows of a table that just grows.

    ``wanted``: one tuple a row: digest of the national number, digest of the identity number,
    comparison key of the name, birth date, two schools (each may be None).
    """

    def __init__(self, env, wanted, ids=()):
        self.by_number = {}  # (position, key) → child
        self.by_double = set()  # (position, key) of numbers that a merged double entry has
        self.by_name = defaultdict(list)  # position → children
        self.by_id = {}
        self.guardians_of = defaultdict(list)
        env["edu.student"].flush_model()
        env["edu.guardian"].flush_model()
        rows = list(enumerate(wanted, 1))
        numbered = self._numbered(env, [(at, *row[:2]) for at, row in rows if row[0] or row[1]])
        known = {position for position, _key, _id, _double in numbered}
        named = self._named(env, [(at, *row[2:]) for at, row in rows if row[2] and at not in known])
        self._load(env, list({child_id for _n, _how, child_id, _d in numbered + named} | set(ids)))
        for position, key, child_id, is_double in numbered:
            self.by_number[position, key] = self.by_id[child_id]
            if is_double:
                self.by_double.add((position, key))
        for position, _how, child_id, is_double in named:
            if not is_double:
                self.by_name[position].append(self.by_id[child_id])

    @staticmethod
    def _numbered(env, rows):
        """[(position, key, child, whether by a double entry merged into it)]"""
        if not rows:
            return []
        positions, national, identity = map(array_text, zip(*rows, strict=True))
        return env.execute_query(
            SQL(
                """WITH given AS (
                       SELECT * FROM unnest(%s::int[], %s::text[], %s::text[])
                           AS given(position, national, identity))
                   SELECT position, how, COALESCE(merged_into_id, id), merged_into_id IS NOT NULL
                     FROM given CROSS JOIN LATERAL (
                        (SELECT 'national_no' AS how, id, merged_into_id FROM edu_student
                          WHERE national_no_digest = national LIMIT 1)
                          UNION ALL
                        (SELECT 'id_number', id, merged_into_id FROM edu_student
                          WHERE id_number_digest = identity LIMIT 1)) child
                    ORDER BY 1, 3""",
                positions,
                national,
                identity,
            )
        )

    @staticmethod
    def _named(env, rows):
        """The same, by name, birth date and school."""
        if not rows:
            return []
        positions, names, births, *schools = zip(*rows, strict=True)
        return env.execute_query(
            SQL(
                """WITH given AS (
                       SELECT * FROM unnest(%s::int[], %s::text[], %s::date[], %s::int[], %s::int[])
                           AS given(position, name, birth, school, origin))
                   SELECT position, 'name', COALESCE(merged_into_id, id), merged_into_id IS NOT NULL
                     FROM given CROSS JOIN LATERAL (
                          SELECT id, merged_into_id FROM edu_student
                           WHERE birthdate = birth
                             AND split_part(name_pinyin, ' ', 1) = given.name
                             AND (school_id IN (school, origin)
                                  OR expected_school_id IN (school, origin))
                          OFFSET 0) child
                    ORDER BY 1, 3""",
                array_text(positions),
                list(names),
                list(births),
                *map(array_text, schools),
            )
        )

    def _load(self, env, ids):
        rows = env.execute_query(
            SQL(
                """SELECT %s, class.grade
                     FROM edu_student child LEFT JOIN edu_class class ON class.id = child.class_id
                    WHERE child.id = ANY(%s::int[])""",
                SQL(", ").join(SQL.identifier("child", name) for name in CHILD_COLUMNS),
                array_text(ids),
            )
        )
        self.by_id = {child.id: child for child in map(Child._make, rows)}
        rows = env.execute_query(
            SQL(
                "SELECT %s FROM edu_guardian WHERE student_id = ANY(%s::int[]) ORDER BY id",
                SQL(", ").join(map(SQL.identifier, GUARDIAN_COLUMNS)),
                array_text(ids),
            )
        )
        for guardian in map(Guardian._make, rows):
            self.guardians_of[guardian.student_id].append(guardian)
