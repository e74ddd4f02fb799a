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

    def written(self, school, **values):
        """A measure that somebody typed into the plan of ``school``, beside those of the template."""
        plan = self.plan_of(school)
        plan.with_user(self.user["records_admin"]).action_fill()
        return (
            self.env["edu.work.plan.measure"]
            .with_user(self.user["records_admin"])
            .create(
                {"plan_id": plan.id, "name": "逐户走访柳树村", "deadline": "2026-10-10", **values}
            )
        ).sudo()

    def test_what_was_typed_in_goes_into_the_plan_of_the_school_that_takes_over(self):
        measure = self.written(self.point_a)
        target = self.plan_of(self.school_a)
        target.with_user(self.user["records_admin"]).action_fill()
        names = target.measure_ids.mapped("name")
        self.close_point()
        self.assertEqual((measure.plan_id, measure.school_id), (target, self.school_a))
        self.assertTrue(measure.is_new)
        self.assertEqual(
            sorted(target.measure_ids.mapped("name")),
            sorted([*names, measure.name]),
            "what stands there already is not doubled",
        )
        self.assertFalse(self.plan_of(self.point_a))

    def test_where_that_plan_is_signed_what_is_lost_is_named_in_it(self):
        measure = self.written(self.point_a)
        name = measure.name
        target = self.plan_of(self.school_a)
        target.state = "to_review"
        measures = target.measure_ids
        self.close_point()
        self.assertFalse(measure.exists())
        self.assertEqual(target.measure_ids, measures)
        self.assertIn(name, str(target.message_ids[:1].body))

    def test_without_one_of_its_own_it_takes_the_plan_as_it_is(self):
        measure = self.written(self.point_a)
        plan = self.plan_of(self.point_a)
        self.plan_of(self.school_a).unlink()
        self.close_point()
        self.assertEqual((plan.school_id, measure.school_id), (self.school_a, self.school_a))

    def in_force(self):
        """The signed plan of the point with one measure, and its duty."""
        measure = self.written(self.point_a)
        plan = measure.plan_id
        (plan.measure_ids - measure).unlink()
        plan.with_user(self.user["dean"])._edu_sign("filled")
        plan.state = "signed"
        measure._edu_come_into_force()
        return measure

    def test_measures_in_force_are_settled_at_the_school_that_takes_over(self):
        measure = self.in_force()
        self.close_point()
        self.env["edu.duty"]._cron_duties()
        self.assertEqual(measure.duty_ids.user_id, self.user["dean"])
        self.assertEqual(measure.school_id, self.point_a, "what was signed stays as it was")
        mine = self.as_user(measure, "principal")
        self.assertTrue(mine.can_settle)
        self.assertFalse(measure.with_user(self.other_user["dean"]).has_access("read"))
        mine._edu_done("2026-09-02", "走访完毕")
        self.assertEqual(measure.state, "done")

    def test_what_is_unfinished_goes_into_its_next_plan_once(self):
        left = self.in_force()
        self.close_point()
        term = self.env["edu.term"].create(
            {
                "school_year": "2026-2027",
                "season": "spring",
                "start_date": "2027-03-01",
                "end_date": "2027-07-09",
            }
        )
        Plan = self.env["edu.work.plan"]
        plan = Plan._edu_prepare(term, self.school_a)
        plan._edu_fill()
        carried = plan.measure_ids.filtered("carried_from_id")
        self.assertEqual((carried.carried_from_id, carried.name), (left, left.name))
        plan._edu_fill()
        self.assertEqual(plan.measure_ids.filtered("carried_from_id"), carried)
        other = Plan._edu_prepare(term, self.school_b)
        other._edu_fill()
        self.assertFalse(other.measure_ids.filtered("carried_from_id"))

    def test_decisions_of_its_leading_group_are_carried_out_there(self):
        meeting = self.env["edu.leading.meeting"].create(
            {"school_id": self.point_a.id, "name": "部署", "date": "2026-09-01"}
        )
        decision = self.env["edu.leading.decision"].create(
            {
                "meeting_id": meeting.id,
                "name": "核对寄宿生名单",
                "deadline": "2026-10-10",
                "user_id": self.head.id,
            }
        )
        meeting.state = "closed"
        self.env["edu.duty"]._cron_duties()
        self.assertEqual(decision.duty_ids.user_id, self.head)
        self.close_point()
        self.frozen.move_to("2026-09-03 00:30:00")
        self.env["edu.duty"]._cron_duties()
        self.assertEqual(decision.duty_ids.user_id, self.user["dean"])
        self.assertEqual(decision.duty_ids.former_user_id, self.head)
