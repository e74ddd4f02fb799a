from odoo.tests import HttpCase, tagged

from .common import ReportCommon


@tagged("post_install", "-at_install")
class TestDropoutReportUi(ReportCommon, HttpCase):
    """In the browser: the principal signs, the bureau returns, the school corrects, the bureau
    accepts."""

    def tour(self, name, role):
        user = self.user[role]
        user.password = user.login
        self.env.flush_all()
        self.start_tour(
            "/odoo/action-edu_dropout_control.edu_dropout_report_action", name, login=user.login
        )
        self.env.invalidate_all()

    def test_principal_signs_bureau_returns_school_corrects_bureau_accepts(self):
        self.close_check(missing=self.student)
        self.sign(self.report, "checked", "filled")
        self.tour("edu_report_principal_signs", "principal")
        self.assertEqual(self.report.state, "submitted")
        self.tour("edu_report_bureau_returns", "bureau")
        self.assertEqual(self.report.state, "returned")
        self.tour("edu_report_school_corrects", "records_admin")
        self.assertIn("家访", self.report.version_id._edu_content()["remark"])
        self.tour("edu_report_principal_signs", "principal")
        self.tour("edu_report_bureau_accepts", "bureau")
        self.assertEqual(self.report.state, "accepted")
        self.assertEqual(self.report.version_ids.mapped("outcome"), ["accepted", "returned"])
