from odoo.tests import tagged

from .common import MonitoringCommon

READERS = (
    "class_teacher",
    "records_admin",
    "dean",
    "vice_principal",
    "principal",
    "township",
    "bureau",
    "inspector",
)


@tagged("post_install", "-at_install")
class TestMonitoringAccess(MonitoringCommon):
    """Who sees which checks, children and ledgers: own scope yes, the other scope no."""

    def records(self):
        ledger = self.env["edu.ledger"]._edu_enter("school_age", self.one, "2026-09-02", "核查")
        entrant = self.expect(self.school_a, "新生甲")
        klass = self.make_class(self.school_a, 1)
        self.check.action_refresh()
        entrant._edu_assign(klass)
        self.make_post(self.user["class_teacher"], "class_teacher", klass)
        return self.check, self.sheet, self.line(self.one), ledger, entrant

    def test_readers_of_the_own_scope_only(self):
        for record in self.records():
            for role in READERS:
                with self.subTest(model=record._name, role=role):
                    self.assertTrue(self.as_user(record, role).has_access("read"))
                    self.assertFalse(self.as_user(record, role, other=True).has_access("read"))

    def test_others_see_nothing(self):
        for record in self.records():
            for role in ("student_aid", "county_admin"):
                with self.subTest(model=record._name, role=role):
                    self.assertFalse(self.as_user(record, role).has_access("read"))
            self.assertFalse(record.with_user(self.nobody).has_access("read"))

    def test_a_class_teacher_sees_one_class(self):
        lines = self.as_user(self.env["edu.roster.check.line"], "class_teacher").search([])
        self.assertEqual(lines.class_id, self.class_a)
        sheets = self.as_user(self.env["edu.roster.sheet"], "class_teacher").search([])
        self.assertEqual(sheets, self.sheet)

    def test_scope_ends_with_the_post(self):
        self.user["class_teacher"].edu_post_ids.date_to = "2026-09-01"
        self.assertFalse(self.as_user(self.sheet, "class_teacher").has_access("read"))

    def test_the_township_sees_its_children_at_other_schools(self):
        self.one.residence_area_id = self.village_b
        self.check.action_refresh()
        line = self.line(self.one)
        self.assertTrue(self.as_user(line, "township", other=True).has_access("read"))
        self.assertFalse(
            self.as_user(self.line(self.two), "township", other=True).has_access("read")
        )

    def test_the_marking_screen_shows_no_number(self):
        data = str(self.as_user(self.sheet, "class_teacher").action_marker_data())
        self.assertIn("王一", data)
        for name in ("id_number", "national_no", "address"):
            self.assertNotIn(self.one._edu_secret_clear(name)[self.one.id], data)
            self.assertNotIn(name, data)

    def test_what_the_marking_screen_offers(self):
        for role, can_mark, can_sign in (
            ("class_teacher", True, True),
            ("records_admin", True, False),
            ("principal", False, False),
            ("bureau", False, False),
        ):
            with self.subTest(role=role):
                sheet = self.as_user(self.sheet, role)
                sheet.invalidate_recordset()
                data = sheet.action_marker_data()
                self.assertEqual((data["can_mark"], data["can_sign"]), (can_mark, can_sign))

    def test_menus_fit_each_role(self):
        Menu = self.env["ir.ui.menu"]
        mine = self.env.ref("edu_dropout_control.menu_roster_my_sheet")
        checks = self.env.ref("edu_dropout_control.menu_roster_check")
        room = self.env.ref("edu_dropout_control.menu_monitoring")
        for role, wanted, unwanted in (
            ("class_teacher", room | mine, checks),
            ("records_admin", room | checks, mine),
            ("township", room | checks, mine),
            ("inspector", room | checks, mine),
            ("county_admin", Menu, room | checks | mine),
            ("student_aid", Menu, room | checks | mine),
        ):
            with self.subTest(role=role):
                visible = self.as_user(Menu, role)._visible_menu_ids()
                self.assertLessEqual(set(wanted.ids), set(visible))
                self.assertFalse(set(unwanted.ids) & set(visible))

    def test_my_classes_opens_the_one_sheet(self):
        action = self.as_user(self.env["edu.roster.sheet"], "class_teacher").action_my_sheets()
        self.assertEqual(action["res_id"], self.sheet.id)
        server = self.env.ref("edu_dropout_control.edu_roster_my_sheet_action")
        action = self.as_user(server, "class_teacher").run()
        self.assertEqual(action["res_id"], self.sheet.id)

    def test_smart_buttons_count_what_the_reader_may_read(self):
        student = self.as_user(self.one, "class_teacher")
        self.assertEqual(student.roster_line_count, 1)
        self.assertEqual(
            student.action_view_roster_lines()["domain"], [("student_id", "=", self.one.id)]
        )
        school = self.as_user(self.school_a, "county_admin")
        school.invalidate_recordset()
        self.assertEqual(school.roster_check_count, 0)
