from odoo import fields, models
from odoo.tools import SQL


class EduVisitAgenda(models.Model):
    """What the calendar of visits shows: by when each family is to be reached, who is planned on which
    day, and whether somebody went. Whoever reads the case reads its entries."""

    _name = "edu.visit.agenda"
    _description = "Calendar of Visits"
    _inherit = ["edu.scope.mixin"]
    _auto = False
    _order = "date, id"
    _rec_name = "student_id"
    _edu_class_field = "class_id"
    _edu_township_fields = (
        "residence_township_id",
        "household_township_id",
        "school_township_id",
    )

    kind = fields.Selection(
        [
            ("due", "Visit due"),
            ("planned", "Planned"),
            ("visited", "Visited"),
            ("missed", "Planned, not visited"),
        ],
        readonly=True,
    )
    color = fields.Integer(readonly=True, aggregator=None)
    date = fields.Date(readonly=True)
    case_id = fields.Many2one("edu.dropout.case", "Case", readonly=True)
    plan_id = fields.Many2one("edu.visit.plan", "Route", readonly=True)
    student_id = fields.Many2one("edu.student", "Child", readonly=True)
    lives_in_id = fields.Many2one("edu.area", "Lives in", readonly=True)
    user_id = fields.Many2one("res.users", "Education Line", readonly=True)
    school_id = fields.Many2one("edu.school", "School", readonly=True)
    class_id = fields.Many2one("edu.class", "Class", readonly=True)
    residence_township_id = fields.Many2one("edu.area", "Township of Residence", readonly=True)
    household_township_id = fields.Many2one(
        "edu.area", "Township of Household Registration", readonly=True
    )
    school_township_id = fields.Many2one("edu.area", "Township of the School", readonly=True)

    @property
    def _table_query(self):
        place = SQL(
            """c.id AS case_id, c.student_id, s.residence_area_id AS lives_in_id,
               c.school_responsible_id AS user_id, c.school_id, c.class_id,
               c.residence_township_id, c.household_township_id, c.school_township_id"""
        )
        return SQL(
            """
            SELECT c.id * 2 AS id, 'due' AS kind,
                   CASE WHEN c.next_visit_due < %(today)s THEN 1 ELSE 3 END AS color,
                   c.next_visit_due AS date, NULL::integer AS plan_id, %(place)s
              FROM edu_dropout_case c JOIN edu_student s ON s.id = c.student_id
             WHERE c.next_visit_due IS NOT NULL
         UNION ALL
            SELECT l.id * 2 + 1,
                   CASE WHEN l.on_day THEN 'visited'
                        WHEN l.date < %(today)s THEN 'missed' ELSE 'planned' END,
                   CASE WHEN l.on_day THEN 10 WHEN l.date < %(today)s THEN 2 ELSE 4 END,
                   l.date, l.plan_id, %(place)s
              FROM edu_visit_plan_line l
              JOIN edu_dropout_case c ON c.id = l.case_id
              JOIN edu_student s ON s.id = c.student_id
            """,
            today=self.env["edu.policy"]._edu_today(),
            place=place,
        )

    def action_open(self):
        """Whoever reads the entry: its route, or its case."""
        self.ensure_one()
        self.check_access("read")
        plan = self.plan_id._filtered_access("read")
        record = plan or self.case_id
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "view_mode": "form",
        }
