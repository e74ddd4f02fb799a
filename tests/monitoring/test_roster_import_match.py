from datetime import date

from odoo.exceptions import UserError
from odoo.tests import tagged

from ...tools.identity import make_identity, make_student_no
from .roster_common import RosterCommon


@tagged("post_install", "-at_install")
class TestRosterImportMatch(RosterCommon):
    """Who a row is: by number, by a person's word, never by a guess; and where the child stands."""

    def test_a_temporary_number_gives_way_to_a_formal_one(self):
        child = self.child(1)
        temporary = make_student_no(child["birthdate"], "male", 201, "L")
        self.import_children([{**child, "national_no": temporary}])
        student = self.students(child)
        roster = self.import_children([child])
        self.assertEqual(self.counts(roster), (1, 0, 1, 0, 0, 0))
        self.assertEqual(self.students(child), student, "the child keeps its history")
        self.assertEqual(self.clear(student, "national_no"), child["national_no"])

    def test_a_formal_number_does_not_give_way_to_an_older_temporary_one(self):
        child = self.child(2)
        self.import_children([child])
        temporary = make_student_no(child["birthdate"], "male", 202, "L")
        roster = self.import_children([{**child, "national_no": temporary}])
        self.assertEqual(self.clear(self.students(child), "national_no"), child["national_no"])
        self.assertEqual(roster.row_ids.code, "national_no_older")
        self.assertEqual(self.counts(roster), (1, 0, 0, 1, 0, 0))

    def test_the_chatter_tells_of_the_formal_number_and_shows_none(self):
        for letter in "LJ":
            serial = 61 if letter == "L" else 62
            child = self.child(serial)
            temporary = make_student_no(child["birthdate"], "male", serial + 200, letter)
            with self.subTest(letter=letter):
                self.import_children([{**child, "national_no": temporary}])
                student = self.students(child)
                before = student.message_ids
                self.import_children([child])
                note = student.message_ids - before
                self.assertIn("temporary student number was replaced", note.body)
                for number in (temporary, child["national_no"], child["id_number"]):
                    self.assertNotIn(number[-6:], note.body)

    def test_another_change_does_not_tell_of_a_formal_number(self):
        child = self.child(63)
        self.import_children([child])
        student = self.students(child)
        self.import_children([{**child, "class_number": 2}])
        self.assertNotIn("temporary student number", "".join(student.message_ids.mapped("body")))

    def test_a_formal_number_comes_with_a_confirmed_name_and_birth_date(self):
        child = self.child(64)
        temporary = make_student_no(child["birthdate"], "male", 264, "L")
        self.import_children([{**child, "national_no": temporary, "id_number": None}])
        student = self.env["edu.student"].search([("national_no", "=", temporary)])
        roster = self.import_children([{**child, "id_number": None}])
        self.assertEqual(roster.todo_row_ids.code, "same_child")
        self.assertEqual(self.clear(student, "national_no"), temporary, "nothing is guessed")
        roster.todo_row_ids.action_same()
        self.assertEqual(self.clear(student, "national_no"), child["national_no"])
        self.assertIn("temporary student number was replaced", student.message_ids[0].body)

    def test_a_formal_number_does_not_give_way_to_another_one(self):
        child = self.child(65)
        self.import_children([child])
        student = self.students(child)
        other = make_student_no(child["birthdate"], "male", 465)
        roster = self.import_children([{**child, "national_no": other, "class_number": 2}])
        self.assertEqual(self.counts(roster), (1, 0, 0, 0, 1, 0))
        row = roster.todo_row_ids
        self.assertEqual((row.code, row.severity), ("national_no_changed", "error"))
        self.assertEqual(self.clear(student, "national_no"), child["national_no"])
        self.assertEqual(student.class_id, self.class_a, "nothing of the row is taken")

    def test_a_persons_word_does_not_make_one_formal_number_another(self):
        child = self.child(66)
        self.import_children([{**child, "id_number": None}])
        student = self.env["edu.student"].search([("national_no", "=", child["national_no"])])
        other = make_student_no(child["birthdate"], "male", 466)
        roster = self.import_children([{**child, "national_no": other, "id_number": None}])
        roster.todo_row_ids.action_same()
        self.assertEqual(roster.todo_row_ids.code, "national_no_changed")
        self.assertEqual(self.clear(student, "national_no"), child["national_no"])

    def test_a_corrected_formal_number_lets_the_row_in(self):
        child = self.child(67)
        other = make_student_no(child["birthdate"], "male", 467)
        self.import_children([{**child, "national_no": other}])
        roster = self.import_children([child])
        self.as_user(self.students(child), "records_admin").national_no = child["national_no"]
        roster.action_run_again()
        self.assertEqual(self.counts(roster), (1, 0, 0, 1, 0, 0))

    def merged(self, serial):
        """A child, and a double entry of it that was merged into it: numbers of its own."""
        child = self.child(serial)
        kept = self.make_student(
            self.class_a,
            name=child["name"],
            id_number=child["id_number"],
            national_no=child["national_no"],
        )
        number = make_identity(child["birthdate"], "male", serial + 300)
        temporary = make_student_no(child["birthdate"], "male", serial + 300, "L")
        double = self.make_student(
            self.class_a, name=child["name"], id_number=number, national_no=temporary
        )
        double._edu_merge_into(kept)
        return child, kept, {**child, "id_number": number, "national_no": temporary}

    def test_a_file_with_the_numbers_of_a_merged_double_finds_the_child(self):
        child, kept, row = self.merged(68)
        roster = self.import_children([row])
        self.assertEqual(roster.new_count, 0)
        self.assertEqual(roster.row_ids.code, "number_of_double")
        self.assertEqual(self.clear(kept, "id_number"), child["id_number"], "it keeps its own")
        self.assertEqual(self.clear(kept, "national_no"), child["national_no"])
        self.assertEqual(self.clear(kept, "address"), child["address"])

    def test_numbers_of_the_child_and_of_its_merged_double_are_no_conflict(self):
        child, _kept, row = self.merged(69)
        self.import_children([child])
        roster = self.import_children([{**row, "national_no": child["national_no"]}])
        self.assertEqual(self.counts(roster), (1, 0, 0, 1, 0, 0))

    def test_a_merged_double_is_not_suggested_by_its_name(self):
        child, _kept, _row = self.merged(70)
        roster = self.import_children([self.without_numbers(child)])
        self.assertEqual(roster.todo_row_ids.code, "same_child", "one child, not two")

    def test_found_by_the_national_number_when_the_identity_number_was_corrected(self):
        child = self.child(3)
        self.import_children([child])
        student = self.students(child)
        number = make_identity(child["birthdate"], "male", 403)
        self.import_children([{**child, "id_number": number}])
        self.assertEqual(self.clear(student, "id_number"), number)

    def test_two_numbers_of_two_children_are_an_error(self):
        one, two = self.child(4), self.child(5)
        self.import_children([one, two])
        roster = self.import_children([{**one, "national_no": two["national_no"]}])
        self.assertEqual(self.counts(roster), (1, 0, 0, 0, 1, 0))
        self.assertEqual(roster.todo_row_ids.code, "match_conflict")

    def test_a_number_of_somebody_quite_different_is_an_error(self):
        child = self.child(6)
        self.import_children([child])
        born = date(2017, 5, 5)
        roster = self.import_children(
            [
                self.child(
                    7,
                    name="郑完全",
                    birthdate=born,
                    id_number=make_identity(born, "male", 7),
                    national_no=child["national_no"],
                )
            ]
        )
        self.assertEqual(roster.todo_row_ids.code, "match_other_person")
        self.assertEqual(self.students(child).name, child["name"])

    def without_numbers(self, child):
        return {**child, "id_number": None, "national_no": None, "id_type": None}

    def test_name_and_birth_date_are_a_question_not_an_answer(self):
        child = self.child(8)
        self.import_children([child])
        student = self.students(child)
        roster = self.import_children([{**self.without_numbers(child), "class_number": 2}])
        self.assertEqual(self.counts(roster), (1, 0, 0, 0, 0, 1))
        row = roster.todo_row_ids
        self.assertEqual((row.code, row.severity), ("same_child", "confirm"))
        self.assertEqual(student.class_id, self.class_a)
        self.assertFalse(row.student_id)
        row.action_same()
        self.assertEqual(row.state, "imported")
        self.assertEqual(row.decided_by_id, self.user["records_admin"])
        self.assertEqual(row.student_id, student)
        self.assertEqual(student.class_id, self.class_a2)
        self.assertEqual(self.counts(roster), (1, 0, 1, 0, 0, 0))

    def test_another_child_of_the_same_name_and_birth_date(self):
        child = self.child(9)
        self.import_children([child])
        roster = self.import_children([self.without_numbers(child)])
        roster.todo_row_ids.action_other()
        self.assertEqual(self.counts(roster), (1, 1, 0, 0, 0, 0))
        self.assertNotEqual(roster.row_ids.student_id, self.students(child))

    def test_running_again_does_not_answer_a_question(self):
        child = self.child(10)
        self.import_children([child])
        roster = self.import_children([self.without_numbers(child)])
        roster.action_run_again()
        self.assertEqual(roster.held_count, 1)

    def test_several_of_one_name_and_birth_date_are_an_error(self):
        twins = [self.child(n, name="周双") for n in (11, 12)]
        self.import_children(twins)
        roster = self.import_children([self.without_numbers(twins[0])])
        self.assertEqual(self.counts(roster), (1, 0, 0, 0, 1, 0))
        self.assertEqual(roster.todo_row_ids.code, "match_ambiguous")
        self.assertIn("2 children", roster.todo_row_ids.problem)

    def test_two_children_of_one_name_and_birth_date_with_numbers_of_their_own(self):
        roster = self.import_children([self.child(n, name="周双") for n in (13, 14)])
        self.assertEqual(roster.new_count, 2)
        again = self.import_children([self.child(15, name="周双")])
        self.assertEqual(self.counts(again), (1, 1, 0, 0, 0, 0))

    def test_nothing_is_decided_where_there_is_no_question(self):
        roster = self.import_children([self.child(16, class_number=9)])
        for action in ("action_same", "action_other", "action_transfer"):
            with self.assertRaisesRegex(UserError, "nothing to be decided"):
                getattr(roster.todo_row_ids, action)()

    def elsewhere(self, serial, **values):
        """A child that stands in school B, and its row in a file of school A."""
        child = self.child(serial)
        student = self.make_student(
            self.class_b,
            name=child["name"],
            id_number=child["id_number"],
            national_no=child["national_no"],
            **values,
        )
        return child, student

    def test_a_child_of_another_school_is_not_moved_silently(self):
        child, student = self.elsewhere(17)
        roster = self.import_children([child])
        self.assertEqual(self.counts(roster), (1, 0, 0, 0, 0, 1))
        self.assertEqual(student.school_id, self.school_b)
        row = roster.todo_row_ids
        self.assertEqual(row.code, "stands_elsewhere")
        self.assertIn(self.school_b.name, row.problem)
        self.assertFalse(row.student_id)

    def test_between_a_school_and_its_teaching_point_one_word_moves_the_child(self):
        child = self.child(18)
        klass = self.make_class(self.point_a, 3)
        student = self.make_student(
            klass,
            name=child["name"],
            id_number=child["id_number"],
            national_no=child["national_no"],
        )
        student.message_subscribe(self.user["class_teacher"].partner_id.ids)
        roster = self.import_children([child])
        row = roster.todo_row_ids
        self.assertEqual(row.code, "stands_elsewhere")
        row.action_transfer()
        self.assertEqual(row.state, "imported")
        self.assertEqual(row.decision, "transfer")
        self.assertEqual(row.decided_by_id, self.user["records_admin"])
        self.assertEqual((student.school_id, student.class_id), (self.school_a, self.class_a))
        self.assertEqual(self.clear(student, "address"), child["address"])
        self.assertNotIn(self.user["class_teacher"].partner_id, student.message_partner_ids)
        line = student.message_ids[0]
        self.assertIn(self.user["records_admin"].name, line.body)
        self.assertEqual(len(student.message_ids.filtered("tracking_value_ids")), 0)
        self.assertFalse(student.status_change_ids)

    def test_a_child_of_another_county_is_told_and_nothing_more(self):
        child = self.child(19)
        klass = self.make_class(self.school_x, 3)
        student = self.make_student(klass, name="吴远", id_number=child["id_number"])
        roster = self.import_children([child])
        self.assertEqual(self.counts(roster), (1, 0, 0, 0, 1, 0))
        row = roster.todo_row_ids
        self.assertEqual(row.code, "stands_in_other_county")
        self.assertNotIn(self.school_x.name, row.problem)
        self.assertEqual(student.school_id, self.school_x)

    def test_a_child_that_this_school_expects_comes_without_a_question(self):
        child, student = self.elsewhere(20)
        student.sudo().write({"expected_school_id": self.school_a.id, "expected_grade": 3})
        roster = self.import_children([child])
        self.assertEqual(self.counts(roster), (1, 0, 1, 0, 0, 0))
        self.assertEqual((student.school_id, student.class_id), (self.school_a, self.class_a))
        self.assertFalse(student.expected_school_id)

    def test_an_expected_child_without_a_registry_entry_is_now_on_it(self):
        child = self.child(21)
        student = self.make_student(
            self.class_a,
            name=child["name"],
            id_number=child["id_number"],
            national_no=False,
            enrolment_state="expected",
        )
        self.import_children([child])
        self.assertEqual(student.enrolment_state, "enrolled")

    def test_a_foreign_document_is_no_identity_number(self):
        child = self.child(22, id_type="A", id_number="E12345678", national_no=None)
        roster = self.import_children([child])
        self.assertEqual(roster.new_count, 1)
        self.assertEqual(self.students(child).id_type, "A")
        self.assertEqual(self.import_children([child]).unchanged_count, 1)


