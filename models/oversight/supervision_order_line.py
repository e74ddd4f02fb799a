from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..casework.dropout_case import STATES, UNDECIDED


class EduSupervisionOrderLine(models.Model):
    """A child that a follow-up order names: where its case stood when the order was sent, and where when
    it was answered. Read like the order; whoever answers writes the answer and nothing else."""

    _name = "edu.supervision.order.line"
    _description = "Child in a Follow-up Order"
    _inherit = ["edu.scope.mixin"]
    _order = "order_id, id"
    _rec_name = "child_name"
    _edu_township_fields = ("township_id",)

    order_id = fields.Many2one(
        "edu.supervision.order", "Order", required=True, index=True, ondelete="cascade"
    )
    # own columns for rules: the addressee, not where the child stands
    school_id = fields.Many2one(
        related="order_id.school_id", string="Addressed School", store=True, index=True
    )
    township_id = fields.Many2one(
        related="order_id.township_id", string="Addressed Township", store=True, index=True
    )
    county_id = fields.Many2one(related="order_id.county_id", store=True, index=True)
    is_sent = fields.Boolean(related="order_id.is_sent", store=True)

    case_id = fields.Many2one(
        "edu.dropout.case",
        "Case",
        required=True,
        index=True,
        ondelete="restrict",
        domain=[("state", "not in", ("closed", "excluded"))],
    )
    child_name = fields.Char("Child", readonly=True)
    child_school_id = fields.Many2one(
        "edu.school", "School of the Child", readonly=True, ondelete="restrict"
    )
    class_id = fields.Many2one("edu.class", "Class", readonly=True, ondelete="restrict")
    missing_since = fields.Date(readonly=True)
    verify_by = fields.Date("Decide by", readonly=True)
    last_visit_on = fields.Date("Last Visit", readonly=True)
    state_sent = fields.Selection(STATES, "State When Sent", readonly=True)
    state_answered = fields.Selection(STATES, "State When Answered", readonly=True)
    state_now = fields.Selection(related="case_id.state", string="State Now")
    answer = fields.Text("What Was Done")

    _order_case_uniq = models.UniqueIndex(
        "(order_id, case_id)", "The order names this child already."
    )

    def _edu_facts(self):
        """Columns taken from the case."""
        self.ensure_one()
        case = self.case_id
        return {
            "child_name": case.student_id.name,
            "child_school_id": case.school_id.id,
            "class_id": case.class_id.id,
            "missing_since": case.missing_since or case.raised_on,
            "verify_by": case.verify_by,
            "last_visit_on": max(case.visit_ids.mapped("visited_on"), default=False),
            "state_sent": case.state,
        }

    def _edu_take_facts(self):
        """Take in how the cases stand. Private; drafts only."""
        for line in self.sudo():
            line.write(line._edu_facts())

    def _edu_freeze_answer(self):
        for line in self.sudo():
            line.state_answered = line.case_id.state

    def _edu_is_silent(self):
        """Whether the case is undecided and nothing is said about it."""
        self.ensure_one()
        return self.case_id.state in UNDECIDED and not (self.answer or "").strip()

    def _edu_is_overdue(self, day):
        self.ensure_one()
        return bool(self.verify_by and self.verify_by < day and self.state_sent in UNDECIDED)

    @api.model_create_multi
    def create(self, vals_list):
        """The bureau, in a draft: a case of the order's school or township.

        :raise UserError: a case that belongs elsewhere, or an order that was sent
        """
        if not self.env.su:
            for vals in vals_list:
                if vals.keys() - {"order_id", "case_id"}:
                    raise AccessError(self.env._("What an order says of a child is its case's."))
        lines = super().create(vals_list)
        if not self.env.su:
            lines._edu_check_draft()
            lines.case_id.check_access("read")
        for line in lines.sudo():
            order, case = line.order_id, line.case_id
            at_school = order.school_id and case.school_id == order.school_id
            if not at_school and case.residence_township_id != order.township_id:
                raise UserError(
                    self.env._(
                        "%(case)s is not of %(place)s.",
                        case=case.display_name,
                        place=order._edu_addressee().name,
                    )
                )
            line.write(line._edu_facts())
        return lines

    def write(self, vals):
        if not self.env.su:
            self.check_access("write")
            if vals.keys() - {"answer"}:
                raise AccessError(self.env._("What an order says of a child is its case's."))
            self.order_id._edu_check_answerable()
        return super().write(vals)

    def _edu_check_draft(self):
        for line in self:
            line.order_id._edu_check_role(("bureau",))
            if line.order_id.state != "draft":
                raise UserError(self.env._("An order that was sent stays on record."))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sent(self):
        if not self.env.su:
            self._edu_check_draft()

    def action_open_case(self):
        """Whoever reads the line and the case: open the case."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": "edu.dropout.case",
            "res_id": self.case_id.id,
            "views": [(False, "form")],
        }
