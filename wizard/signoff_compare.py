from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.core.signoff import SIGNATURES
from ..tools import compare


class EduSignoffCompare(models.TransientModel):
    """Two versions of a signed document side by side, differences marked; for whoever may read it.

    Numbers of persons are masked on both sides: that one changed shows, not what it was.
    """

    _name = "edu.signoff.compare"
    _description = "Compare Versions"

    res_model = fields.Char(required=True)
    res_id = fields.Many2oneReference(model_field="res_model", required=True)
    document = fields.Char(compute="_compute_comparison")
    old_round = fields.Integer("Earlier Version", required=True)
    new_round = fields.Integer("Later Version", required=True)
    show_all = fields.Boolean("Show What Is Equal Too")
    has_older = fields.Boolean(compute="_compute_comparison")
    has_newer = fields.Boolean(compute="_compute_comparison")
    comparison = fields.Html(compute="_compute_comparison", sanitize=False)

    @api.depends("res_model", "res_id", "old_round", "new_round", "show_all")
    @api.depends_context("lang")
    def _compute_comparison(self):
        for dialog in self:
            document = dialog._edu_document()
            versions = dialog._edu_versions(document)
            lines = document._edu_signoff_compare(dialog.old_round, dialog.new_round)
            changed = compare.differences(lines)
            dialog.document = document.display_name
            dialog.has_older = dialog.old_round != versions[0]
            dialog.has_newer = dialog.new_round != versions[-1]
            dialog.comparison = self.env["ir.qweb"]._render(
                "edu_dropout_control.signoff_comparison",
                {
                    "sides": [
                        dialog._edu_side(document, n) for n in (dialog.old_round, dialog.new_round)
                    ],
                    "lines": lines if dialog.show_all else changed,
                    "count": sum(not line["heading"] for line in changed),
                    "marks": {
                        "changed": self.env._("changed"),
                        "added": self.env._("added"),
                        "removed": self.env._("removed"),
                    },
                },
            )

    def _edu_document(self):
        return self.env["edu.signoff"]._edu_document_of(self.res_model, self.res_id)

    def _edu_versions(self, document):
        """The versions that the caller may see; both asked for are among them."""
        versions = document._edu_signoff_versions()
        if not {self.old_round, self.new_round} <= set(versions):
            raise UserError(self.env._("This version is not for you to see, or there is none."))
        return versions

    def _edu_side(self, document, number):
        """What stands above one side: its name, who signed it and how it ended."""
        if not number:
            return {"name": self.env._("As it stands now"), "signed": [], "ended": []}
        rows = (
            self.env["edu.signoff"]._edu_chain(document).filtered(lambda row: row.round == number)
        )

        def line(row):
            date = self.env["edu.policy"]._edu_now(row.signed_at).date()
            return f"{row.display_name} {date}"

        return {
            "name": self.env._("Version %(number)s", number=number),
            "signed": [line(row) for row in rows if row.role in SIGNATURES],
            "ended": [
                f"{line(row)}: {row.reason}" if row.reason else line(row)
                for row in rows
                if row.role in ("returned", "withdrawn")
            ],
        }

    def action_older(self):
        """Whoever reads the document: the pair before."""
        return self._edu_move(-1)

    def action_newer(self):
        """Whoever reads the document: the pair after."""
        return self._edu_move(1)

    def _edu_move(self, step):
        self.ensure_one()
        versions = self._edu_versions(self._edu_document())
        at = min(max(versions.index(self.new_round) + step, 1), len(versions) - 1)
        self.write({"old_round": versions[at - 1], "new_round": versions[at]})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Versions Side by Side"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }
