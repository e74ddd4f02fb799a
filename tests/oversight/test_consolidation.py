import json

import psycopg2

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import mute_logger

from ...tools import figures as sums
from .consolidation_common import ConsolidationCommon


class TestConsolidation(ConsolidationCommon):
    """Numbers, against a county made by hand."""

    def test_township_adds_up_what_its_schools_handed_in(self):
        record = self.drawn_up(self.township_a, self.user["township"])
        tables = self.tables(record)
        figures = {key: numbers[0] for key, numbers in tables["figures"]["all"].items()}
        self.assertEqual(
            {key: figures[key] for key in ("registry", "arrived", "suspected", "dropout")},
            {"registry": 2, "arrived": 0, "suspected": 1, "dropout": 1},
        )
        self.assertNotIn("previous", figures)  # nobody reported last term
        self.assertEqual(
            tables["grades"]["3"],
            {
                "registry": [2, 0, 0],
                "arrived": [0, 0, 0],
                "suspected": [1, 0, 0],
                "dropout": [1, 0, 0],
            },
        )
        weary = str(self.code("cause", "weary").id)
        self.assertEqual(
            tables["cause"], {weary: {"dropout": [1, 0, 0]}, "0": {"suspected": [1, 0, 0]}}
        )
        home = str(self.code("whereabouts", "home").id)
        self.assertEqual(tables["whereabouts"][home], {"dropout": [1, 0, 0]})
        self.assertEqual(tables["measure"], {"home": {"dropout": [1, 0, 0], "times": [1]}})
        self.assertEqual(
            tables["schools"],
            {str(self.school_a.id): {"registry": [2], "suspected": [1], "dropout": [1]}},
        )

    def test_county_adds_up_its_townships(self):
        self.submit_b()
        record = self.drawn_up(self.county, self.user["bureau"])
        self.assertEqual(record.level, "county")
        tables = self.tables(record)
        self.assertEqual(sums.numbers_of(tables, "grades", None, "suspected"), [1, 1, 0])
        self.assertEqual(sums.numbers_of(tables, "grades", None, "dropout"), [1, 0, 0])
        self.assertEqual(tables["figures"]["all"]["registry"], [3])
        self.assertEqual(record.counted_count, 3)
        self.assertEqual(record.school_count, 4)

    def test_who_is_missing_is_named_by_what_is_lacking(self):
        self.as_b(self.report_b, "records_admin").action_sign_checked()
        self.report.with_user(self.user["bureau"])._edu_return("请补充去向")
        record = self.drawn_up(self.county, self.user["bureau"])
        states = {
            school["name"]: school["state"]
            for school in record.sudo().version_id.content["schools"]
        }
        self.assertEqual(
            states,
            {
                "东河中学": "missing",
                "东河中心小学": "returned",
                "柳树教学点": "counted",
                "西岭学校": "unsigned",
            },
        )
        board = record.edu_board()
        self.assertEqual(
            [group["names"] for group in board["missing"]],
            [["东河中学"], ["东河中心小学"], ["西岭学校"]],
        )
        self.assertNotIn("dropout", self.tables(record).get("grades", {}).get("3", {}))

    def test_what_was_reported_stays_and_the_page_says_what_changed(self):
        record = self.drawn_up(self.county, self.user["bureau"])
        before = record.sudo().version_id.content
        self.submit_b()
        self.report.with_user(self.user["bureau"])._edu_return("去向不对")
        self.case_of(self.student).whereabouts_id = self.code("whereabouts", "abroad")
        self.submit(self.report)
        board = record.edu_board()
        self.assertEqual(
            board["changes"],
            [
                "东河中心小学: has handed in a corrected version since.",
                "西岭学校: has handed in since.",
            ],
        )
        home, abroad = (self.code("whereabouts", code).id for code in ("home", "abroad"))
        cell = self.cell(board, "whereabouts", home, "dropout")
        self.assertEqual((cell["value"], cell["today"], cell["live"]), (1, 0, 0))
        cell = self.cell(board, "whereabouts", abroad, "dropout")
        self.assertEqual((cell["value"], cell["today"], cell["live"]), (0, 1, 1))
        cell = self.cell(board, "grades", 3, "suspected")
        self.assertEqual((cell["value"], cell["today"], cell["live"]), (1, 2, 2))
        self.assertEqual(record.sudo().version_id.content, before)

        first = record.version_id
        record.action_consolidate()
        self.assertEqual(len(record.version_ids), 2)
        self.assertEqual(first.sudo().content, before)
        self.assertFalse(record.edu_board()["changes"])
        self.assertEqual(
            self.cell(record.edu_board(first.id), "whereabouts", home, "dropout")["value"], 1
        )

    def test_live_is_what_the_cases_say_today(self):
        record = self.drawn_up(self.township_a, self.user["township"])
        self.bring(self.case_of(self.student), "returned")
        board = record.edu_board()
        cell = self.cell(board, "figures", "all", "dropout")
        self.assertEqual((cell["value"], cell["today"], cell["live"]), (1, 1, 0))
        cell = self.cell(board, "figures", "all", "returned")
        self.assertEqual((cell["value"], cell["live"]), (0, 1))

    def test_live_of_an_untouched_township_is_what_was_reported(self):
        record = self.drawn_up(self.township_a, self.user["township"])
        kind = record._edu_kind()
        live = kind._edu_live(record)
        self.assertEqual(sums.differing(self.tables(record), live), set())

    def test_lines_of_a_version_stay_with_it(self):
        lines = self.report.line_ids
        self.assertEqual(lines.version_id, self.report.version_id)
        self.report.with_user(self.user["bureau"])._edu_return("去向不对")
        self.assertFalse(self.report.line_ids & lines)
        self.assertEqual(len(self.report.line_ids), 2)
        self.assertEqual(lines.exists(), lines)
        with self.assertRaises(UserError):
            lines.unlink()

    def test_another_county_has_nothing_of_it(self):
        record = self.drawn_up(self.other_county, self.other_user["bureau"])
        self.assertEqual(self.tables(record)["figures"]["all"]["registry"], [0])
        self.assertEqual(
            [school["name"] for school in record.sudo().version_id.content["schools"]], ["南坪小学"]
        )


