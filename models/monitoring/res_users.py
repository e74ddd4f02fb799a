from odoo import api, models
from odoo.exceptions import UserError


class ResUsers(models.Model):
    """What monitoring knows of a person."""

    _inherit = "res.users"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_markers(self):
        """In place of a foreign key of the lines, which PostgreSQL would ask for each line that a term
        opens with: of all lines, whoever may see them, hence past the rights."""
        line = (
            self.env["edu.roster.check.line"]
            .sudo()
            .search([("marked_by_id", "in", self.ids)], limit=1)
        )
        if line:
            raise UserError(
                self.env._(
                    "%(person)s has marked children in a roster check and cannot be deleted. Archive"
                    " the user instead.",
                    person=line.marked_by_id.name,
                )
            )
