"""A term that is open, its roster checks and the reports that follow from them."""

import base64

from ..casework.common import CaseCommon


class ReportCommon(CaseCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.term.with_user(cls.user["bureau"]).action_open()
        cls.report = cls.report_of(cls.school_a)

    @classmethod
    def report_of(cls, school, term=None):
        return cls.env["edu.dropout.report"].search(
            [("school_id", "=", school.id), ("term_id", "=", (term or cls.term).id)]
        )

    @classmethod
    def close_check(cls, school=None, missing=()):
        """The school counts: ``missing`` are suspected dropouts, everybody else is here."""
        school = school or cls.school_a
        check = cls.env["edu.roster.check"].search(
            [("school_id", "=", school.id), ("term_id", "=", cls.term.id)]
        )
        for sheet in check.sheet_ids.filtered("line_ids"):
            teacher = sheet.class_id.teacher_ids[:1] or cls.user["class_teacher"]
            if not sheet.class_id.teacher_ids:
                cls.make_post(teacher, "class_teacher", sheet.class_id)
            gone = sheet.line_ids.filtered(lambda line: line.student_id in missing)
            sheet.with_user(teacher).action_mark(
                [
                    {"line_id": line.id, "outcome": "suspected", "missing_since": "2026-09-01"}
                    for line in gone
                ],
                heads=len(sheet.line_ids) - len(gone),
                rest=True,
            )
            cls.env["edu.dropout.case"]._edu_raise(gone.student_id, "check", "2026-09-01")
            sheet.with_user(teacher).action_sign()
        check.with_user(cls.user["records_admin"]).action_close()
        return check

    @classmethod
    def case_of(cls, student):
        return cls.env["edu.dropout.case"].search([("student_id", "=", student.id)], limit=1)

    @classmethod
    def confirm(cls, student):
        """The child's suspected case is confirmed, with a visit and everything that is asked."""
        case = cls.case_of(student)
        case.township_responsible_name = "村干部老王"
        return cls.bring(case, "persuading")

    @classmethod
    def sign(cls, report=None, *roles):
        """Sign in the order of the form, each role by its usual person."""
        report = report or cls.report
        people = {"checked": "records_admin", "filled": "dean", "reviewed": "principal"}
        for role in roles or people:
            getattr(cls.as_user(cls, report, people[role]), f"action_sign_{role}")()
        return report

    def take_back(self, role, reason="人数有误", report=None):
        """The person of ``role`` takes the signed report back, through the dialog."""
        report = self.as_user(report or self.report, role)
        action = report.action_take_back()
        dialog = report.env[action["res_model"]].with_context(**action["context"])
        dialog.create({"reason": reason}).action_confirm()

    def receive_on_paper(self, role, **values):
        """The person of ``role`` enters what the township signed on paper, through the dialog."""
        self.enter_receipt(role, **values)
        return self.report.signoff_ids[-1]

    def enter_receipt(self, role, **values):
        """The same; gives what the dialog answers."""
        report = self.as_user(self.report, role)
        action = report.action_receive_paper()
        dialog = report.env[action["res_model"]].with_context(**action["context"])
        values = {
            "person": "王镇长",
            "post": "东河镇 副镇长",
            "paper_date": "2026-09-02",
            "scan": base64.b64encode(b"%PDF-1.4 receipt"),
            "scan_name": "签收单.pdf",
            **values,
        }
        return dialog.create(values).action_confirm()

    @classmethod
    def submit(cls, report=None):
        report = cls.sign(report)
        cls.as_user(cls, report, "principal").action_submit()
        return report
