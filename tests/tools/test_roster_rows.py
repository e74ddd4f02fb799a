from datetime import date

from hypothesis import example, given, settings, strategies as st

from odoo.tests.common import BaseCase

from odoo.addons.edu_dropout_control.tools import identity
from odoo.addons.edu_dropout_control.tools.problem import CODES
from odoo.addons.edu_dropout_control.tools.roster import (
    FIELDS,
    Context,
    check_raw,
    check_row,
    map_columns,
    read_class,
    read_grade,
)

from .roster_common import HEADERS, TODAY, child, codes, line

CONTEXT = Context.of(TODAY, "2026-2027")
PLAIN = map_columns(list(HEADERS), 1, 1)


def one(headers, *cells, context=CONTEXT):
    return check_row("名单", 2, list(cells), map_columns(list(headers), 1, 1), context)


def changed(**values):
    """A good row with some cells replaced."""
    row = line(child())
    for header, value in values.items():
        row[HEADERS.index(header)] = value
    return check_row("名单", 2, row, PLAIN, CONTEXT)


class TestGradesAndClasses(BaseCase):
    def test_grades(self):
        for text, grade in {
            "一年级": 1, "1": 1, "01": 1, "七年级": 7, "7年级": 7, "初一": 7, "初1": 7, "初中一年级": 7,
            "初中七年级": 7, "小学三年级": 3, "小三": 3, "九": 9, "初三": 9, "初中部二年级": 8, "九年级": 9,
            "八年": 8, "小学2022级": 5, "初中2025级": 8, "初2026级": 7, "２０２６级初": None, "七 年 级": 7,
            "7.0": 7, 7.0: 7, "1.00": 1,
        }.items():  # fmt: skip
            self.assertEqual(read_grade(text, year=2026)[0], grade, text)

    def test_cohorts(self):
        born = date(2013, 9, 1)
        cases = (
            ({"birthdate": date(2019, 8, 1)}, 2),
            ({"birthdate": born}, 8),
            ({"school_name": "某县中心小学"}, 2),
            ({"school_name": "某县第一初级中学"}, 8),
            ({"school_name": "某县九年一贯制学校", "birthdate": born}, 8),
        )
        for hints, grade in cases:
            self.assertEqual(read_grade("2025级", year=2026, **hints), (grade, None))
            self.assertEqual(read_grade("25级", year=2026, **hints), (grade, None))
        self.assertEqual(read_grade("2025级", birthdate=born)[1].code, "grade_needs_year")
        self.assertEqual(read_grade("2025级", year=2026)[1].code, "grade_ambiguous")
        self.assertEqual(read_grade("小学2010级", year=2026)[1].code, "grade_not_compulsory")

    def test_not_compulsory_and_unreadable(self):
        for text in ("高一", "高中二年级", "十年级", "10", "12年级", "学前班", "幼儿园大班"):
            self.assertEqual(read_grade(text, year=2026)[1].code, "grade_not_compulsory", text)
        for text in ("0", "某年级", "abc"):
            self.assertEqual(read_grade(text, year=2026)[1].code, "grade_unreadable", text)

    def test_classes(self):
        born = date(2013, 9, 1)
        for text, number, grade in (
            ("1班", 1, None), ("一班", 1, None), ("（1）班", 1, None), ("01", 1, None), ("12", 12, None),
            ("十二班", 12, None), ("第3班", 3, None), ("七(2)班", 2, 7), ("七年级2班", 2, 7),
            ("七年级（2）班", 2, 7), ("7(2)", 2, 7), ("7.2班", 2, 7), ("7-2", 2, 7), ("初一(2)班", 2, 7),
            ("初一2班", 2, 7), ("0702", 2, 7), ("702", 2, 7), ("2025级3班", 3, 8), ("25级3班", 3, 8),
            ("2025级（3）班", 3, 8), ("2.0", 2, None), ("702.0", 2, 7),
            ("202503", 3, 8), ("小学2025级3班", 3, 2), ("八年级十一班", 11, 8),
        ):  # fmt: skip
            found = read_class(text, year=2026, birthdate=born)
            self.assertEqual(found, (number, grade, None), text)
        for text in ("启明班", "七班八班", "0700", "2023010102", "班"):
            self.assertEqual(read_class(text, year=2026)[2].code, "class_unreadable", text)


