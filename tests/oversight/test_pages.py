"""Printed pages with 1, 40 and 400 rows: nothing lost, nothing cut, each page with its head."""

import re
import subprocess
import unicodedata
from unittest.mock import patch

from odoo.tests import tagged

from ...tools import dropout_form, figure_form, work_plan_form
from ..tools.test_figures import content as figures
from .common import ReportCommon
from .test_dropout_form import make_content, make_row


class PagesCommon(ReportCommon):
    def pages(self, action, template, values):
        """Text of each page, without blanks."""
        report = self.env.ref(f"edu_dropout_control.{action}")
        html = self.env["ir.qweb"]._render(f"edu_dropout_control.{template}", values)
        with self.allow_pdf_render():
            bodies, _ids, header, footer, arguments = report._prepare_html(
                html, report_model=report.model
            )
            pdf = report._run_wkhtmltopdf(
                bodies,
                report_ref=report.report_name,
                header=header,
                footer=footer,
                specific_paperformat_args=arguments,
            )
        text = subprocess.run(
            ["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True
        ).stdout.decode()
        plain = "".join(
            unicodedata.normalize("NFKC", char) if "\u2e80" <= char <= "\u2fdf" else char
            for char in text
        )
        return ["".join(page.split()) for page in plain.split("\f")[:-1]]

    def check_ends(self, pages, signed, company):
        """The signatures stand on the last page, below something else."""
        self.assertIn(signed, pages[-1])
        self.assertIn(company, pages[-1])
        self.assertFalse(any(signed in page for page in pages[:-1]))


@tagged("post_install", "-at_install")
class TestPages(PagesCommon):
    def dropout_report(self, count, **values):
        rows = [
            make_row(n, name=f"学生{n:03}", address="东河镇石桥村委会大坪上村民小组" * (n % 3))
            for n in range(1, count + 1)
        ]
        form = dropout_form.document(make_content(*rows, **values), dropout_form.signers())
        record = self.env["edu.dropout.report.version"].browse(1)
        pages = self.pages(
            "action_report_dropout_report",
            "document_dropout_report",
            {"docs": record, "forms": {1: form}},
        )
        return form, pages

    def test_annex_1(self):
        point = {"name": "柳树教学点", "figures": make_content()["figures"]}
        for count, points in ((0, 0), (1, 4), (40, 0), (400, 8)):
            with self.subTest(count=count):
                form, pages = self.dropout_report(count, points=[point] * points)
                self.assertEqual(len(pages), form["totals_page"] or len(form["pages"]))
                text = "".join(pages)
                for number in range(1, count + 1):
                    self.assertEqual(text.count(f"学生{number:03}"), 1)
                for page in pages:
                    self.assertEqual(bool(re.search(r"学生\d", page)), "家庭住址" in page)
                self.check_ends(pages, "审核人（签字）", "分年级、分性别统计")

    def test_consolidated(self):
        record = self.env["edu.report.consolidation.version"].browse(1)
        for kind in ("dropout_report", "half_year"):
            for count in (0, 1, 40, 400):
                with self.subTest(kind=kind, count=count):
                    form = figure_form.document(figures(count, kind))
                    pages = self.pages(
                        "action_report_consolidation",
                        "document_consolidation",
                        {"docs": record, "forms": {1: form}},
                    )
                    self.assertEqual(len(pages), len(form["pages"]))
                    self.check_ends(pages, "审核人（签字）", "学校")
                    if count:
                        self.assertIn(f"第{count}行", "".join(pages))

    def test_work_plan(self):
        measures = [
            {
                "id": n,
                "kind": "work",
                "cause": None,
                "name": f"措施{n:03}：逐户家访，送达入学、复学告知材料，宣讲义务教育法和资助政策",
                "person": 1,
                "with": None,
                "due": "2026-10-10",
                "budget": "0.00",
                "left_over": False,
            }
            for n in range(1, 41)
        ]
        content = {
            "school": {"name": "东河中学", "code": "1", "township": "东河镇", "central": None},
            "term": {"school_year": "2026-2027", "season": "autumn"},
            "due": "2026-10-21",
            "group": [["principal", ["唐振华"]]],
            "class_teachers": 6,
            "people": {"1": "王建国"},
            "causes": {},
            "goals": "全部劝返复学",
            "guarantee": "谁核查谁负责。",
            "measures": measures,
            "children": [],
        }
        for count in (1, 5, 9, 12, 40):
            with self.subTest(count=count):
                form = work_plan_form.document({**content, "measures": measures[:count]})
                pages = self.pages(
                    "action_report_work_plan",
                    "document_work_plan",
                    {"docs": [{"plan": self.env["edu.work.plan"].browse(1), "form": form}]},
                )
                text = "".join(pages)
                for number in range(1, count + 1):
                    self.assertEqual(text.count(f"措施{number:03}"), 1)
                for page in pages:
                    self.assertEqual(bool(re.search(r"措施\d", page)), "完成时限" in page)
                self.check_ends(pages, "审核人（签字）", "谁核查谁负责")


@tagged("post_install", "-at_install")
class TestPagesOfRecords(PagesCommon):
    """Documents that are laid out from records."""

    def test_child_report(self):
        self.close_check(missing=self.student)
        self.confirm(self.student)
        case = self.case_of(self.student)
        report = self.env["edu.child.report"].create(
            {"case_id": case.id, "findings": "拒绝送返", "request": "请予处理"}
        )
        content = report._edu_document_content()
        visit = {
            **content["visits"][0],
            "by": ["罗建国", "罗海波", "村干部王建国"],
            "result": "refused",
        }
        Document = self.env["report.edu_dropout_control.document_child_report"]
        for count in (0, 1, 40, 400):
            with (
                self.subTest(count=count),
                patch.object(
                    type(report),
                    "_edu_document_content",
                    lambda record, count=count: {**content, "visits": [visit] * count},
                ),
            ):
                values = Document._get_report_values(report.ids)
                pages = self.pages("action_report_child_report", "document_child_report", values)
                self.assertEqual("".join(pages).count("拒绝返校"), count)
                for page in pages:
                    self.assertEqual("拒绝返校" in page, "方式" in page)
                self.check_ends(pages, "审核人：", "第二十八条")

    def test_minutes(self):
        Document = self.env["report.edu_dropout_control.document_leading_meeting"]
        for count in (1, 40):
            meeting = self.env["edu.leading.meeting"].create(
                {
                    "school_id": self.school_a.id,
                    "name": "部署",
                    "date": "2026-09-01",
                    "minutes": "逐户走访。" * 60,
                    "decision_ids": [
                        (
                            0,
                            0,
                            {
                                "name": f"事项{n:02}：核对寄宿生生活补助名单，逐人签字",
                                "user_id": self.user["dean"].id,
                                "deadline": "2026-09-20",
                            },
                        )
                        for n in range(1, count + 1)
                    ],
                }
            )
            with self.subTest(count=count):
                pages = self.pages(
                    "action_report_leading_meeting",
                    "document_leading_meeting",
                    Document._get_report_values(meeting.ids),
                )
                text = "".join(pages)
                for number in range(1, count + 1):
                    self.assertEqual(text.count(f"事项{number:02}"), 1)
                for page in pages:
                    self.assertEqual(bool(re.search(r"事项\d", page)), "完成时限" in page)
