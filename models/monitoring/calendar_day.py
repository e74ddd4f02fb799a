from odoo import api, models


class EduCalendarDay(models.Model):
    """A corrected calendar joins or breaks rows of absences."""

    _inherit = "edu.calendar.day"

    @api.model_create_multi
    def create(self, vals_list):
        days = super().create(vals_list)
        self.env["edu.absence"]._edu_recount_around(set(days.mapped("date")))
        return days

    def write(self, vals):
        dates = set(self.mapped("date"))
        result = super().write(vals)
        if {"date", "kind"} & vals.keys():
            self.env.registry.clear_cache()
            self.env["edu.absence"]._edu_recount_around(dates | set(self.mapped("date")))
        return result

    def unlink(self):
        dates = set(self.mapped("date"))
        result = super().unlink()
        self.env.registry.clear_cache()
        self.env["edu.absence"]._edu_recount_around(dates)
        return result
