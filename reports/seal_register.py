from odoo import api, models

from ..models.casework.notice_document import chinese_date
from ..tools.dropout_form import LINE, PADDING, text_lines

# px of the landscape page that wkhtmltopdf lays out, without the page's head and the book's foot
PAGE = 760
WIDTHS = {"document": 420, "purpose": 200, "asked": 130, "approved": 160, "sealed": 130}


class SealRegister(models.AbstractModel):
    """The page of a register of seals: the lines of one place and year, in order, cut into pages."""

    _name = "report.edu_dropout_control.document_seal_register"
    _description = "Register of Seals on Paper"

    @api.model
    def _get_report_values(self, docids, data=None):
        Policy = self.env["edu.policy"]
        docs = []
        for dialog in self.env["edu.seal.register"].browse(docids):
            dialog.check_access("read")
            rows = [
                {
                    "number": use.number,
                    "on": chinese_date(Policy._edu_now(use.sealed_at).date()),
                    "document": use.document,
                    "purpose": use.purpose or "",
                    "copies": use.copies,
                    "seal": use.seal,
                    "asked": use.sudo().asked_by_id.name,
                    "approved": use.outside_approver or use.sudo().approved_by_id.name,
                    "sealed": use.sudo().sealed_by_id.name,
                }
                for use in dialog._edu_uses()
            ]
            place = dialog.school_id or dialog.area_id
            docs.append(
                {
                    "register": dialog,
                    "place": place._edu_document_name(),
                    "year": dialog.year,
                    "count": len(rows),
                    "copies": sum(row["copies"] for row in rows),
                    "pages": self._edu_pages(rows),
                }
            )
        return {"docs": docs}

    @api.model
    def _edu_pages(self, rows):
        """Rows are kept whole, and each page has its head: not every wkhtmltopdf does that."""
        pages, room = [[]], PAGE
        for row in rows:
            lines = max(text_lines(row[name], width) for name, width in WIDTHS.items())
            height = lines * LINE + PADDING
            if height > room and pages[-1]:
                pages.append([])
                room = PAGE
            pages[-1].append(row)
            room -= height
        return pages
