from odoo import api, models


class DropoutReportDocument(models.AbstractModel):
    """Values of the printed 附件1, of a frozen version: with all numbers, and logged."""

    _name = "report.edu_dropout_control.document_dropout_report"
    _description = "Student Dropout Report, Document"

    @api.model
    def _get_report_values(self, docids, data=None):
        versions = self.env["edu.dropout.report.version"].browse(docids)
        versions.check_access("read")
        return {
            "docs": versions,
            "forms": {version.id: version._edu_form() for version in versions},
        }


class DropoutReportDraft(models.AbstractModel):
    """Values of a draft of 附件1: from live data, numbers masked, marked as a draft."""

    _name = "report.edu_dropout_control.document_dropout_report_draft"
    _description = "Student Dropout Report, Draft Document"

    @api.model
    def _get_report_values(self, docids, data=None):
        reports = self.env["edu.dropout.report"].browse(docids)
        reports.check_access("read")
        return {
            "docs": reports,
            "forms": {report.id: report._edu_form() for report in reports},
        }
