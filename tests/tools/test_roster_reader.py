import csv
import io
import pickle
import struct
import zipfile
from unittest.mock import patch

import xlwt
from hypothesis import given, settings, strategies as st

from odoo.tests.common import BaseCase

from odoo.addons.edu_dropout_control.tools.problem import CODES
from odoo.addons.edu_dropout_control.tools.roster import RosterFileError, ole, reader

from .roster_common import LIMIT, child, ole_with, read, rows_of, table, text, xls, xlsx, zipped

QUICK = settings(max_examples=60, deadline=None)
KID = child()


class FileCase(BaseCase):
    def refused(self, data, code, limit=LIMIT):
        with self.assertRaises(RosterFileError) as caught:
            list(read(data, max_unpacked=limit).rows())
        self.assertEqual(caught.exception.code, code)
        self.assertEqual(set(caught.exception.params), set(CODES[code][1]))
        self.assertIsNone(caught.exception.__cause__)
        return caught.exception


def sheet_replaced(xml):
    """A real workbook whose first sheet is replaced."""
    out = {}
    with zipfile.ZipFile(io.BytesIO(xlsx(table(KID)))) as archive:
        for name in archive.namelist():
            out[name] = archive.read(name)
    out["xl/worksheets/sheet1.xml"] = xml
    return zipped(out)


def sheet_xml(rows):
    return (
        '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/'
        f'main"><sheetData>{rows}</sheetData></worksheet>'
    ).encode()


