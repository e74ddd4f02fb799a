from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common import EduCommon


@tagged("post_install", "-at_install")
class TestFollowers(EduCommon):
    """Followers hear of a record past its rules: nobody who may not read it becomes one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls.env["edu.dropout.case"]._edu_raise(cls.student, "manual")

    def test_whoever_may_read_may_follow(self):
        dean = self.user["dean"].partner_id
        self.as_user(self.case, "principal").message_subscribe(dean.ids)
        self.assertIn(dean, self.case.message_partner_ids)

    def test_outsiders_are_refused_by_name(self):
        for user in (self.nobody, self.other_user["dean"], self.user["student_aid"]):
            with self.subTest(user=user.login):
                with self.assertRaisesRegex(UserError, user.name):
                    self.as_user(self.case, "principal").message_subscribe(user.partner_id.ids)
                self.assertNotIn(user.partner_id, self.case.message_partner_ids)

    def test_a_person_without_a_log_in_is_refused(self):
        parent = self.env["res.partner"].create({"name": "某家长"})
        with self.assertRaisesRegex(UserError, "某家长"):
            self.as_user(self.case, "principal").message_subscribe(parent.ids)

    def test_the_servers_own_ways_leave_outsiders_out(self):
        """Assigning a to-do or posting subscribes without asking; outsiders are left out."""
        partners = self.nobody.partner_id | self.user["dean"].partner_id
        self.case.sudo().message_subscribe(partners.ids)
        self.assertIn(self.user["dean"].partner_id, self.case.message_partner_ids)
        self.assertNotIn(self.nobody.partner_id, self.case.message_partner_ids)

    def test_several_records_each_for_itself(self):
        students = self.student | self.other_student
        teacher = self.user["class_teacher"].partner_id
        students.sudo().message_subscribe(teacher.ids)
        self.assertIn(teacher, self.student.message_partner_ids)
        self.assertNotIn(teacher, self.other_student.message_partner_ids)

    def test_other_models_are_left_alone(self):
        partner = self.env["res.partner"].create({"name": "Somebody"})
        partner.message_subscribe(self.nobody.partner_id.ids)
        self.assertIn(self.nobody.partner_id, partner.message_partner_ids)

    def test_nobody_outside_is_named_in_a_message(self):
        case = self.as_user(self.case, "principal")
        for user in (self.nobody, self.other_user["dean"]):
            with self.subTest(user=user.login), self.assertRaisesRegex(UserError, user.name):
                case.message_post(body="请协助", partner_ids=user.partner_id.ids)
        with self.assertRaisesRegex(UserError, "e-mail"):
            case.message_post(body="请协助", outgoing_email_to="someone@example.com")

    def test_a_message_reaches_readers_and_nobody_else(self):
        dean = self.user["dean"].partner_id
        message = self.as_user(self.case, "principal").message_post(
            body="请协助", partner_ids=dean.ids
        )
        self.assertEqual(message.notified_partner_ids, dean)
        # the server's own messages ask nobody: outsiders are left out
        partners = dean | self.nobody.partner_id
        message = self.case.sudo().message_post(body="提醒", partner_ids=partners.ids)
        self.assertEqual(message.notified_partner_ids, dean)
        message = self.case.sudo().message_notify(body="提醒", partner_ids=partners.ids)
        self.assertEqual(message.notified_partner_ids, dean)
