from odoo import fields, models

from .roster_header import FIELD_SELECTION


class EduRosterImportColumn(models.Model):
    """A column of an uploaded file and what it holds. The import makes them; whoever imports corrects
    ``field_key``, nothing else."""

    _name = "edu.roster.import.column"
    _description = "Column of an uploaded roster"
    _order = "import_id, sheet_index, is_known, position, id"
    _rec_name = "header"

    import_id = fields.Many2one("edu.roster.import", required=True, index=True, ondelete="cascade")
    school_id = fields.Many2one(related="import_id.school_id", store=True, index=True)
    county_id = fields.Many2one(related="import_id.county_id", store=True, index=True)
    sheet_index = fields.Integer(readonly=True)
    sheet = fields.Char(readonly=True)
    position = fields.Integer(readonly=True)
    letter = fields.Char("Column", readonly=True)
    header = fields.Char(readonly=True)
    key = fields.Char(readonly=True)
    sample = fields.Char(readonly=True)
    field_key = fields.Selection(FIELD_SELECTION, "Holds")
    usual_key = fields.Selection(FIELD_SELECTION, "Usually Holds", readonly=True)
    is_known = fields.Boolean("Known", readonly=True)
    by_profile = fields.Boolean("By the Layout", readonly=True)

    def write(self, vals):
        if not self.env.su:
            vals = {name: value for name, value in vals.items() if name == "field_key"}
            for roster in self.import_id:
                roster._edu_check_open()
            self.import_id.sudo()._edu_back_to_mapped()
        return super().write(vals)