class TestRefusals(FileCase):
    def test_empty(self):
        for data in (b"", b"\0" * 700, b" \r\n\t", b"\xef\xbb\xbf", b"\xff\xfe"):
            self.refused(data, "file_empty")

    def test_html_named_xls(self):
        for head in (
            "<html><body><table>",
            '\ufeff<!DOCTYPE html>\n<html lang="zh">',
            "<table border=1>",
            '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml">',
            "MIME-Version: 1.0\nContent-Type: multipart/related",
            "<meta charset=gbk>",
        ):
            self.refused((head + "<tr><td>姓名</td></tr>").encode(), "file_html")
        self.refused("<html><td>姓名</td></html>".encode("gb18030"), "file_html")

    def test_xml(self):
        xml = '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">'
        self.refused(xml.encode(), "file_xml")
        self.refused(b'<?xml version="1.0"?><students/>', "file_xml")

    def test_other_kinds(self):
        self.refused(b"%PDF-1.7\n%\xe2\xe3", "file_pdf")
        self.refused(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "file_image")
        self.refused(b"\xff\xd8\xff\xe0\0\x10JFIF\0", "file_image")
        self.refused(b"Rar!\x1a\x07\x01\0", "file_archive")
        self.refused(b"7z\xbc\xaf\x27\x1c\0\4", "file_archive")
        self.refused(zipped({"名单.xlsx": b"x"}), "file_archive")
        self.refused(
            zipped({"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>"}),
            "file_not_workbook",
        )
        self.refused(zipped({"[Content_Types].xml": b"<x/>", "xl/workbook.bin": b"x"}), "file_xlsb")
        self.refused(
            zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<x/>"}),
            "file_not_workbook",
        )
        self.refused(ole_with("WordDoc"), "file_not_workbook")
        self.refused(bytes(range(256)) * 4, "file_unknown")
        self.refused("姓名\0张".encode(), "file_unknown")

    def test_encrypted(self):
        self.refused(ole_with("EncryptedPackage"), "file_encrypted")
        data = bytearray(xls(table(KID)))
        # a FILEPASS record in place of the first one after BOF
        bof = data.index(b"\x09\x08\x10\x00\x00\x06\x05\x00")
        data[bof + 20 : bof + 22] = b"\x2f\x00"
        self.refused(bytes(data), "file_encrypted")
        encrypted_ods = {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "META-INF/manifest.xml": "<manifest:encryption-data/>",
            "content.xml": "x",
        }
        self.refused(zipped(encrypted_ods), "file_encrypted")
        data = bytearray(xlsx(table(KID)))
        at = data.index(b"PK\1\2")
        data[at + 8] |= 1  # the flag of zip encryption
        self.refused(bytes(data), "file_encrypted")

    def test_cut_off(self):
        for whole in (xlsx(table(KID)), xls(table(KID))):
            for share in (0.1, 0.3, 0.5, 0.7, 0.9):
                self.refused(whole[: int(len(whole) * share)], "file_corrupt")
        self.refused(b"PK\3\4", "file_corrupt")

    def test_text_cut_off_within_a_character(self):
        kids = [child(serial) for serial in range(1, 40)]
        for encoding in ("utf-8", "utf-8-sig", "gb18030", "utf-16"):
            plain = {"utf-8-sig": "utf-8", "utf-16": "utf-16-le"}.get(encoding, encoding)
            whole = text(table(*kids), encoding)
            at = whole.rindex("小".encode(plain))
            self.refused(whole[: at + 1], "file_corrupt")
        # a character of GB18030 that is cut in two says nothing about UTF-8
        self.refused(b"name,born\r\n" + "张".encode("gb18030")[:1], "file_unknown")
        self.refused(b"\xef\xbb\xbf" + "张".encode("gb18030") * 3, "file_unknown")

    def test_damaged_within(self):
        data = bytearray(xlsx(table(*(child(n) for n in range(1, 60)))))
        at = data.index(b"xl/worksheets/sheet1.xml") + 60
        data[at : at + 20] = b"\xff" * 20
        self.refused(bytes(data), "file_corrupt")

    def test_too_large(self):
        self.refused(xlsx(table(KID)), "file_too_large", limit=1000)
        self.refused(text(table(KID)), "file_too_large", limit=20)

    def test_zip_bomb(self):
        bomb = zipped({"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b"0" * (LIMIT + 1)})
        self.assertLess(len(bomb), LIMIT / 500)
        self.refused(bomb, "file_too_large")

    def test_zip_bomb_that_lies_about_its_size(self):
        data = zipped({"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b"0" * (LIMIT + 1)})
        lying = data.replace(struct.pack("<I", LIMIT + 1), struct.pack("<I", 10))
        self.refused(lying, "file_corrupt")

    def test_a_cell_in_the_far_corner(self):
        """One filled cell there would make the reader lay out seventeen billion."""
        far = sheet_xml(
            '<row r="1"><c r="A1"><v>1</v></c></row>'
            '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
        )
        self.refused(sheet_replaced(far), "file_too_many_cells")
        without_reference = sheet_xml(
            '<row r="1"><c r="XFD1"><v>1</v></c></row><row r="1048576"><c><v>1</v></c></row>'
        )
        self.refused(sheet_replaced(without_reference), "file_too_many_cells")
        bare = sheet_xml(
            "<row>" + "<c><v>1</v></c>" * 16384 + '</row><row r="1048576"><c><v>1</v></c></row>'
        )
        self.refused(sheet_replaced(bare), "file_too_many_cells")
        sly = sheet_xml(
            "<row r='1'><x:c a='>' r='A1'><v>1</v></x:c></row>"
            "<row r='1'><x:c a='>' r = 'XFD1048576'><v>1</v></x:c></row>"
        )
        self.refused(sheet_replaced(sly), "file_too_many_cells")
        ods = (
            '<table:table-row table:number-rows-repeated="1048576"><table:table-cell '
            'office:value-type="float" table:number-columns-repeated="16384"/></table:table-row>'
        )
        mime = "application/vnd.oasis.opendocument.spreadsheet"
        self.refused(zipped({"mimetype": mime, "content.xml": ods}), "file_too_many_cells")
        cell = '<table:table-cell office:value-type="float" office:value="1"/>'
        ods = (
            "<table:table><table:table-row><table:table-cell "
            f'table:number-columns-repeated="16383"/>{cell}</table:table-row>'
            '<table:table-row table:number-rows-repeated="1048574"><table:table-cell/>'
            f"</table:table-row><table:table-row>{cell}</table:table-row></table:table>"
        )
        self.refused(zipped({"mimetype": mime, "content.xml": ods}), "file_too_many_cells")
        with patch.object(reader, "MAX_CELLS", 10):
            self.refused(xls(table(KID)), "file_too_many_cells")

    def test_cells_without_a_place_are_read(self):
        rows = "".join(
            "<row>" + "".join(f'<c t="inlineStr"><is><t>{v}</t></is></c>' for v in row) + "</row>"
            for row in table(KID)
        )
        found = rows_of(sheet_replaced(sheet_xml(rows)))
        self.assertEqual([(r.number, r.ok) for r in found], [(2, True)])

    def test_an_xls_that_claims_too_much(self):
        data = bytearray(xls(table(KID)))
        at = data.index(b"\x00\x02\x0e\x00")
        data[at + 8 : at + 12] = b"\xff\xff\xff\x7f"
        self.refused(bytes(data), "file_corrupt")

    def test_styles_in_the_far_corner_are_no_cells(self):
        rows = (
            '<row r="1"><c r="A1" t="inlineStr"><is><t>姓名</t></is></c>'
            '<c r="B1" t="inlineStr"><is><t>出生日期</t></is></c>'
            '<c r="C1" t="inlineStr"><is><t>性别</t></is></c></row>'
            '<row r="2"><c r="A2" t="inlineStr"><is><t>张小明</t></is></c>'
            '<c r="B2"><v>20130901</v></c></row>'
            '<row r="1048576"><c r="XFD1048576" s="1"/></row>'
        )
        found = rows_of(sheet_replaced(sheet_xml(rows)))
        self.assertEqual([(r.number, r.values["name"]) for r in found], [(2, "张小明")])

    def test_the_error_tells_a_code_and_nothing_else(self):
        error = self.refused(b"", "file_empty")
        self.assertEqual(str(error), "file_empty")
        self.assertEqual(pickle.loads(pickle.dumps(error)).code, "file_empty")
        self.assertEqual(error.problem.code, "file_empty")


class TestNeverATraceback(FileCase):
    def tried(self, data):
        try:
            for row in read(data, max_unpacked=5 << 20).rows():
                self.assertGreater(row.number, 0)
        except RosterFileError as error:
            self.assertIn(error.code, CODES)

    @QUICK
    @given(
        st.sampled_from(
            (b"", b"PK\3\4", ole.MAGIC, b"%PDF", b"<?xml", b"\xff\xfe", b"\xef\xbb\xbf")
        ),
        st.binary(max_size=3000),
    )
    def test_random_bytes(self, head, data):
        self.tried(head + data)

    @QUICK
    @given(st.text(max_size=2000), st.sampled_from(("utf-8", "utf-16", "gb18030")))
    def test_random_text(self, content, encoding):
        self.tried(content.encode(encoding, "replace"))

    @QUICK
    @given(
        st.sampled_from((xlsx(table(KID)), xls(table(KID)))),
        st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=8)), max_size=6),
        st.floats(0.2, 1),
    )
    def test_damaged_workbooks(self, data, damages, share):
        data = bytearray(data)
        for place, junk in damages:
            at = int(place * (len(data) - len(junk)))
            data[at : at + len(junk)] = junk
        self.tried(bytes(data[: int(len(data) * share)]))

    @QUICK
    @given(st.text(st.sampled_from('<>/"= crowv1A0XFDst姓名'), max_size=400))
    def test_damaged_sheet_xml(self, junk):
        self.tried(sheet_replaced(sheet_xml(junk)))


class TestRows(FileCase):
    def test_row_numbers_are_those_of_excel(self):
        """Empty rows and columns above and left of the list do not shift it."""
        content = [[], [], ["", "", "学生名单"], [], *[["", "", *row] for row in table(KID, KID)]]
        content.insert(6, [])
        for data in (xlsx(content), xls(content), text(content)):
            found = rows_of(data)
            self.assertEqual([row.number for row in found], [6, 8])
            self.assertTrue(all(row.ok for row in found))

    def test_rows_can_be_read_twice(self):
        parsed = read(xlsx(table(KID)))
        self.assertEqual([r.values for r in parsed.rows()], [r.values for r in parsed.rows()])

    def test_encodings_and_delimiters(self):
        kid = child(name="陈镕堃")
        for encoding, told in (
            ("utf-8", "utf-8"),
            ("utf-8-sig", "utf-8-sig"),
            ("gb18030", "gb18030"),
            ("utf-16", "utf-16"),
        ):
            for delimiter in (",", "\t", ";", "；", "，", "|"):
                parsed = read(text(table(kid), encoding, delimiter))
                self.assertEqual((parsed.kind, parsed.encoding), ("csv", told))
                self.assertEqual(parsed.delimiter, delimiter)
                self.assertEqual([r.values["name"] for r in parsed.rows()], ["陈镕堃"])

    def test_gbk_without_the_rare_signs(self):
        found = rows_of(text(table(KID), "gbk", "\t"))
        self.assertEqual(found[0].values["name"], "张小明")

    def test_a_comma_title_above_tabs(self):
        content = "某县,某某学校\r\n".encode() + text(table(KID), delimiter="\t")
        self.assertEqual(rows_of(content)[0].number, 3)

    def test_line_breaks_within_quotes(self):
        kid = child()
        row = [*table(kid)[1]]
        row[0] = "张\n小明"
        found = rows_of(text([table()[0], row, table(kid)[1]]))
        self.assertEqual([r.number for r in found], [2, 3])
        self.assertEqual(found[0].values["name"], "张小明")

    def test_a_stray_quote_does_not_swallow_children(self):
        """Whatever the limit of the csv module is: Odoo lifts it for the whole process."""
        rows = [",".join(line) for line in table(child(1), child(2), child(3), child(4))]
        rows[2] = '"' + rows[2]
        short = "\r\n".join(rows).encode()
        long = text(table(KID, KID)) + b'"' + "李".encode() * 200_000
        before = csv.field_size_limit()
        self.addCleanup(csv.field_size_limit, before)
        for limit in (131_072, 500 << 20):
            csv.field_size_limit(limit)
            self.assertEqual(self.refused(short, "file_open_quote").params, {"row": 3})
            self.assertEqual(self.refused(long, "file_open_quote").params, {"row": 4})

    def test_xls_numbers_of_the_small_stream(self):
        data = xls([["姓名", "出生日期", "性别"], ["张小明", 20130901, 1]])
        found = ole.inspect_workbook(ole.OleFile(data).stream("workbook"))
        self.assertEqual(found, (False, 6, {}))

    def test_mulrk_counts(self):
        workbook = xlwt.Workbook()
        page = workbook.add_sheet("a")
        for column in range(200):
            page.write(3, column, column)
        buffer = io.BytesIO()
        workbook.save(buffer)
        stream = ole.OleFile(buffer.getvalue()).stream("workbook")
        self.assertEqual(ole.inspect_workbook(stream), (False, 200, {}))
