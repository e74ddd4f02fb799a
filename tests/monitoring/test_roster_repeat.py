from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from .common import MonitoringCommon


@tagged("post_install", "-at_install")
class TestRosterRepeat(MonitoringCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Repeat = cls.env["edu.roster.repeat"]

    def setUp(self):
        super().setUp()
        self.mark_all(
            self.sheet, self.change(self.four, "on_leave", leave_until="2026-10-20"), heads=4
        )
        self.frozen.move_to("2026-10-09 01:00:00")

    def start(self, occasion="monthly", role="records_admin", other=False, day="2026-10-09"):
        wizard = self.as_user(self.env["edu.roster.repeat.start"], role, other)
        wizard.create({"term_id": self.term.id, "occasion": occasion, "date": day}).action_start()
        return self.Repeat.search(
            [("class_id", "=", self.class_a.id), ("occasion", "=", occasion), ("date", "=", day)]
        )

    def enter(self, repeat, student, outcome, role="class_teacher", **values):
        return self.as_user(self.env["edu.roster.repeat.line"], role).create(
            {
                "repeat_id": repeat.id,
                "student_id": student.id,
                "outcome": outcome,
                **values,
            }
        )

    def sign(self, repeat, heads, role="class_teacher"):
        mine = self.as_user(repeat, role)
        mine.heads = heads
        mine.action_sign()

    # Starting

    def test_every_class_with_children_has_one(self):
        self.start(role="bureau")
        self.assertEqual(self.Repeat.search([]).class_id, self.class_a | self.class_b)

    def test_starting_again_adds_only_what_is_missing(self):
        repeat = self.start()
        self.assertEqual(self.Repeat.search([]), repeat, "of the own school only")
        self.make_student(self.class_a2)
        self.start()
        self.assertEqual(self.Repeat.search([]).class_id, self.class_a | self.class_a2)

    def test_before_the_examination_only_grade_9(self):
        nine = self.make_class(self.school_b, 9)
        self.make_student(nine)
        self.start("exam", role="bureau")
        self.assertEqual(self.Repeat.search([]).class_id, nine)

    def test_who_may_start(self):
        for role in ("class_teacher", "principal", "township", "inspector"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.start(role=role)

    def test_a_day_outside_of_the_term_is_refused(self):
        self.assertRefused("outside of the term", self.start, day="2027-03-01")

    # It starts from the last check, and shows what changed

    def test_it_starts_from_what_the_last_check_found(self):
        repeat = self.start()
        self.assertEqual(repeat.expected_count, 4)
        self.assertEqual(repeat.away_names, "王四")
        self.assertFalse(repeat.line_ids)

    def test_who_came_and_who_left_is_entered_by_itself_and_once(self):
        new = self.make_student(self.class_a, name="新来")
        self.one._edu_set_state("transferred_out")
        repeat = self.start()
        self.assertEqual(
            {(line.student_id, line.outcome) for line in repeat.line_ids},
            {(new, "joined"), (self.one, "left")},
        )
        self.assertEqual(repeat.expected_count, 4)
        self.sign(repeat, 4)
        self.frozen.move_to("2026-11-09")
        self.assertFalse(self.start(day="2026-11-09").line_ids)

    def test_the_next_one_starts_from_this_one(self):
        repeat = self.start()
        self.enter(repeat, self.one, "suspected", missing_since="2026-10-08")
        line = self.enter(repeat, self.four, "arrived")
        self.assertEqual(line.before, "on_leave")
        self.sign(repeat, 4)
        self.frozen.move_to("2026-11-09")
        following = self.start(day="2026-11-09")
        self.assertFalse(following.line_ids)
        self.assertEqual(following.away_names, "王一")
        self.assertEqual(following.expected_count, 4)

    def test_a_child_that_learns_elsewhere_is_not_counted(self):
        self.env["edu.status.change"].create(
            {"student_id": self.one.id, "kind": "elsewhere", "state": "in_force"}
        )
        self.assertEqual(self.start().expected_count, 3)

    def test_a_child_taught_at_home_is_not_counted(self):
        self.one.placement = "home"
        self.assertEqual(self.start().expected_count, 3)

    # Signing

    def test_heads_have_to_agree(self):
        repeat = self.start()
        self.assertRefused("3 heads.* 4 children", self.sign, repeat, 3)
        self.enter(repeat, self.one, "suspected", missing_since="2026-10-08")
        self.sign(repeat, 3)
        self.assertEqual(repeat.state, "signed")
        self.assertEqual(repeat.signed_by_id, self.user["class_teacher"])

    def test_a_missing_child_has_a_case_and_one_that_is_back_none(self):
        repeat = self.start()
        self.enter(repeat, self.one, "suspected", missing_since="2026-10-08")
        Case = self.env["edu.dropout.case"]
        self.assertFalse(Case.search([("student_id", "=", self.one.id)]), "not before it is signed")
        self.sign(repeat, 3)
        case = Case.search([("student_id", "=", self.one.id)])
        self.assertEqual(case.state, "suspected")
        self.assertEqual(str(case.missing_since), "2026-10-08")
        following = self.start(day="2026-10-30")
        self.enter(following, self.one, "arrived")
        self.sign(following, 4)
        self.assertEqual(case.state, "excluded")

    def test_registrations_for_the_examination(self):
        nine = self.make_class(self.school_a, 3, 9)
        nine.school_id.write({"kind": "nine_year"})
        nine.grade = 9
        self.make_student(nine)
        self.make_student(nine)
        self.start("exam")
        repeat = self.Repeat.search([("class_id", "=", nine.id)])
        self.assertEqual(repeat.registry_count, 2)
        mine = self.as_user(repeat, "records_admin")
        mine.write({"heads": 2, "registered_count": 1})
        self.assertRefused("explain the difference", mine.action_sign)
        mine.explanation = "一名学生选择中职，未报名"
        mine.action_sign()
        self.assertEqual(repeat.state, "signed")

    def test_a_signed_one_is_frozen(self):
        repeat = self.start()
        line = self.enter(repeat, self.four, "arrived")
        self.sign(repeat, 5)
        self.assertRefused("frozen", self.sign, repeat, 4)
        self.assertRefused("frozen", self.enter, repeat, self.one, "on_leave")
        self.assertRefused("frozen", line.write, {"note": "x"})
        self.assertRefused("frozen", line.unlink)

    def test_who_marks_and_signs(self):
        repeat = self.start()
        for role in ("principal", "township", "bureau", "inspector"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.as_user(repeat, role).action_sign()
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.enter(repeat, self.one, "on_leave", role=role)
        for role in ("class_teacher", "records_admin"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.as_user(repeat, role, other=True).action_sign()

    def test_only_changes_are_entered(self):
        repeat = self.start()
        with self.assertRaises(AccessError):
            self.as_user(repeat, "class_teacher").state = "signed"
        for pattern, student, outcome in (
            ("follows from the registry", self.one, "left"),
            ("not in this class", self.other_student, "on_leave"),
            ("since when", self.one, "suspected"),
        ):
            self.assertRefused(pattern, self.enter, repeat, student, outcome, error=ValidationError)
