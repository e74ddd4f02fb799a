from datetime import date

from ..common import EduCommon


class TestTerm(EduCommon):
    def test_deadlines_of_the_autumn_term(self):
        """10, 15 and 50 days from 1 September 2026, the day itself not counted."""
        self.assertEqual(self.term.check_deadline, date(2026, 9, 11))
        self.assertEqual(self.term.report_deadline, date(2026, 9, 16))
        self.assertEqual(self.term.plan_deadline, date(2026, 10, 21))
