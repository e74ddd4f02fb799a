from odoo.tests.common import BaseCase

from odoo.addons.edu_dropout_control.tools.roster import (
    FIELD_INFO,
    FIELDS,
    SECRET_FIELDS,
    map_columns,
    normalise_header,
)
from odoo.addons.edu_dropout_control.tools.roster.header import find_header, lookup
from odoo.addons.edu_dropout_control.tools.sample import ENTRANTS, SHORT, TEMPLATE


def numbered(*rows):
    return list(enumerate((list(row) for row in rows), 1))


def fields(mapping):
    return {c.index: c.field for c in mapping.columns if c.field}


def codes(mapping):
    return [p.code for p in mapping.problems]


class TestHeader(BaseCase):
    def test_the_templates_are_understood_without_a_word_left(self):
        for layout in (SHORT, TEMPLATE, ENTRANTS):
            mapping = map_columns([header for header, _field in layout], 1, 1)
            self.assertEqual(codes(mapping), [])
            for index, (header, field) in enumerate(layout):
                if field and header not in ("户口所在地行政区划",):
                    self.assertEqual(fields(mapping).get(index), field, header)

    def test_the_national_template_has_its_74_columns(self):
        self.assertEqual(len(TEMPLATE), 74)

    def test_signs_around_a_header(self):
        for text in (
            "★姓名",
            "姓 名",
            "姓名*",
            "姓\n名",
            "【姓名】",
            "姓名（必填）",
            "＊姓名：",
            "\u200b姓名",
        ):
            self.assertEqual(lookup(text).field, "name", text)
        self.assertEqual(lookup("身份证号（18位）").field, "id_number")
        self.assertEqual(lookup("出生日期(YYYYMMDD)").field, "birthdate")
        self.assertEqual(lookup("XM").field, "name")
        self.assertEqual(lookup("学生性别").field, "gender")
        self.assertIsNone(lookup("某列"))

    def test_aliases_of_the_sources(self):
        for field, headers in {
            "id_number": ("身份证件号", "身份证号", "证件号码", "sfzjh"),
            "national_no": ("全国学籍号", "学籍号", "个人标识码", "学籍主号", "grbsm"),
            "aux_no": ("学籍辅号", "学籍副号", "省学籍辅号"),
            "school_name": ("就读学校", "学校名称"),
            "class_number": ("班级", "班级号", "班级名称"),
            "registry_state": ("学籍状态", "学生状态"),
            "guardian1_name": ("成员1姓名", "监护人姓名", "家长姓名", "父亲姓名", "家庭成员一姓名"),
            "guardian2_phone": ("成员2联系电话", "母亲电话", "第二监护人手机号", "家长2电话"),
            "guardian1_is_legal": ("成员1是否监护人",),
        }.items():
            for header in headers:
                self.assertEqual(lookup(header).field, field, header)

    def test_title_rows(self):
        mapping = find_header(
            numbered(
                ["某县某校2026年学生基本信息表"] * 4,
                ["学校：某校", "", "填表日期：2026年9月", ""],
                [],
                ["序号", "姓名", "性别", "出生日期"],
                ["1", "张小明", "男", "20130901"],
            )
        )
        self.assertEqual((mapping.header_row, mapping.header_last_row), (4, 4))
        self.assertEqual(fields(mapping), {1: "name", 2: "gender", 3: "birthdate"})

    def test_no_header(self):
        self.assertIsNone(find_header(numbered(["一", "二"], ["三", "四"])))
        self.assertIsNone(find_header([]))
        self.assertIsNone(find_header(numbered(*[[""]] * 40, ["姓名", "性别", "出生日期"])))

    def test_two_rows_with_groups(self):
        """As .xlsx gives them (merged cells filled) and as .csv does (empty)."""
        filled = (
            ["姓名", "身份证号", "成员1", "成员1", "成员1", "成员2", "成员2", "体检", "体检"],
            ["姓名", "身份证号", "姓名", "关系", "电话", "姓名", "电话", "身高", "体重"],
        )
        empty = (
            ["姓名", "身份证号", "成员1", "", "", "成员2", "", "体检", ""],
            ["", "", "姓名", "关系", "电话", "姓名", "电话", "身高", "体重"],
        )
        for top, bottom in (filled, empty):
            mapping = find_header(numbered(["名单"], top, bottom, ["张小明"]))
            self.assertEqual((mapping.header_row, mapping.header_last_row), (2, 3))
            self.assertEqual(
                fields(mapping),
                {
                    0: "name",
                    1: "id_number",
                    2: "guardian1_name",
                    3: "guardian1_relation",
                    4: "guardian1_phone",
                    5: "guardian2_name",
                    6: "guardian2_phone",
                },
            )
            self.assertEqual(codes(mapping), ["header_unknown", "header_unknown"])

    def test_two_rows_that_only_add_unknown_columns(self):
        mapping = find_header(
            numbered(
                ["姓名", "性别", "出生日期", "体检", "体检"],
                ["姓名", "性别", "出生日期", "身高", "体重"],
                ["张小明", "男", "20130901", "150", "40"],
            )
        )
        self.assertEqual((mapping.header_row, mapping.header_last_row), (1, 2))

    def test_repeated_blocks_without_numbers(self):
        """The template as it is often pasted: 姓名, 关系, … twice more, without 成员1."""
        block = [
            "姓名",
            "关系",
            "关系说明",
            "现住址",
            "联系电话",
            "是否监护人",
            "身份证件号",
            "民族",
        ]
        mapping = map_columns(
            ["姓名", "身份证件号", "民族", "联系电话", "现住址", *block, *block], 1, 1
        )
        self.assertEqual(
            fields(mapping),
            {
                0: "name", 1: "id_number", 2: "ethnicity", 3: "phone", 4: "address",
                5: "guardian1_name", 6: "guardian1_relation", 9: "guardian1_phone",
                10: "guardian1_is_legal", 11: "guardian1_id_number", 13: "guardian2_name",
                14: "guardian2_relation", 17: "guardian2_phone", 18: "guardian2_is_legal",
                19: "guardian2_id_number",
            },
        )  # fmt: skip
        self.assertEqual(codes(mapping), [])
        self.assertEqual(mapping.columns[13].key, "姓名#3")

    def test_parents_tell_the_relation(self):
        mapping = map_columns(["姓名", "身份证号", "父亲姓名", "父亲电话", "母亲姓名"], 1, 1)
        self.assertEqual(
            mapping.implied, {"guardian1_relation": "father", "guardian2_relation": "mother"}
        )

    def test_reordered_columns_and_a_phone_after_the_guardian(self):
        mapping = map_columns(["监护人姓名", "联系电话", "身份证号", "姓名"], 1, 1)
        self.assertEqual(
            fields(mapping),
            {0: "guardian1_name", 1: "guardian1_phone", 2: "id_number", 3: "name"},
        )

    def test_duplicates_are_told_and_the_first_counts(self):
        mapping = map_columns(["姓名", "身份证号", "性别", "性别"], 1, 1)
        self.assertEqual(fields(mapping), {0: "name", 1: "id_number", 2: "gender"})
        problem = mapping.problems[0]
        self.assertEqual(problem.code, "header_duplicate")
        self.assertEqual(
            problem.params,
            {"header": "性别", "column": "D", "other_column": "C", "field": "gender"},
        )

    def test_other_aliases_stand_in(self):
        """现住址, 家庭地址 and 通信地址 are all there: the better one is read first, none is told."""
        mapping = map_columns(["姓名", "身份证号", "通信地址", "家庭地址", "现住址"], 1, 1)
        self.assertEqual([c.letter for c in mapping.fields["address"]], ["E", "D", "C"])
        self.assertEqual(codes(mapping), [])

    def test_what_is_missing(self):
        self.assertIn("column_missing", codes(map_columns(["性别", "身份证号"], 1, 1)))
        self.assertIn("identifier_column_missing", codes(map_columns(["姓名", "性别"], 1, 1)))
        self.assertFalse(map_columns(["姓名", "性别"], 1, 1).usable)

    def test_a_child_is_no_second_row_of_headers(self):
        """父亲 and 母亲 are headers in other files; below a header that nobody knows they are what a
        child's row says, and the child must not be swallowed."""
        rows = [
            ["姓名", "身份证号", "娃与他啥关系", "另一个"],
            ["张小明", "990000201309010012", "父亲", "母亲"],
            ["李小红", "990000201309010020", "母亲", "父亲"],
        ]
        for born in ("20130901", "2013年9月1日", "二〇一三年九月一日", 41518.0, 20130901):
            rows[1][1] = rows[2][1] = born
            rows[0][1] = "生日"
            mapping = find_header(numbered(["名单"], *rows))
            self.assertEqual(mapping.header_last_row, 2, born)
            self.assertEqual(mapping.columns[2].text, "娃与他啥关系")

    def test_overrides(self):
        headers = ["娃儿名", "姓名", "性别", "证号", "性别"]
        overrides = {
            "娃儿名": "name",
            "姓 名": None,
            "证号（新）": "remark",
            "证号": "id_number",
            "性别#2": "health",
        }
        mapping = map_columns(headers, 1, 1, overrides)
        self.assertEqual(fields(mapping), {0: "name", 2: "gender", 3: "id_number", 4: "health"})
        self.assertEqual(codes(mapping), [])
        self.assertEqual(
            codes(map_columns(["姓名", "身份证号", "甲"], 1, 1, {"甲": "nothing"})),
            ["override_unknown_field"],
        )
        self.assertIsNotNone(find_header(numbered(["娃儿名", "证号", "性别"]), overrides))

    def test_fields(self):
        self.assertEqual(FIELDS, tuple(FIELD_INFO))
        self.assertGreaterEqual(
            SECRET_FIELDS,
            {
                "id_number",
                "national_no",
                "phone",
                "address",
                "disability_no",
                "guardian2_id_number",
            },
        )
        self.assertEqual([f for f in FIELDS if FIELD_INFO[f].required], ["name"])
        self.assertEqual(normalise_header(" ★身份证 号（必填） "), "身份证号")
