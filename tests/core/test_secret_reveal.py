import os
import shutil
import tempfile

import psycopg2

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...models.core import secret_mixin
from ...models.core.reveal_log import EduRevealLog
from ...tools import crypto
from .test_secret_field import SecretCommon

REASON = "核对身份证件"


@tagged("post_install", "-at_install")
class TestSecretReveal(SecretCommon):
    def log(self):
        return self.env["edu.reveal.log"].search([], order="id")

    def test_gives_the_number_and_logs_it(self):
        teller = self.as_user(self.child, "principal")
        self.assertEqual(teller.edu_reveal("id_number", REASON), {self.child.id: self.number})
        [row] = self.log()
        self.assertEqual(row.person_id, self.user["principal"])
        self.assertEqual((row.model, row.res_id), ("edu.student", self.child.id))
        self.assertEqual((row.field_name, row.reason), ("id_number", REASON))
        self.assertEqual(row.channel, "screen")
        self.assertEqual(str(row.revealed_at), "2026-09-02 00:30:00")
        self.assertNotIn(self.number, repr(row.read()))
        self.assertNotIn(self.child.name, repr(row.read()))

    def test_one_row_a_record(self):
        children = self.as_user(self.child + self.student, "principal")
        children._edu_reveal("id_number", REASON, channel="document")
        self.assertEqual(self.log().mapped("res_id"), children.ids)
        self.assertEqual(set(self.log().mapped("channel")), {"document"})

    def test_every_role_of_the_child_may(self):
        for role in (
            "class_teacher",
            "records_admin",
            "dean",
            "vice_principal",
            "principal",
            "township",
            "bureau",
            "student_aid",
        ):
            with self.subTest(role=role):
                self.assertTrue(self.as_user(self.child, role).edu_reveal("national_no", REASON))
                self.assertTrue(self.as_user(self.guardian, role).edu_reveal("phone", REASON))

    def test_nobody_else(self):
        for role in ("class_teacher", "principal", "township", "bureau"):
            with self.subTest(role=role, side="other"), self.assertRaises(AccessError):
                self.as_user(self.child, role, other=True).edu_reveal("id_number", REASON)
        for role in ("inspector", "county_admin"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.as_user(self.child, role).edu_reveal("id_number", REASON)
        with self.assertRaises(AccessError):
            self.child.with_user(self.nobody).edu_reveal("id_number", REASON)
        self.assertFalse(self.log())

    def test_a_post_elsewhere_does_not_help(self):
        # may read the child as inspector, and holds a revealing post in another school
        inspector = self.user["inspector"]
        self.make_post(inspector, "principal", self.school_b)
        with self.assertRaises(AccessError):
            self.child.with_user(inspector).edu_reveal("id_number", REASON)
        there = self.other_student.with_user(inspector)
        self.assertTrue(there.edu_reveal("id_number", REASON))

    def test_all_or_none(self):
        both = (self.child + self.other_student).with_user(self.user["principal"])
        with self.assertRaises(AccessError):
            both.edu_reveal("id_number", REASON)
        self.assertFalse(self.log())

    def test_reason_is_needed_and_holds_no_number(self):
        teller = self.as_user(self.child, "principal")
        for reason in (None, "", "  ", "a", f"查 {self.number}", "打 16900000012"):
            with self.subTest(reason=reason), self.assertRaises(UserError):
                teller.edu_reveal("id_number", reason)
        self.assertFalse(self.log())

    def test_other_fields_are_not_revealed(self):
        for name in ("name", "id_number_cipher", "id_number_digest", "write_uid", "nonsense"):
            with self.subTest(name=name), self.assertRaises(UserError):
                self.as_user(self.child, "principal").edu_reveal(name, REASON)

    def test_no_reading_by_the_thousand(self):
        children = self.child
        for _number in range(20):
            children += self.make_student(self.class_a)
        with self.assertRaises(UserError):
            self.as_user(children, "principal").edu_reveal("id_number", REASON)

    def test_one_tap_in_the_own_class_only(self):
        options = self.as_user(self.child, "class_teacher").edu_reveal_options()
        self.assertTrue(options["one_tap"])
        self.assertTrue(
            self.as_user(self.guardian, "class_teacher").edu_reveal_options()["one_tap"]
        )
        self.assertFalse(self.as_user(self.child, "principal").edu_reveal_options()["one_tap"])
        self.assertIn("id_number", options["fields"])
        self.assertNotIn(self.number, repr(options))
        with self.assertRaises(AccessError):
            self.as_user(self.child, "class_teacher", other=True).edu_reveal_options()

    def test_action_opens_the_dialog(self):
        action = self.as_user(self.child, "principal").action_reveal()
        self.assertEqual(action["tag"], "edu_reveal")
        self.assertEqual(action["params"], {"resModel": "edu.student", "resId": self.child.id})

    def test_empty_value_is_false(self):
        child = self.make_student(self.class_a, national_no=False)
        teller = self.as_user(child, "principal")
        self.assertEqual(teller.edu_reveal("national_no", REASON), {child.id: False})

    # ------------------------------------------------------------ the log

    def test_log_is_for_the_county_administrator(self):
        self.as_user(self.child, "principal").edu_reveal("id_number", REASON)
        row = self.log()
        seen = self.as_user(row, "county_admin")
        self.assertEqual(seen.reason, REASON)
        self.assertEqual(seen.field_label, "Identity Number")
        self.assertEqual(seen.model_label, "Student")
        for role in self.user:
            if role == "county_admin":
                continue
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.as_user(row, role).read()
        with self.assertRaises(AccessError):
            row.with_user(self.nobody).read()

    def test_log_cannot_be_written_by_hand(self):
        values = {
            "person_id": self.env.uid,
            "revealed_at": "2026-09-01 00:00:00",
            "model": "edu.student",
            "res_id": 1,
            "field_name": "id_number",
            "reason": "x",
            "channel": "screen",
        }
        for role in ("county_admin", "principal"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.as_user(self.env["edu.reveal.log"], role).create(values)

    def test_log_is_append_only(self):
        self.as_user(self.child, "principal").edu_reveal("id_number", REASON)
        row = self.log()
        admin = self.as_user(row, "county_admin")
        for records in (row, admin):
            with self.assertRaises(UserError):
                records.write({"reason": "anders"})
            with self.assertRaises(UserError):
                records.unlink()
        for statement in (
            "UPDATE edu_reveal_log SET reason = 'x'",
            "DELETE FROM edu_reveal_log",
            "TRUNCATE edu_reveal_log",
            "TRUNCATE edu_reveal_log CASCADE",
        ):
            with (
                self.subTest(statement=statement),
                mute_logger("odoo.sql_db"),
                self.assertRaises(psycopg2.errors.RaiseException),
                self.env.cr.savepoint(),
            ):
                self.env.cr.execute(statement)
        self.assertEqual(self.log(), row)

    def test_triggers_survive_replication_role_and_second_init(self):
        self.env["edu.reveal.log"].init()
        self.env.cr.execute(
            "SELECT tgname, tgenabled FROM pg_trigger"
            " WHERE tgrelid = 'edu_reveal_log'::regclass AND NOT tgisinternal"
        )
        self.assertEqual(
            sorted(self.env.cr.fetchall()),
            [("edu_append_only_row", "A"), ("edu_append_only_table", "A")],
        )

    def test_uninstall_drops_the_function(self):
        self.env["edu.append.only.mixin"]._edu_drop_append_only()
        self.env.cr.execute("SELECT count(*) FROM pg_proc WHERE proname = 'edu_append_only'")
        self.assertEqual(self.env.cr.fetchone(), (0,))
        self.env.cr.execute("DELETE FROM edu_reveal_log")

    def test_log_names_no_child(self):
        self.assertFalse(
            [
                name
                for name, field in EduRevealLog.__dict__.items()
                if getattr(field, "comodel_name", None) == "edu.student"
            ]
        )

    # ------------------------------------------------------------ rotation

    def test_reseal_after_a_new_key(self):
        mixin = self.env["edu.secret.mixin"]
        ring = self._own_key_file()
        before = self.row(self.child, "id_number_cipher", "id_number_digest")
        self.assertTrue(before[0].startswith(ring.cipher_id))
        key_id = mixin._edu_rotate_cipher_key()
        self.assertEqual(self.child._edu_secret_clear("id_number"), {self.child.id: self.number})
        moved = 0
        while count := mixin._edu_reseal(limit=3):
            moved += count
        self.assertGreater(moved, 3)
        after = self.row(self.child, "id_number_cipher", "id_number_digest")
        self.assertTrue(after[0].startswith(f"{key_id}:"))
        self.assertEqual(after[1], before[1])
        self.assertEqual(self.child._edu_secret_clear("id_number"), {self.child.id: self.number})

    def test_new_digest_key_moves_every_digest(self):
        self._own_key_file()
        before = self.row(self.child, "id_number_digest")
        self.assertGreater(self.env["edu.secret.mixin"]._edu_rotate_digest_key(), 0)
        self.assertNotEqual(self.row(self.child, "id_number_digest"), before)
        self.assertEqual(self.child.search([("id_number", "=", self.number)]), self.child)
        self.assertEqual(self.child._edu_secret_clear("id_number"), {self.child.id: self.number})

    def test_lost_key(self):
        self._own_key_file()
        os.unlink(self.env["edu.secret.mixin"]._edu_key_path())
        crypto.forget()
        with mute_logger(secret_mixin.__name__):
            with self.assertRaises(UserError) as caught:
                self.child._edu_secret_clear("id_number")
            self.assertIn("missing or unreadable", str(caught.exception))
            with self.assertRaises(UserError):
                self.child.search([("id_number", "=", self.number)])
            # never a new file in silence: its digests would fit nothing
            self.assertFalse(os.path.exists(self.env["edu.secret.mixin"]._edu_key_path()))
            self.assertGreater(self.env["edu.secret.mixin"]._edu_start_after_lost_key(), 2)
        self.assertFalse(self.child.id_number)
        self.child.id_number = self.number
        self.assertEqual(self.child._edu_secret_clear("id_number"), {self.child.id: self.number})

    def _own_key_file(self):
        """A copy of the key file, so that the other tests keep theirs."""
        mixin = type(self.env["edu.secret.mixin"])
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        path = f"{folder.name}/secret.key"
        shutil.copy(self.env["edu.secret.mixin"]._edu_key_path(), path)
        self.patch(mixin, "_edu_key_path", lambda self: path)
        return crypto.keyring(path)
