"""What a workbook hides: found whoever wrote it, read like the rest, and told."""

import io
import zipfile

import xlsxwriter
import xlwt
from hypothesis import given, settings, strategies as st

from odoo.tests.common import BaseCase

from odoo.addons.edu_dropout_control.tools.roster import hidden, reader

from .roster_common import LIMIT, child, read, table, xlsx, zipped

SHEET = b"<worksheet><cols>%s</cols><sheetData>%s</sheetData></worksheet>"


def book(*sheets, chart=False):
    """A workbook by xlsxwriter of (name, rows, hidden sheet, hidden rows, hidden columns from 0)."""
    buffer = io.BytesIO()
    workbook = xlsxwriter.Workbook(buffer, {"in_memory": True})
    if chart:
        workbook.add_chartsheet("图")
    for name, rows, is_hidden, hidden_rows, hidden_columns in sheets:
        page = workbook.add_worksheet(name)
        for at, row in enumerate(rows):
            page.write_row(at, 0, row)
        for at in hidden_rows:
            page.set_row(at, None, None, {"hidden": True})
        for at in hidden_columns:
            page.set_column(at, at, None, None, {"hidden": True})
        if is_hidden:
            page.hide()
    workbook.close()
    return buffer.getvalue()


def xls_book(*sheets):
    workbook = xlwt.Workbook(encoding="utf-8")
    for name, rows, is_hidden, hidden_rows, hidden_columns in sheets:
        page = workbook.add_sheet(name)
        page.visibility = int(is_hidden)
        for at, row in enumerate(rows):
            for column, value in enumerate(row):
                page.write(at, column, value)
        for at in hidden_rows:
            page.row(at).hidden = True
        for at in hidden_columns:
            page.col(at).hidden = True
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def ods_book(rows, columns=b""):
    cells = b"<table:table-cell office:value-type='string'><text:p>x</text:p></table:table-cell>"
    body = b"".join(b"<table:table-row%s>%s</table:table-row>" % (row, cells) for row in rows)
    return b"<table:table table:name='a'>%s%s</table:table>" % (columns, body)


def told(parsed):
    return [(why.code, why.params) for why in parsed.told()]


class TestFound(BaseCase):
    def found(self, data):
        raw = reader.open_file(data, max_unpacked=LIMIT)
        return [(sheet.name, sheet.hidden_rows, sheet.hidden_columns) for sheet in raw.sheets]

    def test_in_both_kinds_of_workbook(self):
        rows = table(child(1), child(2), child(3))
        sheets = (
            ("一班", rows, False, (2, 3), (1,)),
            ("二班", rows, False, (), ()),
            ("三班", rows, True, (1,), (4, 5)),
        )
        wanted = [("一班", {3, 4}, {2}), ("二班", set(), set()), ("三班", {2}, {5, 6})]
        self.assertEqual(self.found(book(*sheets)), wanted)
        self.assertEqual(self.found(book(*sheets, chart=True)), wanted)
        self.assertEqual(self.found(xls_book(*sheets)), wanted)

    @settings(max_examples=40, deadline=None)
    @given(st.sets(st.integers(0, 40)), st.sets(st.integers(0, 20)))
    def test_whatever_is_hidden(self, rows, columns):
        sheets = (("甲", [["x"] * 21] * 41, False, rows, columns),)
        wanted = [("甲", {row + 1 for row in rows}, {column + 1 for column in columns})]
        self.assertEqual(self.found(book(*sheets)), wanted)
        self.assertEqual(self.found(xls_book(*sheets)), wanted)

    def test_as_other_programs_write_it(self):
        rows = (
            b"<row r='1'/><x:row hidden = 'true' r = \"3\"><c r='A3'/></x:row><row hidden='1'/>"
            b"<row r='9' hidden='0'/><row r='10' x:hiddenness='1'/><rows hidden='1' r='11'/>"
        )
        part = SHEET % (b"<col min='2' max='4' hidden='1'/><col min='9' max='9'/>", rows)
        for size in (1, 7, len(part)):
            found = hidden.of_sheet(part[at : at + size] for at in range(0, len(part), size))
            self.assertEqual((found.rows, found.columns), ({3, 4}, {2, 3, 4}))

    def test_of_an_ods(self):
        xml = ods_book(
            [b"", b" table:visibility='collapse' table:number-rows-repeated='2'", b""],
            b"<table:table-column/><table:table-column table:visibility='filter'/>",
        )
        _cells, found = reader._ods_extent(xml + ods_book([b" table:visibility='filter'"]))
        self.assertEqual(
            [(f.rows, f.columns) for f in found.values()], [({2, 3}, {2}), ({1}, set())]
        )

    def test_no_file_costs_more_than_its_sheet_can_hold(self):
        rows = b"<row r='9999999' hidden='1'/>" * 10
        columns = b"<col min='1' max='99999' hidden='1'/>"
        found = hidden.of_sheet([SHEET % (columns, rows)])
        self.assertEqual((len(found.rows), len(found.columns)), (0, hidden.MAX_COLUMNS))
        repeated = b" table:visibility='collapse' table:number-rows-repeated='999999999999'"
        _cells, found = reader._ods_extent(ods_book([repeated]))
        self.assertEqual(len(found[0].rows), hidden.MAX_ROWS)
        self.assertFalse(hidden.of_sheet([b"<row " + b"a" * (1 << 18), b"b" * 99, b""]).rows)

    def test_parts_of_an_xlsx(self):
        workbook = (
            b"<sheets><sheet name='a' r:id='rId2'/><x:sheet name='b' rel:id=\"rId1\"/>"
            b"<sheet name='c'/><sheet name='d' r:id='rId9'/></sheets>"
        )
        relations = (
            b"<Relationship Id='rId1' Target='worksheets/Sheet1.xml'/>"
            b"<Relationship Target='/xl/other/sheet2.xml' Id='rId2'/>"
        )
        self.assertEqual(
            hidden.sheet_parts(workbook, relations),
            ["xl/other/sheet2.xml", "xl/worksheets/sheet1.xml", None, None],
        )
        self.assertEqual(hidden.sheet_parts(b"", b""), [])

    def test_a_workbook_whose_relations_are_lost_is_read_all_the_same(self):
        data = book(("甲", table(child(1)), False, (1,), ()))
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
        files["xl/workbook.xml"] = files["xl/workbook.xml"].replace(b'r:id="', b'r:id = "')
        parsed = read(zipped(files))
        self.assertEqual(len(list(parsed.rows())), 1)


