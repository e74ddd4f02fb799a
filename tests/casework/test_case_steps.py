from ..common import EduCommon


class TestCaseSteps(EduCommon):
    def test_raised_by_the_class_teacher(self):
        case = self.as_user(self.env["edu.dropout.case"], "class_teacher").create(
            {"student_id": self.student.id}
        )
        self.assertEqual(case.state, "suspected")
