from odoo.tests import HttpCase, tagged

from .consolidation_common import ConsolidationCommon


@tagged("post_install", "-at_install")
class TestConsolidationTour(ConsolidationCommon, HttpCase):
    """On screen: drawing up, the child behind a figure, what changed since."""

    def test_township_draws_up(self):
        self.start_tour("/odoo/consolidated-reports", "edu_consolidation", login="township_a")
        record = self.env["edu.report.consolidation"].search(
            [("township_id", "=", self.township_a.id)]
        )
        self.assertEqual(record._edu_signed().role, "filled")

    def test_bureau_sees_what_changed(self):
        record = self.drawn_up(self.county, self.user["bureau"])
        self.submit_b()
        self.start_tour(
            f"/odoo/consolidated-reports/{record.id}", "edu_consolidation_since", login="bureau_a"
        )
        self.assertEqual(len(record.version_ids), 2)
