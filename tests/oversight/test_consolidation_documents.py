import io
import subprocess
import unicodedata
import zipfile

from python_calamine import CalamineWorkbook

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged

from ...reports.consolidation_xlsx import workbook
from .consolidation_common import ConsolidationCommon

DOCUMENT = "edu_dropout_control.document_consolidation"


def text_of(pdf):
    text = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True
    ).stdout.decode()
    # some fonts share a glyph between a character and its radical
    return "".join(
        unicodedata.normalize("NFKC", char) if "\u2e80" <= char <= "\u2fdf" else char
        for char in text
    )


@tagged("post_install", "-at_install")
class TestConsolidationDocument(ConsolidationCommon):
    def test_paper_names_everything(self):
        record = self.drawn_up(self.township_a, self.user["township"])
        record.remark = "一名学生在外地务工"
        record.action_sign_filled()
        record.with_user(self.clerk_2).action_sign_reviewed()
        with self.allow_pdf_render():
            pdf, _kind = (
                self.env["ir.actions.report"]
                .with_user(self.user["township"])
                .with_context(force_report_rendering=True)
                ._render_qweb_pdf(DOCUMENT, record.version_id.ids)
            )
        text = text_of(pdf)
        for part in (
            "学生失学辍学信息报告汇总表",
            "东河镇",
            "2026—2027学年秋季学期",
            "应报学校3所，已报并汇总2所",
            "未报送：东河中学",
            "三年级",
            "家访",
            "一名学生在外地务工",
            "Township clerk A",
            record.signoff_ids[-1].hash,
        ):
            self.assertIn(part, text)
        self.assertNotIn("草稿", text)
        self.assertNotIn("张小明", text)

    def test_unsigned_is_a_draft(self):
        record = self.drawn_up(self.township_a, self.user["township"])
        html, _kind = (
            self.env["ir.actions.report"]
            .with_user(self.user["township"])
            ._render_qweb_html(DOCUMENT, record.version_id.ids)
        )
        self.assertIn("草稿", html.decode())

    def test_workbook_says_the_same(self):
        record = self.drawn_up(self.township_a, self.user["township"])
        book = CalamineWorkbook.from_object(io.BytesIO(record.version_id._edu_document(workbook)))
        self.assertEqual(book.sheet_names, ["变动情况", "分年级", "原因", "去向", "措施", "分学校"])
        rows = book.get_sheet_by_name("分年级").to_python()
        self.assertIn(
            ["三年级", 2.0, 0.0, 2.0, 0.0, 0.0, 0.0, 1.0, 0.0, 1.0, 1.0, 0.0, 1.0, 0.0, 0.0, 0.0],
            rows,
        )

    def test_nobody_prints_what_they_cannot_read(self):
        version = self.drawn_up(self.township_a, self.user["township"]).version_id
        for user in (self.other_user["township"], self.user["principal"], self.user["inspector"]):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.env["ir.actions.report"].with_user(user)._render_qweb_html(
                    DOCUMENT, version.ids
                )


