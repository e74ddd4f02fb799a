"""The form of 附件1 on its own: wording, pages, workbook. No database."""

import io
import zipfile

from python_calamine import CalamineWorkbook

from odoo.tests import BaseCase, tagged

from ...reports.dropout_report_xlsx import workbook
from ...tools import dropout_form as form

FIGURES = [key for _group, items in form.FIGURES for key, _words in items]


def make_row(number=1, **values):
    return {
        "no": number,
        "case": number,
        "kind": "dropout",
        "name": "张小明",
        "gender": "male",
        "ethnicity": "汉族",
        "birthdate": "2013-09-01",
        "id_number": "990000201309010017",
        "national_no": "G990000201309010017",
        "grade": 7,
        "class_number": 2,
        "address": "东河镇柳树村三组12号",
        "guardian": {"name": "张大山", "relation": "父亲", "phone": "16900000000"},
        "special_groups": ["脱贫户", "留守儿童"],
        "left_on": "2026-09-01",
        "cause": "厌学",
        "cause_note": None,
        "whereabouts": "在县外务工",
        "whereabouts_place": "东莞",
        "measures": [{"on": "2026-09-05", "method": "home", "result": "considering"}],
        "responsible": ["王芳", "李村长"],
        "return_by": "2026-10-15",
        **values,
    }


def make_content(*rows, **values):
    return {
        "school": {"name": "东河中学", "code": "3236000001", "township": "东河镇", "central": None},
        "term": {"school_year": "2026-2027", "season": "autumn"},
        "checked_on": "2026-09-09",
        "as_of": "2026-09-11",
        "figures": {**dict.fromkeys(FIGURES, 0), "previous": None, "registry": 40},
        "rows": list(rows),
        "totals": [
            {
                "grade": 7,
                "registry": {"male": 21, "female": 18, "unknown": 1},
                "arrived": {"male": 20, "female": 18},
                "suspected": {},
                "dropout": {"male": 1},
                "never_enrolled": {},
            },
            {
                "grade": 8,
                "registry": {"male": 10, "female": 12},
                "arrived": {"male": 10, "female": 12},
                "suspected": {"female": 1},
                "dropout": {},
                "never_enrolled": {},
            },
        ],
        "remark": None,
        **values,
    }


@tagged("post_install", "-at_install")
class TestDropoutForm(BaseCase):
    def test_cells_of_a_child(self):
        cells = form.row_cells(make_row())
        self.assertEqual(cells["gender"], "男")
        self.assertEqual(cells["class"], "七年级\n（2）班")
        self.assertEqual(cells["guardian"], "张大山（父亲）")
        self.assertEqual(cells["special_groups"], "脱贫户、留守儿童")
        self.assertEqual(cells["whereabouts"], "在县外务工：东莞")
        self.assertEqual(cells["measures"], "2026-09-05 家访：尚在考虑")
        self.assertEqual(cells["responsible"], "王芳\n李村长")
        self.assertEqual(cells["kind"], "辍学")

    def test_child_of_whom_little_is_known(self):
        empty = dict.fromkeys(make_row(), None)
        cells = form.row_cells({**empty, "no": 3, "name": "李四", "kind": "suspected_never"})
        self.assertEqual(cells["kind"], "疑似失学")
        self.assertEqual(cells["no"], "3")
        self.assertFalse(cells["guardian"] or cells["phone"] or cells["measures"] or cells["class"])

    def test_many_visits_show_their_number_and_the_latest(self):
        measures = [
            {"on": f"2026-09-{day:02}", "method": "phone", "result": "refused"}
            for day in range(1, 10)
        ]
        lines = form.row_cells(make_row(measures=measures))["measures"].split("\n")
        self.assertEqual(lines[0], "共9次，最近4次：")
        self.assertEqual(len(lines), 5)
        self.assertTrue(lines[-1].startswith("2026-09-09 电话劝返"))

    def test_dates_and_terms_in_words(self):
        self.assertEqual(form.date_words("2026-09-05"), "2026年9月5日")
        self.assertEqual(form.date_words(None), "")
        self.assertEqual(
            form.term_words({"school_year": "2026-2027", "season": "spring"}),
            "2026—2027学年春季学期",
        )

    def test_totals_add_up(self):
        rows = form.total_rows(make_content()["totals"])
        self.assertEqual([words for words, _counts in rows], ["七年级", "八年级", "合计"])
        self.assertEqual(rows[0][1]["registry"], (21, 18, 40))
        self.assertEqual(rows[-1][1]["registry"], (31, 30, 62))
        self.assertEqual(rows[-1][1]["dropout"], (1, 0, 1))
        self.assertEqual(rows[-1][1]["suspected"], (0, 1, 1))

    def test_no_child_is_lost_between_pages(self):
        for count in (1, 5, 12, 40, 200):
            rows = [form.row_cells(make_row(number)) for number in range(1, count + 1)]
            pages, _room = form.pages(rows)
            self.assertEqual(
                [cells["no"] for page in pages for cells in page], [r["no"] for r in rows]
            )
            self.assertTrue(all(pages[1:]))

    def test_pages_do_not_overflow(self):
        rows = [form.row_cells(make_row(n, address="长" * (n * 7 % 90))) for n in range(1, 60)]
        pages, room = form.pages(rows)
        self.assertGreaterEqual(room, 0)
        for number, page in enumerate(pages):
            height = sum(form.row_height(cells) for cells in page)
            limit = form.PAGE if number else form.FIRST_PAGE
            self.assertLessEqual(height + form.HEAD_ROW, limit)

    def test_signatures_never_stand_alone_on_a_page(self):
        for count in range(60):
            rows = [make_row(number) for number in range(1, count + 1)]
            for remark in (None, "说明" * 80):
                with self.subTest(count=count, remark=bool(remark)):
                    shown = form.document(make_content(*rows, remark=remark), form.signers())
                    self.assertIsNone(shown["foot_page"])
                    last = len(shown["pages"]) + 1
                    self.assertIn(shown["totals_page"], (None, last))
        shown = form.document(make_content(make_row(), remark="长" * 6000), form.signers())
        self.assertEqual(shown["foot_page"], 3, "with a remark that fills a page they go with it")

    def test_no_line_begins_with_a_closing_mark_nor_cuts_a_number(self):
        self.assertEqual(form.text_lines("一二三四", 14 * 4 + 5), 1)
        self.assertEqual(form.text_lines("一二三四。", 14 * 4 + 5), 2)
        self.assertEqual(form.text_lines("一二三（四）", 14 * 4 + 5), 2)
        self.assertEqual(form.text_lines("一二2026-09-01", 14 * 7 + 5), 2)
        self.assertEqual(form.text_lines("9" * 30, 14 * 6 + 5), 3, "what fits on no line is cut")
        self.assertEqual(form.text_lines("", 50), 1)

    def test_row_higher_than_a_page_still_prints(self):
        rows = [form.row_cells(make_row(1, cause_note="理由" * 3000)), form.row_cells(make_row(2))]
        pages, _room = form.pages(rows)
        self.assertEqual([len(page) for page in pages], [0, 1, 1])

    def test_zero_report_says_so(self):
        values = form.document(make_content(), form.signers())
        self.assertEqual(values["zero"], form.ZERO)
        self.assertEqual(values["count"], 0)
        self.assertEqual(values["pages"], [[]])

    def test_empty_list_is_no_zero_report_before_the_check_is_closed(self):
        values = form.document(make_content(checked_on=None), form.signers(), draft=True)
        self.assertEqual(values["zero"], form.UNCHECKED)

    def test_unknown_figure_is_a_dash_and_zero_a_zero(self):
        values = form.document(make_content(), form.signers())
        figures = dict(figure for _group, figures in values["figures"] for figure in figures)
        self.assertEqual(figures["上学期在籍"], "—")
        self.assertEqual(figures["本学期在籍"], "40")
        self.assertEqual(figures["死亡"], "0")

    def test_signers_stand_in_order(self):
        signers = form.signers([("reviewed", "校长", "东河中学 校长", "2026-09-12", None)])
        self.assertEqual([words for words, *_rest in signers], ["核查人", "填表人", "审核人"])
        self.assertEqual(signers[2][1], "校长（东河中学 校长）")
        self.assertEqual(signers[0][1], None)

    def test_draft_shows_no_number(self):
        content = form.masked(make_content(make_row()))
        text = str(content)
        for secret in ("990000201309010017", "16900000000", "三组12号"):
            self.assertNotIn(secret, text)
        self.assertIn("张小明", text)


