from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ...tools.identity import make_student_no
from ..monitoring.common import MonitoringCommon
from .common import CaseCommon


@tagged("post_install", "-at_install")
class TestStudentMerge(MonitoringCommon, CaseCommon):
    """Two entries of one child become one: nothing is lost, what is signed stays as it was signed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.kept, cls.double = cls.one, cls.two
        cls.double.national_no = False

    def merge(self, role="records_admin", kept=None, double=None):
        kept, double = kept or self.kept, double or self.double
        wizard = self.as_user(self.env["edu.student.merge"], role).create(
            {"kept_id": kept.id, "other_id": double.id, "reason": "户口簿核对为同一人"}
        )
        action = wizard.action_merge()
        self.env.flush_all()
        self.env.invalidate_all()
        return action

    def clear(self, record, name):
        return record._edu_secret_clear(name)[record.id]

    # What hangs on the double

    def test_everything_hangs_on_the_kept_child(self):
        case = self.make_case(self.double, "persuading")
        visit = self.make_visit(case)
        absence = self.env["edu.absence"].create(
            {"student_id": self.double.id, "date": "2026-09-02"}
        )
        change = self.env["edu.status.change"].create(
            {"student_id": self.double.id, "kind": "suspension"}
        )
        message = self.double.message_post(body="家访情况", message_type="comment")
        file = self.env["ir.attachment"].create(
            {"name": "a.txt", "raw": b"x", "res_model": "edu.student", "res_id": self.double.id}
        )
        todo = self.double.activity_schedule("mail.mail_activity_data_todo", summary="回访")
        self.double.special_group_ids = self.env["edu.code"].search(
            [("kind", "=", "special_group")], limit=1
        )
        follower = self.user["class_teacher"].partner_id
        self.double.message_subscribe(follower.ids)
        guardian = self.double.guardian_ids
        ledger = self.double.ledger_ids
        self.assertTrue(ledger)
        action = self.merge()
        self.assertEqual(action["res_id"], self.kept.id)
        for record in (case, visit, absence, change, guardian):
            with self.subTest(model=record._name):
                self.assertEqual(record.student_id, self.kept)
        self.assertEqual(message.res_id, self.kept.id)
        self.assertEqual(file.res_id, self.kept.id)
        self.assertEqual(todo.res_id, self.kept.id)
        self.assertTrue(self.kept.special_group_ids)
        self.assertIn(follower, self.kept.message_partner_ids)
        self.assertFalse(self.double.message_partner_ids)

    def test_the_double_stays_archived_and_points_to_the_kept_child(self):
        self.merge()
        self.assertFalse(self.double.active)
        self.assertEqual(self.double.merged_into_id, self.kept)
        self.assertEqual(self.double.enrolment_state, "other")
        self.assertIn("double entry", self.messages(self.double))
        self.assertIn("户口簿核对为同一人", self.messages(self.kept))
        third = self.three
        third.national_no = False
        self.merge(kept=third, double=self.kept)
        self.assertEqual(self.double.merged_into_id, third, "no chain of pointers")

    def test_no_field_of_any_model_goes_on_naming_the_double(self):
        self.make_case(self.double, "persuading")
        self.merge()
        left = []
        for name in self.env.registry:
            model = self.env[name].sudo().with_context(active_test=False)
            if model._abstract or model._transient or not model._auto:
                continue
            left += [
                (name, field.name)
                for field in model._fields.values()
                if field.store
                and field.type == "many2one"
                and field.comodel_name == "edu.student"
                and model.search_count([(field.name, "=", self.double.id)])
            ]
        self.assertFalse(left)

    def test_one_guardian_of_the_same_name_and_phone(self):
        phone = self.clear(self.kept.guardian_ids, "phone")
        name = self.kept.guardian_ids.name
        self.double.guardian_ids.write({"name": name, "phone": phone})
        self.merge()
        self.assertEqual(self.kept.guardian_ids.mapped("name"), [name])

    # Numbers

    def test_a_number_that_the_kept_child_lacks_comes_along(self):
        number = self.clear(self.double, "id_number")
        self.kept.id_number = False
        self.merge()
        self.assertEqual(self.clear(self.kept, "id_number"), number)
        self.assertFalse(self.clear(self.double, "id_number"))

    def test_its_own_number_stays(self):
        mine, theirs = self.clear(self.kept, "id_number"), self.clear(self.double, "id_number")
        self.merge()
        self.assertEqual(self.clear(self.kept, "id_number"), mine)
        self.assertEqual(self.clear(self.double, "id_number"), theirs)

    def test_a_formal_student_number_takes_the_place_of_a_temporary_one(self):
        formal = self.clear(self.kept, "national_no")
        temporary = make_student_no(self.kept.birthdate, "male", 498, "L")
        self.double.national_no = temporary
        self.merge(kept=self.double, double=self.kept)
        self.assertEqual(self.clear(self.double, "national_no"), formal)
        self.assertEqual(self.clear(self.kept, "national_no"), temporary)

    def test_two_formal_student_numbers_are_two_children(self):
        self.double.national_no = make_student_no(self.kept.birthdate, "male", 497)
        with self.assertRaisesRegex(UserError, "two children"), self.env.cr.savepoint():
            self.merge()
        self.assertTrue(self.double.active)

    def test_no_number_is_shown(self):
        wizard = self.as_user(self.env["edu.student.merge"], "bureau").create(
            {"kept_id": self.kept.id, "other_id": self.double.id}
        )
        self.assertIn(self.kept.name, wizard.comparison)
        self.merge()
        texts = wizard.comparison + self.messages(self.kept) + self.messages(self.double)
        for child in (self.kept, self.double):
            for name in ("id_number", "national_no"):
                number = self.clear(child, name)
                self.assertNotIn(number[-6:] if number else "?", texts)

    # Cases

    def test_of_two_open_cases_the_older_goes_on(self):
        for older, younger in ((self.kept, self.double), (self.double, self.kept)):
            with self.subTest(older=older.name), self.env.cr.savepoint() as savepoint:
                first = self.make_case(older, "verifying", raised_on="2026-09-01")
                second = self.make_case(younger, "persuading")
                visit = self.make_visit(second)
                self.merge()
                self.assertEqual(first.state, "verifying")
                self.assertEqual(second.state, "excluded")
                self.assertEqual(second.excluded_reason_id.code, "double_entry")
                self.assertEqual(second.continued_in_id, first)
                self.assertIn(first.name, second.exclusion_note)
                self.assertIn(second.name, self.messages(first))
                self.assertEqual((first | second).student_id, self.kept)
                self.assertEqual(visit.case_id, second, "what was done stays where it was done")
                ledger = self.kept.ledger_ids.filtered("is_open")
                self.assertEqual(ledger.mapped("kind"), ["suspected"])
                self.assertEqual(self.kept.enrolment_state, "enrolled", "as the older case says")
                savepoint.rollback()
                self.env.invalidate_all()

    def test_one_open_case_just_comes_along(self):
        case = self.make_case(self.double, "verifying")
        self.merge()
        self.assertEqual((case.state, case.student_id), ("verifying", self.kept))

    def test_a_confirmed_case_makes_the_kept_child_a_dropout(self):
        self.make_case(self.double, "persuading")
        self.merge()
        self.assertEqual(self.kept.enrolment_state, "dropped_out")

    # What is signed, and what cannot stand twice

    def test_a_signed_sheet_stays_as_it_was_signed(self):
        line = self.line(self.double)
        self.mark_all(self.sheet, heads=len(self.sheet.line_ids))
        self.as_user(self.sheet, "class_teacher").action_sign()
        self.merge()
        self.assertEqual(line.student_id, self.double)
        self.assertFalse(self.sheet._edu_signoff_verify(), "the signatures still hold")

    def test_one_line_in_an_open_sheet_the_one_that_is_marked(self):
        self.mark(self.double, "suspected", missing_since="2026-09-01")
        self.merge()
        line = self.line(self.kept)
        self.assertEqual(len(line), 1)
        self.assertEqual(line.outcome, "suspected")
        self.assertFalse(self.line(self.double))

    def test_one_entry_in_each_ledger(self):
        both = self.kept | self.double
        entries = self.env["edu.ledger"]._edu_enter("school_age", both, "2026-09-01", "核查")
        self.merge()
        self.assertEqual(entries.filtered("is_open").student_id, self.kept)
        self.assertEqual(len(entries.filtered("is_open")), 1)
        self.assertEqual(len(self.kept.ledger_ids), 2, "the one struck off stays on record")

    def test_two_absences_of_one_day_are_kept(self):
        for child in (self.kept, self.double):
            self.env["edu.absence"].create({"student_id": child.id, "date": "2026-09-02"})
        self.merge()
        self.assertEqual(len(self.kept.absence_ids), 1)
        self.assertEqual(len(self.double.absence_ids), 1, "it stays readable on the double")

    def test_one_change_of_a_kind_under_way(self):
        changes = [
            self.env["edu.status.change"].create({"student_id": child.id, "kind": "abroad"})
            for child in (self.kept, self.double)
        ]
        self.merge()
        self.assertEqual([change.state for change in changes], ["draft", "refused"])

    def test_an_expected_entry_becomes_the_enrolled_child(self):
        entrant = self.expect(self.school_a, "新生乙")
        child = entrant.student_id
        child.national_no = False
        self.merge(kept=child, double=self.double)
        self.assertEqual(
            (child.school_id, child.class_id, child.enrolment_state),
            (self.school_a, self.class_a, "enrolled"),
        )

    # Who

    def test_who_merges(self):
        for role in ("class_teacher", "dean", "principal", "township", "inspector"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.merge(role)
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.as_user(self.double, role)._edu_merge_into(self.as_user(self.kept, role))
        for role in ("records_admin", "bureau"):
            double = self.double.with_user(self.other_user[role])
            with self.subTest(role=role, side="other"), self.assertRaises(AccessError):
                double._edu_merge_into(self.kept.with_user(self.other_user[role]))
        self.merge("bureau")
        self.assertEqual(self.double.merged_into_id, self.kept)

    def test_the_records_administrator_needs_both_children(self):
        self.double._edu_move(self.school_b, self.class_b)
        with self.assertRaises(AccessError):
            self.merge()
        self.merge("bureau")
        self.assertEqual(self.double.merged_into_id, self.kept)

    def test_nobody_merges_by_writing(self):
        for role in ("records_admin", "bureau"):
            child = self.as_user(self.double, role)
            for vals in (
                {"merged_into_id": self.kept.id},
                {"merged_ids": [(4, self.kept.id)]},
            ):
                with self.subTest(role=role, vals=vals), self.assertRaises(AccessError):
                    child.write(vals)
        with self.assertRaises(AccessError):
            self.as_user(self.env["edu.student"], "bureau").create(
                {"name": "某", "school_id": self.school_a.id, "merged_into_id": self.kept.id}
            )

    def test_a_merged_double_stays_archived(self):
        self.merge()
        with self.assertRaisesRegex(UserError, "stays archived"):
            self.as_user(self.double, "records_admin").write({"active": True})

    def test_merged_once(self):
        self.merge()
        with self.assertRaisesRegex(UserError, "archived"):
            self.merge()

    def test_the_list_opens_the_wizard_with_the_better_entry_kept(self):
        pair = self.as_user(self.kept | self.double, "records_admin")
        action = pair.action_merge()
        wizard = self.env["edu.student.merge"].browse(action["res_id"])
        self.assertEqual((wizard.kept_id, wizard.other_id), (self.kept, self.double))
        wizard.with_user(self.user["records_admin"]).action_swap()
        self.assertEqual((wizard.kept_id, wizard.other_id), (self.double, self.kept))
        with self.assertRaisesRegex(UserError, "two entries"):
            self.as_user(self.kept, "records_admin").action_merge()

    def test_the_pair_is_worked_off(self):
        pair = self.env["edu.student.duplicate"].create(
            {
                "student_id": self.kept.id,
                "other_id": self.double.id,
                "rule": "family",
                "found_on": "2026-09-02",
            }
        )
        self.merge()
        self.assertEqual((pair.state, pair.decided_by_id), ("merged", self.user["records_admin"]))

    def test_a_reason_is_asked_for(self):
        wizard = self.as_user(self.env["edu.student.merge"], "bureau").create(
            {"kept_id": self.kept.id, "other_id": self.double.id}
        )
        with self.assertRaisesRegex(UserError, "how you know"):
            wizard.action_merge()
