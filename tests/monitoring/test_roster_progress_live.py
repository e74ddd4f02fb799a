"""Whoever looks at the progress of the checks sees it move: what is sent, to whom, and that it comes
into a browser."""

from unittest.mock import Mock, patch

from odoo.tests import HttpCase, tagged

from odoo.addons.bus.models import ir_websocket

from ...models.monitoring.roster_check import PROGRESS
from .common import MonitoringCommon


@tagged("post_install", "-at_install")
class TestRosterProgressLive(MonitoringCommon):
    def setUp(self):
        super().setUp()
        self.sent = []

        def send(_bus, channel, kind, message):
            if kind == PROGRESS:
                self.sent.append((channel, message))

        self.patch(self.env.registry["bus.bus"], "_sendone", send)

    def assertTold(self, *checks):
        self.assertEqual(
            self.sent,
            [((check, PROGRESS), {"check_id": check.id}) for check in checks],
            "the check, and no figure and no child",
        )
        self.sent.clear()

    def channels(self, user, asked=PROGRESS):
        """The checks that the browser of ``user`` listens to when it asks."""
        request = Mock(session=Mock(uid=user.id))
        with patch.object(ir_websocket, "request", request):
            channels = self.env["ir.websocket"].with_user(user)._build_bus_channel_list([asked])
        self.assertNotIn(PROGRESS, channels)
        checks = [c[0] for c in channels if isinstance(c, tuple) and c[1] == PROGRESS]
        return self.env["edu.roster.check"].union(*checks).sudo(False)

    def test_every_step_is_told(self):
        self.mark(self.one, "arrived")
        self.assertTold(self.check)
        self.mark_all(self.sheet, heads=5)
        self.assertTold(self.check)
        self.as_user(self.sheet, "class_teacher").action_sign()
        self.assertTold(self.check)
        self.sheet._edu_reopen("数错了")
        self.assertTold(self.check)
        self.sign_all()
        self.sent.clear()
        self.as_user(self.check, "records_admin").action_close()
        self.assertTold(self.check)
        self.check._edu_reopen("漏查")
        self.assertTold(self.check)

    def test_a_mark_that_is_refused_is_not_told(self):
        self.assertRefused("no longer on this sheet", self.sheet.action_mark, [
            {"line_id": self.other_sheet.line_ids[:1].id, "outcome": "arrived"}
        ])  # fmt: skip
        self.assertTold()

    def test_who_hears_of_it(self):
        for role in (
            "records_admin", "dean", "vice_principal", "principal", "township", "bureau",
            "inspector",
        ):  # fmt: skip
            with self.subTest(role=role):
                heard = self.channels(self.user[role])
                self.assertIn(self.check, heard)
                if role in ("township", "principal", "records_admin", "dean", "vice_principal"):
                    self.assertNotIn(self.other_check, heard)
                    self.assertNotIn(self.check, self.channels(self.other_user[role]))
        self.assertIn(self.other_check, self.channels(self.user["bureau"]))

    def test_who_does_not(self):
        for role in ("class_teacher", "county_admin", "student_aid"):
            with self.subTest(role=role):
                self.assertFalse(self.channels(self.user[role]))
        self.assertFalse(self.channels(self.nobody))

    def test_who_does_not_ask_hears_nothing(self):
        self.assertFalse(self.channels(self.user["bureau"], "another"))

    def test_a_closed_check_is_quiet(self):
        self.close()
        self.assertNotIn(self.check, self.channels(self.user["bureau"]))


@tagged("post_install", "-at_install")
class TestRosterProgressTour(MonitoringCommon, HttpCase):
    def test_the_list_moves_while_a_teacher_marks(self):
        """Delivered by the server's own websocket into a browser: nothing in the list asks."""
        user = self.user["records_admin"]
        user.password = user.login
        self.start_tour("/odoo/roster-progress", "edu_roster_progress", login=user.login)
        self.assertEqual(self.line(self.one).outcome, "arrived")
