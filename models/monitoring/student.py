from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class EduStudent(models.Model):
    """Monitoring's part of a child: its checks, ledgers and the missing registry entry."""

    _name = "edu.student"
    _inherit = ["edu.student", "edu.duty.mixin"]
    _edu_duty_fields = ("registry_completion", "registry_due", "school_id", "class_id")

    roster_line_ids = fields.One2many("edu.roster.check.line", "student_id", "Roster Checks")
    ledger_ids = fields.One2many("edu.ledger", "student_id", "Ledgers")
    absence_ids = fields.One2many("edu.absence", "student_id", "Absences")
    leave_ids = fields.One2many("edu.leave", "student_id", "Leaves")
    status_change_ids = fields.One2many("edu.status.change", "student_id", "Status Changes")
    status_change_count = fields.Integer(compute="_compute_monitoring_counts")
    roster_line_count = fields.Integer(compute="_compute_monitoring_counts")
    ledger_count = fields.Integer(compute="_compute_monitoring_counts")
    leave_count = fields.Integer(compute="_compute_monitoring_counts")
    absence_count = fields.Integer(compute="_compute_monitoring_counts")
    warning_points = fields.Integer("Early Warning", compute="_compute_warning_points")
    registry_applied_on = fields.Date("Applied for on", readonly=True, tracking=True)
    registry_due = fields.Date(
        "Registry Entry by", readonly=True, copy=False, help="Complete the missing entry until then"
    )
    registry_received_on = fields.Date("Number Received on", readonly=True, tracking=True)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_listed(self):
        """In place of a foreign key of the lines: of all, whoever may see them, hence past the rights."""
        self.env["edu.roster.check"]._edu_claim_all()
        line = (
            self.env["edu.roster.check.line"]
            .sudo()
            .search([("student_id", "in", self.ids)], limit=1)
        )
        if line:
            raise UserError(
                self.env._(
                    "%(child)s stands in a roster check and cannot be deleted. Archive the child, or"
                    " merge a double entry.",
                    child=line.student_name,
                )
            )

    @api.depends_context("uid")
    def _compute_monitoring_counts(self):
        models_ = {
            "roster_line_count": "edu.roster.check.line",
            "ledger_count": "edu.ledger",
            "absence_count": "edu.absence",
            "leave_count": "edu.leave",
            "status_change_count": "edu.status.change",
        }
        for name, model in models_.items():
            counts = {}
            if self.ids and self.env[model].has_access("read"):
                counts = dict(
                    self.env[model]._read_group(
                        [("student_id", "in", self.ids)], ["student_id"], ["__count"]
                    )
                )
            for student in self:
                student[name] = counts.get(student._origin, 0)

    @api.depends_context("uid")
    def _compute_warning_points(self):
        """Points of the rules that are true of the child, as far as the user may read them."""
        totals = {}
        if self.ids and self.env["edu.warning"].has_access("read"):
            totals = dict(
                self.env["edu.warning"]._read_group(
                    [("student_id", "in", self.ids), ("until", "=", False)],
                    ["student_id"],
                    ["points:sum"],
                )
            )
        for student in self:
            student.warning_points = totals.get(student._origin, 0)

    def _edu_on_absence_streak(self, since):
        """Hook: these children have been absent without leave for as many school days in a row as
        the policy says. ``self`` is sudo'ed; who entered the last day is ``env.user``.

        :param since: {child: first day of the row}
        """

    def _edu_absence_settled(self):
        """Hook: {child id: the last day that a case of the child has settled}: a row of absences
        that was explained, or ended by the child's return, does not go on after it."""
        return {}

    def _edu_note_absence(self, notes):
        """Hook: something about the absences of these children was put right.

        :param notes: {child: text}
        """

    def _edu_sought(self):
        """Hook: those of ``self`` who have an open case. ``self`` is sudo'ed."""
        return self.browse()

    # Registry completion: to apply → applied → received

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("registry_completion") == "to_apply":
                vals["registry_due"] = self._edu_registry_due()
        return super().create(vals_list)

    def write(self, vals):
        if vals.get("registry_completion") == "to_apply":
            vals = {**vals, "registry_due": self._edu_registry_due()}
        return super().write(vals)

    def _edu_registry_due(self):
        Policy = self.env["edu.policy"]
        today = Policy._edu_today()
        return Policy._edu_period_end(today, Policy._current(today).registry_days)

    def _edu_duty_query(self):
        return SQL(
            """
            SELECT 'registry_completion' AS kind, student.id AS res_id, 0 AS slot,
                   student.registry_due AS deadline,
                   CASE student.registry_completion
                        WHEN 'received' THEN student.registry_received_on END AS done_on,
                   NULL::integer AS user_id, student.school_id, student.school_township_id AS area_id,
                   student.class_id
              FROM edu_student student
             WHERE student.active AND student.registry_due IS NOT NULL
               AND student.registry_completion IN ('to_apply', 'applied', 'received')
            """
        )

    def action_registry_applied(self):
        """Records administrator, dean: the entry has been applied for, as of today."""
        self._edu_check_role(("records_admin", "dean"))
        for student in self.sudo():
            if student.registry_completion != "to_apply":
                raise UserError(
                    self.env._("%(child)s: there is nothing to apply for.", child=student.name)
                )
        self.sudo().write(
            {
                "registry_completion": "applied",
                "registry_applied_on": self.env["edu.policy"]._edu_today(),
            }
        )
        return True

    def action_registry_received(self):
        """Records administrator, dean: enter the number that was received."""
        self.ensure_one()
        self._edu_check_role(("records_admin", "dean"))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Number Received"),
            "res_model": "edu.registry.number",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_student_id": self.id},
        }

    def _edu_registry_receive(self, national_no):
        """Enter the number that the registry gave. The caller has asked for the post.

        :param national_no: clear; validated like any
        """
        self.ensure_one()
        student = self.sudo()
        if student.registry_completion not in ("to_apply", "applied"):
            raise UserError(
                self.env._("%(child)s: there is nothing to apply for.", child=student.name)
            )
        today = self.env["edu.policy"]._edu_today()
        student.write(
            {
                "national_no": national_no,
                "registry_completion": "received",
                "registry_applied_on": student.registry_applied_on or today,
                "registry_received_on": today,
            }
        )

    # Smart buttons

    def _edu_monitoring_action(self, xmlid):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(f"edu_dropout_control.{xmlid}")
        action["domain"] = [("student_id", "=", self.id)]
        action["context"] = {"default_student_id": self.id}
        return action

    def action_view_roster_lines(self):
        """Whoever reads the child: its roster checks in the own scope."""
        return self._edu_monitoring_action("edu_roster_check_line_action")

    def action_view_ledger(self):
        """Whoever reads the child: its ledger entries in the own scope."""
        return self._edu_monitoring_action("edu_ledger_action")

    def action_view_status_changes(self):
        """Whoever reads the child: its status changes in the own scope."""
        return self._edu_monitoring_action("edu_status_change_action")

    def action_view_warnings(self):
        """Whoever reads the child: its points of early warning, those that ended too."""
        return self._edu_monitoring_action("edu_warning_action")

    def action_view_absences(self):
        """Whoever reads the child: its absences in the own scope."""
        return self._edu_monitoring_action("edu_absence_action")

    def action_view_leaves(self):
        """Whoever reads the child: its leaves in the own scope."""
        return self._edu_monitoring_action("edu_leave_action")
