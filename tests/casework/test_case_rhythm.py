from datetime import date, timedelta

from .common import CaseCommon


class TestRhythm(CaseCommon):
    """Persuasion at least once a month: what is due, and which months have nothing."""

    def setUp(self):
        super().setUp()
        self.Policy = self.env["edu.policy"]

    def persuading(self, moment="2026-09-02 02:00:00"):
        self.on(moment)
        return self.make_case(state="persuading")

    def visit(self, case, moment, **values):
        self.on(moment)
        visit = self.make_visit(case, visited_at=moment, **values)
        case.invalidate_recordset()
        return visit

    def test_due_after_confirmation(self):
        case = self.persuading()
        self.assertEqual(case.next_visit_due, self.Policy._edu_period_end(date(2026, 9, 2), 30))
        self.assertEqual(case.visit_count, 1)

    def test_nothing_due_before_or_after(self):
        for state in ("suspected", "verifying", "returned", "closed"):
            case = self.make_case(self.make_student(self.class_a), state)
            with self.subTest(state=state):
                self.assertFalse(case.next_visit_due)
                self.assertEqual(case.visit_state, "none")

    def test_due_after_the_last_visit(self):
        case = self.persuading()
        self.visit(case, "2026-09-25 02:00:00")
        self.assertEqual(case.last_visit_on, date(2026, 9, 25))
        self.assertEqual(case.next_visit_due, self.Policy._edu_period_end(date(2026, 9, 25), 30))

    def test_a_visit_entered_later_does_not_turn_back(self):
        case = self.persuading()
        self.visit(case, "2026-09-25 02:00:00")
        due = case.next_visit_due
        self.make_visit(case, visited_at="2026-09-10 02:00:00")
        self.assertEqual(case.next_visit_due, due)

    def test_states(self):
        case = self.persuading()
        due = case.next_visit_due
        days = {
            date(2026, 9, 5): "ok",
            date.fromordinal(due.toordinal() - 8): "ok",
            date.fromordinal(due.toordinal() - 7): "soon",
            due: "soon",
            date.fromordinal(due.toordinal() + 1): "overdue",
        }
        for day, expected in days.items():
            self.on(f"{day} 02:00:00")
            case.invalidate_recordset()
            with self.subTest(day=day):
                self.assertEqual(case.visit_state, expected)
                for state in ("none", "ok", "soon", "overdue"):
                    found = case.search([("visit_state", "=", state), ("id", "=", case.id)])
                    self.assertEqual(bool(found), state == expected)
        self.assertIn(case, case.search([("visit_state", "!=", "ok")]))

    def test_due_on_a_day_off_moves(self):
        """30 days after 3 September is a Saturday in the National Day holidays."""
        case = self.persuading("2026-09-03 02:00:00")
        self.assertTrue(self.Policy._edu_is_workday(case.next_visit_due))
        self.assertGreater(case.next_visit_due, date(2026, 10, 3))

    def test_policy_changes(self):
        case = self.persuading()
        self.Policy.search([]).visit_interval_days = 10
        self.assertEqual(case.next_visit_due, self.Policy._edu_period_end(date(2026, 9, 2), 10))

    def test_relapse_counts_from_itself(self):
        case = self.persuading()
        self.bring(case, "returned")
        self.on("2026-11-10 02:00:00")
        case.action_relapse()
        self.assertEqual(case.next_visit_due, self.Policy._edu_period_end(date(2026, 11, 10), 30))

    def due(self, case):
        """{kind: deadline} of what is open, each with its to-do."""
        self.settle()
        waiting = case.duty_ids.filtered(lambda duty: duty.state == "open")
        self.assertEqual(case.activity_ids.edu_duty_id, waiting)
        self.assertEqual(len(case.activity_ids), len(waiting))
        return {duty.kind_id.code: duty.deadline for duty in waiting}

    def test_duties_of_a_case(self):
        case = self.make_case()
        self.assertEqual(self.due(case), {"case_verify": case.verify_by})
        self.bring(case, "persuading")
        back = {"case_return": case.return_by, "case_return_township": case.return_by}
        self.assertEqual(self.due(case), {"case_visit": case.next_visit_due, **back})
        self.assertEqual(case.duty_user_id, case.school_responsible_id)
        first = case.next_visit_due
        self.visit(case, "2026-09-10 02:00:00", next_visit_on="2026-09-18")
        self.assertGreater(case.next_visit_due, first)
        self.assertEqual(self.due(case), {"case_visit": case.next_visit_due, **back})
        self.bring(case, "returned")
        self.assertEqual(self.due(case), {"case_check": case.next_check_due})
        done = case.duty_ids.filtered(lambda duty: duty.state == "done")
        self.assertLessEqual(
            {"case_verify", "case_visit", "case_return", "case_return_township"},
            set(done.kind_id.mapped("code")),
        )

    def township_duty(self, case):
        self.settle()
        return case.duty_ids.filtered(lambda duty: duty.kind_id.code == "case_return_township")

    def test_the_township_answers_for_the_return_along_its_own_chain(self):
        case = self.persuading()
        duty = self.township_duty(case)
        self.assertEqual((duty.user_id, duty.area_id), (self.user["township"], self.township_a))
        self.assertFalse(duty.school_id, "it does not count against the school")
        self.assertTrue(duty.with_user(self.user["township"]).has_access("read"))
        for user in (self.user["principal"], self.other_user["township"]):
            self.assertFalse(duty.with_user(user).has_access("read"))
        for late, reached in (
            (2, self.env["res.users"]),
            (3, self.user["bureau"]),
            (30, self.user["bureau"]),
        ):
            self.on(f"{case.return_by + timedelta(late)} 02:00:00")
            self.env["edu.duty"]._cron_duties()
            self.assertEqual(duty.step_ids.user_id, reached)

    def test_the_village_without_a_log_in_is_told_through_the_township(self):
        case = self.persuading()
        case.township_responsible_name = "村主任王大山"
        duty = self.township_duty(case)
        words = duty.with_user(self.user["township"]).told
        for text in (self.village_a.name, "村主任王大山"):
            self.assertIn(text, words)
            self.assertIn(text, str(case.activity_ids.filtered("note").note))
        self.assertEqual(case.activity_ids.filtered("note").edu_duty_id, duty)
        school = case.duty_ids - duty
        self.assertFalse(any(school.mapped("told")))
        self.on(f"{case.return_by + timedelta(3)} 02:00:00")
        self.env["edu.duty"]._cron_duties()
        said = [str(body) for body in case.message_ids.mapped("body") if "王大山" in str(body)]
        self.assertTrue(any(self.village_a.name in body for body in said))
        self.student.residence_area_id = self.township_a
        case.township_responsible_name = False
        self.assertFalse(case._edu_village_words())

    def test_a_visit_too_late_is_late_for_good_and_the_next_is_open(self):
        case = self.persuading()
        self.settle()
        first = case.duty_ids.filtered(lambda duty: duty.kind_id.code == "case_visit")
        late = case.next_visit_due + timedelta(4)
        self.on(f"{late} 02:00:00")
        self.visit(case, f"{late} 01:00:00")
        self.settle()
        visits = case.duty_ids.filtered(lambda duty: duty.kind_id.code == "case_visit").sorted(
            "slot"
        )
        self.assertEqual(visits[0], first)
        self.assertEqual(visits.mapped("duty_state"), ["done_late", "open"])

    def test_days_open(self):
        case = self.make_case()
        self.on("2026-09-12 02:00:00")
        case.invalidate_recordset()
        self.assertEqual(case.days_open, 10)
