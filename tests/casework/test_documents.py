import os
import re
import subprocess
import tempfile
import unicodedata
from unittest.mock import patch

from lxml import html

from odoo.exceptions import AccessError

from .ladder_common import LadderCommon

REPORT = "odoo.addons.base.models.ir_actions_report.IrActionsReport"


class TestDocuments(LadderCommon):
    """What stands on paper. Run with ``EDU_KEEP_PDF=folder`` to look at the pages."""

    def setUp(self):
        super().setUp()
        self.advise()
        self.find_no_good_reason()
        self.number = self.student._edu_secret_clear("id_number")[self.student.id]
        self.address = self.student._edu_secret_clear("address")[self.student.id]

    def render(self, report, notices):
        """The text of the document as it goes to the printer, without blanks."""
        page = (
            self.env["ir.actions.report"]
            .with_user(notices.env.user)
            ._render_qweb_html(f"edu_dropout_control.action_report_{report}", notices.ids)[0]
        )
        return re.sub(r"\s+", "", html.fromstring(page.decode()).text_content())

    def pdf(self, report, notices, name=None):
        """(text without blanks, number of pages) of the PDF."""
        with self.allow_pdf_render():
            content, kind = (
                self.env["ir.actions.report"]
                .with_user(notices.env.user)
                .with_context(force_report_rendering=True)
                ._render_qweb_pdf(f"edu_dropout_control.action_report_{report}", notices.ids)
            )
        self.assertEqual(kind, "pdf")
        with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
            file.write(content)
            file.flush()
            text = subprocess.run(
                ["pdftotext", "-layout", file.name, "-"], capture_output=True, text=True, check=True
            ).stdout
        folder = os.environ.get("EDU_KEEP_PDF")
        if folder and name:
            with open(os.path.join(folder, f"{name}.pdf"), "wb") as kept:
                kept.write(content)
        # fonts give some characters back as their radicals
        words = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
        return words, text.count("\f")

    def has(self, text, *parts):
        for part in parts:
            self.assertIn(part, text)

    def logged(self):
        return self.env["edu.reveal.log"].search_count([("model", "=", "edu.notice")])

    # ------------------------------------------------------------------ 附件2

    def test_admission_notice(self):
        notice = self.issue()
        text = self.render("notice", notice)
        self.has(
            text,
            "入学（复学）通知书",
            "东河镇劝学通字〔2026〕第1号",
            f"张大山（张小明之父亲，住{self.address}）",
            f"张小明（男，2018年3月1日出生，公民身份号码{self.number}，东河中心小学三年级（1）班）",
            "自2026年9月1日起未到校就读",
            "无正当理由",
            "义务教育法》第五条、第十一条",
            "第十三条",
            "第五十八条",
            "次日起7日内",
            "送张小明到东河中心小学报到",
            "联系人：李老师，电话：0990-7654321",
            "两免一补",
            "送教上门",
            "休学",
            "青禾县教育体育局资助中心0990-1234567",
            "陈述意见",
            "东河镇人民政府",
            "2026年9月2日",
            "盖章",
            "一式三份",
        )

    def test_no_fine_is_threatened(self):
        notice = self.serve(self.issue())
        self.at("2026-09-10")
        for each in (notice, self.issue("deadline")):
            self.assertNotRegex(self.render("notice", self.as_user(each, "township")), "罚款|元")

    def test_child_that_never_came(self):
        student = self.make_student(self.class_a, enrolment_state="expected", name="赵小军")
        case = self.make_case(student)
        self.assertEqual(case.kind, "never_enrolled")
        self.advise(case)
        self.find_no_good_reason(case)
        self.has(self.render("notice", self.issue(case=case)), "未按规定入学", "仍未入学")

    # ------------------------------------------------------------------ 附件3

    def test_deadline_notice(self):
        first = self.serve(self.issue(), date="2026-09-02")
        self.env["edu.visit"].create(
            {
                "case_id": self.case.id,
                "method": "phone",
                "visitor_names": "王村干",
                "met": "父亲",
                "result": "refused",
            }
        )
        visits = len(self.case.visit_ids)
        self.at("2026-09-10")
        text = self.render("notice", self.issue("deadline"))
        self.has(
            text,
            "限期复学通知书",
            "东河镇限学通字〔2026〕第1号",
            f"《入学（复学）通知书》（{first.number}）已于2026年9月2日送达",
            f"已劝返{visits}次",
            "自2026年9月1日起未到校就读",
            "义务教育法》第五条、第十一条",
            "未成年人保护法》第十六条第（五）项、第十七条第（五）项",
            "义务教育法第五十八条、未成年人保护法第八十三条第二款",
            "责令你",
            "次日起7日内",
            "陈述、申辩",
            "行政复议",
            "训诫",
            "家庭教育指导",
            "本府",
            "2026年9月10日",
            "一式三份",
        )
        self.assertNotIn("未先行发出", text)

    def test_skipped_admission_notice_is_named_with_its_reason(self):
        case = self.case_as("bureau")
        case.skip_reason = "监护人长期在外，已由派出所核实。"
        case.action_skip_admission_notice()
        text = self.render("notice", self.issue("deadline", role="bureau", issuer_type="bureau"))
        self.has(
            text,
            "经青禾县教育体育局2026年9月2日决定，未先行发出《入学（复学）通知书》，理由：监护人长期在外，已由派出所核实；",
            "本局",
        )

    def test_entered_on_behalf_is_said_on_the_paper(self):
        self.env["edu.post"].search([("user_id", "=", self.user["township"].id)]).unlink()
        notice = self.draft(role="bureau", paper_number="东政教〔2026〕7号")
        notice.scan_ids = self.file(self.user["bureau"])
        notice.action_issue()
        text = self.render("notice", notice)
        self.has(text, "东政教〔2026〕7号", "代为录入")
        self.assertNotIn("验证码", text)

    # ------------------------------------------------------------------ draft, withdrawn

    def test_draft_is_marked_and_masked(self):
        draft = self.draft()
        text = self.render("notice", draft)
        self.has(text, "草稿", "不得送达", "*" * 16 + self.number[-2:])
        self.assertNotIn(self.number, text)
        self.assertNotIn(self.address, text)
        self.assertNotIn("验证码", text)
        self.assertEqual(self.logged(), 0)

    def test_withdrawn_is_marked(self):
        notice = self.issue()
        notice.withdrawn_reason = "签发有误"
        notice.action_withdraw()
        self.has(self.render("notice", notice), "已撤回")

    # ------------------------------------------------------------------ who sees numbers

    def test_printing_is_logged_once(self):
        notice = self.issue()
        self.render("notice", notice)
        row = self.env["edu.reveal.log"].search([("model", "=", "edu.notice")])
        self.assertEqual(len(row), 1)
        self.assertEqual(row.person_id, self.user["township"])
        self.assertEqual(row.res_id, notice.id)
        self.assertEqual(row.channel, "document")

    def test_inspector_prints_a_masked_copy(self):
        text = self.render("notice", self.as_user(self.issue(), "inspector"))
        self.assertNotIn(self.number, text)
        self.assertNotIn(self.address, text)
        self.has(text, "*" * 16 + self.number[-2:], "入学（复学）通知书")
        self.assertEqual(self.logged(), 0)

    def test_nobody_prints_a_notice_of_another_place(self):
        notice = self.issue()
        for report in ("notice", "receipt", "service"):
            with self.assertRaises(AccessError):
                self.render(report, self.as_user(notice, "principal", other=True))
            with self.assertRaises(AccessError):
                self.render(report, notice.with_user(self.nobody))

    # ------------------------------------------------------------------ frozen wording

    def test_copies_say_what_was_issued(self):
        notice = self.issue()
        before = self.render("notice", notice)
        self.student.name = "改名"
        self.guardian.name = "别人"
        self.township_a.document_name = "东河乡人民政府"
        view = self.env.ref("edu_dropout_control.document_body_admission")
        view.arch_db = view.arch_db.replace("两免一补", "新的说法")
        self.assertEqual(self.render("notice", notice), before)

    def test_markup_in_names_stays_text(self):
        self.student.name = "<b>张</b>&小明"
        notice = self.issue()
        self.has(self.render("notice", notice), "<b>张</b>&小明")

    # ------------------------------------------------------------------ QR

    def test_qr_code_holds_the_address_of_the_public_page(self):
        notice = self.issue()
        asked = []

        def barcode(report, kind, value, **options):
            asked.append((kind, value))
            return b"png"

        with patch(f"{REPORT}.barcode", barcode):
            page = notice.env["ir.actions.report"]._render_qweb_html(
                "edu_dropout_control.action_report_notice", notice.ids
            )[0]
        url = f"{notice.get_base_url()}/edu/verify/{notice.id}/{notice.sudo().token}"
        self.assertEqual(asked, [("QR", url)])
        self.assertIn(b"data:image/png;base64,cG5n", page)
        self.assertGreaterEqual(len(notice.sudo().token), 22)

    def test_without_qr_the_words_remain(self):
        notice = self.issue()
        with patch(f"{REPORT}.barcode", side_effect=ValueError("no renderer")):
            text = self.render("notice", notice)
        self.has(text, notice._edu_verify_code(), notice.number, "/edu/verify输入文号和验证码")
        self.assertNotIn("扫描二维码", text)

    # ------------------------------------------------------------------ slips

    def test_receipt_slip(self):
        text = self.render("receipt", self.issue())
        self.has(
            text,
            "《入学（复学）通知书》回执",
            "东河镇劝学通字〔2026〕第1号",
            "东河镇人民政府：",
            "内容已知悉",
            "签收人",
            "关系",
            "送达人",
        )
        self.assertNotIn(self.number, text)
        self.assertEqual(self.logged(), 0)

    def test_blank_proof_of_service(self):
        notice = self.issue()
        text = self.render("service", notice)
        self.has(
            text,
            "送达回证",
            "《入学（复学）通知书》",
            notice.number,
            "张大山（张小明之父亲）",
            self.address,
            "□直接□留置□委托□邮寄□电子□转交□公告",
            "收件人签名盖章",
            "见证人",
            "送达人签名",
            "民事诉讼法第八十七条",
        )
        self.assertNotIn(self.number, text)

    def test_proof_of_service_filled_in(self):
        notice = self.serve(
            self.issue(),
            service_method="left",
            service_reason="拒绝签收",
            witness_name="赵支书",
            witness_unit="柳树村村民委员会",
            server_names="王村干",
        )
        text = self.render("service", notice)
        self.has(
            text,
            "留置送达",
            "2026年9月2日",
            "拒绝签收",
            "柳树村村民委员会赵支书",
            "王村干",
            "柳树村3号",
            "2026年9月9日",
        )
        self.assertNotIn("□", text)

    # ------------------------------------------------------------------ PDF

    def test_every_document_is_one_page(self):
        draft = self.draft()
        self.assertEqual(self.pdf("notice", draft, "draft")[1], 1)
        draft.action_issue()
        text, pages = self.pdf("notice", draft, "admission")
        self.assertEqual(pages, 1)
        self.has(text, "入学(复学)通知书", self.number, draft.number, draft._edu_verify_code())
        for report in ("receipt", "service"):
            self.assertEqual(self.pdf(report, draft, report)[1], 1)
        self.serve(draft)
        self.assertEqual(self.pdf("service", draft, "service_filled")[1], 1)
        self.at("2026-09-10")
        text, pages = self.pdf("notice", self.issue("deadline"), "deadline")
        self.assertEqual(pages, 1)
        self.has(text, "限期复学通知书", "第八十三条第二款")

    def test_long_names_and_a_skip_still_fit_on_a_page(self):
        student = self.make_student(self.class_a2, name="欧阳阿依古丽·买买提")
        student.guardian_ids.name = "买买提·阿不都热依木"
        case = self.make_case(student)
        self.advise(case)
        self.find_no_good_reason(case)
        bureau = self.case_as("bureau", case=case)
        bureau.skip_reason = (
            "监护人外出务工长期不在本县，已由公安机关确认住所，"
            "先行发通知无法送达，且该生已满十五周岁"
        )
        bureau.action_skip_admission_notice()
        notice = self.issue("deadline", role="bureau", case=case, issuer_type="bureau")
        text, pages = self.pdf("notice", notice, "deadline_skipped")
        self.assertEqual(pages, 1)
        self.has(text, "已满十五周岁", "买买提·阿不都热依木", notice._edu_verify_code())

    def test_several_are_printed_one_by_one_and_merged(self):
        first = self.issue()
        case = self.make_case(self.make_student(self.class_a))
        self.advise(case)
        self.find_no_good_reason(case)
        second = self.issue(case=case)
        text, pages = self.pdf("notice", first | second, "two")
        self.assertEqual(pages, 2)
        self.has(text, first.number, second.number)
        self.assertEqual(self.logged(), 2)

    def test_names_of_files_hold_no_child(self):
        self.assertEqual(self.issue()._edu_file_name(), "东河镇劝学通字〔2026〕第1号")
