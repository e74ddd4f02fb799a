"""Second stage of a roster import: what each row means for the children who are entered already."""

import re
from collections import defaultdict
from types import SimpleNamespace

from odoo.tools import SQL

from ...tools.crypto import Digests
from ...tools.identity import check_identity
from ...tools.names import comparison_key
from ...tools.text import clean_number
from .roster_lookup import Children, Places, Schools
from .roster_memory import RosterMemory
from .roster_plan import CREATE, HOLD, REJECT, UNCHANGED, UPDATE, Plan

SAME_NAMES = (
    "name former_name gender birthdate aux_no ethnicity address boarding left_behind migrant orphan"
    " disability_no placement id_type id_number national_no household_kind entry_month entry_mode"
    " study_mode"
).split()
NUMBERS = ("national_no", "id_number")
FORMAL = "G"  # of student numbers; L and J are given until there is one
CLEAR_TEXTS = ("name", "former_name", "ethnicity", "aux_no")
ENTRY_GRADES = {"entrants_household": 1, "entrants_grade6": 7}
#: states in which a child stands on a school's list
PRESENT = ("enrolled", "suspended", "dropped_out")
#: states of a child that a status change in force has given it, and a file does not take away
BY_CHANGE = ("suspended", "deceased")
FINISHED = ("graduated", "completed")


def holds_identity(text, today):
    """Whether an identity number, or a student number around one, stands in a text."""
    if not text or text.isalpha():
        return False
    return any(
        check_identity(number, today).ok
        for number in re.findall(r"(?<!\d)\d{17}[\dXx](?!\d)", clean_number(text))
    )


def _numbers(plan):
    """Which of the two numbers a row has, as bits."""
    return ("national_no" in plan.digests) | ("id_number" in plan.digests) << 1


def _kinds(model):
    """{name: kind} of a model's secrets."""
    return {name: field.kind for name, field in model._edu_secret_fields().items()}


