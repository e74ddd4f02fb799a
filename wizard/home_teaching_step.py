from odoo import fields, models


class EduHomeTeachingStep(models.TransientModel):
    """Asks for what a step of a home-teaching plan or of one of its lessons needs, and takes it. The step
    itself asks for the post."""

    _name = "edu.home.teaching.step"
    _description = "Step of home teaching"

    teaching_id = fields.Many2one("edu.home.teaching", "Plan", required=True, ondelete="cascade")
    session_id = fields.Many2one("edu.home.teaching.session", "Lesson", ondelete="cascade")
    step = fields.Selection(
        [
            ("return", "Send Back"),
            ("end", "End Home Teaching"),
            ("withdraw", "Withdraw the Record"),
        ],
        required=True,
    )
    reason = fields.Text()
    end_reason_id = fields.Many2one(
        "edu.code",
        "Why It Ends",
        domain=[("kind", "=", "home_end"), ("code", "not in", ("period", "double"))],
    )
    end_reason_code = fields.Char(related="end_reason_id.code")
    needs_evidence = fields.Boolean(related="end_reason_id.needs_evidence")
    ended_on = fields.Date("Last Day", default=lambda self: self.env["edu.policy"]._edu_today())
    placement = fields.Selection(
        [
            ("regular", "Regular class"),
            ("special_school", "Special school"),
            ("special_class", "Special class"),
            ("remote", "Remote teaching"),
        ],
        "The Child Learns Now",
    )
    file = fields.Binary("Document", attachment=False)
    file_name = fields.Char()

    def action_done(self):
        """Take the step; see the methods of plan and lesson for who may."""
        self.ensure_one()
        if self.step == "return":
            self.teaching_id._edu_send_back(self.reason)
        elif self.step == "withdraw":
            self.session_id._edu_withdraw(self.reason)
        else:
            files = []
            if self.file:
                files = self.env["edu.roster.sheet"]._edu_clean_files(
                    [{"name": self.file_name, "data": self.file}]
                )
            self.teaching_id._edu_end(
                self.end_reason_id, self.ended_on, self.reason, files, self.placement
            )
        self.sudo().unlink()
        return {"type": "ir.actions.client", "tag": "soft_reload"}
