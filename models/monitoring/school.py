from odoo import api, fields, models


class EduSchool(models.Model):
    _inherit = "edu.school"

    roster_check_count = fields.Integer(compute="_compute_monitoring_counts")
    entrant_count = fields.Integer(compute="_compute_monitoring_counts")
    warning_computed_on = fields.Date("Warnings Computed on", readonly=True, copy=False)

    @api.depends_context("uid")
    def _compute_monitoring_counts(self):
        for name, model in (
            ("roster_check_count", "edu.roster.check"),
            ("entrant_count", "edu.entrant"),
        ):
            counts = {}
            if self.ids and self.env[model].has_access("read"):
                counts = dict(
                    self.env[model]._read_group(
                        [("school_id", "in", self.ids)], ["school_id"], ["__count"]
                    )
                )
            for school in self:
                school[name] = counts.get(school._origin, 0)

    def _edu_monitoring_action(self, xmlid):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(f"edu_dropout_control.{xmlid}")
        action["domain"] = [("school_id", "=", self.id)]
        action["context"] = {}
        return action

    def action_view_roster_checks(self):
        """Whoever reads the school: its roster checks in the own scope."""
        return self._edu_monitoring_action("edu_roster_check_action")

    def action_view_entrants(self):
        """Whoever reads the school: the children it expects, in the own scope."""
        return self._edu_monitoring_action("edu_entrant_action")
