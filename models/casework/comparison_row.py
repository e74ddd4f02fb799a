from odoo import fields, models


class EduComparisonRow(models.Model):
    """A child of a compared list is followed in a case, and its case stands beside it."""

    _inherit = "edu.comparison.row"

    case_id = fields.Many2one("edu.dropout.case", "Case", compute="_compute_case_id")

    def _compute_case_id(self):
        """The newest case that the user may read, where there is one."""
        Case = self.env["edu.dropout.case"]
        students = self.sudo().match_student_id
        found = Case
        if students and Case.has_access("read"):
            found = Case.search([("student_id", "in", students.ids)], order="id")
        by_student = {case.sudo().student_id.id: case for case in found}
        for row in self:
            row.case_id = by_student.get(row.sudo().match_student_id.id, Case)

    def _edu_on_missing(self, missing_since):
        super()._edu_on_missing(missing_since)
        for found, rows in self.grouped(lambda row: row.result == "not_found").items():
            self.env["edu.dropout.case"]._edu_raise(
                rows.match_student_id,
                "comparison",
                missing_since=missing_since,
                kind="never_enrolled" if found else None,
            )
