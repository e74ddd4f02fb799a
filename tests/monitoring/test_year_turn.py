from datetime import date

from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import EduCommon


class YearTurnCommon(EduCommon):
    """The summer of 2026: the spring term is over, the autumn term is planned."""

    freeze = "2026-08-20 00:30:00"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.spring = cls.env["edu.term"].create(
            {
                "school_year": "2025-2026",
                "season": "spring",
                "start_date": "2026-03-02",
                "end_date": "2026-07-03",
            }
        )
        cls.class_six = cls.make_class(cls.school_a, 6)
        cls.class_four = cls.make_class(cls.school_a, 4)
        cls.class_point = cls.make_class(cls.point_a, 4)
        cls.class_nine = cls.make_class(cls.junior_a, 9)
        cls.class_b_six = cls.make_class(cls.school_b, 6)
        cls.three = cls.student
        cls.six = cls.make_student(cls.class_six, name="赵六")
        cls.nine = cls.make_student(cls.class_nine, name="钱九")
        cls.pointed = cls.make_student(cls.class_point, name="孙四")
        cls.b_six = cls.make_student(cls.class_b_six, name="周六")
        cls.turn = cls.env["edu.year.turn"].create(
            {"county_id": cls.county.id, "term_id": cls.term.id}
        )

    def setUp(self):
        super().setUp()
        self.frozen.move_to(self.freeze)

    def of(self, school, turn=None):
        return (turn or self.turn).school_ids.filtered(lambda line: line.school_id == school)

    def run_turn(self):
        self.as_user(self.turn, "bureau").action_run()
        self.env.invalidate_all()

    def ask_repeat(self, student, role="records_admin", **values):
        return self.as_user(self.env["edu.year.turn.child"], role).create(
            {
                "turn_id": self.turn.id,
                "student_id": student.id,
                "repeat_kind": "illness",
                **values,
            }
        )

    def approve_repeat(self, student):
        child = self.ask_repeat(student)
        child.approval = "教体局批复〔2026〕12号"
        self.as_user(child, "bureau").action_approve()
        return child

    def assertRefused(self, pattern, call, *args, error=UserError):
        with self.assertRaisesRegex(error, pattern), self.env.cr.savepoint():
            call(*args)
        self.env.invalidate_all()


