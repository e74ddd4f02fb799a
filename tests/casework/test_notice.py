import json

from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import BaseCase, tagged
from odoo.tools import mute_logger

from ..e2e.server import RealServer
from .ladder_common import LadderCommon


class NoticeCommon(LadderCommon):
    def setUp(self):
        super().setUp()
        self.advise()
        self.find_no_good_reason()

    def without_clerk(self):
        self.env["edu.post"].search([("user_id", "=", self.user["township"].id)]).unlink()

    def another_case(self):
        case = self.make_case(self.make_student(self.class_a))
        self.advise(case)
        self.find_no_good_reason(case)
        return case


class TestIssuer(NoticeCommon):
    def test_township_issues_by_default(self):
        notice = self.draft(role="records_admin")
        self.assertEqual(notice.issuer_type, "township")
        self.assertEqual(notice.issuer_area_id, self.township_a)
        self.assertEqual(notice.issuer_name, "东河镇人民政府")
        self.as_user(notice, "township").action_issue()
        self.assertEqual(notice.state, "issued")
        self.assertEqual(notice.issued_by_id, self.user["township"])
        self.assertFalse(notice.on_behalf)

    def test_school_does_not_issue_for_a_township_with_a_clerk(self):
        notice = self.draft(role="principal")
        with self.assertRaisesRegex(AccessError, "Township clerk A"):
            notice.action_issue()
        with self.assertRaisesRegex(AccessError, "Township clerk A"):
            self.as_user(notice, "bureau").action_issue()

    def test_school_issues_an_admission_notice_by_its_principal(self):
        notice = self.draft(role="records_admin", issuer_type="school")
        self.assertEqual(notice.issuer_school_id, self.school_a)
        self.assertFalse(notice.issuer_area_id)
        for role in ("records_admin", "dean", "vice_principal", "township", "bureau"):
            with self.assertRaisesRegex(AccessError, "principal"):
                self.as_user(notice, role).action_issue()
        self.as_user(notice, "principal").action_issue()
        self.assertEqual(notice.number, "东河中心小学劝学通字〔2026〕第1号")

    def test_bureau_issues(self):
        notice = self.draft(role="bureau", issuer_type="bureau")
        self.assertEqual(notice.issuer_area_id, self.county)
        with self.assertRaises(AccessError):
            self.as_user(notice, "township").action_issue()
        notice.action_issue()
        self.assertEqual(notice.issuer_name, "青禾县教育体育局")

    def test_school_orders_nobody_to_correct(self):
        self.at("2026-09-02")
        notice = self.serve(self.issue())
        self.at("2026-09-10")
        self.assertTrue(notice.is_expired)
        with self.assertRaisesRegex(ValidationError, "article 58"):
            self.draft("deadline", role="principal", issuer_type="school")

    def test_a_place_without_the_child_issues_nothing(self):
        with self.assertRaisesRegex(ValidationError, "nothing to do with the child"):
            self.draft(issuer_area_id=self.township_b.id)
        with self.assertRaisesRegex(ValidationError, "nothing to do with the child"):
            self.draft(issuer_type="bureau", issuer_area_id=self.other_county.id)

    def test_household_township_may_issue(self):
        self.case.household_township_id = self.township_b
        notice = self.draft(issuer_area_id=self.township_b.id)
        with self.assertRaises(AccessError):
            notice.action_issue()
        self.as_user(notice, "township", other=True).action_issue()
        self.assertEqual(notice.issuer_name, "西岭乡人民政府")

    def test_names_and_letters_are_the_countys_own(self):
        self.county.write({"document_name": "青禾县教育局", "notice_prefix": "青教"})
        notice = self.issue(role="bureau", issuer_type="bureau")
        self.assertEqual(notice.number, "青教劝学通字〔2026〕第1号")
        self.assertEqual(notice._edu_frozen()["issuer"]["name"], "青禾县教育局")

    # ------------------------------------------------------------------ on behalf

    def test_entered_on_behalf_of_a_township_without_a_log_in(self):
        self.without_clerk()
        notice = self.draft(
            role="records_admin", paper_number="东政教〔2026〕7号", paper_date="2026-09-01"
        )
        with self.assertRaisesRegex(UserError, "scan of the paper"):
            notice.action_issue()
        notice.write({"scan_ids": [Command.link(self.file(self.user["records_admin"]).id)]})
        notice.action_issue()
        self.assertTrue(notice.on_behalf)
        self.assertEqual(notice.issued_by_id, self.user["records_admin"])
        self.assertEqual(notice.number, "东政教〔2026〕7号")
        self.assertEqual(str(notice.issued_on), "2026-09-01")
        self.assertEqual(str(notice.entered_at), "2026-09-02 01:00:00")
        self.assertEqual(notice._edu_frozen()["on_behalf"]["by"], self.user["records_admin"].name)

    def test_paper_without_a_number_takes_the_next_one(self):
        self.without_clerk()
        notice = self.draft(role="bureau")
        notice.write({"scan_ids": [Command.link(self.file(self.user["bureau"]).id)]})
        notice.action_issue()
        self.assertEqual(notice.number, "东河镇劝学通字〔2026〕第1号")

    def test_class_teacher_enters_nothing_on_behalf(self):
        self.without_clerk()
        notice = self.draft(role="records_admin")
        with self.assertRaises(AccessError):
            self.as_user(notice, "class_teacher").action_issue()

    def test_paper_is_not_of_tomorrow(self):
        with self.assertRaisesRegex(ValidationError, "future"):
            self.draft(paper_date="2026-09-03")


