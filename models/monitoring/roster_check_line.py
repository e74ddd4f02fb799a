from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ..core.copied_field import CopiedMany2one
from ..core.scope_index import ScopeIndex
from .outcomes import ALL_FACTS, FACTS, MISSING, OUTCOMES, PRESENT, PROVEN, REQUIRED
from .status_kinds import ANSWERED, OF_OUTCOME

MARKERS = ("class_teacher", "records_admin", "dean")


class EduRosterCheckLine(models.Model):
    """One child of one roster check: does it learn here, or where else (clause 二(三)1).

    Read by the class teacher (own class), the school's staff, the three townships, bureau and
    inspectors; written by nobody directly. Marking goes through ``edu.roster.sheet.action_mark``,
    which asks for the post, locks the sheet and compares the heads.
    """

    _name = "edu.roster.check.line"
    _description = "Child in a roster check"
    _inherit = ["edu.scope.mixin"]
    _order = "sheet_id, name_pinyin, id"
    _rec_name = "student_id"
    # who found what, and when, stands in fields of its own
    _log_access = False
    _edu_class_field = "class_id"
    _edu_township_fields = (
        "residence_township_id",
        "household_township_id",
        "school_township_id",
    )

    # How lines are found: see the indexes below. Lines are made from their sheets, in one statement,
    # and a sheet with lines is not deleted, nor a check with sheets: asking PostgreSQL for each line
    # whether its sheet is there takes as long as all else. Children, entrants and users see to it
    # themselves that no line points to one that is gone: see edu.roster.check.
    check_id = CopiedMany2one("edu.roster.check", required=True, ondelete="restrict")
    sheet_id = CopiedMany2one("edu.roster.sheet", required=True, ondelete="restrict")
    term_id = CopiedMany2one("edu.term", required=True, ondelete="restrict")
    school_id = CopiedMany2one("edu.school", required=True, ondelete="restrict")
    class_id = CopiedMany2one("edu.class", ondelete="restrict")
    grade = fields.Integer(aggregator=None)
    student_id = CopiedMany2one("edu.student", required=True, ondelete="restrict")
    entrant_id = CopiedMany2one("edu.entrant", index="btree_not_null", ondelete="set null")
    origin = fields.Selection(
        [
            ("registry", "On the registry"),
            ("entrant", "Expected"),
            ("added", "Added by the school"),
        ],
        "On the List as",
        required=True,
        default="registry",
    )
    registry_state = fields.Char("Registry State at Opening")
    at_home = fields.Boolean("Taught at Home", help="Not counted among the heads.")

    # The child, for those who may read the line
    student_name = fields.Char("Name", related="student_id.name")
    gender = fields.Selection(related="student_id.gender")
    birthdate = fields.Date(related="student_id.birthdate")
    name_pinyin = fields.Char(compute="_compute_name_pinyin", store=True)
    residence_township_id = CopiedMany2one(
        related="student_id.residence_township_id",
        string="Township of Residence",
        store=True,
    )
    household_township_id = CopiedMany2one(
        related="student_id.household_township_id",
        string="Township of Household Registration",
        store=True,
    )
    school_township_id = CopiedMany2one(
        related="school_id.area_id", string="Township of the School", store=True
    )

    # The finding
    outcome = fields.Selection(OUTCOMES, required=True, default="unmarked")
    marked_at = fields.Datetime(index="btree_not_null")
    marked_by_id = CopiedMany2one("res.users", "Marked by", ondelete="restrict")
    leave_until = fields.Date()
    valid_until = fields.Date()
    missing_since = fields.Date()
    destination = fields.Char("Where to")
    origin_school = fields.Char("Where from")
    approved_by = fields.Char()
    evidence = fields.Char("Document")
    receipt_pending = fields.Boolean("Receipt Pending")
    receipt_due = fields.Date("Receipt by", compute="_compute_receipt_due", store=True)
    evidence_ids = fields.Many2many(
        "ir.attachment", "edu_roster_line_attachment_rel", "line_id", "attachment_id", "Files"
    )
    note = fields.Char()
    # the school of another line
    seen_school_id = CopiedMany2one("edu.school", "Seen at", ondelete="restrict")
    digested = fields.Boolean("In a Digest", copy=False)

    status_change_id = fields.Many2one(
        "edu.status.change", "Status Change", compute="_compute_status_change_id"
    )
    needs_change = fields.Boolean(compute="_compute_status_change_id")

    sheet_state = fields.Selection(related="sheet_id.state", string="State of the Sheet")
    check_state = fields.Selection(related="check_id.state", string="State of the Check")

    _student_uniq = models.UniqueIndex(
        "(student_id, check_id)", "This child stands in the roster check already."
    )
    _scope_idx = ScopeIndex(
        "check_id",
        "sheet_id",
        "school_id",
        "class_id",
        "school_township_id",
        "residence_township_id",
        "household_township_id",
    )
    _approved_idx = models.Index("(valid_until) WHERE outcome IN ('suspended', 'postponed')")
    _missing_idx = models.Index("(term_id) WHERE outcome IN ('suspected', 'never_enrolled')")

    @api.depends("student_id.name_pinyin")
    def _compute_name_pinyin(self):
        """The order of the alphabet, in which a teacher looks for a name."""
        for line in self:
            line.name_pinyin = (line.student_id.sudo().name_pinyin or "").partition(" ")[2]

    @api.depends("receipt_pending", "marked_at")
    def _compute_receipt_due(self):
        Policy = self.env["edu.policy"]
        for line in self:
            line.receipt_due = (
                line.receipt_pending
                and line.marked_at
                and Policy._edu_period_end(
                    Policy._edu_now(line.marked_at).date(),
                    Policy._current().transfer_receipt_days,
                )
            )

    @api.depends("outcome", "student_id")
    @api.depends_context("uid")
    def _compute_status_change_id(self):
        """The status change on which the finding rests, where the user may read it; and whether one
        has to be prepared."""
        Change = self.env["edu.status.change"]
        found = Change._edu_of_lines(self)
        readable = Change.browse(change.id for change in found.values())
        readable = readable._filtered_access("read") if Change.has_access("read") else Change
        for line in self:
            change = found.get(line, Change)
            line.status_change_id = change.id in readable.ids and change.id
            line.needs_change = line.outcome in OF_OUTCOME and not change

    @api.depends("student_id.name")
    def _compute_display_name(self):
        for line in self:
            line.display_name = line.student_name

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.check_id._edu_claim()  # in place of a foreign key to the child
        return lines

    @api.constrains("outcome", "evidence_ids", *ALL_FACTS)
    def _check_facts(self):
        today = self.env["edu.policy"]._edu_today()
        for line in self:
            problem = line._edu_fact_problem(today)
            if problem:
                raise ValidationError(
                    self.env._(
                        "%(child)s, %(outcome)s: %(problem)s",
                        child=line.student_name,
                        outcome=line._edu_outcome_label(),
                        problem=problem,
                    )
                )

    def _edu_fact_problem(self, today):
        """What the outcome lacks, as a sentence; None when it has everything."""
        self.ensure_one()
        for name in REQUIRED.get(self.outcome, ()):
            if not self[name]:
                return self.env._(
                    "“%(field)s” is missing.",
                    field=self._fields[name]._description_string(self.env),
                )
        if (
            self.outcome in PROVEN
            and not self.evidence
            and not self.evidence_ids
            and not self.receipt_pending
            and not self._edu_approved_change()
        ):
            if self.outcome == "transfer_out":
                return self.env._(
                    "attach the receipt of the other school, name it, or say that it is still to"
                    " come."
                )
            return self.env._("attach the document, or name it (what, number, date).")
        if self.outcome == "never_enrolled" and self.origin == "registry":
            return self.env._(
                "the child is on the registry, so it did enrol. Mark it as a suspected dropout."
            )
        if self.outcome == "new_entry" and self.origin == "registry":
            return self.env._("the child is on the registry already. Mark it as arrived.")
        if self.outcome == "resumed" and self.registry_state not in ("suspended", "dropped_out"):
            return self.env._(
                "the registry holds no suspension that could end. Mark it as arrived."
            )
        if self.missing_since and self.missing_since > today:
            return self.env._("a child cannot be missing since a day to come.")
        return None

    def _edu_approved_change(self):
        """The approved status change on which the finding rests, or none; as superuser."""
        self.ensure_one()
        change = self.env["edu.status.change"]._edu_of_lines(self).get(self)
        return change if change and change._edu_satisfies(self) else None

    def action_prepare_change(self):
        """Records administrator, dean: enter the status changes on which these findings rest, with
        what the lines know; they are applied for and approved there.

        :return: action that shows them
        """
        self._edu_check_role(("records_admin", "dean"))
        changes = self.env["edu.status.change"]._edu_prepare(self.sudo())
        if not changes:
            raise UserError(self.env._("Every finding that needs a status change has one."))
        return changes._edu_show()

    def _edu_outcome_label(self):
        return dict(self._fields["outcome"]._description_selection(self.env))[self.outcome]

    def _edu_here_outcome(self):
        """How “here” is said of this child: newly entered, resumed or arrived."""
        self.ensure_one()
        if self.origin != "registry":
            return "new_entry"
        return "resumed" if self.registry_state in ("suspended", "dropped_out") else "arrived"

    # Marking. Called by the sheet, which has asked for post, state and lock.

    def _edu_mark(self, outcome, facts=None):
        """Set one finding on all lines; facts that belong to other outcomes are emptied.

        Private, on sudo'ed lines. Heads are compared by the caller, and hooks run by
        ``_edu_after_mark`` once they agree.

        :param facts: {name of a fact: value}; those left out keep what was entered for the same
            outcome, or was carried over from the last check
        """
        facts = facts or {}
        today = self.env["edu.policy"]._edu_today()
        kept = FACTS.get(outcome, ())
        values = {
            "outcome": outcome,
            "marked_at": outcome != "unmarked" and fields.Datetime.now(),
            "marked_by_id": outcome != "unmarked" and self.env.uid,
            "digested": False,
        }
        for name in ALL_FACTS:
            if name in facts and name in kept:
                values[name] = facts[name] or False
            elif name not in kept:
                values[name] = False
        for name in ("leave_until", "valid_until"):
            if values.get(name) and fields.Date.to_date(values[name]) < today:
                raise UserError(
                    self.env._(
                        "%(child)s: “%(field)s” lies in the past.",
                        child=", ".join(self.mapped("student_name")),
                        field=self._fields[name]._description_string(self.env),
                    )
                )
        stale = self.filtered(lambda line: line.outcome not in (outcome, "unmarked"))
        stale.write({**dict.fromkeys(ALL_FACTS, False), **values})
        (self - stale).write(values)

    def _edu_attach(self, files):
        """Attach files to one line: [{"name": …, "data": base64}]."""
        self.ensure_one()
        attachments = self.env["ir.attachment"].create(
            [
                {
                    "name": file["name"],
                    "datas": file["data"],
                    "res_model": self._name,
                    "res_id": self.id,
                }
                for file in files
            ]
        )
        self.evidence_ids = [Command.link(attachment.id) for attachment in attachments]

    def _edu_after_mark(self, before):
        """Run the hooks of what changed.

        :param before: {line id: outcome before}
        """
        missing = self.filtered(
            lambda line: line.outcome in MISSING and before[line.id] not in MISSING
        )
        found = self.filtered(
            lambda line: (
                line.outcome not in (*MISSING, "unmarked")
                and (
                    before[line.id] in MISSING
                    or (line.registry_state == "dropped_out" and line.outcome in PRESENT)
                )
                and before[line.id] != line.outcome
            )
        )
        unsaid = self.filtered(
            lambda line: line.outcome == "unmarked" and before[line.id] in MISSING
        )
        if missing:
            missing._edu_on_missing()
        if found or unsaid:
            (found | unsaid)._edu_on_found()

    def _edu_on_missing(self):
        """Hook: these children became suspected or never enrolled. ``self`` is sudo'ed, the
        marking person is ``env.user``."""

    def _edu_on_found(self):
        """Hook: these lines ceased to be suspected or never enrolled, or a child that had dropped
        out is back. ``self`` is sudo'ed, the marking person is ``env.user``."""

    # One tap, from lists and cards

    def _edu_mark_one(self, outcome, facts=None):
        for line in self:
            line.sheet_id.action_mark([{"line_id": line.id, "outcome": outcome, **(facts or {})}])
        return True

    def action_mark_here(self):
        """Class teacher, records administrator, dean: the child is here."""
        self._edu_check_role(MARKERS)
        for line in self:
            line._edu_mark_one(line._edu_here_outcome())
        return True

    def action_mark_missing(self):
        """Class teacher, records administrator, dean: nobody knows where the child is, since the
        first day of term of its grade. One who was only expected has never enrolled."""
        self._edu_check_role(MARKERS)
        for line in self:
            line._edu_mark_one(
                "never_enrolled" if line.origin == "entrant" else "suspected",
                {
                    "missing_since": fields.Date.to_string(
                        line.term_id._edu_first_day(line.school_id, line.grade)
                    )
                },
            )
        return True

    def action_open_sheet(self):
        """Whoever reads the line: the sheet on which it is marked."""
        self.ensure_one()
        return self.sheet_id.action_open()

    def action_add_proof(self):
        """Records administrator, dean: attach a document that was only named, or the receipt of a
        transfer that has come. Possible after the check is closed too."""
        self.ensure_one()
        self._edu_check_role(("records_admin", "dean"))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Attach a Document"),
            "res_model": "edu.roster.proof",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_line_id": self.id},
        }

    def _edu_add_proof(self, files, evidence=None):
        """Add documents to one line; a transfer whose receipt came takes effect if its check is
        closed.

        :raise UserError: for an outcome that needs none
        """
        self.ensure_one()
        line = self.sudo()
        if line.outcome not in PROVEN:
            raise UserError(
                self.env._("%(outcome)s needs no document.", outcome=line._edu_outcome_label())
            )
        if files:
            line._edu_attach(files)
        values = {"receipt_pending": False}
        if evidence:
            values["evidence"] = evidence
        line.write(values)
        change = self.env["edu.status.change"]._edu_of_lines(line).get(line)
        if files and change and change.state == "approved" and change.kind in ANSWERED:
            change._edu_answer(files)
        if line.check_id.state == "closed":
            line.check_id._edu_apply(line)

    def _edu_assign(self, klass):
        """Move lines to the sheet of ``klass`` (empty: of the children without a class).

        :raise UserError: when one of the sheets is signed
        """
        Sheet = self.env["edu.roster.sheet"]
        for check, lines in self.grouped("check_id").items():
            target = check.sheet_ids.filtered(lambda sheet: sheet.class_id == klass)
            target = target or Sheet.create({"check_id": check.id, "class_id": klass.id})
            (lines.sheet_id | target)._edu_ensure_open()
            lines.write({"class_id": klass.id, "sheet_id": target.id})

    def _edu_arrive_late(self):
        """The child came although its sheet is signed or the check closed: marked as here, outside
        of the head count, and carried out at once if the check is closed. The caller has asked for
        the post."""
        self.ensure_one()
        line = self.sudo()
        before = {line.id: line.outcome}
        if line.outcome in PRESENT:
            return
        line.sheet_id._edu_lock()
        line._edu_mark(line._edu_here_outcome())
        line.sheet_id._edu_log_corrections(line, before)
        line._edu_after_mark(before)
        if line.check_id.state == "closed":
            line.check_id._edu_apply(line)

    def _edu_show_elsewhere(self):
        """The child is here: other schools' lines of the same term say where it was seen."""
        for line in self:
            others = self.sudo().search(
                [
                    ("term_id", "=", line.term_id.id),
                    ("student_id", "=", line.student_id.id),
                    ("check_id", "!=", line.check_id.id),
                ]
            )
            others.write({"seen_school_id": line.school_id.id})

    @api.model
    def _edu_ensure_marker(self, sheet):
        if not sheet.env.su:
            sheet._edu_check_role(
                MARKERS, self.env._("Children are marked by their class teacher or the school.")
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_marked(self):
        if any(line.outcome != "unmarked" for line in self):
            raise AccessError(self.env._("A child that is marked stays in the roster check."))
