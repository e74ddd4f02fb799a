from datetime import timedelta

from odoo import models

from .roster_check_line import REASON

# Why a suspicion was none, by what took effect instead
REASON_OF_KIND = {
    "transfer_out": REASON["transfer_out"],
    "suspension": REASON["suspended"],
    "postponement": REASON["postponed"],
    "death": REASON["deceased"],
    "abroad": REASON["abroad"],
    "elsewhere": REASON["elsewhere"],
    "other_county": REASON["elsewhere"],
}


class EduStatusChange(models.Model):
    """What took effect ends a mere suspicion; what nobody answered raises one."""

    _inherit = "edu.status.change"

    def _edu_on_in_force(self):
        super()._edu_on_in_force()
        for change in self:
            case = self.env["edu.dropout.case"]._edu_open_case(change.student_id).sudo()
            if not case:
                continue
            if case.state == "suspected":
                reason = REASON_OF_KIND.get(change.kind, "present")
                case._edu_exclude(
                    self.env.ref(f"edu_dropout_control.code_not_dropout_{reason}"),
                    until=change.valid_until,
                    note=self.env._("Approved: %(change)s.", change=change.display_name),
                )
            else:
                case._message_log(
                    body=self.env._(
                        "Approved: %(change)s. Record in the case what follows from it.",
                        change=change.display_name,
                    )
                )

    def _edu_on_answer_overdue(self):
        super()._edu_on_answer_overdue()
        for change in self:
            self.env["edu.dropout.case"]._edu_raise(
                change.student_id,
                "manual",
                missing_since=change.date_from,
                note=self.env._(
                    "%(change)s: nobody has answered by %(date)s.",
                    change=change.display_name,
                    date=change.answer_due,
                ),
            )

    def _edu_on_not_back(self):
        super()._edu_on_not_back()
        for change in self:
            self.env["edu.dropout.case"]._edu_raise(
                change.student_id,
                "manual",
                missing_since=change._edu_last_day() + timedelta(days=1),
                note=self.env._(
                    "%(change)s ran out on %(date)s, and the child has not come back.",
                    change=change.display_name,
                    date=change._edu_last_day(),
                ),
            )
