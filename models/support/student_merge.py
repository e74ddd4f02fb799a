from odoo import models

from .home_teaching import IN_FORCE, OPEN


class EduStudent(models.Model):
    """A child has one plan for a day, also when two entries of it had one each."""

    _inherit = "edu.student"

    def _edu_before_merge(self, kept):
        """Of two plans for the same days the one of the kept entry goes on. What was taught by the other
        stays in it."""
        super()._edu_before_merge(kept)
        mine, its = self.home_teaching_ids, kept.home_teaching_ids
        for plan in mine.filtered(lambda plan: plan.state in OPEN):
            if not its.filtered(
                lambda other, plan=plan: (
                    other.state in OPEN
                    and other.date_from <= plan.date_to
                    and other.date_to >= plan.date_from
                )
            ):
                continue
            plan._message_log(body=self.env._("Double registry entry: goes on in the other plan."))
            if plan.state in IN_FORCE:
                today = self.env["edu.policy"]._edu_today()
                plan._edu_close(plan._edu_reason("double"), today)
            else:
                plan.state = "draft"
