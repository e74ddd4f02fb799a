from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import users

from ...models.casework.dropout_case import DECIDING, EVERYBODY, RECEIVING, STATES
from .common import CaseCommon

ALL_ROLES = (*EVERYBODY, "inspector", "student_aid", "county_admin")

# action: (roles, states it starts from, arguments)
STEPS = {
    "action_verify": (EVERYBODY, ("suspected",), {}),
    "action_confirm": (DECIDING, ("verifying",), {}),
    "action_exclude": (RECEIVING, ("verifying",), {"reason_id": 0}),
    "action_reopen": (RECEIVING, ("excluded",), {"note": "再查"}),
    "action_return": (RECEIVING, ("persuading",), {"note": "见到学生"}),
    "action_observe": (("class_teacher", *RECEIVING), ("returned",), {}),
    "action_check_observation": (
        ("class_teacher", *RECEIVING),
        ("returned", "observing"),
        {"present": True},
    ),
    "action_close": (RECEIVING, ("observing",), {}),
    "action_relapse": (EVERYBODY, ("returned", "observing"), {}),
    "action_set_return_by": (DECIDING, ("persuading",), {"date": "2026-11-30", "note": "收割"}),
    "action_report_made": (
        EVERYBODY,
        ("suspected", "verifying", "persuading", "returned", "observing"),
        {"reported_to": "派出所"},
    ),
}


class TestStepsByRole(CaseCommon):
    """Each step: exactly the posts that may take it, and only at their own place."""

    def check_step(self, step):
        roles, states, arguments = STEPS[step]
        if "reason_id" in arguments:
            arguments = {"reason_id": self.code("not_dropout", "present").id}
        case = self.make_case(state=states[-1])
        for role in ALL_ROLES:
            for other in (False, True):
                record = self.as_user(case, role, other)
                with self.subTest(step=step, role=role, other=other):
                    if role in roles and not other:
                        continue
                    with self.assertRaises(AccessError):
                        getattr(record, step)(**arguments)
        for role in roles:
            with self.subTest(step=step, role=role):
                self.assertIsNone(
                    self.as_user(case, role)._edu_check_role(roles), "the role is held here"
                )

    def test_verify(self):
        self.check_step("action_verify")

    def test_confirm(self):
        self.check_step("action_confirm")

    def test_exclude(self):
        self.check_step("action_exclude")

    def test_reopen(self):
        self.check_step("action_reopen")

    def test_return(self):
        self.check_step("action_return")

    def test_observe(self):
        self.check_step("action_observe")

    def test_check_observation(self):
        self.check_step("action_check_observation")

    def test_close(self):
        self.check_step("action_close")

    def test_relapse(self):
        self.check_step("action_relapse")

    def test_set_return_by(self):
        self.check_step("action_set_return_by")

    def test_report_made(self):
        self.check_step("action_report_made")


class TestStepsByState(CaseCommon):
    """Each step from each state where it does not begin: refused, saying where it begins."""

    def test_wrong_states(self):
        for state, _label in STATES:
            student = self.make_student(self.class_a)
            case = self.make_case(student, state).with_user(self.user["bureau"])
            for step, (roles, states, arguments) in STEPS.items():
                if state in states:
                    continue
                if "reason_id" in arguments:
                    arguments = {"reason_id": self.code("not_dropout", "present").id}
                if "bureau" not in roles:
                    continue
                with (
                    self.subTest(state=state, step=step),
                    self.assertRaisesRegex(UserError, "possible only from"),
                ):
                    getattr(case, step)(**arguments)
            self.assertEqual(case.state, state)


