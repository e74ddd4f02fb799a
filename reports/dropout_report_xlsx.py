"""附件1 as a workbook, in the layout of the printed form. Plain Python without the ORM."""

import io

import xlsxwriter

from ..tools import dropout_form as form

FONT = "仿宋"
TITLE_FONT = "方正小标宋简体"
HEAD_FONT = "黑体"
OPTIONS = {
    "constant_memory": True,
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
# Width of a column of the sheet, by key of the cell
WIDTHS = {
    "no": 5,
    "name": 9,
    "gender": 5,
    "ethnicity": 7,
    "birthdate": 11,
    "id_number": 20,
    "national_no": 21,
    "class": 14,
    "address": 24,
    "guardian": 16,
    "phone": 13,
    "special_groups": 14,
    "kind": 9,
    "left_on": 11,
    "cause": 16,
    "whereabouts": 16,
    "measures": 32,
    "responsible": 12,
    "return_by": 11,
}


def workbook(content, signers, head=None, number=None, draft=False):
    """Return the bytes of the workbook; takes what ``reports.dropout_report.document`` takes.

    Numbers of people are text, nothing is a formula or a link.
    """
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, OPTIONS)
    _Sheet(book.add_worksheet("附件1"), _Styles(book)).fill(content, signers, head, number, draft)
    book.close()
    return buffer.getvalue()


def workbook_of_many(file, documents, names):
    """Write one workbook with a sheet for each document, one after the other.

    :param file: a binary file, written to
    :param documents: iterable of callables, each of which calls the builder it is given with what
        :func:`workbook` takes, so that no two contents are held at once
    :param names: valid names of the sheets, as many
    """
    book = xlsxwriter.Workbook(file, OPTIONS)
    styles = _Styles(book)
    for document, name in zip(documents, names, strict=True):
        document(_Sheet(book.add_worksheet(name), styles).fill)
    book.close()


class _Styles:
    """Formats of a workbook, shared by its sheets."""

    def __init__(self, book):
        def style(**extra):
            return book.add_format(
                {
                    "font_name": FONT,
                    "font_size": 10,
                    "valign": "vcenter",
                    "text_wrap": True,
                    **extra,
                }
            )

        self.plain = style()
        self.right = style(align="right")
        self.title = style(font_name=TITLE_FONT, font_size=22, align="center")
        self.annex = style(font_name=HEAD_FONT, font_size=14)
        self.caption = style(font_name=HEAD_FONT, font_size=12)
        self.head = style(font_name=HEAD_FONT, align="center", border=1)
        self.cell = style(align="center", border=1, num_format="@")
        self.left = style(border=1, num_format="@")
        self.number = style(align="center", border=1)


