from odoo.exceptions import ValidationError

from .common import ReportCommon


class TestDropoutProblems(ReportCommon):
    """What keeps annex 1 from being signed is named, each with the place where it is put right."""

    def sign_checked(self, report=None):
        self.as_user(report or self.report, "records_admin").action_sign_checked()

    def link(self, action, record):
        return f"/odoo/action-edu_dropout_control.{action}/{record.id}"

    def test_each_problem_links_to_where_it_is_put_right(self):
        check = self.report._edu_check()
        self.assertIn(self.link("edu_roster_check_action", check), self.report.problem_list)
        self.close_check(missing=self.student)
        case = self.confirm(self.student)
        case.whereabouts_id = False
        self.env.invalidate_all()
        self.assertIn(self.link("edu_dropout_case_action", case), self.report.problem_list)
        self.assertIn("张小明", self.report.problem_list)
        case.whereabouts_id = self.code("whereabouts", "home")
        self.env.invalidate_all()
        self.assertFalse(self.report.problems)

    def test_names_are_shown_as_they_are_written(self):
        self.student.name = "<b>张</b>"
        self.close_check(missing=self.student)
        self.confirm(self.student).cause_id = False
        self.env.invalidate_all()
        self.assertIn("&lt;b&gt;张&lt;/b&gt;", self.report.problem_list)

    def test_a_visit_that_is_due_is_made_first(self):
        self.close_check(missing=self.student)
        case = self.confirm(self.student)
        self.on("2026-10-09 01:00:00")
        with self.assertRaisesRegex(ValidationError, "张小明: a visit was due by 2026-10-0"):
            self.sign_checked()
        self.make_visit(case)
        self.sign_checked()

    # last term + in - out = now

    def spring(self, number=None):
        """The next term, and the report in it; of ``number`` children last term."""
        self.close_check()
        self.submit()
        if number is not None:
            self.report.sudo().registry_count = number
        spring = self.env["edu.term"].create(
            {
                "school_year": "2026-2027",
                "season": "spring",
                "start_date": "2027-02-22",
                "end_date": "2027-07-09",
            }
        )
        self.on("2027-02-23 01:00:00")
        spring.with_user(self.user["bureau"]).action_open()
        report = self.report_of(self.school_a, spring)
        check = report._edu_check()
        for sheet in check.sheet_ids.filtered("line_ids"):
            sheet.with_user(self.user["class_teacher"]).action_mark(
                [], heads=len(sheet.line_ids), rest=True
            )
            sheet.with_user(self.user["class_teacher"]).action_sign()
        check.with_user(self.user["records_admin"]).action_close()
        return report

    def test_numbers_that_add_up(self):
        self.sign_checked(self.spring())

    def test_numbers_that_do_not_add_up_are_explained(self):
        report = self.spring(number=3)
        with self.assertRaisesRegex(ValidationError, "3 last term .* is not 1"):
            self.sign_checked(report)
        self.as_user(report, "dean").remark = "上学期重复计入两人"
        self.sign_checked(report)

    def test_who_came_and_left_in_between_counts(self):
        report = self.spring(number=2)
        self.env["edu.status.change"].create(
            {
                "student_id": self.make_student(self.class_a).id,
                "kind": "transfer_out",
                "date_from": "2027-01-20",
                "school_id": self.school_a.id,
            }
        ).sudo().write({"state": "in_force"})
        self.sign_checked(report)

    def test_without_a_report_of_last_term_nothing_is_compared(self):
        self.close_check()
        self.sign_checked()

    # teaching points

    def point(self):
        """The teaching point has a child; its check is closed."""
        klass = self.make_class(self.point_a, 1)
        self.make_student(klass, name="周小林")
        self.term.with_user(self.user["bureau"]).action_open()
        self.close_check(self.point_a)
        return self.report_of(self.point_a)

    def test_a_central_school_signs_after_its_teaching_points(self):
        point = self.point()
        self.close_check()
        with self.assertRaisesRegex(ValidationError, "柳树教学点 is not signed yet"):
            self.sign_checked()
        self.assertIn(self.link("edu_dropout_report_action", point), self.report.problem_list)
        self.sign(point)
        self.sign_checked()
        content = self.report.version_id._edu_content()
        (told,) = content["points"]
        self.assertEqual(
            (told["name"], told["version"]), ("柳树教学点", point.version_id.content_hash)
        )
        self.assertEqual((told["figures"]["registry"], content["figures"]["registry"]), (1, 1))

    def test_a_teaching_point_without_children_keeps_nobody_waiting(self):
        self.close_check()
        self.sign_checked()

    def test_the_document_names_each_teaching_point_and_the_sum(self):
        self.sign(self.point())
        self.close_check()
        self.sign()
        html, _kind = (
            self.env["ir.actions.report"]
            .with_user(self.user["principal"])
            ._render_qweb_html(
                "edu_dropout_control.action_report_dropout_report", self.report.version_id.ids
            )
        )
        self.assertIn("柳树教学点", html.decode())
        form = self.report.version_id._edu_form()
        self.assertEqual(
            [words for words, _numbers in form["points"]], ["本部", "柳树教学点", "合计"]
        )
        self.assertEqual([numbers[0] for _words, numbers in form["points"]], [1, 1, 2])

    def test_a_school_without_teaching_points_has_no_such_table(self):
        self.assertEqual(self.report_of(self.school_b)._edu_form()["points"], [])

    def test_late_to_the_second(self):
        self.close_check()
        self.sign()
        self.on("2026-09-16 16:00:00")
        self.as_user(self.report, "principal").action_submit()
        self.assertEqual((self.report.is_late, self.report.late_by), (True, "00:00:01"))
