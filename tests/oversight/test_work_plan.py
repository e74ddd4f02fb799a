from datetime import date

import psycopg2

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .plan_common import PlanCommon


@tagged("post_install", "-at_install")
class TestWorkPlanMade(PlanCommon):
    """Every school has its plan when the term opens, due when the school's own day says."""

    def test_a_term_that_opens_gives_every_school_its_plan(self):
        plans = self.env["edu.work.plan"].search([("term_id", "=", self.term.id)])
        county = self.env["edu.school"].search([("county_id", "=", self.county.id)])
        self.assertEqual(plans.school_id, county)
        self.assertEqual(len(plans), len(county))
        self.assertEqual(set(plans.mapped("state")), {"draft"})
        self.assertEqual(set(plans.mapped("deadline")), {self.term.plan_deadline})
        self.assertEqual(self.plan.township_id, self.township_a)
        self.assertEqual(self.plan.signoff_round, 1)

    def test_opening_again_adds_only_what_is_new(self):
        school = self.make_school("新办小学", self.township_a, "primary")
        made = self.env["edu.work.plan"]._edu_prepare(self.term, school | self.school_a)
        self.assertEqual(made.school_id, school)
        self.assertFalse(self.env["edu.work.plan"]._edu_prepare(self.term, school | self.school_a))

    def test_one_statement_however_many_schools(self):
        schools = self.school_a | self.school_b | self.junior_a | self.point_a
        term = self.env["edu.term"].create(
            {
                "school_year": "2026-2027",
                "season": "spring",
                "start_date": "2027-03-01",
                "end_date": "2027-07-09",
            }
        )
        Plan = self.env["edu.work.plan"]
        counts = []
        for some in (schools[:1], schools[1:]):
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            Plan._edu_prepare(term, some)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[0], counts[1])

    def test_deadline_of_a_school_that_opens_on_another_day(self):
        opening = self.env["edu.term.opening"].create(
            {
                "term_id": self.term.id,
                "school_id": self.school_a.id,
                "start_date": "2026-09-07",
                "reason": "校舍维修",
            }
        )
        self.assertEqual(self.plan.deadline, opening.plan_deadline)
        self.assertGreater(opening.plan_deadline, self.term.plan_deadline)
        self.assertEqual(self.plan_of(self.school_b).deadline, self.term.plan_deadline)
        # made later, it is due on the school's day at once
        self.plan.unlink()
        self.env["edu.work.plan"]._edu_prepare(self.term, self.school_a)
        self.assertEqual(self.plan_of(self.school_a).deadline, opening.plan_deadline)
        opening.unlink()
        self.assertEqual(self.plan_of(self.school_a).deadline, self.term.plan_deadline)

    def test_a_school_without_one_makes_it_and_no_second_one(self):
        self.plan.unlink()
        Plan = self.env["edu.work.plan"].with_user(self.user["dean"])
        plan = Plan.create({"school_id": self.school_a.id})
        self.assertEqual((plan.term_id, plan.state), (self.term, "draft"))
        self.assertTrue(plan.measure_ids, "filled from the template")
        self.assertEqual(plan.deadline, self.term.plan_deadline)
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.IntegrityError),
            self.cr.savepoint(),
        ):
            Plan.create({"school_id": self.school_a.id})

    def test_nobody_makes_one_for_another_school_or_in_another_state(self):
        self.plan_of(self.school_b).unlink()
        with self.assertRaises(AccessError):
            self.env["edu.work.plan"].with_user(self.user["dean"]).create(
                {"school_id": self.school_b.id}
            )
        with self.assertRaises(AccessError):
            self.env["edu.work.plan"].with_user(self.other_user["dean"]).create(
                {"school_id": self.school_b.id, "state": "approved"}
            )
        with self.assertRaises(AccessError):
            self.env["edu.work.plan"].with_user(self.other_user["principal"]).create(
                {"school_id": self.school_b.id}
            )

    def test_cron_makes_what_is_missing(self):
        self.plan.unlink()
        self.env["edu.work.plan"]._cron_daily()
        self.assertTrue(self.plan_of(self.school_a))


