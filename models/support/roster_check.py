from odoo import models

from ..monitoring.outcomes import PRESENT
from .home_teaching import IN_FORCE


class EduRosterCheck(models.Model):
    """A child who is taught at home is here only by a plan."""

    _inherit = "edu.roster.check"

    def _edu_open_items(self):
        return super()._edu_open_items() + self.sudo()._edu_unplanned_items()

    def _edu_unplanned_items(self):
        """Children who are marked as here and placed at home, without a plan that is approved."""
        lines = self.line_ids.filtered(
            lambda line: line.outcome in PRESENT and line.student_id.placement == "home"
        )
        planned = self.env["edu.home.teaching"].search(
            [
                ("student_id", "in", lines.student_id.ids),
                ("state", "in", IN_FORCE),
                ("date_to", ">=", self.env["edu.policy"]._edu_today()),
            ]
        )
        return [
            self.env._(
                "%(child)s is taught at home, and no home-teaching plan is approved. Have one approved,"
                " or correct the placement in the registry.",
                child=line.student_name,
            )
            for line in lines
            if line.student_id not in planned.student_id
        ]
