import base64
import io
import zipfile
from datetime import date
from itertools import accumulate, chain, repeat
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from ...models.monitoring.roster_import import FIRST, MOST, batches
from ...tools.problem import CODES, Problem
from ...tools.roster import apart, reading
from ...tools.sample import SHORT, write_export, write_sheets
from .roster_common import RosterCommon, write_csv, write_xls


@tagged("post_install", "-at_install")
class TestRosterImportFiles(RosterCommon):
    """What may be uploaded, and what is said of what may not."""

    def test_csv_in_gb18030_and_utf8(self):
        for serial, encoding in ((1, "gb18030"), (2, "utf-8"), (3, "utf-8-sig")):
            with self.subTest(encoding=encoding):
                child = self.child(serial, name="朱镕喆")
                roster = self.run_import(
                    self.upload(write_csv([child], encoding), name="学生信息.csv")
                )
                self.assertEqual(roster.new_count, 1)
                self.assertEqual(self.students(child).name, "朱镕喆")

    def test_csv_with_tabs(self):
        child = self.child(4)
        data = write_csv([child], "gb18030", delimiter="\t")
        self.assertEqual(self.run_import(self.upload(data, name="导出.txt")).new_count, 1)

    def test_old_workbook(self):
        child = self.child(5)
        roster = self.run_import(self.upload(write_xls([child]), name="学生信息.xls"))
        self.assertEqual(roster.new_count, 1)
        self.assertEqual(self.students(child).class_id, self.class_a)

    def test_several_sheets(self):
        one, two = self.child(6), self.child(7, class_number=2)
        data = write_sheets({"三(1)班": [one], "三(2)班": [two, self.child(8, birthdate="？")]})
        roster = self.run_import(self.upload(data))
        self.assertEqual(self.counts(roster), (3, 2, 0, 0, 1, 0))
        self.assertEqual(roster.todo_row_ids.sheet, "三(2)班")
        self.assertEqual(set(roster.column_ids.mapped("sheet")), {"三(1)班", "三(2)班"})

    def test_the_files_name_is_kept_and_means_nothing(self):
        roster = self.run_import(self.upload(write_xls([self.child(9)]), name="三年级.xlsx"))
        self.assertEqual(roster.upload_name, "三年级.xlsx")
        self.assertEqual(roster.display_name, "三年级.xlsx")
        self.assertEqual(roster.new_count, 1)

    def refused(self, data, *words):
        roster = self.upload(data)
        with self.assertRaises(UserError) as caught:
            roster.action_read()
        for word in words:
            self.assertIn(word, str(caught.exception))
        self.assertEqual(roster.state, "draft")

    def test_a_web_page_named_like_a_workbook(self):
        self.refused(
            b"<html><body><table><tr><td>x</td></tr></table></body></html>", "web page", ".xlsx"
        )

    def test_a_file_cut_off(self):
        self.refused(write_export([self.child(10)])[:3000], "cut off", "again")

    def test_a_protected_workbook(self):
        data = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
        data += "EncryptedPackage".encode("utf-16-le") + b"\0" * 600
        self.refused(data, "password")

    def test_documents_pictures_archives(self):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("readme.txt", "x")
        self.refused(b"%PDF-1.7 " + b"x" * 100, "PDF")
        self.refused(b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "picture")
        self.refused(packed.getvalue(), "archive", "Unpack")

    def test_a_workbook_too_large_unpacked(self):
        self.env["edu.policy"]._current().upload_max_mb = 1
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("[Content_Types].xml", "x")
            archive.writestr("xl/workbook.xml", "0" * (2 << 20))
        self.refused(packed.getvalue(), "more than 1 MB", "Split")

    def test_an_empty_file(self):
        self.refused(b" \n \n", "empty")

    def test_no_file(self):
        roster = (
            self.env["edu.roster.import"]
            .with_user(self.user["records_admin"])
            .create({"school_id": self.school_a.id})
        )
        with self.assertRaisesRegex(UserError, "Upload the file first"):
            roster.action_read()

    def test_a_workbook_without_a_list(self):
        roster = self.upload(write_export([], layout=(("食堂", None), ("菜谱", None))))
        roster.action_read()
        self.assertFalse(roster.is_usable)
        self.assertIn("holds a list of children", roster.problem_text)
        with self.assertRaisesRegex(UserError, "list of children"):
            roster.action_preview()

    # -- columns ----------------------------------------------------------------------------------

    def test_columns_are_shown_with_masked_samples(self):
        child = self.child(11)
        roster = self.upload_children([child])
        roster.action_read()
        by_field = {column.field_key: column for column in roster.column_ids}
        self.assertEqual(by_field["name"].sample, child["name"])
        self.assertEqual(by_field["name"].header, "姓名")
        self.assertEqual(by_field["id_number"].letter, "G")
        self.assertEqual(by_field["id_number"].sample, "*" * 16 + child["id_number"][-2:])
        for key in ("national_no", "address", "guardian1_phone"):
            self.assertNotIn(child[key], by_field[key].sample)

    def test_unknown_columns_come_first_and_show_no_number(self):
        child = self.child(12)
        layout = (*SHORT, ("神秘号码", "id_number"))
        roster = self.upload_children([child], layout=layout)
        roster.action_read()
        roster.invalidate_recordset(["column_ids"])
        column = roster.column_ids[0]
        self.assertEqual(column.header, "神秘号码")
        self.assertFalse(column.is_known)
        self.assertFalse(column.field_key)
        self.assertNotIn(child["id_number"], column.sample)

    renamed = tuple(
        (header if key not in ("name", "id_number") else f"本县{header}栏", key)
        for header, key in SHORT
    )

    def test_what_is_missing_is_said_and_can_be_corrected(self):
        child = self.child(13)
        roster = self.upload_children([child], layout=self.renamed)
        roster.action_read()
        self.assertFalse(roster.is_usable)
        self.assertIn("no column “Name”", roster.problem_text)
        with self.assertRaisesRegex(UserError, "no column"):
            roster.action_preview()
        roster.column_ids.filtered(lambda column: "姓名" in column.header)[0].field_key = "name"
        roster.column_ids.filtered(lambda column: "身份证件号" in column.header)[
            0
        ].field_key = "id_number"
        roster.action_preview()
        self.assertTrue(roster.is_usable)
        roster.action_import()
        self.assertEqual(self.students(child).name, child["name"])

    def test_a_corrected_column_is_remembered(self):
        layout = (*SHORT, ("娃娃小名", "former_name"))
        roster = self.upload_children([self.child(14, former_name="小石头")], layout=layout)
        roster.action_read()
        roster.column_ids.filtered(
            lambda column: column.header == "娃娃小名"
        ).field_key = "former_name"
        roster.action_preview()
        header = self.env["edu.roster.header"].search([])
        self.assertEqual((header.header, header.field_key), ("娃娃小名", "former_name"))
        self.assertEqual(header.school_id, self.school_a)

        again = self.upload_children([self.child(15, former_name="小木头")], layout=layout)
        again.action_read()
        column = again.column_ids.filtered(lambda column: column.header == "娃娃小名")
        self.assertEqual(column.field_key, "former_name")
        self.assertTrue(column.is_known)
        self.run_import(again)
        self.assertEqual(self.students(self.child(15)).former_name, "小木头")

        column.invalidate_recordset()
        third = self.upload_children([self.child(16)], layout=layout)
        third.action_read()
        third.column_ids.filtered(lambda column: column.header == "娃娃小名").field_key = False
        third.action_preview()
        self.assertFalse(header.exists(), "the dictionary's own word needs no remembering")

    def test_a_known_column_can_be_left_out(self):
        child = self.child(17)
        roster = self.upload_children([child])
        roster.action_read()
        roster.column_ids.filtered(lambda column: column.field_key == "address").field_key = False
        roster.action_preview()
        roster.action_import()
        self.assertFalse(self.students(child).address)
        self.assertEqual(self.env["edu.roster.header"].search([]).header, "现住址")

    def test_a_column_is_remembered_for_the_school_that_said_so(self):
        layout = (*SHORT, ("娃娃小名", "former_name"))
        roster = self.upload_children([self.child(18)], layout=layout)
        roster.action_read()
        roster.column_ids.filtered(
            lambda column: column.header == "娃娃小名"
        ).field_key = "former_name"
        roster.action_preview()
        other = self.upload_children(
            [self.child(19)],
            layout=layout,
            user=self.other_user["records_admin"],
            school_id=self.school_b.id,
        )
        other.action_read()
        column = other.column_ids.filtered(lambda column: column.header == "娃娃小名")
        self.assertFalse(column.field_key)

    def test_the_countys_word_holds_for_its_schools(self):
        self.env["edu.roster.header"].with_user(self.user["bureau"]).create(
            {"header": "娃娃小名", "field_key": "former_name"}
        )
        layout = (*SHORT, ("娃娃小名", "former_name"))
        child = self.child(20, former_name="小石头")
        self.import_children([child], layout=layout)
        self.assertEqual(self.students(child).former_name, "小石头")

    def test_a_change_of_columns_undoes_the_preview(self):
        roster = self.upload_children([self.child(21)])
        roster.action_preview()
        roster.column_ids.filtered(lambda column: column.field_key == "remark").field_key = False
        self.assertEqual(roster.state, "mapped")
        self.assertFalse(roster.preview)

    def test_a_countys_file_without_a_column_of_schools(self):
        layout = tuple((header, key) for header, key in SHORT if not str(key).startswith("school"))
        roster = self.upload_children(
            [self.child(22)], layout=layout, user=self.user["bureau"], school_id=False
        )
        roster.action_preview()
        self.assertIn("names the school", roster.problem_text)
        self.assertEqual(roster.row_ids.code, "school_missing")

    def test_dates_as_people_write_them(self):
        spellings = (
            "2018年3月1日",
            "2018.3.1",
            "2018/03/01",
            "20180301",
            "43160",
            "2018-03-01 00:00:00",
        )
        children = [self.child(30 + n, birthdate=text) for n, text in enumerate(spellings)]
        roster = self.import_children(children)
        self.assertEqual(roster.new_count, len(spellings), roster.todo_row_ids.mapped("problem"))
        self.assertEqual(set(self.students(*children).mapped("birthdate")), {date(2018, 3, 1)})

    # -- words ------------------------------------------------------------------------------------

    def test_every_problem_has_its_words(self):
        words = self.env["edu.problem"]
        texts, remedies = words._edu_texts(), words._edu_remedies()
        self.assertLessEqual(CODES.keys(), texts.keys())
        for code, (severity, names) in CODES.items():
            with self.subTest(code=code):
                params = dict.fromkeys(names, 5_000_000) | {
                    name: "name" for name in names if name.endswith("field")
                }
                problem = Problem(code, params, severity or "error")
                self.assertNotIn("%(", words._edu_text(problem))
                if severity != "info":
                    self.assertTrue(words._edu_remedy(problem), "no remedy")
        self.assertLessEqual(remedies.keys(), texts.keys())

    def test_every_field_has_its_label(self):
        from ...tools.roster import FIELD_INFO

        labels = self.env["edu.problem"]._edu_field_labels()
        self.assertEqual(labels.keys(), FIELD_INFO.keys())
        for key, info in FIELD_INFO.items():
            self.assertEqual(labels[key], info.label)

    def test_a_long_workbook_is_read_apart(self):
        self.startPatcher(patch.object(apart, "LONG", 0))
        popen = self.startPatcher(
            patch.object(apart.subprocess, "Popen", wraps=apart.subprocess.Popen)
        )
        children = [self.child(serial) for serial in range(60, 60 + reading.FIRST[0] + 3)]
        children[1]["birthdate"] = "？"
        roster = self.run_import(self.upload_children(children))
        self.assertEqual(self.counts(roster), (35, 34, 0, 0, 1, 0))
        self.assertEqual(roster.todo_row_ids.mapped("number"), [4])  # a title, the headers, a child
        self.assertEqual(self.students(children[-1]).name, children[-1]["name"])
        self.assertEqual(popen.call_count, 2)  # read and previewed; imported

    def test_what_a_reader_sends_ends_where_batches_do(self):
        sizes = [len(batch) for batch in batches(iter(range(8000)), FIRST, MOST)]
        self.assertEqual(sum(sizes), 8000)
        self.assertEqual((sizes[0], max(sizes)), (FIRST, MOST))
        sent = set(accumulate(chain(reading.FIRST, repeat(reading.PIECE, 4))))
        self.assertLessEqual(set(accumulate(sizes[:-1])), sent)

    def test_a_long_workbook_stays_open_for_what_is_asked_of_it_next(self):
        self.startPatcher(patch.object(apart, "LONG", 0))
        popen = self.startPatcher(
            patch.object(apart.subprocess, "Popen", wraps=apart.subprocess.Popen)
        )
        roster = self.upload_children([self.child(60), self.child(61)])
        roster.action_read()
        column = roster.column_ids.filtered(lambda column: column.field_key == "gender")
        column.field_key = False
        roster.action_preview()
        self.assertEqual(popen.call_count, 1)
        self.assertNotIn("gender", roster.preview[0]["values"])
        # another file of the same record, or another record, is no such thing
        roster.action_read()
        data = base64.b64encode(write_export([self.child(62)], layout=SHORT))
        roster.upload = data
        roster.action_read()
        self.run_import(self.upload_children([self.child(63)]))
        roster.action_preview()
        self.assertEqual(roster.row_count, 1)
        roster.action_import()
        self.assertTrue(self.students(self.child(62)))
        self.assertFalse(self.students(self.child(60)))
        self.assertTrue(self.students(self.child(63)))

    def test_a_workbook_whose_reading_breaks_off(self):
        self.startPatcher(patch.object(apart, "LONG", 0))
        roster = self.upload_children([self.child(60), self.child(61)])
        with patch.object(reading, "MEMORY", 1 << 20), self.assertRaises(UserError) as caught:
            roster.action_read()
        self.assertIn("memory", str(caught.exception))
        self.assertIn(".csv", str(caught.exception))
        self.assertEqual(roster.state, "draft")
        self.assertEqual(self.run_import(roster).new_count, 2)
