from datetime import date, timedelta

from hypothesis import given, settings, strategies as st

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from ...models.casework.dropout_case import EVERYBODY
from .common import CaseCommon


class GapCommon(CaseCommon):
    def setUp(self):
        super().setUp()
        self.Gap = self.env["edu.visit.gap"]
        self.Policy = self.env["edu.policy"]

    def rule(self, rule, days=30):
        self.Policy.search([]).write({"visit_rule": rule, "visit_interval_days": days})

    def night(self, moment):
        """Go to ``moment`` (UTC) and run the cron of that night."""
        self.on(moment)
        self.Gap._cron_fix()
        self.env.invalidate_all()

    def persuading(self, moment="2026-09-20 02:00:00"):
        self.on(moment)
        return self.make_case(state="persuading")

    def visit(self, case, moment, **values):
        self.on(moment)
        visit = self.make_visit(case, visited_at=moment, **values)
        self.env.invalidate_all()
        return visit

    def labels(self, case):
        return [gap._edu_label() for gap in case.gap_ids.sorted("date_from")]


class TestVisitGap(GapCommon):
    """A month without a record stays visible for ever."""

    def test_whole_months_only(self):
        """Over the turn of the year; the running month is none yet."""
        case = self.persuading()
        self.night("2026-10-31 15:59:00")
        self.assertFalse(case.gap_ids, "October runs until midnight")
        self.night("2026-10-31 16:10:00")
        self.assertEqual(self.labels(case), ["2026-10"])
        self.night("2027-02-01 02:00:00")
        self.assertEqual(self.labels(case), ["2026-10", "2026-11", "2026-12", "2027-01"])
        self.assertEqual(case.visit_gaps, "2026-10, 2026-11, 2026-12, 2027-01")
        self.assertEqual(case.gap_count, 4)
        self.assertIn(case, case.search([("gap_count", ">", 3)]))

    def test_the_last_minute_of_the_month_counts(self):
        case = self.persuading()
        self.visit(case, "2026-10-31 15:59:00")
        self.night("2026-11-01 02:00:00")
        self.assertFalse(case.gap_ids)

    def test_the_minute_after_is_next_month_s(self):
        case = self.persuading()
        self.visit(case, "2026-10-31 16:01:00")
        self.night("2026-11-15 02:00:00")
        self.assertEqual(self.labels(case), ["2026-10"])

    def test_confirmed_on_the_first_counts_its_own_month(self):
        case = self.persuading("2026-10-01 02:00:00")
        case.visit_ids.sudo().write({"visited_at": "2026-09-29 02:00:00"})
        self.night("2026-11-01 02:00:00")
        self.assertEqual(self.labels(case), ["2026-10"])

    def test_once(self):
        case = self.persuading()
        self.night("2026-11-01 02:00:00")
        gap = case.gap_ids
        written = gap.fixed_at
        self.night("2026-11-02 02:00:00")
        self.assertEqual(case.gap_ids, gap)
        self.assertEqual(gap.fixed_at, written)

    def test_what_it_keeps(self):
        case = self.persuading()
        self.night("2026-11-01 02:00:00")
        gap = case.gap_ids
        self.assertEqual((gap.date_from, gap.date_to), (date(2026, 10, 1), date(2026, 10, 31)))
        self.assertEqual(gap.at_school_id, self.school_a)
        self.assertEqual(gap.responsible_id, case.school_responsible_id)
        self.assertEqual((gap.answer, gap.is_gap), ("none", True))
        self.assertEqual(gap.student_id, self.student)

    def test_stays_after_the_child_is_back(self):
        case = self.persuading()
        self.on("2026-12-10 02:00:00")
        self.bring(case, "returned")
        self.assertEqual(self.labels(case), ["2026-10", "2026-11"], "also without a cron between")
        self.bring(case, "closed")
        self.night("2027-03-01 02:00:00")
        self.assertEqual(self.labels(case), ["2026-10", "2026-11"])

    def test_back_before_the_month_ended(self):
        """The return is entered weeks later: the month was none of persuasion."""
        case = self.persuading()
        self.night("2026-12-01 02:00:00")
        self.on("2026-12-02 02:00:00")
        case.action_return(returned_on="2026-11-20", note="到校")
        answers = {gap._edu_label(): gap.answer for gap in case.gap_ids}
        self.assertEqual(answers, {"2026-10": "none", "2026-11": "back"})
        self.assertEqual(case.gap_count, 1)

    def test_stays_after_a_relapse(self):
        case = self.persuading()
        self.night("2026-11-01 02:00:00")
        self.on("2026-11-05 02:00:00")
        self.bring(case, "returned")
        self.on("2026-11-10 02:00:00")
        case.action_relapse()
        self.night("2027-01-05 02:00:00")
        self.assertEqual(self.labels(case), ["2026-10", "2026-12"], "November was no whole month")

    def test_a_double_entry_keeps_its_gaps(self):
        case = self.persuading()
        self.on("2026-11-05 02:00:00")
        case.sudo()._edu_close_as_double(self.make_case(self.make_student(self.class_a)))
        self.assertEqual(self.labels(case), ["2026-10"])

    def test_the_school_of_then(self):
        case = self.persuading()
        self.night("2026-11-01 02:00:00")
        self.student._edu_move(self.school_b, self.class_b)
        self.env.invalidate_all()
        self.assertEqual(case.gap_ids.school_id, self.school_b, "who reads it")
        self.assertEqual(case.gap_ids.at_school_id, self.school_a, "who answered")

    def test_no_gap_while_undecided(self):
        case = self.make_case(state="verifying")
        self.night("2026-12-01 02:00:00")
        self.assertFalse(case.gap_ids)


