from datetime import date

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import EduCommon


@tagged("post_install", "-at_install")
class TestPost(EduCommon):
    def visible(self, user):
        return self.env["edu.student"].with_user(user).search([])

    def test_post_gives_group_and_scope(self):
        user = self.make_user("fresh")
        self.assertFalse(user.has_group("edu_dropout_control.group_principal"))
        self.make_post(user, "principal", self.school_a)
        self.assertTrue(user.has_group("edu_dropout_control.group_principal"))
        self.assertEqual(user.edu_principal_school_ids, self.school_a | self.point_a)
        self.assertIn(self.student, self.visible(user))
        self.assertNotIn(self.other_student, self.visible(user))

    def test_everybody_sees_own_scope_only(self):
        for role in self.user:
            if role == "county_admin":
                continue
            with self.subTest(role=role):
                self.assertIn(self.student, self.visible(self.user[role]))
                self.assertNotIn(self.student, self.visible(self.other_user[role]))

    def test_county_admin_sees_no_child(self):
        with self.assertRaises(AccessError):
            self.visible(self.user["county_admin"])

    def test_class_teacher_sees_one_class(self):
        elsewhere = self.make_student(self.class_a2)
        self.assertNotIn(elsewhere, self.visible(self.user["class_teacher"]))

    def test_scope_ends_at_the_countys_midnight(self):
        """Until 10 September: at 23:59 in the county all is there, at 00:01 nothing is, though the
        server's clock (UTC) still shows the tenth and no cron has run."""
        user = self.user["principal"]
        user.edu_post_ids.write({"date_to": "2026-09-10"})
        with freeze_time("2026-09-10 15:59:00"):
            self.env.invalidate_all()
            self.assertIn(self.student, self.visible(user))
        with freeze_time("2026-09-10 16:01:00"):
            self.env.invalidate_all()
            self.assertFalse(self.visible(user))

    def test_cron_takes_the_group_away(self):
        user = self.user["principal"]
        user.edu_post_ids.write({"date_to": "2026-09-10"})
        self.assertTrue(user.has_group("edu_dropout_control.group_principal"))
        with freeze_time("2026-09-10 16:15:00"):
            self.env.invalidate_all()
            self.env["edu.post"]._cron_sync_posts()
            self.assertFalse(user.has_group("edu_dropout_control.group_principal"))

    def test_cron_gives_the_group_of_a_post_that_begins(self):
        user = self.make_user("next_week")
        self.make_post(user, "dean", self.school_a, date_from="2026-09-07")
        self.assertFalse(user.has_group("edu_dropout_control.group_dean"))
        self.assertFalse(user.edu_dean_school_ids)
        with freeze_time("2026-09-06 16:15:00"):
            self.env.invalidate_all()
            self.env["edu.post"]._cron_sync_posts()
            self.assertTrue(user.has_group("edu_dropout_control.group_dean"))
            self.assertIn(self.student, self.visible(user))

    def test_ending_one_of_two_posts_keeps_the_other(self):
        user = self.make_user("two_posts")
        first = self.make_post(user, "principal", self.school_a)
        self.make_post(user, "class_teacher", self.class_b)
        first.date_to = date(2026, 8, 31)
        self.assertFalse(user.has_group("edu_dropout_control.group_principal"))
        self.assertTrue(user.has_group("edu_dropout_control.group_class_teacher"))
        self.assertEqual(self.visible(user), self.other_student)

    def test_deleting_a_post_takes_the_group(self):
        user = self.user["dean"]
        user.edu_post_ids.unlink()
        self.assertFalse(user.has_group("edu_dropout_control.group_dean"))
        with self.assertRaises(AccessError):
            self.visible(user)

    def test_group_given_by_hand_stays(self):
        """The administrator of the installation holds no post, and no cron takes the group away."""
        admin = self.env.ref("base.user_admin")
        self.make_post(admin, "bureau", self.county).unlink()
        self.env["edu.post"]._cron_sync_posts()
        self.assertTrue(admin.has_group("edu_dropout_control.group_county_admin"))
        self.assertFalse(admin.has_group("edu_dropout_control.group_bureau"))

    def test_rights_of_two_posts_do_not_multiply(self):
        """Records administrator in A and class teacher in B: writes in A, only reads in B."""
        user = self.make_user("both")
        self.make_post(user, "records_admin", self.school_a)
        self.make_post(user, "class_teacher", self.class_b)
        self.student.with_user(user).write({"study_mode": "走读"})
        self.assertEqual(self.other_student.with_user(user).name, "李小红")
        with self.assertRaises(AccessError):
            self.other_student.with_user(user).write({"study_mode": "走读"})

    def test_central_school_reaches_its_teaching_points(self):
        self.assertIn(self.point_a, self.user["vice_principal"].edu_vice_principal_school_ids)
        self.assertTrue(self.user["principal"]._edu_has_role("principal", self.point_a))
        self.assertFalse(self.other_user["principal"]._edu_has_role("principal", self.point_a))

    def test_has_role_asks_for_the_place(self):
        teacher = self.user["class_teacher"]
        self.assertTrue(teacher._edu_has_role("class_teacher", self.student))
        self.assertFalse(teacher._edu_has_role("class_teacher", self.other_student))
        self.assertFalse(teacher._edu_has_role("principal", self.student))
        self.assertTrue(self.user["township"]._edu_has_role("township", self.student))
        self.assertTrue(self.user["bureau"]._edu_has_role("bureau", self.student))
        self.assertFalse(self.other_user["bureau"]._edu_has_role("bureau", self.student))

    def test_township_reaches_a_child_living_there_but_learning_elsewhere(self):
        child = self.make_student(self.class_b, residence_area_id=self.village_a.id)
        self.assertIn(child, self.visible(self.user["township"]))
        self.assertIn(child, self.visible(self.other_user["township"]))

    def test_check_role_names_the_posts_it_takes(self):
        with self.assertRaisesRegex(AccessError, "Principal"):
            self.as_user(self.student, "class_teacher")._edu_check_role(("principal",))
        self.as_user(self.student, "principal")._edu_check_role(("principal",))

    def test_places_fit_roles(self):
        for role, place in (
            ("class_teacher", self.school_a),
            ("principal", self.county),
            ("township", self.county),
            ("bureau", self.school_a),
        ):
            with self.subTest(role=role), self.assertRaises(ValidationError):
                self.make_post(self.nobody, role, place)

    @mute_logger("odoo.sql_db")
    def test_dates_run_forward(self):
        with self.assertRaises(IntegrityError):
            self.make_post(self.nobody, "dean", self.school_a, date_to="2026-07-01")

    def test_principal_appoints_class_teachers_of_own_school_only(self):
        Post = self.env["edu.post"].with_user(self.user["principal"])
        values = {"user_id": self.nobody.id, "date_from": "2026-09-01"}
        Post.create({**values, "role": "class_teacher", "class_id": self.class_a2.id})
        self.assertTrue(self.nobody.has_group("edu_dropout_control.group_class_teacher"))
        with self.assertRaises(AccessError):
            Post.create({**values, "role": "class_teacher", "class_id": self.class_b.id})
        with self.assertRaises(AccessError):
            Post.create({**values, "role": "principal", "school_id": self.school_a.id})

    def test_principal_cannot_turn_a_teachers_post_into_a_principals(self):
        post = self.user["class_teacher"].edu_post_ids.with_user(self.user["principal"])
        with self.assertRaises(AccessError):
            post.write({"role": "principal", "class_id": False, "school_id": self.school_a.id})

    def test_class_teacher_appoints_nobody(self):
        with self.assertRaises(AccessError):
            self.as_user(self.env["edu.post"], "class_teacher").create(
                {
                    "user_id": self.nobody.id,
                    "role": "class_teacher",
                    "class_id": self.class_a.id,
                }
            )

    def test_holders_prefer_the_acting_post(self):
        stand_in = self.make_user("stand_in")
        self.make_post(stand_in, "principal", self.school_a, is_acting=True)
        holders = self.env["edu.post"]._holders("principal", school=self.school_a)
        self.assertEqual(holders[0], stand_in)
        self.assertIn(self.user["principal"], holders)

    def test_holders_of_a_teaching_point_are_the_central_schools(self):
        self.assertEqual(
            self.env["edu.post"]._holders("principal", school=self.point_a),
            self.user["principal"],
        )

    def test_holders_of_a_closed_school_are_those_who_took_it_over(self):
        Post = self.env["edu.post"]
        self.junior_a.successor_ids = self.school_a
        self.assertFalse(Post._holders("principal", school=self.junior_a))
        self.junior_a.active = False
        self.assertEqual(Post._holders("principal", school=self.junior_a), self.user["principal"])

    def test_villages_have_no_post(self):
        for role in ("township", "bureau", "student_aid", "inspector"):
            with self.subTest(role=role), self.assertRaises(ValidationError):
                self.make_post(self.nobody, role, self.village_a)
        self.assertTrue(self.make_post(self.nobody, "township", self.village_a.parent_id))

    def test_holders_of_an_area_look_upward(self):
        self.assertEqual(
            self.env["edu.post"]._holders("bureau", area=self.village_a),
            self.user["bureau"],
        )

    def test_holders_on_another_day(self):
        self.user["principal"].edu_post_ids.write({"date_to": "2026-09-10"})
        Post = self.env["edu.post"]
        self.assertFalse(Post._holders("principal", school=self.school_a, date=date(2026, 9, 11)))
        self.assertTrue(Post._holders("principal", school=self.school_a, date=date(2026, 9, 10)))

    def test_label_under_a_signature(self):
        label = self.user["principal"]._edu_post_label("principal", self.student)
        self.assertIn("东河中心小学", label)
        self.assertIn("Principal", label)

    def test_class_knows_its_teachers(self):
        self.assertEqual(self.class_a.teacher_ids, self.user["class_teacher"])
