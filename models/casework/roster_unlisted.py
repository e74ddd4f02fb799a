from odoo import api, models

from .dropout_case import DONE


class EduRosterUnlisted(models.Model):
    """A child whom no file names and nobody knows of has a case; a child with a case is followed."""

    _inherit = "edu.roster.unlisted"

    @api.model
    def _edu_followed(self, students):
        cases = self.env["edu.dropout.case"].sudo()
        return super()._edu_followed(students) | cases.search(
            [("student_id", "in", students.ids), ("state", "not in", DONE)]
        ).student_id.with_env(students.env)

    def _edu_on_missing(self, missing_since):
        super()._edu_on_missing(missing_since)
        self.env["edu.dropout.case"]._edu_raise(
            self.student_id, "comparison", missing_since=missing_since
        )
