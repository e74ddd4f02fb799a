"""Dirty files, one test for each kind of dirt, from the upload to the child or to what is said.

In the order in which the plan names them. What can be understood is taken (``taken``); what cannot
is told in Chinese, with sheet, row and column and what to do, and the good rows go in (``told``); a
file that is none is refused before it is opened (``refused``). The parser's own tests, with every
spelling, are in ``tests/tools``.
"""

import io
from datetime import date, datetime, timedelta

import xlsxwriter

from odoo.exceptions import UserError
from odoo.tests import tagged

from ...tools.identity import make_identity, make_student_no
from ..tools.roster_common import ole_with, text, wide, xls, xlsx, zipped
from .roster_common import HEADERS, PLAIN, RosterCommon, line


@tagged("post_install", "-at_install")
class TestRosterDirty(RosterCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("zh_CN")

    def setUp(self):
        super().setUp()
        self.one, self.two = self.child(1), self.child(2, name="朱镕喆")

    def upload(self, data, **values):
        return super().upload(data, **values).with_context(lang="zh_CN")

    def imported(self, data, **values):
        return self.run_import(self.upload(data, **values))

    def assertEntered(self, *children):
        """They are entered, each with everything that its row says."""
        for child in children:
            student = self.students(child)
            self.assertEqual(len(student), 1, child["name"])
            self.assertEqual(student.name, child["name"])
            self.assertEqual(student.gender, child["gender"])
            self.assertEqual(student.birthdate, child["birthdate"])
            self.assertEqual(self.clear(student, "national_no"), child["national_no"])
            self.assertEqual((student.grade, student.class_id), (3, self.class_a))
            guardian = student.guardian_ids
            self.assertEqual(guardian.name, child["guardian1_name"])
            self.assertEqual(guardian.relation_id.code, "father")
            self.assertEqual(self.clear(guardian, "phone"), child["guardian1_phone"])

    def taken(self, data, *children, **values):
        """Every child of the file goes in, and nothing is to be said."""
        roster = self.imported(data, **values)
        self.assertFalse(roster.row_ids.mapped("problem"))
        self.assertEqual(self.counts(roster), (len(children), len(children), 0, 0, 0, 0))
        self.assertEntered(*children)
        return roster

    def told(self, row, code, place, *words, goes_in=False):
        """Row 2 of a file says where it is wrong, what, and what to do; row 3 goes in.

        :param place: (letter, header) of the column
        """
        data = row if isinstance(row, bytes) else xlsx([HEADERS, row, line(self.two)])
        roster = self.imported(data)
        self.assertEntered(self.two)
        self.assertEqual(self.counts(roster), (2, 1 + goes_in, 0, 0, 1 - goes_in, 0))
        said = roster.row_ids
        self.assertEqual(len(said), 1)
        self.assertEqual((said.code, said.number), (code, 2))
        self.assertEqual(said.state, "imported" if goes_in else "open")
        self.assertEqual((said.column, said.header), place)
        self.assertTrue(said.value, "what stands there is shown")
        whole = f"{said.problem} {said.remedy}"
        for word in words:
            self.assertIn(word, whole)
        return said

    def refused(self, data, *words):
        roster = self.upload(data)
        with self.assertRaises(UserError) as caught:
            roster.action_read()
        for word in words:
            self.assertIn(word, str(caught.exception))
        self.assertEqual(roster.state, "draft")

    # -- the sheet --------------------------------------------------------------------------------

    def test_title_rows_and_merged_headers(self):
        buffer = io.BytesIO()
        book = xlsxwriter.Workbook(buffer, {"in_memory": True})
        page = book.add_worksheet("学生")
        page.merge_range(0, 0, 0, 9, "青禾县东河中心小学学生信息表")
        page.merge_range(1, 0, 1, 3, "填表日期：2026年9月1日")
        for at, header in enumerate(HEADERS[:7]):
            page.merge_range(2, at, 3, at, header)
        page.merge_range(2, 7, 2, 9, "成员1")
        page.write_row(3, 7, ["姓名", "关系", "电话"])
        page.write_row(4, 0, line(self.one))
        page.write_row(5, 0, line(self.two))
        book.close()
        self.taken(buffer.getvalue(), self.one, self.two)

    def test_renamed_and_reordered_columns(self):
        renamed = {
            "姓名": "★学生姓名（必填）",
            "身份证件号": "公民身份号码",
            "全国学籍号": "学籍主号",
            "出生日期": "出生 年月日",
            "班级": "所在班级",
            "成员1姓名": "监护人",
            "成员1关系": "与学生关系",
            "成员1电话": "监护人电话",
        }
        headers = [renamed.get(header, header) for header in HEADERS]
        order = (4, 6, 5, 3, 0, 2, 1, 7, 8, 9)
        rows = [headers, line(self.one), line(self.two)]
        self.taken(xlsx([[row[at] for at in order] for row in rows]), self.one, self.two)

    def test_several_sheets(self):
        data = xlsx(
            [HEADERS, line(self.one)],
            二班=[["二班名单"], HEADERS[::-1], line(self.two)[::-1]],
            填表说明=[["一、请勿改动表头"]],
        )
        roster = self.taken(data, self.one, self.two)
        self.assertEqual(set(roster.column_ids.mapped("sheet")), {"名单", "二班"})

    def hiding(self, *sheets):
        """A workbook of (name, rows, whether it is hidden), with row 2 and columns D and E of each
        hidden."""
        buffer = io.BytesIO()
        book = xlsxwriter.Workbook(buffer, {"in_memory": True})
        for name, rows, is_hidden in sheets:
            page = book.add_worksheet(name)
            for at, row in enumerate(rows):
                page.write_row(at, 0, row)
            page.set_row(1, None, None, {"hidden": True})
            page.set_column(3, 4, None, None, {"hidden": True})
            if is_hidden:
                page.hide()
        book.close()
        return buffer.getvalue()

    def test_hidden_rows(self):
        """A filter left on hides children; they are children all the same, and each is named."""
        rows = [HEADERS, line(self.one), line(self.two)]
        roster = self.taken(self.hiding(("三年级", rows, False)), self.one, self.two)
        self.assertIn("工作表“三年级”有1行在文件中被隐藏", roster.problem_text)
        self.assertIn("第2行", roster.problem_text)
        self.assertIn("D–E列", roster.problem_text)

    def test_hidden_sheets(self):
        """Last year's list hidden beside this year's is left out, and so it says."""
        sheets = (
            ("今年", [HEADERS, line(self.one)], False),
            ("去年", [HEADERS, line(self.two)], True),
        )
        roster = self.taken(self.hiding(*sheets), self.one)
        self.assertIn("“去年”在文件中被隐藏，未从中读取", roster.problem_text)
        self.assertEqual(set(roster.column_ids.mapped("sheet")), {"今年"})
        self.assertFalse(self.students(self.two))
        alone = [("说明", [["填表说明"]], False), sheets[1]]
        roster = self.taken(self.hiding(*alone), self.two, is_complete=False)
        self.assertIn("“去年”在文件中被隐藏；因没有其他名单", roster.problem_text)

    def test_trailing_totals(self):
        rows = [
            HEADERS,
            line(self.one),
            line(self.two),
            ["合计", "2人"],
            [],
            ["填表人：某某", "", "审核人：某某"],
        ]
        self.assertEqual(self.taken(xlsx(rows), self.one, self.two).skipped_count, 2)

    def test_two_hundred_columns(self):
        spare = [f"某列{n}" for n in range(95)]
        rows = [HEADERS, line(self.one), line(self.two)]
        rows = [[*spare, *rows[0], *spare], *([*["x"] * 95, *r, *["y"] * 95] for r in rows[1:])]
        roster = self.taken(xlsx(rows), self.one, self.two)
        self.assertEqual(len(roster.column_ids), 200)

    # -- the text ---------------------------------------------------------------------------------

    def test_gb18030_and_utf8_with_bom(self):
        rows = [HEADERS, line(self.one)], [HEADERS, line(self.two)]
        self.taken(text(rows[0], "gb18030"), self.one, name="名单.csv")
        self.taken(text(rows[1], "utf-8-sig"), self.two, name="名单.csv")

    def test_tabs_for_commas(self):
        data = text([HEADERS, line(self.one), line(self.two)], "gb18030", "\t")
        self.taken(data, self.one, self.two, name="名单.txt")

    def test_full_width_digits_and_letters(self):
        keys = ("birthdate", "id_number", "national_no", "class_number", "guardian1_phone")
        row = line(self.one)
        for at, (_header, key) in enumerate(PLAIN):
            if key in keys:
                row[at] = wide(row[at])
        self.taken(xlsx([HEADERS, row, line(self.two)]), self.one, self.two)

    def test_spaces_and_line_breaks_within_cells(self):
        child = self.one
        number, name = child["id_number"], child["name"]
        row = line(
            child,
            name=f"{name[0]}\u3000{name[1:]}\n",
            id_number=f"{number[:6]} {number[6:14]}\n{number[14:]}",
            national_no=f"\u200b{child['national_no']}\xa0",
            class_number=" 1\n班 ",
            guardian1_phone=f"{child['guardian1_phone'][:3]} {child['guardian1_phone'][3:]}",
        )
        rows = [HEADERS, row, line(self.two)]
        self.taken(xlsx(rows), self.one, self.two)

    def test_dates_in_all_spellings(self):
        spellings = (
            "20180301",
            "2018-03-01",
            "2018/3/1",
            "2018.3.1",
            "2018年3月1日",
            "二〇一八年三月一日",
            "2018-03-01 00:00:00",
            "２０１８－０３－０１",
        )
        children = [self.child(20 + at) for at in range(len(spellings))]
        rows = [line(c, birthdate=d) for c, d in zip(children, spellings, strict=True)]
        self.taken(xlsx([HEADERS, *rows]), *children)

    def test_excel_serials(self):
        born = date(2018, 3, 1)
        serial = (born - date(1899, 12, 30)).days
        cells = (serial, float(serial), str(serial), born, datetime(2018, 3, 1), 20180301)
        children = [self.child(30 + at) for at in range(len(cells))]
        rows = [line(c, birthdate=d) for c, d in zip(children, cells, strict=True)]
        self.taken(xlsx([HEADERS, *rows]), *children)
        old = self.child(40)
        self.taken(xls([HEADERS, line(old, birthdate=born)]), old)

    def test_capital_and_small_x(self):
        """Numbers that end with X, in the three ways it is typed."""
        children = []
        born = date(2018, 3, 1)
        while len(children) < 3:
            born += timedelta(1)
            number = make_identity(born, "male", 44)
            if number.endswith("X"):
                children.append(
                    self.child(
                        44 + len(children),
                        birthdate=born,
                        id_number=number,
                        national_no=make_student_no(born, "male", 44),
                    )
                )
        cells = [str, str.lower, lambda value: value[:-1] + "ｘ"]
        rows = [
            line(c, id_number=how(c["id_number"]), national_no=how(c["national_no"]))
            for c, how in zip(children, cells, strict=True)
        ]
        self.taken(xlsx([HEADERS, *rows]), *children)

    # -- the child --------------------------------------------------------------------------------

    def test_numbers_spoilt_by_excel(self):
        place = ("D", "身份证件号")
        for cell in (float(self.one["id_number"][:17] + "0"), "9.90001E+17"):
            row = line(self.one, id_number=cell, national_no="")
            self.told(row, "number_spoilt", place, "四舍五入", "文本")
            self.assertFalse(self.students(self.one))
            self.two = self.child(3)

    def test_impossible_dates(self):
        row = line(self.one, birthdate="2018-02-30")
        self.told(row, "date_impossible", ("C", "出生日期"), "没有这一天", "2018-09-01")

    def test_check_digits_that_are_off(self):
        for key, place in (
            ("id_number", ("D", "身份证件号")),
            ("national_no", ("E", "全国学籍号")),
        ):
            number = self.one[key]
            wrong = number[:-1] + ("1" if number[-1] == "0" else "0")
            row = line(self.one, **{"national_no": "", key: wrong})
            code = "id_checksum" if key == "id_number" else "student_no_checksum"
            said = self.told(row, code, place, "校验位不符", "核对")
            self.assertNotIn(number[:17], said.problem + said.value)
            self.two = self.child(3)

    def test_gender_against_the_number(self):
        row = line(self.one, gender="女")
        self.told(row, "gender_mismatch", ("B", "性别"), "身份证件号", "核对")

    def test_birth_date_against_the_number(self):
        row = line(self.one, birthdate="20180302")
        self.told(row, "birthdate_mismatch", ("C", "出生日期"), "身份证件号", "核对")

    def test_grade_against_age(self):
        row = line(self.one, grade="六年级", class_number="")
        said = self.told(row, "grade_age", ("F", "年级"), "6", "8", goes_in=True)
        self.assertEqual(said.student_id.grade, 6)

    def test_a_class_that_does_not_exist(self):
        row = line(self.one, class_number="9班")
        self.told(row, "class_unknown", ("G", "班级"), "3 年级", "9 班", "自动新建班级")

    def test_a_school_of_another_county(self):
        headers = [*HEADERS, "学校名称"]
        rows = [headers, [*line(self.one), self.school_x.name], line(self.two)]
        self.told(xlsx(rows), "school_other_county", ("K", "学校名称"), "南坪小学", "外县")

    def test_the_same_child_twice_in_one_file(self):
        rows = [HEADERS, line(self.one), line(self.two), line(self.one, class_number="2班")]
        roster = self.imported(xlsx(rows))
        self.assertEqual(self.counts(roster), (3, 2, 0, 0, 1, 0))
        self.assertEntered(self.one, self.two)
        said = roster.row_ids
        self.assertEqual((said.code, said.number), ("duplicate_in_file", 4))
        self.assertEqual((said.column, said.header), ("E", "全国学籍号"))
        self.assertIn("“名单”第 2 行", said.problem)
        self.assertTrue(said.remedy)

    def test_the_same_child_in_two_files(self):
        rows = [HEADERS, line(self.one), line(self.two)]
        self.taken(xlsx(rows), self.one, self.two)
        tables = "edu_student", "edu_guardian", "mail_message"
        before = self.versions(*tables)
        again = self.imported(text(rows, "gb18030", "\t"))
        self.assertEqual(self.counts(again), (2, 0, 0, 2, 0, 0))
        self.assertEqual(self.versions(*tables), before)

    # -- the file ---------------------------------------------------------------------------------

    def whole(self):
        return [HEADERS, *(line(self.child(serial)) for serial in range(1, 30))]

    def test_a_file_cut_off(self):
        for data in (xlsx(self.whole()), xls(self.whole())):
            self.refused(data[: len(data) * 2 // 3], "损坏", "重新")
        words = text(self.whole(), "utf-8")
        self.refused(words[: words.index("王小三".encode()) + 4], "损坏", "重新")

    def test_an_encrypted_workbook(self):
        self.refused(ole_with("EncryptedPackage"), "密码", "取消密码后保存")

    def test_an_xls_that_is_html(self):
        page = "<html><meta charset=gbk><table><tr><td>姓名</td></tr></table></html>"
        self.refused(page.encode("gb18030"), "网页", ".xlsx")

    def test_an_empty_file(self):
        for data in (b" \r\n", b"\0" * 600, b"\xef\xbb\xbf"):
            self.refused(data, "空", "重新")

    def test_a_zip_bomb(self):
        self.env["edu.policy"]._current().upload_max_mb = 2
        bomb = zipped({"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b"0" * (5 << 20)})
        self.assertLess(len(bomb), 20_000)
        self.refused(bomb, "2 MB", "拆")

    def test_a_million_rows(self):
        """They need more than the policy's size: refused by the size that the archive's directory
        tells, before a row is looked at."""
        self.env["edu.policy"]._current().upload_max_mb = 20
        row = b"<row><c><v>1</v></c></row>"
        head = b"<worksheet><sheetData>"
        data = zipped(
            {
                "[Content_Types].xml": b"<x/>",
                "xl/workbook.xml": b"<x/>",
                "xl/worksheets/sheet1.xml": head + row * 1_000_000,
            }
        )
        self.refused(data, "20 MB", "拆")
        self.refused("姓名,性别,出生日期\n".encode() + b"x,1,20180301,,,,,,\n" * 1_200_000, "拆")
