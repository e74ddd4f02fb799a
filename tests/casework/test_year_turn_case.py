from odoo.tests import tagged

from ..monitoring.test_year_turn import YearTurnCommon

TODAY = "2026-08-20"


@tagged("post_install", "-at_install")
class TestYearTurnCase(YearTurnCommon):
    """Open cases at the turn of the year."""

    def raise_case(self, student, state=None):
        case = self.env["edu.dropout.case"]._edu_raise(student, "manual")
        if state:
            case.sudo().write({"state": state, "returned_on": state == "observing" and TODAY})
        if state == "persuading":
            student._edu_set_state("dropped_out")
            case._edu_ledger("strike", "suspected", case.raised_on, "test")
            case._edu_ledger("enter", "dropout", case.raised_on, "test")
        return case

    def test_case_goes_up_with_the_child(self):
        case = self.raise_case(self.three, "persuading")
        self.run_turn()
        self.assertEqual((self.three.grade, self.three.enrolment_state), (4, "dropped_out"))
        self.assertEqual((case.grade, case.class_id, case.state), (4, self.class_a, "persuading"))

    def test_dropout_of_grade_six_is_expected_with_the_case(self):
        case = self.raise_case(self.six, "persuading")
        principal = self.make_user("principal_j", "principal", self.junior_a)
        self.run_turn()
        self.assertEqual(self.six.expected_school_id, self.junior_a)
        self.assertEqual((case.school_id, case.grade, case.state), (self.junior_a, 7, "persuading"))
        self.assertTrue(case.with_user(principal).has_access("read"))
        self.assertFalse(self.as_user(case, "principal").has_access("read"))
        self.assertIn(self.school_a.name, "".join(case.message_ids.mapped("body")))
        self.assertEqual(self.env["edu.dropout.case"]._edu_open_case(self.six), case)

    def test_grade_nine_with_an_open_case_is_decided_by_a_person(self):
        for state in ("verifying", "persuading", "observing"):
            with self.subTest(state=state), self.env.cr.savepoint() as savepoint:
                case = self.raise_case(self.nine, state)
                self.assertRefused("钱九", self.as_user(self.turn, "bureau").action_run)
                self.as_user(self.turn, "bureau").action_count()
                child = self.turn.child_ids
                self.assertEqual((child.kind, child.student_id), ("grade_nine", self.nine))
                child.note = "学满九年"
                self.as_user(child, "bureau").action_graduated()
                self.run_turn()
                self.assertEqual(self.nine.enrolment_state, "graduated")
                self.assertIn(case.state, ("closed", "excluded"))
                self.assertFalse(
                    self.env["edu.ledger"].search(
                        [
                            ("student_id", "=", self.nine.id),
                            ("kind", "in", ("suspected", "dropout")),
                            ("date_off", "=", False),
                        ]
                    )
                )
                savepoint.rollback()
            self.env.invalidate_all()

    def test_not_completed_is_sought_on(self):
        case = self.raise_case(self.nine, "persuading")
        self.as_user(self.turn, "bureau").action_count()
        self.turn.child_ids.note = "初三未读"
        self.as_user(self.turn.child_ids, "bureau").action_not_completed()
        self.run_turn()
        self.assertEqual((self.nine.grade, self.nine.school_id), (9, self.junior_a))
        self.assertEqual(case.state, "persuading")
        self.assertFalse(case.class_id, "its class is over")
        self.assertEqual(self.of(self.junior_a).kept_count, 1)
