from datetime import date

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from .common import MonitoringCommon


@tagged("post_install", "-at_install")
class TestRosterOpen(MonitoringCommon):
    def test_every_active_school_has_a_check(self):
        checked = self.term.roster_check_ids.school_id
        self.assertLessEqual(
            self.school_a | self.school_b | self.junior_a | self.point_a | self.school_x, checked
        )
        self.assertEqual(self.term.state, "open")
        self.assertEqual(self.check.state, "open")
        self.assertEqual(self.check.check_deadline, date(2026, 9, 11))

    def test_the_check_is_a_duty_from_the_moment_it_is_open(self):
        """Not only from the next night on: the ten days have begun."""
        self.settle()
        duty = self.check.duty_ids
        self.assertEqual((duty.kind_id.code, duty.state), ("roster_check", "open"))
        self.assertEqual(duty.deadline, self.check.check_deadline)
        self.assertEqual(duty.user_id, self.user["records_admin"])
        todo = self.check.activity_ids
        self.assertEqual((todo.user_id, todo.date_deadline), (duty.user_id, duty.deadline))

    def test_an_archived_school_has_none(self):
        school = self.make_school("撤并小学", self.township_a, "primary", active=False)
        self.term.action_open()
        self.assertNotIn(school, self.term.roster_check_ids.school_id)

    def test_a_sheet_a_class_and_a_line_a_child(self):
        self.assertEqual(self.check.sheet_ids.class_id, self.class_a | self.class_a2)
        self.assertEqual(self.sheet.line_ids.student_id, self.children)
        self.assertEqual(set(self.sheet.line_ids.mapped("outcome")), {"unmarked"})
        line = self.line(self.student)
        self.assertEqual(line.grade, 3)
        self.assertEqual(line.origin, "registry")
        self.assertEqual(line.residence_township_id, self.township_a)
        self.assertEqual(line.school_township_id, self.township_a)

    def test_opening_again_changes_nothing(self):
        checks, lines = self.term.roster_check_ids, self.term.roster_check_ids.line_ids
        self.mark(self.one, "arrived")
        self.term.action_open()
        self.assertEqual(self.term.roster_check_ids, checks)
        self.assertEqual(self.term.roster_check_ids.line_ids, lines)
        self.assertEqual(self.line(self.one).outcome, "arrived")

    def test_opening_again_takes_in_a_new_school_and_child(self):
        school = self.make_school("新建小学", self.township_a, "primary")
        klass = self.make_class(school, 2)
        child = self.make_student(klass, name="新来")
        late = self.make_student(self.class_a, name="后补")
        self.term.action_open()
        self.assertIn(late, self.sheet.line_ids.student_id)
        self.assertIn(child, self.term.roster_check_ids.line_ids.student_id)

    def test_children_without_a_class_have_a_sheet_of_their_own(self):
        child = self.make_student(name="无班", school_id=self.school_a.id, grade=4)
        self.as_user(self.check, "records_admin").action_refresh()
        sheet = self.line(child).sheet_id
        self.assertFalse(sheet.class_id)
        self.assertEqual(sheet.display_name, "No class yet")
        self.assertEqual(self.line(child).grade, 4)

    def test_suspended_and_dropped_out_children_are_looked_for(self):
        for state in ("suspended", "dropped_out"):
            child = self.make_student(self.class_a, enrolment_state=state)
            self.check.action_refresh()
            self.assertEqual(self.line(child).registry_state, state)

    def test_children_who_left_are_not(self):
        for state in ("transferred_out", "graduated", "deceased", "abroad"):
            child = self.make_student(self.class_a, enrolment_state=state)
            self.check.action_refresh()
            self.assertFalse(self.line(child))

    def test_an_unmarked_child_follows_into_another_class(self):
        self.one.class_id = self.class_a2
        self.check.action_refresh()
        self.assertEqual(self.line(self.one).class_id, self.class_a2)
        self.assertEqual(self.line(self.one).sheet_id.class_id, self.class_a2)

    def test_an_unmarked_line_goes_with_a_child_that_left(self):
        self.one._edu_set_state("transferred_out")
        self.mark(self.two, "arrived")
        self.two._edu_set_state("transferred_out")
        self.check.action_refresh()
        self.assertFalse(self.line(self.one))
        self.assertTrue(self.line(self.two), "what was found stays")

    def test_a_signed_sheet_takes_nobody_in(self):
        self.mark_all(self.sheet, heads=5)
        self.as_user(self.sheet, "class_teacher").action_sign()
        late = self.make_student(self.class_a, name="后补")
        self.check.action_refresh()
        self.assertFalse(self.line(late))
        self.assertIn("1 children came to the list later", "\n".join(self.check._edu_open_items()))

    def test_sheets_with_children_and_checks_with_sheets_stay(self):
        lines = self.check.line_ids
        with self.assertRaises(UserError):
            self.check.sheet_ids[0].unlink()
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.check.unlink()
        self.assertEqual(self.check.line_ids, lines)

    def test_a_child_on_a_list_is_not_deleted(self):
        line = self.line(self.student)
        with self.assertRaisesRegex(UserError, "stands in a roster check"):
            self.student.sudo().unlink()
        self.assertTrue(self.student.exists())
        self.assertEqual(line.student_id, self.student)

    def test_a_child_on_no_list_can_be_deleted(self):
        child = self.make_student(self.class_a, name="录错")
        child.guardian_ids.unlink()
        child.unlink()
        self.assertFalse(child.exists())

    def test_a_line_outlives_its_entrant(self):
        entrant = self.expect(self.school_a, "新生")
        self.term.action_open()
        line = self.line(entrant.student_id)
        self.assertEqual(line.entrant_id, entrant)
        entrant.unlink()
        self.env.invalidate_all()
        self.assertTrue(line.exists())
        self.assertFalse(line.entrant_id)

    def test_who_marked_children_is_not_deleted(self):
        self.mark(self.one, "arrived")
        marker = self.line(self.one).marked_by_id
        self.assertEqual(marker, self.user["class_teacher"])
        with self.assertRaisesRegex(UserError, "has marked children in a roster check"):
            marker.unlink()
        self.assertTrue(marker.exists())
        self.assertEqual(self.line(self.one).marked_by_id, marker)

    def test_a_sheet_for_children_without_a_class_only_where_there_are_any(self):
        child = self.make_student(name="无班", school_id=self.school_a.id, grade=4)
        self.take_checks_back()
        self.term.action_open()
        lines = self.term.roster_check_ids.line_ids
        self.assertEqual(lines.sheet_id.exists(), lines.sheet_id)
        self.assertTrue(all(line.sheet_id.class_id == line.class_id for line in lines))
        rest = self.term.roster_check_ids.sheet_ids.filtered(lambda sheet: not sheet.class_id)
        self.assertEqual(rest.school_id, self.school_a)
        self.assertEqual(rest.line_ids.student_id, child)

    def test_lines_are_found_by_an_index_whoever_asks(self):
        """Each role's rule, OR or not, and the sheet of a teacher: by the one index of repeated
        columns, never by reading all lines."""
        self.env.cr.execute(SQL("SET LOCAL enable_seqscan = off"))  # the table is small
        Line = self.env["edu.roster.check.line"]
        asked = {
            role: (Line.with_user(self.user[role]), [])
            for role in (
                *("class_teacher", "records_admin", "dean", "vice_principal", "principal"),
                *("township", "bureau", "inspector"),
            )
        }
        for name, value in (("check_id", self.check), ("sheet_id", self.sheet)):
            asked[name] = (Line.sudo(), [(name, "=", value.id)])
        asked["student_id"] = (Line.sudo(), [("student_id", "=", self.student.id)])
        for who, (lines, domain) in asked.items():
            with self.subTest(who=who):
                self.assertTrue(lines.search_count(domain))
                query = lines._search(domain).select()
                rows = self.env.execute_query(SQL("EXPLAIN %s", query))
                plan = "\n".join(row for (row,) in rows)
                self.assertNotIn("Seq Scan on edu_roster_check_line", plan)
                self.assertRegex(plan, "edu_roster_check_line_(scope_idx|student_uniq)")

    def versions(self):
        self.env.flush_all()
        return self.env.execute_query(
            SQL(
                """SELECT (SELECT ctid FROM edu_term WHERE id = %s),
                          (SELECT ctid FROM edu_roster_check WHERE id = %s)""",
                self.term.id,
                self.check.id,
            )
        )[0]

    def test_deleting_a_child_and_making_lines_write_to_the_same_rows(self):
        """Of two at once, PostgreSQL sends one back."""
        term, check = self.versions()
        self.make_student(self.class_a).unlink()
        deleted = self.versions()
        self.assertNotEqual(deleted[0], term)
        self.assertNotEqual(deleted[1], check)
        self.check.action_refresh()
        refreshed = self.versions()
        self.assertNotEqual(refreshed[1], deleted[1])
        self.term.action_open()
        opened = self.versions()
        self.assertNotEqual(opened[0], refreshed[0])
        self.assertNotEqual(opened[1], refreshed[1])
        line = self.line(self.student).copy_data()[0]
        child = self.make_student(self.class_a)
        self.env["edu.roster.check.line"].create({**line, "student_id": child.id})
        self.assertNotEqual(self.versions()[1], opened[1])

    def test_who_may_open_a_term(self):
        for role in ("bureau", "county_admin"):
            self.as_user(self.term, role).action_open()
        for role in ("class_teacher", "records_admin", "principal", "township", "inspector"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.as_user(self.term, role).action_open()

    def test_the_bureau_opens_for_its_own_county(self):
        term = self.env["edu.term"].create(
            {
                "school_year": "2026-2027",
                "season": "spring",
                "start_date": "2027-02-22",
                "end_date": "2027-07-09",
            }
        )
        self.as_user(term, "bureau").action_open()
        self.assertIn(self.school_a, term.roster_check_ids.school_id)
        self.assertNotIn(self.school_x, term.roster_check_ids.school_id)
        self.assertEqual(self.term.state, "closed", "the term before is over")

    def test_a_term_that_is_over_is_not_opened(self):
        self.term.state = "closed"
        with self.assertRaises(UserError):
            self.as_user(self.term, "bureau").action_open()

    def test_approval_of_the_last_check_is_carried_on(self):
        child = self.make_student(self.class_a, enrolment_state="suspended")
        self.check.action_refresh()
        self.mark(
            child,
            "suspended",
            approved_by="县教体局",
            valid_until="2027-08-31",
            evidence="休学审批表 12 号",
        )
        term = self.env["edu.term"].create(
            {
                "school_year": "2026-2027",
                "season": "spring",
                "start_date": "2027-02-22",
                "end_date": "2027-07-09",
            }
        )
        term.action_open()
        check = term.roster_check_ids.filtered(lambda check: check.school_id == self.school_a)
        line = self.line(child, check)
        self.assertEqual(line.outcome, "unmarked")
        self.assertEqual(line.approved_by, "县教体局")
        self.mark(child, "suspended", check=check)
        self.assertEqual(line.valid_until, date(2027, 8, 31))

    def test_deadline_of_the_check(self):
        Check = self.env["edu.roster.check"]
        for day, state in (
            ("2026-09-02", "on_time"),
            ("2026-09-09", "due_soon"),
            ("2026-09-11 15:00:00", "due_soon"),  # eleven at night in the county
            ("2026-09-11 16:30:00", "late"),  # half past midnight in the county
        ):
            with self.subTest(day=day):
                self.frozen.move_to(day)
                self.check.invalidate_recordset()
                self.assertEqual(self.check.deadline_state, state)
                found = Check.search([("deadline_state", "=", state)])
                self.assertIn(self.check, found)
                groups = Check._read_group(
                    [("id", "=", self.check.id)], ["deadline_state"], ["__count"]
                )
                self.assertEqual(groups, [(state, 1)])
        self.frozen.move_to("2026-09-12")
        self.close()
        self.check.invalidate_recordset()
        self.assertEqual(self.check.deadline_state, "done_late")
        self.assertIn(self.check, Check.search([("deadline_state", "=", "done_late")]))
        self.assertNotIn(self.check, Check.search([("deadline_state", "=", "done")]))

    def test_days_before_a_deadline_that_is_due_soon_are_the_policys(self):
        self.env["edu.policy"]._current().due_soon_days = 9
        self.check.invalidate_recordset()
        self.assertEqual(self.check.deadline_state, "due_soon")

    def test_counts_of_a_check(self):
        self.mark_all(
            self.sheet,
            self.change(self.one, "suspected", missing_since="2026-09-01"),
            self.change(self.two, "on_leave", leave_until="2026-09-10"),
            heads=3,
        )
        self.check.invalidate_recordset()
        self.assertEqual(self.check.line_count, 5)
        self.assertEqual(self.check.unmarked_count, 0)
        self.assertEqual(self.check.present_count, 3)
        self.assertEqual(self.check.missing_count, 1)
        self.assertEqual(self.check.other_count, 1)
        self.assertEqual(self.check.sheet_count, 1, "a class without children is none to sign")
        self.assertEqual(self.check.signed_count, 0)
        self.assertEqual(self.check.progress, 100)

    # Set-based, and yet what the ORM would have made

    def stored(self, records):
        """What is stored of each record, as the ORM reads it; which check and sheet a record belongs
        to is said by school and class."""
        self.env.flush_all()
        self.env.invalidate_all()
        skipped = ("id", "check_id", "sheet_id", "create_date", "write_date", "write_uid")
        fields = [
            name
            for name, field in records._fields.items()
            if field.store and field.type != "one2many" and name not in skipped
        ]
        return [
            {
                **{name: getattr(record[name], "ids", record[name] or False) for name in fields},
                "check": "check_id" in record and record.check_id.school_id.id,
                "sheet": "sheet_id" in record and record.sheet_id.class_id.id,
            }
            for record in records
        ]

    def take_checks_back(self):
        checks = self.term.roster_check_ids
        checks.line_ids.unlink()
        checks.sheet_ids.unlink()
        checks.unlink()

    def test_rows_are_those_that_create_would_have_made(self):
        self.expect(self.junior_a, "毕业生", grade=7, source="graduates")
        self.expect(self.school_a, "新生")
        self.make_student(name="无班", school_id=self.school_a.id, grade=4)
        self.make_student(self.class_a, name="在家", placement="home")
        self.make_student(self.class_b, name="休学", enrolment_state="suspended")
        self.make_student(self.class_a, name="欧阳 小", former_name="x")
        self.take_checks_back()
        self.env.invalidate_all()
        self.as_user(self.term, "bureau").action_open()

        def rows():
            checks = self.term.roster_check_ids.sorted("school_id")
            sheets = checks.sheet_ids.sorted(lambda sheet: (sheet.school_id.id, sheet.class_id.id))
            lines = checks.line_ids.sorted(lambda line: (line.school_id.id, line.student_id.id))
            return checks, sheets, lines

        ours = rows()
        stored = [self.stored(records) for records in ours]
        self.assertGreater(len(stored[2]), 9)
        schools = ours[0].school_id
        sheets = [(sheet.school_id, sheet.class_id.id) for sheet in ours[1]]
        given = (
            "term_id school_id class_id grade student_id entrant_id origin registry_state at_home"
        ).split()
        lines = [
            (
                line.school_id,
                line.class_id.id,
                {name: getattr(line[name], "id", line[name]) for name in given},
            )
            for line in ours[2]
        ]
        self.take_checks_back()
        self.env.invalidate_all()

        env = self.env(
            user=self.user["bureau"],
            su=True,
            context={"tracking_disable": True, "mail_create_nosubscribe": True},
        )
        checks = env["edu.roster.check"].create(
            [{"term_id": self.term.id, "school_id": school.id} for school in schools]
        )
        checks.write({"state": "open", "opened_on": "2026-09-02"})
        check = {check.school_id: check.id for check in checks}
        made = env["edu.roster.sheet"].create(
            [{"check_id": check[school], "class_id": klass} for school, klass in sheets]
        )
        sheet = {(sheet.school_id, sheet.class_id.id): sheet.id for sheet in made}
        env["edu.roster.check.line"].create(
            [
                {"check_id": check[school], "sheet_id": sheet[school, klass], **values}
                for school, klass, values in lines
            ]
        )
        for mine, records in zip(stored, rows(), strict=True):
            self.assertEqual(mine, self.stored(records))

    def test_opening_takes_as_many_queries_for_many_children_as_for_few(self):
        def count():
            self.take_checks_back()
            self.env.invalidate_all()
            mine = self.as_user(self.term, "bureau")
            before = self.env.cr.sql_log_count
            mine.action_open()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        count()
        few = count()
        for number in range(60):
            self.make_student((self.class_a, self.class_a2, self.class_b)[number % 3])
        self.assertEqual(count(), few)
