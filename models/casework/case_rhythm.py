from datetime import date, timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...tools.calendar import monthly_due
from .dropout_case import BACK, SCHOOL

# How many days before it is due a visit is shown in yellow
SOON = 7


class EduDropoutCase(models.Model):
    """What recurs in a case: persuasion at least once a month (plan 二(三)5), and checks while a
    child that came back is observed."""

    _inherit = "edu.dropout.case"

    visit_ids = fields.One2many("edu.visit", "case_id", "Persuasion Records", readonly=True)
    visit_count = fields.Integer(compute="_compute_visits", store=True)
    last_visit_on = fields.Date("Last Persuasion", compute="_compute_visits", store=True)
    next_visit_on = fields.Date("Next Visit Agreed", compute="_compute_visits", store=True)
    next_visit_due = fields.Date("Next Visit by", compute="_compute_next_visit_due", store=True)
    visit_state = fields.Selection(
        [
            ("none", "None due"),
            ("ok", "In time"),
            ("soon", "Due soon"),
            ("overdue", "Overdue"),
        ],
        string="Persuasion",
        compute="_compute_visit_state",
        search="_search_visit_state",
    )
    gap_ids = fields.One2many("edu.visit.gap", "case_id", "Gaps", readonly=True)
    visit_gaps = fields.Char("Months Without Persuasion", compute="_compute_visit_gaps")
    gap_count = fields.Integer("Gaps in Persuasion", compute="_compute_gap_count", store=True)

    observation_ids = fields.One2many(
        "edu.observation", "case_id", "Observation Checks", readonly=True
    )
    next_check_due = fields.Date("Next Check by", compute="_compute_next_check_due", store=True)

    # ------------------------------------------------------------------ computes

    @api.depends("visit_ids.visited_at", "visit_ids.next_visit_on")
    def _compute_visits(self):
        for case in self:
            visits = case.visit_ids.sorted("visited_at")
            case.visit_count = len(visits)
            case.last_visit_on = visits[-1:].visited_on
            case.next_visit_on = visits[-1:].next_visit_on

    @api.depends("state", "persuading_since", "last_visit_on")
    def _compute_next_visit_due(self):
        for case in self:
            if case.state != "persuading" or not case.persuading_since:
                case.next_visit_due = False
                continue
            visited = case.last_visit_on or date.min
            case.next_visit_due = case._edu_visit_due(
                max(case.persuading_since, visited), visited >= case.persuading_since
            )

    @api.model
    def _edu_visit_due(self, last, done):
        """The day by which the family is to be reached again, by the policy in force on ``last``.

        :param last: date of the last record, or since when the child is persuaded
        :param done: whether ``last`` is the day of a record
        """
        Policy = self.env["edu.policy"]
        policy = Policy._current(last)
        ends = []
        if policy.visit_rule != "month":
            ends.append(Policy._edu_period_end(last, policy.visit_interval_days))
        if policy.visit_rule != "days":
            ends.append(monthly_due(last, done))
        return min(ends)

    @api.depends("next_visit_due")
    def _compute_visit_state(self):
        today = self.env["edu.policy"]._edu_today()
        for case in self:
            due = case.next_visit_due
            if not due:
                case.visit_state = "none"
            elif due < today:
                case.visit_state = "overdue"
            else:
                case.visit_state = "soon" if due <= today + timedelta(days=SOON) else "ok"

    def _search_visit_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = self.env["edu.policy"]._edu_today()
        soon = today + timedelta(days=SOON)
        domains = {
            "none": Domain("next_visit_due", "=", False),
            "overdue": Domain("next_visit_due", "<", today),
            "soon": Domain("next_visit_due", ">=", today) & Domain("next_visit_due", "<=", soon),
            "ok": Domain("next_visit_due", ">", soon),
        }
        return Domain.OR(domains[state] for state in value if state in domains)

    @api.depends("gap_ids.is_gap", "gap_ids.date_from")
    @api.depends_context("lang")
    def _compute_visit_gaps(self):
        for case in self:
            gaps = case.gap_ids.filtered("is_gap").sorted("date_from")
            case.visit_gaps = ", ".join(gap._edu_label() for gap in gaps)

    @api.depends("gap_ids.is_gap")
    def _compute_gap_count(self):
        for case in self:
            case.gap_count = len(case.gap_ids.filtered("is_gap"))

    def _edu_checks_now(self):
        """Observation checks since the child came back."""
        self.ensure_one()
        return self.sudo().observation_ids.filtered(
            lambda check: self.returned_on and check.checked_on >= self.returned_on
        )

    def _edu_checks_needed(self):
        """How many checks an observation takes, by the policy of the day of return."""
        self.ensure_one()
        policy = self.env["edu.policy"]._current(self.returned_on)
        return max(1, policy.observation_days // policy.observation_check_days)

    @api.depends("state", "returned_on", "observation_until", "observation_ids.checked_on")
    def _compute_next_check_due(self):
        Policy = self.env["edu.policy"]
        for case in self:
            checks = case.returned_on and case._edu_checks_now()
            if case.state not in BACK or len(checks) >= case._edu_checks_needed():
                case.next_check_due = False
                continue
            last = max([case.returned_on, *checks.mapped("checked_on")])
            due = Policy._edu_period_end(
                last, Policy._current(case.returned_on).observation_check_days
            )
            case.next_check_due = min(due, case.observation_until or due)

    @api.depends("next_check_due")
    def _compute_deadline(self):
        super()._compute_deadline()

    def _edu_deadline(self):
        if self.state in BACK:
            # all checks made: it is closed on the first working day after the observation
            return self.next_check_due or (
                self.observation_until
                and self.env["edu.policy"]._edu_period_end(self.observation_until, 1)
            )
        return super()._edu_deadline()

    def write(self, vals):
        """Who answers for the case follows it; whoever passed it on does no more. Whoever ends the
        persuasion fixes the gaps that it had, and a day of return in the past excuses what was counted
        after it."""
        if vals.get("state", "persuading") != "persuading":
            self.env["edu.visit.gap"]._edu_fix(
                self.filtered(lambda case: case.state == "persuading")
            )
        if vals.get("returned_on"):
            self.sudo().gap_ids._edu_excuse(fields.Date.to_date(vals["returned_on"]))
        former = {case: case.school_responsible_id for case in self}
        result = super().write(vals)
        if "school_responsible_id" in vals:
            for case, person in former.items():
                if person and person != case.school_responsible_id:
                    case.sudo().message_unsubscribe(person.partner_id.ids)
            self._edu_follow()
        return result

    # ------------------------------------------------------------------ what steps need

    def _edu_missing_to_confirm(self):
        return [
            *super()._edu_missing_to_confirm(),
            not self.visit_ids
            and self.env._("at least one attempt to reach the family, recorded as a visit or call"),
        ]

    def _edu_missing_to_close(self, today):
        checks = self._edu_checks_now().sorted("checked_on")
        lacking = self._edu_checks_needed() - len(checks)
        return [
            *super()._edu_missing_to_close(today),
            lacking > 0 and self.env._("%s more observation checks", lacking),
            checks
            and not checks[-1].present
            and self.env._("a check at which the child is in school"),
        ]

    # ------------------------------------------------------------------ actions

    def action_check_observation(self, present, checked_on=None, note=None):
        """Record whether a child that came back is in school. The class teacher, school leaders,
        records administrator, bureau. Nothing else follows: a child that left again is reported by
        :meth:`action_relapse`.

        :param present: whether the child was in school that day
        :param checked_on: date, default today in the county
        """
        step = self.env._("Observation check")
        self._edu_check_role(("class_teacher", *SCHOOL, "bureau"))
        self._edu_expect(BACK, step)
        for case in self:
            day = case._edu_day(checked_on, step, case.returned_on)
            if any(check.checked_on == day for check in case._edu_checks_now()):
                raise UserError(
                    self.env._(
                        "%(case)s: a check of %(date)s is recorded already.",
                        case=case.display_name,
                        date=fields.Date.to_string(day),
                    )
                )
            self.env["edu.observation"].sudo().create(
                {"case_id": case.id, "checked_on": day, "present": bool(present), "note": note}
            )
        return True

    def action_record_visit(self):
        """Whoever works on the case: the form of a new visit."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Record Persuasion"),
            "res_model": "edu.visit",
            "view_mode": "form",
            "context": {"default_case_id": self.id},
        }

    def action_view_visits(self):
        """Whoever reads the case: its visits."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "edu_dropout_control.edu_visit_action"
        )
        return {
            **action,
            "domain": [("case_id", "=", self.id)],
            "context": {"default_case_id": self.id},
        }