class TestConfirm(CaseCommon):
    def setUp(self):
        super().setUp()
        self.case = self.as_user(self.make_case(state="verifying"), "principal")

    def fill(self):
        self.case.write(
            {
                "cause_id": self.code("cause", "weary").id,
                "whereabouts_id": self.code("whereabouts", "home").id,
            }
        )

    def test_says_everything_that_is_missing(self):
        self.case.sudo().write({"school_responsible_id": False, "township_responsible_id": False})
        with self.assertRaises(UserError) as refusal:
            self.case.action_confirm()
        for text in ("cause", "whereabouts", "education line", "administrative line", "attempt"):
            self.assertIn(text, str(refusal.exception))
        self.assertEqual(self.case.state, "verifying")

    def test_not_without_a_contact(self):
        self.fill()
        with self.assertRaisesRegex(UserError, "attempt to reach the family"):
            self.case.action_confirm()

    def test_a_call_is_a_contact(self):
        self.fill()
        self.make_visit(self.case, method="phone", visitor_names=False, result="not_reached")
        self.case.action_confirm()
        self.assertEqual(self.case.state, "persuading")

    def test_a_village_cadre_answers_where_the_township_has_no_log_in(self):
        self.fill()
        self.make_visit(self.case)
        self.case.sudo().township_responsible_id = False
        self.case.township_responsible_name = "村支书老王"
        self.case.action_confirm()
        self.assertEqual(self.case.state, "persuading")

    def test_dates(self):
        """Confirmed today; back within 30 days, 2 October being no working day less."""
        self.fill()
        self.make_visit(self.case)
        self.case.action_confirm()
        self.assertEqual(self.case.confirmed_on, date(2026, 9, 2))
        self.assertEqual(
            self.case.return_by, self.env["edu.policy"]._edu_period_end(date(2026, 9, 2), 30)
        )
        self.assertEqual(self.case.ladder, "none")

    def test_dated_as_decided_on_paper(self):
        self.on("2026-09-20 02:00:00")
        self.fill()
        self.make_visit(self.case)
        self.case.action_confirm(confirmed_on="2026-09-15")
        self.assertEqual(self.case.confirmed_on, date(2026, 9, 15))

    def test_not_dated_ahead_or_before_the_suspicion(self):
        self.fill()
        self.make_visit(self.case)
        for day in ("2026-09-03", "2026-09-01"):
            with self.assertRaises(UserError):
                self.case.action_confirm(confirmed_on=day)

    def test_child_counts_as_dropped_out(self):
        self.fill()
        self.make_visit(self.case)
        self.case.action_confirm()
        self.assertEqual(self.student.enrolment_state, "dropped_out")
        self.assertIn(self.case.name, self.messages(self.student))

    def test_never_enrolled_child_was_never_on_the_registry(self):
        child = self.make_student(
            school_id=self.school_a.id,
            expected_school_id=self.school_a.id,
            expected_grade=1,
            enrolment_state="expected",
        )
        case = self.make_case(child, state="persuading")
        self.assertEqual(case.kind, "never_enrolled")
        self.assertEqual(child.enrolment_state, "expected")


