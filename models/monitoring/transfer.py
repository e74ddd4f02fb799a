"""Transfers between schools of the county, as registry files tell of them: the new school's file names
the child, the old school's does so no more. In either order they become one status change of the old
school, which its leaders or the bureau approve; until then the child stands where it stood.
"""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .roster_unlisted import CHANGE
from .status_kinds import LEAVES

ASKED = ("draft", "applied", "approved")
TRANSFER = "edu_dropout_control.activity_transfer"
OUTCOME_OF = {kind: outcome for outcome, kind in CHANGE.items()}


class EduStatusChange(models.Model):
    """A transfer that the new school claims, or that the files of both schools tell of."""

    _inherit = "edu.status.change"

    origin = fields.Selection(
        [
            ("person", "Applied for by the school"),
            ("claim", "Claimed by the other school"),
            ("files", "Registry files of both schools"),
        ],
        "Stands on",
        required=True,
        default="person",
        readonly=True,
        copy=False,
        tracking=True,
    )

    @api.model
    def _edu_asked(self, student_ids):
        """{child: school that it is to move to} of transfers within the county under way."""
        self.flush_model(["student_id", "kind", "state", "other_school_id"])
        changes = self.sudo().search(
            [
                ("student_id", "in", list(student_ids)),
                ("kind", "=", "transfer_out"),
                ("state", "in", ASKED),
                ("other_school_id", "!=", False),
            ]
        )
        return {change.student_id.id: change.other_school_id.id for change in changes}

    @api.model
    def _edu_stating(self, student_ids):
        """Ids of those children whose registry state a suspension, a postponement or a death in force
        has given them."""
        self.flush_model(["student_id", "kind", "state"])
        changes = self.sudo().search(
            [
                ("student_id", "in", list(student_ids)),
                ("kind", "in", (*LEAVES, "death")),
                ("state", "=", "in_force"),
            ]
        )
        return set(changes.student_id.ids)

    @api.model
    def _edu_claim(self, student, school, origin, source):
        """A file of ``school`` names ``student``, who stands elsewhere in the county: the transfer of
        the old school, applied for, with the file as receipt. One under way is taken up.

        The caller has asked whether the user imports for either school.

        :param origin: claim (a person says that the child has come), files (the old school's newest
            file names it no more)
        :param source: name of the file, for the chatter
        :return: the change, sudo'ed; none where the old school has the child move to another school
        """
        Change, student = self.sudo(), student.sudo()
        today = self.env["edu.policy"]._edu_today()
        old = student.school_id
        change = Change.search(
            [
                ("student_id", "=", student.id),
                ("kind", "=", "transfer_out"),
                ("state", "in", ASKED),
            ],
            limit=1,
        )
        if change.other_school_id and change.other_school_id != school:
            return Change
        receipt = self.env._(
            "“%(school)s” has the child in its registry file “%(file)s”: that is the receipt.",
            school=school.name,
            file=source,
        )
        if change:
            change.write(
                {
                    "other_school_id": school.id,
                    "other_school": change.other_school or school.name,
                    "answer_on": change.answer_on or today,
                }
            )
        else:
            change = Change.create(
                {
                    "student_id": student.id,
                    "kind": "transfer_out",
                    "school_id": old.id,
                    "class_id": student.class_id.id,
                    "other_school_id": school.id,
                    "other_school": school.name,
                    "state": "applied",
                    "applied_by_id": self.env.uid,
                    "applied_on": today,
                    "answer_on": today,
                    "origin": origin,
                }
            )
            change._edu_ask_approver()
        change._message_log(body=receipt)
        if origin == "files":
            change._edu_both_files()
        change._edu_ask_old_school()
        change._edu_tell_schools(
            self.env._(
                "A transfer from “%(old)s” to “%(new)s” waits for its approval.",
                old=old.name,
                new=school.name,
            )
        )
        change._edu_take_effect()
        return change

    def _edu_both_files(self):
        """The old school's newest file names the child no more: both files tell of the move."""
        for change in self.filtered(lambda change: change.origin != "files"):
            change.origin = "files"
            change._message_log(
                body=self.env._(
                    "The newest registry file of “%(school)s” does not name the child any more.",
                    school=change.school_id.name,
                )
            )

    def _edu_ask_old_school(self):
        """A to-do for the records administrator of the school that the child is to leave."""
        for change in self.filtered(lambda change: change.state in ("draft", "applied")):
            holder = self.env["edu.post"]._holders("records_admin", school=change.school_id)[:1]
            if holder and holder != self.env.user and not change.activity_search([TRANSFER]):
                change.activity_schedule(TRANSFER, user_id=holder.id)

    def _edu_tell_schools(self, body):
        """Tell the records administrators of both schools, but not who has just acted."""
        Post = self.env["edu.post"]
        for change in self:
            people = Post._holders("records_admin", school=change.school_id)
            people |= Post._holders("records_admin", school=change.other_school_id)
            people -= self.env.user
            if people:
                change.message_notify(
                    body=body,
                    subject=change.display_name,
                    partner_ids=people.partner_id.ids,
                )

    def action_withdraw(self):
        """As ever; but what another school claims is decided on, not taken back by the school that is
        to let the child go."""
        for change in self.sudo():
            if change.origin != "person" and change.other_school_id and not self.env.su:
                raise UserError(
                    self.env._(
                        "%(change)s: “%(school)s” has the child on its list. Have the transfer"
                        " approved, or refused with a reason.",
                        change=change.display_name,
                        school=change.other_school_id.name,
                    )
                )
        return super().action_withdraw()

    def _edu_refuse(self, reason):
        result = super()._edu_refuse(reason)
        claimed = self.sudo().filtered(lambda change: change.origin != "person")
        for change in claimed:
            change.activity_unlink([TRANSFER])
            change._edu_tell_schools(
                self.env._("The transfer was refused: %(reason)s", reason=reason)
            )
            self.env["edu.roster.import.row"]._edu_waiting(change)._edu_retell("transfer_refused")
        return result

    def _edu_on_in_force(self):
        """The child is off the list of the missing; the file that waited for it goes on."""
        super()._edu_on_in_force()
        Unlisted = self.env["edu.roster.unlisted"].sudo()
        for change in self.filtered(lambda change: change.kind in OUTCOME_OF):
            Unlisted.search(
                [
                    ("student_id", "=", change.student_id.id),
                    ("school_id", "=", change.school_id.id),
                    ("state", "=", "open"),
                ]
            )._edu_done(OUTCOME_OF[change.kind], status_change_id=change.id)
        for change in self.filtered(lambda change: change.origin != "person"):
            change.activity_feedback([TRANSFER])
            change._edu_tell_schools(
                self.env._(
                    "The child has moved from “%(old)s” to “%(new)s”.",
                    old=change.school_id.name,
                    new=change.other_school_id.name,
                )
            )
        for change in self.filtered("other_school_id"):
            self.env["edu.roster.import.row"]._edu_waiting(change)._edu_run_waiting()


