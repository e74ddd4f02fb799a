from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .roster_common import RosterCommon


@tagged("post_install", "-at_install")
class TestTransfer(RosterCommon):
    """A child in the file of school A that stands in school B of the county: one move, which B's
    leaders approve, whoever's file comes first."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Change = cls.env["edu.status.change"]
        cls.row_a = cls.child(1, name="邹远")
        cls.stays = cls.child(2, name="邹近", school_code=cls.school_b.code, school_name="西岭学校")
        numbers = {name: cls.row_a[name] for name in ("id_number", "national_no", "birthdate")}
        cls.moving = cls.make_student(cls.class_b, name="邹远", **numbers)

    def import_b(self, *children, **values):
        """A file of school B, by its records administrator."""
        values = {
            "user": self.other_user["records_admin"],
            "school_id": self.school_b.id,
            **values,
        }
        return self.import_children([*children, self.stays], **values)

    def row_b(self):
        return {**self.row_a, "school_code": self.school_b.code, "school_name": "西岭学校"}

    def change(self):
        return self.Change.search([("student_id", "=", self.moving.id)])

    def unlisted(self, **values):
        domain = [(name, "=", value) for name, value in values.items()]
        return self.env["edu.roster.unlisted"].search(
            [("student_id", "=", self.moving.id), *domain]
        )

    def approve(self, role="principal"):
        self.as_user(self.change(), role, other=True).action_approve()
        self.env.flush_all()
        self.env.invalidate_all()

    def told(self, user, text=""):
        return self.env["mail.message"].search(
            [
                ("model", "=", "edu.status.change"),
                ("res_id", "in", self.change().ids),
                ("message_type", "=", "user_notification"),
                ("notified_partner_ids", "in", user.partner_id.ids),
                ("body", "ilike", text),
            ]
        )

    def assertMoved(self, roster):
        self.assertEqual(
            (self.moving.school_id, self.moving.class_id, self.moving.enrolment_state),
            (self.school_a, self.class_a, "enrolled"),
        )
        self.assertEqual(self.clear(self.moving, "address"), self.row_a["address"])
        self.assertEqual(roster.row_ids.state, "imported")
        self.assertEqual(len(self.change()), 1, "one move")
        self.assertEqual(self.change().state, "in_force")

    # Both files

    def test_the_old_schools_file_first(self):
        self.import_b()
        entry = self.unlisted(state="open")
        self.assertTrue(entry)
        roster = self.import_children([self.row_a])
        change = self.change()
        self.assertEqual((change.kind, change.state), ("transfer_out", "applied"))
        self.assertEqual((change.school_id, change.other_school_id), (self.school_b, self.school_a))
        self.assertEqual(
            (change.origin, change.applied_by_id), ("files", self.user["records_admin"])
        )
        self.assertTrue(change.answer_on, "the new school's file is the receipt")
        self.assertEqual((entry.outcome, entry.status_change_id), ("transfer", change))
        self.assertEqual(self.moving.school_id, self.school_b, "not before it is approved")
        self.assertEqual(roster.todo_row_ids.code, "transfer_asked")
        self.approve()
        self.assertMoved(roster)

    def test_the_new_schools_file_first(self):
        roster = self.import_children([self.row_a])
        self.assertEqual(roster.todo_row_ids.code, "stands_elsewhere")
        self.assertFalse(self.change(), "one file is no move")
        self.import_b()
        change = self.change()
        self.assertEqual((change.state, change.origin), ("applied", "files"))
        self.assertEqual(change.applied_by_id, self.other_user["records_admin"])
        self.assertEqual(self.unlisted().outcome, "transfer")
        self.assertEqual(roster.todo_row_ids.code, "transfer_asked")
        self.approve()
        self.assertMoved(roster)

    def test_the_old_schools_file_still_has_the_child_as_gone(self):
        """转出 in the old school's file and a line in the new one's: both tell of the move, which waits
        for its approval all the same."""
        gone = {**self.row_b(), "registry_state": "transferred_out"}
        for files in ("old first", "new first"):
            with self.subTest(files=files), self.env.cr.savepoint() as savepoint:
                if files == "old first":
                    self.import_b(gone)
                    self.assertEqual(self.moving.enrolment_state, "enrolled")
                    self.assertTrue(self.unlisted(state="open"))
                    roster = self.import_children([self.row_a])
                else:
                    roster = self.import_children([self.row_a])
                    self.import_b(gone)
                self.assertEqual(self.change().origin, "files")
                self.assertEqual(self.moving.school_id, self.school_b)
                self.approve()
                self.assertMoved(roster)
                self.assertFalse(self.unlisted(state="open"))
                savepoint.rollback()
            self.env.invalidate_all()

    def test_both_long_files_in_one_night(self):
        """Imported in the background one after the other, whichever school started first."""
        self.env["edu.policy"]._current().import_now_rows = 1
        stays = {key: self.stays[key] for key in ("school_code", "school_name")}
        cron = self.env.ref("edu_dropout_control.cron_roster_import")
        for first in ("old", "new"):
            with self.subTest(first=first), self.env.cr.savepoint() as savepoint:
                pending = {}
                for school in ("old", "new") if first == "old" else ("new", "old"):
                    if school == "old":
                        roster = self.upload_children(
                            [self.stays, self.child(4, **stays)],
                            user=self.other_user["records_admin"],
                            school_id=self.school_b.id,
                        )
                    else:
                        roster = self.upload_children([self.row_a, self.child(3)])
                    roster.action_preview()
                    roster.action_import()
                    pending[school] = roster
                self.assertEqual({roster.state for roster in pending.values()}, {"running"})
                with self.enter_registry_test_mode():
                    cron.method_direct_trigger()
                self.env.invalidate_all()
                self.assertEqual({roster.state for roster in pending.values()}, {"done"})
                self.assertEqual(self.change().origin, "files")
                self.assertEqual(self.moving.school_id, self.school_b, "until it is approved")
                self.approve()
                self.assertMoved(pending["new"])
                savepoint.rollback()
            self.env.invalidate_all()

    def test_the_child_is_merged_while_its_row_waits(self):
        """The row was about an entry that turns out to be a double: it goes on with the child kept."""
        roster = self.import_children([self.row_a])
        self.assertEqual(roster.row_ids.code, "stands_elsewhere")
        kept = self.make_student(self.class_b, name="邹远", national_no=False, id_number=False)
        self.moving._edu_merge_into(kept)
        self.assertEqual(roster.row_ids.sudo().match_student_id, kept)
        self.as_user(roster.row_ids, "records_admin").action_transfer()
        self.moving = kept
        self.approve()
        self.assertMoved(roster)

    def test_one_file_of_the_county_tells_of_it_at_once(self):
        roster = self.import_children(
            [self.row_a, self.stays], user=self.user["bureau"], school_id=False
        )
        change = self.change()
        self.assertEqual((change.state, change.origin), ("applied", "files"))
        self.assertFalse(self.unlisted())
        with self.assertRaises(AccessError):  # nobody decides on what they applied for
            self.as_user(change, "bureau").action_approve()
        self.approve()
        self.assertMoved(roster)

    def test_a_list_of_a_part_of_the_county_is_not_both_files(self):
        roster = self.upload_children(
            [self.row_a, self.stays],
            user=self.user["bureau"],
            school_id=False,
            is_complete=False,
        )
        self.run_import(roster)
        self.assertFalse(self.change())
        self.assertEqual(roster.todo_row_ids.code, "stands_elsewhere")

    def test_both_files_name_the_child(self):
        self.import_b(self.row_b())
        roster = self.import_children([self.row_a])
        self.assertFalse(self.change())
        self.assertFalse(self.unlisted())
        self.assertEqual(roster.todo_row_ids.code, "stands_elsewhere")

    def test_both_schools_are_told(self):
        self.import_b()
        self.import_children([self.row_a])
        change, old = self.change(), self.other_user["records_admin"]
        self.assertEqual(len(self.told(old, "waits for its approval")), 1)
        todo = change.activity_ids.filtered(lambda activity: activity.user_id == old)
        self.assertEqual(
            todo.activity_type_id, self.env.ref("edu_dropout_control.activity_transfer")
        )
        decide = change.activity_ids - todo
        self.assertIn(decide.user_id, self.other_user.values())
        self.approve()
        for user in (old, self.user["records_admin"]):
            self.assertEqual(len(self.told(user, "has moved from")), 1)
        self.assertFalse(self.change().activity_ids)
        for message in self.change().message_ids:
            for name in ("id_number", "national_no"):
                self.assertNotIn(self.row_a[name][-8:], message.body or "")

    # One file only: claimed

    def claimed(self):
        roster = self.import_children([self.row_a])
        roster.todo_row_ids.action_transfer()
        return roster

    def test_a_claim_asks_the_old_school_and_moves_nobody(self):
        roster = self.claimed()
        row, change = roster.todo_row_ids, self.change()
        self.assertEqual((row.code, row.decision), ("transfer_asked", "transfer"))
        self.assertEqual(row.decided_by_id, self.user["records_admin"])
        self.assertEqual((change.state, change.origin), ("applied", "claim"))
        self.assertEqual(self.moving.school_id, self.school_b)
        self.assertTrue(self.told(self.other_user["records_admin"]))
        with self.assertRaises(AccessError):
            self.moving.with_user(self.user["records_admin"]).read(["name"])
        self.approve("vice_principal")
        self.assertMoved(roster)

    def test_running_the_row_again_moves_nobody(self):
        roster = self.claimed()
        roster.action_run_again()
        self.assertEqual(roster.todo_row_ids.code, "transfer_asked")
        self.import_children([self.row_a])
        self.assertEqual(self.moving.school_id, self.school_b)
        self.assertEqual(len(self.change()), 1)

    def test_the_old_schools_file_confirms_a_claim(self):
        self.claimed()
        self.import_b()
        self.assertEqual(self.change().origin, "files")
        self.assertFalse(self.unlisted(), "the claim follows the child")

    def test_nobody_of_the_claiming_school_approves(self):
        self.claimed()
        for role in ("principal", "vice_principal", "records_admin", "dean"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.as_user(self.change(), role).action_approve()
        self.assertEqual(self.change().state, "applied")

    def test_the_claiming_school_reads_the_change_and_no_more(self):
        self.claimed()
        for role in ("principal", "vice_principal", "records_admin", "dean"):
            change = self.as_user(self.change(), role)
            with self.subTest(role=role):
                self.assertTrue(change.has_access("read"))
                self.assertFalse(change.has_access("write"))
        draft = self.Change.create(
            {
                "kind": "suspension",
                "student_id": self.other_student.id,
                "other_school_id": self.school_a.id,
            }
        )
        self.assertFalse(self.as_user(draft, "records_admin").has_access("read"))

    def test_the_old_school_refuses(self):
        roster = self.claimed()
        change = self.as_user(self.change(), "principal", other=True)
        change._edu_refuse("孩子仍在本校")
        row = roster.todo_row_ids
        self.assertEqual(row.code, "transfer_refused")
        self.assertEqual(self.moving.school_id, self.school_b)
        self.assertIn("孩子仍在本校", self.told(self.user["records_admin"])[0].body)
        row.action_transfer()
        self.assertEqual(
            self.change().sorted("id").mapped("state"), ["refused", "applied"], "claimed anew"
        )

    def test_a_claim_is_not_taken_back_by_the_school_that_is_asked(self):
        self.claimed()
        with self.assertRaisesRegex(UserError, "refused with a reason"):
            self.as_user(self.change(), "records_admin", other=True).action_withdraw()

    def test_a_transfer_that_the_old_school_has_entered_is_taken_up(self):
        change = self.as_user(self.Change, "records_admin", other=True).create(
            {"kind": "transfer_out", "student_id": self.moving.id, "other_school": "东河"}
        )
        change.sudo()._edu_attach("application_ids", [{"name": "申请.pdf", "data": "JVBERg=="}])
        change.action_apply()
        self.as_user(change, "principal", other=True).action_approve()
        self.assertEqual(change.state, "approved", "it waits for the receipt")
        roster = self.import_children([self.row_a])
        roster.todo_row_ids.action_transfer()
        self.env.invalidate_all()
        self.assertEqual(change.sudo().state, "in_force")
        self.assertMoved(roster)

    def test_a_child_that_is_to_move_somewhere_else(self):
        change = self.as_user(self.Change, "records_admin", other=True).create(
            {
                "kind": "transfer_out",
                "student_id": self.moving.id,
                "other_school_id": self.junior_a.id,
            }
        )
        roster = self.import_children([self.row_a])
        with self.assertRaisesRegex(UserError, "another school"):
            roster.todo_row_ids.action_transfer()
        self.assertEqual(change.other_school_id, self.junior_a)

    def test_whoever_imported_may_no_more(self):
        roster = self.claimed()
        self.user["records_admin"].edu_post_ids.date_to = "2026-09-01"
        self.approve()
        self.assertEqual(self.moving.school_id, self.school_a)
        self.assertEqual(
            roster.sudo().row_ids.state, "open", "the row waits for whoever may import"
        )
