import base64

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from ...tools.sample import write_export
from .roster_common import RosterCommon

MODELS = (
    "edu.roster.import",
    "edu.roster.import.column",
    "edu.roster.import.row",
    "edu.roster.header",
)


@tagged("post_install", "-at_install")
class TestRosterImportAccess(RosterCommon):
    """Who imports, who looks on, both ways."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.deny = mute_logger(
            "odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model"
        )
        cls.deny.__enter__()
        cls.addClassCleanup(cls.deny.__exit__, None, None, None)

    def readable(self, model, user):
        Model = self.env[model].with_user(user)
        return Model.search([]) if Model.has_access("read") else Model

    def test_who_reads_an_import(self):
        roster = self.import_children([self.child(1, class_number=9)])
        for role, user in self.user.items():
            may = role in ("records_admin", "dean", "bureau")
            for model in MODELS[:3]:
                with self.subTest(role=role, model=model):
                    self.assertEqual(bool(self.readable(model, user)), may)
        for role, user in self.other_user.items():
            for model in MODELS[:3]:
                with self.subTest(other=role, model=model):
                    self.assertFalse(self.readable(model, user))
        self.assertTrue(roster.row_ids)

    def test_only_records_administrator_and_bureau_start_an_import(self):
        for role, user in self.user.items():
            with self.subTest(role=role):
                if role in ("records_admin", "bureau"):
                    self.assertTrue(self.upload(b"x", user=user))
                else:
                    with self.assertRaises(AccessError):
                        self.upload(b"x", user=user)

    def test_nobody_starts_one_for_a_school_of_others(self):
        for role in ("records_admin", "bureau"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.upload(b"x", user=self.other_user[role])

    def test_a_school_has_to_be_chosen_where_the_county_is_not_ones_own(self):
        with self.assertRaisesRegex(UserError, "Choose the school"):
            self.upload(b"x", school_id=False)

    def test_records_administrator_begins_with_the_own_school(self):
        Roster = self.env["edu.roster.import"]
        self.assertEqual(
            Roster.with_user(self.user["records_admin"]).default_get(["school_id"])["school_id"],
            self.school_a.id,
        )
        self.assertFalse(
            Roster.with_user(self.user["bureau"]).default_get(["school_id"]).get("school_id")
        )

    def test_the_dean_looks_on(self):
        roster = self.import_children([self.child(2, class_number=9)])
        seen = roster.with_user(self.user["dean"])
        self.assertEqual(seen.rejected_count, 1)
        self.assertTrue(seen.todo_row_ids.problem)
        row = seen.todo_row_ids
        for call in (
            lambda: row.write({"val_name": "王五"}),
            row.action_run,
            row.action_dismiss,
            row.action_reopen,
            seen.action_run_again,
        ):
            with self.assertRaises(AccessError):
                call()

    def test_actions_ask_for_the_post_not_for_the_group(self):
        roster = self.upload_children([self.child(3)])
        row_roster = self.import_children([self.child(4, class_number=9)])
        # records administrator in B who also looks on as dean in A
        user = self.other_user["records_admin"]
        self.make_post(user, "dean", self.school_a)
        for call in (
            roster.with_user(user).action_read,
            roster.with_user(user).action_preview,
            roster.with_user(user).action_import,
            row_roster.with_user(user).action_run_again,
            row_roster.with_user(user).todo_row_ids.action_run,
            lambda: roster.with_user(user).write({"create_missing_classes": True}),
        ):
            with self.assertRaises(AccessError):
                call()

    def test_a_post_that_ended_imports_no_more(self):
        roster = self.upload_children([self.child(5)])
        roster.action_preview()
        user = self.user["records_admin"]
        user.sudo().edu_post_ids.write({"date_to": "2026-09-01"})
        with self.assertRaises(AccessError):
            roster.with_user(user).action_import()

    def test_rows_and_columns_are_neither_made_nor_deleted_by_hand(self):
        roster = self.import_children([self.child(6, class_number=9)])
        user = self.user["bureau"]
        for record in (roster.row_ids, roster.column_ids[:1]):
            record = record.with_user(user)
            with self.assertRaises(AccessError):
                record.unlink()
            with self.assertRaises(AccessError):
                record.create({"import_id": roster.id})

    def test_a_remembered_column_of_others(self):
        Header = self.env["edu.roster.header"]
        own = Header.with_user(self.user["records_admin"]).create(
            {"header": "甲", "school_id": self.school_a.id}
        )
        with self.assertRaises(AccessError):
            Header.with_user(self.user["records_admin"]).create(
                {"header": "甲", "school_id": self.school_b.id}
            )
        with self.assertRaises(AccessError):
            own.with_user(self.other_user["records_admin"]).read(["header"])
        with self.assertRaises(UserError):
            Header.with_user(self.user["records_admin"]).create({"header": "乙"})
        county = Header.with_user(self.user["bureau"]).create({"header": "乙"})
        self.assertEqual(county.county_id, self.county)
        with self.assertRaises(AccessError):
            county.with_user(self.user["records_admin"]).read(["header"])

    def test_the_county_administrator_sees_no_child_through_an_import(self):
        self.import_children([self.child(7, class_number=9)])
        for model in MODELS[:3]:
            self.assertFalse(self.readable(model, self.user["county_admin"]))

    def test_the_bureau_imports_for_one_of_its_schools(self):
        child = self.child(8)
        roster = self.import_children([child], user=self.user["bureau"])
        self.assertEqual(roster.new_count, 1)
        self.assertEqual(self.students(child).create_uid, self.user["bureau"])

    def test_children_are_written_as_the_importer(self):
        child = self.child(9)
        self.import_children([child])
        self.assertEqual(self.students(child).create_uid, self.user["records_admin"])

    def test_the_students_own_import_is_closed_and_ours_is_offered(self):
        Student = self.env["edu.student"].with_user(self.user["records_admin"])
        with self.assertRaises(UserError):
            Student.load(["name", "school_id/.id"], [["王五", str(self.school_a.id)]])
        arch = Student.get_view(view_type="list")["arch"]
        self.assertIn("Import registry export", arch)
        self.assertNotIn(
            "Import registry export",
            Student.with_user(self.user["class_teacher"]).get_view(view_type="list")["arch"],
        )


@tagged("post_install", "-at_install")
class TestRosterImportSecrets(RosterCommon):
    """No number in clear: neither in the file store nor in a column nor on a screen."""

    def secret_values(self, *children):
        keys = ("id_number", "national_no", "guardian1_phone", "address")
        return [child[key] for child in children for key in keys if child.get(key)]

    def test_the_upload_is_sealed_in_the_file_store(self):
        child = self.child(1)
        data = write_export([child])
        csv = "姓名,身份证件号\n" + child["name"] + "," + child["id_number"]
        for content in (data, csv.encode()):
            roster = self.upload(content)
            self.env.flush_all()
            self.env.invalidate_all()
            file = self.env["edu.encrypted.file"]._edu_of(roster)
            attachment = self.env["ir.attachment"].search(
                [
                    ("res_model", "=", file._name),
                    ("res_id", "=", file.id),
                    ("res_field", "=", "data"),
                ]
            )
            self.assertEqual(len(attachment), 1)
            self.assertFalse(attachment.index_content and "身份证" in attachment.index_content)
            self.assertNotIn(child["id_number"].encode(), attachment.raw)
            self.assertNotIn(content[:64], attachment.raw)
            self.assertEqual(roster._edu_upload_content(), content)
            self.assertFalse(roster.upload, "nothing to download")
            self.assertFalse(
                self.env["ir.attachment"].search(
                    [("res_model", "=", roster._name), ("res_id", "=", roster.id)]
                )
            )

    def test_no_column_of_the_database_holds_a_number(self):
        bad = [
            self.child(2, class_number=9),
            self.child(3, birthdate="2018-02-30", guardian1_phone="16900000777"),
            self.child(4, guardian1_phone="1690000"),
        ]
        good = self.child(5)
        roster = self.import_children([*bad, good, {**good, "name": "又一"}])
        preview = self.upload_children([*bad, good])
        preview.action_preview()
        self.assertGreaterEqual(len(roster.row_ids), 4)
        self.env.flush_all()
        wanted = self.secret_values(*bad, good)
        tables = [self.env[model]._table for model in MODELS] + [
            "edu_student",
            "edu_guardian",
            "mail_message",
            "ir_attachment",
        ]
        for table in tables:
            query = SQL("SELECT row_to_json(t)::text FROM %s t", SQL.identifier(table))
            text = " ".join(row[0] for row in self.env.execute_query(query))
            for value in wanted:
                self.assertNotIn(value, text, table)

    def test_what_everybody_reads_is_masked(self):
        bad = self.child(6, class_number=9)
        roster = self.import_children([bad])
        names = [
            name
            for name, field in roster.row_ids._fields.items()
            if field.type in ("char", "html", "json", "text") and name != "payload"
        ]
        shown = str(roster.row_ids.read(names)) + str(
            roster.read(["preview_table", "problem_text"])
        )
        shown += str(roster.column_ids.read(["sample", "header"]))
        for value in self.secret_values(bad):
            self.assertNotIn(value, shown)
        self.assertEqual(roster.row_ids.val_address, "青禾县东河镇***")

    def test_the_sealed_values_are_not_read_by_anybody(self):
        roster = self.import_children([self.child(7, class_number=9)])
        for name in ("payload", "match_student_id"):
            with self.subTest(name=name), self.assertRaises(AccessError):
                roster.row_ids.read([name])

    def test_uploads_and_values_of_rows_are_deleted_after_their_time(self):
        roster = self.import_children([self.child(8, class_number=9)])
        draft = self.upload_children([self.child(9)])
        draft.action_preview()
        self.assertEqual(str(roster.expires_on), "2026-10-02")
        self.frozen.move_to("2026-10-02 03:00:00")
        self.env["edu.roster.import"]._gc_uploads()
        self.assertTrue(roster._edu_upload_content())
        self.frozen.move_to("2026-10-03 03:00:00")
        self.env["edu.roster.import"]._gc_uploads()
        row = roster.row_ids
        self.assertTrue(roster.is_expired)
        self.assertFalse(roster.has_upload)
        self.assertIsNone(roster._edu_upload_content())
        self.assertFalse(row.sudo().payload)
        self.assertFalse(row.child_name)
        self.assertFalse(row.value)
        self.assertEqual((row.number, row.code), (3, "class_unknown"), "what was found stays")
        with self.assertRaisesRegex(UserError, "deleted by now"):
            row.action_run()
        with self.assertRaisesRegex(UserError, "deleted by now"):
            row.write({"val_name": "王五"})
        self.assertFalse(draft.preview)
        self.assertFalse(any(draft.column_ids.mapped("sample")))
        with self.assertRaisesRegex(UserError, "upload it again"):
            draft.action_preview()

    def test_a_new_upload_takes_the_place_of_the_old(self):
        roster = self.upload_children([self.child(10)])
        roster.action_preview()
        other = write_export([self.child(11), self.child(12)])
        roster.write({"upload": base64.b64encode(other), "upload_name": "新.xlsx"})
        self.assertEqual(roster.state, "draft")
        self.assertEqual(
            self.env["edu.encrypted.file"].search_count([("res_id", "=", roster.id)]), 1
        )
        self.assertEqual(self.run_import(roster).new_count, 2)

    def test_nothing_of_a_child_is_logged(self):
        child = self.child(13, class_number=9)
        with self.assertLogs("odoo", "DEBUG") as logs:
            self.import_children([child, self.child(14)])
        text = "\n".join(logs.output)
        self.assertNotIn("Roster import: row", text)

    def test_a_transfer_tells_no_more_than_the_school(self):
        child = self.child(15)
        student = self.make_student(
            self.class_b, name="不同名", birthdate=child["birthdate"], id_number=child["id_number"]
        )
        roster = self.import_children([{**child, "national_no": None}])
        row = roster.todo_row_ids
        self.assertEqual(row.code, "stands_elsewhere")
        self.assertNotIn("不同名", str(row.read()))
        self.assertFalse(row.student_id)
        with self.assertRaises(AccessError):
            student.with_user(self.user["records_admin"]).read(["name"])
