from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .test_signing import SigningCommon


@tagged("post_install", "-at_install")
class TestSealedReport(SigningCommon):
    """A report that all three signed is printed, sealed and scanned back."""

    def ask(self, role="records_admin"):
        version = self.as_user(self.report.version_id, role)
        action = version.action_ask_seal()
        return version.env["edu.seal.use"].browse(action["res_id"])

    def test_seal_stands_in_the_chain(self):
        self.submit()
        use = self.ask()
        self.assertEqual(use.school_id, self.school_a)
        self.assertIn("学生失学辍学信息报告", use.document)
        self.assertNotIn(self.student.name, use.document)
        self.as_user(use, "principal").action_approve()
        self.as_user(use, "dean").action_seal()
        entry = self.report.signoff_ids[-1]
        self.assertEqual((entry.role, entry.person_id), ("sealed", self.user["dean"]))
        self.assertIn("3 copies, No. 1", entry.reason)
        self.assertIn("Dean", entry.post_label)
        self.assertEqual(self.report._edu_signoff_verify(), [])
        self.assertEqual(self.report.version_id.seal_use_ids, use)
        self.assertEqual(use.action_open_document()["res_id"], self.report.version_id.id)
        self.tamper("DELETE FROM edu_signoff WHERE id = %s", entry.id)
        self.as_user(self.report, "bureau").action_receive()

    def test_only_what_all_three_signed(self):
        self.sign(self.report, "checked", "filled")
        with self.assertRaisesRegex(UserError, "all three"):
            self.ask()
        self.sign(self.report, "reviewed")
        self.assertTrue(self.ask())

    def test_what_was_taken_back_is_not_sealed(self):
        self.sign()
        use = self.ask()
        self.as_user(use, "principal").action_approve()
        self.take_back("dean")
        with self.assertRaisesRegex(UserError, "that stands"):
            use.action_seal()
        use.action_drop()

    def test_who_asks_for_the_seal(self):
        self.submit()
        for role in ("principal", "vice_principal", "bureau", "township", "inspector"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.ask(role)

    def test_accepted_without_the_scan_is_found(self):
        self.submit()
        self.as_user(self.report, "bureau").action_accept()
        missing = [("state", "in", ["submitted", "received", "accepted"]), ("scan_count", "=", 0)]
        reports = self.env["edu.dropout.report"].with_user(self.user["bureau"])
        self.assertIn(self.report, reports.search(missing))
        scan = (
            self.env["ir.attachment"]
            .with_user(self.user["dean"])
            .create(
                {
                    "name": "盖章扫描件.pdf",
                    "raw": b"%PDF",
                    "res_model": "edu.dropout.report.version",
                }
            )
        )
        self.as_user(self.report.version_id, "dean").scan_ids = scan
        self.assertNotIn(self.report, reports.search(missing))
