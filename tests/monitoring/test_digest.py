from odoo.tests import tagged

from .common import MonitoringCommon


@tagged("post_install", "-at_install")
class TestDigest(MonitoringCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.readers = (
            cls.user["bureau"]
            | cls.user["township"]
            | cls.other_user["township"]
            | cls.other_user["bureau"]
        )
        cls.readers.notification_type = "inbox"

    def send(self):
        """{user: body} of the digests that one run of the cron sends."""
        before = self.env["mail.message"].search([], order="id desc", limit=1).id
        self.env["edu.digest"]._cron_send()
        messages = self.env["mail.message"].search(
            [("id", ">", before), ("message_type", "=", "user_notification"), ("model", "=", False)]
        )
        bodies = {}
        for message in messages:
            for partner in message.notified_partner_ids or message.partner_ids:
                for user in partner.user_ids & self.readers:
                    self.assertNotIn(user, bodies, "one message a person")
                    bodies[user] = message.body
        return bodies

    def test_nothing_is_sent_when_there_is_nothing(self):
        self.mark(self.one, "arrived")
        self.assertFalse(self.send())

    def test_bureau_and_township_of_the_child_are_told(self):
        self.mark(self.one, "suspected", missing_since="2026-09-01")
        bodies = self.send()
        self.assertEqual(set(bodies), {self.user["bureau"], self.user["township"]})
        body = bodies[self.user["bureau"]]
        self.assertIn("东河中心小学", body)
        self.assertIn("王一, Grade 3 class 1: Suspected dropout, since 2026-09-01", body)

    def test_no_number_is_in_it(self):
        self.mark(self.one, "suspected", missing_since="2026-09-01")
        numbers = [
            *self.one._edu_secret_clear("id_number").values(),
            *self.one._edu_secret_clear("national_no").values(),
            *self.one.guardian_ids._edu_secret_clear("phone").values(),
        ]
        for body in self.send().values():
            for number in numbers:
                self.assertNotIn(number, body)
            self.assertNotIn("*", body)

    def test_one_message_for_many_children_by_school(self):
        self.mark(self.one, "suspected", missing_since="2026-09-01")
        self.mark(self.two, "suspected", missing_since="2026-09-01")
        self.mark(
            self.other_student,
            "suspected",
            role=None,
            check=self.other_check,
            missing_since="2026-09-02",
        )
        bodies = self.send()
        bureau = bodies[self.user["bureau"]]
        for text in ("东河中心小学", "西岭学校", "王一", "王二", "李小红"):
            self.assertIn(text, bureau)
        self.assertNotIn("李小红", bodies[self.user["township"]])
        self.assertNotIn("王一", bodies[self.other_user["township"]])
        self.assertNotIn(self.other_user["bureau"], bodies)

    def test_the_township_where_the_child_lives_is_told_too(self):
        self.one.residence_area_id = self.village_b
        self.mark(self.one, "suspected", missing_since="2026-09-01")
        bodies = self.send()
        self.assertIn(self.other_user["township"], bodies)
        self.assertIn(self.user["township"], bodies, "of household registration and school")

    def test_told_once(self):
        self.mark(self.one, "suspected", missing_since="2026-09-01")
        self.assertTrue(self.send())
        self.assertFalse(self.send())

    def test_found_before_the_evening_is_no_news(self):
        self.mark(self.one, "suspected", missing_since="2026-09-01")
        self.mark(self.one, "arrived")
        self.assertFalse(self.send())

    def test_missing_again_is_told_again(self):
        self.mark(self.one, "suspected", missing_since="2026-09-01")
        self.send()
        self.mark(self.one, "arrived")
        self.mark(self.one, "suspected", missing_since="2026-09-02")
        self.assertTrue(self.send())

    def test_a_row_of_absences_is_told(self):
        self.frozen.move_to("2026-09-10")
        self.env["edu.absence"].create(
            [
                {"student_id": self.one.id, "date": day}
                for day in ("2026-09-07", "2026-09-08", "2026-09-09")
            ]
        )
        bodies = self.send()
        self.assertIn("since 2026-09-07", bodies[self.user["bureau"]])

    def test_a_post_that_ended_yesterday_gets_none(self):
        self.user["township"].edu_post_ids.date_to = "2026-09-01"
        self.mark(self.one, "suspected", missing_since="2026-09-01")
        self.assertNotIn(self.user["township"], self.send())

    def test_in_the_readers_language(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.user["bureau"].lang = "zh_CN"
        self.mark(self.one, "suspected", missing_since="2026-09-01")
        self.assertIn("王一", self.send()[self.user["bureau"]])

    def test_the_cron_runs_it(self):
        self.mark(self.one, "suspected", missing_since="2026-09-01")
        with self.enter_registry_test_mode():
            self.env.ref("edu_dropout_control.cron_digest").method_direct_trigger()
        self.assertTrue(self.line(self.one).digested)