class TestExclude(CaseCommon):
    def setUp(self):
        super().setUp()
        self.case = self.as_user(self.make_case(state="verifying"), "records_admin")

    def test_needs_reason(self):
        with self.assertRaisesRegex(UserError, "the reason"):
            self.case.action_exclude(False)

    def test_reason_from_its_own_list(self):
        with self.assertRaisesRegex(UserError, "no reason to exclude"):
            self.case.action_exclude(self.code("cause", "weary").id)

    def test_needs_proof(self):
        with self.assertRaisesRegex(UserError, "the proof, as a file"):
            self.case.action_exclude(self.code("not_dropout", "deceased").id)

    def test_needs_end_date(self):
        proof = self.make_file(self.user["records_admin"])
        with self.assertRaisesRegex(UserError, "until when the proof is valid"):
            self.case.action_exclude(
                self.code("not_dropout", "elsewhere").id, evidence_ids=proof.ids
            )

    def test_proof_must_be_valid_today(self):
        proof = self.make_file(self.user["records_admin"])
        with self.assertRaisesRegex(UserError, "still valid today"):
            self.case.action_exclude(
                self.code("not_dropout", "elsewhere").id,
                until="2026-09-01",
                evidence_ids=proof.ids,
            )

    def test_excluded(self):
        proof = self.make_file(self.user["records_admin"])
        self.case.action_exclude(
            self.code("not_dropout", "elsewhere").id,
            until="2027-01-31",
            note="在外县就读",
            evidence_ids=proof.ids,
        )
        self.assertEqual(self.case.state, "excluded")
        self.assertEqual(self.case.exclusion_until, date(2027, 1, 31))
        self.assertEqual(self.case.evidence_ids, proof)
        self.assertEqual((proof.res_model, proof.res_id), ("edu.dropout.case", self.case.id))
        self.settle()
        self.assertFalse(self.case.sudo().activity_ids)
        self.assertIn("在外县就读", self.messages(self.case))
        ledger = self.student.ledger_ids.filtered(lambda entry: entry.kind == "suspected")
        self.assertEqual(ledger.evidence, f"{self.case.name}; 在外县就读; 1 files")

    def test_proof_stands(self):
        proof = self.make_file(self.user["records_admin"])
        self.case.action_exclude(self.code("not_dropout", "completed").id, evidence_ids=proof.ids)
        for change in (proof.unlink, lambda: proof.write({"raw": b"other"})):
            with self.assertRaisesRegex(AccessError, "Evidence of a case stands"):
                change()

    def test_registry_follows_some_reasons(self):
        proof = self.make_file(self.user["records_admin"])
        self.case.action_exclude(
            self.code("not_dropout", "suspended").id, until="2027-01-31", evidence_ids=proof.ids
        )
        self.assertEqual(self.student.enrolment_state, "suspended")

    def test_a_file_of_another_record_is_no_proof(self):
        stolen = self.make_file(
            self.user["records_admin"], res_model="edu.student", res_id=self.student.id
        )
        foreign = self.make_file(self.user["class_teacher"])
        for file in stolen, foreign:
            with self.assertRaises(AccessError):
                self.case.action_exclude(
                    self.code("not_dropout", "deceased").id, evidence_ids=file.ids
                )

    def test_proof_runs_out(self):
        """The day after its last, the child is open again and somebody is told to look."""
        proof = self.make_file(self.user["records_admin"])
        self.case.action_exclude(
            self.code("not_dropout", "suspended").id, until="2026-10-31", evidence_ids=proof.ids
        )
        self.on("2026-10-31 10:00:00")
        self.env["edu.dropout.case"]._cron_reopen_excluded()
        self.assertEqual(self.case.state, "excluded", "valid to the end of its last day")
        self.on("2026-10-31 16:30:00")  # 1 November in the county
        self.env["edu.dropout.case"]._cron_reopen_excluded()
        self.assertEqual(self.case.state, "verifying")
        self.assertEqual(
            self.case.verify_by, self.env["edu.policy"]._edu_period_end(date(2026, 11, 1), 30)
        )
        self.assertEqual(self.student.enrolment_state, "enrolled")
        self.assertIn("2026-10-31", self.messages(self.case))
        self.settle()
        self.assertTrue(self.case.sudo().activity_ids)
        self.assertEqual(self.case.evidence_ids, proof, "the old proof stays readable")

    def test_run_out_proof_of_a_child_with_a_newer_case(self):
        proof = self.make_file(self.user["records_admin"])
        self.case.action_exclude(
            self.code("not_dropout", "elsewhere").id, until="2026-10-31", evidence_ids=proof.ids
        )
        newer = self.make_case(self.student)
        self.on("2026-11-05 02:00:00")
        self.env["edu.dropout.case"]._cron_reopen_excluded()
        self.assertEqual(self.case.state, "excluded")
        self.assertIn(newer.name, self.messages(self.case))

    def test_reopened_by_hand_with_a_reason(self):
        self.case.sudo()._edu_exclude(self.code("not_dropout", "completed"))
        with self.assertRaisesRegex(UserError, "why it is checked again"):
            self.case.action_reopen("")
        self.case.action_reopen("材料不实")
        self.assertEqual(self.case.state, "verifying")
        self.assertFalse(self.case.excluded_reason_id)


