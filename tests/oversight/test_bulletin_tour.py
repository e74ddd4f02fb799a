from odoo.tests import HttpCase, tagged

from ..casework.common import CaseCommon


@tagged("post_install", "-at_install")
class TestBulletinTour(CaseCommon, HttpCase):
    """Bulletin, follow-up order, answer, each by the person whose job it is."""

    def tour(self, name, role, action):
        user = self.user[role]
        user.password = user.login
        self.env.flush_all()
        self.start_tour(f"/odoo/action-edu_dropout_control.{action}", name, login=user.login)
        self.env.invalidate_all()

    def test_from_the_bulletin_to_the_answer(self):
        self.make_case()
        self.tour("edu_bulletin_issue", "bureau", "edu_bulletin_action")
        bulletin = self.env["edu.bulletin"].search([])
        self.assertEqual((bulletin.state, bulletin.remark), ("issued", "请逐户走访。"))
        order = bulletin.order_ids.filtered("school_id")
        self.tour("edu_order_answer", "principal", "edu_supervision_order_action")
        self.assertEqual(order.state, "answered")
        self.assertEqual(order.line_ids.answer, "已家访，父母答应下周送返")
        self.tour("edu_order_accept", "bureau", "edu_supervision_order_action")
        self.assertEqual(order.state, "accepted")
