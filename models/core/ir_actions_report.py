from odoo import models


class IrActionsReport(models.Model):
    """Official documents (templates ``edu_dropout_control.document_*``) bring their own style: they
    are printed without a request back to the server, and several at once are rendered one by one and
    merged, because Debian's wkhtmltopdf cannot split a PDF into records."""

    _inherit = "ir.actions.report"

    def _edu_is_document(self):
        return bool(self) and (self.report_name or "").startswith("edu_dropout_control.document_")

    def _get_layout(self):
        if self._edu_is_document():
            return self.env.ref("edu_dropout_control.official_layout")
        return super()._get_layout()

    def _render_qweb_pdf_prepare_streams(self, report_ref, data, res_ids=None):
        if len(set(res_ids or ())) > 1 and self._get_report(report_ref)._edu_is_document():
            streams = {}
            for res_id in dict.fromkeys(res_ids):
                streams.update(
                    super()._render_qweb_pdf_prepare_streams(report_ref, dict(data or {}), [res_id])
                )
            return streams
        return super()._render_qweb_pdf_prepare_streams(report_ref, data, res_ids=res_ids)
