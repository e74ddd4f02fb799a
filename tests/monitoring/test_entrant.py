from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import MonitoringCommon


@tagged("post_install", "-at_install")
class TestEntrant(MonitoringCommon):
    # Expecting

    def test_expect_a_six_year_old(self):
        entrant = self.expect(self.school_a, "新生甲")
        self.assertEqual(entrant.state, "expected")
        child = entrant.student_id
        self.assertEqual((child.expected_school_id, child.expected_grade), (self.school_a, 1))
        line = self.line(child)
        self.assertEqual(line.origin, "entrant")
        self.assertEqual(line.entrant_id, entrant)
        self.assertFalse(line.sheet_id.class_id)

    def test_expect_again_changes_nothing(self):
        entrant = self.expect(self.school_a, "新生甲")
        again = self.env["edu.entrant"]._edu_expect(
            self.term, self.school_a, entrant.student_id, 1, "household"
        )
        self.assertEqual(again, entrant)
        self.assertEqual(len(self.line(entrant.student_id)), 1)

    def test_expected_by_one_school_only(self):
        entrant = self.expect(self.school_a, "新生甲")
        again = self.env["edu.entrant"]._edu_expect(
            self.term, self.school_b, entrant.student_id, 1, "household"
        )
        self.assertEqual(again.school_id, self.school_a)
        self.assertEqual(entrant.student_id.expected_school_id, self.school_a)

    def test_grade_seven_is_looked_for_at_the_junior_school_only(self):
        entrant = self.expect(self.junior_a, "毕业生", grade=7, source="graduates")
        child = entrant.student_id
        self.assertEqual(child.school_id, self.school_a, "until it arrives")
        self.assertEqual(entrant.from_school_id, self.school_a)
        self.assertTrue(self.line(child, self.junior_check))
        self.check.action_refresh()
        self.assertFalse(self.line(child, self.check))

    def test_who_may_expect(self):
        child = self.make_student(name="新生", school_id=self.school_a.id, grade=1)
        for role in ("records_admin", "dean", "bureau"):
            self.env["edu.entrant"].with_user(self.user[role])._edu_expect(
                self.term, self.school_a.with_user(self.user[role]), child, 1, "household"
            )
        for user in (
            self.user["class_teacher"],
            self.user["principal"],
            self.user["county_admin"],
            self.other_user["records_admin"],
        ):
            with self.subTest(user=user.name), self.assertRaises(AccessError):
                self.env["edu.entrant"].with_user(user)._edu_expect(
                    self.term, self.school_a.with_user(user), child, 1, "household"
                )

    def test_entrants_are_made_by_nobody_directly(self):
        entrant = self.expect(self.school_a, "新生甲")
        for role in ("records_admin", "dean", "bureau"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.as_user(entrant, role).write({"class_id": self.class_a.id})
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.as_user(entrant, role).unlink()
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.as_user(self.env["edu.entrant"], role).create(
                    {
                        "term_id": self.term.id,
                        "school_id": self.school_a.id,
                        "student_id": self.one.id,
                        "grade": 1,
                        "source": "manual",
                    }
                )

    # Last summer's grade 6

    def grade_six(self, entry_year=2020, number=1, **values):
        klass = self.env["edu.class"].create(
            {
                "school_id": self.school_a.id,
                "grade": 6,
                "number": number,
                "entry_year": entry_year,
            }
        )
        return self.make_student(klass, **values)

    def expect_graduates(self, role="records_admin", other=False, **values):
        user = (self.other_user if other else self.user)[role]
        wizard = self.env["edu.entrant.expect"].with_user(user).create(values)
        return wizard, wizard.action_expect()

    def test_last_summers_grade_six(self):
        child = self.grade_six(name="六年级生")
        current = self.grade_six(entry_year=2021, number=2, name="今年六年级")
        wizard, action = self.expect_graduates()
        self.assertEqual(wizard.school_ids, self.school_a)
        self.assertEqual(child.expected_school_id, self.junior_a)
        self.assertEqual(child.expected_grade, 7)
        self.assertFalse(current.expected_school_id, "this year's grade 6 stays where it is")
        self.assertIn("1 children", action["params"]["message"])
        _wizard, action = self.expect_graduates()
        self.assertIn("0 children", action["params"]["message"])

    def test_the_zone_finds_the_junior_school(self):
        child = self.grade_six(name="六年级生")
        self.school_a.junior_school_id = False
        self.expect_graduates()
        self.assertEqual(child.expected_school_id, self.junior_a)

    def test_children_without_a_junior_school_are_named(self):
        self.grade_six(name="无去处")
        self.school_a.junior_school_id = False
        self.junior_a.zone_area_ids = [Command.clear()]
        _wizard, action = self.expect_graduates()
        self.assertIn("无去处", action["params"]["message"])

    def test_who_may_expect_graduates(self):
        self.expect_graduates("bureau", school_ids=self.school_a.ids)
        for role, other in (("records_admin", True), ("bureau", True)):
            with self.subTest(role=role, other=other), self.assertRaises(AccessError):
                self.expect_graduates(role, other, school_ids=self.school_a.ids)
        with self.assertRaises(AccessError):
            self.expect_graduates("principal", school_ids=self.school_a.ids)

    def test_nobody_enters_grade_seven_in_spring(self):
        spring = self.env["edu.term"].create(
            {
                "school_year": "2026-2027",
                "season": "spring",
                "start_date": "2027-02-22",
                "end_date": "2027-07-09",
            }
        )
        with self.assertRaises(UserError):
            self.expect_graduates(term_id=spring.id)

    # In the check

    def test_the_state_follows_the_check(self):
        entrant = self.expect(self.school_a, "新生甲")
        child = entrant.student_id
        for outcome, state, facts in (
            ("never_enrolled", "missing", {"missing_since": "2026-09-01"}),
            ("new_entry", "arrived", {}),
            (
                "elsewhere",
                "elsewhere",
                {"destination": "市区", "valid_until": "2027-01-22", "evidence": "x"},
            ),
            ("on_leave", "expected", {"leave_until": "2026-09-20"}),
            ("unmarked", "expected", {}),
        ):
            with self.subTest(outcome=outcome):
                self.mark(child, outcome, role="records_admin", **facts)
                self.assertEqual(entrant.state, state)

    def test_a_six_year_old_who_came_is_enrolled(self):
        entrant = self.expect(self.school_a, "新生甲")
        klass = self.make_class(self.school_a, 1)
        self.assign(entrant, klass)
        self.close()
        child = entrant.student_id
        self.assertEqual(child.enrolment_state, "enrolled")
        self.assertEqual(child.class_id, klass)
        self.assertEqual(child.registry_completion, "to_apply")
        self.assertFalse(child.expected_school_id)
        self.assertEqual(self.line(child).outcome, "new_entry")

    def test_a_graduate_who_came_moves(self):
        entrant = self.expect(self.junior_a, "毕业生", grade=7, source="graduates")
        self.close(self.junior_check)
        child = entrant.student_id
        self.assertEqual(child.school_id, self.junior_a)
        self.assertEqual(child.grade, 7)
        self.assertEqual(child.registry_completion, "none", "it has its number already")
        self.assertFalse(child.expected_school_id)
        ledger = self.env["edu.ledger"].search([("student_id", "=", child.id)])
        self.assertEqual(ledger.filtered("is_open").school_id, self.junior_a)

    def test_the_thirtieth_child_did_not_come(self):
        """The child that no registry misses: twenty-nine of thirty arrive at the junior school."""
        entrants = self.env["edu.entrant"]
        for number in range(1, 31):
            entrants |= self.expect(self.junior_a, f"毕业生{number}", grade=7, source="graduates")
        last = entrants[-1]
        sheet = self.line(last.student_id, self.junior_check).sheet_id
        clerk = self.make_user("records_junior", "records_admin", self.junior_a)
        called = []
        Line = self.env.registry["edu.roster.check.line"]
        hook = Line._edu_on_missing
        self.patch(Line, "_edu_on_missing", lambda lines: (called.append(lines), hook(lines))[1])
        self.assertRefused(
            "counted 29 heads; 30 children are marked as here: 1 marked too many",
            self.mark_all,
            sheet,
            heads=29,
            user=clerk,
        )
        self.mark_all(
            sheet,
            self.change(
                last.student_id, "never_enrolled", self.junior_check, missing_since="2026-09-01"
            ),
            heads=29,
            user=clerk,
        )
        self.assertEqual(last.state, "missing")
        self.assertEqual(called[0].student_id, last.student_id)
        sheet.with_user(clerk).action_sign()
        self.junior_check.with_user(clerk).action_close()
        self.assertEqual(
            len(entrants.filtered(lambda e: e.student_id.school_id == self.junior_a)), 29
        )
        self.assertEqual(last.student_id.school_id, self.school_a, "it never arrived")
        self.assertEqual(last.student_id.expected_school_id, self.junior_a)

    def test_come_after_all(self):
        entrant = self.expect(self.junior_a, "毕业生", grade=7, source="graduates")
        self.mark(
            entrant.student_id,
            "never_enrolled",
            role=None,
            check=self.junior_check,
            missing_since="2026-09-01",
        )
        self.close(self.junior_check)
        called = []
        Line = self.env.registry["edu.roster.check.line"]
        hook = Line._edu_on_found
        self.patch(Line, "_edu_on_found", lambda lines: (called.append(lines), hook(lines))[1])
        with self.assertRaises(AccessError):
            self.as_user(entrant, "records_admin").action_arrive()
        clerk = self.records_admin(self.junior_check)
        entrant.with_user(clerk).action_arrive()
        self.assertEqual(entrant.state, "arrived")
        self.assertEqual(entrant.student_id.school_id, self.junior_a)
        self.assertTrue(called)

    # Planning classes

    def assign(self, entrants, klass, role="records_admin", other=False):
        user = (self.other_user if other else self.user)[role]
        self.env["edu.entrant.assign"].with_user(user).create(
            {"entrant_ids": [Command.set(entrants.ids)], "class_id": klass.id}
        ).action_assign()

    def test_assign_to_a_class(self):
        entrant = self.expect(self.school_a, "新生甲")
        klass = self.make_class(self.school_a, 1)
        self.check.action_refresh()
        self.assign(entrant, klass)
        line = self.line(entrant.student_id)
        self.assertEqual(line.class_id, klass)
        self.assertEqual(line.sheet_id.class_id, klass)
        teacher = self.make_user("teacher_first", "class_teacher", klass)
        line.sheet_id.with_user(teacher).action_mark([{"line_id": line.id, "outcome": "new_entry"}])
        self.assertEqual(entrant.with_user(teacher).state, "arrived")

    def test_a_class_of_another_grade_is_refused(self):
        entrant = self.expect(self.school_a, "新生甲")
        self.assertRefused("expected in grade 1", self.assign, entrant, self.class_a)

    def test_who_may_assign(self):
        entrant = self.expect(self.school_a, "新生甲")
        klass = self.make_class(self.school_a, 1)
        self.assign(entrant, klass, "dean")
        for role, other in (("class_teacher", False), ("bureau", False), ("records_admin", True)):
            with self.subTest(role=role, other=other), self.assertRaises(AccessError):
                self.assign(entrant, klass, role, other)
