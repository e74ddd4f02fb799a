from datetime import date

import lxml.html

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ...tools.compare import differences
from ...tools.identity import make_identity
from .test_signing import SigningCommon


@tagged("post_install", "-at_install")
class TestCompareVersions(SigningCommon):
    """The old version stays readable beside the new, differences marked, numbers masked."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sign()
        cls.as_user(cls, cls.report, "dean")._edu_withdraw("人数有误")
        cls.confirm(cls.student)
        cls.student.name = "张小明改"
        cls.as_user(cls, cls.report, "dean").remark = "补充说明"
        cls.report._edu_refresh()

    def dialog(self, role="dean", report=None, **values):
        report = self.as_user(report or self.report, role)
        action = report.action_signoff_compare()
        return report.env[action["res_model"]].with_context(**action["context"]).create(values)

    def test_signed_version_beside_the_draft(self):
        dialog = self.dialog()
        self.assertEqual((dialog.old_round, dialog.new_round), (1, 0))
        html = dialog.comparison
        for text in ("补充说明", "张小明", "张小明改", "As it stands now", "人数有误", "Dean A"):
            self.assertIn(text, html)
        for raw in ("dropout_count", "cause_note", "line_ids", "whereabouts_place"):
            self.assertNotIn(raw, html)

    def test_what_people_type_is_text_and_no_markup(self):
        evil = "<script>alert(1)</script><b>粗</b>"
        self.student.name = evil
        self.as_user(self.report, "dean").remark = f'{evil}" onclick="x'
        self.report._edu_refresh()
        self.sign()
        self.take_back("dean", reason=evil)
        for dialog in (self.dialog(), self.dialog(show_all=True)):
            html = dialog.comparison
            self.assertIn("&lt;script&gt;alert(1)&lt;/script&gt;&lt;b&gt;粗&lt;/b&gt;", html)
            tree = lxml.html.fromstring(html)
            self.assertFalse(tree.xpath("//script | //b | //@onclick"))
            self.assertIn(evil, tree.text_content())

    def test_no_number_in_clear(self):
        number = make_identity(date(2018, 3, 1), "male", 77)
        self.student.write({"id_number": number, "address": "东河镇柳树村999号"})
        dialog = self.dialog(show_all=True)
        row = self.report.version_ids._edu_content()["rows"][0]
        for secret in (
            row["id_number"],
            row["national_no"],
            row["address"],
            row["guardian"]["phone"],
            number,
            "999号",
        ):
            self.assertTrue(secret)
            self.assertNotIn(secret, dialog.comparison)
        self.assertIn("differs; not shown", dialog.comparison)

    def test_the_name_of_a_school_is_no_persons(self):
        labels = {line["label"]: line["old"] for line in self.report._edu_signoff_compare(1, 0)}
        self.assertEqual(labels["Name of the School"], self.school_a.name)

    def test_only_differences_unless_asked(self):
        dialog = self.dialog()
        self.assertNotIn(self.school_a.code, dialog.comparison)
        dialog.show_all = True
        self.assertIn(self.school_a.code, dialog.comparison)

    def test_pairs_of_versions(self):
        self.sign()
        self.take_back("dean", reason="再改")
        self.sign()
        dialog = self.dialog()
        self.assertEqual((dialog.old_round, dialog.new_round), (2, 3))
        self.assertTrue(dialog.has_older)
        self.assertFalse(dialog.has_newer)
        dialog.action_older()
        self.assertEqual((dialog.old_round, dialog.new_round), (1, 2))
        self.assertFalse(dialog.has_older)
        dialog.action_older()
        self.assertEqual((dialog.old_round, dialog.new_round), (1, 2))
        dialog.action_newer()
        self.assertEqual((dialog.old_round, dialog.new_round), (2, 3))
        self.assertIn("Nothing differs", dialog.comparison)

    def test_recipients_compare_what_was_submitted(self):
        self.submit()
        bureau = self.as_user(self.report, "bureau")
        with self.assertRaisesRegex(UserError, "only one version"):
            bureau.action_signoff_compare()
        bureau._edu_return("再核")
        with self.assertRaisesRegex(UserError, "only one version"):
            bureau.action_signoff_compare()
        self.submit()
        dialog = self.dialog("bureau")
        self.assertEqual((dialog.old_round, dialog.new_round), (2, 3))
        self.assertFalse(dialog.has_older)
        for old in (1, 0, 7):
            with self.subTest(old=old), self.assertRaisesRegex(UserError, "not for you"):
                dialog.old_round = old
                dialog.read(["comparison"])
        version = self.report.version_ids.filtered(lambda version: version.round == 3)
        action = self.as_user(version, "bureau").action_compare()
        self.assertEqual(action["context"]["default_old_round"], 2)

    def test_others_compare_nothing(self):
        with self.assertRaises(AccessError):
            self.dialog("class_teacher")
        for role in ("bureau", "class_teacher"):
            dialogs = self.env["edu.signoff.compare"].with_user(self.user[role])
            values = {
                "res_model": "edu.dropout.report",
                "res_id": self.report.id,
                "old_round": 1,
                "new_round": 0,
            }
            with self.subTest(role=role), self.assertRaises(AccessError):
                dialogs.create(values).read(["document"])

    def test_sheet_by_child_in_words(self):
        check = self.env["edu.roster.check"].search([("school_id", "=", self.school_a.id)])
        sheet = check.sheet_ids.filtered("line_ids")
        check._edu_reopen("漏了一人")
        self.as_user(check, "records_admin").action_close()
        lines = check._edu_signoff_compare(1, 2)
        self.assertEqual(differences(lines), [])
        self.assertIn(sheet.display_name, [line["label"] for line in lines])
        check._edu_reopen("又漏一人")
        sheet._edu_reopen("点错一人")
        teacher = self.user["class_teacher"]
        sheet.with_user(teacher).action_mark(
            [{"line_id": sheet.line_ids.id, "outcome": "arrived"}], heads=1
        )
        sheet.with_user(teacher).action_sign()
        lines = differences(sheet._edu_signoff_compare(1, 2))
        labels = [line["label"] for line in lines]
        self.assertIn("Children", labels)
        self.assertIn(sheet.line_ids.student_name, labels)
        outcomes = dict(sheet.line_ids._fields["outcome"]._description_selection(self.env))
        outcome = next(line for line in lines if line["old"] == outcomes["suspected"])
        self.assertEqual(outcome["new"], outcomes["arrived"])
        self.assertIn("Children", self.dialog(report=sheet).comparison)
