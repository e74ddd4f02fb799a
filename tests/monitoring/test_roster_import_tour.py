import io

import openpyxl

from odoo.tests import HttpCase, tagged

from ...models.monitoring import roster_import_job
from ...tools.roster.corrections import HEADERS as CORRECTION, ROW
from ..common import EduCommon
from ..tools.roster_common import wide, xlsx
from .roster_common import HEADERS, RosterCommon, line


@tagged("post_install", "-at_install")
class TestRosterImportTour(EduCommon, HttpCase):
    def test_three_bad_rows_one_corrected_and_run_again(self):
        """static/tests/files/roster.xlsx: six children, a digit mistyped, a day that is none, a class
        that the school has not."""
        user = self.user["records_admin"]
        user.password = user.login
        self.start_tour(
            "/odoo/action-edu_dropout_control.edu_roster_import_action",
            "edu_roster_import",
            login=user.login,
        )
        self.env.invalidate_all()
        roster = self.env["edu.roster.import"].search([("upload_name", "=", "三年级.xlsx")])
        self.assertEqual(roster.create_uid, user)
        self.assertEqual(roster.new_count, 4)
        self.assertEqual(set(roster.todo_row_ids.mapped("code")), {"id_checksum", "class_unknown"})
        child = self.env["edu.student"].search([("name", "=", "吴佳怡")])
        self.assertEqual(str(child.birthdate), "2018-01-13")
        self.assertEqual(child.school_id, self.school_a)


@tagged("post_install", "-at_install")
class TestRosterDirtyTour(RosterCommon, HttpCase):
    """A dirty workbook in the background, its list of wrong rows down, corrected, and up again."""

    def serve(self, name, data):
        self.env["ir.attachment"].sudo().create(
            {"name": name, "url": f"/edu_tests/{name}", "raw": data, "public": True}
        )

    def dirty(self):
        """Eight children: a title, totals, all sorts of spellings; two rows that cannot be taken."""
        kids = self.kids = [self.child(serial) for serial in range(1, 9)]
        rows = [line(kid) for kid in kids]
        rows[0] = line(kids[0], id_number=wide(kids[0]["id_number"]))
        rows[1] = line(kids[1], birthdate="2018年3月1日", name=" \u3000".join(kids[1]["name"]))
        rows[2] = line(kids[2], birthdate=43160, class_number="三(1)班")
        rows[4] = line(kids[4], birthdate="2018-02-30")
        rows[6] = line(kids[6], class_number="9班")
        return xlsx([["三年级学生信息表"], [], HEADERS, *rows, ["合计", "8人"]])

    def correct(self, roster):
        """What the records administrator does in Excel."""
        file = self.env["edu.encrypted.file"]._edu_of(roster, "errors")
        book = openpyxl.load_workbook(io.BytesIO(file.with_env(roster.env)._edu_open()))
        page = book.worksheets[0]
        headers = [cell.value for cell in page[1]]
        right = {"birthdate": "2018-03-01", "class_number": "1班"}
        codes = {str(row.id): row.code for row in roster.todo_row_ids}
        for cells in page.iter_rows(min_row=2):
            by_header = dict(zip(headers, cells, strict=True))
            wrong = {"date_impossible": "birthdate", "class_unknown": "class_number"}[
                codes[by_header[ROW].value]
            ]
            by_header[CORRECTION[wrong]].value = right[wrong]
        buffer = io.BytesIO()
        book.save(buffer)
        self.serve("corrected.xlsx", buffer.getvalue())

    def test_a_dirty_workbook_and_its_corrected_list(self):
        self.env["edu.policy"]._current().import_now_rows = 1
        self.patch(roster_import_job, "BATCH", 2)
        self.patch(roster_import_job, "SLICE", -1)
        Roster = self.env.registry["edu.roster.import"]
        ask, download = Roster.edu_progress, Roster.action_error_workbook

        def batch_by_batch(roster):
            with self.registry.cursor() as cr:
                self.env(cr=cr)["edu.roster.import"].sudo()._cron_import()
            roster.invalidate_recordset()
            return ask(roster)

        def download_and_correct(roster):
            action = download(roster)
            self.correct(roster)
            return action

        self.patch(Roster, "edu_progress", batch_by_batch)
        self.patch(Roster, "action_error_workbook", download_and_correct)
        self.serve("dirty.xlsx", self.dirty())
        user = self.user["records_admin"]
        user.password = user.login
        self.start_tour(
            "/odoo/action-edu_dropout_control.edu_roster_import_action",
            "edu_roster_dirty",
            login=user.login,
        )
        self.env.invalidate_all()
        roster = self.env["edu.roster.import"].search([("upload_name", "=", "三年级.xlsx")])
        self.assertEqual(self.counts(roster), (8, 8, 0, 0, 0, 0))
        self.assertEqual(roster.started_by_id, user)
        self.assertEqual(roster.skipped_count, 1)
        students = self.students(*self.kids)
        self.assertEqual(students.mapped("name"), [kid["name"] for kid in self.kids])
        self.assertEqual(students.class_id, self.class_a)
