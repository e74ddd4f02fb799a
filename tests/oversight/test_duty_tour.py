from odoo.tests import HttpCase, tagged

from .common import ReportCommon


@tagged("post_install", "-at_install")
class TestDutyTour(ReportCommon, HttpCase):
    """In the browser: the principal opens what is due and clears it."""

    def test_a_principal_clears_the_days_duties(self):
        self.close_check(missing=self.student)
        self.sign(self.report, "checked", "filled")
        self.settle()
        principal = self.user["principal"]
        self.assertEqual(self.report.duty_ids.user_id, principal)
        principal.password = principal.login
        self.env.flush_all()
        self.start_tour(
            "/odoo/action-edu_dropout_control.edu_duty_my_action",
            "edu_duty_principal_clears",
            login=principal.login,
        )
        self.env.invalidate_all()
        self.assertEqual(self.report.state, "submitted")
        self.assertEqual(self.report.duty_ids.state, "done")
        self.assertFalse(
            self.env["mail.activity"].search(
                [("user_id", "=", principal.id), ("edu_duty_id", "!=", False)]
            )
        )