class TestNumber(NoticeCommon):
    def test_numbers_run_by_issuer_kind_and_year(self):
        first = self.issue()
        second = self.issue(case=self.another_case())
        school = self.issue(role="principal", case=self.another_case(), issuer_type="school")
        self.assertEqual(first.number, "东河镇劝学通字〔2026〕第1号")
        self.assertEqual(second.number, "东河镇劝学通字〔2026〕第2号")
        self.assertEqual(school.number, "东河中心小学劝学通字〔2026〕第1号")
        self.serve(first)
        self.at("2026-09-10")
        self.assertEqual(self.issue("deadline").number, "东河镇限学通字〔2026〕第1号")

    def test_a_new_year_begins_at_one(self):
        self.issue()
        case = self.another_case()
        self.at("2027-01-04")
        self.assertEqual(self.issue(case=case).number, "东河镇劝学通字〔2027〕第1号")

    def test_a_refused_issue_takes_no_number(self):
        self.issue()
        case = self.another_case()
        notice = self.draft(case=case, contact_name=False)
        with self.assertRaisesRegex(UserError, "contact person"):
            notice.action_issue()
        notice.contact_name = "李老师"
        notice.action_issue()
        self.assertEqual(notice.serial, 2)

    def test_a_withdrawn_number_is_not_given_again(self):
        notice = self.issue()
        notice.withdrawn_reason = "姓名有误"
        notice.action_withdraw()
        self.assertEqual(self.issue().serial, 2)

    def test_the_database_refuses_a_number_twice(self):
        first = self.issue()
        second = self.issue(case=self.another_case())
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            second.sudo().write({"serial": first.serial})


