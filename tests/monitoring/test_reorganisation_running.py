"""What runs while schools and classes are reorganised: the day's roll calls, lists that are being
imported, and people whose post ends."""

from datetime import date

from odoo import Command
from odoo.tests import tagged

from .roster_common import RosterCommon
from .test_reorganisation import ReorganisationCommon


@tagged("post_install", "-at_install")
class TestReorganisationRolls(ReorganisationCommon):
    def call(
        self, student=None, status="absent", day="2026-09-02", kind="day", user=None, klass=None
    ):
        Roll = self.env["edu.roll.call"].with_user(user or self.teacher)
        klass = klass or self.point_class
        was = {
            child["id"]: child["status"]
            for child in Roll.action_sheet(klass.id, False, day, kind)["children"]
        }
        change = student and {"student_id": student.id, "was": was[student.id], "status": status}
        Roll.action_call(klass.id, False, day, kind, [change] if change else [])
        return self.rolls(day, kind, klass)

    def rolls(self, day="2026-09-02", kind="day", klass=None):
        return self.env["edu.roll.call"].search(
            [
                ("class_id", "=", (klass or self.point_class).id),
                ("date", "=", day),
                ("kind", "=", kind),
            ]
        )

    def status(self, klass=None, day="2026-09-02"):
        self.env.flush_all()
        return self.env["edu.roll.status"].search(
            [("class_id", "=", (klass or self.point_class).id), ("date", "=", day)]
        )

    def test_todays_roll_goes_with_its_class(self):
        roll = self.call(self.pointed)
        record = self.close_point()
        self.assertEqual((roll.school_id, roll.township_id), (self.school_a, self.township_a))
        self.assertIn("roll calls of today 1", record.totals.split("After")[0])
        self.assertIn("roll calls of today 1", record.totals.split("After")[1])
        sheet = self.env["edu.roll.call"].with_user(self.teacher).action_sheet(self.point_class.id)
        self.assertEqual(sheet["called"]["id"], roll.id)
        self.assertEqual([child["status"] for child in sheet["children"]], ["absent"])
        self.assertTrue(self.as_user(roll, "records_admin").has_access("read"))

    def test_it_is_corrected_and_not_called_twice(self):
        for day, school in (("2026-09-02", self.school_a), ("2026-09-01", self.point_a)):
            with self.subTest(day=day), self.env.cr.savepoint() as savepoint:
                roll = self.call(self.pointed, day=day)
                self.close_point()
                self.assertEqual(roll.school_id, school, "an earlier day stays where it was called")
                self.assertEqual(self.call(self.pointed, "here", day=day), roll)
                self.assertTrue(roll.corrected_at)
                self.assertEqual(self.status(day=day).roll_call_id, roll)
                savepoint.rollback()
            self.env.invalidate_all()

    def test_a_class_alone_takes_its_roll_along(self):
        roll = self.call()
        self.carry_out(self.go(self.point_a, self.school_b, self.point_class))
        self.assertEqual((roll.school_id, roll.township_id), (self.school_b, self.township_b))

    def test_a_class_that_goes_into_another_leaves_its_roll(self):
        second = self.make_student(self.class_a2, name="陈二班")
        teacher = self.make_user("teacher_2", "class_teacher", self.class_a2)
        roll = self.call(second, user=teacher, klass=self.class_a2)
        record = self.carry_out(self.go(self.school_a, self.school_a, self.class_a2, self.class_a))
        self.assertEqual((roll.class_id, roll.school_id), (self.class_a2, self.school_a))
        self.assertIn("roll calls of today 1", record.totals)
        sheet = self.env["edu.roll.call"].with_user(self.user["class_teacher"]).action_sheet()
        self.assertFalse(sheet["called"], "the class that took it in has still to be called")
        self.assertIn((second.id, "absent"), [(c["id"], c["status"]) for c in sheet["children"]])

    def test_who_takes_over_a_missing_boarder_looks_for_it(self):
        (self.pointed | self.unclassed).boarding = True
        roll = self.call(self.pointed, "missing", kind="night", day="2026-09-01")
        mark = roll.mark_ids
        record = self.close_point()
        self.assertEqual((mark.school_id, mark.class_id), (self.school_a, self.point_class))
        self.assertTrue(mark.is_missing)
        self.assertIn("missing boarders 1", record.totals.split("After")[1])
        self.assertTrue(self.as_user(mark, "principal").has_access("read"))

    def test_a_boarder_who_turned_up_stays_with_the_roll(self):
        self.pointed.boarding = True
        roll = self.call(self.pointed, "missing", kind="night", day="2026-09-01")
        self.call(self.pointed, "here", kind="night", day="2026-09-01")
        record = self.close_point()
        self.assertEqual(roll.mark_ids.school_id, self.point_a)
        self.assertIn("missing boarders 0", record.totals)

    def test_one_roll_a_class_and_one_a_school(self):
        self.call()
        Roll = self.env["edu.roll.call"].with_user(self.user["records_admin"])
        (self.one | self.pointed).boarding = True
        Roll.action_call(self.class_a.id, False, "2026-09-02", "night", [])
        Roll.action_call(False, self.school_a.id, "2026-09-02", "night", [])
        night = self.env["edu.roll.call"].search([("kind", "=", "night")])
        self.assertEqual(sorted(night.mapped(lambda roll: bool(roll.class_id))), [False, True])
        Roll.action_call(False, self.school_a.id, "2026-09-02", "night", [])
        self.assertEqual(len(self.env["edu.roll.call"].search([("kind", "=", "night")])), 2)


