"""Properties: children in a file that is dirty as a whole, title rows, renamed and shuffled columns,
empty rows, totals, whoever wrote it, come back as the same children; and nothing makes a traceback.
"""

import csv
import io
from datetime import date, datetime

import xlsxwriter
import xlwt
from hypothesis import given, settings, strategies as st

from odoo.tests.common import BaseCase

from odoo.addons.edu_dropout_control.tools.problem import CODES, SKIPPED
from odoo.addons.edu_dropout_control.tools.roster import FIELDS, RosterFileError, map_columns
from odoo.addons.edu_dropout_control.tools.roster.corrections import read_corrections
from odoo.addons.edu_dropout_control.tools.roster.header import find_header

from .roster_common import FIELDS as KEYS, TODAY, child, dirty_rows, known, line, read

DIRTY = settings(max_examples=40, deadline=None)
ANY = settings(max_examples=60, deadline=None)

#: for each column of ``dirty_rows``, in its order, some of the headers that schools give it
_HEADERS = (
    ("姓名", "学生姓名", "★姓 名", "姓名（必填）", "儿童姓名", "xm"),
    ("性别", "性别码", "学生性别", "*性别"),
    ("出生日期", "出生年月日", "生日", "出生日期(YYYYMMDD)", "csrq"),
    ("身份证件号", "身份证号码", "公民身份号码", "证件号码", "学生身份证号", "sfzjh"),
    ("全国学籍号", "学籍号", "学籍主号", "个人标识码", "【学籍号】"),
    ("年级", "所在年级", "年 级", "就读年级"),
    ("班级", "班号", "班级名称", "所在班级"),
    ("成员1电话", "监护人电话", "家长联系电话", "第一监护人手机号码"),
)
_TITLES = ("某县某校学生信息表", "填表日期：2026年9月1日", "学校：某校", "2026—2027学年")
_SPARE = ("序号", "是否独生子女", "籍贯", "某列", "政治面貌", "另一列")
_ENDS = (
    (["合计", "若干人"],),
    (["总 计", "", 12],),
    (["填表人：某某", "", "审核人：某某"],),
    (["合计", 3], [], ["注：本表一式两份"]),
    ([], ["第 1 页 共 1 页"]),
)


class Paper:
    """A sheet as somebody made it: ``rows`` of cells, which of them are ``hidden``, the ``title``
    rows that are merged over all columns, and the ``kids`` in it with their row numbers."""

    def __init__(self, rows, titles, hidden, kids):
        self.rows = rows
        self.titles = titles
        self.hidden = hidden
        self.kids = kids

    def __repr__(self):  # what hypothesis prints; the people are made up
        return f"Paper({self.rows!r})"


@st.composite
def papers(draw):
    pairs = draw(st.lists(dirty_rows(), min_size=1, max_size=4))
    columns = draw(st.permutations(range(len(KEYS))))
    headers = [draw(st.sampled_from(_HEADERS[at])) for at in columns]
    spare = draw(st.lists(st.sampled_from(_SPARE), unique=True, max_size=3))
    places = sorted(draw(st.integers(0, len(headers))) for _header in spare)
    titles = draw(st.lists(st.sampled_from(_TITLES), max_size=3, unique=True))
    left = draw(st.integers(0, 2))

    def laid(cells, filling):
        cells = list(cells)
        for at, text in zip(reversed(places), reversed(filling), strict=True):
            cells.insert(at, text)
        return [""] * left + cells

    rows = [[*[""] * left, title] for title in titles]
    rows += [[]] * draw(st.integers(0, 2))
    rows.append(laid(headers, spare))
    kids, hidden = [], set()
    for kid, cells in pairs:
        rows += [[]] * draw(st.integers(0, 1))
        rows.append(laid([cells[at] for at in columns], ["x"] * len(spare)))
        kids.append((len(rows), kid))
        if draw(st.booleans()):
            hidden.add(len(rows))
    for row in draw(st.sampled_from((*_ENDS, ()))):
        rows.append([*[""] * left, *row])
    return Paper(rows, len(titles), hidden, kids)


def by_xlsxwriter(papers, merged=True):
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "default_date_format": "yyyy-mm-dd"}
    book = xlsxwriter.Workbook(buffer, options)
    for paper in papers:
        page = book.add_worksheet()
        width = max(map(len, paper.rows))
        for at, row in enumerate(paper.rows):
            if merged and at < paper.titles and width - len(row) > 0:
                page.merge_range(at, len(row) - 1, at, width - 1, row[-1])
                continue
            for column, value in enumerate(row):
                if isinstance(value, str):
                    page.write_string(at, column, value)
                else:
                    page.write(at, column, value)
            if at + 1 in paper.hidden:
                page.set_row(at, None, None, {"hidden": True})
    book.close()
    return buffer.getvalue()


def by_xlwt(papers):
    book = xlwt.Workbook(encoding="utf-8")
    day = xlwt.easyxf(num_format_str="yyyy-mm-dd")
    for number, paper in enumerate(papers, 1):
        page = book.add_sheet(f"表{number}")
        for at, row in enumerate(paper.rows):
            for column, value in enumerate(row):
                if isinstance(value, date):
                    page.write(at, column, value, day)
                elif value != "":
                    page.write(at, column, value)
            if at + 1 in paper.hidden:
                page.row(at).hidden = True
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def by_csv(paper, encoding, delimiter):
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=delimiter).writerows(paper.rows)
    return buffer.getvalue().encode(encoding)


