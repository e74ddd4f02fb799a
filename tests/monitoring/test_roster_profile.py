from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...tools.roster import map_columns
from ...tools.sample import SHORT, TEMPLATE
from .roster_common import RosterCommon

#: a source whose headers nobody knows
CODED = tuple(
    (f"项目{at:02d}", key)
    for at, (_header, key) in enumerate(pair for pair in SHORT if pair[1] != "remark")
)


@tagged("post_install", "-at_install")
class TestRosterProfile(RosterCommon):
    """Layouts of columns: kept once by the bureau, known again by the headers."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.national = cls.env.ref("edu_dropout_control.roster_profile_national")

    def assign(self, roster, layout=CODED):
        """Say by hand what each column holds."""
        fields = dict(layout)
        for column in roster.column_ids:
            column.field_key = fields[column.header]

    def kept(self, serial=1):
        """A layout of the coded source, from an import of the bureau whose columns were assigned."""
        layout = (("姓名", "name"), ("出生日期", "birthdate"), ("性别", "gender"), *CODED[:2])
        layout += CODED[5:]
        roster = self.upload_children(
            [self.child(serial)], layout=layout, user=self.user["bureau"], name="邻省导出2026.xlsx"
        )
        roster.action_read()
        self.assertTrue(roster.column_ids)
        self.assertFalse(roster.is_assigned)
        self.assign(roster, layout)
        self.assertTrue(roster.is_assigned)
        action = roster.action_keep_profile()
        profile = self.env["edu.roster.profile"].browse(action["res_id"])
        self.assertEqual(roster.profile_id, profile)
        return profile, roster, layout

    def test_the_national_template_is_seeded_and_known_again(self):
        lines = self.national.line_ids
        self.assertEqual(lines.mapped("header"), [header for header, _key in TEMPLATE])
        says = map_columns([header for header, _key in TEMPLATE], 1, 1).columns
        self.assertEqual(
            [line.field_key or None for line in lines], [column.field for column in says]
        )
        child = self.child(1, guardian2_name="李梅", guardian2_relation="mother")
        roster = self.upload_children([child], layout=TEMPLATE)
        roster.action_read()
        self.assertEqual(roster.profile_id, self.national)
        self.assertFalse(roster.column_ids.filtered(lambda column: not column.is_known))
        roster.action_preview()
        roster.action_import()
        self.assertEqual(self.counts(roster), (1, 1, 0, 0, 0, 0))
        self.assertEqual(len(self.students(child).guardian_ids), 2)

    def test_the_short_export_has_no_layout(self):
        roster = self.upload_children([self.child(2)])
        roster.action_read()
        self.assertFalse(roster.profile_id)
        self.assertFalse(roster.is_assigned)

    def test_assigned_once_and_known_for_every_school(self):
        profile, roster, layout = self.kept()
        self.assertEqual((profile.name, profile.year), ("邻省导出2026", "2026"))
        self.assertEqual(profile.line_count, len(layout))
        self.assertEqual(
            {line.header: line.field_key or None for line in profile.line_ids}, dict(layout)
        )
        roster.action_preview()
        roster.action_import()
        self.assertEqual(roster.new_count, 1)
        # the next file: another school, columns in another order, one more
        child = self.child(3, school_name=self.school_b.name, school_code=self.school_b.code)
        data = [child], (*layout[::-1], ("别的", None))
        other = self.upload_children(
            data[0],
            layout=data[1],
            user=self.other_user["records_admin"],
            school_id=self.school_b.id,
        )
        other.action_read()
        self.assertEqual(other.profile_id, profile)
        other.action_preview()
        other.action_import()
        self.assertEqual(self.counts(other), (1, 1, 0, 0, 0, 0))
        self.assertEqual(self.clear(self.students(child), "address"), child["address"])

    def test_a_column_that_a_school_corrects_stays_corrected(self):
        profile, _roster, layout = self.kept()
        column = next(header for header, key in layout if key == "address")
        for serial, assigned in ((4, "former_name"), (5, False)):
            roster = self.upload_children([self.child(serial)], layout=layout)
            roster.action_read()
            self.assertEqual(roster.profile_id, profile)
            found = roster.column_ids.filtered(lambda c: c.header == column)
            if assigned:
                self.assertEqual(found.field_key, "address")
                found.field_key = assigned
            else:
                self.assertEqual(found.field_key, "former_name", "the school's word, remembered")
                found.field_key = "address"
            roster.action_preview()
            roster.action_import()
            student = self.students(self.child(serial))
            self.assertEqual(bool(student.former_name), bool(assigned))
            self.assertEqual(bool(student.address), not assigned)

    def test_a_layout_changed_meanwhile_changes_nothing_of_a_file_read_before(self):
        profile, _roster, layout = self.kept()
        roster = self.upload_children([self.child(6)], layout=layout)
        roster.action_read()
        profile.line_ids.filtered(lambda line: line.field_key == "address").field_key = False
        profile.active = False
        roster.action_preview()
        roster.action_import()
        self.assertTrue(self.students(self.child(6)).address)
        again = self.upload_children([self.child(7)], layout=layout)
        again.action_read()
        self.assertFalse(again.profile_id, "an archived layout is not looked for")

    def test_who_keeps_layouts(self):
        layout = (*SHORT, ("娃娃小名", "former_name"))
        roster = self.upload_children([self.child(8)], layout=layout)
        with self.assertRaisesRegex(UserError, "Read the file first"):
            roster.with_user(self.user["bureau"]).action_keep_profile()
        roster.action_read()
        self.assign(roster, layout)
        with mute_logger("odoo.addons.base.models.ir_model"), self.assertRaises(AccessError):
            roster.action_keep_profile()  # a records administrator
        with mute_logger("odoo.addons.base.models.ir_rule"), self.assertRaises(AccessError):
            roster.with_user(self.other_user["bureau"]).action_keep_profile()
        self.assertTrue(roster.with_user(self.user["bureau"]).action_keep_profile())
        self.national.with_user(self.user["county_admin"]).source = "全国"
        self.assertEqual(self.national.with_user(self.user["dean"]).source, "全国")
