from unittest.mock import patch

from freezegun import freeze_time

from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestDemoCounty(TransactionCase):
    """The demo county (of any day, here of one) is played through the same actions as on screen:
    where a rule changes, it is one of the first to break, and Odoo would install without it and only
    warn."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # a Friday in the middle of a term
        cls.startClassPatcher(freeze_time("2026-11-27 01:00:00"))
        cls.startClassPatcher(patch("odoo.addons.base.models.res_users.MIN_ROUNDS", 1))
        cls.env["edu.demo"]._edu_generate()
        cls.env.flush_all()

    def count(self, model, *domain):
        return self.env[model].search_count(list(domain))

    def test_a_county_with_a_past(self):
        self.assertEqual(self.count("edu.school"), 10)
        self.assertGreater(self.count("edu.student"), 1500)
        states = set(self.env["edu.dropout.case"].search([]).mapped("state"))
        self.assertLessEqual(
            {"suspected", "verifying", "persuading", "observing", "closed", "excluded"}, states
        )
        self.assertEqual(self.count("edu.dropout.report", ("state", "=", "accepted")), 10)
        self.assertTrue(self.count("edu.dropout.report", ("is_late", "=", True)))
        self.assertEqual(self.count("edu.term", ("state", "=", "open")), 1)

    def test_an_example_of_everything(self):
        for model, domain in {
            "edu.notice": [("state", "=", "served")],
            "edu.referral": [("state", "=", "answered")],
            "edu.status.change": [("state", "=", "in_force")],
            "edu.bulletin": [("state", "=", "issued")],
            "edu.work.plan": [("snapshot_returned_count", ">", 0), ("state", "=", "approved")],
            "edu.work.plan.measure": [("final_state", "=", "done_late")],
            "edu.supervision.order": [("state", "=", "answered")],
            "edu.roll.call": [("kind", "=", "night")],
            "edu.leave": [],
            "edu.warning": [("until", "=", False)],
            "edu.entrant": [],
            "edu.leading.meeting": [("state", "=", "closed")],
            "edu.leading.decision": [("progress", "=", "late")],
            "edu.responsibility.letter": [("state", "=", "signed")],
            "edu.visit.plan": [],
            "edu.visit.gap": [],
            "edu.report.call": [("state", "=", "issued")],
            "edu.periodic.report": [("state", "=", "accepted")],
            "edu.child.report": [("state", "=", "submitted")],
            "edu.sample.review": [("state", "=", "drawn")],
            "edu.home.teaching": [("state", "=", "submitted")],
            "edu.home.teaching.session": [("late_entry", "=", True)],
            "edu.home.teaching.week": [("answer", "=", "reason")],
        }.items():
            with self.subTest(model=model):
                self.assertTrue(self.env[model].search_count(domain))

    def test_the_trial_of_rules_shows_hits_misses_and_false_alarms(self):
        trial = self.env["edu.warning.trial"].search([])
        self.assertTrue(trial.tried_at)
        self.assertGreaterEqual(trial.outcome_count, 3)
        by_rule = {line.rule_id.condition: line for line in trial.rule_line_ids}
        for condition in ("absence", "family"):
            with self.subTest(condition=condition):
                line = by_rule[condition]
                self.assertTrue(line.caught and line.missed and line.false_alarms)
        self.assertTrue(by_rule["relapse"].caught, "who had come back and left again")
        everybody = max(trial.total_line_ids, key=lambda line: line.caught)
        self.assertTrue(everybody.missed, "nobody knew anything of one of them")

    def test_registers_agree(self):
        self.assertFalse(self.env["edu.consistency"].search([]).mapped("kind"))
