from datetime import date

from odoo import Command
from odoo.exceptions import AccessError, UserError

from .ladder_common import LadderCommon


class TestLadder(LadderCommon):
    def refused(self, words, action, error=UserError):
        """Run ``action``, which must be refused with a sentence that holds ``words``."""
        with self.assertRaises(error) as refusal:
            action()
        for word in [words] if isinstance(words, str) else words:
            self.assertIn(word, str(refusal.exception))

    def return_child(self, case=None):
        self.case_as("principal", case=case).action_return(note="班主任陪同返校")

    # ------------------------------------------------------------------ advised

    def test_begins_at_the_bottom(self):
        self.assertEqual(self.case.ladder, "none")
        self.assertEqual(self.case.good_reason, "unknown")
        self.assertIn("the guardian was told", self.case.ladder_hint)

    def test_no_ladder_before_the_dropout_is_confirmed(self):
        case = self.env["edu.dropout.case"].create(
            {"student_id": self.make_student(self.class_a).id, "raised_on": "2026-09-01"}
        )
        self.refused("article 13", self.case_as("principal", case=case).action_record_advice)
        self.assertFalse(case.ladder_hint)

    def test_advice_needs_the_guardian_told(self):
        self.refused(
            ["articles 13 and 58", "the day the guardian was told", "acknowledged"],
            self.case_as("principal").action_record_advice,
        )
        self.assertEqual(self.case.ladder, "none")

    def test_advice_goes_to_the_township_of_residence(self):
        referral = self.advise(answered=False)
        self.assertEqual(self.case.ladder, "advised")
        self.assertEqual(referral.kind, "advice")
        self.assertEqual(referral.to_area_id, self.township_a)
        self.assertEqual(referral.to_name, "东河镇人民政府")
        self.assertEqual(referral.sent_on, self.today)
        self.assertEqual(referral.answer_due, date(2026, 9, 17))

    def test_advice_is_recorded_once(self):
        self.advise()
        self.refused("already", self.case_as("principal").action_record_advice)
        self.refused(
            "already", lambda: self.case_as("principal").write({"guardian_told_by": "别人"})
        )

    def test_class_teacher_records_no_advice(self):
        self.refused("cannot", self.case_as("class_teacher").action_record_advice, AccessError)

    def test_people_of_another_place_climb_nothing(self):
        for role in ("principal", "township", "bureau"):
            with self.assertRaises(AccessError):
                self.case_as(role, other=True).action_record_advice()

    # ------------------------------------------------------------------ good reason

    def test_no_notice_before_the_finding(self):
        self.advise()
        self.refused(
            ["no good reason", "article 58"],
            self.case_as("township").action_new_admission_notice,
        )

    def test_finding_needs_its_words(self):
        case = self.case_as("principal")
        self.refused(
            ["the finding", "own statement", "article 58"], case.action_find_no_good_reason
        )
        case.good_reason_finding = "家访两次，无正当理由"
        self.refused("own statement", case.action_find_no_good_reason)
        case.guardian_refused_statement = True
        case.action_find_no_good_reason()
        self.assertEqual(case.good_reason, "none")

    def test_finding_names_who_found_and_who_entered(self):
        case = self.case_as("principal")
        case.write(
            {
                "good_reason_finding": "无正当理由",
                "good_reason_statement": "不想念",
                "good_reason_by": "王村干",
                "good_reason_on": "2026-09-01",
            }
        )
        case.action_find_no_good_reason()
        self.assertEqual(case.good_reason_by, "王村干")
        self.assertEqual(case.good_reason_on, date(2026, 9, 1))
        self.assertEqual(case.good_reason_entered_by_id, self.user["principal"])

    def test_finding_not_in_the_future(self):
        case = self.case_as("principal")
        case.write(
            {
                "good_reason_finding": "无正当理由",
                "good_reason_statement": "不想念",
                "good_reason_on": "2026-09-03",
            }
        )
        self.refused("future", case.action_find_no_good_reason)

    def test_class_teacher_finds_nothing(self):
        case = self.case_as("class_teacher")
        self.refused("cannot", case.action_find_no_good_reason, AccessError)
        self.refused("cannot", lambda: case.write({"good_reason_finding": "x"}), AccessError)

    def test_finding_stands_until_it_is_examined_again(self):
        self.find_no_good_reason()
        case = self.case_as("principal")
        self.refused("stands", lambda: case.write({"good_reason_finding": "另一说法"}))
        self.refused("stands", case.action_find_good_reason)
        case.action_examine_again()
        self.assertEqual(case.good_reason, "unknown")
        self.assertFalse(case.good_reason_finding)
        self.assertIn("家访两次", case.message_ids[:1].body)

    def test_good_reason_leads_to_help(self):
        self.advise()
        case = self.case_as("principal")
        case.write({"good_reason_finding": "患病住院", "good_reason_statement": "孩子住院"})
        case.action_find_good_reason()
        self.refused(["helped", "article 58"], self.case_as("township").action_new_admission_notice)

    def test_cause_that_calls_for_help_blocks_notices(self):
        self.advise()
        self.find_no_good_reason()
        self.case.cause_id = self.env.ref("edu_dropout_control.code_cause_poverty")
        self.refused(
            ["help first", "article 58"], self.case_as("township").action_new_admission_notice
        )
        self.assertIn("help first", self.case.ladder_hint)
        self.case.cause_id = self.env.ref("edu_dropout_control.code_cause_work")
        self.case_as("township").action_new_admission_notice()

    def test_cause_that_turns_up_later_blocks_the_issue(self):
        self.advise()
        self.find_no_good_reason()
        notice = self.draft()
        self.case.cause_id = self.env.ref("edu_dropout_control.code_cause_bullying")
        self.refused("help first", notice.action_issue)
        self.assertEqual(notice.state, "draft")

    # ------------------------------------------------------------------ 附件2

    def test_no_notice_before_the_advice(self):
        self.find_no_good_reason()
        self.refused(
            ["advised to criticise and educate", "article 58"],
            self.case_as("township").action_new_admission_notice,
        )

    def test_township_has_its_days_to_answer(self):
        referral = self.advise(answered=False)
        self.find_no_good_reason()
        case = self.case_as("township")
        self.refused(["2026-09-17", "article 58"], case.action_new_admission_notice)
        self.at("2026-09-17")
        self.refused("2026-09-17", case.action_new_admission_notice)
        self.at("2026-09-18")
        self.assertTrue(referral.is_overdue)
        case.action_new_admission_notice()
        self.assertEqual(case.notice_ids.kind, "admission")

    def test_an_answer_ends_the_period_of_the_advice(self):
        self.advise()
        self.find_no_good_reason()
        self.issue()
        self.assertEqual(self.case.ladder, "admission_notice")

    def test_draft_alone_climbs_nothing(self):
        self.advise()
        self.find_no_good_reason()
        self.draft()
        self.assertEqual(self.case.ladder, "advised")

    def test_button_opens_the_same_draft_again(self):
        self.advise()
        self.find_no_good_reason()
        first = self.case_as("township").action_new_admission_notice()
        self.assertEqual(self.case_as("dean").action_new_admission_notice(), first)

    # ------------------------------------------------------------------ 附件3

    def test_no_deadline_notice_without_an_admission_notice(self):
        self.advise()
        self.find_no_good_reason()
        self.refused(
            ["article 58", "bureau can skip"],
            self.case_as("township").action_new_deadline_notice,
        )

    def test_no_deadline_notice_before_service(self):
        self.advise()
        self.find_no_good_reason()
        notice = self.issue()
        self.refused(
            [notice.number, "article 87"], self.case_as("township").action_new_deadline_notice
        )

    def test_no_deadline_notice_before_the_period_has_ended(self):
        notice = self.climb("admission_notice")
        self.assertEqual(notice.deadline, date(2026, 9, 9))
        self.at("2026-09-09")
        self.refused(
            ["2026-09-09", "article 58"], self.case_as("township").action_new_deadline_notice
        )
        self.at("2026-09-10")
        self.issue("deadline")
        self.assertEqual(self.case.ladder, "deadline_notice")

    def test_period_over_national_day_ends_on_the_next_working_day(self):
        self.advise()
        self.find_no_good_reason()
        self.at("2026-09-25")
        notice = self.serve(self.issue())
        # 2 October is off, and so is everything up to the 7th
        self.assertEqual(notice.deadline, date(2026, 10, 8))
        self.at("2026-10-08")
        self.assertFalse(notice.is_expired)
        self.at("2026-10-09")
        self.assertTrue(notice.is_expired)

    def test_period_over_a_weekend_ends_on_monday(self):
        self.advise()
        self.find_no_good_reason()
        self.at("2026-09-05")
        notice = self.serve(self.issue())
        self.assertEqual(notice.deadline, date(2026, 9, 14))  # the 12th is a Saturday

    # ------------------------------------------------------------------ skipping 附件2

    def test_only_the_bureau_skips(self):
        self.advise()
        self.find_no_good_reason()
        for role in ("township", "principal"):
            case = self.case_as(role)
            self.refused("article 58", case.action_skip_admission_notice, AccessError)
            self.refused(
                "article 58", lambda case=case: case.write({"skip_reason": "x"}), AccessError
            )

    def test_skipping_needs_a_reason(self):
        self.advise()
        self.find_no_good_reason()
        self.refused("reason", self.case_as("bureau").action_skip_admission_notice)

    def test_skipped_admission_notice(self):
        self.advise()
        self.find_no_good_reason()
        case = self.case_as("bureau")
        case.skip_reason = "监护人长期在外，已由派出所核实"
        case.action_skip_admission_notice()
        self.assertEqual(case.skip_by_id, self.user["bureau"])
        self.refused("skipped", case.action_new_admission_notice)
        self.refused("already", case.action_skip_admission_notice)
        self.refused("already", lambda: case.write({"skip_reason": "另一理由"}))
        notice = self.issue("deadline", role="bureau", issuer_type="bureau")
        self.assertIn("已由派出所核实", notice._edu_frozen()["body"])
        self.assertEqual(case.ladder, "deadline_notice")

    def test_skipping_does_not_shorten_a_running_period(self):
        self.climb("admission_notice")
        case = self.case_as("bureau")
        case.skip_reason = "不想等了，直接下一步"
        self.refused("admission notice already", case.action_skip_admission_notice)

    def test_advice_cannot_be_skipped(self):
        self.find_no_good_reason()
        case = self.case_as("bureau")
        case.skip_reason = "监护人长期在外，已由派出所核实"
        self.refused("article 58", case.action_skip_admission_notice)

    # ------------------------------------------------------------------ justice

    def justice(self, role="township", **values):
        return (
            self.env["edu.referral"]
            .with_user(self.user[role])
            .create({"case_id": self.case.id, "kind": "justice", "to_name": "东河司法所", **values})
        )

    def test_no_justice_without_a_deadline_notice(self):
        self.climb("admission_notice")
        self.at("2026-10-20")
        for action in (self.case_as("township").action_refer_to_justice, self.justice):
            self.refused(["deadline notice", "article 58"], action)

    def test_no_justice_before_service(self):
        notice = self.climb("admission_notice")
        self.at("2026-09-10")
        notice = self.issue("deadline")
        self.refused([notice.number, "article 87"], self.justice)

    def test_no_justice_before_the_period_has_ended(self):
        notice = self.climb("deadline_notice")
        self.at(notice.deadline)
        self.refused([str(notice.deadline), "article 58"], self.justice)

    def test_school_refers_nothing_to_justice(self):
        notice = self.climb("deadline_notice")
        self.at("2026-09-18")
        self.assertTrue(notice.is_expired)
        self.refused("article 58", self.case_as("principal").action_refer_to_justice, AccessError)
        self.refused("", lambda: self.justice("principal"), AccessError)

    def test_justice_after_a_served_and_expired_deadline_notice(self):
        self.climb("deadline_notice")
        self.at("2026-09-18")
        action = self.case_as("township").action_refer_to_justice()
        self.assertEqual(action["context"]["default_case_id"], self.case.id)
        self.refused("later day", lambda: self.justice(sent_on="2026-09-17"))
        self.refused("office of justice", lambda: self.justice(to_name=" "))
        referral = self.justice()
        self.assertEqual(self.case.ladder, "justice")
        self.assertEqual(referral.sent_by_id, self.user["township"])
        self.assertEqual(referral.answer_due, date(2026, 10, 8))  # 3 October is off
        self.refused("with justice", self.justice)
        self.refused("with justice", self.case_as("bureau").action_new_deadline_notice)

    def test_answer_of_justice(self):
        self.climb("deadline_notice")
        self.at("2026-09-18")
        referral = self.justice("bureau")
        referral.write({"outcome": "refused", "answer": "材料不全"})
        self.refused("scan", referral.action_answer)
        referral.write({"scan_ids": [Command.link(self.file(self.user["bureau"]).id)]})
        referral.action_answer()
        self.assertEqual(referral.state, "answered")
        self.refused("stands", lambda: referral.write({"answer": "另一答复"}))

    # ------------------------------------------------------------------ return and relapse

    def test_return_ends_the_ladder(self):
        notice = self.climb("deadline_notice")
        first = self.case.notice_ids.filtered(lambda each: each.kind == "admission")
        self.return_child()
        self.assertEqual(self.case.ladder, "none")
        self.assertEqual((notice | first).mapped("state"), ["spent", "spent"])
        self.assertEqual(notice.spent_on, date(2026, 9, 10))
        self.assertIn("限期复学通知书", notice._edu_frozen()["body"])
        self.assertFalse(notice.is_expired)

    def test_return_withdraws_a_draft(self):
        self.advise()
        self.find_no_good_reason()
        notice = self.draft()
        self.return_child()
        self.assertEqual(notice.state, "withdrawn")
        self.refused("over already", notice.action_withdraw)

    def relapse(self):
        self.at("2026-10-20")
        self.case_as("principal").action_relapse(note="国庆后未到校")

    def test_relapse_asks_again_whether_there_is_a_good_reason(self):
        self.climb("deadline_notice")
        self.return_child()
        self.relapse()
        self.assertEqual(self.case.good_reason, "unknown")
        self.refused("no good reason", self.case_as("township").action_new_deadline_notice)

    def test_relapse_allows_a_new_deadline_notice_at_once(self):
        old = self.climb("deadline_notice")
        first = self.case.notice_ids.filtered(lambda each: each.kind == "admission")
        self.return_child()
        self.relapse()
        self.find_no_good_reason()
        self.assertIn("deadline notice may", self.case.ladder_hint)
        notice = self.issue("deadline")
        self.assertEqual(self.case.ladder, "deadline_notice")
        body = notice._edu_frozen()["body"]
        self.assertIn("再次", body)
        self.assertIn(first.number, body)
        self.assertIn("2026年10月20日", body)
        self.assertEqual(old.state, "spent")

    def test_old_deadline_notice_is_no_way_to_justice_after_a_relapse(self):
        self.climb("deadline_notice")
        self.return_child()
        self.relapse()
        self.find_no_good_reason()
        self.refused("deadline notice", self.justice)

    def test_relapse_without_a_served_admission_notice_begins_anew(self):
        self.climb("advised")
        self.return_child()
        self.relapse()
        self.find_no_good_reason()
        case = self.case_as("township")
        self.refused("admission notice", case.action_new_deadline_notice)
        self.refused("advised", case.action_new_admission_notice)

    def test_skip_is_used_up_by_a_return(self):
        self.advise()
        self.find_no_good_reason()
        case = self.case_as("bureau")
        case.skip_reason = "监护人长期在外，已由派出所核实"
        case.action_skip_admission_notice()
        self.return_child()
        self.relapse()
        self.assertFalse(case.skip_on)
        self.find_no_good_reason()
        self.refused("admission notice", case.action_new_deadline_notice)

    def test_return_without_a_ladder_changes_nothing(self):
        self.return_child()
        self.assertEqual(self.case.ladder_round, 1)

    # ------------------------------------------------------------------ what is typed

    def test_ladder_is_not_typed_in(self):
        for values in (
            {"ladder": "justice"},
            {"good_reason": "none"},
            {"skip_on": "2026-09-01"},
            {"ladder_round": 7},
        ):
            self.refused(
                "typed", lambda values=values: self.case_as("bureau").write(values), AccessError
            )


