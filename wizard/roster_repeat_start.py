from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from ..models.monitoring.roster_repeat import OCCASIONS


class EduRosterRepeatStart(models.TransientModel):
    """Start a repeat check for all classes of the caller's schools: bureau, records administrator,
    dean."""

    _name = "edu.roster.repeat.start"
    _description = "Start a repeat check"

    term_id = fields.Many2one(
        "edu.term",
        required=True,
        ondelete="cascade",
        domain=[("state", "=", "open")],
        default=lambda self: self.env["edu.term"]._current(),
    )
    occasion = fields.Selection(OCCASIONS, required=True, default="monthly")
    date = fields.Date(required=True, default=lambda self: self.env["edu.policy"]._edu_today())

    def _edu_schools(self):
        user = self.env.user.sudo()
        schools = (
            user.edu_bureau_school_ids
            | user.edu_records_admin_school_ids
            | user.edu_dean_school_ids
        )
        if not schools:
            raise AccessError(
                self.env._(
                    "A repeat check is started by the bureau, the records administrator or the dean."
                )
            )
        return schools.filtered("active")

    def action_start(self):
        """See the class: who may start it, and for which schools."""
        self.ensure_one()
        schools = self._edu_schools()
        if self.term_id.state != "open":
            raise UserError(self.env._("The term is not open."))
        if not self.term_id.start_date <= self.date <= self.term_id.end_date:
            raise UserError(self.env._("The day lies outside of the term."))
        self.env["edu.roster.repeat"]._edu_start(self.term_id, self.occasion, self.date, schools)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "edu_dropout_control.edu_roster_repeat_action"
        )
        action["target"] = "main"
        return action
