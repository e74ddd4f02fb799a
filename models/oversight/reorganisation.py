from odoo import models


class EduReorganisation(models.Model):
    """Oversight's part: a school that is closed owes no report and no work plan that it has not begun to
    sign, and what was written in that plan goes into the plan of the school that takes over; orders that
    wait for its answer go there too, unless it has its own of the same bulletin: then its leaders answer
    both. What was signed stays: its measures and decisions, and what else it still owes, are held and
    settled at the school that takes over (``edu.duty``), whose next plan carries on what is unfinished.
    """

    _inherit = "edu.reorganisation"

    def _edu_after_run(self):
        super()._edu_after_run()
        for line in self.line_ids.filtered(lambda line: not line.from_class_id):
            reports = self.env["edu.dropout.report"].search(
                [
                    ("school_id", "=", line.from_school_id.id),
                    ("term_id.state", "=", "open"),
                    ("state", "=", "draft"),
                ]
            )
            reports.filtered(
                lambda report: (
                    not report.version_ids
                    and not report._edu_signed()
                    and report._edu_check().state != "closed"
                )
            ).unlink()
            plans = self.env["edu.work.plan"].search(
                [
                    ("school_id", "=", line.from_school_id.id),
                    ("term_id.state", "=", "open"),
                    ("state", "=", "draft"),
                    ("snapshot_at", "=", False),
                ]
            )
            plans.filtered(lambda plan: not plan.signoff_ids)._edu_hand_over(line.to_school_id)
            self.env["edu.periodic.report"].search(
                [("school_id", "=", line.from_school_id.id), ("state", "=", "draft")]
            ).filtered(lambda report: not report.signoff_ids).unlink()
            orders = self.env["edu.supervision.order"].search(
                [
                    ("school_id", "in", (line.from_school_id | line.to_school_id).ids),
                    ("state", "in", ("draft", "sent", "returned")),
                ]
            )
            theirs = orders.filtered(lambda order, line=line: order.school_id == line.to_school_id)
            mine = orders - theirs
            mine.filtered(
                lambda order, theirs=theirs: order.bulletin_id not in theirs.bulletin_id
            ).write({"school_id": line.to_school_id.id})
