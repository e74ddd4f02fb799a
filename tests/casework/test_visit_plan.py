from datetime import date

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, HttpCase, tagged

from ...models.casework.dropout_case import EVERYBODY
from .common import CaseCommon


class PlanCommon(CaseCommon):
    freeze = "2026-09-02 00:30:00"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sister = cls.make_student(cls.class_a, name="张小花", gender="female")

    def setUp(self):
        super().setUp()
        self.case = self.make_case(state="persuading")
        self.second = self.make_case(self.sister)

    def plan(self, role="class_teacher", other=False, **values):
        return self.as_user(self.env["edu.visit.plan"], role, other).create(
            {
                "date": "2026-10-08",
                "area_id": (self.village_b if other else self.village_a).id,
                "user_names": "村支书老王",
                **values,
            }
        )


class TestVisitPlan(PlanCommon):
    def test_takes_who_is_due(self):
        """Persuasion due within a week of the day, and a suspicion nobody has looked into."""
        plan = self.plan()
        self.assertEqual(plan.line_ids.case_id, self.case | self.second)
        self.assertEqual(plan.school_id, self.school_a)
        self.assertEqual(plan.township_id, self.township_a)
        self.assertEqual(plan.user_ids, self.user["class_teacher"])
        early = self.plan(date="2026-09-10")
        self.assertEqual(early.line_ids.case_id, self.second, "the other is due in October")

    def test_nobody_twice_a_day(self):
        self.plan()
        self.assertFalse(self.plan("dean").line_ids)
        self.assertTrue(self.plan("dean", date="2026-10-07").line_ids)

    def test_of_the_village_only(self):
        away = self.env["edu.area"].create(
            {
                "name": "梨园村",
                "code": "990001101202",
                "level": "village",
                "parent_id": self.township_a.id,
            }
        )
        self.sister.residence_area_id = away
        self.assertEqual(self.plan().line_ids.case_id, self.case)
        self.assertEqual(self.plan(area_id=away.id).line_ids.case_id, self.second)
        whole = self.plan(area_id=self.township_a.id, date="2026-10-07")
        self.assertEqual(whole.line_ids.case_id, self.case | self.second)

    def test_of_the_own_scope_only(self):
        child = self.make_student(self.class_a2)
        other = self.make_case(child)
        self.assertNotIn(other, self.plan().line_ids.case_id)
        self.assertIn(other, self.plan("township", school_id=False).line_ids.case_id)

    def test_a_county_has_no_route(self):
        with self.assertRaisesRegex(ValidationError, "one village"):
            self.plan("bureau", area_id=self.county.id)

    def test_somebody_goes(self):
        with self.assertRaisesRegex(ValidationError, "who goes"):
            self.plan(user_ids=[Command.clear()], user_names=" ")

    def test_not_for_a_day_that_is_over(self):
        with self.assertRaisesRegex(UserError, "before it is walked"):
            self.plan(date="2026-09-01")
        self.assertTrue(self.plan(date="2026-09-02"))

    def test_suggest_again(self):
        plan = self.plan()
        third = self.make_case(self.make_student(self.class_a))
        plan.action_suggest()
        self.assertEqual(plan.line_ids.case_id, self.case | self.second | third)
        with self.assertRaisesRegex(UserError, "No other child"):
            plan.action_suggest()

    def test_form(self):
        form = Form(self.as_user(self.env["edu.visit.plan"], "class_teacher"))
        form.area_id = self.village_a
        form.date = "2026-10-08"
        plan = form.save()
        self.assertEqual(plan.line_count, 2)


