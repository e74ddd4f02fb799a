from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import HttpCase, tagged

from ..casework.common import CaseCommon


class ChildReportCommon(CaseCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls.make_case(state="persuading")
        cls.make_visit(cls.case, method="phone", result="refused", met="母亲")

    def prepare(self, role="class_teacher"):
        action = self.as_user(self.case, role).action_report_in_writing()
        return self.env["edu.child.report"].browse(action["res_id"])

    def signed(self):
        report = self.prepare()
        self.as_user(report, "class_teacher").findings = "家长坚持外出务工，两次拒绝送返。"
        self.as_user(report, "class_teacher").action_sign_filled()
        self.as_user(report, "principal").action_sign_reviewed()
        return report

    def submitted(self):
        report = self.signed()
        self.as_user(report, "principal").action_submit()
        return report


class TestChildReport(ChildReportCommon):
    def html(self, report, role):
        return (
            self.env["ir.actions.report"]
            .with_user(self.user[role])
            ._render_qweb_html("edu_dropout_control.action_report_child_report", report.ids)[0]
            .decode()
        )

    def test_one_click_from_the_case(self):
        report = self.prepare()
        self.assertEqual((report.case_id, report.state), (self.case, "draft"))
        self.assertIn("青禾县教育体育局", report.request)
        self.assertIn("东河镇人民政府", report.request)
        self.assertEqual(self.prepare("dean"), report, "the one that is being prepared")
        self.assertEqual(self.as_user(self.case, "principal").child_report_count, 1)

    def test_only_where_persuasion_was_in_vain(self):
        suspected = self.make_case(self.make_student(self.class_a))
        with self.assertRaisesRegex(UserError, "article 28"):
            self.as_user(suspected, "class_teacher").action_report_in_writing()
        for role in ("bureau", "township", "inspector"):
            with self.assertRaises(AccessError):
                self.as_user(self.case, role).action_report_in_writing()
        with self.assertRaises(AccessError):
            self.as_user(self.case, "principal", other=True).action_report_in_writing()

    def test_what_is_missing_is_named(self):
        report = self.prepare()
        self.assertIn("why persuasion was in vain", report.problems)
        with self.assertRaisesRegex(ValidationError, "why persuasion was in vain"):
            self.as_user(report, "dean").action_sign_filled()
        self.as_user(report, "dean").findings = "两次拒绝"
        self.bring(self.case, "returned")
        with self.assertRaisesRegex(ValidationError, "no longer being persuaded"):
            self.as_user(report, "dean").action_sign_filled()

    def test_signed_by_two_frozen_numbered(self):
        report = self.signed()
        self.make_visit(self.case)
        self.assertEqual(len(report._edu_content()["visits"]), 2)
        self.assertFalse(report.name)
        self.as_user(report, "principal").action_submit()
        self.assertRegex(report.name, r"^控辍书报〔2026〕\d+号$")
        self.assertFalse(report._edu_signoff_verify())
        self.assertIn(report.name, self.messages(self.case))
        with self.assertRaises(UserError):
            self.as_user(report, "class_teacher").findings = "改"
        with self.assertRaises(UserError):
            self.as_user(report, "principal").action_take_back()
        with self.assertRaises(UserError):
            report.unlink()

    def test_who_wrote_it_does_not_review_it(self):
        self.make_post(self.user["dean"], "vice_principal", self.school_a)
        report = self.prepare()
        report.findings = "两次拒绝"
        self.as_user(report, "dean").action_sign_filled()
        with self.assertRaises(ValidationError):
            self.as_user(report, "dean").action_sign_reviewed()

    def test_each_step_takes_its_post(self):
        report = self.prepare()
        report.findings = "两次拒绝"
        with self.assertRaises(AccessError):
            self.as_user(report, "principal").action_sign_filled()
        with self.assertRaises(UserError):
            self.as_user(report, "principal").action_sign_reviewed()
        self.as_user(report, "dean").action_sign_filled()
        with self.assertRaises(AccessError):
            self.as_user(report, "class_teacher").action_sign_reviewed()
        with self.assertRaises(UserError):
            self.as_user(report, "principal").action_submit()
        self.as_user(report, "vice_principal").action_sign_reviewed()
        with self.assertRaises(AccessError):
            self.as_user(report, "dean").action_submit()

    def test_taken_back_all_sign_again(self):
        report = self.signed()
        action = self.as_user(report, "principal").action_take_back()
        dialog = self.env[action["res_model"]].with_user(self.user["principal"])
        dialog.with_context(**action["context"]).create({"reason": "漏记一次家访"}).action_confirm()
        self.assertEqual((report.state, bool(report.frozen_at)), ("draft", False))
        self.make_visit(self.case)
        self.as_user(report, "dean").action_sign_filled()
        self.assertEqual(len(report._edu_content()["visits"]), 3)
        self.assertEqual(
            report.signoff_ids.mapped("role"), ["filled", "reviewed", "withdrawn", "filled"]
        )

    def test_read_by_bureau_and_township_once_handed_in(self):
        report = self.signed()
        for role in ("bureau", "township", "inspector"):
            self.assertFalse(self.as_user(report, role).has_access("read"), role)
        self.as_user(report, "principal").action_submit()
        for role in ("bureau", "township", "inspector"):
            self.assertTrue(self.as_user(report, role).has_access("read"), role)
            self.assertFalse(self.as_user(report, role).has_access("write"), role)
            self.assertFalse(self.as_user(report, role, other=True).has_access("read"), role)

    def test_each_recipient_notes_that_it_has_it(self):
        report = self.signed()
        self.as_user(report, "principal").action_submit()
        self.as_user(report, "bureau").action_receive()
        self.assertTrue(report.bureau_received_at)
        self.assertFalse(report.township_received_at)
        self.assertTrue(self.as_user(report, "township").can_receive)
        self.as_user(report, "township").action_receive()
        self.assertTrue(report.township_received_at)
        with self.assertRaises(AccessError):
            self.as_user(report, "principal").action_receive()

    def test_another_after_a_relapse(self):
        first = self.submitted()
        second = self.prepare()
        self.assertNotEqual(first, second)

    def test_nothing_else_is_typed_in(self):
        report = self.as_user(self.prepare(), "dean")
        for values in ({"state": "submitted"}, {"name": "x"}, {"frozen_at": False}, {"case_id": 1}):
            with self.assertRaises(AccessError):
                report.write(values)
        with self.assertRaises(AccessError):
            self.env["edu.child.report"].with_user(self.user["dean"]).create(
                {"case_id": self.case.id}
            )

    def test_scans(self):
        report = self.submitted()
        scan = self.make_file(self.user["dean"])
        self.as_user(report, "dean").scan_ids = [Command.link(scan.id)]
        self.assertEqual(scan.res_model, "edu.child.report")
        with self.assertRaises(UserError):
            self.as_user(report, "dean").scan_ids = [Command.unlink(scan.id)]

    def test_document(self):
        report = self.prepare()
        number = self.student._edu_secret_clear("id_number")[self.student.id]
        html = self.html(report, "class_teacher")
        self.assertIn("草", html)
        self.assertNotIn(number, html)
        report = self.submitted()
        logged = self.env["edu.reveal.log"].search_count([("model", "=", report._name)])
        html = self.html(report, "bureau")
        for words in (
            number,
            "青禾县教育体育局",
            "抄送：东河镇人民政府",
            "拒绝返校",
            "母亲",
            report.name,
        ):
            self.assertIn(words, html)
        self.assertEqual(
            self.env["edu.reveal.log"].search_count([("model", "=", report._name)]), logged + 1
        )
        self.assertNotIn(number, self.html(report, "inspector"))

    def test_altered_content_is_told(self):
        report = self.submitted()
        report.sudo().content_hash = "0" * 64
        with self.assertRaisesRegex(UserError, "altered"):
            report._edu_content()


@tagged("post_install", "-at_install")
class TestChildReportTour(ChildReportCommon, HttpCase):
    def test_from_the_case_to_the_bureau(self):
        for name, role, from_case in (
            ("edu_child_report_write", "class_teacher", True),
            ("edu_child_report_submit", "principal", False),
        ):
            user = self.user[role]
            user.password = user.login
            self.env.flush_all()
            path = (
                f"/odoo/action-edu_dropout_control.edu_dropout_case_action/{self.case.id}"
                if from_case
                else "/odoo/action-edu_dropout_control.edu_child_report_action"
            )
            self.start_tour(path, name, login=user.login)
            self.env.invalidate_all()
        self.assertEqual(self.case.child_report_ids.state, "submitted")