class EduRosterImportRow(models.Model):
    """A row about a child that stands in another school of the county waits for the transfer."""

    _inherit = "edu.roster.import.row"

    target_school_id = fields.Many2one(
        "edu.school", "School of the Row", readonly=True, copy=False, ondelete="set null"
    )

    @api.model
    def _edu_values_of(self, plan):
        vals = super()._edu_values_of(plan)
        return vals and {**vals, "target_school_id": plan.school_id}

    @api.model
    def _edu_waiting(self, change):
        """The (sudo'ed) rows that wait for a transfer to the school of their file."""
        return self.sudo().search(
            [
                ("match_student_id", "=", change.student_id.id),
                ("target_school_id", "=", change.other_school_id.id),
                ("code", "in", ("stands_elsewhere", "transfer_asked")),
                ("state", "in", ("open", "fixed")),
                ("import_id.state", "=", "done"),
                ("is_expired", "=", False),
            ],
            order="id",
        )

    def _edu_retell(self, code):
        """Sudo'ed rows about a child elsewhere say how far its transfer is."""
        for row in self:
            row.write(
                {
                    "code": code,
                    "problems": [
                        {**told, "c": code} if told["c"] == row.code else told
                        for told in row.problems or ()
                    ],
                }
            )

    def _edu_run_waiting(self):
        """The child stands here now: the newest of these (sudo'ed) rows is imported as whoever
        imported its file; older ones are behind it. Where that person may no more, it stays open."""
        row, older = self[-1:], self[:-1]
        if not row:
            return
        older.write(
            {
                "state": "dismissed",
                "dismiss_reason": self.env._("A newer file has the row too."),
            }
        )
        user = row.import_id.imported_by_id
        own = row.with_env(
            self.env(user=user.id, su=False, context={**self.env.context, "lang": user.lang})
        )
        try:
            with self.env.cr.savepoint():
                own.import_id._edu_check_may_import()
                own.import_id._edu_run_rows(own)
        except (AccessError, UserError):
            self.env.invalidate_all()

    def action_transfer(self):
        """Records administrator of the school whose file names the child, bureau: the child has come.
        Its old school is asked; within one school and its teaching points it moves at once."""
        self._edu_check_to_do()
        for row in self:
            codes = [problem.code for problem in row._edu_problems()]
            if not {"stands_elsewhere", "transfer_refused"} & set(codes):
                raise UserError(self.env._("There is nothing to be decided here."))
        inside = self.filtered(lambda row: row.sudo()._edu_is_inside())
        if inside:
            inside._edu_decide("transfer", "stands_elsewhere")
        for row in self - inside:
            sudo = row.sudo()
            change = self.env["edu.status.change"]._edu_claim(
                sudo.match_student_id,
                sudo.target_school_id,
                "claim",
                row.import_id.upload_name or "",
            )
            if not change:
                raise UserError(
                    self.env._(
                        "“%(school)s” has the child move to another school. Agree with it, or with"
                        " the bureau.",
                        school=sudo.match_student_id.school_id.name,
                    )
                )
            sudo.write(
                {
                    "decision": "transfer",
                    "decided_by_id": self.env.uid,
                    "decided_at": fields.Datetime.now(),
                }
            )
            if sudo.state != "imported":
                sudo._edu_retell("transfer_asked")
        return True

    def _edu_is_inside(self):
        """Whether the (sudo'ed) row's child moves between a school and its teaching point."""
        old, new = self.match_student_id.school_id, self.target_school_id
        return bool(old and new and (old.parent_id == new or new.parent_id == old))


