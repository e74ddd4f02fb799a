from datetime import date
from unittest.mock import patch

from odoo.exceptions import AccessError, ConcurrencyError, UserError, ValidationError
from odoo.tests import Form
from odoo.tools import mute_logger

from .common import CaseCommon


class TestRaise(CaseCommon):
    def setUp(self):
        super().setUp()
        self.Case = self.env["edu.dropout.case"]

    def test_by_the_class_teacher(self):
        case = self.as_user(self.Case, "class_teacher").create({"student_id": self.student.id})
        self.assertEqual(case.state, "suspected")
        self.assertEqual(case.source, "manual")
        self.assertEqual(case.raised_by_id, self.user["class_teacher"])
        self.assertEqual(case.school_id, self.school_a)
        self.assertEqual(case.class_id, self.class_a)
        self.assertEqual(case.grade, 3)
        self.assertEqual(case.term_id, self.term)

    def test_form(self):
        form = Form(self.as_user(self.Case, "records_admin"))
        form.student_id = self.student
        case = form.save()
        self.assertEqual(case.missing_since, date(2026, 9, 2))
        self.assertEqual(case.school_responsible_id, self.user["class_teacher"])

    def test_people_and_townships_come_from_the_child(self):
        student = self.make_student(
            self.class_a,
            household_area_id=self.village_b.id,
            residence_area_id=self.village_a.id,
        )
        case = self.make_case(student)
        self.assertEqual(case.residence_township_id, self.township_a)
        self.assertEqual(case.household_township_id, self.township_b)
        self.assertEqual(case.school_township_id, self.township_a)
        self.assertEqual(case.school_responsible_id, self.user["class_teacher"])
        self.assertEqual(case.township_responsible_id, self.user["township"])

    def test_leaders_answer_where_no_teacher_does(self):
        case = self.make_case(self.make_student(self.class_a2))
        self.assertEqual(case.school_responsible_id, self.user["records_admin"])

    def test_county_day(self):
        """Early morning in the county is still yesterday in UTC."""
        self.on("2026-09-02 22:00:00")
        self.assertEqual(self.make_case().raised_on, date(2026, 9, 3))

    def test_event_before_entry(self):
        self.on("2026-09-10 02:00:00")
        case = self.as_user(self.Case, "class_teacher").create(
            {
                "student_id": self.student.id,
                "raised_on": "2026-09-07",
                "missing_since": "2026-09-04",
            }
        )
        self.assertEqual(case.raised_on, date(2026, 9, 7))
        self.assertEqual(str(case.entered_at), "2026-09-10 02:00:00", "the day of entry is apart")
        self.assertEqual(case.missing_since, date(2026, 9, 4))
        self.assertEqual(
            case.verify_by, self.env["edu.policy"]._edu_period_end(date(2026, 9, 7), 30)
        )

    def test_no_day_to_come(self):
        with self.assertRaises(ValidationError):
            self.make_case(raised_on="2026-09-03")
        with self.assertRaises(ValidationError):
            self.make_case(raised_on="2026-09-01", missing_since="2026-09-02")

    def test_numbers_run_by_year(self):
        first = self.make_case(raised_on="2025-11-03")
        second = self.make_case(self.make_student(self.class_a))
        third = self.make_case(self.make_student(self.class_a))
        self.assertEqual(first.name, "2025-0001")
        self.assertRegex(second.name, r"^2026-\d{4}$")
        self.assertEqual(int(third.name[5:]), int(second.name[5:]) + 1)

    def test_expected_child_belongs_to_the_school_of_its_zone(self):
        child = self.make_student(
            self.class_a, expected_school_id=self.junior_a.id, expected_grade=7
        )
        case = self.make_case(child)
        self.assertEqual(case.school_id, self.junior_a)
        self.assertFalse(case.class_id)
        self.assertEqual(case.grade, 7)

    def test_to_do_for_the_education_line(self):
        case = self.make_case()
        self.settle()
        activity = case.activity_ids
        self.assertEqual(len(activity), 1)
        self.assertEqual(activity.user_id, self.user["class_teacher"])
        self.assertEqual(activity.date_deadline, case.verify_by)
        case.action_verify()
        self.settle()
        self.assertEqual(case.activity_ids, activity, "still to be decided")

    def test_past_compulsory_education(self):
        self.student._edu_set_state("graduated")
        with self.assertRaisesRegex(UserError, "past compulsory education"):
            self.as_user(self.Case, "records_admin").create({"student_id": self.student.id})

    def test_without_child(self):
        with self.assertRaisesRegex(UserError, "Name the child"):
            self.as_user(self.Case, "records_admin").create({"missing_since": "2026-09-01"})


