from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import PICTURE, MonitoringCommon


@tagged("post_install", "-at_install")
class TestRosterClose(MonitoringCommon):
    # Signing a sheet

    def test_sign(self):
        self.mark_all(self.sheet, heads=5)
        self.as_user(self.sheet, "class_teacher").action_sign()
        self.assertEqual(self.sheet.state, "signed")
        self.assertEqual(self.sheet.signed_by_id, self.user["class_teacher"])
        signoff = self.sheet._edu_signed("checked")
        self.assertEqual(signoff.person_id, self.user["class_teacher"])
        self.assertFalse(self.sheet._edu_signoff_verify())

    def test_unmarked_children_block_signing(self):
        self.mark(self.one, "arrived")
        self.assertRefused(
            "4 children are not marked yet .*王二",
            self.as_user(self.sheet, "class_teacher").action_sign,
        )

    def test_a_stale_count_blocks_signing(self):
        self.mark_all(self.sheet, heads=5)
        self.mark(self.one, "suspected", missing_since="2026-09-01")
        sheet = self.as_user(self.sheet, "class_teacher")
        self.assertRefused("counted 5 heads; 4 children", sheet.action_sign)
        sheet.action_sign(4)
        self.assertEqual(self.sheet.heads, 4)

    def test_only_the_class_teacher_signs_a_class(self):
        self.mark_all(self.sheet, heads=5)
        for role in ("records_admin", "dean", "principal", "bureau"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.as_user(self.sheet, role).action_sign()
        with self.assertRaises(AccessError):
            self.as_user(self.sheet, "class_teacher", other=True).action_sign()

    def test_the_school_signs_for_children_without_a_class(self):
        child = self.make_student(name="无班", school_id=self.school_a.id, grade=4)
        self.check.action_refresh()
        sheet = self.line(child).sheet_id
        with self.assertRaises(AccessError):
            self.as_user(sheet, "class_teacher").action_sign(1)
        self.mark_all(sheet, heads=1, user=self.user["records_admin"])
        self.as_user(sheet, "records_admin").action_sign()
        self.assertEqual(sheet.state, "signed")

    def test_a_signed_sheet_is_frozen(self):
        self.mark_all(self.sheet, heads=5)
        self.as_user(self.sheet, "class_teacher").action_sign()
        for role in ("class_teacher", "records_admin"):
            with self.subTest(role=role):
                self.assertRefused("is signed by", self.mark, self.one, "arrived", role=role)

    def test_a_change_behind_the_signature_shows(self):
        self.mark_all(self.sheet, heads=5)
        self.as_user(self.sheet, "class_teacher").action_sign()
        self.env.cr.execute(
            "UPDATE edu_roster_check_line SET outcome = 'on_leave' WHERE id = %s",
            [self.line(self.one).id],
        )
        self.env.invalidate_all()
        self.assertTrue(self.sheet._edu_signoff_verify())

    # Reopening a sheet

    def reopen(self, record, role="records_admin", reason="漏了一名学生", other=False):
        field = "sheet_id" if record._name == "edu.roster.sheet" else "check_id"
        user = (self.other_user if other else self.user)[role]
        self.env["edu.roster.reopen"].with_user(user).create(
            {field: record.id, "reason": reason}
        ).action_reopen()

    def test_reopen_with_a_reason(self):
        self.mark_all(self.sheet, heads=5)
        self.as_user(self.sheet, "class_teacher").action_sign()
        self.reopen(self.sheet)
        self.assertEqual(self.sheet.state, "open")
        self.assertFalse(self.sheet.signed_by_id)
        self.assertIn("漏了一名学生", self.sheet.message_ids[0].body)
        self.mark(self.one, "suspected", missing_since="2026-09-01")
        self.as_user(self.sheet, "class_teacher").action_sign(4)
        self.assertEqual(
            self.sheet.signoff_ids.sorted("id").mapped("role"),
            ["checked", "withdrawn", "checked"],
            "the first signature stays readable",
        )
        self.assertFalse(self.sheet._edu_signoff_verify())

    def test_who_may_reopen(self):
        self.mark_all(self.sheet, heads=5)
        self.as_user(self.sheet, "class_teacher").action_sign()
        for role in ("class_teacher", "dean", "principal", "bureau"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.reopen(self.sheet, role)
        with self.assertRaises(AccessError):
            self.reopen(self.sheet, other=True)

    def test_an_empty_reason_is_none(self):
        self.mark_all(self.sheet, heads=5)
        self.as_user(self.sheet, "class_teacher").action_sign()
        self.assertRefused("Say why", self.reopen, self.sheet, reason="  ")

    # Closing the check

    def test_open_items_name_sheets_and_children(self):
        self.mark(self.one, "arrived")
        items = "\n".join(self.check._edu_open_items())
        self.assertIn("4 children are not marked yet", items)
        self.assertIn("张小明", items)
        self.mark_all(self.sheet, heads=5)
        self.assertEqual(
            self.check._edu_open_items(), ["Grade 3 class 1 is marked but not signed."]
        )
        self.assertRefused(
            "marked but not signed", self.as_user(self.check, "records_admin").action_close
        )

    def test_close(self):
        self.close()
        self.assertEqual(self.check.state, "closed")
        self.assertEqual(self.check.closed_on, date(2026, 9, 2))
        self.assertEqual(self.check.closed_by_id, self.user["records_admin"])
        self.assertEqual(self.check._edu_signed("checked").person_id, self.user["records_admin"])
        self.assertFalse(self.check._edu_signoff_verify())

    def test_the_dean_may_close_too(self):
        self.sign_all()
        self.as_user(self.check, "dean").action_close()
        self.assertEqual(self.check.state, "closed")

    def test_who_may_not_close(self):
        self.sign_all()
        for role in ("class_teacher", "principal", "township", "bureau", "inspector"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.as_user(self.check, role).action_close()
        for role in ("records_admin", "dean"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.as_user(self.check, role, other=True).action_close()

    def test_closed_twice_is_refused(self):
        self.close()
        self.assertRefused("not open", self.as_user(self.check, "records_admin").action_close)

    def test_a_closed_check_is_frozen(self):
        self.close()
        self.assertRefused("closed", self.mark, self.one, "arrived")
        self.assertRefused("closed", self.reopen, self.sheet)
        self.assertRefused("closed", self.as_user(self.check, "records_admin").action_refresh)

    def test_a_finding_without_approval_keeps_the_check_open(self):
        line = self.mark(self.one, "deceased", evidence="死亡医学证明 7 号")
        self.sign_all()
        self.assertIn("no status change is entered", "\n".join(self.check._edu_open_items()))
        check = self.as_user(self.check, "records_admin")
        change = self.env["edu.status.change"].browse(check.action_prepare_changes()["res_id"])
        self.assertEqual((change.kind, change.state), ("death", "draft"))
        self.assertIn("死亡医学证明 7 号", change.note)
        self.assertIn("is “Draft”", "\n".join(self.check._edu_open_items()))
        self.assertRefused("has to be approved", check.action_close)
        self.assertRefused("has one", check.action_prepare_changes)
        self.approve(line)
        self.assertFalse(self.check._edu_open_items())
        self.as_user(self.check, "records_admin").action_close()
        self.assertEqual(self.one.enrolment_state, "deceased")

    # What closing carries out

    def prove(self, student, outcome, **facts):
        return self.mark(student, outcome, files=[{"name": "证明.pdf", "data": PICTURE}], **facts)

    def test_findings_take_effect(self):
        self.prove(self.one, "transfer_out", destination="白水县城关小学")
        self.prove(self.two, "suspended", approved_by="县教体局", valid_until="2027-08-31")
        self.prove(self.three, "abroad")
        self.prove(self.four, "elsewhere", destination="特校", valid_until="2027-01-22")
        self.assertEqual(self.one.enrolment_state, "enrolled", "not before the check is closed")
        self.close()
        self.assertEqual(self.one.enrolment_state, "transferred_out")
        self.assertEqual(self.two.enrolment_state, "suspended")
        self.assertEqual(self.three.enrolment_state, "abroad")
        self.assertEqual(self.four.enrolment_state, "enrolled")
        self.assertEqual(self.student.enrolment_state, "enrolled")

    def test_a_resumed_child_is_enrolled_again(self):
        child = self.make_student(self.class_a, enrolment_state="suspended")
        self.check.action_refresh()
        self.close()
        self.assertEqual(child.enrolment_state, "enrolled")

    def test_a_missing_child_stays_on_the_registry(self):
        self.mark(self.one, "suspected", missing_since="2026-09-01")
        self.close()
        self.assertIn(self.one.enrolment_state, ("enrolled", "dropped_out"))

    def test_a_transfer_takes_effect_when_its_receipt_comes(self):
        line = self.mark(
            self.one, "transfer_out", destination="白水县城关小学", receipt_pending=True
        )
        self.close()
        self.assertEqual(self.one.enrolment_state, "enrolled")
        ledger = self.env["edu.ledger"].search(
            [("student_id", "=", self.one.id), ("kind", "=", "school_age")]
        )
        self.assertTrue(ledger.is_open)
        self.frozen.move_to("2026-09-15")
        self.env["edu.roster.proof"].with_user(self.user["records_admin"]).create(
            {"line_id": line.id, "file": PICTURE, "file_name": "回执.pdf"}
        ).action_attach()
        self.assertEqual(self.one.enrolment_state, "transferred_out")
        self.assertFalse(line.receipt_pending)
        self.assertFalse(ledger.is_open)

    def test_no_document_where_none_is_needed(self):
        line = self.mark(self.one, "arrived")
        wizard = (
            self.env["edu.roster.proof"]
            .with_user(self.user["records_admin"])
            .create({"line_id": line.id, "file": PICTURE, "file_name": "x.pdf"})
        )
        self.assertRefused("needs no document", wizard.action_attach)

    def test_who_may_attach(self):
        line = self.mark(self.one, "deceased", evidence="证明")
        for user in (self.other_user["records_admin"], self.user["class_teacher"]):
            wizard = self.env["edu.roster.proof"].create(
                {"line_id": line.id, "file": PICTURE, "file_name": "x.pdf"}
            )
            with self.subTest(user=user.name), self.assertRaises(AccessError):
                wizard.with_user(user).action_attach()

    def test_a_document_is_read_like_its_line(self):
        attachment = self.prove(self.one, "deceased").evidence_ids
        for role in ("class_teacher", "records_admin", "bureau", "inspector", "township"):
            self.assertTrue(self.as_user(attachment, role).has_access("read"), role)
        for role in ("class_teacher", "records_admin", "township", "bureau"):
            self.assertFalse(self.as_user(attachment, role, other=True).has_access("read"), role)

    # Reopening a check

    def test_reopen_and_correct(self):
        self.close()
        self.reopen(self.check)
        self.assertEqual(self.check.state, "open")
        self.assertFalse(self.check.closed_on)
        self.reopen(self.sheet)
        self.prove(self.one, "transfer_out", destination="白水县城关小学")
        self.close()
        self.assertEqual(self.one.enrolment_state, "transferred_out")
        self.assertEqual(
            self.check.signoff_ids.sorted("id").mapped("role"), ["checked", "withdrawn", "checked"]
        )

    def test_a_correction_back_takes_effect_too(self):
        self.prove(self.one, "transfer_out", destination="白水县城关小学")
        self.close()
        self.reopen(self.check)
        self.reopen(self.sheet)
        self.mark(self.one, "arrived")
        self.close()
        self.assertEqual(self.one.enrolment_state, "enrolled")
        self.assertTrue(self.one.ledger_ids.filtered("is_open"))

    def test_who_may_reopen_a_check(self):
        self.close()
        for role in ("class_teacher", "dean", "principal", "bureau"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.reopen(self.check, role)

    def test_checks_of_a_term_that_is_over_stay_closed(self):
        self.close()
        self.term.state = "closed"
        with self.assertRaisesRegex(UserError, "term is over"):
            self.reopen(self.check)

    # what is due

    def test_the_check_is_a_duty_until_it_is_closed(self):
        self.term.state = "open"
        self.check._edu_duty_later()
        self.settle()
        duty = self.check.duty_ids
        self.assertEqual(duty.kind_id.code, "roster_check")
        self.assertEqual(duty.deadline, self.check.check_deadline)
        self.assertEqual(duty.user_id, self.user["records_admin"])
        self.close()
        self.settle()
        self.assertEqual(duty.state, "done")
        self.assertEqual(duty.done_on, self.check.closed_on)
