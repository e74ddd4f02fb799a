import base64
import hashlib

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import BaseCase, HttpCase, tagged

from ...tools.draw import draw
from ..casework.common import CaseCommon


class TestDraw(BaseCase):
    def test_anybody_draws_the_same(self):
        """By the words of the document: the smallest SHA-256 of seed:number."""
        numbers = list(range(1, 200))
        by_hand = sorted(
            numbers, key=lambda number: hashlib.sha256(f"abc:{number}".encode()).hexdigest()
        )[:7]
        self.assertEqual([number for number, _key in draw("abc", numbers, 7)], by_hand)
        self.assertEqual(draw("abc", reversed(numbers), 7), draw("abc", numbers, 7))

    def test_another_seed_draws_others(self):
        numbers = range(1, 200)
        self.assertNotEqual(draw("abc", numbers, 7), draw("abd", numbers, 7))

    def test_no_more_than_there_are(self):
        self.assertEqual(len(draw("abc", [3, 1, 3], 7)), 2)


class SampleCommon(CaseCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.term.with_user(cls.user["bureau"]).action_open()
        cls.children = cls.student.union(
            *(cls.make_student(cls.class_a, name=f"孩子{number}") for number in range(9))
        )

    @classmethod
    def make_review(cls, **values):
        kind = cls.env.ref("edu_dropout_control.report_kind_quarter")
        values = {"kind_id": kind.id, "size": 4, **values}
        return cls.env["edu.sample.review"].with_user(cls.user["bureau"]).create(values)

    @classmethod
    def drawn(cls, **values):
        review = cls.make_review(**values)
        review.action_draw()
        return review

    @staticmethod
    def look(line, result="as_recorded", **values):
        line.write(
            {"result": result, "seen_on": "2026-09-02", "seen_by": "张督学、李干事", **values}
        )


class TestSampleReview(SampleCommon):
    # drawing

    def test_the_system_draws(self):
        review = self.drawn()
        self.assertEqual(review.state, "drawn")
        self.assertRegex(review.name, r"^控辍抽〔2026〕\d+号$")
        self.assertEqual(review.line_ids.mapped("number"), [1, 2, 3, 4])
        population = self.children | self.other_student
        self.assertEqual(review.population_count, len(population))
        self.assertLessEqual(review.line_ids.student_id, population)
        again = draw(review.seed, population.ids, 4)
        self.assertEqual(review.line_ids.student_id.ids, [number for number, _key in again])

    def test_redrawn_from_what_was_kept(self):
        review = self.drawn()
        lines = base64.b64decode(review.with_context(bin_size=False).population_file).split()
        again = draw(review.seed, [int(line) for line in lines], review.size)
        self.assertEqual([key for _number, key in again], review.line_ids.mapped("draw_key"))

    def test_drawing_again_is_identical(self):
        review = self.drawn()
        self.make_student(self.class_a)  # the population of today is another
        for role in ("bureau", "inspector"):
            told = review.with_user(self.user[role]).action_redraw()["params"]
            self.assertEqual(told["type"], "success")
            self.assertIn("Identical: the same 4 of 11", told["message"])

    def test_what_was_altered_is_told(self):
        for field, value in (("seed", "0" * 32), ("population_text", "1\n2\n3")):
            review = self.drawn()
            review.sudo().write({field: value})
            told = review.action_redraw()["params"]
            self.assertEqual(told["type"], "danger")
        review = self.drawn()
        review.sudo().line_ids[0].drawn_number += 1000
        self.assertEqual(review.action_redraw()["params"]["type"], "danger")

    def test_each_drawing_has_a_seed_of_its_own(self):
        self.assertNotEqual(self.drawn().seed, self.drawn().seed)

    def test_once_drawn_it_is_fixed(self):
        review = self.drawn()
        for values in (
            {"size": 10},
            {"population": "schools"},
            {"date": "2026-12-01"},
            {"township_ids": [Command.clear()]},
        ):
            with self.assertRaises(UserError):
                review.write(values)
        with self.assertRaises(UserError):
            review.action_draw()
        with self.assertRaises(UserError):
            review.unlink()
        for values in ({"seed": "x"}, {"state": "draft"}, {"population_hash": "x"}):
            with self.assertRaises(AccessError):
                review.write(values)
        for values in ({"student_id": self.student.id}, {"number": 9}, {"draw_key": "0"}):
            with self.assertRaises(AccessError):
                review.line_ids[0].write(values)
        with self.assertRaises(AccessError):
            review.line_ids[0].unlink()
        with self.assertRaises(UserError):
            review.sudo().line_ids[0].unlink()
        with self.assertRaises(AccessError):
            review.write({"line_ids": [Command.create({"number": 5})]})

    def test_populations(self):
        case = self.make_case(self.children[1])
        self.make_case(self.children[2], "returned")
        for population, found in (
            ("missing", case.student_id),
            ("returned", self.children[2]),
        ):
            with self.subTest(population=population):
                self.assertEqual(self.drawn(population=population).line_ids.student_id, found)
        schools = self.drawn(population="schools", size=50).line_ids
        self.assertEqual(
            schools.school_id, self.junior_a | self.school_a | self.point_a | self.school_b
        )
        self.assertFalse(schools.student_id)

    def test_only_some_townships(self):
        review = self.drawn(township_ids=[Command.set(self.township_b.ids)])
        self.assertEqual(review.line_ids.student_id, self.other_student)
        with self.assertRaisesRegex(UserError, "nobody to be drawn"):
            self.drawn(population="missing")

    def test_quarter_and_term(self):
        review = self.make_review()
        self.assertEqual((str(review.date_from), str(review.date_to)), ("2026-07-01", "2026-09-30"))
        self.assertEqual(str(review.deadline), "2026-09-30")
        survey = self.make_review(kind_id=self.env.ref("edu_dropout_control.report_kind_survey").id)
        self.assertEqual(survey.date_to, self.term.end_date)
        self.assertEqual(survey.population, "schools")
        self.assertEqual(survey.deadline, self.term.plan_deadline)

    # looking

    def test_result_takes_who_and_when(self):
        line = self.drawn().line_ids[0]
        for values in (
            {"result": "as_recorded"},
            {"result": "as_recorded", "seen_on": "2026-09-02"},
            {"result": "as_recorded", "seen_on": "2026-09-01", "seen_by": "李"},
            {"result": "as_recorded", "seen_on": "2026-09-03", "seen_by": "李"},
            {"result": "absent", "seen_on": "2026-09-02", "seen_by": "李"},
        ):
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                line.write(values)
        self.look(line)
        self.assertEqual(line.recorded_by_id, self.user["bureau"])

    def test_a_school_is_not_absent(self):
        line = self.drawn(population="schools").line_ids[0]
        with self.assertRaisesRegex(ValidationError, "not said of a school"):
            self.look(line, "absent", note="x")
        self.look(line, "data_wrong", note="多报二人")

    def test_evidence_is_ones_own_upload(self):
        line = self.drawn().line_ids[0]
        photo = self.make_file(self.user["bureau"])
        line.evidence_ids = [Command.link(photo.id)]
        self.assertEqual((photo.res_model, photo.res_id), ("edu.sample.line", line.id))
        with self.assertRaises(AccessError):
            line.evidence_ids = [Command.link(self.make_file(self.user["dean"]).id)]

    def test_absent_becomes_a_case(self):
        line = self.drawn().line_ids[0]
        with self.assertRaises(UserError):
            line.action_raise_case()
        self.look(line, "absent", note="班上无人，家长称在外")
        self.assertTrue(line.needs_follow_up)
        line.action_raise_case()
        case = line.case_id
        self.assertEqual((case.student_id, case.state), (line.student_id, "suspected"))
        self.assertIn("家长称在外", self.messages(case))
        self.assertFalse(line.needs_follow_up)

    def test_wrong_data_becomes_an_order(self):
        line = self.drawn().line_ids[0]
        self.look(line, "data_wrong", note="学籍班级与实际不符")
        line.action_order()
        self.assertEqual((line.order_id.school_id, line.order_id.state), (line.school_id, "draft"))
        self.assertIn("学籍班级与实际不符", line.order_id.instruction)
        order = line.order_id
        line.action_order()
        self.assertEqual(line.order_id, order)

    # closing

    def test_closed_when_everything_is_done(self):
        review = self.drawn()
        with self.assertRaisesRegex(ValidationError, "not looked at yet"):
            review.action_close()
        for line in review.line_ids[1:]:
            self.look(line)
        first = review.line_ids[0]
        self.look(first, "absent", note="不在校")
        with self.assertRaisesRegex(ValidationError, "neither a case nor a follow-up order"):
            review.action_close()
        first.action_raise_case()
        with self.assertRaisesRegex(ValidationError, "conclusion"):
            review.action_close()
        review.conclusion = "抽查四人，一人不在校。"
        review.action_close()
        self.assertEqual((review.state, review.deadline_state), ("closed", "done"))
        self.assertEqual((review.fine_count, review.finding_count, review.share), (3, 1, 75))
        with self.assertRaises(UserError):
            review.conclusion = "改"
        with self.assertRaises(UserError):
            self.look(first)

    def test_schools_read_their_own_once_it_is_closed(self):
        review = self.drawn(township_ids=[Command.set(self.township_b.ids)])
        line = review.line_ids
        for role in ("principal", "township"):
            self.assertFalse(self.as_user(line, role, other=True).has_access("read"), role)
        self.look(line)
        review.conclusion = "相符"
        review.action_close()
        for role in ("principal", "records_admin", "township"):
            self.assertTrue(self.as_user(line, role, other=True).has_access("read"), role)
            self.assertFalse(self.as_user(line, role).has_access("read"), role)
            self.assertFalse(self.as_user(line, role, other=True).has_access("write"), role)

    def test_whose_it_is(self):
        review = self.drawn()
        self.assertTrue(self.as_user(review, "inspector").has_access("read"))
        for role in ("principal", "township", "class_teacher"):
            self.assertFalse(self.as_user(review, role).has_access("read"), role)
        self.assertFalse(self.as_user(review, "bureau", other=True).has_access("read"))
        with self.assertRaises(AccessError):
            self.as_user(review, "inspector").action_close()
        with self.assertRaises(AccessError):
            self.env["edu.sample.review"].with_user(self.user["inspector"]).create({})

    def test_a_child_merged_into_another_entry_stays_as_drawn(self):
        review = self.drawn()
        fixed = self.env["edu.student"]._edu_merge_fixed()
        self.assertIn("edu.sample.line", fixed)
        self.assertEqual(review.action_redraw()["params"]["type"], "success")

    def test_document(self):
        review = self.drawn()
        self.look(review.line_ids[0], "data_wrong", note="班级不符")
        html = (
            self.env["ir.actions.report"]
            .with_user(self.user["inspector"])
            ._render_qweb_html("edu_dropout_control.action_report_sample_review", review.ids)[0]
            .decode()
        )
        for words in (review.seed, review.population_hash, "班级不符", "张督学", "未办结"):
            self.assertIn(words, html)


@tagged("post_install", "-at_install")
class TestSampleReviewTour(SampleCommon, HttpCase):
    def test_drawn_looked_at_closed(self):
        review = self.make_review(
            size=1, population="missing", township_ids=[Command.set(self.township_a.ids)]
        )
        self.make_case()
        user = self.user["bureau"]
        user.password = user.login
        self.env.flush_all()
        self.start_tour(
            "/odoo/action-edu_dropout_control.edu_sample_review_action",
            "edu_sample_review",
            login=user.login,
        )
        self.env.invalidate_all()
        self.assertEqual((review.state, review.line_ids.result), ("drawn", "absent"))
        self.assertTrue(review.line_ids.case_id)