class TestOneOpenCase(CaseCommon):
    def setUp(self):
        super().setUp()
        self.Case = self.env["edu.dropout.case"]

    def test_by_hand_refused_with_its_number(self):
        case = self.make_case()
        with self.assertRaisesRegex(UserError, case.name):
            self.as_user(self.Case, "principal").create({"student_id": self.student.id})

    def test_by_the_database(self):
        self.make_case()
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(Exception) as refusal,
            self.env.cr.savepoint(),
        ):
            self.make_case()
        self.assertIn("open_uniq", str(refusal.exception))

    def test_raising_again_gives_the_open_one(self):
        case = self.make_case(state="persuading")
        again = self.Case._edu_raise(self.student, "absence")
        self.assertEqual(again, case)
        self.assertEqual(case.state, "persuading")

    def test_many_at_once_in_their_order(self):
        other = self.make_student(self.class_a)
        case = self.make_case(other)
        cases = self.Case._edu_raise(self.student | other, "check")
        self.assertEqual(cases.student_id, self.student | other)
        self.assertEqual(cases[1], case)

    def test_two_at_once_yield_one(self):
        """Both looked and saw none; the second finds the first's when it writes."""
        case = self.make_case()
        real = type(self.Case).search
        calls = []

        def blind(records, *args, **kwargs):
            calls.append(1)
            if len(calls) == 1:
                return records.browse()
            return real(records, *args, **kwargs)

        with patch.object(type(self.Case), "search", blind):
            again = self.Case._edu_raise(self.student, "check")
        self.assertEqual(again, case)

    def test_other_transaction_not_visible_yet(self):
        """Its row lies after our snapshot: the whole request is tried again."""
        self.make_case()
        with (
            patch.object(type(self.Case), "search", lambda records, *a, **k: records.browse()),
            self.assertRaises(ConcurrencyError),
        ):
            self.Case._edu_raise(self.student, "check")

    def test_closed_ones_do_not_count(self):
        self.make_case(state="closed")
        self.make_case(state="excluded")
        self.make_case()
        self.assertEqual(self.Case.search_count([("student_id", "=", self.student.id)]), 3)


class TestFromTheChild(CaseCommon):
    def test_button_raises_or_opens(self):
        student = self.as_user(self.student, "township")
        action = student.action_raise_case()
        case = self.env["edu.dropout.case"].browse(action["res_id"])
        self.assertEqual(case.student_id, self.student)
        self.assertEqual(student.action_raise_case()["res_id"], case.id)
        self.assertEqual(student.case_count, 1)
        self.assertEqual(student.open_case_id, case)

    def test_button_refused_elsewhere(self):
        for role in ("class_teacher", "principal", "township", "bureau"):
            with self.assertRaises(AccessError):
                self.as_user(self.student, role, other=True).action_raise_case()
        for role in ("inspector", "student_aid"):
            with self.assertRaises(AccessError):
                self.as_user(self.student, role).action_raise_case()


class TestFoundAtTheDoor(CaseCommon):
    def found(self, role="township", other=False, **values):
        return self.as_user(self.env["edu.case.found"], role, other).create(
            {
                "name": "王小草",
                "gender": "female",
                "birthdate": "2019-05-01",
                "village_id": self.village_a.id,
                "guardian_name": "王大山",
                "whereabouts_id": self.code("whereabouts", "home").id,
                "note": "入户排查发现",
                **values,
            }
        )

    def test_zone_and_grade(self):
        wizard = self.found()
        self.assertEqual(wizard.grade, 2)
        self.assertEqual(wizard.school_id, self.school_a)
        wizard.birthdate = "2013-05-01"
        self.assertEqual(wizard.grade, 8)
        self.assertEqual(wizard.school_id, self.junior_a)

    def test_child_of_no_list(self):
        action = self.found().action_apply()
        case = self.env["edu.dropout.case"].browse(action["res_id"])
        self.assertEqual(case.kind, "never_enrolled")
        self.assertEqual(case.school_id, self.school_a)
        self.assertEqual(case.residence_township_id, self.township_a)
        self.assertEqual(case.whereabouts_id, self.code("whereabouts", "home"))
        self.assertEqual(case.student_id.enrolment_state, "expected")
        self.assertEqual(case.student_id.guardian_ids.name, "王大山")
        self.assertIn("入户排查发现", self.messages(case))
        self.assertTrue(self.as_user(case, "township").name)

    def test_not_elsewhere(self):
        with self.assertRaises(AccessError):
            self.found(other=True).action_apply()
        self.assertFalse(self.env["edu.student"].search([("name", "=", "王小草")]))

    def test_not_twice(self):
        self.found().action_apply()
        with self.assertRaisesRegex(UserError, "choose it above"):
            self.found().action_apply()

    def test_not_twice_under_another_spelling(self):
        action = self.found(name="阿依古丽．买买提 ").action_apply()
        case = self.env["edu.dropout.case"].browse(action["res_id"])
        self.assertEqual(case.student_id.name, "阿依古丽·买买提")
        for name in ("阿依古丽·买买提", "阿依古丽 买买提", "阿依古丽•买买提\u3000"):
            with self.subTest(name=name), self.assertRaisesRegex(UserError, "choose it above"):
                self.found(name=name).action_apply()

    def test_child_of_another_place_stays_unnamed(self):
        self.make_student(self.class_b, name="王小草", birthdate=date(2019, 5, 1))
        with self.assertRaises(UserError) as refusal:
            self.found().action_apply()
        self.assertNotIn(self.school_b.name, str(refusal.exception))

    def test_says_what_is_missing(self):
        with self.assertRaisesRegex(UserError, "the gender"):
            self.found(gender=False).action_apply()

    def test_child_of_a_list(self):
        action = self.found(student_id=self.student.id).action_apply()
        self.assertEqual(
            self.env["edu.dropout.case"].browse(action["res_id"]).student_id, self.student
        )
