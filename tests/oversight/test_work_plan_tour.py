from odoo.tests import HttpCase, tagged

from .plan_common import PlanCommon


@tagged("post_install", "-at_install")
class TestWorkPlanTour(PlanCommon, HttpCase):
    """In the browser: the school fills in, the principal signs and submits, the bureau approves, the
    teacher records a measure."""

    def tour(self, name, role, action):
        user = self.user[role]
        user.password = user.login
        self.env.flush_all()
        self.start_tour(f"/odoo/action-edu_dropout_control.{action}", name, login=user.login)
        self.env.invalidate_all()

    def test_from_the_empty_plan_to_the_first_measure(self):
        self.make_case(state="persuading")
        self.tour("edu_work_plan_fill", "records_admin", "edu_work_plan_action")
        self.assertEqual(self.plan.child_ids.child_name, "张小明")
        self.assertEqual(self.plan.goals, "全部返校，不再流失。")
        self.plan.work_ids[2].responsible_id = self.user["class_teacher"]
        self.fill()
        self.assertFalse(self.plan.problems)
        self.tour("edu_work_plan_sign", "records_admin", "edu_work_plan_action")
        self.assertEqual(self.plan.state, "to_review")
        self.tour("edu_work_plan_principal", "principal", "edu_work_plan_action")
        self.assertEqual(self.plan.state, "submitted")
        self.tour("edu_work_plan_bureau", "bureau", "edu_work_plan_action")
        self.assertEqual(self.plan.state, "approved")
        self.tour("edu_work_plan_measure", "class_teacher", "edu_work_plan_measure_action")
        self.assertEqual(self.plan.work_ids[2].outcome, "走访12户")