class TestNumbers(BaseCase):
    def test_spoilt_numbers_are_never_converted(self):
        kid = child()
        for spoilt in (
            float(kid["id_number"][:17] + "0"),
            int(kid["id_number"][:17] + "0"),
            "9.90001E+17",
            "9.90001e17",
            "９.90001Ｅ＋17",
            1e15,
        ):
            row = changed(身份证件号=spoilt)
            self.assertIn(("id_number", "number_spoilt"), codes(row))
            self.assertNotIn("id_number", row.values)
            self.assertFalse(row.ok)
        row = changed(成员1电话=1.69e20)
        self.assertEqual(codes(row), {("guardian1_phone", "number_spoilt")})
        self.assertTrue(row.ok)  # the child is known without it

    def test_eighteen_digits_of_which_fifteen_are_left(self):
        number = next(
            n
            for n in (identity.make_identity(date(2013, 9, 1), "male", s) for s in range(60, 400))
            if not n.endswith("000")
        )
        row = changed(身份证件号=number[:15] + "000")
        self.assertEqual({c for f, c in codes(row) if f == "id_number"}, {"number_spoilt"})

    def test_floats_that_are_whole(self):
        row = changed(年级=7.0, 班级=2.0, 出生日期=20130901.0, 成员1电话=16900000001.0)
        self.assertEqual(codes(row), set())
        self.assertEqual((row.values["grade"], row.values["class_number"]), (7, 2))
        self.assertEqual(row.values["guardian1_phone"], "16900000001")
        self.assertEqual(row.raw["年级"], "7")

    def test_check_digit(self):
        number = child()["id_number"]
        wrong = number[:17] + ("1" if number[17] != "1" else "2")
        row = changed(身份证件号=wrong)
        self.assertIn(("id_number", "id_checksum"), codes(row))
        self.assertFalse(row.ok)
        self.assertTrue(all(p.secret for p in row.problems if p.field == "id_number"))

    def test_numbers_in_each_others_column(self):
        kid = child()
        row = one(("姓名", "身份证号"), "张小明", kid["national_no"])
        self.assertEqual(codes(row), {("id_number", "id_is_student_no")})
        self.assertEqual(row.values["national_no"], kid["national_no"])
        self.assertTrue(row.ok)
        row = one(("姓名", "学籍主号"), "张小明", kid["id_number"])
        self.assertEqual(codes(row), {("national_no", "national_no_without_prefix")})
        self.assertEqual(row.values["id_number"], kid["id_number"])

    def test_formal_number_may_differ(self):
        row = changed(全国学籍号=child(9)["national_no"])
        self.assertEqual(codes(row), {("national_no", "national_no_differs")})
        self.assertTrue(row.ok)

    def test_other_documents(self):
        headers = ("姓名", "性别", "出生日期", "证件类型", "身份证件号")
        row = one(headers, "Anna Lee", "女", "20150101", "护照", "e 1234567")
        self.assertEqual(codes(row), set())
        self.assertEqual((row.values["id_type"], row.values["id_number"]), ("A", "E1234567"))
        row = one(headers, "Anna Lee", "女", "20150101", "护照", "?")
        self.assertIn(("id_number", "document_no_format"), codes(row))

    def test_a_wrong_number_of_a_guardian_costs_only_that(self):
        row = one(
            ("姓名", "身份证号", "监护人姓名", "监护人身份证号", "监护人电话", "残疾证号"),
            "张小明", child()["id_number"], "张大明", "12345", "12", "1",
        )  # fmt: skip
        self.assertTrue(row.ok)
        self.assertEqual(
            codes(row),
            {
                ("guardian1_id_number", "id_length"),
                ("guardian1_phone", "phone_format"),
                ("disability_no", "disability_no_format"),
            },
        )
        self.assertEqual({p.severity for p in row.problems}, {"warning"})

    def test_several_phones(self):
        row = changed(成员1电话="无效/16900000007、16900000008")
        self.assertEqual(row.values["guardian1_phone"], "16900000007")


