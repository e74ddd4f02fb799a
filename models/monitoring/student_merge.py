from odoo import api, models
from odoo.tools import SQL


class EduStudent(models.Model):
    """What monitoring knows of a child goes with it when two entries become one."""

    _inherit = "edu.student"

    @api.model
    def _edu_merge_fixed(self):
        """Lines of signed sheets and of closed checks stay as they were signed."""
        return {
            **super()._edu_merge_fixed(),
            "edu.roster.check.line": [
                "|",
                ("sheet_id.state", "=", "signed"),
                ("check_id.state", "!=", "open"),
            ],
        }

    @api.model
    def _edu_merge_counts(self, student):
        return [
            *super()._edu_merge_counts(student),
            (self.env._("Checks"), student.roster_line_count),
            (self.env._("Status Changes"), student.status_change_count),
            (self.env._("Absences"), student.absence_count),
        ]

    def _edu_before_merge(self, kept):
        super()._edu_before_merge(kept)
        double = self.env._("Double registry entry")
        today = self.env["edu.policy"]._edu_today()
        # one entry in each ledger
        Ledger = self.env["edu.ledger"].sudo()
        both = Ledger.search(
            [("student_id", "in", (self | kept).ids), ("date_off", "=", False)]
        ).grouped("kind")
        for kind, entries in both.items():
            if len(entries.student_id) == 2:
                Ledger._edu_strike_off(kind, self, today, double)
        # one line in an open sheet: the one that is marked
        Line = self.env["edu.roster.check.line"].sudo()
        lines = Line.search(
            [
                ("student_id", "in", (self | kept).ids),
                ("sheet_id.state", "=", "open"),
                ("check_id.state", "=", "open"),
            ]
        )
        for own in lines.grouped("check_id").values():
            mine = own.filtered(lambda line: line.student_id == self)
            if len(own) == 2 and mine:
                idle = own.filtered(lambda line: line.outcome == "unmarked")
                ((mine & idle) or idle)[:1].unlink()
        # one change of a kind under way
        Change = self.env["edu.status.change"].sudo()
        changes = Change.search(
            [
                ("student_id", "in", (self | kept).ids),
                ("state", "in", ("draft", "applied", "approved")),
            ]
        )
        for own in changes.grouped("kind").values():
            if len(own) == 2:
                own.filtered(lambda change: change.student_id == self).write(
                    {"state": "refused", "refusal_reason": double}
                )
        # the double is looked for in no file
        self.env["edu.roster.unlisted"].sudo().search(
            [("student_id", "=", self.id), ("state", "=", "open")]
        )._edu_done("double")

    def _edu_after_merge(self, double):
        """Open rows of compared lists that name either entry are judged anew."""
        super()._edu_after_merge(double)
        Row = self.env["edu.comparison.row"].sudo()
        ids = self.env.execute_query(
            SQL(
                """SELECT id FROM edu_comparison_row
                    WHERE state = 'open' AND county_id = %s
                      AND (match_student_id = %s OR suggestions @> %s::jsonb)""",
                self.school_id.county_id.id,
                self.id,
                str(double.id),
            )
        )
        rows = Row.browse(id_ for (id_,) in ids)
        for comparison, own in rows.grouped("comparison_id").items():
            comparison._edu_judge_again(own)
