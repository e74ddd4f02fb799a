from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError


class EduEntryMixin(models.AbstractModel):
    """A record of what was done on a day, and written down then or later. Event time and entry time are
    kept apart, so that what was written afterwards shows; what was entered from a paper that was signed
    on the spot is marked as such, and is not suspicious (design, section 4).

    The author corrects it during the policy's days after entry; then it stands. To be declared by the
    model: ``_edu_event_day``, its stored date field of the event, and ``_edu_paper_files``, its field of
    the scans of the signed original. ``_edu_check_correctable`` is for the model's ``write``.
    """

    _name = "edu.entry.mixin"
    _description = "Record of an event, entered then or later"

    _edu_event_day = None
    _edu_paper_files = None

    from_paper = fields.Boolean(
        "Entered from Paper", help="Written and signed on paper where there was no signal"
    )
    entered_at = fields.Datetime(
        required=True, readonly=True, default=fields.Datetime.now, copy=False
    )
    late_entry = fields.Boolean(
        "Entered Late",
        compute="_compute_late_entry",
        store=True,
        help="Written down more days after the event than the policy allows",
    )
    is_locked = fields.Boolean(compute="_compute_is_locked")

    @api.depends(
        lambda self: (
            (self._edu_event_day, "from_paper", self._edu_paper_files, "entered_at")
            if self._edu_event_day
            else ()
        )
    )
    def _compute_late_entry(self):
        Policy = self.env["edu.policy"]
        for record in self:
            day = record[self._edu_event_day]
            days = Policy._current(day).late_entry_days
            record.late_entry = bool(
                day
                and record._edu_entered_on() > day + timedelta(days=days)
                and not (record.from_paper and record[self._edu_paper_files])
            )

    def _edu_entered_on(self):
        """The county's date of entry."""
        self.ensure_one()
        return self.env["edu.policy"]._edu_now(self.entered_at or fields.Datetime.now()).date()

    @api.depends("entered_at")
    @api.depends_context("uid")
    def _compute_is_locked(self):
        for record in self:
            record.is_locked = bool(record.id) and not record._edu_is_correctable()

    def _edu_is_correctable(self):
        """Whether the caller may still change the record: its author, for the policy's days."""
        self.ensure_one()
        Policy = self.env["edu.policy"]
        record = self.sudo()
        until = record._edu_entered_on() + timedelta(days=Policy._current().late_entry_days)
        return record.create_uid == self.env.user and Policy._edu_today() <= until

    def _edu_check_correctable(self):
        """:raise AccessError: for anybody but the author, or when the policy's days have passed"""
        for record in self:
            if not record._edu_is_correctable():
                raise AccessError(
                    self.env._(
                        "A record is corrected by its author only, within %(days)s days of entry."
                        " Add a note below it instead.",
                        days=self.env["edu.policy"]._current().late_entry_days,
                    )
                )

    @api.constrains(
        lambda self: ("from_paper", self._edu_paper_files) if self._edu_paper_files else ()
    )
    def _check_paper(self):
        for record in self:
            if record.from_paper and not record[self._edu_paper_files]:
                raise ValidationError(
                    self.env._("Entered from paper: attach a photograph of the signed original.")
                )
