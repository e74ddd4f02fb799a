from odoo import models

from .dropout_case import BACK, DONE, UNDECIDED


class EduYearTurn(models.Model):
    _inherit = "edu.year.turn"

    def _edu_after_turn(self, schools):
        """Open cases go with their children: a grade up, or to the school that expects the child now.
        A child of grade 9 whose nine years somebody found completed is sought no more."""
        super()._edu_after_turn(schools)
        cases = self.env["edu.dropout.case"].search(
            [("student_id.school_id", "in", schools.ids), ("state", "not in", DONE)]
        )
        completed = cases.filtered(
            lambda case: case.student_id.enrolment_state in ("graduated", "completed")
        )
        completed._edu_end_completed()
        (cases - completed)._edu_follow_child()


class EduDropoutCase(models.Model):
    _inherit = "edu.dropout.case"

    def _edu_end_completed(self):
        """The child has its nine years: a suspicion is none, a dropout is over. Private, on sudo'ed
        cases."""
        today = self.env["edu.policy"]._edu_today()
        reason = self.env.ref("edu_dropout_control.code_not_dropout_completed")
        note = self.env._("Nine years completed, decided at the turn of the year.")
        for case in self:
            if case.state in UNDECIDED:
                case._edu_exclude(reason, note=note)
                continue
            if case.state not in BACK:
                case._edu_end_ladder()
            case.write({"state": "closed", "closed_on": today})
            for kind in ("suspected", "dropout"):
                case._edu_ledger("strike", kind, today, reason.name)
            case._message_log(body=note)
