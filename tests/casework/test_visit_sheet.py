import base64
import os
import subprocess
import tempfile
import unicodedata

from odoo.exceptions import AccessError
from odoo.fields import Command

from .common import CaseCommon

# a picture of 2 × 2 pixels
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAFklEQVR4nGP8z8DAwMDAxMDAwMDAAAANHQEDasKb6QAAAABJRU5ErkJggg=="
)


class TestVisitSheet(CaseCommon):
    """The sheet 劝返（家访）记录: blank for the village, filled in for the file."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls.make_case(state="verifying")
        cls.student.guardian_ids.name = "张大山"

    def pdf(self, report, records, name):
        """(text without spaces, pages) of the printed records."""
        with self.allow_pdf_render():
            content, kind = (
                self.env["ir.actions.report"]
                .with_user(records.env.user)
                .with_context(force_report_rendering=True)
                ._render_qweb_pdf(f"edu_dropout_control.action_report_{report}", records.ids)
            )
        self.assertEqual(kind, "pdf")
        with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
            file.write(content)
            file.flush()
            text = subprocess.run(
                ["pdftotext", "-layout", file.name, "-"], capture_output=True, text=True, check=True
            ).stdout
            size = subprocess.run(
                ["pdfinfo", file.name], capture_output=True, text=True, check=True
            ).stdout
        self.assertIn("A4", size)
        folder = os.environ.get("EDU_KEEP_PDF")
        if folder:
            with open(os.path.join(folder, f"{name}.pdf"), "wb") as kept:
                kept.write(content)
        return self.flat(text), text.count("\f")

    def flat(self, text):
        """Fonts give some characters as radicals of the same look (⽉ for 月)."""
        return "".join(unicodedata.normalize("NFKC", text).split())

    def test_blank(self):
        text, pages = self.pdf("visit_blank", self.as_user(self.case, "class_teacher"), "blank")
        self.assertEqual(pages, 1)
        for expected in (
            "劝返（家访）记录",
            self.case.name,
            "张小明",
            "张大山",
            "东河中心小学",
            "柳树村",
            "2026年9月2日",
            "家访□电话",
            "受访人签名",
            "家访不少于两人",
        ):
            self.assertIn(self.flat(expected), text)

    def test_no_number_in_clear(self):
        phone = self.student.guardian_ids._edu_secret_clear("phone")
        number = self.student._edu_secret_clear("id_number")[self.student.id]
        text, _pages = self.pdf("visit_blank", self.as_user(self.case, "bureau"), "blank")
        for clear in (*phone.values(), number):
            self.assertNotIn(clear, text)

    def test_several_at_once(self):
        other = self.make_case(self.make_student(self.class_a, name="赵小军"))
        text, pages = self.pdf(
            "visit_blank", self.as_user(self.case | other, "records_admin"), "several"
        )
        self.assertEqual(pages, 2)
        self.assertIn("赵小军", text)

    def test_filled_in_with_photographs(self):
        teacher = self.user["class_teacher"]
        photo = (
            self.env["ir.attachment"]
            .with_user(teacher)
            .create({"name": "家访.png", "raw": PICTURE})
        )
        visit = self.as_user(self.env["edu.visit"], "class_teacher").create(
            {
                "case_id": self.case.id,
                "visited_at": "2026-09-01 11:30:00",
                "place": "柳树村家中",
                "visitor_names": "村支书老王",
                "met": "张大山（父亲）",
                "situation": "孩子在家带弟弟，父亲在外打工。\n母亲身体不好。",
                "said": "讲明义务教育法规定；可申请寄宿生生活补助。",
                "attitude": "hesitant",
                "child_attitude": "willing",
                "result": "promised",
                "next_step": "下周一班主任到家接孩子",
                "next_visit_on": "2026-09-07",
                "cause_found_id": self.code("cause", "poverty").id,
                "photo_ids": [Command.set(photo.ids)],
            }
        )
        text, pages = self.pdf("visit", visit, "visit")
        self.assertEqual(pages, 2)
        for expected in (
            "2026年9月1日19时30分",
            "☑上",
            "☑犹豫",
            "☑答应返校",
            "村支书老王",
            "孩子在家带弟弟",
            "下周一班主任到家接孩子",
            "2026年9月7日",
            "附照片",
        ):
            self.assertIn(self.flat(expected), text)

    def test_not_of_other_places(self):
        Report = self.env["ir.actions.report"].with_user(self.other_user["principal"])
        with self.assertRaises(AccessError):
            Report._render_qweb_html("edu_dropout_control.document_visit_blank", self.case.ids)
