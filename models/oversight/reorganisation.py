from odoo import models


class EduReorganisation(models.Model):
    """Oversight's part: a school that is closed owes no report that it has not begun to sign; orders
    that wait for its answer go to the school that takes over. Signed reports stay."""

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
            self.env["edu.supervision.order"].search(
                [
                    ("school_id", "=", line.from_school_id.id),
                    ("state", "in", ("draft", "sent", "returned")),
                ]
            ).write({"school_id": line.to_school_id.id})
