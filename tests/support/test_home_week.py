import random
from datetime import date, timedelta

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from .common import HomeCommon


class TestWeeklyDuty(HomeCommon):
    """Each week of the term owes a lesson: one duty, one to-do."""

    def test_deadline_is_the_sunday(self):
        plan = self.make_plan()
        duty = self.duties(plan)
        self.assertEqual(duty.deadline, date(2026, 9, 6))
        self.assertEqual((duty.state, duty.user_id), ("open", self.teacher))
        self.assertEqual(self.todos(plan).user_id, self.teacher)

    def test_held(self):
        plan = self.make_plan()
        self.lesson(plan, date(2026, 9, 6))
        done, waiting = self.duties(plan)
        self.assertEqual((done.state, done.done_on), ("done", date(2026, 9, 6)))
        self.assertFalse(done.late_since)
        self.assertEqual(waiting.deadline, date(2026, 9, 13))
        self.assertEqual(len(self.todos(plan)), 1)

    def test_what_could_not_be_held_does_not_count(self):
        plan = self.make_plan()
        self.not_held(plan, date(2026, 9, 4))
        self.assertEqual(self.duties(plan).state, "open")

    def test_a_missed_week_is_late_until_the_next_lesson(self):
        plan = self.make_plan()
        self.night(date(2026, 9, 7))
        duty = self.duties(plan)
        self.assertEqual((duty.duty_state, duty.late_since), ("late", date(2026, 9, 7)))
        self.assertEqual(self.weeks(plan), {"2026-W36": "none"})
        self.lesson(plan, date(2026, 9, 9))
        duty, following = self.duties(plan)
        self.assertEqual((duty.state, duty.late_since), ("done", date(2026, 9, 7)))
        self.assertEqual(following.deadline, date(2026, 9, 20), "this week has its lesson")

    def test_it_climbs(self):
        plan = self.make_plan()
        for day in range(7, 26):
            self.night(date(2026, 9, day))
        reached = self.duties(plan).step_ids.user_id
        self.assertEqual(len(reached), 4)
        for role in ("vice_principal", "principal", "bureau"):
            self.assertIn(self.user[role], reached)
        self.assertEqual(len(self.todos(plan)), 1, "the others were passed on to")

    def test_two_a_week(self):
        plan = self.make_plan(per_week=2)
        self.lesson(plan, date(2026, 9, 8))
        self.assertEqual(len(self.duties(plan)), 1)
        self.lesson(plan, date(2026, 9, 10))
        duty = self.duties(plan)[0]
        self.assertEqual(duty.done_on, date(2026, 9, 10))
        self.night(date(2026, 9, 14))
        self.assertEqual(plan.week_ids.sorted("date_from").mapped("needed"), [2, 2])
        self.assertEqual(self.weeks(plan), {"2026-W36": "none", "2026-W37": "held"})

    def test_the_policy_rises(self):
        plan = self.make_plan()
        self.env["edu.policy"].search([]).copy(
            {"date_from": "2026-09-14", "home_teaching_per_week": 2}
        )
        for day in (4, 8, 15):
            self.lesson(plan, date(2026, 9, day))
        self.night(date(2026, 9, 21))
        self.assertEqual(
            self.weeks(plan), {"2026-W36": "held", "2026-W37": "held", "2026-W38": "partly"}
        )

    def test_withdrawn_opens_it_again(self):
        plan = self.make_plan()
        session = self.lesson(plan, date(2026, 9, 4))
        session._edu_withdraw("录错")
        self.settle()
        self.assertEqual(self.duties(plan)[0].state, "open")
        self.assertEqual(self.duties(plan)[0].deadline, date(2026, 9, 6))

    def test_handed_on_with_the_plan(self):
        plan = self.make_plan()
        self.as_user(plan, "dean").responsible_id = self.user["dean"]
        self.settle()
        self.assertEqual(self.duties(plan).user_id, self.user["dean"])
        self.assertEqual(self.todos(plan).user_id, self.user["dean"])

    def test_dropped_with_the_plan(self):
        plan = self.make_plan()
        self.night(date(2026, 9, 10))
        plan._edu_close(self.code("home_end", "moved"), date(2026, 9, 8))
        self.settle()
        self.assertEqual(self.duties(plan).state, "dropped")
        self.assertFalse(self.todos(plan))
        self.assertEqual(self.weeks(plan), {"2026-W36": "none"}, "what was missed stays")

    def test_approval_is_due_by_the_first_day(self):
        plan = self.draft(date_from="2026-09-10")
        plan.action_submit()
        self.settle()
        duty = self.duties(plan, "home_teaching_approve")
        self.assertEqual(
            (duty.deadline, duty.user_id), (date(2026, 9, 10), self.user["vice_principal"])
        )
        self.as_user(plan, "principal").action_approve()
        self.settle()
        self.assertEqual(duty.state, "done")
        self.assertFalse(self.todos(plan), "nothing is due before its first day")

    def test_exactly_one_todo_whatever_happens(self):
        """Thirty random days of a term: lessons, failures, withdrawals, other teachers."""
        rng = random.Random(20260901)
        plan, day = self.make_plan(), date(2026, 9, 3)
        people = [self.teacher, self.user["dean"], self.user["records_admin"]]
        for _step in range(30):
            day += timedelta(days=rng.randrange(1, 5))
            if day > date(2027, 1, 8):
                break
            self.night(day)
            what = rng.choice(("held", "held", "not_held", "withdraw", "teacher", "nothing"))
            if what in ("held", "not_held") and not plan.session_ids.filtered(
                lambda session, day=day: session.held_on == day
            ):
                (self.lesson if what == "held" else self.not_held)(plan, day)
            elif what == "withdraw":
                standing = plan.session_ids.filtered(lambda session: not session.withdrawn_on)
                if standing:
                    rng.choice(list(standing))._edu_withdraw("录错")
            elif what == "teacher":
                plan.responsible_id = rng.choice(people)
            self.settle()
            self.env.invalidate_all()
            with self.subTest(day=day, what=what):
                self.assertEqual(len(self.todos(plan)), 1)
                waiting = self.duties(plan).filtered(lambda duty: duty.state == "open")
                self.assertEqual(len(waiting), 1)
                self.assertEqual(self.todos(plan).user_id, plan.responsible_id)
        self.assertGreater(len(plan.week_ids), 5)