class TestVisitPlanStays(PlanCommon):
    """Who was planned and not visited stays visible."""

    def setUp(self):
        super().setUp()
        self.route = self.plan()
        self.line = self.route.line_ids.filtered(lambda line: line.case_id == self.case)
        self.other_line = self.route.line_ids - self.line

    def states(self):
        self.env.invalidate_all()
        found = {
            state: self.env["edu.visit.plan.line"].search([("state", "=", state)])
            for state in ("planned", "visited", "later", "missed")
        }
        for state, lines in found.items():
            self.assertEqual(set(lines.mapped("state")) | {state}, {state})
        return found

    def test_until_the_day_it_is_free(self):
        self.route.date = "2026-10-07"
        self.other_line.unlink()
        self.assertEqual(self.states()["planned"], self.line)
        self.route.unlink()

    def test_from_the_day_on_it_stays(self):
        self.on("2026-10-08 01:00:00")
        for change in (
            self.line.unlink,
            self.route.unlink,
            lambda: self.route.write({"date": "2026-10-20"}),
            lambda: self.route.write({"area_id": self.township_a.id}),
        ):
            with self.subTest(), self.assertRaisesRegex(UserError, "has come"):
                change()
        self.route.note = "村委会集合"
        self.line.reason = "无人在家"

    def test_not_moved_into_the_past(self):
        with self.assertRaisesRegex(UserError, "has come"):
            self.route.date = "2026-09-01"

    def test_nobody_is_added_afterwards(self):
        self.on("2026-10-09 01:00:00")
        third = self.make_case(self.make_student(self.class_a))
        with self.assertRaisesRegex(UserError, "has come"):
            self.route.line_ids.create({"plan_id": self.route.id, "case_id": third.id})

    def test_visited_that_day(self):
        self.on("2026-10-08 03:00:00")
        visit = self.make_visit(self.case)
        self.assertEqual(self.line.visit_id, visit)
        self.assertEqual(self.states()["visited"], self.line)
        self.on("2026-10-09 03:00:00")
        states = self.states()
        self.assertEqual((states["visited"], states["missed"]), (self.line, self.other_line))
        self.assertEqual((self.route.visited_count, self.route.missed_count), (1, 1))

    def test_visited_another_day(self):
        self.on("2026-10-14 03:00:00")
        self.make_visit(self.case)
        self.assertEqual(self.states()["later"], self.line, "it still was not visited as planned")

    def test_a_call_is_no_visit(self):
        self.on("2026-10-08 03:00:00")
        self.make_visit(self.case, method="phone")
        self.assertEqual(self.states()["planned"], self.route.line_ids)

    def test_told_by_records_only(self):
        with self.assertRaisesRegex(AccessError, "follows from the records"):
            self.line.on_day = True
        with self.assertRaisesRegex(AccessError, "stays on its route"):
            self.line.case_id = self.second

    def test_plan_again(self):
        with self.assertRaisesRegex(UserError, "Nobody is left"):
            self.route.action_plan_again()
        self.on("2026-10-08 03:00:00")
        self.make_visit(self.case)
        self.on("2026-10-09 03:00:00")
        self.env.invalidate_all()
        action = self.route.action_plan_again()
        again = self.env["edu.visit.plan"].browse(action["res_id"])
        self.assertEqual(again.date, date(2026, 10, 9))
        self.assertEqual(again.line_ids.case_id, self.second)
        self.assertEqual(again.user_names, "村支书老王")
        self.assertEqual(self.other_line.state, "missed", "the old route keeps saying so")

    def test_record_is_filled(self):
        action = self.line.action_record()
        self.on("2026-10-08 03:00:00")
        form = Form(
            self.as_user(self.env["edu.visit"], "class_teacher").with_context(**action["context"])
        )
        form.result = "promised"
        visit = form.save()
        self.assertEqual(visit.case_id, self.case)
        self.assertEqual(visit.visitors, "Class teacher A、村支书老王")
        self.assertEqual(visit.place, "柳树村")

    def test_agenda(self):
        Agenda = self.as_user(self.env["edu.visit.agenda"], "class_teacher")

        def entries():
            self.env.flush_all()
            self.env.invalidate_all()
            return {(entry.kind, entry.date, entry.case_id) for entry in Agenda.search([])}

        day = self.route.date
        self.assertEqual(
            entries(),
            {
                ("due", self.case.next_visit_due, self.case),
                ("planned", day, self.case),
                ("planned", day, self.second),
            },
        )
        self.on("2026-10-08 03:00:00")
        self.make_visit(self.case)
        self.on("2026-10-09 03:00:00")
        self.assertIn(("visited", day, self.case), entries())
        self.assertIn(("missed", day, self.second), entries())
        entry = Agenda.search([("kind", "=", "missed")])
        self.assertEqual(entry.action_open()["res_id"], self.route.id)
        due = Agenda.search([("kind", "=", "due")])
        self.assertEqual(due.action_open()["res_model"], "edu.dropout.case")


