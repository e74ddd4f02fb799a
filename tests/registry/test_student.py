from datetime import date

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from ...tools.identity import make_identity
from ..common import EduCommon


@tagged("post_install", "-at_install")
class TestStudent(EduCommon):
    def test_found_by_initials_and_pinyin(self):
        Student = self.env["edu.student"]
        for typed in ("zxm", "zhangxm", "zhangxiaoming", "小明"):
            with self.subTest(typed=typed):
                found = Student.name_search(typed)
                if typed == "zhangxm":
                    self.assertNotIn(self.student.id, [row[0] for row in found])
                else:
                    self.assertIn(self.student.id, [row[0] for row in found])

    def test_wrong_numbers_are_refused_without_being_repeated(self):
        good = make_identity(date(2018, 3, 1), "male", 77)
        wrong = good[:-1] + ("0" if good[-1] != "0" else "1")
        for field, value in (("id_number", wrong), ("national_no", "G" + wrong)):
            with self.subTest(field=field):
                with self.assertRaises(ValidationError) as caught:
                    self.student.write({field: value})
                self.assertNotIn(wrong, str(caught.exception))
                self.assertIn("does not fit", str(caught.exception))

    def test_foreign_document_is_not_held_to_the_check_digit(self):
        child = self.make_student(self.class_a, id_type="A", id_number="E12345678")
        self.assertTrue(child.id_number)

    def test_birth_date_in_the_future(self):
        with self.assertRaises(ValidationError):
            self.student.birthdate = date(2026, 9, 3)

    def test_age_in_the_county(self):
        self.assertEqual(self.student.age, 8)

    def test_class_and_school_belong_together(self):
        with self.assertRaises(ValidationError):
            self.student.class_id = self.class_b

    def test_townships_follow_the_areas(self):
        self.assertEqual(self.student.residence_township_id, self.township_a)
        self.assertEqual(self.student.household_township_id, self.township_a)
        self.assertEqual(self.student.school_township_id, self.township_a)
        self.assertEqual(self.student.guardian_ids.residence_township_id, self.township_a)

    def test_state_is_not_typed_in(self):
        for field, value in (
            ("enrolment_state", "graduated"),
            ("expected_school_id", self.junior_a.id),
        ):
            with self.subTest(field=field), self.assertRaises(AccessError):
                self.as_user(self.student, "records_admin").write({field: value})

    def test_set_state_leaves_its_reason(self):
        self.student._edu_set_state("suspended", "因病休学")
        self.assertEqual(self.student.enrolment_state, "suspended")
        self.assertIn("因病休学", self.student.message_ids[0].body)

    def test_records_admin_cannot_push_a_child_into_another_school(self):
        with self.assertRaises(AccessError):
            self.as_user(self.student, "records_admin").write(
                {"school_id": self.school_b.id, "class_id": self.class_b.id}
            )

    def test_move_takes_followers_and_activities_along(self):
        teacher = self.user["class_teacher"]
        self.student.message_subscribe(teacher.partner_id.ids)
        self.student.activity_schedule("mail.mail_activity_data_todo", user_id=teacher.id)
        self.student._edu_move(self.school_b, self.class_b)
        self.assertNotIn(teacher.partner_id, self.student.message_partner_ids)
        self.assertFalse(self.student.activity_ids)
        self.assertFalse(
            self.env["edu.student"].with_user(teacher).search([("id", "=", self.student.id)])
        )
        self.assertEqual(self.student.grade, 3)

    def test_expecting_school_sees_the_child(self):
        junior = self.make_user("junior_admin", "records_admin", self.junior_a)
        Student = self.env["edu.student"].with_user(junior)
        self.assertFalse(Student.search([]))
        self.student.expected_school_id = self.junior_a
        self.assertEqual(Student.search([]), self.student)
        self.assertEqual(
            self.env["edu.guardian"].with_user(junior).search([]),
            self.student.guardian_ids,
        )

    def test_class_teacher_adds_a_guardian_of_own_class_only(self):
        Guardian = self.as_user(self.env["edu.guardian"], "class_teacher")
        Guardian.create({"student_id": self.student.id, "name": "王阿姨"})
        with self.assertRaises(AccessError):
            Guardian.create({"student_id": self.other_student.id, "name": "王阿姨"})
        with self.assertRaises(AccessError):
            self.as_user(self.student, "class_teacher").write({"name": "别名"})

    def test_nobody_deletes_a_child(self):
        for role in self.user:
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.as_user(self.student, role).unlink()