class TestAdvice(LadderCommon):
    def test_the_clerk_answers_himself(self):
        referral = self.advise(answered=False)
        theirs = self.as_user(referral, "principal")
        theirs.write({"outcome": "educated", "educated_on": "2026-09-02"})
        with self.assertRaisesRegex(AccessError, "Township clerk A"):
            theirs.action_answer()

    def test_answer_needs_its_facts(self):
        referral = self.as_user(self.advise(answered=False), "township")
        with self.assertRaisesRegex(UserError, "outcome"):
            referral.action_answer()
        referral.outcome = "educated"
        with self.assertRaisesRegex(UserError, "criticised and educated"):
            referral.action_answer()
        referral.outcome = "not_educated"
        with self.assertRaisesRegex(UserError, "the reason, in words"):
            referral.action_answer()
        referral.outcome = "accepted"
        with self.assertRaisesRegex(UserError, "outcome"):
            referral.action_answer()
        referral.write({"outcome": "not_educated", "answer": "家中无人，改日再去"})
        referral.action_answer()
        self.assertEqual(referral.answered_by_id, self.user["township"])
        self.assertFalse(referral.on_behalf)

    def test_answer_on_paper_for_a_township_without_a_log_in(self):
        self.env["edu.post"].search([("user_id", "=", self.user["township"].id)]).unlink()
        referral = self.as_user(self.advise(answered=False), "records_admin")
        referral.write({"outcome": "educated", "educated_on": "2026-09-02"})
        with self.assertRaisesRegex(UserError, "scan"):
            referral.action_answer()
        referral.write({"scan_ids": [Command.link(self.file(self.user["records_admin"]).id)]})
        referral.action_answer()
        self.assertTrue(referral.on_behalf)

    def test_overdue_is_found(self):
        referral = self.advise(answered=False)
        found = self.env["edu.referral"].search([("is_overdue", "=", True)])
        self.assertNotIn(referral, found)
        self.at("2026-09-18")
        self.assertIn(referral, self.env["edu.referral"].search([("is_overdue", "=", True)]))

    def test_what_was_sent_stays(self):
        referral = self.as_user(self.advise(), "township")
        for values in ({"to_name": "别处"}, {"sent_on": "2026-08-01"}, {"state": "sent"}):
            with self.assertRaises(AccessError):
                referral.write(values)
        with self.assertRaises(AccessError):
            referral.unlink()

    def test_school_sends_no_referral_of_its_own(self):
        with self.assertRaises(AccessError):
            self.env["edu.referral"].with_user(self.user["principal"]).create(
                {"case_id": self.case.id, "kind": "advice"}
            )
