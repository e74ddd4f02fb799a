from odoo import models

from ..monitoring.outcomes import PRESENT


class EduRosterCheck(models.Model):
    _inherit = "edu.roster.check"

    def _edu_open_items(self):
        """A child that is here by the roster has no case in which it is still sought."""
        items = super()._edu_open_items()
        here = self.sudo().line_ids.filtered(lambda line: line.outcome in PRESENT).student_id
        cases = (
            self.env["edu.dropout.case"]
            .sudo()
            .search(
                [
                    ("student_id", "in", here.ids),
                    ("state", "in", ("suspected", "verifying", "persuading")),
                ]
            )
        )
        items += [
            self.env._(
                "%(child)s is here by the roster; case %(case)s still seeks the child. Record the"
                " return, or why it is no dropout.",
                child=case.student_id.name,
                case=case.name,
            )
            for case in cases
        ]
        return items
