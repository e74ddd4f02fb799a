from odoo import api, fields, models

from .roll_kinds import BOARDERS, MARKS, ROLLS


class EduRollMark(models.Model):
    """What a roll call found of one child that is no absence from school: it came late or left early;
    a boarder was missing at the return or at night, or is on leave.

    Nobody writes directly: it follows from calling the roll. Class teachers read those of their class,
    the school's staff those of the school, bureau and inspectors theirs. A boarder who turned up keeps
    the mark, with the time.
    """

    _name = "edu.roll.mark"
    _description = "Finding of a roll call"
    _inherit = ["edu.child.place.mixin"]
    _order = "date desc, noted_at desc, id desc"
    _rec_name = "student_id"

    roll_call_id = fields.Many2one("edu.roll.call", required=True, index=True, ondelete="cascade")
    date = fields.Date(required=True, index=True)
    roll_kind = fields.Selection(ROLLS, "Kind of Roll Call", required=True)
    school_id = fields.Many2one(
        "edu.school", compute="_compute_place", store=True, index=True, precompute=True
    )
    class_id = fields.Many2one(
        "edu.class", compute="_compute_place", store=True, index=True, precompute=True
    )
    kind = fields.Selection(MARKS, required=True)
    noted_at = fields.Datetime("Noticed at", required=True)
    noted_by_id = fields.Many2one("res.users", "Noticed by", ondelete="restrict")
    found_at = fields.Datetime("Turned up at")
    is_missing = fields.Boolean("Missing Now", compute="_compute_is_missing", store=True)

    _student_roll_uniq = models.UniqueIndex(
        "(student_id, date, roll_kind)", "This child has a finding in this roll call already."
    )

    @api.depends("student_id")
    def _compute_place(self):
        """Where the child stood then; it does not follow later moves."""
        for mark in self:
            mark.school_id = mark.student_id.school_id
            mark.class_id = mark.student_id.class_id

    @api.depends("kind", "found_at")
    def _compute_is_missing(self):
        for mark in self:
            mark.is_missing = mark.kind == "missing" and not mark.found_at

    @api.model
    def _edu_sync(self, call, wanted, found):
        """Make the marks of a roll call what was said of the children.

        :param wanted: {child id: kind of mark, or None for no mark}
        :param found: the marks there are of these children, {child id: mark}
        """
        now = fields.Datetime.now()
        create, drop, groups = [], self, {}
        for student, kind in wanted.items():
            mark = found.get(student)
            if not mark and kind:
                create.append(
                    {
                        "roll_call_id": call.id,
                        "student_id": student,
                        "date": call.date,
                        "roll_kind": call.kind,
                        "kind": kind,
                        "noted_at": now,
                        "noted_by_id": self.env.uid,
                    }
                )
            elif mark and kind and (mark.kind != kind or mark.found_at):
                groups[kind] = groups.get(kind, self) | mark
            elif mark and not kind and call.kind in BOARDERS and mark.kind == "missing":
                if not mark.found_at:
                    groups[None] = groups.get(None, self) | mark
            elif mark and not kind:
                drop |= mark
        for kind, marks in groups.items():
            if kind:
                marks.write(
                    {
                        "kind": kind,
                        "found_at": False,
                        "noted_at": now,
                        "noted_by_id": self.env.uid,
                    }
                )
            else:
                marks.write({"found_at": now})
        drop.unlink()
        self.create(create)
