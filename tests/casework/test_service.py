from datetime import date

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form

from .ladder_common import LadderCommon


class TestService(LadderCommon):
    """Civil Procedure Law, articles 87 to 95: what each method needs, and when it counts."""

    def setUp(self):
        super().setUp()
        self.advise()
        self.find_no_good_reason()
        self.notice = self.as_user(self.issue(), "records_admin")
        self.at("2026-09-10")

    def enter(self, method, **values):
        """Enter the service, with one server unless ``values`` say otherwise."""
        self.notice.write(
            {
                "service_method": method,
                "server_ids": [Command.set(self.user["dean"].ids)],
                **values,
            }
        )

    def lacks(self, *words):
        """The service as entered is refused, naming ``words``."""
        with self.assertRaises(UserError) as refusal:
            self.notice.action_serve()
        for word in words:
            self.assertIn(word, str(refusal.exception))
        self.assertEqual(self.notice.state, "issued")

    def served(self, on, until):
        self.notice.action_serve()
        self.assertEqual(self.notice.state, "served")
        self.assertEqual(str(self.notice.served_date), on)
        self.assertEqual(str(self.notice.deadline), until)

    def test_needs_a_method(self):
        self.lacks("articles 88 to 95")

    def test_the_guardian_signs_unless_somebody_else_is_named(self):
        form = Form(self.notice)
        self.assertFalse(form.recipient_name)
        form.service_method = "direct"
        self.assertEqual(form.recipient_name, "张大山")
        form.recipient_kind = "family"
        self.assertFalse(form.recipient_name, "another signs: the name is typed")
        form.recipient_name = "王奶奶"
        form.service_method = "post"
        self.assertEqual(form.recipient_name, "王奶奶", "what was typed stands")

    def test_direct(self):
        self.enter("direct")
        self.lacks("article 88", "article 87")
        self.enter("direct", recipient_name="张大山", service_date="2026-09-08")
        self.served("2026-09-08", "2026-09-15")
        self.assertEqual(self.notice.served_by_id, self.user["records_admin"])
        self.assertEqual(str(self.notice.service_entered_at), "2026-09-10 01:00:00")

    def test_direct_to_an_adult_family_member(self):
        values = {
            "recipient_name": "王小花",
            "recipient_kind": "family",
            "service_date": "2026-09-08",
        }
        self.enter("direct", **values)
        self.lacks("relation", "article 88")
        self.enter("direct", **values, recipient_relation="妻子")
        self.served("2026-09-08", "2026-09-15")

    def test_left_with_a_witness(self):
        self.enter("left", service_date="2026-09-08")
        self.lacks("why it was left", "residence", "witness", "two servers", "article 89")
        values = {
            "service_date": "2026-09-08",
            "service_place": "柳树村3号",
            "service_reason": "拒绝签收",
            "server_names": "王村干",
        }
        self.enter("left", **values, witness_name="赵支书")
        self.lacks("witness with the unit")
        self.enter("left", **values, witness_unit="柳树村村民委员会")
        self.served("2026-09-08", "2026-09-15")

    def test_left_with_photographs(self):
        picture = self.file(self.user["records_admin"], "门口.jpg")
        self.enter(
            "left",
            service_date="2026-09-08",
            service_place="柳树村3号",
            service_reason="拒绝签收",
            server_names="王村干",
            evidence_ids=[Command.link(picture.id)],
        )
        self.served("2026-09-08", "2026-09-15")
        self.assertEqual((picture.res_model, picture.res_id), ("edu.notice", self.notice.id))

    def test_left_takes_two_servers(self):
        self.enter(
            "left",
            service_date="2026-09-08",
            service_place="柳树村3号",
            service_reason="拒绝签收",
            witness_name="赵支书",
            witness_unit="柳树村村民委员会",
        )
        self.lacks("two servers", "article 89")
        self.notice.write({"server_ids": [Command.clear()], "server_names": "王村干、李主任"})
        self.served("2026-09-08", "2026-09-15")

    def test_entrusted(self):
        self.enter("entrusted")
        self.lacks("authority entrusted", "article 91")
        self.enter("entrusted", served_through="白水县教育局", service_date="2026-09-09")
        self.served("2026-09-09", "2026-09-16")

    def test_post(self):
        self.enter("post", service_date="2026-09-07")
        self.lacks("tracking number", "article 91")
        self.enter("post", tracking_no="EMS0001")
        self.served("2026-09-07", "2026-09-14")

    def test_post_counts_from_the_receipt(self):
        self.enter("post", tracking_no="EMS0001")
        self.lacks("date on the receipt")

    def test_electronic(self):
        self.enter("electronic")
        self.lacks("consent", "system", "arrived", "article 90")
        self.enter(
            "electronic",
            electronic_consent=True,
            electronic_system="政务服务平台",
            # half past midnight of the 9th in the county
            service_arrived_at="2026-09-08 16:30:00",
        )
        self.served("2026-09-09", "2026-09-16")

    def test_transferred(self):
        self.enter("transferred", service_date="2026-09-09")
        self.lacks("unit that passed it on", "articles 92 to 94")
        self.enter("transferred", served_through="某部队政治工作部门")
        self.served("2026-09-09", "2026-09-16")

    def test_announcement_counts_after_its_days(self):
        self.enter("announcement", service_date="2026-09-10")
        self.lacks("where it was published", "last resort", "article 95")
        self.enter("announcement", announcement_medium="《青禾日报》", service_reason="下落不明")
        # Saturday 10 October is worked, Saturday 17 October is not
        self.served("2026-10-10", "2026-10-19")
        self.at("2026-09-20")
        self.assertFalse(self.notice.is_expired)
        with self.assertRaisesRegex(UserError, "2026-10-19"):
            self.case_as("township").action_new_deadline_notice()
        self.at("2026-10-20")
        self.assertTrue(self.notice.is_expired)

    def test_somebody_served_it(self):
        self.enter(
            "direct",
            recipient_name="张大山",
            service_date="2026-09-08",
            server_ids=[Command.clear()],
        )
        self.lacks("who served it", "article 87")
        self.notice.server_names = "王村干"
        self.served("2026-09-08", "2026-09-15")
        self.assertEqual(self.notice.server_list, "王村干")

    def test_not_in_the_future_and_not_before_the_issue(self):
        self.enter("direct", recipient_name="张大山", service_date="2026-09-11")
        self.lacks("future")
        self.notice.service_date = "2026-09-01"
        self.lacks("2026-09-02")

    def test_period_is_that_of_the_policy_at_issue(self):
        self.env["edu.policy"]._current().admission_notice_days = 15
        self.enter("direct", recipient_name="张大山", service_date="2026-09-08")
        self.served("2026-09-08", "2026-09-15")

    def test_a_draft_is_not_served(self):
        case = self.make_case(self.make_student(self.class_a))
        self.advise(case)
        self.find_no_good_reason(case)
        draft = self.draft(case=case)
        draft.write(
            {"service_method": "direct", "recipient_name": "x", "service_date": "2026-09-10"}
        )
        with self.assertRaisesRegex(UserError, "only an issued notice"):
            draft.action_serve()

    def test_who_records_service(self):
        self.enter("direct", recipient_name="张大山", service_date="2026-09-08")
        for role in ("class_teacher", "inspector", "student_aid"):
            with self.assertRaises(AccessError):
                self.as_user(self.notice, role).action_serve()
        with self.assertRaises(AccessError):
            self.as_user(self.notice, "township", other=True).action_serve()
        self.as_user(self.notice, "township").action_serve()

    def test_recorded_service_stands(self):
        self.enter("direct", recipient_name="张大山", service_date="2026-09-08")
        self.notice.action_serve()
        with self.assertRaisesRegex(UserError, "facts stand"):
            self.notice.service_date = "2026-09-09"
        with self.assertRaisesRegex(UserError, "not served yet"):
            self.notice.action_serve()

    def test_bureau_opens_service_again(self):
        self.enter("direct", recipient_name="张大山", service_date="2026-09-08")
        self.notice.action_serve()
        with self.assertRaises(AccessError):
            self.notice.action_reopen_service()
        self.as_user(self.notice, "bureau").action_reopen_service()
        self.assertEqual(self.notice.state, "issued")
        self.assertFalse(self.notice.deadline)
        self.notice.service_date = "2026-09-09"
        self.served("2026-09-09", "2026-09-16")

    def test_service_is_not_opened_under_a_later_notice(self):
        self.enter("direct", recipient_name="张大山", service_date="2026-09-02")
        self.notice.action_serve()
        self.draft("deadline")
        with self.assertRaisesRegex(UserError, "no later step"):
            self.as_user(self.notice, "bureau").action_reopen_service()

    def test_expired_is_found(self):
        self.enter("direct", recipient_name="张大山", service_date="2026-09-02")
        self.notice.action_serve()
        Notice = self.env["edu.notice"]
        self.assertEqual(self.notice.phase, "expired")
        self.assertIn(self.notice.id, Notice.search([("is_expired", "=", True)]).ids)
        self.assertNotIn(self.notice.id, Notice.search([("is_expired", "=", False)]).ids)
        self.at("2026-09-09")
        self.assertEqual(self.notice.phase, "served")
        self.assertNotIn(self.notice.id, Notice.search([("is_expired", "=", True)]).ids)
        self.assertEqual(self.notice.deadline, date(2026, 9, 9))
