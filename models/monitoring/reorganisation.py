from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL


class EduReorganisation(models.Model):
    """Monitoring's part: expected entrants, open ledger entries, today's roll calls and missing
    boarders are as many as before.

    A list of children that was made before names classes and schools as they were, and would put
    children back. One that is being imported is waited for; one that was stopped half-way does not go
    on; a preview is looked at again.
    """

    _inherit = "edu.reorganisation"

    def _edu_totals(self):
        totals = super()._edu_totals()
        [(entrants,)] = self.env.execute_query(
            SQL(
                """SELECT count(*) FROM edu_entrant e JOIN edu_school s ON s.id = e.school_id
                    WHERE s.county_id = %s""",
                self.county_id.id,
            )
        )
        [(ledger,)] = self.env.execute_query(
            SQL(
                """SELECT count(*) FROM edu_ledger l JOIN edu_school s ON s.id = l.school_id
                    WHERE s.county_id = %s AND l.date_off IS NULL""",
                self.county_id.id,
            )
        )
        [(rolls,)] = self.env.execute_query(
            SQL(
                """SELECT count(*) FROM edu_roll_call r JOIN edu_school s ON s.id = r.school_id
                    WHERE s.county_id = %s AND r.date >= %s""",
                self.county_id.id,
                self.env["edu.policy"]._edu_today(),
            )
        )
        [(missing,)] = self.env.execute_query(
            SQL(
                """SELECT count(*) FROM edu_roll_mark m JOIN edu_school s ON s.id = m.school_id
                    WHERE s.county_id = %s AND m.is_missing""",
                self.county_id.id,
            )
        )
        return {
            **totals,
            "entrants": entrants,
            "ledger": ledger,
            "rolls": rolls,
            "missing": missing,
        }

    def _edu_totals_labels(self):
        return {
            **super()._edu_totals_labels(),
            "entrants": self.env._("expected entrants"),
            "ledger": self.env._("open ledger entries"),
            "rolls": self.env._("roll calls of today"),
            "missing": self.env._("missing boarders"),
        }

    def _edu_imports(self):
        """Imports under way that are about the schools concerned: their own, those of their central
        schools, those of the whole county."""
        schools = self.line_ids.from_school_id | self.line_ids.to_school_id
        return self.env["edu.roster.import"].search(
            Domain("county_id", "=", self.county_id.id)
            & Domain("state", "!=", "done")
            & Domain("school_id", "in", [False, *(schools | schools.parent_id).ids])
        )

    def _edu_before_run(self):
        super()._edu_before_run()
        waiting = self._edu_imports().filtered(lambda roster: roster.state != "running")
        if waiting.try_lock_for_update() != waiting:
            raise UserError(
                self.env._(
                    "A list of children of these schools is being read just now: try again in a"
                    " moment."
                )
            )

    def _edu_problems(self):
        return super()._edu_problems() + [
            self.env._(
                "“%(file)s” is being imported: wait until it is through, or have it stopped",
                file=roster.display_name,
            )
            for roster in self._edu_imports()
            if roster.state == "running"
        ]

    def _edu_after_run(self):
        """Running checks take in who has come; imports that know schools and classes as they were
        end, or begin anew."""
        super()._edu_after_run()
        imports = self._edu_imports()
        imports.filtered(lambda roster: roster.state == "stopped")._edu_end(
            self.env._(
                "Schools and classes were reorganised (%(document)s) before it was through. Export the"
                " list from the registry once it knows of that, and import it anew.",
                document=self.document,
            )
        )
        imports._edu_back_to_mapped()
        schools = self.line_ids.from_school_id | self.line_ids.to_school_id
        self.env["edu.roster.check"].search(
            [("school_id", "in", schools.ids), ("state", "!=", "closed")]
        ).filtered(lambda check: check.school_id.active)._edu_fill()


