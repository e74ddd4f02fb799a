from odoo import api, models

from ..models.casework.notice_document import chinese_date


class NoticeReport(models.AbstractModel):
    """Copies of a notice, 附件2 or 附件3. Whoever may read the notice prints it: in full, and logged, for
    posts that may see numbers; masked for the others; drafts always masked and marked."""

    _name = "report.edu_dropout_control.document_notice"
    _description = "Notice on Paper"

    @api.model
    def _get_report_values(self, docids, data=None):
        notices = self.env["edu.notice"].browse(docids)
        contents = notices._edu_document_content(self.env._("Notice printed"))
        docs = []
        for notice in notices:
            issued = notice.state != "draft" and not notice.paper_number
            docs.append(
                {
                    "notice": notice,
                    "c": contents[notice.id],
                    "mark": {"draft": "草　稿", "withdrawn": "已撤回"}.get(notice.state),
                    "qr": issued and notice._edu_qr(notice._edu_verify_url()),
                    "code": issued and notice._edu_verify_code(),
                    "verify_at": f"{notice.get_base_url()}/edu/verify",
                }
            )
        return {"docs": docs, "zh": chinese_date}


class NoticeReceiptReport(models.AbstractModel):
    """The receipt slip (回执) that goes with a notice; holds no number of a person."""

    _name = "report.edu_dropout_control.document_receipt"
    _description = "Receipt Slip on Paper"

    @api.model
    def _get_report_values(self, docids, data=None):
        notices = self.env["edu.notice"].browse(docids)
        contents = notices._edu_document_content()
        return {"docs": [{"notice": notice, "c": contents[notice.id]} for notice in notices]}


class NoticeServiceReport(models.AbstractModel):
    """The proof of service (送达回证): blank to be taken along, filled in once service is recorded."""

    _name = "report.edu_dropout_control.document_service"
    _description = "Proof of Service on Paper"

    @api.model
    def _get_report_values(self, docids, data=None):
        notices = self.env["edu.notice"].browse(docids)
        contents = notices._edu_document_content(self.env._("Proof of service printed"))
        return {
            "docs": [
                {
                    "notice": notice,
                    "c": contents[notice.id],
                    "s": notice._edu_service_sheet(),
                }
                for notice in notices
            ]
        }