class TestFrozen(NoticeCommon):
    def test_what_is_missing_is_named(self):
        notice = self.draft(contact_name=False, contact_phone=False)
        with self.assertRaises(UserError) as refusal:
            notice.action_issue()
        self.assertIn("the contact person", str(refusal.exception))
        self.assertIn("the telephone of the contact", str(refusal.exception))
        self.assertFalse(notice.number)

    def test_draft_is_prepared_from_the_case(self):
        notice = self.draft()
        self.assertEqual(notice.guardian_id, self.guardian)
        self.assertEqual(notice.return_school_id, self.school_a)
        self.assertEqual(str(notice.absent_since), "2026-09-01")
        self.assertEqual(notice.helpline, self.county.helpline)
        self.assertEqual(notice.school_id, self.school_a)
        self.assertEqual(notice.class_id, self.class_a)
        self.assertEqual(notice.residence_township_id, self.township_a)

    def test_issued_wording_cannot_be_written(self):
        notice = self.issue()
        for values in (
            {"contact_name": "别人"},
            {"guardian_id": False},
            {"issuer_type": "bureau"},
            {"absent_since": "2026-08-01"},
        ):
            with self.assertRaisesRegex(UserError, "frozen"):
                notice.write(values)
            with self.assertRaisesRegex(UserError, "frozen"):
                notice.sudo().write(values)

    def test_case_and_kind_are_for_ever(self):
        notice = self.draft()
        for values in ({"case_id": self.another_case().id}, {"kind": "deadline"}):
            with self.assertRaises(UserError):
                notice.write(values)

    def test_steps_are_not_typed_in(self):
        notice = self.issue()
        for values in (
            {"state": "served"},
            {"number": "1"},
            {"issued_on": "2026-01-01"},
            {"served_date": "2026-09-02"},
            {"deadline": "2026-09-03"},
            {"token": "x"},
            {"content": "x"},
            {"on_behalf": True},
        ):
            for role in ("township", "bureau", "principal"):
                with self.assertRaises(AccessError):
                    self.as_user(notice, role).write(values)

    def test_steps_are_not_given_on_create(self):
        with self.assertRaises(AccessError):
            self.env["edu.notice"].with_user(self.user["township"]).create(
                {"case_id": self.case.id, "kind": "admission", "state": "served"}
            )
        notice = (
            self.env["edu.notice"]
            .with_user(self.user["township"])
            .with_context(default_state="served", default_number="7")
            .create({"case_id": self.case.id, "kind": "admission"})
        )
        self.assertEqual(notice.state, "draft")
        self.assertFalse(notice.number)

    def test_frozen_content_is_sealed_and_hidden(self):
        notice = self.issue()
        number = self.student._edu_secret_clear("id_number")[self.student.id]
        row = notice.sudo()
        self.assertNotIn(number, row.content)
        self.assertNotIn("张", row.content)
        self.assertEqual(notice._edu_frozen()["child"]["id_number"], number)
        for name in ("content", "token", "content_hash"):
            with self.assertRaises(AccessError):
                notice.read([name])

    def test_later_changes_do_not_reach_the_frozen_notice(self):
        notice = self.issue()
        before = notice._edu_frozen()
        self.student.name = "改名"
        self.guardian.name = "别人"
        self.township_a.document_name = "东河乡人民政府"
        self.assertEqual(notice._edu_frozen(), before)

    def test_content_moved_to_another_notice_is_refused(self):
        first = self.issue()
        second = self.issue(case=self.another_case())
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE edu_notice SET content = a.content, content_hash = a.content_hash"
            " FROM edu_notice a WHERE a.id = %s AND edu_notice.id = %s",
            [first.id, second.id],
        )
        self.env.invalidate_all()
        with self.assertRaisesRegex(UserError, "changed in the database"):
            second._edu_frozen()

    def test_guardian_of_another_child(self):
        with self.assertRaisesRegex(ValidationError, "not one of this child"):
            self.draft(guardian_id=self.other_student.guardian_ids.id)

    def test_one_open_notice_of_a_kind(self):
        self.draft()
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self.env["edu.notice"].create({"case_id": self.case.id, "kind": "admission"})
            self.env.flush_all()

    # ------------------------------------------------------------------ what is due

    def test_the_end_of_the_period_is_a_duty_of_the_township(self):
        notice = self.serve(self.issue())
        self.settle()
        duty = notice.duty_ids
        self.assertEqual(duty.kind_id.code, "notice_period")
        self.assertEqual(duty.deadline, notice.deadline)
        self.assertEqual(duty.user_id, self.user["township"])
        self.assertEqual(duty.state, "open")
        self.case_as("principal").action_return(note="班主任陪同返校")
        self.settle()
        self.assertEqual(duty.state, "done", "the child is back")


class TestWithdraw(NoticeCommon):
    def test_needs_a_reason_and_the_issuer(self):
        notice = self.issue()
        with self.assertRaisesRegex(UserError, "reason"):
            notice.action_withdraw()
        notice.withdrawn_reason = "签发有误"
        with self.assertRaises(AccessError):
            self.as_user(notice, "principal").action_withdraw()
        notice.action_withdraw()
        self.assertEqual(notice.state, "withdrawn")
        self.assertEqual(notice.withdrawn_by_id, self.user["township"])

    def test_takes_the_case_down_a_rung(self):
        notice = self.issue()
        self.assertEqual(self.case.ladder, "admission_notice")
        notice.withdrawn_reason = "签发有误"
        notice.action_withdraw()
        self.assertEqual(self.case.ladder, "advised")
        self.issue()
        self.assertEqual(self.case.ladder, "admission_notice")

    def test_not_while_a_later_notice_builds_on_it(self):
        notice = self.serve(self.issue())
        self.at("2026-09-10")
        later = self.issue("deadline")
        notice = self.as_user(notice, "township")
        notice.withdrawn_reason = "签发有误"
        with self.assertRaisesRegex(UserError, "later step"):
            notice.action_withdraw()
        later.withdrawn_reason = "签发有误"
        later.action_withdraw()
        self.assertEqual(self.case.ladder, "admission_notice")
        notice.action_withdraw()
        self.assertEqual(self.case.ladder, "advised")

    def test_draft_is_given_up_by_whoever_prepares(self):
        notice = self.draft(role="records_admin")
        notice.withdrawn_reason = "家长已同意返校"
        notice.action_withdraw()
        self.assertEqual(notice.state, "withdrawn")

    def test_nobody_deletes(self):
        notice = self.draft()
        for role in self.user:
            with self.assertRaises(AccessError):
                self.as_user(notice, role).unlink()


