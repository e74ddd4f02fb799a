"""Long files go in the background: batch by batch, to be stopped, to be taken up again."""

from datetime import date, timedelta
from unittest.mock import patch

from psycopg2 import InterfaceError, OperationalError, errors

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...models.monitoring import roster_import, roster_import_job
from ...models.monitoring.roster_write import RosterWriter
from ...tools.sample import write_export
from .roster_common import RosterCommon

JOB = "odoo.addons.edu_dropout_control.models.monitoring.roster_import_job"


@tagged("post_install", "-at_install")
class TestRosterImportJob(RosterCommon):
    """Nine rows and a batch of three stand for thousands."""

    def setUp(self):
        super().setUp()
        self.env["edu.policy"]._current().import_now_rows = 5
        self.patch(roster_import_job, "BATCH", 3)
        self.cron = self.env.ref("edu_dropout_control.cron_roster_import")

    def children(self, count=9, **values):
        return [
            self.child(n, birthdate=date(2018, 3, 1) + timedelta(n), **values) for n in range(count)
        ]

    def started(self, children, **values):
        roster = self.upload_children(children, **values)
        roster.action_read()
        roster.action_preview()
        roster.action_import()
        self.env.flush_all()
        return roster

    def run_cron(self):
        with self.enter_registry_test_mode():
            self.cron.method_direct_trigger()
        self.env.invalidate_all()

    def tick(self):
        """One call of the cron's method, with commits and rollbacks that stay in the test."""
        self.env.flush_all()
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            self.env(cr=cr)["edu.roster.import"].sudo()._cron_import()
        self.env.invalidate_all()

    def slices(self):
        """The cron's time is over after each batch."""
        self.patch(roster_import_job, "SLICE", -1)

    def test_a_small_file_goes_in_at_once(self):
        self.assertEqual(self.started(self.children(5)).state, "done")

    def test_a_long_file_goes_in_the_background(self):
        children = self.children()
        triggers = self.env["ir.cron.trigger"].search_count([("cron_id", "=", self.cron.id)])
        roster = self.started(children)
        self.assertEqual(roster.state, "running")
        self.assertFalse(self.students(*children))
        self.assertEqual(
            self.env["ir.cron.trigger"].search_count([("cron_id", "=", self.cron.id)]),
            triggers + 1,
        )
        self.assertEqual(
            roster.edu_progress(),
            {
                "id": roster.id,
                "state": "running",
                "done": 0,
                "total": 9,
                "left": 9,
                "seconds": None,
                "waiting": "",
            },
        )
        self.run_cron()
        self.assertEqual(roster.state, "done")
        self.assertEqual(self.counts(roster), (9, 9, 0, 0, 0, 0))
        students = self.students(*children)
        self.assertEqual(len(students), 9)
        self.assertEqual(students.create_uid, self.user["records_admin"])
        self.assertEqual(roster.imported_by_id, self.user["records_admin"])
        self.assertEqual(roster.missing_student_ids, self.student)
        self.assertFalse(self.env["edu.roster.import.memo"].search([]))

    def test_slice_after_slice_is_as_good_as_one(self):
        self.slices()
        children = self.children()
        children[4] = {**children[4], "class_number": 9}
        children[8] = children[1]
        roster = self.started(children, kind="roster")
        for done in (3, 6, 9):
            self.tick()
            self.assertEqual((roster.state, roster.done_rows), ("running", done))
            told = roster.edu_progress()
            self.assertEqual((told["done"], told["left"]), (done, 9 - done))
            self.assertIsNotNone(told["seconds"])
        self.tick()
        self.assertEqual(roster.state, "done")
        self.assertEqual(self.counts(roster), (9, 7, 0, 0, 2, 0))
        self.assertEqual(
            sorted(roster.todo_row_ids.mapped("code")), ["class_unknown", "duplicate_in_file"]
        )
        self.assertEqual(roster.missing_student_ids, self.student)

    def test_totals_are_counted_once_though_they_end_a_batch(self):
        self.slices()
        roster = self.upload(write_export(self.children(7), totals=True))
        roster.action_preview()
        roster.action_import()
        while roster.state == "running":
            self.tick()
        self.assertEqual(self.counts(roster)[:2], (7, 7))
        self.assertEqual(roster.skipped_count, 2)
        self.assertEqual(roster.done_rows, roster.total_rows)

    def test_the_browser_of_whoever_started_it_is_told(self):
        """After each batch, when it stops, and when it is through; counts, and nothing of a child."""
        self.slices()
        sent = []

        def send(bus, channel, kind, message):
            sent.append((channel, kind, message))

        self.patch(self.env.registry["bus.bus"], "_sendone", send)
        roster = self.started(self.children())
        sent.clear()  # what mail tells of the records
        for _slice in range(2):
            self.tick()
        roster.with_user(self.user["bureau"]).action_stop()
        roster.action_go_on()
        while roster.state == "running":
            self.tick()
        told = [message for _channel, kind, message in sent if kind == "edu_import_progress"]
        self.assertEqual(
            [(message["state"], message["done"], message["left"]) for message in told],
            [
                ("running", 3, 6),
                ("running", 6, 3),
                ("stopped", 6, 3),
                ("running", 9, 0),
                ("done", 9, 0),
            ],
        )
        self.assertEqual({message["id"] for message in told}, {roster.id})
        self.assertEqual(
            {name for message in told for name in message},
            {"id", "state", "done", "total", "left", "seconds", "waiting"},
        )
        whom = {channel for channel, kind, _message in sent if kind == "edu_import_progress"}
        self.assertEqual(whom, {self.user["records_admin"].partner_id})

    def test_it_says_why_it_waits(self):
        """In the language of whoever asks; nothing is said of an import that goes on."""
        self.env["res.lang"]._activate_lang("zh_CN")
        roster = self.started(self.children())
        self.assertEqual(roster.edu_progress()["waiting"], "")
        for reason, words in (
            (OperationalError(), "与数据库的连接中断"),
            (InterfaceError("connection already closed"), "与数据库的连接中断"),
            (errors.DiskFull(), "数据库服务器磁盘已满"),
            (errors.OutOfMemory(), "数据库服务器暂时无法处理"),
        ):
            roster.sudo().waits_for = roster_import_job._why_it_waits(reason)
            with self.subTest(reason=reason):
                told = roster.with_context(lang="zh_CN").edu_progress()
                self.assertIn(words, told["waiting"])
                self.assertIsNone(told["seconds"])
        self.tick()
        self.assertEqual((roster.state, roster.waits_for), ("done", False))

    def test_a_server_that_cannot_is_tried_again_before_long(self):
        roster = self.started(self.children())
        sent = []
        self.patch(
            self.env.registry["bus.bus"],
            "_sendone",
            lambda _bus, _channel, kind, message: sent.append((kind, message)),
        )
        triggers = self.env["ir.cron.trigger"].search_count([("cron_id", "=", self.cron.id)])

        def cannot(*_args):
            raise errors.DiskFull()

        with patch.object(RosterWriter, "carry_out", cannot), mute_logger(JOB):
            self.tick()
        self.assertEqual((roster.state, roster.waits_for, roster.done_rows), ("running", "room", 0))
        [(kind, message)] = sent
        self.assertEqual((kind, message["done"]), ("edu_import_progress", 0))
        self.assertIn("no room left", message["waiting"])
        again = self.env["ir.cron.trigger"].search([("cron_id", "=", self.cron.id)])
        self.assertEqual(len(again), triggers + 1)
        self.assertEqual(max(again.mapped("call_at")), fields.Datetime.now() + timedelta(minutes=1))
        self.tick()
        self.assertEqual((roster.state, roster.waits_for), ("done", False))
        self.assertFalse(sent[-1][1]["waiting"])

    def test_without_a_batch_for_some_minutes_something_is_said(self):
        roster = self.started(self.children())
        self.env.cr.execute(
            "UPDATE edu_roster_import SET write_date = %s WHERE id = %s",
            (fields.Datetime.now() - timedelta(minutes=4), roster.id),
        )
        self.env.invalidate_all()
        self.assertIn("interrupted", roster.edu_progress()["waiting"])
        self.assertFalse(roster.waits_for)
        roster.action_stop()
        self.assertEqual(roster.edu_progress()["waiting"], "")

    def test_stop_and_go_on(self):
        self.slices()
        roster = self.started(self.children())
        self.tick()
        roster.action_stop()
        self.assertEqual(roster.state, "stopped")
        self.assertIn(self.user["records_admin"].name, roster.stop_reason)
        self.tick()
        self.assertEqual((roster.state, roster.done_rows, roster.new_count), ("stopped", 3, 3))
        for action in (roster.action_read, roster.action_preview, roster.action_import):
            with self.assertRaisesRegex(UserError, "being imported"):
                action()
        with self.assertRaisesRegex(UserError, "on record"):
            roster.unlink()
        with self.assertRaisesRegex(UserError, "being imported"):
            roster.create_missing_classes = True
        roster.with_user(self.user["bureau"]).action_go_on()
        self.assertEqual(roster.started_by_id, self.user["bureau"])
        while roster.state == "running":
            self.tick()
        self.assertEqual(self.counts(roster), (9, 9, 0, 0, 0, 0))
        with self.assertRaisesRegex(UserError, "not stopped"):
            roster.action_go_on()

    def test_a_child_merged_while_its_file_is_imported_is_not_missing(self):
        """The row is about the double entry; what is kept of the two is named by the file too."""
        self.slices()
        children = self.children()
        double = self.make_student(
            self.class_a,
            name=children[0]["name"],
            id_number=children[0]["id_number"],
            national_no=children[0]["national_no"],
        )
        kept = self.make_student(self.class_a, name=children[0]["name"], national_no=False)
        roster = self.started(children)
        self.tick()
        double._edu_merge_into(kept)
        while roster.state == "running":
            self.tick()
        self.assertNotIn(kept, roster.missing_student_ids)
        unlisted = self.env["edu.roster.unlisted"].search([("state", "=", "open")])
        self.assertNotIn(kept, unlisted.student_id)
        self.assertIn(self.student, unlisted.student_id, "others are")

    def test_who_stops_and_who_looks_on(self):
        roster = self.started(self.children())
        dean, other = self.user["dean"], self.other_user["records_admin"]
        self.assertEqual(roster.with_user(dean).edu_progress()["total"], 9)
        with mute_logger("odoo.addons.base.models.ir_rule"):
            with self.assertRaises(AccessError):
                roster.with_user(dean).action_stop()
            with self.assertRaises(AccessError):
                roster.with_user(other).edu_progress()
            with self.assertRaises(AccessError):
                roster.with_user(other).action_stop()
        roster.action_stop()
        with self.assertRaises(AccessError):
            roster.with_user(dean).action_go_on()

    def test_a_post_that_ended_ends_the_import(self):
        self.slices()
        roster = self.started(self.children())
        self.tick()
        self.user["records_admin"].sudo().edu_post_ids.write({"date_to": "2026-09-01"})
        self.tick()
        seen = roster.sudo()
        self.assertEqual((seen.state, seen.done_rows), ("stopped", 3))
        self.assertIn("You do not import lists here", seen.stop_reason)

    def test_a_batch_is_written_whole_or_not_at_all(self):
        """Another transaction is quicker in the second batch, once, then again and again."""
        self.slices()
        roster = self.started(self.children())
        self.tick()
        carry_out, failing = RosterWriter.carry_out, [1]

        def quicker(writer, plans):
            carry_out(writer, plans)
            if failing:
                failing.pop()
                raise errors.SerializationFailure

        with self.subTest("once"), patch.object(RosterWriter, "carry_out", quicker):
            self.tick()
            self.assertEqual((roster.done_rows, roster.new_count), (6, 6))
        with self.subTest("again and again"):
            failing.extend([1] * 100)
            with patch.object(RosterWriter, "carry_out", quicker):
                self.tick()
            self.assertEqual((roster.state, roster.done_rows), ("running", 6))
        with (
            self.assertLogs(JOB, "ERROR"),
            patch.object(RosterWriter, "carry_out", side_effect=RuntimeError("no")),
        ):
            self.tick()
        self.env.invalidate_all()
        self.assertEqual((roster.state, roster.done_rows, roster.new_count), ("stopped", 6, 6))
        self.assertIn("unforeseen", roster.sudo().stop_reason)
        roster.action_go_on()
        while roster.state == "running":
            self.tick()
        self.assertEqual(self.counts(roster), (9, 9, 0, 0, 0, 0))

    def test_one_row_that_cannot_be_written_stops_nothing(self):
        children = self.children()
        roster = self.started([*children[:5], {**children[5], "birthdate": "2018-02-30"}])
        self.run_cron()
        self.assertEqual(self.counts(roster), (6, 5, 0, 0, 1, 0))
        roster.todo_row_ids.write({"val_birthdate": "2018-03-06"})
        roster.todo_row_ids.action_run()
        self.assertEqual(roster.new_count, 6)
        self.assertEqual(roster_import.BATCH, 1000)
