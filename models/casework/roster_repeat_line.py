from odoo import models

from ..monitoring.outcomes import MISSING, PRESENT
from .dropout_case import BACK


class EduRosterRepeatLine(models.Model):
    """A child missing by a repeat check has a case at once; one that is back ends a mere suspicion."""

    _inherit = "edu.roster.repeat.line"

    def _edu_on_missing(self):
        super()._edu_on_missing()
        self.env["edu.dropout.case"]._edu_raise(
            self.student_id,
            "check",
            missing_since={line.student_id: line.missing_since for line in self},
        )

    def _edu_on_found(self):
        super()._edu_on_found()
        for line in self.filtered(lambda line: line.before in MISSING):
            case = self.env["edu.dropout.case"]._edu_open_case(line.student_id).sudo()
            if not case or case.state in BACK:
                continue
            note = self.env._("%(check)s: the child is found.", check=line.repeat_id.display_name)
            if case.state == "suspected":
                reason = "present" if line.outcome in PRESENT else "leave"
                case._edu_exclude(
                    self.env.ref(f"edu_dropout_control.code_not_dropout_{reason}"), note=note
                )
            else:
                case._message_log(body=note)