class TestScope(NoticeCommon):
    def test_who_reads(self):
        notice = self.issue()
        for role in self.user:
            readable = role not in ("student_aid", "county_admin")
            self.assertEqual(self.as_user(notice, role).has_access("read"), readable, role)
            self.assertFalse(self.as_user(notice, role, other=True).has_access("read"), role)
        self.assertFalse(notice.with_user(self.nobody).has_access("read"))

    def test_who_writes(self):
        notice = self.issue()
        for role in self.user:
            writes = role in (
                "records_admin",
                "dean",
                "vice_principal",
                "principal",
                "township",
                "bureau",
            )
            self.assertEqual(self.as_user(notice, role).has_access("write"), writes, role)

    def test_class_teacher_prepares_nothing(self):
        with self.assertRaises(AccessError):
            self.env["edu.notice"].with_user(self.user["class_teacher"]).create(
                {"case_id": self.case.id, "kind": "admission"}
            )

    def test_no_notice_for_a_case_of_another_place(self):
        with self.assertRaises(AccessError):
            self.env["edu.notice"].with_user(self.other_user["township"]).create(
                {"case_id": self.case.id, "kind": "admission"}
            )

    def test_principal_of_a_and_teacher_of_b_issues_only_in_a(self):
        self.make_post(self.user["principal"], "class_teacher", self.class_b)
        case = self.make_case(self.other_student)
        self.assertTrue(self.as_user(case, "principal").has_access("read"))
        with self.assertRaises(AccessError):
            self.as_user(case, "principal").action_new_admission_notice()

    def test_follows_the_case_to_another_school(self):
        notice = self.issue()
        self.case.sudo().write({"school_id": self.school_b.id, "class_id": self.class_b.id})
        self.env.flush_all()
        self.assertEqual(notice.school_id, self.school_b)
        self.assertFalse(self.as_user(notice, "principal").has_access("read"))
        self.assertTrue(self.as_user(notice, "principal", other=True).has_access("read"))

    def test_scan_is_behind_the_notice(self):
        notice = self.issue()
        scan = self.file(self.user["township"])
        notice.write({"scan_ids": [Command.link(scan.id)]})
        self.assertEqual((scan.res_model, scan.res_id), ("edu.notice", notice.id))
        self.assertTrue(self.as_user(scan, "principal").has_access("read"))
        self.assertFalse(self.as_user(scan, "principal", other=True).has_access("read"))

    def test_a_file_of_another_record_is_not_taken(self):
        notice = self.issue()
        theirs = self.file(self.other_user["township"])
        mine = self.file(self.user["township"])
        mine.sudo().write({"res_model": "res.partner", "res_id": self.env.user.partner_id.id})
        for file in (theirs, mine):
            with self.assertRaises(AccessError):
                notice.write({"scan_ids": [Command.link(file.id)]})

    def test_files_of_an_issued_notice_stay(self):
        notice = self.issue()
        scan = self.file(self.user["township"])
        notice.write({"scan_ids": [Command.link(scan.id)]})
        with self.assertRaises(UserError):
            notice.write({"scan_ids": [Command.unlink(scan.id)]})
        for change in (scan.unlink, lambda: scan.write({"raw": b"another"})):
            with self.assertRaisesRegex(AccessError, "evidence"):
                change()
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            scan.sudo().unlink()
            self.env.flush_all()


@tagged("post_install", "-at_install")
class TestTwoAtOnce(BaseCase):
    SCRIPT = """
from datetime import timedelta
import json
from odoo.addons.edu_dropout_control.tests.common import CountyMixin
from odoo.addons.edu_dropout_control.tests.casework.ladder_common import LadderMixin

class County(LadderMixin, CountyMixin):
    pass

County.env = env(context={**env.context, "no_reset_password": True})
County._serial = 0
County.make_county()
County.guardian = County.student.guardian_ids
county = County()
clerk = County.user["township"]
notices = []
for _index in range(2):
    case = County.make_case(County.make_student(County.class_a), raised_on=None)
    county.advise(case)
    county.find_no_good_reason(case)
    notices.append(county.draft(case=case).id)
key = env["res.users.apikeys"].with_user(clerk)._generate(
    None, "test", env.cr.now() + timedelta(days=1))
env.cr.commit()
print("RESULT " + json.dumps({"key": key, "notices": notices}))
"""

    def test_two_clerks_at_once_get_two_numbers_in_a_row(self):
        with RealServer(self.SCRIPT) as server:
            line = next(line for line in server.output.splitlines() if line.startswith("RESULT "))
            made = json.loads(line.removeprefix("RESULT "))
            results = server.together(
                *(
                    (made["key"], "edu.notice", "action_issue", {"ids": [notice]})
                    for notice in made["notices"]
                )
            )
            self.assertEqual(results, [True, True])
            rows = server.call(
                made["key"],
                "edu.notice",
                "read",
                ids=made["notices"],
                fields=["serial", "state"],
            )
        self.assertEqual(sorted(row["serial"] for row in rows), [1, 2])
        self.assertEqual({row["state"] for row in rows}, {"issued"})
