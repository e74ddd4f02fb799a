from datetime import date

from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form
from odoo.tools import mute_logger

from ...models.support.home_teaching import WRITERS
from .common import HomeCommon

MONDAY = date(2026, 9, 7)


class TestSession(HomeCommon):
    """One home lesson, recorded by whoever works with the child."""

    def setUp(self):
        super().setUp()
        self.plan = self.make_plan(place_note="柳树村三组", minutes=90)

    def test_a_few_taps(self):
        """Everything but the lesson itself is known from the plan."""
        self.on("2026-09-09 08:00:00")
        action = self.plan.with_user(self.teacher).action_record()
        form = Form(self.as_user(self.Session, "class_teacher").with_context(**action["context"]))
        form.content = "练习用勺"
        session = form.save()
        self.assertEqual(session.teachers, "Class teacher A、特教学校王老师")
        self.assertEqual(session.place, "柳树村三组")
        self.assertEqual(session.minutes, 90)
        self.assertEqual(session.subject_ids.code, "life")
        self.assertEqual(session.guardian, "周父")
        self.assertEqual(session.held_on, date(2026, 9, 9))
        self.assertEqual(session.week_from, MONDAY)
        self.assertEqual((self.plan.week_held, self.plan.session_count), (1, 1))

    def test_who_records(self):
        for number, role in enumerate(WRITERS):
            with self.subTest(role=role):
                self.lesson(self.plan, date(2026, 9, 3 + number), role)
                with self.assertRaises(AccessError):
                    self.as_user(self.Session, role, other=True).create(
                        {"teaching_id": self.plan.id, "content": "别校", "teacher_names": "甲\n乙"}
                    )
        for role in ("bureau", "inspector", "township"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.lesson(self.plan, date(2026, 9, 20), role)

    def test_who_reads(self):
        session = self.lesson(self.plan, MONDAY)
        for role in (*WRITERS, "bureau", "inspector"):
            with self.subTest(role=role):
                self.assertTrue(self.as_user(session, role).read(["progress"]))
                with self.assertRaises(AccessError):
                    self.as_user(session, role, other=True).read(["progress"])
        for role in ("township", "student_aid"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.as_user(session, role).read(["progress"])

    def test_the_teacher_who_answers(self):
        teacher = self.make_user("teacher_a2", "class_teacher", self.class_a2)
        self.as_user(self.plan, "dean").responsible_id = teacher
        self.settle()
        self.on(MONDAY)
        session = self.Session.with_user(teacher).create(
            {
                "teaching_id": self.plan.id,
                "started_at": f"{MONDAY} 01:00:00",
                "content": "练习用勺",
                "teacher_names": "甲\n乙",
            }
        )
        self.assertEqual(session.teacher_id, teacher)

    def test_two_teachers(self):
        with self.refused(ValidationError, "at least 2 teachers"):
            self.lesson(self.plan, MONDAY, teacher_names=False)
        self.env["edu.policy"].search([]).home_teaching_teachers = 1
        self.lesson(self.plan, MONDAY, teacher_names=False)

    def test_what_was_taught(self):
        with self.refused(ValidationError, "what was taught"):
            self.lesson(self.plan, MONDAY, content=" ")

    def test_not_held_takes_a_reason_and_nothing_else(self):
        with self.refused(ValidationError, "could not be held"):
            self.lesson(self.plan, MONDAY, outcome="not_held")
        session = self.not_held(self.plan, MONDAY, teacher_names=False)
        self.assertFalse(session.subject_ids or session.minutes)
        self.assertEqual(self.plan.session_count, 0)
        session.with_user(self.teacher).write(
            {"outcome": "held", "content": "补", "minutes": 60, "teacher_names": "王老师"}
        )
        self.assertFalse(session.reason_id)

    def test_held_needs_no_reason(self):
        session = self.lesson(self.plan, MONDAY)
        with self.refused(ValidationError, "needs no reason"):
            session.with_user(self.teacher).reason_id = self.code("home_not_held", "ill")

    def test_after_it_took_place(self):
        with self.refused(ValidationError, "after it took place"):
            self.lesson(self.plan, MONDAY, started_at="2026-09-07 03:00:00")

    def test_within_the_plan(self):
        self.on(date(2026, 9, 8))
        with self.refused(ValidationError, "no approved plan"):
            self.lesson(self.plan, date(2026, 9, 8), started_at="2026-08-31 02:00:00")
        self.plan._edu_close(self.code("home_end", "moved"), date(2026, 9, 10))
        self.lesson(self.plan, date(2026, 9, 10))
        with self.refused(ValidationError, "no approved plan"):
            self.lesson(self.plan, date(2026, 9, 11))

    def test_not_before_it_is_approved(self):
        draft = self.draft(student_id=self.make_disabled(self.class_a, name="小石").id)
        with self.refused(ValidationError, "no approved plan"):
            self.lesson(draft, date(2026, 9, 2))

    @mute_logger("odoo.sql_db")
    def test_once_a_day(self):
        self.lesson(self.plan, MONDAY)
        with self.assertRaises(UniqueViolation), self.env.cr.savepoint():
            self.lesson(self.plan, MONDAY)

    def test_next_lesson(self):
        with self.refused(ValidationError, "after this one"):
            self.lesson(self.plan, MONDAY, next_on=MONDAY)

    def test_set_by_the_system(self):
        session = self.lesson(self.plan, MONDAY).with_user(self.teacher)
        for values in (
            {"entered_at": "2026-09-07 00:00:00"},
            {"withdrawn_on": "2026-09-07"},
            {"held_on": "2026-09-07"},
        ):
            with self.subTest(values=values), self.refused(AccessError, "set by the system"):
                session.write(values)
        with self.refused(AccessError, "stays with its plan"):
            session.teaching_id = self.plan

    def test_entered_late_and_from_paper(self):
        values = {"started_at": "2026-09-07 01:00:00"}
        self.assertFalse(self.lesson(self.plan, date(2026, 9, 10), **values).late_entry)
        values["started_at"] = "2026-09-08 01:00:00"
        self.assertTrue(self.lesson(self.plan, date(2026, 9, 12), **values).late_entry)
        values |= {"started_at": "2026-09-09 01:00:00", "from_paper": True}
        with self.refused(ValidationError, "signed original"):
            self.lesson(self.plan, date(2026, 9, 20), **values)
        scan = self.make_file(self.teacher)
        session = self.lesson(
            self.plan, date(2026, 9, 20), signature_ids=[Command.set(scan.ids)], **values
        )
        self.assertFalse(session.late_entry)
        self.assertTrue(session.has_proof)
        self.assertEqual((scan.res_model, scan.res_id), (session._name, session.id))


class TestSessionStands(HomeCommon):
    """Corrected by its author for a few days; then it stands, or is withdrawn."""

    def setUp(self):
        super().setUp()
        self.plan = self.make_plan()
        photo = self.make_file(self.teacher, "照片.jpg")
        self.session = self.lesson(self.plan, MONDAY, photo_ids=[Command.set(photo.ids)]).with_user(
            self.teacher
        )

    def test_the_author_for_a_few_days(self):
        with self.refused(AccessError, "by its author only"):
            self.as_user(self.session, "dean").progress = "好"
        self.on(date(2026, 9, 10))
        self.session.progress = "好"
        self.assertFalse(self.session.is_locked)
        self.on(date(2026, 9, 11))
        self.env.invalidate_all()
        self.assertTrue(self.session.is_locked)
        with self.refused(AccessError, "by its author only"):
            self.session.progress = "更好"
        with self.assertRaises(AccessError):
            self.session.photo_ids.write({"raw": b"other"})
        with self.assertRaises(AccessError):
            self.session.photo_ids.unlink()

    def test_never_deleted(self):
        with self.refused(UserError, "not deleted"):
            self.session.sudo().unlink()

    def withdraw(self, role, reason="录错学生"):
        action = self.as_user(self.session, role).action_withdraw()
        step = self.as_user(self.env["edu.home.teaching.step"], role).with_context(
            **action["context"]
        )
        step.create({"reason": reason}).action_done()

    def test_withdrawn_by_the_leaders(self):
        with self.assertRaises(AccessError):
            self.withdraw("records_admin")
        with self.refused(UserError, "Say why"):
            self.withdraw("dean", " ")
        self.withdraw("dean")
        session = self.session.sudo()
        self.assertEqual(session.withdrawn_by_id, self.user["dean"])
        self.assertEqual(session.withdrawn_reason, "录错学生")
        self.env.invalidate_all()
        self.assertEqual(self.plan.session_count, 0)
        with self.refused(AccessError, "stays as it is"):
            self.session.progress = "改"
        with self.refused(UserError, "withdrawn already"):
            self.withdraw("principal")
        self.lesson(self.plan, MONDAY)  # the right record of the day

    def test_withdrawn_by_its_author(self):
        self.on(date(2026, 10, 12))
        self.withdraw("class_teacher")
        self.assertTrue(self.session.withdrawn_on)
