from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import mute_logger

from .common import ReportCommon


class CallCommon(ReportCommon):
    """The monthly report of September 2026 is called for, on the second day of term."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.kind = cls.env.ref("edu_dropout_control.report_kind_month")
        cls.call = cls.env["edu.report.call"]._edu_call(cls.kind, cls.term.start_date, cls.county)
        cls.month = cls.month_of(cls.school_a)

    @classmethod
    def month_of(cls, school, call=None):
        return (call or cls.call).report_ids.filtered(lambda report: report.school_id == school)

    @classmethod
    def new_call(cls, **values):
        values.setdefault("kind_id", cls.kind.id)
        return cls.env["edu.report.call"].with_user(cls.user["bureau"]).create(values)

    @classmethod
    def answer(cls, report=None, role="records_admin"):
        answers = (report or cls.month).answer_ids.with_user(cls.user[role])
        for each in answers:
            if each.answer_type == "yes_no":
                each.value_choice = "yes"
            else:
                each.value_text = "12" if each.answer_type == "number" else "已家访"
        return answers

    @classmethod
    def sign_month(cls, report=None):
        report = report or cls.month
        cls.answer(report)
        report.with_user(cls.user["records_admin"]).action_sign_filled()
        report.with_user(cls.user["principal"]).action_sign_reviewed()
        return report

    @classmethod
    def submit_month(cls, report=None):
        report = cls.sign_month(report)
        report.with_user(cls.user["principal"]).action_submit()
        return report

    def status(self, **values):
        self.env.flush_all()
        domain = [(name, "=", value) for name, value in values.items()]
        return self.env["edu.report.status"].search(domain)


class TestReportKind(CallCommon):
    def test_due_days(self):
        for rule, due in (
            ({"due_rule": "month", "due_month": "0", "due_day": 28}, "2026-09-28"),
            # 31 October 2026 is a Saturday, 1 November a Sunday
            ({"due_rule": "month", "due_month": "0", "due_day": 31}, "2026-09-30"),
            ({"due_rule": "month", "due_month": "1", "due_day": 31}, "2026-11-02"),
            ({"due_rule": "days", "due_days": 7}, "2026-09-09"),
        ):
            with self.subTest(rule=rule):
                kind = self.kind.copy({"code": str(rule), **rule})
                self.assertEqual(str(self.new_call(kind_id=kind.id).deadline), due)

    def test_annex_1_is_due_by_the_policys_days_and_follows_them(self):
        call = self.env["edu.report.call"].search([("form", "=", "dropout")])
        self.assertEqual(call.county_id, self.county)
        self.assertEqual(set(call.mapped("deadline")), {self.term.report_deadline})
        self.env["edu.policy"].search([]).report_days = 20
        self.assertEqual(set(call.mapped("deadline")), {self.term.report_deadline})
        self.assertEqual(str(self.term.report_deadline), "2026-09-21")

    def test_what_was_called_for_stays_what_it_is(self):
        kind = self.kind.with_user(self.user["bureau"])
        for values in ({"period": "quarter"}, {"with_points": False}, {"code": "other"}):
            with self.assertRaisesRegex(UserError, "make another kind"):
                kind.write(values)
        with self.assertRaises(UserError):
            kind.unlink()
        kind.write({"due_day": 28, "question_ids": [Command.create({"name": "新问题"})]})
        self.assertEqual(len(kind.question_ids), 4)
        self.assertEqual(len(self.month.answer_ids), 3)

    def test_kinds_that_do_not_fit(self):
        Kind = self.env["edu.report.kind"]
        for values in (
            {"form": "sample", "owed_by": "school"},
            {"form": "periodic", "owed_by": "county"},
            {"form": "dropout", "period": "month"},
            {"period": "month", "due_rule": "term"},
        ):
            with self.assertRaises(ValidationError):
                Kind.create({"name": "错误", "code": "x", **values})


class TestReportCall(CallCommon):
    def test_one_click_makes_what_every_school_owes(self):
        schools = self.call.report_ids.school_id
        self.assertEqual(schools, self.school_a | self.junior_a | self.school_b)
        self.assertEqual(set(self.call.report_ids.mapped("state")), {"draft"})
        self.assertEqual(set(self.call.report_ids.mapped("deadline")), {self.call.deadline})
        self.assertEqual(self.month.answer_ids.mapped("question_id"), self.kind.question_ids)
        self.assertEqual(self.call.display_name, "Monthly report of the school 2026-09")

    def test_no_more_queries_for_more_schools(self):
        """What is owed is made as a set."""

        def queries(number, day):
            for index in range(number):
                self.make_school(f"村小{number}-{index}", self.township_a, "primary")
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["edu.report.call"]._edu_call(self.kind, day, self.county)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        few = queries(2, self.term.start_date.replace(month=10))
        many = queries(20, self.term.start_date.replace(month=11))
        self.assertLessEqual(many, few + 2)

    def test_some_schools_or_one_township(self):
        october = self.new_call(
            date="2026-10-08", scope="townships", township_ids=[Command.set(self.township_b.ids)]
        )
        october.action_issue()
        self.assertEqual(october.sudo().report_ids.school_id, self.school_b)
        november = self.new_call(
            date="2026-11-08", scope="schools", school_ids=[Command.set(self.point_a.ids)]
        )
        november.action_issue()
        self.assertEqual(
            november.sudo().report_ids.school_id, self.school_a, "the central school answers"
        )

    def test_a_call_reaches_further_when_it_is_completed(self):
        call = self.new_call(
            date="2026-10-08", scope="schools", school_ids=[Command.set(self.school_b.ids)]
        )
        call.action_issue()
        call.scope = "all"
        call.action_complete()
        self.assertEqual(len(call.sudo().report_ids), 3)
        call.action_complete()
        self.assertEqual(len(call.sudo().report_ids), 3)

    def test_townships_owe_too(self):
        kind = self.env.ref("edu_dropout_control.report_kind_township_term")
        call = self.new_call(kind_id=kind.id)
        call.action_issue()
        self.assertEqual(call.sudo().report_ids.township_id, self.township_a | self.township_b)
        self.assertFalse(call.sudo().report_ids.school_id)
        self.assertEqual(str(call.deadline), "2026-10-08", "5 October is a holiday")

    def test_refused(self):
        with self.assertRaisesRegex(UserError, "a day to hand it in"):
            self.new_call(date="2026-08-08").action_issue()
        with self.assertRaisesRegex(UserError, "asks nobody"):
            self.new_call(date="2026-10-08", scope="schools").action_issue()
        with self.assertRaises(UserError):
            self.new_call(
                date="2026-11-08", scope="schools", school_ids=[Command.set(self.school_x.ids)]
            )
        with self.assertRaises(AccessError):
            self.new_call(state="issued")
        issued = self.call.with_user(self.user["bureau"])
        for values in ({"deadline": "2026-12-01"}, {"instruction": "另报"}):
            with self.assertRaises(UserError):
                issued.write(values)
        with self.assertRaises(UserError):
            issued.unlink()
        with self.assertRaises(AccessError):
            self.call.with_user(self.other_user["bureau"]).scope = "schools"
        for role in ("principal", "township", "inspector"):
            with self.assertRaises(AccessError):
                self.env["edu.report.call"].with_user(self.user[role]).create(
                    {"kind_id": self.kind.id, "date": "2026-12-01"}
                )

    def test_one_call_a_period(self):
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.new_call(date="2026-09-20")
            self.env.flush_all()

    def test_withdrawn_until_somebody_signs(self):
        call = self.call.with_user(self.user["bureau"])
        call.action_withdraw()
        self.assertEqual((call.state, len(call.sudo().report_ids)), ("draft", 0))
        call.action_issue()
        month = self.month_of(self.school_a)
        self.answer(month)
        month.with_user(self.user["dean"]).action_sign_filled()
        with self.assertRaisesRegex(UserError, "answered already"):
            call.action_withdraw()

    def test_the_month_is_called_for_by_itself(self):
        self.on("2026-10-08 19:30:00")
        Call = self.env["edu.report.call"]
        Call._cron_rhythm()
        october = Call.search([("kind_id", "=", self.kind.id), ("date_from", "=", "2026-10-01")])
        self.assertEqual(october.county_id, self.county | self.other_county)
        self.assertEqual(set(october.mapped("state")), {"issued"})
        Call._cron_rhythm()
        self.assertEqual(
            Call.search_count([("kind_id", "=", self.kind.id), ("date_from", "=", "2026-10-01")]), 2
        )
        self.kind.is_automatic = False
        self.on("2026-11-02 19:30:00")
        Call._cron_rhythm()
        self.assertFalse(Call.search_count([("date_from", "=", "2026-11-01")]))

    def test_no_month_is_called_for_in_the_holidays(self):
        self.on("2027-02-10 00:00:00")
        self.env["edu.report.call"]._cron_rhythm()
        self.assertFalse(
            self.env["edu.report.call"].search_count([("date_from", "=", "2027-02-01")])
        )


class TestReportStatus(CallCommon):
    def test_annex_1_and_monthly_reports_on_one_page(self):
        rows = self.status(school_id=self.school_a.id)
        self.assertEqual(set(rows.kind_id.mapped("code")), {"dropout", "month"})
        self.assertEqual(rows.dropout_id, self.report)
        self.assertEqual(rows.periodic_id, self.month)

    def test_unsigned_counts_as_not_submitted(self):
        row = self.status(periodic_id=self.month.id)
        for step, standing in (
            (lambda: None, "open"),
            (self.sign_month, "open"),
            (self.month.with_user(self.user["principal"]).action_submit, "submitted"),
            (lambda: self.as_user(self.month, "bureau")._edu_return("请补充"), "returned"),
            (self.submit_month, "submitted"),
            (self.as_user(self.month, "bureau").action_accept, "accepted"),
        ):
            step()
            self.env.flush_all()
            self.env.invalidate_all()
            self.assertEqual(row.standing, standing)

    def test_a_school_without_annex_1_stands_there_by_name(self):
        self.report.sudo().unlink()
        row = self.status(school_id=self.school_a.id, dropout_id=False, periodic_id=False)
        self.assertEqual((row.state, row.standing), ("missing", "open"))
        with self.assertRaisesRegex(UserError, "东河中心小学 has not handed in"):
            row.with_user(self.user["bureau"]).action_open_report()

    def test_counts_of_a_call(self):
        self.submit_month()
        self.env.invalidate_all()
        call = self.call.with_user(self.user["bureau"])
        self.assertEqual((call.owed_count, call.submitted_count, call.open_count), (3, 1, 2))
        self.assertIn("西岭学校", call.open_names)
        self.assertNotIn("东河中心小学", call.open_names)
        self.as_user(self.month, "bureau")._edu_return("请补充")
        self.env.invalidate_all()
        self.assertEqual((call.open_count, call.returned_count), (2, 1))
        self.assertEqual(self.call.with_user(self.user["principal"]).owed_count, 1)

    def test_scope(self):
        row = self.status(periodic_id=self.month.id)
        for role in ("records_admin", "dean", "principal", "township", "bureau", "inspector"):
            self.assertTrue(row.with_user(self.user[role]).has_access("read"), role)
            self.assertFalse(row.with_user(self.other_user[role]).has_access("read"), role)
        self.assertFalse(row.with_user(self.user["class_teacher"]).has_access("read"))

    def test_reminder_is_one_message_a_person(self):
        rows = self.status(county_id=self.county.id)
        with self.assertRaises(AccessError):
            rows.with_user(self.user["inspector"]).action_remind()
        with self.assertRaises(AccessError):
            rows.with_user(self.user["township"]).action_remind()
        before = self.env["mail.message"].search([], order="id desc", limit=1).id
        rows.with_user(self.user["bureau"]).action_remind()
        sent = self.env["mail.message"].search(
            [("id", ">", before), ("message_type", "=", "user_notification")]
        )
        mine = sent.filtered(
            lambda message: self.user["records_admin"].partner_id in message.partner_ids
        )
        self.assertEqual(len(mine), 1)
        self.assertIn("东河中心小学", mine.body)
        self.assertIn("柳树教学点", mine.body, "annex 1 of the teaching point falls to them")
        self.assertEqual(str(self.month.reminded_on), "2026-09-02")
        self.assertIn("Bureau officer A", self.messages(self.month))

    def test_who_signed_already_is_not_reminded(self):
        self.answer()
        self.month.with_user(self.user["records_admin"]).action_sign_filled()
        self.assertEqual(self.month._edu_people_to_act(), self.user["principal"])

    def test_nobody_is_reminded_of_what_is_there(self):
        self.submit_month()
        rows = self.status(periodic_id=self.month.id)
        rows.with_user(self.user["bureau"]).action_remind()
        self.assertFalse(self.month.reminded_on)
