from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain

from .home_teaching import IN_FORCE

# Years of compulsory education, after which nobody is sought any more
NINE_YEARS = 9
NOT_PLACED = ("expected", "dropped_out", "other")


class EduStudent(models.Model):
    """Home teaching of a child, and the disabled children whom nobody teaches."""

    _inherit = "edu.student"

    home_teaching_ids = fields.One2many(
        "edu.home.teaching", "student_id", "Home-Teaching Plans", readonly=True
    )
    home_teaching_count = fields.Integer(compute="_compute_home_teaching_count")
    home_need = fields.Selection(
        [
            ("not_placed", "In no school"),
            ("suspended", "Suspended or postponed"),
            ("no_plan", "At home without an approved plan"),
        ],
        "Disabled Child Without Placement",
        compute="_compute_home_need",
        search="_search_home_need",
        help="Of school age, with a disability on record, and neither in a school nor taught at home by"
        " a plan that is in force",
    )

    @api.depends("home_teaching_ids")
    @api.depends_context("uid")
    def _compute_home_teaching_count(self):
        """Plans that the user may read."""
        Plan = self.env["edu.home.teaching"]
        counts = {}
        if self.ids and Plan.has_access("read"):
            counts = dict(
                Plan._read_group([("student_id", "in", self.ids)], ["student_id"], ["__count"])
            )
        for student in self:
            student.home_teaching_count = counts.get(student._origin, 0)

    def action_view_home_teaching(self):
        """Whoever reads the child: its home-teaching plans in the own scope."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "edu_dropout_control.edu_home_teaching_action"
        )
        return {
            **action,
            "domain": [("student_id", "=", self.id)],
            "context": {"default_student_id": self.id},
        }

    @api.model
    def _edu_school_age_domain(self):
        """Born so that compulsory education is due now: from the policy's age on, for nine years and one
        in which it may have begun later."""
        Policy = self.env["edu.policy"]
        today = Policy._edu_today()
        age = Policy._current(today).entrant_age
        return Domain("birthdate", "<=", today - relativedelta(years=age)) & Domain(
            "birthdate", ">", today - relativedelta(years=age + NINE_YEARS + 1)
        )

    @api.model
    def _edu_home_need_domains(self):
        """{what is wrong: domain of the children}, exclusive of each other."""
        today = self.env["edu.policy"]._edu_today()
        taught = (
            self.env["edu.home.teaching"]
            .sudo()
            ._search(Domain("state", "in", IN_FORCE) & Domain("date_to", ">=", today))
        )
        # superuser: whether there is a certificate, not which
        certified = self.sudo()._search(Domain("disability_no_digest", "!=", False))
        disabled = Domain("disability_type_id", "!=", False) | Domain("id", "in", certified)
        untaught = ~Domain("id", "in", taught.subselect("student_id"))
        base = self._edu_school_age_domain() & untaught
        return {
            "not_placed": base & disabled & Domain("enrolment_state", "in", NOT_PLACED),
            "suspended": base & disabled & Domain("enrolment_state", "=", "suspended"),
            "no_plan": base
            & Domain("enrolment_state", "=", "enrolled")
            & Domain("placement", "=", "home"),
        }

    @api.depends_context("uid")
    @api.depends("enrolment_state", "placement", "birthdate", "disability_type_id")
    def _compute_home_need(self):
        found = {}
        for need, domain in self._edu_home_need_domains().items():
            ids = self.sudo()._search(Domain("id", "in", self.ids) & domain)
            found |= dict.fromkeys(ids, need)
        for student in self:
            student.home_need = found.get(student._origin.id, False)

    def _search_home_need(self, operator, value):
        if operator != "in":
            return NotImplemented
        domains = self._edu_home_need_domains()
        found = Domain.OR(domains[need] for need in value if need in domains)
        if False in value:
            found |= ~Domain.OR(domains.values())
        return found
