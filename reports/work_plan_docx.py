"""控辍保学工作方案 as a document that Word edits: the same content as on paper, with styles, a repeated head
of each table and page numbers, so that a county can edit, stamp and circulate it (GB/T 9704)."""

import io

from docx import Document
from docx.enum.section import WD_SECTION
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

BODY, BLACK, TITLE = "仿宋_GB2312", "黑体", "方正小标宋简体"
WIDTH = 156  # mm of the type area


def build(form):
    """The .docx of a form of ``tools.work_plan_form.document``, as bytes."""
    document = Document()
    _set_up(document)
    if form["draft"]:
        _line(document, "草稿（未签字，不得报送）", align="right", size=14)
    _line(document, form["title"], font=TITLE, size=22, align="center", spacing=34)
    _line(document, f"{form['school']}　{form['term']}", align="center")
    for part in form["sections"]:
        _section(document, part)
    # signatures never stand alone on a page
    begun = len(document.paragraphs) - 1
    _foot(document, form)
    for paragraph in document.paragraphs[begun:-1]:
        paragraph.paragraph_format.keep_with_next = True
    for part in form["annexes"]:
        document.add_page_break()
        _section(document, part)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _set_up(document):
    core = document.core_properties
    core.author = core.last_modified_by = core.comments = ""
    core.title = "控辍保学工作方案"
    page = document.sections[0]
    page.start_type = WD_SECTION.NEW_PAGE
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.top_margin, page.bottom_margin = Mm(37), Mm(35)
    page.left_margin, page.right_margin = Mm(28), Mm(26)
    style = document.styles["Normal"]
    style.font.size = Pt(16)
    _face(style.element.get_or_add_rPr(), BODY)
    for name, font in (("Heading 1", BLACK), ("Title", TITLE)):
        _face(document.styles[name].element.get_or_add_rPr(), font)
    heading = document.styles["Heading 1"]
    heading.font.size, heading.font.bold = Pt(16), False
    heading.font.color.rgb = None
    color = heading.element.rPr.find(qn("w:color"))
    if color is not None:
        heading.element.rPr.remove(color)
    number = page.footer.paragraphs[0]
    number.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = number.add_run("— ")
    _field(number.add_run(), "PAGE")
    number.add_run(" —")
    for run in number.runs:
        run.font.size = Pt(14)


def _face(properties, font):
    """Name the face for Chinese and for Latin text."""
    faces = properties.find(qn("w:rFonts"))
    if faces is None:
        faces = OxmlElement("w:rFonts")
        properties.insert(0, faces)
    for name in list(faces.attrib):
        del faces.attrib[name]
    for name in ("ascii", "hAnsi", "eastAsia", "cs"):
        faces.set(qn(f"w:{name}"), font)


def _field(run, code):
    for kind, text in (("begin", None), (None, code), ("end", None)):
        if kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark = OxmlElement("w:instrText")
            mark.text = text
        run._r.append(mark)


def _shape(paragraph, align=None, spacing=28.9, indent=False):
    shape = paragraph.paragraph_format
    shape.space_before = shape.space_after = Pt(0)
    shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(spacing)
    if indent:
        shape.first_line_indent = Pt(32)
    if align:
        paragraph.alignment = getattr(WD_ALIGN_PARAGRAPH, align.upper())
    return paragraph


def _line(document, text, font=None, size=None, align=None, spacing=28.9, indent=False):
    paragraph = _shape(document.add_paragraph(), align, spacing, indent)
    run = paragraph.add_run(text)
    if font:
        _face(run._r.get_or_add_rPr(), font)
    if size:
        run.font.size = Pt(size)
    return paragraph


def _section(document, part):
    heading = _shape(document.add_heading(part["heading"], level=1), indent=True)
    heading.paragraph_format.keep_with_next = True
    for text in part["paragraphs"]:
        _line(document, text, indent=True)
    if part["columns"]:
        _table(document, part["columns"], part["rows"])


def _table(document, columns, rows):
    table = document.add_table(rows=1, cols=len(columns))
    table.style = "Table Grid"
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    _narrow(table)
    widths = [Mm(WIDTH * share / 1000) for _words, share in columns]
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    head = table.rows[0]
    repeat = OxmlElement("w:tblHeader")
    head._tr.get_or_add_trPr().append(repeat)
    _fill(head, [words for words, _share in columns], widths, font=BLACK, center=True)
    for cells in rows:
        _fill(table.add_row(), cells, widths)


def _narrow(table):
    """Leave one millimetre beside the text of a cell."""
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), "57")
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    table._tbl.tblPr.append(margins)


def _fill(row, texts, widths, font=None, center=False):
    # a row is not cut by the end of a page
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    for cell, text, width in zip(row.cells, texts, widths, strict=True):
        cell.width = width
        short = center or len(text) < 6 or text.isascii()
        if text.isascii():  # a date is not cut at its hyphens
            cell._tc.get_or_add_tcPr().append(OxmlElement("w:noWrap"))
        cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
        paragraph = _shape(cell.paragraphs[0], "center" if short else None, spacing=16)
        run = paragraph.add_run(text)
        run.font.size = Pt(10.5)
        if font:
            _face(run._r.get_or_add_rPr(), font)


def _foot(document, form):
    _line(document, "")
    for signer in form["signers"]:
        words = f"{signer['words']}（签字）：{signer['name'] or '＿＿＿＿＿＿＿＿'}"
        _line(document, f"{words}　{signer['date'] or '　　　年　　月　　日'}")
        if signer["post"]:
            _line(document, signer["post"], size=10.5, spacing=16)
    _line(document, f"{form['school']}（盖章）", align="right")
    approval = form["approval"]
    _line(document, "县教育局意见：" + ("同意，按此实施。" if approval else ""))
    _line(document, f"{approval['by'] if approval else '县教育局'}（盖章）", align="right")
    date = approval["on"] if approval else "　　　　年　　月　　日"
    _line(document, date, align="right")
    if form["head"]:
        _line(
            document,
            f"第{form['round']}次签核　签核校验码：{form['head']}",
            size=9,
            spacing=14,
        )
