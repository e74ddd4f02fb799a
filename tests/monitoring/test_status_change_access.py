from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from ...models.monitoring.status_kinds import APPROVERS, KINDS
from .common import PICTURE
from .test_status_change import FILE, StatusCommon

ROLES = (
    "class_teacher records_admin dean vice_principal principal township bureau inspector"
).split()


@tagged("post_install", "-at_install")
class TestStatusChangeAccess(StatusCommon):
    def test_who_enters_and_applies(self):
        for role in ("records_admin", "dean", "bureau"):
            with self.subTest(role=role), self.env.cr.savepoint() as savepoint:
                self.draft("suspension", role=role).action_apply()
                savepoint.rollback()
            self.env.invalidate_all()
        for role in ("class_teacher", "vice_principal", "principal", "township", "inspector"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.as_user(self.Change, role).create(
                    {"kind": "suspension", "student_id": self.one.id}
                )

    def test_nobody_enters_for_another_school(self):
        with self.assertRaises(AccessError):
            self.as_user(self.Change, "records_admin", other=True).create(
                {"kind": "suspension", "student_id": self.one.id}
            )

    def test_a_draft_does_not_move_to_a_child_out_of_sight(self):
        change = self.draft("suspension")
        with self.assertRaises(AccessError):
            change.student_id = self.other_student.id

    def test_who_approves_what(self):
        for kind, _label in KINDS:
            values = {"school_id": self.school_a.id} if kind == "transfer_in" else {}
            for role in ROLES:
                with self.subTest(kind=kind, role=role), self.env.cr.savepoint() as savepoint:
                    change = self.applied(kind, **values)
                    mine = self.as_user(change, role)
                    self.assertEqual(mine.can_decide, role in APPROVERS[kind])
                    if role in APPROVERS[kind]:
                        mine.action_approve()
                        self.assertIn(change.state, ("approved", "in_force"))
                    else:
                        with self.assertRaises(AccessError):
                            mine.action_approve()
                        with self.assertRaises(AccessError):
                            mine._edu_refuse("不行")
                    savepoint.rollback()
                self.env.invalidate_all()

    def test_nobody_decides_on_their_own_application(self):
        change = self.draft("suspension", role="bureau")
        change.action_apply()
        self.assertFalse(change.can_decide)
        with self.assertRaisesRegex(AccessError, "what they applied for"):
            change.action_approve()
        self.as_user(change, "township").action_approve()
        self.assertEqual(change.state, "in_force")

    def test_the_other_township_does_not_decide(self):
        change = self.applied("suspension")
        with self.assertRaises(AccessError):
            self.as_user(change, "township", other=True).action_approve()

    def test_steps_are_not_typed_in(self):
        change = self.draft("suspension")
        for values in (
            {"state": "in_force"},
            {"decided_by_id": self.user["bureau"].id},
            {"answer_on": "2026-09-01"},
            {"checked_term_id": self.term.id},
        ):
            with self.subTest(values=values), self.assertRaises(AccessError):
                change.write(values)
        with self.assertRaises(AccessError):
            self.as_user(self.Change, "records_admin").create(
                {"kind": "death", "student_id": self.two.id, "state": "in_force"}
            )
        sneaked = (
            self.as_user(self.Change, "records_admin")
            .with_context(default_state="in_force")
            .create({"kind": "death", "student_id": self.two.id})
        )
        self.assertEqual(sneaked.state, "draft")

    def test_who_takes_in_answers_confirms_and_ends(self):
        change = self.approved("transfer_out")
        for role in ("class_teacher", "principal", "township", "inspector"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.as_user(change, role)._edu_answer(FILE)
        running = self.approved("elsewhere", self.two)
        for role in ("class_teacher", "principal", "township", "inspector"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.as_user(running, role)._edu_confirm(FILE, "2027-07-01")
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.as_user(running, role)._edu_end("x")

    def test_files_are_read_like_their_change(self):
        file = self.draft("suspension").sudo().proof_ids
        for role in ROLES:
            self.assertTrue(self.as_user(file, role).has_access("read"), role)
        for role in ("class_teacher", "records_admin", "township", "bureau"):
            self.assertFalse(self.as_user(file, role, other=True).has_access("read"), role)

    def test_files_of_an_application_stay(self):
        change = self.applied("suspension")
        file = self.as_user(change.sudo().proof_ids, "records_admin")
        with self.assertRaises(AccessError):
            file.write({"name": "别的"})
        with self.assertRaises(AccessError):
            file.unlink()

    def test_a_file_of_another_record_is_no_proof(self):
        stolen = self.env["ir.attachment"].create(
            {
                "name": "x.pdf",
                "datas": PICTURE,
                "res_model": "edu.student",
                "res_id": self.other_student.id,
            }
        )
        change = self.draft("suspension")
        with self.assertRaises(AccessError):
            change.proof_ids = [Command.link(stolen.id)]

    def test_an_own_upload_becomes_proof(self):
        file = self.as_user(self.env["ir.attachment"], "records_admin").create(
            {"name": "x.pdf", "datas": PICTURE, "res_model": "edu.status.change"}
        )
        change = self.as_user(self.Change, "records_admin").create(
            {
                "kind": "death",
                "student_id": self.one.id,
                "proof_ids": [Command.link(file.id)],
            }
        )
        self.assertEqual(file.sudo().res_id, change.id)

    def test_only_the_school_prepares_changes_from_a_line(self):
        line = self.mark(self.one, "deceased", evidence="证明")
        for role in ("class_teacher", "principal", "township", "inspector"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.as_user(line, role).action_prepare_change()
