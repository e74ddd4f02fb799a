"""A long workbook is read in a process of its own: what comes back is what would be read here."""

from unittest.mock import patch

from hypothesis import given, settings

from odoo.tests.common import BaseCase

from odoo.addons.edu_dropout_control.tools.roster import RosterFileError, apart, reading

from .roster_common import LIMIT, TODAY, YEAR, dirty_rows, read, text, xls, xlsx

KID = ["李小红", "女", "2017-03-04", None, None, "三年级", "1班"]
HEADER = ["姓名", "性别", "出生日期", "身份证件号", "全国学籍号", "年级", "班级"]


class TestRosterApart(BaseCase):
    def setUp(self):
        super().setUp()
        started = []
        popen = apart.subprocess.Popen

        def start(*args, **options):
            started.append(popen(*args, **options))
            return started[-1]

        self.started = started
        self.startPatcher(patch.object(apart, "LONG", 0))
        self.startPatcher(patch.object(apart.subprocess, "Popen", start))
        self.addCleanup(self.nobody_left)

    def nobody_left(self):
        self.assertFalse([process for process in self.started if process.poll() is None])

    def apart(self, data, **options):
        options = {"max_unpacked": LIMIT, "school_year": YEAR, "today": TODAY, **options}
        return apart.parse_long(data, **options)

    def table(self, count=3):
        return [HEADER, *([f"{KID[0]}{chr(0x4E00 + at)}", *KID[1:]] for at in range(count))]

    def same(self, data, **options):
        here = read(data, **options)
        with self.apart(data, **options) as there:
            self.assertIsInstance(there, apart.FileApart)
            self.assertEqual(there.told(), here.told())
            self.assertEqual((there.kind, there.profile), (here.kind, here.profile))
            for one, other in zip(there.sheets, here.sheets, strict=True):
                self.assertEqual(
                    (one.name, one.index, one.hidden, one.usable, one.mapping, one.problems),
                    (other.name, other.index, other.hidden, other.usable, other.mapping,
                     other.problems),
                )  # fmt: skip
            rows = list(here.rows())
            self.assertEqual(list(there.rows()), rows)
            self.assertEqual([row.raw for row in there.rows()], [row.raw for row in rows])
            for limit in (0, len(rows), len(rows) + 3):
                self.assertEqual(there.is_longer_than(limit), here.is_longer_than(limit))
        return rows

    @given(dirty_rows())
    @settings(max_examples=10, deadline=None)
    def test_the_same_rows(self, table):
        self.same(xlsx(table))

    def test_several_sheets_and_old_workbooks(self):
        self.assertEqual(len(self.same(xlsx(self.table(), 二=self.table(2), 空=[["x"]]))), 5)
        self.assertEqual(len(self.same(xls(self.table()))), 3)

    def test_kept_layouts_and_corrected_columns(self):
        table = [["孩子", *HEADER[1:]], KID]
        keys = ("name", "gender", "birthdate", "id_number", "national_no", "grade", "class_number")
        rows = self.same(xlsx(table), profiles={7: dict(zip(table[0], keys, strict=True))})
        self.assertEqual(rows[0].values["name"], KID[0])
        self.same(xlsx(self.table()), overrides={"班级": None})

    def test_more_rows_than_come_at_once(self):
        data = xlsx(self.table(sum(reading.FIRST) + 2 * reading.PIECE + 7))
        rows = self.same(data)
        with self.apart(data) as there:
            after = (0, sum(reading.FIRST) + reading.PIECE)
            self.assertEqual(list(there.rows(after=after)), rows[after[1] - 1 :])

    def test_a_later_question_ends_an_earlier_answer(self):
        with self.apart(xlsx(self.table(reading.FIRST[0] + 5))) as there:
            first = there.sheets[0].rows()
            self.assertEqual(next(first).number, 2)
            self.assertEqual(len(list(there.rows())), reading.FIRST[0] + 5)
            with self.assertRaises(RuntimeError):
                list(first)

    def test_what_cannot_be_read_is_told_as_here(self):
        for data in (
            xlsx(self.table())[:-900],
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
            b"PK" + b"x" * 50,
        ):
            with self.assertRaises(RosterFileError) as here:
                read(data)
            with self.assertRaises(RosterFileError) as there:
                self.apart(data)
            self.assertEqual(there.exception.problem, here.exception.problem)
        with self.assertRaises(RosterFileError) as caught:
            self.apart(xlsx(self.table()), max_unpacked=100)
        self.assertEqual(caught.exception.params, {"limit": 100})

    def test_short_workbooks_and_texts_are_read_here(self):
        self.assertNotIsInstance(self.apart(text(self.table())), apart.FileApart)
        with patch.object(apart, "LONG", 1 << 20):
            self.assertNotIsInstance(self.apart(xlsx(self.table())), apart.FileApart)
        self.assertFalse(self.started)

    def test_no_process_to_be_had(self):
        with patch.object(apart.subprocess, "Popen", side_effect=BlockingIOError):
            parsed = self.apart(xlsx(self.table()))
        self.assertEqual(len(list(parsed.rows())), 3)

    def test_a_process_that_ends_in_the_middle(self):
        with self.apart(xlsx(self.table(3 * reading.PIECE))) as there:
            rows = there.rows()
            next(rows)
            self.started[0].kill()
            self.started[0].wait()
            with self.assertRaises(RosterFileError) as caught:
                list(rows)
            self.assertEqual(caught.exception.code, "file_reading_ended")
            with self.assertRaises(RosterFileError):
                list(there.rows())

    def test_a_file_that_takes_too_much_memory(self):
        with (
            patch.object(reading, "MEMORY", 20 << 20),
            self.assertRaises(RosterFileError) as caught,
        ):
            self.apart(xlsx(self.table(2000)))
        self.assertIn(caught.exception.code, ("file_reading_ended", "file_too_many_cells"))

    def test_closed_or_forgotten_it_ends(self):
        there = self.apart(xlsx(self.table()))
        there.close()
        there.close()
        self.assertIsNotNone(self.started[0].poll())
        self.apart(xlsx(self.table()))
        self.assertIsNotNone(self.started[1].poll())
