from hypothesis import given, settings, strategies as st

from odoo.tests.common import BaseCase

from odoo.addons.edu_dropout_control.tools import identity, names, text

#: signs that move others when they go: combining marks, spaces, wrappings, invisible ones
_TRICKY = st.sampled_from(" '’·.\u200b\u0327\u00b8\u00af×xX=\"\u3000ÅＡ张\u0301\ufe0f\n")


class TestText(BaseCase):
    @settings(max_examples=60, deadline=None)
    @given(st.text(st.one_of(st.characters(), _TRICKY), max_size=10))
    def test_a_normal_form_stays_as_it_is(self, raw):
        """Forms are stored and digested: were they not stable, a child would not be found again."""
        for function in (
            text.clean,
            text.clean_number,
            names.normalise_name,
            names.comparison_key,
            lambda v: identity.normalise("phone", v),
            lambda v: identity.normalise("certificate", v),
        ):
            once = function(raw)
            self.assertEqual(function(once), once)

    def test_a_mark_that_joins_its_letter(self):
        self.assertEqual(names.normalise_name(names.normalise_name("K¸⺀")), "\u0136\u2e80")

    def test_clean(self):
        for raw, cleaned in (
            (None, ""),
            (7, "7"),
            (" 'abc", "abc"),
            ('="00123"', "00123"),
            ("a\u00a0 \r\n b", "a b"),
            ("ＡＢ１２（甲）", "AB12(甲)"),
            ("\ufeff姓\u200b名", "姓名"),
        ):
            self.assertEqual(text.clean(raw), cleaned)
        self.assertEqual(text.clean_number(" '12 34\n5x"), "12345X")