class TestConsolidationChildren(ConsolidationCommon):
    """Children behind a figure."""

    def listed(self, action):
        return self.env[action["res_model"]].with_user(self.person).search(action["domain"])

    def children(self, record, table, column, row=None, gender=None, source="version"):
        self.person = record.env.user
        cell = {"table": table, "row": row, "column": column, "gender": gender}
        return self.listed(record.edu_children(cell, None, source))

    def test_each_figure_has_as_many_lines_as_it_says(self):
        self.submit_b()
        record = self.drawn_up(self.county, self.user["bureau"])
        drills = record._edu_kind()._edu_drills()
        tables = self.tables(record)
        asked = 0
        for table, columns in drills.items():
            for row, cells in tables[table].items():
                for column in columns:
                    for gender, number in zip(
                        sums.GENDERS, cells.get(column, [0, 0, 0]), strict=False
                    ):
                        if len(cells.get(column, [0, 0, 0])) < 3:
                            gender = None
                        with self.subTest(table=table, row=row, column=column, gender=gender):
                            found = self.children(
                                record, table, column, None if row == "all" else row, gender
                            )
                            self.assertEqual(len(found), number)
                            asked += number
        self.assertGreater(asked, 10)

    def test_today_and_now(self):
        record = self.drawn_up(self.township_a, self.user["township"])
        self.bring(self.case_of(self.student), "returned")
        self.assertEqual(self.children(record, "grades", "dropout").student_id, self.student)
        self.assertEqual(
            self.children(record, "grades", "dropout", source="today").student_id, self.student
        )
        self.assertFalse(self.children(record, "grades", "dropout", source="live"))
        found = self.children(record, "grades", "suspected", 3, "male", "live")
        self.assertEqual(found.student_id, self.second)
        self.assertFalse(self.children(record, "grades", "suspected", 3, "female", "live"))
        weary = self.code("cause", "weary").id
        self.assertFalse(self.children(record, "cause", "suspected", weary, None, "live"))

    def test_page_of_a_version_lists_the_children_of_that_version(self):
        record = self.drawn_up(self.county, self.user["bureau"])
        first = record.version_id
        self.report.with_user(self.user["bureau"])._edu_return("核实")
        self.bring(self.case_of(self.student), "returned")
        self.submit(self.report)
        record.action_consolidate()
        self.person = self.user["bureau"]
        cell = {"table": "grades", "row": None, "column": "dropout"}
        self.assertEqual(self.listed(record.edu_children(cell, first.id)).student_id, self.student)
        self.assertFalse(self.listed(record.edu_children(cell)))

    def test_no_number_of_a_child_is_in_it(self):
        record = self.drawn_up(self.county, self.user["bureau"])
        text = str(record.sudo().version_id.content) + str(record.edu_board())
        number = self.student._edu_secret_clear("id_number")[self.student.id]
        self.assertNotIn(number, text)
        self.assertNotIn("张小明", text)


