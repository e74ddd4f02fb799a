"""Consolidated reports and half-year tables as a workbook, in the layout of the printed form, a sheet
for each table. Plain Python without the ORM."""

import io

import xlsxwriter

from ..tools import figure_form as form

OPTIONS = {
    "constant_memory": True,
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
LEAF = 9
HEAD = 20
SHEETS = {
    "figures": "变动情况",
    "grades": "分年级",
    "cause": "原因",
    "measure": "措施",
    "whereabouts": "去向",
    "schools": "分学校",
    "increase": "变动（增加）",
    "decrease": "变动（减少）",
    "dropouts": "辍学",
}


def workbook(content, signatures=(), head=None, number=None, draft=False):
    """Return the bytes of the workbook; takes what ``tools.figure_form.document`` takes."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, OPTIONS)
    shown = form.document(content, signatures, head, number, draft)
    styles = _styles(book)
    for table in form.tables_of(content):
        _Sheet(book.add_worksheet(SHEETS[table.key]), styles).fill(form.grid(table, content), shown)
    book.close()
    return buffer.getvalue()


def _styles(book):
    def style(**extra):
        return book.add_format(
            {"font_name": "仿宋", "font_size": 11, "valign": "vcenter", "text_wrap": True, **extra}
        )

    return {
        "plain": style(),
        "title": style(font_name="方正小标宋简体", font_size=18, align="center"),
        "caption": style(font_name="黑体", font_size=12),
        "head": style(font_name="黑体", align="center", border=1),
        "label": style(align="center", border=1, num_format="@"),
        "number": style(align="center", border=1),
    }


class _Sheet:
    """Writes row after row, never back: constant memory forgets a row once the next has begun."""

    def __init__(self, sheet, styles):
        self.sheet, self.styles, self.row = sheet, styles, 0

    def fill(self, grid, shown):
        sheet = self.sheet
        leaves = sum(len(column["splits"]) for column in grid["columns"])
        first = bool(grid["head"])
        self.last = max(leaves + first - 1, 3)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&C— &P —")
        sheet.set_column(0, self.last, LEAF, None)
        if first:
            sheet.set_column(0, 0, HEAD if grid["head_width"] < 300 else 2 * HEAD)
        if shown["draft"]:
            self.line("草稿（签字不全，不得报送）", "plain")
        self.line(shown["title"], "title", 30)
        self.line(
            f"填报单位：{shown['place']}　统计期：{shown['period']}　"
            f"制表日期：{shown['as_of']}　单位：人",
            "plain",
        )
        for text in (shown["counted"], *shown["missing"]):
            if text:
                lines = -(-len(text) // (5 * (self.last + 2)))
                self.line(text, "plain", 16 * lines + 4)
        self.line(grid["words"], "caption")
        self.heads(grid, first)
        for words, numbers in grid["rows"]:
            if first:
                sheet.write_string(self.row, 0, words, self.styles["label"])
            column = first
            for each in numbers:
                for number in each:
                    write = sheet.write_number if isinstance(number, int) else sheet.write_string
                    write(self.row, column, number, self.styles["number"])
                    column += 1
            self.row += 1
        if not grid["rows"]:
            self.line("无", "label")
        if grid["note"]:
            self.line(f"注：{grid['note']}", "plain")
        if shown["remark"]:
            self.line(f"情况说明：{shown['remark']}", "plain", 60)
        for signer in shown["signers"]:
            self.line(
                f"{signer['words']}（签字）：{signer['name'] or ''}　"
                f"{signer['date'] or '　　　　年　　月　　日'}",
                "plain",
            )
        if shown["foot"]:
            self.line(shown["foot"], "plain")
        if shown["head"]:
            self.line(f"第{shown['round']}次填报　签核校验码：{shown['head']}", "plain")

    def line(self, text, style, height=20):
        self.sheet.set_row(self.row, height)
        self.sheet.merge_range(self.row, 0, self.row, self.last, "", self.styles[style])
        self.sheet.write_string(self.row, 0, text, self.styles[style])
        self.row += 1

    def heads(self, grid, first):
        sheet, head = self.sheet, self.styles["head"]
        if grid["groups"]:
            column = first
            for words, width in grid["groups"]:
                if width > 1:
                    sheet.merge_range(self.row, column, self.row, column + width - 1, "", head)
                sheet.write_string(self.row, column, words, head)
                column += width
            self.row += 1
        sheet.set_row(self.row, 32)
        if first:
            sheet.write_string(self.row, 0, grid["head"], head)
        column = first
        for each in grid["columns"]:
            width = len(each["splits"])
            if width > 1:
                sheet.merge_range(self.row, column, self.row, column + width - 1, "", head)
            sheet.write_string(self.row, column, each["words"], head)
            column += width
        self.row += 1
        if grid["split"]:
            if first:
                sheet.write_string(self.row, 0, "", head)
            column = first
            for each in grid["columns"]:
                for words in each["splits"]:
                    sheet.write_string(self.row, column, words, head)
                    column += 1
            self.row += 1
