from datetime import date

from odoo.exceptions import AccessError, UserError

from .common import ReportCommon


class TestConsistency(ReportCommon):
    """Each disagreement, once there and once gone; and who sees it."""

    def found(self, student=None):
        self.env.flush_all()
        rows = self.env["edu.consistency"].search(
            [("student_id", "=", student.id)] if student else []
        )
        return set(rows.mapped("kind"))

    def row(self, kind, student=None):
        self.env.flush_all()
        student = student or self.student
        return self.env["edu.consistency"].search(
            [("kind", "=", kind), ("student_id", "=", student.id)]
        )

    def suspect(self, student=None):
        return self.make_case(student or self.student)

    def confirmed_case(self, student=None):
        return self.bring(self.suspect(student), "persuading")

    def test_at_first_everything_agrees(self):
        self.assertFalse(self.found())
        self.confirmed_case()
        self.suspect(self.other_student)
        self.assertFalse(self.found())

    def test_dropped_out_without_a_case(self):
        self.student.enrolment_state = "dropped_out"
        row = self.row("state_no_case")
        self.assertEqual(row.school_id, self.school_a)
        self.assertEqual(row.action_open()["res_model"], "edu.student")
        self.suspect()
        self.assertNotIn("state_no_case", self.found())

    def test_confirmed_and_not_dropped_out_by_the_registry(self):
        case = self.confirmed_case()
        self.student.enrolment_state = "enrolled"
        row = self.row("case_not_state")
        self.assertEqual(row.action_open()["res_id"], case.id)
        self.student.enrolment_state = "dropped_out"
        self.assertFalse(self.found())

    def test_case_without_its_ledger_entry(self):
        case = self.suspect()
        self.env["edu.ledger"]._edu_strike_off("suspected", self.student, date(2026, 9, 2), "误")
        self.assertEqual(self.row("case_no_ledger").case_id, case)
        self.env["edu.ledger"]._edu_enter("suspected", self.student, "2026-09-02", "补")
        self.assertFalse(self.found())

    def test_ledger_entry_without_its_case(self):
        entry = self.env["edu.ledger"]._edu_enter("dropout", self.student, "2026-09-02", "误")
        row = self.row("ledger_no_case")
        self.assertEqual(row.action_open()["res_model"], "edu.ledger")
        self.assertEqual(row.ledger_id, entry)
        # on the other ledger a suspicion does not explain it
        self.suspect()
        self.assertEqual(self.found(), {"ledger_no_case"})
        self.env["edu.ledger"]._edu_strike_off("dropout", self.student, date(2026, 9, 2), "更正")
        self.assertFalse(self.found())

    def test_counted_as_present_and_followed_as_missing(self):
        self.close_check()
        self.make_case(missing_since="2026-09-01")
        self.assertIn("present_followed", self.found(self.student))

    def test_missing_since_a_day_after_it_was_seen_is_no_disagreement(self):
        check = self.close_check()
        check.closed_on = (
            "2026-09-08"  # the last class was late, the child's was counted on the 2nd
        )
        self.on("2026-09-10 01:00:00")
        self.make_case(missing_since="2026-09-03")
        self.assertNotIn("present_followed", self.found(self.student))

    def test_in_school_and_not_on_the_ledger_of_school_age(self):
        self.close_check()
        self.assertFalse(self.found())
        self.env["edu.ledger"]._edu_strike_off("school_age", self.student, date(2026, 9, 2), "误")
        self.assertEqual(self.found(self.student), {"not_school_age"})

    def test_left_for_good_and_still_on_it(self):
        self.close_check()
        self.student.enrolment_state = "deceased"
        row = self.row("left_school_age")
        self.assertEqual(row.action_open()["res_model"], "edu.ledger")

    # poverty

    def poverty_list(self, *students, **values):
        comparison = self.env["edu.comparison"].create(
            {
                "kind": "poverty",
                "term_id": self.term.id,
                "county_id": self.county.id,
                "township_id": False,
                **values,
            }
        )
        comparison.state = "compared"
        self.env["edu.comparison.row"].create(
            [
                {
                    "comparison_id": comparison.id,
                    "kind": "poverty",
                    "county_id": self.county.id,
                    "term_id": self.term.id,
                    "child_name": student.name,
                    "result": "in_school",
                    "state": "settled",
                    "is_listed": True,
                    "match_student_id": student.id,
                }
                for student in students
            ]
        )
        return comparison

    def test_on_the_poverty_list_and_not_marked(self):
        self.poverty_list(self.student)
        self.assertEqual(self.found(), {"poor_not_marked"})
        self.student.special_group_ids = self.code("special_group", "orphan")
        self.assertEqual(self.found(self.student), {"poor_not_marked"})
        self.student.special_group_ids = self.code("special_group", "minimum_living")
        self.assertFalse(self.found())

    def test_marked_and_not_on_the_list(self):
        self.student.special_group_ids = self.code("special_group", "minimum_living")
        self.assertFalse(self.found(), "no list was compared yet")
        elsewhere = self.poverty_list(township_id=self.township_b.id)
        self.assertFalse(self.found(), "the list of another township says nothing of the child")
        elsewhere.sudo().write({"township_id": False})
        self.assertEqual(self.found(), {"poor_not_listed"})

    # reports

    def reported(self, *missing):
        self.close_check(missing=missing)
        for student in missing:
            self.confirm(student)
        self.case_of(self.student).write(
            {
                "school_responsible_id": self.user["dean"].id,
                "return_by": "2026-09-30",
            }
        )
        return self.submit()

    def test_a_report_that_names_who_stood_on_the_ledger(self):
        self.reported(self.student)
        self.assertFalse(self.found())

    def test_named_in_the_report_and_not_on_the_ledger_that_day(self):
        report = self.reported(self.student)
        self.env["edu.ledger"].search(
            [("student_id", "=", self.student.id), ("kind", "=", "dropout")]
        ).write({"date_on": "2026-09-10"})
        row = self.row("report_no_ledger")
        self.assertEqual(row.report_id, report)
        self.assertEqual(row.action_open()["res_model"], "edu.dropout.report")

    def test_on_the_ledger_that_day_and_not_in_the_report(self):
        self.reported(self.student)
        second = self.make_student(self.class_a)
        self.env["edu.ledger"]._edu_enter("dropout", second, "2026-08-30", "补记")
        self.assertIn("ledger_no_report", self.found(second))

    # who

    def test_everybody_sees_the_own_places(self):
        self.student.enrolment_state = "dropped_out"
        row = self.row("state_no_case")
        for role in (
            "principal",
            "vice_principal",
            "dean",
            "records_admin",
            "township",
            "bureau",
            "inspector",
        ):
            self.assertTrue(row.with_user(self.user[role]).has_access("read"), role)
            self.assertFalse(row.with_user(self.other_user[role]).has_access("read"), role)
            self.assertEqual(
                row.with_user(self.user[role]).action_open()["res_id"], self.student.id
            )
        for user in (self.user["class_teacher"], self.nobody):
            with self.assertRaises(AccessError):
                self.env["edu.consistency"].with_user(user).search([])

    def test_what_is_not_the_callers_to_see_is_said(self):
        self.reported(self.student)
        second = self.make_student(self.class_a, residence_area_id=self.village_b.id)
        self.env["edu.ledger"]._edu_enter("dropout", second, "2026-08-30", "补记")
        row = self.row("ledger_no_report", second)
        self.assertTrue(row.with_user(self.other_user["township"]).has_access("read"))
        with self.assertRaisesRegex(UserError, "tell the bureau"):
            row.with_user(self.other_user["township"]).action_open()
