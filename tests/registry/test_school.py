from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import EduCommon


@tagged("post_install", "-at_install")
class TestSchool(EduCommon):
    def test_code_has_ten_digits(self):
        for code in ("123", "12345678901", "99000000AB"):
            with (
                self.subTest(code=code),
                self.assertRaisesRegex(ValidationError, "ten digits"),
            ):
                self.school_a.code = code

    @mute_logger("odoo.sql_db")
    def test_code_is_unique(self):
        with self.assertRaises(IntegrityError):
            self.make_school("同号学校", self.township_a, "primary", code=self.school_a.code)

    def test_grades_follow_the_kind(self):
        self.assertEqual((self.junior_a.grade_from, self.junior_a.grade_to), (7, 9))
        self.assertEqual((self.school_b.grade_from, self.school_b.grade_to), (1, 9))

    def test_class_of_a_grade_that_the_school_lacks(self):
        with self.assertRaisesRegex(ValidationError, "grades 1 to 6"):
            self.make_class(self.school_a, 7)

    @mute_logger("odoo.sql_db")
    def test_class_number_is_unique_in_its_grade(self):
        with self.assertRaises(IntegrityError):
            self.make_class(self.school_a, 3)

    def test_teaching_point_needs_a_central_school(self):
        with self.assertRaisesRegex(ValidationError, "central school"):
            self.make_school("孤点", self.township_a, "teaching_point")

    def test_no_school_is_its_own_central_school(self):
        with self.assertRaises(ValidationError):
            self.school_a.parent_id = self.point_a

    def test_county_comes_from_the_area(self):
        self.assertEqual(self.school_a.county_id, self.county)
        self.assertEqual(self.village_a.township_id, self.township_a)
        self.assertEqual(self.village_a.county_id, self.county)

    def test_area_code_fits_its_level(self):
        for code, level in (
            ("9900", "county"),
            ("990009", "township"),
            ("99000X101", "township"),
        ):
            with self.subTest(code=code), self.assertRaises(ValidationError):
                self.env["edu.area"].create({"name": "错", "code": code, "level": level})

    def test_area_stands_below_a_higher_one(self):
        with self.assertRaises(ValidationError):
            self.env["edu.area"].create(
                {
                    "name": "错",
                    "code": "990001103",
                    "level": "township",
                    "parent_id": self.village_a.id,
                }
            )

    def test_bureau_writes_schools_of_its_county_only(self):
        self.as_user(self.school_a, "bureau").write({"setting": "town"})
        with self.assertRaises(AccessError):
            self.as_user(self.school_a, "bureau", other=True).write({"setting": "town"})
        with self.assertRaises(AccessError):
            self.as_user(self.school_a, "principal").write({"setting": "town"})

    def test_records_admin_makes_classes_of_own_school_only(self):
        Class = self.as_user(self.env["edu.class"], "records_admin")
        Class.create({"school_id": self.school_a.id, "grade": 4, "number": 1})
        with self.assertRaises(AccessError):
            Class.create({"school_id": self.school_b.id, "grade": 4, "number": 1})
        with self.assertRaises(AccessError):
            self.as_user(self.env["edu.class"], "class_teacher").create(
                {"school_id": self.school_a.id, "grade": 5, "number": 1}
            )

    def test_count_of_a_class(self):
        self.make_student(self.class_a)
        self.make_student(self.class_a, enrolment_state="transferred_out")
        self.assertEqual(self.class_a.student_count, 2)

    def test_class_name(self):
        self.assertEqual(self.class_a.display_name, "Grade 3 class 1")
