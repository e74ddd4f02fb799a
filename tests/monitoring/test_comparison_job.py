from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .comparison_common import ComparisonCommon


@tagged("post_install", "-at_install")
class TestComparisonJob(ComparisonCommon):
    """Long lists in the background."""

    def setUp(self):
        super().setUp()
        self.env["edu.policy"]._current().import_now_rows = 1
        self.enterContext(self.enter_registry_test_mode())

    def started(self, *children, **values):
        return self.compare(*(children or (self.listed(self.one), self.unknown())), **values)

    def run_cron(self):
        self.env.ref("edu_dropout_control.cron_comparison").method_direct_trigger()
        self.env.invalidate_all()

    def told(self, user):
        return self.env["mail.message"].search(
            [("partner_ids", "in", user.partner_id.ids)], order="id desc", limit=1
        )

    def test_a_long_list_waits_and_is_compared_as_whoever_started_it(self):
        comparison = self.started()
        self.assertTrue(comparison.started_at)
        self.assertEqual(comparison.state, "draft")
        self.assertFalse(comparison.row_ids)
        self.run_cron()
        self.assertFalse(comparison.started_at)
        self.assertEqual(comparison.state, "compared")
        self.assertEqual(comparison.compared_by_id, self.user["township"])
        self.assertEqual(
            self.found(comparison),
            {"王一": ("in_school", "settled"), "周无名乙": ("not_found", "open")},
        )
        message = self.told(self.user["township"])
        self.assertIn("is compared", message.subject)
        self.assertIn("1 children", message.body)

    def test_a_short_list_does_not_wait(self):
        self.env["edu.policy"]._current().import_now_rows = 10
        comparison = self.started()
        self.assertFalse(comparison.started_at)
        self.assertEqual(comparison.state, "compared")

    def test_meanwhile_it_is_not_compared_again(self):
        comparison = self.started()
        with self.assertRaisesRegex(UserError, "being compared"):
            comparison.action_compare()
        self.run_cron()
        comparison.action_compare()
        with self.assertRaisesRegex(UserError, "being compared"):
            comparison.action_compare_again()

    def test_whoever_lost_the_post_meanwhile_compares_nothing(self):
        comparison = self.started()
        self.user["township"].edu_post_ids.date_to = "2026-09-01"
        self.env.invalidate_all()
        self.run_cron()
        self.assertEqual(comparison.sudo().state, "draft")
        self.assertFalse(comparison.sudo().started_at)
        self.assertTrue(comparison.sudo().failure)
        self.assertFalse(comparison.sudo().row_ids)
        self.assertNotIn("compared", self.told(self.user["township"]).subject or "")

    def test_what_goes_wrong_is_told_and_leaves_what_was_found(self):
        comparison = self.started()
        self.run_cron()
        before = self.found(comparison)
        self.again(comparison, self.listed(self.two), self.unknown(2))
        with (
            mute_logger("odoo.addons.edu_dropout_control.models.monitoring.comparison_job"),
            patch.object(
                type(self.env["edu.comparison"]), "_edu_compared", side_effect=ValueError("x")
            ),
        ):
            self.run_cron()
        self.assertEqual(self.found(comparison), before)
        self.assertFalse(comparison.started_at)
        self.assertIn("unforeseen", comparison.failure)
        self.assertIn("could not be compared", self.told(self.user["township"]).subject)
        comparison.action_compare()
        self.run_cron()
        self.assertFalse(comparison.failure)
        self.assertIn("王二", self.found(comparison))

    def test_a_clash_waits_for_the_next_turn(self):
        comparison = self.started()
        with patch.object(
            type(self.env["edu.comparison"]), "_edu_compared", side_effect=SerializationFailure()
        ):
            self.run_cron()
        self.assertTrue(comparison.started_at)
        self.run_cron()
        self.assertEqual(comparison.state, "compared")

    def test_only_whoever_may_compare_starts_it(self):
        comparison = self.upload(b"", user=self.user["township"])
        for role in ("principal", "inspector"):
            with self.assertRaises(AccessError):
                comparison.with_user(self.user[role]).action_compare()


@tagged("post_install", "-at_install")
class TestTwoLists(ComparisonCommon):
    """One child on the county's and the township's list."""

    def test_what_came_of_a_child_holds_for_the_other_list(self):
        child = self.unknown()
        mine = self.compare(child)
        county = self.compare(
            child, self.unknown(2), user=self.user["bureau"], township_id=False, kind="poverty"
        )
        self.row(mine, child["name"])._edu_settle("elsewhere", "外县就读证明 2026-09-01")
        row = self.row(county.sudo(), child["name"])
        self.assertEqual((row.state, row.outcome), ("done", "elsewhere"))
        self.assertIn("外县就读证明", row.evidence)
        self.assertIn(mine.display_name, row.evidence)
        self.assertIn(self.user["township"].name, row.history)
        self.assertEqual(self.row(county.sudo(), self.unknown(2)["name"]).state, "open")
        self.assertEqual(county.open_count, 1)

    def test_a_case_is_the_case_on_both(self):
        child = self.unknown()
        mine = self.compare(child)
        county = self.compare(child, user=self.user["bureau"], township_id=False, kind="poverty")
        self.row(county, child["name"])._edu_settle("case")
        row = self.row(mine.sudo(), child["name"])
        self.assertEqual(row.outcome, "case")
        self.assertEqual(row.match_student_id, county.sudo().row_ids.match_student_id)

    def test_a_wrong_entry_is_one_of_its_list_alone(self):
        child = self.unknown()
        mine = self.compare(child)
        county = self.compare(child, user=self.user["bureau"], township_id=False, kind="poverty")
        self.row(mine, child["name"])._edu_settle("data_error", "姓名录错")
        self.assertEqual(self.row(county.sudo(), child["name"]).state, "open")

    def test_another_term_is_another_matter(self):
        child = self.unknown()
        mine = self.compare(child)
        other = self.env["edu.term"].create(
            {
                "school_year": "2026-2027",
                "season": "spring",
                "start_date": "2027-02-22",
                "end_date": "2027-07-09",
            }
        )
        later = self.compare(child, term_id=other.id)
        self.row(mine, child["name"])._edu_settle("elsewhere", "外县就读证明")
        self.assertEqual(self.row(later, child["name"]).state, "open")