class TestCrossChecks(BaseCase):
    def test_gender_against_number(self):
        row = changed(性别="女")
        self.assertIn(("gender", "gender_mismatch"), codes(row))
        self.assertFalse(row.ok)

    def test_birth_date_against_number(self):
        row = changed(出生日期="2013-09-02")
        self.assertIn(("birthdate", "birthdate_mismatch"), codes(row))
        self.assertFalse(row.ok)

    def test_the_number_fills_what_is_missing(self):
        row = one(("姓名", "身份证号"), "张小明", child()["id_number"])
        self.assertEqual(row.values["gender"], "male")
        self.assertEqual(row.values["birthdate"], date(2013, 9, 1))
        self.assertEqual(row.values["id_type"], "1")

    def test_dates(self):
        self.assertIn(("birthdate", "date_impossible"), codes(changed(出生日期="20130231")))
        self.assertIn(("birthdate", "date_month_only"), codes(changed(出生日期="201308")))
        self.assertIn(("birthdate", "date_unreadable"), codes(changed(出生日期="不详")))
        row = one(("姓名", "出生日期"), "张小明", "20300101")
        self.assertEqual(codes(row), {("birthdate", "birthdate_future")})
        row = one(("姓名", "出生日期"), "张小明", "19800101")
        self.assertEqual(codes(row), {("birthdate", "birthdate_implausible")})

    def test_the_number_tells_what_a_short_birth_date_leaves_out(self):
        """出生年月 2013.09, 13.9.1: where the identity number agrees it is the day; else it is told."""
        for text in ("201309", "2013.09", 2013.09, "2013年9月", "13.9.1", "13年9月", "13-09-01"):
            with self.subTest(text=text):
                row = changed(出生日期=text)
                self.assertEqual((row.values["birthdate"], codes(row)), (date(2013, 9, 1), set()))
        for text in ("13.9.2", "201308", "12年9月", 2013.08, "2013.1", "不详"):
            with self.subTest(text=text):
                row = changed(出生日期=text)
                self.assertNotIn("birthdate", row.values)
                self.assertFalse(row.ok)
        row = changed(出生日期="13.9.1", 身份证件号="", 全国学籍号="")
        self.assertIn(("birthdate", "date_unreadable"), codes(row))

    def test_october_as_excel_leaves_it(self):
        """2015.10 typed as a number is kept as 2015.1: October, or January."""
        for born in (date(2015, 10, 3), date(2015, 1, 3)):
            number = child(born=born)["id_number"]
            row = one(("姓名", "身份证件号", "出生年月"), "张小明", number, 2015.1)
            self.assertEqual(row.values["birthdate"], born)
        number = child(born=date(2015, 9, 3))["id_number"]
        row = one(("姓名", "身份证件号", "出生年月"), "张小明", number, 2015.1)
        self.assertEqual(codes(row), {("birthdate", "date_month_only")})

    def test_grade_against_age(self):
        row = changed(年级="一年级")
        self.assertEqual(codes(row), {("grade", "grade_age")})
        self.assertTrue(row.ok)
        self.assertEqual(row.problems[0].params, {"grade": 1, "age": 12})

    def test_class_against_grade(self):
        row = changed(班级="八(2)班")
        self.assertEqual(codes(row), {("class_number", "class_grade_mismatch")})

    def test_missing(self):
        self.assertIn(("name", "value_missing"), codes(changed(姓名="")))
        row = one(("姓名", "身份证号", "出生日期"), "张小明", "", "")
        self.assertEqual(codes(row), {("", "identifier_missing")})
        self.assertIn(("grade", "grade_missing"), codes(changed(年级="")))

    def test_the_grade_comes_from_the_class(self):
        row = one(("姓名", "出生日期", "班级"), "张小明", "20130901", "七(2)班")
        self.assertEqual((row.values["grade"], row.values["class_number"]), (7, 2))
        row = one(("姓名", "出生日期", "年级"), "张小明", "20130901", "七年级2班")
        self.assertEqual((row.values["grade"], row.values["class_number"]), (7, 2))


