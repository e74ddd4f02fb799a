from datetime import date

from odoo.exceptions import UserError
from odoo.tests import tagged

from ...models.core.set_writer import SetWriter
from ...tools.sample import TEMPLATE, write_export
from .roster_common import RosterCommon


@tagged("post_install", "-at_install")
class TestRosterImport(RosterCommon):
    """The way of a good file, and what is written of it."""

    def test_the_way_of_a_file(self):
        children = [self.child(n) for n in range(20, 30)]
        roster = self.upload_children(children)
        self.assertEqual(roster.state, "draft")
        roster.action_read()
        self.assertEqual(roster.state, "mapped")
        self.assertTrue(roster.is_usable)
        self.assertFalse(roster.problem_text)
        roster.action_preview()
        self.assertEqual(roster.state, "previewed")
        self.assertEqual(self.counts(roster), (10, 10, 0, 0, 0, 0))
        self.assertIn(children[0]["name"], roster.preview_table)
        self.assertFalse(self.students(*children), "a preview writes no child")
        roster.action_import()
        self.assertEqual(roster.state, "done")
        self.assertEqual(roster.imported_by_id, self.user["records_admin"])
        self.assertEqual(self.counts(roster), (10, 10, 0, 0, 0, 0))
        self.assertEqual(len(self.students(*children)), 10)

    def test_what_is_kept_of_a_child(self):
        child = self.child(
            21,
            left_behind=True,
            household_kind="农业户口",
            disability_type="4",
            placement="regular",
            former_name="王小小",
            guardian1_is_legal=True,
            guardian1_workplace="青禾县粮站",
            guardian2_name="李梅",
            guardian2_relation="mother",
        )
        layout = (*TEMPLATE, ("全国学籍号", "national_no"), ("安置方式", "placement"))
        self.import_children([child], layout=layout)
        student = self.students(child)
        self.assertEqual(student.name, child["name"])
        self.assertEqual(student.school_id, self.school_a)
        self.assertEqual(student.class_id, self.class_a)
        self.assertEqual(student.grade, 3)
        self.assertEqual(student.birthdate, child["birthdate"])
        self.assertEqual(student.id_type, "1")
        self.assertEqual(student.ethnicity, "汉族")
        self.assertEqual(student.entry_month, "2024-09")
        self.assertEqual(student.study_mode, "走读")
        self.assertEqual(student.household_kind, "农业户口")
        self.assertEqual(student.enrolment_state, "enrolled")
        self.assertEqual(student.former_name, "王小小")
        self.assertEqual(student.disability_type_id.code, "4")
        self.assertTrue(student.left_behind)
        self.assertFalse(student.boarding)
        self.assertEqual(self.clear(student, "national_no"), child["national_no"])
        self.assertEqual(self.clear(student, "address"), child["address"])
        father, mother = student.guardian_ids.sorted("sequence")
        self.assertEqual(father.relation_id.code, "father")
        self.assertEqual(father.workplace, "青禾县粮站")
        self.assertEqual(self.clear(father, "phone"), child["guardian1_phone"])
        self.assertEqual((mother.name, mother.relation_id.code), ("李梅", "mother"))

    def test_where_the_child_lives_is_read_from_its_address(self):
        child, other = self.child(22), self.child(23, address="广东省东莞市长安镇某厂宿舍")
        self.import_children([child, other])
        self.assertEqual(self.students(child).residence_area_id, self.village_a)
        self.assertEqual(self.students(child).residence_township_id, self.township_a)
        self.assertEqual(self.students(child).household_area_id, self.village_a)
        self.assertFalse(self.students(other).residence_area_id)

    def test_household_area_by_code(self):
        child = self.child(24, household_area_code=self.village_b.code)
        self.import_children([child], layout=TEMPLATE)
        self.assertEqual(self.students(child).household_area_id, self.village_b)

    def test_the_national_template_of_74_columns(self):
        self.assertEqual(len(TEMPLATE), 74)
        children = [
            self.child(n, guardian2_name="李梅", guardian2_relation="mother") for n in (1, 2)
        ]
        roster = self.run_import(self.upload(write_export(children, layout=TEMPLATE)))
        self.assertEqual(self.counts(roster)[:2], (2, 2))
        self.assertEqual(len(self.students(*children).guardian_ids), 4)

    def test_totals_and_footers_are_passed_over(self):
        roster = self.run_import(self.upload(write_export([self.child(25)], totals=True)))
        self.assertEqual(self.counts(roster), (1, 1, 0, 0, 0, 0))
        self.assertEqual(roster.skipped_count, 2)

    def test_the_same_file_twice_writes_nothing(self):
        children = [
            self.child(n, guardian2_name="李梅", guardian2_relation="mother") for n in range(30, 40)
        ]
        data = write_export(children)
        self.run_import(self.upload(data))
        tables = "edu_student", "edu_guardian", "edu_class", "mail_message", "mail_tracking_value"
        before = self.versions(*tables)
        again = self.run_import(self.upload(data))
        self.assertEqual(self.counts(again), (10, 0, 0, 10, 0, 0))
        self.assertEqual(self.versions(*tables), before)

    def test_only_what_changed_is_written_and_told_in_one_line(self):
        child, other = self.child(41), self.child(42)
        self.import_children([child, other])
        student = self.students(child)
        others = self.versions("edu_student")["edu_student"]
        said = student.message_ids
        changed = {**child, "name": "王大明", "class_number": 2, "guardian1_phone": "16900009999"}
        roster = self.import_children([changed, other])
        self.assertEqual(self.counts(roster), (2, 0, 1, 1, 0, 0))
        self.assertEqual(student.name, "王大明")
        self.assertEqual(student.class_id, self.class_a2)
        self.assertEqual(self.clear(student.guardian_ids, "phone"), "16900009999")
        line = student.message_ids - said
        self.assertEqual(len(line), 1)
        for label in ("Name", "Class", "Guardians", "学生信息.xlsx"):
            self.assertIn(label, line.body)
        for value in ("王大明", "16900009999"):
            self.assertNotIn(value, line.body)
        now = self.versions("edu_student")["edu_student"]
        self.assertEqual({row[0] for row in set(now) - set(others)}, {student.id})

    def test_an_empty_cell_takes_nothing_away(self):
        child = self.child(43)
        self.import_children([child])
        bare = {
            key: child[key] for key in ("name", "id_number", "school_code", "grade", "class_number")
        }
        roster = self.import_children([bare])
        self.assertEqual(self.counts(roster), (1, 0, 0, 1, 0, 0))
        self.assertTrue(self.students(child).address)
        self.assertTrue(self.students(child).guardian_ids)

    def test_another_guardian_is_added_the_same_one_is_kept(self):
        child = self.child(44)
        self.import_children([child])
        self.import_children([{**child, "guardian1_name": "王建华", "guardian1_relation": "uncle"}])
        guardians = self.students(child).guardian_ids
        self.assertEqual(set(guardians.mapped("name")), {child["guardian1_name"], "王建华"})

    def test_missing_classes_are_created_where_it_was_ticked(self):
        children = [self.child(45, class_number=7), self.child(46, class_number=7)]
        roster = self.upload_children(children, create_missing_classes=True)
        roster.action_preview()
        self.assertEqual(roster.new_class_count, 1)
        self.assertFalse(self.school_a.class_ids.filtered(lambda klass: klass.number == 7))
        roster.action_import()
        klass = self.students(*children).class_id
        self.assertEqual((klass.grade, klass.number, klass.school_id), (3, 7, self.school_a))
        self.assertEqual(klass.entry_year, 2024)

    def test_registry_states(self):
        sick, left = self.child(47), self.child(49)
        self.import_children([sick, left])
        students = self.students(sick, left)
        states = {"suspended": sick, "dropped_out": left}
        roster = self.import_children(
            [{**each, "registry_state": state} for state, each in states.items()]
        )
        self.assertEqual(
            students.mapped("enrolment_state"),
            ["enrolled", "enrolled"],
            "they stay on the roster, so that roll call and check find them",
        )
        self.assertEqual(
            roster.row_ids.mapped("code"), ["suspension_unproven", "state_dropped_out"]
        )
        self.assertEqual(roster.warning_count, 2)
        # whom the registry has as suspended when it first hears of it is just that
        known = self.child(48, registry_state="suspended")
        self.import_children([known])
        self.assertEqual(self.students(known).enrolment_state, "suspended")

    def test_last_years_file_is_told(self):
        child, new = self.child(43), self.child(44)
        self.import_children([child])
        self.students(child).class_id = self.env["edu.class"].create(
            {"school_id": self.school_a.id, "grade": 4, "number": 1, "entry_year": 2023}
        )
        roster = self.upload_children([child, new])
        roster.action_preview()
        self.assertEqual(roster.row_ids.mapped("code"), ["grade_back"], "before it is imported")
        self.assertIn("grade 4", roster.row_ids.problem)
        self.import_children([{**child, "grade": 5}], create_missing_classes=True)
        self.assertEqual(self.students(child).grade, 5, "up is no question")

    def test_a_line_in_the_registry_takes_nobody_off_the_list(self):
        """Without an approved status change a child that “has left” is looked for."""
        states = ("transferred_out", "deceased", "abroad", "other", "graduated")
        children = [self.child(60 + at) for at in range(len(states))]
        self.import_children(children)
        self.student.sudo().enrolment_state = "graduated"
        rows = [
            {**child, "registry_state": state}
            for child, state in zip(children, states, strict=True)
        ]
        roster = self.import_children(rows)
        students = self.students(*children)
        self.assertEqual(set(students.mapped("enrolment_state")), {"enrolled"})
        self.assertEqual(roster.row_ids.mapped("code"), ["state_unproven"] * len(states))
        missing = self.env["edu.roster.unlisted"].search([("state", "=", "open")])
        self.assertEqual(missing.student_id, students, "listed as missing, never away")
        self.import_children(children)
        self.assertEqual(set(missing.mapped("outcome")), {"listed"})

    def test_the_last_grade_graduates(self):
        child = self.child(66, grade=6, birthdate=date(2014, 10, 1))
        self.import_children([child], create_missing_classes=True)
        roster = self.import_children([{**child, "registry_state": "graduated"}])
        self.assertEqual(self.students(child).enrolment_state, "graduated")
        self.assertFalse(roster.row_ids)

    def test_a_line_in_the_registry_does_not_end_a_status_change(self):
        """The registry lags behind: who is suspended or dead by an approved change stays so, whether
        the file says “在读” or nothing."""
        sick, dead = self.child(67), self.child(68)
        self.import_children([sick, dead])
        students = self.students(sick, dead)
        for student, kind in zip(students, ("suspension", "death"), strict=True):
            change = self.env["edu.status.change"].create(
                {
                    "student_id": student.id,
                    "kind": kind,
                    "state": "approved",
                    "reason": "因病",
                    "valid_until": "2027-01-31",
                }
            )
            change._edu_take_effect()
        self.assertEqual(students.mapped("enrolment_state"), ["suspended", "deceased"])
        roster = self.import_children([sick, dead])
        self.assertEqual(students.mapped("enrolment_state"), ["suspended", "deceased"])
        self.assertEqual(roster.row_ids.mapped("code"), ["state_by_change"] * 2)
        without = [{**child, "registry_state": None} for child in (sick, dead)]
        roster = self.import_children(without)
        self.assertEqual(students.mapped("enrolment_state"), ["suspended", "deceased"])
        # once it is over the file counts again
        self.env["edu.status.change"].search([("student_id", "=", students[0].id)])._edu_close(
            "已复学"
        )
        self.import_children([sick, dead])
        self.assertEqual(students.mapped("enrolment_state"), ["enrolled", "deceased"])

    def test_a_known_dropout_is_not_made_enrolled_by_a_line_in_the_registry(self):
        child = self.child(50)
        self.import_children([child])
        student = self.students(child)
        student._edu_set_state("dropped_out")
        roster = self.import_children([child])
        self.assertEqual(student.enrolment_state, "dropped_out")
        self.assertEqual(roster.row_ids.code, "state_kept")

    def test_the_number_that_was_applied_for_has_come(self):
        student = self.make_student(
            self.class_a, name="赵一", national_no=False, registry_completion="applied"
        )
        child = self.child(51, name="赵一", id_number=self.clear(student, "id_number"))
        self.import_children([child])
        self.assertEqual(student.registry_completion, "received")
        self.assertEqual(self.clear(student, "national_no"), child["national_no"])

    def test_students_not_in_the_file_are_shown_and_kept(self):
        left = self.make_student(self.class_a, name="钱二")
        gone = self.make_student(self.class_a, name="孙三", enrolment_state="transferred_out")
        child = self.child(52)
        roster = self.import_children([child])
        self.assertIn(left, roster.missing_student_ids)
        self.assertIn(self.student, roster.missing_student_ids)
        self.assertNotIn(gone, roster.missing_student_ids)
        self.assertNotIn(self.students(child), roster.missing_student_ids)
        self.assertNotIn(self.other_student, roster.sudo().missing_student_ids)
        self.assertTrue(left.exists())
        action = roster.action_open_missing()
        self.assertEqual(
            self.env[action["res_model"]].search(action["domain"]).student_id,
            roster.missing_student_ids,
        )

    def test_import_needs_the_preview(self):
        roster = self.upload_children([self.child(53)])
        roster.action_read()
        with self.assertRaisesRegex(UserError, "preview"):
            roster.action_import()

    def test_an_imported_file_is_not_imported_again_or_deleted(self):
        roster = self.import_children([self.child(54)])
        for action in (roster.action_read, roster.action_preview, roster.action_import):
            with self.assertRaisesRegex(UserError, "imported already"):
                action()
        with self.assertRaisesRegex(UserError, "on record"):
            roster.unlink()

    def test_a_draft_can_be_thrown_away(self):
        roster = self.upload_children([self.child(55)])
        roster.action_preview()
        roster.unlink()
        self.assertFalse(roster.exists())

    def test_another_file_or_school_begins_anew(self):
        roster = self.upload_children([self.child(56)])
        roster.action_preview()
        roster.create_missing_classes = True
        self.assertEqual(roster.state, "mapped", "the preview no longer holds")
        roster.action_preview()
        roster.upload_name = "x.xlsx"
        roster.term_id = self.term
        self.assertEqual(roster.state, "draft")
        self.assertFalse(roster.column_ids)

    def test_one_unforeseen_row_does_not_take_the_others_with_it(self):
        children = [self.child(n) for n in range(60, 67)]
        bad = children[3]["name"]
        insert = SetWriter.insert

        def failing(writer, vals_list):
            if any(vals.get("name") == bad for vals in vals_list):
                raise RuntimeError("nobody foresaw this")
            return insert(writer, vals_list)

        self.patch(SetWriter, "insert", failing)
        with self.assertLogs(
            "odoo.addons.edu_dropout_control.models.monitoring.roster_write", "ERROR"
        ):
            roster = self.import_children(children)
        self.assertEqual(self.counts(roster), (7, 6, 0, 0, 1, 0))
        self.assertEqual(len(self.students(*children)), 6)
        self.assertEqual(roster.todo_row_ids.code, "unforeseen")

    def test_a_refused_row_says_why(self):
        children = [self.child(n) for n in (70, 71)]
        bad = children[0]["name"]
        refusal = "the county says no"
        insert = SetWriter.insert

        def refusing(writer, vals_list):
            if any(vals.get("name") == bad for vals in vals_list):
                raise UserError(refusal)
            return insert(writer, vals_list)

        self.patch(SetWriter, "insert", refusing)
        roster = self.import_children(children)
        self.assertEqual(self.counts(roster), (2, 1, 0, 0, 1, 0))
        self.assertIn("the county says no", roster.todo_row_ids.problem)
