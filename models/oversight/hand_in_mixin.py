from datetime import datetime, time

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class EduHandInMixin(models.AbstractModel):
    """Something a school hands in by a date: in time, due soon, late, and late for good.

    Whether it was late, and by how many seconds of the county's clock, is kept when it is first handed
    in and stays; what depends on today is computed, searchable and groupable on the county's date.
    """

    _name = "edu.hand.in.mixin"
    _description = "To Be Handed In"

    deadline = fields.Date("Due", readonly=True)
    first_submitted_at = fields.Datetime("First Submitted", readonly=True, copy=False)
    is_late = fields.Boolean("Handed In Late", readonly=True, copy=False)
    late_seconds = fields.Integer("Late by (seconds)", readonly=True, copy=False, aggregator="avg")
    late_by = fields.Char(compute="_compute_late_by")
    deadline_state = fields.Selection(
        [
            ("late", "Late"),
            ("due_soon", "Due soon"),
            ("on_time", "On time"),
            ("done", "Done in time"),
            ("done_late", "Done late"),
        ],
        "Deadline",
        compute="_compute_deadline_state",
        search="_search_deadline_state",
    )

    @api.depends("late_seconds")
    @api.depends_context("lang")
    def _compute_late_by(self):
        for record in self:
            days, seconds = divmod(record.late_seconds or 0, 86400)
            clock = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
            if days:
                clock = self.env._("%(days)s days %(clock)s", days=days, clock=clock)
            record.late_by = bool(record.late_seconds) and clock

    def _edu_handed_in(self, now):
        """Values that say when the record was first handed in; none when it was before.

        The deadline's last second is 23:59:59 on the county's clock; the next one is late.

        :param now: moment of handing in, naive UTC
        """
        self.ensure_one()
        if self.first_submitted_at:
            return {}
        late = 0
        if self.deadline:
            last = datetime.combine(self.deadline, time(23, 59, 59))
            moment = self.env["edu.policy"]._edu_now(now.replace(microsecond=0))
            late = max(0, int((moment - last).total_seconds()))
        return {"first_submitted_at": now, "is_late": bool(late), "late_seconds": late}

    @api.depends("deadline", "first_submitted_at", "is_late")
    def _compute_deadline_state(self):
        today, soon = self.env["edu.policy"]._edu_due_dates()
        for record in self:
            if record.first_submitted_at:
                record.deadline_state = "done_late" if record.is_late else "done"
            elif record.deadline and record.deadline < today:
                record.deadline_state = "late"
            elif record.deadline and record.deadline <= soon:
                record.deadline_state = "due_soon"
            else:
                record.deadline_state = "on_time"

    def _search_deadline_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        today, soon = self.env["edu.policy"]._edu_due_dates()
        waiting = Domain("first_submitted_at", "=", False)
        domains = {
            "late": waiting & Domain("deadline", "<", today),
            "due_soon": waiting & Domain("deadline", ">=", today) & Domain("deadline", "<=", soon),
            "on_time": waiting & (Domain("deadline", ">", soon) | Domain("deadline", "=", False)),
            "done": ~waiting & Domain("is_late", "=", False),
            "done_late": Domain("is_late", "=", True),
        }
        return Domain.OR(domains[state] for state in value if state in domains)

    def _field_to_sql(self, alias, field_expr, query=None):
        if field_expr != "deadline_state":
            return super()._field_to_sql(alias, field_expr, query)
        today, soon = self.env["edu.policy"]._edu_due_dates()
        return SQL(
            "CASE WHEN %(late)s THEN 'done_late' WHEN %(done)s IS NOT NULL THEN 'done'"
            " WHEN %(deadline)s < %(today)s THEN 'late'"
            " WHEN %(deadline)s <= %(soon)s THEN 'due_soon' ELSE 'on_time' END",
            late=self._field_to_sql(alias, "is_late", query),
            done=self._field_to_sql(alias, "first_submitted_at", query),
            deadline=self._field_to_sql(alias, "deadline", query),
            today=today,
            soon=soon,
        )

    # Asking people: records with ``mail.activity.mixin``

    def _edu_done_asking(self, people=None):
        """Take away the to-dos given by ``_edu_to_do``, of everybody or of ``people``."""
        for record in self.sudo():
            activities = record.activity_ids.filtered(
                lambda activity: activity.automated and not activity.edu_duty_id
            )
            if people is not None:
                activities = activities.filtered(lambda activity: activity.user_id in people)
            activities.unlink()
