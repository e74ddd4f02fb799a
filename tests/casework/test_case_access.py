from odoo.exceptions import AccessError, UserError, ValidationError

from ...models.casework.dropout_case import EVERYBODY
from .common import CaseCommon

READERS = (*EVERYBODY, "inspector")
STRANGERS = ("student_aid", "county_admin")


class TestCaseAccess(CaseCommon):
    def test_own_scope_and_no_other(self):
        mine = self.make_case()
        far = self.make_student(
            self.make_class(self.school_x, 3), residence_area_id=False, household_area_id=False
        )
        other = self.make_case(far)
        for role in READERS:
            with self.subTest(role=role):
                self.assertEqual(self.as_user(self.env["edu.dropout.case"], role).search([]), mine)
                with self.assertRaises(AccessError):
                    self.as_user(other, role).read(["name"])
        for role in STRANGERS:
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.as_user(mine, role).read(["name"])

    def test_each_of_the_three_townships_reads(self):
        student = self.make_student(self.class_a, household_area_id=self.village_b.id)
        case = self.make_case(student)
        self.assertEqual(self.as_user(case, "township", other=True).name, case.name)

    def test_writing(self):
        case = self.make_case()
        for role in EVERYBODY:
            with self.subTest(role=role):
                self.as_user(case, role).plan = f"计划 {role}"
                with self.assertRaises(AccessError):
                    self.as_user(case, role, other=True).plan = "x"
        with self.assertRaises(AccessError):
            self.as_user(case, "inspector").plan = "x"

    def test_nobody_deletes(self):
        case = self.make_case()
        for role in (*READERS, *STRANGERS):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.as_user(case, role).unlink()

    def test_creating_elsewhere(self):
        for role in EVERYBODY:
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.as_user(self.env["edu.dropout.case"], role, other=True).create(
                    {"student_id": self.student.id}
                )
        for role in (*STRANGERS, "inspector"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.as_user(self.env["edu.dropout.case"], role).create(
                    {"student_id": self.student.id}
                )

    def test_two_posts_do_not_multiply(self):
        """Class teacher in A, inspector over B: reads B's cases, takes no step there."""
        user = self.user["class_teacher"]
        self.make_post(user, "inspector", self.township_b)
        case = self.make_case(self.other_student).with_user(user)
        self.assertTrue(case.name)
        with self.assertRaises(AccessError):
            case.action_verify()
        with self.assertRaises(AccessError):
            case.plan = "x"

    def test_a_post_that_ends_takes_the_cases(self):
        case = self.make_case()
        teacher = self.user["class_teacher"]
        teacher.edu_post_ids.write({"date_to": "2026-09-02"})
        self.assertTrue(case.with_user(teacher).read(["name"]))
        self.on("2026-09-02 16:30:00")
        with self.assertRaises(AccessError):
            case.with_user(teacher).read(["name"])


class TestMassAssignment(CaseCommon):
    """What follows from the steps is not typed in, whoever sends it."""

    VALUES = {
        "state": "closed",
        "ladder": "justice",
        "name": "2026-9999",
        "school_id": None,
        "class_id": None,
        "raised_by_id": 1,
        "entered_at": "2026-08-01 00:00:00",
        "source": "check",
        "verify_by": "2030-01-01",
        "confirmed_on": "2026-09-01",
        "persuading_since": "2026-09-01",
        "return_by": "2030-01-01",
        "returned_on": "2026-09-01",
        "return_form": "same_class",
        "observation_until": "2026-09-01",
        "closed_on": "2026-09-01",
        "relapse_count": 5,
        "excluded_reason_id": 1,
        "exclusion_until": "2030-01-01",
        "mandatory_report_on": "2026-09-01",
        "evidence_ids": [],
        "deadline": "2030-01-01",
        "visit_count": 9,
        "next_visit_due": "2030-01-01",
        "cause_confidential_id": 1,
        "school_township_id": 1,
    }

    def test_write(self):
        case = self.make_case()
        for name, value in {**self.VALUES, "student_id": 1, "raised_on": "2026-08-01"}.items():
            for role in ("class_teacher", "bureau"):
                with self.subTest(field=name, role=role), self.assertRaises(AccessError):
                    self.as_user(case, role).write({name: value or False})

    def test_create(self):
        Case = self.as_user(self.env["edu.dropout.case"], "bureau")
        for name, value in self.VALUES.items():
            with self.subTest(field=name), self.assertRaises(AccessError):
                Case.create({"student_id": self.student.id, name: value or False})

    def test_defaults_of_the_context(self):
        Case = self.as_user(self.env["edu.dropout.case"], "bureau").with_context(
            **{f"default_{name}": value for name, value in self.VALUES.items() if value}
        )
        case = Case.create({"student_id": self.student.id})
        self.assertEqual(case.state, "suspected")
        self.assertEqual(case.ladder, "none")
        self.assertEqual(case.source, "manual")
        self.assertFalse(case.confirmed_on or case.closed_on or case.excluded_reason_id)
        self.assertEqual(case.relapse_count, 0)
        self.assertEqual(str(case.entered_at), "2026-09-02 00:30:00")

    def test_own_defaults_of_a_user(self):
        user = self.user["bureau"]
        self.env["ir.default"].with_user(user).sudo().set(
            "edu.dropout.case", "confirmed_on", "2026-01-01", user_id=user.id
        )
        case = self.as_user(self.env["edu.dropout.case"], "bureau").create(
            {"student_id": self.student.id}
        )
        self.assertFalse(case.confirmed_on)

    def test_a_case_that_is_over_stands(self):
        for state in ("closed", "excluded"):
            case = self.make_case(state=state)
            with self.subTest(state=state), self.assertRaisesRegex(UserError, "is over"):
                self.as_user(case, "principal").plan = "x"
            self.as_user(case, "principal").message_post(body="补充说明")

    def test_missing_since_stands_after_confirmation(self):
        case = self.as_user(self.make_case(state="persuading"), "principal")
        with self.assertRaisesRegex(UserError, "stands"):
            case.missing_since = "2026-08-01"

    def test_private_methods_stay_private(self):
        for name in (
            "_edu_raise",
            "_edu_exclude",
            "_edu_relapse",
            "_edu_reopen",
            "_edu_end_ladder",
        ):
            self.assertTrue(hasattr(self.env["edu.dropout.case"], name))


class TestPlacesAndPeople(CaseCommon):
    def test_townships_are_corrected_by_those_who_decide(self):
        case = self.make_case()
        with self.assertRaisesRegex(AccessError, "correct the townships"):
            self.as_user(case, "class_teacher").household_township_id = self.township_b
        self.as_user(case, "principal").household_township_id = self.township_b
        self.assertEqual(self.as_user(case, "township", other=True).name, case.name)

    def test_a_township_does_not_write_itself_out(self):
        student = self.make_student(self.class_b, residence_area_id=self.village_a.id)
        case = self.as_user(self.make_case(student), "township")
        with self.assertRaises(AccessError):
            case.residence_township_id = self.township_b

    def test_education_line_holds_a_post_here(self):
        case = self.as_user(self.make_case(), "principal")
        case.school_responsible_id = self.user["dean"]
        for stranger in (self.nobody, self.other_user["class_teacher"], self.user["township"]):
            with self.assertRaisesRegex(ValidationError, "holds no post at this school"):
                case.school_responsible_id = stranger

    def test_administrative_line_holds_a_post_here(self):
        case = self.as_user(self.make_case(), "principal")
        for stranger in (self.nobody, self.other_user["township"], self.user["dean"]):
            with self.assertRaisesRegex(ValidationError, "no post at a township"):
                case.township_responsible_id = stranger

    def test_the_to_do_goes_with_the_person(self):
        case = self.make_case()
        former = case.school_responsible_id
        self.assertIn(former.partner_id, case.message_partner_ids)
        self.as_user(case, "principal").school_responsible_id = self.user["dean"]
        self.settle()
        self.assertEqual(case.activity_ids.user_id, self.user["dean"])
        self.assertNotIn(former.partner_id, case.message_partner_ids)


class TestConfidential(CaseCommon):
    """Restricted causes and whereabouts are named to principal and bureau only."""

    def test_shown_to_principal_and_bureau_only(self):
        case = self.make_case()
        self.as_user(case, "class_teacher").cause_id = self.code("cause", "religious")
        self.as_user(case, "class_teacher").whereabouts_id = self.code("whereabouts", "worship")
        for role in READERS:
            record = self.as_user(case, role)
            with self.subTest(role=role):
                self.assertEqual(record.cause_id, self.code("cause", "confidential"))
                self.assertEqual(record.whereabouts_id, self.code("whereabouts", "confidential"))
                if role in ("principal", "bureau"):
                    self.assertEqual(record.cause_confidential_id.code, "religious")
                    self.assertEqual(record.whereabouts_confidential_id.code, "worship")
                else:
                    with self.assertRaises(AccessError):
                        record.read(["cause_confidential_id"])
                    with self.assertRaises(AccessError):
                        record.search([("cause_confidential_id.code", "=", "religious")])
        self.assertNotIn("Religious", self.messages(case))

    def test_with_a_new_case(self):
        case = self.as_user(self.env["edu.dropout.case"], "class_teacher").create(
            {"student_id": self.student.id, "cause_id": self.code("cause", "marriage").id}
        )
        self.assertEqual(case.cause_id.code, "confidential")
        self.assertEqual(case.sudo().cause_confidential_id.code, "marriage")
        self.assertTrue(case.report_due, "the duty to report is no secret")

    def test_saving_what_is_shown_changes_nothing(self):
        case = self.make_case(cause_id=self.code("cause", "religious").id)
        self.as_user(case, "class_teacher").cause_id = self.code("cause", "confidential")
        self.assertEqual(case.cause_confidential_id.code, "religious")

    def test_an_open_cause_replaces_it(self):
        case = self.make_case(cause_id=self.code("cause", "religious").id)
        self.as_user(case, "class_teacher").cause_id = self.code("cause", "poverty")
        self.assertFalse(case.cause_confidential_id)
        self.assertTrue(case.help_first)

    def test_from_a_visit(self):
        case = self.make_case(state="verifying")
        visit = self.make_visit(case, cause_found_id=self.code("cause", "religious").id)
        self.assertEqual(visit.cause_found_id.code, "confidential")
        self.assertEqual(case.cause_confidential_id.code, "religious")

    def test_search_by_a_whole_number_only(self):
        case = self.make_case()
        number = self.student._edu_secret_clear("id_number")[self.student.id]
        Case = self.as_user(self.env["edu.dropout.case"], "bureau")
        self.assertEqual(Case.search([("student_id.id_number", "=", number)]), case)
        self.assertFalse(Case.search([("student_id.id_number", "=", number[:10])]))
        self.assertFalse(Case.search([("student_id.id_number", "ilike", number[:10])]))
        other = self.as_user(self.env["edu.dropout.case"], "bureau", other=True)
        self.assertFalse(other.search([("student_id.id_number", "=", number)]))
