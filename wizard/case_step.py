from odoo import api, fields, models

from ..models.casework.dropout_case import RETURN_FORMS


class EduCaseStep(models.TransientModel):
    """Asks for the facts of a step of a case and takes it. Anybody may fill it in; the step itself
    asks for the role."""

    _name = "edu.case.step"
    _description = "Step of a case"

    case_id = fields.Many2one("edu.dropout.case", required=True, ondelete="cascade")
    step = fields.Selection(
        [
            ("exclude", "Not a dropout"),
            ("reopen", "Check again"),
            ("return", "Child is back"),
            ("check", "Observation check"),
            ("relapse", "Left again"),
            ("return_by", "Change return-by date"),
            ("report", "Mandatory report made"),
        ],
        required=True,
    )
    date = fields.Date(default=lambda self: self.env["edu.policy"]._edu_today())
    note = fields.Text()
    evidence_ids = fields.Many2many("ir.attachment", string="Evidence", bypass_search_access=True)

    reason_id = fields.Many2one(
        "edu.code", "Reason", domain=[("kind", "=", "not_dropout")], ondelete="cascade"
    )
    needs_evidence = fields.Boolean(related="reason_id.needs_evidence")
    needs_expiry = fields.Boolean(related="reason_id.needs_expiry")
    until = fields.Date("Proof Valid until")

    return_form = fields.Selection(RETURN_FORMS, string="Form of Return", default="same_class")
    school_id = fields.Many2one("edu.school", ondelete="cascade")
    class_id = fields.Many2one("edu.class", ondelete="cascade")
    place_id = fields.Many2one("edu.school", compute="_compute_place_id")

    present = fields.Selection([("yes", "In school"), ("no", "Absent")], default="yes")
    reported_to = fields.Char()

    @api.depends("case_id", "school_id", "return_form")
    def _compute_place_id(self):
        for wizard in self:
            other = wizard.return_form in ("other_school", "special")
            wizard.place_id = wizard.school_id if other else wizard.case_id.school_id

    @api.onchange("return_form")
    def _onchange_return_form(self):
        self.school_id = False
        self.class_id = self.case_id.class_id if self.return_form == "same_class" else False

    def action_apply(self):
        """Take the step; the case checks role, state and facts."""
        self.ensure_one()
        getattr(self, f"_apply_{self.step}")()
        return {"type": "ir.actions.act_window_close"}

    def _apply_exclude(self):
        self.case_id.action_exclude(
            self.reason_id.id, until=self.until, note=self.note, evidence_ids=self.evidence_ids.ids
        )

    def _apply_reopen(self):
        self.case_id.action_reopen(self.note)

    def _apply_return(self):
        self.case_id.action_return(
            returned_on=self.date,
            return_form=self.return_form,
            class_id=self.class_id.id,
            school_id=self.school_id.id,
            note=self.note,
            evidence_ids=self.evidence_ids.ids,
        )

    def _apply_check(self):
        self.case_id.action_check_observation(
            self.present == "yes", checked_on=self.date, note=self.note
        )

    def _apply_relapse(self):
        self.case_id.action_relapse(missing_since=self.date, note=self.note)

    def _apply_return_by(self):
        self.case_id.action_set_return_by(self.date, self.note)

    def _apply_report(self):
        self.case_id.action_report_made(self.reported_to, reported_on=self.date)
