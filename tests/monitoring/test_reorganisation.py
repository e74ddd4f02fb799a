import base64
from datetime import date, timedelta

from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from .common import PICTURE, MonitoringCommon


class ReorganisationCommon(MonitoringCommon):
    """The teaching point (grades 1 to 4) goes to the central school; the term's check runs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.point_class = cls.make_class(cls.point_a, 3)
        cls.teacher = cls.make_user("teacher_p", "class_teacher", cls.point_class)
        cls.head = cls.make_user("head_p", "principal", cls.point_a)
        cls.pointed = cls.make_student(cls.point_class, name="郑点一")
        cls.unclassed = cls.make_student(school_id=cls.point_a.id, grade=2, name="王无班")
        cls.point_check = cls.env["edu.roster.check"].search([("school_id", "=", cls.point_a.id)])
        cls.env["edu.roster.check"].search([])._edu_fill()

    def decide(self, *lines, role="bureau", **values):
        """A reorganisation with these lines, ready to be carried out, as the person of ``role``."""
        Reorganisation = self.env["edu.reorganisation"]
        if role:
            Reorganisation = self.as_user(Reorganisation, role)
        record = Reorganisation.create(
            {
                "county_id": self.county.id,
                "document": "青教发〔2026〕30号",
                "decided_on": "2026-09-01",
                "line_ids": [Command.create(line) for line in lines],
                **values,
            }
        )
        record.document_ids = [
            Command.create({"name": "批复.pdf", "datas": PICTURE, "res_model": record._name})
        ]
        return record

    def go(self, source, target, klass=None, into=None, students=None):
        return {
            "from_school_id": source.id,
            "to_school_id": target.id,
            "from_class_id": klass.id if klass else False,
            "to_class_id": into.id if into else False,
            **({"student_ids": [Command.set(students.ids)]} if students else {}),
        }

    def carry_out(self, *lines, role="bureau"):
        record = self.decide(*lines, role=role)
        record.action_run()
        self.env.invalidate_all()
        return record

    def close_point(self, role="bureau"):
        return self.carry_out(self.go(self.point_a, self.school_a), role=role)


@tagged("post_install", "-at_install")
class TestReorganisation(ReorganisationCommon):
    # A whole school

    def test_children_and_classes_move(self):
        record = self.close_point()
        self.assertEqual(self.pointed.school_id, self.school_a)
        self.assertEqual(self.pointed.class_id, self.point_class, "the class is the same")
        self.assertEqual(self.point_class.school_id, self.school_a)
        self.assertEqual(self.point_class.number, 3, "3(1) and 3(2) are taken")
        self.assertEqual(self.pointed.guardian_ids.school_id, self.school_a)
        self.assertEqual((self.unclassed.school_id, self.unclassed.grade), (self.school_a, 2))
        self.assertFalse(self.point_a.active)
        self.assertEqual(self.point_a.successor_ids, self.school_a)
        self.assertEqual((record.state, record.done_on), ("done", date(2026, 9, 2)))
        self.assertIn("2 children moved", record.totals)
        self.assertIn("30号", "".join(self.pointed.message_ids.mapped("body")))

    def test_access_moves(self):
        self.close_point()
        post = self.teacher.edu_post_ids
        self.assertEqual((post.school_id, post.date_to), (self.school_a, False))
        self.assertTrue(self.pointed.with_user(self.teacher).has_access("read"))
        self.assertEqual(self.head.edu_post_ids.date_to, date(2026, 9, 2))
        self.assertTrue(self.as_user(self.pointed, "principal").has_access("read"))
        self.frozen.move_to("2026-09-03 00:30:00")
        self.env["edu.post"]._cron_sync_posts()
        self.env.invalidate_all()
        self.assertFalse(self.pointed.with_user(self.head).has_access("read"))

    def test_running_check_moves_as_it_is_marked(self):
        self.line(self.pointed, self.point_check)._edu_mark("arrived")
        number = len(self.check.line_ids)
        self.close_point()
        self.assertFalse(self.point_check.exists())
        line = self.line(self.pointed)
        self.assertEqual((line.outcome, line.class_id), ("arrived", self.point_class))
        self.assertEqual((line.school_id, line.sheet_id.check_id), (self.school_a, self.check))
        self.assertEqual(line.sheet_id.class_id, self.point_class)
        self.assertFalse(self.line(self.unclassed).sheet_id.class_id)
        self.assertEqual(len(self.check.line_ids), number + 2)
        self.assertFalse(
            self.env["edu.dropout.report"].search([("school_id", "=", self.point_a.id)]),
            "a report that nobody has begun is not owed any more",
        )

    def test_closed_check_and_its_documents_stay(self):
        self.close()
        self.close(self.point_check)
        report = self.env["edu.dropout.report"].search([("school_id", "=", self.point_a.id)])
        chain = self.env["edu.signoff"]._edu_chain(self.point_check)
        content = chain[-1].hash
        self.close_point()
        self.assertEqual(self.point_check.school_id, self.point_a)
        self.assertEqual(self.line(self.pointed, self.point_check).school_id, self.point_a)
        self.assertTrue(report.exists())
        self.assertEqual(self.env["edu.signoff"]._edu_chain(self.point_check)[-1].hash, content)
        for role in ("principal", "records_admin", "township", "bureau", "inspector"):
            with self.subTest(role=role):
                self.assertTrue(
                    self.as_user(self.point_check, role).has_access("read"),
                    "whoever receives the children reads what was",
                )
        self.assertFalse(self.as_user(self.point_check, "principal", other=True).has_access("read"))
        self.assertFalse(self.as_user(self.point_check, "class_teacher").has_access("write"))

    def test_entrants_zone_and_feeders_move(self):
        entrant = self.expect(self.point_a, "新生甲")
        feeder = self.make_school(
            "下河教学点", self.township_a, "teaching_point", parent_id=self.point_a.id
        )
        self.point_a.zone_area_ids = [Command.set(self.village_b.ids)]
        self.close_point()
        self.assertEqual(entrant.school_id, self.school_a)
        self.assertEqual(entrant.student_id.expected_school_id, self.school_a)
        self.assertEqual(self.line(entrant.student_id).check_id, self.check)
        self.assertIn(self.village_b, self.school_a.zone_area_ids)
        self.assertFalse(self.point_a.zone_area_ids)
        self.assertEqual(feeder.parent_id, self.school_a)

    def test_ledgers_are_dated(self):
        Ledger = self.env["edu.ledger"]
        Ledger._edu_enter("school_age", self.pointed, "2026-09-01", "test")
        self.close_point()
        old, new = Ledger.search([("student_id", "=", self.pointed.id)], order="id")
        self.assertEqual((old.school_id, old.date_off), (self.point_a, date(2026, 9, 2)))
        self.assertEqual((new.school_id, new.date_off), (self.school_a, False))

    def test_what_is_under_way_moves_and_what_is_over_stays(self):
        Change = self.env["edu.status.change"]
        change = Change.create({"student_id": self.pointed.id, "kind": "suspension"})
        over = Change.create({"student_id": self.unclassed.id, "kind": "suspension"})
        over.sudo().state = "refused"
        self.close_point()
        self.assertEqual((change.school_id, change.class_id), (self.school_a, self.point_class))
        self.assertEqual(over.school_id, self.point_a)

    def test_followers_and_tasks_of_the_old_school_go(self):
        self.pointed.message_subscribe(self.head.partner_id.ids)
        self.pointed.activity_schedule(
            "mail.mail_activity_data_todo", user_id=self.head.id, summary="x"
        )
        self.close_point()
        self.assertNotIn(self.head.partner_id, self.pointed.message_partner_ids)
        self.assertFalse(self.pointed.activity_ids)

    def test_who_once_was_there_stays_behind(self):
        gone = self.make_student(self.point_class, enrolment_state="transferred_out")
        self.close_point()
        self.assertEqual((gone.school_id, gone.class_id), (self.point_a, self.env["edu.class"]))

    def test_divided_between_two_schools(self):
        other = self.make_class(self.point_a, 4)
        four = self.make_student(other, name="冯点四")
        self.carry_out(
            self.go(self.point_a, self.school_a),
            self.go(self.point_a, self.school_b, other),
        )
        self.assertEqual(four.school_id, self.school_b)
        self.assertEqual(self.pointed.school_id, self.school_a)
        self.assertEqual(self.point_a.successor_ids, self.school_a | self.school_b)
        self.assertFalse(self.point_a.active)

    def test_a_school_that_took_over_is_taken_over(self):
        self.close_point()
        second = self.make_school("东河二小", self.township_a, "primary")
        for check in self.env["edu.roster.check"].search([("school_id", "=", second.id)]):
            check.unlink()
        self.carry_out(self.go(self.school_a, second))
        self.assertIn(second, self.point_a.successor_ids)
        self.assertEqual(self.pointed.school_id, second)

    # Classes

    def test_a_class_goes_to_another_school(self):
        self.line(self.pointed, self.point_check)._edu_mark("arrived")
        self.carry_out(self.go(self.point_a, self.school_b, self.point_class))
        self.assertEqual((self.pointed.school_id, self.point_class.school_id), (self.school_b,) * 2)
        self.assertEqual(self.point_class.number, 2)
        self.assertTrue(self.point_a.active)
        self.assertEqual(self.unclassed.school_id, self.point_a)
        self.assertEqual(self.line(self.pointed, self.other_check).outcome, "arrived")
        self.assertFalse(self.line(self.pointed, self.point_check))
        self.assertTrue(self.line(self.unclassed, self.point_check))
        self.assertEqual(self.teacher.edu_post_ids.school_id, self.school_b)

    def test_two_classes_are_merged(self):
        second = self.make_student(self.class_a2, name="陈二班")
        self.check._edu_fill()
        teacher = self.make_post(self.nobody_else, "class_teacher", self.class_a2)
        self.line(second)._edu_mark("arrived")
        self.carry_out(self.go(self.school_a, self.school_a, self.class_a2, self.class_a))
        self.assertEqual(second.class_id, self.class_a)
        self.assertFalse(self.class_a2.active)
        self.assertEqual(teacher.date_to, date(2026, 9, 2))
        self.assertEqual(
            (self.line(second).sheet_id, self.line(second).outcome), (self.sheet, "arrived")
        )
        self.assertNotIn(self.class_a2, self.check.sheet_ids.class_id)
        self.assertTrue(self.as_user(second, "class_teacher").has_access("read"))

    def test_a_class_is_divided_into_a_new_one(self):
        moving = self.one | self.two
        self.carry_out(self.go(self.school_a, self.school_a, self.class_a, students=moving))
        new = moving.class_id
        self.assertEqual((new.grade, new.number, new.school_id), (3, 3, self.school_a))
        self.assertEqual(self.three.class_id, self.class_a)
        self.assertTrue(self.class_a.active)
        self.assertEqual(self.line(self.one).sheet_id.class_id, new)
        self.assertEqual(self.line(self.three).sheet_id, self.sheet)
        self.assertFalse(self.as_user(self.one, "class_teacher").has_access("read"))

    def test_some_children_go_into_a_class_of_another_school(self):
        self.carry_out(self.go(self.school_a, self.school_b, self.class_a, self.class_b, self.one))
        self.assertEqual((self.one.school_id, self.one.class_id), (self.school_b, self.class_b))
        self.assertEqual(self.line(self.one, self.other_check).sheet_id, self.other_sheet)
        self.assertEqual(self.two.class_id, self.class_a)

    # Refusals

    def assertInTheWay(self, pattern, *lines, **values):
        record = self.decide(*lines, **values)
        self.assertRefused(pattern, record.action_run)
        self.assertRegex(record.problems, pattern)

    def test_without_the_decision(self):
        record = self.decide(self.go(self.point_a, self.school_a))
        record.document_ids = [Command.clear()]
        self.assertRefused("not attached", record.action_run)

    def test_without_lines(self):
        self.assertInTheWay("nothing is said")

    def test_decision_of_a_day_to_come(self):
        with self.assertRaises(ValidationError):
            self.decide(self.go(self.point_a, self.school_a), decided_on="2026-09-03")

    def test_target_closed(self):
        closed = self.make_school("旧小学", self.township_a, "primary", active=False)
        self.assertInTheWay("is closed", self.go(self.point_a, closed))

    def test_another_county(self):
        self.assertInTheWay("another county", self.go(self.point_a, self.school_x), role=None)

    def test_stages(self):
        self.assertInTheWay("grades 7 to 9 only, not 2, 3", self.go(self.point_a, self.junior_a))
        self.assertInTheWay(
            "grades 7 to 9 only, not 3", self.go(self.point_a, self.junior_a, self.point_class)
        )

    def test_classes_of_two_grades(self):
        other = self.make_class(self.school_a, 4)
        self.assertInTheWay(
            "not of the same grade", self.go(self.school_a, self.school_a, self.class_a, other)
        )

    def test_nothing_would_change(self):
        for line in (
            self.go(self.school_a, self.school_a),
            self.go(self.school_a, self.school_a, self.class_a),
            self.go(self.school_a, self.school_a, self.class_a, self.class_a),
        ):
            with self.subTest(line=line):
                self.assertInTheWay("nothing would change", line)

    def test_places_that_do_not_belong_together(self):
        self.assertInTheWay(
            "not of this school", self.go(self.point_a, self.school_b, self.class_a)
        )
        self.assertInTheWay(
            "not of the school to go to",
            self.go(self.point_a, self.school_b, self.point_class, self.class_a),
        )
        self.assertInTheWay(
            "not in that class",
            self.go(self.point_a, self.school_b, self.point_class, students=self.one),
        )
        self.assertInTheWay(
            "into one class", self.go(self.point_a, self.school_a, into=self.class_a)
        )
        self.class_a2.active = False
        self.assertInTheWay(
            "is over", self.go(self.school_a, self.school_a, self.class_a, self.class_a2)
        )

    def test_a_school_does_not_go_to_its_teaching_point(self):
        self.assertInTheWay("own teaching point", self.go(self.school_a, self.point_a))

    def test_one_line_for_a_whole_school(self):
        self.assertInTheWay(
            "one line only",
            self.go(self.point_a, self.school_a),
            self.go(self.point_a, self.school_b),
        )

    def test_signed_in_a_running_check(self):
        self.sign_all(self.point_check)
        self.assertInTheWay("Close the check", self.go(self.point_a, self.school_a))
        self.assertInTheWay(
            "Close the check", self.go(self.point_a, self.school_b, self.point_class)
        )

    def test_one_check_closed_and_the_other_running(self):
        self.close(self.point_check)
        self.assertInTheWay("still runs", self.go(self.point_a, self.school_a))

    def test_marked_at_both_schools(self):
        entrant = self.expect(self.school_b, "双标", grade=7)
        child = entrant.student_id
        child.write({"school_id": self.point_a.id, "class_id": self.point_class.id})
        line = self.env["edu.roster.check.line"].create(
            {
                "check_id": self.point_check.id,
                "sheet_id": self.point_check.sheet_ids.filtered("class_id").id,
                "term_id": self.term.id,
                "school_id": self.point_a.id,
                "student_id": child.id,
            }
        )
        line._edu_mark("arrived")
        self.line(child, self.other_check)._edu_mark("arrived")
        record = self.decide(self.go(self.point_a, self.school_b, self.point_class))
        self.assertRefused("双标", record.action_run)
        self.assertEqual(self.pointed.school_id, self.point_a, "nothing was written")

    def test_totals_that_change_write_nothing(self):
        def lose(record):
            record.env["edu.student"].browse(self.unclassed.id).active = False

        self.patch(self.env.registry["edu.reorganisation"], "_edu_after_run", lose)
        record = self.decide(self.go(self.point_a, self.school_a))
        self.assertRefused("totals would change", record.action_run)
        self.assertTrue(self.point_a.active)

    def test_once(self):
        record = self.close_point()
        bureau = self.as_user(record, "bureau")
        self.assertRefused("carried out", bureau.action_run)
        self.assertRefused("carried out", bureau.write, {"reason": "x"})
        self.assertRefused("carried out", bureau.line_ids.write, {"sequence": 3})
        self.assertRefused("carried out", bureau.line_ids.unlink)
        self.assertRefused("carried out", bureau.unlink)
        with self.assertRaises(AccessError):
            self.as_user(record.document_ids, "bureau").unlink()

    # Who

    def test_county_administrator_carries_out(self):
        self.close_point("county_admin")
        self.assertEqual(self.pointed.school_id, self.school_a)

    def test_who_does_not(self):
        record = self.decide(self.go(self.point_a, self.school_a))
        for role in self.user:
            if role in ("bureau", "county_admin"):
                continue
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.as_user(record, role).action_run()
        with self.assertRaises(AccessError):
            self.as_user(record, "bureau", other=True).action_run()

    def test_state_is_not_typed(self):
        record = self.decide(self.go(self.point_a, self.school_a))
        with self.assertRaises(AccessError):
            record.write({"state": "done"})
        with self.assertRaises(AccessError):
            self.decide(self.go(self.point_a, self.school_a), state="done")

    def test_files_of_others_are_not_taken(self):
        secret = self.env["ir.attachment"].create(
            {"name": "x", "raw": base64.b64decode(PICTURE), "res_model": "edu.school", "res_id": 1}
        )
        record = self.decide(self.go(self.point_a, self.school_a))
        with self.assertRaises(AccessError):
            record.write({"document_ids": [Command.link(secret.id)]})

    def test_children_of_another_county_are_not_chosen(self):
        stranger = self.make_student(
            self.make_class(self.school_x, 3),
            residence_area_id=self.township_x.id,
            household_area_id=self.township_x.id,
        )
        with self.assertRaises(AccessError):
            self.decide(self.go(self.school_a, self.school_b, self.class_a, students=stranger))

    def test_posts_to_come_fall_away(self):
        post = self.make_post(
            self.nobody, "dean", self.point_a, date_from=date(2026, 9, 2) + timedelta(days=9)
        )
        self.close_point()
        self.assertFalse(post.exists())
