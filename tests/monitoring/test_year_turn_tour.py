from odoo.tests import HttpCase, tagged

from .test_year_turn import YearTurnCommon


@tagged("post_install", "-at_install")
class TestYearTurnTour(YearTurnCommon, HttpCase):
    def test_bureau_turns_the_year(self):
        """One school has a child to be decided and is left for later; the others turn."""
        self.turn.unlink()
        self.nine._edu_set_state("dropped_out")
        user = self.user["bureau"]
        user.password = user.login
        self.start_tour(
            "/odoo/action-edu_dropout_control.edu_year_turn_action",
            "edu_year_turn_bureau",
            login=user.login,
        )
        self.env.invalidate_all()
        turn = self.env["edu.year.turn"].search([])
        self.assertEqual((turn.county_id, turn.term_id), (self.county, self.term))
        self.assertEqual(turn.state, "partly")
        self.assertEqual((self.three.grade, self.nine.grade), (4, 9))
