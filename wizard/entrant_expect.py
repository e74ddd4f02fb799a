from odoo import api, fields, models


class EduEntrantExpect(models.TransientModel):
    """Expect last summer's grade 6 in the junior school of each child's zone, from the registry.

    For records administrators and deans of the primary schools, and the bureau.
    """

    _name = "edu.entrant.expect"
    _description = "Expect last summer's grade 6"

    term_id = fields.Many2one(
        "edu.term",
        required=True,
        ondelete="cascade",
        domain=[("season", "=", "autumn"), ("state", "!=", "closed")],
        default=lambda self: self._default_term_id(),
    )
    school_ids = fields.Many2many(
        "edu.school",
        string="Primary Schools",
        required=True,
        default=lambda self: self._default_school_ids(),
        domain=lambda self: [("id", "in", self._default_school_ids().ids)],
    )

    @api.model
    def _default_term_id(self):
        return self.env["edu.term"].search(
            [("season", "=", "autumn"), ("state", "!=", "closed")], order="start_date", limit=1
        )

    @api.model
    def _default_school_ids(self):
        user = self.env.user.sudo()
        schools = (
            user.edu_records_admin_school_ids
            | user.edu_dean_school_ids
            | user.edu_bureau_school_ids
        )
        return schools.filtered(
            lambda school: school.active and school.grade_from <= 6 <= school.grade_to
        ).with_env(self.env)

    def action_expect(self):
        """Records administrator, dean, bureau of all the schools chosen."""
        self.ensure_one()
        self.school_ids._edu_check_role(("records_admin", "dean", "bureau"))
        entrants, unknown = self.env["edu.entrant"]._edu_expect_graduates(
            self.term_id, self.school_ids
        )
        message = self.env._(
            "%(count)s children of last summer's grade 6 are expected in grade 7.",
            count=len(entrants),
        )
        if unknown:
            message += "\n" + self.env._(
                "No junior school is known for %(count)s children (%(names)s): enter where grade 6"
                " of their school goes, or the zone of the junior school, and do this again.",
                count=len(unknown),
                names=self.env._(", ").join(unknown[:5].mapped("name")),
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if unknown else "success",
                "title": self.term_id.display_name,
                "message": message,
                "sticky": bool(unknown),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
