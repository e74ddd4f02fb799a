from datetime import date

from odoo.exceptions import AccessError
from odoo.tests import tagged

from ...tools.sample import ENTRANTS, write_export
from .roster_common import RosterCommon

GRADE6 = (
    ("学校名称", "school_name"),
    ("学校标识码", "school_code"),
    ("姓名", "name"),
    ("性别", "gender"),
    ("出生日期", "birthdate"),
    ("身份证件号", "id_number"),
    ("全国学籍号", "national_no"),
    ("年级", "grade"),
    ("对口初中", "zone_school_name"),
)


@tagged("post_install", "-at_install")
class TestRosterImportEntrants(RosterCommon):
    """Lists of children who must come: of the zone, and last summer's grade 6."""

    def six(self, serial, **values):
        """A six-year-old of the village of school A."""
        child = self.child(serial, birthdate=date(2020, 5, 4), **values)
        keep = "name gender birthdate id_number address household_area".split()
        keep += ["guardian1_name", "guardian1_relation", "guardian1_phone"]
        return {
            **{key: child[key] for key in keep},
            "township": "东河镇",
            "village": "柳树村",
            **values,
        }

    def household(self, children, **values):
        values = {"kind": "entrants_household", **values}
        return self.run_import(self.upload(write_export(children, layout=ENTRANTS), **values))

    def entrants(self, *children):
        students = self.students(*children)
        return self.env["edu.entrant"].search([("student_id", "in", students.ids)])

    def test_six_year_olds_of_the_zone_are_expected(self):
        children = [self.six(1), self.six(2)]
        roster = self.household(children)
        self.assertEqual(self.counts(roster), (2, 2, 0, 0, 0, 0))
        entrants = self.entrants(*children)
        self.assertEqual(entrants.mapped("school_id"), self.school_a)
        self.assertEqual(entrants.mapped("grade"), [1, 1])
        self.assertEqual(entrants.mapped("term_id"), self.term)
        self.assertEqual(set(entrants.mapped("source")), {"household"})
        student = self.students(children[0])
        self.assertEqual(student.enrolment_state, "expected")
        self.assertEqual(student.expected_school_id, self.school_a)
        self.assertEqual(student.residence_area_id, self.village_a)
        self.assertEqual(student.guardian_ids.name, children[0]["guardian1_name"])
        self.assertFalse(student.class_id)

    def test_the_same_list_twice_writes_nothing(self):
        children = [self.six(3), self.six(4)]
        self.household(children)
        tables = "edu_student", "edu_guardian", "edu_entrant", "mail_message"
        before = self.versions(*tables)
        again = self.household(children)
        self.assertEqual(self.counts(again), (2, 0, 0, 2, 0, 0))
        self.assertEqual(self.versions(*tables), before)

    def test_the_village_tells_the_school_in_the_countys_list(self):
        child, lost = self.six(5), self.six(6, village="石桥村", township="西岭乡")
        roster = self.household([child, lost], user=self.user["bureau"], school_id=False)
        self.assertEqual(self.entrants(child).school_id, self.school_a)
        self.assertEqual(roster.todo_row_ids.code, "zone_school_unknown")
        self.assertIn("village", roster.todo_row_ids.remedy)

    def test_the_list_names_the_school(self):
        child = self.six(7, zone_school_name=self.school_b.name)
        self.household([child], user=self.user["bureau"], school_id=False)
        self.assertEqual(self.entrants(child).school_id, self.school_b)

    def test_nobody_is_expected_for_a_school_of_others(self):
        child = self.six(8, zone_school_code=self.school_b.code)
        roster = self.household([child])
        self.assertEqual(roster.todo_row_ids.code, "school_out_of_scope")
        self.assertFalse(self.students(child))

    def test_a_child_that_is_enrolled_already_is_not_expected(self):
        child = self.six(9)
        student = self.make_student(
            self.make_class(self.school_a, 1),
            name=child["name"],
            birthdate=child["birthdate"],
            id_number=child["id_number"],
            national_no=False,
        )
        roster = self.household([child])
        self.assertEqual(self.counts(roster), (1, 0, 0, 1, 0, 0))
        self.assertEqual(student.enrolment_state, "enrolled")
        self.assertFalse(self.entrants(child))

    def test_a_child_that_another_school_expects(self):
        child = self.six(10)
        self.household([child])
        roster = self.household([child], user=self.other_user["bureau"], school_id=self.school_x.id)
        self.assertEqual(roster.todo_row_ids.code, "stands_in_other_county")
        again = self.household(
            [{**child, "zone_school_code": self.school_b.code}],
            user=self.user["bureau"],
            school_id=False,
        )
        row = again.todo_row_ids
        self.assertEqual(row.code, "expected_elsewhere")
        self.assertIn(self.school_a.name, row.problem)
        self.assertEqual(self.entrants(child).school_id, self.school_a)

    def test_a_grade_that_the_school_has_not(self):
        roster = self.household([self.six(11, expected_grade=7)])
        self.assertEqual(roster.todo_row_ids.code, "grade_not_in_school")

    def test_a_child_without_numbers_is_asked_about_the_second_time(self):
        child = {**self.six(12), "id_number": None}
        self.assertEqual(self.household([child]).new_count, 1)
        roster = self.household([child])
        self.assertEqual(self.counts(roster), (1, 0, 0, 0, 0, 1))
        roster.todo_row_ids.action_same()
        self.assertEqual(self.counts(roster), (1, 0, 0, 1, 0, 0))

    def test_an_expected_child_that_the_registry_lists_is_enrolled(self):
        child = self.six(13)
        self.household([child])
        student = self.students(child)
        klass = self.make_class(self.school_a, 1)
        listed = self.child(13, birthdate=child["birthdate"], grade=1)
        roster = self.import_children([listed])
        self.assertEqual(self.counts(roster), (1, 0, 1, 0, 0, 0))
        self.assertEqual(self.students(listed), student)
        self.assertEqual((student.enrolment_state, student.class_id), ("enrolled", klass))

    # -- last summer's grade 6 --------------------------------------------------------------------

    def sixth(self, serial, **values):
        child = self.child(serial, birthdate=date(2014, 5, 4), grade=6)
        klass = self.make_class(self.school_a, 6) if not hasattr(self, "class_6") else self.class_6
        self.class_6 = klass
        student = self.make_student(
            klass,
            name=child["name"],
            birthdate=child["birthdate"],
            id_number=child["id_number"],
            national_no=child["national_no"],
        )
        return {**child, **values}, student

    def graduates(self, children, **values):
        values = {"kind": "entrants_grade6", **values}
        return self.run_import(self.upload(write_export(children, layout=GRADE6), **values))

    def test_grade_6_is_expected_by_the_junior_school_of_its_primary_school(self):
        child, student = self.sixth(20)
        roster = self.graduates([child], user=self.user["bureau"], school_id=False)
        self.assertEqual(self.counts(roster), (1, 0, 1, 0, 0, 0))
        entrant = self.entrants(child)
        self.assertEqual((entrant.school_id, entrant.grade), (self.junior_a, 7))
        self.assertEqual(entrant.source, "graduates")
        self.assertEqual(entrant.from_school_id, self.school_a)
        self.assertEqual(student.school_id, self.school_a, "it still stands where it stood")
        self.assertEqual(student.expected_school_id, self.junior_a)

    def test_the_junior_school_imports_the_list_of_its_zone(self):
        self.make_post(self.other_user["records_admin"], "records_admin", self.junior_a)
        user = self.other_user["records_admin"]
        child, student = self.sixth(21)
        unknown = self.child(22, birthdate=date(2014, 6, 4), grade=6)
        roster = self.graduates([child, unknown], user=user, school_id=self.junior_a.id)
        self.assertEqual(self.counts(roster), (2, 1, 1, 0, 0, 0))
        self.assertEqual(len(self.entrants(child, unknown)), 2)
        self.assertEqual(student.with_user(user).name, child["name"], "whom it expects it reads")
        new = self.students(unknown)
        self.assertEqual((new.school_id, new.enrolment_state), (self.junior_a, "expected"))

    def test_the_list_names_the_junior_school(self):
        child, _student = self.sixth(23, zone_school_name=self.school_b.name)
        self.graduates([child], user=self.user["bureau"], school_id=False)
        self.assertEqual(self.entrants(child).school_id, self.school_b)

    def test_an_unknown_child_of_a_list_that_names_no_junior_school(self):
        child = self.child(24, birthdate=date(2014, 6, 4), grade=6)
        roster = self.graduates([child], user=self.user["bureau"], school_id=False)
        self.assertEqual(roster.todo_row_ids.code, "zone_school_unknown")

    def test_the_dean_imports_no_list(self):
        with self.assertRaises(AccessError):
            self.household([self.six(25)], user=self.user["dean"])
