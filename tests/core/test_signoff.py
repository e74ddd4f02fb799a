import json

import psycopg2
from freezegun import freeze_time

from odoo import fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.orm.model_classes import add_to_registry
from odoo.tests import TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger

from ...tools.canonical import canonical_json, changed_paths, sha256_hex


class SignedNote(models.Model):
    _module = None
    _name = "edu.test.signed.note"
    _description = "Note that people sign"
    _inherit = ["edu.signoff.mixin"]

    name = fields.Char()
    secret = fields.Char()
    source_id = fields.Many2one("edu.test.signed.note")

    def _edu_signoff_content(self):
        return {
            "name": self.name,
            "secret": self.secret,
            "rows": [{"n": 1, "on": fields.Date.to_date("2026-09-01")}],
        }

    def _edu_signoff_related(self):
        return [self.source_id]


@tagged("post_install", "-at_install")
class TestSignoff(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        registry = cls.registry
        model = SignedNote._name
        add_to_registry(registry, SignedNote)
        registry._setup_models__(cls.env.cr, [model])
        registry.init_models(cls.env.cr, [model], {"module": "edu_dropout_control"})
        cls.addClassCleanup(cls._forget_model, registry, model)
        group = cls.env.ref("edu_dropout_control.group_user")
        cls.env["ir.model.access"].create(
            {
                "name": "note",
                "model_id": cls.env["ir.model"]._get_id(model),
                "group_id": group.id,
                "perm_read": True,
            }
        )
        cls.env["ir.rule"].create(
            {
                "name": "own notes",
                "model_id": cls.env["ir.model"]._get_id(model),
                "groups": [fields.Command.link(group.id)],
                "domain_force": "[('name', '!=', 'hidden')]",
            }
        )
        cls.anna, cls.ben, cls.cora = (
            new_test_user(cls.env, login, groups="edu_dropout_control.group_user", name=name)
            for login, name in (("s_anna", "Anna"), ("s_ben", "Ben"), ("s_cora", "Cora"))
        )
        cls.note = cls.env[model].create(
            {"name": "Roll of class 2", "secret": "990000201309010017"}
        )

    @classmethod
    def _forget_model(cls, registry, model):
        for parent in ("edu.signoff.mixin", "base"):
            registry[parent]._inherit_children.discard(model)
        del registry.models[model]
        registry._setup_models__(cls.env.cr)

    def sign(self, user, role, note=None):
        return (note or self.note).with_user(user)._edu_sign(role)

    # ------------------------------------------------------------------
    # Canonical text
    # ------------------------------------------------------------------

    def test_canonical_text_does_not_depend_on_order(self):
        self.assertEqual(canonical_json({"b": 1, "a": "名"}), '{"a":"名","b":1}')
        self.assertEqual(canonical_json({"a": "名", "b": 1}), canonical_json({"b": 1, "a": "名"}))

    def test_canonical_text_refuses_what_has_no_one_text(self):
        for content in ({"a": 1.0}, {1: "a"}, {"a": {2, 3}}, {"a": b"x"}):
            with self.subTest(content=content), self.assertRaises(TypeError):
                canonical_json(content)

    def test_changed_paths_names_every_place(self):
        old = {"a": 1, "rows": [{"x": 1}, {"x": 2}], "gone": 1}
        new = {"a": True, "rows": [{"x": 1}, {"x": 3}, {"x": 4}]}
        self.assertEqual(
            changed_paths(old, new), [("a",), ("gone",), ("rows", 1, "x"), ("rows", 2)]
        )
        self.assertEqual(changed_paths(old, old), [])

    # ------------------------------------------------------------------
    # Signing
    # ------------------------------------------------------------------

    @freeze_time("2026-09-11 02:03:04")
    def test_signature_keeps_person_time_and_content(self):
        signoff = self.sign(self.anna, "checked")
        self.assertEqual(signoff.person_id, self.anna)
        self.assertEqual(signoff.person_name, "Anna")
        self.assertEqual(str(signoff.signed_at), "2026-09-11 02:03:04")
        self.assertEqual((signoff.round, signoff.sequence, signoff.previous_hash), (1, 1, False))
        frozen = signoff._edu_frozen()
        self.assertEqual(frozen["name"], "Roll of class 2")
        self.assertEqual(frozen["rows"], [{"n": 1, "on": "2026-09-01"}])

    def test_each_signature_carries_the_hash_of_the_one_before(self):
        first = self.sign(self.anna, "checked")
        second = self.sign(self.anna, "filled")
        third = self.sign(self.ben, "reviewed")
        self.assertEqual(second.previous_hash, first.hash)
        self.assertEqual(third.previous_hash, second.hash)
        self.assertEqual(self.note.signoff_ids, first | second | third)
        self.assertEqual(third.short_hash, third.hash[:12])

    def test_equal_content_gives_different_hashes(self):
        """Without a salt a child's number could be guessed from the printed hash."""
        first, second = self.sign(self.anna, "checked"), self.sign(self.ben, "checked")
        self.assertNotEqual(first.content_hash, second.content_hash)
        plain = canonical_json(self.note._edu_signoff_content())
        self.assertNotIn(sha256_hex(plain), (first.content_hash, second.content_hash))

    def test_content_stands_in_the_database_in_cipher_only(self):
        signoff = self.sign(self.anna, "checked")
        signoff.flush_recordset()
        self.env.cr.execute(
            "SELECT row_to_json(s)::text FROM edu_signoff s WHERE id = %s", [signoff.id]
        )
        row = self.env.cr.fetchone()[0]
        self.assertNotIn("990000201309010017", row)
        self.assertNotIn("Roll of class 2", row)

    def test_nobody_reads_the_cipher(self):
        signoff = self.sign(self.anna, "checked")
        with self.assertRaises(AccessError):
            signoff.with_user(self.anna).read(["content_cipher"])

    def test_reviewer_neither_checked_nor_filled_in(self):
        self.sign(self.anna, "checked")
        self.sign(self.ben, "filled")
        for user in (self.anna, self.ben):
            with (
                self.subTest(user=user.name),
                self.assertRaisesRegex(ValidationError, "cannot review"),
            ):
                self.sign(user, "reviewed")
        self.assertEqual(self.sign(self.cora, "reviewed").role, "reviewed")

    def test_reviewer_did_not_check_what_the_record_is_made_of(self):
        total = self.env[SignedNote._name].create({"name": "Total", "source_id": self.note.id})
        self.sign(self.anna, "checked")
        with self.assertRaisesRegex(ValidationError, "cannot review"):
            self.sign(self.anna, "reviewed", total)
        self.assertTrue(self.sign(self.ben, "reviewed", total))

    def test_whoever_reviewed_does_not_check_afterwards(self):
        self.sign(self.anna, "reviewed")
        with self.assertRaisesRegex(ValidationError, "cannot check"):
            self.sign(self.anna, "checked")

    def test_same_person_does_not_sign_twice(self):
        self.sign(self.anna, "checked")
        with self.assertRaisesRegex(ValidationError, "already"):
            self.sign(self.anna, "checked")

    def test_sign_takes_no_caller_in_an_undeclared_post(self):
        self.patch(type(self.note), "_edu_signoff_posts", {"checked": ("records_admin",)})
        self.patch(type(self.env["res.users"]), "_edu_has_role", lambda *args: False)
        with self.assertRaises(AccessError):
            self.sign(self.anna, "checked")

    def test_post_is_frozen_as_it_was_then(self):
        self.patch(type(self.note), "_edu_signoff_posts", {"checked": ("dean", "records_admin")})
        self.patch(
            type(self.env["res.users"]),
            "_edu_has_role",
            lambda user, role, record: role == "records_admin",
        )
        self.patch(
            type(self.env["res.users"]),
            "_edu_post_label",
            lambda user, role, record: f"{role} of {record.name}",
        )
        signoff = self.sign(self.anna, "checked")
        self.note.name = "Another"
        self.assertEqual(signoff.post_label, "records_admin of Roll of class 2")

    # ------------------------------------------------------------------
    # Rounds
    # ------------------------------------------------------------------

    def test_new_round_asks_everybody_again_and_keeps_the_old(self):
        old = self.sign(self.anna, "checked")
        self.note._edu_new_signing_round()
        self.assertFalse(self.note._edu_signed())
        new = self.sign(self.anna, "checked")
        self.assertEqual((old.round, new.round), (1, 2))
        self.assertEqual(new.previous_hash, old.hash)
        self.assertEqual(old._edu_frozen()["name"], "Roll of class 2")

    def test_round_without_signatures_is_used_up_by_nothing(self):
        self.note._edu_new_signing_round()
        self.assertEqual(self.note.signoff_round, 1)

    def test_reviewer_of_the_new_round_may_have_filled_in_the_old(self):
        self.sign(self.anna, "filled")
        self.note._edu_new_signing_round()
        self.assertTrue(self.sign(self.anna, "reviewed"))

    # ------------------------------------------------------------------
    # Only added, never changed
    # ------------------------------------------------------------------

    def test_orm_refuses_write_and_unlink(self):
        signoff = self.sign(self.anna, "checked").sudo()
        with self.assertRaises(UserError):
            signoff.person_name = "Ben"
        with self.assertRaises(UserError):
            signoff.unlink()

    def test_users_create_none_themselves(self):
        with self.assertRaises(AccessError):
            self.env["edu.signoff"].with_user(self.anna).create(
                {"res_model": self.note._name, "res_id": self.note.id, "role": "reviewed"}
            )

    @mute_logger("odoo.sql_db")
    def test_sql_refuses_update_delete_and_truncate(self):
        signoff = self.sign(self.anna, "checked")
        for statement in (
            "UPDATE edu_signoff SET person_name = 'Ben'",
            "DELETE FROM edu_signoff",
            "TRUNCATE edu_signoff",
        ):
            with (
                self.subTest(statement=statement),
                self.assertRaises(psycopg2.errors.RaiseException),
                self.env.cr.savepoint(),
            ):
                self.env.cr.execute(statement)
        self.assertTrue(signoff.exists())

    @mute_logger("odoo.sql_db")
    def test_chain_cannot_fork(self):
        signoff = self.sign(self.anna, "checked")
        values = signoff.sudo().copy_data()[0]
        with self.assertRaises(psycopg2.errors.UniqueViolation), self.env.cr.savepoint():
            self.env["edu.signoff"].sudo().create(
                {**values, "res_id": self.note.id, "person_id": self.ben.id}
            ).flush_recordset()

    def test_signed_record_is_not_deleted(self):
        self.sign(self.anna, "checked")
        with self.assertRaisesRegex(UserError, "cannot be deleted"):
            self.note.unlink()

    def test_person_who_signed_is_not_deleted(self):
        self.sign(self.anna, "checked")
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.ForeignKeyViolation),
            self.env.cr.savepoint(),
        ):
            self.anna.unlink()

    # ------------------------------------------------------------------
    # Who may read
    # ------------------------------------------------------------------

    def test_readable_where_the_record_is(self):
        signoff = self.sign(self.anna, "checked")
        Signoff = self.env["edu.signoff"].with_user(self.ben)
        self.assertIn(signoff, Signoff.search([]))
        self.assertEqual(
            signoff.with_user(self.ben).read(["person_name"])[0]["person_name"], "Anna"
        )

    def test_unreadable_where_the_record_is_not(self):
        signoff = self.sign(self.anna, "checked")
        self.note.name = "hidden"
        self.note.flush_recordset()
        Signoff = self.env["edu.signoff"].with_user(self.ben)
        self.assertNotIn(signoff, Signoff.search([]))
        self.assertNotIn(signoff, Signoff.search([("res_model", "=", self.note._name)]))
        self.assertFalse(Signoff.search_count([("id", "=", signoff.id)]))
        with self.assertRaises(AccessError):
            signoff.with_user(self.ben).read(["person_name"])
        with self.assertRaises(AccessError):
            self.note.with_user(self.ben).action_signoff_verify()

    # ------------------------------------------------------------------
    # Verifying
    # ------------------------------------------------------------------

    def test_unchanged_record_verifies(self):
        self.sign(self.anna, "checked")
        self.sign(self.ben, "reviewed")
        self.assertEqual(self.note._edu_signoff_verify(), [])
        action = self.note.with_user(self.cora).action_signoff_verify()
        self.assertEqual(action["params"]["type"], "success")

    def test_unsigned_record_says_so(self):
        self.assertEqual(self.note.action_signoff_verify()["params"]["type"], "info")

    def test_changed_field_is_named_without_its_value(self):
        self.sign(self.anna, "checked")
        self.note.secret = "990000201309010033"
        problems = self.note._edu_signoff_verify()
        self.assertEqual(len(problems), 1)
        self.assertIn("Secret was changed", problems[0])
        self.assertIn("Anna", problems[0])
        self.assertNotIn("990000", problems[0])
        self.assertEqual(self.note.action_signoff_verify()["params"]["type"], "danger")

    def test_change_after_a_new_round_is_no_problem_of_the_old(self):
        self.sign(self.anna, "checked")
        self.note._edu_new_signing_round()
        self.note.name = "Corrected"
        self.assertEqual(self.note._edu_signoff_verify(), [])

    def test_altered_row_shows(self):
        signoff = self.sign(self.anna, "checked")
        self.sign(self.ben, "reviewed")
        self.tamper("UPDATE edu_signoff SET person_name = 'Cora' WHERE id = %s", signoff.id)
        problems = self.note._edu_signoff_verify()
        self.assertEqual(len(problems), 1)
        self.assertIn("altered", problems[0])

    def test_altered_content_shows(self):
        first, second = self.sign(self.anna, "checked"), self.sign(self.ben, "checked")
        self.tamper(
            "UPDATE edu_signoff SET content_cipher = (SELECT content_cipher FROM edu_signoff WHERE id = %s)"
            " WHERE id = %s",
            second.id,
            first.id,
        )
        self.assertTrue(
            any("content kept was altered" in text for text in self.note._edu_signoff_verify())
        )

    def test_unreadable_content_shows(self):
        signoff = self.sign(self.anna, "checked")
        self.tamper("UPDATE edu_signoff SET content_cipher = NULL WHERE id = %s", signoff.id)
        self.assertTrue(any("cannot be read" in text for text in self.note._edu_signoff_verify()))

    def test_removed_row_shows(self):
        self.sign(self.anna, "checked")
        middle = self.sign(self.anna, "filled")
        self.sign(self.ben, "reviewed")
        self.tamper("DELETE FROM edu_signoff WHERE id = %s", middle.id)
        self.assertTrue(any("missing" in text for text in self.note._edu_signoff_verify()))

    def tamper(self, statement, *params):
        self.env.flush_all()
        self.env.cr.execute("ALTER TABLE edu_signoff DISABLE TRIGGER USER")
        self.env.cr.execute(statement, params)
        self.env.cr.execute("ALTER TABLE edu_signoff ENABLE ALWAYS TRIGGER edu_append_only_row")
        self.env.invalidate_all()

    def test_frozen_text_is_canonical(self):
        frozen = self.sign(self.anna, "checked")._edu_frozen_text()
        self.assertEqual(canonical_json(json.loads(frozen)), frozen)
