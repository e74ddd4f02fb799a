from datetime import date

import psycopg2

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import MonitoringCommon

COUNTS = (
    "sheet_count signed_count line_count unmarked_count present_count missing_count other_count"
).split()


@tagged("post_install", "-at_install")
class TestRosterProgress(MonitoringCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Progress = cls.env["edu.roster.progress"]
        (cls.user["bureau"] | cls.other_user["bureau"]).notification_type = "inbox"

    def row(self, check=None):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.Progress.browse((check or self.check).id)

    # Figures

    def test_figures_are_those_of_the_check(self):
        self.mark_all(
            self.sheet,
            self.change(self.one, "suspected", missing_since="2026-09-01"),
            self.change(self.two, "on_leave", leave_until="2026-09-10"),
            heads=3,
        )
        self.make_student(self.class_a2)
        self.check.action_refresh()
        self.as_user(self.sheet, "class_teacher").action_sign()
        row = self.row()
        self.assertEqual(
            [row[name] for name in COUNTS],
            [2, 1, 6, 1, 3, 1, 1],
        )
        self.assertEqual([self.check[name] for name in COUNTS], [row[name] for name in COUNTS])
        self.assertAlmostEqual(row.progress, 100 * 5 / 6, 1)
        self.assertEqual(row.days_left, 9)
        self.assertEqual(row.township_id, self.township_a)
        self.assertEqual(row.county_id, self.county)

    def test_state_follows_the_marking(self):
        self.assertEqual(self.row().state, "idle")
        self.mark(self.one, "arrived")
        self.assertEqual(self.row().state, "open")
        self.close()
        self.assertEqual(self.row().state, "closed")
        self.assertFalse(self.row().days_left)

    def test_deadline_is_coloured_as_on_the_check(self):
        for day in ("2026-09-02", "2026-09-09", "2026-09-12"):
            self.frozen.move_to(day)
            row = self.row()
            with self.subTest(day=day):
                self.assertEqual(row.deadline_state, self.check.deadline_state)
                self.assertIn(
                    row, self.Progress.search([("deadline_state", "=", row.deadline_state)])
                )
        self.close()
        self.assertEqual(self.row().deadline_state, "done_late")

    def test_sums_by_township_and_county(self):
        self.mark(self.one, "suspected", missing_since="2026-09-01")
        self.env.flush_all()
        groups = self.Progress._read_group(
            [("term_id", "=", self.term.id), ("county_id", "=", self.county.id)],
            ["township_id"],
            ["line_count:sum", "missing_count:sum"],
        )
        self.assertEqual(
            {area: (lines, missing) for area, lines, missing in groups},
            {self.township_a: (5, 1), self.township_b: (1, 0)},
        )

    def test_lists_open_with_as_many_queries_for_many_schools_as_for_few(self):
        for model, names in (
            ("edu.roster.progress", [*COUNTS, "progress", "deadline_state", "days_left"]),
            ("edu.roster.check", [*COUNTS, "progress", "deadline_state", "days_left"]),
        ):
            records = self.env[model].with_user(self.user["bureau"])
            specification = {name: {} for name in (*names, "school_id", "term_id")}

            def count(limit, records=records, specification=specification):
                self.env.flush_all()
                self.env.invalidate_all()
                before = self.env.cr.sql_log_count
                records.web_search_read([], specification, limit=limit)
                return self.env.cr.sql_log_count - before

            count(1)
            with self.subTest(model=model):
                self.assertEqual(count(1), count(4))

    def test_who_sees_what(self):
        for role in ("records_admin", "principal", "township", "bureau", "inspector"):
            rows = self.as_user(self.Progress, role).search([])
            with self.subTest(role=role):
                self.assertIn(self.check.id, rows.ids)
                if role in ("records_admin", "principal", "township"):
                    self.assertNotIn(self.other_check.id, rows.ids)

    def test_it_opens_the_check(self):
        action = self.as_user(self.row(), "principal").action_open_check()
        self.assertEqual((action["res_model"], action["res_id"]), (self.check._name, self.check.id))

    # Who has not begun

    def remind(self, day):
        """The morning's cron; {user: number of open to-dos on the check of school A}."""
        self.frozen.move_to(day)
        self.env["edu.roster.check"]._cron_remind_begin()
        todo = {}
        for activity in self.check._edu_begin_activities():
            todo[activity.user_id] = todo.get(activity.user_id, 0) + 1
        return todo

    def digest(self):
        before = self.env["mail.message"].search([], order="id desc", limit=1).id
        self.env["edu.digest"]._cron_send()
        return (
            self.env["mail.message"]
            .search([("id", ">", before), ("message_type", "=", "user_notification")])
            .filtered(lambda message: self.user["bureau"].partner_id in message.partner_ids)
        )

    def test_reminded_twice_and_once_a_step(self):
        clerk, principal = self.user["records_admin"], self.user["principal"]
        self.assertFalse(self.remind("2026-09-05"))
        self.assertEqual(self.remind("2026-09-06"), {clerk: 1})
        self.assertEqual(self.check.reminded_on, date(2026, 9, 6))
        self.assertEqual(self.remind("2026-09-07"), {clerk: 1})
        self.assertEqual(self.remind("2026-09-09"), {clerk: 1, principal: 1})
        self.assertEqual(self.remind("2026-09-10"), {clerk: 1, principal: 1})

    def test_it_is_written_in_the_countys_language(self):
        self.remind("2026-09-06")
        reminder = self.check._edu_begin_activities()
        self.assertIn("开学已 5 天；核查须在 2026-09-11 前完成。", reminder.note)
        self.assertNotRegex(reminder.summary, "[A-Za-z]")
        self.assertFalse(self.check.message_partner_ids & reminder.user_id.partner_id)

    def test_a_reminder_ticked_off_does_not_come_again_in_the_same_step(self):
        self.remind("2026-09-06")
        self.check._edu_begin_activities().action_feedback()
        self.assertFalse(self.remind("2026-09-07"))

    def test_the_days_are_the_policys(self):
        policy = self.env["edu.policy"]._current()
        policy.write({"begin_remind_days": 2, "begin_remind_again_days": 3})
        self.assertTrue(self.remind("2026-09-03"))
        self.assertIn(self.user["principal"], self.remind("2026-09-04"))

    def test_the_second_reminder_comes_after_the_first(self):
        policy = self.env["edu.policy"]._current()
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.CheckViolation),
            self.env.cr.savepoint(),
        ):
            policy.write({"begin_remind_again_days": policy.begin_remind_days})
            self.env.flush_all()

    def test_who_has_begun_is_left_alone(self):
        self.mark(self.one, "arrived")
        self.assertFalse(self.remind("2026-09-09"))
        self.assertFalse(self.check.reminded_again_on)

    def test_the_first_mark_ends_the_reminders(self):
        self.remind("2026-09-09")
        self.mark(self.one, "arrived")
        self.assertFalse(self.check._edu_begin_activities())

    def test_a_school_without_children_has_nothing_to_begin(self):
        self.remind("2026-09-09")
        self.assertFalse(self.junior_check.reminded_again_on)

    def test_the_bureau_reads_of_it_once(self):
        self.remind("2026-09-06")
        self.assertFalse(self.digest())
        self.remind("2026-09-09")
        message = self.digest()
        self.assertEqual(len(message), 1)
        self.assertIn("2 schools have not begun their roster check", message.body)
        self.assertIn("东河中心小学", message.body)
        self.assertNotIn("南坪小学", message.body)
        self.assertFalse(self.digest())

    def test_begun_before_the_evening_is_no_news(self):
        self.remind("2026-09-09")
        self.mark(self.one, "arrived")
        self.assertNotIn("东河中心小学", self.digest().body)

    def test_the_cron_runs_it(self):
        self.frozen.move_to("2026-09-06")
        with self.enter_registry_test_mode():
            self.env.ref("edu_dropout_control.cron_roster_remind").method_direct_trigger()
        self.assertTrue(self.check.reminded_on)
