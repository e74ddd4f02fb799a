from datetime import date

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form

from ...models.casework.dropout_case import EVERYBODY
from .common import CaseCommon


class TestVisit(CaseCommon):
    def setUp(self):
        super().setUp()
        self.case = self.make_case(state="verifying")
        self.Visit = self.as_user(self.env["edu.visit"], "class_teacher")

    def values(self, **values):
        return {
            "case_id": self.case.id,
            "method": "home",
            "visitor_names": "村支书老王",
            "result": "considering",
            **values,
        }

    def test_form(self):
        """As on a phone: the case is given, who writes is one of the visitors."""
        form = Form(self.Visit.with_context(default_case_id=self.case.id))
        form.result = "promised"
        form.visitor_names = "村支书老王"
        visit = form.save()
        self.assertEqual(visit.visitor_ids, self.user["class_teacher"])
        self.assertEqual(visit.student_id, self.student)
        self.assertEqual(visit.visited_on, date(2026, 9, 2))
        self.assertEqual(visit.visitors, "Class teacher A、村支书老王")

    def test_two_at_a_home_visit(self):
        with self.assertRaisesRegex(ValidationError, "at least 2 visitors"):
            self.Visit.create(self.values(visitor_names=" \n "))

    def test_none_needs_a_log_in(self):
        visit = self.Visit.create(
            self.values(visitor_ids=[Command.clear()], visitor_names="村支书老王\n民警小李")
        )
        self.assertEqual(visit.visitors, "村支书老王、民警小李")

    def test_number_of_visitors_is_the_policy_s(self):
        self.env["edu.policy"].search([]).home_visit_min_visitors = 3
        with self.assertRaisesRegex(ValidationError, "at least 3 visitors"):
            self.Visit.create(self.values())

    def test_one_on_the_telephone(self):
        self.Visit.create(self.values(method="phone", visitor_names=False))
        with self.assertRaises(ValidationError):
            self.Visit.create(
                self.values(method="phone", visitor_ids=[Command.clear()], visitor_names=False)
            )

    def test_not_in_the_future(self):
        with self.assertRaisesRegex(ValidationError, "after it took place"):
            self.Visit.create(self.values(visited_at="2026-09-02 02:00:00"))

    def test_warned_before_the_child_was_missing(self):
        form = Form(self.Visit.with_context(default_case_id=self.case.id))
        with self.assertLogs("odoo.tests.form.onchange", level="WARNING") as log:
            form.visited_at = "2026-08-20 02:00:00"
        self.assertIn("missing since 2026-09-02", "".join(log.output))

    def test_next_visit_after_this_one(self):
        with self.assertRaises(ValidationError):
            self.Visit.create(self.values(next_visit_on="2026-09-01"))

    def test_cause_found_goes_into_the_case(self):
        self.Visit.create(
            self.values(
                cause_found_id=self.code("cause", "poverty").id,
                whereabouts_found_id=self.code("whereabouts", "home").id,
            )
        )
        self.assertEqual(self.case.cause_id.code, "poverty")
        self.assertEqual(self.case.whereabouts_id.code, "home")
        self.Visit.create(self.values())
        self.assertEqual(self.case.cause_id.code, "poverty", "nothing found changes nothing")

    def test_who_records(self):
        for role in EVERYBODY:
            with self.subTest(role=role):
                self.assertTrue(self.as_user(self.env["edu.visit"], role).create(self.values()))
                with self.assertRaises(AccessError):
                    self.as_user(self.env["edu.visit"], role, other=True).create(self.values())
        for role in ("inspector", "student_aid", "county_admin"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.as_user(self.env["edu.visit"], role).create(self.values())

    def test_who_reads(self):
        visit = self.make_visit(self.case)
        for role in (*EVERYBODY, "inspector"):
            self.assertTrue(self.as_user(visit, role).read(["situation"]))
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.as_user(visit, role, other=True).read(["situation"])
        for role in ("student_aid", "county_admin"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.as_user(visit, role).read(["situation"])

    def test_a_case_that_is_over(self):
        self.bring(self.case, "closed")
        self.on("2026-09-05 02:00:00")
        with self.assertRaisesRegex(UserError, "no later visit belongs to it"):
            self.Visit.create(self.values())
        self.Visit.create(self.values(visited_at="2026-09-02 00:00:00"))


class TestVisitStands(CaseCommon):
    """Corrected by its author for a few days, then it stands; never deleted."""

    def setUp(self):
        super().setUp()
        self.case = self.make_case(state="verifying")
        self.visit = self.as_user(self.env["edu.visit"], "class_teacher").create(
            {
                "case_id": self.case.id,
                "method": "home",
                "visitor_names": "村支书老王",
                "result": "considering",
            }
        )

    def test_by_its_author_in_time(self):
        self.on("2026-09-05 10:00:00")
        self.visit.met = "母亲"
        self.assertFalse(self.visit.is_locked)
        self.on("2026-09-05 16:30:00")  # the sixth in the county
        self.visit.invalidate_recordset()
        self.assertTrue(self.visit.is_locked)
        with self.assertRaisesRegex(AccessError, "Add a note"):
            self.visit.met = "父亲"

    def test_by_nobody_else(self):
        for role in EVERYBODY[1:]:
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.as_user(self.visit, role).met = "父亲"

    def test_notes_are_added(self):
        self.on("2026-10-01 02:00:00")
        for role in ("class_teacher", "principal", "township"):
            self.as_user(self.visit, role).message_post(body=f"补充 {role}")
        self.assertIn("补充 township", self.messages(self.visit))

    def test_never_deleted(self):
        for role in EVERYBODY:
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.as_user(self.visit, role).unlink()
        with self.assertRaisesRegex(UserError, "not deleted"):
            self.visit.sudo().unlink()

    def test_what_the_system_sets(self):
        for name, value in {
            "entered_at": "2026-09-01 00:00:00",
            "late_entry": False,
            "visited_on": "2026-08-01",
            "school_id": self.school_b.id,
            "student_id": self.other_student.id,
        }.items():
            with self.subTest(field=name), self.assertRaises(AccessError):
                self.visit.write({name: value})
            with self.subTest(field=name), self.assertRaises(AccessError):
                self.visit.create({"case_id": self.case.id, "result": "promised", name: value})
        with self.assertRaisesRegex(AccessError, "stays with its case"):
            self.visit.case_id = self.make_case(self.make_student(self.class_a))

    def test_entered_at_from_the_context(self):
        visit = self.visit.with_context(default_entered_at="2026-08-01 00:00:00").create(
            {
                "case_id": self.case.id,
                "visitor_names": "村支书老王",
                "result": "promised",
                "visited_at": "2026-08-01 00:00:00",
            }
        )
        self.assertTrue(visit.late_entry)


class TestLateEntry(CaseCommon):
    def setUp(self):
        super().setUp()
        self.case = self.make_case(state="verifying")
        self.teacher = self.user["class_teacher"]

    def visit(self, moment, **values):
        return self.as_user(self.env["edu.visit"], "class_teacher").create(
            {
                "case_id": self.case.id,
                "visitor_names": "村支书老王",
                "result": "considering",
                "visited_at": moment,
                **values,
            }
        )

    def test_days_of_the_policy(self):
        self.on("2026-09-09 02:00:00")
        self.assertFalse(self.visit("2026-09-06 01:00:00").late_entry, "three days are in time")
        self.assertTrue(self.visit("2026-09-05 10:00:00").late_entry)
        self.assertFalse(
            self.visit("2026-09-05 17:00:00").late_entry, "that is the sixth in the county"
        )

    def test_from_paper(self):
        """Signed on paper in a village without signal, entered with its photograph: not late."""
        self.on("2026-09-20 02:00:00")
        with self.assertRaisesRegex(ValidationError, "photograph of the signed original"):
            self.visit("2026-09-05 02:00:00", from_paper=True)
        scan = self.make_file(self.teacher)
        visit = self.visit(
            "2026-09-05 02:00:00", from_paper=True, paper_scan_ids=[Command.set(scan.ids)]
        )
        self.assertFalse(visit.late_entry)
        self.assertTrue(visit.from_paper)
        self.assertEqual((scan.res_model, scan.res_id), ("edu.visit", visit.id))

    def test_shown_and_found(self):
        self.on("2026-09-20 02:00:00")
        visit = self.visit("2026-09-05 02:00:00")
        self.assertIn(visit, self.env["edu.visit"].search([("late_entry", "=", True)]))


class TestVisitFiles(CaseCommon):
    def setUp(self):
        super().setUp()
        self.case = self.make_case(state="verifying")
        self.teacher = self.user["class_teacher"]
        self.photo = self.make_file(self.teacher)
        self.visit = self.as_user(self.env["edu.visit"], "class_teacher").create(
            {
                "case_id": self.case.id,
                "visitor_names": "村支书老王",
                "result": "considering",
                "photo_ids": [Command.set(self.photo.ids)],
            }
        )

    def test_behind_the_visit_s_rules(self):
        self.assertEqual((self.photo.res_model, self.photo.res_id), ("edu.visit", self.visit.id))
        for role in ("class_teacher", "principal", "township", "bureau", "inspector"):
            with self.subTest(role=role):
                self.assertTrue(self.as_user(self.photo, role).raw)
        for role in ("class_teacher", "principal", "township"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.as_user(self.photo, role, other=True).read(["raw"])
        with self.assertRaises(AccessError):
            self.as_user(self.photo, "student_aid").read(["raw"])

    def test_nobody_takes_a_file_of_another_record(self):
        """Linking a file would give its reading, so it must be the writer's own fresh upload."""
        foreign = self.make_file(self.user["principal"])
        elsewhere = self.make_file(self.teacher, res_model="edu.dropout.case", res_id=self.case.id)
        for file in foreign, elsewhere:
            with self.assertRaises(AccessError):
                self.visit.photo_ids = [Command.link(file.id)]

    def test_photographs_stay(self):
        for role in ("inspector", "principal", "township"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.as_user(self.photo, role).unlink()
        self.photo.with_user(self.teacher).name = "in time.jpg"
        self.on("2026-09-20 02:00:00")
        with self.assertRaises(AccessError):
            self.photo.with_user(self.teacher).unlink()
        with self.assertRaises(AccessError):
            self.photo.with_user(self.teacher).write({"raw": b"other"})
