from odoo.tests.common import BaseCase

from odoo.addons.edu_dropout_control.tools.roster.profile import best_profile
from odoo.addons.edu_dropout_control.tools.sample import SHORT, TEMPLATE

from .roster_common import child, known, line, read, table, xlsx

#: a source that gives its columns names nobody else knows
CODED = ("A01", "A02", "A03", "A04", "A05", "A06", "A07", "A08")
FIELDS = "name gender birthdate id_number national_no grade class_number guardian1_phone".split()
PROFILES = {
    7: {key.lower(): field for key, field in zip(CODED, FIELDS, strict=True)},
    8: {"娃儿名": "name", "生日": "birthdate", "级": "grade", "班": "class_number", "序": None},
}


class TestRosterLayout(BaseCase):
    def best(self, *rows, profiles=None):
        numbered = list(enumerate((list(row) for row in rows), 1))
        return best_profile([numbered], PROFILES if profiles is None else profiles)[0]

    def test_a_source_with_headers_of_its_own(self):
        rows = [["某省学籍导出"], [], CODED[::-1], line(child())[::-1]]
        self.assertEqual(list(read(xlsx(rows)).rows()), [], "the dictionary alone knows nothing")
        parsed = read(xlsx(rows), profiles=PROFILES)
        self.assertEqual(parsed.profile, (7, PROFILES[7]))
        self.assertEqual([known(row) for row in parsed.rows()], [child()])

    def test_headers_of_two_rows(self):
        profile = {"学生姓名": "name", "学生生日": "birthdate", "家长电话": "phone"}
        rows = [["学生", "", "家长"], ["姓名", "生日", "电话"], ["张小明", "20130901", "1"]]
        self.assertEqual(self.best(*rows, profiles={1: profile}), 1)

    def test_most_of_the_headers_will_do(self):
        self.assertEqual(self.best([*CODED, "A09", "A10"]), 7)
        self.assertEqual(self.best(CODED[:6]), 7)
        self.assertIsNone(self.best(CODED[:4]))
        self.assertIsNone(self.best([*CODED, *(f"B{n}" for n in range(10))]))

    def test_the_one_that_fits_best_and_of_two_alike_the_first(self):
        other = {**PROFILES[7], "a09": "remark"}
        self.assertEqual(self.best([*CODED, "A09"], profiles={1: PROFILES[7], 2: other}), 2)
        self.assertEqual(self.best(CODED, profiles={1: other, 2: PROFILES[7]}), 2)
        self.assertEqual(self.best(CODED, profiles={5: PROFILES[7], 4: PROFILES[7]}), 5)

    def test_repeated_headers_are_told_apart(self):
        profile = {"姓名": "name", "身份证号": "id_number", "姓名#2": "guardian1_name"}
        rows = [["姓名", "身份证号", "姓名"], ["张小明", child()["id_number"], "张大明"]]
        parsed = read(xlsx(rows), profiles={3: profile})
        self.assertEqual(parsed.profile[0], 3)
        self.assertEqual(next(parsed.rows()).values["guardian1_name"], "张大明")

    def test_a_correction_of_one_column_goes_before_the_layout(self):
        rows = [CODED, line(child())]
        parsed = read(xlsx(rows), profiles=PROFILES, overrides={"a08": "phone"})
        row = next(parsed.rows())
        self.assertEqual(row.values["phone"], child()["guardian1_phone"])
        self.assertNotIn("guardian1_phone", row.values)

    def test_what_the_dictionary_says_too_is_read_as_ever(self):
        """A layout that agrees with the dictionary changes nothing, neither the order of preference
        of columns nor what a header tells of the relation."""
        headers = ["姓名", "身份证号", "通信地址", "家庭地址", "现住址", "父亲姓名", "联系电话"]
        row = ["张小明", child()["id_number"], "甲", "乙", "丙", "张大明", "16900000001"]
        plain = read(xlsx([headers, row]))
        fields = {column.key: column.field for column in plain.sheets[0].mapping.columns}
        same = read(xlsx([headers, row]), profiles={1: fields})
        self.assertEqual(same.profile[0], 1)
        self.assertEqual(next(same.rows()).values, next(plain.rows()).values)
        self.assertEqual(next(same.rows()).values["address"], "丙")

    def test_without_layouts_or_likeness(self):
        self.assertIsNone(self.best(CODED, profiles={}))
        self.assertIsNone(self.best(["姓名", "性别"], [], ["x"]))
        self.assertEqual(read(xlsx(table(child())), profiles=PROFILES).profile, (None, {}))
        national = {1: dict(TEMPLATE)}
        self.assertIsNone(self.best([header for header, _key in SHORT], profiles=national))
