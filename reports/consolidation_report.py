from odoo import api, models


class ConsolidationDocument(models.AbstractModel):
    """Values of the printed consolidated report or half-year tables, of a frozen version."""

    _name = "report.edu_dropout_control.document_consolidation"
    _description = "Consolidated Report, Document"

    @api.model
    def _get_report_values(self, docids, data=None):
        versions = self.env["edu.report.consolidation.version"].browse(docids)
        versions.check_access("read")
        return {
            "docs": versions,
            "forms": {version.id: version._edu_form() for version in versions},
        }
