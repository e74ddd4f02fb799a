import base64
import io

import xlsxwriter
from python_calamine import CalamineWorkbook

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged

from ...tools import county_workbook
from ..common import EduCommon


def workbook(**sheets):
    """A filled set-up workbook: {sheet name: rows of texts in the template's order}."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    for name, columns in county_workbook.SHEETS.items():
        page = book.add_worksheet(name)
        rows = [[column[1] for column in columns], *sheets.get(name, [])]
        for number, row in enumerate(rows):
            for at, text in enumerate(row):
                page.write_string(number, at, text)
    book.close()
    return base64.b64encode(buffer.getvalue())


GOOD = {
    "行政区划": [
        ["990005", "绿水县", "县", ""],
        ["990005101", "白云镇", "乡镇", ""],
        ["990005101201", "山前村", "村", ""],
    ],
    "学校": [
        [
            "9990000002",
            "白云教学点",
            "教学点",
            "乡村",
            "990005101",
            "9990000001",
            "",
            "",
            "1",
            "3",
        ],
        [
            "9990000001",
            "白云小学",
            "小学",
            "镇区",
            "990005101",
            "",
            "9990000003",
            "990005101201",
        ],
        ["9990000003", "白云中学", "初中", "", "990005101"],
    ],
    "班级": [["9990000001", "3", "1", "2024"], ["9990000003", "7", "2", ""]],
    "教职工": [
        ["孙校长", "sun_xz", "", "校长", "9990000001", "", "2026-08-01"],
        ["周老师", "zhou_ls", "qiu-tian-2026", "班主任", "9990000001", "3-1"],
        ["周老师", "zhou_ls", "", "学籍管理员", "9990000001", ""],
        ["吴镇干", "wu_zg", "", "乡镇干部", "990005101", ""],
        [
            "郑科长",
            "zheng_kz",
            "",
            "教体局工作人员",
            "990005",
            "",
            "",
            "",
            "否",
            "基础教育股",
        ],
    ],
}


@tagged("post_install", "-at_install")
class TestCountySetup(EduCommon):
    def setup_of(self, sheets, user=None):
        Setup = self.env["edu.county.setup"].with_user(user or self.user["county_admin"])
        return Setup.create({"file": workbook(**sheets), "file_name": "x.xlsx"})

    def test_template_has_all_sheets_and_headers(self):
        setup = self.env["edu.county.setup"].with_user(self.user["county_admin"]).create({})
        book = CalamineWorkbook.from_filelike(io.BytesIO(base64.b64decode(setup.template)))
        self.assertEqual(book.sheet_names, ["说明", *county_workbook.SHEETS])
        read = county_workbook.read(base64.b64decode(setup.template), max_unpacked=10**8)
        self.assertFalse(read.missing)
        self.assertFalse(any(read.rows.values()))

    def test_sets_up_a_county(self):
        setup = self.setup_of(GOOD)
        setup.action_check()
        self.assertFalse(setup.problem_ids, setup.problem_ids.mapped("message"))
        self.assertEqual(setup.school_count, 3)
        self.assertEqual(setup.people_left, 4)
        self.assertFalse(self.env["edu.school"].search([("code", "=", "9990000001")]))
        setup.action_apply()
        self.assertEqual(setup.state, "done")
        school = self.env["edu.school"].search([("code", "=", "9990000001")])
        point = self.env["edu.school"].search([("code", "=", "9990000002")])
        self.assertEqual(point.parent_id, school)
        self.assertEqual(point.grade_to, 3)
        self.assertEqual(school.junior_school_id.name, "白云中学")
        self.assertEqual(school.zone_area_ids.name, "山前村")
        self.assertEqual(school.county_id.name, "绿水县")
        teacher = self.env["res.users"].search([("login", "=", "zhou_ls")])
        self.assertTrue(teacher.has_group("edu_dropout_control.group_class_teacher"))
        self.assertEqual(teacher.edu_class_teacher_class_ids, school.class_ids)
        self.assertEqual(teacher.edu_records_admin_school_ids, school | point)
        clerk = self.env["res.users"].search([("login", "=", "wu_zg")])
        self.assertIn(school, clerk.edu_township_school_ids)
        self.assertFalse(setup.file, "the workbook may hold first passwords")

    def test_log_ins_are_handed_out_once_and_work(self):
        setup = self.setup_of(GOOD)
        setup.action_apply()
        self.env.flush_all()
        self.env.cr.execute("SELECT login_cipher FROM edu_county_setup WHERE id = %s", [setup.id])
        self.assertNotIn("qiu-tian-2026", self.env.cr.fetchone()[0])
        logins = {row[1]: row for row in setup._edu_take_logins()}
        self.assertEqual(logins["zhou_ls"][2], "qiu-tian-2026")
        self.assertGreaterEqual(len(logins["sun_xz"][2]), 10)
        self.assertFalse(setup._edu_take_logins())
        teacher = self.env["res.users"].search([("login", "=", "zhou_ls")])
        teacher.with_user(teacher)._check_credentials(
            {"type": "password", "password": "qiu-tian-2026"}, {"interactive": True}
        )

    def test_the_same_workbook_twice_changes_nothing(self):
        self.setup_of(GOOD).action_apply()
        models = ("edu.area", "edu.school", "edu.class", "edu.post", "res.users")
        before = [self.env[model].search_count([]) for model in models]
        again = self.setup_of(GOOD)
        again.action_apply()
        self.assertFalse(again.problem_ids, again.problem_ids.mapped("message"))
        self.assertEqual([self.env[model].search_count([]) for model in models], before)
        self.assertFalse(again.has_logins)

    def test_wrong_rows_are_named_and_the_others_go_in(self):
        bad = {
            **GOOD,
            "学校": [
                *GOOD["学校"],
                ["99900", "短号小学", "小学", "乡村", "990005101"],
                ["9990000004", "无镇小学", "小学", "乡村", "990005999"],
                ["9990000005", "怪类小学", "大学", "乡村", "990005101"],
                ["9990000006", "", "小学", "乡村", "990005101"],
            ],
            "教职工": [
                *GOOD["教职工"],
                ["冯老师", "feng_ls", "", "班主任", "9990000001", "9-9"],
                ["陈老师", "chen_ls", "", "门卫", "9990000001", ""],
                ["别人", "sun_xz", "", "教导主任", "9990000001", ""],
                ["卫老师", "wei_ls", "", "教导主任", "9990000001", "", "2026年13月1日"],
            ],
        }
        setup = self.setup_of(bad)
        setup.action_apply()
        places = {(p.sheet, p.row, p.column) for p in setup.problem_ids}
        self.assertEqual(
            places,
            {
                ("学校", 5, "学校标识码"),
                ("学校", 6, "所在乡镇代码"),
                ("学校", 7, "类别"),
                ("学校", 8, "学校名称"),
                ("教职工", 7, "班级"),
                ("教职工", 8, "职务"),
                ("教职工", 9, "登录名"),
                ("教职工", 10, "任职开始"),
            },
        )
        self.assertEqual(setup.school_count, 3)
        self.assertTrue(self.env["res.users"].search([("login", "=", "wu_zg")]))

    def test_log_ins_are_made_in_steps(self):
        self.patch(
            __import__("odoo.addons.edu_dropout_control.wizard.county_setup", fromlist=["x"]),
            "PEOPLE_PER_STEP",
            2,
        )
        setup = self.setup_of(GOOD)
        setup.action_apply()
        self.assertEqual((setup.state, setup.people_left), ("checked", 2))
        setup.action_apply()
        self.assertEqual((setup.state, setup.people_left), ("done", 0))
        self.assertEqual(len(setup._edu_take_logins()), 4)

    def test_missing_sheet_and_no_workbook(self):
        Setup = self.env["edu.county.setup"].with_user(self.user["county_admin"])
        with self.assertRaises(UserError):
            Setup.create({}).action_check()
        with self.assertRaisesRegex(UserError, "."):
            Setup.create({"file": base64.b64encode(b"%PDF-1.4")}).action_check()
        buffer = io.BytesIO()
        book = xlsxwriter.Workbook(buffer, {"in_memory": True})
        book.add_worksheet("学校").write_string(0, 0, "别的")
        book.close()
        setup = Setup.create({"file": base64.b64encode(buffer.getvalue())})
        setup.action_check()
        self.assertIn("行政区划", setup.problem_ids.mapped("sheet"))

    def test_only_the_county_administrator(self):
        for role in self.user:
            if role == "county_admin":
                continue
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.setup_of(GOOD, self.user[role])


@tagged("post_install", "-at_install")
class TestCountySetupDownload(HttpCase):
    def test_only_whoever_ran_it_downloads_once(self):
        setup = self.env["edu.county.setup"].with_user(self.env.ref("base.user_admin")).create({})
        setup._edu_keep_logins([["孙校长", "sun_xz", "first-pass", "校长"]])
        other = self.env["res.users"].create(
            {"name": "other", "login": "other_admin", "password": "other_admin_9"}
        )
        self.env["edu.post"].create(
            {
                "user_id": other.id,
                "role": "county_admin",
                "area_id": self.env["edu.area"]
                .create({"name": "县", "code": "990009", "level": "county"})
                .id,
                "date_from": "2020-01-01",
            }
        )
        url = f"/edu/setup/{setup.id}/logins"
        self.authenticate("other_admin", "other_admin_9")
        self.assertEqual(self.url_open(url).status_code, 404)
        self.authenticate("admin", "admin")
        answer = self.url_open(url)
        book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
        self.assertEqual(book.get_sheet_by_index(0).to_python()[1][2], "first-pass")
        self.assertEqual(self.url_open(url).status_code, 404)
