from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .plan_common import PlanCommon

DAY = "2026-10-21 15:30:00"  # half past eleven at night of the last day, in the county
END = "2027-01-22 15:30:00"


@tagged("post_install", "-at_install")
class TestWorkPlanSnapshot(PlanCommon):
    """On the plan's last day it says for each child: back, or which rung and why. Once, and for good."""

    def child(self, case, plan=None):
        return (plan or self.plan).child_ids.filtered(lambda row: row.case_id == case)

    def take(self, moment=DAY):
        self.on(moment)
        self.env["edu.work.plan"]._cron_daily()

    def test_each_child_back_or_on_which_rung_and_why(self):
        out = self.make_case(state="persuading")
        back = self.make_case(self.make_student(self.class_a))
        doubtful = self.make_case(self.make_student(self.class_a))
        none = self.make_case(self.make_student(self.class_a2))
        self.approve()
        self.bring(back, "returned")
        self.bring(none, "excluded")
        self.on("2026-10-12 01:00:00")
        self.make_visit(out, result="refused")
        out.write({"ladder": "admission_notice", "good_reason": "none"})
        self.take()
        self.assertEqual(self.child(out).snapshot_standing, "admission_notice")
        self.assertEqual(self.child(out).snapshot_cause_id, self.code("cause", "weary"))
        self.assertEqual(self.child(out).snapshot_visit_count, 2)
        self.assertEqual(self.child(out).snapshot_last_visit_on, date(2026, 10, 12))
        why = self.child(out).with_context(lang="en_US").snapshot_why
        for words in (
            out.cause_id.with_context(lang="en_US").name,
            "No good reason",
            "2 visits",
            "2026-10-12",
        ):
            self.assertIn(words, why)
        self.assertEqual(self.child(back).snapshot_standing, "returned")
        self.assertEqual(self.child(back).snapshot_returned_on, back.returned_on)
        self.assertEqual(self.child(doubtful).snapshot_standing, "undecided")
        self.assertIn(
            "not visited yet", self.child(doubtful).with_context(lang="en_US").snapshot_why
        )
        self.assertEqual(self.child(none).snapshot_standing, "excluded")
        self.assertFalse(self.child(none).snapshot_why)
        self.assertEqual(
            (self.plan.snapshot_child_count, self.plan.snapshot_returned_count), (4, 1)
        )
        self.assertIn("4名学生中1名已返校", self.messages(self.plan))
        self.assertTrue(all(row.snapshot_standing == row.standing for row in self.plan.child_ids))

    def test_latest_step_of_the_law(self):
        case = self.make_case(state="persuading")
        case.write(
            {
                "guardian_told_on": "2026-09-02",
                "guardian_told_by": "班主任",
                "guardian_acknowledgement": "oral",
            }
        )
        self.env["edu.referral"].create(
            {
                "case_id": case.id,
                "kind": "advice",
                "to_area_id": self.township_a.id,
                "sent_on": "2026-09-02",
            }
        )
        self.take()
        self.assertEqual(self.child(case).snapshot_rung_on, date(2026, 9, 2))
        self.assertIn("2026-09-02", self.child(case).snapshot_why)

    def test_not_before_the_day_and_once(self):
        case = self.make_case()
        self.approve()
        self.take("2026-10-20 15:30:00")
        self.assertFalse(self.plan.snapshot_at)
        self.take()
        self.assertEqual(self.child(case).snapshot_standing, "undecided")
        taken = self.plan.snapshot_at
        self.bring(case, "returned")
        self.take("2026-11-20 15:30:00")
        self.assertEqual(self.child(case).snapshot_standing, "undecided")
        self.assertEqual(self.child(case).standing, "returned")
        self.assertEqual(self.plan.snapshot_at, taken)
        self.assertEqual(self.plan.snapshot_returned_count, 0)
        self.assertEqual(self.plan.returned_count, 1)

    def test_a_day_that_was_missed_is_made_good_for(self):
        self.approve()
        self.take("2026-10-25 15:30:00")
        self.assertTrue(self.plan.snapshot_at)

    def test_of_a_school_that_opened_later_on_its_own_day(self):
        opening = self.env["edu.term.opening"].create(
            {
                "term_id": self.term.id,
                "school_id": self.school_a.id,
                "start_date": "2026-09-07",
                "reason": "校舍维修",
            }
        )
        self.take()
        self.assertFalse(self.plan.snapshot_at)
        self.assertTrue(self.plan_of(self.school_b).snapshot_at)
        self.take(f"{opening.plan_deadline} 15:30:00")
        self.assertTrue(self.plan.snapshot_at)

    def test_children_whom_the_plan_does_not_name(self):
        self.approve()
        late = self.make_case()
        returned = self.make_case(self.make_student(self.class_a), state="returned")
        elsewhere = self.make_case(self.other_student)
        closed = self.make_case(self.make_student(self.class_a), state="excluded")
        self.take()
        self.assertEqual(self.plan.child_ids.case_id, late | returned)
        self.assertFalse(any(self.plan.child_ids.mapped("is_planned")))
        self.assertFalse(self.child(closed))
        self.assertEqual(self.child(late).child_name, "张小明")
        self.assertEqual(self.child(late).class_id, self.class_a)
        self.assertEqual(self.plan.child_count, 2)
        self.assertEqual(self.plan_of(self.school_b).child_ids.case_id, elsewhere)
        self.assertFalse(self.plan._edu_signoff_verify(), "it is no part of what was signed")

    def test_a_plan_that_nobody_filled_in_has_its_snapshot(self):
        case = self.make_case()
        self.take()
        self.assertEqual(self.plan.state, "draft")
        self.assertEqual(self.child(case).snapshot_standing, "undecided")
        self.as_user(self.plan, "records_admin").action_fill()
        self.assertTrue(self.child(case).is_planned)
        self.assertEqual(self.child(case).snapshot_standing, "undecided")

    def test_it_stays_as_it_was(self):
        case = self.make_case()
        self.approve()
        self.take()
        child = self.child(case)
        for record, values in (
            (child, {"snapshot_standing": "returned"}),
            (child, {"final_standing": "returned"}),
            (self.plan, {"snapshot_at": False}),
            (self.plan, {"snapshot_returned_count": 1}),
            (self.plan.measure_ids[0], {"final_state": "done"}),
        ):
            for user in (self.env.user, self.user["records_admin"]):
                with (
                    self.subTest(record=record, values=values, user=user.login),
                    self.assertRaises(AccessError),
                ):
                    record.with_user(user).write(values)
        self.step(self.plan, "withdraw", "principal", reason="改")
        for record in (child, self.plan):
            with self.subTest(record=record), self.assertRaises(UserError):
                record.unlink()
        with self.assertRaises(AccessError):
            child.create({"plan_id": self.plan.id, "case_id": case.id, "final_standing": "none"})

    def test_as_many_queries_for_all_schools_as_for_one(self):
        for student in (self.student, self.other_student):
            self.make_case(student)
        plans = self.env["edu.work.plan"].search([("term_id", "=", self.term.id)])
        counts = []
        for some in (self.plan, plans - self.plan):
            self.env.cr.execute("UPDATE edu_work_plan SET deadline = NULL")
            self.env.cr.execute(
                "UPDATE edu_work_plan SET deadline = '2026-09-02' WHERE id = ANY(%s)", [some.ids]
            )
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertEqual(self.env["edu.work.plan"]._edu_take_snapshots(), some)
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertGreater(len(plans), 3)
        self.assertAlmostEqual(counts[0], counts[1], delta=3)


