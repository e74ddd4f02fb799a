from datetime import date

import psycopg2

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...models.monitoring.status_kinds import (
    ANSWERED,
    APPROVERS,
    EACH_TERM,
    FACTS,
    FILES,
    KINDS,
    OF_OUTCOME,
    REGISTRY_STATE,
)
from .common import PICTURE, MonitoringCommon

FILE = [{"name": "回执.pdf", "data": PICTURE}]


class StatusCommon(MonitoringCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Change = cls.env["edu.status.change"]

    def draft(self, kind, student=None, role="records_admin", **values):
        """A complete draft of the records administrator."""
        Change = self.as_user(self.Change, role)
        change = Change.create({"kind": kind, "student_id": (student or self.one).id, **values})
        return self.complete(change)

    def applied(self, kind, student=None, **values):
        change = self.draft(kind, student, **values)
        change.action_apply()
        return change

    def approved(self, kind, student=None, **values):
        change = self.applied(kind, student, **values)
        self.as_user(change, APPROVERS[kind][0]).action_approve()
        self.env.invalidate_all()
        return change.sudo()

    def answered(self, kind, student=None, **values):
        change = self.approved(kind, student, **values)
        self.as_user(change, "records_admin")._edu_answer(FILE)
        return change

    def step(self, change, step, role="records_admin", **values):
        wizard = self.as_user(self.env["edu.status.step"], role)
        return wizard.create({"change_id": change.id, "step": step, **values}).action_done()

    def ledger(self, student):
        return student.ledger_ids.filtered(lambda entry: entry.kind == "school_age")


@tagged("post_install", "-at_install")
class TestStatusChange(StatusCommon):
    # Applying

    def test_every_kind_asks_for_its_facts_and_files(self):
        for kind, _label in KINDS:
            change = self.as_user(self.Change, "records_admin").create(
                {"kind": kind, "student_id": self.one.id}
            )
            labels = [
                self.Change._fields[name].string
                for name in (*FACTS.get(kind, ()), *FILES.get(kind, ()))
            ]
            with self.subTest(kind=kind):
                self.assertEqual(change._edu_missing(), labels)
                self.assertRefused("still needs", change.action_apply)
                self.complete(change).action_apply()
                self.assertEqual(change.state, "applied")
                self.assertEqual(change.applied_by_id, self.user["records_admin"])

    def test_it_stands_where_the_child_stands(self):
        change = self.draft("suspension")
        self.assertEqual(change.school_id, self.school_a)
        self.assertEqual(change.class_id, self.class_a)
        self.assertEqual(change.residence_township_id, self.township_a)
        with self.assertRaisesRegex(ValidationError, "does not stand in this school"):
            self.Change.create(
                {"kind": "death", "student_id": self.two.id, "school_id": self.school_b.id}
            )

    def test_one_of_a_kind_is_under_way(self):
        self.draft("suspension")
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.UniqueViolation),
            self.env.cr.savepoint(),
        ):
            self.Change.create({"kind": "suspension", "student_id": self.one.id})
            self.env.flush_all()

    def test_one_that_is_over_already_is_not_applied_for(self):
        change = self.draft("suspension", date_from="2026-03-01", valid_until="2026-09-01")
        self.assertRefused("over already", change.action_apply)

    def test_what_was_applied_for_stands(self):
        change = self.applied("suspension")
        self.assertRefused("Take it back", change.write, {"valid_until": "2028-01-01"})
        change.action_withdraw()
        change.valid_until = "2027-01-31"
        change.action_apply()
        self.assertEqual(change.state, "applied")

    def test_who_decides_has_a_to_do(self):
        change = self.applied("suspension")
        self.assertEqual(change.sudo().activity_ids.user_id, self.user["township"])
        self.as_user(change, "township").action_approve()
        self.assertFalse(change.sudo().activity_ids)

    # Deciding

    def test_refused_with_a_reason(self):
        change = self.applied("suspension")
        self.assertRefused("Say why", self.step, change, "refuse", "township", reason=" ")
        self.step(change, "refuse", "township", reason="诊断证明不全")
        self.assertEqual(change.state, "refused")
        self.assertEqual(change.refusal_reason, "诊断证明不全")
        self.assertEqual(self.one.enrolment_state, "enrolled")
        self.assertRefused("possible only from", self.step, change, "approve", "township")
        change.action_withdraw()
        change.action_apply()
        self.step(change, "approve", "township", number="东政教〔2026〕3 号")
        self.assertEqual(change.state, "in_force")
        self.assertEqual(change.approval_no, "东政教〔2026〕3 号")
        self.assertIn("东河镇", change.decided_as)

    def test_a_draft_is_not_decided(self):
        change = self.draft("suspension")
        self.assertRefused("possible only from", self.as_user(change, "bureau").action_approve)

    # Taking effect, kind by kind

    def test_what_the_registry_says(self):
        children = dict(zip(REGISTRY_STATE, self.children, strict=True))
        for kind, student in children.items():
            change = (self.answered if kind in ANSWERED else self.approved)(kind, student)
            with self.subTest(kind=kind):
                self.assertEqual(change.state, "in_force")
                self.assertEqual(student.enrolment_state, REGISTRY_STATE[kind])

    def test_who_left_is_struck_off_the_ledger(self):
        self.close()
        self.assertTrue(self.ledger(self.one).is_open)
        self.approved("death")
        self.assertFalse(self.ledger(self.one).is_open)

    def test_learning_elsewhere_leaves_the_child_on_the_registry(self):
        for kind, student in (("elsewhere", self.one), ("other_county", self.two)):
            change = (self.answered if kind in ANSWERED else self.approved)(kind, student)
            with self.subTest(kind=kind):
                self.assertEqual(change.state, "in_force")
                self.assertEqual(student.enrolment_state, "enrolled")
                self.assertEqual(change.checked_term_id, self.term)

    def test_one_for_a_later_day_waits_for_it(self):
        change = self.approved("suspension", date_from="2026-09-10")
        self.assertEqual(change.state, "approved")
        self.assertEqual(self.one.enrolment_state, "enrolled")
        self.frozen.move_to("2026-09-10")
        self.Change._cron_follow()
        self.assertEqual(change.state, "in_force")
        self.assertEqual(self.one.enrolment_state, "suspended")

    def test_resumption_ends_the_suspension(self):
        suspension = self.approved("suspension")
        self.approved("resumption")
        self.assertEqual(self.one.enrolment_state, "enrolled")
        self.assertEqual(suspension.state, "ended")
        self.assertIn("resumed", suspension.end_reason)

    def test_transfer_in(self):
        change = self.approved(
            "transfer_in",
            self.other_student,
            role="bureau",
            school_id=self.school_a.id,
            class_id=self.class_a2.id,
        )
        self.assertEqual(change.state, "in_force")
        self.assertEqual(self.other_student.school_id, self.school_a)
        self.assertEqual(self.other_student.class_id, self.class_a2)
        self.assertEqual(self.other_student.enrolment_state, "enrolled")

    def test_transfer_within_the_county_moves_the_child(self):
        self.answered("transfer_out", other_school_id=self.school_b.id)
        self.assertEqual(self.one.school_id, self.school_b)
        self.assertEqual(self.one.enrolment_state, "enrolled")
        self.mark(self.one, "transfer_out", destination="西岭学校", evidence="回执 5 号")
        self.env.invalidate_all()

    def test_a_transfer_goes_to_another_school(self):
        with self.assertRaisesRegex(ValidationError, "another school"):
            self.draft("transfer_out", other_school_id=self.school_a.id)

    # Answers that come, and that do not

    def test_a_transfer_waits_for_its_receipt(self):
        change = self.approved("transfer_out")
        self.assertEqual(change.state, "approved")
        self.assertEqual(change.answer_due, date(2026, 9, 17))
        self.assertEqual(self.one.enrolment_state, "enrolled")
        self.assertRefused("Attach the receipt", self.step, change, "answer")
        self.step(change, "answer", file=PICTURE, file_name="回执.pdf")
        self.assertEqual(change.state, "in_force")
        self.assertEqual(self.one.enrolment_state, "transferred_out")

    def test_nobody_answers(self):
        change = self.approved("transfer_out")
        self.frozen.move_to("2026-09-17")
        self.Change._cron_follow()
        self.assertFalse(change.overdue_raised)
        self.frozen.move_to("2026-09-18")
        self.assertIn(change, self.Change.search([("is_overdue", "=", True)]))
        self.Change._cron_follow()
        self.assertTrue(change.overdue_raised)
        self.assertEqual(change.state, "approved", "an answer may still come")

    # Running out

    def test_a_suspension_that_has_run_out_leaves_the_child_open(self):
        change = self.approved("suspension", valid_until="2026-09-20")
        self.frozen.move_to("2026-09-20")
        self.Change._cron_follow()
        self.assertEqual(change.state, "in_force")
        self.frozen.move_to("2026-09-21")
        self.Change._cron_follow()
        self.assertEqual(change.state, "ended")
        self.assertEqual(change.activity_ids.user_id, self.user["records_admin"])
        line = self.line(self.one)
        self.mark(
            self.one, "suspended", approved_by="东河镇", valid_until="2026-12-31", evidence="旧证明"
        )
        self.assertFalse(self.Change._edu_of_lines(line))
        self.assertTrue(self.check._edu_unapproved_items())

    def test_ended_before_its_time(self):
        change = self.approved("elsewhere")
        self.step(change, "end", reason="已回校")
        self.assertEqual((change.state, change.end_reason), ("ended", "已回校"))

    def test_a_proof_is_looked_at_again_each_term(self):
        change = self.approved("elsewhere", valid_until="2027-08-31")
        term = self.env["edu.term"].create(
            {
                "school_year": "2026-2027",
                "season": "spring",
                "start_date": "2027-02-22",
                "end_date": "2027-07-09",
            }
        )
        self.frozen.move_to("2027-02-23")
        term.action_open()
        check = term.roster_check_ids.filtered(lambda check: check.school_id == self.school_a)
        line = self.line(self.one, check)
        self.assertEqual(line.destination, "白水县城关小学", "known from the change")
        self.mark(self.one, "elsewhere", check=check, evidence="去年的证明")
        self.assertIn("looked at again", check._edu_unapproved_items()[0])
        self.assertRefused(
            "run out already",
            self.step,
            change,
            "confirm",
            file=PICTURE,
            file_name="x.pdf",
            valid_until="2027-01-01",
        )
        self.step(
            change, "confirm", file=PICTURE, file_name="在读证明.pdf", valid_until="2027-07-09"
        )
        self.assertEqual(change.valid_until, date(2027, 7, 9))
        self.assertFalse(check._edu_unapproved_items())

    def test_other_proofs_are_not(self):
        self.assertNotIn("suspension", EACH_TERM)
        change = self.approved("suspension")
        self.assertRefused(
            "not looked at each term",
            self.step,
            change,
            "confirm",
            file=PICTURE,
            file_name="x.pdf",
            valid_until="2027-07-01",
        )

    # The roster check takes no finding for an answer without its approval

    def test_each_finding_needs_its_kind(self):
        facts = {
            "destination": "白水县",
            "approved_by": "东河镇",
            "valid_until": "2027-01-22",
            "evidence": "证明 1 号",
        }
        for outcome, kinds in OF_OUTCOME.items():
            with self.subTest(outcome=outcome), self.env.cr.savepoint() as savepoint:
                line = self.mark(self.one, outcome, **facts)
                self.assertTrue(line.needs_change)
                self.assertEqual(len(self.check._edu_unapproved_items()), 1)
                self.approved("resumption" if "death" in kinds else "death", self.one).sudo()
                self.assertEqual(len(self.check._edu_unapproved_items()), 1, "of another kind")
                self.Change.search([]).write({"state": "ended"})
                self.approve(line)
                self.assertFalse(self.check._edu_unapproved_items())
                line.invalidate_recordset()
                self.assertEqual(line.status_change_id.kind, kinds[0])
                self.assertFalse(line.needs_change)
                savepoint.rollback()
            self.env.invalidate_all()

    def test_a_teacher_marks_without_papers_what_is_approved(self):
        self.approved("suspension", valid_until="2027-01-31")
        child = self.line(self.one)
        self.check.action_refresh()
        self.env.invalidate_all()
        self.assertEqual(child.valid_until, date(2027, 1, 31))
        self.assertIn("东河镇", child.approved_by)
        self.mark(self.one, "suspended")
        self.assertFalse(self.check._edu_unapproved_items())

    def test_a_draft_knows_what_the_line_knows(self):
        line = self.mark(
            self.one,
            "transfer_out",
            destination="白水县城关小学",
            files=[{"name": "回执.pdf", "data": PICTURE}],
        )
        action = self.as_user(line, "records_admin").action_prepare_change()
        change = self.Change.browse(action["res_id"])
        self.assertEqual(change.kind, "transfer_out")
        self.assertEqual(change.other_school, "白水县城关小学")
        self.assertEqual(change.answer_ids.mapped("name"), ["回执.pdf"])
        self.assertEqual(change.answer_ids.res_id, change.id)
        self.assertNotEqual(change.answer_ids, line.evidence_ids)
        self.approve(line)
        self.assertEqual(change.state, "in_force", "the receipt had come with the mark")

    def test_a_transfer_approved_and_not_answered_takes_nobody_off(self):
        self.mark(self.one, "transfer_out", destination="白水县", receipt_pending=True)
        self.close()
        self.assertEqual(self.one.enrolment_state, "enrolled")
        change = self.Change.search([("student_id", "=", self.one.id)])
        self.step(change, "answer", file=PICTURE, file_name="回执.pdf")
        self.assertEqual(self.one.enrolment_state, "transferred_out")
        self.assertFalse(self.line(self.one).receipt_pending)

    def test_an_unanswered_transfer_keeps_the_check_open(self):
        self.mark(self.one, "transfer_out", destination="白水县", receipt_pending=True)
        self.approve(self.line(self.one))
        self.frozen.move_to("2026-09-18")
        self.assertIn("nobody has answered", self.check._edu_unapproved_items()[0])

    def test_a_child_moved_within_the_county_stays_enrolled_there(self):
        self.mark(self.one, "transfer_out", destination="西岭学校", receipt_pending=True)
        self.answered("transfer_out", other_school_id=self.school_b.id)
        self.close()
        self.assertEqual(self.one.school_id, self.school_b)
        self.assertEqual(self.one.enrolment_state, "enrolled")
        self.assertEqual(self.ledger(self.one).filtered("is_open").school_id, self.school_b)

    def test_the_cron_runs_it(self):
        change = self.approved("suspension", valid_until="2026-09-20")
        self.frozen.move_to("2026-09-21")
        with self.enter_registry_test_mode():
            self.env.ref("edu_dropout_control.cron_status_change").method_direct_trigger()
        self.assertEqual(change.state, "ended")

    def test_an_applied_change_is_kept(self):
        change = self.applied("death")
        with self.assertRaisesRegex(UserError, "is kept"):
            change.sudo().unlink()
