import psycopg2

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from .common import ReportCommon


@tagged("post_install", "-at_install")
class TestDropoutReportContent(ReportCommon):
    """What the report says."""

    def content(self, report=None):
        return (report or self.report)._edu_compose()

    def test_every_school_of_the_county_gets_a_report_when_the_term_opens(self):
        schools = self.env["edu.dropout.report"].search([("term_id", "=", self.term.id)]).school_id
        self.assertEqual(schools, self.school_a | self.junior_a | self.point_a | self.school_b)

    def test_opening_again_makes_no_second_report(self):
        before = self.env["edu.dropout.report"].search_count([])
        self.term.with_user(self.user["bureau"]).action_open()
        self.assertEqual(self.env["edu.dropout.report"].search_count([]), before)

    def test_a_report_is_the_one_that_create_would_have_made(self):
        """The row itself, on the county's day and on a school's own, and its duty."""

        def rows():
            self.settle()
            return self.env.execute_query(
                SQL(
                    """SELECT to_jsonb(r) - %s::text[], duty.kind_id, duty.deadline, duty.user_id
                         FROM edu_dropout_report r
                    LEFT JOIN edu_duty duty ON duty.res_model = 'edu.dropout.report'
                          AND duty.res_id = r.id
                        WHERE r.school_id = ANY(%s) AND r.term_id = %s ORDER BY r.school_id""",
                    ["id", "create_date", "write_date"],
                    schools.ids,
                    self.term.id,
                )
            )

        schools = self.school_a | self.school_b
        self.env["edu.term.opening"].create(
            {
                "term_id": self.term.id,
                "school_id": self.school_a.id,
                "start_date": "2026-09-07",
                "reason": "校舍维修",
            }
        )
        Report = self.env["edu.dropout.report"]
        Report.search([("school_id", "in", schools.ids)]).unlink()
        made = Report._edu_prepare(self.term, schools)
        self.assertEqual(made.school_id, schools)
        prepared = rows()
        self.assertFalse(Report._edu_prepare(self.term, schools), "they have theirs")
        made.unlink()
        Report.with_context(tracking_disable=True, mail_create_nosubscribe=True).create(
            [{"term_id": self.term.id, "school_id": school.id} for school in schools]
        )
        self.assertEqual(prepared, rows())
        self.assertEqual(len(prepared), 2)
        self.assertNotEqual(prepared[0][0]["deadline"], prepared[1][0]["deadline"])

    @mute_logger("odoo.sql_db")
    def test_a_school_has_one_report_a_term(self):
        with self.assertRaises(psycopg2.errors.UniqueViolation), self.env.cr.savepoint():
            self.report.copy({"school_id": self.school_a.id, "term_id": self.term.id})

    def test_suspected_child_is_named_as_suspected(self):
        self.close_check(missing=self.student)
        self.report._edu_refresh()
        line = self.report.line_ids
        self.assertEqual((line.student_id, line.kind), (self.student, "suspected"))
        self.assertEqual((self.report.suspected_count, self.report.dropout_count), (1, 0))
        self.assertEqual(str(line.left_on), "2026-09-01")

    def test_closing_the_check_brings_its_figures(self):
        self.assertEqual(self.report.arrived_count, 0)
        self.close_check()
        self.assertEqual(self.report.arrived_count, 1)
        self.assertTrue(self.report.is_zero)

    def test_confirmed_child_is_named_as_dropout(self):
        self.close_check(missing=self.student)
        self.confirm(self.student)
        row = self.content()["rows"][0]
        self.assertEqual((row["kind"], row["name"]), ("dropout", "张小明"))
        # the form is Chinese, whoever renders it
        weary = self.code("cause", "weary").with_context(lang="zh_CN")
        self.assertEqual(row["cause"], weary.name)
        self.assertEqual([m["method"] for m in row["measures"]], ["home"])
        self.assertIn("村干部老王", row["responsible"])
        self.assertEqual(
            row["id_number"], self.student._edu_secret_clear("id_number")[self.student.id]
        )

    def test_never_enrolled_child_counts_apart(self):
        child = self.make_student(
            name="王新", school_id=self.school_a.id, enrolment_state="expected", grade=1
        )
        self.make_case(child, kind="never_enrolled")
        self.report._edu_refresh()
        self.assertEqual(self.report.line_ids.kind, "suspected_never")
        self.confirm(child)
        self.report._edu_refresh()
        self.assertEqual(self.report.line_ids.kind, "never_enrolled")
        self.assertEqual((self.report.never_enrolled_count, self.report.dropout_count), (1, 0))

    def test_confirmed_stand_before_suspected(self):
        second = self.make_student(self.class_a, name="赵二")
        self.make_case(self.student)
        self.make_case(second, "persuading")
        self.assertEqual([row["kind"] for row in self.content()["rows"]], ["dropout", "suspected"])

    def test_child_who_is_back_is_counted_and_not_named(self):
        case = self.make_case(self.student, "persuading")
        case.action_return(note="回来了")
        content = self.content()
        self.assertEqual(content["rows"], [])
        self.assertEqual(content["figures"]["returned"], 1)

    def test_figures_follow_the_check(self):
        self.make_student(self.class_a, name="李四", gender="female")
        self.term.with_user(self.user["bureau"]).action_open()
        self.close_check(missing=self.student)
        figures = self.content()["figures"]
        self.assertEqual((figures["registry"], figures["arrived"]), (2, 1))
        self.assertEqual(figures["suspected"], 1)
        self.assertIsNone(figures["previous"])

    def test_changes_of_the_student_body_by_kind(self):
        check = self.env["edu.roster.check"].search([("school_id", "=", self.school_a.id)])
        moved = self.make_student(self.class_a, name="周转")
        ill = self.make_student(self.class_a, name="吴休")
        self.term.with_user(self.user["bureau"]).action_open()
        facts = {
            moved: {"outcome": "transfer_out", "destination": "外县小学", "receipt_pending": True},
            ill: {
                "outcome": "on_leave",
                "leave_until": "2026-10-01",
            },
        }
        sheet = check.sheet_ids.filtered("line_ids")
        sheet.with_user(self.user["class_teacher"]).action_mark(
            [
                {"line_id": line.id, **facts[line.student_id]}
                for line in sheet.line_ids
                if line.student_id in facts
            ],
            heads=1,
            rest=True,
        )
        figures = self.content()["figures"]
        self.assertEqual(figures["transfer_out"], 1)
        self.assertEqual(figures["on_leave"], 1)
        self.assertEqual(figures["arrived"], 1)
        self.assertEqual(figures["transfer_in"], 0)

    def test_totals_by_grade_and_gender(self):
        girl = self.make_student(self.class_a, name="钱女", gender="female")
        self.term.with_user(self.user["bureau"]).action_open()
        self.close_check(missing=girl)
        totals = self.content()["totals"]
        self.assertEqual([entry["grade"] for entry in totals], [3])
        self.assertEqual(totals[0]["registry"], {"male": 1, "female": 1})
        self.assertEqual(totals[0]["arrived"], {"male": 1})
        self.assertEqual(totals[0]["suspected"], {"female": 1})

    def test_last_terms_number_comes_from_last_terms_report(self):
        self.close_check()
        self.submit()
        spring = self.env["edu.term"].create(
            {
                "school_year": "2026-2027",
                "season": "spring",
                "start_date": "2027-02-22",
                "end_date": "2027-07-09",
            }
        )
        self.on("2027-02-22 01:00:00")
        spring.with_user(self.user["bureau"]).action_open()
        report = self.report_of(self.school_a, spring)
        self.assertEqual(self.content(report)["figures"]["previous"], 1)

    def test_zero_report_is_a_report(self):
        self.close_check()
        report = self.submit()
        self.assertTrue(report.is_zero)
        self.assertEqual(report.state, "submitted")

    def test_no_zero_report_while_the_check_is_open(self):
        self.report._edu_refresh()
        self.assertFalse(self.report.is_zero)
        self.close_check()
        self.report._edu_refresh()
        self.assertTrue(self.report.is_zero)

    def test_explanation_is_part_of_it(self):
        self.as_user(self.report, "dean").remark = "两个班合并"
        self.assertEqual(self.content()["remark"], "两个班合并")

    def test_other_schools_children_are_not_named(self):
        self.make_case(self.other_student)
        self.assertEqual(self.content()["rows"], [])

    def test_cron_makes_missing_reports_and_follows_live_data(self):
        self.report.unlink()
        self.make_case(self.student)
        with self.enter_registry_test_mode():
            self.env.ref("edu_dropout_control.cron_dropout_report_refresh").method_direct_trigger()
        self.assertEqual(self.report_of(self.school_a).suspected_count, 1)


