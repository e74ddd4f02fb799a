from .common import CaseCommon


class TestCaseMove(CaseCommon):
    """The child goes to another school: so does the open case, and nobody behind reads on."""

    def setUp(self):
        super().setUp()
        self.case = self.make_case(state="verifying")
        self.visit = self.make_visit(self.case)
        self.case.message_subscribe(self.user["dean"].partner_id.ids)

    def move(self):
        self.student._edu_move(self.school_b, self.class_b)

    def test_place(self):
        self.move()
        self.assertEqual(self.case.school_id, self.school_b)
        self.assertEqual(self.case.class_id, self.class_b)
        self.assertEqual(self.case.school_township_id, self.township_b)
        self.assertIn("东河中心小学", self.messages(self.case))

    def test_people(self):
        self.move()
        self.assertEqual(self.case.school_responsible_id, self.other_user["class_teacher"])
        self.settle()
        self.assertEqual(self.case.activity_ids.user_id, self.other_user["class_teacher"])
        self.assertFalse(
            self.case.message_partner_ids
            & (self.user["class_teacher"] | self.user["dean"]).partner_id
        )

    def test_who_reads(self):
        self.move()
        self.env.flush_all()
        for record in self.case, self.visit:
            self.assertFalse(self.as_user(record, "class_teacher").has_access("read"))
            self.assertFalse(self.as_user(record, "principal").has_access("read"))
            self.assertTrue(self.as_user(record, "class_teacher", other=True).has_access("read"))
            self.assertTrue(
                self.as_user(record, "township").has_access("read"), "the child still lives there"
            )

    def test_files_move_with_the_visit(self):
        photo = self.make_file(self.user["class_teacher"])
        self.as_user(self.visit, "class_teacher").sudo().photo_ids = photo
        photo.sudo().write({"res_model": "edu.visit", "res_id": self.visit.id})
        self.assertTrue(self.as_user(photo, "principal").has_access("read"))
        self.move()
        self.env.flush_all()
        self.assertFalse(self.as_user(photo, "principal").has_access("read"))

    def test_other_class_of_the_school(self):
        self.student._edu_move(self.school_a, self.class_a2)
        self.assertEqual(self.case.class_id, self.class_a2)
        self.assertEqual(self.case.school_responsible_id, self.user["class_teacher"])

    def test_a_case_that_is_over_stays(self):
        self.case._edu_exclude(self.code("not_dropout", "completed"))
        self.move()
        self.assertEqual(self.case.school_id, self.school_a)
