from hypothesis import given, settings, strategies as st

from odoo.tests.common import BaseCase

from odoo.addons.edu_dropout_control.tools import names


class TestNames(BaseCase):
    def test_surnames_with_a_reading_of_their_own(self):
        for name, pinyin, initials in (
            ("单小明", "shanxiaoming", "sxm"),
            ("曾小明", "zengxiaoming", "zxm"),
            ("查小明", "zhaxiaoming", "zxm"),
            ("仇小明", "qiuxiaoming", "qxm"),
            ("翟小明", "zhaixiaoming", "zxm"),
            ("解小明", "xiexiaoming", "xxm"),
            ("尉迟小明", "yuchixiaoming", "ycxm"),
            ("万俟小明", "moqixiaoming", "mqxm"),
            ("欧阳小明", "ouyangxiaoming", "oyxm"),
            ("吕小明", "lvxiaoming", "lxm"),
            ("张小明", "zhangxiaoming", "zxm"),
        ):
            self.assertEqual(names.full_pinyin(name), pinyin)
            self.assertEqual(names.initials(name), initials)

    def test_search_finds_both_readings(self):
        words = names.search_text("单小明").split()
        for typed in ("单小明", "shanxiaoming", "sxm", "danxiaoming", "dxm"):
            self.assertIn(typed, words)
        for typed in ("lvxiaoming", "luxiaoming", "lyuxiaoming"):
            self.assertIn(typed, names.search_text("吕小明").split())

    def test_dots_and_spaces_do_not_count(self):
        for spelling in (
            "阿依古丽·买买提",
            "阿依古丽•买买提",
            "阿依古丽．买买提",
            "阿依古丽 ・ 买买提",
            "阿依古丽买买提",
        ):
            self.assertTrue(names.same_name(spelling, "阿依古丽·买买提"), spelling)
            self.assertIn("ayigulimaimaiti", names.search_text(spelling))
        self.assertEqual(names.normalise_name("张\u3000 小\n明"), "张小明")
        self.assertEqual(names.normalise_name("Ａｎｎａ  Ｌｅｅ"), "Anna Lee")
        self.assertTrue(names.same_name("ANNA LEE", "anna lee"))
        self.assertFalse(names.same_name("", ""))
        self.assertFalse(names.same_name("张明", "张小明"))

    def test_a_name_of_a_surname_alone(self):
        """A typing error, but one that is to be stored all the same."""
        self.assertEqual(names.search_text("单"), "单 shan s dan d")
        self.assertEqual(names.search_text("尉迟"), "尉迟 yuchi yc weichi wc")

    def test_same_sound_is_a_suggestion(self):
        self.assertTrue(names.same_pinyin("张小明", "章晓明"))
        self.assertTrue(names.same_pinyin("单小明", "山小明"))
        self.assertFalse(names.same_pinyin("张小明", "张大明"))
        self.assertFalse(names.same_pinyin("", ""))

    def test_mask(self):
        for name, mask in (
            ("张明", "张*"),
            ("张小明", "张*明"),
            ("欧阳小明", "欧**明"),
            ("明", "*"),
            ("", ""),
            ("张 小 明", "张*明"),
        ):
            self.assertEqual(names.mask_name(name), mask)

    @settings(max_examples=60, deadline=None)
    @given(st.text(max_size=20))
    def test_nothing_raises(self, text):
        for function in (
            names.normalise_name,
            names.comparison_key,
            names.full_pinyin,
            names.initials,
            names.search_text,
            names.mask_name,
        ):
            self.assertIsInstance(function(text), str)
        self.assertEqual(
            names.normalise_name(names.normalise_name(text)), names.normalise_name(text)
        )