class TestVisitGapAnswer(GapCommon):
    """What is entered afterwards is named beside the gap."""

    def setUp(self):
        super().setUp()
        self.case = self.persuading()

    def test_entered_late(self):
        self.night("2026-11-01 02:00:00")
        self.on("2026-11-20 02:00:00")
        visit = self.make_visit(self.case, visited_at="2026-10-15 02:00:00")
        self.assertTrue(visit.late_entry)
        gap = self.case.gap_ids
        self.assertEqual((gap.answer, gap.visit_id, gap.is_gap), ("late", visit, True))
        self.assertEqual(self.case.visit_gaps, "2026-10")

    def test_entered_in_time(self):
        """The last days of a month may be written down in the first of the next."""
        self.night("2026-11-01 02:00:00")
        self.on("2026-11-02 02:00:00")
        visit = self.make_visit(self.case, visited_at="2026-10-31 02:00:00")
        self.assertFalse(visit.late_entry)
        self.assertEqual((self.case.gap_ids.answer, self.case.gap_ids.is_gap), ("in_time", False))
        self.assertFalse(self.case.visit_gaps)
        self.assertEqual(self.case.gap_count, 0)

    def test_from_a_signed_original(self):
        self.night("2026-11-01 02:00:00")
        self.on("2026-11-20 02:00:00")
        teacher = self.user["class_teacher"]
        scan = self.make_file(teacher)
        visit = self.as_user(self.env["edu.visit"], "class_teacher").create(
            {
                "case_id": self.case.id,
                "visited_at": "2026-10-15 02:00:00",
                "visitor_names": "村支书老王",
                "result": "considering",
                "from_paper": True,
                "paper_scan_ids": [Command.set(scan.ids)],
            }
        )
        self.assertFalse(visit.late_entry, "not suspicious")
        self.assertEqual((self.case.gap_ids.answer, self.case.gap_ids.is_gap), ("paper", False))

    def test_a_visit_of_another_month_answers_nothing(self):
        self.night("2026-11-01 02:00:00")
        self.visit(self.case, "2026-11-05 02:00:00")
        self.assertEqual(self.case.gap_ids.answer, "none")
        self.assertFalse(self.case.gap_ids.visit_id)


class TestVisitGapByDays(GapCommon):
    """Where the policy counts days only, each period that ended without a record is a gap."""

    def setUp(self):
        super().setUp()
        self.rule("days", 20)

    def periods(self, case):
        return [(gap.date_from, gap.date_to) for gap in case.gap_ids.sorted("date_from")]

    def test_one_after_the_other(self):
        case = self.persuading("2026-10-12 02:00:00")
        due = case.next_visit_due
        self.assertEqual(due, self.Policy._edu_period_end(date(2026, 10, 12), 20))
        self.night(f"{due} 02:00:00")
        self.assertFalse(case.gap_ids, "the last day runs")
        second = self.Policy._edu_period_end(due, 20)
        self.night(f"{second + timedelta(days=1)} 02:00:00")
        self.assertEqual(
            self.periods(case),
            [(date(2026, 10, 13), due), (due + timedelta(days=1), second)],
        )
        self.assertEqual(self.labels(case)[0], f"2026-10-13 – {due}")

    def test_a_visit_begins_a_new_period(self):
        case = self.persuading("2026-10-12 02:00:00")
        self.visit(case, "2026-10-20 02:00:00")
        self.night("2026-11-05 02:00:00")
        self.assertFalse(case.gap_ids)
        due = case.next_visit_due
        self.night(f"{due + timedelta(days=1)} 02:00:00")
        self.assertEqual(self.periods(case), [(date(2026, 10, 21), due)])

    def test_no_month_is_counted(self):
        self.rule("days", 90)
        case = self.persuading("2026-10-12 02:00:00")
        self.night("2026-12-01 02:00:00")
        self.assertFalse(case.gap_ids)

    def test_a_new_policy_counts_its_own_months(self):
        self.rule("days", 30)
        case = self.persuading("2026-10-12 02:00:00")
        self.Policy.search([], limit=1).copy({"date_from": "2026-12-01", "visit_rule": "month"})
        self.night("2027-01-01 02:00:00")
        rules = case.gap_ids.sorted("date_from").mapped("rule")
        self.assertEqual(rules, ["days", "days", "month"])


