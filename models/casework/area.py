from odoo import fields, models


class EduArea(models.Model):
    """How a township's government and the county's education bureau appear on notices."""

    _inherit = "edu.area"

    document_name = fields.Char(
        "Name on Documents", help="Empty: the area's name with the usual name of the office"
    )
    notice_prefix = fields.Char("Letters Before Notice Numbers", help="Empty: the area's name")
    helpline = fields.Char(
        "Advice on Help", help="Office and telephone that notices name to families in need"
    )

    def _edu_document_name(self):
        """The authority of this area as it signs: government of a township, bureau of a county."""
        self.ensure_one()
        office = "教育体育局" if self.level == "county" else "人民政府"
        return self.document_name or f"{self.name}{office}"
