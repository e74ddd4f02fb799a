from datetime import date

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import PICTURE, MonitoringCommon


@tagged("post_install", "-at_install")
class TestRosterMark(MonitoringCommon):
    # All here, except…

    def test_all_here(self):
        self.mark_all(self.sheet, heads=5)
        self.assertEqual(set(self.sheet.line_ids.mapped("outcome")), {"arrived"})
        self.assertEqual(self.sheet.heads, 5)
        self.assertEqual(self.line(self.one).marked_by_id, self.user["class_teacher"])
        self.assertTrue(self.line(self.one).marked_at)

    def test_all_here_except_two(self):
        self.mark_all(
            self.sheet,
            self.change(self.one, "suspected", missing_since="2026-09-01"),
            self.change(self.two, "on_leave", leave_until="2026-09-08"),
            heads=3,
        )
        self.assertEqual(self.line(self.one).outcome, "suspected")
        self.assertEqual(self.line(self.two).leave_until, date(2026, 9, 8))
        self.assertEqual(self.line(self.three).outcome, "arrived")

    def test_one_head_too_few(self):
        self.assertRefused(
            "counted 4 heads; 5 children are marked as here: 1 marked too many",
            self.mark_all,
            self.sheet,
            heads=4,
        )

    def test_one_head_too_many(self):
        self.assertRefused(
            "counted 5 heads; 4 children are marked as here: 1 not marked as here",
            self.mark_all,
            self.sheet,
            self.change(self.one, "suspected", missing_since="2026-09-01"),
            heads=5,
        )

    def test_nothing_is_saved_when_heads_do_not_agree(self):
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self.mark_all(self.sheet, heads=4)
        self.env.invalidate_all()
        self.assertEqual(set(self.sheet.line_ids.mapped("outcome")), {"unmarked"})
        self.assertFalse(self.sheet.heads_at)

    def test_heads_cannot_be_left_out(self):
        sheet = self.as_user(self.sheet, "class_teacher")
        self.assertRefused("Count the children", sheet.action_mark, [], None, True)
        self.assertRefused("number of heads", sheet.action_mark, [], "5", True)

    def test_a_child_taught_at_home_is_no_head(self):
        home = self.make_student(self.class_a, name="在家", placement="home")
        self.check.action_refresh()
        self.mark_all(self.sheet, heads=5)
        self.assertEqual(self.line(home).outcome, "arrived")
        self.assertEqual(self.sheet.present_count, 6)
        self.assertEqual(self.sheet.head_count, 5)

    def test_what_is_marked_already_stays(self):
        self.mark(self.one, "suspected", missing_since="2026-09-01")
        self.mark_all(self.sheet, heads=4)
        self.assertEqual(self.line(self.one).outcome, "suspected")

    def test_here_of_a_suspended_child_is_resumed(self):
        child = self.make_student(self.class_a, enrolment_state="suspended")
        self.check.action_refresh()
        self.mark_all(self.sheet, heads=6)
        self.assertEqual(self.line(child).outcome, "resumed")

    # Two people on one sheet

    def test_the_second_person_counts_against_what_the_first_marked(self):
        """Both opened the sheet with everybody unmarked; both miss somebody else."""
        self.mark_all(
            self.sheet,
            self.change(self.one, "suspected", missing_since="2026-09-01"),
            heads=4,
        )
        second = self.change(self.two, "suspected", missing_since="2026-09-01")
        self.assertRefused(
            "counted 4 heads; 3 children",
            self.mark_all,
            self.sheet,
            second,
            heads=4,
            user=self.user["records_admin"],
        )
        self.mark_all(self.sheet, second, heads=3, user=self.user["records_admin"])
        self.assertEqual(self.line(self.one).outcome, "suspected")
        self.assertEqual(self.line(self.two).outcome, "suspected")

    def test_marking_rewrites_the_sheets_row(self):
        """So that a transaction that began before has to start again and sees the marks."""
        before = self.sheet.mark_serial
        self.mark(self.one, "arrived")
        self.sheet.invalidate_recordset()
        self.assertGreater(self.sheet.mark_serial, before)

    # Outcomes and what they ask for

    def test_on_leave_needs_a_date(self):
        self.assertRefused("Leave Until", self.mark, self.one, "on_leave", error=ValidationError)
        self.assertRefused(
            "lies in the past", self.mark, self.one, "on_leave", leave_until="2026-09-01"
        )
        self.mark(self.one, "on_leave", leave_until="2026-09-02")

    def test_transfer_out_needs_where_to_and_proof(self):
        self.assertRefused(
            "Where to", self.mark, self.one, "transfer_out", evidence="回执", error=ValidationError
        )
        self.assertRefused(
            "receipt of the other school",
            self.mark,
            self.one,
            "transfer_out",
            destination="白水县城关小学",
            error=ValidationError,
        )
        line = self.mark(
            self.one,
            "transfer_out",
            destination="白水县城关小学",
            files=[{"name": "回执.pdf", "data": PICTURE}],
        )
        self.assertEqual(line.evidence_ids.name, "回执.pdf")
        self.assertEqual(
            (line.evidence_ids.res_model, line.evidence_ids.res_id), (line._name, line.id)
        )

    def test_transfer_out_with_the_receipt_to_come(self):
        line = self.mark(
            self.one, "transfer_out", destination="白水县城关小学", receipt_pending=True
        )
        self.assertEqual(line.receipt_due, date(2026, 9, 17))

    def test_suspended_and_postponed_need_approval_end_and_document(self):
        good = {
            "approved_by": "东河镇人民政府",
            "valid_until": "2027-08-31",
            "evidence": "审批表 3 号",
        }
        for outcome in ("suspended", "postponed"):
            for missing, label in (
                ("approved_by", "Approved By"),
                ("valid_until", "Valid Until"),
                ("evidence", "attach the document"),
            ):
                facts = {name: value for name, value in good.items() if name != missing}
                with self.subTest(outcome=outcome, missing=missing):
                    self.assertRefused(
                        label, self.mark, self.one, outcome, error=ValidationError, **facts
                    )
            self.mark(self.one, outcome, **good)

    def test_deceased_and_abroad_need_a_document(self):
        for outcome in ("deceased", "abroad"):
            with self.subTest(outcome=outcome):
                self.assertRefused(
                    "attach the document", self.mark, self.one, outcome, error=ValidationError
                )
                self.mark(self.one, outcome, evidence="证明 1 号")

    def test_elsewhere_needs_place_proof_and_end(self):
        good = {
            "destination": "市特殊教育学校",
            "valid_until": "2027-01-22",
            "evidence": "就读证明",
        }
        for missing in good:
            facts = {name: value for name, value in good.items() if name != missing}
            with self.subTest(missing=missing), self.assertRaises(ValidationError):
                self.mark(self.one, "elsewhere", **facts)
        self.mark(self.one, "elsewhere", **good)

    def test_suspected_needs_since_when(self):
        self.assertRefused("Missing Since", self.mark, self.one, "suspected", error=ValidationError)
        self.assertRefused(
            "to come",
            self.mark,
            self.one,
            "suspected",
            missing_since="2026-09-03",
            error=ValidationError,
        )

    def test_never_enrolled_is_for_expected_children_only(self):
        self.assertRefused(
            "on the registry",
            self.mark,
            self.one,
            "never_enrolled",
            missing_since="2026-09-01",
            error=ValidationError,
        )

    def test_resumed_and_new_entry_are_not_for_ordinary_children(self):
        for outcome in ("resumed", "new_entry"):
            with self.subTest(outcome=outcome), self.assertRaises(ValidationError):
                self.mark(self.one, outcome)

    def test_facts_of_another_outcome_are_emptied(self):
        self.mark(self.one, "suspected", missing_since="2026-09-01")
        line = self.mark(self.one, "on_leave", leave_until="2026-09-08")
        self.assertFalse(line.missing_since)
        line = self.mark(self.one, "arrived")
        self.assertFalse(line.leave_until)

    def test_an_unknown_outcome_date_or_file_is_refused(self):
        self.assertRefused("Choose what you found", self.mark, self.one, "vanished")
        self.assertRefused("no date", self.mark, self.one, "on_leave", leave_until="soon")
        for data in ("", "***", None):
            with self.subTest(data=data):
                self.assertRefused(
                    "did not arrive whole|empty",
                    self.mark,
                    self.one,
                    "deceased",
                    files=[{"name": "x.pdf", "data": data}],
                )

    def test_a_child_of_another_sheet_is_refused(self):
        sheet = self.as_user(self.sheet, "class_teacher")
        change = self.change(self.other_student, "arrived", self.other_check)
        self.assertRefused("no longer on this sheet", sheet.action_mark, [change])

    def test_only_facts_are_taken_from_a_client(self):
        """Nobody moves a line, or signs for somebody else, by way of the marks."""
        line = self.mark(
            self.one,
            "arrived",
            student_id=self.two.id,
            school_id=self.school_b.id,
            marked_by_id=self.user["principal"].id,
        )
        self.assertEqual(line.student_id, self.one)
        self.assertEqual(line.school_id, self.school_a)
        self.assertEqual(line.marked_by_id, self.user["class_teacher"])

    def test_a_correction_is_kept_in_the_chatter(self):
        self.mark(self.one, "arrived")
        self.mark(self.one, "suspected", missing_since="2026-09-01")
        self.assertIn(
            "王一: Suspected dropout instead of Arrived",
            " ".join(self.sheet.message_ids.mapped("body")),
        )

    # One tap

    def test_one_tap(self):
        line = self.line(self.one)
        self.as_user(line, "class_teacher").action_mark_missing()
        self.assertEqual((line.outcome, line.missing_since), ("suspected", date(2026, 9, 1)))
        self.as_user(line, "class_teacher").action_mark_here()
        self.assertEqual((line.outcome, line.missing_since), ("arrived", False))

    # Hooks

    def test_hooks_run_at_once_and_once(self):
        calls = []
        Line = self.env.registry["edu.roster.check.line"]
        self.patch(Line, "_edu_on_missing", lambda lines: calls.append(("missing", lines.ids)))
        self.patch(Line, "_edu_on_found", lambda lines: calls.append(("found", lines.ids)))
        line = self.mark(self.one, "suspected", missing_since="2026-09-01")
        self.assertEqual(calls, [("missing", line.ids)])
        self.mark(self.one, "suspected", missing_since="2026-08-31")
        self.assertEqual(len(calls), 1, "missing already")
        self.mark(self.one, "arrived")
        self.assertEqual(calls[1:], [("found", line.ids)])
        self.mark(self.two, "arrived")
        self.assertEqual(len(calls), 2, "nobody had missed this child")

    def test_no_hook_when_heads_do_not_agree(self):
        calls = []
        Line = self.env.registry["edu.roster.check.line"]
        self.patch(Line, "_edu_on_missing", calls.append)
        with self.assertRaises(UserError):
            self.mark_all(
                self.sheet,
                self.change(self.one, "suspected", missing_since="2026-09-01"),
                heads=5,
            )
        self.assertFalse(calls)

    def test_a_dropped_out_child_that_is_back_is_found(self):
        child = self.make_student(self.class_a, enrolment_state="dropped_out")
        self.check.action_refresh()
        calls = []
        Line = self.env.registry["edu.roster.check.line"]
        self.patch(Line, "_edu_on_found", lambda lines: calls.append(lines.student_id))
        self.mark(child, "resumed")
        self.assertEqual(calls, [child])

    # Who may mark

    def test_who_may_mark(self):
        for role in ("class_teacher", "records_admin", "dean"):
            with self.subTest(role=role):
                self.mark(self.one, "arrived", role=role)
        for role in (
            "vice_principal",
            "principal",
            "township",
            "bureau",
            "inspector",
            "student_aid",
            "county_admin",
        ):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.mark(self.one, "arrived", role=role)

    def test_nobody_marks_elsewhere(self):
        for role in ("class_teacher", "records_admin", "dean"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.as_user(self.sheet, role, other=True).action_mark(
                    [self.change(self.one, "arrived")]
                )

    def test_a_teacher_who_records_elsewhere_marks_only_there(self):
        """Rights of two posts do not multiply: the second class is only taught."""
        self.make_post(self.user["class_teacher"], "principal", self.school_b)
        with self.assertRaises(AccessError):
            self.other_sheet.with_user(self.user["class_teacher"]).action_mark(
                [self.change(self.other_student, "arrived", self.other_check)]
            )

    def test_lines_are_not_written_directly(self):
        for role in ("class_teacher", "records_admin", "dean", "bureau", "inspector"):
            line = self.as_user(self.line(self.one), role)
            with self.subTest(role=role), self.assertRaises(AccessError):
                line.write({"outcome": "arrived"})
            with self.subTest(role=role), self.assertRaises(AccessError):
                line.unlink()
        with self.assertRaises(AccessError):
            self.as_user(self.sheet, "class_teacher").write({"heads": 5})
        with self.assertRaises(AccessError):
            self.as_user(self.check, "records_admin").write({"state": "closed"})

    def test_private_steps_are_not_reached_by_rpc(self):
        for model, names in (
            ("edu.roster.sheet", ("_edu_reopen", "_edu_lock")),
            ("edu.roster.check", ("_edu_close", "_edu_apply", "_edu_fill")),
            ("edu.roster.check.line", ("_edu_mark", "_edu_arrive_late", "_edu_add_proof")),
            ("edu.entrant", ("_edu_expect", "_edu_assign")),
            ("edu.ledger", ("_edu_enter", "_edu_strike_off")),
        ):
            public = [
                name
                for name in dir(self.env.registry[model])
                if name.startswith(("action_", "edu_"))
            ]
            for name in names:
                self.assertNotIn(name.lstrip("_"), public)

    # A child that is not on the list

    def add(self, role="class_teacher", **values):
        wizard = (
            self.env["edu.roster.add"]
            .with_user(self.user[role])
            .create(
                {
                    "sheet_id": self.sheet.id,
                    "name": "赵新来",
                    "gender": "male",
                    "birthdate": "2018-05-01",
                    "guardian_name": "赵父",
                    **values,
                }
            )
        )
        wizard.action_add()
        return self.sheet.line_ids.filtered(lambda line: line.origin == "added")

    def test_add_a_child_that_stands_nowhere(self):
        line = self.add(phone="16900001234")
        self.assertEqual(line.outcome, "new_entry")
        child = line.student_id
        self.assertEqual(child.registry_completion, "to_apply")
        self.assertEqual(child.enrolment_state, "expected")
        self.assertEqual(child.class_id, self.class_a)
        self.assertEqual(child.guardian_ids.name, "赵父")
        self.assertEqual(
            child.guardian_ids._edu_secret_clear("phone"), {child.guardian_ids.id: "16900001234"}
        )
        self.mark_all(self.sheet, heads=6)

    def test_add_a_child_that_another_school_has(self):
        number = self.other_student._edu_secret_clear("id_number")[self.other_student.id]
        line = self.add(name="李小红", id_number=number)
        self.assertEqual(line.student_id, self.other_student)
        self.assertEqual(line.outcome, "transfer_in")
        self.assertEqual(line.origin_school, "西岭学校")
        there = self.line(self.other_student, self.other_check)
        self.assertEqual(there.seen_school_id, self.school_a)
        self.close()
        self.assertEqual(self.other_student.school_id, self.school_a)
        self.assertEqual(self.other_student.class_id, self.class_a)

    def test_the_number_of_a_double_that_was_merged_is_its_childs(self):
        number = self.other_student._edu_secret_clear("id_number")[self.other_student.id]
        kept = self.make_student(self.class_b, name="李小红", national_no=False)
        self.other_student._edu_merge_into(kept)
        line = self.add(name="李小红", id_number=number)
        self.assertEqual(line.student_id, kept)

    def test_a_name_is_the_same_however_it_is_typed(self):
        """Dots of every kind, spaces of a Chinese keyboard: as the registry's file may have them."""
        self.other_student.name = "阿依古丽·买买提"
        number = self.other_student._edu_secret_clear("id_number")[self.other_student.id]
        line = self.add(name="阿依古丽．买买提　", id_number=number)
        self.assertEqual(line.student_id, self.other_student)
        line = self.add(name="张　小 明") - line
        self.assertEqual(line.student_id.name, "张小明")

    def test_a_number_under_another_name_is_refused(self):
        number = self.other_student._edu_secret_clear("id_number")[self.other_student.id]
        with self.assertRaisesRegex(UserError, "under another name") as caught:
            self.add(id_number=number)
        self.assertNotIn(number, str(caught.exception))
        self.assertNotIn("李小红", str(caught.exception))

    def test_a_child_on_the_list_is_not_added_twice(self):
        number = self.one._edu_secret_clear("id_number")[self.one.id]
        self.assertRefused("on the list already", self.add, name="王一", id_number=number)

    def test_a_wrong_number_is_refused(self):
        with self.assertRaises(ValidationError):
            self.add(id_number="990000201805010010")

    def test_the_wizard_keeps_no_number(self):
        self.add()
        self.assertFalse(self.env["edu.roster.add"].search([]))

    def test_who_may_add(self):
        with self.assertRaises(AccessError):
            self.add(role="principal")
        wizard = self.env["edu.roster.add"].with_user(self.other_user["class_teacher"])
        with self.assertRaises(AccessError):
            wizard.create(
                {
                    "sheet_id": self.sheet.id,
                    "name": "赵新来",
                    "gender": "male",
                    "birthdate": "2018-05-01",
                    "guardian_name": "赵父",
                }
            ).action_add()
