from odoo import api, fields, models

CHANNELS = [
    ("screen", "Shown on screen"),
    ("document", "Printed in a document"),
]


class EduRevealLog(models.Model):
    """Who had which confidential number shown, when and why. Rows come only from ``_edu_reveal`` of
    ``edu.secret.mixin``; the county administrator reads them, nobody changes or deletes them.

    Names no child: the county administrator keeps watch over looking, without looking.
    """

    _name = "edu.reveal.log"
    _description = "Reveal Log"
    _inherit = ["edu.append.only.mixin"]
    _log_access = False
    _order = "id desc"
    _rec_name = "field_label"

    person_id = fields.Many2one(
        "res.users", "Person", required=True, index=True, readonly=True, ondelete="restrict"
    )
    revealed_at = fields.Datetime("Shown at", required=True, index=True, readonly=True)
    model = fields.Char("Model", required=True, readonly=True)
    model_label = fields.Char("Kind of Record", compute="_compute_labels")
    res_id = fields.Integer("Record ID", required=True, readonly=True, aggregator=None)
    field_name = fields.Char("Field", required=True, readonly=True)
    field_label = fields.Char("What", compute="_compute_labels")
    reason = fields.Char(required=True, readonly=True)
    channel = fields.Selection(CHANNELS, required=True, readonly=True)

    _record_idx = models.Index("(model, res_id)")

    @api.depends("model", "field_name")
    def _compute_labels(self):
        for row in self:
            model = self.env.get(row.model)
            field = model._fields.get(row.field_name) if model is not None else None
            row.model_label = self.env["ir.model"]._get(row.model).name if field else row.model
            row.field_label = field._description_string(self.env) if field else row.field_name

    @api.model
    def _edu_log(self, records, field_name, reason, channel):
        """One row a record, written past access rights."""
        now = fields.Datetime.now()
        self.sudo().create(
            [
                {
                    "person_id": self.env.uid,
                    "revealed_at": now,
                    "model": records._name,
                    "res_id": res_id,
                    "field_name": field_name,
                    "reason": reason,
                    "channel": channel,
                }
                for res_id in records.ids
            ]
        )
