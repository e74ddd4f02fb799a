from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.roster import FIELD_INFO, normalise_header

FIELD_SELECTION = [(key, info.label) for key, info in FIELD_INFO.items()]


class EduRosterHeader(models.Model):
    """What a school or the county has said a column of its files holds, remembered for the next.

    Records administrators keep their school's, the bureau the county's (no school). A school's own
    word goes before the county's, both before the dictionary in ``tools/roster``.
    """

    _name = "edu.roster.header"
    _description = "Remembered column"
    _inherit = ["edu.scope.mixin"]
    _order = "school_id, header"
    _rec_name = "header"

    header = fields.Char(required=True, help="As in the file")
    key = fields.Char(
        compute="_compute_key",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
        index=True,
    )
    field_key = fields.Selection(FIELD_SELECTION, "Holds", help="Empty: the column is left out")
    school_id = fields.Many2one("edu.school", index=True, ondelete="cascade")
    county_id = fields.Many2one("edu.area", "County", required=True, index=True, ondelete="cascade")

    _key_uniq = models.UniqueIndex(
        "(county_id, COALESCE(school_id, 0), key)", "This column is remembered already."
    )

    @api.depends("header")
    def _compute_key(self):
        for header in self:
            header.key = normalise_header(header.header or "")

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("school_id"):
                vals["county_id"] = self.env["edu.school"].browse(vals["school_id"]).county_id.id
            elif not vals.get("county_id"):
                vals["county_id"] = self.env.user.sudo().edu_bureau_area_ids.county_id[:1].id
            if not vals["county_id"]:
                raise UserError(self.env._("Choose the school whose files are meant."))
        return super().create(vals_list)

    @api.model
    def _edu_overrides(self, county, school):
        """{column key: field key or None} for files of ``school`` (may be none) of ``county``."""
        known = self.sudo().search(
            [("county_id", "=", county.id), ("school_id", "in", [False, *school.ids])]
        )
        known = known.sorted(lambda header: bool(header.school_id))
        return {header.key: header.field_key or None for header in known}

    @api.model
    def _edu_remember(self, county, school, choices):
        """Keep what was chosen for columns.

        :param choices: {column key: (header, field key or False, what the dictionary says)}; a choice
            that is the dictionary's own is forgotten
        """
        there = {
            header.key: header
            for header in self.search(
                [
                    ("county_id", "=", county.id),
                    ("school_id", "=", school.id),
                    ("key", "in", list(choices)),
                ]
            )
        }
        new, gone = [], self.browse()
        for key, (text, chosen, usual) in choices.items():
            known = there.get(key, self.browse())
            if (chosen or False) == (usual or False):
                gone |= known
            elif known:
                if (known.field_key or False) != (chosen or False):
                    known.field_key = chosen
            else:
                new.append(
                    {
                        "header": text,
                        "key": key,
                        "field_key": chosen,
                        "school_id": school.id,
                        "county_id": county.id,
                    }
                )
        gone.unlink()
        self.create(new)
