from odoo import fields, models
from odoo.exceptions import UserError


class EduWorkPlanStep(models.TransientModel):
    """Asks for what a step of a work plan or of one of its measures needs, and takes it. Anybody who acts
    on plans may fill it in; the step itself asks for the post."""

    _name = "edu.work.plan.step"
    _description = "Step of a Work Plan"

    plan_id = fields.Many2one("edu.work.plan", "Work Plan", readonly=True, ondelete="cascade")
    measure_id = fields.Many2one(
        "edu.work.plan.measure", "Measure", readonly=True, ondelete="cascade"
    )
    step = fields.Selection(
        [
            ("return", "Return to the School"),
            ("done", "Done"),
            ("drop", "Drop"),
            ("explain", "Why It Is Late"),
        ],
        required=True,
        readonly=True,
    )
    done_on = fields.Date(default=lambda self: self.env["edu.policy"]._edu_today())
    outcome = fields.Text("What Came of It")
    reason = fields.Text()
    is_overdue = fields.Boolean(compute="_compute_is_overdue", compute_sudo=True)

    def _compute_is_overdue(self):
        for step in self:
            step.is_overdue = bool(step.measure_id) and step.measure_id._edu_is_overdue()

    def action_confirm(self):
        """Take the step; see the methods of plan and measure for who may."""
        self.ensure_one()
        record = self.measure_id if self.step in ("done", "drop", "explain") else self.plan_id
        if not record:
            raise UserError(self.env._("Open the plan again and take the step there."))
        record.check_access("read")
        if self.step == "return":
            record._edu_return(self.reason)
        elif self.step == "done":
            record._edu_done(self.done_on, self.outcome, self.reason)
        elif self.step == "drop":
            record._edu_drop(self.reason)
        else:
            record._edu_explain(self.reason)
        return {"type": "ir.actions.client", "tag": "soft_reload"}
