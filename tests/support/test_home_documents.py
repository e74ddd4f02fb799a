import base64
import os
import subprocess
import tempfile
import unicodedata
from datetime import date

from odoo.exceptions import AccessError
from odoo.fields import Command

from .common import HomeCommon

# a picture of 2 × 2 pixels
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAFklEQVR4nGP8z8DAwMDAxMDAwMDAAAANHQEDasKb6QAAAABJRU5ErkJggg=="
)


class TestHomeDocuments(HomeCommon):
    """The plan and the record book as counties stamp them, and the blank sheet for the village."""

    def setUp(self):
        super().setUp()
        self.plan = self.make_plan(
            goals_long="生活部分自理，能表达基本需要",
            goals="1. 自己用勺吃饭\n2. 听到名字有反应\n3. 认识红、黄、蓝",
            method="实物教学，小步子，多鼓励；家长每天练习十分钟",
            place_note="柳树村三组",
        )

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
        folder = os.environ.get("EDU_KEEP_PDF")
        if folder:
            with open(os.path.join(folder, f"{name}.pdf"), "wb") as kept:
                kept.write(content)
        return self.flat(text), text.count("\f")

    def flat(self, text):
        """Fonts give some characters as radicals, or as another form, of the same look (⽉, 戶)."""
        return "".join(unicodedata.normalize("NFKC", text).replace("戶", "户").split())

    def test_plan(self):
        text, pages = self.pdf("home_plan", self.as_user(self.plan, "principal"), "plan")
        self.assertEqual(pages, 2)
        for expected in (
            "送教上户方案",
            "东河中心小学",
            "2026-2027学年",
            "周小树",
            "智力",
            "一级",
            "☑残疾人证",
            "能坐，能听懂简单指令",
            "特教学校王老师",
            "每周1次",
            "听到名字有反应",
            "周父，2026年9月1日",
            "2026年9月2日",
            "学期评估",
        ):
            self.assertIn(self.flat(expected), text)

    def test_no_number_in_clear(self):
        clear = [
            self.child._edu_secret_clear(name)[self.child.id]
            for name in ("national_no", "disability_no")
        ]
        clear += self.child.guardian_ids._edu_secret_clear("phone").values()
        text, _pages = self.pdf("home_plan", self.as_user(self.plan, "principal"), "plan")
        for number in clear:
            self.assertTrue(number)
            self.assertNotIn(number, text)

    def test_book(self):
        """A term with a lesson kept, one that could not be held, one withdrawn, and a picture."""
        photo = (
            self.env["ir.attachment"]
            .with_user(self.teacher)
            .create({"name": "送教.png", "raw": PICTURE})
        )
        self.lesson(
            self.plan,
            date(2026, 9, 4),
            content="洗手、用勺，跟读“爸爸”“妈妈”",
            progress="能自己拿勺，撒得少了",
            response="helped",
            homework="每天午饭自己用勺，妈妈少帮",
            photo_ids=[Command.set(photo.ids)],
        )
        self.not_held(self.plan, date(2026, 9, 9), "hospital")
        self.lesson(self.plan, date(2026, 9, 16))._edu_withdraw("录错")
        self.night(date(2026, 9, 21))
        text, pages = self.pdf("home_book", self.as_user(self.plan, "class_teacher"), "book")
        self.assertEqual(pages, 4, "the weeks, two sheets, the photographs")
        for expected in (
            "送教上户记录册",
            "2026-08-31至09-06",
            "未开展:学生住院",
            "应送教3次;本册已送教1次,撤回记录1份未列入",
            "第1份",
            "洗手、用勺",
            "☑在帮助下参与",
            "每天午饭自己用勺",
            "2026年9月4日9时00分至10时00分(60分钟)",
            "附照片",
        ):
            self.assertIn(self.flat(expected), text)
        self.assertNotIn("2026年9月16日", text)

    def test_a_whole_term_s_weeks(self):
        """Twenty-one weeks and no lesson: one page."""
        self.night(date(2027, 1, 25))
        text, pages = self.pdf("home_book", self.as_user(self.plan, "bureau"), "book_weeks")
        self.assertEqual(pages, 1)
        self.assertEqual(text.count("无记录"), 21)

    def test_a_whole_year_s_weeks(self):
        """More than a page holds: the head again, no row cut, the signatures with the sum."""
        self.env["edu.term"].create(
            {
                "school_year": "2026-2027",
                "season": "spring",
                "start_date": "2027-02-22",
                "end_date": "2027-07-02",
            }
        )
        child = self.make_disabled(self.class_a, name="小石")
        plan = self.make_plan(student_id=child.id, date_to="2027-07-02")
        self.night(date(2027, 7, 5))
        text, pages = self.pdf("home_book", self.as_user(plan, "bureau"), "book_year")
        self.assertEqual(pages, 2)
        self.assertEqual(text.count("无记录"), len(plan.week_ids))
        self.assertEqual(text.count("周(周一至周日)"), 2)
        self.assertIn("续表", text)

    def test_lesson_and_blank(self):
        session = self.lesson(self.plan, date(2026, 9, 4))
        text, pages = self.pdf("home_session", self.as_user(session, "dean"), "session")
        self.assertEqual(pages, 1)
        self.assertIn(self.flat("录入：Class teacher A"), text)
        text, pages = self.pdf("home_blank", self.as_user(self.plan, "class_teacher"), "blank")
        self.assertEqual(pages, 1)
        self.assertIn(self.flat("由监护人签名或者按指印"), text)

    def test_not_of_other_places(self):
        Report = self.env["ir.actions.report"].with_user(self.other_user["principal"])
        session = self.lesson(self.plan, date(2026, 9, 4))
        for name, record in (
            ("plan", self.plan),
            ("book", self.plan),
            ("blank", self.plan),
            ("session", session),
        ):
            with self.subTest(name=name), self.assertRaises(AccessError):
                Report._render_qweb_html(f"edu_dropout_control.document_home_{name}", record.ids)