@tagged("post_install", "-at_install")
class TestYearTurn(YearTurnCommon):
    # The dry run

    def test_counted_before_anything_is_written(self):
        self.as_user(self.turn, "bureau").action_count()
        line = self.of(self.school_a)
        self.assertEqual((line.children_count, line.promote_count, line.move_count), (2, 1, 1))
        self.assertEqual(self.of(self.junior_a).graduate_count, 1)
        self.assertEqual(self.turn.children_count, 6)
        self.assertEqual(self.turn.after_count, 5)
        self.assertFalse(line.problems)
        self.assertEqual(self.three.grade, 3)
        self.assertEqual(self.class_six.grade, 6)
        self.assertTrue(self.class_six.active)
        self.assertFalse(self.six.expected_school_id)
        self.assertFalse(self.env["edu.graduate"].search([]))
        self.assertEqual(self.turn.state, "draft")

    # What happens

    def test_classes_and_children_go_up(self):
        other = self.make_student(self.class_four)
        self.run_turn()
        self.assertEqual(self.class_a.grade, 4)
        self.assertEqual(self.class_a.entry_year, 2026, "the class is the same")
        self.assertEqual((self.three.grade, self.three.class_id), (4, self.class_a))
        self.assertEqual((other.grade, other.class_id.grade), (5, 5))
        self.assertEqual(self.user["class_teacher"].edu_class_teacher_class_ids, self.class_a)
        self.assertEqual(self.turn.state, "done")
        self.assertEqual(set(self.turn.school_ids.mapped("state")), {"done"})

    def test_child_without_a_class_goes_up(self):
        child = self.make_student(school_id=self.school_a.id, grade=2)
        self.run_turn()
        self.assertEqual((child.grade, child.class_id), (3, self.env["edu.class"]))

    def test_grade_six_is_expected_at_the_junior_school(self):
        self.run_turn()
        self.assertFalse(self.class_six.active)
        self.assertEqual(self.six.school_id, self.school_a, "until it arrives")
        self.assertEqual(self.six.enrolment_state, "enrolled")
        self.assertEqual((self.six.expected_school_id, self.six.expected_grade), (self.junior_a, 7))
        entrant = self.env["edu.entrant"].search([("student_id", "=", self.six.id)])
        self.assertEqual((entrant.school_id, entrant.grade), (self.junior_a, 7))
        self.assertEqual((entrant.term_id, entrant.from_school_id), (self.term, self.school_a))
        self.assertEqual((entrant.source, entrant.state), ("graduates", "expected"))
        self.assertEqual(entrant.residence_township_id, self.township_a)
        self.assertEqual(
            self.six.guardian_ids.expected_school_id, self.junior_a, "its guardians are read there"
        )
        self.assertTrue(self.as_user(entrant, "bureau").has_access("read"))

    def test_the_zone_finds_the_next_school(self):
        self.school_a.junior_school_id = False
        self.run_turn()
        self.assertEqual(self.six.expected_school_id, self.junior_a)

    def test_a_teaching_point_sends_to_its_central_school(self):
        self.run_turn()
        self.assertEqual(self.pointed.expected_school_id, self.school_a)
        self.assertEqual(self.pointed.expected_grade, 5)

    def test_a_nine_year_school_keeps_its_grade_six(self):
        self.run_turn()
        self.assertEqual((self.class_b_six.grade, self.class_b_six.active), (7, True))
        self.assertEqual(self.b_six.grade, 7)
        self.assertFalse(self.b_six.expected_school_id)

    def test_expected_by_an_earlier_list_stays_with_it(self):
        other = self.make_school("城关中学", self.township_a, "junior")
        self.env["edu.entrant"]._edu_expect(self.term, other, self.six, 7, "manual")
        self.run_turn()
        self.assertEqual(self.six.expected_school_id, other)
        self.assertEqual(
            self.env["edu.entrant"].search_count([("student_id", "=", self.six.id)]), 1
        )

    def test_grade_nine_graduates_and_is_followed(self):
        self.env["edu.ledger"]._edu_enter("school_age", self.nine, "2025-09-01", "test")
        self.run_turn()
        self.assertEqual(self.nine.enrolment_state, "graduated")
        self.assertFalse(self.class_nine.active)
        graduate = self.env["edu.graduate"].search([("student_id", "=", self.nine.id)])
        self.assertEqual((graduate.school_id, graduate.class_id), (self.junior_a, self.class_nine))
        self.assertEqual(graduate.destination, "unknown")
        self.assertEqual(graduate.due_date, date(2026, 11, 2), "60 days, then a Saturday")
        entry = self.env["edu.ledger"].search([("student_id", "=", self.nine.id)])
        self.assertEqual(entry.date_off, date(2026, 8, 20))
        self.assertIn("graduated", "".join(self.nine.message_ids.mapped("body")))

    def test_teachers_of_a_class_that_is_over(self):
        post = self.make_post(self.nobody_else, "class_teacher", self.class_six)
        coming = self.make_post(
            self.nobody, "class_teacher", self.class_six, date_from="2026-09-01"
        )
        self.run_turn()
        self.assertEqual(post.date_to, date(2026, 8, 20))
        self.assertFalse(coming.exists())

    def test_suspended_and_never_come_stay(self):
        suspended = self.make_student(self.class_a, enrolment_state="suspended")
        never = self.make_student(
            school_id=self.school_a.id, grade=1, enrolment_state="expected", national_no=False
        )
        last = self.make_student(self.class_six, enrolment_state="suspended")
        self.run_turn()
        for child, grade, state in (
            (suspended, 3, "suspended"),
            (never, 1, "expected"),
            (last, 6, "suspended"),
        ):
            self.assertEqual((child.grade, child.enrolment_state), (grade, state))
            self.assertFalse(child.class_id, "the school has no class of that grade any more")
            self.assertFalse(child.expected_school_id)
        self.assertEqual(self.of(self.school_a).stay_count, 3)

    def test_gone_children_are_not_touched(self):
        gone = self.make_student(self.class_a, enrolment_state="transferred_out")
        self.run_turn()
        self.assertEqual(gone.grade, 3)

    def test_repeating_children_stay_in_the_grade(self):
        second = self.make_class(self.school_a, 2)
        self.approve_repeat(self.three)
        self.run_turn()
        self.assertEqual(self.three.grade, 3)
        self.assertEqual(self.three.class_id, second, "the only class of the grade now")
        self.assertEqual(self.three.guardian_ids.class_id, second)
        self.assertIn("repeats", "".join(self.three.message_ids.mapped("body")))

    def test_repeating_with_two_classes_to_choose_from(self):
        self.make_class(self.school_a, 2)
        self.make_class(self.school_a, 2, 2)
        self.approve_repeat(self.three)
        self.run_turn()
        self.assertFalse(self.three.class_id, "the school assigns it")

    def test_repeating_in_the_last_grade(self):
        self.approve_repeat(self.six)
        self.run_turn()
        self.assertEqual(self.six.grade, 6)
        self.assertFalse(self.six.expected_school_id)

    def test_not_approved_goes_up(self):
        child = self.ask_repeat(self.three)
        self.as_user(child, "bureau").action_refuse()
        self.run_turn()
        self.assertEqual(self.three.grade, 4)

    def test_totals_agree(self):
        before = self.turn._edu_on_books()
        self.run_turn()
        after = self.turn._edu_on_books()
        self.assertEqual(before[0] - 1, after[0])
        self.assertEqual(before[1] + 1, after[1])
        self.assertIn("1 graduated", "".join(self.turn.message_ids.mapped("body")))

    def test_totals_that_do_not_agree_write_nothing(self):
        def lose(turn, schools):
            turn.env["edu.student"].browse(self.three.id).active = False

        self.patch(self.env.registry["edu.year.turn"], "_edu_after_turn", lose)
        self.assertRefused("do not agree", self.as_user(self.turn, "bureau").action_run)
        self.assertEqual(self.three.grade, 3)

    def test_the_new_terms_check_follows(self):
        self.term.sudo()._edu_open(self.school_a | self.junior_a)
        check = self.env["edu.roster.check"].search(
            [("school_id", "=", self.school_a.id), ("term_id", "=", self.term.id)]
        )
        self.run_turn()
        line = check.line_ids.filtered(lambda line: line.student_id == self.three)
        self.assertEqual((line.grade, line.sheet_id.grade), (4, 4))
        self.assertIn("Grade 4", line.sheet_id.display_name)
        self.assertNotIn(self.six, check.line_ids.student_id)
        self.assertNotIn(self.class_six, check.sheet_ids.class_id)
        junior = self.env["edu.roster.check"].search([("school_id", "=", self.junior_a.id)])
        self.assertIn(self.six, junior.line_ids.student_id)
        self.assertNotIn(self.nine, junior.line_ids.student_id)

    def test_sheets_of_the_past_keep_their_name(self):
        self.spring.sudo()._edu_open(self.school_a)
        check = self.env["edu.roster.check"].search([("term_id", "=", self.spring.id)])
        sheet = check.sheet_ids.filtered(lambda sheet: sheet.class_id == self.class_a)
        check.write({"state": "closed"})
        self.run_turn()
        self.assertEqual(sheet.grade, 3)
        self.assertIn("Grade 3", sheet.display_name)

    # Once, late, refused

    def test_a_year_turns_once(self):
        self.run_turn()
        bureau = self.as_user(self.turn, "bureau")
        self.assertRefused("turns once", bureau.action_run)
        self.assertRefused("turns once", bureau.school_ids[0].action_turn)
        self.assertRefused("turns once", bureau.school_ids[0].action_later)
        self.assertEqual(self.three.grade, 4)
        self.assertRefused("stays", bureau.unlink)
        self.assertRefused("stand", bureau.write, {"county_id": self.other_county.id})

    @mute_logger("odoo.sql_db")
    def test_entered_once(self):
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.turn.copy()

    def test_a_late_school_turns_alone(self):
        late = self.as_user(self.of(self.school_a), "bureau")
        late.action_later()
        self.run_turn()
        self.assertEqual(self.turn.state, "partly")
        self.assertEqual((self.three.grade, self.b_six.grade), (3, 7))
        bureau = self.as_user(self.turn, "bureau")
        self.assertRefused("left for later", bureau.action_run)
        late.action_turn()
        self.env.invalidate_all()
        self.assertEqual((self.three.grade, self.b_six.grade), (4, 7))
        self.assertEqual(self.turn.state, "done")

    def test_left_for_later_by_mistake(self):
        line = self.as_user(self.of(self.school_a), "bureau")
        line.action_later()
        line.action_not_later()
        self.run_turn()
        self.assertEqual(self.turn.state, "done")

    def test_not_before_the_old_year_is_over(self):
        self.spring.end_date = "2026-08-20"
        self.assertRefused("runs until", self.as_user(self.turn, "bureau").action_run)
        self.frozen.move_to("2026-08-20 16:30:00")
        self.run_turn()
        self.assertEqual(self.three.grade, 4, "the next day has begun in the county")

    def test_not_in_a_term_that_is_over(self):
        self.term.state = "closed"
        self.assertRefused("is over", self.as_user(self.turn, "bureau").action_run)

    def test_open_check_of_the_last_term(self):
        self.spring.sudo()._edu_open(self.school_a)
        self.assertRefused("not closed", self.as_user(self.turn, "bureau").action_run)
        self.as_user(self.of(self.school_a), "bureau").action_later()
        self.run_turn()
        self.assertEqual(self.turn.state, "partly")

    def test_check_of_the_new_term_has_begun(self):
        self.term.sudo()._edu_open(self.school_a)
        line = self.env["edu.roster.check.line"].search([("student_id", "=", self.three.id)])
        line._edu_mark("arrived")
        self.assertRefused("take the marks back", self.as_user(self.turn, "bureau").action_run)
        line._edu_mark("unmarked")
        self.run_turn()
        self.assertEqual(self.three.grade, 4)

    def test_nobody_is_lost_without_a_next_school(self):
        self.school_a.junior_school_id = False
        self.junior_a.zone_area_ids = [Command.clear()]
        self.assertRefused("next school", self.as_user(self.turn, "bureau").action_run)

    def test_repeating_is_decided_first(self):
        self.ask_repeat(self.three)
        self.assertRefused("张小明", self.as_user(self.turn, "bureau").action_run)

    def test_a_dropout_of_grade_nine_without_a_case_is_decided(self):
        self.nine._edu_set_state("dropped_out")
        bureau = self.as_user(self.turn, "bureau")
        bureau.action_count()
        self.assertEqual(self.of(self.junior_a).held_count, 1)
        self.assertRefused("钱九", bureau.action_run)
        child = bureau.child_ids
        self.assertRefused("in words", child.action_not_completed)
        child.note = "未读完"
        child.action_not_completed()
        self.run_turn()
        self.assertEqual((self.nine.enrolment_state, self.nine.grade), ("dropped_out", 9))
        self.assertFalse(self.env["edu.graduate"].search([]))

    def test_completed_without_certificate(self):
        self.nine._edu_set_state("dropped_out")
        self.as_user(self.turn, "bureau").action_count()
        child = self.turn.child_ids
        child.note = "学满九年"
        child.with_user(
            self.make_user("principal_j", "principal", self.junior_a)
        ).action_completed()
        self.run_turn()
        self.assertEqual(self.nine.enrolment_state, "completed")
        self.assertTrue(self.env["edu.graduate"].search([("student_id", "=", self.nine.id)]))

    def test_who_is_found_again_leaves_the_list(self):
        self.nine._edu_set_state("dropped_out")
        self.as_user(self.turn, "bureau").action_count()
        self.nine._edu_set_state("enrolled")
        self.as_user(self.turn, "bureau").action_count()
        self.assertFalse(self.turn.child_ids)

    # The list

    def test_repeat_needs_a_reason_and_an_approval(self):
        self.assertRefused(
            "say why", lambda: self.ask_repeat(self.three, repeat_kind=False), error=ValidationError
        )
        child = self.ask_repeat(self.three)
        self.assertRefused("name the approval", self.as_user(child, "bureau").action_approve)
        self.assertRefused(
            "not what is to be decided", self.as_user(child, "bureau").action_graduated
        )

    def test_only_enrolled_children_of_the_county_repeat(self):
        self.three._edu_set_state("suspended")
        self.assertRefused(
            "not enrolled", lambda: self.ask_repeat(self.three), error=ValidationError
        )
        stranger = self.make_student(self.make_class(self.school_x, 3))
        with self.assertRaises(ValidationError):
            self.env["edu.year.turn.child"].create(
                {"turn_id": self.turn.id, "student_id": stranger.id, "repeat_kind": "illness"}
            )

    def test_decided_children_stay_on_the_list(self):
        child = self.ask_repeat(self.three)
        self.as_user(child, "records_admin").unlink()
        child = self.approve_repeat(self.three)
        self.assertRefused("decided", self.as_user(child, "records_admin").unlink)

    def test_after_the_turn_nothing_is_decided(self):
        child = self.approve_repeat(self.three)
        self.run_turn()
        bureau = self.as_user(child, "bureau")
        self.assertRefused("turns once", bureau.action_refuse)
        self.assertRefused("turns once", bureau.write, {"note": "x"})
        self.assertRefused("turns once", lambda: self.ask_repeat(self.six))

    # Who

    def test_who_turns(self):
        for role in self.user:
            if role == "bureau":
                continue
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.as_user(self.turn, role).action_run()
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.as_user(self.of(self.school_a), role).action_turn()
        with self.assertRaises(AccessError):
            self.as_user(self.turn, "bureau", other=True).action_run()
        with self.assertRaises(AccessError):
            self.as_user(self.turn, "principal").action_count()

    def test_state_is_not_typed(self):
        bureau = self.as_user(self.turn, "bureau")
        with self.assertRaises(AccessError):
            bureau.write({"state": "done"})
        with self.assertRaises(AccessError):
            bureau.school_ids[0].write({"state": "done"})

    def test_decisions_are_not_typed(self):
        child = self.ask_repeat(self.three)
        for role in ("records_admin", "bureau"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.as_user(child, role).write({"decision": "repeat"})
        with self.assertRaises(AccessError):
            self.ask_repeat(self.six, decision="repeat")
        with self.assertRaises(AccessError):
            self.as_user(child, "records_admin").action_approve()
        with self.assertRaises(AccessError):
            self.as_user(child, "principal").action_refuse()

    def test_who_asks_for_repeating(self):
        self.ask_repeat(self.six, "dean")
        self.ask_repeat(self.nine, "bureau")
        with self.assertRaises(AccessError):
            self.ask_repeat(self.three, "class_teacher")
        with self.assertRaises(AccessError):
            self.as_user(self.env["edu.year.turn.child"], "records_admin", other=True).create(
                {
                    "turn_id": self.turn.id,
                    "student_id": self.three.id,
                    "repeat_kind": "illness",
                }
            )

    def test_begins_with_an_autumn_term_in_a_county(self):
        with self.assertRaises(ValidationError):
            self.turn.copy({"term_id": self.spring.id})
        with self.assertRaises(ValidationError):
            self.turn.copy({"county_id": self.township_a.id})


@tagged("post_install", "-at_install")
class TestGraduate(YearTurnCommon):
    def setUp(self):
        super().setUp()
        self.run_turn()
        self.graduate = self.env["edu.graduate"].search([("student_id", "=", self.nine.id)])
        self.admin = self.make_user("records_j", "records_admin", self.junior_a)

    def test_the_old_school_fills_in(self):
        graduate = self.graduate.with_user(self.admin)
        graduate.write({"destination": "vocational", "destination_school": "县职教中心"})
        self.assertEqual(graduate.filled_on, date(2026, 8, 20))
        self.assertEqual(graduate.filled_by_id, self.admin)
        graduate.destination = "unknown"
        self.assertFalse(graduate.filled_on)

    def test_the_school_is_named(self):
        with self.assertRaises(ValidationError):
            self.graduate.with_user(self.admin).destination = "senior"
        self.graduate.with_user(self.admin).destination = "none"

    def test_those_not_known_in_time_stand_out(self):
        Graduate = self.env["edu.graduate"]
        self.frozen.move_to("2026-11-02 00:30:00")
        self.assertFalse(self.graduate.overdue)
        self.assertFalse(Graduate.search([("overdue", "=", True)]))
        self.frozen.move_to("2026-11-03 00:30:00")
        self.env.invalidate_all()
        self.assertTrue(self.graduate.overdue)
        self.assertEqual(Graduate.search([("overdue", "=", True)]), self.graduate)
        self.graduate.destination = "none"
        self.assertFalse(Graduate.search([("overdue", "=", True)]))

    def test_followed_for_one_autumn(self):
        self.term.state = "closed"
        self.assertRefused(
            "is over", self.graduate.with_user(self.admin).write, {"destination": "none"}
        )

    def test_who_fills_in_and_who_reads(self):
        with self.assertRaises(AccessError):
            self.as_user(self.graduate, "records_admin").write({"destination": "none"})
        for role in ("township", "inspector"):
            with self.subTest(role=role):
                self.assertTrue(self.as_user(self.graduate, role).student_id)
                with self.assertRaises(AccessError):
                    self.as_user(self.graduate, role).write({"destination": "none"})
        with self.assertRaises(AccessError):
            self.graduate.with_user(self.admin).write({"due_date": "2027-01-01"})
        self.as_user(self.graduate, "bureau").destination = "none"
        self.assertFalse(self.as_user(self.graduate, "bureau", other=True).has_access("read"))
