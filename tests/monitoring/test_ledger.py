from datetime import date

from lxml import etree
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import PICTURE, MonitoringCommon


@tagged("post_install", "-at_install")
class TestLedger(MonitoringCommon):
    def enter(self, kind="suspected", student=None, day="2026-09-02", **values):
        return self.env["edu.ledger"]._edu_enter(
            kind, student or self.one, date.fromisoformat(day), "核查", **values
        )

    def strike(self, kind="suspected", student=None, day="2026-09-20"):
        return self.env["edu.ledger"]._edu_strike_off(
            kind, student or self.one, date.fromisoformat(day), "返校"
        )

    def test_enter_and_strike_off(self):
        entry = self.enter()
        self.assertTrue(entry.is_open)
        self.assertEqual((entry.school_id, entry.class_id), (self.school_a, self.class_a))
        self.strike()
        self.assertEqual((entry.date_off, entry.reason_off), (date(2026, 9, 20), "返校"))
        self.assertFalse(entry.is_open)

    def test_entered_twice_is_one_entry(self):
        self.assertEqual(self.enter(), self.enter(day="2026-09-05"))

    def test_one_open_entry_a_child_and_ledger_by_the_database(self):
        entry = self.enter()
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            entry.copy()
            self.env.flush_all()

    def test_three_ledgers_are_apart(self):
        for kind in ("suspected", "dropout"):
            self.enter(kind)
        self.strike("suspected")
        self.assertEqual(self.one.ledger_ids.filtered("is_open").mapped("kind"), ["dropout"])

    def test_entered_again_after_a_strike_off(self):
        first = self.enter()
        self.strike()
        second = self.enter(day="2026-10-12")
        self.assertNotEqual(first, second)
        self.assertTrue(second.is_open)

    def test_struck_off_before_it_was_entered_counts_as_the_same_day(self):
        entry = self.enter(day="2026-09-10")
        self.strike(day="2026-09-01")
        self.assertEqual(entry.date_off, date(2026, 9, 10))

    def test_another_school_strikes_off_here(self):
        first = self.enter("school_age")
        second = self.enter("school_age", day="2026-09-30", school=self.school_b)
        self.assertEqual(first.date_off, date(2026, 9, 30))
        self.assertIn("西岭学校", first.reason_off)
        self.assertEqual(second.school_id, self.school_b)

    def test_the_ledger_of_any_day(self):
        self.enter(day="2026-09-02")
        self.strike(day="2026-09-20")
        self.enter(student=self.two, day="2026-09-15")
        Ledger = self.env["edu.ledger"]
        for day, names in (
            ("2026-09-01", []),
            ("2026-09-02", ["王一"]),
            ("2026-09-15", ["王一", "王二"]),
            ("2026-09-19", ["王一", "王二"]),
            ("2026-09-20", ["王二"]),
        ):
            with self.subTest(day=day):
                found = Ledger.search([("kind", "=", "suspected"), ("as_of", "=", day)])
                self.assertEqual(sorted(found.student_id.mapped("name")), names)

    def test_the_list_begins_with_today_and_still_shows_another_day(self):
        """The list opens with “On the ledger today”. Who asks it for another day as well is shown
        those too who were struck off since."""
        self.enter(day="2026-09-02")
        self.strike(day="2026-09-20")
        today = [("kind", "=", "suspected"), ("is_open", "=", True)]
        Ledger = self.env["edu.ledger"]
        self.assertFalse(Ledger.search(today))
        context = {"edu_as_of": ["2026-09-10"]}
        that_day = [*today, ("as_of", "=", "2026-09-10")]
        self.assertEqual(Ledger.with_context(**context).search(that_day).student_id, self.one)
        groups = Ledger.with_context(**context).formatted_read_group(
            that_day, ["kind"], ["__count"]
        )
        self.assertEqual([group["__count"] for group in groups], [1])
        search = etree.fromstring(Ledger.get_view(view_type="search")["arch"])
        for name in ("as_of", "month_end"):
            (element,) = search.xpath(f"//*[@name='{name}']")
            self.assertIn("edu_as_of", element.get("context"))
        (element,) = search.xpath("//filter[@name='open']")
        self.assertIn("is_open", element.get("domain"))

    def test_closing_a_check_enters_and_strikes_off(self):
        self.close()
        entries = self.children.ledger_ids
        self.assertEqual(set(entries.mapped("kind")), {"school_age"})
        self.assertEqual(entries.student_id, self.children)
        self.assertEqual(set(entries.mapped("date_on")), {date(2026, 9, 2)})
        self.assertIn("东河中心小学", entries[0].reason_on)

    def test_closing_strikes_off_who_left_for_good(self):
        self.enter("school_age")
        self.mark(
            self.one,
            "transfer_out",
            destination="白水县城关小学",
            files=[{"name": "回执.pdf", "data": PICTURE}],
        )
        self.close()
        entry = self.one.ledger_ids
        self.assertEqual(len(entry), 1)
        self.assertEqual(entry.reason_off, "Transfer out")
        self.assertRegex(entry.evidence, "Approved on 2026-09-02.*files")

    def test_a_missing_child_is_of_school_age_all_the_same(self):
        self.mark(self.one, "suspected", missing_since="2026-09-01")
        self.close()
        self.assertIn("school_age", self.one.ledger_ids.filtered("is_open").mapped("kind"))

    def test_nobody_writes_directly(self):
        entry = self.enter()
        for role in ("records_admin", "principal", "bureau", "inspector"):
            ledger = self.as_user(entry, role)
            with self.subTest(role=role), self.assertRaises(AccessError):
                ledger.write({"date_off": "2026-09-03"})
            with self.subTest(role=role), self.assertRaises(AccessError):
                ledger.unlink()
        with self.assertRaises(UserError):
            entry.unlink()
