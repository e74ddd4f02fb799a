import io
import subprocess
import unicodedata

from docx import Document
from docx.oxml.ns import qn

from odoo.tests import HttpCase, tagged

from ...tools import work_plan_form as form
from .plan_common import PlanCommon

REPORT = "edu_dropout_control.document_work_plan"


def plain(text):
    """Some fonts share a glyph between a character and its radical; lines break anywhere."""
    text = "".join(
        unicodedata.normalize("NFKC", char) if "\u2e80" <= char <= "\u2fdf" else char
        for char in text
    )
    return "".join(text.split())


class PlanDocumentCommon(PlanCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls.make_case(state="persuading")
        cls.numbers = [
            cls.student._edu_secret_clear(name)[cls.student.id]
            for name in ("id_number", "national_no", "address")
        ] + [cls.student.guardian_ids._edu_secret_clear("phone")[cls.student.guardian_ids.id]]

    @classmethod
    def words(cls, content):
        """All text of a .docx."""
        document = Document(io.BytesIO(content))
        cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
        return plain("".join([*(line.text for line in document.paragraphs), *cells]))


@tagged("post_install", "-at_install")
class TestWorkPlanDocument(PlanDocumentCommon):
    """On paper: what was signed, for whoever reads the plan; without a number of a person."""

    def text(self, plan, role):
        with self.allow_pdf_render():
            content, kind = (
                self.env["ir.actions.report"]
                .with_user(self.user[role])
                .with_context(force_report_rendering=True)
                ._render_qweb_pdf(REPORT, plan.ids)
            )
        self.assertEqual(kind, "pdf")
        return plain(
            subprocess.run(
                ["pdftotext", "-layout", "-", "-"], input=content, capture_output=True, check=True
            ).stdout.decode()
        )

    def test_paper_carries_everything(self):
        self.approve()
        text = self.text(self.plan, "bureau")
        measure = self.plan.work_ids[1]
        for part in (
            "控辍保学“应返尽返”工作方案",
            "东河中心小学",
            "2026—2027学年秋季学期",
            "应返尽返",
            measure.responsible_id.name,
            "2026-09-16",
            "共1人",
            "张小明",
            "三（1）班",
            "以上措施共需经费1300元",
            "同意，按此实施",
            "填写人",
            "审核人",
            self.plan.signoff_ids[-1].hash,
        ):
            self.assertIn(plain(part), text)
        for number in self.numbers:
            self.assertNotIn(plain(number), text)
        self.assertNotIn("稿", text)

    def test_of_what_was_signed_not_of_what_is_now(self):
        self.sign()
        self.user["dean"].name = "改名了"
        self.student.name = "改了名字"
        content, draft = self.plan._edu_document_content()
        self.assertFalse(draft)
        self.assertEqual(content["children"][0]["name"], "张小明")
        self.assertNotIn("改名了", content["people"].values())

    def test_a_draft_says_so(self):
        self.fill()
        text = self.text(self.plan, "township")
        self.assertIn("稿", text, "the mark across the page")
        self.assertNotIn("签核校验码", text)
        self.approve()
        self.step(self.plan, "withdraw", "principal", reason="改")
        self.assertTrue(self.plan._edu_form()["draft"])

    def test_no_child_missing(self):
        plan = self.approve(self.plan_of(self.point_a))
        self.assertIn(form.NO_CHILDREN, str(plan._edu_form()))

    def test_what_became_of_it_is_appended(self):
        self.approve()
        self.step(self.plan.work_ids[0], "done", "dean", outcome="走访完毕")
        self.on("2026-10-21 15:30:00")
        self.env["edu.work.plan"]._cron_daily()
        self.on("2027-01-22 15:30:00")
        self.env["edu.work.plan"]._cron_daily()
        annexes = self.plan._edu_form()["annexes"]
        self.assertEqual(len(annexes), 3)
        self.assertIn("2026年10月21日", annexes[0]["heading"])
        self.assertEqual(annexes[0]["rows"][0][1:4], ["张小明", "三（1）班", "劝返中"])
        self.assertIn(["按期完成", "走访完毕"], [row[-2:] for row in annexes[1]["rows"]])
        self.assertIn("逾期未完成", [row[-2] for row in annexes[1]["rows"]])
        self.assertIn("走访完毕", self.text(self.plan, "inspector"))


@tagged("post_install", "-at_install")
class TestWorkPlanWord(PlanDocumentCommon, HttpCase):
    """As a document that Word edits, by its address: for whoever reads the plan, and nobody else."""

    def get(self, role, plan=None):
        user = self.user[role]
        user.password = user.login
        self.env.flush_all()
        self.authenticate(user.login, user.login)
        return self.url_open(f"/edu/work-plan/{(plan or self.plan).id}/document")

    def test_says_the_same_as_the_paper(self):
        self.approve()
        answer = self.get("principal")
        self.assertEqual(answer.status_code, 200)
        self.assertIn(".docx", answer.headers["Content-Disposition"])
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        words = self.words(answer.content)
        shown = self.plan._edu_form()
        for part in shown["sections"]:
            cells = [cell for row in part["rows"] for cell in row]
            for text in (part["heading"], *part["paragraphs"], *cells):
                self.assertIn(plain(text), words)
        self.assertIn(shown["head"], words)
        for number in self.numbers:
            self.assertNotIn(plain(number), words)
        document = Document(io.BytesIO(answer.content))
        self.assertFalse(document.core_properties.author)
        self.assertEqual(round(document.sections[0].left_margin.mm), 28)
        for table in document.tables:
            self.assertEqual(len(table.rows[0]._tr.findall(".//" + qn("w:tblHeader"))), 1)
            for row in table.rows:
                self.assertEqual(len(row._tr.findall(".//" + qn("w:cantSplit"))), 1)
        texts = [paragraph.text for paragraph in document.paragraphs]
        signed = next(at for at, text in enumerate(texts) if text.startswith("填写人（签字）"))
        for paragraph in document.paragraphs[signed - 2 : -1]:
            self.assertTrue(paragraph.paragraph_format.keep_with_next, paragraph.text)

    def test_who_gets_it(self):
        for role in ("records_admin", "township", "bureau", "inspector"):
            with self.subTest(role=role):
                self.assertEqual(self.get(role).status_code, 200)
        for role in ("class_teacher", "student_aid"):
            with self.subTest(role=role):
                self.assertEqual(self.get(role).status_code, 404)
        self.assertEqual(self.get("principal", self.plan_of(self.school_b)).status_code, 404)
        self.assertEqual(self.get("principal", self.plan.browse(10**7)).status_code, 404)
        self.authenticate(None, None)
        answer = self.url_open(f"/edu/work-plan/{self.plan.id}/document", allow_redirects=False)
        self.assertIn(answer.status_code, (302, 303))
