import random
from datetime import date
from io import BytesIO
from itertools import pairwise

from python_calamine import load_workbook

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import HttpCase, tagged
from odoo.tools import SQL

from .warning_common import WarningCommon

DAY = date(2026, 3, 31)


class TrialCommon(WarningCommon):
    """The spring before: ten children of school A, entered on the ledger in March."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.frozen.move_to("2026-03-10 02:00:00")
        cls.children = cls.env["edu.student"]
        for number in range(10):
            cls.children |= cls.make_student(cls.class_a, name=f"试算{number}")
        cls.env["edu.ledger"]._edu_enter("school_age", cls.children, "2026-03-10", "test")
        cls.family = cls.rule("family", points=20, window_days=60)
        cls.left = cls.rule("left_behind", points=10)
        cls.none = cls.rule("distance", points=5, threshold=400)
        cls.rules = cls.family | cls.left | cls.none
        # what was entered in time: of children 0 to 3
        for child in cls.children[:4]:
            cls.change_family(child, "parted", "2026-03-05")
        cls.children[2:6].left_behind = True
        cls.entered_at("2026-03-31 15:59:59")  # a second to midnight in the county
        # what was entered after the day: of child 9
        cls.change_family(cls.children[9], "parted", "2026-03-05")
        cls.entered_at("2026-03-31 16:00:00", cls.children[9])
        cls.frozen.move_to(cls.freeze)

    @classmethod
    def entered_at(cls, moment, children=None):
        """The database's clock cannot be frozen: say when the family changes were entered."""
        cls.env.flush_all()
        cls.env.cr.execute(
            "UPDATE edu_family_change SET create_date = %s WHERE student_id IN %s",
            (moment, tuple((children or cls.children).ids)),
        )
        cls.env.invalidate_all()

    @classmethod
    def gone(cls, child, day, kind="dropout"):
        cls.env["edu.ledger"]._edu_enter(kind, child, day, "test")

    def trial(self, role="bureau", **values):
        return (
            self.env["edu.warning.trial"]
            .with_user(self.user[role])
            .create(
                {
                    "day": DAY,
                    "horizon_days": 90,
                    "rule_ids": [fields.Command.set(self.rules.ids)],
                    **values,
                }
            )
        )

    def counts(self, lines):
        return [(line.points, line.caught, line.missed, line.false_alarms) for line in lines]