@tagged("post_install", "-at_install")
class TestRosterImportPlace(RosterCommon):
    """Which school and class a row is about."""

    def test_school_by_name_where_there_is_no_code(self):
        child = self.child(30, school_code=None)
        self.import_children([child])
        self.assertEqual(self.students(child).school_id, self.school_a)

    def test_an_unknown_school(self):
        for values in (
            {"school_code": "9912345678"},
            {"school_code": None, "school_name": "无名小学"},
        ):
            with self.subTest(values=values):
                roster = self.import_children([self.child(31, **values)])
                self.assertEqual(roster.todo_row_ids.code, "school_unknown")

    def test_two_schools_of_one_name(self):
        self.make_school("希望小学", self.township_a, "primary")
        self.make_school("希望小学", self.township_b, "primary")
        roster = self.import_children(
            [self.child(32, school_code=None, school_name="希望小学")],
            user=self.user["bureau"],
            school_id=False,
        )
        self.assertEqual(roster.todo_row_ids.code, "school_ambiguous")

    def test_the_schools_own_file_needs_no_column_for_it(self):
        child = self.child(33, school_code=None, school_name=None)
        self.import_children([child])
        self.assertEqual(self.students(child).school_id, self.school_a)

    def test_a_row_about_a_school_out_of_scope(self):
        child = self.child(34, school_code=self.school_b.code)
        roster = self.import_children([child])
        row = roster.todo_row_ids
        self.assertEqual(row.code, "school_out_of_scope")
        self.assertIn(self.school_b.name, row.problem)
        self.assertTrue(row.remedy)
        self.assertFalse(self.students(child))

    def test_a_row_about_another_school_of_ones_own(self):
        self.make_post(self.user["records_admin"], "records_admin", self.junior_a)
        child = self.child(35, school_code=self.junior_a.code, grade=7)
        roster = self.import_children([child])
        self.assertEqual(roster.todo_row_ids.code, "school_other")

    def test_the_teaching_point_in_the_file_of_its_central_school(self):
        klass = self.make_class(self.point_a, 3)
        child = self.child(36, school_code=self.point_a.code)
        self.import_children([child])
        self.assertEqual(self.students(child).class_id, klass)

    def test_a_grade_that_the_school_has_not(self):
        roster = self.import_children([self.child(37, grade=7)])
        self.assertIn("grades 1 to 6", roster.todo_row_ids.problem)

    def test_a_child_without_a_class(self):
        child = self.child(38, class_number=None)
        roster = self.import_children([child])
        self.assertEqual(roster.new_count, 1)
        self.assertFalse(self.students(child).class_id)
        self.assertEqual(self.students(child).grade, 3)

    def test_one_file_of_the_whole_county(self):
        one, two = self.child(39), self.child(40, school_code=self.school_b.code)
        roster = self.import_children([one, two], user=self.user["bureau"], school_id=False)
        self.assertEqual(roster.county_id, self.county)
        self.assertEqual(self.counts(roster), (2, 2, 0, 0, 0, 0))
        self.assertEqual(self.students(one, two).school_id, self.school_a | self.school_b)
        self.assertLessEqual({self.student, self.other_student}, set(roster.missing_student_ids))

    def test_a_school_of_another_county_in_the_countys_file(self):
        child = self.child(41, school_code=self.school_x.code)
        roster = self.import_children([child], user=self.user["bureau"], school_id=False)
        self.assertEqual(roster.todo_row_ids.code, "school_other_county")
