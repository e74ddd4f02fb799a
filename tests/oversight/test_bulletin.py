from odoo.exceptions import AccessError, UserError

from ..casework.common import CaseCommon


class BulletinCommon(CaseCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.term.with_user(cls.user["bureau"]).action_open()
        cls.second = cls.make_student(cls.class_a, name="王小强")
        cls.case = cls.make_case()
        cls.second_case = cls.make_case(cls.second)
        cls.case_b = cls.make_case(cls.other_student)
        cls.confirmed = cls.make_case(cls.make_student(cls.class_a2, name="赵小军"), "persuading")

    def bulletin(self, **values):
        return self.env["edu.bulletin"].with_user(self.user["bureau"]).create(values)

    def issued(self, **values):
        bulletin = self.bulletin(**values)
        bulletin.action_issue()
        return bulletin

    def order_of(self, bulletin, place):
        return bulletin.sudo().order_ids.filtered(lambda order: order._edu_addressee() == place)


class TestBulletin(BulletinCommon):
    def test_draft_holds_an_order_for_each_place_with_suspected_children(self):
        bulletin = self.bulletin()
        self.assertEqual(
            {order._edu_addressee() for order in bulletin.sudo().order_ids},
            {self.school_a, self.school_b, self.township_a, self.township_b},
        )
        order = self.order_of(bulletin, self.school_a)
        self.assertEqual(order.line_ids.case_id, self.case | self.second_case)
        self.assertEqual(order.state, "draft")
        self.assertEqual(bulletin.child_count, 3)
        self.assertEqual(bulletin.school_count, 2)

    def test_figures_by_place_name_no_child(self):
        bulletin = self.bulletin()
        self.assertEqual(
            bulletin.figures["schools"],
            [
                {"name": "东河中心小学", "children": 2, "overdue": 0, "unvisited": 2},
                {"name": "西岭学校", "children": 1, "overdue": 0, "unvisited": 1},
            ],
        )
        self.assertNotIn("张小明", str(bulletin.figures))

    def test_overdue_is_counted_once_the_day_to_decide_is_past(self):
        self.case.verify_by = "2026-09-01"
        bulletin = self.bulletin()
        self.assertEqual(bulletin.overdue_count, 1)
        self.assertEqual(bulletin.figures["schools"][0]["overdue"], 1)

    def test_answers_are_due_after_the_policys_days(self):
        self.env["edu.policy"].search([]).order_answer_days = 5
        self.assertEqual(str(self.bulletin().answer_by), "2026-09-07")

    def test_filled_again_it_follows_the_cases_and_keeps_what_was_typed(self):
        bulletin = self.bulletin()
        bulletin.answer_by = "2026-09-18"
        order = self.order_of(bulletin, self.school_a)
        order.with_user(self.user["bureau"]).instruction = "先查去向"
        self.bring(self.second_case, "excluded")
        self.bring(self.case_b, "excluded")
        bulletin.action_fill()
        self.assertEqual(str(bulletin.answer_by), "2026-09-18")
        self.assertEqual(
            bulletin.sudo().order_ids, order | self.order_of(bulletin, self.township_a)
        )
        self.assertEqual(order.line_ids.case_id, self.case)
        self.assertEqual(order.instruction, "先查去向")
        self.assertEqual(str(order.deadline), "2026-09-18")

    def test_issuing_numbers_it_and_sends_the_orders(self):
        bulletin = self.issued(remark="请逐户走访。")
        self.assertEqual(bulletin.state, "issued")
        self.assertEqual(bulletin.name, "控辍通报〔2026〕1号")
        orders = bulletin.sudo().order_ids
        self.assertEqual(set(orders.mapped("state")), {"sent"})
        self.assertEqual(len(set(orders.mapped("name"))), 4)
        school = self.order_of(bulletin, self.school_a)
        self.assertEqual(self.asked(school).user_id, self.user["records_admin"] | self.user["dean"])
        self.assertEqual(str(self.asked(school)[:1].date_deadline), str(bulletin.answer_by))
        township = self.order_of(bulletin, self.township_a)
        self.assertEqual(self.asked(township).user_id, self.user["township"])
        self.assertFalse(school.message_partner_ids & self.user["dean"].partner_id)

    def test_one_who_was_decided_since_the_draft_is_left_out(self):
        bulletin = self.bulletin()
        self.bring(self.second_case, "excluded")
        bulletin.action_issue()
        self.assertEqual(self.order_of(bulletin, self.school_a).line_ids.case_id, self.case)

    def test_nothing_to_tell_is_refused(self):
        for case in self.case | self.second_case | self.case_b:
            self.bring(case, "excluded")
        bulletin = self.bulletin()
        with self.assertRaisesRegex(UserError, "nothing to tell"):
            bulletin.action_issue()

    def test_answers_due_today_are_refused(self):
        bulletin = self.bulletin()
        bulletin.answer_by = "2026-09-02"
        with self.assertRaisesRegex(UserError, "a day to answer"):
            bulletin.action_issue()

    def test_once_issued_nothing_changes(self):
        bulletin = self.issued()
        for step in (
            bulletin.action_issue,
            bulletin.action_fill,
            bulletin.unlink,
            lambda: bulletin.write({"remark": "另"}),
        ):
            with self.assertRaisesRegex(UserError, "is issued"):
                step()
        self.bring(self.case, "excluded")
        self.assertEqual(bulletin.child_count, 3)

    def test_what_follows_from_cases_is_not_typed(self):
        bulletin = self.bulletin()
        for name, value in (
            ("child_count", 0),
            ("figures", {}),
            ("state", "issued"),
            ("name", "x"),
        ):
            with self.assertRaises(AccessError):
                bulletin.write({name: value})
            with self.assertRaises(AccessError):
                self.bulletin(**{name: value})

    def test_a_draft_thrown_away_takes_its_orders_along(self):
        bulletin = self.bulletin()
        orders = bulletin.sudo().order_ids
        bulletin.unlink()
        self.assertFalse(orders.exists())

    def test_the_next_bulletin_names_who_has_not_answered(self):
        first = self.issued()
        for order in first.sudo().order_ids:
            if order._edu_addressee() != self.school_b:
                order.line_ids.answer = "已走访"
                order.write({"first_submitted_at": "2026-09-03 00:00:00", "state": "answered"})
        self.assertEqual(
            self.bulletin().figures["before"],
            {
                "number": "控辍通报〔2026〕1号",
                "orders": 4,
                "answered": 3,
                "unanswered": ["西岭学校"],
            },
        )

    def test_only_the_bureau_of_the_county_prepares_one(self):
        for role in ("principal", "township", "inspector", "county_admin"):
            with self.assertRaises(AccessError):
                self.env["edu.bulletin"].with_user(self.user[role]).create({})
        bulletin = self.bulletin()
        other = bulletin.with_user(self.other_user["bureau"])
        with self.assertRaises(AccessError):
            other.action_issue()

    def test_schools_and_townships_read_it_once_it_is_issued(self):
        bulletin = self.bulletin()
        readers = ("principal", "vice_principal", "dean", "records_admin", "township", "inspector")
        for role in readers:
            with self.assertRaises(AccessError):
                self.as_user(bulletin, role).read(["figures"])
        bulletin.action_issue()
        for role in readers:
            self.assertEqual(self.as_user(bulletin, role).child_count, 3)
            self.assertEqual(self.as_user(bulletin, role).order_count, 4)
        self.assertFalse(bulletin.with_user(self.other_user["inspector"]).has_access("read"))

    # every so often

    def test_the_next_one_is_prepared_when_the_last_is_old(self):
        Bulletin = self.env["edu.bulletin"]
        self.issued()
        self.on("2026-10-01 00:30:00")
        Bulletin._cron_prepare()
        self.assertFalse(Bulletin.search([("state", "=", "draft")]))
        self.on("2026-10-02 00:30:00")
        Bulletin._cron_prepare()
        draft = Bulletin.search([("state", "=", "draft")])
        self.assertEqual(draft.county_id, self.county)
        self.assertEqual(draft.activity_ids.user_id, self.user["bureau"])
        self.assertEqual(draft.activity_ids.summary, "印发疑似辍学通报")
        Bulletin._cron_prepare()
        self.assertEqual(Bulletin.search([("state", "=", "draft")]), draft)
        draft.with_user(self.user["bureau"]).action_issue()
        self.assertFalse(draft.activity_ids)

    def test_nothing_is_prepared_without_a_suspicion_or_a_term(self):
        Bulletin = self.env["edu.bulletin"]
        self.term.state = "closed"
        Bulletin._cron_prepare()
        self.assertFalse(Bulletin.search([]))
        self.term.state = "open"
        for case in self.case | self.second_case | self.case_b:
            self.bring(case, "excluded")
        Bulletin._cron_prepare()
        self.assertFalse(Bulletin.search([]))


class TestBulletinDocuments(BulletinCommon):
    def text(self, report, record):
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            f"edu_dropout_control.action_report_{report}", record.ids
        )
        return " ".join(html.decode().split())

    def test_the_bulletin_has_figures_and_no_names(self):
        text = self.text("bulletin", self.issued(remark="请逐户走访。"))
        for part in (
            "关于疑似辍学学生情况的通报",
            "控辍通报〔2026〕1号",
            "疑似辍学学生3人，涉及学校2所、乡镇2个",
            "请逐户走访。",
            "2026年9月9日前",
            "东河中心小学",
            "青禾县教育体育局",
            "2026年9月2日",
        ):
            self.assertIn(part, text)
        for child in ("张小明", "王小强", "李小红", "草 稿"):
            self.assertNotIn(child, text)

    def test_a_draft_says_so(self):
        self.assertIn("草 稿", self.text("bulletin", self.bulletin()))

    def test_the_order_names_its_own_children_and_then_the_answer(self):
        bulletin = self.issued()
        order = self.order_of(bulletin, self.school_a)
        text = self.text("supervision_order", order)
        for part in (
            "控辍保学督办单",
            order.name,
            "东河中心小学：",
            "张小明",
            "王小强",
            "疑似，待核实",
        ):
            self.assertIn(part, text)
        self.assertNotIn("李小红", text)
        self.assertNotIn("赵小军", text)
        order.line_ids.answer = "父母在外，已电话联系"
        self.as_user(order, "dean").action_answer()
        text = self.text("supervision_order", order)
        for part in ("父母在外，已电话联系", "答复人：Dean A", "答复日期：2026年9月2日"):
            self.assertIn(part, text)

    def test_pdf(self):
        bulletin = self.issued()
        for report, record in (
            ("bulletin", bulletin),
            ("supervision_order", bulletin.sudo().order_ids[:1]),
        ):
            pdf, _kind = (
                self.env["ir.actions.report"]
                .with_context(force_report_rendering=True)
                ._render_qweb_pdf(f"edu_dropout_control.action_report_{report}", record.ids)
            )
            self.assertTrue(pdf.startswith(b"%PDF"))
