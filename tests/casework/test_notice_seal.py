from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .ladder_common import LadderCommon


@tagged("post_install", "-at_install")
class TestNoticeSeal(LadderCommon):
    """An issued notice is sealed with the seal of its issuer, in its register."""

    def ask(self, notice, role):
        notice = self.as_user(notice, role)
        return notice.env["edu.seal.use"].browse(notice.action_ask_seal()["res_id"])

    def test_township_seals_its_notice(self):
        self.climb("advised")
        notice = self.draft()
        with self.assertRaisesRegex(UserError, "issued here"):
            self.ask(notice, "township")
        self.as_user(notice, "township").action_issue()
        use = self.ask(notice, "township")
        self.assertEqual((use.area_id, use.copies), (self.township_a, 2))
        self.assertIn(notice.number, use.document)
        self.assertNotIn(self.student.name, use.document)
        self.assertEqual(notice.seal_use_ids, use)
        for role in ("records_admin", "dean"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.ask(notice, role)

    def test_school_seals_its_own(self):
        self.climb("advised")
        notice = self.draft(role="principal", issuer_type="school")
        self.as_user(notice, "principal").action_issue()
        use = self.ask(notice, "dean")
        self.assertEqual(use.school_id, self.school_a)
        self.as_user(use, "principal").action_approve()
        use.action_seal()
        self.assertEqual(use.number, 1)

    def test_what_came_on_paper_has_its_seal(self):
        self.climb("advised")
        notice = self.draft()
        self.as_user(notice, "township").action_issue()
        notice.sudo().on_behalf = True
        with self.assertRaisesRegex(UserError, "issued here"):
            self.ask(notice, "township")