class EduReorganisationLine(models.Model):
    """Monitoring's part: running checks, expected entrants, the ledgers, the day's roll calls, and what
    is under way. A check that is closed, a sheet that is signed and a roll called on an earlier day
    stay with the school that made them."""

    _inherit = "edu.reorganisation.line"

    # What is under way and names the school: model and which of its records
    def _edu_under_way(self):
        today = self.env["edu.policy"]._edu_today()
        return {
            "edu.status.change": Domain("state", "not in", ("ended", "refused")),
            "edu.leave": Domain("state", "in", ("draft", "asked"))
            | Domain("state", "=", "approved") & Domain("date_to", ">=", today),
            "edu.roster.unlisted": Domain("state", "=", "open"),
            "edu.year.turn.child": Domain("decision", "=", "waiting"),
        }

    def _edu_problems(self):
        problems = super()._edu_problems()
        Check = self.env["edu.roster.check"]
        source, target = self.from_school_id, self.to_school_id
        checks = Check.search(
            [("school_id", "in", (source | target).ids), ("term_id.state", "=", "open")]
        ).filtered("line_ids")
        for check in checks.filtered(lambda check: check.school_id == source):
            there = checks.filtered(
                lambda other, check=check: (
                    other.term_id == check.term_id and other.school_id == target
                )
            )
            if there and there != check and (there.state == "closed") != (check.state == "closed"):
                problems.append(
                    self.env._(
                        "the roster check of one school is closed and that of the other still runs:"
                        " close both first, or reopen"
                    )
                )
            if check.state == "closed":
                continue
            classes = self.from_class_id | self.to_class_id
            signed = (check | there).sheet_ids.filtered(
                lambda sheet, classes=classes, source=source: (
                    sheet.state == "signed"
                    and sheet.check_id.state != "closed"
                    and (
                        sheet.class_id in classes
                        or (not self.from_class_id and sheet.school_id == source)
                    )
                )
            )
            if signed:
                problems.append(
                    self.env._(
                        "signed in a roster check that is not closed: %(classes)s. Close the check"
                        " first, or have the classes reopened",
                        classes=self.env._(", ").join(signed.mapped("display_name")),
                    )
                )
            if not self.from_class_id and self.env["edu.signoff"]._edu_chain(check):
                problems.append(
                    self.env._(
                        "its roster check was closed once and reopened: close it again first"
                    )
                )
        return problems

    def _edu_move_records(self, students, classes):
        super()._edu_move_records(students, classes)
        self._edu_move_entrants(students, classes)
        for check in self.env["edu.roster.check"].search(
            [
                ("school_id", "=", self.from_school_id.id),
                ("term_id.state", "=", "open"),
                ("state", "!=", "closed"),
            ]
        ):
            self._edu_move_check(check, students, classes)
        self._edu_move_repeats(classes)
        self._edu_move_rolls(students, classes)
        self._edu_move_under_way(students)
        if self.to_school_id != self.from_school_id:
            self._edu_move_ledgers(students)

    def _edu_move_entrants(self, students, classes):
        """Expected children go to the school, or class, that takes over."""
        entrants = self.env["edu.entrant"].search(
            [("school_id", "=", self.from_school_id.id), ("term_id.state", "!=", "closed")]
        )
        if self.student_ids:
            entrants = entrants.filtered(lambda entrant: entrant.student_id in students)
        elif self.from_class_id:
            entrants = entrants.filtered(
                lambda entrant: (
                    entrant.class_id == self.from_class_id or entrant.student_id in students
                )
            )
        for klass, group in entrants.grouped("class_id").items():
            group.write(
                {
                    "school_id": self.to_school_id.id,
                    "class_id": (classes.get(klass) or klass).id,
                }
            )
        waiting = entrants.student_id.filtered(
            lambda child: child.expected_school_id == self.from_school_id
        )
        waiting.write({"expected_school_id": self.to_school_id.id})

    # The running check

    def _edu_move_check(self, check, students, classes):
        """The lines of an unclosed check go with their children, as they are marked."""
        whole = not self.from_class_id
        there = check
        if self.to_school_id != check.school_id:
            there = self.env["edu.roster.check"]._edu_make(check.term_id, self.to_school_id)
        for old, new in classes.items():
            sheet = check.sheet_ids.filtered(lambda sheet, old=old: sheet.class_id == old)
            if not sheet:
                continue
            if old == new:
                lines = self._edu_move_lines(sheet.line_ids, there)
                sheet.write({"check_id": there.id})
                lines.write({"check_id": there.id, "school_id": self.to_school_id.id})
                continue
            self._edu_to_sheet(
                sheet.line_ids.filtered(lambda line: line.student_id in students), there, new
            )
            if not self.student_ids and not sheet.line_ids:
                self._edu_drop(sheet)
        if whole:
            self._edu_to_sheet(check.sheet_ids.line_ids, there, self.env["edu.class"])
            self._edu_drop(check.sheet_ids.filtered(lambda sheet: not sheet.line_ids))
            if not check.sheet_ids:
                check.unlink()

    def _edu_to_sheet(self, lines, check, klass):
        """Put lines on the sheet of a class (none: of the children without one)."""
        if not lines:
            return
        Sheet = self.env["edu.roster.sheet"]
        lines = self._edu_move_lines(lines, check)
        sheet = check.sheet_ids.filtered(lambda sheet: sheet.class_id == klass)
        sheet = sheet or Sheet.create({"check_id": check.id, "class_id": klass.id})
        lines.write(
            {
                "sheet_id": sheet.id,
                "check_id": check.id,
                "class_id": klass.id,
                "school_id": check.school_id.id,
            }
        )

    def _edu_move_lines(self, lines, check):
        """Of a child that both schools look for, the line that is marked stays.

        :return: those of ``lines`` that go over to ``check``
        :raise UserError: a child is marked in both
        """
        there = (check.line_ids - lines).filtered(lambda line: line.student_id in lines.student_id)
        there.filtered(lambda line: line.outcome == "unmarked").unlink()
        there = there.exists()
        twice = lines.filtered(lambda line: line.student_id in there.student_id)
        marked = twice.filtered(lambda line: line.outcome != "unmarked")
        if marked:
            # the county administrator sees no child
            named = self.env.user.has_group("edu_dropout_control.group_bureau")
            raise UserError(
                self.env._(
                    "Marked in the roster checks of both schools: %(names)s. Take one mark back"
                    " first.",
                    names=self.env._(", ").join(marked.mapped("student_name"))
                    if named
                    else len(marked),
                )
            )
        twice.unlink()
        return lines.exists()

    def _edu_drop(self, sheets):
        """Empty sheets of classes that are over go, unless somebody signed them once."""
        sheets.filtered(lambda sheet: not self.env["edu.signoff"]._edu_chain(sheet)).unlink()

    # What else is under way

    def _edu_move_repeats(self, classes):
        """A repeat check that is not signed goes with its class, or away with it."""
        for old, new in classes.items():
            repeats = self.env["edu.roster.repeat"].search(
                [("class_id", "=", old.id), ("state", "=", "open")]
            )
            if old == new:
                repeats.write({"school_id": self.to_school_id.id})
            elif not self.student_ids:
                repeats.line_ids.unlink()
                repeats.unlink()

    def _edu_move_rolls(self, students, classes):
        """Today's roll of a class that goes as it is goes along, and can still be corrected; whoever
        takes over a boarder who is missing looks for it."""
        moved = [old.id for old, new in classes.items() if old == new]
        rolls = self.env["edu.roll.call"].search(
            [("class_id", "in", moved), ("date", ">=", self.env["edu.policy"]._edu_today())]
        )
        rolls.write(
            {"school_id": self.to_school_id.id, "township_id": self.to_school_id.area_id.id}
        )
        marks = self.env["edu.roll.mark"].search(
            Domain("student_id", "in", students.ids)
            & (Domain("is_missing", "=", True) | Domain("roll_call_id", "in", rolls.ids))
        )
        for klass, group in marks.grouped(lambda mark: mark.student_id.class_id).items():
            group.write({"school_id": self.to_school_id.id, "class_id": klass.id})

    def _edu_move_under_way(self, students):
        for model, domain in self._edu_under_way().items():
            records = self.env[model].search(
                domain
                & Domain("school_id", "=", self.from_school_id.id)
                & Domain("student_id", "in", students.ids)
            )
            for klass, group in records.grouped(lambda record: record.student_id.class_id).items():
                group.write({"school_id": self.to_school_id.id, "class_id": klass.id})
        self.env["edu.comparison.row"].search(
            [
                ("state", "=", "open"),
                ("school_id", "=", self.from_school_id.id),
                ("match_student_id", "in", students.ids),
            ]
        ).write({"school_id": self.to_school_id.id})
        if not self.from_class_id:
            self.env["edu.graduate"].search(
                [
                    ("school_id", "=", self.from_school_id.id),
                    ("term_id.state", "!=", "closed"),
                ]
            ).write({"school_id": self.to_school_id.id})

    def _edu_move_ledgers(self, students):
        """Open entries are struck off at the old school and entered at the new one, as of today."""
        Ledger = self.env["edu.ledger"]
        today = self.env["edu.policy"]._edu_today()
        entries = Ledger.search(
            [
                ("student_id", "in", students.ids),
                ("date_off", "=", False),
                ("school_id", "=", self.from_school_id.id),
            ]
        )
        for kind, group in entries.grouped("kind").items():
            Ledger._edu_enter(
                kind,
                group.student_id,
                today,
                self.reorganisation_id.document,
                school=self.to_school_id,
            )
