import io
from datetime import date

from python_calamine import CalamineWorkbook

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged

from ...tools.sample import TEMPLATE
from .roster_common import RosterCommon

TABLES = ("edu_student", "edu_guardian")


class RegistryExportCommon(RosterCommon):
    """School A has three children from a registry's file, one of them without a student number."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.student.sudo().enrolment_state = "graduated"
        cls.rows = [
            cls.child(1, name="阮甲", left_behind=True, study_mode="住校", former_name="阮小甲"),
            cls.child(2, name="阮乙", disability_type="2", gender="female"),
            cls.child(3, name="阮丙", national_no=None, guardian2_name="阮爷爷",
                      guardian2_relation="grandfather", guardian2_workplace="柳树村"),
        ]  # fmt: skip

    def setUp(self):
        super().setUp()
        self.import_children(self.rows)
        self.one, self.two, self.three = self.students(*self.rows)
        self.three.sudo().registry_completion = "to_apply"

    def export(self, role="records_admin", **values):
        return self.as_user(self.env["edu.registry.export"], role).create(
            {
                "school_id": self.school_a.id,
                "content": "all",
                "reason": "录入全国学籍系统",
                **values,
            }
        )

    def read(self, data):
        """(headers, rows) of the workbook"""
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
        lines = sheet.to_python()
        return lines[0], [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]

    def names(self, export):
        return [row["姓名"] for row in self.read(export._edu_write())[1]]


@tagged("post_install", "-at_install")
class TestRegistryExport(RegistryExportCommon):
    def test_the_columns_of_the_national_template_in_their_order(self):
        headers, rows = self.read(self.export()._edu_write())
        self.assertEqual(headers, [header for header, _key in TEMPLATE])
        self.assertEqual(len(headers), 74)
        row = rows[0]
        child = next(child for child in self.rows if child["name"] == row["姓名"])
        self.assertEqual(row["身份证号"], child["id_number"])
        self.assertEqual(row["现住址"], child["address"])
        self.assertEqual(row["学校标识码"], self.school_a.code)
        self.assertEqual((row["年级"], row["班级号"]), ("三年级", "1班"))
        self.assertEqual(row["出生日期"], "20180301")
        self.assertEqual(row["户口所在地行政区划"], "990001101201")
        self.assertEqual(row["成员1联系电话"], child["guardian1_phone"])
        self.assertEqual(row["区县"], self.county.name)
        self.assertEqual(row["特长"], "", "what is not held stays empty")

    def test_what_is_exported_is_imported_again_without_a_change(self):
        data = self.export()._edu_write()
        before = self.versions(*TABLES)
        roster = self.run_import(self.upload(data))
        self.assertEqual(self.counts(roster), (3, 0, 0, 3, 0, 0))
        self.assertFalse(roster.row_ids)
        self.assertEqual(self.versions(*TABLES), before)

    def test_a_file_without_registry_states_changes_none(self):
        self.one.sudo().enrolment_state = "suspended"
        self.two.sudo().enrolment_state = "dropped_out"
        roster = self.run_import(self.upload(self.export()._edu_write()))
        self.assertEqual(self.counts(roster), (3, 0, 0, 3, 0, 0))
        self.assertEqual(self.one.enrolment_state, "suspended")
        self.assertEqual(self.two.enrolment_state, "dropped_out")

    def test_registry_entries_still_to_be_made(self):
        self.assertEqual(self.names(self.export(content="completion")), ["阮丙"])
        self.three.sudo().registry_completion = "received"
        with self.assertRaisesRegex(UserError, "no child"):
            self.export(content="completion").action_export()

    def test_new_and_changed_since_a_day(self):
        self.env.flush_all()
        self.env.cr.execute("UPDATE edu_student SET write_date = '2026-08-31 15:59:59'")
        self.env.cr.execute("UPDATE edu_guardian SET write_date = '2026-08-31 15:59:59'")
        self.env.invalidate_all()
        export = self.export(content="changes", since=date(2026, 9, 1))
        self.assertEqual(export.student_count, 0)
        self.one.sudo().aux_no = "123"
        self.two.guardian_ids.sudo().workplace = "镇上"
        self.env.flush_all()
        export.invalidate_recordset()
        self.assertEqual(self.names(export), ["阮乙", "阮甲"])

    def test_all_are_those_on_the_schools_list(self):
        self.one.sudo().enrolment_state = "transferred_out"
        self.assertEqual(self.names(self.export()), ["阮丙", "阮乙"])

    def test_every_number_is_logged_with_the_reason(self):
        Log = self.env["edu.reveal.log"]
        export = self.export()
        export.action_export()
        self.assertFalse(Log.search([]), "nothing was shown yet")
        export._edu_write()
        log = Log.search([("model", "=", "edu.student"), ("field_name", "=", "id_number")])
        self.assertEqual(set(log.mapped("res_id")), {self.one.id, self.two.id, self.three.id})
        self.assertEqual(set(log.mapped("reason")), {"录入全国学籍系统"})
        self.assertEqual(log.person_id, self.user["records_admin"])
        phones = Log.search([("model", "=", "edu.guardian"), ("field_name", "=", "phone")])
        self.assertEqual(len(phones), 3)

    def test_a_reason_is_asked_for_and_holds_no_number(self):
        for reason in (False, " ", f"核对{self.rows[0]['id_number']}"):
            with self.subTest(reason=bool(reason)), self.assertRaisesRegex(UserError, "reason"):
                self.export(reason=reason).action_export()

    def test_who_exports(self):
        for role in ("records_admin", "bureau"):
            with self.subTest(role=role):
                self.assertTrue(self.export(role).action_export())
        for role in ("class_teacher", "dean", "principal", "township", "inspector"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.export(role)
        for role in ("records_admin", "bureau"):
            export = (
                self.env["edu.registry.export"]
                .with_user(self.other_user[role])
                .create({"school_id": self.school_a.id, "content": "all", "reason": "录入"})
            )
            with self.subTest(role=role, side="other"), self.assertRaises(AccessError):
                export.action_export()

    def test_nothing_is_a_formula(self):
        self.one.sudo().former_name = "=1+1"
        rows = self.read(self.export()._edu_write())[1]
        self.assertIn("=1+1", [row["曾用名"] for row in rows])

    def test_nothing_is_kept(self):
        export = self.export()
        files = self.env["ir.attachment"].search_count([])
        sealed = self.env["edu.encrypted.file"].search_count([])
        export._edu_write()
        self.assertEqual(self.env["ir.attachment"].search_count([]), files)
        self.assertEqual(self.env["edu.encrypted.file"].search_count([]), sealed)


@tagged("post_install", "-at_install")
class TestRegistryExportDownload(RegistryExportCommon, HttpCase):
    def test_only_who_asked_gets_it(self):
        for login in ("records_admin", "bureau"):
            self.user[login].password = self.user[login].login
        url = self.export().action_export()["url"]
        self.env.flush_all()
        self.authenticate(self.user["records_admin"].login, self.user["records_admin"].login)
        answer = self.url_open(url)
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        self.assertEqual(len(self.read(answer.content)[1]), 3)
        self.authenticate(self.user["bureau"].login, self.user["bureau"].login)
        self.assertEqual(self.url_open(url).status_code, 404)
        self.authenticate(None, None)
        self.assertNotEqual(self.url_open(url, allow_redirects=False).status_code, 200)
