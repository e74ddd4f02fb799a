from datetime import date, timedelta
from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from ...tools.identity import make_identity
from ...tools.sample import ENTRANTS, write_export
from .comparison_common import ComparisonCommon
from .roster_common import write_csv


@tagged("post_install", "-at_install")
class TestComparison(ComparisonCommon):
    """What a list finds."""

    def test_found_and_in_school(self):
        comparison = self.compare(self.listed(self.one))
        row = comparison.row_ids
        self.assertEqual((row.result, row.state, row.match_by), ("in_school", "settled", "number"))
        self.assertEqual((row.student_id, row.school_id), (self.one, self.school_a))
        self.assertEqual(comparison.state, "compared")
        self.assertEqual((comparison.row_count, comparison.open_count), (1, 0))

    def test_never_enrolled(self):
        row = self.compare(self.unknown()).row_ids
        self.assertEqual((row.result, row.state), ("not_found", "open"))
        self.assertEqual((row.age_group, row.grade), ("school", 2))
        self.assertEqual((row.township_id, row.area_id), (self.township_a, self.village_a))
        self.assertEqual(row.zone_school_id, self.school_a)
        self.assertFalse(row.school_id)

    def test_absent_has_its_case_beside_it(self):
        self.mark(self.one, "suspected", missing_since="2026-09-01")
        comparison = self.compare(self.listed(self.one), self.listed(self.two), kind="poverty")
        self.assertEqual(
            self.found(comparison),
            {"王一": ("absent", "open"), "王二": ("in_school", "settled")},
        )
        self.assertEqual(self.row(comparison, "王一").case_id, self.one.case_ids)
        self.assertEqual(comparison.absent_count, 1)

    def test_dropped_out_by_the_registry(self):
        self.one._edu_set_state("dropped_out")
        self.assertEqual(self.compare(self.listed(self.one)).row_ids.result, "absent")

    def test_on_the_registry_but_not_attending(self):
        self.one._edu_set_state("suspended")
        self.two._edu_set_state("transferred_out")
        comparison = self.compare(self.listed(self.one), self.listed(self.two))
        self.assertEqual(
            set(comparison.row_ids.mapped("result")), {"not_attending"}, self.found(comparison)
        )
        self.assertEqual(comparison.open_count, 2)

    def test_expected_by_a_school(self):
        born = date(2020, 3, 4)
        number = make_identity(born, "male", 411)
        self.expect(self.school_a, "周新生", birthdate=born, id_number=number)
        row = self.compare(self.unknown(name="周新生", birthdate=born, id_number=number)).row_ids
        self.assertEqual((row.result, row.state), ("expected", "settled"))
        self.assertEqual(row.school_id, self.school_a)

    def test_in_another_township_only_the_school_is_told(self):
        self.assertFalse(self.other_student.with_user(self.user["township"]).has_access("read"))
        row = self.compare(self.listed(self.other_student)).row_ids
        self.assertEqual((row.result, row.school_id), ("in_school", self.school_b))
        self.assertFalse(row.student_id)

    def test_in_another_county_nothing_more_is_told(self):
        klass = self.make_class(self.school_x, 3)
        born = date(2018, 4, 4)
        number = make_identity(born, "male", 412)
        self.make_student(klass, name="周远方", birthdate=born, id_number=number)
        row = self.compare(self.unknown(name="周远方", birthdate=born, id_number=number)).row_ids
        self.assertEqual((row.result, row.state), ("other_county", "open"))
        self.assertFalse(row.sudo().match_student_id)
        self.assertFalse(row.school_id)

    # -- names ------------------------------------------------------------------------------------

    def test_name_and_birth_date_where_there_is_no_number(self):
        row = self.compare(self.listed(self.one, id_number=None, name="王 一")).row_ids
        self.assertEqual((row.result, row.match_by), ("in_school", "name"))

    def test_the_same_name_and_another_number_is_asked(self):
        other = make_identity(self.one.birthdate, "male", 413)
        row = self.compare(self.listed(self.one, id_number=other)).row_ids
        self.assertEqual((row.result, row.state), ("suggestion", "open"))
        self.assertEqual(row.candidate_ids, self.one)

    def test_two_of_one_name_and_birth_date_are_asked(self):
        twin = self.make_student(self.class_a, name="王一")
        row = self.compare(self.listed(self.one, id_number=None)).row_ids
        self.assertEqual(row.result, "suggestion")
        self.assertEqual(row.candidate_ids, self.one | twin)

    # -- double entries ---------------------------------------------------------------------------

    def merged(self, **values):
        """A double entry of 王一 that became one with it."""
        double = self.make_student(self.class_a, **{"name": "王依", "national_no": False, **values})
        double._edu_merge_into(self.one)
        return double

    def test_the_number_of_a_double_is_the_child_kept(self):
        number = make_identity(self.one.birthdate, "male", 414)
        double = self.merged(id_number=number)
        self.assertFalse(double.active)
        for state, wanted in (("enrolled", "in_school"), ("suspended", "not_attending")):
            self.one._edu_set_state(state)
            with self.subTest(state=state), self.env.cr.savepoint() as savepoint:
                row = self.compare(self.listed(double, id_number=number)).row_ids
                self.assertEqual((row.result, row.match_by), (wanted, "number"))
                self.assertEqual((row.student_id, row.school_id), (self.one, self.school_a))
                savepoint.rollback()
            self.env.invalidate_all()

    def test_the_name_of_a_double_is_the_child_kept(self):
        double = self.merged()
        row = self.compare(self.listed(double, id_number=None)).row_ids
        self.assertEqual((row.result, row.match_by), ("in_school", "name"))
        self.assertEqual(row.student_id, self.one)

    def test_a_double_of_the_same_name_is_no_second_child(self):
        double = self.merged(name="王一")
        row = self.compare(self.listed(double, id_number=None)).row_ids
        self.assertEqual((row.result, row.student_id), ("in_school", self.one))

    def test_the_name_of_a_double_with_another_number_is_asked(self):
        double = self.merged()
        other = make_identity(self.one.birthdate, "male", 415)
        row = self.compare(self.listed(double, id_number=other)).row_ids
        self.assertEqual((row.result, row.candidate_ids), ("suggestion", self.one))

    def test_an_archived_child_that_was_not_merged_is_not_found_by_name(self):
        self.one._edu_set_state("transferred_out")
        self.one.active = False
        row = self.compare(self.listed(self.one, id_number=None)).row_ids
        self.assertEqual(row.result, "not_found")

    def test_a_merge_answers_the_rows_that_asked(self):
        double = self.make_student(self.class_a, name="王一", national_no=False)
        comparison = self.compare(
            self.listed(self.one, id_number=None),
            self.listed(self.two, id_number=None),
            self.unknown(),
        )
        self.assertEqual(self.row(comparison, "王一").result, "suggestion")
        double._edu_merge_into(self.one)
        self.env.invalidate_all()
        row = self.row(comparison, "王一")
        self.assertEqual((row.result, row.state), ("in_school", "settled"))
        self.assertEqual(row.student_id, self.one)
        self.assertEqual(comparison.open_count, 1)

    def test_a_name_that_sounds_the_same_is_suggested(self):
        self.one.name = "王晓明"
        for trigram in (self.env.registry.has_trigram, False):
            with (
                self.subTest(trigram=trigram),
                patch.object(self.env.registry, "has_trigram", trigram),
                self.env.cr.savepoint() as savepoint,
            ):
                row = self.compare(self.listed(self.one, id_number=None, name="王小明")).row_ids
                self.assertEqual(row.result, "suggestion")
                self.assertEqual(row.candidate_ids, self.one)
                savepoint.rollback()
            self.env.invalidate_all()

    def test_a_similar_name_is_suggested_from_the_policys_share_on(self):
        self.assertTrue(self.env.registry.has_trigram, "the test database has no pg_trgm")
        self.one.name = "王晓明明"
        comparison = self.compare(self.listed(self.one, id_number=None, name="王小明"))
        self.assertEqual(comparison.row_ids.result, "suggestion")
        self.env["edu.policy"]._current().comparison_similarity = 100
        comparison.action_compare_again()
        self.assertEqual(comparison.row_ids.result, "not_found")

    def test_similar_names_with_two_numbers_are_two_children(self):
        self.one.name = "王晓明"
        number = make_identity(self.one.birthdate, "male", 414)
        row = self.compare(self.listed(self.one, id_number=number, name="王小明")).row_ids
        self.assertEqual(row.result, "not_found")

    def test_no_suggestion_from_another_county(self):
        klass = self.make_class(self.school_x, 3)
        self.make_student(klass, name="周远方", birthdate=date(2018, 4, 4))
        named = self.unknown(name="周远方", birthdate=date(2018, 4, 4), id_number=None)
        row = self.compare(named).row_ids
        self.assertEqual(row.result, "not_found")

    # -- places and ages --------------------------------------------------------------------------

    def test_a_county_list_says_the_township_of_each_child(self):
        comparison = self.compare(
            self.unknown(1),
            self.unknown(2, township="西岭乡", village="石桥村"),
            self.unknown(3, township=None, village=None, address=None),
            self.listed(self.one, township=None, village=None, address=None),
            user=self.user["bureau"],
        )
        self.assertFalse(comparison.township_id)
        self.assertEqual(comparison.row_ids.mapped("township_id.name"), ["东河镇", "西岭乡"])
        self.assertFalse(self.row(comparison, "周无名丁").township_id)
        self.assertEqual(self.row(comparison, "王一").township_id, self.township_a)

    def test_a_townships_list_stays_the_townships(self):
        row = self.compare(self.unknown(township="西岭乡", village="石桥村")).row_ids
        self.assertEqual(row.township_id, self.township_a)

    def test_too_young_and_too_old(self):
        comparison = self.compare(
            self.unknown(1, birthdate=date(2020, 9, 1)),
            self.unknown(2, birthdate=date(2020, 8, 31)),
            self.unknown(3, birthdate=date(2011, 9, 1)),
            self.unknown(4, birthdate=date(2011, 8, 31)),
        )
        groups = {row.birthdate: (row.age_group, row.grade) for row in comparison.row_ids}
        self.assertEqual(
            groups,
            {
                date(2020, 9, 1): ("under", 0),
                date(2020, 8, 31): ("school", 1),
                date(2011, 9, 1): ("school", 9),
                date(2011, 8, 31): ("over", 0),
            },
        )

    def test_every_kind_of_list_is_compared(self):
        for kind in ("household", "poverty", "door", "disabled"):
            with self.subTest(kind=kind):
                comparison = self.compare(self.listed(self.one), self.unknown(), kind=kind)
                self.assertEqual(set(comparison.row_ids.mapped("kind")), {kind})
                self.assertEqual(
                    sorted(comparison.row_ids.mapped("result")), ["in_school", "not_found"]
                )

    def test_finds_of_a_village(self):
        comparison = self.compare(
            self.unknown(township=None, village=None, address=None),
            kind="door",
            village_id=self.village_a.id,
        )
        self.assertEqual(comparison.row_ids.area_id, self.village_a)
        self.assertIn("柳树村", comparison.display_name)
        self.assertRefused(
            "not one of the township",
            self.upload,
            b"x",
            kind="poverty",
            village_id=self.village_b.id,
        )

    # -- files ------------------------------------------------------------------------------------

    def test_csv_of_an_old_office(self):
        data = write_csv([self.listed(self.one), self.unknown()], "gb18030", ENTRANTS)
        comparison = self.upload(data, name="名单.csv")
        comparison.action_compare()
        self.assertEqual(comparison.row_count, 2)

    def test_a_row_that_cannot_be_read_stays_open(self):
        wrong = self.unknown(2)
        wrong["id_number"] = wrong["id_number"][:-1] + (
            "1" if wrong["id_number"][-1] != "1" else "2"
        )
        comparison = self.compare(
            self.unknown(1), wrong, self.unknown(3, id_number=None) | {"birthdate": None}
        )
        self.assertEqual(comparison.row_count, 3)
        self.assertEqual(comparison.open_count, 3)
        unread = comparison.row_ids.filtered(lambda row: row.result == "unreadable")
        self.assertEqual(sorted(unread.mapped("child_name")), ["周无名丁", "周无名丙"])
        for row in unread:
            self.assertTrue(row.problem)
            self.assertNotIn(wrong["id_number"], row.problem)
        self.assertEqual(set(unread.township_id), {self.township_a})

    def test_a_number_where_the_name_should_be_is_masked(self):
        wrong = self.unknown(2)
        number = wrong["id_number"]
        row = self.compare(self.unknown(1), wrong | {"name": f"周{number}"}).row_ids.filtered(
            lambda row: row.result == "unreadable"
        )
        self.assertEqual(len(row), 1)
        self.assertNotIn(number, row.child_name or "")
        self.assertNotIn(number, row.problem)

    def test_named_twice_in_the_file_counts_once(self):
        comparison = self.compare(self.unknown(), self.unknown(), self.listed(self.one))
        self.assertEqual((comparison.row_count, comparison.repeated_count), (2, 1))
        self.assertIn("1 rows", comparison.problem_text)

    def test_files_that_are_none(self):
        for data, told in ((b"x,y\n1,2\n", "."), (b"", "."), (b"PK\x03\x04broken", ".")):
            with self.subTest(data=data):
                comparison = self.upload(data, kind="poverty")
                self.assertRefused(told, comparison.action_compare)
                self.assertFalse(comparison.row_ids)
                comparison.unlink()

    def test_nothing_uploaded(self):
        comparison = (
            self.env["edu.comparison"]
            .with_user(self.user["township"])
            .create({"kind": "household"})
        )
        self.assertRefused("Upload the file first", comparison.action_compare)
        self.assertRefused("Compare the file first", comparison.action_compare_again)

    # -- once more --------------------------------------------------------------------------------

    def versions(self):
        self.env.flush_all()
        return self.env.execute_query(
            SQL("SELECT id, xmin::text, ctid::text FROM edu_comparison_row ORDER BY id")
        )

    def test_the_same_file_again_writes_no_row(self):
        wrong = self.unknown(4) | {"id_number": None, "birthdate": None}
        children = self.listed(self.one), self.unknown(), wrong
        comparison = self.compare(*children)
        before = self.versions()
        self.again(comparison, *children)
        self.assertEqual(len(before), 3)
        self.assertEqual(self.versions(), before)

    def test_what_was_worked_off_stays(self):
        comparison = self.compare(self.unknown(1), self.unknown(2))
        row = self.row(comparison, "周无名乙")
        row._edu_settle("moved", "迁移证明")
        before = [row.outcome, row.evidence, row.settled_at, row.history]
        self.again(comparison, self.unknown(1, name="周有名", village=None), self.unknown(2))
        self.assertEqual(row.child_name, "周无名乙")
        self.assertEqual([row.outcome, row.evidence, row.settled_at, row.history], before)
        self.assertEqual(comparison.row_count, 2)

    def test_a_newer_file_adds_and_keeps(self):
        comparison = self.compare(self.unknown(1), self.unknown(2))
        self.again(comparison, self.unknown(2), self.unknown(3))
        self.assertEqual((comparison.row_count, comparison.unlisted_count), (3, 1))
        gone = comparison.row_ids.filtered(lambda row: not row.is_listed)
        self.assertEqual((gone.child_name, gone.state), ("周无名乙", "open"))

    def test_a_number_that_came_later_is_taken_in(self):
        comparison = self.compare(self.unknown(1, id_number=None))
        self.again(comparison, self.unknown(1))
        self.assertEqual(comparison.row_count, 1)
        self.assertTrue(comparison.row_ids.id_number)

    def test_a_corrected_row_closes_the_unreadable_one(self):
        wrong = self.unknown(1) | {"id_number": None, "birthdate": None}
        comparison = self.compare(wrong, self.unknown(2))
        self.again(comparison, self.unknown(1), self.unknown(2))
        old = comparison.row_ids.filtered(lambda row: row.result == "unreadable")
        self.assertEqual((old.state, old.outcome), ("done", "superseded"))
        self.assertTrue(old.settled_by_id)
        self.assertEqual(comparison.open_count, 2)

    def test_an_unreadable_row_that_nobody_corrected_stays_open(self):
        comparison = self.compare(
            self.unknown(1) | {"id_number": None, "birthdate": None}, self.unknown(2)
        )
        self.again(comparison, self.unknown(2))
        old = comparison.row_ids.filtered(lambda row: row.result == "unreadable")
        self.assertEqual((old.state, old.is_listed), ("open", False))

    def test_compared_again_with_the_registry_as_it_is_now(self):
        comparison = self.compare(self.listed(self.one), self.unknown(1))
        self.mark(self.one, "suspected", missing_since="2026-09-01")
        born = date(2019, 5, 6)
        self.make_student(
            self.class_a,
            name="周无名乙",
            birthdate=born,
            id_number=make_identity(born, "male", 401),
        )
        comparison.action_compare_again()
        self.assertEqual(
            self.found(comparison),
            {"王一": ("absent", "open"), "周无名乙": ("in_school", "settled")},
        )

    def test_one_list_of_a_kind_place_and_term(self):
        self.compare(self.unknown())
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.upload(b"x")

    def test_what_was_compared_is_not_deleted(self):
        comparison = self.compare(self.unknown())
        self.assertRefused("stays on record", comparison.unlink)
        self.assertRefused("stays as compared", comparison.write, {"kind": "poverty"})

    # -- secrets ----------------------------------------------------------------------------------

    def test_no_number_in_the_table(self):
        child = self.unknown()
        self.compare(child, self.listed(self.one))
        text = str(
            self.env.execute_query(SQL("SELECT r::text FROM edu_comparison_row AS r"))
        ) + str(self.env.execute_query(SQL("SELECT r::text FROM edu_comparison AS r")))
        for secret in (child["id_number"], self.numbers[self.one], child["address"]):
            self.assertNotIn(secret, text)
        self.assertIn("周无名乙", text)

    def test_masks_and_whole_numbers(self):
        child = self.unknown()
        row = self.compare(child).row_ids
        self.assertTrue(row.id_number.startswith("***"))
        Row = self.env["edu.comparison.row"].with_user(self.user["township"])
        self.assertEqual(Row.search([("id_number", "=", child["id_number"])]), row)
        self.assertFalse(Row.search([("id_number", "ilike", child["id_number"][:10])]))

    def test_clear_values_go_after_the_policys_days(self):
        child = self.unknown()
        comparison = self.compare(child, self.listed(self.one))
        file = self.env["edu.encrypted.file"]._edu_of(comparison)
        self.assertTrue(file)
        days = self.env["edu.policy"]._current().upload_retention_days
        self.frozen.move_to(f"{date(2026, 9, 2) + timedelta(days=days + 1)} 01:00:00")
        self.env["edu.comparison"]._gc_uploads()
        self.env.invalidate_all()
        self.assertFalse(file.exists())
        self.assertTrue(comparison.is_expired)
        row = comparison.row_ids.filtered(lambda row: row.result == "not_found")
        self.assertEqual((row.child_name, row.state), ("周无名乙", "open"))
        self.assertFalse(row._edu_secret_clear("id_number")[row.id])
        here = comparison.row_ids - row
        self.assertEqual(
            (here.result, here.child_name, here.birthdate), ("in_school", False, False)
        )
        with self.assertRaisesRegex(UserError, "deleted by now"):
            comparison.action_compare()
        comparison.action_compare_again()
        self.assertEqual(here.result, "in_school")
        # the list once more brings them back, and nothing twice
        self.again(comparison, child, self.listed(self.one))
        self.assertEqual(comparison.row_count, 2)
        self.assertEqual(here.child_name, "王一")
        self.assertTrue(row._edu_secret_clear("id_number")[row.id])

    def test_an_upload_that_is_no_list_is_refused_with_what_to_do(self):
        data = write_export([self.unknown()], layout=(("备注", "remark"), ("村", "village")))
        comparison = self.upload(data)
        self.assertRefused(r"\w+", comparison.action_compare)
