from datetime import date

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ...tools.identity import make_phone
from ..common import EduCommon


@tagged("post_install", "-at_install")
class TestStudentDuplicate(EduCommon):
    """Entries that may be one child are found as a set, and a person decides."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Pair = cls.env["edu.student.duplicate"]

    def family(self, phone, **values):
        """A child of class A whose guardian has ``phone``."""
        relation = self.env.ref("edu_dropout_control.code_relation_father").id
        guardian = {"name": "家长", "relation_id": relation, "phone": phone}
        klass = values.pop("klass", self.class_a)
        return self.make_student(
            klass, **{"name": "苏重", "guardian_ids": [Command.create(guardian)], **values}
        )

    def find(self, state="open"):
        self.Pair._edu_find()
        return self.Pair.search([("state", "=", state)])

    def test_nobody_is_alike(self):
        self.assertFalse(self.find())

    def test_name_birth_date_and_phone(self):
        one, two = self.family(make_phone(900)), self.family(make_phone(900))
        pair = self.find()
        self.assertEqual((pair.student_id, pair.other_id, pair.rule), (one, two, "family"))
        self.assertEqual((pair.school_id, pair.other_school_id), (self.school_a, self.school_a))
        self.assertEqual(self.find(), pair, "once")

    def test_each_of_the_three_counts(self):
        self.family(make_phone(901))
        self.family(make_phone(902))
        self.family(make_phone(901), name="苏轻")
        self.family(make_phone(901), birthdate=date(2018, 3, 2))
        self.assertFalse(self.find())

    def test_without_a_phone_nobody_is_alike(self):
        self.family(False)
        self.family(False)
        self.assertFalse(self.find())

    def test_the_identity_number_that_stands_in_a_student_number(self):
        one = self.make_student(self.class_a, name="苏一", national_no=False)
        number = one._edu_secret_clear("id_number")[one.id]
        two = self.make_student(
            self.class_a2, name="苏二", id_number=False, national_no=f"G{number}"
        )
        pair = self.find()
        self.assertEqual((pair.student_id, pair.other_id, pair.rule), (one, two, "number"))

    def test_a_temporary_number_is_no_identity_number(self):
        one = self.make_student(self.class_a, name="苏一", national_no=False)
        number = one._edu_secret_clear("id_number")[one.id]
        self.make_student(self.class_a2, name="苏二", id_number=False, national_no=f"L{number}")
        self.assertFalse(self.find())

    def test_counties_are_apart(self):
        self.family(make_phone(903))
        self.family(make_phone(903), klass=self.make_class(self.school_x, 3))
        self.assertFalse(self.find())

    def test_archived_entries_are_no_doubles(self):
        self.family(make_phone(904))
        self.family(make_phone(904), active=False)
        self.assertFalse(self.find())

    def test_alike_no_more_and_again(self):
        self.family(make_phone(905))
        two = self.family(make_phone(905))
        pair = self.find()
        two.birthdate = date(2018, 4, 1)
        self.assertFalse(self.find())
        self.assertEqual(pair.state, "gone")
        two.birthdate = date(2018, 3, 1)
        self.assertEqual(self.find(), pair)

    def test_two_children_are_not_asked_about_again(self):
        self.family(make_phone(906))
        self.family(make_phone(906))
        pair = self.find()
        self.as_user(pair, "records_admin").action_distinct()
        self.assertEqual(pair.decided_by_id, self.user["records_admin"])
        self.assertFalse(self.find())
        self.assertEqual(pair.state, "distinct")
        with self.assertRaises(UserError):
            self.as_user(pair, "records_admin").action_distinct()
        self.as_user(pair, "bureau").action_reopen()
        self.assertEqual(self.find(), pair)

    def test_everybody_looks_in_the_own_schools_only(self):
        self.family(make_phone(907))
        self.family(make_phone(907))
        self.family(make_phone(907), klass=self.class_b)
        self.as_user(self.Pair, "records_admin").action_find()
        self.assertEqual(len(self.Pair.search([])), 1)
        self.as_user(self.Pair, "bureau").action_find()
        self.assertEqual(len(self.Pair.search([])), 3)
        self.assertEqual(len(self.as_user(self.Pair, "records_admin").search([])), 1)
        self.assertEqual(len(self.as_user(self.Pair, "bureau").search([])), 3)
        self.assertFalse(self.as_user(self.Pair, "bureau", other=True).search([]))
        self.assertFalse(self.as_user(self.Pair, "records_admin", other=True).search([]))

    def test_looking_in_one_school_closes_nothing_elsewhere(self):
        self.family(make_phone(908))
        self.family(make_phone(908), klass=self.class_b)
        pair = self.find()
        self.as_user(self.Pair, "records_admin").action_find()
        self.assertEqual(pair.state, "open")

    def test_who_decides(self):
        self.family(make_phone(909))
        self.family(make_phone(909), klass=self.class_b)
        pair = self.find()
        for role in ("class_teacher", "dean", "principal", "township", "inspector"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.as_user(self.Pair, role).action_find()
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.as_user(pair, role).action_distinct()
        with self.assertRaises(AccessError):  # one of the two stands elsewhere
            self.as_user(pair, "records_admin").action_distinct()
        self.as_user(pair, "bureau").action_distinct()