@tagged("post_install", "-at_install")
class TestReorganisationImports(ReorganisationCommon, RosterCommon):
    def roster(self, state, school=None, **values):
        return self.env["edu.roster.import"].create(
            {
                "school_id": (school or self.point_a).id,
                "term_id": self.term.id,
                "upload_name": "柳树教学点.xlsx",
                "state": state,
                "started_by_id": self.user["records_admin"].id,
                "total_rows": 3000,
                "done_rows": 1000,
                "new_count": 1000,
                "row_count": 1000,
                **values,
            }
        )

    def test_one_that_runs_is_waited_for(self):
        line = self.go(self.point_a, self.school_a)
        for school in (self.point_a, self.school_a, None):
            values = {} if school else {"school_id": False, "county_id": self.county.id}
            with self.subTest(school=school and school.name):
                roster = self.roster("running", school, **values)
                record = self.decide(line)
                self.assertRefused("柳树教学点.xlsx” is being imported", record.action_run)
                self.assertIn("is being imported", record.problems)
                roster.state = "stopped"
                self.env.invalidate_all()
                self.assertFalse(record.problems)
                roster.state = "done"

    def test_lists_of_other_schools_do_not_matter(self):
        running = self.roster("running", self.school_b)
        stopped = self.roster("stopped", self.school_b)
        self.close_point()
        self.assertEqual((running.state, stopped.state), ("running", "stopped"))

    def test_one_that_was_stopped_does_not_go_on(self):
        roster = self.roster("stopped", stop_reason="x")
        before = self.env["mail.message"].search([], order="id desc", limit=1).id
        self.close_point()
        self.assertEqual((roster.state, roster.new_count), ("done", 1000))
        self.assertIn("30号", roster.stop_reason)
        self.assertFalse(roster.missing_student_ids, "what it did not come to is not missing")
        told = self.env["mail.message"].search(
            [("id", ">", before), ("message_type", "=", "user_notification")]
        )
        told = told.filtered(lambda message: "柳树教学点" in (message.subject or ""))
        self.assertEqual(told.partner_ids, self.user["records_admin"].partner_id)
        self.assertRefused("not stopped", self.as_user(roster, "records_admin").action_go_on)

    def test_a_preview_is_looked_at_again(self):
        preview, mapped = self.roster("previewed", self.school_a), self.roster("mapped")
        self.carry_out(self.go(self.school_a, self.school_a, self.class_a2, self.class_a))
        self.assertEqual((preview.state, preview.new_count), ("mapped", 0))
        self.assertEqual(mapped.state, "mapped")

    def test_one_that_is_in_hand_is_not_pulled_away(self):
        self.roster("previewed")
        record = self.decide(self.go(self.point_a, self.school_a))
        Roster = self.env.registry["edu.roster.import"]
        self.patch(Roster, "try_lock_for_update", lambda self, **_options: self.browse())
        self.assertRefused("try again in a moment", record.action_run)
        self.assertTrue(self.point_a.active)

    def test_the_list_of_a_closed_school_is_refused(self):
        roster = self.upload_children([self.child(1)])
        roster.sudo().school_id = self.point_a
        self.close_point()
        pattern = "柳树教学点” is closed, and its children are at 东河中心小学"
        for state, action in (
            ("draft", "read"),
            ("draft", "preview"),
            ("previewed", "import"),
            ("stopped", "go_on"),
            ("done", "run_again"),
        ):
            roster.sudo().state = state
            with self.subTest(action=action):
                self.assertRefused(pattern, getattr(roster, f"action_{action}"))
        roster.sudo().state = "draft"
        self.point_a.successor_ids = [Command.clear()]
        self.assertRefused("柳树教学点” is closed.", roster.sudo().action_read)
        roster.sudo().school_id = self.school_a
        self.assertTrue(roster.action_read())

    def test_a_row_that_names_a_closed_school_says_where_its_children_are(self):
        self.close_point()
        named = {"school_name": self.point_a.name}
        rows = [
            self.child(1, school_code=self.point_a.code, **named),
            self.child(2),
            self.child(3, school_code=None, **named),
        ]
        roster = self.import_children(rows)
        self.assertEqual(roster.row_ids.mapped("code"), ["school_closed"] * 2)
        self.assertIn("its children are at 东河中心小学", roster.row_ids[0].problem)
        self.assertEqual(self.students(rows[1]).school_id, self.school_a)
        self.assertFalse(self.students(rows[0], rows[2]))