class TestReturn(CaseCommon):
    def setUp(self):
        super().setUp()
        self.case = self.as_user(self.make_case(state="persuading"), "principal")

    def test_needs_proof_in_words_or_files(self):
        with self.assertRaisesRegex(UserError, "how the return was made sure"):
            self.case.action_return()

    def test_back_in_the_own_class(self):
        self.case.sudo().ladder = "deadline_notice"
        self.on("2026-09-20 02:00:00")
        self.case.action_return(returned_on="2026-09-18", note="见到学生")
        self.assertEqual(self.case.state, "returned")
        self.assertEqual(self.case.returned_on, date(2026, 9, 18))
        self.assertEqual(self.case.ladder, "none", "an order obeyed is spent")
        self.assertEqual(self.student.enrolment_state, "enrolled")
        self.assertEqual(self.student.class_id, self.class_a)

    def test_photograph_as_proof(self):
        photo = self.make_file(self.user["principal"])
        self.case.action_return(evidence_ids=photo.ids)
        self.assertEqual(self.case.evidence_ids, photo)

    def test_not_before_it_was_confirmed(self):
        with self.assertRaisesRegex(UserError, "cannot lie before"):
            self.case.action_return(returned_on="2026-09-01", note="x")

    def test_lower_grade(self):
        lower = self.make_class(self.school_a, 2)
        with self.assertRaisesRegex(UserError, "the class"):
            self.case.action_return(return_form="lower_grade", note="x")
        with self.assertRaisesRegex(UserError, "no lower grade"):
            self.case.action_return(return_form="lower_grade", class_id=self.class_a2.id, note="x")
        self.case.action_return(return_form="lower_grade", class_id=lower.id, note="x")
        self.assertEqual(self.student.class_id, lower)
        self.assertEqual(self.case.class_id, lower, "the case goes with the child")

    def test_class_of_the_school(self):
        with self.assertRaisesRegex(UserError, "no class of"):
            self.case.action_return(class_id=self.class_b.id, note="x")

    def test_other_school_by_the_bureau_only(self):
        arguments = {
            "return_form": "other_school",
            "school_id": self.school_b.id,
            "class_id": self.class_b.id,
            "note": "转入西岭学校",
        }
        with self.assertRaisesRegex(AccessError, "The bureau places"):
            self.case.action_return(**arguments)
        self.case.with_user(self.user["bureau"]).action_return(**arguments)
        case = self.case.sudo()
        self.assertEqual(self.student.school_id, self.school_b)
        self.assertEqual(case.school_id, self.school_b)
        self.assertEqual(case.school_responsible_id, self.other_user["class_teacher"])

    def test_home_teaching(self):
        self.case.action_return(return_form="home_teaching", note="每周一次送教")
        self.assertEqual(self.student.placement, "home")

    def test_never_enrolled_child_enters_the_registry(self):
        child = self.make_student(
            school_id=self.school_a.id,
            expected_school_id=self.school_a.id,
            expected_grade=3,
            enrolment_state="expected",
            national_no=False,
        )
        case = self.as_user(self.make_case(child, state="persuading"), "records_admin")
        with self.assertRaisesRegex(UserError, "the class"):
            case.action_return(note="x")
        case.action_return(class_id=self.class_a.id, note="x")
        self.assertEqual(child.enrolment_state, "enrolled")
        self.assertEqual(child.class_id, self.class_a)
        self.assertFalse(child.expected_school_id)
        self.assertEqual(child.registry_completion, "to_apply")


