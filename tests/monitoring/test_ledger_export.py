import io
from datetime import date

from python_calamine import CalamineWorkbook

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, HttpCase, tagged
from odoo.tools import mute_logger

from .common import MonitoringCommon

ENTRY, OFF, MONTHS, REASONS = range(4)
NAME, NUMBER, DATE_OFF = 1, 4, 11


class LedgerExportCommon(MonitoringCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for kind, child, on, off in (
            ("suspected", cls.one, "2026-09-02", "2026-09-20"),
            ("suspected", cls.two, "2026-09-15", "2026-10-10"),
            ("suspected", cls.three, "2026-10-05", None),
            ("dropout", cls.one, "2026-10-01", None),
            ("suspected", cls.other_student, "2026-09-03", None),
        ):
            Ledger = cls.env["edu.ledger"]
            Ledger._edu_enter(kind, child, date.fromisoformat(on), "核查")
            if off:
                Ledger._edu_strike_off(kind, child, date.fromisoformat(off), "返校", "返校证明")

    def setUp(self):
        super().setUp()
        self.frozen.move_to("2026-10-20 02:00:00")

    def export(self, role="records_admin", other=False, **values):
        Export = self.as_user(self.env["edu.ledger.export"], role, other)
        return Export.create({"as_of": "2026-10-20", **values})

    def book(self, export):
        with export._edu_write() as file:
            return self.read(file.read())

    def read(self, data):
        sheets = CalamineWorkbook.from_filelike(io.BytesIO(data))
        return [
            [row for row in sheets.get_sheet_by_index(at).to_python()[2:] if any(row)]
            for at in range(len(sheets.sheet_names))
        ]

    def names(self, page):
        return sorted(row[NAME] for row in page)


@tagged("post_install", "-at_install")
class TestLedgerExport(LedgerExportCommon):
    def test_as_of_any_day(self):
        for day, names in (
            ("2026-09-01", []),
            ("2026-09-02", ["王一"]),
            ("2026-09-19", ["王一", "王二"]),
            ("2026-09-20", ["王二"]),
            ("2026-10-09", ["王三", "王二"]),
            ("2026-10-10", ["王三"]),
        ):
            with self.subTest(day=day):
                pages = self.book(self.export(as_of=day, kind="suspected", date_from=day))
                self.assertEqual(self.names(pages[ENTRY]), names)

    def test_what_came_later_is_not_told(self):
        pages = self.book(self.export(as_of="2026-09-10"))
        row = pages[ENTRY][0]
        self.assertEqual(row[NAME], "王一")
        # nor on which evidence it was struck off on the 20th
        self.assertEqual([cell for cell in row[DATE_OFF:] if cell], [])
        self.assertFalse(pages[OFF])

    def test_before_the_child_was_entered_and_on_the_day_it_was_struck_off(self):
        """As of 29 February too: the school year began on 1 September before it."""
        Ledger = self.env["edu.ledger"]
        child = self.make_student(self.class_a, name="王闰")
        Ledger._edu_enter("dropout", child, date(2028, 2, 28), "核查")
        Ledger._edu_strike_off("dropout", child, date(2028, 2, 29), "返校", "返校证明")
        self.frozen.move_to("2028-03-05 02:00:00")
        for day, there, off in (
            ("2028-02-27", False, False),
            ("2028-02-28", True, False),
            ("2028-02-29", False, True),
        ):
            with self.subTest(day=day):
                export = self.env["edu.ledger.export"].create({"as_of": day, "kind": "dropout"})
                self.assertEqual(export.date_from, date(2027, 9, 1))
                pages = self.book(export)
                self.assertEqual("王闰" in self.names(pages[ENTRY]), there)
                self.assertEqual("王闰" in self.names(pages[OFF]), off)

    def test_who_was_struck_off_with_reason_and_evidence(self):
        pages = self.book(self.export())
        self.assertEqual(self.names(pages[OFF]), ["王一", "王二"])
        row = next(row for row in pages[OFF] if row[NAME] == "王一")
        self.assertEqual(row[DATE_OFF:], [date(2026, 9, 20), "返校", "返校证明"])

    def test_the_months_add_up(self):
        pages = self.book(self.export(kind="suspected"))
        self.assertEqual(
            [row[1:] for row in pages[MONTHS]], [["2026-09", 1, 2, 1], ["2026-10", 1, 1, 1]]
        )
        self.assertEqual(
            [row[1:] for row in pages[REASONS]],
            [
                ["2026-09", "Entered", "核查", 2],
                ["2026-09", "Struck off", "返校", 1],
                ["2026-10", "Entered", "核查", 1],
                ["2026-10", "Struck off", "返校", 1],
            ],
        )

    def test_three_ledgers_or_one(self):
        kinds = {row[0] for row in self.book(self.export())[ENTRY]}
        self.assertEqual(kinds, {"Suspected dropouts", "Dropouts"})
        kinds = {row[0] for row in self.book(self.export(kind="dropout"))[ENTRY]}
        self.assertEqual(kinds, {"Dropouts"})

    def test_own_scope_only(self):
        self.assertEqual(self.names(self.book(self.export())[ENTRY]), ["王一", "王三"])
        self.assertEqual(
            self.names(self.book(self.export("records_admin", other=True))[ENTRY]), ["李小红"]
        )
        self.assertEqual(
            self.names(self.book(self.export("bureau"))[ENTRY]), ["李小红", "王一", "王三"]
        )
        self.assertFalse(self.book(self.export("bureau", other=True))[ENTRY])
        by_school = self.book(self.export("bureau", school_id=self.school_b.id))
        self.assertEqual(self.names(by_school[ENTRY]), ["李小红"])
        by_town = self.book(self.export("bureau", township_id=self.township_a.id))
        self.assertEqual(self.names(by_town[ENTRY]), ["王一", "王三"])

    def test_of_a_child_who_left_the_name_stays(self):
        """As in the list of the ledger: the old entry is the school's, the child is no more."""
        self.env["edu.ledger"]._edu_strike_off("dropout", self.one, date(2026, 10, 12), "转学")
        self.one._edu_move(self.school_b, self.class_b)
        self.assertFalse(self.as_user(self.one, "records_admin").has_access("read"))
        page = self.book(self.export(kind="dropout"))[OFF]
        self.assertEqual((page[0][NAME], page[0][NUMBER]), ("王一", ""))

    def test_who_exports(self):
        for role in ("student_aid", "county_admin"):
            with (
                self.subTest(role=role),
                mute_logger("odoo.addons.base.models.ir_model"),
                self.assertRaises(AccessError),
            ):
                self.export(role)

    def test_numbers_are_masked_unless_asked_for_with_a_reason(self):
        number = self.one._edu_secret_clear("id_number")[self.one.id]
        row = self.book(self.export(kind="dropout"))[ENTRY][0]
        self.assertTrue(row[NUMBER].startswith("***"))
        self.assertFalse(self.env["edu.reveal.log"].search([]))
        export = self.export(kind="dropout", with_numbers=True)
        with self.assertRaisesRegex(UserError, "reason is logged"):
            export.action_export()
        export.reason = "报送教育局"
        self.assertEqual(export.action_export()["type"], "ir.actions.act_url")
        row = self.book(export)[ENTRY][0]
        self.assertEqual(row[NUMBER], number)
        log = self.env["edu.reveal.log"].search([])
        self.assertEqual(
            (log.res_id, log.reason, log.channel), (self.one.id, "报送教育局", "document")
        )

    def test_no_numbers_for_who_may_not_see_them(self):
        export = self.export("inspector", with_numbers=True, reason="检查")
        with self.assertRaises(AccessError):
            export.action_export()

    def test_days_that_make_no_sense(self):
        with self.assertRaisesRegex(UserError, "a day to come"):
            self.export(as_of="2026-10-21").action_export()
        with self.assertRaisesRegex(UserError, "begin before"):
            self.export(date_from="2026-10-21").action_export()

    def test_the_form_begins_with_the_school_year(self):
        export = self.as_user(self.env["edu.ledger.export"], "class_teacher")
        with Form(export) as form:
            self.assertEqual(form.as_of, date(2026, 10, 20))
            self.assertEqual(form.date_from, date(2026, 9, 1))
            form.as_of = date(2026, 6, 30)
            self.assertEqual(form.date_from, date(2025, 9, 1))

    def test_nothing_is_a_formula(self):
        self.env["edu.ledger"]._edu_enter("suspected", self.four, date(2026, 10, 1), "=1+1")
        pages = self.book(self.export())
        self.assertIn("=1+1", {row[10] for row in pages[ENTRY]})


@tagged("post_install", "-at_install")
class TestLedgerDownload(LedgerExportCommon, HttpCase):
    def test_only_who_asked_gets_it(self):
        for login in ("records_admin", "principal"):
            self.user[login].password = self.user[login].login
        export = self.export()
        url = export.action_export()["url"]
        self.env.flush_all()
        self.authenticate(self.user["records_admin"].login, self.user["records_admin"].login)
        answer = self.url_open(url)
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        self.assertIn("xlsx", answer.headers["Content-Disposition"])
        self.assertEqual(self.names(self.read(answer.content)[ENTRY]), ["王一", "王三"])
        self.authenticate(self.user["principal"].login, self.user["principal"].login)
        self.assertEqual(self.url_open(url).status_code, 404)
        self.authenticate(None, None)
        self.assertNotEqual(self.url_open(url, allow_redirects=False).status_code, 200)
