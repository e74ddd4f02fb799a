from odoo import models
from odoo.tools import SQL

from .dropout_case import DONE


class EduReorganisation(models.Model):
    """Casework's part: open cases are as many as before."""

    _inherit = "edu.reorganisation"

    def _edu_totals(self):
        totals = super()._edu_totals()
        [(cases,)] = self.env.execute_query(
            SQL(
                """SELECT count(*) FROM edu_dropout_case c JOIN edu_school s ON s.id = c.school_id
                    WHERE s.county_id = %s AND c.state NOT IN %s""",
                self.county_id.id,
                DONE,
            )
        )
        return {**totals, "cases": cases}

    def _edu_totals_labels(self):
        return {**super()._edu_totals_labels(), "cases": self.env._("open cases")}


class EduReorganisationLine(models.Model):
    """Casework's part. The cases of the children who moved went with them already; those of children
    whom the school only expects go now, and notices that are not issued name the new school."""

    _inherit = "edu.reorganisation.line"

    def _edu_move_records(self, students, classes):
        super()._edu_move_records(students, classes)
        cases = self.env["edu.dropout.case"].search(
            [("school_id", "=", self.from_school_id.id), ("state", "not in", DONE)]
        )
        cases._edu_follow_child()
        self.env["edu.notice"].search(
            [
                ("state", "=", "draft"),
                ("return_school_id", "=", self.from_school_id.id),
                ("student_id", "in", (students | cases.student_id).ids),
            ]
        ).filtered(lambda notice: notice.case_id.school_id == self.to_school_id).write(
            {"return_school_id": self.to_school_id.id}
        )