@tagged("post_install", "-at_install")
class TestWorkPlanFinal(PlanCommon):
    """At the end of the term it shows what was done, late, dropped and why; nothing changes after."""

    def take(self, moment=END):
        self.on(moment)
        self.env["edu.work.plan"]._cron_daily()

    def test_done_late_dropped_open(self):
        case = self.make_case()
        self.fill()
        measures = self.plan.work_ids
        measures[4].deadline = "2027-01-22"
        self.sign()
        done, dropped, late, missed, open_ = measures[:5]
        self.step(done, "done", "principal", outcome="完成台账")
        self.step(dropped, "drop", "principal", reason="并入乡镇安排")
        self.on("2026-12-01 01:00:00")
        self.step(late, "done", "principal", outcome="走访", reason="大雪封路")
        self.step(missed, "explain", "principal", reason="师资不足")
        self.bring(case, "returned")
        self.take("2027-01-21 15:30:00")
        self.assertFalse(self.plan.final_at)
        self.take()
        self.assertEqual(
            [measure.final_state for measure in (done, dropped, late, missed, open_)],
            ["done", "dropped", "done_late", "late", "open"],
        )
        self.assertEqual(self.plan.child_ids.final_standing, "returned")
        self.assertTrue(self.plan.final_at)
        self.assertEqual(self.plan.final_measure_ids, self.plan.measure_ids)

    def test_nothing_changes_after(self):
        self.approve()
        self.take()
        taken = self.plan.final_at
        measure = self.plan.work_ids[0]
        with self.assertRaises(UserError):
            self.step(measure, "done", "principal", outcome="补做")
        with self.assertRaises(UserError):
            self.step(self.plan, "withdraw", "principal", reason="改")
        self.assertFalse(self.as_user(self.plan, "principal").can_withdraw)
        self.assertFalse(self.as_user(measure, "principal").can_settle)
        self.take("2027-02-01 15:30:00")
        self.assertEqual(self.plan.final_at, taken)
        self.assertEqual(measure.final_state, "late")

    def test_a_draft_of_a_term_that_is_over_stays_one(self):
        self.take()
        for action in ("action_fill", "action_sign_filled"):
            with self.subTest(action=action), self.assertRaises(UserError):
                getattr(self.as_user(self.plan, "records_admin"), action)()
        self.assertEqual(self.plan.deadline_state, "late")

    def test_children_who_went_missing_after_the_snapshot(self):
        self.approve()
        self.take("2026-10-21 15:30:00")
        case = self.make_case()
        self.take()
        child = self.plan.child_ids
        self.assertEqual((child.case_id, child.final_standing), (case, "undecided"))
        self.assertFalse(child.snapshot_standing)

    def test_a_term_closed_before_its_end(self):
        self.approve()
        self.term.state = "closed"
        self.take("2026-12-01 15:30:00")
        self.assertTrue(self.plan.final_at)