class _Sheet:
    """Writes row after row, never back: constant memory forgets a row once the next has begun."""

    def __init__(self, sheet, styles):
        self.sheet = sheet
        self.row = 0
        self.columns = [
            (form.SHEET_WORDS.get(key, words.replace("\n", "")), key)
            for words, _width, keys in form.COLUMNS
            for key in keys
        ]
        self.last = len(self.columns) - 1
        self.__dict__.update(vars(styles))

    def fill(self, content, signers, head=None, number=None, draft=False):
        sheet = self.sheet
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.5)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&C— &P —")
        for position, (_words, key) in enumerate(self.columns):
            sheet.set_column(position, position, WIDTHS[key])
        self.line(
            "附件1" + ("（草稿，未签字，证件号码等已隐去，不得报送）" if draft else ""), self.annex
        )
        self.line(form.TITLE, self.title, 34)
        school, term = content["school"], form.term_words(content["term"])
        self.parts(
            [
                f"填报单位（盖章）：{school['name']}",
                f"学校标识码：{school['code']}",
                f"所在乡镇（街道）：{school['township']}",
            ]
        )
        self.parts(
            [
                f"学年学期：{term}",
                f"核查完成日期：{form.date_words(content['checked_on'])}",
                f"数据截止日期：{form.date_words(content['as_of'])}　单位：人",
            ]
        )
        self.figures(content["figures"])
        self.points(form.point_rows(content))
        self.children(content["rows"], form.empty_words(content))
        self.totals(content["totals"])
        if content["remark"]:
            self.line("四、情况说明", self.caption)
            self.line(content["remark"], self.plain, 16 * (content["remark"].count("\n") + 2))
        self.row += 1
        self.parts([f"{words}（签字）：{name or ''}" for words, name, *_rest in signers])
        self.parts(
            [form.date_words(date) or "　　　　年　　月　　日" for _w, _n, date, _d in signers]
        )
        self.line(form.COPIES, self.plain)
        if head:
            self.line(f"第{number}次填报　签核校验码：{head}", self.right)

    def line(self, text, style, height=20):
        """One text over the whole width."""
        self.sheet.set_row(self.row, height)
        self.sheet.merge_range(self.row, 0, self.row, self.last, "", style)
        self.sheet.write_string(self.row, 0, text, style)
        self.row += 1

    def parts(self, texts):
        """Texts side by side, each over its part of the width."""
        width = (self.last + 1) // len(texts)
        self.sheet.set_row(self.row, 20)
        for position, text in enumerate(texts):
            first = position * width
            last = self.last if position == len(texts) - 1 else first + width - 1
            self.sheet.merge_range(self.row, first, self.row, last, "", self.plain)
            self.sheet.write_string(self.row, first, text, self.plain)
        self.row += 1

    def figures(self, figures):
        self.line("一、学生变动与失学辍学情况", self.caption)
        self.sheet.set_row(self.row, 18)
        column = 0
        for group, items in form.FIGURES:
            last = column + len(items) - 1
            self.sheet.merge_range(self.row, column, self.row, last, "", self.head)
            self.sheet.write_string(self.row, column, group, self.head)
            column = last + 1
        self.row += 1
        items = [item for _group, items in form.FIGURES for item in items]
        self.sheet.set_row(self.row, 30)
        for column, (_key, words) in enumerate(items):
            self.sheet.write_string(self.row, column, words, self.head)
        self.row += 1
        for column, (key, _words) in enumerate(items):
            if figures[key] is None:
                self.sheet.write_string(self.row, column, "—", self.number)
            else:
                self.sheet.write_number(self.row, column, figures[key], self.number)
        self.row += 1

    def points(self, rows):
        """Each teaching point of a central school, and the sum."""
        if not rows:
            return
        self.line("所属教学点", self.caption)
        heads = ["单位", *(words for _key, words in form.POINTS)]
        for words, numbers in [(heads[0], heads[1:]), *rows]:
            style = self.head if numbers == heads[1:] else self.cell
            self.sheet.set_row(self.row, 18)
            self.sheet.merge_range(self.row, 0, self.row, 3, "", style)
            self.sheet.write_string(self.row, 0, words, style)
            for column, number in enumerate(numbers, start=4):
                if isinstance(number, str):
                    self.sheet.write_string(self.row, column, number, self.head)
                else:
                    self.sheet.write_number(self.row, column, number, self.number)
            self.row += 1

    def children(self, rows, empty):
        self.line(f"二、失学、辍学和疑似辍学学生名单（共{len(rows)}人）", self.caption)
        if not rows:
            self.line(empty, self.cell, 28)
            return
        self.sheet.set_row(self.row, 30)
        for column, (words, _key) in enumerate(self.columns):
            self.sheet.write_string(self.row, column, words, self.head)
        self.row += 1
        for row in rows:
            cells = form.row_cells(row)
            lines = max(
                form.text_lines(cells[key], WIDTHS[key] * 7.5, 13) for _words, key in self.columns
            )
            self.sheet.set_row(self.row, max(18, 14 * lines))
            for column, (_words, key) in enumerate(self.columns):
                style = self.left if key in ("address", "measures") else self.cell
                self.sheet.write_string(self.row, column, cells[key], style)
            self.row += 1

    def totals(self, totals):
        self.line("三、分年级、分性别统计", self.caption)
        self.sheet.set_row(self.row, 18)
        self.sheet.write_string(self.row, 0, "年级", self.head)
        for position, (_key, words) in enumerate(form.TOTALS):
            first = 1 + 3 * position
            self.sheet.merge_range(self.row, first, self.row, first + 2, "", self.head)
            self.sheet.write_string(self.row, first, words, self.head)
        self.row += 1
        self.sheet.write_string(self.row, 0, "", self.head)
        for position in range(3 * len(form.TOTALS)):
            self.sheet.write_string(self.row, 1 + position, "男女计"[position % 3], self.head)
        self.row += 1
        for words, counts in form.total_rows(totals):
            self.sheet.write_string(self.row, 0, words, self.cell)
            column = 1
            for key, _words in form.TOTALS:
                for count in counts[key]:
                    self.sheet.write_number(self.row, column, count, self.number)
                    column += 1
            self.row += 1
