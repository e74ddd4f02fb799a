from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from .test_bulletin import BulletinCommon


class TestSupervisionOrder(BulletinCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bulletin_sent = cls.env["edu.bulletin"].with_user(cls.user["bureau"]).create({})
        cls.bulletin_sent.action_issue()
        cls.order = cls.bulletin_sent.sudo().order_ids.filtered(
            lambda order: order.school_id == cls.school_a
        )
        cls.order_township = cls.bulletin_sent.sudo().order_ids.filtered(
            lambda order: order.township_id == cls.township_a
        )

    def answered(self, order=None, role="dean"):
        order = self.as_user(order or self.order, role)
        for line in order.line_ids:
            line.answer = "已走访，正在联系"
        order.action_answer()
        return order

    # answering

    def test_the_school_answers_child_by_child(self):
        order = self.as_user(self.order, "records_admin")
        with self.assertRaisesRegex(UserError, "张小明"):
            order.action_answer()
        order.line_ids[0].answer = "在家"
        with self.assertRaises(UserError) as caught:
            order.action_answer()
        self.assertNotIn(order.line_ids[0].child_name, str(caught.exception))
        self.assertIn(order.line_ids[1].child_name, str(caught.exception))
        order.line_ids[1].answer = "随父母在外"
        order.action_answer()
        self.assertEqual(order.state, "answered")
        self.assertEqual(order.answered_by_id, self.user["records_admin"])
        self.assertFalse(order.on_behalf)
        self.assertEqual(self.asked(self.order).user_id, self.user["bureau"])

    def test_of_a_child_whose_case_is_decided_the_case_speaks(self):
        self.bring(self.case, "excluded")
        self.bring(self.second_case, "persuading")
        order = self.as_user(self.order, "principal")
        order.action_answer()
        self.assertEqual(
            dict(zip(order.line_ids.case_id.mapped("state"), order.line_ids, strict=True)).keys(),
            {"excluded", "persuading"},
        )
        self.assertEqual(order.line_ids.mapped("state_answered"), ["excluded", "persuading"])
        self.bring(self.second_case, "returned")
        self.assertEqual(order.line_ids.mapped("state_answered"), ["excluded", "persuading"])
        self.assertEqual(order.line_ids.mapped("state_sent"), ["suspected", "suspected"])

    def test_late_for_good(self):
        self.on("2026-09-09 15:59:00")  # one minute to midnight in the county
        self.assertEqual(self.order.deadline_state, "due_soon")
        self.on("2026-09-09 16:00:00")
        self.env.invalidate_all()
        self.assertEqual(self.order.deadline_state, "late")
        order = self.answered()
        self.assertTrue(order.is_late)
        self.as_user(self.order, "bureau")._edu_return("请补充")
        self.answered()
        self.assertEqual(self.order.deadline_state, "done_late")

    def test_in_time_stays_in_time_when_sent_back(self):
        self.answered()
        self.as_user(self.order, "bureau")._edu_return("请写明去向")
        self.on("2026-09-20 00:00:00")
        self.answered()
        self.assertEqual(self.order.deadline_state, "done")

    def test_the_township_answers_its_own(self):
        order = self.as_user(self.order_township, "township")
        self.assertEqual(order.line_ids.case_id, self.case | self.second_case)
        self.answered(self.order_township, "township")
        self.assertEqual(self.order_township.answered_by_id, self.user["township"])

    def test_the_bureau_enters_the_answer_of_a_township_without_a_login_from_paper(self):
        order = self.as_user(self.order_township, "bureau")
        self.assertFalse(order.can_answer)
        with self.assertRaises(AccessError):
            order.action_answer()
        self.user["township"].edu_post_ids.date_to = "2026-08-31"
        self.env.invalidate_all()
        self.assertTrue(order.can_answer)
        order.line_ids.write({"answer": "村里已走访"})
        with self.assertRaisesRegex(UserError, "Attach the paper"):
            order.action_answer()
        order.scan_ids = [Command.set(self.make_file(self.user["bureau"]).ids)]
        order.action_answer()
        self.assertTrue(order.on_behalf)

    def test_only_own_fresh_files_are_evidence(self):
        order = self.as_user(self.order, "dean")
        with self.assertRaises(AccessError):
            order.scan_ids = [Command.set(self.make_file(self.user["bureau"]).ids)]
        file = self.make_file(self.user["dean"])
        order.scan_ids = [Command.set(file.ids)]
        self.assertEqual((file.res_model, file.res_id), (order._name, order.id))
        self.assertTrue(file.with_user(self.user["bureau"]).has_access("read"))

    def test_the_bureau_does_not_answer_for_a_school(self):
        order = self.as_user(self.order, "bureau")
        with self.assertRaises(AccessError):
            order.line_ids[:1].answer = "已办"
        with self.assertRaises(AccessError):
            order.action_answer()

    def test_others_do_not_see_it(self):
        for order in (self.order, self.order_township):
            for role in ("principal", "records_admin", "township", "bureau"):
                self.assertFalse(
                    order.with_user(self.other_user[role]).has_access("read")
                    and order.with_user(self.other_user[role]).has_access("write"),
                    (order.display_name, role),
                )
        self.assertFalse(self.order.with_user(self.user["township"]).has_access("read"))
        self.assertFalse(self.order_township.with_user(self.user["principal"]).has_access("read"))
        self.assertFalse(self.order.with_user(self.user["class_teacher"]).has_access("read"))
        self.assertTrue(self.order.with_user(self.user["inspector"]).has_access("read"))
        self.assertFalse(self.order.with_user(self.user["inspector"]).has_access("write"))

    def test_once_answered_nothing_is_changed_by_the_school(self):
        order = self.answered()
        with self.assertRaises(UserError):
            order.line_ids[:1].answer = "另有情况"
        with self.assertRaises(UserError):
            order.answer = "另有情况"
        with self.assertRaises(UserError):
            order.action_answer()

    def test_the_school_changes_nothing_but_its_answer(self):
        order = self.as_user(self.order, "principal")
        for values in (
            {"deadline": "2026-12-01"},
            {"instruction": "不用办"},
            {"state": "accepted"},
            {"is_late": False},
            {"school_id": self.school_b.id},
        ):
            with self.assertRaises(AccessError):
                order.write(values)
        for values in ({"state_answered": "closed"}, {"child_name": "别人"}, {"case_id": 1}):
            with self.assertRaises(AccessError):
                order.line_ids[:1].write(values)
        with self.assertRaises(AccessError):
            order.line_ids.unlink()
        with self.assertRaises(AccessError):
            order.unlink()

    # deciding

    def test_the_bureau_accepts(self):
        self.answered()
        with self.assertRaises(AccessError):
            self.as_user(self.order, "principal").action_accept()
        self.as_user(self.order, "bureau").action_accept()
        self.assertEqual(self.order.state, "accepted")
        self.assertFalse(self.asked(self.order))
        with self.assertRaises(UserError):
            self.as_user(self.order, "bureau").action_accept()

    def test_the_bureau_sends_back_with_a_reason(self):
        self.answered()
        order = self.as_user(self.order, "bureau")
        with self.assertRaises(UserError):
            order._edu_return("  ")
        action = order.action_return()
        wizard = (
            self.env["edu.supervision.order.return"]
            .with_user(self.user["bureau"])
            .with_context(**action["context"])
            .create({"reason": "请写明王小强的去向"})
        )
        wizard.action_confirm()
        self.assertEqual(self.order.state, "returned")
        self.assertEqual(self.order.return_reason, "请写明王小强的去向")
        self.assertIn("请写明王小强的去向", self.messages(self.order))
        self.assertEqual(
            self.asked(self.order).user_id, self.user["records_admin"] | self.user["dean"]
        )

    def test_nothing_is_decided_before_the_answer(self):
        order = self.as_user(self.order, "bureau")
        with self.assertRaises(UserError):
            order.action_accept()
        with self.assertRaises(UserError):
            order.action_return()

    # by hand

    def draft(self, **values):
        values.setdefault("school_id", self.school_a.id)
        return self.env["edu.supervision.order"].with_user(self.user["bureau"]).create(values)

    def test_an_order_of_its_own(self):
        order = self.draft(
            instruction="本周内家访", line_ids=[Command.create({"case_id": self.confirmed.id})]
        )
        self.assertEqual(order.line_ids.child_name, "赵小军")
        self.assertEqual(order.line_ids.state_sent, "persuading")
        self.assertEqual(str(order.line_ids.last_visit_on), "2026-09-02")
        self.assertEqual(str(order.deadline), "2026-09-09")
        self.assertFalse(self.as_user(order, "principal").has_access("read"))
        order.action_send()
        self.assertTrue(self.as_user(order, "principal").has_access("read"))
        self.assertEqual(order.state, "sent")
        with self.assertRaises(UserError):
            order.action_send()
        with self.assertRaises(UserError):
            order.unlink()

    def test_an_order_without_children_says_what_is_asked(self):
        order = self.draft()
        with self.assertRaisesRegex(UserError, "what is asked for"):
            order.action_send()
        order.instruction = "召开领导小组会议并报送记录"
        order.action_send()
        with self.assertRaisesRegex(UserError, "what was done"):
            self.as_user(order, "principal").action_answer()
        self.as_user(order, "principal").answer = "已召开"
        self.as_user(order, "principal").action_answer()
        self.assertEqual(order.state, "answered")

    def test_refused_drafts(self):
        with self.assertRaisesRegex(UserError, "is not of"):
            self.draft(line_ids=[Command.create({"case_id": self.case_b.id})])
        with self.assertRaises(AccessError):
            self.draft(school_id=self.school_x.id)
        with self.assertRaises(AccessError):
            self.draft(answer="已办")
        order = self.draft(instruction="请办", deadline="2026-09-02")
        with self.assertRaisesRegex(UserError, "a day to answer"):
            order.action_send()
        for role in ("principal", "township", "inspector"):
            with self.assertRaises(AccessError):
                self.env["edu.supervision.order"].with_user(self.user[role]).create(
                    {"school_id": self.school_a.id}
                )

    def test_a_drafts_child_can_be_taken_off(self):
        order = self.draft(line_ids=[Command.create({"case_id": self.case.id})])
        order.line_ids.unlink()
        self.assertEqual(order.child_count, 0)
        order.unlink()

    # what is due

    def test_the_answer_is_a_duty_of_the_school_and_of_the_township(self):
        self.settle()
        duty = self.order.duty_ids
        self.assertEqual(duty.kind_id.code, "supervision_order")
        self.assertEqual(duty.user_id, self.user["records_admin"])
        self.assertEqual(duty.deadline, self.order.deadline)
        township = self.order_township.duty_ids
        self.assertEqual(township.kind_id.chain, "administration")
        self.assertEqual(township.user_id, self.user["township"])
        self.answered()
        self.settle()
        self.assertEqual(duty.state, "done")
        self.assertEqual(township.state, "open")
