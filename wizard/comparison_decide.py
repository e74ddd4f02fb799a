from odoo import api, fields, models
from odoo.exceptions import UserError


class EduComparisonDecide(models.TransientModel):
    """Say which of the children suggested the child of a list is, or that it is none of them.

    For the bureau and the township, of rows of their own.
    """

    _name = "edu.comparison.decide"
    _description = "Decide on a suggestion"

    row_ids = fields.Many2many("edu.comparison.row", required=True)
    row_id = fields.Many2one("edu.comparison.row", "Child on the List", compute="_compute_row_id")
    birthdate = fields.Date(related="row_id.birthdate")
    candidate_ids = fields.Many2many("edu.student", compute="_compute_row_id")
    candidate_text = fields.Char("Perhaps", compute="_compute_row_id")
    student_id = fields.Many2one(
        "edu.student", "It Is", domain="[('id', 'in', candidate_ids)]", ondelete="cascade"
    )

    @api.depends("row_ids")
    def _compute_row_id(self):
        for wizard in self:
            row = wizard.row_ids[:1]
            wizard.row_id = row
            wizard.candidate_ids = row.candidate_ids
            wizard.candidate_text = row.candidate_text

    def action_same(self):
        """Bureau, township: it is the child chosen."""
        self.ensure_one()
        student = self.student_id or (self.candidate_ids if len(self.candidate_ids) == 1 else None)
        if not student:
            raise UserError(
                self.env._("Choose the child. One whom you may not see is confirmed by the bureau.")
            )
        self.row_id._edu_decide(student)
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def action_other(self):
        """Bureau, township: it is none of them."""
        self.ensure_one()
        self.row_id._edu_decide()
        return {"type": "ir.actions.client", "tag": "soft_reload"}
