import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError

LEVELS = ("province", "city", "county", "township", "village")


class EduArea(models.Model):
    """Administrative divisions from province to village, coded by GB/T 2260 and its extension.

    Everybody with a post reads; the county administrator writes.
    """

    _name = "edu.area"
    _description = "Administrative division"
    _parent_store = True
    _order = "code, id"
    _rec_names_search = ["name", "code"]

    name = fields.Char(required=True)
    code = fields.Char(required=True, index=True, help="2, 4, 6, 9 or 12 digits (GB/T 2260)")
    level = fields.Selection(
        [
            ("province", "Province"),
            ("city", "City"),
            ("county", "County"),
            ("township", "Township"),
            ("village", "Village"),
        ],
        required=True,
        index=True,
    )
    parent_id = fields.Many2one("edu.area", "Part of", index=True, ondelete="restrict")
    parent_path = fields.Char(index=True)
    child_ids = fields.One2many("edu.area", "parent_id", "Divisions")
    township_id = fields.Many2one(
        "edu.area", compute="_compute_lineage", store=True, recursive=True, index=True
    )
    county_id = fields.Many2one(
        "edu.area", compute="_compute_lineage", store=True, recursive=True, index=True
    )
    active = fields.Boolean(default=True)

    _code_uniq = models.Constraint("UNIQUE(code)", "This area code is taken.")

    @api.depends("level", "parent_id.township_id", "parent_id.county_id")
    def _compute_lineage(self):
        for area in self:
            area.township_id = area if area.level == "township" else area.parent_id.township_id
            area.county_id = area if area.level == "county" else area.parent_id.county_id

    @api.constrains("code", "level")
    def _check_code(self):
        lengths = dict(zip(LEVELS, (2, 4, 6, 9, 12), strict=True))
        for area in self:
            if not re.fullmatch(r"\d+", area.code) or len(area.code) not in (
                lengths[area.level],
                *((6,) if area.level in ("province", "city") else ()),
            ):
                raise ValidationError(
                    self.env._(
                        "“%(code)s” is no code of this level: it takes %(length)s digits.",
                        code=area.code,
                        length=lengths[area.level],
                    )
                )

    @api.constrains("level", "parent_id")
    def _check_parent(self):
        if self._has_cycle():
            raise ValidationError(self.env._("An area cannot be part of itself."))
        for area in self.filtered("parent_id"):
            if LEVELS.index(area.parent_id.level) >= LEVELS.index(area.level):
                raise ValidationError(
                    self.env._(
                        "%(area)s cannot be part of %(parent)s: that is no higher level.",
                        area=area.name,
                        parent=area.parent_id.name,
                    )
                )