@tagged("post_install", "-at_install")
class TestDropoutWorkbook(BaseCase):
    def sheet(self, content, **values):
        data = workbook(content, form.signers(), **values)
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_name("附件1")
        return data, sheet.to_python(skip_empty_area=False)

    def cells(self, rows):
        return [cell for row in rows for cell in row if cell != ""]

    def test_layout_of_the_form(self):
        _data, rows = self.sheet(make_content(make_row()))
        cells = self.cells(rows)
        for text in (
            form.TITLE,
            "填报单位（盖章）：东河中学",
            "学年学期：2026—2027学年秋季学期",
            "核查完成日期：2026年9月9日",
            "二、失学、辍学和疑似辍学学生名单（共1人）",
            form.COPIES,
        ):
            self.assertIn(text, cells)

    def test_numbers_of_people_are_text(self):
        _data, rows = self.sheet(make_content(make_row()))
        child = next(row for row in rows if "张小明" in row)
        self.assertIn("990000201309010017", child)
        self.assertIn("G990000201309010017", child)
        self.assertIn("16900000000", child)
        self.assertEqual(child[0], "1")

    def test_text_that_looks_like_a_formula_stays_text(self):
        _data, rows = self.sheet(make_content(make_row(name='=HYPERLINK("http://x","y")')))
        self.assertIn('=HYPERLINK("http://x","y")', self.cells(rows))

    def test_nothing_is_a_formula_or_a_link(self):
        data, _rows = self.sheet(
            make_content(make_row(name="=1+1", address="http://example.org", cause="@SUM(A1)"))
        )
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            sheet = archive.read("xl/worksheets/sheet1.xml").decode()
        self.assertNotIn("<f>", sheet)
        self.assertNotIn("<hyperlink", sheet)

    def test_figures_and_totals_are_numbers(self):
        _data, rows = self.sheet(make_content())
        total = next(row for row in rows if row[0] == "合计")
        self.assertEqual(total[1:4], [31, 30, 62])

    def test_zero_report_has_its_sentence(self):
        _data, rows = self.sheet(make_content())
        self.assertIn(form.ZERO, self.cells(rows))

    def test_head_of_the_chain_stands_at_the_foot(self):
        _data, rows = self.sheet(make_content(), head="a" * 64, number=2)
        self.assertIn("第2次填报　签核校验码：" + "a" * 64, self.cells(rows))

    def test_draft_says_so(self):
        _data, rows = self.sheet(make_content(), draft=True)
        self.assertIn("草稿", rows[0][0])

    def test_explanation_is_printed(self):
        _data, rows = self.sheet(make_content(remark="两班合并"))
        self.assertIn("两班合并", self.cells(rows))
