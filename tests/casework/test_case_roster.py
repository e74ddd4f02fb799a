from datetime import date

from .common import CaseCommon


class TestCaseRoster(CaseCommon):
    """A roster check and the cases that follow from it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mate = cls.make_student(cls.class_a, name="赵小军")
        cls.term.action_open()
        cls.check = cls.env["edu.roster.check"].search([("school_id", "=", cls.school_a.id)])
        cls.sheet = cls.check.sheet_ids.filtered(lambda sheet: sheet.class_id == cls.class_a)
        cls.Case = cls.env["edu.dropout.case"]

    def mark(self, student, outcome, **facts):
        line = self.sheet.line_ids.filtered(lambda line: line.student_id == student)
        self.as_user(self.sheet, "class_teacher").action_mark(
            [{"line_id": line.id, "outcome": outcome, **facts}]
        )
        return line

    def missing(self, student=None, since="2026-09-01"):
        line = self.mark(student or self.student, "suspected", missing_since=since)
        return self.Case.search([("student_id", "=", line.student_id.id)], limit=1)

    def ledger(self, kind, student=None):
        return self.env["edu.ledger"].search(
            [("kind", "=", kind), ("student_id", "=", (student or self.student).id)], order="id"
        )

    def test_marked_missing(self):
        case = self.missing()
        self.assertEqual(case.state, "suspected")
        self.assertEqual(case.source, "check")
        self.assertEqual(case.missing_since, date(2026, 9, 1))
        self.assertEqual(case.raised_by_id, self.user["class_teacher"])
        line = self.sheet.line_ids.filtered(lambda line: line.student_id == self.student)
        self.assertEqual(self.as_user(line, "class_teacher").case_id, case)

    def test_marked_twice(self):
        case = self.missing()
        self.mark(self.student, "unmarked")
        self.assertEqual(case.state, "excluded")
        again = self.missing()
        self.assertNotEqual(again, case)
        self.assertEqual(again.state, "suspected")
        self.assertEqual(again.earlier_case_id, case)

    def test_a_mistake(self):
        """Found in class after all: the suspicion ends by itself, and says so."""
        case = self.missing()
        self.mark(self.student, "arrived")
        self.assertEqual(case.state, "excluded")
        self.assertEqual(case.excluded_reason_id, self.code("not_dropout", "present"))
        self.assertIn("Arrived", self.messages(case))
        self.settle()
        self.assertFalse(case.activity_ids)
        self.assertEqual(self.ledger("suspected").date_off, date(2026, 9, 2))

    def test_another_finding_gives_its_own_reason(self):
        case = self.missing()
        self.mark(self.student, "on_leave", leave_until="2026-09-20")
        self.assertEqual(case.excluded_reason_id, self.code("not_dropout", "leave"))
        self.assertEqual(case.exclusion_until, date(2026, 9, 20))
        self.on("2026-09-21 02:00:00")
        self.Case._cron_reopen_excluded()
        self.assertEqual(case.state, "verifying", "the leave is over: where is the child?")

    def test_leave_is_over_and_the_child_is_here(self):
        case = self.missing()
        self.mark(self.student, "on_leave", leave_until="2026-09-20")
        self.on("2026-09-21 02:00:00")
        self.mark(self.student, "arrived")
        self.Case._cron_reopen_excluded()
        self.assertEqual(case.state, "excluded")
        self.assertFalse(case.exclusion_until)

    def test_beyond_suspicion_it_is_returned_properly(self):
        case = self.missing()
        self.bring(case, "persuading")
        self.mark(self.student, "arrived")
        self.assertEqual(case.state, "persuading")
        self.assertIn("Record the return", self.messages(case))
        items = " ".join(self.check._edu_open_items())
        self.assertIn(case.name, items)
        self.bring(case, "returned")
        self.assertNotIn(case.name, " ".join(self.check._edu_open_items()))

    def test_never_enrolled(self):
        child = self.make_student(
            name="孙小宝",
            school_id=self.school_a.id,
            enrolment_state="expected",
            grade=1,
            national_no=False,
        )
        self.env["edu.entrant"]._edu_expect(self.term, self.school_a, child, 1, "household")
        self.check._edu_fill()
        line = self.check.line_ids.filtered(lambda line: line.student_id == child)
        self.as_user(line, "records_admin").action_mark_missing()
        case = self.Case.search([("student_id", "=", child.id)])
        self.assertEqual(case.kind, "never_enrolled")
        self.assertEqual(case.school_id, self.school_a)
        self.assertFalse(case.class_id)
        self.assertEqual(case.school_responsible_id, self.user["records_admin"])

    def test_absence_in_a_row(self):
        Absence = self.as_user(self.env["edu.absence"], "class_teacher")
        for day in ("2026-09-01", "2026-09-02"):
            Absence.create({"student_id": self.student.id, "date": day, "kind": "unexcused"})
        self.assertFalse(self.Case.search([("student_id", "=", self.student.id)]))
        self.on("2026-09-03 02:00:00")
        Absence.create({"student_id": self.student.id, "date": "2026-09-03", "kind": "unexcused"})
        case = self.Case.search([("student_id", "=", self.student.id)])
        self.assertEqual(case.source, "absence")
        self.assertEqual(case.missing_since, date(2026, 9, 1))

    def test_absences_after_a_suspicion_was_dismissed_count_anew(self):
        Absence = self.as_user(self.env["edu.absence"], "class_teacher")
        self.on("2026-09-04 02:00:00")
        for day in ("2026-09-01", "2026-09-02", "2026-09-03"):
            Absence.create({"student_id": self.student.id, "date": day})
        case = self.Case.search([("student_id", "=", self.student.id)])
        case._edu_exclude(self.code("not_dropout", "present"))
        Absence.create({"student_id": self.student.id, "date": "2026-09-04"})
        self.on("2026-09-09 02:00:00")
        for day in ("2026-09-07", "2026-09-08"):
            Absence.create({"student_id": self.student.id, "date": day})
        self.assertEqual(len(self.Case.search([("student_id", "=", self.student.id)])), 1)
        Absence.create({"student_id": self.student.id, "date": "2026-09-09"})
        again = self.Case.search(
            [("student_id", "=", self.student.id), ("state", "=", "suspected")]
        )
        self.assertEqual(again.missing_since, date(2026, 9, 7))
        self.assertEqual(again.earlier_case_id, case)

    def test_a_leave_approved_later_is_noted_on_the_case(self):
        Absence = self.as_user(self.env["edu.absence"], "class_teacher")
        self.on("2026-09-03 02:00:00")
        for day in ("2026-09-01", "2026-09-02", "2026-09-03"):
            Absence.create({"student_id": self.student.id, "date": day})
        case = self.Case.search([("student_id", "=", self.student.id)])
        leave = self.as_user(self.env["edu.leave"], "class_teacher").create(
            {
                "student_id": self.student.id,
                "date_from": "2026-09-01",
                "date_to": "2026-09-03",
                "requested_by": "母亲",
            }
        )
        leave.action_ask()
        self.assertEqual(case.state, "suspected")
        self.assertIn("3 absences of this time are excused now", self.messages(case))

    def test_an_absence_entered_by_mistake_is_noted_on_the_case(self):
        Roll = self.as_user(self.env["edu.roll.call"], "class_teacher")
        self.on("2026-09-03 02:00:00")
        change = {"student_id": self.student.id, "was": "here", "status": "absent"}
        for day in ("2026-09-01", "2026-09-02", "2026-09-03"):
            Roll.action_call(self.class_a.id, False, day, "day", [change])
        case = self.Case.search([("student_id", "=", self.student.id)])
        self.assertEqual(case.source, "absence")
        back = {"student_id": self.student.id, "was": "absent", "status": "here"}
        Roll.action_call(self.class_a.id, False, "2026-09-03", "day", [back])
        self.assertIn("2026-09-03 was entered by mistake", self.messages(case))

    def test_absences_in_a_row_find_the_case_that_is_open(self):
        case = self.missing()
        Absence = self.as_user(self.env["edu.absence"], "class_teacher")
        self.on("2026-09-03 02:00:00")
        for day in ("2026-09-01", "2026-09-02", "2026-09-03"):
            Absence.create({"student_id": self.student.id, "date": day})
        self.assertEqual(self.Case.search([("student_id", "=", self.student.id)]), case)

    def test_missing_again_in_observation(self):
        case = self.make_case(self.mate, "observing")
        self.assertEqual(self.missing(self.mate), case)
        self.assertEqual(case.state, "persuading")
        self.assertEqual(case.relapse_count, 1)

    def test_ledgers(self):
        """Suspected, then dropout, then off; and on again after a relapse."""
        case = self.missing()
        self.assertTrue(self.ledger("suspected").is_open)
        self.on("2026-09-10 02:00:00")
        self.bring(case, "persuading")
        self.assertEqual(self.ledger("suspected").date_off, date(2026, 9, 10))
        self.assertTrue(self.ledger("dropout").is_open)
        self.assertEqual(self.ledger("dropout").date_on, date(2026, 9, 10))
        self.assertEqual(self.ledger("dropout").school_id, self.school_a)
        self.on("2026-09-20 02:00:00")
        self.bring(case, "observing")
        self.assertEqual(self.ledger("dropout").date_off, date(2026, 9, 20))
        self.assertEqual(
            self.ledger("dropout").evidence, f"{case.name}; 班主任当面见到学生", "on what it stands"
        )
        self.on("2026-09-25 02:00:00")
        case.action_relapse()
        self.assertEqual(self.ledger("dropout").mapped("is_open"), [False, True])

    def test_ledger_of_a_reopened_case(self):
        case = self.missing()
        self.bring(case, "verifying")
        case._edu_exclude(self.code("not_dropout", "completed"))
        case.action_reopen("再查")
        self.assertEqual(self.ledger("suspected").mapped("is_open"), [False, True])

    def test_evening_message_tells_of_cases_once(self):
        self.missing()
        found = self.make_case(self.mate)
        Digest = self.env["edu.digest"]
        told = Digest._edu_digest_records()
        self.assertIn(found, told)
        Digest._cron_send()
        note = self.env["mail.message"].search(
            [("partner_ids", "in", self.user["bureau"].partner_id.ids)], limit=1, order="id desc"
        )
        self.assertEqual(str(note.body).count(self.student.name), 1)
        self.assertIn(self.mate.name, str(note.body))
        self.assertNotIn(found, Digest._edu_digest_records())
