from odoo import Command, fields

from ..common import EduCommon


class LadderMixin:
    """The means to climb the ladder of a case, in a county of :class:`CountyMixin`."""

    @classmethod
    def make_case(cls, student=None, **values):
        """A case in persuasion, by way of its steps."""
        case = cls.env["edu.dropout.case"].create(
            {
                "student_id": (student or cls.student).id,
                "raised_on": "2026-09-01",
                "cause_id": cls.env.ref("edu_dropout_control.code_cause_work").id,
                "whereabouts_id": cls.env.ref(
                    "edu_dropout_control.code_whereabouts_work_elsewhere"
                ).id,
                "township_responsible_name": "王村干",
                **values,
            }
        )
        case.action_verify()
        cls.contact(case)
        case.action_confirm()
        return case

    @classmethod
    def contact(cls, case):
        """A visit before the case is confirmed: somebody has tried to reach the family."""
        cls.env["edu.visit"].create(
            {
                "case_id": case.id,
                "method": "home",
                "visitor_ids": [Command.set(cls.user["class_teacher"].ids)],
                "visitor_names": "村干部老王",
                "met": "父亲",
                "result": "considering",
            }
        )

    def case_as(self, role, other=False, case=None):
        return self.as_user(case or self.case, role, other)

    def file(self, user=None, name="扫描件.pdf"):
        """A fresh upload of ``user``."""
        files = self.env["ir.attachment"]
        if user:
            files = files.with_user(user)
        return files.create({"name": name, "raw": b"%PDF-1.4 scanned"})

    # ------------------------------------------------------------------ climbing

    def find_no_good_reason(self, case=None):
        case = self.case_as("bureau", case=case)
        case.write(
            {
                "good_reason_finding": "家访两次，家庭无经济困难，孩子身体健康",
                "good_reason_statement": "孩子不想念书，先打工",
            }
        )
        case.action_find_no_good_reason()

    def advise(self, case=None, answered=True):
        """The guardian told and the township advised; its answer comes the same day."""
        case = case or self.case
        case = self.case_as("bureau", case=case)
        case.write(
            {
                "guardian_told_on": fields.Date.today(),
                "guardian_told_by": "班主任李老师",
                "guardian_acknowledgement": "signed",
            }
        )
        case.action_record_advice()
        referral = case.referral_ids[:1]
        if answered:
            self.answer(referral)
        return referral

    def answer(self, referral):
        referral = self.as_user(referral, "township")
        referral.write({"outcome": "educated", "educated_on": referral.sent_on})
        referral.action_answer()

    def draft(self, kind="admission", role="township", case=None, **values):
        """A draft, complete but for ``values``."""
        case = self.case_as(role, case=case)
        getattr(case, f"action_new_{kind}_notice")()
        notice = case.notice_ids.filtered(lambda each: each.kind == kind and each.state == "draft")
        notice.write({"contact_name": "李老师", "contact_phone": "0990-7654321", **values})
        return notice

    def issue(self, kind="admission", role="township", case=None, **values):
        notice = self.draft(kind, role, case, **values)
        notice.action_issue()
        return notice

    def serve(self, notice, date=None, role="records_admin", **values):
        """Served in person, or as ``values`` say."""
        notice = self.as_user(notice, role)
        notice.write(
            {
                "service_method": "direct",
                "recipient_name": "张大山",
                "service_date": date or fields.Date.today(),
                "service_place": "柳树村3号",
                "server_ids": [Command.set(self.user["dean"].ids)],
                **values,
            }
        )
        notice.action_serve()
        return notice


class LadderCommon(LadderMixin, EduCommon):
    """A confirmed case of side A in persuasion, with the means to climb its ladder.

    2 September 2026 is a Wednesday; the addon's own data know the days off of National Day.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = fields.Date.to_date("2026-09-02")
        cls.county.helpline = "青禾县教育体育局资助中心 0990-1234567"
        cls.school_a.phone = "0990-7654321"
        cls.guardian = cls.student.guardian_ids
        cls.guardian.name = "张大山"
        cls.case = cls.make_case()

    def setUp(self):
        super().setUp()
        self.at(self.today)

    def at(self, date):
        """Move the clock to the morning of ``date`` in the county."""
        self.frozen.move_to(f"{date} 01:00:00")
        self.env.invalidate_all()

    def climb(self, rung, case=None):
        """Climb to ``rung``, each step on the first day on which it may be taken."""
        self.advise(case)
        self.find_no_good_reason(case)
        notice = None
        for kind in ("admission", "deadline"):
            if rung == "advised":
                break
            notice = self.serve(self.issue(kind, case=case))
            if rung == f"{kind}_notice":
                break
            self.at(fields.Date.add(notice.deadline, days=1))
        return notice
