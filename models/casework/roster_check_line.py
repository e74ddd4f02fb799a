from odoo import fields, models

from ..monitoring.outcomes import PRESENT
from .dropout_case import BACK

# Why a suspicion was none, by what the roster found instead
REASON = {
    "on_leave": "leave",
    "transfer_out": "transfer",
    "suspended": "suspended",
    "postponed": "postponed",
    "deceased": "deceased",
    "abroad": "abroad",
    "elsewhere": "elsewhere",
}


class EduRosterCheckLine(models.Model):
    """A child marked missing has a case at once; a mark taken back ends a mere suspicion."""

    _inherit = "edu.roster.check.line"

    case_id = fields.Many2one("edu.dropout.case", "Case", compute="_compute_case_id")

    def _compute_case_id(self):
        """The newest case that the user may read, where there is one."""
        Case = self.env["edu.dropout.case"]
        found = Case.search([("student_id", "in", self.student_id.ids)], order="id")
        by_student = {case.student_id: case for case in found}
        for line in self:
            line.case_id = by_student.get(line.student_id, Case)

    def _edu_on_missing(self):
        super()._edu_on_missing()
        for outcome, lines in self.grouped("outcome").items():
            self.env["edu.dropout.case"]._edu_raise(
                lines.student_id,
                "check",
                missing_since={line.student_id: line.missing_since for line in lines},
                kind="never_enrolled" if outcome == "never_enrolled" else None,
            )

    def _edu_on_found(self):
        super()._edu_on_found()
        for line in self:
            case = self.env["edu.dropout.case"]._edu_open_case(line.student_id)
            if not case or case.state in BACK:
                continue
            outcome = line._edu_outcome_label()
            if case.state == "suspected":
                case._edu_exclude(
                    self.env.ref(
                        f"edu_dropout_control.code_not_dropout_{REASON.get(line.outcome, 'present')}"
                    ),
                    until=line.valid_until or line.leave_until,
                    note=self.env._(
                        "%(check)s: marked “%(outcome)s” instead of missing.",
                        check=line.check_id.display_name,
                        outcome=outcome,
                    ),
                )
            elif line.outcome in PRESENT:
                case._message_log(
                    body=self.env._(
                        "%(check)s: marked “%(outcome)s”. Record the return of the child here.",
                        check=line.check_id.display_name,
                        outcome=outcome,
                    )
                )
