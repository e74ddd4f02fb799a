from odoo.tests import HttpCase, tagged

from .test_status_change import StatusCommon


@tagged("post_install", "-at_install")
class TestStatusChangeTour(StatusCommon, HttpCase):
    """A suspension from the guardian's application to the registry, each step by whose job it is."""

    def tour(self, name, role):
        user = self.user[role]
        user.password = user.login
        self.env.flush_all()
        self.start_tour(
            "/odoo/action-edu_dropout_control.edu_status_change_action?view_type=kanban",
            name,
            login=user.login,
        )
        self.env.invalidate_all()

    def test_from_application_to_approval(self):
        change = self.draft("suspension", self.student, valid_until="2027-01-22").sudo()
        change.reason = False
        self.tour("edu_status_change_apply", "records_admin")
        self.assertEqual(change.state, "applied")
        self.assertEqual(change.applied_by_id, self.user["records_admin"])
        self.assertEqual(self.student.enrolment_state, "enrolled")
        self.tour("edu_status_change_approve", "township")
        self.assertEqual(change.state, "in_force")
        self.assertEqual(change.approval_no, "东河休〔2026〕3号")
        self.assertEqual(self.student.enrolment_state, "suspended")
