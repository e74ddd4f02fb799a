from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL


class EduYearTurnSchool(models.Model):
    """One school in the turn of the year: what happens to its children, what is still open, and when
    it turned. A school that is late (its last check is not closed) is left for later and turns alone.

    Read by the school's staff and leaders, bureau and inspectors; counted and carried out by the
    bureau through the actions. Nobody writes directly.
    """

    _name = "edu.year.turn.school"
    _description = "School in the turn of the year"
    _inherit = ["edu.scope.mixin"]
    _order = "turn_id desc, school_id"
    _rec_name = "school_id"

    turn_id = fields.Many2one("edu.year.turn", required=True, index=True, ondelete="cascade")
    term_id = fields.Many2one(related="turn_id.term_id", store=True)
    school_id = fields.Many2one("edu.school", required=True, index=True, ondelete="restrict")
    state = fields.Selection(
        [("todo", "Waiting"), ("later", "Left for later"), ("done", "Turned")],
        required=True,
        readonly=True,
        default="todo",
    )
    turned_on = fields.Date(readonly=True)
    turned_by_id = fields.Many2one("res.users", "Turned by", readonly=True, ondelete="restrict")
    problems = fields.Text("Open Questions", readonly=True)

    children_count = fields.Integer("On the Books", readonly=True)
    promote_count = fields.Integer("Go Up a Grade", readonly=True)
    repeat_count = fields.Integer("Repeat", readonly=True)
    stay_count = fields.Integer(
        "Stay as They Are",
        readonly=True,
        help="Suspended or postponed, expected and never come, or without a grade",
    )
    move_count = fields.Integer("Go on to Another School", readonly=True)
    graduate_count = fields.Integer("Graduate", readonly=True)
    kept_count = fields.Integer("Grade 9 Not Completed", readonly=True)
    held_count = fields.Integer("To Be Decided", readonly=True)

    _school_uniq = models.UniqueIndex(
        "(turn_id, school_id)", "The school stands in this turn of the year already."
    )

    def action_later(self):
        """Bureau: leave these schools out of the next run; they turn alone, later."""
        self._edu_check_role(("bureau",))
        self._edu_expect_not_done()
        self.sudo().write({"state": "later"})
        return True

    def action_not_later(self):
        """Bureau: these schools turn with the others after all."""
        self._edu_check_role(("bureau",))
        self._edu_expect_not_done()
        self.sudo().write({"state": "todo"})
        return True

    def action_turn(self):
        """Bureau: turn these schools now.

        :raise UserError: a school that has turned, or with open questions
        """
        self._edu_check_role(("bureau",))
        self._edu_expect_not_done()
        lines = self.sudo()
        lines.turn_id.ensure_one()
        lines.turn_id._edu_count()
        lines._edu_turn()
        return True

    def _edu_expect_not_done(self):
        for line in self:
            if line.state == "done":
                raise UserError(
                    self.env._(
                        "%(school)s turned on %(date)s. A year turns once.",
                        school=line.school_id.name,
                        date=line.turned_on,
                    )
                )

    def _edu_turn(self):
        """Turn the schools of ``self``, counted a moment ago. Private, as superuser."""
        turn = self.turn_id
        turn._edu_ensure_over()
        open_ = self.filtered("problems")
        if open_:
            raise UserError(
                self.env._(
                    "Open questions; answer them, or leave the school for later:\n%(problems)s",
                    problems="\n".join(
                        f"• {line.school_id.name}: {problem}"
                        for line in open_
                        for problem in line.problems.splitlines()
                    ),
                )
            )
        # written first: of two who press at once, the second starts again and finds it done
        self.write(
            {
                "state": "done",
                "turned_on": self.env["edu.policy"]._edu_today(),
                "turned_by_id": self.env.uid,
            }
        )
        self.flush_recordset()
        turn._edu_carry_out(self.school_id)
        left = turn.school_ids.filtered(lambda line: line.state != "done")
        turn.state = "partly" if left else "done"
        turn._message_log(
            body=self.env._(
                "%(schools)s schools turned: %(up)s children went up, %(repeat)s repeat, %(stay)s"
                " stay as they are, %(on)s go on to another school, %(graduates)s graduated.",
                schools=len(self),
                up=sum(self.mapped("promote_count")),
                repeat=sum(self.mapped("repeat_count")) + sum(self.mapped("kept_count")),
                stay=sum(self.mapped("stay_count")),
                on=sum(self.mapped("move_count")),
                graduates=sum(self.mapped("graduate_count")),
            )
        )

    def _edu_problems(self, unknown):
        """{line: what keeps the school from turning, as sentences}.

        :param unknown: {id of a school: children of whom nobody knows where they go on}
        """
        problems = {line: [] for line in self}
        term = self.turn_id.term_id
        schools = self.school_id
        running = (
            self.env["edu.roster.check"]
            .search(
                [
                    ("school_id", "in", schools.ids),
                    ("state", "!=", "closed"),
                    ("term_id.state", "=", "open"),
                    ("term_id.start_date", "<", term.start_date),
                ]
            )
            .filtered("line_ids")
        )
        begun = {
            school_id
            for (school_id,) in self.env.execute_query(
                SQL(
                    """SELECT DISTINCT school_id FROM edu_roster_check_line
                        WHERE term_id = %s AND school_id IN %s AND outcome != 'unmarked'""",
                    term.id or 0,
                    tuple(schools.ids or [0]),
                )
            )
        }
        waiting = self.turn_id.child_ids.filtered(lambda child: child.decision == "waiting")
        for line in self:
            school = line.school_id
            mine = waiting.filtered(lambda child, school=school: child.school_id == school)
            for check in running.filtered(lambda check, school=school: check.school_id == school):
                problems[line].append(
                    self.env._(
                        "the roster check of %(term)s is not closed",
                        term=check.term_id.display_name,
                    )
                )
            if school.id in begun:
                problems[line].append(
                    self.env._(
                        "children are marked in the roster check of the new term already; take the"
                        " marks back first"
                    )
                )
            repeating = mine.filtered(lambda child: child.kind == "repeat")
            if repeating:
                problems[line].append(
                    self.env._(
                        "asked to repeat, and not decided: %(names)s",
                        names=self.env._(", ").join(repeating.student_id.mapped("name")),
                    )
                )
            if mine - repeating:
                problems[line].append(
                    self.env._(
                        "grade 9 with an open case, to be decided: %(names)s",
                        names=self.env._(", ").join((mine - repeating).student_id.mapped("name")),
                    )
                )
            if unknown.get(school.id):
                problems[line].append(
                    self.env._(
                        "for %(count)s children nobody knows the next school: enter where the last"
                        " grade goes, or the zone of the next school",
                        count=unknown[school.id],
                    )
                )
        return problems

    def write(self, vals):
        if not self.env.su:
            raise AccessError(self.env._("The state follows from what was carried out."))
        return super().write(vals)