class TestVisitPlanAccess(PlanCommon):
    def test_who_plans(self):
        for number, role in enumerate(EVERYBODY):
            with self.subTest(role=role):
                plan = self.plan(role, date=f"2026-09-{10 + number}")
                self.assertIn(self.second, plan.line_ids.case_id)
                plan.note = "八点出发"
                with self.assertRaises(AccessError):
                    self.as_user(plan, role, other=True).read(["date"])
                with self.assertRaises(AccessError):
                    self.as_user(plan, role, other=True).note = "x"
        for role in ("inspector", "student_aid", "county_admin"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.plan(role)

    def test_inspector_reads(self):
        plan = self.as_user(self.plan(), "inspector")
        self.assertEqual(plan.line_count, 2)
        with self.assertRaises(AccessError):
            plan.line_ids.reason = "x"

    def test_no_route_for_another_school(self):
        with self.assertRaises(AccessError):
            self.plan(school_id=self.school_b.id)
        plan = self.plan()
        with self.assertRaises(AccessError):
            plan.school_id = self.school_b

    def test_no_child_of_another_school(self):
        stranger = self.make_case(self.other_student)
        plan = self.plan()
        with self.assertRaises(AccessError):
            plan.line_ids = [Command.create({"case_id": stranger.id})]

    def test_class_teacher_sees_own_children_on_the_school_s_route(self):
        other = self.make_case(self.make_student(self.class_a2))
        plan = self.plan("dean")
        self.assertIn(other, plan.line_ids.case_id)
        self.env.invalidate_all()
        seen = self.as_user(plan, "class_teacher").line_ids.case_id
        self.assertEqual(seen.sudo(), self.case | self.second)

    def test_printed(self):
        """Names and villages; no number, no address."""
        plan = self.plan("dean", note="村委会集合")
        html = self.env["ir.qweb"]._render(
            "edu_dropout_control.document_visit_plan",
            self.as_user(
                self.env["report.edu_dropout_control.document_visit_plan"], "dean"
            )._get_report_values(plan.ids),
        )
        for text in ("张小明", "张小花", "柳树村", "村支书老王", "村委会集合", "2026年10月8日"):
            self.assertIn(text, str(html))
        self.assertNotIn("号", str(html).replace("序号", ""), "no address")
        self.assertNotRegex(str(html), r"\d{5}|\*")
        with self.assertRaises(AccessError):
            self.as_user(
                self.env["report.edu_dropout_control.document_visit_plan"], "dean", other=True
            )._get_report_values(plan.ids)


@tagged("post_install", "-at_install")
class TestVisitPlanTour(PlanCommon, HttpCase):
    """The class teacher on the road, with a phone."""

    browser_size = "375x667"
    touch_enabled = True

    def test_route_on_the_phone(self):
        teacher = self.user["class_teacher"]
        teacher.password = teacher.login
        self.plan(date="2026-09-02", line_ids=[Command.create({"case_id": self.second.id})])
        self.env.flush_all()
        self.start_tour(
            "/odoo/action-edu_dropout_control.edu_visit_plan_action",
            "edu_visit_route",
            login=teacher.login,
        )
        self.env.invalidate_all()
        line = self.env["edu.visit.plan.line"].search([("case_id", "=", self.second.id)])
        self.assertEqual(line.state, "visited")
        self.assertEqual(line.visit_id.result, "promised")
        self.assertEqual(line.visit_id.visitors, "Class teacher A、村支书老王")
