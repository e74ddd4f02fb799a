from odoo.tests import tagged

from ..monitoring.test_roster_unlisted import UnlistedCommon


@tagged("post_install", "-at_install")
class TestCaseUnlisted(UnlistedCommon):
    def test_a_child_of_whom_nobody_knows_has_a_case_and_is_followed(self):
        entry = self.leave_out()
        self.settle(entry, "missing", missing_since="2026-09-01")
        case = self.env["edu.dropout.case"].search([("student_id", "=", self.second.id)])
        self.assertEqual((case.state, case.source), ("suspected", "comparison"))
        self.assertEqual(str(case.missing_since), "2026-09-01")
        self.assertFalse(self.leave_out(), "the case follows it")

    def test_no_other_reason_raises_a_case(self):
        entry = self.leave_out()
        self.settle(entry, "left_out", note="已补录")
        self.assertFalse(self.env["edu.dropout.case"].search([("student_id", "=", self.second.id)]))
