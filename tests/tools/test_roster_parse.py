import io
import zipfile
from datetime import date
from itertools import islice

import xlsxwriter
from hypothesis import given, settings, strategies as st

from odoo.tests.common import BaseCase

from odoo.addons.edu_dropout_control.tools import sample
from odoo.addons.edu_dropout_control.tools.roster import RosterFileError

from .roster_common import (
    HEADERS,
    child,
    codes,
    dirty_rows,
    known,
    line,
    read,
    rows_of,
    table,
    text,
    xls,
    xlsx,
)

QUICK = settings(max_examples=40, deadline=None)
KIDS = st.lists(dirty_rows(), min_size=1, max_size=4)


def merged_workbook(kids):
    """Title over all columns, a second title row, a header of two merged rows, totals below."""
    buffer = io.BytesIO()
    workbook = xlsxwriter.Workbook(buffer)
    page = workbook.add_worksheet("学生")
    page.merge_range(0, 0, 0, 8, "某县某校学生信息表")
    page.merge_range(1, 0, 1, 3, "学校：某校")
    for column, header in enumerate(("序号", *HEADERS[:7])):
        page.merge_range(2, column, 3, column, header)
    page.merge_range(2, 8, 2, 9, "成员1")
    page.write(3, 8, "姓名")
    page.write(3, 9, "联系电话")
    for at, kid in enumerate(kids, 4):
        page.write_row(at, 0, [at - 3, *line(kid)[:7], "张大明", kid["guardian1_phone"]])
    page.merge_range(at + 1, 0, at + 1, 9, "合计")
    page.write(at + 2, 0, "填表人：某某")
    workbook.close()
    return buffer.getvalue()


class TestRoundTrip(BaseCase):
    def check(self, data, pairs, kind):
        parsed = read(data)
        self.assertEqual(parsed.kind, kind)
        self.assertEqual(parsed.problems, [])
        rows = list(parsed.rows())
        self.assertEqual(len(rows), len(pairs))
        for row, (kid, _line) in zip(rows, pairs, strict=True):
            told = codes(row) - {("national_no", "duplicate_in_file")}
            self.assertEqual(told, set())
            self.assertEqual(known(row), kid)

    @QUICK
    @given(KIDS)
    def test_xlsx(self, pairs):
        self.check(xlsx([HEADERS, *(row for _kid, row in pairs)]), pairs, "xlsx")

    @QUICK
    @given(KIDS)
    def test_xls(self, pairs):
        self.check(xls([HEADERS, *(row for _kid, row in pairs)]), pairs, "xls")

    @QUICK
    @given(
        KIDS,
        st.sampled_from(
            (
                ("utf-8", ","),
                ("utf-8-sig", ","),
                ("gb18030", ","),
                ("gb18030", "\t"),
                ("utf-16", "\t"),
            )
        ),
    )
    def test_text(self, pairs, how):
        content = text([HEADERS, *(row for _kid, row in pairs)], *how)
        self.check(content, pairs, "csv")

    @QUICK
    @given(dirty_rows(), st.permutations(range(len(HEADERS))))
    def test_columns_in_any_order(self, pair, order):
        rows = [[row[i] for i in order] for row in (HEADERS, pair[1])]
        self.check(xlsx(rows), [pair], "xlsx")

    def test_ods(self):
        def row(cells):
            inner = "".join(
                f'<table:table-cell office:value-type="string"><text:p>{c}</text:p></table:table-cell>'
                if c
                else "<table:table-cell/>"
                for c in cells
            )
            return (
                f'<table:table-row>{inner}<table:table-cell table:number-columns-repeated="16000"/>'
                "</table:table-row>"
            )

        kid = child()
        rows = "".join(row(r) for r in [["学生名单"], *table(kid), ["合计", "1"]])
        rows += (
            '<table:table-row table:number-rows-repeated="1048570"><table:table-cell '
            'table:number-columns-repeated="16384"/></table:table-row>'
        )
        content = (
            '<?xml version="1.0" encoding="UTF-8"?><office:document-content '
            'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
            'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
            'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"><office:body>'
            f'<office:spreadsheet><table:table table:name="名单">{rows}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>"
        )
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
            archive.writestr("content.xml", content)
            archive.writestr(
                "META-INF/manifest.xml",
                '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:'
                '1.0"><manifest:file-entry manifest:full-path="content.xml"/></manifest:manifest>',
            )
        parsed = read(buffer.getvalue())
        self.assertEqual(parsed.kind, "ods")
        rows = list(parsed.rows())
        self.assertEqual([(r.number, r.skipped) for r in rows], [(3, None), (4, "total")])
        self.assertEqual(known(rows[0]), kid)


