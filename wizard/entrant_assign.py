from odoo import api, fields, models


class EduEntrantAssign(models.TransientModel):
    """Choose the class of expected children. For records administrator and dean."""

    _name = "edu.entrant.assign"
    _description = "Assign expected children to a class"

    entrant_ids = fields.Many2many("edu.entrant", string="Children", required=True)
    school_id = fields.Many2one("edu.school", compute="_compute_school_id")
    class_id = fields.Many2one("edu.class", "Class", ondelete="cascade")

    @api.depends("entrant_ids")
    def _compute_school_id(self):
        for wizard in self:
            wizard.school_id = wizard.entrant_ids[:1].school_id

    def action_assign(self):
        """Records administrator or dean of the expecting school."""
        self.ensure_one()
        self.entrant_ids._edu_check_role(("records_admin", "dean"))
        self.entrant_ids._edu_assign(self.class_id)
        return {"type": "ir.actions.client", "tag": "soft_reload"}
