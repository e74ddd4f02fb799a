from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class EduTerm(models.Model):
    _inherit = "edu.term"

    roster_check_ids = fields.One2many("edu.roster.check", "term_id", "Roster Checks")
    roster_check_count = fields.Integer(compute="_compute_roster_check_count")

    @api.depends("roster_check_ids")
    @api.depends_context("uid")
    def _compute_roster_check_count(self):
        counts = {}
        if self.env["edu.roster.check"].has_access("read"):
            counts = dict(
                self.env["edu.roster.check"]._read_group(
                    [("term_id", "in", self.ids)], ["term_id"], ["__count"]
                )
            )
        for term in self:
            term.roster_check_count = counts.get(term, 0)

    def action_open(self):
        """Bureau or county administrator: give each active school (the bureau: of its county) a
        roster check, with a line per child on the registry or expected. Doing it again adds only
        what is new.

        :raise AccessError: anybody else
        :raise UserError: the term is over
        """
        self.ensure_one()
        School = self.env["edu.school"].sudo()
        user = self.env.user
        if self.env.su or user.has_group("edu_dropout_control.group_county_admin"):
            schools = School.search([("active", "=", True)])
        elif user.has_group("edu_dropout_control.group_bureau"):
            schools = user.sudo().edu_bureau_school_ids.filtered("active")
        else:
            raise AccessError(
                self.env._("A term is opened by the bureau or the county administrator.")
            )
        if self.state == "closed":
            raise UserError(self.env._("This term is over."))
        before = self.sudo().roster_check_ids
        added = self.sudo()._edu_open(schools)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "title": self.display_name,
                "message": self.env._(
                    "%(schools)s schools have their roster check now, %(children)s children were"
                    " added to the lists.",
                    schools=len(self.sudo().roster_check_ids - before),
                    children=added,
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _edu_open(self, schools):
        """Open the term for ``schools``; earlier terms that are over are closed.

        :return: number of lines added
        """
        self.ensure_one()
        added = self.env["edu.roster.check"]._edu_make(self, schools)._edu_fill()
        if self.state == "planned":
            self.state = "open"
        self.search([("end_date", "<", self.start_date), ("state", "=", "open")]).write(
            {"state": "closed"}
        )
        return added

    def action_view_roster_checks(self):
        """Whoever reads the term: the roster checks of it in the own scope."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "edu_dropout_control.edu_roster_check_action"
        )
        action["domain"] = [("term_id", "=", self.id)]
        action["context"] = {}
        return action
