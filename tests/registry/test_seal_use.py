import psycopg2

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import EduCommon


@tagged("post_install", "-at_install")
class TestSealUse(EduCommon):
    """用印登记: asked, approved, sealed; then it stands."""

    def ask(self, role="records_admin", other=False, **values):
        user = (self.other_user if other else self.user)[role]
        place = {
            "township": {"area_id": (self.township_b if other else self.township_a).id},
            "bureau": {"area_id": self.county.id},
        }.get(role, {"school_id": (self.school_b if other else self.school_a).id})
        values = {"document": "《学生失学辍学信息报告》", "copies": 3, **place, **values}
        return self.env["edu.seal.use"].with_user(user).create(values)

    def sealed(self, **values):
        use = self.ask(**values)
        self.as_user(use, "principal").action_approve()
        self.as_user(use, "dean").action_seal()
        return use

    def test_from_the_request_to_the_line(self):
        use = self.ask()
        self.assertEqual((use.state, use.asked_by_id), ("asked", self.user["records_admin"]))
        self.assertEqual(use.activity_ids.user_id, self.user["principal"])
        self.assertFalse(use.sudo().message_partner_ids & self.user["principal"].partner_id)
        self.as_user(use, "principal").action_approve()
        self.assertEqual((use.state, use.approved_by_id), ("approved", self.user["principal"]))
        self.assertFalse(use.activity_ids)
        use.action_seal()
        self.assertEqual((use.state, use.sealed_by_id), ("sealed", self.user["records_admin"]))
        self.assertEqual((use.year, use.number), (2026, 1))
        self.assertTrue(use.sealed_at)

    def test_numbers_by_place_and_year_without_gaps(self):
        self.assertEqual([self.sealed().number for _time in range(2)], [1, 2])
        dropped = self.ask()
        dropped.action_drop()
        self.assertEqual(self.sealed().number, 3)
        other = self.ask(other=True)
        self.as_user(other, "principal", other=True).action_approve()
        other.action_seal()
        self.assertEqual(other.number, 1)

    def test_principal_approves_and_nobody_else(self):
        use = self.ask()
        for role in ("records_admin", "dean"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.as_user(use, role).action_approve()
        for role in ("vice_principal", "class_teacher", "bureau", "township", "inspector"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.as_user(use, role).action_approve()
        with self.assertRaises(AccessError):
            self.as_user(use, "principal", other=True).action_approve()
        self.assertTrue(self.as_user(use, "principal").can_approve)
        self.assertFalse(self.as_user(use, "dean").can_approve)

    def test_nobody_approves_what_they_asked_for(self):
        self.make_post(self.user["records_admin"], "principal", self.school_a)
        use = self.ask()
        self.assertFalse(use.can_approve)
        with self.assertRaisesRegex(AccessError, "they asked for"):
            use.action_approve()
        self.as_user(use, "principal").action_approve()

    def test_who_approved_does_not_seal(self):
        self.make_post(self.user["principal"], "dean", self.school_a)
        use = self.ask()
        principal = self.as_user(use, "principal")
        principal.action_approve()
        self.assertFalse(principal.can_seal)
        with self.assertRaisesRegex(AccessError, "Who approved"):
            principal.action_seal()
        self.assertTrue(use.can_seal)
        use.action_seal()

    def test_steps_come_in_order(self):
        use = self.ask()
        with self.assertRaisesRegex(UserError, "not at this point"):
            use.action_seal()
        self.as_user(use, "principal").action_approve()
        with self.assertRaisesRegex(UserError, "not at this point"):
            self.as_user(use, "principal").action_approve()
        use.action_seal()
        for action in ("action_seal", "action_drop"):
            with self.subTest(action=action), self.assertRaisesRegex(UserError, "not at this"):
                getattr(use, action)()

    def test_acting_principal_approves(self):
        acting = self.make_user("acting_head")
        self.make_post(acting, "principal", self.school_a, is_acting=True)
        use = self.ask()
        use.with_user(acting).action_approve()
        self.assertEqual(use.approved_by_id, acting)

    def test_refused_with_a_reason(self):
        use = self.ask()
        principal = self.as_user(use, "principal")
        action = principal.action_refuse()
        dialog = self.env[action["res_model"]].with_user(self.user["principal"])
        with self.assertRaisesRegex(UserError, "Say why"):
            principal._edu_refuse("  ")
        dialog.with_context(**action["context"]).create({"reason": "份数不对"}).action_confirm()
        self.assertEqual((use.state, use.refusal), ("refused", "份数不对"))
        other = self.ask()
        with self.assertRaises(AccessError):
            self.as_user(other, "dean").action_refuse()
        with self.assertRaises(AccessError):
            self.as_user(other, "dean")._edu_refuse("x")

    # Township and bureau: their own seals

    def test_township_with_a_second_clerk(self):
        use = self.ask("township")
        with self.assertRaisesRegex(AccessError, "they asked for"):
            use.action_approve()
        second = self.make_user("clerk_2", "township", self.township_a)
        use.with_user(second).action_approve()
        use.action_seal()
        self.assertEqual((use.number, use.place), (1, "东河镇"))

    def test_leader_of_the_township_approved_on_paper(self):
        use = self.ask("township", outside_approver="李镇长")
        self.assertTrue(use.can_approve)
        use.action_approve()
        use.action_seal()
        self.assertEqual(use.outside_approver, "李镇长")

    def test_no_school_names_a_leader_outside(self):
        use = self.ask(outside_approver="某领导")
        self.assertFalse(use.can_approve)
        with self.assertRaises(AccessError):
            use.action_approve()

    def test_bureau_has_its_own(self):
        use = self.ask("bureau")
        second = self.make_user("officer_2", "bureau", self.county)
        use.with_user(second).action_approve()
        use.action_seal()
        self.assertEqual(use.place, "青禾县")
        with self.assertRaises(AccessError):
            self.ask("bureau", area_id=self.township_a.id)
        with self.assertRaises(AccessError):
            self.ask("bureau", area_id=False, school_id=self.school_a.id)

    def test_place_is_one_and_an_office(self):
        for values in ({"school_id": False}, {"area_id": self.township_a.id}, {"copies": 0}):
            values = {"document": "x", "school_id": self.school_a.id, **values}
            with (
                self.subTest(values=values),
                mute_logger("odoo.sql_db"),
                self.assertRaises(psycopg2.errors.CheckViolation),
                self.env.cr.savepoint(),
            ):
                self.env["edu.seal.use"].create(values)
        with self.assertRaises(ValidationError):
            self.env["edu.seal.use"].create({"document": "x", "area_id": self.village_a.id})

    # Who asks, who reads

    def test_who_asks(self):
        for role in ("class_teacher", "vice_principal", "principal", "inspector", "student_aid"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.ask(role)
        with self.assertRaises(AccessError):
            self.ask(school_id=self.school_b.id)
        self.assertTrue(self.ask(school_id=self.point_a.id))

    def test_county_reads_all_registers(self):
        uses = self.ask() | self.ask(other=True).with_user(self.user["records_admin"])
        for role in ("bureau", "inspector"):
            with self.subTest(role=role):
                self.assertEqual(self.as_user(uses, role).search([("id", "in", uses.ids)]), uses)
        self.assertEqual(self.as_user(uses, "dean").search([("id", "in", uses.ids)]), uses[0])
        self.assertFalse(self.as_user(uses, "township").search([("id", "in", uses.ids)]))

    # It stands

    def test_steps_are_not_typed_in(self):
        use = self.ask()
        for name, value in (
            ("state", "approved"),
            ("approved_by_id", self.user["principal"].id),
            ("number", 7),
            ("res_model", "edu.notice"),
        ):
            with self.subTest(name=name), self.assertRaises(AccessError):
                use.write({name: value})
            with self.subTest(name=name), self.assertRaises(AccessError):
                self.ask(**{name: value})

    def test_what_was_approved_is_not_changed(self):
        use = self.ask()
        use.copies = 5
        self.as_user(use, "principal").action_approve()
        with self.assertRaisesRegex(UserError, "sealed as it is"):
            use.copies = 9

    def test_sealed_line_is_not_changed_by_anybody(self):
        use = self.sealed()
        for who in (use, use.sudo()):
            with self.assertRaisesRegex(UserError, "not changed any more"):
                who.copies = 9
            with self.assertRaisesRegex(UserError, "Nothing is deleted"):
                who.sudo().unlink()

    @mute_logger("odoo.sql_db")
    def test_sealed_line_is_not_changed_by_sql(self):
        use = self.sealed()
        waiting = self.ask()
        self.env.flush_all()
        for statement in (
            "UPDATE edu_seal_use SET copies = 9 WHERE id = %s",
            "DELETE FROM edu_seal_use WHERE id = %s",
        ):
            with (
                self.subTest(statement=statement),
                self.assertRaises(psycopg2.errors.RaiseException),
                self.env.cr.savepoint(),
            ):
                self.env.cr.execute(statement, [use.id])
        self.env.cr.execute("UPDATE edu_seal_use SET copies = 9 WHERE id = %s", [waiting.id])

    # On paper

    def register(self, role="records_admin", **values):
        dialog = self.env["edu.seal.register"].with_user(self.user[role])
        return dialog.create({"school_id": self.school_a.id, "year": 2026, **values})

    def page(self, dialog):
        action = self.env.ref("edu_dropout_control.action_report_seal_register")
        model = action.with_user(dialog.env.user)
        return model._render_qweb_html(action.report_name, dialog.ids)[0].decode()

    def test_printed_register(self):
        self.sealed(document="《工作方案》", purpose="报县教育局")
        self.ask(document="未盖章的文件")
        page = self.page(self.register())
        for text in ("用印登记簿", "东河中心小学", "《工作方案》", "报县教育局", "Principal A"):
            self.assertIn(text, page)
        self.assertNotIn("未盖章的文件", page)
        self.assertIn("合计用印1次，3份", page)
        self.assertIn("本年度无用印记录", self.page(self.register(year=2025)))

    def test_register_of_others_is_empty(self):
        self.sealed(document="《工作方案》")
        page = self.page(self.register("township"))
        self.assertNotIn("《工作方案》", page)
        with self.assertRaisesRegex(UserError, "Choose"):
            self.register(school_id=False).action_print()

    def test_pages_hold_whole_rows(self):
        Report = self.env["report.edu_dropout_control.document_seal_register"]
        row = {
            "document": "《学生失学辍学信息报告》",
            "purpose": "",
            "asked": "甲",
            "approved": "乙",
            "sealed": "丙",
        }
        self.assertEqual([len(page) for page in Report._edu_pages([])], [0])
        self.assertEqual([len(page) for page in Report._edu_pages([row])], [1])
        pages = Report._edu_pages([row] * 40)
        self.assertEqual(sum(map(len, pages)), 40)
        self.assertGreater(len(pages), 1)
        long = Report._edu_pages([{**row, "document": "很长的文件名称" * 40}] * 40)
        self.assertGreater(len(long), len(pages))
