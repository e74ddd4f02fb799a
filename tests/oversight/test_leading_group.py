import base64
from datetime import date

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, HttpCase, tagged

from ...models.core.signing import Signing
from ..casework.common import CaseCommon
from .test_signing import drawing

STAFF = ("records_admin", "dean", "vice_principal", "principal")
READERS = ("class_teacher", *STAFF, "township", "bureau", "inspector")


class LeadingCommon(CaseCommon):
    def group(self, school=None, role="bureau", other=False):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.as_user(self.env["edu.leading.group"], role, other).search(
            [("school_id", "=", (school or self.school_a).id)]
        )

    def meeting(self, role="dean", decide=True, **values):
        decisions = [
            Command.create(
                {
                    "name": "逐户走访未到校学生",
                    "user_id": self.user["class_teacher"].id,
                    "deadline": "2026-09-10",
                }
            )
        ]
        return self.as_user(self.env["edu.leading.meeting"], role).create(
            {
                "name": "开学核查工作部署",
                "minutes": "记录员通报到校情况。\n校长要求逐户走访。",
                **({"decision_ids": decisions} if decide else {}),
                **values,
            }
        )

    def closed(self, **values):
        meeting = self.meeting(**values)
        meeting.action_record()
        self.as_user(meeting, "principal").action_close()
        return meeting

    def files(self, role):
        return [Command.set(self.make_file(self.user[role]).ids)]