class TestObserveAndClose(CaseCommon):
    def setUp(self):
        super().setUp()
        self.case = self.as_user(self.make_case(state="observing"), "class_teacher")

    def check(self, moment, present=True):
        self.on(moment)
        self.case.action_check_observation(present)

    def test_until(self):
        self.assertEqual(
            self.case.observation_until,
            self.env["edu.policy"]._edu_period_end(date(2026, 9, 2), 90),
        )

    def test_not_closed_before_the_end(self):
        with self.assertRaises(UserError) as refusal:
            self.as_user(self.case, "principal").action_close()
        self.assertIn("the end of the observation on 2026-12-01", str(refusal.exception))
        self.assertIn("3 more observation checks", str(refusal.exception))

    def test_closed(self):
        for day in ("2026-09-30", "2026-10-30", "2026-11-27"):
            self.check(f"{day} 02:00:00")
        self.assertFalse(self.case.next_check_due)
        self.on("2026-12-02 02:00:00")
        self.as_user(self.case, "principal").action_close()
        self.assertEqual(self.case.state, "closed")
        self.assertEqual(self.case.closed_on, date(2026, 12, 2))
        self.settle()
        self.assertFalse(self.case.sudo().activity_ids)

    def test_due_on_the_first_working_day_after_the_observation(self):
        """No case is overdue before it may be closed; one that is forgotten is."""
        for day in ("2026-09-30", "2026-10-30", "2026-11-27"):
            self.check(f"{day} 02:00:00")
        self.assertEqual(self.case.deadline, date(2026, 12, 2))
        for day, overdue in (("2026-12-02", False), ("2026-12-03", True)):
            self.on(f"{day} 02:00:00")
            self.case.invalidate_recordset(["overdue"])
            self.assertEqual(self.case.overdue, overdue, day)

    def test_not_closed_while_absent(self):
        self.check("2026-09-30 02:00:00")
        self.check("2026-10-30 02:00:00")
        self.check("2026-11-27 02:00:00", present=False)
        self.on("2026-12-02 02:00:00")
        with self.assertRaisesRegex(UserError, "a check at which the child is in school"):
            self.as_user(self.case, "principal").action_close()

    def test_one_check_a_day(self):
        self.case.action_check_observation(True)
        with self.assertRaisesRegex(UserError, "recorded already"):
            self.case.action_check_observation(False)

    def test_checks_are_not_rewritten(self):
        self.case.action_check_observation(False)
        check = self.case.observation_ids
        for role in EVERYBODY:
            with self.assertRaises(AccessError):
                self.as_user(check, role).present = True
            with self.assertRaises(AccessError):
                self.as_user(check, role).unlink()
        with self.assertRaises(AccessError):
            self.env["edu.observation"].with_user(self.user["principal"]).create(
                {"case_id": self.case.id, "checked_on": "2026-09-02", "present": True}
            )

    def test_next_check_is_due_and_planned(self):
        self.assertEqual(
            self.case.next_check_due, self.env["edu.policy"]._edu_period_end(date(2026, 9, 2), 30)
        )
        self.settle()
        self.assertEqual(self.case.sudo().activity_ids.date_deadline, self.case.next_check_due)
        self.on("2026-10-20 02:00:00")
        self.case.invalidate_recordset()
        self.assertTrue(self.case.overdue)
        self.assertIn(
            self.case, self.case.search([("overdue", "=", True)]), "found as overdue, too"
        )

    def test_an_unmade_mandatory_report_keeps_it_open(self):
        self.case.sudo().cause_id = self.code("cause", "work")
        for day in ("2026-09-30", "2026-10-30", "2026-11-27"):
            self.check(f"{day} 02:00:00")
        self.on("2026-12-02 02:00:00")
        principal = self.as_user(self.case, "principal")
        with self.assertRaisesRegex(UserError, "the mandatory report"):
            principal.action_close()
        principal.action_report_made("县公安局", "2026-12-01")
        principal.action_close()
        self.assertEqual(self.case.state, "closed")


