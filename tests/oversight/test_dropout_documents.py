import io
import subprocess
import unicodedata

from python_calamine import CalamineWorkbook

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged
from odoo.tools.pdf import PdfFileReader

from .common import ReportCommon

DOCUMENT = "edu_dropout_control.document_dropout_report"
DRAFT = "edu_dropout_control.document_dropout_report_draft"


class DocumentCommon(ReportCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.close_check(missing=cls.student)
        cls.confirm(cls.student)
        cls.numbers = [
            cls.student._edu_secret_clear(name)[cls.student.id]
            for name in ("id_number", "national_no")
        ] + [
            cls.student.guardian_ids._edu_secret_clear("phone")[cls.student.guardian_ids.id],
        ]
        cls.address = cls.student._edu_secret_clear("address")[cls.student.id]

    def logged(self):
        return self.env["edu.reveal.log"].search([("channel", "=", "document")])

    def html(self, name, record, role):
        user = self.user[role]
        content, _kind = (
            self.env["ir.actions.report"].with_user(user)._render_qweb_html(name, record.ids)
        )
        return content.decode()


@tagged("post_install", "-at_install")
class TestDropoutDocument(DocumentCommon):
    """The printed form."""

    def pdf(self, name, records, role):
        with self.allow_pdf_render():
            content, kind = (
                self.env["ir.actions.report"]
                .with_user(self.user[role])
                .with_context(force_report_rendering=True)
                ._render_qweb_pdf(name, records.ids)
            )
        self.assertEqual(kind, "pdf")
        return content

    def text(self, pdf):
        text = subprocess.run(
            ["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True
        ).stdout.decode()
        # some fonts share a glyph between a character and its radical
        return "".join(
            unicodedata.normalize("NFKC", char) if "\u2e80" <= char <= "\u2fdf" else char
            for char in text
        )

    def test_paper_carries_everything(self):
        self.submit()
        version = self.report.version_id
        text = self.text(self.pdf(DOCUMENT, version, "principal"))
        for part in (
            "学生失学辍学信息报告",
            "东河中心小学",
            self.school_a.code,
            "2026—2027学年秋季学期",
            "张小明",
            *self.numbers,
            "核查人",
            "填表人",
            "审核人",
            "本表一式三份",
            self.report.signoff_ids[-1].hash,
        ):
            self.assertIn(part, text)
        for signoff in self.report.signoff_ids:
            self.assertIn(signoff.person_name, text)

    def test_page_is_a_landscape_a4(self):
        self.submit()
        reader = PdfFileReader(
            io.BytesIO(self.pdf(DOCUMENT, self.report.version_id, "principal")), strict=False
        )
        box = reader.getPage(0).mediaBox
        self.assertEqual((round(float(box[2]) / 10), round(float(box[3]) / 10)), (84, 60))

    def test_several_print_as_one_file(self):
        self.submit()
        point = self.report_of(self.point_a)
        self.env["edu.roster.check"].search([("school_id", "=", self.point_a.id)]).with_user(
            self.user["records_admin"]
        ).action_close()
        self.submit(point)
        versions = self.report.version_id | point.version_id
        text = self.text(self.pdf(DOCUMENT, versions, "bureau"))
        self.assertEqual(text.count("学生失学辍学信息报告"), 2)
        self.assertIn("东河中心小学", text)
        self.assertIn("柳树教学点", text)
        self.assertIn("零报告", text)

    def test_draft_says_so_and_shows_no_number(self):
        html = self.html(DRAFT, self.report, "dean")
        self.assertIn("草稿", html)
        self.assertIn("张小明", html)
        for secret in (*self.numbers, self.address):
            self.assertNotIn(secret, html)
        self.assertFalse(self.logged())

    def test_printing_numbers_is_logged_once(self):
        self.submit()
        version = self.report.version_id
        html = self.html(DOCUMENT, version, "principal")
        self.assertIn(self.numbers[0], html)
        log = self.logged()
        self.assertEqual(len(log), 1)
        self.assertEqual(
            (log.person_id, log.model, log.res_id),
            (self.user["principal"], version._name, version.id),
        )

    def test_zero_report_reveals_nothing(self):
        point = self.report_of(self.point_a)
        self.env["edu.roster.check"].search([("school_id", "=", self.point_a.id)]).with_user(
            self.user["records_admin"]
        ).action_close()
        self.submit(point)
        self.assertIn("零报告", self.html(DOCUMENT, point.version_id, "principal"))
        self.assertFalse(self.logged())

    def test_paper_shows_what_was_frozen(self):
        self.submit()
        self.student.name = "张改名"
        html = self.html(DOCUMENT, self.report.version_id, "township")
        self.assertIn("张小明", html)
        self.assertNotIn("张改名", html)

    def test_nobody_prints_what_they_cannot_read(self):
        self.sign()
        version = self.report.version_id
        for role in ("class_teacher", "bureau", "township", "inspector", "student_aid"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.html(DOCUMENT, version, role)
            with self.subTest(role=role, draft=True), self.assertRaises(AccessError):
                self.html(DRAFT, self.report, role)

    def test_button_prints_what_the_post_may_see(self):
        action = self.as_user(self.report, "dean").action_print()
        self.assertEqual(action["report_name"], DRAFT)
        self.submit()
        version = self.report.version_id
        action = self.as_user(self.report, "bureau").action_print()
        self.assertEqual(action["report_name"], DOCUMENT)
        self.assertEqual(action["context"]["active_ids"], version.ids)

    def test_printed_file_is_not_stored(self):
        self.submit()
        before = self.env["ir.attachment"].search_count([])
        self.pdf(DOCUMENT, self.report.version_id, "principal")
        self.assertEqual(self.env["ir.attachment"].search_count([]), before)

    def test_file_name_names_no_child(self):
        self.submit()
        name = self.report.version_id._edu_file_name()
        self.assertEqual(name, "附件1-东河中心小学-2026-2027-1-1")

    def test_database_holds_no_number_in_clear(self):
        self.submit()
        self.env.flush_all()
        for table in (
            "edu_dropout_report",
            "edu_dropout_report_line",
            "edu_dropout_report_version",
            "edu_signoff",
            "edu_reveal_log",
            "mail_message",
            "mail_activity",
        ):
            self.env.cr.execute(f"SELECT t::text FROM {table} t")
            rows = "\n".join(row for (row,) in self.env.cr.fetchall())
            for secret in (*self.numbers, self.address):
                self.assertNotIn(secret, rows, table)

    def test_cipher_is_read_by_nobody(self):
        self.submit()
        for role in ("records_admin", "principal", "bureau"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.as_user(self.report.version_id, role).read(["content_cipher"])

    # Scans of the signed and sealed paper

    def attach(self, version, role="records_admin", **values):
        scan = self.make_file(self.user[role], res_model=version._name, res_id=version.id, **values)
        self.as_user(version, role).write({"scan_ids": [(4, scan.id)]})
        return scan

    def test_scan_hangs_on_the_version_it_was_printed_from(self):
        self.sign()
        version = self.report.version_id
        scan = self.attach(version)
        self.assertEqual((scan.res_model, scan.res_id), (version._name, version.id))
        self.assertEqual(self.report.scan_count, 1)

    def test_scan_is_read_where_the_version_is(self):
        self.sign()
        scan = self.attach(self.report.version_id)
        self.assertFalse(scan.with_user(self.user["bureau"]).has_access("read"))
        self.as_user(self.report, "principal").action_submit()
        scan.invalidate_recordset()
        self.assertTrue(scan.with_user(self.user["bureau"]).has_access("read"))
        for user in (self.other_user["bureau"], self.user["class_teacher"]):
            self.assertFalse(scan.with_user(user).has_access("read"))

    def test_scan_of_a_submitted_report_stays(self):
        self.sign()
        version = self.report.version_id
        scan = self.attach(version)
        self.as_user(self.report, "principal").action_submit()
        with self.assertRaises(UserError):
            self.as_user(version, "records_admin").write({"scan_ids": [(5,)]})
        with self.assertRaises(UserError):
            scan.with_user(self.user["records_admin"]).unlink()
        with self.assertRaises(UserError):
            scan.with_user(self.user["records_admin"]).write({"raw": b"other"})
        self.attach(version, name="page 2.jpg")
        self.assertEqual(self.report.scan_count, 2)

    def test_scan_may_be_changed_before_it_is_submitted(self):
        self.sign()
        version = self.report.version_id
        self.attach(version)
        self.as_user(version, "dean").write({"scan_ids": [(5,)]})
        self.assertEqual(self.report.scan_count, 0)

    def test_foreign_file_is_not_adopted(self):
        self.sign()
        foreign = self.make_file(res_model="edu.student", res_id=self.other_student.id)
        with self.assertRaises(AccessError):
            self.as_user(self.report.version_id, "records_admin").write(
                {"scan_ids": [(4, foreign.id)]}
            )

    def test_recipients_attach_no_scan(self):
        self.submit()
        version = self.report.version_id
        scan = self.make_file(self.user["bureau"])
        with self.assertRaises(AccessError):
            self.as_user(version, "bureau").write({"scan_ids": [(4, scan.id)]})


@tagged("post_install", "-at_install")
class TestDropoutWorkbookDownload(DocumentCommon, HttpCase):
    """The workbook, over HTTP."""

    def get(self, role, path="workbook", other=False):
        login = (self.other_user if other else self.user)[role].login
        self.authenticate(login, login)
        return self.url_open(f"/edu/dropout-report/{self.report.id}/{path}")

    def cells(self, response):
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(response.content)).get_sheet_by_index(0)
        return [cell for row in sheet.to_python() for cell in row if cell != ""]

    def test_draft_and_frozen(self):
        response = self.get("dean")
        self.assertEqual(response.status_code, 200)
        cells = self.cells(response)
        self.assertIn("张小明", cells)
        self.assertNotIn(self.numbers[0], cells)
        self.submit()
        response = self.get("dean")
        self.assertIn(self.numbers[0], self.cells(response))
        self.assertEqual(response.headers["Cache-Control"], "no-store")
        self.assertNotIn(self.numbers[0], response.headers["Content-Disposition"])
        self.assertEqual(len(self.logged()), 1)

    def test_only_who_reads_the_report(self):
        self.assertEqual(self.get("bureau").status_code, 404)
        self.submit()
        self.assertEqual(self.get("bureau").status_code, 200)
        self.assertEqual(self.get("class_teacher").status_code, 404)
        self.assertEqual(self.get("bureau", other=True).status_code, 404)
        self.assertEqual(self.get("dean", "workbook?version=999999").status_code, 404)
        self.assertEqual(self.get("dean", "workbook?version=x").status_code, 404)

    def test_old_version(self):
        self.submit()
        old = self.report.version_id
        self.as_user(self.report, "bureau")._edu_return("改")
        self.student.name = "张改名"
        self.submit()
        self.assertIn("张改名", self.cells(self.get("bureau")))
        self.assertIn("张小明", self.cells(self.get("bureau", f"workbook?version={old.id}")))
