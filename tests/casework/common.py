"""Cases in every state, and the visits that got them there."""

from odoo.fields import Command

from ..common import EduCommon


class CaseCommon(EduCommon):
    def on(self, moment):
        """Go to ``moment`` (UTC) for the rest of the test."""
        self.frozen.move_to(moment)
        self.addCleanup(self.frozen.move_to, self.freeze)

    @classmethod
    def code(cls, kind, code):
        return cls.env.ref(f"edu_dropout_control.code_{kind}_{code}")

    @classmethod
    def make_case(cls, student=None, state="suspected", **values):
        """A case of ``student`` brought to ``state`` by the real steps, as superuser."""
        case = cls.env["edu.dropout.case"].create(
            {"student_id": (student or cls.student).id, **values}
        )
        return cls.bring(case, state)

    @classmethod
    def bring(cls, case, state):
        path = ["suspected", "verifying", "persuading", "returned", "observing"]
        if state in path:
            for step in path[path.index(case.state) + 1 : path.index(state) + 1]:
                getattr(cls, f"_to_{step}")(case)
        elif state == "excluded":
            cls.bring(case, "verifying")
            case._edu_exclude(cls.code("not_dropout", "completed"))
        elif state == "closed":
            cls.bring(case, "observing")
            case.write({"state": "closed", "closed_on": cls.env["edu.policy"]._edu_today()})
        return case

    @classmethod
    def _to_verifying(cls, case):
        case.action_verify()

    @classmethod
    def _to_persuading(cls, case):
        cls.make_visit(case)
        case.write(
            {
                "cause_id": cls.code("cause", "weary").id,
                "whereabouts_id": cls.code("whereabouts", "home").id,
            }
        )
        case.action_confirm()

    @classmethod
    def _to_returned(cls, case):
        case.action_return(note="班主任当面见到学生")

    @classmethod
    def _to_observing(cls, case):
        case.action_observe()

    @classmethod
    def make_visit(cls, case, **values):
        teacher = cls.user["class_teacher"]
        return cls.env["edu.visit"].create(
            {
                "case_id": case.id,
                "method": "home",
                "visitor_ids": [Command.set(teacher.ids)],
                "visitor_names": "村干部老王",
                "met": "父亲",
                "result": "considering",
                **values,
            }
        )

    @classmethod
    def make_file(cls, user=None, name="proof.jpg", **values):
        """A fresh upload of ``user``, which hangs on nothing yet."""
        Attachment = cls.env["ir.attachment"]
        if user:
            Attachment = Attachment.with_user(user)
        return Attachment.create({"name": name, "raw": b"\xff\xd8\xff\xe0picture", **values})

    @classmethod
    def messages(cls, record):
        return " ".join(str(message.body) for message in record.message_ids)
