from datetime import date
from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .warning_common import TODAY, WarningCommon


@tagged("post_install", "-at_install")
class TestWarningConditions(WarningCommon):
    """Each condition is true of whom it should be, not of the one beside, and says why."""

    def test_absence_counts_unexcused_days_of_its_window(self):
        rule = self.rule("absence", window_days=30, threshold=3)
        self.absent(self.student, "2026-10-05", "2026-10-12", "2026-10-30")
        self.absent(self.two, "2026-10-05", "2026-10-12")
        self.absent(self.two, "2026-10-13", kind="excused")
        self.compute()
        self.assertEqual(self.points(self.student), {rule: 10})
        self.assertEqual(self.points(self.two), {})
        warning = self.warning(self.student, rule)
        self.assertEqual(warning.since, TODAY)
        self.assertEqual(
            warning.explanation,
            "3 school days without leave within 30 days, the last on 2026-10-30",
        )

    def test_the_window_begins_on_its_first_day(self):
        rule = self.rule("absence", window_days=30, threshold=1)
        self.absent(self.student, "2026-10-01")  # the thirtieth day back, today counted
        self.absent(self.two, "2026-09-30")
        self.compute()
        self.assertEqual(self.points(self.student), {rule: 10})
        self.assertEqual(self.points(self.two), {})

    def test_absence_with_leave_counts_where_the_rule_says_so(self):
        rule = self.rule("absence_all", window_days=30, threshold=2)
        self.absent(self.student, "2026-10-12")
        self.absent(self.student, "2026-10-13", kind="excused")
        self.compute()
        self.assertIn("with or without leave", self.warning(self.student, rule).explanation)

    def test_marks_that_fall(self):
        rule = self.rule("marks", window_days=400, threshold=15)
        for student, now in ((self.student, 60), (self.two, 66)):
            self.mark(student, self.last_term, "maths", 90)
            self.mark(student, self.last_term, "chinese", 96, full=120)
            self.mark(student, self.term, "maths", now)
            self.mark(student, self.term, "chinese", 90, full=120)
        self.compute()
        # 85 % before, 67.5 % now; the other one 70.5 %
        warning = self.warning(self.student, rule)
        self.assertEqual(warning.value, 17.5)
        self.assertIn("Average of 2 subjects fell from 85.0 %", warning.explanation)
        self.assertIn("67.5 %", warning.explanation)
        self.assertEqual(self.points(self.two), {})

    def test_only_subjects_of_both_terms_are_compared(self):
        self.rule("marks", window_days=400, threshold=10)
        self.mark(self.student, self.last_term, "maths", 80)
        self.mark(self.student, self.term, "maths", 80)
        self.mark(self.student, self.term, "physics", 20)
        self.compute()
        self.assertEqual(self.points(self.student), {})

    def test_marks_of_a_school_left_are_compared_too(self):
        rule = self.rule("marks", window_days=400, threshold=15)
        child = self.make_student(self.class_b, name="赵转学")
        self.mark(self.two, self.last_term, "maths", 70)
        self.mark(child, self.last_term, "maths", 90)
        child._edu_move(self.school_a, self.class_a)
        self.mark(child, self.term, "maths", 50)
        self.compute()
        self.assertEqual(self.points(child), {rule: 10})

    def test_one_term_with_marks_is_no_fall(self):
        self.rule("marks", window_days=400, threshold=1)
        self.mark(self.student, self.term, "maths", 5)
        self.compute()
        self.assertEqual(self.points(self.student), {})

    def test_family_change(self):
        rule = self.rule("family", window_days=180)
        self.change_family(self.student, "parted", "2026-09-15")
        self.change_family(self.student, "left_work", "2026-10-02")
        self.change_family(self.two, "parted", "2026-03-01")
        self.compute()
        self.assertEqual(self.points(self.student), {rule: 10})
        self.assertEqual(self.points(self.two), {})
        self.assertEqual(
            self.warning(self.student, rule).explanation,
            "Family change: Parents parted, Parents left to work elsewhere (2026-10-02)",
        )

    def test_poverty_without_aid(self):
        rule = self.rule("poverty", window_days=400)
        poor = self.code("special_group", "minimum_living")
        self.student.special_group_ids = poor
        self.two.write({"special_group_ids": poor.ids, "aided": "yes"})
        single = self.make_student(self.class_a)
        single.special_group_ids = self.code("special_group", "single_parent")
        self.compute()
        self.assertEqual(self.points(self.student), {rule: 10})
        self.assertEqual(self.points(self.two), {})
        self.assertEqual(self.points(single), {})
        self.assertEqual(
            self.warning(self.student, rule).explanation,
            "Poor (Minimum living allowance), and no aid is on record: ask",
        )
        self.student.aided = "no"
        self.compute()
        self.assertEqual(
            self.warning(self.student, rule).explanation,
            "Poor (Minimum living allowance) and without aid",
        )

    def test_poverty_list_of_the_county(self):
        rule = self.rule("poverty", window_days=400)
        comparison = self.env["edu.comparison"].create(
            {"kind": "poverty", "township_id": self.township_a.id, "term_id": self.term.id}
        )
        for student, listed in ((self.student, True), (self.two, False)):
            self.env["edu.comparison.row"].create(
                {
                    "comparison_id": comparison.id,
                    "kind": "poverty",
                    "county_id": self.county.id,
                    "term_id": self.term.id,
                    "child_name": student.name,
                    "result": "in_school",
                    "state": "settled",
                    "is_listed": listed,
                    "match_student_id": student.id,
                }
            )
        self.compute()
        self.assertEqual(self.points(self.student), {rule: 10})
        self.assertIn("on the poverty list", self.warning(self.student, rule).explanation)
        self.assertEqual(self.points(self.two), {})

    def test_distance_of_day_pupils(self):
        rule = self.rule("distance", threshold=5)
        self.student.distance_km = 7.5
        self.two.write({"distance_km": 7.5, "boarding": True})
        near = self.make_student(self.class_a, distance_km=4.9)
        self.compute()
        self.assertEqual(self.points(self.student), {rule: 10})
        self.assertEqual(
            self.warning(self.student, rule).explanation, "Day pupil, 7.5 km from school"
        )
        self.assertEqual(self.points(self.two) | self.points(near), {})

    def test_young_boarders_and_left_behind(self):
        boarding = self.rule("boarding", threshold=3)
        left = self.rule("left_behind", points=5)
        self.student.write({"boarding": True, "left_behind": True})
        older = self.make_student(self.class_junior_a, boarding=True)
        self.compute()
        self.assertEqual(self.points(self.student), {boarding: 10, left: 5})
        self.assertEqual(self.warning(self.student, boarding).explanation, "Boarder in grade 3")
        self.assertEqual(self.points(older), {})