class RosterValidator:
    """Turns parsed rows into plans. Reads the county's children past the caller's rights, to know
    who is who by number; what it plans stays within ``job.schools``, and of a child elsewhere no more
    is told than the school.

    One object an import, ``plan`` once a batch: it remembers the numbers seen in earlier batches.
    """

    def __init__(self, env, job, memory=None):
        self.env = env
        self.job = job
        self.students = env["edu.student"].sudo().with_context(active_test=False)
        self.guardians = env["edu.guardian"].sudo()
        self.digest = Digests(env["edu.secret.mixin"]._edu_keyring())
        self.student_secrets = _kinds(self.students)
        self.guardian_secrets = _kinds(self.guardians)
        self.allowed = set(job.schools.ids)
        self.county_ids = set(job.schools.county_id.ids)
        self.own_school_id = job.school.id
        self.places = Places(env)
        self.schools = Schools(env)
        self.memory = memory or RosterMemory(env)
        self.school_ids = set()
        self.zones = defaultdict(list)
        if job.kind == "entrants_household":
            for school in env["edu.school"].sudo().browse(self.schools.by_id):
                for area in school.zone_area_ids:
                    self.zones[area.id].append(self.schools.get(school.id))
        self._load_codes()
        self._load_classes()

    # -- lists of the county ----------------------------------------------------------------------

    def _load_codes(self):
        entries = self.env["edu.code"].sudo().search([("kind", "in", ("relation", "disability"))])
        self.code_ids = {(entry.kind, entry.code): entry.id for entry in entries}

    def _load_classes(self):
        classes = self.env["edu.class"].sudo().search([("school_id", "in", self.job.schools.ids)])
        self.class_ids = {(k.school_id.id, k.grade, k.number): k.id for k in classes}

    # -- a batch ----------------------------------------------------------------------------------

    def plan(self, rows):
        """Plans for a batch of :class:`Incoming`, in its order."""
        plans = [Plan(row) for row in rows]
        for plan in plans:
            plan.digests = {
                key: self.digest(self.student_secrets[key], plan.incoming.values[key])
                for key in NUMBERS
                if plan.incoming.values.get(key)
            }
            plan.name_key = comparison_key(plan.incoming.values.get("name", ""))
        self._find_schools(plans)
        self._load_children(plans)
        earlier = self._earlier(plans)
        for position, plan in enumerate(plans, 1):
            self._refuse_repeated(plan, earlier)
            self._plan_row(plan, position)
        self.memory.match(
            plan.student_id or plan.match_id
            for plan in plans
            if plan.action != CREATE and not plan.is_left
        )
        return plans

    def done(self, plans):
        """The plans have been carried out: their new children are on the file's list too."""
        self.memory.match(plan.student_id for plan in plans if plan.action == CREATE)

    def _plan_row(self, plan, position):
        student = self._match(plan, position)
        if student:
            plan.student_id = student.id
        if plan.action != HOLD and not plan.wrong:
            if self.job.kind == "roster":
                self._plan_child(plan, student)
            else:
                self._plan_entrant(plan, student)
        if plan.wrong:
            plan.action = REJECT

    def _keys(self, plan):
        """Names by which a row is known again: {(which, of what): key}."""
        if plan.incoming.decision:
            return {}
        keys = {key: RosterMemory.number(key, digest) for key, digest in plan.digests.items()}
        born = plan.incoming.values.get("birthdate")
        if plan.name_key and born:
            keys["name"] = RosterMemory.key("name", plan.name_key, born, plan.school_id)
        return keys

    def _earlier(self, plans):
        """{key: (sheet, row, which numbers it has)} of where each key of the batch came first."""
        places = {}
        for plan in plans:
            row = plan.incoming
            plan.keys, place = self._keys(plan), (row.sheet, row.number, _numbers(plan))
            for key in plan.keys.values():
                places.setdefault(key, place)
        return {**places, **self.memory.first(places)}

    def _refuse_repeated(self, plan, earlier):
        """The second row with a number of the same file is no second child."""
        here = (plan.incoming.sheet, plan.incoming.number)
        for key in NUMBERS:
            if key not in plan.keys:
                continue
            sheet, number, _numbers_of = earlier[plan.keys[key]]
            if (sheet, number) != here:
                plan.tell(key, "duplicate_in_file", secret=True, sheet=sheet, row=number, field=key)
                return
        if "name" in plan.keys:
            # one name, birth date and school, and no numbers that tell the two apart
            sheet, number, told = earlier[plan.keys["name"]]
            if (sheet, number) != here and not told & _numbers(plan):
                plan.tell("name", "same_child_in_file", sheet=sheet, row=number)

    # -- schools and classes ----------------------------------------------------------------------

    def _find_schools(self, plans):
        for plan in plans:
            if self.job.kind == "roster":
                school = self._named_school(plan, "school_code", "school_name")
                school = school or self._fallback_school(plan, "school_name")
            else:
                school = self._named_school(plan, "zone_school_code", "zone_school_name")
                school = school or self._zone_school(plan)
            if school:
                self._check_scope(plan, school)
                plan.school_id = school.id
                self.school_ids.add(school.id)

    def _named_school(self, plan, code_key, name_key):
        values = plan.incoming.values
        code, name = values.get(code_key), values.get(name_key)
        if code:
            school = self.schools.by_code.get(code)
            if not school:
                self._tell_no_school(plan, code_key, code)
            return school
        if name:
            found = self.schools.by_name.get(comparison_key(name), ())
            allowed = [school for school in found if school.id in self.allowed]
            found = allowed or found
            if not found:
                self._tell_no_school(plan, name_key, comparison_key(name))
            elif len(found) > 1:
                plan.tell(name_key, "school_ambiguous")
            else:
                return found[0]
        return None

    def _tell_no_school(self, plan, key, given):
        closed = self.schools.closed.get(given)
        if closed:
            plan.tell(key, "school_closed", school=closed[0], schools=closed[1])
        else:
            plan.tell(key, "school_unknown")

    def _fallback_school(self, plan, key):
        if any(p.code.startswith("school_") and p.is_error for p in plan.problems):
            return None
        if not self.own_school_id:
            plan.tell(key, "school_missing")
        return self.schools.get(self.own_school_id)

    def _zone_school(self, plan):
        """The school that a child of the list is expected by, where no column says it."""
        if any(p.code.startswith("school_") and p.is_error for p in plan.problems):
            return None
        if self.own_school_id:
            return self.schools.get(self.own_school_id)
        if self.job.kind == "entrants_grade6":
            return None  # told by the child's primary school, see _plan_entrant
        area = self._residence(plan.incoming.values, self.job.schools.county_id[:1].id)
        grade = plan.incoming.values.get("expected_grade") or 1
        found = [
            school
            for school in self.zones.get(area.id if area else 0, ())
            if school.grade_from <= grade <= school.grade_to
        ]
        if len(found) != 1:
            plan.tell("village", "zone_school_unknown")
            return None
        return found[0]

    def _check_scope(self, plan, school):
        key = "school_name" if self.job.kind == "roster" else "zone_school_name"
        own = self.schools.get(self.own_school_id)
        if school.id not in self.allowed:
            elsewhere = school.county_id not in self.county_ids
            code = "school_other_county" if elsewhere else "school_out_of_scope"
            plan.tell(key, code, school=school.name)
        elif own and school is not own and school.parent_id != own.id:
            plan.tell(key, "school_other", school=school.name, own=own.name)

    def _class_of(self, plan, school):
        """(class id or None, grade or None) of the row; tells what is wrong with them."""
        values = plan.incoming.values
        grade, number = values.get("grade"), values.get("class_number")
        if grade and not school.grade_from <= grade <= school.grade_to:
            plan.tell(
                "grade",
                "grade_not_in_school",
                school=school.name,
                first=school.grade_from,
                last=school.grade_to,
            )
            return None, None
        if not (grade and number):
            return None, grade
        key = (school.id, grade, number)
        klass = self.class_ids.get(key)
        if not klass:
            if self.job.create_missing_classes:
                plan.new_class = key
            else:
                plan.tell("class_number", "class_unknown", grade=grade, number=number)
        return klass, grade

    # -- children ---------------------------------------------------------------------------------

    def _load_children(self, plans):
        """Every child that a row of the batch may be, with guardians, in three queries."""
        self.children = Children(
            self.env,
            [
                (
                    plan.digests.get("national_no") or None,
                    plan.digests.get("id_number") or None,
                    plan.name_key or None,
                    plan.incoming.values.get("birthdate"),
                    plan.school_id,
                    self._origin_id(plan),
                )
                for plan in plans
            ],
            [plan.incoming.match_id for plan in plans if plan.incoming.match_id],
        )
        elsewhere = [
            child.id
            for child in self.children.by_id.values()
            if child.school_id != self.own_school_id
        ]
        Change = self.env["edu.status.change"]
        self.asked = Change._edu_asked(elsewhere) if elsewhere else {}
        stated = [
            child.id for child in self.children.by_id.values() if child.enrolment_state in BY_CHANGE
        ]
        self.by_change = Change._edu_stating(stated) if stated else ()
        self.expecting = {}
        if self.job.kind != "roster":
            self.env["edu.entrant"].flush_model(["term_id", "student_id", "school_id"])
            self.expecting = dict(
                self.env.execute_query(
                    SQL(
                        """SELECT student_id, school_id FROM edu_entrant
                            WHERE term_id = %s AND student_id = ANY(%s)""",
                        self.job.term.id,
                        list(self.children.by_id),
                    )
                )
            )

    def _origin_id(self, plan):
        """The primary school of a list of last summer's grade 6."""
        if self.job.kind != "entrants_grade6":
            return None
        values = plan.incoming.values
        school = self.schools.by_code.get(values.get("school_code"))
        if not school and values.get("school_name"):
            found = self.schools.by_name.get(comparison_key(values["school_name"]), ())
            school = found[0] if len(found) == 1 else None
        return school.id if school else None

    def _match(self, plan, position):
        """The child of the row: by national number, else identity number; by name, birth date and
        school only as a question. Never a guess."""
        row, values = plan.incoming, plan.incoming.values
        if row.decision in ("same", "transfer") and row.match_id:
            return self.children.by_id.get(row.match_id)
        found = {
            key: self.children.by_number[position, key]
            for key in NUMBERS
            if (position, key) in self.children.by_number
        }
        children = {child.id: child for child in found.values()}
        if len(children) > 1:
            plan.tell("national_no", "match_conflict", secret=True)
            return None
        if children:
            child = next(iter(children.values()))
            plan.doubles = [key for key in found if (position, key) in self.children.by_double]
            if len(found) < 2 and not self._same_person(child, values):
                plan.tell(next(iter(found)), "match_other_person", secret=True)
                return None
            return child
        if row.decision == "new":
            return None
        return self._match_by_name(plan, position)

    def _same_person(self, child, values):
        """One number fits; the child is another one when the rest of it speaks against that."""
        name, birth = values.get("name"), values.get("birthdate")
        other_name = name and comparison_key(name) != comparison_key(child.name)
        other_birth = birth and child.birthdate and birth != child.birthdate
        return not (other_name and other_birth)

    def _match_by_name(self, plan, position):
        values = plan.incoming.values
        alike = [
            child
            for child in self.children.by_name.get(position, ())
            if not self._numbers_differ(child, values)
        ]
        if len(alike) > 1:
            plan.tell("name", "match_ambiguous", count=len(alike))
        elif alike:
            plan.match_id = alike[0].id
            plan.action = HOLD
            plan.tell("name", "same_child", severity="confirm")
        return None

    def _numbers_differ(self, child, values):
        """Two formal numbers that differ: two children of one name and birth date."""
        return bool(
            values.get("id_number")
            and child.id_number_digest
            and values.get("national_no", "")[:1] == FORMAL
            and child.national_no_digest
        )

    # -- what to write ----------------------------------------------------------------------------

    def _plan_child(self, plan, student):
        school = self.schools.get(plan.school_id)
        if student and not self._plan_move(plan, student, school):
            return
        wanted = self._wanted(plan, school, student)
        if plan.wrong:
            return
        state = plan.incoming.values.get("registry_state") or "enrolled"
        if state == "dropped_out":
            # it stays on the roster, so that the check finds it missing
            plan.tell("registry_state", "state_dropped_out", severity="warning")
            state = "enrolled"
        if not student:
            plan.action = CREATE
            plan.vals = {**wanted, "school_id": school.id, "enrolment_state": state}
            plan.guardians = self._guardians(plan, None)
            return
        self._tell_grade_back(plan, student)
        self._compare(plan, student, wanted)
        state = self._state_of(plan, student, school, state)
        if student.enrolment_state != state:
            plan.state = state
            plan.changed.append("enrolment_state")
        if wanted.get("national_no") and student.registry_completion in ("to_apply", "applied"):
            plan.vals["registry_completion"] = "received"
            plan.vals["registry_received_on"] = self.job.today
            plan.changed.append("registry_completion")
        self._settle(plan, student)

    def _tell_grade_back(self, plan, student):
        """Nobody repeats a grade by a file: either it is an old one, or somebody mistyped."""
        known, grade = student.class_grade or student.grade, plan.incoming.values.get("grade")
        if grade and known and grade < known and student.enrolment_state in PRESENT:
            plan.tell("grade", "grade_back", severity="warning", grade=grade, known=known)

    def _state_of(self, plan, student, school, state):
        """The registry state of a known child after a row that tells ``state``. A file alone takes
        nobody off the list of the school, and nobody out of an approved status change."""
        known = student.enrolment_state
        if known in PRESENT and "registry_state" not in plan.incoming.values:
            return known  # a file without states changes none
        if known == "dropped_out" and state in ("enrolled", "suspended"):
            plan.tell("registry_state", "state_kept", severity="warning")
            return known
        if student.id in self.by_change and state in PRESENT:
            if state != known:
                plan.tell("registry_state", "state_by_change", severity="warning")
            return known
        if state == "expected":
            return known
        if known == "enrolled" and state == "suspended":
            plan.tell("registry_state", "suspension_unproven", severity="warning")
            return known
        finished = state in FINISHED and student.grade == school.grade_to
        if known in PRESENT and state not in PRESENT and not finished:
            plan.tell("registry_state", "state_unproven", severity="warning")
            plan.is_left = True
            return known
        return state

    def _settle(self, plan, student):
        plan.guardians = self._guardians(plan, student)
        if plan.guardians:
            plan.changed.append("guardian_ids")
        if plan.move:
            plan.changed.insert(0, "school_id")
        plan.action = (
            UPDATE
            if plan.vals
            or plan.guardians
            or plan.state
            or plan.move
            or plan.expect
            or plan.new_class
            else UNCHANGED
        )

    def _plan_move(self, plan, student, school):
        """Whether the row can go on: a child that stands elsewhere is moved only when this school
        expects it, or when a person has said so within one school and its teaching points. Else its
        old school has to let it go."""
        if student.school_id == school.id:
            return True
        standing = self._school_of(student)
        inside = standing.parent_id == school.id or school.parent_id == student.school_id
        if student.expected_school_id == school.id or (
            inside and plan.incoming.decision == "transfer" and student.school_id in self.allowed
        ):
            plan.move = True
            return True
        plan.student_id, plan.match_id = None, student.id
        if standing.county_id != school.county_id:
            plan.tell("school_name", "stands_in_other_county")
            return False
        plan.action = HOLD
        asked = self.asked.get(student.id) == school.id
        code = "transfer_asked" if asked else "stands_elsewhere"
        plan.tell("school_name", code, severity="confirm", school=standing.name)
        return False

    def _school_of(self, student):
        """The school where a child stands; it may be one that is closed."""
        school = self.schools.get(student.school_id)
        if not school:
            record = self.env["edu.school"].sudo().browse(student.school_id)
            school = SimpleNamespace(
                name=record.name,
                county_id=record.county_id.id,
                parent_id=record.parent_id.id,
                junior_school_id=record.junior_school_id.id,
            )
        return school

    def _wanted(self, plan, school, student):
        """{field of edu.student: value} that the row tells; empty cells tell nothing."""
        values = plan.incoming.values
        wanted = {name: values[name] for name in SAME_NAMES if name in values}
        if "aided" in values:
            wanted["aided"] = "yes" if values["aided"] else "no"
        self._leave_out_numbers(plan, wanted)
        self._want_disability(plan, wanted)
        self._want_areas(plan, school, student, wanted)
        for key in plan.doubles:
            # the child keeps its own; a double entry that was merged into it has the other
            wanted.pop(key, None)
            if key == "id_number":
                plan.tell(key, "number_of_double", severity="warning", secret=True)
        self._keep_formal_number(plan, student, wanted)
        if self.job.kind == "roster":
            klass, grade = self._class_of(plan, school)
            if klass:
                wanted["class_id"] = klass
            elif grade and not plan.new_class:
                wanted["grade"] = grade
                if student and student.class_id and student.class_grade != grade:
                    wanted["class_id"] = False
        return wanted

    def _leave_out_numbers(self, plan, wanted):
        """Numbers of persons in a column that is no secret would be kept in clear."""
        for name in [name for name in CLEAR_TEXTS if name in wanted]:
            if holds_identity(wanted[name], self.job.today):
                key = name if name in plan.incoming.values else ""
                severity = "error" if name == "name" else "warning"
                plan.tell(key, "number_in_text", severity=severity, secret=True)
                del wanted[name]

    def _want_disability(self, plan, wanted):
        values = plan.incoming.values
        kind, number = values.get("disability_type"), values.get("disability_no", "")
        if len(number) >= 20:  # the certificate's own word: kind and grade follow the 18 characters
            kind = kind if kind and kind not in ("none", "other") else number[18]
            wanted["disability_grade"] = number[19]
        if kind and kind != "none":
            if ("disability", kind) in self.code_ids:
                wanted["disability_type_id"] = self.code_ids["disability", kind]
            else:
                plan.tell("disability_type", "value_unknown", "warning", field="disability_type")

    def _want_areas(self, plan, school, student, wanted):
        values, county_id = plan.incoming.values, school.county_id
        code, text = values.get("household_area_code"), values.get("household_area")
        if code or text:
            area = self.places.by_code(code) or self.places.within(text, county_id)
            if area:
                wanted["household_area_id"] = area.id
            elif code and code[:6] == school.county_code:
                plan.tell("household_area_code", "area_unknown", severity="warning")
        area = self._residence(values, county_id)
        if area:
            wanted["residence_area_id"] = area.id
        elif values.get("village") or values.get("township"):
            key = "village" if values.get("village") else "township"
            plan.tell(key, "area_unknown", severity="warning")
        elif not (student and student.residence_area_id):
            area = self.places.within(values.get("address"), county_id)
            if area:
                wanted["residence_area_id"] = area.id

    def _residence(self, values, county_id):
        return self.places.named(values.get("township"), values.get("village"), county_id)

    def _keep_formal_number(self, plan, student, wanted):
        """A temporary number (L, J) gives way to a formal one (G), never the other way; a formal
        one does not give way to another."""
        number = wanted.get("national_no", "")
        known = student and student.national_no_digest
        if not number or not known or known == plan.digests.get("national_no"):
            return
        old = self.students._edu_decrypt(
            self.students._name, "national_no", student.national_no_cipher
        )
        if old[:1] != FORMAL:
            plan.formal = number[:1] == FORMAL
        elif number[:1] != FORMAL:
            plan.tell("national_no", "national_no_older", severity="warning", secret=True)
            del wanted["national_no"]
        else:
            plan.tell("national_no", "national_no_changed", secret=True)

    def _compare(self, plan, student, wanted):
        for name, value in self._changed(self.student_secrets, student, wanted).items():
            plan.vals[name] = value
            plan.changed.append(name)
        if plan.new_class:
            plan.changed.append("class_id")

    def _changed(self, secrets, known, wanted):
        """What of ``wanted`` is not what is known of a child or guardian; secrets by their digests."""
        return {
            name: value
            for name, value in wanted.items()
            if (
                getattr(known, f"{name}_digest") != self.digest(secrets[name], value)
                if name in secrets
                else (getattr(known, name) or False) != (value or False)
            )
        }

    def _guardians(self, plan, student):
        values, out = plan.incoming.values, []
        there = list(self.children.guardians_of.get(student.id, ())) if student else []
        for number in (1, 2):
            name = values.get(f"guardian{number}_name")
            if not name:
                continue
            vals = {"name": name}
            relation = values.get(f"guardian{number}_relation")
            if relation:
                vals["relation_id"] = self.code_ids.get(("relation", relation), False)
            for key in ("phone", "id_number", "is_legal", "workplace"):
                if f"guardian{number}_{key}" in values:
                    vals[key] = values[f"guardian{number}_{key}"]
            for key in ("name", "workplace"):
                if holds_identity(vals.get(key), self.job.today):
                    plan.tell(f"guardian{number}_{key}", "number_in_text", "warning", secret=True)
                    del vals[key]
            if "name" not in vals:
                continue
            if number == 1 and "phone" not in vals and values.get("phone"):
                vals["phone"] = values["phone"]
            guardian = self._same_guardian(there, vals)
            if not guardian:
                out.append((None, {**vals, "sequence": number * 10}))
                continue
            there.remove(guardian)
            changed = self._changed(self.guardian_secrets, guardian, vals)
            if changed:
                out.append((guardian.id, changed))
        return out

    @staticmethod
    def _same_guardian(guardians, vals):
        key, relation = comparison_key(vals["name"]), vals.get("relation_id")
        for guardian in guardians:
            same = comparison_key(guardian.name) == key
            known = guardian.relation_id
            if same and (not relation or not known or relation == known):
                return guardian
        return None

    # -- expected entrants ------------------------------------------------------------------------

    def _plan_entrant(self, plan, student):
        if not plan.school_id and student:
            school = self.schools.get(self._school_of(student).junior_school_id)
            if school:
                self._check_scope(plan, school)
                plan.school_id = school.id
        if not plan.school_id:
            plan.tell("zone_school_name", "zone_school_unknown")
            return
        school = self.schools.get(plan.school_id)
        grade = plan.incoming.values.get("expected_grade") or ENTRY_GRADES[self.job.kind]
        if not school.grade_from <= grade <= school.grade_to:
            plan.tell(
                "expected_grade",
                "grade_not_in_school",
                school=school.name,
                first=school.grade_from,
                last=school.grade_to,
            )
        if plan.wrong:
            return
        if not student:
            wanted = self._wanted(plan, school, None)
            plan.action = CREATE
            plan.vals = {**wanted, "school_id": school.id, "enrolment_state": "expected"}
            plan.guardians = self._guardians(plan, None)
            plan.expect = (school.id, grade)
            return
        if self._school_of(student).county_id != school.county_id:
            plan.tell("name", "stands_in_other_county")
            return
        expecting = self.expecting.get(student.id)
        if expecting and expecting != school.id:
            name = self.env["edu.school"].sudo().browse(expecting).name
            plan.tell("zone_school_name", "expected_elsewhere", school=name)
            return
        enrolled_here = student.school_id == school.id and student.enrolment_state != "expected"
        if not expecting and not enrolled_here:
            plan.expect = (school.id, grade)
            plan.changed.append("expected_school_id")
        if student.school_id == school.id and student.enrolment_state == "expected":
            self._compare(plan, student, self._wanted(plan, school, student))
            self._settle(plan, student)
        else:
            plan.action = UPDATE if plan.expect else UNCHANGED

    # -- afterwards -------------------------------------------------------------------------------

    def missing_ids(self):
        """Ids of the children on the lists of the file's schools that no row of it names."""
        if self.job.kind != "roster":
            return []
        schools = self.school_ids & self.allowed
        children = self.env["edu.student"]._search(
            [("school_id", "in", list(schools)), ("enrolment_state", "in", PRESENT)]
        )
        return self.memory.not_matched(children)
