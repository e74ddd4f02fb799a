import base64
import re
from datetime import date

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import HttpCase, tagged

from .test_report_call import CallCommon


class TestPeriodicFigures(CallCommon):
    def refreshed(self, report=None):
        report = report or self.month
        report._edu_refresh()
        return report

    def test_children_of_the_ledger(self):
        Ledger = self.env["edu.ledger"]
        before, came, left = (self.make_student(self.class_a) for _number in range(3))
        Ledger._edu_enter("school_age", before | left, date(2026, 8, 20), "test")
        Ledger._edu_enter("school_age", came, date(2026, 9, 1), "test")
        Ledger._edu_strike_off("school_age", left, date(2026, 9, 2), "test")
        Ledger._edu_enter("school_age", self.other_student, date(2026, 8, 20), "test")
        month = self.refreshed()
        self.assertEqual(
            (month.previous_count, month.entered_count, month.left_count, month.registry_count),
            (2, 1, 1, 2),
        )

    def test_figures_are_those_of_the_last_day_of_the_period(self):
        Ledger = self.env["edu.ledger"]
        self.on("2026-10-20 00:00:00")
        child, later = self.make_student(self.class_a), self.make_student(self.class_a)
        Ledger._edu_enter("dropout", child, date(2026, 9, 5), "test")
        Ledger._edu_strike_off("dropout", child, date(2026, 10, 3), "test")
        Ledger._edu_enter("dropout", later, date(2026, 10, 5), "test")
        month = self.refreshed()
        self.assertEqual(str(month.as_of), "2026-09-30")
        self.assertEqual((month.new_dropout_count, month.dropout_count), (1, 1))

    def test_while_the_month_runs_they_are_those_of_today(self):
        self.assertEqual(str(self.month.as_of), "2026-09-02")

    def test_absences_cases_and_visits(self):
        self.env["edu.absence"].create({"student_id": self.student.id, "date": "2026-09-01"})
        self.env["edu.absence"].create(
            {"student_id": self.student.id, "date": "2026-09-02", "kind": "excused"}
        )
        self.make_case(state="persuading")
        month = self.refreshed()
        self.assertEqual(
            (month.absence_count, month.absent_child_count, month.leave_count), (1, 1, 1)
        )
        self.assertEqual((month.new_suspected_count, month.suspected_count), (1, 0))
        self.assertEqual((month.new_dropout_count, month.dropout_count), (1, 1))
        self.assertEqual((month.visit_count, month.visited_child_count), (1, 1))
        self.assertFalse(month.is_zero)
        self.bring(self.case_of(self.student), "returned")
        month = self.refreshed()
        self.assertEqual((month.dropout_count, month.returned_count), (0, 1))

    def test_a_dropout_whom_nobody_visited_all_month(self):
        self.make_case(state="persuading")
        self.on("2026-10-20 00:00:00")
        october = self.env["edu.report.call"]._edu_call(
            self.kind, self.env["edu.policy"]._edu_today(), self.county
        )
        october = self.month_of(self.school_a, october)
        self.assertEqual(october.unvisited_child_count, 1)
        self.answer(october)
        with self.assertRaisesRegex(ValidationError, "1 dropouts were not visited"):
            self.as_user(october, "records_admin").action_sign_filled()
        self.as_user(october, "records_admin").remark = "随父母在外，已约定月底视频"
        self.as_user(october, "records_admin").action_sign_filled()

    def test_a_visit_closes_the_gap(self):
        case = self.make_case(state="persuading")
        self.on("2026-10-20 00:00:00")
        self.make_visit(case)
        october = self.env["edu.report.call"]._edu_call(
            self.kind, self.env["edu.policy"]._edu_today(), self.county
        )
        self.assertEqual(self.month_of(self.school_a, october).unvisited_child_count, 0)

    def test_zero_report(self):
        self.assertTrue(self.refreshed().is_zero)

    def test_a_central_school_names_its_teaching_points(self):
        klass = self.make_class(self.point_a, 1)
        child = self.make_student(klass)
        Ledger = self.env["edu.ledger"]
        Ledger._edu_enter("school_age", child | self.student, date(2026, 8, 20), "test")
        month = self.refreshed()
        self.assertEqual(month.registry_count, 2)
        self.assertEqual(
            [(place["name"], place["registry_count"]) for place in month.sections],
            [("东河中心小学", 1), ("柳树教学点", 1)],
        )
        self.assertIn("柳树教学点", month.figure_table)

    def test_each_answers_for_itself_where_the_kind_says_so(self):
        kind = self.kind.copy({"code": "own", "with_points": False})
        call = self.new_call(kind_id=kind.id)
        call.action_issue()
        reports = call.sudo().report_ids
        self.assertIn(self.point_a, reports.school_id)
        self.assertEqual(len(self.month_of(self.school_a, call.sudo()).sections), 1)

    def test_where_the_months_do_not_join(self):
        self.submit_month()
        self.on("2026-10-20 00:00:00")
        self.env["edu.ledger"]._edu_enter("school_age", self.student, date(2026, 9, 10), "补录")
        october = self.env["edu.report.call"]._edu_call(
            self.kind, self.env["edu.policy"]._edu_today(), self.county
        )
        october = self.month_of(self.school_a, october)
        self.answer(october)
        with self.assertRaisesRegex(
            ValidationError, "ended with 0 children, this one begins with 1"
        ):
            self.as_user(october, "dean").action_sign_filled()
        self.as_user(october, "dean").remark = "九月漏报一人，已补录"
        self.as_user(october, "dean").action_sign_filled()

    def test_the_page_shows_what_the_same_question_gives_today(self):
        self.sign_month()
        self.assertNotIn("The same today", self.month.figure_table)
        self.make_case()
        self.month.invalidate_recordset()
        self.assertIn("The same today", self.month.figure_table)
        self.assertEqual(self.month.suspected_count, 0)