class TestDirtyFiles(BaseCase):
    def check(self, data, papers, kind):
        parsed = read(data)
        self.assertEqual(parsed.kind, kind)
        self.assertEqual(parsed.problems, [])
        rows = [row for row in parsed.rows() if not row.skipped]
        kids = [pair for paper in papers for pair in paper.kids]
        self.assertEqual([row.number for row in rows], [number for number, _kid in kids])
        for row, (_number, kid) in zip(rows, kids, strict=True):
            self.assertEqual({p.code for p in row.problems} - {"duplicate_in_file"}, set())
            self.assertEqual(known(row), kid)

    @DIRTY
    @given(st.lists(papers(), min_size=1, max_size=2), st.booleans())
    def test_xlsx(self, papers, merged):
        self.check(by_xlsxwriter(papers, merged), papers, "xlsx")

    @DIRTY
    @given(st.lists(papers(), min_size=1, max_size=2))
    def test_xls(self, papers):
        self.check(by_xlwt(papers), papers, "xls")

    @DIRTY
    @given(papers(), st.sampled_from(("gb18030", "utf-8-sig")), st.sampled_from("\t,;"))
    def test_csv(self, paper, encoding, delimiter):
        self.check(by_csv(paper, encoding, delimiter), [paper], "csv")


_CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(allow_nan=False, allow_infinity=False),
    st.dates(date(1900, 3, 1), date(2200, 1, 1)),
    st.datetimes(datetime(1900, 3, 1), datetime(2200, 1, 1)),
    st.text(st.characters(exclude_categories=("Cs",)), max_size=30),
    st.sampled_from(
        ("姓名", "身份证号", "合计", "=1/0", "#N/A", "9.9E+17", "2018-02-30", "′", "\x00")
    ),
    st.sampled_from([header for headers in _HEADERS for header in headers]),
)
_TABLES = st.lists(st.lists(_CELLS, max_size=10), max_size=12)


class TestNeverATraceback(BaseCase):
    """Only the parser's own problems and its refusal come out, whatever stands in the cells."""

    def tried(self, data, **options):
        try:
            parsed = read(data, **options)
            rows = list(parsed.rows())
        except RosterFileError as error:
            self.assertEqual(set(error.params), set(CODES[error.code][1]))
            return
        told = [*parsed.problems, *(why for sheet in parsed.sheets for why in sheet.problems)]
        for why in told:
            self.assertIn(why.code, CODES)
        for row in rows:
            self.assertIn(row.skipped, (None, *SKIPPED))
            self.assertLessEqual(row.values.keys(), set(FIELDS))
            for why in row.problems:
                self.assertEqual(set(why.params), set(CODES[why.code][1]))

    def with_header(self, table):
        """The table under a header and above a child, so that its cells are read as children's."""
        headers = [headers[0] for headers in _HEADERS]
        return [headers, *table, line(child())]

    @ANY
    @given(_TABLES, st.booleans())
    def test_any_cells_of_a_workbook(self, table, under_header):
        table = self.with_header(table) if under_header else table
        rows = [["" if cell is None else cell for cell in row] for row in table]
        paper = Paper(rows or [[]], 0, set(), [])
        self.tried(by_xlsxwriter([paper], merged=False))
        self.tried(by_xlwt([paper]))

    @ANY
    @given(_TABLES, st.sampled_from("\t,;|"), st.sampled_from(("utf-8", "gb18030")))
    def test_any_cells_of_a_table(self, table, delimiter, encoding):
        buffer = io.StringIO(newline="")
        csv.writer(buffer, delimiter=delimiter).writerows(self.with_header(table))
        self.tried(buffer.getvalue().encode(encoding, "replace"))

    @ANY
    @given(
        st.lists(st.one_of(st.text(max_size=12), _CELLS.filter(lambda c: isinstance(c, str)))),
        st.dictionaries(st.text(max_size=5), st.one_of(st.none(), st.sampled_from(FIELDS))),
    )
    def test_any_headers_and_any_corrections_of_them(self, texts, overrides):
        mapping = map_columns(texts, 1, 1, overrides)
        for columns in mapping.fields.values():
            self.assertTrue(columns)
        found = find_header([(1, texts), (2, texts[::-1])], overrides)
        if found:
            self.assertIn((found.header_row, found.header_last_row), ((1, 1), (1, 2), (2, 2)))

    @ANY
    @given(
        st.one_of(st.binary(max_size=2000), st.text(max_size=500).map(lambda t: t.encode("utf-8"))),
        st.booleans(),
    )
    def test_any_list_of_corrections(self, data, ours):
        data = "行编号,姓名\n".encode() + data if ours else data
        try:
            given = read_corrections(data, max_unpacked=1 << 20, today=TODAY)
        except (RosterFileError, ValueError):
            return
        self.assertTrue(all(isinstance(number, int) for number in given))