class TestRelapse(CaseCommon):
    def test_from_returned_and_observing(self):
        for state in ("returned", "observing"):
            with self.subTest(state=state):
                student = self.make_student(self.class_a)
                case = self.as_user(self.make_case(student, state), "class_teacher")
                self.on("2026-10-12 02:00:00")
                case.action_relapse("2026-10-10", "又外出打工")
                self.assertEqual(case.state, "persuading")
                self.assertEqual(case.relapse_count, 1)
                self.assertEqual(case.ladder, "none")
                self.assertEqual(case.persuading_since, date(2026, 10, 10))
                self.assertEqual(case.confirmed_on, date(2026, 9, 2), "the first time stands")
                self.assertFalse(case.returned_on)
                self.assertEqual(student.enrolment_state, "dropped_out")
                self.assertIn("2026-09-02", self.messages(case), "when it had come back")
                self.frozen.move_to(self.freeze)

    def test_counts_up(self):
        case = self.make_case(state="observing")
        case.action_relapse()
        case.action_return(note="x")
        case.action_relapse()
        self.assertEqual(case.relapse_count, 2)

    def test_missing_again_by_the_roster(self):
        case = self.make_case(state="observing")
        again = self.env["edu.dropout.case"]._edu_raise(self.student, "check")
        self.assertEqual(again, case)
        self.assertEqual(case.state, "persuading")

    def test_after_closing_a_new_case(self):
        case = self.make_case(state="closed")
        again = self.env["edu.dropout.case"]._edu_raise(self.student, "check")
        self.assertNotEqual(again, case)
        self.assertEqual(again.source, "relapse")
        self.assertEqual(again.earlier_case_id, case)
        self.assertEqual(again.state, "suspected")

    def test_after_exclusion_a_new_case(self):
        case = self.make_case(state="excluded")
        again = self.env["edu.dropout.case"]._edu_raise(self.student, "check")
        self.assertEqual(again.source, "check")
        self.assertEqual(again.earlier_case_id, case)

    def test_checks_of_the_first_return_do_not_count(self):
        case = self.make_case(state="observing")
        case.action_check_observation(True)
        self.on("2026-10-12 02:00:00")
        case.action_relapse()
        case.action_return(note="x")
        case.action_observe()
        self.assertFalse(case._edu_checks_now())


class TestOtherSteps(CaseCommon):
    def test_return_by_with_reason(self):
        case = self.as_user(self.make_case(state="persuading"), "township")
        with self.assertRaisesRegex(UserError, "the reason"):
            case.action_set_return_by("2026-11-30", " ")
        with self.assertRaisesRegex(UserError, "a date after the confirmation"):
            case.action_set_return_by("2026-09-02", "x")
        case.action_set_return_by("2026-11-30", "父母月底回乡")
        self.assertEqual(case.return_by, date(2026, 11, 30))
        self.assertIn("父母月底回乡", self.messages(case))

    def test_mandatory_report(self):
        case = self.as_user(self.make_case(), "class_teacher")
        case.cause_id = self.code("cause", "work")
        self.assertTrue(case.report_due)
        with self.assertRaisesRegex(UserError, "who received"):
            case.action_report_made("")
        case.action_report_made("县人社局")
        self.assertFalse(case.report_due)
        self.assertEqual(case.mandatory_report_on, date(2026, 9, 2))
        self.assertEqual(case.mandatory_report_by_id, self.user["class_teacher"])
        self.assertEqual(case.ladder, "none", "outside the ladder")

    def test_undecided_is_overdue_after_the_policy_days(self):
        case = self.make_case()
        self.assertEqual(case.deadline, case.verify_by)
        self.on(f"{case.verify_by} 10:00:00")
        case.invalidate_recordset()
        self.assertFalse(case.overdue, "the last day is still in time")
        self.on(f"{case.verify_by} 16:30:00")
        case.invalidate_recordset()
        self.assertTrue(case.overdue)
        self.assertIn(case, case.search([("overdue", "=", True)]))
        self.assertNotIn(case, case.search([("overdue", "=", False)]))

    @users("class_teacher_a")
    def test_buttons_take_a_step_through_the_dialog(self):
        case = self.make_case(state="observing").with_env(self.env)
        self.env["edu.case.step"].create(
            {"case_id": case.id, "step": "check", "present": "no", "note": "请假"}
        ).action_apply()
        self.assertFalse(case.observation_ids.present)
        wizard = self.env["edu.case.step"].create({"case_id": case.id, "step": "reopen"})
        with self.assertRaises(AccessError):
            wizard.action_apply()