class TestConsolidationSteps(ConsolidationCommon):
    """Two sign, it goes up, it comes back."""

    def setUp(self):
        super().setUp()
        self.record = self.drawn_up(self.township_a, self.user["township"])

    def to(self, user):
        return self.record.with_user(user)

    def signed(self):
        self.record.action_sign_filled()
        self.to(self.clerk_2).action_sign_reviewed()
        return self.record

    def test_filled_reviewed_submitted_received(self):
        self.signed()
        self.assertEqual(self.record.state, "signed")
        self.record.action_submit()
        self.assertEqual(self.record.state, "submitted")
        self.assertTrue(self.record.sudo().version_id.submitted_at)
        todo = self.record.sudo().activity_ids
        self.assertEqual(todo.user_id, self.user["bureau"] | self.officer_2)
        self.to(self.user["bureau"]).action_receive()
        self.assertEqual(self.record.state, "received")
        self.assertFalse(self.record.sudo().activity_ids)
        self.assertFalse(self.record._edu_signoff_verify())

    def test_who_filled_in_does_not_review(self):
        self.record.action_sign_filled()
        self.assertFalse(self.record.can_review)
        with self.assertRaises(ValidationError):
            self.record.action_sign_reviewed()
        self.assertTrue(self.to(self.clerk_2).can_review)

    def test_order_of_the_steps(self):
        for step, error in (
            ("action_sign_reviewed", UserError),
            ("action_submit", UserError),
            ("action_receive", AccessError),
        ):
            with self.subTest(step=step), self.assertRaises(error):
                getattr(self.to(self.clerk_2), step)()
        self.record.action_sign_filled()
        with self.assertRaises(UserError):
            self.record.action_sign_filled()

    def test_not_drawn_up_is_not_signed(self):
        record = self.consolidation(self.township_b, self.other_user["township"])
        with self.assertRaises(UserError):
            record.action_sign_filled()

    def test_sent_back_is_drawn_up_anew_and_signed_anew(self):
        self.signed().action_submit()
        wizard = (
            self.env["edu.report.consolidation.return"]
            .with_user(self.user["bureau"])
            .create({"consolidation_id": self.record.id, "reason": "东河中学未报"})
        )
        wizard.action_confirm()
        self.assertEqual(self.record.state, "returned")
        self.assertEqual(self.record.return_reason, "东河中学未报")
        with self.assertRaises(UserError):
            self.record.action_sign_filled()
        self.record.action_consolidate()
        self.assertEqual(self.record.state, "draft")
        self.assertFalse(self.record._edu_signed())
        first, second = self.record.version_ids.sorted("number")
        self.assertEqual(len(first._edu_signoffs()), 2)
        self.assertFalse(second._edu_signoffs())
        self.signed().action_submit()
        self.assertEqual(len(second._edu_signoffs()), 2)

    def test_signed_is_drawn_up_anew_with_a_reason_that_is_kept(self):
        self.signed().action_submit()
        first = self.record.version_id
        dialog = self.record.action_consolidate()
        self.assertEqual(dialog["res_model"], "edu.signoff.withdraw")
        self.assertEqual(len(self.record.version_ids), 1)
        self.env["edu.signoff.withdraw"].with_user(self.user["township"]).with_context(
            dialog["context"]
        ).create({"reason": "学校更正了去向"}).action_confirm()
        self.assertEqual(self.record.state, "draft")
        self.assertEqual(len(self.record.version_ids), 2)
        self.assertFalse(self.record._edu_signed())
        self.assertEqual(len(first._edu_signoffs()), 2)
        self.assertEqual(self.record.sudo().signoff_ids[-1].reason, "学校更正了去向")
        self.assertFalse(self.record._edu_signoff_verify())
        with self.assertRaises(AccessError):
            self.to(self.user["bureau"])._edu_withdraw("别人")

    def test_reason_is_asked_for(self):
        self.signed().action_submit()
        with self.assertRaises(UserError):
            self.to(self.user["bureau"])._edu_return("  ")
        with self.assertRaises(AccessError):
            self.record._edu_return("自己退回")

    def test_remark_is_signed_with_the_figures(self):
        self.record.remark = "一名学生在外地打工"
        self.record.action_sign_filled()
        with self.assertRaises(UserError):
            self.record.remark = "改了"
        self.assertEqual(self.record.sudo().version_id.remark, "一名学生在外地打工")
        self.assertEqual(self.record._edu_signed()._edu_frozen()["remark"], "一名学生在外地打工")

    def test_tampering_is_found(self):
        self.signed()
        version = self.record.sudo().version_id
        content = {**version.content, "as_of": "2020-01-01"}
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE edu_report_consolidation_version SET content = %s::jsonb WHERE id = %s",
            (json.dumps(content), version.id),
        )
        self.env.invalidate_all()
        problems = self.record._edu_signoff_verify()
        self.assertTrue(problems)
        self.assertIn("As Of", problems[0])

    def test_version_does_not_change_and_is_not_deleted(self):
        version = self.record.version_id
        for values in ({"content": {}}, {"remark": "x"}, {"number": 7}):
            with self.subTest(values=values), self.assertRaises(AccessError):
                version.write(values)
        for values in ({"content": {}}, {"number": 7}, {"members": {}}):
            with self.subTest(values=values, su=True), self.assertRaises(AccessError):
                version.sudo().write(values)
        with self.assertRaises(UserError):
            version.sudo().unlink()
        with self.assertRaises(UserError):
            self.record.sudo().unlink()

    def test_nothing_is_typed_in(self):
        for values in ({"state": "received"}, {"version_id": False}, {"is_late": False}):
            with self.subTest(values=values), self.assertRaises(AccessError):
                self.record.write(values)
        with self.assertRaises(AccessError):
            self.consolidation(self.township_a, self.user["township"], state="received")

    def test_once_a_term(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.IntegrityError):
            self.consolidation(self.township_a, self.user["township"])
            self.env.flush_all()


