from odoo import api, fields, models

from .warning_trial import FEW


class EduWarningTrialLine(models.Model):
    """What a rule, or a total from so many points on, would have caught and missed. Written by the
    trial only; read like it."""

    _name = "edu.warning.trial.line"
    _description = "Result of a trial of warning rules"
    _order = "trial_id, rule_id, sequence, id"
    _rec_name = "points"

    trial_id = fields.Many2one(
        "edu.warning.trial", required=True, readonly=True, index=True, ondelete="cascade"
    )
    county_id = fields.Many2one("edu.area", required=True, readonly=True, index=True)
    sequence = fields.Integer(readonly=True)
    rule_id = fields.Many2one("edu.warning.rule", "Rule", readonly=True, ondelete="cascade")
    points = fields.Integer("Points", readonly=True, aggregator=None)
    caught = fields.Integer("Caught", readonly=True, aggregator=None)
    missed = fields.Integer("Missed", readonly=True, aggregator=None)
    false_alarms = fields.Integer("False Alarms", readonly=True, aggregator=None)
    precision_text = fields.Char("Precision", compute="_compute_texts")
    recall_text = fields.Char("Recall", compute="_compute_texts")
    remark = fields.Char(compute="_compute_texts")

    @api.depends("caught", "missed", "false_alarms", "rule_id")
    @api.depends_context("lang")
    def _compute_texts(self):
        for line in self:
            flagged = line.caught + line.false_alarms
            line.precision_text = self._edu_share(line.caught, flagged)
            line.recall_text = self._edu_share(line.caught, line.caught + line.missed)
            remarks = []
            if line.rule_id and not line.rule_id.sudo().has_history:
                remarks.append(self.env._("facts of today"))
            if 0 < flagged < FEW:
                remarks.append(self.env._("few children"))
            line.remark = self.env._(", ").join(remarks)

    def _edu_share(self, part, whole):
        if not whole:
            return self.env._("no data")
        return f"{100 * part / whole:.0f} % ({part}/{whole})"