class TestWeeks(HomeCommon):
    """Which weeks owe, and what stays of them."""

    def owed(self, plan):
        self.env.flush_all()
        rows = self.env.execute_query(plan._edu_owed_sql())
        return {monday: (due, needed) for _plan, monday, due, needed, _term in sorted(rows)}

    def day_off(self, first, last, kind="off"):
        self.env["edu.calendar.day"].search([("date", ">=", first), ("date", "<=", last)]).unlink()
        self.env["edu.calendar.day"].create(
            [
                {"date": first + timedelta(days=number), "kind": kind, "name": "节假日"}
                for number in range((last - first).days + 1)
            ]
        )

    def test_a_week_wholly_off_owes_none(self):
        self.day_off(date(2026, 10, 1), date(2026, 10, 10))
        plan = self.make_plan(per_week=3)
        owed = self.owed(plan)
        self.assertEqual(owed[date(2026, 9, 28)][1], 3, "Monday to Wednesday")
        self.assertNotIn(date(2026, 10, 5), owed)
        self.assertIn(date(2026, 10, 12), owed)

    def test_no_more_lessons_than_working_days(self):
        self.day_off(date(2026, 9, 28), date(2026, 10, 9))
        self.day_off(date(2026, 10, 10), date(2026, 10, 10), "workday")
        owed = self.owed(self.make_plan(per_week=3))
        self.assertNotIn(date(2026, 9, 28), owed)
        self.assertEqual(owed[date(2026, 10, 5)][1], 1, "the make-up Saturday")

    def test_over_the_turn_of_the_iso_year(self):
        """Week 53 of 2026 begins in December and ends in January."""
        self.day_off(date(2027, 1, 1), date(2027, 1, 3))
        plan = self.make_plan(date_from="2026-12-21")
        self.night(date(2026, 12, 21))
        self.lesson(plan, date(2026, 12, 23))
        self.lesson(plan, date(2027, 1, 3))
        self.night(date(2027, 1, 11))
        self.assertEqual(
            self.weeks(plan), {"2026-W52": "held", "2026-W53": "held", "2027-W01": "none"}
        )

    def test_first_and_last_week_of_the_term(self):
        owed = self.owed(self.make_plan())
        self.assertEqual(min(owed), date(2026, 8, 31))
        self.assertEqual(max(owed), date(2027, 1, 18))
        self.assertEqual(owed[date(2027, 1, 18)][0], date(2027, 1, 22), "the plan's last day")

    def test_not_in_the_holidays_between_terms(self):
        self.env["edu.term"].create(
            {
                "school_year": "2026-2027",
                "season": "spring",
                "start_date": "2027-02-25",
                "end_date": "2027-07-02",
            }
        )
        plan = self.make_plan(date_to="2027-07-02")
        owed = self.owed(plan)
        between = [day for day in owed if date(2027, 1, 25) <= day < date(2027, 2, 22)]
        self.assertFalse(between)
        self.assertIn(date(2027, 2, 22), owed, "Thursday and Friday")
        # what is late at the end of the term may be made up for in the holidays
        self.night(date(2027, 1, 25))
        self.assertEqual(self.duties(plan)[-1].duty_state, "late")
        self.lesson(plan, date(2027, 1, 27))
        self.assertEqual(self.duties(plan)[-1].deadline, date(2027, 2, 28))
        self.assertEqual(self.weeks(plan)["2027-W03"], "none", "it stays a gap")

    def test_a_school_that_opens_later(self):
        self.env["edu.term.opening"].create(
            {
                "term_id": self.term.id,
                "school_id": self.school_a.id,
                "start_date": "2026-09-14",
                "reason": "校舍修缮",
            }
        )
        self.assertEqual(min(self.owed(self.make_plan())), date(2026, 9, 14))

    def test_counted_from_the_day_after_the_approval(self):
        self.on(date(2026, 9, 11))  # a Friday
        plan = self.make_plan()
        self.assertEqual(min(self.owed(plan)), date(2026, 9, 14))

    def test_the_week_in_which_it_ends_owes_none(self):
        plan = self.make_plan()
        self.on(date(2026, 9, 18))
        plan._edu_close(self.code("home_end", "school"), date(2026, 9, 17))
        self.assertEqual(max(self.owed(plan)), date(2026, 9, 7))

    def test_no_debt_without_approval(self):
        plan = self.draft()
        self.assertFalse(self.owed(plan))

    def test_written_once(self):
        plan = self.make_plan()
        self.night(date(2026, 9, 6))
        self.assertFalse(plan.week_ids, "Sunday runs until midnight")
        self.night(date(2026, 9, 7))
        week = plan.week_ids
        self.assertEqual((week.date_from, week.date_to), (date(2026, 8, 31), date(2026, 9, 6)))
        self.assertEqual(week.at_school_id, self.school_a)
        self.assertEqual(week.at_township_id, self.township_a)
        self.assertEqual(week.responsible_id, self.teacher)
        self.assertEqual((week.answer, week.is_gap, week.gaps, week.kept), ("none", True, 1, 0))
        self.assertEqual(week.term_id, self.term)
        fixed = week.fixed_at
        self.night(date(2026, 9, 8))
        self.assertEqual(plan.week_ids, week)
        self.assertEqual(week.fixed_at, fixed)
        with self.refused(UserError, "stay on record"):
            week.unlink()

    def test_what_came_later_stands_beside_it(self):
        plan = self.make_plan()
        self.night(date(2026, 9, 21))
        self.assertEqual(plan.gap_count, 3)
        late = {"started_at": "2026-09-03 02:00:00"}
        self.lesson(plan, date(2026, 9, 21), **late)
        paper = {
            "started_at": "2026-09-08 02:00:00",
            "from_paper": True,
            "signature_ids": [Command.set(self.make_file(self.teacher).ids)],
        }
        self.lesson(plan, date(2026, 9, 21), **paper)
        self.not_held(plan, date(2026, 9, 21), "road", started_at="2026-09-16 02:00:00")
        self.env.invalidate_all()
        self.assertEqual(
            self.weeks(plan), {"2026-W36": "late", "2026-W37": "paper", "2026-W38": "reason"}
        )
        self.assertEqual(plan.gap_count, 2)
        week = plan.week_ids.filtered(lambda week: week.answer == "reason")
        self.assertEqual(week.reason_id.code, "road")
        self.assertTrue(week.is_gap)

    def test_written_down_within_the_week_is_in_time(self):
        """A lesson of Monday entered on Sunday: marked as late entry, and the week is kept."""
        plan = self.make_plan()
        session = self.lesson(plan, date(2026, 9, 13), started_at="2026-09-07 02:00:00")
        self.assertTrue(session.late_entry)
        self.night(date(2026, 9, 14))
        self.assertEqual(self.weeks(plan)["2026-W37"], "held")

    def test_it_had_ended_already(self):
        plan = self.make_plan()
        self.night(date(2026, 9, 21))
        self.as_user(plan, "dean")._edu_end(
            self.code("home_end", "school"), date(2026, 9, 9), placement="regular"
        )
        self.assertEqual(
            self.weeks(plan), {"2026-W36": "none", "2026-W37": "ended", "2026-W38": "ended"}
        )
        self.assertEqual(plan.gap_count, 1)

    def test_the_school_of_then(self):
        plan = self.make_plan()
        self.night(date(2026, 9, 7))
        self.child._edu_move(self.school_b, self.class_b)
        self.env.invalidate_all()
        self.assertEqual(plan.week_ids.school_id, self.school_b, "who reads it")
        self.assertEqual(plan.week_ids.at_school_id, self.school_a, "who answered")

    def test_who_reads(self):
        plan = self.make_plan()
        self.night(date(2026, 9, 7))
        week = plan.week_ids
        for role in ("class_teacher", "principal", "township", "bureau", "inspector"):
            with self.subTest(role=role):
                self.assertEqual(self.as_user(week, role).answer, "none")
                self.assertEqual(self.as_user(week, role).display_name, "周小树 2026-W36")
                with self.assertRaises(AccessError):
                    self.as_user(week, role, other=True).read(["answer"])
                with self.assertRaises(AccessError):
                    self.as_user(week, role).write({"held": 3})

    def test_by_school(self):
        """The county's pivot."""
        self.make_plan()
        plan = self.make_plan(student_id=self.make_disabled(self.class_a, name="小石").id)
        self.lesson(plan, date(2026, 9, 4))
        self.night(date(2026, 9, 7))
        groups = self.as_user(self.Week, "bureau")._read_group(
            [], ["at_school_id"], ["__count", "kept:avg", "gaps:sum"]
        )
        self.assertEqual(groups, [(self.school_a, 2, 50.0, 1)])

    def test_queries_do_not_grow_with_plans(self):
        plans = self.make_plan()
        for number in range(3):
            plans |= self.make_plan(
                student_id=self.make_disabled(self.class_a, name=f"小{number}").id
            )
        self.on("2026-09-06 17:00:00")
        self.env.flush_all()
        with self.assertQueryCount(12):
            self.Week._edu_fix()
        self.assertEqual(len(plans.week_ids), 4)