class TestConsolidationAccess(ConsolidationCommon):
    """Who draws up what, and who reads it."""

    def test_a_township_draws_up_its_own_only(self):
        record = self.consolidation(self.township_a, self.user["township"])
        self.assertEqual(record.township_id, self.township_a)
        with self.assertRaises(AccessError):
            self.consolidation(self.township_b, self.user["township"])
        with self.assertRaises(AccessError):
            self.consolidation(self.county, self.user["township"], township_id=False)

    def test_a_clerk_need_not_say_which_township(self):
        record = (
            self.env["edu.report.consolidation"]
            .with_user(self.user["township"])
            .create({"term_id": self.term.id})
        )
        self.assertEqual((record.level, record.township_id), ("township", self.township_a))

    def test_the_bureau_stands_in_where_the_township_has_nobody(self):
        with self.assertRaises(AccessError):
            self.consolidation(self.township_a, self.user["bureau"])
        self.env["edu.post"].search([("area_id", "=", self.township_b.id)]).date_to = "2026-09-01"
        record = self.drawn_up(self.township_b, self.user["bureau"])
        self.assertTrue(record.sudo().version_id.on_behalf)
        record.action_sign_filled()
        record.with_user(self.officer_2).action_sign_reviewed()
        self.assertEqual(record.state, "signed")

    def test_the_bureau_reviews_where_the_township_has_one_clerk(self):
        record = self.drawn_up(self.township_b, self.other_user["township"])
        self.assertFalse(record.sudo().version_id.on_behalf)
        record.action_sign_filled()
        self.assertTrue(record.with_user(self.user["bureau"]).can_review)
        record.with_user(self.user["bureau"]).action_sign_reviewed()
        self.assertEqual(record.state, "signed")

    def test_two_clerks_need_no_bureau(self):
        record = self.drawn_up(self.township_a, self.user["township"])
        record.action_sign_filled()
        with self.assertRaises(AccessError):
            record.with_user(self.user["bureau"]).action_sign_reviewed()

    def test_who_reads(self):
        record = self.drawn_up(self.township_a, self.user["township"])
        able = {role: record.with_user(self.user[role]).has_access("read") for role in self.user}
        self.assertEqual({role for role, may in able.items() if may}, {"township", "bureau"})
        self.assertFalse(record.with_user(self.other_user["township"]).has_access("read"))
        self.assertFalse(record.with_user(self.other_user["bureau"]).has_access("read"))
        record.action_sign_filled()
        record.with_user(self.clerk_2).action_sign_reviewed()
        record.action_submit()
        self.assertTrue(record.with_user(self.user["inspector"]).has_access("read"))
        self.assertFalse(record.with_user(self.other_user["inspector"]).has_access("read"))
        self.assertTrue(record.with_user(self.user["inspector"]).edu_board()["tables"])

    def test_who_cannot_read_gets_no_page_and_no_children(self):
        record = self.drawn_up(self.township_a, self.user["township"])
        other = record.with_user(self.other_user["township"])
        with self.assertRaises(AccessError):
            other.edu_board()
        with self.assertRaises(AccessError):
            other.edu_children({"table": "grades", "row": None, "column": "dropout"})
        with self.assertRaises(AccessError):
            other.action_consolidate()
