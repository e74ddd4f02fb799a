from odoo import api, fields, models
from odoo.tools import SQL

from .dropout_case import DONE, EVERYBODY


class EduStudent(models.Model):
    """Cases of a child, and what a move does to the open one."""

    _inherit = "edu.student"

    case_ids = fields.One2many("edu.dropout.case", "student_id", "Cases", readonly=True)
    case_count = fields.Integer(compute="_compute_case_count")
    open_case_id = fields.Many2one("edu.dropout.case", compute="_compute_case_count")

    @api.depends("case_ids.state")
    @api.depends_context("uid")
    def _compute_case_count(self):
        """Cases that the user may read."""
        Case = self.env["edu.dropout.case"]
        found = Case.search([("student_id", "in", self.ids)]) if Case.has_access("read") else Case
        for student in self:
            cases = found.filtered(lambda case, student=student: case.student_id == student)
            student.case_count = len(cases)
            student.open_case_id = cases.filtered(lambda case: case.state not in DONE)[:1]

    def action_raise_case(self):
        """Class teacher, school staff, township, bureau: raise a case for a child of the own scope,
        or open the one there is.

        :return: the action that shows the case
        """
        self.ensure_one()
        self._edu_check_role(EVERYBODY, self.env._("You cannot raise a case for this child."))
        self.check_access("read")
        Case = self.env["edu.dropout.case"]
        if not Case._edu_open_case(self):
            Case._edu_check_child(self)
        case = Case._edu_raise(self, "manual")
        return {
            "type": "ir.actions.act_window",
            "name": case.name,
            "res_model": "edu.dropout.case",
            "res_id": case.id,
            "view_mode": "form",
        }

    def action_view_cases(self):
        """Whoever reads the child: its cases in the own scope."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "edu_dropout_control.edu_dropout_case_action"
        )
        return {
            **action,
            "domain": [("student_id", "=", self.id)],
            "context": {},
        }

    def _edu_on_absence_streak(self, since):
        super()._edu_on_absence_streak(since)
        self.env["edu.dropout.case"]._edu_raise(self, "absence", missing_since=since)

    def _edu_note_absence(self, notes):
        """An open case is not undone by it, but says so."""
        super()._edu_note_absence(notes)
        cases = (
            self.env["edu.dropout.case"]
            .sudo()
            .search([("student_id", "in", self.ids), ("state", "not in", DONE)])
        )
        if cases:
            cases._message_log_batch(bodies={case.id: notes[case.student_id] for case in cases})

    def _edu_absence_settled(self):
        """A case that was excluded, or a return, settles the absences up to its day."""
        if not self.ids:
            return super()._edu_absence_settled()
        Case = self.env["edu.dropout.case"]
        Case.flush_model(["student_id", "excluded_on", "returned_on"])
        rows = self.env.execute_query(
            SQL(
                """SELECT student_id, max(GREATEST(excluded_on, returned_on))
                     FROM edu_dropout_case WHERE student_id IN %s
                      AND (excluded_on IS NOT NULL OR returned_on IS NOT NULL)
                 GROUP BY student_id""",
                tuple(self.ids),
            )
        )
        return {**super()._edu_absence_settled(), **dict(rows)}

    def _edu_sought(self):
        """Those who have an open case."""
        cases = self.env["edu.dropout.case"].sudo()
        found = cases.search([("student_id", "in", self.ids), ("state", "not in", DONE)])
        return super()._edu_sought() | found.student_id.with_env(self.env)

    def _edu_after_move(self):
        """The open case goes with the child."""
        super()._edu_after_move()
        self.env["edu.dropout.case"].sudo().search(
            [("student_id", "in", self.ids), ("state", "not in", DONE)]
        )._edu_follow_child()
