from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from .plan_common import PlanCommon


@tagged("post_install", "-at_install")
class TestDutyRecords(PlanCommon):
    """The activity views under Duties: each record with something due, who has it and by when."""

    def shown(self, action, user):
        """{record: holders by kind of to-do} of the activity view of ``action``, as ``user``."""
        action = self.env.ref(f"edu_dropout_control.{action}")
        self.assertEqual(action.view_mode.split(",")[0], "activity")
        env = self.env(user=user)
        data = env["mail.activity"].get_activity_data(
            action.res_model, safe_eval(action.domain), limit=100
        )
        self.assertLessEqual(
            {type_ for found in data["grouped_activities"].values() for type_ in found},
            {type_["id"] for type_ in data["activity_types"]},
        )
        return {
            env[action.res_model].browse(id_): {
                env["mail.activity.type"].browse(type_): found["user_assigned_ids"]
                for type_, found in kinds.items()
            }
            for id_, kinds in data["grouped_activities"].items()
        }

    def test_each_menu_shows_what_its_model_owes(self):
        menus = self.env.ref("edu_dropout_control.menu_duty_records").child_id
        self.assertGreaterEqual(len(menus), 6)
        for menu in menus:
            with self.subTest(menu=menu.complete_name):
                self.assertIn(menu.action.res_model, self.env["edu.duty"]._edu_models())
                self.assertEqual(menu.action.view_mode.split(",")[0], "activity")

    def test_rows_are_named(self):
        """Where a model has no name of its own, Odoo's view would show a number."""
        for menu in self.env.ref("edu_dropout_control.menu_duty_records").child_id:
            model = self.env[menu.action.res_model]
            arch = model.get_view(view_type="activity")["arch"]
            with self.subTest(model=model._name):
                self.assertRegex(arch, 'name="(display_name|name|student_id)"')

    def test_a_kind_of_to_do_is_a_column_of_one_model(self):
        models = self.env["edu.duty"]._edu_models()
        general = self.env.ref("mail.mail_activity_data_todo")
        for kind in self.env["edu.duty.kind"].search([]):
            with self.subTest(kind=kind.code):
                todo = kind.activity_type_id
                self.assertIn(todo.res_model, models)
                self.assertLess(todo.sequence, general.sequence)

    def test_who_has_it_and_only_in_the_own_scope(self):
        case = self.bring(self.make_case(), "persuading")
        self.settle()
        mine = self.shown("edu_dropout_case_action_duties", self.user["principal"])
        types = {
            duty.kind_id.activity_type_id: duty.user_id
            for duty in case.duty_ids
            if duty.state == "open" and duty.school_id
        }
        self.assertTrue(types)
        for type_, holder in types.items():
            self.assertIn(holder.id, mine[case][type_])
        self.assertNotIn(
            case, self.shown("edu_dropout_case_action_duties", self.other_user["principal"])
        )

    def test_every_role_of_a_menu_sees_the_to_dos_of_others(self):
        self.bring(self.make_case(), "persuading")
        self.fill().measure_ids[0].responsible_id = self.user["class_teacher"]
        self.submit()
        self.settle()
        self.env["edu.duty"]._cron_duties()
        for menu in self.env.ref("edu_dropout_control.menu_duty_records").child_id:
            action = menu.action.get_external_id()[menu.action.id].split(".")[1]
            roles = [role for role in self.user if self.user[role].all_group_ids & menu.group_ids]
            self.assertIn("principal", roles)
            for role in roles:
                found = self.shown(action, self.user[role])
                if menu.action.res_model == "edu.periodic.report":
                    continue  # none is called for here
                with self.subTest(menu=menu.name, role=role):
                    self.assertTrue(found)

    def test_what_is_done_is_not_shown(self):
        plans = "edu_work_plan_action_duties"
        self.settle()
        self.assertIn(self.plan, self.shown(plans, self.user["bureau"]))
        self.submit()
        self.settle()
        self.assertNotIn(self.plan, self.shown(plans, self.user["bureau"]))
        measures = self.shown("edu_work_plan_measure_action_duties", self.user["dean"])
        self.assertEqual(set(self.plan.measure_ids), set(measures))