class EduRosterImport(models.Model):
    _inherit = "edu.roster.import"

    def _edu_after_file(self, run):
        """Besides: moves that this file and another one tell of together."""
        super()._edu_after_file(run)
        if self.kind == "roster":
            self._edu_recognise(run.validator.school_ids & run.validator.allowed)

    def _edu_recognise(self, school_ids):
        Change, Row = self.env["edu.status.change"], self.env["edu.roster.import.row"].sudo()
        Unlisted = self.env["edu.roster.unlisted"].sudo()
        # this file names them, and an earlier one of their school, or this one, does so no more
        rows = Row.search([("import_id", "=", self.id), ("code", "=", "stands_elsewhere")])
        vanished = Unlisted.search(
            [("student_id", "in", rows.match_student_id.ids), ("state", "=", "open")]
        )
        pairs = {(entry.student_id, entry.school_id) for entry in vanished}
        found = rows.filtered(
            lambda row: (
                (row.match_student_id, row.match_student_id.school_id) in pairs
                or (self.is_complete and row.match_student_id.school_id.id in school_ids)
            )
        )
        # this file names them no more, and that of another school does
        if self.is_complete:
            missing = Unlisted.search([("import_id", "=", self.id), ("state", "=", "open")])
            found |= Row.search(
                [
                    ("match_student_id", "in", missing.student_id.ids),
                    ("code", "=", "stands_elsewhere"),
                    ("state", "=", "open"),
                    ("is_expired", "=", False),
                    ("import_id.state", "=", "done"),
                ]
            )
            Change.sudo().search(
                [
                    ("student_id", "in", self.sudo().missing_student_ids.ids),
                    ("school_id", "in", list(school_ids)),
                    ("state", "=", "applied"),
                    ("origin", "=", "claim"),
                ]
            )._edu_both_files()
        for student, own in found.sorted("id").grouped("match_student_id").items():
            row = own[-1:]  # the newest file counts
            if not row.target_school_id or row._edu_is_inside():
                continue
            change = Change._edu_claim(
                student, row.target_school_id, "files", row.import_id.upload_name or ""
            )
            if change and change.state in ASKED:
                Row._edu_waiting(change)._edu_retell("transfer_asked")
                vanished.search(
                    [
                        ("student_id", "=", student.id),
                        ("school_id", "=", change.school_id.id),
                        ("state", "=", "open"),
                    ]
                )._edu_done("transfer", status_change_id=change.id)
