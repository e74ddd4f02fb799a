"""A child who cannot come to school, its plan and its lessons."""

from contextlib import contextmanager
from datetime import date, timedelta

from odoo.fields import Command

from ...tools.identity import make_identity
from ..common import EduCommon


class HomeCommon(EduCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.child = cls.make_disabled(cls.class_a, name="周小树")
        cls.teacher = cls.user["class_teacher"]
        cls.Plan = cls.env["edu.home.teaching"]
        cls.Session = cls.env["edu.home.teaching.session"]
        cls.Week = cls.env["edu.home.teaching.week"]

    def on(self, moment):
        """Go to ``moment`` (UTC; a date: ten in the morning in the county) for the rest of the test."""
        if isinstance(moment, date):
            moment = f"{moment} 02:00:00"
        self.frozen.move_to(moment)
        self.addCleanup(self.frozen.move_to, self.freeze)

    @contextmanager
    def refused(self, error, words):
        """What is refused leaves nothing behind."""
        with self.assertRaisesRegex(error, words), self.env.cr.savepoint():
            yield

    @classmethod
    def code(cls, kind, code):
        return cls.env.ref(f"edu_dropout_control.code_{kind}_{code}")

    @classmethod
    def make_disabled(cls, klass, certificate=True, **values):
        """A child with an intellectual disability of the first degree."""
        born = values.setdefault("birthdate", date(2017, 5, 4))
        cls._serial += 1
        number = make_identity(born, "male", 300 + cls._serial % 200)
        return cls.make_student(
            klass,
            id_number=number,
            disability_type_id=cls.code("disability", "5").id,
            disability_grade="1",
            disability_no=f"{number}51" if certificate else False,
            **values,
        )

    @classmethod
    def make_file(cls, user=None, name="同意书.jpg", **values):
        """A fresh upload of ``user``, which hangs on nothing yet."""
        Attachment = cls.env["ir.attachment"]
        if user:
            Attachment = Attachment.with_user(user)
        return Attachment.create({"name": name, "raw": b"\xff\xd8\xff\xe0picture", **values})

    def values(self, user=None, **values):
        """Of a plan that lacks nothing."""
        return {
            "student_id": self.child.id,
            "date_from": "2026-09-01",
            "date_to": "2027-01-22",
            "responsible_id": self.teacher.id,
            "teacher_names": "特教学校王老师",
            "times": "周三 14:00",
            "assessment": "能坐，能听懂简单指令",
            "subject_ids": [Command.set(self.code("home_subject", "life").ids)],
            "goals": "自己用勺吃饭",
            "content": "生活自理训练",
            "consent_by": "周父",
            "consent_on": "2026-09-01",
            "consent_file_ids": [Command.set(self.make_file(user).ids)],
            **values,
        }

    def draft(self, role="class_teacher", **values):
        Plan = self.as_user(self.Plan, role)
        return Plan.create(self.values(self.user[role], **values))

    def make_plan(self, **values):
        """Approved by the principal."""
        plan = self.draft(**values)
        plan.action_submit()
        self.as_user(plan, "principal").action_approve()
        self.settle()
        return plan.sudo()

    def lesson(self, plan, moment, role="class_teacher", **values):
        """Recorded on the spot: ``moment`` is UTC, or a date."""
        self.on(moment)
        if isinstance(moment, date):
            moment = f"{moment} 01:00:00"
        if values.get("outcome") != "not_held":
            values.setdefault("content", "练习用勺")
        session = self.as_user(self.Session, role).create(
            {
                "teaching_id": plan.id,
                "started_at": moment,
                "teacher_ids": [Command.set(self.teacher.ids)],
                "teacher_names": "特教学校王老师",
                **values,
            }
        )
        self.settle()
        return session.sudo()

    def not_held(self, plan, moment, reason="ill", **values):
        return self.lesson(
            plan,
            moment,
            outcome="not_held",
            reason_id=self.code("home_not_held", reason).id,
            **values,
        )

    def night(self, day):
        """The first night after ``day`` has begun: all that happens then."""
        self.on(f"{day - timedelta(days=1)} 16:40:00")
        self.settle()
        self.Week._cron_fix()
        self.settle()
        self.env["edu.duty"]._cron_duties()
        self.env.invalidate_all()

    def duties(self, plan, kind="home_teaching_week"):
        return self.env["edu.duty"].search(
            [
                ("res_model", "=", plan._name),
                ("res_id", "=", plan.id),
                ("kind_id.code", "=", kind),
            ],
            order="slot",
        )

    def todos(self, plan):
        """Open to-dos of whoever holds a duty of the plan."""
        return self.env["mail.activity"].search(
            [
                ("res_model", "=", plan._name),
                ("res_id", "=", plan.id),
                ("edu_duty_id", "!=", False),
                ("edu_duty_step", "=", 0),
            ]
        )

    def weeks(self, plan):
        """{ISO week: answer} of those that are over."""
        return {week.iso_week: week.answer for week in plan.week_ids.sorted("date_from")}
