"""The ledgers as a workbook. Plain Python without the ORM."""

from datetime import date

import xlsxwriter

WIDTH = 14


def write_ledger(file, pages, in_memory=False):
    """Write a workbook, row after row and never back.

    :param file: a binary file, written to
    :param pages: [(name of the sheet, title, headers, iterable of rows)]; a row's cells are text,
        int, date or None. Numbers of people are text, nothing is a formula or a link
    :param in_memory: nothing of it touches the disk on the way, for what is confidential
    """
    book = xlsxwriter.Workbook(
        file,
        {
            "constant_memory": True,
            "in_memory": in_memory,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    title_style = book.add_format({"bold": True, "font_size": 14})
    head = book.add_format({"bold": True, "border": 1, "align": "center", "text_wrap": True})
    text = book.add_format({"num_format": "@", "border": 1})
    day = book.add_format({"num_format": "yyyy-mm-dd", "border": 1, "align": "left"})
    number = book.add_format({"border": 1})
    for name, title, headers, rows in pages:
        sheet = book.add_worksheet(name)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_column(0, len(headers) - 1, WIDTH)
        sheet.freeze_panes(2, 0)
        sheet.repeat_rows(1)
        sheet.write_string(0, 0, title, title_style)
        for column, header in enumerate(headers):
            sheet.write_string(1, column, header, head)
        for at, row in enumerate(rows, 2):
            for column, value in enumerate(row):
                if isinstance(value, str) or value is None:  # most of them are text
                    sheet.write_string(at, column, value or "", text)
                elif isinstance(value, date):
                    sheet.write_datetime(at, column, value, day)
                elif isinstance(value, bool):
                    sheet.write_string(at, column, "", text)
                else:
                    sheet.write_number(at, column, value, number)
    book.close()
