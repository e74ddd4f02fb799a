from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .roster_common import RosterCommon


class UnlistedCommon(RosterCommon):
    """School A has two children, 甲 and 乙, whose file names both unless a test leaves one out."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Unlisted = cls.env["edu.roster.unlisted"]
        # the shared county's own child is in no file of these tests
        cls.student.sudo().enrolment_state = "graduated"
        cls.one, cls.two = cls.child(1, name="黎甲"), cls.child(2, name="黎乙")

    def setUp(self):
        super().setUp()
        self.import_children([self.one, self.two])
        self.second = self.students(self.two)

    def entries(self, state="open", **values):
        domain = [(name, "=", value) for name, value in values.items()]
        return self.Unlisted.search([("state", "=", state), *domain])

    def leave_out(self, **values):
        """A file that names the first child only; gives the entry of the second."""
        self.import_children([self.one], **values)
        return self.entries()

    def settle(self, entry, outcome, role="records_admin", **values):
        action = self.as_user(entry, role).action_settle()
        wizard = self.as_user(self.env[action["res_model"]], role).browse(action["res_id"])
        wizard.write({"outcome": outcome, **values})
        return wizard.action_settle()


@tagged("post_install", "-at_install")
class TestRosterUnlisted(UnlistedCommon):
    """A child whom the newest complete file of its school does not name is listed, never lost."""

    def test_everybody_named_nobody_listed(self):
        self.assertFalse(self.entries())

    def test_a_child_that_vanished_is_listed_and_stays(self):
        roster = self.import_children([self.one])
        entry = self.entries()
        self.assertEqual(entry.student_id, self.second)
        self.assertEqual((entry.school_id, entry.class_id), (self.school_a, self.class_a))
        self.assertEqual((entry.import_id, entry.found_on), (roster, date(2026, 9, 2)))
        self.assertTrue(self.second.active)
        self.assertEqual(
            (self.second.school_id, self.second.enrolment_state), (self.school_a, "enrolled")
        )
        action = roster.action_open_missing()
        self.assertEqual(action["res_model"], "edu.roster.unlisted")
        self.assertEqual(self.Unlisted.search(action["domain"]), entry)

    def test_a_preview_lists_nobody(self):
        roster = self.upload_children([self.one])
        roster.action_preview()
        self.assertEqual(roster.missing_student_ids, self.second)
        self.assertFalse(self.entries())

    def test_a_list_of_a_part_lists_nobody(self):
        roster = self.upload_children([self.one], is_complete=False)
        self.run_import(roster)
        self.assertFalse(self.entries())

    def test_the_next_file_moves_the_entry_on_and_makes_no_second(self):
        entry = self.leave_out()
        self.frozen.move_to("2026-09-10")
        roster = self.import_children([self.one])
        self.assertEqual(self.entries(), entry)
        self.assertEqual((entry.import_id, entry.found_on), (roster, date(2026, 9, 2)))

    def test_named_again_closes_it(self):
        entry = self.leave_out()
        self.import_children([self.one, self.two])
        self.assertEqual((entry.state, entry.outcome), ("done", "listed"))
        self.assertEqual(entry.settled_by_id, self.user["records_admin"])

    def test_a_list_of_a_part_that_names_the_child_closes_it(self):
        entry = self.leave_out()
        self.run_import(self.upload_children([self.one], is_complete=False))
        self.assertEqual(entry.state, "open")
        self.run_import(self.upload_children([self.two], is_complete=False))
        self.assertEqual((entry.state, entry.outcome), ("done", "listed"))
        self.assertFalse(self.entries())

    def test_a_child_that_left_the_school_by_a_decision_is_no_more_missing_there(self):
        entry = self.leave_out()
        self.second._edu_move(self.school_b, self.class_b)
        self.import_children([self.one])
        self.assertEqual((entry.state, entry.outcome), ("done", "gone"))

    def test_a_wrong_row_names_its_child_all_the_same(self):
        self.import_children([self.one, {**self.two, "class_number": 9}])
        self.assertFalse(self.entries())

    def test_a_row_put_right_later_names_its_child(self):
        number = self.two["id_number"]
        wrong = number[:-1] + ("1" if number[-1] != "1" else "2")
        broken = {**self.two, "name": "黎误", "id_number": wrong, "national_no": None}
        roster = self.import_children([self.one, broken])
        entry = self.entries()
        self.assertEqual(entry.student_id, self.second)
        roster.todo_row_ids.write({"val_id_number": number, "val_name": self.two["name"]})
        roster.action_run_again()
        self.assertEqual((entry.state, entry.outcome), ("done", "listed"))

    def test_only_schools_of_the_file_are_looked_at(self):
        three = self.child(3, school_code=self.school_b.code, school_name=self.school_b.name)
        bureau = {"user": self.user["bureau"], "school_id": False}
        self.import_children([self.one], **bureau)
        self.assertEqual(self.entries().school_id, self.school_a)
        self.import_children([self.one, three], **bureau)
        self.assertEqual(self.entries().school_id, self.school_a | self.school_b)
        self.assertIn(self.other_student, self.entries().student_id)

    def test_children_who_are_on_no_list_are_not_missed(self):
        for state in ("transferred_out", "graduated", "expected", "deceased"):
            self.second.sudo().enrolment_state = state
            with self.subTest(state=state):
                self.assertFalse(self.leave_out())

    def test_a_list_of_expected_children_misses_nobody(self):
        self.import_children([self.one], kind="entrants_household")
        self.assertFalse(self.entries())

    def test_a_long_file_in_the_background_lists_too(self):
        self.env["edu.policy"]._current().import_now_rows = 1
        three = self.child(3)
        roster = self.upload_children([self.one, three])
        roster.action_preview()
        roster.action_import()
        self.assertEqual(roster.state, "running")
        with self.enter_registry_test_mode():
            self.env.ref("edu_dropout_control.cron_roster_import").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(roster.state, "done")
        self.assertEqual(self.entries().student_id, self.second)

    # Working off

    def test_left_out_by_mistake_says_what_is_done_about_it(self):
        entry = self.leave_out()
        with self.assertRaisesRegex(UserError, "put right"):
            self.settle(entry, "left_out")
        self.settle(entry, "left_out", note="学籍系统中已补录")
        self.assertEqual((entry.state, entry.outcome), ("done", "left_out"))
        self.assertEqual(entry.settled_by_id, self.user["records_admin"])

    def test_left_out_again_is_listed_again(self):
        entry = self.leave_out()
        self.settle(entry, "left_out", note="学籍系统中已补录")
        again = self.leave_out()
        self.assertTrue(again)
        self.assertNotEqual(again, entry)
        with self.assertRaisesRegex(UserError, "later file"):
            self.as_user(entry, "records_admin").action_reopen()

    def test_a_number_is_not_written_into_the_remark(self):
        entry = self.leave_out()
        with self.assertRaisesRegex(UserError, "numbers of persons"):
            self.settle(entry, "left_out", note=f"证号{self.two['id_number']}")

    def test_a_transfer_rests_on_a_status_change(self):
        entry = self.leave_out()
        action = self.settle(entry, "transfer", other_school="白水县城关小学")
        change = entry.status_change_id
        self.assertEqual((change.kind, change.state), ("transfer_out", "draft"))
        self.assertEqual((change.student_id, change.school_id), (self.second, self.school_a))
        self.assertEqual(action["res_id"], change.id)
        self.assertEqual(self.second.enrolment_state, "enrolled", "a draft changes nothing")
        self.assertFalse(self.leave_out(), "it is followed already")

    def test_a_status_change_under_way_is_taken_up(self):
        entry = self.leave_out()
        change = self.as_user(self.env["edu.status.change"], "dean").create(
            {"kind": "abroad", "student_id": self.second.id}
        )
        self.settle(entry, "abroad", role="bureau")
        self.assertEqual(entry.status_change_id.id, change.id)

    def test_a_refused_change_follows_nobody(self):
        entry = self.leave_out()
        self.settle(entry, "transfer")
        entry.status_change_id.sudo().state = "refused"
        self.assertTrue(self.leave_out())

    def test_what_only_the_server_says_is_not_chosen(self):
        entry = self.leave_out()
        for outcome in ("listed", "gone", "whatever", False):
            with self.subTest(outcome=outcome), self.assertRaises(UserError):
                self.as_user(entry, "records_admin")._edu_settle(outcome)

    def test_worked_off_once(self):
        entry = self.leave_out()
        self.settle(entry, "left_out", note="已补录")
        with self.assertRaisesRegex(UserError, "already"):
            self.settle(entry, "missing")

    def test_taken_up_again(self):
        entry = self.leave_out()
        self.settle(entry, "left_out", note="已补录")
        self.as_user(entry, "records_admin").action_reopen()
        self.assertEqual((entry.state, entry.outcome), ("open", False))
        self.import_children([self.one, self.two])
        with self.assertRaisesRegex(UserError, "nothing to take up"):
            self.as_user(entry, "records_admin").action_reopen()

    def test_who_works_off(self):
        entry = self.leave_out()
        for role in ("class_teacher", "principal", "township", "inspector"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.as_user(entry, role).action_settle()
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.as_user(entry, role).action_reopen()
        for role in ("records_admin", "dean", "bureau"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.as_user(entry, role, other=True)._edu_settle("missing")
        self.settle(entry, "left_out", role="dean", note="已补录")
        self.assertEqual(entry.settled_by_id, self.user["dean"])

    def test_nothing_is_written_or_deleted_by_hand(self):
        entry = self.leave_out()
        for role in ("records_admin", "dean", "bureau"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.as_user(entry, role).write({"state": "done", "outcome": "gone"})
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.as_user(entry, role).unlink()