class TestCodes(BaseCase):
    def value(self, header, text, field):
        row = one(("姓名", "出生日期", header), "张小明", "20130901", text)
        return row.values.get(field), {c for _f, c in codes(row)}

    def test_lists(self):
        for header, text, field, value in (
            ("性别", "１", "gender", "male"),
            ("性别", "2-女", "gender", "female"),
            ("学籍状态", "在读", "registry_state", "enrolled"),
            ("学籍状态", "01", "registry_state", "enrolled"),
            ("学籍状态", "02-休学", "registry_state", "suspended"),
            ("学生状态", "转出", "registry_state", "transferred_out"),
            ("学生状态", "下落不明", "registry_state", "dropped_out"),
            ("证件类型", "居民身份证", "id_type", "1"),
            ("证件类型", "A-护照", "id_type", "A"),
            ("民族", "汉", "ethnicity", "汉族"),
            ("民族", "01-汉族", "ethnicity", "汉族"),
            ("民族", "05", "ethnicity", "维吾尔族"),
            ("户口性质", "农业", "household_kind", "农业户口"),
            ("就读方式", "1-走读", "study_mode", "走读"),
            ("就读方式", "寄宿", "boarding", True),
            ("就读方式", "走读", "boarding", False),
            ("就读方式", "送教上门", "placement", "home"),
            ("入学方式", "就近入学", "entry_mode", "就近入学"),
            ("是否寄宿", "否", "boarding", False),
            ("是否寄宿", "√", "boarding", True),
            ("是否留守儿童", "单亲留守", "left_behind", True),
            ("是否留守儿童", "非留守儿童", "left_behind", False),
            ("是否孤儿", 0.0, "orphan", False),
            ("是否孤儿", True, "orphan", True),
            ("残疾类型", "无残疾", "disability_type", "none"),
            ("残疾类型", "无", "disability_type", "none"),
            ("是否残疾", "是", "disability_type", "other"),
            ("残疾类型", "智力残疾", "disability_type", "5"),
            ("随班就读", "视力残疾随班就读", "disability_type", "1"),
            ("随班就读", "视力残疾随班就读", "placement", "regular"),
            ("安置方式", "特殊教育学校", "placement", "special_school"),
            ("国籍", "156", "nationality", "中国"),
            ("入学年月", "201409", "entry_month", "2014-09"),
            ("入学年月", "2014年9月1日", "entry_month", "2014-09"),
            ("入学年月", "2014", "entry_month", "2014-09"),
            ("户口所在地", "990000101201", "household_area_code", "990000101201"),
            ("户口所在地", "某县某镇某村", "household_area", "某县某镇某村"),
            ("监护人关系", "51-父亲", "guardian1_relation", "father"),
            ("监护人关系", "外婆", "guardian1_relation", "grandmother_m"),
            ("成员1是否监护人", "1", "guardian1_is_legal", True),
            ("应入年级", "七年级", "expected_grade", 7),
            ("备注", "无", "remark", None),
            ("曾用名", "张 大明", "former_name", "张大明"),
            ("学校标识码", 9900000012.0, "school_code", "9900000012"),
        ):  # fmt: skip
            found, problems = self.value(header, text, field)
            self.assertEqual((found, problems), (value, set()), (header, text))

    def test_unknown_words_are_told(self):
        for header, text, code in (
            ("性别", "不详", "gender_unknown"),
            ("学籍状态", "某状态", "value_unknown"),
            ("是否寄宿", "也许", "value_unknown"),
            ("监护人关系", "某人", "value_unknown"),
            ("安置方式", "待安置", "value_unknown"),
            ("学校标识码", "123", "school_code_format"),
        ):
            self.assertEqual(self.value(header, text, "")[1], {code})
        self.assertEqual(self.value("民族", "某族", "ethnicity"), ("某族", {"value_unknown"}))

    def test_expulsion_is_told(self):
        for text in ("退学", "开除", "03"):
            found, problems = self.value("学籍状态", text, "registry_state")
            self.assertEqual((found, problems), ("dropped_out", {"state_not_allowed"}))

    def test_parents(self):
        headers = ("姓名", "出生日期", "父亲姓名", "母亲姓名")
        row = one(headers, "张小明", "20130901", "张大明", "李红")
        self.assertEqual(row.values["guardian1_relation"], "father")
        self.assertEqual(row.values["guardian2_relation"], "mother")
        row = one(headers, "张小明", "20130901", "", "")
        self.assertNotIn("guardian1_relation", row.values)

    def test_second_best_column(self):
        headers = ("姓名", "出生日期", "现住址", "家庭地址")
        row = one(headers, "张小明", "20130901", "", "某村 1 号")
        self.assertEqual(row.values["address"], "某村 1 号")