@tagged("post_install", "-at_install")
class TestDropoutReportExport(ConsolidationCommon):
    """All reports of a county in one file."""

    def export(self, role="bureau", **values):
        values.setdefault("reason", "汇总上报")
        return (
            self.env["edu.dropout.report.export"]
            .with_user(self.user[role])
            .create({"term_id": self.term.id, **values})
        )

    def logged(self):
        return self.env["edu.reveal.log"].search([("channel", "=", "document")])

    def number(self):
        return self.student._edu_secret_clear("id_number")[self.student.id]

    def test_one_workbook_with_a_sheet_for_each_school(self):
        self.point_a.name = self.school_a.name
        export = self.export()
        self.assertEqual(export.report_count, 2)
        self.assertIn("东河中学", export.missing)
        book = CalamineWorkbook.from_object(io.BytesIO(export._edu_write().read()))
        self.assertEqual(book.sheet_names, ["东河中心小学", "东河中心小学 (2)"])
        text = str(book.get_sheet_by_index(0).to_python())
        self.assertIn("张小明", text)
        self.assertIn(self.number(), text)

    def test_archive_of_workbooks(self):
        archive = zipfile.ZipFile(self.export(content="zip_xlsx")._edu_write())
        self.assertEqual(
            archive.namelist(),
            [f"{self.school_a.code}-东河中心小学.xlsx", f"{self.point_a.code}-柳树教学点.xlsx"],
        )
        book = CalamineWorkbook.from_object(io.BytesIO(archive.read(archive.namelist()[0])))
        self.assertIn("张小明", str(book.get_sheet_by_index(0).to_python()))

    def test_archive_of_pages(self):
        with self.allow_pdf_render():
            file = (
                self.export(content="zip_pdf")
                .with_context(force_report_rendering=True)
                ._edu_write()
            )
        archive = zipfile.ZipFile(file)
        texts = [text_of(archive.read(name)) for name in archive.namelist()]
        self.assertIn("张小明", texts[0])
        self.assertIn("零报告", texts[1])

    def test_each_report_with_children_is_logged_with_the_reason(self):
        for content in ("workbook", "zip_xlsx"):
            before = self.logged()
            self.export(content=content)._edu_write()
            log = self.logged() - before
            self.assertEqual(log.mapped("res_id"), self.report.version_id.ids)
            self.assertEqual((log.reason, log.person_id), ("汇总上报", self.user["bureau"]))

    def test_reason_is_asked_for_and_holds_no_number(self):
        for reason in (False, " ", self.number()):
            with self.subTest(reason=reason), self.assertRaises(UserError):
                self.export(reason=reason).action_export()
        self.assertTrue(self.export().action_export()["url"])

    def test_each_gets_the_own_scope(self):
        self.submit_b()
        self.assertEqual(self.export("bureau").report_count, 3)
        self.assertEqual(self.export("inspector").report_count, 3)
        self.assertEqual(self.export("township").report_count, 2)
        self.assertEqual(self.export("bureau", township_id=self.township_b.id).report_count, 1)
        with self.assertRaises(UserError):
            self.export("township", township_id=self.township_b.id).action_export()
        for role in ("principal", "records_admin", "class_teacher", "student_aid"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.export(role)

    def test_what_is_sent_back_is_not_in_it(self):
        self.report.with_user(self.user["bureau"])._edu_return("核实")
        export = self.export()
        self.assertEqual(export.report_count, 1)
        self.assertIn("东河中心小学", export.missing)


@tagged("post_install", "-at_install")
class TestConsolidationDownload(ConsolidationCommon, HttpCase):
    def test_workbook_is_sent_to_who_reads_it(self):
        record = self.drawn_up(self.township_a, self.user["township"])
        self.authenticate("township_a", "township_a")
        answer = self.url_open(record.action_workbook()["url"])
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        self.assertTrue(answer.content.startswith(b"PK"))
        self.authenticate("township_b", "township_b")
        self.assertEqual(self.url_open(record.action_workbook()["url"]).status_code, 404)

    def test_export_is_sent_to_who_asked_for_it(self):
        export = (
            self.env["edu.dropout.report.export"]
            .with_user(self.user["bureau"])
            .create({"term_id": self.term.id, "reason": "汇总上报"})
        )
        url = export.action_export()["url"]
        self.authenticate("bureau_a", "bureau_a")
        answer = self.url_open(url)
        self.assertEqual(answer.status_code, 200)
        self.assertIn("xlsx", answer.headers["Content-Disposition"])
        book = CalamineWorkbook.from_object(io.BytesIO(answer.content))
        self.assertEqual(len(book.sheet_names), 2)
        self.authenticate("inspector_a", "inspector_a")
        self.assertEqual(self.url_open(url).status_code, 404)
