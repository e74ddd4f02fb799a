"""The shared county with its term open: class 3(1) of school A has five children."""

import base64

from odoo.exceptions import UserError

from ...models.monitoring.status_kinds import FACTS, FILES
from ..common import EduCommon

PICTURE = base64.b64encode(b"%PDF-1.4 made up").decode()


class MonitoringCommon(EduCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.children = cls.student
        for name in ("王一", "王二", "王三", "王四"):
            cls.children |= cls.make_student(cls.class_a, name=name)
        cls.one, cls.two, cls.three, cls.four = cls.children[1:]
        cls.open_term()

    def setUp(self):
        super().setUp()
        self.frozen.move_to(self.freeze)

    @classmethod
    def open_term(cls):
        cls.term.action_open()
        Check = cls.env["edu.roster.check"]
        cls.check = Check.search([("school_id", "=", cls.school_a.id)])
        cls.other_check = Check.search([("school_id", "=", cls.school_b.id)])
        cls.junior_check = Check.search([("school_id", "=", cls.junior_a.id)])
        cls.sheet = cls.check.sheet_ids.filtered(lambda sheet: sheet.class_id == cls.class_a)
        cls.other_sheet = cls.other_check.sheet_ids.filtered("class_id")

    def line(self, student, check=None):
        return self.env["edu.roster.check.line"].search(
            [("student_id", "=", student.id), ("check_id", "=", (check or self.check).id)]
        )

    def change(self, student, outcome, check=None, **facts):
        return {"line_id": self.line(student, check).id, "outcome": outcome, **facts}

    def mark(self, student, outcome, role="class_teacher", check=None, **facts):
        """Mark one child as the person of ``role`` on side A does (None: past the posts);
        returns the line."""
        line = self.line(student, check)
        sheet = self.as_user(line.sheet_id, role) if role else line.sheet_id
        sheet.action_mark([self.change(student, outcome, check, **facts)])
        return line

    def mark_all(self, sheet, *changes, heads, user=None):
        sheet = sheet.with_user(user) if user else self.as_user(sheet, "class_teacher")
        return sheet.action_mark(list(changes), heads, True)

    def sign_all(self, check=None):
        """Mark everybody still unmarked as here and sign every sheet, past the posts."""
        for sheet in (check or self.check).sheet_ids.filtered(lambda sheet: sheet.state == "open"):
            away = sheet.line_ids.filtered(
                lambda line: (
                    line.outcome
                    not in ("unmarked", "arrived", "new_entry", "transfer_in", "resumed")
                )
            )
            sheet.action_mark([], len(sheet.line_ids - away), True)
            sheet.action_sign()

    def approve(self, lines):
        """The findings of ``lines`` rest on status changes, approved past the posts."""
        Change = self.env["edu.status.change"]
        Change._edu_prepare(lines)
        for change in Change.search(
            [("student_id", "in", lines.student_id.ids), ("state", "=", "draft")]
        ):
            self.complete(change)
            change.action_apply()
            change.action_approve()

    def complete(self, change):
        """Give a draft every fact and file that its kind asks for."""
        values = {"reason": "因病", "other_school": "白水县城关小学", "valid_until": "2027-08-31"}
        for name in FACTS.get(change.kind, ()):
            if not change[name]:
                change[name] = values[name]
        for name in FILES.get(change.kind, ()):
            if not change[name]:
                change.sudo()._edu_attach(name, [{"name": "证明.pdf", "data": PICTURE}])
        return change

    def close(self, check=None):
        """Everybody else is here, all is signed and approved, and the school's records administrator
        closes."""
        check = check or self.check
        self.approve(check.line_ids)
        self.sign_all(check)
        check.with_user(self.records_admin(check)).action_close()

    def records_admin(self, check):
        user = self.env["edu.post"]._holders("records_admin", school=check.school_id)[:1]
        if not user:
            user = self.make_user(f"records_{check.id}", "records_admin", check.school_id)
        return user

    def expect(self, school, name, grade=1, source="household", **values):
        """An expected child of ``school``: of grade 1 without a class, of grade 7 from school A."""
        if grade == 1:
            values = {"national_no": False, "grade": 1, "enrolment_state": "expected", **values}
            child = self.make_student(name=name, school_id=school.id, **values)
        else:
            child = self.make_student(name=name, school_id=self.school_a.id, grade=6, **values)
        return self.env["edu.entrant"]._edu_expect(self.term, school, child, grade, source)

    def assertRefused(self, pattern, call, *args, error=UserError, **kwargs):
        """``call`` raises, and leaves nothing behind."""
        with self.assertRaisesRegex(error, pattern), self.env.cr.savepoint():
            call(*args, **kwargs)
        self.env.invalidate_all()
