from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .comparison_common import ComparisonCommon

READERS = (
    "records_admin",
    "dean",
    "vice_principal",
    "principal",
    "township",
    "bureau",
    "inspector",
)
STRANGERS = ("class_teacher", "student_aid", "county_admin")


@tagged("post_install", "-at_install")
class TestComparisonAccess(ComparisonCommon):
    """Who compares, who works off, who reads; both ways."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.deny = mute_logger(
            "odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model"
        )
        cls.deny.__enter__()
        cls.addClassCleanup(cls.deny.__exit__, None, None, None)

    def test_who_reads_the_children_of_a_list(self):
        self.one._edu_set_state("dropped_out")
        row = self.compare(self.listed(self.one)).row_ids
        for role in READERS:
            with self.subTest(role=role):
                self.assertTrue(self.as_user(row, role).has_access("read"))
                self.assertFalse(self.as_user(row, role, other=True).has_access("read"))
        for role in STRANGERS:
            with self.subTest(role=role):
                self.assertFalse(self.as_user(row, role).has_access("read"))

    def test_a_school_reads_its_own_children_only(self):
        comparison = self.compare(self.unknown(), self.listed(self.other_student))
        for role in READERS[:4]:
            with self.subTest(role=role):
                Row = self.as_user(self.env["edu.comparison.row"], role)
                self.assertFalse(Row.search([]))
                other = self.as_user(self.env["edu.comparison.row"], role, other=True)
                self.assertEqual(other.search([]).child_name, "李小红")
        self.assertEqual(comparison.row_count, 2)

    def test_who_reads_the_list_itself(self):
        comparison = self.compare(self.unknown())
        for role in ("township", "bureau", "inspector"):
            with self.subTest(role=role):
                self.assertTrue(self.as_user(comparison, role).has_access("read"))
                self.assertFalse(self.as_user(comparison, role, other=True).has_access("read"))
        for role in (*READERS[:4], *STRANGERS):
            with self.subTest(role=role):
                self.assertFalse(self.as_user(comparison, role).has_access("read"))

    def test_the_countys_list_is_the_bureaus_its_rows_the_townships_too(self):
        comparison = self.compare(self.unknown(), user=self.user["bureau"])
        township = self.as_user(comparison, "township")
        self.assertFalse(township.has_access("read"))
        row = self.as_user(comparison.row_ids, "township")
        self.assertTrue(row.has_access("read"))
        row._edu_settle("moved", "迁移证明")
        self.assertEqual(row.state, "done")

    def test_who_begins_a_list(self):
        for role, user in self.user.items():
            with self.subTest(role=role):
                if role in ("township", "bureau"):
                    values = {} if role == "township" else {"kind": "poverty"}
                    self.assertTrue(self.upload(b"x", user=user, **values))
                else:
                    with self.assertRaises(AccessError):
                        self.upload(b"x", user=user, township_id=self.township_a.id)

    def test_not_for_the_place_of_others(self):
        for role in ("township", "bureau"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.upload(b"x", user=self.other_user[role], township_id=self.township_a.id)
        with self.assertRaises(AccessError):
            comparison = self.upload(b"x", kind="poverty")
            comparison.township_id = self.township_b
        with self.assertRaises(UserError):
            self.upload(b"x", user=self.user["township"], township_id=False)

    def test_only_the_own_post_compares_and_works_off(self):
        comparison = self.compare(self.unknown())
        row = comparison.row_ids
        calls = (
            lambda user: comparison.with_user(user).action_compare(),
            lambda user: comparison.with_user(user).action_compare_again(),
            lambda user: row.with_user(user).action_settle(),
            lambda user: row.with_user(user)._edu_settle("moved", "证明"),
            lambda user: row.with_user(user).action_decide(),
            lambda user: row.with_user(user).action_reopen(),
        )
        users = [self.user[role] for role in (*READERS[:4], "inspector", *STRANGERS)]
        users += [self.other_user["township"], self.other_user["bureau"], self.nobody]
        for user in users:
            for number, call in enumerate(calls):
                with self.subTest(user=user.login, call=number), self.assertRaises(AccessError):
                    call(user)
        self.assertEqual(row.state, "open")

    def test_nobody_writes_what_was_found(self):
        comparison = self.compare(self.unknown())
        row = comparison.row_ids
        for role in READERS:
            with self.subTest(role=role):
                seen = self.as_user(row, role)
                with self.assertRaises(AccessError):
                    seen.write({"state": "settled"})
                with self.assertRaises(AccessError):
                    seen.unlink()
                with self.assertRaises(AccessError):
                    seen.create({"comparison_id": comparison.id, "result": "in_school"})
        with self.assertRaises(AccessError):
            comparison.write({"state": "draft"})
        with self.assertRaises(AccessError):
            comparison.write({"row_ids": [(5,)]})

    def test_who_has_a_number_shown(self):
        child = self.unknown()
        row = self.compare(child).row_ids
        for role in ("township", "bureau"):
            with self.subTest(role=role):
                shown = self.as_user(row, role)._edu_reveal("id_number", "核对户口本")
                self.assertEqual(shown[row.id], child["id_number"])
        self.assertEqual(
            self.env["edu.reveal.log"].search_count([("model", "=", "edu.comparison.row")]), 2
        )
        with self.assertRaises(AccessError):
            self.as_user(row, "inspector")._edu_reveal("id_number", "看看")
        with self.assertRaises(UserError):
            self.as_user(row, "township")._edu_reveal("id_number", "")

    def test_the_file_is_for_whoever_reads_the_list(self):
        comparison = self.compare(self.unknown())
        file = self.env["edu.encrypted.file"]._edu_of(comparison)
        self.assertTrue(file.with_user(self.user["bureau"])._edu_open())
        for user in (self.user["principal"], self.other_user["township"]):
            with self.assertRaises(AccessError):
                file.with_user(user)._edu_open()
