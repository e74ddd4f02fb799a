from ..common import EduCommon


class TestSecretField(EduCommon):
    def test_mask(self):
        student = self.student
        self.assertEqual(len(student.id_number), 18)
        self.assertTrue(student.id_number.startswith("*" * 16))
        self.assertEqual(student.address, "东河镇***")