class TestParse(BaseCase):
    def test_titles_merged_headers_and_totals(self):
        kids = [child(n) for n in (1, 2, 3)]
        parsed = read(merged_workbook(kids))
        mapping = parsed.sheets[0].mapping
        self.assertEqual((mapping.header_row, mapping.header_last_row), (3, 4))
        rows = list(parsed.rows())
        self.assertEqual([r.number for r in rows], [5, 6, 7, 8, 9])
        self.assertEqual([r.skipped for r in rows], [None, None, None, "total", "footer"])
        self.assertEqual([known(r) for r in rows[:3]], kids)
        self.assertTrue(all(r.ok for r in rows[:3]))
        self.assertEqual(rows[0].values["guardian1_name"], "张大明")

    def test_several_sheets(self):
        data = xlsx(
            table(child(1)),
            二班=table(
                child(2),
                headers=[
                    "学生姓名",
                    "性别码",
                    "生日",
                    "身份证号",
                    "学籍号",
                    "年级",
                    "班号",
                    "家长电话",
                ],
            ),
            说明=[["填表说明"], ["一、请勿改动"]],
            空表=[],
        )
        parsed = read(data)
        self.assertEqual([s.usable for s in parsed.sheets], [True, True, False, False])
        self.assertEqual(
            [[p.code for p in s.problems] for s in parsed.sheets],
            [[], [], ["header_not_found"], ["sheet_empty"]],
        )
        self.assertEqual(parsed.problems, [])
        rows = list(parsed.rows())
        self.assertEqual([(r.sheet, r.number) for r in rows], [("名单", 2), ("二班", 2)])
        self.assertEqual(known(rows[1]), child(2))

    def test_no_list_in_the_file(self):
        parsed = read(xlsx([["一", "二"], ["三", "四"]]))
        self.assertEqual([p.code for p in parsed.problems], ["roster_not_found"])
        self.assertEqual(list(parsed.rows()), [])
        parsed = read(xlsx([["性别", "出生日期", "年级"], ["男", "20130901", "七年级"]]))
        self.assertEqual([p.code for p in parsed.sheets[0].problems], ["column_missing"])

    def test_a_header_and_nobody_below_it(self):
        for rows in ([], [["合计", "0人"]], [[""] * len(HEADERS)], [["制表人：王老师"]]):
            for data in (xlsx([["2026年秋季学生名单"], *table(), *rows]), text([*table(), *rows])):
                parsed = read(data)
                self.assertEqual([p.code for p in parsed.told()], ["rows_missing"], rows)
                self.assertTrue(parsed.sheets[0].usable)
        parsed = read(xlsx(table(child(1)), 二班=table()))
        self.assertEqual(
            [(p.code, p.params) for p in parsed.told()],
            [("rows_missing", {"sheet": "二班", "row": 1})],
        )
        self.assertEqual(read(xlsx(table(child(1)))).told(), [])

    def test_two_titles_groups_a_hidden_column_a_late_header_and_a_total(self):
        """All at once, as a school's own list has it."""
        kids = [child(n) for n in (1, 2)]
        buffer = io.BytesIO()
        workbook = xlsxwriter.Workbook(buffer, {"in_memory": True})
        page = workbook.add_worksheet("名单")
        page.merge_range(0, 0, 0, 7, "青禾县教育局")
        page.merge_range(1, 0, 1, 7, "2026年秋季学期学生名单")
        for at in range(2, 10):
            page.write_string(at, 0, f"填写说明第{at - 1}条：请如实填写")
        page.merge_range(10, 0, 10, 4, "基本信息")
        page.merge_range(10, 5, 10, 6, "所在班级")
        for at, header in enumerate(HEADERS):
            page.write_string(11, at, header)
        for at, kid in enumerate(kids, 12):
            for column, value in enumerate(line(kid)):
                page.write_string(at, column, value)
        page.write_row(14, 0, ["合计", "2人"])
        page.set_column(2, 2, None, None, {"hidden": True})
        workbook.close()
        parsed = read(buffer.getvalue())
        rows = list(parsed.rows())
        self.assertEqual([known(row) for row in rows[:2]], kids)
        self.assertEqual([row.number for row in rows], [13, 14, 15])
        self.assertEqual([row.skipped for row in rows], [None, None, "total"])
        self.assertEqual([p.code for p in parsed.told()], ["columns_hidden"])

    def test_the_same_child_twice(self):
        rows = rows_of(xlsx(table(child(1), child(2), child(1))))
        self.assertEqual(codes(rows[0]) | codes(rows[1]), set())
        self.assertEqual(codes(rows[2]), {("national_no", "duplicate_in_file")})
        self.assertEqual(
            rows[2].problems[0].params, {"sheet": "名单", "row": 2, "field": "national_no"}
        )
        self.assertTrue(rows[2].ok)

    def test_a_bad_row_does_not_stop_the_good_ones(self):
        bad = line(child(2))
        bad[2] = "20130231"
        rows = rows_of(xlsx([HEADERS, line(child(1)), bad, line(child(3))]))
        self.assertEqual([r.ok for r in rows], [True, False, True])
        self.assertEqual(rows[1].raw["出生日期"], "20130231")

    def test_two_hundred_columns(self):
        headers = [f"某列{n}" for n in range(96)] + list(HEADERS) + [f"另列{n}" for n in range(96)]
        row = ["x"] * 96 + line(child()) + ["y"] * 96
        for data in (xlsx([headers, row]), xls([headers, row]), text([headers, row])):
            parsed = read(data)
            rows = list(parsed.rows())
            self.assertEqual(known(rows[0]), child())
            self.assertEqual(len(rows[0].raw), 200)
            unknown = [p for p in parsed.sheets[0].problems if p.code == "header_unknown"]
            self.assertEqual(len(unknown), 192)
            self.assertEqual(unknown[-1].params, {"header": "另列95", "column": "GR"})

    def test_overrides_and_school_year(self):
        data = xlsx([["娃儿名", "生日", "级"], ["张小明", "20130901", "2025级"]])
        parsed = read(data, overrides={"娃儿名": "name", "级": "grade"})
        row = next(parsed.rows())
        self.assertTrue(row.ok)
        self.assertEqual(row.values["grade"], 8)
        row = next(read(data, overrides={"娃儿名": "name", "级": "grade"}, school_year=None).rows())
        self.assertEqual(codes(row), {("grade", "grade_needs_year")})

    def test_what_a_file_is_its_content_tells(self):
        for data, kind in ((xlsx(table(child())), "xlsx"), (xls(table(child())), "xls")):
            self.assertEqual(read(data).kind, kind)

    def test_rows_come_one_by_one(self):
        """What is broken far below raises only when it is asked for."""
        kids = [child(n) for n in range(1, 41)]
        rows = read(text(table(*kids)) + b'"' + "李".encode() * 200_000).rows()
        self.assertEqual(len(list(islice(rows, 40))), 40)
        with self.assertRaises(RosterFileError):
            next(rows)


