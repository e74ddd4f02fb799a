from odoo import models
from odoo.exceptions import UserError

from .notice_document import TITLES


class EduNotice(models.Model):
    """The seal of who issues the notice: school, township or bureau, each in its own register."""

    _name = "edu.notice"
    _inherit = ["edu.notice", "edu.sealed.mixin"]

    def _edu_seal_values(self):
        self.ensure_one()
        return {
            "school_id": self.issuer_school_id.id,
            "area_id": self.issuer_area_id.id,
            "document": f"《{TITLES[self.kind]}》{self.number or ''}",
            "copies": 2,
        }

    def _edu_check_may_seal(self):
        """Sealed is the wording that was issued here; what came on paper has its seal."""
        self.ensure_one()
        if self.state not in ("issued", "served") or self.on_behalf:
            raise UserError(
                self.env._("The seal is put to a notice that was issued here and that stands.")
            )
