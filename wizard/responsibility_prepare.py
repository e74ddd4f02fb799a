from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..models.oversight.responsibility_template import KINDS


class EduResponsibilityPrepare(models.TransientModel):
    """Prepare the letters of responsibility of a year for all places of the caller that have none:
    a school for its classes, a township for its villages, the bureau for its schools."""

    _name = "edu.responsibility.prepare"
    _description = "Prepare Letters of Responsibility"

    kind = fields.Selection(KINDS, required=True, default=lambda self: self._default_kind())
    school_year = fields.Char(
        required=True, default=lambda self: self.env["edu.term"].sudo()._current().school_year
    )

    @api.model
    def _default_kind(self):
        user = self.env.user.sudo()
        if user.edu_bureau_area_ids:
            return "bureau_school"
        return "township_village" if user.edu_township_area_ids else "school_class"

    def _edu_places(self):
        """The classes, villages or schools with which the caller's side agrees."""
        user = self.env.user.sudo()
        if self.kind == "bureau_school":
            return user.edu_bureau_school_ids.filtered("active")
        if self.kind == "township_village":
            return self.env["edu.area"].search(
                [("level", "=", "village"), ("township_id", "in", user.edu_township_area_ids.ids)]
            )
        schools = self.env["edu.school"]
        for role in ("principal", "vice_principal", "dean", "records_admin"):
            schools |= user[f"edu_{role}_school_ids"].filtered("active")
        return self.env["edu.class"].search([("school_id", "in", schools.ids)])

    def action_prepare(self):
        """See the class.

        :raise AccessError: the caller's posts issue no letter of this kind
        """
        self.ensure_one()
        if not self.env["edu.term"].sudo().search_count([("school_year", "=", self.school_year)]):
            raise UserError(self.env._("There is no term of the school year %s.", self.school_year))
        places = self._edu_places()
        if not places:
            raise AccessError(self.env._("Your posts issue no letter of this kind."))
        self.env["edu.responsibility.letter"]._edu_prepare(self.kind, self.school_year, places)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "edu_dropout_control.edu_responsibility_letter_action"
        )
        return {
            **action,
            "target": "main",
            "domain": [("kind", "=", self.kind), ("school_year", "=", self.school_year)],
        }
