from odoo.tests import tagged

from ..monitoring.test_reorganisation import ReorganisationCommon


@tagged("post_install", "-at_install")
class TestReorganisationOrder(ReorganisationCommon):
    """Follow-up orders to a school that is closed."""

    def setUp(self):
        super().setUp()
        self.env["edu.dropout.case"]._edu_raise(self.pointed, "manual")

    def order(self, school):
        bulletin = self.env["edu.bulletin"].with_user(self.user["bureau"]).create({})
        bulletin.action_issue()
        return bulletin.sudo().order_ids.filtered(lambda order: order.school_id == school)

    def test_an_open_order_goes_to_the_school_that_takes_over(self):
        order = self.order(self.point_a)
        self.close_point()
        self.assertEqual(order.school_id, self.school_a)

    def test_of_two_of_one_bulletin_each_stays_and_the_same_leaders_answer(self):
        self.env["edu.dropout.case"]._edu_raise(self.student, "manual")
        order = self.order(self.point_a)
        self.close_point()
        self.assertEqual(order.school_id, self.point_a)
        mine = self.as_user(order, "principal")
        mine.line_ids.answer = "已家访"
        mine.action_answer()
        self.assertEqual(order.state, "answered")


@tagged("post_install", "-at_install")
class TestReorganisationPlan(ReorganisationCommon):
    """The work plan of a school that is closed."""

    def plan_of(self, school):
        return self.env["edu.work.plan"].search([("school_id", "=", school.id)])

    def test_one_that_nobody_signed_is_not_owed_any_more(self):
        self.close_point()
        self.assertFalse(self.plan_of(self.point_a))
        self.assertTrue(self.plan_of(self.school_b))

    def test_one_that_was_signed_stays(self):
        plan = self.plan_of(self.point_a)
        plan.with_user(self.user["dean"])._edu_sign("filled")
        self.close_point()
        self.assertTrue(plan.exists())