@tagged("post_install", "-at_install")
class TestReorganisationPosts(ReorganisationCommon):
    def test_whose_post_ends_without_another_is_listed(self):
        clerk = self.make_user("records_p", "records_admin", self.point_a)
        dean = self.make_user("dean_p", "dean", self.point_a)
        self.make_post(dean, "dean", self.school_a)
        gone = self.make_user("gone_p", "vice_principal", self.point_a)
        gone.active = False
        record = self.decide(self.go(self.point_a, self.school_a))
        self.assertEqual(record.unplaced_post_ids.user_id, self.head | clerk)
        self.assertFalse(record.ended_post_ids)
        record.action_run()
        self.env.invalidate_all()
        self.assertEqual(record.unplaced_post_ids.user_id, self.head | clerk)
        self.assertEqual(record.ended_post_ids.user_id, self.head | clerk | dean | gone)
        self.assertEqual(set(record.ended_post_ids.mapped("date_to")), {date(2026, 9, 2)})
        note = "".join(record.message_ids.mapped("body"))
        self.assertIn("head_p", note)
        self.assertNotIn("dean_p", note)
        self.assertEqual(self.teacher.edu_post_ids.date_to, False, "the class teacher goes along")

    def test_who_is_appointed_is_no_longer_listed(self):
        record = self.close_point()
        for role in ("bureau", "county_admin"):
            self.assertEqual(self.as_user(record, role).unplaced_post_ids.user_id, self.head)
        self.make_post(self.head, "dean", self.school_a, date_from=date(2026, 9, 10))
        self.env.invalidate_all()
        self.assertFalse(record.unplaced_post_ids)

    def test_the_teacher_of_a_class_that_goes_into_another_is_listed(self):
        teacher = self.make_user("teacher_2", "class_teacher", self.class_a2)
        record = self.carry_out(self.go(self.school_a, self.school_a, self.class_a2, self.class_a))
        self.assertEqual(record.unplaced_post_ids.user_id, teacher)

    def test_nobody_is_listed_where_nothing_closes(self):
        record = self.carry_out(self.go(self.point_a, self.school_b, self.point_class))
        self.assertFalse(record.ended_post_ids | record.unplaced_post_ids)

    def test_the_list_is_not_typed(self):
        with self.assertRaises(Exception) as caught:
            self.decide(
                self.go(self.point_a, self.school_a),
                ended_post_ids=[Command.set(self.head.edu_post_ids.ids)],
            )
        self.assertIn("follows from what was carried out", str(caught.exception))