@tagged("post_install", "-at_install")
class TestWarning(WarningCommon):
    """What the night writes, and what it leaves alone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.left = cls.rule("left_behind", points=20)
        cls.student.left_behind = True

    def row(self):
        return self.warning(self.student, self.left)

    def test_nothing_changed_nothing_written(self):
        self.assertEqual(self.compute(), {"new": 1, "changed": 0, "ended": 0})
        self.on("2026-10-31 02:00:00")
        self.assertEqual(self.compute(), {"new": 0, "changed": 0, "ended": 0})
        self.assertEqual(self.row().computed_on, TODAY)
        self.assertEqual(self.school_a.warning_computed_on, date(2026, 10, 31))

    def test_what_ended_keeps_its_history_and_may_begin_anew(self):
        self.compute()
        row = self.row()
        self.on("2026-11-02 02:00:00")
        self.student.left_behind = False
        self.assertEqual(self.compute(), {"new": 0, "changed": 0, "ended": 1})
        self.assertEqual((row.since, row.until), (TODAY, date(2026, 11, 2)))
        self.on("2026-11-05 02:00:00")
        self.student.left_behind = True
        self.assertEqual(self.compute()["new"], 1)
        self.assertEqual(self.row().since, date(2026, 11, 5))
        self.assertTrue(row.exists().until)

    def test_points_follow_the_rule_and_since_stays(self):
        self.compute()
        self.on("2026-11-02 02:00:00")
        self.left.points = 35
        self.assertEqual(self.compute(), {"new": 0, "changed": 1, "ended": 0})
        self.assertEqual((self.row().points, self.row().since), (35, TODAY))

    def test_a_rule_holds_between_its_dates(self):
        self.left.write({"valid_from": "2026-11-01", "valid_until": "2026-11-10"})
        for day, count in (
            ("2026-10-31", 0),
            ("2026-11-01", 1),
            ("2026-11-10", 1),
            ("2026-11-11", 0),
        ):
            with self.subTest(day=day):
                self.compute(day=date.fromisoformat(day))
                self.assertEqual(len(self.row()), count)

    def test_a_rule_that_ends_in_the_night(self):
        """Its last day is the county's, not the server's: until midnight there its points stand."""
        self.left.valid_until = TODAY
        cron = self.env.ref("edu_dropout_control.cron_warning")
        # 23:30 and 00:30 in the county, both the same day in UTC
        for moment, count in (("2026-10-30 15:30:00", 1), ("2026-10-30 16:30:00", 0)):
            with self.subTest(moment=moment):
                self.on(moment)
                with self.enter_registry_test_mode():
                    cron.method_direct_trigger()
                self.env.invalidate_all()
                self.assertEqual(len(self.row()), count)
        ended = self.env["edu.warning"].search(
            [("student_id", "=", self.student.id), ("until", "=", "2026-10-31")]
        )
        self.assertEqual(ended.rule_id, self.left)
        self.assertTrue(ended.explanation, "what it was for stays explained")

    def test_only_the_asked_schools_are_touched(self):
        self.other_student.left_behind = True
        self.compute(self.school_b)
        self.assertFalse(self.row())
        self.assertEqual(self.points(self.other_student), {self.left: 20})
        self.compute(self.school_a)
        self.assertEqual(self.points(self.other_student), {self.left: 20})

    def test_points_follow_the_child_to_another_school(self):
        self.compute()
        row = self.row()
        self.student._edu_move(self.school_b, self.class_b)
        self.env.flush_all()
        self.assertEqual(row.school_id, self.school_b)
        self.assertEqual(row.school_township_id, self.township_b)
        # the school left is computed first
        self.compute(self.school_a)
        self.compute(self.school_b)
        self.assertEqual(self.row(), row)

    def test_a_move_that_nobody_told_is_put_right_at_night(self):
        self.compute()
        self.env.cr.execute(
            "UPDATE edu_warning SET class_id = NULL, residence_township_id = NULL WHERE id = %s",
            (self.row().id,),
        )
        self.env.invalidate_all()
        self.assertEqual(self.compute()["changed"], 1)
        self.assertEqual(self.row().class_id, self.class_a)

    def test_who_is_missing_has_a_case_and_no_early_warning(self):
        self.compute()
        self.env["edu.ledger"]._edu_enter("suspected", self.student, TODAY, "test")
        self.assertEqual(self.compute()["ended"], 1)
        self.env["edu.ledger"]._edu_strike_off("suspected", self.student, TODAY, "test")
        self.assertEqual(self.compute()["new"], 1)

    def test_children_not_enrolled_get_none(self):
        self.student._edu_set_state("transferred_out")
        self.compute()
        self.assertFalse(self.row())

    def test_one_row_a_child_and_rule(self):
        self.compute()
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.row().copy()

    def test_the_total_is_the_sum_of_its_lines(self):
        family = self.rule("family", points=45, window_days=30)
        self.change_family(self.student, "died", "2026-10-20")
        self.compute()
        child = self.env["edu.warning.child"].browse(self.student.id)
        self.assertEqual((child.points, child.level, child.line_count), (65, "high", 2))
        self.assertEqual(child.top_rule_id, family)
        self.assertEqual(
            child.explanation,
            "+45  Family change: A parent died (2026-10-20)\n"
            "+20  Left behind: both parents, or the one who cares, work elsewhere",
        )
        self.assertEqual(self.student.warning_points, 65)
        self.assertFalse(child.last_note)

    def test_levels_are_the_policys(self):
        self.compute()
        policy = self.env["edu.policy"]._current()
        child = self.env["edu.warning.child"].browse(self.student.id)
        self.assertEqual(child.level, "low")
        policy.write({"warning_middle_points": 10, "warning_high_points": 20})
        self.env.invalidate_all()
        self.assertEqual(child.level, "high")

    def test_ended_lines_do_not_count(self):
        self.rule("family", points=45, window_days=30)
        change = self.change_family(self.student, "died", "2026-10-20")
        self.compute()
        change.unlink()
        self.compute()
        child = self.env["edu.warning.child"].browse(self.student.id)
        self.assertEqual(child.points, 20)
        self.assertEqual(len(child.ended_ids), 1)

    def test_explained_in_the_readers_language(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.compute()
        row = self.row().with_context(lang="zh_CN")
        self.assertRegex(row.explanation, "留守")
        self.assertNotEqual(row.explanation, self.row().explanation)


@tagged("post_install", "-at_install")
class TestWarningRule(WarningCommon):
    def test_every_condition_has_its_methods(self):
        Rule = self.env["edu.warning.rule"]
        conditions = set(Rule._fields["condition"].get_values(self.env))
        self.assertEqual(conditions, set(Rule._edu_conditions()))
        for condition in conditions:
            with self.subTest(condition=condition):
                self.assertTrue(hasattr(Rule, f"_edu_facts_{condition}"))
                self.assertTrue(hasattr(Rule, f"_edu_explain_{condition}"))

    def test_the_countys_first_rules_run(self):
        rules = self.env["edu.warning.rule"].with_context(active_test=False).search([])
        rules.active = True
        self.assertEqual(
            set(rules.mapped("condition")),
            set(rules._fields["condition"].get_values(self.env)),
        )
        self.student.write({"left_behind": True, "distance_km": 9})
        self.compute()
        self.assertEqual(sorted(self.points(self.student).values()), [10, 10])

    def test_a_rule_that_gave_points_is_kept(self):
        rule = self.rule("left_behind")
        self.student.left_behind = True
        self.compute()
        with self.assertRaisesRegex(ValidationError, "archive it"):
            rule.unlink()
        with self.assertRaisesRegex(ValidationError, "archive it"):
            rule.condition = "boarding"
        unused = self.rule("distance")
        unused.condition = "boarding"
        unused.unlink()

    def test_numbers_are_checked(self):
        for values in (
            {"points": 0},
            {"points": 101},
            {"window_days": 0},
            {"threshold": 0},
            {"valid_from": "2026-10-02", "valid_until": "2026-10-01"},
        ):
            with (
                self.subTest(values=values),
                self.assertRaises(IntegrityError),
                mute_logger("odoo.sql_db"),
                self.env.cr.savepoint(),
            ):
                self.rule("absence", **values)

    def test_a_changed_rule_computes_all_anew(self):
        rule = self.rule("left_behind")
        self.compute()
        self.assertTrue(self.school_a.warning_computed_on)
        rule.name = "another name"
        self.assertTrue(self.school_a.warning_computed_on)
        rule.points = 11
        self.assertFalse(self.school_a.warning_computed_on)

    def test_the_cron_takes_up_where_it_was_cut_off(self):
        rule = self.rule("left_behind")
        (self.student | self.other_student).left_behind = True
        cron = self.env.ref("edu_dropout_control.cron_warning")
        self.compute(self.school_a)
        self.assertEqual(self.points(self.other_student), {})
        with (
            patch("odoo.addons.edu_dropout_control.models.monitoring.warning.BATCH", 1),
            self.enter_registry_test_mode(),
        ):
            cron.method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(self.points(self.other_student), {rule: 10})
        self.assertFalse(self.env["edu.warning"]._edu_batches(TODAY))
        self.assertTrue(self.env["edu.warning"]._edu_batches(date(2026, 10, 31)))