@tagged("post_install", "-at_install")
class TestWarningTrial(TrialCommon):
    def leave(self):
        """Children 1, 2 and 7 are confirmed in time, 5 after it; 8 is only suspected."""
        for number, day in ((1, "2026-04-15"), (2, "2026-06-29"), (7, "2026-05-01")):
            self.gone(self.children[number], day)
        self.gone(self.children[5], "2026-06-30")
        self.gone(self.children[8], "2026-04-15", "suspected")

    def test_counted_by_hand(self):
        self.leave()
        trial = self.trial()
        trial.action_try()
        self.assertEqual((trial.child_count, trial.outcome_count), (10, 3))
        self.assertEqual(trial.rule_line_ids.rule_id, self.rules)
        by_rule = {line.rule_id: line for line in trial.rule_line_ids}
        # family: 0 1 2 3, left behind: 2 3 4 5; gone: 1 2 7
        self.assertEqual(
            {rule: self.counts(line)[0] for rule, line in by_rule.items()},
            {
                self.family: (20, 2, 1, 2),
                self.left: (10, 1, 2, 3),
                self.none: (5, 0, 3, 0),
            },
        )
        # totals: 30: 2 3; 20: 0 1; 10: 4 5
        self.assertEqual(
            self.counts(trial.total_line_ids), [(10, 2, 1, 4), (20, 2, 1, 2), (30, 1, 2, 1)]
        )
        family = by_rule[self.family]
        self.assertEqual((family.precision_text, family.recall_text), ("50 % (2/4)", "67 % (2/3)"))
        self.assertEqual(family.remark, "few children")
        self.assertEqual(by_rule[self.left].remark, "facts of today, few children")
        none = by_rule[self.none]
        self.assertEqual((none.precision_text, none.recall_text), ("no data", "0 % (0/3)"))
        self.assertIn("Only 3 to be caught", trial.remark)
        self.assertEqual(trial.tried_by_id, self.user["bureau"])

    def test_suspected_counts_where_asked(self):
        self.leave()
        trial = self.trial(outcome="suspected")
        trial.action_try()
        self.assertEqual(trial.outcome_count, 4)

    def test_nobody_left_is_no_data(self):
        trial = self.trial()
        trial.action_try()
        line = trial.rule_line_ids[0]
        self.assertEqual((line.precision_text, line.recall_text), ("0 % (0/4)", "no data"))

    def test_what_was_entered_later_was_not_known(self):
        trial = self.trial(horizon_days=30)
        trial.action_try()
        self.assertEqual(trial.rule_line_ids[0].false_alarms, 4)
        later = self.trial(day="2026-04-01", horizon_days=30)
        later.action_try()
        self.assertEqual(later.rule_line_ids[0].false_alarms, 5)

    def test_who_was_away_already_is_not_warned_of(self):
        self.gone(self.children[0], "2026-03-31")
        self.gone(self.children[1], "2026-04-01")
        trial = self.trial()
        trial.action_try()
        self.assertEqual((trial.child_count, trial.outcome_count), (9, 1))
        self.env["edu.ledger"]._edu_strike_off(
            "school_age", self.children[6], date(2026, 3, 31), "moved"
        )
        trial.action_try()
        self.assertEqual(trial.child_count, 8)

    def test_days_of_several_months(self):
        self.leave()
        trial = self.trial(months=2, horizon_days=20)
        trial.action_try()
        self.assertEqual(trial.days_text, "2026-03-31, 2026-04-30")
        # ten on the first day, nine on the second: child 1 is gone, child 8 suspected
        self.assertEqual((trial.child_count, trial.outcome_count), (18, 2))

    def test_nobody_on_the_ledger(self):
        trial = self.trial(day="2025-10-01")
        trial.action_try()
        self.assertEqual(trial.child_count, 0)
        self.assertIn("No data", trial.remark)
        self.assertEqual(trial.rule_line_ids[0].precision_text, "no data")

    def test_another_question_forgets_the_answer(self):
        trial = self.trial()
        trial.action_try()
        trial.horizon_days = 60
        self.assertFalse(trial.tried_at)
        self.assertFalse(trial.rule_line_ids)

    def test_days_whose_outcome_is_not_known_are_refused(self):
        for values in (
            {"day": "2026-10-01"},
            {"horizon_days": 400},
            {"months": 12},
        ):
            with self.subTest(values=values), self.assertRaises(ValidationError):
                self.trial(**values)

    def test_who_may_try(self):
        trial = self.trial()
        trial.action_try()
        inspector = self.as_user(trial, "inspector")
        self.assertEqual(inspector.child_count, 10)
        with self.assertRaises(AccessError):
            inspector.action_try()
        with self.assertRaises(AccessError):
            self.trial("inspector")
        for role in ("bureau", "inspector"):
            self.assertFalse(
                self.env["edu.warning.trial"].with_user(self.other_user[role]).search([])
            )
        with self.assertRaises(AccessError):
            self.as_user(trial, "bureau", other=True).action_try()
        with self.assertRaises(AccessError):
            self.trial(county_id=self.other_county.id)
        with self.assertRaises(AccessError):
            self.as_user(trial, "principal").read(["name"])

    def test_what_was_found_is_not_sent_by_a_client(self):
        trial = self.trial()
        trial.action_try()
        with self.assertRaises(UserError):
            trial.outcome_count = 0
        with self.assertRaises(AccessError):
            trial.rule_line_ids[0].caught = 9
        with self.assertRaises(UserError):
            self.trial(child_count=5)
        trial.rule_ids = False
        with self.assertRaises(UserError):
            trial.action_try()

    def test_children_of_another_county_do_not_count(self):
        foreign = self.make_student(
            self.make_class(self.school_x, 3), name="外县", left_behind=True
        )
        self.env["edu.ledger"]._edu_enter("school_age", foreign, "2026-03-10", "test")
        trial = self.trial()
        trial.action_try()
        self.assertEqual(trial.child_count, 10)

    def test_any_data_adds_up(self):
        """Whatever was found: caught and missed are all who left, a higher total warns of fewer, and
        each line is what counting one by one gives."""
        Trial = self.env["edu.warning.trial"]
        told = SQL.identifier("edu_trial_told")
        for seed in range(25):
            chance = random.Random(seed)
            self.env.cr.execute("DROP TABLE IF EXISTS edu_trial_told")
            self.env.cr.execute(
                """CREATE TEMPORARY TABLE edu_trial_told (
                       day date, student_id int4, is_outcome bool, rule_ids int4[], points int4)"""
            )
            children = []
            for number in range(chance.randrange(40)):
                mine = [rule for rule in self.rules if chance.random() < 0.4]
                children.append((chance.random() < 0.3, mine))
                self.env.cr.execute(
                    "INSERT INTO edu_trial_told VALUES (%s, %s, %s, %s, %s)",
                    (
                        DAY,
                        number,
                        children[-1][0],
                        [rule.id for rule in mine],
                        sum(rule.points for rule in mine),
                    ),
                )
            by_rule = Trial._edu_by_rule(self.rules, told)
            by_total = Trial._edu_by_total(told)
            with self.subTest(seed=seed):
                for line in by_rule:
                    warned = [
                        left for left, mine in children if line["rule_id"] in [r.id for r in mine]
                    ]
                    self.assertEqual(
                        (line["caught"], line["false_alarms"]),
                        (sum(warned), len(warned) - sum(warned)),
                    )
                for line in by_total:
                    warned = [
                        left
                        for left, mine in children
                        if sum(rule.points for rule in mine) >= line["points"]
                    ]
                    self.assertEqual(
                        (line["caught"], line["false_alarms"]),
                        (sum(warned), len(warned) - sum(warned)),
                    )
                for lower, higher in pairwise(by_total):
                    self.assertGreaterEqual(lower["caught"], higher["caught"])
                    self.assertGreater(
                        lower["caught"] + lower["false_alarms"],
                        higher["caught"] + higher["false_alarms"],
                    )

    def test_every_line_adds_up_to_all_who_left(self):
        self.leave()
        trial = self.trial(months=2, horizon_days=30, outcome="suspected")
        trial.action_try()
        self.assertTrue(trial.total_line_ids)
        for line in trial.rule_line_ids | trial.total_line_ids:
            self.assertEqual(line.caught + line.missed, trial.outcome_count)


