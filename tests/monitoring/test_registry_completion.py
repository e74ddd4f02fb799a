from datetime import date

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...tools.identity import make_student_no
from .common import MonitoringCommon


@tagged("post_install", "-at_install")
class TestRegistryCompletion(MonitoringCommon):
    def setUp(self):
        super().setUp()
        self.child = self.make_student(
            self.class_a, name="待补", national_no=False, registry_completion="to_apply"
        )
        self.number = make_student_no(date(2018, 3, 1), "male", 499)

    def receive(self, number=None, role="records_admin", other=False):
        user = (self.other_user if other else self.user)[role]
        self.env["edu.registry.number"].with_user(user).create(
            {"student_id": self.child.id, "national_no": number or self.number}
        ).action_receive()

    def test_apply_then_receive(self):
        self.as_user(self.child, "records_admin").action_registry_applied()
        self.assertEqual(self.child.registry_completion, "applied")
        self.assertEqual(self.child.registry_applied_on, date(2026, 9, 2))
        self.frozen.move_to("2026-09-20")
        self.receive()
        self.assertEqual(self.child.registry_completion, "received")
        self.assertEqual(self.child.registry_received_on, date(2026, 9, 20))
        self.assertEqual(self.child._edu_secret_clear("national_no"), {self.child.id: self.number})
        self.assertFalse(self.env["edu.registry.number"].search([]))

    def test_applied_for_twice_is_refused(self):
        self.child.action_registry_applied()
        with self.assertRaises(UserError):
            self.child.action_registry_applied()

    def test_a_wrong_number_is_refused(self):
        with self.assertRaises(ValidationError) as caught:
            self.receive(self.number[:-1] + ("1" if self.number[-1] != "1" else "2"))
        self.assertNotIn(self.number[:-1], str(caught.exception))

    def test_a_number_of_another_child_is_refused(self):
        taken = self.one._edu_secret_clear("national_no")[self.one.id]
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.receive(taken)

    def test_nothing_to_receive(self):
        self.child.registry_completion = "none"
        with self.assertRaises(UserError):
            self.receive()

    def test_who_may(self):
        self.as_user(self.child, "dean").action_registry_applied()
        for role in ("class_teacher", "principal", "bureau"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.as_user(self.child, role).action_registry_applied()
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.receive(role=role)
        with self.assertRaises(AccessError):
            self.receive(other=True)

    # what is due

    def test_a_missing_entry_is_a_duty_of_the_records_administrator(self):
        self.settle()
        duty = self.child.duty_ids
        self.assertEqual(duty.kind_id.code, "registry_completion")
        self.assertEqual(duty.user_id, self.user["records_admin"])
        self.assertEqual(duty.deadline, self.child.registry_due)
        self.assertEqual(duty.deadline, date(2026, 10, 8), "30 days, and on after National Day")
        self.child.action_registry_applied()
        self.settle()
        self.assertEqual(duty.state, "open", "applied for is not done")
        self.receive()
        self.settle()
        self.assertEqual((duty.state, duty.done_on), ("done", date(2026, 9, 2)))

    def test_a_child_that_moves_takes_the_duty_along(self):
        self.settle()
        self.child._edu_move(self.school_b, self.class_b, 3, "enrolled")
        self.settle()
        self.assertEqual(self.child.duty_ids.user_id, self.other_user["records_admin"])
        self.assertEqual(self.child.duty_ids.former_user_id, self.user["records_admin"])

    def test_the_days_are_the_policys(self):
        self.env["edu.policy"]._current().registry_days = 2
        child = self.make_student(self.class_a, registry_completion="to_apply", national_no=False)
        self.settle()
        self.assertEqual(child.duty_ids.deadline, date(2026, 9, 4))
