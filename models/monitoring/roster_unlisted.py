from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ...tools.log_filter import holds_secret
from .roster_validate import PRESENT

OUTCOMES = [
    ("left_out", "Left out of the file by mistake"),
    ("transfer", "Transferred to another school"),
    ("elsewhere", "Learns elsewhere"),
    ("other_county", "Lives in another county"),
    ("suspended", "Suspended"),
    ("abroad", "Gone abroad"),
    ("deceased", "Deceased"),
    ("missing", "Nobody knows where the child is"),
    ("listed", "Named by a later file"),
    ("gone", "No longer on the school's list"),
    ("double", "Double registry entry"),
]
#: what only the server says, when the school's list or a file says it
AUTOMATIC = ("listed", "gone", "double")
#: the status change on which an outcome rests
CHANGE = {
    "transfer": "transfer_out",
    "elsewhere": "elsewhere",
    "other_county": "other_county",
    "suspended": "suspension",
    "abroad": "abroad",
    "deceased": "death",
}
SETTLING = ("records_admin", "dean", "bureau")


class EduRosterUnlisted(models.Model):
    """A child on a school's list whom the school's newest complete registry file does not name.

    Imports of complete files make them, and close them when a later file names the child again.
    Records administrator, dean and bureau work them off with a reason; whoever reads the child reads
    them. Nobody writes or deletes one, and nothing happens to the child: it leaves the list of the
    school by a status change only.
    """

    _name = "edu.roster.unlisted"
    _description = "Student not in the registry file"
    _inherit = ["edu.child.place.mixin"]
    _order = "found_on desc, school_id, grade, class_id, id"
    _rec_name = "student_id"

    student_id = fields.Many2one("edu.student", "Child", readonly=True)
    school_id = fields.Many2one("edu.school", required=True, readonly=True, ondelete="restrict")
    class_id = fields.Many2one("edu.class", readonly=True, ondelete="restrict")
    grade = fields.Integer(readonly=True, aggregator=None)
    import_id = fields.Many2one(
        "edu.roster.import",
        "Newest File",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    found_on = fields.Date("Missing since the File of", required=True, readonly=True)
    state = fields.Selection(
        [("open", "To work off"), ("done", "Worked off")],
        required=True,
        readonly=True,
        default="open",
    )
    outcome = fields.Selection(OUTCOMES, "Reason", readonly=True)
    note = fields.Char("Remark", readonly=True)
    status_change_id = fields.Many2one("edu.status.change", readonly=True, ondelete="set null")
    settled_by_id = fields.Many2one(
        "res.users", "Worked Off by", readonly=True, ondelete="restrict"
    )
    settled_on = fields.Date("Worked Off on", readonly=True)

    gender = fields.Selection(related="student_id.gender")
    birthdate = fields.Date(related="student_id.birthdate")
    enrolment_state = fields.Selection(related="student_id.enrolment_state")

    _open_uniq = models.UniqueIndex(
        "(student_id, school_id) WHERE state = 'open'",
        "This child stands on the list of the missing already.",
    )
    _school_state_idx = models.Index("(school_id, state)")
    _done_outcome = models.Constraint(
        "CHECK((state = 'done') = (outcome IS NOT NULL))",
        "A child is worked off with a reason, and only so.",
    )

    # -- what imports say -------------------------------------------------------------------------

    @api.model
    def _edu_take(self, roster, student_ids, school_ids):
        """The complete file of ``roster`` is through: list who is missing in it, close who is not any
        more. Children whose absence is followed already are not listed anew.

        :param student_ids: children of the schools whom no row of the file is about
        :param school_ids: schools that the file is about
        """
        Unlisted, missing = self.sudo(), set(student_ids)
        there = Unlisted.search([("school_id", "in", list(school_ids)), ("state", "=", "open")])
        still = there.filtered(lambda entry: entry.student_id.id in missing)
        still.write({"import_id": roster.id})
        (there - still)._edu_close_found()
        new = self.env["edu.student"].sudo().browse(sorted(missing - set(still.student_id.ids)))
        followed = set(Unlisted._edu_followed(new).ids) if new else ()
        today = self.env["edu.policy"]._edu_today()
        Unlisted.create(
            [
                {
                    "student_id": child.id,
                    "school_id": child.school_id.id,
                    "class_id": child.class_id.id,
                    "grade": child.grade,
                    "import_id": roster.id,
                    "found_on": today,
                }
                for child in new
                if child.id not in followed
            ]
        )

    @api.model
    def _edu_followed(self, students):
        """Hook: those of ``students`` (sudo'ed) whose absence from a file somebody follows already:
        here, by a status change under way or in force."""
        changes = self.env["edu.status.change"].sudo()
        return changes.search(
            [
                ("student_id", "in", students.ids),
                ("kind", "in", list(CHANGE.values())),
                ("state", "not in", ("ended", "refused")),
            ]
        ).student_id

    @api.model
    def _edu_named(self, student_ids):
        """Rows of a file were about these children after all: they are missing no more."""
        entries = self.sudo().search(
            [("student_id", "in", list(student_ids)), ("state", "=", "open")]
        )
        entries._edu_close_found()

    def _edu_close_found(self):
        """Close sudo'ed entries: named again, or no more on the list of the school."""
        here = self.filtered(
            lambda entry: (
                entry.student_id.school_id == entry.school_id
                and entry.student_id.enrolment_state in PRESENT
            )
        )
        here._edu_done("listed")
        (self - here)._edu_done("gone")

    def _edu_done(self, outcome, **values):
        self.sudo().write(
            {
                "state": "done",
                "outcome": outcome,
                "settled_by_id": self.env.uid,
                "settled_on": self.env["edu.policy"]._edu_today(),
                **values,
            }
        )

    # -- working off ------------------------------------------------------------------------------

    def action_settle(self):
        """Records administrator, dean, bureau: say why the selected children are not in the file."""
        self._edu_check_role(SETTLING)
        wizard = self.env["edu.roster.unlisted.settle"].create(
            {"entry_ids": [Command.set(self.ids)]}
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Not in the Registry File: Why?"),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def _edu_settle(self, outcome, note=None, other_school=None, missing_since=None):
        """Work entries off with one reason; all or none.

        A reason that takes a status change gets a draft of it where none is under way.

        :param other_school: where the child went, in words
        :param missing_since: date, for ``missing``; default today
        :return: the status changes on which it rests
        :raise AccessError: unless the caller is records administrator, dean or of the bureau there
        """
        self._edu_check_role(SETTLING)
        note = (note or "").strip()
        if outcome not in dict(OUTCOMES) or outcome in AUTOMATIC:
            raise UserError(self.env._("Choose the reason."))
        if holds_secret(note) or holds_secret(other_school):
            raise UserError(self.env._("Do not write numbers of persons into the remark."))
        if outcome == "left_out" and len(note) < 2:
            raise UserError(self.env._("Write into the remark how the registry will be put right."))
        self.sudo().lock_for_update()
        if any(entry.state != "open" for entry in self.sudo()):
            raise UserError(self.env._("Somebody has worked off one of them already."))
        changes = self.env["edu.status.change"]
        for entry in self:
            change = changes.browse()
            if outcome in CHANGE:
                change = entry._edu_change(CHANGE[outcome], note, other_school)
            entry._edu_done(outcome, note=note or False, status_change_id=change.id)
            changes |= change
        if outcome == "missing":
            today = self.env["edu.policy"]._edu_today()
            self.sudo()._edu_on_missing(fields.Date.to_date(missing_since) or today)
        return changes

    def _edu_change(self, kind, note, other_school):
        """The status change of a child that is under way or in force, else a new draft."""
        self.ensure_one()
        Change = self.env["edu.status.change"]
        change = Change.sudo().search(
            [
                ("student_id", "=", self.student_id.id),
                ("kind", "=", kind),
                ("state", "not in", ("ended", "refused")),
            ],
            limit=1,
        )
        return change.with_env(self.env) or Change.create(
            {
                "student_id": self.student_id.id,
                "kind": kind,
                "other_school": other_school,
                "note": note,
            }
        )

    def _edu_on_missing(self, missing_since):
        """Hook: nobody knows where the children of these (sudo'ed) entries are."""

    def action_reopen(self):
        """Records administrator, dean, bureau: the reason does not hold; work off again."""
        self._edu_check_role(SETTLING)
        for entry in self.sudo():
            if entry.state != "done" or entry.outcome in AUTOMATIC:
                raise UserError(self.env._("There is nothing to take up again."))
            double = self.sudo().search_count(
                [
                    ("student_id", "=", entry.student_id.id),
                    ("school_id", "=", entry.school_id.id),
                    ("state", "=", "open"),
                ],
                limit=1,
            )
            if double:
                raise UserError(
                    self.env._("A later file lists the child already: work off that entry.")
                )
            entry.write(
                {
                    "state": "open",
                    "outcome": False,
                    "settled_by_id": False,
                    "settled_on": False,
                    "status_change_id": False,
                }
            )
        return True

    def action_open_student(self):
        """Whoever reads the child: the child."""
        self.ensure_one()
        self.student_id.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": "edu.student",
            "res_id": self.student_id.id,
            "views": [(False, "form")],
        }
