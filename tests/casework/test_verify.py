from odoo.tests import HttpCase, tagged

from ...controllers.verify import ADDRESSES, RateLimit, rate_limit
from ..common import CountyMixin
from .ladder_common import LadderMixin

GENUINE = "属实"
UNKNOWN = "未能核实"


@tagged("post_install", "-at_install")
class TestVerifyPage(LadderMixin, CountyMixin, HttpCase):
    """The public page behind the QR code. It runs on today's date: the server has its own clock."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "no_reset_password": True})
        cls._serial = 0
        cls.make_county()

    def setUp(self):
        super().setUp()
        self.addCleanup(rate_limit.forget)
        rate_limit.forget()
        self.case = self.make_case(raised_on=None)
        self.advise()
        self.find_no_good_reason()
        self.notice = self.issue()
        self.env.flush_all()

    def page(self, reference, token):
        return self.url_open(f"/edu/verify/{reference}/{token}")

    def test_the_link_of_the_qr_code_is_genuine(self):
        path = self.notice._edu_verify_url().removeprefix(self.notice.get_base_url())
        answer = self.url_open(path)
        self.assertEqual(answer.status_code, 200)
        self.assertIn(GENUINE, answer.text)

    def test_says_nothing_else(self):
        text = self.page(self.notice.id, self.notice.sudo().token).text
        for secret in (
            self.student.name,
            self.student.guardian_ids.name,
            self.school_a.name,
            "东河镇",
            self.notice.number,
            "990000",
            str(self.notice.issued_on.year),
        ):
            self.assertNotIn(secret, text)

    def test_unknown_notice_and_wrong_token_look_the_same(self):
        token = self.notice.sudo().token
        answers = [
            self.page(self.notice.id, "x" * 22),
            self.page(self.notice.id, token[:-1]),
            self.page(self.notice.id + 1000, token),
            self.page("abc", token),
            self.page("９", token),
            self.page("9" * 30, token),
        ]
        self.assertEqual({answer.status_code for answer in answers}, {200})
        self.assertEqual(len({answer.text for answer in answers}), 1)
        self.assertIn(UNKNOWN, answers[0].text)

    def test_withdrawn_and_draft_are_not_genuine(self):
        token = self.notice.sudo().token
        self.notice.withdrawn_reason = "签发有误"
        self.notice.action_withdraw()
        self.env.flush_all()
        self.assertIn(UNKNOWN, self.page(self.notice.id, token).text)
        draft = self.draft()
        self.env.flush_all()
        self.assertIn(UNKNOWN, self.page(draft.id, "False").text)

    def test_spent_stays_genuine(self):
        self.notice._edu_spend()
        self.env.flush_all()
        self.assertIn(GENUINE, self.page(self.notice.id, self.notice.sudo().token).text)

    def test_no_session_and_nothing_kept(self):
        self.opener.cookies.clear()
        answer = self.page(self.notice.id, self.notice.sudo().token)
        self.assertNotIn("session_id", answer.cookies)
        self.assertNotIn("session_id", answer.headers.get("Set-Cookie", ""))
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        self.assertEqual(answer.headers["X-Robots-Tag"], "noindex, nofollow")
        self.assertEqual(answer.headers["Referrer-Policy"], "no-referrer")
        self.assertIn('name="robots" content="noindex, nofollow"', answer.text)
        self.assertIn('lang="zh-CN"', answer.text)
        self.assertNotIn("<script", answer.text)

    def test_number_and_code_typed_by_hand(self):
        self.assertIn("验证码", self.url_open("/edu/verify").text)
        number, code = self.notice.number, self.notice._edu_verify_code()
        for typed in (
            {"number": number, "code": code},
            {"number": number.replace("〔", "[").replace("〕", "]"), "code": code.lower()},
            {"number": f" {number} ", "code": code.replace("-", "")},
        ):
            self.assertIn(GENUINE, self.url_open("/edu/verify", data=typed).text)
        for typed in (
            {"number": number, "code": "AAAA-AAAA"},
            {"number": "别的〔2026〕第1号", "code": code},
            {"number": number, "code": "验证码"},
            {"number": "", "code": ""},
        ):
            self.assertIn(UNKNOWN, self.url_open("/edu/verify", data=typed).text)

    def test_asking_too_often_is_refused(self):
        self.env["edu.policy"]._current().verify_rate_per_minute = 3
        self.env.flush_all()
        answers = [self.page(self.notice.id, "x" * 22) for _time in range(3)]
        self.assertEqual({answer.status_code for answer in answers}, {200})
        answer = self.page(self.notice.id, self.notice.sudo().token)
        self.assertEqual(answer.status_code, 429)
        self.assertIn("频繁", answer.text)
        self.assertNotIn(GENUINE, answer.text)

    def test_no_address_is_counted_for_the_empty_form(self):
        self.env["edu.policy"]._current().verify_rate_per_minute = 1
        self.env.flush_all()
        for _time in range(3):
            self.assertEqual(self.url_open("/edu/verify").status_code, 200)

    def test_rate_limit_lets_go_after_a_minute(self):
        limit = RateLimit()
        self.assertTrue(limit.allow("a", 2, now=0))
        self.assertTrue(limit.allow("a", 2, now=30))
        self.assertFalse(limit.allow("a", 2, now=59))
        self.assertTrue(limit.allow("b", 2, now=59))
        self.assertTrue(limit.allow("a", 2, now=60))
        self.assertFalse(limit.allow("a", 2, now=61))

    def test_rate_limit_remembers_no_more_than_it_may(self):
        limit = RateLimit()
        for index in range(ADDRESSES + 50):
            limit.allow(str(index), 1, now=0)
        self.assertEqual(len(limit._asked), ADDRESSES)
