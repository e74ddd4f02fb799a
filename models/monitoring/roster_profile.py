from odoo import api, fields, models

from ...tools.roster import normalise_header
from .roster_header import FIELD_SELECTION


class EduRosterProfile(models.Model):
    """What the columns of one source's files hold: a province's registry, a release, a year. An import
    knows its file by the headers and takes the layout that fits best, before the dictionary in
    ``tools/roster`` and after what school and county said of single columns (``edu.roster.header``).

    Read by everybody with a post; kept by the bureau and the county administrator, for the whole
    county.
    """

    _name = "edu.roster.profile"
    _description = "Layout of columns"
    _order = "sequence, year desc, id desc"

    name = fields.Char("Name of the Layout", required=True, translate=True)
    source = fields.Char(help="Province or system that such files come from")
    year = fields.Char(size=4, help="From which the files look like this")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    line_ids = fields.One2many("edu.roster.profile.line", "profile_id", "Columns", copy=True)
    line_count = fields.Integer("Number of Columns", compute="_compute_line_count")

    @api.depends("line_ids")
    def _compute_line_count(self):
        for profile in self:
            profile.line_count = len(profile.line_ids)

    @api.model
    def _edu_known(self):
        """{id: {key of a column: field key or None}} of all layouts in use, the first ones first."""
        return {
            profile.id: {line.key: line.field_key or None for line in profile.line_ids}
            for profile in self.sudo().search([])
        }

    @api.model
    def _edu_keep(self, name, year, columns):
        """Make a layout of the columns of an import (``edu.roster.import.column``), within the
        caller's rights.

        :return: the layout
        """
        by_key = {}
        for column in columns.sorted(lambda column: (column.sheet_index, column.position)):
            by_key.setdefault(column.key, column)
        return self.create(
            {
                "name": name,
                "year": year,
                "line_ids": [
                    fields.Command.create(
                        {
                            "sequence": at,
                            "header": column.header,
                            "key": key,
                            "field_key": column.field_key,
                        }
                    )
                    for at, (key, column) in enumerate(by_key.items(), 1)
                ],
            }
        )


class EduRosterProfileLine(models.Model):
    """A column of a layout; its field left empty, the column is left out."""

    _name = "edu.roster.profile.line"
    _description = "Column of a layout"
    _order = "profile_id, sequence, id"
    _rec_name = "header"

    profile_id = fields.Many2one(
        "edu.roster.profile", "Layout", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=1000)
    header = fields.Char(required=True, help="As in the file")
    key = fields.Char(
        compute="_compute_key", store=True, precompute=True, readonly=False, required=True
    )
    field_key = fields.Selection(FIELD_SELECTION, "Holds", help="Empty: the column is left out")

    _key_uniq = models.UniqueIndex("(profile_id, key)", "The layout has this column already.")

    @api.depends("header")
    def _compute_key(self):
        for line in self:
            line.key = normalise_header(line.header or "")
