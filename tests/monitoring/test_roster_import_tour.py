from odoo.tests import HttpCase, tagged

from ..common import EduCommon


@tagged("post_install", "-at_install")
class TestRosterImportTour(EduCommon, HttpCase):
    def test_three_bad_rows_one_corrected_and_run_again(self):
        """static/tests/files/roster.xlsx: six children, a digit mistyped, a day that is none, a class
        that the school has not."""
        user = self.user["records_admin"]
        user.password = user.login
        self.start_tour(
            "/odoo/action-edu_dropout_control.edu_roster_import_action",
            "edu_roster_import",
            login=user.login,
        )
        self.env.invalidate_all()
        roster = self.env["edu.roster.import"].search([("upload_name", "=", "三年级.xlsx")])
        self.assertEqual(roster.create_uid, user)
        self.assertEqual(roster.new_count, 4)
        self.assertEqual(set(roster.todo_row_ids.mapped("code")), {"id_checksum", "class_unknown"})
        child = self.env["edu.student"].search([("name", "=", "吴佳怡")])
        self.assertEqual(str(child.birthdate), "2018-01-13")
        self.assertEqual(child.school_id, self.school_a)
