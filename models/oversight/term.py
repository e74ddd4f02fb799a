from odoo import models


class EduTerm(models.Model):
    _inherit = "edu.term"

    def _edu_open(self, schools):
        """A term that opens gives every school its report and its work plan to hand in, and calls for the
        report."""
        result = super()._edu_open(schools)
        self.env["edu.dropout.report"]._edu_prepare(self, schools)
        self.env["edu.work.plan"]._edu_prepare(self, schools)
        self.env["edu.report.call"]._edu_call_term(self, schools)
        return result
