from odoo import api, fields, models
from odoo.exceptions import UserError


class EduSealRegister(models.TransientModel):
    """Chooses a place and a year, and prints its register of seals (用印登记簿)."""

    _name = "edu.seal.register"
    _description = "Print the Register of Seals"

    school_id = fields.Many2one("edu.school", ondelete="cascade")
    area_id = fields.Many2one(
        "edu.area",
        "Township or County",
        domain=[("level", "in", ("township", "county"))],
        ondelete="cascade",
    )
    year = fields.Integer(required=True, default=lambda self: self._default_year(), aggregator=None)

    @api.model
    def _default_year(self):
        return self.env["edu.policy"]._edu_today().year

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        own = self.env["edu.seal.use"].default_get(["school_id", "area_id"])
        return {**{name: own[name] for name in own.keys() & set(fields_list)}, **values}

    @api.onchange("school_id")
    def _onchange_school(self):
        if self.school_id:
            self.area_id = False

    @api.onchange("area_id")
    def _onchange_area(self):
        if self.area_id:
            self.school_id = False

    def _edu_uses(self):
        """The sealed lines, as far as the caller reads them, in order."""
        self.ensure_one()
        place = ("school_id", self.school_id) if self.school_id else ("area_id", self.area_id)
        return self.env["edu.seal.use"].search(
            [
                (place[0], "=", place[1].id),
                ("state", "=", "sealed"),
                ("year", "=", self.year),
            ],
            order="number",
        )

    def action_print(self):
        """Whoever reads the register.

        :raise UserError: without a place
        """
        self.ensure_one()
        if not (self.school_id or self.area_id):
            raise UserError(self.env._("Choose the school, the township or the county."))
        return self.env.ref("edu_dropout_control.action_report_seal_register").report_action(
            self.ids, config=False
        )

    def _edu_file_name(self):
        self.ensure_one()
        return f"用印登记簿-{(self.school_id or self.area_id).name}-{self.year}"