@tagged("post_install", "-at_install")
class TestWarningTrialWorkbook(TrialCommon, HttpCase):
    def fetch(self, trial, user):
        user.password = user.login
        self.authenticate(user.login, user.login)
        return self.url_open(trial.action_export()["url"])

    def test_the_workbook_holds_the_tables(self):
        self.gone(self.children[1], "2026-04-15")
        trial = self.trial()
        with self.assertRaises(UserError):
            trial.action_export()
        trial.action_try()
        for role in ("bureau", "inspector"):
            answer = self.fetch(trial, self.user[role])
            self.assertEqual(answer.status_code, 200)
        book = load_workbook(BytesIO(answer.content))
        rules = book.get_sheet_by_index(0).to_python()
        self.assertEqual(rules[2][:7], ["family", 20, 1, 0, 3, "25 % (1/4)", "100 % (1/1)"])
        totals = book.get_sheet_by_index(1).to_python()
        self.assertEqual([row[0] for row in totals[2:]], [10, 20, 30])
        self.assertNotIn("试算", str([book.get_sheet_by_index(n).to_python() for n in range(3)]))
        for user in (self.other_user["bureau"], self.user["principal"]):
            user.password = user.login
            self.authenticate(user.login, user.login)
            answer = self.url_open(f"/edu/warning/trial/{trial.id}/workbook")
            self.assertEqual(answer.status_code, 404)