@tagged("post_install", "-at_install")
class TestDropoutReportSigning(ReportCommon):
    """Who signs what, in which order, and what is frozen by it."""

    def test_nothing_is_signed_before_the_check_is_closed(self):
        with self.assertRaisesRegex(ValidationError, "roster check is not closed"):
            self.as_user(self.report, "records_admin").action_sign_checked()
        self.assertIn("not closed", self.report.problems)

    def test_confirmed_case_without_cause_keeps_it_open(self):
        self.close_check(missing=self.student)
        case = self.confirm(self.student)
        case.write({"cause_id": False, "whereabouts_id": False})
        with self.assertRaisesRegex(ValidationError, "张小明.*Cause.*Whereabouts"):
            self.as_user(self.report, "records_admin").action_sign_checked()

    def test_suspected_case_needs_no_cause_yet(self):
        self.close_check(missing=self.student)
        self.sign(self.report, "checked")
        self.assertTrue(self.report.version_id)

    def test_three_signatures_in_order(self):
        self.close_check()
        for role in ("filled", "reviewed"):
            with self.assertRaisesRegex(UserError, "order is"):
                self.sign(self.report, role)
        self.sign(self.report, "checked")
        with self.assertRaisesRegex(UserError, "order is"):
            self.sign(self.report, "reviewed")
        self.sign(self.report, "filled", "reviewed")
        self.assertEqual(self.report.state, "signed")
        self.assertEqual(self.report.signoff_ids.mapped("role"), ["checked", "filled", "reviewed"])

    def test_each_signature_names_the_post(self):
        self.close_check()
        self.sign()
        self.assertTrue(
            all("东河中心小学" in label for label in self.report.signoff_ids.mapped("post_label"))
        )

    def test_records_administrator_may_check_and_fill_in(self):
        self.close_check()
        report = self.as_user(self.report, "records_admin")
        report.action_sign_checked()
        report.action_sign_filled()
        self.as_user(self.report, "vice_principal").action_sign_reviewed()
        self.assertEqual(self.report.state, "signed")

    def test_who_filled_in_does_not_review(self):
        self.close_check()
        dean = self.user["dean"]
        self.make_post(dean, "vice_principal", self.school_a)
        self.sign(self.report, "checked", "filled")
        with self.assertRaisesRegex(ValidationError, "cannot review"):
            self.report.with_user(dean).action_sign_reviewed()
        self.assertFalse(self.report.with_user(dean).can_review)
        self.assertTrue(self.as_user(self.report, "principal").can_review)

    def test_who_counted_a_class_does_not_review(self):
        teacher = self.user["class_teacher"]
        self.make_post(teacher, "vice_principal", self.school_a)
        self.close_check()
        self.sign(self.report, "checked", "filled")
        with self.assertRaisesRegex(ValidationError, "cannot review"):
            self.report.with_user(teacher).action_sign_reviewed()

    def test_only_the_own_schools_people_sign(self):
        self.close_check()
        for role, action in (
            ("records_admin", "action_sign_checked"),
            ("dean", "action_sign_filled"),
            ("principal", "action_sign_reviewed"),
        ):
            with self.subTest(role=role), self.assertRaises(AccessError):
                getattr(self.as_user(self.report, role, other=True), action)()

    def test_each_signature_takes_its_post(self):
        self.close_check()
        for role in ("class_teacher", "dean", "principal", "bureau", "township", "inspector"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.as_user(self.report, role).action_sign_checked()
        self.sign(self.report, "checked", "filled")
        for role in ("class_teacher", "records_admin", "dean", "bureau"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.as_user(self.report, role).action_sign_reviewed()

    def test_teaching_point_is_reviewed_by_its_central_school(self):
        point = self.report_of(self.point_a)
        check = self.env["edu.roster.check"].search([("school_id", "=", self.point_a.id)])
        check.with_user(self.user["records_admin"]).action_close()
        self.submit(point)
        self.assertEqual(point.state, "submitted")
        self.assertEqual(
            point.signoff_ids.filtered(lambda s: s.role == "reviewed").person_id,
            self.user["principal"],
        )

    def test_first_signature_freezes(self):
        self.close_check(missing=self.student)
        self.sign(self.report, "checked")
        before = self.report.version_id._edu_content()
        self.student.name = "张改名"
        self.confirm(self.student)
        self.report._edu_refresh()
        self.assertEqual(self.report.version_id._edu_content(), before)
        self.assertEqual(before["rows"][0]["name"], "张小明")
        self.assertEqual(self.report.line_ids.student_name, "张小明")
        self.assertEqual(self.report.line_ids.kind, "suspected")
        self.assertEqual((self.report.suspected_count, self.report.dropout_count), (1, 0))

    def test_frozen_report_is_not_refreshed_by_hand(self):
        self.close_check()
        self.sign(self.report, "checked")
        with self.assertRaisesRegex(UserError, "Take it back"):
            self.as_user(self.report, "dean").action_refresh()
        with self.assertRaisesRegex(UserError, "Take it back"):
            self.as_user(self.report, "dean").remark = "x"

    def test_refresh_takes_in_what_changed(self):
        self.make_case(self.student)
        self.assertEqual(self.report.suspected_count, 0)
        self.as_user(self.report, "dean").action_refresh()
        self.assertEqual(self.report.suspected_count, 1)

    def test_all_three_sign_the_same(self):
        self.close_check(missing=self.student)
        self.sign(self.report, "checked")
        self.confirm(self.student)
        self.sign(self.report, "filled", "reviewed")
        frozen = self.report.version_id._edu_content()
        for signoff in self.report.signoff_ids:
            self.assertEqual(signoff._edu_frozen(), frozen)
        self.assertEqual(self.report._edu_signoff_verify(), [])

    def test_altered_version_does_not_verify(self):
        self.close_check()
        self.sign()
        version = self.report.version_id
        other = self.env["edu.secret.mixin"]._edu_encrypt(
            version._name, "content", '{"content":{"rows":[]},"salt":"x"}'
        )
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE edu_dropout_report_version SET content_cipher = %s WHERE id = %s",
            [other, version.id],
        )
        self.env.invalidate_all()
        with self.assertRaisesRegex(UserError, "altered"):
            version._edu_content()

    def test_taking_back_starts_a_new_round(self):
        self.close_check()
        self.sign()
        old = self.report.version_id
        self.take_back("records_admin")
        self.assertEqual((self.report.state, self.report.signoff_round), ("draft", 2))
        self.assertEqual(old.outcome, "withdrawn")
        self.assertFalse(self.report.version_id)
        self.sign()
        self.assertEqual(self.report.version_id.round, 2)
        self.assertEqual(
            self.report.signoff_ids.mapped("role"),
            ["checked", "filled", "reviewed", "withdrawn", "checked", "filled", "reviewed"],
        )

    def test_nothing_is_taken_back_once_submitted(self):
        self.close_check()
        self.submit()
        with self.assertRaisesRegex(UserError, "not submitted"):
            self.as_user(self.report, "principal").action_take_back()

    def test_draft_has_nothing_to_take_back(self):
        with self.assertRaises(UserError):
            self.as_user(self.report, "dean").action_take_back()

    def test_review_is_asked_for(self):
        self.close_check()
        self.sign(self.report, "checked", "filled")
        asked = self.asked(self.report).user_id
        self.assertEqual(asked, self.user["principal"] | self.user["vice_principal"])
        self.sign(self.report, "reviewed")
        self.assertFalse(self.asked(self.report))

    def test_buttons_show_whose_turn_it_is(self):
        self.close_check()
        self.assertTrue(self.as_user(self.report, "records_admin").can_check)
        self.assertFalse(self.as_user(self.report, "principal").can_review)
        self.sign(self.report, "checked")
        self.report.invalidate_recordset()
        self.assertFalse(self.as_user(self.report, "records_admin").can_check)
        self.assertTrue(self.as_user(self.report, "dean").can_fill)

    def test_signed_report_is_not_deleted(self):
        self.close_check()
        self.sign(self.report, "checked")
        with self.assertRaises(UserError):
            self.report.unlink()
        with self.assertRaises(UserError):
            self.report.version_id.unlink()


@tagged("post_install", "-at_install")
class TestDropoutReportSubmission(ReportCommon):
    """To township and bureau, and back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.close_check(missing=cls.student)

    def test_unsigned_report_is_not_submitted(self):
        with self.assertRaisesRegex(ValidationError, "(?s)Checked.*Filled In.*Reviewed"):
            self.as_user(self.report, "principal").action_submit()

    def test_principal_or_vice_submits(self):
        self.sign()
        for role in ("records_admin", "dean", "class_teacher", "bureau"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.as_user(self.report, role).action_submit()
        self.as_user(self.report, "vice_principal").action_submit()
        self.assertEqual(self.report.state, "submitted")

    def test_township_and_bureau_get_it_at_once(self):
        self.submit()
        self.assertEqual(
            self.asked(self.report).user_id, self.user["township"] | self.user["bureau"]
        )

    def test_recipients_see_nothing_before(self):
        self.sign()
        for role in ("township", "bureau", "inspector"):
            with self.subTest(role=role):
                report = self.as_user(self.report, role)
                self.assertFalse(report.has_access("read"))
                self.assertFalse(report.search([]))
                self.assertFalse(self.as_user(self.report.version_id, role).has_access("read"))
                self.assertFalse(self.as_user(self.report.line_ids, role).has_access("read"))

    def test_recipients_see_it_afterwards_in_their_scope(self):
        self.submit()
        for role in ("township", "bureau", "inspector"):
            with self.subTest(role=role):
                self.assertTrue(self.as_user(self.report, role).has_access("read"))
                self.assertTrue(self.as_user(self.report.version_id, role).has_access("read"))
                self.assertEqual(
                    self.as_user(self.report.line_ids, role).read(["student_name"])[0][
                        "student_name"
                    ],
                    "张小明",
                )
                self.assertTrue(self.as_user(self.report, role).signoff_ids)
                self.assertFalse(self.as_user(self.report, role, other=True).has_access("read"))

    def test_class_teachers_have_no_part_in_it(self):
        self.submit()
        self.assertFalse(self.as_user(self.report, "class_teacher").has_access("read"))
        self.assertFalse(self.as_user(self.report.version_id, "class_teacher").has_access("read"))

    def test_each_recipient_receives_for_itself(self):
        self.submit()
        self.on("2026-09-03 01:00:00")
        self.as_user(self.report, "township").action_receive()
        version = self.report.version_id
        self.assertEqual(str(version.township_received_at), "2026-09-03 01:00:00")
        self.assertFalse(version.bureau_received_at)
        self.assertEqual(self.report.state, "submitted")
        self.assertEqual(self.asked(self.report).user_id, self.user["bureau"])
        self.on("2026-09-04 01:00:00")
        self.as_user(self.report, "bureau").action_receive()
        self.assertEqual(self.report.state, "received")
        self.assertEqual(version.bureau_received_by_id, self.user["bureau"])
        self.assertEqual(str(version.township_received_at), "2026-09-03 01:00:00")
        self.assertFalse(self.asked(self.report))

    def test_nothing_is_received_before_it_is_submitted(self):
        with self.assertRaises(UserError):
            self.as_user(self.report, "bureau").action_receive()

    def test_township_without_a_log_in_receives_on_paper(self):
        self.submit()
        bureau = self.as_user(self.report, "bureau")
        self.assertFalse(bureau.can_receive_paper)
        with self.assertRaisesRegex(UserError, "own log-in"):
            bureau.action_receive_paper()
        self.env["edu.post"].search([("role", "=", "township")]).date_to = "2026-09-01"
        bureau.invalidate_recordset()
        self.assertTrue(bureau.can_receive_paper)
        for role in ("principal", "class_teacher", "inspector"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.as_user(self.report, role).action_receive_paper()
        self.assertEqual(bureau.action_receive_paper()["res_model"], "edu.signoff.behalf")
        self.receive_on_paper("bureau")
        version = self.report.version_id
        self.assertTrue(version.township_received_at and version.township_on_paper)
        self.assertEqual(version.township_received_by_id, self.user["bureau"])
        with self.assertRaisesRegex(UserError, "nothing to receive"):
            self.as_user(self.report, "dean").action_receive_paper()

    def test_to_dos_make_nobody_a_follower(self):
        self.submit()
        self.as_user(self.report, "bureau")._edu_return("改 <b>x</b>")
        self.assertFalse(
            self.report.message_partner_ids
            & self.env["res.users"].union(*self.user.values()).partner_id
        )
        self.assertIn("&lt;b&gt;", str(self.asked(self.report)[0].note))

    def test_school_does_not_receive(self):
        self.submit()
        with self.assertRaises(AccessError):
            self.as_user(self.report, "principal").action_receive()

    def test_bureau_accepts(self):
        self.submit()
        self.as_user(self.report, "bureau").action_accept()
        self.assertEqual(self.report.state, "accepted")
        self.assertEqual(self.report.version_id.outcome, "accepted")
        self.assertTrue(self.report.version_id.bureau_received_at)
        with self.assertRaises(UserError):
            self.as_user(self.report, "bureau").action_accept()

    def test_township_may_note_receipt_after_the_bureau_decided(self):
        self.submit()
        self.as_user(self.report, "bureau").action_accept()
        self.as_user(self.report, "township").action_receive()
        self.assertTrue(self.report.version_id.township_received_at)
        self.assertEqual(self.report.state, "accepted")

    def test_only_the_bureau_of_the_county_decides(self):
        self.submit()
        for role in ("township", "principal", "inspector", "county_admin"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.as_user(self.report, role).action_accept()
        with self.assertRaises(AccessError):
            self.as_user(self.report, "bureau", other=True).action_accept()

    def give_back(self, reason="张小明的去向写得不清楚"):
        wizard = (
            self.env["edu.dropout.report.return"]
            .with_user(self.user["bureau"])
            .create({"report_id": self.report.id, "reason": reason})
        )
        wizard.action_confirm()

    def test_return_needs_a_reason(self):
        self.submit()
        with self.assertRaisesRegex(UserError, "has to be corrected"):
            self.give_back("  ")
        self.assertEqual(self.report.state, "submitted")

    def test_returned_report_says_why_and_to_whom(self):
        self.submit()
        self.give_back()
        self.assertEqual(self.report.state, "returned")
        report = self.as_user(self.report, "records_admin")
        self.assertEqual(report.return_reason, "张小明的去向写得不清楚")
        self.assertEqual(self.asked(report).user_id, self.user["records_admin"] | self.user["dean"])

    def test_draft_is_not_returned(self):
        with self.assertRaises(UserError):
            self.as_user(self.report, "bureau").action_return()

    def test_corrected_report_is_signed_by_all_again(self):
        self.submit()
        old = self.report.version_id
        before = old._edu_content()
        self.give_back()
        self.confirm(self.student)
        with self.assertRaisesRegex(ValidationError, "Checked"):
            self.as_user(self.report, "principal").action_submit()
        self.submit()
        new = self.report.version_id
        self.assertEqual((old.outcome, old.round, new.round), ("returned", 1, 2))
        self.assertEqual(old._edu_content(), before)
        self.assertEqual(before["rows"][0]["kind"], "suspected")
        self.assertEqual(new._edu_content()["rows"][0]["kind"], "dropout")
        self.assertEqual(
            [(s.round, s.role) for s in self.report.signoff_ids],
            [
                *((1, role) for role in ("checked", "filled", "reviewed", "received", "returned")),
                *((2, role) for role in ("checked", "filled", "reviewed")),
            ],
        )
        self.as_user(self.report, "bureau").action_accept()
        self.assertEqual(self.report.state, "accepted")
        self.assertEqual(self.report._edu_signoff_verify(), [])

    def test_recipients_keep_the_old_version_while_the_school_corrects(self):
        self.submit()
        old = self.report.version_id
        self.give_back()
        bureau = self.as_user(self.report, "bureau")
        self.assertEqual(bureau._edu_shown_version(), old)
        self.assertFalse(self.as_user(self.report, "dean")._edu_shown_version())
        self.sign()
        self.assertEqual(bureau._edu_shown_version(), old)
        self.assertFalse(self.as_user(self.report.version_id, "bureau").has_access("read"))

    def test_taken_back_correction_stays_returned(self):
        self.submit()
        self.give_back()
        self.sign(self.report, "checked")
        self.take_back("dean")
        self.assertEqual(self.report.state, "returned")
        self.assertEqual(self.report.signoff_round, 3)
        self.assertTrue(self.report.return_reason)

    # Deadline: fifteen days from 1 September 2026 end on 16 September, at the county's midnight

    def test_on_the_last_evening_it_is_in_time(self):
        self.on("2026-09-16 15:59:00")
        self.submit()
        self.assertFalse(self.report.is_late)
        self.assertEqual(self.report.deadline_state, "done")

    def test_after_midnight_it_is_late_for_good(self):
        self.on("2026-09-16 16:00:00")
        self.assertEqual(self.report.deadline_state, "late")
        self.submit()
        self.assertTrue(self.report.is_late)
        self.give_back()
        self.on("2026-09-18 01:00:00")
        self.submit()
        self.as_user(self.report, "bureau").action_accept()
        self.assertTrue(self.report.is_late)
        self.assertEqual(self.report.deadline_state, "done_late")
        self.assertEqual(str(self.report.first_submitted_at), "2026-09-16 16:00:00")

    def test_return_does_not_make_a_timely_report_late(self):
        self.submit()
        self.give_back()
        self.on("2026-09-20 01:00:00")
        self.submit()
        self.assertFalse(self.report.is_late)

    def test_later_deadline_does_not_take_the_mark_away(self):
        self.on("2026-09-17 01:00:00")
        self.submit()
        self.env["edu.policy"]._current().report_days = 40
        self.assertTrue(self.report.is_late)

    def test_deadline_is_searched_and_grouped_on_the_countys_date(self):
        Report = self.env["edu.dropout.report"].with_user(self.user["records_admin"])
        late = [("deadline_state", "=", "late")]
        self.on("2026-09-16 15:59:00")
        self.assertFalse(Report.search(late))
        self.assertTrue(Report.search([("deadline_state", "=", "due_soon")]))
        self.on("2026-09-16 16:00:00")
        self.assertIn(self.report, Report.search(late))
        groups = Report._read_group([("id", "=", self.report.id)], ["deadline_state"], ["__count"])
        self.assertEqual(groups, [("late", 1)])

    # What is typed in and what is not

    def test_state_and_figures_are_not_typed_in(self):
        report = self.as_user(self.report, "records_admin")
        for name, value in (
            ("state", "accepted"),
            ("registry_count", 5),
            ("is_late", False),
            ("first_submitted_at", "2026-09-01 00:00:00"),
            ("school_id", self.school_b.id),
            ("signoff_round", 9),
            ("version_id", False),
            ("line_ids", []),
        ):
            with self.subTest(name=name), self.assertRaises(AccessError):
                report.write({name: value})

    def test_leaders_and_recipients_write_nothing(self):
        self.submit()
        for role in ("principal", "vice_principal", "township", "bureau", "inspector"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.as_user(self.report, role).write({"remark": "x"})

    def test_records_administrator_makes_the_report_of_the_own_school(self):
        self.report.unlink()
        Report = self.env["edu.dropout.report"].with_user(self.user["records_admin"])
        report = Report.create({"school_id": self.school_a.id, "term_id": self.term.id})
        self.assertEqual(report.suspected_count, 1)
        with self.assertRaises(AccessError):
            Report.create({"school_id": self.school_x.id, "term_id": self.term.id})

    def test_report_is_not_made_with_a_state(self):
        self.report.unlink()
        Report = self.env["edu.dropout.report"].with_user(self.user["records_admin"])
        for values in ({"state": "accepted"}, {"first_submitted_at": "2026-09-01 00:00:00"}):
            with self.subTest(values=values), self.assertRaises(AccessError):
                Report.create({"school_id": self.school_a.id, "term_id": self.term.id, **values})

    def test_nobody_deletes(self):
        for role in self.user:
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.as_user(self.report, role).unlink()

    def test_version_is_written_by_nobody(self):
        self.submit()
        version = self.report.version_id
        with self.assertRaises(AccessError):
            self.as_user(version, "records_admin").write({"outcome": "accepted"})
        with self.assertRaises(AccessError):
            version.write({"content_hash": "x"})

    def test_comments_take_only_reading(self):
        self.submit()
        comment = "请核实"
        self.as_user(self.report, "bureau").message_post(body=comment)
        self.assertIn(comment, self.messages(self.report))

    # ------------------------------------------------------------------
    # What is due
    # ------------------------------------------------------------------

    def test_handing_it_in_is_a_duty_of_who_has_to_act(self):
        self.settle()
        duty = self.report.duty_ids
        self.assertEqual(duty.kind_id.code, "dropout_report")
        self.assertEqual(duty.deadline, self.report.deadline)
        self.assertEqual(duty.user_id, self.user["records_admin"])
        self.sign(self.report, "checked", "filled")
        self.settle()
        self.assertEqual(duty.user_id, self.user["principal"], "filled in: the head reviews")
        self.as_user(self.report, "principal").action_sign_reviewed()
        self.settle()
        self.assertEqual(duty.user_id, self.user["principal"], "signed: the head submits")
        self.as_user(self.report, "principal").action_submit()
        self.settle()
        self.assertEqual(duty.state, "done")
        self.as_user(self.report, "bureau")._edu_return("人数有误")
        self.settle()
        self.assertEqual(duty.state, "done", "it was handed in in time, and stays so")


@tagged("post_install", "-at_install")
class TestDropoutReportStatus(ReportCommon):
    """Who has handed in and who has not, by name."""

    def rows(self, role, other=False, domain=()):
        user = (self.other_user if other else self.user)[role]
        return self.env["edu.dropout.report.status"].with_user(user).search(list(domain))

    def test_every_school_stands_in_the_list(self):
        self.assertEqual(
            self.rows("bureau").school_id,
            self.school_a | self.junior_a | self.point_a | self.school_b,
        )

    def test_school_without_a_report_shows_as_not_begun(self):
        self.report.unlink()
        row = self.rows("bureau", domain=[("school_id", "=", self.school_a.id)])
        self.assertEqual(row.state, "missing")
        with self.assertRaisesRegex(UserError, "not handed in"):
            row.action_open_report()

    def test_figures_stay_with_the_school_until_it_hands_in(self):
        self.close_check(missing=self.student)
        self.report._edu_refresh()
        self.env.flush_all()
        domain = [("school_id", "=", self.school_a.id)]
        self.assertEqual(self.rows("bureau", domain=domain).suspected_count, 0)
        self.submit()
        self.env.flush_all()
        self.env.invalidate_all()
        row = self.rows("bureau", domain=domain)
        self.assertEqual((row.suspected_count, row.state), (1, "submitted"))
        self.assertEqual(row.action_open_report()["res_id"], self.report.id)

    def test_scope(self):
        self.assertEqual(
            self.rows("township").school_id, self.school_a | self.junior_a | self.point_a
        )
        self.assertEqual(self.rows("township", other=True).school_id, self.school_b)
        self.assertFalse(self.rows("bureau", other=True).school_id & self.school_a)
        with self.assertRaises(AccessError):
            self.rows("class_teacher")

    def test_late_schools_are_found(self):
        self.on("2026-09-16 16:00:00")
        late = self.rows("bureau", domain=[("deadline_state", "=", "late")])
        self.assertEqual(len(late), 4)
        groups = late._read_group([("id", "in", late.ids)], ["deadline_state"], ["__count"])
        self.assertEqual(groups, [("late", 4)])

    def test_bureau_reminds_those_who_have_not(self):
        self.report.unlink()
        rows = self.rows("bureau", domain=[("school_id", "=", self.school_a.id)])
        rows.action_remind()
        report = self.report_of(self.school_a)
        self.assertEqual(self.asked(report).user_id, self.user["records_admin"])
        self.env.invalidate_all()
        self.rows("bureau", domain=[("school_id", "=", self.school_a.id)]).action_remind()
        self.assertEqual(len(self.asked(report)), 1)

    def test_inspector_reminds_nobody(self):
        with self.assertRaises(AccessError):
            self.rows("inspector").action_remind()