class TestVisitDue(GapCommon):
    """By days, by month, by both: every day of two years that hold a 29 February, two Spring
    Festivals and every end of a month."""

    def due(self, last, done=True):
        return self.env["edu.dropout.case"]._edu_visit_due(last, done)

    def test_each_rule(self):
        last = date(2027, 1, 31)
        self.rule("days")
        self.assertEqual(self.due(last), date(2027, 3, 2))
        self.rule("month")
        self.assertEqual(self.due(last), date(2027, 2, 28))
        self.rule("both")
        self.assertEqual(self.due(last), date(2027, 2, 28), "the earlier")
        self.assertEqual(self.due(date(2027, 3, 1)), date(2027, 3, 31), "now the days are")

    def test_the_case_follows_the_policy(self):
        case = self.persuading("2026-09-02 02:00:00")
        self.rule("month")
        self.assertEqual(case.next_visit_due, date(2026, 10, 31))
        self.rule("days", 10)
        self.assertEqual(case.next_visit_due, self.Policy._edu_period_end(date(2026, 9, 2), 10))

    def test_every_day(self):
        day, end = date(2026, 12, 1), date(2028, 12, 31)
        days = [day + timedelta(days=n) for n in range((end - day).days)]
        found = {}
        for rule in ("days", "month", "both"):
            self.rule(rule)
            found[rule] = {day: self.due(day) for day in days}
        for day in days:
            by_days, by_month = found["days"][day], found["month"][day]
            with self.subTest(day=day):
                self.assertTrue(self.Policy._edu_is_workday(by_days))
                self.assertGreaterEqual(by_days, day + timedelta(days=30))
                self.assertEqual((by_month + timedelta(days=1)).day, 1)
                self.assertEqual(found["both"][day], min(by_days, by_month))
                self.assertGreater(found["both"][day], day)

    @settings(max_examples=12, deadline=None)
    @given(
        st.sampled_from(("days", "month", "both")),
        st.dates(date(2026, 12, 1), date(2028, 3, 31)),
        st.lists(st.integers(0, 25), min_size=1, max_size=5),
    )
    def test_whoever_goes_by_the_day_that_is_due_has_no_gap(self, rule, start, early):
        """And whoever stays away two months longer has one. Each of ``early`` is so many days before
        the visit is due."""
        with self.env.cr.savepoint() as savepoint:
            self.rule(rule)
            self.frozen.move_to(f"{start} 02:00:00")
            case = self.make_case(self.make_student(self.class_a), state="persuading")
            for days in early:
                day = max(case.next_visit_due - timedelta(days=days), case.last_visit_on)
                self.frozen.move_to(f"{day} 02:00:00")
                self.Gap._cron_fix()
                self.make_visit(case, visited_at=f"{day} 02:00:00")
            self.env.invalidate_all()
            self.assertFalse(case.gap_ids)
            self.frozen.move_to(f"{case.next_visit_due + timedelta(days=61)} 02:00:00")
            self.Gap._cron_fix()
            self.env.invalidate_all()
            self.assertTrue(case.gap_ids)
            savepoint.rollback()
        self.env.invalidate_all()
        self.frozen.move_to(self.freeze)


class TestVisitGapAccess(GapCommon):
    def setUp(self):
        super().setUp()
        self.case = self.persuading()
        self.night("2026-11-01 02:00:00")
        self.gap = self.case.gap_ids

    def test_who_reads(self):
        for role in (*EVERYBODY, "inspector"):
            with self.subTest(role=role):
                self.assertTrue(self.as_user(self.gap, role).read(["answer"]))
                with self.assertRaises(AccessError):
                    self.as_user(self.gap, role, other=True).read(["answer"])

    def test_nobody_writes(self):
        for role in EVERYBODY:
            gap = self.as_user(self.gap, role)
            with self.subTest(role=role):
                with self.assertRaises(AccessError):
                    gap.answer = "in_time"
                with self.assertRaises(AccessError):
                    gap.unlink()
                with self.assertRaises(AccessError):
                    gap.create({"case_id": self.case.id, "rule": "month"})

    def test_not_even_the_system_deletes(self):
        with self.assertRaisesRegex(UserError, "stay on record"):
            self.gap.unlink()

    def test_as_few_statements_for_many(self):
        """The cron's work does not grow by statements with the number of cases."""

        def statements(count):
            self.on("2026-12-05 02:00:00")
            for _number in range(count):
                self.make_case(self.make_student(self.class_a), state="persuading")
            self.on("2027-02-01 02:00:00")
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.Gap._cron_fix()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        few = statements(1)
        many = statements(8)
        self.assertLessEqual(many, few + 5)
