import base64
import binascii

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..core.copied_field import CopiedMany2one
from ..core.signing import signing
from .outcomes import ALL_FACTS, FACTS, MISSING, OUTCOMES, PRESENT, PROVEN, REQUIRED
from .roster_check_line import MARKERS

DATES = ("leave_until", "valid_until", "missing_since")
FILE_MAX = 10 * 1024 * 1024


class EduRosterSheet(models.Model):
    """The part of a roster check that one class teacher marks and signs; without a class, the part
    of the records administrator: children who have no class yet.

    Read like the lines. Nobody writes directly: class teacher, records administrator and dean mark
    and sign through the actions; the records administrator reopens, with a reason in the chatter.
    A signed sheet is frozen.
    """

    _name = "edu.roster.sheet"
    _description = "Class sheet of a roster check"
    _inherit = ["edu.scope.mixin", "edu.signoff.mixin", "mail.thread"]
    _order = "check_id, grade, class_number, id"
    _edu_class_field = "class_id"
    _edu_signoff_posts = {"checked": ("class_teacher", "records_admin", "dean")}

    check_id = fields.Many2one("edu.roster.check", required=True, index=True, ondelete="restrict")
    term_id = CopiedMany2one(related="check_id.term_id", store=True, index=True)
    school_id = CopiedMany2one(related="check_id.school_id", store=True, index=True)
    check_deadline = fields.Date("Check by", compute="_compute_deadline", compute_sudo=True)
    deadline_state = fields.Selection(
        selection=lambda self: self.env["edu.roster.check"]._fields["deadline_state"].selection,
        string="Deadline",
        compute="_compute_deadline",
        compute_sudo=True,
    )
    check_state = fields.Selection(related="check_id.state", string="State of the Check")
    class_id = fields.Many2one("edu.class", index=True, ondelete="restrict")
    # as the class was when the sheet was made: it goes up a grade, the sheet does not
    grade = fields.Integer(compute="_compute_class", store=True, precompute=True, aggregator=None)
    class_number = fields.Integer(
        compute="_compute_class", store=True, precompute=True, aggregator=None
    )
    line_ids = fields.One2many("edu.roster.check.line", "sheet_id", "Children")
    state = fields.Selection(
        [("open", "Open"), ("signed", "Signed")],
        required=True,
        default="open",
        readonly=True,
        tracking=True,
    )
    heads = fields.Integer("Heads Counted", readonly=True, aggregator=None)
    heads_at = fields.Datetime("Counted on", readonly=True)
    signed_by_id = fields.Many2one("res.users", "Signed by", readonly=True, ondelete="restrict")
    signed_at = fields.Datetime("Signed on", readonly=True)
    mark_serial = fields.Integer(readonly=True, aggregator=None)

    line_count = fields.Integer("Number of Children", compute="_compute_counts")
    unmarked_count = fields.Integer("Still to Mark", compute="_compute_counts")
    present_count = fields.Integer("Here", compute="_compute_counts")
    head_count = fields.Integer("Heads to Count", compute="_compute_counts")
    missing_count = fields.Integer("Missing", compute="_compute_counts")
    progress = fields.Integer(compute="_compute_counts", aggregator=None)
    can_mark = fields.Boolean(compute="_compute_can_mark")
    can_reopen = fields.Boolean(compute="_compute_can_mark")

    _class_uniq = models.UniqueIndex(
        "(check_id, COALESCE(class_id, 0))", "The class has a sheet in this roster check already."
    )

    @api.depends("check_id.check_deadline", "check_id.state", "check_id.closed_on", "grade")
    def _compute_deadline(self):
        """A grade that opens on another day than the school is due by its own."""
        dates = self.env["edu.policy"]._edu_due_dates()
        for sheet in self:
            check = sheet.check_id
            sheet.check_deadline = check.term_id and check.term_id._edu_deadline(
                "check_deadline", check.school_id, sheet.grade
            )
            sheet.deadline_state = check and check._edu_deadline_state(sheet.check_deadline, *dates)

    @api.depends("line_ids.outcome", "line_ids.at_home")
    def _compute_counts(self):
        names = ("all", "unmarked", "present", "head", "missing")
        counts = {sheet_id: dict.fromkeys(names, 0) for sheet_id in self.ids}
        groups = (
            self.env["edu.roster.check.line"]
            .sudo()
            ._read_group(
                [("sheet_id", "in", self.ids)], ["sheet_id", "outcome", "at_home"], ["__count"]
            )
        )
        for sheet, outcome, at_home, number in groups:
            count = counts[sheet.id]
            count["all"] += number
            if outcome == "unmarked":
                count["unmarked"] += number
            elif outcome in PRESENT:
                count["present"] += number
                count["head"] += 0 if at_home else number
            elif outcome in MISSING:
                count["missing"] += number
        for sheet in self:
            count = counts.get(sheet.id) or dict.fromkeys(names, 0)
            sheet.line_count = count["all"]
            sheet.unmarked_count = count["unmarked"]
            sheet.present_count = count["present"]
            sheet.head_count = count["head"]
            sheet.missing_count = count["missing"]
            sheet.progress = (
                100 * (count["all"] - count["unmarked"]) // count["all"] if count["all"] else 100
            )

    @api.depends_context("uid")
    @api.depends("state", "check_id.state")
    def _compute_can_mark(self):
        user = self.env.user
        for sheet in self:
            open_check = sheet.check_id.sudo().state == "open"
            sheet.can_mark = (
                open_check
                and sheet.state == "open"
                and any(user._edu_has_role(role, sheet) for role in MARKERS)
            )
            sheet.can_reopen = (
                open_check
                and sheet.state == "signed"
                and user._edu_has_role("records_admin", sheet)
            )

    @api.depends("class_id")
    def _compute_class(self):
        for sheet in self:
            sheet.grade = sheet.class_id.grade
            sheet.class_number = sheet.class_id.number

    @api.depends("class_id", "grade", "class_number")
    @api.depends_context("lang")
    def _compute_display_name(self):
        Class = self.env["edu.class"]
        for sheet in self:
            sheet.display_name = (
                Class._edu_name(sheet.grade, sheet.class_number)
                if sheet.class_id
                else self.env._("No class yet")
            )

    # Marking

    def action_marker_data(self):
        """Whoever reads the sheet: all that the marking screen shows, in one call.

        No number of a child is in it.
        """
        self.ensure_one()
        self.check_access("read")
        Line = self.env["edu.roster.check.line"]
        user = self.env.user
        signers = ("class_teacher",) if self.class_id else ("records_admin", "dean")
        texts = Line.fields_get(["outcome", "gender", *ALL_FACTS], ["string", "selection"])
        genders = dict(texts["gender"]["selection"])
        return {
            "state": self.state,
            "can_mark": self.can_mark,
            "can_sign": self.can_mark and any(user._edu_has_role(role, self) for role in signers),
            "heads": self.heads if self.heads_at else False,
            "head_count": self.head_count,
            "outcomes": dict(texts["outcome"]["selection"]),
            "labels": {name: texts[name]["string"] for name in ALL_FACTS},
            "dates": DATES,
            "facts": FACTS,
            "required": REQUIRED,
            "present": PRESENT,
            "missing": MISSING,
            "proven": PROVEN,
            "term_start": fields.Date.to_string(
                self.term_id._edu_first_day(self.school_id, self.grade)
            ),
            "lines": [
                {
                    "id": line.id,
                    "name": line.student_name,
                    "pinyin": line.name_pinyin or "",
                    "gender": genders.get(line.gender, ""),
                    "birthdate": fields.Date.to_string(line.birthdate) or "",
                    "origin": line.origin,
                    "at_home": line.at_home,
                    "here": line._edu_here_outcome(),
                    "outcome": line.outcome,
                    "seen_at": line.seen_school_id.sudo().name or "",
                    "files": line.sudo().evidence_ids.mapped("name"),
                    **{
                        name: fields.Date.to_string(line[name]) or ""
                        if name in DATES
                        else line[name] or ""
                        for name in ALL_FACTS
                    },
                }
                for line in self.line_ids
            ],
        }

    def action_mark(self, changes, heads=None, rest=False):
        """Class teacher, records administrator, dean: mark children of an open sheet.

        Locks the sheet, so that of two people marking at once the second sees what the first did.
        Nothing is saved when a fact is missing or the heads do not agree.

        :param changes: [{"line_id": id, "outcome": code, fact: value…, "files": [{"name", "data"}]}]
        :param heads: number of children counted in the room; must equal those marked as here
        :param rest: everybody still unmarked is here (“All here, except…”); takes ``heads``
        :raise UserError: signed or closed, a missing fact, or heads that do not agree
        """
        self.ensure_one()
        self.env["edu.roster.check.line"]._edu_ensure_marker(self)
        changes = self._edu_clean_changes(changes)
        if heads is not None and not isinstance(heads, int):
            raise UserError(self.env._("Enter the number of heads you counted."))
        sheet = self.sudo()
        sheet._edu_lock()
        sheet._edu_ensure_open()
        lines = {line.id: line for line in sheet.line_ids}
        before = {line.id: line.outcome for line in sheet.line_ids}
        if rest and heads is None:
            raise UserError(self.env._("Count the children in the room and enter the number."))
        touched = self.env["edu.roster.check.line"].sudo()
        for change in changes:
            line = lines.get(change["line_id"])
            if not line:
                raise UserError(
                    self.env._(
                        "A child of your list is no longer on this sheet. Load the page again."
                    )
                )
            if change["files"]:
                line._edu_attach(change["files"])
            line._edu_mark(change["outcome"], change["facts"])
            touched |= line
        if rest:
            waiting = sheet.line_ids.filtered(lambda line: line.outcome == "unmarked") - touched
            for outcome, group in waiting.grouped(lambda line: line._edu_here_outcome()).items():
                group._edu_mark(outcome)
            touched |= waiting
        if heads is not None:
            sheet._edu_compare_heads(heads)
            sheet.write({"heads": heads, "heads_at": fields.Datetime.now()})
        sheet._edu_log_corrections(touched, before)
        touched._edu_after_mark(before)
        sheet.check_id._edu_has_begun()
        sheet.check_id._edu_tell_progress()
        return True

    def _edu_clean_changes(self, changes):
        """What a client sent, in the form that the rest may trust."""
        known = dict(OUTCOMES)
        clean = []
        for change in changes:
            if change.get("outcome") not in known:
                raise UserError(self.env._("Choose what you found of the child."))
            facts = {name: change[name] for name in ALL_FACTS if name in change}
            for name in DATES:
                if facts.get(name):
                    try:
                        facts[name] = fields.Date.to_date(facts[name])
                    except ValueError:
                        raise UserError(
                            self.env._("“%(value)s” is no date.", value=facts[name])
                        ) from None
            clean.append(
                {
                    "line_id": change.get("line_id"),
                    "outcome": change["outcome"],
                    "facts": facts,
                    "files": self._edu_clean_files(change.get("files") or ()),
                }
            )
        return clean

    @api.model
    def _edu_clean_files(self, files):
        clean = []
        for file in files:
            try:
                content = base64.b64decode(file["data"], validate=True)
            except (KeyError, TypeError, binascii.Error):
                raise UserError(self.env._("The file did not arrive whole. Try again.")) from None
            if not content or len(content) > FILE_MAX:
                raise UserError(
                    self.env._(
                        "“%(file)s” is empty or larger than %(size)s MB.",
                        file=file.get("name"),
                        size=FILE_MAX // 1024 // 1024,
                    )
                )
            clean.append({"name": file.get("name") or "file", "data": file["data"]})
        return clean

    def _edu_lock(self):
        """Hold the sheets until the transaction ends, and make a concurrent one start again.

        The row is written, not only locked: under repeatable read a second transaction would else
        go on with the lines as they were before.
        """
        self.env.flush_all()
        self.env.execute_query(
            SQL(
                "SELECT id FROM edu_roster_sheet WHERE id IN %s ORDER BY id FOR UPDATE",
                tuple(self.ids or [0]),
            )
        )
        self.env.cr.execute(
            SQL(
                "UPDATE edu_roster_sheet SET mark_serial = COALESCE(mark_serial, 0) + 1"
                " WHERE id IN %s",
                tuple(self.ids or [0]),
            )
        )
        self.invalidate_recordset()
        self.env["edu.roster.check.line"].invalidate_model()

    def _edu_ensure_open(self):
        for sheet in self:
            if sheet.check_id.state != "open":
                raise UserError(self.env._("This roster check is closed."))
            if sheet.state != "open":
                raise UserError(
                    self.env._(
                        "%(sheet)s is signed by %(person)s and frozen. The records administrator"
                        " can reopen it.",
                        sheet=sheet.display_name,
                        person=sheet.signed_by_id.name,
                    )
                )

    def _edu_compare_heads(self, heads):
        """:raise UserError: naming the difference between the count and the marks"""
        self.ensure_one()
        marked = len(
            self.line_ids.filtered(lambda line: line.outcome in PRESENT and not line.at_home)
        )
        if heads == marked:
            return
        if heads < marked:
            raise UserError(
                self.env._(
                    "You counted %(heads)s heads; %(marked)s children are marked as here:"
                    " %(difference)s marked too many. Find out who is missing; nothing was saved.",
                    heads=heads,
                    marked=marked,
                    difference=marked - heads,
                )
            )
        raise UserError(
            self.env._(
                "You counted %(heads)s heads; %(marked)s children are marked as here:"
                " %(difference)s not marked as here, or not on the list (add the child)."
                " Nothing was saved.",
                heads=heads,
                marked=marked,
                difference=heads - marked,
            )
        )

    def _edu_log_corrections(self, lines, before):
        """A finding that replaces another is kept in the chatter: who, what, instead of what."""
        labels = dict(
            self.env["edu.roster.check.line"]._fields["outcome"]._description_selection(self.env)
        )
        changed = lines.filtered(
            lambda line: before[line.id] != "unmarked" and before[line.id] != line.outcome
        )
        if changed:
            self._message_log(
                body="; ".join(
                    self.env._(
                        "%(child)s: %(new)s instead of %(old)s",
                        child=line.student_name,
                        new=labels[line.outcome],
                        old=labels[before[line.id]],
                    )
                    for line in changed
                )
            )

    # Signing

    @signing
    def action_sign(self, heads=None):
        """Class teacher (records administrator or dean for children without a class): sign.

        :param heads: a new count; needed when marks changed after the last one
        :raise UserError: children not marked, or heads that do not agree
        """
        for sheet in self:
            sheet._edu_check_role(
                ("class_teacher",) if sheet.class_id else ("records_admin", "dean"),
                self.env._("A class is signed by its class teacher."),
            )
            sudo = sheet.sudo()
            sudo._edu_lock()
            sudo._edu_ensure_open()
            unmarked = sudo.line_ids.filtered(lambda line: line.outcome == "unmarked")
            if unmarked:
                raise UserError(
                    self.env._(
                        "%(sheet)s: %(count)s children are not marked yet (%(names)s).",
                        sheet=sheet.display_name,
                        count=len(unmarked),
                        names=self._edu_names(unmarked),
                    )
                )
            sudo._edu_compare_heads(sudo.heads if heads is None else heads)
            if heads is not None:
                sudo.write({"heads": heads, "heads_at": fields.Datetime.now()})
            sudo.write(
                {
                    "state": "signed",
                    "signed_by_id": self.env.uid,
                    "signed_at": fields.Datetime.now(),
                }
            )
            sheet._edu_sign("checked")
            sudo.check_id._edu_tell_progress()
        return True

    def _edu_signoff_content(self):
        """What the teacher answers for: the heads, and of every child what was found."""
        self.ensure_one()
        facts = ("leave_until", "valid_until", "missing_since", "destination", "approved_by")
        return {
            "class_id": [self.grade or 0, self.class_number or 0],
            "heads": self.heads,
            "line_ids": [
                {
                    "student": line.student_id.id,
                    "outcome": line.outcome,
                    **{name: line[name] or None for name in facts},
                }
                for line in self.line_ids.sorted("id")
            ],
        }

    def _edu_signoff_expected(self):
        return ("checked",) if self.state == "signed" else ()

    _edu_signoff_skipped = frozenset({"student"})

    def _edu_signoff_words(self):
        labels = self.env["edu.roster.check.line"].fields_get(["outcome", *ALL_FACTS], ["string"])
        return {
            "class_id": self.env._("Class"),
            "heads": self.env._("Heads"),
            "line_ids": self.env._("Children"),
            **{name: label["string"] for name, label in labels.items()},
        }

    def _edu_signoff_item(self, path, item, position):
        """Children are known by their record; named as far as the sheet names them."""
        if path != ("line_ids",):
            return super()._edu_signoff_item(path, item, position)
        names = {line.student_id.id: line.student_name for line in self.sudo().line_ids}
        student = item["student"]
        return student, names.get(student) or self.env._("A child no longer on this sheet")

    @api.model
    def _edu_names(self, lines, limit=5):
        names = self.env._(", ").join(lines[:limit].mapped("student_name"))
        return names + "…" if len(lines) > limit else names

    def action_ask_reopen(self):
        """Records administrator: asks for the reason, then ``_edu_reopen``."""
        self.ensure_one()
        self._edu_check_role(("records_admin",))
        return self.env["edu.roster.reopen"]._edu_action(self)

    def _edu_reopen(self, reason):
        """Open a signed sheet again; the caller has asked for the post.

        :raise UserError: without a reason, or when the check is closed
        """
        for sheet in self.sudo():
            if sheet.check_id.state != "open":
                raise UserError(self.env._("This roster check is closed."))
            if not (reason or "").strip():
                raise UserError(self.env._("Say why: the reason is kept."))
            sheet.write({"state": "open", "signed_by_id": False, "signed_at": False})
            sheet._message_log(body=self.env._("Reopened: %(reason)s", reason=reason))
            sheet._edu_new_signing_round(reason)
            sheet.check_id._edu_tell_progress()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_empty(self):
        if self.sudo().line_ids:
            raise UserError(self.env._("A class sheet with children on it stays."))

    @api.model
    def action_my_sheets(self):
        """Class teacher: the sheet of the own class, at once where there is just one to do."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "edu_dropout_control.edu_roster_sheet_action"
        )
        classes = self.env.user.sudo().edu_class_teacher_class_ids
        action["name"] = self.env._("My Classes to Check")
        action["domain"] = [("class_id", "in", classes.ids)]
        current = self.search([("class_id", "in", classes.ids), ("term_id.state", "=", "open")])
        if len(current) == 1:
            action.update(
                res_id=current.id, views=[(False, "form")], view_mode="form", target="main"
            )
        return action

    def action_open(self):
        """Whoever reads the sheet: show it."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
        }

    def action_add_child(self):
        """Class teacher, records administrator, dean: a child is here that is not on the list."""
        self.ensure_one()
        self.env["edu.roster.check.line"]._edu_ensure_marker(self)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Add a Child"),
            "res_model": "edu.roster.add",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_sheet_id": self.id},
        }
