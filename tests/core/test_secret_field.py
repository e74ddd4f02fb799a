from datetime import date

import psycopg2

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ...models.core import secret_mixin
from ...models.core.secret_field import Secret
from ...tools.identity import make_identity, make_phone, make_student_no
from ..common import EduCommon

BORN = date(2018, 5, 6)
COLUMNS = ("masked", "digest", "cipher")


class SecretCommon(EduCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.number = make_identity(BORN, "male", 433)
        cls.national = make_student_no(BORN, "male", 433)
        cls.phone = make_phone(9001)
        cls.child = cls.make_student(
            cls.class_a,
            name="周密",
            id_number=cls.number,
            national_no=cls.national,
            birthdate=BORN,
            address="青禾县东河镇柳树村12号",
        )
        cls.guardian = cls.child.guardian_ids
        cls.guardian.phone = cls.phone
        cls.child_admin = cls.as_user(cls, cls.child, "records_admin")
        cls.env.flush_all()

    def row(self, record, *columns):
        record.flush_recordset()
        names = ", ".join(columns)
        self.env.cr.execute(f"SELECT {names} FROM {record._table} WHERE id = %s", [record.id])  # pylint: disable=sql-injection
        return self.env.cr.fetchone()


@tagged("post_install", "-at_install")
class TestSecretField(SecretCommon):
    # ------------------------------------------------------------ stored

    def test_the_database_holds_no_number(self):
        stored = self.row(self.child, "row_to_json(edu_student)::text")[0]
        for secret in (self.number, self.national, self.number[6:14], "柳树村12号"):
            with self.subTest(secret=secret):
                self.assertNotIn(secret, stored)
        stored = self.row(self.guardian, "row_to_json(edu_guardian)::text")[0]
        self.assertNotIn(self.phone, stored)
        self.assertNotIn(self.phone[-4:], stored)

    def test_columns_are_there_for_every_secret(self):
        for model in self.env["edu.secret.mixin"]._edu_secret_models():
            fields = self.env[model]._fields
            for name in self.env[model]._edu_secret_fields():
                for suffix in COLUMNS:
                    with self.subTest(model=model, name=name, suffix=suffix):
                        column = fields[f"{name}_{suffix}"]
                        self.assertEqual(column.groups, ".")
                        self.assertFalse(column.copy)
                        self.assertTrue(column.store)
                self.assertFalse(fields[name].store)
                self.assertFalse(fields[name].copy)

    def test_same_number_same_digest_other_cipher(self):
        other = self.make_student(self.class_b)
        other.guardian_ids.phone = self.phone
        ours = self.row(self.guardian, "phone_digest", "phone_cipher")
        theirs = self.row(other.guardian_ids, "phone_digest", "phone_cipher")
        self.assertEqual(ours[0], theirs[0])
        self.assertNotEqual(ours[1], theirs[1])

    def test_digest_ignores_spelling(self):
        self.guardian.phone = f"+86 {self.phone[:3]}-{self.phone[3:7]} {self.phone[7:]}"
        self.assertEqual(
            self.row(self.guardian, "phone_digest")[0],
            self.env["edu.secret.mixin"]._edu_digest("phone", self.phone),
        )
        self.assertEqual(self.guardian._edu_secret_clear("phone"), {self.guardian.id: self.phone})

    # ------------------------------------------------------------ read

    def test_masks(self):
        child = self.child_admin
        self.assertEqual(child.id_number, "*" * 16 + self.number[-2:])
        self.assertEqual(child.national_no, "*" * 17 + self.national[-2:])
        self.assertEqual(child.address, "青禾县东河镇***")
        self.assertEqual(self.guardian.phone, "*" * 9 + self.phone[-2:])

    def test_every_way_of_reading_gives_the_mask(self):
        Student = self.child_admin.browse()
        spec = {"id_number": {}, "guardian_ids": {"fields": {"phone": {}, "id_number": {}}}}
        ways = {
            "read": self.child_admin.read(),
            "search_read": Student.search_read([("id", "=", self.child.id)]),
            "web_read": self.child_admin.web_read(spec),
            "web_search_read": Student.web_search_read([("id", "=", self.child.id)], spec),
            "export": self.child.export_data(
                ["id_number", "national_no", "address", "guardian_ids/phone"]
            ),
            "name": self.child_admin.display_name,
            "superuser": self.child.sudo().read(),
            "group labels": self.guardian.formatted_read_group([], ["student_id"], ["__count"]),
            "copy data": self.child.copy_data(),
        }
        for way, answer in ways.items():
            with self.subTest(way=way):
                text = repr(answer)
                for secret in (self.number, self.national, self.phone, "柳树村12号"):
                    self.assertNotIn(secret, text)
        self.assertIn("*" * 16 + self.number[-2:], repr(ways["export"]))

    def test_related_field_gives_mask_and_finds_full_numbers_only(self):
        children = self.child.search([("guardian_ids.phone", "=", self.phone)])
        self.assertEqual(children, self.child)
        self.assertFalse(self.child.search([("guardian_ids.phone", "ilike", self.phone[:7])]))

    def test_columns_are_closed_to_everybody_but_the_server(self):
        child = self.child_admin
        for suffix in COLUMNS:
            name = f"id_number_{suffix}"
            ways = {
                "read": lambda name=name: child.read([name]),
                "attribute": lambda name=name: child[name],
                "search": lambda name=name: child.search([(name, "!=", False)]),
                "path": lambda name=name: child.guardian_ids.search(
                    [(f"student_id.{name}", "!=", False)]
                ),
                "order": lambda name=name: child.search([], order=name),
                "group": lambda name=name: child.formatted_read_group([], [name], ["__count"]),
                "web_read": lambda name=name: child.web_read({name: {}}),
            }
            for way, call in ways.items():
                with self.subTest(name=name, way=way), self.assertRaises(AccessError):
                    call()
            self.assertNotIn(name, child.fields_get())

    def test_no_group_or_order_by_secret(self):
        for call in (
            lambda: self.child.formatted_read_group([], ["id_number"], ["__count"]),
            lambda: self.child.search([], order="id_number"),
        ):
            with self.assertRaises(UserError):
                call()
        description = self.child.fields_get(["id_number"])["id_number"]
        self.assertFalse(description["groupable"])
        self.assertFalse(description["sortable"])
        self.assertTrue(description["searchable"])

    # ------------------------------------------------------------ search

    def test_full_number_finds(self):
        Student = self.child_admin.browse()
        for operator in ("=", "ilike", "=ilike", "like", "in"):
            value = [self.number] if operator == "in" else self.number.lower()
            with self.subTest(operator=operator):
                self.assertEqual(Student.search([("id_number", operator, value)]), self.child_admin)
        everybody = Student.search_count([])
        for operator in ("!=", "not ilike"):
            with self.subTest(operator=operator):
                found = Student.search([("id_number", operator, self.number)])
                self.assertNotIn(self.child.id, found.ids)
                self.assertEqual(len(found), everybody - 1)

    def test_part_of_a_number_finds_nothing(self):
        for part in (self.number[:6], self.number[6:14], self.number[-4:], "%", "1", "***"):
            for operator in ("=", "ilike", "=ilike", "like"):
                with self.subTest(part=part, operator=operator):
                    self.assertFalse(self.child.search([("id_number", operator, part)]))
        # the mask itself neither
        self.assertFalse(self.child.search([("id_number", "=", self.child.id_number)]))

    def test_search_for_empty(self):
        empty = self.make_student(self.class_a, national_no=False)
        found = self.child.search([("national_no", "=", False)])
        self.assertIn(empty, found)
        self.assertNotIn(self.child, found)

    def test_search_stays_within_the_rules(self):
        domain = [("id_number", "=", self.number)]
        for role in ("class_teacher", "principal", "township", "bureau", "inspector"):
            with self.subTest(role=role):
                self.assertTrue(self.as_user(self.child, role).search(domain))
                self.assertFalse(self.as_user(self.child, role, other=True).search(domain))

    def test_archived_are_found_when_asked_for(self):
        self.child.active = False
        domain = [("id_number", "=", self.number)]
        self.assertFalse(self.child.search(domain))
        self.assertTrue(self.child.with_context(active_test=False).search(domain))

    def test_comparing_in_memory_finds_nothing(self):
        self.assertFalse(self.child.filtered_domain([("id_number", "=", self.number)]))

    # ------------------------------------------------------------ write

    def test_client_sent_columns_are_ignored(self):
        before = self.row(self.child, "id_number_masked", "id_number_digest", "id_number_cipher")
        forged = {f"id_number_{suffix}": "forged" for suffix in COLUMNS}
        self.child_admin.write({**forged, "name": "周秘"})
        self.child.sudo().write(forged)
        self.assertEqual(
            self.row(self.child, "id_number_masked", "id_number_digest", "id_number_cipher"),
            before,
        )
        created = self.child_admin.create({"name": "新生", "school_id": self.school_a.id, **forged})
        self.assertEqual(self.row(created, "id_number_masked", "id_number_digest"), (None, None))

    def test_columns_sent_along_a_one2many_are_ignored(self):
        self.child_admin.write(
            {"guardian_ids": [(0, 0, {"name": "外公", "phone_digest": "forged"})]}
        )
        added = self.child.guardian_ids - self.guardian
        self.assertEqual(self.row(added, "phone_digest"), (None,))

    def test_sentinel_cannot_be_imitated(self):
        real = secret_mixin._SENTINEL
        for fake in (True, "1", repr(real), {}, object()):
            child = self.child_admin.with_context(**{secret_mixin.CONTEXT_KEY: fake})
            with self.subTest(fake=fake), self.assertRaises(AccessError):
                child.read(["id_number_digest"])
        self.assertNotIn(secret_mixin.CONTEXT_KEY, self.child.env.context)

    def test_what_is_created_does_not_carry_the_sentinel(self):
        created = self.child_admin.create({"name": "新生", "school_id": self.school_a.id})
        self.assertNotIn(secret_mixin.CONTEXT_KEY, created.env.context)

    def test_sent_back_mask_means_unchanged(self):
        before = self.row(self.child, "id_number_cipher")
        self.child_admin.write({"id_number": self.child.id_number, "name": "周秘"})
        self.assertEqual(self.row(self.child, "id_number_cipher"), before)
        self.assertEqual(self.child.name, "周秘")

    def test_other_mask_is_refused(self):
        for value in ("*" * 16 + "77", self.child.id_number + "1", "青禾县***"):
            with self.subTest(value=value), self.assertRaises(ValidationError):
                self.child_admin.write({"id_number": value})
        with self.assertRaises(ValidationError):
            self.child_admin.create(
                {"name": "新生", "school_id": self.school_a.id, "id_number": "*" * 16 + "77"}
            )

    def test_number_as_number_is_refused(self):
        with self.assertRaises(ValidationError) as caught:
            self.guardian.phone = int(self.phone)
        self.assertNotIn(self.phone, str(caught.exception))

    def test_clearing(self):
        self.child_admin.write({"id_number": False})
        self.assertFalse(self.child.id_number)
        self.assertEqual(
            self.row(self.child, "id_number_masked", "id_number_digest", "id_number_cipher"),
            (None, None, None),
        )

    def test_several_records_at_once(self):
        guardians = self.guardian + self.make_student(self.class_a).guardian_ids
        second = guardians[1]
        before = self.row(second, "phone_cipher")
        phone = make_phone(9100)
        guardians.write({"phone": phone, "workplace": "县城"})
        self.assertEqual(guardians.mapped("workplace"), ["县城", "县城"])
        self.assertEqual(set(guardians._edu_secret_clear("phone").values()), {phone})
        self.assertNotEqual(self.row(second, "phone_cipher"), before)

    def test_default_in_context_is_refused(self):
        for key in ("default_id_number", "default_id_number_digest"):
            Student = self.child_admin.browse().with_context(**{key: self.number})
            with self.subTest(key=key):
                with self.assertRaises(UserError):
                    Student.create({"name": "新生", "school_id": self.school_a.id})
                with self.assertRaises(UserError):
                    Student.default_get(["id_number"])

    def test_copy_drops_secrets(self):
        copy = self.child.copy()
        for name in ("id_number", "national_no", "address"):
            with self.subTest(name=name):
                self.assertFalse(copy[name])
                self.assertEqual(self.row(copy, f"{name}_digest", f"{name}_cipher"), (None, None))

    def test_unique_clash_is_neutral_and_logged(self):
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.UniqueViolation) as caught,
            self.env.cr.savepoint(),
        ):
            self.as_user(self.child, "records_admin", other=True).create(
                {"name": "同号", "school_id": self.school_b.id, "id_number": self.number}
            ).flush_recordset()
        with self.assertLogs(secret_mixin.__name__, "WARNING") as logs:
            message = self.child_admin._sql_error_to_message(caught.exception)
        for tell in (
            self.number,
            self.child.name,
            self.school_a.name,
            "digest",
            str(self.child.id),
        ):
            with self.subTest(tell=tell):
                self.assertNotIn(tell, message)
        self.assertIn("cannot be saved", message)
        self.assertIn("id_number of edu.student", logs.output[0])
        self.assertNotIn(self.number, logs.output[0])

    def test_form_takes_a_number_and_shows_the_mask(self):
        number = make_identity(BORN, "male", 434)
        with Form(self.child_admin) as form:
            self.assertEqual(form.id_number, self.child.id_number)
            form.id_number = number
        self.assertEqual(self.child.id_number, "*" * 16 + number[-2:])
        self.assertEqual(self.child._edu_secret_clear("id_number"), {self.child.id: number})

    def test_onchange_keeps_what_is_typed_to_itself(self):
        answer = self.child_admin.onchange(
            {"id_number": self.number}, ["id_number"], {"name": {}, "id_number": {}}
        )
        self.assertNotIn("id_number", answer.get("value", {}))

    def test_chatter_shows_no_value(self):
        field = Secret("Probe", kind="phone", tracking=True)
        self.assertTrue(field._args__["tracking"])
        self.assertFalse(getattr(self.child._fields["id_number"], "tracking", False))
        self.child_admin.write({"id_number": make_identity(BORN, "male", 436)})
        self.env.flush_all()
        self.env.cr.precommit.run()
        for message in self.child.sudo().message_ids:
            self.assertNotIn(self.number, message.body or "")
            self.assertFalse(
                message.tracking_value_ids.filtered(lambda v: v.field_id.name == "id_number")
            )

    # ------------------------------------------------------------ keys

    def test_cipher_moved_to_another_field_does_not_open(self):
        self.env.cr.execute(
            "UPDATE edu_student SET national_no_cipher = id_number_cipher WHERE id = %s",
            [self.child.id],
        )
        self.child.invalidate_recordset()
        with mute_logger(secret_mixin.__name__), self.assertRaises(UserError) as caught:
            self.child._edu_secret_clear("national_no")
        self.assertIn("cannot be read with the keys", str(caught.exception))

    def test_broken_cipher_is_a_clear_message(self):
        for broken in ("", "x", "00000000:AAAA", "not a cipher", self.number):
            with (
                self.subTest(broken=broken),
                mute_logger(secret_mixin.__name__),
                self.assertRaises(UserError),
            ):
                self.env["edu.secret.mixin"]._edu_decrypt("edu.student", "id_number", broken)

    def test_key_file_of_another_database(self):
        self.env["ir.config_parameter"].set_param(secret_mixin.DIGEST_PARAMETER, "00000000")
        with mute_logger(secret_mixin.__name__), self.assertRaises(UserError) as caught:
            self.guardian.phone = make_phone(9101)
        self.assertIn("another database", str(caught.exception))
        self.assertEqual(self.guardian.phone, "*" * 9 + self.phone[-2:])  # reading a mask goes on

    def test_bulk_values_match_single_ones(self):
        values = self.env["edu.guardian"]._edu_secret_values("phone", f" {self.phone} ")
        self.assertEqual(set(values), {"phone_masked", "phone_digest", "phone_cipher"})
        self.assertEqual(values["phone_digest"], self.row(self.guardian, "phone_digest")[0])
        self.assertEqual(values["phone_masked"], self.guardian.phone)
        empty = self.env["edu.guardian"]._edu_secret_values("phone", " ")
        self.assertEqual(set(empty.values()), {False})
