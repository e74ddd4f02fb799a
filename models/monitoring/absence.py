from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class EduAbsence(models.Model):
    """A school day on which a child was not there. Unexcused days in a row, as many as the policy
    says, raise a suspicion at once; days off in between do not break the row.

    The class teacher enters and corrects own-class days, records administrator and dean those of
    the school; leading staff, townships, bureau and inspectors read.
    """

    _name = "edu.absence"
    _description = "Absence"
    _inherit = ["edu.child.place.mixin"]
    _order = "date desc, school_id, class_id, id"
    _rec_name = "student_id"

    date = fields.Date(
        required=True, index=True, default=lambda self: self.env["edu.policy"]._edu_today()
    )
    kind = fields.Selection(
        [("unexcused", "Without leave"), ("excused", "With leave")],
        required=True,
        default="unexcused",
    )
    reason = fields.Char()
    school_id = fields.Many2one(
        "edu.school", compute="_compute_place", store=True, index=True, precompute=True
    )
    class_id = fields.Many2one(
        "edu.class", compute="_compute_place", store=True, index=True, precompute=True
    )
    streak = fields.Integer("Days in a Row", readonly=True, aggregator="max")
    streak_from = fields.Date("Absent since", readonly=True)
    raised = fields.Boolean("Raised a Suspicion", readonly=True, copy=False)
    digested = fields.Boolean(readonly=True, copy=False)

    _student_date_uniq = models.UniqueIndex(
        "(student_id, date)", "This child has an entry for this day already."
    )

    @api.depends("student_id")
    def _compute_place(self):
        """Where the child stood when it was absent; it does not follow later moves."""
        for absence in self:
            absence.school_id = absence.student_id.school_id
            absence.class_id = absence.student_id.class_id

    @api.constrains("date")
    def _check_date(self):
        Policy = self.env["edu.policy"]
        today = Policy._edu_today()
        for absence in self:
            if absence.date > today:
                raise ValidationError(self.env._("An absence cannot lie in the future."))
            if not Policy._edu_is_workday(absence.date):
                raise ValidationError(
                    self.env._("%(date)s is a day off: nobody is absent.", date=absence.date)
                )
            if not self._edu_term_start(absence.date):
                raise ValidationError(self.env._("%(date)s lies in no term.", date=absence.date))

    @api.model
    def _edu_term_start(self, date):
        term = self.env["edu.term"]._current(date)
        return term.start_date if term and term.end_date >= date else False

    @api.model_create_multi
    def create(self, vals_list):
        self._edu_refuse_readonly(vals_list)
        absences = super().create(vals_list)
        absences._edu_update_streaks()
        return absences

    def write(self, vals):
        if not self.env.su:
            self._edu_refuse_readonly([vals])
            if {"student_id", "date"} & vals.keys():
                raise UserError(self.env._("Enter another day or child as a new absence."))
        result = super().write(vals)
        if {"kind", "date"} & vals.keys():
            self._edu_update_streaks()
        return result

    def _edu_refuse_readonly(self, vals_list):
        if self.env.su:
            return
        for vals in vals_list:
            for name in ("raised", "digested", "streak", "streak_from", "school_id", "class_id"):
                vals.pop(name, None)

    def _edu_streak(self):
        """The row of unexcused school days that ends with this day: (number, first day)."""
        self.ensure_one()
        if self.kind != "unexcused":
            return 0, False
        Policy = self.env["edu.policy"]
        unexcused = set(
            self.sudo()
            .search([("student_id", "=", self.student_id.id), ("kind", "=", "unexcused")])
            .mapped("date")
        )
        first_day = self._edu_term_start(self.date) or self.date
        day, count, since = self.date, 0, self.date
        while day >= first_day:
            if Policy._edu_is_workday(day):
                if day not in unexcused:
                    break
                count, since = count + 1, day
            day -= timedelta(days=1)
        return count, since

    def _edu_update_streaks(self):
        """Recount the rows of these children from the changed day on; one that reaches the
        policy's number raises a suspicion, once a row."""
        for student, absences in self.sudo().grouped("student_id").items():
            later = self.sudo().search(
                [
                    ("student_id", "=", student.id),
                    ("date", ">=", min(absences.mapped("date"))),
                ],
                order="date",
            )
            for absence in later:
                count, since = absence._edu_streak()
                values = {"streak": count, "streak_from": since}
                limit = self.env["edu.policy"]._current(absence.date).suspect_absence_days
                earlier = self.sudo().search_count(
                    [
                        ("student_id", "=", student.id),
                        ("raised", "=", True),
                        ("streak_from", "=", since),
                        ("id", "!=", absence.id),
                    ],
                    limit=1,
                )
                raises = count >= limit and not absence.raised and not earlier
                if raises:
                    values["raised"] = True
                absence.write(values)
                if raises:
                    student._edu_on_absence_streak(since)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_raised(self):
        if any(absence.raised for absence in self):
            raise UserError(
                self.env._(
                    "This absence raised a suspicion and is kept. If the child had leave, change it"
                    " to “With leave”."
                )
            )