class TestLeadingGroup(LeadingCommon):
    """Whether every role of the plan is held today, by whom, since when."""

    def setUp(self):
        super().setUp()
        self.second = self.make_user("second_teacher", "class_teacher", self.class_a2)

    def post(self, role, school=None):
        return self.env["edu.post"].search(
            [("role", "=", role), ("school_id", "=", (school or self.school_a).id)], limit=1
        )

    def test_complete(self):
        group = self.group()
        self.assertTrue(group.is_complete)
        self.assertFalse(group.missing)
        self.assertEqual(
            group.post_ids.mapped("role"),
            ["principal", "vice_principal", "dean", "records_admin"] + ["class_teacher"] * 2,
        )
        self.assertEqual(group.class_count, 2)

    def test_each_role_is_needed_today(self):
        for role in ("principal", "vice_principal", "dean", "records_admin", "class_teacher"):
            post = self.post(role)
            with self.subTest(role=role):
                post.date_to = "2026-09-01"
                group = self.group()
                self.assertFalse(group.is_complete)
                self.assertEqual(group.missing_count, 1)
                self.assertTrue(group.missing)
                self.assertIn(group, group.search([("is_complete", "=", False)]))
                post.date_to = "2026-09-02"
                self.assertTrue(self.group().is_complete, "its last day counts")
                post.date_to = False

    def test_not_before_it_began(self):
        self.post("dean").date_from = "2026-09-03"
        self.assertFalse(self.group().is_complete)
        self.on("2026-09-02 16:30:00")  # the third in the county
        self.assertTrue(self.group().is_complete)

    def test_somebody_who_left_holds_nothing(self):
        self.user["dean"].active = False
        group = self.group()
        self.assertFalse(group.dean_held)
        self.assertEqual(group.missing, "Dean")

    def test_acting(self):
        self.assertFalse(self.group().has_acting)
        self.post("principal").is_acting = True
        group = self.group()
        self.assertTrue(group.is_complete)
        self.assertTrue(group.has_acting)
        self.assertTrue(group.post_ids.filtered("is_acting"))

    def test_a_class_without_a_teacher(self):
        self.make_class(self.school_a, 4)
        group = self.group()
        self.assertEqual(group.teacherless_count, 1)
        self.assertEqual(group.missing, "class teacher of Grade 4 class 1")

    def test_a_teaching_point_has_its_central_school_s_leaders(self):
        group = self.group(self.point_a)
        self.assertTrue(group.is_complete)
        self.assertEqual(
            group.post_ids.user_id,
            self.group().post_ids.user_id - self.second - self.user["class_teacher"],
        )
        self.assertFalse(self.group(self.junior_a).is_complete, "nobody is appointed there")

    def test_closed_schools_are_not_asked(self):
        self.point_a.active = False
        self.assertFalse(self.group(self.point_a))

    def test_who_reads(self):
        for role in READERS:
            with self.subTest(role=role):
                self.assertTrue(self.group(role=role))
                self.assertFalse(self.group(role=role, other=True))
        for role in ("student_aid", "county_admin"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.group(role=role)


class TestFoundingDocument(LeadingCommon):
    def document(self, role="principal", **values):
        return self.as_user(self.env["edu.leading.document"], role).create(
            {
                "school_id": self.school_a.id,
                "name": "东小〔2026〕3号 关于成立领导小组的通知",
                "file_ids": self.files(role),
                **values,
            }
        )

    def test_the_newest_is_in_force(self):
        self.assertFalse(self.group().has_document)
        old = self.document(date="2025-09-01")
        self.assertEqual(self.group().document_id.sudo(), old.sudo())
        new = self.document("records_admin", date="2026-08-30")
        self.document("vice_principal", date="2024-09-01")
        group = self.group()
        self.assertEqual(group.document_id.id, new.id)
        self.assertTrue(group.document_file_ids)
        self.assertTrue(group.has_document)

    def test_needs_a_scan_and_a_day(self):
        with self.assertRaisesRegex(UserError, "Attach the scan"):
            self.document(file_ids=[])
        with self.assertRaisesRegex(UserError, "day to come"):
            self.document(date="2026-09-03")

    def test_only_the_own_upload(self):
        with self.assertRaises(AccessError):
            self.document(file_ids=self.files("dean"))

    def test_stands(self):
        document = self.document()
        with self.assertRaisesRegex(AccessError, "stands"):
            document.name = "x"
        with self.assertRaises(AccessError):
            document.unlink()
        with self.assertRaisesRegex(UserError, "stays on record"):
            document.sudo().unlink()
        with self.assertRaises(UserError):
            document.file_ids.unlink()
        with self.assertRaises(UserError):
            document.file_ids.raw = b"other"

    def test_who_enters(self):
        for role in (*STAFF, "bureau"):
            with self.subTest(role=role):
                self.assertTrue(self.document(role))
                with self.assertRaises(AccessError):
                    self.document(role, school_id=self.school_x.id)
        for role in ("class_teacher", "township", "inspector"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.document(role)


class TestLeadingMeeting(LeadingCommon):
    def test_filled_in(self):
        meeting = self.meeting()
        self.assertEqual(meeting.school_id, self.school_a)
        self.assertEqual(meeting.term_id, self.term)
        self.assertEqual(meeting.chair_id, self.user["principal"])
        members = self.school_a._edu_leading_posts().user_id
        self.assertEqual(meeting.attendee_ids, members)
        self.assertFalse(meeting.absent_ids)
        meeting.attendee_ids = [Command.unlink(self.user["class_teacher"].id)]
        self.assertEqual(meeting.absent_ids, self.user["class_teacher"])
        meeting.action_all_present()
        self.assertFalse(meeting.absent_ids)

    def test_form(self):
        form = Form(self.as_user(self.env["edu.leading.meeting"], "dean"))
        form.name = "调度"
        form.kind = "dispatch"
        form.minutes = "逐户走访"
        with form.decision_ids.new() as line:
            line.name = "走访"
            line.user_id = self.user["class_teacher"]
            line.deadline = "2026-09-10"
        meeting = form.save()
        self.assertEqual(meeting.decision_ids.progress, "waiting")

    def test_signed_by_two(self):
        meeting = self.meeting()
        principal = self.as_user(meeting, "principal")
        with self.assertRaisesRegex(UserError, "signed by whoever recorded"):
            principal.action_close()
        meeting.action_record()
        self.assertEqual((meeting.state, meeting.recorder_id), ("recorded", self.user["dean"]))
        with self.assertRaises(AccessError):
            meeting.action_close()  # a dean closes none
        principal.action_close()
        self.assertEqual((meeting.state, meeting.closed_by_id), ("closed", self.user["principal"]))
        self.assertEqual(meeting.closed_on, date(2026, 9, 2))
        self.assertEqual(len(meeting.signoff_ids), 2)
        self.assertFalse(meeting._edu_signoff_verify())

    def test_signatures_hold_in_whatever_order_decisions_were_typed(self):
        """Typed and signed at once, they are still in memory as they were typed."""
        meeting = self.as_user(self.env["edu.leading.meeting"], "dean").create(
            {
                "name": "部署",
                "minutes": "逐户走访",
                "chair_id": self.user["principal"].id,
                "attendee_ids": [Command.set((self.user["dean"] | self.user["principal"]).ids)],
                "decision_ids": [
                    Command.create(
                        {"name": name, "user_id": self.user["dean"].id, "deadline": deadline}
                    )
                    for name, deadline in (("后办", "2026-09-20"), ("先办", "2026-09-10"))
                ],
            }
        )
        meeting.action_record()
        self.as_user(meeting, "principal").action_close()
        self.env.invalidate_all()
        self.assertEqual(meeting.decision_ids.mapped("name"), ["先办", "后办"])
        self.assertFalse(meeting._edu_signoff_verify())

    def test_signatures_hold_when_people_leave(self):
        meeting = self.meeting()
        meeting.attendee_ids = [Command.unlink(self.user["class_teacher"].id)]
        meeting.action_record()
        self.as_user(meeting, "principal").action_close()
        for role in ("class_teacher", "records_admin"):
            self.user[role].active = False
        self.env.invalidate_all()
        self.assertEqual(meeting.absent_names, "Class teacher A")
        self.assertIn(self.user["records_admin"], meeting.attendee_ids)
        self.assertFalse(meeting._edu_signoff_verify())

    def test_nobody_closes_what_they_recorded(self):
        meeting = self.meeting("principal")
        meeting.action_record()
        with self.assertRaisesRegex(ValidationError, "cannot review"):
            meeting.action_close()
        self.as_user(meeting, "vice_principal").action_close()
        self.assertEqual(meeting.state, "closed")

    def test_what_they_need(self):
        cases = {
            "what was said": {"minutes": " "},
            "in the chair": {"chair_id": False},
            "chair among": {
                "attendee_ids": [Command.set((self.user["dean"] | self.user["records_admin"]).ids)]
            },
            "at least two": {"attendee_ids": [Command.set(self.user["principal"].ids)]},
            "逐户走访": {"decision_ids": [Command.create({"name": "逐户走访"})]},
        }
        for message, values in cases.items():
            meeting = self.meeting(decide=False, **values)
            with self.subTest(message), self.assertRaisesRegex(UserError, message):
                meeting.action_record()

    def test_not_before_it_is_held(self):
        with self.assertRaisesRegex(ValidationError, "after the meeting"):
            self.meeting(date="2026-09-03")

    def test_frozen_from_the_first_signature(self):
        meeting = self.meeting()
        line = meeting.decision_ids
        meeting.action_record()
        for change in (
            lambda: meeting.write({"minutes": "x"}),
            lambda: line.write({"name": "x"}),
            lambda: meeting.write({"decision_ids": [Command.create({"name": "x"})]}),
            line.unlink,
            meeting.unlink,
        ):
            with (
                self.subTest(),
                self.assertRaisesRegex(UserError, "stay as they are|cannot be deleted"),
            ):
                change()
        meeting.message_post(body="说明")

    def test_taken_back(self):
        meeting = self.meeting()
        with self.assertRaisesRegex(UserError, "taken back"):
            meeting.action_ask_withdraw()
        meeting.action_record()
        with self.assertRaisesRegex(UserError, "Say why"):
            meeting._edu_withdraw(" ")
        with self.assertRaises(AccessError):
            self.as_user(meeting, "class_teacher").action_ask_withdraw()
        meeting._edu_withdraw("漏记一项")
        meeting.minutes = "更正"
        meeting.action_record()
        self.as_user(meeting, "principal").action_close()
        self.assertEqual(len(meeting._edu_signed()), 2)
        self.assertGreater(len(meeting.signoff_ids), 2, "what was withdrawn stays readable")
        self.assertFalse(meeting._edu_signoff_verify())
        self.assertEqual(meeting._edu_signoff_versions(), [1, 2])
        self.assertIn("更正", str(meeting._edu_signoff_compare(1, 2)))
        with self.assertRaisesRegex(UserError, "taken back"):
            meeting.action_ask_withdraw()

    def test_signatures_are_not_typed(self):
        meeting = self.meeting()
        for name, value in (("state", "closed"), ("closed_by_id", 1), ("on_paper", True)):
            with self.subTest(name), self.assertRaisesRegex(AccessError, "not typed in"):
                meeting.write({name: value})
            with self.subTest(name), self.assertRaisesRegex(AccessError, "not typed in"):
                self.meeting(**{name: value})

    def test_on_paper(self):
        meeting = self.meeting("principal")
        with self.assertRaisesRegex(UserError, "Attach the scan"):
            meeting.action_close_on_paper()
        meeting.scan_ids = self.files("principal")
        with self.assertRaises(AccessError):
            self.as_user(meeting, "dean").action_close_on_paper()
        meeting.action_close_on_paper()
        self.assertEqual((meeting.state, meeting.on_paper), ("closed", True))
        with self.assertRaises(UserError):
            meeting.scan_ids.unlink()

    def test_who_writes(self):
        for role in STAFF:
            with self.subTest(role=role):
                meeting = self.meeting(role)
                with self.assertRaises(AccessError):
                    self.as_user(meeting, role, other=True).read(["name"])
                with self.assertRaises(AccessError):
                    self.meeting(role, school_id=self.school_b.id)
        for role in ("class_teacher", "township", "bureau", "inspector"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.meeting(role)

    def test_who_reads(self):
        meeting = self.meeting()
        self.assertTrue(self.as_user(meeting, "class_teacher").read(["minutes"]))
        for role in ("township", "bureau", "inspector"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.as_user(meeting, role).read(["minutes"])
        meeting.action_record()
        self.as_user(meeting, "principal").action_close()
        for role in READERS:
            with self.subTest(role=role):
                self.assertTrue(self.as_user(meeting, role).read(["minutes"]))
                self.assertTrue(self.as_user(meeting.decision_ids, role).read(["name"]))
                with self.assertRaises(AccessError):
                    self.as_user(meeting, role, other=True).read(["minutes"])
                with self.assertRaises(AccessError):
                    self.as_user(meeting.decision_ids, role, other=True).read(["name"])

    def test_met_this_term(self):
        """As often as the policy asks; drafts, dispatches and last term's do not count."""
        self.assertFalse(self.group().is_met)
        self.meeting()
        self.closed(kind="dispatch")
        group = self.group()
        self.assertEqual((group.meeting_count, group.dispatch_count), (0, 1))
        self.assertFalse(group.is_met)
        self.closed()
        group = self.group()
        self.assertEqual((group.meeting_count, group.is_met), (1, True))
        self.assertEqual(group.last_meeting_on, date(2026, 9, 2))
        self.env["edu.policy"].search([]).leading_meetings = 2
        group = self.group()
        self.assertFalse(group.is_met)
        self.assertIn(group, group.search([("is_met", "=", False)]))
        self.env["edu.term"].create(
            {
                "school_year": "2026-2027",
                "season": "spring",
                "start_date": "2027-03-01",
                "end_date": "2027-07-10",
            }
        )
        self.on("2027-03-02 01:00:00")
        self.assertEqual(self.group().meeting_count, 0)

    def test_a_signature_drawn_by_hand_is_printed(self):
        meeting = self.meeting()
        user = self.user["dean"]
        png = base64.b64decode(drawing())
        meeting.with_context(edu_signing=Signing(user.id, drawing=png)).action_record()
        values = self.env["report.edu_dropout_control.document_leading_meeting"]._get_report_values(
            meeting.ids
        )
        html = str(
            self.env["ir.qweb"]._render("edu_dropout_control.document_leading_meeting", values)
        )
        self.assertIn(f"data:image/png;base64,{drawing().decode()}", html)

    def test_printed(self):
        meeting = self.closed(guest_names="村支书老王", place="会议室")
        Report = self.env["report.edu_dropout_control.document_leading_meeting"]
        html = str(
            self.env["ir.qweb"]._render(
                "edu_dropout_control.document_leading_meeting",
                self.as_user(Report, "bureau")._get_report_values(meeting.ids),
            )
        )
        for text in (
            "东河中心小学",
            "会议纪要",
            "开学核查工作部署",
            "村支书老王",
            "逐户走访未到校学生",
            "2026年9月10日",
            "记录人：Dean A",
            "审签人：Principal A",
        ):
            self.assertIn(text, html)
        self.assertNotIn("草　稿", html)
        with self.assertRaises(AccessError):
            self.as_user(Report, "bureau", other=True)._get_report_values(meeting.ids)


class TestLeadingDecision(LeadingCommon):
    def setUp(self):
        super().setUp()
        self.meeting_ = self.closed()
        self.line = self.as_user(self.meeting_.decision_ids, "class_teacher")

    def found(self, state):
        self.env.invalidate_all()
        return self.line.search([("progress", "=", state)])

    def test_open_then_late(self):
        self.assertEqual((self.line.progress, self.found("open")), ("open", self.line))
        self.on("2026-09-10 15:59:00")
        self.assertEqual(self.found("open"), self.line, "its day runs until midnight")
        self.on("2026-09-10 16:01:00")
        self.assertEqual(self.found("late"), self.line)
        self.assertEqual(self.line.progress, "late")
        self.assertEqual(self.group().late_decision_count, 1)

    def test_done_in_time(self):
        self.line._edu_report_done("已走访三户")
        self.assertEqual((self.line.progress, self.found("done")), ("done", self.line))
        self.assertEqual(self.line.done_by_id, self.user["class_teacher"])
        self.assertEqual(self.group().open_decision_count, 0)

    def test_done_late_for_good(self):
        self.on("2026-09-11 01:00:00")
        self.line._edu_report_done("已走访三户")
        self.assertEqual(self.found("done_late"), self.line)
        with self.assertRaises(AccessError):
            self.line.deadline = "2026-12-01"

    def test_by_whom(self):
        for role in ("principal", "vice_principal"):
            with self.subTest(role=role), self.env.cr.savepoint() as savepoint:
                self.as_user(self.line, role)._edu_report_done("已走访")
                self.assertEqual(self.line.state, "done")
                savepoint.rollback()
            self.env.invalidate_all()
        for role in ("dean", "records_admin", "township", "bureau"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.as_user(self.line, role)._edu_report_done("已走访")

    def test_says_what_came_of_it(self):
        with self.assertRaisesRegex(UserError, "what came of it"):
            self.line._edu_report_done(" ")
        with self.assertRaisesRegex(UserError, "why"):
            self.as_user(self.line, "principal")._edu_report_dropped("")

    def test_dropped_by_leaders_only(self):
        with self.assertRaises(AccessError):
            self.line._edu_report_dropped("已转学")
        self.as_user(self.line, "principal")._edu_report_dropped("已转学")
        self.assertEqual(self.found("dropped"), self.line)
        with self.assertRaisesRegex(UserError, "not to be carried out"):
            self.line._edu_report_done("x")

    def test_not_before_the_minutes_are_closed(self):
        waiting = self.meeting().decision_ids
        self.assertEqual(self.found("waiting"), waiting)
        with self.assertRaisesRegex(UserError, "not to be carried out"):
            self.as_user(waiting, "principal")._edu_report_done("x")

    def test_nothing_is_typed(self):
        for values in ({"state": "done"}, {"is_late": False}, {"outcome": "x"}):
            with self.subTest(values), self.assertRaises(AccessError):
                self.as_user(self.line, "principal").write(values)

    def duty(self):
        self.settle()
        return self.env["edu.duty"].search(
            [("res_model", "=", self.line._name), ("res_id", "=", self.line.id)]
        )

    def test_is_a_duty(self):
        """Of whom the minutes name, from their closing on; one to-do."""
        waiting = self.meeting().decision_ids
        duty = self.duty()
        self.assertEqual(
            (duty.user_id, duty.deadline), (self.user["class_teacher"], self.line.deadline)
        )
        self.assertEqual(duty.state, "open")
        self.assertEqual(self.line.sudo().activity_ids.user_id, self.user["class_teacher"])
        self.assertEqual(self.line.sudo().duty_state, "open")
        self.assertFalse(waiting.sudo().duty_ids, "the minutes are not closed")
        self.line._edu_report_done("已走访三户")
        self.assertEqual(self.duty().state, "done")
        self.assertFalse(self.line.sudo().activity_ids)

    def test_dropped_is_no_duty(self):
        self.duty()
        self.as_user(self.line, "principal")._edu_report_dropped("已转学")
        self.assertEqual(self.duty().state, "dropped")
        self.assertFalse(self.line.sudo().activity_ids)

    def test_wizard(self):
        action = self.line.action_done()
        wizard = self.as_user(self.env["edu.leading.report"], "class_teacher").with_context(
            **action["context"]
        )
        form = Form(wizard)
        form.text = "已走访三户"
        form.save().action_report()
        self.assertEqual(self.line.outcome, "已走访三户")


@tagged("post_install", "-at_install")
class TestLeadingTour(LeadingCommon, HttpCase):
    def tour(self, name, role, action):
        user = self.user[role]
        user.password = user.login
        self.env.flush_all()
        self.start_tour(f"/odoo/action-edu_dropout_control.{action}", name, login=user.login)
        self.env.invalidate_all()

    def test_minutes_and_decision(self):
        self.tour("edu_leading_minutes", "dean", "edu_leading_group_action")
        meeting = self.env["edu.leading.meeting"].search([])
        self.assertEqual((meeting.state, meeting.name), ("recorded", "开学部署"))
        self.assertEqual(meeting.decision_ids.user_id, self.user["class_teacher"])
        self.tour("edu_leading_close", "principal", "edu_leading_meeting_action")
        self.assertEqual(meeting.state, "closed")


@tagged("post_install", "-at_install")
class TestLeadingTourPhone(TestLeadingTour):
    """Whoever is to do it says so on a phone."""

    browser_size = "375x667"
    touch_enabled = True

    def test_minutes_and_decision(self):
        meeting = self.closed()
        self.tour("edu_leading_done", "class_teacher", "edu_leading_decision_action")
        self.assertEqual(meeting.decision_ids.state, "done")
        self.assertEqual(meeting.decision_ids.outcome, "已走访三户")
