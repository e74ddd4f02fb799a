"""The list of wrong rows: down, corrected in Excel, up again."""

import base64
import io

import openpyxl

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...tools.roster.corrections import HEADERS, REMEDY, ROW, WRONG
from ...tools.sample import write_export
from .roster_common import RosterCommon

RED = "FFF8CBAD"


@tagged("post_install", "-at_install")
class TestRosterImportErrors(RosterCommon):
    def imported(self):
        """Two good rows, three bad ones: an impossible date, an unknown class, a wrong digit."""
        number = self.child(3)["id_number"]
        self.wrong = number[:-1] + ("1" if number[-1] == "0" else "0")
        return self.import_children(
            [
                self.child(1, birthdate="2018-02-30"),
                self.child(2, class_number=9, guardian2_name="李梅"),
                self.child(3, id_number=self.wrong, national_no=None),
                self.child(4),
                self.child(5),
            ]
        )

    def workbook(self, roster):
        """The list as its reader opens it."""
        action = roster.action_error_workbook()
        file = self.env["edu.encrypted.file"].browse(int(action["url"].rsplit("/", 1)[1]))
        self.assertEqual(action["url"], f"/edu/file/{file.id}")
        data = file.with_user(self.user["records_admin"])._edu_open()
        return openpyxl.load_workbook(io.BytesIO(data))

    def cells(self, book):
        """{row id: {header: cell}}"""
        page = book.worksheets[0]
        headers = [cell.value for cell in page[1]]
        out = {}
        for line in page.iter_rows(min_row=2):
            by_header = dict(zip(headers, line, strict=True))
            out[int(by_header[ROW].value)] = by_header
        return out

    def upload_corrected(self, roster, book):
        buffer = io.BytesIO()
        book.save(buffer)
        roster.write({"corrected": base64.b64encode(buffer.getvalue())})
        self.env.flush_all()
        self.env.invalidate_all()

    def test_wrong_cells_are_coloured_and_remedies_given(self):
        roster = self.imported()
        cells = self.cells(self.workbook(roster))
        self.assertEqual(set(cells), set(roster.todo_row_ids.ids))
        for row, key in zip(
            roster.todo_row_ids, ("birthdate", "class_number", "id_number"), strict=True
        ):
            line = cells[row.id]
            coloured = {header for header, cell in line.items() if cell.fill.fgColor.rgb == RED}
            self.assertEqual(coloured, {HEADERS[key]})
            self.assertIn(row.problem.split(" (and")[0], line[WRONG].value)
            self.assertIn(row.remedy, line[REMEDY].value)
            self.assertIn(f"#{row.number}", line[WRONG].value)
        last = cells[roster.todo_row_ids[2].id]
        self.assertEqual(last[HEADERS["id_number"]].value, self.wrong)
        self.assertEqual(last[HEADERS["id_number"]].number_format, "@")

    def test_corrected_and_uploaded_again(self):
        roster = self.imported()
        first, second, third = roster.todo_row_ids
        book = self.workbook(roster)
        cells = self.cells(book)
        cells[first.id][HEADERS["birthdate"]].value = "2018年3月1日"
        cells[second.id][HEADERS["class_number"]].value = "2班"
        self.upload_corrected(roster, book)
        self.assertEqual((first.state, second.state, third.state), ("imported", "imported", "open"))
        self.assertEqual(self.counts(roster), (5, 4, 0, 0, 1, 0))
        student = self.students(self.child(2))
        self.assertEqual(student.class_id, self.class_a2)
        self.assertEqual(len(student.guardian_ids), 2)
        book = self.workbook(roster)
        self.assertEqual(set(self.cells(book)), {third.id})
        self.cells(book)[third.id][HEADERS["id_number"]].value = self.child(3)["id_number"]
        self.upload_corrected(roster, book)
        self.assertEqual(self.counts(roster), (5, 5, 0, 0, 0, 0))
        with self.assertRaisesRegex(UserError, "No row is left"):
            roster.action_error_workbook()

    def test_an_emptied_cell_is_taken_as_empty(self):
        roster = self.imported()
        row = roster.todo_row_ids[1]
        book = self.workbook(roster)
        self.cells(book)[row.id][HEADERS["class_number"]].value = None
        self.upload_corrected(roster, book)
        self.assertEqual(row.state, "imported")
        self.assertFalse(row.student_id.class_id)

    def test_still_wrong_stays(self):
        roster = self.imported()
        row = roster.todo_row_ids[0]
        book = self.workbook(roster)
        self.cells(book)[row.id][HEADERS["birthdate"]].value = "2018-13-01"
        self.upload_corrected(roster, book)
        self.assertEqual((row.state, row.value), ("open", "2018-13-01"))

    def test_the_list_of_another_file_or_no_list_at_all(self):
        roster, other = self.imported(), self.import_children([self.child(7, class_number=9)])
        book = self.workbook(other)
        with self.assertRaisesRegex(UserError, "another file"):
            self.upload_corrected(roster, book)
        with self.assertRaisesRegex(UserError, "行编号"):
            roster.write({"corrected": base64.b64encode(write_export([self.child(1)]))})
        with self.assertRaises(UserError):
            roster.write({"corrected": base64.b64encode(b"%PDF-1.4 nothing of ours")})
        draft = self.upload_children([self.child(8)])
        with self.assertRaisesRegex(UserError, "Import the file first"):
            self.upload_corrected(draft, book)

    def test_who_takes_the_list_and_that_it_is_logged_and_sealed(self):
        roster = self.imported()
        Log = self.env["edu.reveal.log"].sudo()
        before = Log.search_count([])
        self.workbook(roster)
        logged = Log.search([], order="id desc", limit=3)
        self.assertEqual(Log.search_count([]), before + 3)
        self.assertEqual(set(logged.mapped("res_id")), set(roster.todo_row_ids.ids))
        self.assertEqual(logged.person_id, self.user["records_admin"])
        file = self.env["edu.encrypted.file"]._edu_of(roster, "errors")
        stored = self.env["ir.attachment"].search(
            [("res_model", "=", file._name), ("res_id", "=", file.id), ("res_field", "=", "data")]
        )
        self.assertFalse(stored.raw.startswith(b"PK"))
        self.assertTrue(file.expires_on)
        with mute_logger("odoo.addons.base.models.ir_rule"):
            with self.assertRaises(AccessError):
                roster.with_user(self.user["dean"]).action_error_workbook()
            with self.assertRaises(AccessError):
                file.with_user(self.other_user["records_admin"])._edu_open()
            with self.assertRaises(AccessError):
                roster.with_user(self.user["dean"]).write({"corrected": base64.b64encode(b"x")})
        self.assertTrue(roster._edu_upload_content(), "the upload itself stays")
