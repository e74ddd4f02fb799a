from datetime import date

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form

from ...models.support.home_teaching import LEADERS, WRITERS
from .common import HomeCommon


class TestPlanWritten(HomeCommon):
    """The plan of one child, by whoever works with it."""

    def test_form(self):
        """The rest of the term and the county's number of lessons are given."""
        form = Form(self.as_user(self.Plan, "class_teacher"))
        form.student_id = self.child
        self.assertEqual(form.date_from, date(2026, 9, 2))
        self.assertEqual(form.date_to, date(2027, 1, 22))
        self.assertEqual(form.per_week, 1)
        self.assertEqual(form.responsible_id, self.teacher)
        self.assertIn("Signed Consent", form.missing)
        plan = form.save()
        self.assertEqual(plan.school_id, self.school_a)
        self.assertEqual(plan.class_id, self.class_a)
        self.assertEqual(plan.school_year, "2026-2027")

    def test_who_writes(self):
        for role in WRITERS:
            with self.subTest(role=role):
                plan = self.draft(role)
                plan.goals = "会说自己的名字"
                with self.assertRaises(AccessError):
                    self.as_user(plan, role, other=True).goals = "别校"
                plan.unlink()
        for role in ("bureau", "inspector", "township", "student_aid", "county_admin"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.draft(role)

    def test_who_reads(self):
        plan = self.draft()
        for role in (*WRITERS, "bureau", "inspector"):
            with self.subTest(role=role):
                self.assertTrue(self.as_user(plan, role).read(["assessment"]))
                with self.assertRaises(AccessError):
                    self.as_user(plan, role, other=True).read(["assessment"])
        for role in ("township", "student_aid", "county_admin"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.as_user(plan, role).read(["assessment"])

    def test_the_teacher_who_answers_teaches_another_class(self):
        teacher = self.make_user("teacher_a2", "class_teacher", self.class_a2)
        plan = self.draft("dean")
        with self.assertRaises(AccessError):
            plan.with_user(teacher).read(["goals"])
        plan.responsible_id = teacher
        self.env.flush_all()
        plan.with_user(teacher).goals = "认识三种颜色"
        self.env["edu.post"].search([("user_id", "=", teacher.id)]).date_to = "2026-09-01"
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            plan.with_user(teacher).read(["goals"])

    def test_no_plan_for_another_s_child(self):
        teacher = self.make_user("teacher_a3", "class_teacher", self.class_a2)
        with self.assertRaises(AccessError):
            self.Plan.with_user(teacher).create(self.values(teacher, responsible_id=teacher.id))

    def test_teachers_have_a_post_at_the_school(self):
        with self.refused(ValidationError, "holds no post"):
            self.draft(responsible_id=self.other_user["class_teacher"].id)
        with self.refused(ValidationError, "holds no post"):
            self.draft(teacher_ids=[Command.set(self.nobody.ids)])

    def test_a_teaching_point_is_taught_from_its_central_school(self):
        klass = self.make_class(self.point_a, 2)
        child = self.make_disabled(klass, name="小山")
        plan = self.draft("dean", student_id=child.id, responsible_id=self.user["dean"].id)
        self.assertEqual(plan.school_id, self.point_a)

    def test_never_fewer_than_the_policy(self):
        self.env["edu.policy"].search([]).home_teaching_per_week = 2
        self.assertEqual(self.draft().per_week, 2)
        with self.refused(ValidationError, "at least 2 lessons"):
            self.draft(per_week=1)

    def test_within_one_school_year(self):
        self.draft(date_to="2027-08-31")
        with self.refused(ValidationError, "until 2027-08-31"):
            self.draft(date_to="2027-09-01")

    def test_steps_are_not_typed(self):
        plan = self.draft()
        for values in ({"state": "running"}, {"owed_from": "2026-09-01"}, {"approved_by_id": 1}):
            with self.subTest(values=values), self.refused(AccessError, "not typed in"):
                plan.write(values)
        created = self.as_user(self.Plan, "class_teacher").with_context(default_state="running")
        self.assertEqual(created.create(self.values(self.teacher)).state, "draft")

    def test_another_s_file(self):
        with self.assertRaises(AccessError):
            self.draft(consent_file_ids=[Command.set(self.make_file(self.user["dean"]).ids)])
        file = self.draft().consent_file_ids
        with self.refused(AccessError, "another record"):
            self.draft(consent_file_ids=[Command.set(file.ids)])


class TestPlanSteps(HomeCommon):
    """Draft → submitted → approved → running → ended."""

    def test_what_is_missing(self):
        plan = self.draft(assessment=False, consent_file_ids=False, teacher_names=False)
        for label in ("What the Child Can Do", "Signed Consent", "2 teachers"):
            with self.refused(UserError, label):
                plan.action_submit()

    def test_a_disability_on_record(self):
        plain = self.make_disabled(self.class_a, certificate=False, name="小石")
        plan = self.draft(student_id=plain.id)
        self.assertIn("certificate's number", plan.missing)
        plan.basis = "hospital"
        self.assertEqual(plan.missing, "Proof")
        plan.basis_file_ids = self.make_file(self.teacher, "诊断证明.pdf")
        plan.action_submit()
        healthy = self.draft(student_id=self.student.id, basis="hospital")
        self.assertIn("the kind of disability", healthy.missing)

    def test_approved_by_somebody_else(self):
        plan = self.draft(responsible_id=self.user["vice_principal"].id)
        plan.action_submit()
        with self.refused(AccessError, "Somebody else"):
            self.as_user(plan, "vice_principal").action_approve()
        for role in ("class_teacher", "records_admin", "dean"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.as_user(plan, role).action_approve()
        with self.assertRaises(AccessError):
            self.as_user(plan, "principal", other=True).action_approve()
        self.as_user(plan, "principal").action_approve()
        plan = plan.sudo()
        self.assertEqual(plan.approved_by_id, self.user["principal"])
        self.assertIn("Principal", plan.approved_as)

    def test_who_submitted_does_not_approve(self):
        plan = self.draft("principal")
        plan.action_submit()
        self.assertFalse(plan.can_approve)
        with self.refused(AccessError, "Somebody else"):
            plan.action_approve()
        self.assertTrue(self.as_user(plan, "vice_principal").can_approve)
        self.as_user(plan, "vice_principal").action_approve()

    def test_running_at_once_and_the_child_is_placed(self):
        plan = self.make_plan()
        self.assertEqual(plan.state, "running")
        self.assertEqual(plan.owed_from, date(2026, 9, 3), "the day after the approval")
        self.assertEqual(self.child.placement, "home")
        self.assertEqual(self.child.registry_completion, "none")

    def test_a_missing_registry_entry_is_applied_for(self):
        self.child.national_no = False
        self.make_plan()
        self.assertEqual(self.child.registry_completion, "to_apply")

    def test_begins_on_its_day(self):
        plan = self.make_plan(date_from="2026-09-14")
        self.assertEqual(plan.state, "approved")
        self.assertEqual(self.child.placement, "regular")
        self.night(date(2026, 9, 13))
        self.assertEqual(plan.state, "approved")
        self.night(date(2026, 9, 14))
        self.assertEqual(plan.state, "running")
        self.assertEqual(self.child.placement, "home")

    def test_sent_back_and_taken_back(self):
        plan = self.draft()
        plan.action_submit()
        with self.refused(UserError, "Say why"):
            self.as_user(plan, "principal")._edu_send_back(" ")
        step = self.as_user(self.env["edu.home.teaching.step"], "principal").create(
            {"teaching_id": plan.id, "step": "return", "reason": "目标不具体"}
        )
        step.action_done()
        self.assertEqual((plan.state, plan.return_reason), ("draft", "目标不具体"))
        plan.action_submit()
        with self.assertRaises(AccessError):
            self.as_user(plan, "dean").action_take_back()
        plan.action_take_back()
        self.assertEqual(plan.state, "draft")
        with self.refused(UserError, "possible only from"):
            self.as_user(plan, "principal").action_approve()

    def test_what_was_submitted_stands(self):
        plan = self.draft()
        plan.action_submit()
        for values in ({"goals": "改"}, {"responsible_id": self.user["dean"].id}):
            with self.subTest(values=values), self.refused(UserError, "stays"):
                plan.write(values)
        self.as_user(plan, "principal").action_approve()
        dean = self.as_user(plan, "dean")
        dean.write({"responsible_id": self.user["dean"].id, "times": "周四 9:00"})
        with self.refused(UserError, "stays"):
            dean.goals = "改"
        with self.assertRaises(AccessError):
            plan.times = "周五"
        with self.assertRaises(AccessError):
            plan.consent_file_ids.with_user(self.teacher).write({"raw": b"other"})
        with self.refused(UserError, "kept"):
            dean.unlink()

    def test_one_plan_for_a_day(self):
        self.make_plan()
        second = self.draft(date_from="2027-01-22", date_to="2027-01-22")
        with self.refused(ValidationError, "some of these days"):
            second.action_submit()
        second.write({"date_from": "2027-02-22", "date_to": "2027-07-02"})
        second.action_submit()

    def test_the_term_s_assessment(self):
        plan = self.draft()
        with self.refused(UserError, "possible only from"):
            plan.review = "能独立用勺"
        plan.action_submit()
        self.as_user(plan, "principal").action_approve()
        plan.write({"review": "能独立用勺", "review_result": "reached"})
        self.assertEqual(plan.reviewed_on, date(2026, 9, 2))
        with self.assertRaises(AccessError):
            self.as_user(plan, "bureau").review = "局里"

    def test_next_term_without_consent(self):
        self.env["edu.term"].create(
            {
                "school_year": "2026-2027",
                "season": "spring",
                "start_date": "2027-02-22",
                "end_date": "2027-07-02",
            }
        )
        plan = self.make_plan()
        action = plan.with_user(self.teacher).action_copy_next()
        new = self.Plan.browse(action["res_id"])
        self.assertEqual((new.date_from, new.date_to), (date(2027, 2, 22), date(2027, 7, 2)))
        self.assertEqual((new.state, new.assessment), ("draft", plan.assessment))
        self.assertFalse(new.consent_by or new.consent_file_ids or new.goals or new.owed_from)


class TestPlanEnds(HomeCommon):
    def setUp(self):
        super().setUp()
        self.plan = self.make_plan()
        self.on(date(2026, 10, 20))

    def end(self, code, role="dean", **values):
        step = self.as_user(self.env["edu.home.teaching.step"], role).create(
            {
                "teaching_id": self.plan.id,
                "step": "end",
                "end_reason_id": self.code("home_end", code).id,
                "ended_on": "2026-10-16",
                **values,
            }
        )
        step.action_done()

    def test_back_in_school(self):
        with self.refused(UserError, "where the child learns"):
            self.end("school")
        self.end("school", placement="special_class")
        self.assertEqual(self.plan.state, "ended")
        self.assertEqual(self.plan.ended_on, date(2026, 10, 16))
        self.assertEqual(self.child.placement, "special_class")

    def test_medical_needs_the_hospital_s_document(self):
        with self.refused(UserError, "the document that proves it"):
            self.end("medical")
        self.end("medical", file="UERG", file_name="诊断.pdf", reason="长期住院")
        self.assertEqual(self.plan.end_file_ids.name, "诊断.pdf")
        self.assertEqual(self.plan.end_file_ids.res_id, self.plan.id)
        self.assertEqual(self.plan.end_note, "长期住院")
        self.assertEqual(self.child.home_need, "no_plan", "nobody forgets the child")

    def test_who_ends(self):
        for role in ("class_teacher", "records_admin"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.end("moved", role)
        for role in LEADERS:
            with self.assertRaises(AccessError):
                self.as_user(self.plan, role, other=True)._edu_end(
                    self.code("home_end", "moved"), date(2026, 10, 16)
                )

    def test_not_before_it_began_nor_tomorrow(self):
        for day in ("2026-08-31", "2026-10-21"):
            with self.subTest(day=day), self.refused(UserError, "The last day lies"):
                self.end("moved", ended_on=day)

    def test_a_reason_of_another_list(self):
        with self.refused(UserError, "why"):
            self.as_user(self.plan, "dean")._edu_end(
                self.code("cause", "illness"), date(2026, 10, 16)
            )

    def test_its_period_is_over(self):
        self.night(date(2027, 1, 22))
        self.assertEqual(self.plan.state, "running")
        self.night(date(2027, 1, 23))
        self.assertEqual(self.plan.state, "ended")
        self.assertEqual(self.plan.end_reason_id.code, "period")
        self.assertEqual(self.plan.ended_on, date(2027, 1, 22))

    def test_the_child_left_the_books(self):
        self.child._edu_set_state("deceased")
        self.night(date(2026, 10, 21))
        self.assertEqual((self.plan.state, self.plan.end_reason_id.code), ("ended", "died"))

    def test_the_file_goes_with_the_child(self):
        self.child._edu_move(self.school_b, self.class_b)
        self.settle()
        self.env.invalidate_all()
        self.assertTrue(self.as_user(self.plan, "dean", other=True).read(["goals"]))
        with self.assertRaises(AccessError):
            self.as_user(self.plan, "dean").read(["goals"])
        duty = self.duties(self.plan)[-1]
        self.assertEqual(duty.user_id, self.other_user["class_teacher"])