@tagged("post_install", "-at_install")
class TestWorkPlanFill(PlanCommon):
    """From the county's template, the last plan and the open cases; again and again."""

    def admin(self, record):
        return self.as_user(record, "records_admin")

    def test_template(self):
        self.admin(self.plan).action_fill()
        template = self.env.ref("edu_dropout_control.work_plan_template")
        self.assertEqual(self.plan.goals, template.goals)
        works = template.line_ids.filtered(lambda line: line.kind == "work")
        self.assertEqual(self.plan.work_ids.mapped("name"), works.mapped("name"))
        leaders = self.plan.work_ids.filtered(lambda m: "领导小组会议" in m.name)
        self.assertEqual(leaders.responsible_id, self.user["principal"])
        due = self.env["edu.policy"]._edu_period_end(self.term.start_date, 15)
        self.assertEqual(leaders.deadline, due)
        self.assertEqual(self.plan.budget, sum(self.plan.measure_ids.mapped("budget")))

    def test_prevention_of_the_causes_that_occur_here(self):
        self.admin(self.plan).action_fill()
        self.assertFalse(self.plan.prevention_ids.cause_id)
        case = self.make_case()
        self.admin(self.plan).action_fill()
        self.assertFalse(self.plan.prevention_ids.cause_id, "no cause is known yet")
        self.bring(case, "persuading")
        self.admin(self.plan).action_fill()
        self.assertEqual(self.plan.prevention_ids.cause_id, self.code("cause", "weary"))

    def test_the_first_template_for_schools_of_the_kind(self):
        Template = self.env["edu.work.plan.template"].with_user(self.user["bureau"])
        Template.create({"name": "初中", "sequence": 1, "school_kind": "junior", "goals": "初中"})
        mine = Template.create(
            {
                "name": "小学",
                "sequence": 2,
                "school_kind": "primary",
                "goals": "小学目标",
                "line_ids": [Command.create({"name": "小学措施", "role": "township", "days": 7})],
            }
        )
        self.admin(self.plan).action_fill()
        self.assertEqual(self.plan.goals, "小学目标")
        self.assertEqual(self.plan.measure_ids.mapped("name"), ["小学措施"])
        self.assertEqual(self.plan.measure_ids.responsible_id, self.user["township"])
        mine.active = False
        # what was taken over stays; the next template adds its own
        self.admin(self.plan).action_fill()
        self.assertIn("小学措施", self.plan.measure_ids.mapped("name"))
        self.assertEqual(self.plan.goals, "小学目标")

    def test_who_edits_templates(self):
        template = self.env.ref("edu_dropout_control.work_plan_template")
        self.as_user(template, "bureau").goals = "全县统一目标"
        self.as_user(template.line_ids[0], "county_admin").days = 9
        for role in ("records_admin", "principal", "township", "inspector"):
            with self.assertRaises(AccessError):
                self.as_user(template, role).goals = "x"

    def test_cases(self):
        case = self.make_case(state="persuading")
        suspected = self.make_case(self.make_student(self.class_a2))
        away = self.make_case(self.other_student)  # of another school
        back = self.make_case(self.make_student(self.class_a), state="returned")
        self.admin(self.plan).action_fill()
        children = self.plan.child_ids
        self.assertEqual(children.case_id, case | suspected)
        self.assertNotIn(away, children.case_id)
        self.assertNotIn(back, children.case_id)
        child = children.filtered(lambda row: row.case_id == case)
        self.assertEqual(child.target_on, case.return_by)
        self.assertEqual(child.child_name, "张小明")
        self.assertEqual((child.grade, child.class_number), (3, 1))
        self.assertEqual((child.planned_standing, child.cause_id), ("none", case.cause_id))
        self.assertEqual(
            children.filtered(lambda row: row.case_id == suspected).standing, "undecided"
        )

    def test_again_adds_only_what_is_new_and_marks_it(self):
        self.make_case()
        self.admin(self.plan).action_fill()
        self.assertTrue(all(self.plan.measure_ids.mapped("is_new")))
        kept = self.plan.measure_ids, self.plan.child_ids
        self.plan.child_ids.approach = "班主任每周联系"
        action = self.admin(self.plan).action_fill()
        self.assertEqual(action["params"]["type"], "info")
        self.assertEqual((self.plan.measure_ids, self.plan.child_ids), kept)
        self.assertEqual(self.plan.new_count, 0)
        self.make_case(self.make_student(self.class_a, name="新来的"))
        action = self.admin(self.plan).action_fill()
        self.assertEqual(action["params"]["type"], "success")
        new = self.plan.child_ids.filtered("is_new")
        self.assertEqual(new.child_name, "新来的")
        self.assertEqual(self.plan.new_count, 1)
        self.assertEqual((self.plan.child_ids - new).approach, "班主任每周联系")

    def test_what_the_school_left_out_does_not_come_back(self):
        self.admin(self.plan).action_fill()
        gone = self.plan.work_ids[:1]
        name = gone.name
        self.admin(gone).unlink()
        self.admin(self.plan).action_fill()
        self.assertNotIn(name, self.plan.measure_ids.mapped("name"))

    def test_what_is_known_of_a_child_is_brought_up_to_date(self):
        case = self.make_case()
        self.admin(self.plan).action_fill()
        self.assertFalse(self.plan.child_ids.cause_id)
        self.bring(case, "persuading")
        self.admin(self.plan).action_fill()
        self.assertEqual(self.plan.child_ids.cause_id, case.cause_id)
        self.assertEqual(self.plan.child_ids.planned_standing, "none")

    def test_the_last_plans_unfinished_measures(self):
        self.sign()
        done, dropped, left = self.plan.measure_ids[:3]
        self.step(done, "done", "dean", outcome="完成")
        self.step(dropped, "drop", "dean", reason="合并")
        (self.plan.measure_ids - done - dropped - left).write({"state": "done"})
        self.on("2027-03-02 01:00:00")
        plan = self.plan_of(self.school_a, self.make_term())
        self.admin(plan).action_fill()
        carried = plan.measure_ids.filtered("carried_from_id")
        self.assertEqual(carried.carried_from_id, left)
        self.assertEqual(
            (carried.name, carried.responsible_id, carried.budget, carried.deadline),
            (left.name, left.responsible_id, left.budget, False),
        )
        self.assertIn("Due", plan.problems, "it needs a new date")
        self.admin(carried).unlink()
        self.admin(plan).action_fill()
        self.assertFalse(plan.measure_ids.filtered("carried_from_id"))

    def test_who_fills_in(self):
        self.as_user(self.plan, "dean").action_fill()
        for role in ("principal", "vice_principal", "township", "bureau", "inspector"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.as_user(self.plan, role).action_fill()
        with self.assertRaises(AccessError):
            self.as_user(self.plan, "dean", other=True).action_fill()

    def test_a_child_is_put_in_by_hand_too(self):
        case = self.make_case()
        Child = self.env["edu.work.plan.child"].with_user(self.user["dean"])
        child = Child.create({"plan_id": self.plan.id, "case_id": case.id, "approach": "约谈"})
        self.assertEqual((child.child_name, child.approach), ("张小明", "约谈"))
        other = self.make_case(self.other_student)
        with self.assertRaises(AccessError):
            Child.create({"plan_id": self.plan.id, "case_id": other.id})
        with self.assertRaises(UserError):
            self.env["edu.work.plan.child"].create({"plan_id": self.plan.id, "case_id": other.id})
        with self.assertRaises(AccessError):
            child.write({"child_name": "别人"})
        with self.assertRaises(AccessError):
            Child.create({"plan_id": self.plan.id, "case_id": case.id, "is_planned": False})
        child.unlink()
        self.assertFalse(self.plan.child_ids)

    def test_in_the_form(self):
        self.make_case()
        self.admin(self.plan).action_fill()
        with Form(self.admin(self.plan)) as form:
            form.goals = "全部返校"
            with form.work_ids.new() as line:
                line.name = "另加一项"
                line.responsible_id = self.user["dean"]
                line.deadline = date(2026, 10, 9)
                line.budget = 80
            with form.child_ids.edit(0) as line:
                line.approach = "结对"
        measure = self.plan.measure_ids.filtered(lambda m: m.name == "另加一项")
        self.assertEqual((measure.kind, measure.budget), ("work", 80))
        self.assertEqual(self.plan.child_ids.approach, "结对")


@tagged("post_install", "-at_install")
class TestWorkPlanSign(PlanCommon):
    """Filled in, reviewed, submitted, approved or returned; frozen, withdrawn with a reason."""

    def refused(self, record, action, *roles, error=AccessError):
        for role in roles:
            with self.subTest(action=action, role=role), self.assertRaises(error):
                getattr(self.as_user(record, role), action)()

    def test_what_is_missing_is_said(self):
        admin = self.as_user(self.plan, "records_admin")
        with self.assertRaisesRegex(ValidationError, "(?s)goals.*no measure"):
            admin.action_sign_filled()
        self.make_case()
        admin.action_fill()
        self.plan.measure_ids[0].write({"responsible_id": False, "deadline": False})
        self.plan.measure_ids[1].responsible_id = self.nobody
        self.plan.measure_ids[2].deadline = "2027-02-01"
        self.make_case(self.make_student(self.class_a, name="新来的"))
        problems = self.plan.problems
        self.assertIn(f"{self.plan.measure_ids[0].name}: Person, Due missing.", problems)
        self.assertIn("Nobody holds no post", problems)
        self.assertIn("is due after the end of the term", problems)
        self.assertIn("张小明: To Be Back By missing.", problems)
        self.assertIn("Not in the plan yet: 新来的", problems)
        with self.assertRaises(ValidationError):
            admin.action_sign_filled()
        self.assertEqual(self.plan.state, "draft")

    def test_a_child_that_is_back_needs_no_date(self):
        case = self.make_case()
        self.as_user(self.plan, "records_admin").action_fill()
        self.bring(case, "returned")
        self.assertNotIn("张小明", self.plan.problems or "")

    def test_the_whole_way(self):
        plan = self.fill()
        self.as_user(plan, "dean").action_sign_filled()
        self.assertEqual(plan.state, "to_review")
        self.assertEqual(
            plan.activity_ids.user_id, self.user["principal"] | self.user["vice_principal"]
        )
        self.as_user(plan, "vice_principal").action_sign_reviewed()
        self.assertEqual(plan.state, "signed")
        self.assertTrue(all(plan.measure_ids.mapped("in_force_on")))
        self.as_user(plan, "principal").action_submit()
        self.assertEqual((plan.state, plan.is_late), ("submitted", False))
        self.assertEqual(plan.submitted_by_id, self.user["principal"])
        self.assertEqual(plan.activity_ids.user_id, self.user["bureau"])
        self.as_user(plan, "bureau").action_approve()
        self.assertEqual((plan.state, plan.decided_by_id), ("approved", self.user["bureau"]))
        self.assertFalse(plan.activity_ids)
        self.assertEqual(plan.signoff_ids.mapped("role"), ["filled", "reviewed"])
        self.assertFalse(plan._edu_signoff_verify())

    def test_who_signs_what(self):
        plan = self.fill()
        self.refused(plan, "action_sign_filled", "principal", "township", "bureau", "inspector")
        self.refused(plan, "action_sign_reviewed", "principal", error=UserError)
        self.as_user(plan, "records_admin").action_sign_filled()
        self.refused(plan, "action_sign_filled", "dean", error=UserError)
        self.refused(plan, "action_sign_reviewed", "dean", "bureau", "township")
        self.refused(plan, "action_submit", "principal", error=UserError)
        self.as_user(plan, "principal").action_sign_reviewed()
        self.refused(plan, "action_submit", "dean", "bureau")
        self.refused(plan, "action_approve", "bureau", error=UserError)
        self.as_user(plan, "principal").action_submit()
        self.refused(plan, "action_approve", "principal", "township", "inspector")
        self.refused(plan, "action_return", "principal", "township")
        with self.assertRaises(AccessError):
            self.as_user(plan, "bureau", other=True).action_approve()
        self.refused(plan, "action_submit", "principal", error=UserError)

    def test_nobody_reviews_what_they_filled_in(self):
        both = self.user["dean"]
        self.make_post(both, "vice_principal", self.school_a)
        plan = self.fill()
        plan.with_user(both).action_sign_filled()
        self.assertFalse(plan.with_user(both).can_review)
        with self.assertRaises(ValidationError):
            plan.with_user(both).action_sign_reviewed()
        self.as_user(plan, "principal").action_sign_reviewed()

    def test_frozen_when_signed(self):
        self.make_case()
        plan = self.fill()
        admin = self.as_user(plan, "records_admin")
        admin.action_sign_filled()
        for record, values in (
            (admin, {"goals": "别的"}),
            (self.as_user(plan.measure_ids[0], "dean"), {"budget": 1}),
            (self.as_user(plan.child_ids, "dean"), {"target_on": "2026-12-01"}),
        ):
            with self.subTest(record=record), self.assertRaises(UserError):
                record.write(values)
        with self.assertRaises(UserError):
            admin.action_fill()
        with self.assertRaises(UserError):
            self.as_user(plan.child_ids, "dean").unlink()
        with self.assertRaises(UserError):
            self.as_user(plan.measure_ids, "dean").create({"plan_id": plan.id, "name": "迟了"})
        with self.assertRaises(UserError):
            plan.unlink()

    def test_nothing_of_the_steps_is_typed(self):
        plan = self.fill()
        for name, value in (
            ("state", "approved"),
            ("is_late", False),
            ("first_submitted_at", "2026-09-01 00:00:00"),
            ("deadline", "2030-01-01"),
            ("signoff_round", 7),
        ):
            with self.subTest(field=name), self.assertRaises(AccessError):
                self.as_user(plan, "records_admin").write({name: value})
        for name in ("state", "is_late", "in_force_on", "done_on", "outcome", "is_new"):
            with self.subTest(field=name), self.assertRaises(AccessError):
                self.as_user(plan.measure_ids[0], "dean").write({name: False})

    def test_what_was_changed_behind_the_signatures_is_found(self):
        self.make_case()
        plan = self.approve()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE edu_work_plan_measure SET deadline = '2030-01-01' WHERE id = %s",
            [plan.measure_ids[0].id],
        )
        self.env.invalidate_all()
        self.assertIn("Measures", " ".join(plan._edu_signoff_verify()))

    def test_what_may_change_meanwhile_breaks_no_signature(self):
        case = self.make_case()
        plan = self.approve()
        self.bring(case, "persuading")
        self.user["dean"].name = "改名了"
        self.school_a.name = "东河第一小学"
        self.step(plan.measure_ids[0], "done", "principal", outcome="完成")
        self.make_post(self.nobody, "dean", self.school_a)
        self.assertFalse(plan._edu_signoff_verify())

    def test_late_is_late_for_ever(self):
        self.on("2026-10-22 16:00:01")  # one second past midnight of the 23rd in the county
        self.assertEqual(self.plan.deadline, date(2026, 10, 21))
        self.assertEqual(self.plan.deadline_state, "late")
        plan = self.submit()
        self.assertTrue(plan.is_late)
        self.assertEqual(plan.deadline_state, "done_late")
        self.step(plan, "return", "bureau", reason="补充")
        self.submit(plan)
        self.assertTrue(plan.is_late)

    def test_in_time_until_the_last_second(self):
        self.on("2026-10-21 15:59:59")
        self.assertFalse(self.submit().is_late)
        self.assertEqual(self.plan.deadline_state, "done")
        first = self.plan.first_submitted_at
        self.on("2026-11-02 01:00:00")
        self.step(self.plan, "return", "bureau", reason="补充")
        self.submit()
        self.assertEqual((self.plan.is_late, self.plan.first_submitted_at), (False, first))

    def test_returned_corrected_approved(self):
        plan = self.submit()
        with self.assertRaises(UserError):
            self.step(plan, "return", "bureau", reason="  ")
        self.step(plan, "return", "bureau", reason="第三项措施没有经费")
        self.assertEqual((plan.state, plan.return_reason), ("returned", "第三项措施没有经费"))
        self.assertEqual(plan.activity_ids.user_id, self.user["records_admin"] | self.user["dean"])
        self.assertIn("第三项措施没有经费", self.messages(plan))
        self.as_user(plan.measure_ids[2], "dean").budget = 600
        self.submit(plan)
        self.assertFalse(plan.return_reason)
        self.as_user(plan, "bureau").action_approve()
        self.assertEqual(
            plan.signoff_ids.mapped("role"),
            ["filled", "reviewed", "returned", "filled", "reviewed"],
        )
        first = plan.signoff_ids[0]._edu_frozen()["measures"]
        last = plan.signoff_ids[-1]._edu_frozen()["measures"]
        self.assertNotEqual(first, last)

    def test_withdrawn_with_a_reason(self):
        plan = self.approve()
        for role in ("records_admin", "dean", "bureau", "township"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.step(plan, "withdraw", role, reason="改")
        with self.assertRaises(UserError):
            self.step(plan, "withdraw", "principal")
        self.step(plan, "withdraw", "principal", reason="新增三名学生")
        self.assertEqual(
            (plan.state, plan.withdrawal_reason, plan.signoff_round), ("draft", "新增三名学生", 2)
        )
        with self.assertRaises(UserError):
            self.step(plan, "withdraw", "principal", reason="又改")
        self.approve(plan)
        self.assertFalse(plan.withdrawal_reason)

    def test_who_fills_in_takes_back_what_has_not_left_the_school(self):
        plan = self.fill()
        self.as_user(plan, "records_admin").action_sign_filled()
        self.step(plan, "withdraw", "dean", reason="漏了一名学生")
        self.assertEqual(plan.state, "draft")

    def test_a_teaching_point_is_reviewed_by_its_central_school(self):
        plan = self.fill(self.plan_of(self.point_a))
        self.as_user(plan, "records_admin").action_sign_filled()
        self.as_user(plan, "principal").action_sign_reviewed()
        self.assertEqual(plan.state, "signed")

    def test_people_see_what_they_can_do(self):
        plan = self.fill()
        self.assertTrue(self.as_user(plan, "records_admin").can_edit)
        self.assertFalse(self.as_user(plan, "principal").can_edit)
        self.as_user(plan, "records_admin").action_sign_filled()
        self.assertTrue(self.as_user(plan, "principal").can_review)
        self.assertFalse(self.as_user(plan, "records_admin").can_review)
        self.assertTrue(self.as_user(plan, "records_admin").can_withdraw)
        self.as_user(plan, "principal").action_sign_reviewed()
        self.assertTrue(self.as_user(plan, "principal").can_submit)
        self.as_user(plan, "principal").action_submit()
        self.assertTrue(self.as_user(plan, "bureau").can_decide)
        self.assertFalse(self.as_user(plan, "records_admin").can_withdraw)


@tagged("post_install", "-at_install")
class TestWorkPlanMeasure(PlanCommon):
    """Each measure is done with a date and what came of it, or dropped with a reason; late for ever."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sign()
        cls.measure = cls.plan.work_ids.filtered(lambda m: "家访" in m.name)
        cls.measure.write({"responsible_id": cls.user["class_teacher"].id})

    def test_done(self):
        self.on("2026-09-10 01:00:00")
        self.step(self.measure, "done", "class_teacher", done_on="2026-09-09", outcome="走访12户")
        measure = self.measure
        self.assertEqual(
            (measure.state, measure.done_on, measure.outcome, measure.is_late),
            ("done", date(2026, 9, 9), "走访12户", False),
        )
        self.assertEqual(measure.settled_by_id, self.user["class_teacher"])
        self.assertEqual(measure.deadline_state, "done")
        self.assertEqual(self.plan.done_count, 1)
        self.assertEqual(self.plan.progress, 100 // len(self.plan.measure_ids))

    def test_done_takes_a_date_and_an_outcome(self):
        with self.assertRaises(UserError):
            self.step(self.measure, "done", "dean", outcome=" ")
        for day in ("2026-09-03", "2026-08-31"):
            with self.subTest(day=day), self.assertRaises(ValidationError):
                self.step(self.measure, "done", "dean", done_on=day, outcome="走访")
        self.assertEqual(self.measure.state, "open")

    def test_late_whatever_date_is_written(self):
        self.on("2026-10-15 01:00:00")
        self.assertEqual(self.measure.deadline_state, "late")
        self.assertEqual(self.plan.late_count, 6)
        with self.assertRaisesRegex(UserError, "late"):
            self.step(self.measure, "done", "dean", done_on="2026-09-09", outcome="走访")
        self.step(
            self.measure, "done", "dean", done_on="2026-09-09", outcome="走访", reason="忘记填报"
        )
        self.assertTrue(self.measure.is_late)
        self.assertEqual(self.measure.late_reason, "忘记填报")
        self.assertEqual(self.measure.deadline_state, "done_late")

    def test_dropped(self):
        with self.assertRaises(UserError):
            self.step(self.measure, "drop", "dean")
        self.step(self.measure, "drop", "dean", reason="并入乡镇统一家访")
        self.assertEqual(
            (self.measure.state, self.measure.drop_reason), ("dropped", "并入乡镇统一家访")
        )
        self.assertEqual(self.plan.dropped_count, 1)

    def test_settled_once(self):
        self.step(self.measure, "done", "dean", outcome="走访")
        for step, values in (
            ("done", {"outcome": "再走访"}),
            ("drop", {"reason": "不做了"}),
            ("explain", {"reason": "忙"}),
        ):
            with self.subTest(step=step), self.assertRaises(UserError):
                self.step(self.measure, step, "dean", **values)

    def test_who_settles(self):
        for role in ("township", "bureau", "inspector"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.step(self.measure, "done", role, outcome="走访")
        other = self.plan.work_ids - self.measure
        with self.assertRaises(AccessError):
            self.step(other[0], "done", "class_teacher", outcome="走访")
        other[0].responsible_id = self.user["township"]
        self.step(other[0], "done", "township", outcome="走访")
        self.step(other[1], "done", "principal", outcome="开会")

    def test_not_before_the_plan_is_signed(self):
        plan = self.fill(self.plan_of(self.point_a))
        with self.assertRaises(UserError):
            self.step(plan.work_ids[0], "done", "dean", outcome="走访")

    def test_explained_while_it_is_late(self):
        with self.assertRaises(UserError):
            self.step(self.measure, "explain", "dean", reason="忙")
        self.on("2026-10-15 01:00:00")
        with self.assertRaises(UserError):
            self.step(self.measure, "explain", "dean", reason=" ")
        self.step(self.measure, "explain", "class_teacher", reason="道路中断")
        self.assertEqual(self.measure.late_reason, "道路中断")
        self.step(self.measure, "done", "dean", outcome="走访")
        self.assertTrue(self.measure.is_late)

    def test_a_date_that_has_passed_stays_known(self):
        self.on("2026-10-15 01:00:00")
        due = self.measure.deadline
        self.step(self.plan, "withdraw", "principal", reason="调整期限")
        self.as_user(self.measure, "dean").deadline = "2026-11-20"
        self.assertEqual(self.measure.missed_deadline, due)
        self.sign()
        self.step(self.measure, "done", "dean", outcome="走访", reason="道路中断")
        self.assertTrue(self.measure.is_late)

    def test_a_date_moved_before_it_passed_is_kept_by(self):
        self.step(self.plan, "withdraw", "principal", reason="调整期限")
        self.as_user(self.measure, "dean").deadline = "2026-11-20"
        self.assertFalse(self.measure.missed_deadline)
        self.sign()
        self.on("2026-11-20 01:00:00")
        self.step(self.measure, "done", "dean", outcome="走访")
        self.assertFalse(self.measure.is_late)

    def test_a_measure_in_force_is_not_deleted(self):
        self.step(self.plan, "withdraw", "principal", reason="调整")
        with self.assertRaises(UserError):
            self.as_user(self.measure, "dean").unlink()
        new = self.env["edu.work.plan.measure"].with_user(self.user["dean"])
        new = new.create({"plan_id": self.plan.id, "name": "新措施"})
        new.unlink()
        self.step(self.measure, "drop", "dean", reason="不需要")
        with self.assertRaises(UserError):
            self.as_user(self.measure, "dean").name = "改名"

    def test_prevention_alone_is_against_a_cause(self):
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.IntegrityError),
            self.cr.savepoint(),
        ):
            self.env["edu.work.plan.measure"].create(
                {
                    "plan_id": self.plan.id,
                    "name": "x",
                    "kind": "work",
                    "cause_id": self.code("cause", "weary").id,
                }
            )


@tagged("post_install", "-at_install")
class TestWorkPlanScope(PlanCommon):
    """Who sees which plans, measures and children."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_case()
        cls.make_case(cls.other_student)
        cls.fill()
        cls.other_plan = cls.plan_of(cls.school_b)
        cls.other_plan._edu_fill()

    def seen(self, role, model, other=False):
        user = (self.other_user if other else self.user)[role]
        return self.env[model].with_user(user).search([]).sudo()

    def test_leaders_see_their_school(self):
        for role in ("records_admin", "dean", "vice_principal", "principal"):
            for model, mine, theirs in (
                ("edu.work.plan", self.plan, self.other_plan),
                ("edu.work.plan.measure", self.plan.measure_ids, self.other_plan.measure_ids),
                ("edu.work.plan.child", self.plan.child_ids, self.other_plan.child_ids),
            ):
                with self.subTest(role=role, model=model):
                    self.assertLessEqual(mine, self.seen(role, model))
                    self.assertFalse(theirs & self.seen(role, model))
                    self.assertFalse(mine & self.seen(role, model, other=True))

    def test_township_bureau_and_inspector_see_drafts_in_their_scope(self):
        self.assertIn(self.plan, self.seen("township", "edu.work.plan"))
        self.assertNotIn(self.other_plan, self.seen("township", "edu.work.plan"))
        for role in ("bureau", "inspector"):
            with self.subTest(role=role):
                self.assertLessEqual(self.plan | self.other_plan, self.seen(role, "edu.work.plan"))
                self.assertFalse(self.seen(role, "edu.work.plan", other=True))

    def test_class_teachers_see_their_own(self):
        with self.assertRaises(AccessError):
            self.seen("class_teacher", "edu.work.plan")
        self.assertEqual(self.seen("class_teacher", "edu.work.plan.child"), self.plan.child_ids)
        self.assertFalse(self.seen("class_teacher", "edu.work.plan.measure"))
        mine = self.plan.work_ids[0]
        mine.responsible_id = self.user["class_teacher"]
        self.assertEqual(self.seen("class_teacher", "edu.work.plan.measure"), mine)
        self.assertEqual(mine.with_user(self.user["class_teacher"]).plan_id.sudo(), self.plan)

    def test_the_bureau_finds_who_is_missing(self):
        self.submit()
        Plan = self.env["edu.work.plan"].with_user(self.user["bureau"])
        self.assertEqual(Plan.search([("state", "=", "submitted")]).sudo(), self.plan)
        missing = Plan.search([("is_submitted", "=", False)]).sudo()
        self.assertIn(self.other_plan, missing)
        groups = Plan.formatted_read_group([], ["township_id", "state"], ["__count"])
        self.assertTrue(groups)


@tagged("post_install", "-at_install")
class TestWorkPlanDuty(PlanCommon):
    """The plan is a duty, and each measure of it."""

    def test_handing_it_in_is_a_duty_of_who_has_to_act(self):
        self.settle()
        duty = self.plan.duty_ids
        self.assertEqual((duty.kind_id.code, duty.deadline), ("work_plan", self.plan.deadline))
        self.assertEqual(duty.user_id, self.user["records_admin"])
        self.fill()
        self.as_user(self.plan, "records_admin").action_sign_filled()
        self.settle()
        self.assertEqual(duty.user_id, self.user["principal"])
        self.as_user(self.plan, "principal").action_sign_reviewed()
        self.as_user(self.plan, "principal").action_submit()
        self.settle()
        self.assertEqual(duty.state, "done")

    def test_a_measure_is_a_duty_once_it_is_in_force(self):
        self.fill()
        measure, other = self.plan.work_ids[:2]
        self.settle()
        self.assertFalse(measure.duty_ids)
        self.sign()
        self.settle()
        duty = measure.duty_ids
        self.assertEqual(duty.user_id, measure.responsible_id)
        self.assertEqual((duty.deadline, duty.state), (measure.deadline, "open"))
        self.assertEqual(measure.activity_ids.user_id, measure.responsible_id)
        self.step(measure, "done", "principal", outcome="完成")
        self.step(other, "drop", "principal", reason="合并")
        self.settle()
        self.assertEqual((duty.state, measure.duty_state), ("done", "done"))
        self.assertEqual(other.duty_ids.state, "dropped")
        self.assertFalse(measure.activity_ids | other.activity_ids)

    def test_recorded_after_its_date_it_is_late_for_good(self):
        self.sign()
        measure = self.plan.work_ids[0]
        self.settle()
        self.on("2026-10-15 01:00:00")
        self.step(measure, "done", "principal", outcome="完成", done_on="2026-09-05", reason="漏报")
        self.settle()
        self.assertEqual(measure.duty_state, "done_late")

    def test_another_person_takes_over(self):
        self.sign()
        measure = self.plan.work_ids[0]
        self.settle()
        self.step(self.plan, "withdraw", "principal", reason="换人")
        self.as_user(measure, "dean").responsible_id = self.user["vice_principal"]
        self.settle()
        self.assertEqual(measure.duty_ids.user_id, self.user["vice_principal"])
        self.assertEqual(measure.activity_ids.user_id, self.user["vice_principal"])

    def test_what_is_not_done_at_the_end_of_the_term_is_no_duty_any_more(self):
        self.approve()
        measure = self.plan.work_ids[0]
        self.settle()
        self.on("2027-01-22 15:30:00")
        self.env["edu.work.plan"]._cron_daily()
        self.settle()
        self.assertEqual(measure.duty_ids.state, "dropped")

    def test_versions_side_by_side(self):
        self.make_case(state="persuading")
        self.approve()
        self.step(self.plan, "withdraw", "principal", reason="调整")
        measure = self.plan.work_ids[0]
        self.as_user(measure, "dean").write(
            {"budget": 250, "responsible_id": self.user["vice_principal"].id}
        )
        action = self.as_user(self.plan, "principal").action_signoff_compare()
        self.assertTrue(action)
        rows = str(self.plan.with_context(lang="en_US")._edu_signoff_compare(1, 0))
        for words in (measure.name, "250.00", self.user["vice_principal"].name, "Budget (CNY)"):
            self.assertIn(words, rows)
        self.assertNotIn("people", rows)
