from odoo.tests import HttpCase, tagged

from ...tools.identity import make_identity
from .test_secret_field import BORN, SecretCommon


@tagged("post_install", "-at_install")
class TestSecretUi(SecretCommon, HttpCase):
    """The eye button, in the browser."""

    def tour(self, name, role):
        user = self.user[role]
        user.password = user.login
        self.start_tour(
            f"/odoo/action-edu_dropout_control.edu_student_action/{self.child.id}",
            name,
            login=user.login,
        )
        return self.env["edu.reveal.log"].search([])

    def test_reason_and_edit(self):
        number = make_identity(BORN, "male", 435)
        self.assertEqual(number, "990000201805068716")  # the tour types it
        log = self.tour("edu_secret_reason_and_edit", "records_admin")
        self.assertEqual(log.reason, "核对户口簿")
        self.assertEqual(self.child._edu_secret_clear("id_number"), {self.child.id: number})
        self.assertEqual(self.child.name, "周秘")


@tagged("post_install", "-at_install")
class TestSecretUiPhone(SecretCommon, HttpCase):
    """The same on a phone."""

    browser_size = "375x667"
    touch_enabled = True

    def test_own_class(self):
        log = TestSecretUi.tour(self, "edu_secret_own_class", "class_teacher")
        self.assertEqual(log.reason, "Class teacher, own class")