class TestSample(BaseCase):
    FULL = {
        **child(1),
        "school_name": "某县示范中学",
        "school_code": "9900000001",
        "id_type": "1",
        "aux_no": "A0001",
        "ethnicity": "彝族",
        "nationality": "中国",
        "household_kind": "农业户口",
        "household_area": "某县某镇某村",
        "address": "某县某镇某村1组",
        "entry_month": "2026-09",
        "entry_mode": "就近入学",
        "study_mode": "住校",
        "registry_state": "enrolled",
        "boarding": True,
        "left_behind": False,
        "migrant": False,
        "disability_type": "none",
        "placement": "regular",
        "aided": True,
        "guardian1_name": "张大明",
        "guardian1_relation": "father",
        "guardian1_is_legal": True,
        "guardian2_name": "李红",
        "guardian2_relation": "mother",
        "guardian2_phone": "16900000002",
        "remark": "转学生",
    }

    def test_what_is_written_is_read_back(self):
        data = sample.write_export([self.FULL], totals=True)
        rows = rows_of(data)
        self.assertEqual([r.skipped for r in rows], [None, "total", "footer"])
        self.assertEqual(codes(rows[0]), set())
        self.assertEqual(rows[0].values, self.FULL)

    def test_the_national_template(self):
        written = {k for _h, k in sample.TEMPLATE if k}
        kid = {**self.FULL, "household_area_code": "990000101201", "orphan": False, "health": "健康或良好",
               "former_name": "张大宝", "phone": "16900000009"}  # fmt: skip
        row = rows_of(sample.write_export([kid], layout=sample.TEMPLATE))[0]
        self.assertEqual(codes(row), set())
        expected = {k: v for k, v in kid.items() if k in written or k == "boarding"}
        self.assertEqual(row.values, expected)

    def test_entrants(self):
        kid = {
            "township": "某镇", "village": "某村", "name": "张小红", "gender": "female",
            "birthdate": date(2020, 3, 4), "zone_school_name": "某小学", "expected_grade": 1,
            "guardian1_name": "张大明", "guardian1_relation": "father",
        }  # fmt: skip
        row = rows_of(sample.write_export([kid], layout=sample.ENTRANTS))[0]
        self.assertEqual((codes(row), row.values), (set(), kid))

    def test_several_sheets_and_no_formulas(self):
        kid = {**child(1), "remark": "=1+1"}
        data = sample.write_sheets({"一班": [kid], "二班": [child(2)]}, title="")
        rows = rows_of(data)
        self.assertEqual([(r.sheet, r.number) for r in rows], [("一班", 2), ("二班", 2)])
        self.assertEqual(rows[0].values["remark"], "=1+1")