class TestSkipping(BaseCase):
    def skipped(self, *cells):
        return check_row("名单", 9, list(cells), PLAIN, CONTEXT).skipped

    def test_totals_and_footers(self):
        self.assertEqual(self.skipped("合计", "", "38人"), "total")
        self.assertEqual(self.skipped("", "总 计", 38.0), "total")
        self.assertEqual(self.skipped("全校合计：男 20 女 18"), "total")
        for text in (
            "填表人：某某",
            "审核人:",
            "注：本表一式两份",
            "备注: 无",
            "校长（签字）：",
            "第 1 页 共 3 页",
        ):
            self.assertEqual(self.skipped(text), "footer", text)

    def test_repeated_header_numbers_and_example(self):
        self.assertEqual(self.skipped(*HEADERS), "header_repeated")
        self.assertEqual(self.skipped("1", "2", "3", "4"), "column_numbers")
        self.assertEqual(self.skipped(1.0, 2.0, 3.0, 4.0), "column_numbers")
        self.assertEqual(self.skipped("示例：张三", "男", "20130901"), "example")

    def test_children_are_not_skipped(self):
        for name in ("合计", "注明", "小计明", "说明", "校长明"):
            row = line(child(name=name))
            self.assertIsNone(self.skipped(*row))
        self.assertIsNone(self.skipped("张小明", "", "", "", ""))

    def test_empty_rows(self):
        for cells in ([], ["", ""], [" ", "\u3000\n"]):
            self.assertIsNone(check_row("名单", 2, cells, PLAIN, CONTEXT))


class TestRow(BaseCase):
    def test_a_row_corrected_by_hand_is_read_again(self):
        row = changed(性别="女")
        raw = row.raw
        self.assertEqual(raw["性别"], "女")
        raw["性别"] = "男"
        again = check_raw("名单", 2, raw, PLAIN, CONTEXT)
        self.assertTrue(again.ok)
        self.assertEqual(again.values, changed().values)

    def test_where_it_is_wrong(self):
        problem = next(p for p in changed(性别="女").problems)
        self.assertEqual(
            (problem.field, problem.header, problem.column, problem.key, problem.secret),
            ("gender", "性别", "B", "性别", False),
        )

    def test_no_repr_shows_a_child(self):
        row = changed()
        for value in line(child()):
            self.assertNotIn(value, repr(row))

    @settings(max_examples=60, deadline=None)
    @example(cells=[0.0, 0.0, float("inf")])
    @example(cells=["1", "2", "9" * 400])
    @example(cells=[1.0, 2.0, float("nan"), 1e308])
    @given(
        cells=st.lists(
            st.one_of(
                st.text(max_size=20),
                st.floats(),
                st.integers(),
                st.booleans(),
                st.dates(),
                st.datetimes(),
                st.times(),
                st.timedeltas(),
            ),
            max_size=len(FIELDS) + 2,
        )
    )
    def test_nothing_raises_and_every_code_is_known(self, cells):
        headers = [h for h, _f in _EVERY]
        row = check_row("名单", 2, cells, map_columns(headers, 1, 1), CONTEXT)
        for problem in row.problems if row else ():
            self.assertEqual(set(CODES[problem.code][1]), set(problem.params), problem.code)
        if row:
            self.assertLessEqual(set(row.values), set(FIELDS))
            self.assertTrue(all(isinstance(v, str) for v in row.raw.values()))


_EVERY = [
    (h, None)
    for h in (
        *HEADERS, "证件类型", "学校标识码", "学籍状态", "民族", "国籍", "户口性质", "户口所在地", "现住址",
        "入学年月", "入学方式", "就读方式", "是否寄宿", "是否留守儿童", "残疾类型", "残疾证号", "安置方式",
        "联系电话", "父亲姓名", "成员1关系", "成员2身份证件号", "应入年级", "备注", "学籍辅号",
    )
]  # fmt: skip
