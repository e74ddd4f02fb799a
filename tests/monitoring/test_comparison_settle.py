from datetime import date

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ...tools.identity import make_identity
from .common import PICTURE
from .comparison_common import ComparisonCommon


@tagged("post_install", "-at_install")
class TestComparisonSettle(ComparisonCommon):
    """What comes of the children of a list, and what is refused."""

    def settle(self, rows, outcome, **values):
        """As the form does it."""
        action = rows.action_settle()
        wizard = self.env[action["res_model"]].with_env(rows.env).browse(action["res_id"])
        with Form(wizard) as form:
            form.outcome = outcome
            for name, value in values.items():
                setattr(form, name, value)
        return wizard.action_settle()

    def test_each_outcome_that_takes_a_document(self):
        outcomes = ("elsewhere", "postponed", "completed", "moved", "deceased", "data_error")
        comparison = self.compare(*map(self.unknown, range(len(outcomes))))
        for row, outcome in zip(comparison.row_ids, outcomes, strict=True):
            with self.subTest(outcome=outcome):
                self.assertRefused("name it|say what is wrong", row._edu_settle, outcome)
                self.assertEqual(row.state, "open")
                self.settle(row, outcome, evidence="证明 2026-8 号")
                self.assertEqual((row.state, row.outcome), ("done", outcome))
                self.assertEqual(row.evidence, "证明 2026-8 号")
                self.assertEqual(row.settled_by_id, self.user["township"])
                self.assertTrue(row.settled_at)

    def test_a_file_is_evidence_too(self):
        row = self.compare(self.unknown()).row_ids
        self.settle(row, "elsewhere", file=PICTURE)
        self.assertEqual(len(row.evidence_ids), 1)
        self.assertEqual(row.evidence_ids.sudo().res_id, row.id)
        bureau = self.user["bureau"]
        self.assertTrue(row.evidence_ids.with_user(bureau).has_access("read"))
        self.assertFalse(row.evidence_ids.with_user(self.user["principal"]).has_access("read"))

    def test_an_empty_file_is_none(self):
        row = self.compare(self.unknown()).row_ids
        wizard = self.env["edu.comparison.settle"].with_user(self.user["township"])
        made = wizard.create(
            {"row_ids": row.ids, "outcome": "moved", "file": b"", "file_name": "x"}
        )
        self.assertRefused("name it", made.action_settle)

    def test_no_number_in_the_evidence(self):
        child = self.unknown()
        row = self.compare(child).row_ids
        self.assertRefused(
            "numbers of persons", row._edu_settle, "moved", f"迁出 {child['id_number']}"
        )

    def test_age_is_believed_only_of_the_birth_date(self):
        comparison = self.compare(self.unknown(1), self.unknown(2, birthdate=date(2022, 1, 1)))
        child, small = self.row(comparison, "周无名乙"), self.row(comparison, "周无名丙")
        self.assertRefused("of school age", child._edu_settle, "age")
        self.settle(small, "age")
        self.assertEqual(small.outcome, "age")

    def test_many_at_once_all_or_none(self):
        comparison = self.compare(*(self.unknown(serial) for serial in range(4)))
        done = comparison.row_ids[0]
        self.settle(done, "moved", evidence="证明")
        self.assertRefused(
            "worked off already", comparison.row_ids._edu_settle, "moved", "户口迁移证明"
        )
        self.assertEqual(comparison.open_count, 3)
        self.settle(comparison.row_ids - done, "moved", evidence="户口迁移证明")
        self.assertEqual((comparison.open_count, comparison.done_count), (0, 4))

    def test_a_child_in_school_needs_nothing(self):
        row = self.compare(self.listed(self.one)).row_ids
        self.assertRefused("nothing to do", row._edu_settle, "moved", "证明")

    def test_only_the_outcomes_there_are(self):
        row = self.compare(self.unknown()).row_ids
        for outcome in ("superseded", "nonsense", False):
            with self.subTest(outcome=outcome):
                self.assertRefused("choose what came", row._edu_settle, outcome, "证明")

    def test_done_without_an_outcome_is_refused_by_the_database(self):
        row = self.compare(self.unknown()).row_ids
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            row.sudo().write({"state": "done"})
            self.env.flush_all()

    def test_taken_up_again_with_a_reason(self):
        row = self.compare(self.unknown()).row_ids
        self.assertRefused("Only what is worked off", row._edu_reopen, "弄错了")
        self.settle(row, "moved", evidence="迁移证明")
        self.assertRefused("Say why", row._edu_reopen, " ")
        action = row.action_reopen()
        wizard = self.env[action["res_model"]].with_user(self.user["township"])
        wizard = wizard.browse(action["res_id"])
        self.assertTrue(wizard.is_reopening)
        wizard.reason = "证明是别人的"
        wizard.action_reopen()
        self.assertEqual((row.state, row.outcome, row.evidence), ("open", False, False))
        for text in ("迁移证明", "证明是别人的", self.user["township"].name):
            self.assertIn(text, row.history)

    # -- unreadable -------------------------------------------------------------------------------

    def test_an_unreadable_row_is_worked_off_but_makes_no_child(self):
        comparison = self.compare(
            self.unknown(1), self.unknown(2) | {"id_number": None, "birthdate": None}
        )
        row = comparison.row_ids.filtered(lambda row: row.result == "unreadable")
        for outcome in ("case", "expected", "age"):
            with self.subTest(outcome=outcome):
                self.assertRefused("cannot be read", row._edu_settle, outcome, "证明")
        self.settle(row, "data_error", evidence="重复的人")
        self.assertEqual(row.state, "done")

    # -- suggestions ------------------------------------------------------------------------------

    def suggestion(self, **values):
        number = make_identity(self.one.birthdate, "male", 413)
        row = self.compare(self.listed(self.one, id_number=number), **values).row_ids
        self.assertEqual(row.result, "suggestion")
        return row

    def decide(self, row):
        action = row.action_decide()
        return self.env[action["res_model"]].with_env(row.env).browse(action["res_id"])

    def test_a_suggestion_is_decided_first(self):
        row = self.suggestion()
        self.assertRefused("say first whether", row._edu_settle, "moved", "证明")

    def test_it_is_the_child(self):
        row = self.suggestion()
        self.decide(row).action_same()
        self.assertEqual((row.result, row.state, row.match_by), ("in_school", "settled", "person"))
        self.assertEqual(row.student_id, self.one)
        self.assertIn("same child", row.history)
        # the list once more asks no more
        number = make_identity(self.one.birthdate, "male", 413)
        self.again(row.comparison_id, self.listed(self.one, id_number=number))
        self.assertEqual((row.result, row.match_by), ("in_school", "person"))

    def test_it_is_the_child_and_the_child_is_missing(self):
        row = self.suggestion()
        self.mark(self.one, "suspected", missing_since="2026-09-01")
        self.decide(row).action_same()
        self.assertEqual((row.result, row.state), ("absent", "open"))

    def test_it_is_another_child(self):
        row = self.suggestion()
        self.decide(row).action_other()
        self.assertEqual((row.result, row.state), ("not_found", "open"))
        row.comparison_id.action_compare_again()
        self.assertEqual(row.result, "not_found")
        self.assertRefused("nothing to be decided", row._edu_decide)

    def test_which_of_several(self):
        twin = self.make_student(self.class_a, name="王一")
        row = self.compare(self.listed(self.one, id_number=None)).row_ids
        wizard = self.decide(row)
        self.assertRefused("Choose the child", wizard.action_same)
        wizard.student_id = twin
        wizard.action_same()
        self.assertEqual(row.student_id, twin)

    def test_only_a_child_that_was_suggested(self):
        row = self.suggestion()
        self.assertRefused("not suggested", row._edu_decide, self.two.with_env(row.env))

    def test_a_child_that_one_may_not_see_is_confirmed_by_the_bureau(self):
        number = make_identity(self.other_student.birthdate, "female", 415)
        row = self.compare(self.listed(self.other_student, id_number=number)).row_ids
        self.assertFalse(row.candidate_ids)
        self.assertIn("西岭学校", row.candidate_text)
        self.assertNotIn("李小红", row.candidate_text)
        self.assertRefused("confirmed by the bureau", self.decide(row).action_same)
        with mute_logger("odoo.addons.base.models.ir_rule"):
            self.assertRefused(
                "", row._edu_decide, self.other_student.with_env(row.env), error=AccessError
            )
        seen = row.with_user(self.user["bureau"])
        self.assertIn("李小红", seen.candidate_text)
        self.decide(seen).action_same()
        self.assertEqual(row.result, "in_school")

    # -- becomes an expected entrant --------------------------------------------------------------

    def test_the_bureau_has_a_child_expected(self):
        child = self.unknown(1)
        row = self.compare(child).row_ids.with_user(self.user["bureau"])
        self.settle(row, "expected")
        student = row.student_id
        self.assertEqual((row.outcome, student.name), ("expected", "周无名乙"))
        self.assertEqual(student._edu_secret_clear("id_number")[student.id], child["id_number"])
        entrant = self.env["edu.entrant"].search([("student_id", "=", student.id)])
        self.assertEqual(
            (entrant.school_id, entrant.grade, entrant.source, entrant.term_id),
            (self.school_a, 2, "household", self.term),
        )
        # the open roster check of the school has the child at once
        self.assertTrue(self.line(student))
        self.assertEqual(student.residence_township_id, self.township_a)

    def test_a_township_leaves_that_to_the_bureau(self):
        row = self.compare(self.unknown()).row_ids
        self.assertRefused("by the bureau", row._edu_settle, "expected")
        self.assertEqual(row.state, "open")
        self.assertFalse(self.env["edu.student"].search([("name", "=", "周无名乙")]))

    def test_a_school_has_to_be_known_and_to_fit(self):
        comparison = self.compare(
            self.unknown(1, township="西岭乡", village="石桥村"), user=self.user["bureau"]
        )
        row = comparison.row_ids
        self.assertRefused("no zone tells the school", row._edu_settle, "expected")
        self.assertRefused(
            "has no grade", row._edu_settle, "expected", school=self.junior_a.with_env(row.env)
        )
        self.assertRefused(
            "not in this county",
            row._edu_settle,
            "expected",
            school=self.school_x.with_env(row.env),
        )
        self.settle(row, "expected", school_id=self.school_b, grade=3)
        self.assertEqual(row.student_id.expected_school_id, self.school_b)
        self.assertEqual(row.student_id.expected_grade, 3)

    def test_a_child_on_the_registry_is_not_expected_anew(self):
        self.one._edu_set_state("transferred_out")
        row = self.compare(self.listed(self.one), user=self.user["bureau"]).row_ids
        self.assertRefused("not on the registry", row._edu_settle, "expected")

    # -- becomes a case ---------------------------------------------------------------------------

    def test_a_never_enrolled_child_is_followed_in_a_case(self):
        row = self.compare(self.unknown(), kind="door").row_ids
        self.settle(row, "case")
        case = row.case_id
        self.assertEqual(
            (case.kind, case.source, case.state), ("never_enrolled", "comparison", "suspected")
        )
        self.assertEqual(case.school_id, self.school_a)
        self.assertEqual(case.missing_since, date(2026, 9, 2))
        self.assertEqual(case.raised_by_id, self.user["township"])
        student = row.sudo().match_student_id
        self.assertEqual((student.name, student.enrolment_state), ("周无名乙", "expected"))

    def test_a_child_who_left_is_followed_in_a_case(self):
        self.one._edu_set_state("transferred_out")
        row = self.compare(self.listed(self.one)).row_ids
        self.settle(row, "case", missing_since="2026-09-01")
        self.assertEqual(row.case_id.student_id, self.one)
        self.assertEqual(row.case_id.kind, "dropout")
        self.assertEqual(row.case_id.missing_since, date(2026, 9, 1))

    def test_the_open_case_is_the_case(self):
        self.mark(self.one, "suspected", missing_since="2026-09-01")
        row = self.compare(self.listed(self.one)).row_ids
        case = self.one.case_ids
        self.assertRefused("stands on the ledger", row._edu_settle, "moved", "证明")
        self.settle(row, "case")
        self.assertEqual(self.one.case_ids, case)
        self.assertEqual((row.outcome, row.case_id), ("case", case))

    def test_dropped_out_by_the_registry_alone_may_have_moved(self):
        self.one._edu_set_state("dropped_out")
        row = self.compare(self.listed(self.one)).row_ids
        self.settle(row, "moved", evidence="迁移证明")
        self.assertEqual(row.outcome, "moved")

    def test_no_case_where_the_law_ends(self):
        self.one._edu_set_state("graduated")
        row = self.compare(self.listed(self.one)).row_ids
        self.assertRefused("past compulsory education", row._edu_settle, "case")

    def test_no_case_of_another_countys_child(self):
        born = date(2018, 4, 4)
        number = make_identity(born, "male", 412)
        self.make_student(
            self.make_class(self.school_x, 3), name="周远方", birthdate=born, id_number=number
        )
        named = self.unknown(name="周远方", birthdate=born, id_number=number)
        row = self.compare(named).row_ids
        self.assertRefused("another county", row._edu_settle, "case")
        self.settle(row, "elsewhere", evidence="在读证明")
        self.assertEqual(row.state, "done")

    # -- counts -----------------------------------------------------------------------------------

    def test_open_rows_are_counted_by_township_and_school(self):
        self.one._edu_set_state("dropped_out")
        comparison = self.compare(
            self.unknown(1),
            self.unknown(2, township="西岭乡", village="石桥村"),
            self.listed(self.one),
            user=self.user["bureau"],
        )
        self.settle(self.row(comparison, "周无名丙"), "moved", evidence="证明")
        Row = self.env["edu.comparison.row"].with_user(self.user["bureau"])
        domain = [("comparison_id", "=", comparison.id), ("state", "=", "open")]
        by_township = dict(Row._read_group(domain, ["township_id"], ["__count"]))
        self.assertEqual(by_township, {self.township_a: 2})
        by_school = dict(Row._read_group(domain, ["school_id"], ["__count"]))
        self.assertEqual(by_school[self.school_a], 1)
        self.assertIn("Not found: never enrolled", comparison.count_table)