class TestTold(BaseCase):
    def test_hidden_rows_that_hold_children_are_named(self):
        kids = [child(n) for n in range(1, 6)]
        rows = [["名单"], *table(*kids[:3]), [], *table(*kids[3:])[1:], ["合计", "5人"]]
        hidden_rows = (0, 1, 2, 3, 5, 7, 8)
        for make in (book, xls_book):
            parsed = read(make(("甲", rows, False, hidden_rows, (0, 2, 3))))
            self.assertEqual(len([row for row in parsed.rows() if not row.skipped]), 5)
            self.assertEqual(
                told(parsed),
                [
                    ("columns_hidden", {"sheet": "甲", "columns": "A, C–D"}),
                    ("rows_hidden", {"sheet": "甲", "rows": "3–4, 8", "count": 3}),
                ],
            )

    def test_a_column_that_is_not_read_is_not_named(self):
        rows = [[*row, "x"] for row in table(child(1))]
        rows[0][-1] = "某列"
        parsed = read(book(("甲", rows, False, (), (len(rows[0]) - 1,))))
        self.assertEqual([code for code, _params in told(parsed)], ["header_unknown"])

    def test_a_hidden_sheet_is_left_out_beside_another(self):
        for make in (book, xls_book):
            sheets = (
                ("今年", table(child(1)), False, (), ()),
                ("去年", table(child(2)), True, (1,), ()),
                ("选项", [["男"], ["女"]], True, (), ()),
            )
            parsed = read(make(*sheets))
            self.assertEqual([row.sheet for row in parsed.rows()], ["今年"])
            self.assertEqual(told(parsed), [("sheet_hidden", {"sheet": "去年"})])

    def test_a_hidden_sheet_is_taken_alone(self):
        for make in (book, xls_book):
            sheets = (
                ("说明", [["填表说明"]], False, (), ()),
                ("名单", table(child(1)), True, (), ()),
            )
            parsed = read(make(*sheets))
            self.assertEqual([row.sheet for row in parsed.rows()], ["名单"])
            self.assertEqual(
                [code for code, _params in told(parsed)],
                ["header_not_found", "sheet_hidden_taken"],
            )

    def test_nothing_hidden_nothing_told(self):
        self.assertEqual(told(read(xlsx(table(child(1))))), [])

    def test_spans(self):
        self.assertEqual(hidden.spans({7, 2, 5, 6}), "2, 5–7")
        self.assertEqual(hidden.spans(()), "")
        self.assertTrue(hidden.spans(range(0, 1000, 2)).endswith("398, …"))
