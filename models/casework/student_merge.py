from odoo import api, fields, models

from .dropout_case import UNDECIDED

DOUBLE = "edu_dropout_control.code_not_dropout_double_entry"


class EduStudent(models.Model):
    """A child has one open case, also when two entries of it had one each."""

    _inherit = "edu.student"

    @api.model
    def _edu_merge_counts(self, student):
        return [*super()._edu_merge_counts(student), (self.env._("Cases"), student.case_count)]

    def _edu_before_merge(self, kept):
        """Of two open cases the older goes on; the other ends as the case of a double entry."""
        super()._edu_before_merge(kept)
        Case = self.env["edu.dropout.case"]
        cases = (Case._edu_open_case(self) | Case._edu_open_case(kept)).sorted(
            lambda case: (case.raised_on, case.id)
        )
        if len(cases) == 2:
            cases[1]._edu_close_as_double(cases[0])

    def _edu_after_merge(self, double):
        """What the registry says follows from the case that goes on."""
        super()._edu_after_merge(double)
        case = self.env["edu.dropout.case"]._edu_open_case(self)
        if case.state == "persuading":
            self._edu_set_state("dropped_out", self.env._("Case %s", case.name))
        elif case.state in UNDECIDED and self.enrolment_state == "dropped_out":
            self._edu_set_state("enrolled", self.env._("Case %s", case.name))


class EduDropoutCase(models.Model):
    _inherit = "edu.dropout.case"

    continued_in_id = fields.Many2one(
        "edu.dropout.case", "Goes on in", readonly=True, copy=False, index="btree_not_null"
    )

    def _edu_close_as_double(self, older):
        """Excluded, because the child has ``older`` open under another entry. What was done stays in
        this case. ``self`` and ``older`` are sudo'ed."""
        self.ensure_one()
        today = self.env["edu.policy"]._edu_today()
        reason = self.env.ref(DOUBLE)
        note = self.env._("Double registry entry: goes on in %(case)s.", case=older.name)
        for kind in ("suspected", "dropout"):
            self._edu_ledger("strike", kind, today, reason.name)
        self.write(
            {
                "state": "excluded",
                "excluded_reason_id": reason.id,
                "excluded_on": today,
                "exclusion_note": note,
                "continued_in_id": older.id,
            }
        )
        self._message_log(body=note)
        told = self.env._(
            "A double entry of the child had case %(case)s; it is ended, and what was done in it stays"
            " there. Legal ladder there: %(ladder)s.",
            case=self.name,
            ladder=self._edu_label("ladder"),
        )
        older._message_log(body=told)
