from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from .outcomes import MISSING, OUTCOMES
from .roster_check_line import MARKERS


class EduRosterRepeatLine(models.Model):
    """A child of a repeat check of whom something changed since the last one.

    Entered by class teacher, records administrator and dean while the check is open; who came to or
    left the class is entered by the system. Read like the check.
    """

    _name = "edu.roster.repeat.line"
    _description = "Change in a repeat check"
    _inherit = ["edu.scope.mixin"]
    _order = "repeat_id, automatic desc, id"
    _rec_name = "student_id"
    _edu_class_field = "class_id"

    repeat_id = fields.Many2one(
        "edu.roster.repeat", "Repeat Check", required=True, index=True, ondelete="cascade"
    )
    school_id = fields.Many2one(related="repeat_id.school_id", store=True, index=True)
    class_id = fields.Many2one(
        related="repeat_id.class_id", store=True, index=True, precompute=True
    )
    student_id = fields.Many2one(
        "edu.student",
        "Child",
        required=True,
        index=True,
        ondelete="restrict",
        domain="[('class_id', '=', class_id)]",
    )
    before = fields.Selection(OUTCOMES, "At the Last Check", readonly=True)
    outcome = fields.Selection(
        [
            ("arrived", "Here"),
            ("on_leave", "Absent with leave"),
            ("suspected", "Suspected dropout"),
            ("joined", "Came to the class"),
            ("left", "Left the class"),
        ],
        "Now",
        required=True,
    )
    missing_since = fields.Date()
    note = fields.Char()
    automatic = fields.Boolean(readonly=True)

    _student_uniq = models.UniqueIndex(
        "(repeat_id, student_id, automatic)", "This child is entered already."
    )

    @api.constrains("student_id", "outcome", "missing_since")
    def _check_change(self):
        today = self.env["edu.policy"]._edu_today()
        for line in self.filtered(lambda line: not line.automatic):
            if line.outcome in ("joined", "left"):
                raise ValidationError(
                    self.env._("Who came to or left the class follows from the registry.")
                )
            if line.student_id.sudo().class_id != line.class_id:
                raise ValidationError(
                    self.env._("%(child)s is not in this class.", child=line.student_id.sudo().name)
                )
            if line.outcome in MISSING and (not line.missing_since or line.missing_since > today):
                raise ValidationError(self.env._("Say since when the child is missing."))

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create([{**vals, "automatic": False} for vals in vals_list])
        lines._edu_ensure_marking()
        last = lines.repeat_id._edu_last_findings()
        for line in lines.sudo():
            line.before = last.get(line.repeat_id.id, {}).get(line.student_id.id)
        return lines

    def write(self, vals):
        if not self.env.su:
            if vals.keys() & {"before", "automatic", "repeat_id", "student_id"}:
                raise AccessError(self.env._("Enter another child as a change of its own."))
            self._edu_ensure_marking()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_signed(self):
        self._edu_ensure_marking()
        if any(line.automatic for line in self):
            raise UserError(self.env._("Who came to or left the class follows from the registry."))

    def _edu_ensure_marking(self):
        if not self.env.su:
            self.repeat_id._edu_check_role(MARKERS)
            self.repeat_id._edu_ensure_open()

    def _edu_on_missing(self):
        """Hook: these children are missing by a signed repeat check. ``self`` is sudo'ed, who signed
        is ``env.user``."""

    def _edu_on_found(self):
        """Hook: of these children something else was found than at the last check; who was missing
        may be back. ``self`` is sudo'ed."""
