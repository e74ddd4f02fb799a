from odoo import api, fields, models


class EduCalendarDay(models.Model):
    """An exception to the working week: a weekday that is off, a weekend day that is worked.

    Seeded from the State Council's published lists; the county corrects it. Everybody reads, the
    county administrator and the bureau write. Years without any entry are not yet published:
    deadlines that reach them are provisional.
    """

    _name = "edu.calendar.day"
    _description = "Day off or make-up working day"
    _order = "date desc"
    _rec_name = "date"

    date = fields.Date(required=True, index=True)
    kind = fields.Selection(
        [("off", "Day off"), ("workday", "Make-up working day")],
        required=True,
        default="off",
    )
    name = fields.Char("Occasion", required=True)

    _date_uniq = models.Constraint("UNIQUE(date)", "This date has an entry already.")

    @api.model_create_multi
    def create(self, vals_list):
        days = super().create(vals_list)
        self._edu_after_change()
        return days

    def write(self, vals):
        result = super().write(vals)
        self._edu_after_change()
        return result

    def unlink(self):
        result = super().unlink()
        self._edu_after_change()
        return result

    def _edu_after_change(self):
        """Deadlines that are not over follow the calendar, the provisional ones too."""
        self.env.registry.clear_cache()
        self.env["edu.policy"]._edu_after_change()
