from odoo.tests import HttpCase, tagged

from .test_signing import SigningCommon


class SigningUiCommon(SigningCommon, HttpCase):
    def tour(self, action, name, role):
        user = self.user[role]
        user.password = user.login
        self.env.flush_all()
        self.start_tour(f"/odoo/action-edu_dropout_control.{action}", name, login=user.login)
        self.env.invalidate_all()


@tagged("post_install", "-at_install")
class TestSigningUi(SigningUiCommon):
    """In the browser: password and drawing, versions side by side, all verified, a seal."""

    def test_password_and_drawing(self):
        self.sign(self.report, "checked", "filled")
        self.policy.write({"sign_password": True, "sign_drawing": True})
        self.tour("edu_dropout_report_action", "edu_sign_password_and_drawing", "principal")
        signoff = self.report.signoff_ids[-1]
        self.assertEqual((signoff.role, signoff.person_id), ("reviewed", self.user["principal"]))
        self.assertTrue(signoff._edu_drawing().startswith(b"\x89PNG"))
        self.assertEqual(self.report._edu_signoff_verify(), [])

    def test_withdraw_and_compare(self):
        self.sign()
        self.tour("edu_dropout_report_action", "edu_withdraw_and_compare", "dean")
        self.assertEqual(self.report.signoff_ids[-1].reason, "漏写情况说明")

    def test_verify_all_shown(self):
        self.submit()
        self.tamper(
            "UPDATE edu_signoff SET person_name = 'Somebody' WHERE id = %s",
            self.report.signoff_ids[0].id,
        )
        self.tour("edu_signoff_action", "edu_verify_all_shown", "inspector")

    def test_seal(self):
        self.tour("edu_seal_use_action", "edu_seal_from_request_to_line", "records_admin")
        use = self.env["edu.seal.use"].search([])
        self.assertEqual((use.document, use.school_id), ("《学校控辍保学方案》", self.school_a))


@tagged("post_install", "-at_install")
class TestSigningOnThePhone(SigningUiCommon):
    browser_size = "375x667"
    touch_enabled = True

    def test_password_and_drawing(self):
        self.sign(self.report, "checked", "filled")
        self.policy.write({"sign_password": True, "sign_drawing": True})
        self.tour("edu_dropout_report_action", "edu_sign_password_and_drawing", "principal")
        self.assertEqual(self.report.state, "signed")
