from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .roster_common import RosterCommon


@tagged("post_install", "-at_install")
class TestRosterImportRows(RosterCommon):
    """Rows that an import cannot take: where they are, what they say, and how they are worked off."""

    def three_bad_rows(self):
        """An import of five children with a digit mistyped, no birth date, an unknown class."""
        good = [self.child(1), self.child(2)]
        number = self.child(3)["id_number"]
        wrong = number[:-1] + ("1" if number[-1] == "0" else "0")
        bad = [
            self.child(3, id_number=wrong, national_no=None),
            self.child(4, birthdate="2018-02-30"),
            self.child(5, class_number=9),
        ]
        return self.import_children([good[0], bad[0], bad[1], good[1], bad[2]]), bad, wrong

    def test_bad_rows_stay_with_place_value_and_remedy(self):
        roster, bad, wrong = self.three_bad_rows()
        self.assertEqual(self.counts(roster), (5, 2, 0, 0, 3, 0))
        first, second, third = roster.todo_row_ids
        self.assertEqual(
            [(row.sheet, row.number) for row in roster.todo_row_ids],
            [("学生信息", 4), ("学生信息", 5), ("学生信息", 7)],
        )
        self.assertEqual(first.child_name, bad[0]["name"])
        self.assertEqual((first.column, first.header), ("G", "身份证件号"))
        self.assertEqual(first.value, "*" * 16 + wrong[-2:])
        self.assertIn("mistyped", first.problem)
        self.assertIn("household register", first.remedy)
        self.assertEqual((second.column, second.header), ("E", "出生日期"))
        self.assertEqual(second.value, "2018-02-30")
        self.assertIn("no such day", second.problem)
        self.assertIn("2018-09-01", second.remedy)
        self.assertEqual((third.column, third.header), ("P", "班级"))
        self.assertEqual(third.value, "9班")
        self.assertIn("no class 9 in grade 3", third.problem)
        self.assertIn("Create missing classes", third.remedy)

    def test_one_corrected_row_is_run_again(self):
        roster, bad, _wrong = self.three_bad_rows()
        row = roster.todo_row_ids[1]
        row.write({"val_birthdate": "2018-03-01"})
        self.assertEqual(row.state, "fixed")
        roster.action_run_again()
        self.assertEqual(row.state, "imported")
        self.assertFalse(row.problem)
        student = self.students(bad[1])
        self.assertEqual(row.student_id, student)
        self.assertEqual(student.name, bad[1]["name"])
        self.assertEqual(self.counts(roster), (5, 3, 0, 0, 2, 0))
        self.assertEqual(len(roster.todo_row_ids), 2)

    def test_a_secret_is_typed_clear_and_kept_in_cipher(self):
        roster, bad, wrong = self.three_bad_rows()
        right = self.child(3)["id_number"]
        row = roster.todo_row_ids[0]
        self.assertEqual(row.val_id_number, "*" * 16 + wrong[-2:])
        row.write({"val_id_number": right, "val_name": row.val_name})
        self.assertEqual(row.val_id_number, "*" * 16 + right[-2:])
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT row_to_json(r)::text FROM edu_roster_import_row r WHERE id = %s", [row.id]
        )
        self.assertNotIn(right, self.env.cr.fetchone()[0])
        row.action_run()
        self.assertEqual(row.state, "imported")
        self.assertEqual(self.clear(row.student_id, "id_number"), right)
        self.assertEqual(row.student_id.name, bad[0]["name"])

    def test_the_mask_sent_back_by_the_form_changes_nothing(self):
        roster, bad, _wrong = self.three_bad_rows()
        row = roster.todo_row_ids[1]
        shown = {name: row[name] for name in row._fields if name.startswith("val_")}
        row.write(shown)
        self.assertEqual(row.state, "open")
        row.write({**shown, "val_birthdate": "2018-03-01"})
        row.action_run()
        self.assertEqual(self.clear(row.student_id, "id_number"), bad[1]["id_number"])
        self.assertEqual(self.clear(row.student_id, "address"), bad[1]["address"])
        self.assertEqual(
            self.clear(row.student_id.guardian_ids, "phone"), bad[1]["guardian1_phone"]
        )

    def test_another_mask_is_no_value(self):
        roster, _bad, _wrong = self.three_bad_rows()
        with self.assertRaisesRegex(UserError, "whole value"):
            roster.todo_row_ids[0].write({"val_id_number": "****************17"})

    def test_a_row_corrected_wrongly_stays(self):
        roster, _bad, _wrong = self.three_bad_rows()
        row = roster.todo_row_ids[1]
        row.write({"val_birthdate": "2017-03-01"})
        row.action_run()
        self.assertEqual(row.state, "open")
        self.assertEqual(row.code, "birthdate_mismatch")

    def test_run_again_after_the_class_was_created(self):
        roster, bad, _wrong = self.three_bad_rows()
        self.make_class(self.school_a, 3, 9)
        roster.action_run_again()
        self.assertEqual(self.students(bad[2]).class_id.number, 9)
        self.assertEqual(self.counts(roster), (5, 3, 0, 0, 2, 0))

    def test_ticking_missing_classes_afterwards(self):
        roster, bad, _wrong = self.three_bad_rows()
        roster.create_missing_classes = True
        self.assertEqual(roster.state, "done")
        roster.action_run_again()
        self.assertEqual(self.students(bad[2]).class_id.number, 9)

    def test_a_row_is_dismissed_with_a_reason_and_taken_up_again(self):
        roster, _bad, _wrong = self.three_bad_rows()
        row = roster.todo_row_ids[0]
        with self.assertRaisesRegex(UserError, "Reason"):
            row.action_dismiss()
        row.write({"dismiss_reason": "已转出"})
        row.action_dismiss()
        self.assertEqual(row.state, "dismissed")
        self.assertEqual(roster.rejected_count, 2)
        with self.assertRaisesRegex(UserError, "done with"):
            row.action_run()
        row.action_reopen()
        self.assertEqual(row.state, "open")

    def test_rows_are_worked_off_after_the_import_only(self):
        roster = self.upload_children([self.child(6, birthdate="昨天")])
        roster.action_preview()
        with self.assertRaisesRegex(UserError, "Import the file first"):
            roster.row_ids.action_run()
        with self.assertRaisesRegex(UserError, "Import the file first"):
            roster.action_run_again()

    def test_what_was_found_is_not_changed_by_hand(self):
        roster, _bad, _wrong = self.three_bad_rows()
        row = roster.todo_row_ids[0]
        for values in (
            {"state": "imported"},
            {"student_id": self.other_student.id},
            {"decision": "transfer"},
            {"payload": "x"},
            {"match_student_id": self.other_student.id},
            {"school_id": self.school_b.id},
        ):
            with self.subTest(values=values), self.assertRaises(AccessError):
                row.write(values)
        for values in ({"state": "done"}, {"new_count": 3}, {"county_id": self.other_county.id}):
            with self.subTest(values=values), self.assertRaises(AccessError):
                roster.write(values)

    def test_spoilt_numbers_are_rejected_never_converted(self):
        as_text = self.child(7, id_number="9.90001E+17", national_no=None)
        rounded = self.child(8, birthdate=date(2018, 4, 2))
        rounded.update(id_number=rounded["id_number"][:15] + "000", national_no=None)
        roster = self.import_children([as_text, rounded])
        self.assertEqual(self.counts(roster), (2, 0, 0, 0, 2, 0))
        self.assertEqual(roster.todo_row_ids.mapped("code"), ["number_spoilt"] * 2)
        self.assertIn("rounded", roster.todo_row_ids[0].problem)

    def test_the_same_child_twice_in_one_file(self):
        child = self.child(9)
        roster = self.import_children([child, self.child(10), {**child, "class_number": 2}])
        self.assertEqual(self.counts(roster), (3, 2, 0, 0, 1, 0))
        self.assertEqual(self.students(child).class_id, self.class_a)
        row = roster.todo_row_ids
        self.assertEqual(row.number, 5)
        self.assertIn("row 3", row.problem)
        self.assertIn("学生信息", row.problem)
        self.assertNotIn(child["id_number"], row.problem)

    def test_a_repeated_row_is_not_let_in_by_running_it_again(self):
        child = self.child(11)
        roster = self.import_children([child, {**child, "class_number": 2}])
        row = roster.todo_row_ids
        roster.action_run_again()
        self.assertEqual(row.state, "open")
        row.write({"val_class_number": "1班"})
        self.assertEqual(row.state, "open", "the number is still the same")
        other = self.child(12)
        row.write({"val_id_number": other["id_number"], "val_national_no": other["national_no"]})
        self.assertEqual(row.state, "fixed")
        roster.action_run_again()
        self.assertEqual(row.state, "imported")
        self.assertEqual(len(self.students(child, other)), 2)

    def test_the_same_child_by_different_numbers_in_one_file(self):
        child = self.child(13)
        roster = self.import_children(
            [{**child, "national_no": None}, {**child, "id_number": None, "class_number": 2}]
        )
        self.assertEqual(self.counts(roster), (2, 1, 0, 0, 1, 0))
        row = roster.todo_row_ids
        self.assertEqual(row.code, "same_child_in_file")
        self.assertIn("row 3", row.problem)
        row.action_run()
        self.assertEqual(row.code, "same_child", "now it can be asked")
        row.action_same()
        student = self.students(child)
        self.assertEqual(row.student_id, student)
        self.assertEqual(self.clear(student, "national_no"), child["national_no"])

    def test_a_warned_row_goes_in_and_can_be_looked_at(self):
        roster = self.import_children([self.child(14, guardian1_phone="12345")])
        self.assertEqual(self.counts(roster), (1, 1, 0, 0, 0, 0))
        self.assertEqual(roster.warning_count, 1)
        row = roster.row_ids
        self.assertEqual(
            (row.state, row.severity, row.code), ("imported", "warning", "phone_format")
        )
        self.assertTrue(row.student_id)
        self.assertFalse(row.student_id.guardian_ids.phone)

    def test_several_problems_of_a_row_are_all_told(self):
        roster = self.import_children([self.child(15, birthdate="不详", gender="?")])
        row = roster.todo_row_ids
        self.assertIn("more", row.problem)
        self.assertIn("出生日期", row.problem_table)
        self.assertIn("性别", row.problem_table)

    def test_inputs_of_the_row_form(self):
        roster, _bad, _wrong = self.three_bad_rows()
        row = roster.todo_row_ids[0]
        for key in ("id_number", "name", "address", "guardian1_phone"):
            self.assertIn(f"|{key}|", row.shown_fields)
        for key in ("zone_school_name", "guardian2_name"):
            self.assertNotIn(f"|{key}|", row.shown_fields)

    def test_a_number_in_a_text_column_is_not_kept_in_clear(self):
        child = self.child(16)
        roster = self.import_children([{**child, "aux_no": child["id_number"]}])
        self.assertFalse(self.students(child).aux_no)
        self.assertEqual(roster.row_ids.code, "number_in_text")
        self.assertNotIn(child["id_number"], roster.row_ids.value)

    def test_a_number_in_the_name_column_is_masked_and_rejected(self):
        child = self.child(17)
        roster = self.import_children([{**child, "name": child["id_number"]}])
        self.assertEqual(roster.rejected_count, 1)
        self.assertNotIn(child["id_number"], roster.todo_row_ids.child_name)

    def test_another_unused_school(self):
        roster = self.import_children([self.child(18, school_code=self.point_a.code)])
        self.assertEqual(self.counts(roster)[1], 0)
        self.assertIn("no class", roster.todo_row_ids.problem)