class TestPeriodicReport(CallCommon):
    # filling in

    def test_what_is_not_answered_is_named(self):
        first, second, _optional = self.month.answer_ids.mapped("name")
        self.assertIn(first, self.month.problems)
        with self.assertRaisesRegex(ValidationError, re.escape(second)):
            self.as_user(self.month, "records_admin").action_sign_filled()
        self.answer()
        self.assertFalse(self.month.problems)

    def test_an_optional_question_keeps_nothing_open(self):
        self.answer()
        self.month.answer_ids.filtered(lambda answer: not answer.is_required).value_text = False
        self.as_user(self.month, "dean").action_sign_filled()
        self.assertTrue(self.month.frozen_at)

    def test_a_number_is_a_whole_number(self):
        answer = self.month.answer_ids[0]
        answer.answer_type = "number"
        for wrong in ("十二", "1.5", "-"):
            with self.assertRaises(ValidationError):
                self.as_user(answer, "records_admin").value_text = wrong
        for right, number in (("0", 0), (" 12 ", 12), ("１２", 12)):
            self.as_user(answer, "records_admin").value_text = right
            self.assertEqual((answer.value_number, answer._edu_value()), (number, number))

    def test_only_who_fills_it_in_writes(self):
        for role in ("principal", "bureau", "township", "inspector", "class_teacher"):
            with self.assertRaises(AccessError):
                self.as_user(self.month, role).remark = "x"
            with self.assertRaises(AccessError):
                self.as_user(self.month.answer_ids[0], role).value_text = "x"
        with self.assertRaises(AccessError):
            self.as_user(self.month, "records_admin", other=True).remark = "x"
        self.as_user(self.month, "records_admin").remark = "说明"

    def test_figures_and_state_are_not_typed_in(self):
        month = self.as_user(self.month, "records_admin")
        for values in (
            {"state": "accepted"},
            {"dropout_count": 0},
            {"is_late": False},
            {"deadline": "2027-01-01"},
            {"frozen_at": False},
            {"sections": []},
        ):
            with self.assertRaises(AccessError):
                month.write(values)
        with self.assertRaises(AccessError):
            month.answer_ids[:1].write({"name": "改问题"})

    # signing

    def test_two_people_sign(self):
        self.sign_month()
        self.assertEqual(self.month.state, "signed")
        self.assertEqual(
            [(s.role, s.person_id) for s in self.month.signoff_ids],
            [("filled", self.user["records_admin"]), ("reviewed", self.user["principal"])],
        )
        self.assertFalse(self.month._edu_signoff_verify())

    def test_who_filled_in_does_not_review(self):
        self.make_post(self.user["dean"], "vice_principal", self.school_a)
        self.answer(role="dean")
        month = self.as_user(self.month, "dean")
        month.action_sign_filled()
        self.assertFalse(month.can_review)
        with self.assertRaises(ValidationError):
            month.action_sign_reviewed()
        self.as_user(self.month, "vice_principal").action_sign_reviewed()

    def test_nobody_reviews_before_it_is_filled_in(self):
        with self.assertRaises(UserError):
            self.as_user(self.month, "principal").action_sign_reviewed()

    def test_the_first_signature_freezes(self):
        self.answer()
        self.as_user(self.month, "records_admin").action_sign_filled()
        self.make_case()
        self.month._edu_refresh()
        self.assertEqual(self.month.suspected_count, 0)
        with self.assertRaises(UserError):
            self.as_user(self.month, "records_admin").action_refresh()
        with self.assertRaises(UserError):
            self.as_user(self.month.answer_ids[0], "records_admin").value_text = "改"
        with self.assertRaises(UserError):
            self.as_user(self.month, "records_admin").remark = "改"

    def test_what_is_changed_by_the_back_door_is_told(self):
        self.sign_month()
        self.month.sudo().write({"dropout_count": 5})
        self.assertIn("Dropped Out", "".join(self.month._edu_signoff_verify()))

    def test_a_question_changed_later_changes_no_report(self):
        self.sign_month()
        self.kind.question_ids[0].name = "换了一个问题"
        self.assertFalse(self.month._edu_signoff_verify())

    def test_taken_back_and_signed_again(self):
        self.sign_month()
        self.take_back("principal", "漏报一人", self.month)
        self.assertEqual((self.month.state, bool(self.month.frozen_at)), ("draft", False))
        self.submit_month()
        self.assertEqual(
            self.month.signoff_ids.mapped("role"),
            ["filled", "reviewed", "withdrawn", "filled", "reviewed"],
        )
        self.assertIn("漏报一人", self.messages(self.month))
        with self.assertRaises(UserError):
            self.as_user(self.month, "principal").action_take_back()

    # to the bureau

    def test_unsigned_is_not_submitted(self):
        with self.assertRaisesRegex(ValidationError, "Signature: Reviewed"):
            self.as_user(self.month, "principal").action_submit()
        self.sign_month()
        with self.assertRaises(AccessError):
            self.as_user(self.month, "records_admin").action_submit()
        self.as_user(self.month, "vice_principal").action_submit()
        with self.assertRaises(UserError):
            self.as_user(self.month, "principal").action_submit()

    def test_others_read_it_once_it_is_submitted(self):
        for role in ("township", "bureau", "inspector"):
            self.assertFalse(self.as_user(self.month, role).has_access("read"), role)
        self.submit_month()
        for role in ("township", "bureau", "inspector"):
            self.assertTrue(self.as_user(self.month, role).has_access("read"), role)
            self.assertFalse(self.as_user(self.month, role, other=True).has_access("read"), role)

    def test_returned_corrected_accepted(self):
        self.submit_month()
        month = self.as_user(self.month, "bureau")
        month.action_receive()
        self.assertEqual(month.state, "received")
        with self.assertRaises(UserError):
            month._edu_return(" ")
        action = month.action_return()
        self.env["edu.periodic.report.return"].with_user(self.user["bureau"]).with_context(
            **action["context"]
        ).create({"reason": "请写明家访情况"}).action_confirm()
        self.assertEqual((month.state, month.return_reason), ("returned", "请写明家访情况"))
        self.assertIn("请写明家访情况", self.messages(self.month))
        self.submit_month()
        self.assertFalse(self.month.return_reason)
        with self.assertRaises(AccessError):
            self.as_user(self.month, "township").action_accept()
        with self.assertRaises(AccessError):
            self.as_user(self.month, "bureau", other=True).action_accept()
        month.action_accept()
        self.assertEqual(month.state, "accepted")
        with self.assertRaises(UserError):
            month.action_accept()

    def test_nothing_is_decided_before_it_is_submitted(self):
        for action in ("action_receive", "action_accept", "action_return"):
            with self.assertRaises(UserError):
                getattr(self.as_user(self.month, "bureau"), action)()

    # late

    def test_the_last_second_is_in_time(self):
        self.sign_month()
        self.on("2026-09-30 15:59:59")
        self.as_user(self.month, "principal").action_submit()
        self.assertFalse(self.month.is_late)
        self.assertEqual(self.month.deadline_state, "done")

    def test_a_second_later_is_late_for_good(self):
        self.sign_month()
        self.on("2026-09-30 16:00:00")
        self.as_user(self.month, "principal").action_submit()
        self.assertTrue(self.month.is_late)
        self.assertEqual((self.month.late_seconds, self.month.late_by), (1, "00:00:01"))
        self.as_user(self.month, "bureau")._edu_return("请补充")
        self.on("2026-10-20 00:00:00")
        self.submit_month()
        self.assertEqual((self.month.late_seconds, self.month.deadline_state), (1, "done_late"))

    def test_how_late_is_told_by_days_too(self):
        self.sign_month()
        self.on("2026-10-02 18:30:05")
        self.as_user(self.month, "principal").action_submit()
        self.assertEqual(self.month.late_by, "2 days 02:30:06")

    def test_it_is_a_duty_of_whose_turn_it_is(self):
        self.month._edu_duty_sync()
        duty = self.month.sudo().duty_ids
        self.assertEqual(
            (duty.user_id, duty.deadline), (self.user["records_admin"], self.month.deadline)
        )
        self.answer()
        self.as_user(self.month, "records_admin").action_sign_filled()
        self.month._edu_duty_sync()
        self.assertEqual(duty.user_id, self.user["principal"])
        self.as_user(self.month, "principal").action_sign_reviewed()
        self.as_user(self.month, "principal").action_submit()
        self.month._edu_duty_sync()
        self.assertEqual(duty.state, "done")

    def test_what_changed_is_told_in_words(self):
        self.submit_month()
        self.as_user(self.month, "bureau")._edu_return("请补充")
        self.as_user(self.month, "records_admin").remark = "补充说明"
        self.submit_month()
        action = self.as_user(self.month, "bureau").action_signoff_compare()
        self.assertEqual(action["res_model"], "edu.signoff.compare")
        told = str(self.month._edu_signoff_compare(1, 2))
        self.assertIn("Explanation", told)
        self.assertIn("补充说明", told)

    # scans, township, documents

    def test_scans_stay_once_submitted(self):
        month = self.as_user(self.month, "records_admin")
        scan = self.make_file(self.user["records_admin"])
        month.scan_ids = [Command.link(scan.id)]
        self.assertEqual((scan.res_model, scan.res_id), ("edu.periodic.report", self.month.id))
        foreign = self.make_file(self.user["dean"])
        with self.assertRaises(AccessError):
            month.scan_ids = [Command.link(foreign.id)]
        self.submit_month()
        with self.assertRaises(UserError):
            month.scan_ids = [Command.unlink(scan.id)]
        with self.assertRaises(UserError):
            scan.with_user(self.user["records_admin"]).unlink()

    def township_report(self):
        kind = self.env.ref("edu_dropout_control.report_kind_township_term")
        call = self.new_call(kind_id=kind.id)
        call.action_issue()
        return call.sudo().report_ids.filtered(lambda report: report.township_id == self.township_a)

    def test_a_township_hands_in_its_own(self):
        report = self.township_report()
        self.assertEqual(
            {place["name"] for place in report.sections},
            {"东河中学", "东河中心小学", "柳树教学点"},
        )
        self.assertFalse(self.as_user(report, "principal").has_access("read"))
        self.assertFalse(self.as_user(report, "township", other=True).has_access("read"))
        self.answer(report, "township")
        with self.assertRaises(AccessError):
            self.as_user(report, "bureau").action_sign_filled()
        self.as_user(report, "township").action_sign_filled()
        self.as_user(report, "township").action_submit()
        self.assertEqual((report.state, report.on_behalf), ("submitted", False))
        self.as_user(report, "bureau").action_accept()

    def test_the_bureau_enters_the_paper_of_a_township_without_a_log_in(self):
        report = self.township_report()
        self.user["township"].edu_post_ids.date_to = "2026-08-31"
        self.env.invalidate_all()
        self.answer(report, "bureau")
        month = self.as_user(report, "bureau")
        self.assertEqual((month.can_fill, month.can_fill_paper), (False, True))
        with self.assertRaises(AccessError):
            month.action_sign_filled()
        action = month.action_sign_paper()
        dialog = month.env[action["res_model"]].with_context(**action["context"])
        dialog.create(
            {
                "person": "王镇长",
                "post": "东河镇 副镇长",
                "paper_date": "2026-09-02",
                "scan": base64.b64encode(b"%PDF-1.4 paper"),
                "scan_name": "乡镇报告.pdf",
            }
        ).action_confirm()
        self.assertEqual((report.state, report.on_behalf), ("signed", True))
        self.assertEqual(report.signoff_ids.person_name, "王镇长")
        month.action_submit()
        self.assertFalse(report._edu_signoff_verify())

    def test_nobody_signs_a_schools_report_from_paper(self):
        with self.assertRaises(AccessError):
            self.month.with_user(self.user["bureau"]).sudo(False)._edu_check_may_enter("filled")

    def html(self, report, role):
        return (
            self.env["ir.actions.report"]
            .with_user(self.user[role])
            ._render_qweb_html("edu_dropout_control.action_report_periodic_report", report.ids)[0]
            .decode()
        )

    def test_document(self):
        self.assertIn("草", self.html(self.month, "records_admin"))
        self.submit_month()
        html = self.html(self.month, "bureau")
        for words in ("东河中心小学", "Records administrator A", "Principal A", "零报告", "已家访"):
            self.assertIn(words, html)
        self.assertNotIn("草　稿", html)
        with self.assertRaises(AccessError):
            self.html(self.month, "class_teacher")


@tagged("post_install", "-at_install")
class TestPeriodicReportTour(CallCommon, HttpCase):
    """In the browser: filled in, reviewed and submitted, returned, corrected, accepted."""

    def tour(self, name, role, action="edu_periodic_report_action"):
        user = self.user[role]
        user.password = user.login
        self.env.flush_all()
        self.start_tour(f"/odoo/action-edu_dropout_control.{action}", name, login=user.login)
        self.env.invalidate_all()

    def test_submit_return_correct_accept(self):
        self.tour("edu_month_filled", "records_admin")
        self.assertTrue(self.month.frozen_at)
        self.tour("edu_month_reviewed", "principal")
        self.assertEqual(self.month.state, "submitted")
        self.tour("edu_month_returned", "bureau")
        self.assertEqual(self.month.state, "returned")
        self.tour("edu_month_corrected", "records_admin")
        self.tour("edu_month_reviewed", "principal")
        self.tour("edu_month_accepted", "bureau")
        self.assertEqual(self.month.state, "accepted")
        self.assertEqual(self.month.remark, "已补充家访情况")

    def test_the_bureau_reminds(self):
        self.tour("edu_call_reminded", "bureau", "edu_report_call_action")
        self.assertTrue(self.month.reminded_on)
