from odoo import api, fields, models
from odoo.tools import SQL

NOTE_ROLES = ("class_teacher", "dean", "vice_principal", "principal")


class EduWarningChild(models.Model):
    """A child of whom early-warning rules are true: the total of the points, each with its reason,
    beside it what helped before, and what was done. A view of PostgreSQL over ``edu.warning``.

    Read like the warnings. What was done is entered as a note (``edu.warning.note``): it shows, and
    takes no point away.
    """

    _name = "edu.warning.child"
    _description = "Child with early warnings"
    _inherit = ["edu.scope.mixin"]
    _auto = False
    _order = "points desc, id"
    _rec_name = "student_id"
    _edu_class_field = "class_id"
    _edu_township_fields = (
        "residence_township_id",
        "household_township_id",
        "school_township_id",
    )

    student_id = fields.Many2one("edu.student", "Child", readonly=True)
    school_id = fields.Many2one("edu.school", readonly=True)
    class_id = fields.Many2one("edu.class", readonly=True)
    grade = fields.Integer(readonly=True, aggregator=None)
    residence_township_id = fields.Many2one("edu.area", "Township of Residence", readonly=True)
    household_township_id = fields.Many2one(
        "edu.area", "Township of Household Registration", readonly=True
    )
    school_township_id = fields.Many2one("edu.area", "Township of the School", readonly=True)
    points = fields.Integer(readonly=True, aggregator="avg")
    level = fields.Selection(
        [("high", "High"), ("middle", "Middle"), ("low", "Low")], readonly=True
    )
    line_count = fields.Integer("Number of Rules", readonly=True, aggregator="avg")
    top_rule_id = fields.Many2one("edu.warning.rule", "Leading Rule", readonly=True)
    since = fields.Date(readonly=True)
    noted_on = fields.Date("Something Done on", readonly=True)

    warning_ids = fields.Many2many("edu.warning", compute="_compute_lines", string="Lines")
    ended_ids = fields.Many2many("edu.warning", compute="_compute_lines", string="Earlier Points")
    explanation = fields.Text("Why", compute="_compute_lines")
    note_ids = fields.Many2many(
        "edu.warning.note", compute="_compute_lines", string="What Was Done"
    )
    last_note = fields.Char("Last Done", compute="_compute_lines")
    helped = fields.Text("What Helped Before", compute="_compute_helped")
    computed_on = fields.Date("Computed on", related="school_id.warning_computed_on")
    can_note = fields.Boolean(compute="_compute_can_note")

    @property
    def _table_query(self):
        policy = self.env["edu.policy"]._current()
        return SQL(
            """
            SELECT s.id, s.id AS student_id, s.school_id, s.class_id, s.grade,
                   s.residence_township_id, s.household_township_id, s.school_township_id,
                   sum(w.points) AS points, count(*) AS line_count, min(w.since) AS since,
                   (array_agg(w.rule_id ORDER BY w.points DESC, w.rule_id))[1] AS top_rule_id,
                   CASE WHEN sum(w.points) >= %(high)s THEN 'high'
                        WHEN sum(w.points) >= %(middle)s THEN 'middle'
                        ELSE 'low' END AS level,
                   (SELECT max(n.done_on) FROM edu_warning_note n WHERE n.student_id = s.id)
                   AS noted_on
              FROM edu_warning w
              JOIN edu_student s ON s.id = w.student_id
             WHERE w.until IS NULL
          GROUP BY s.id
            """,
            high=policy.warning_high_points,
            middle=policy.warning_middle_points,
        )

    @api.depends_context("uid", "lang")
    def _compute_lines(self):
        domain = [("student_id", "in", self.ids)]
        warnings = self.env["edu.warning"].search(domain).grouped("student_id")
        notes = self.env["edu.warning.note"].search(domain).grouped("student_id")
        for child in self:
            mine = warnings.get(child.student_id, self.env["edu.warning"])
            child.warning_ids = mine.filtered(lambda w: not w.until)
            child.ended_ids = mine - child.warning_ids
            child.explanation = "\n".join(
                f"+{w.points}  {w.explanation}" for w in child.warning_ids
            )
            child.note_ids = notes.get(child.student_id, self.env["edu.warning.note"])
            last = child.note_ids[:1]
            child.last_note = f"{last.done_on} {last.note}" if last else False

    @api.depends_context("uid", "lang")
    def _compute_helped(self):
        helped = self._edu_helped()
        for child in self:
            child.helped = "\n".join(helped.get(child, ()))

    def _edu_helped(self):
        """Hook: {child: sentences} that say what brought this child, or children of whom the same
        leading rule was true, back to school before. The rooms to the right know."""
        return {}

    @api.depends("class_id", "school_id")
    @api.depends_context("uid")
    def _compute_can_note(self):
        user = self.env.user
        for child in self:
            child.can_note = any(user._edu_has_role(role, child) for role in NOTE_ROLES)

    def action_note(self):
        """Class teacher, dean, vice principal, principal: enter what was done for the child."""
        self.ensure_one()
        self._edu_check_role(NOTE_ROLES)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("What was done"),
            "res_model": "edu.warning.note",
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_student_id": self.student_id.id},
        }
