from datetime import date

from hypothesis import given, settings, strategies as st

from odoo.tests.common import BaseCase

from odoo.addons.edu_dropout_control.tools import identity
from odoo.addons.edu_dropout_control.tools.problem import CODES

TODAY = date(2026, 9, 2)
BORN = st.dates(date(1990, 1, 1), date(2026, 9, 2))
GENDER = st.sampled_from(("male", "female"))
SERIAL = st.integers(0, 499)
QUICK = settings(max_examples=60, deadline=None)


def codes(result):
    return {p.code for p in result.problems}


def full_width(text):
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


class TestIdentity(BaseCase):
    @QUICK
    @given(BORN, GENDER, SERIAL)
    def test_made_up_number_is_valid_and_tells_birth_and_sex(self, born, gender, serial):
        number = identity.make_identity(born, gender, serial)
        for spelling in (
            number,
            number.lower(),
            full_width(number),
            f" {number[:6]} {number[6:14]}\n{number[14:]}\t",
            "'" + number,
            "\u200b" + number + "\ufeff",
            f'="{number}"',
        ):
            result = identity.check_identity(spelling, TODAY)
            self.assertTrue(result.ok, codes(result))
            self.assertEqual(result.value, number)
            self.assertEqual(result.birthdate, born)
            self.assertEqual(result.gender, gender)
            self.assertEqual(codes(result), {"id_region_made_up"})

    @QUICK
    @given(BORN, GENDER, SERIAL, st.integers(0, 17), st.integers(1, 9))
    def test_one_wrong_digit_never_passes(self, born, gender, serial, at, by):
        number = identity.make_identity(born, gender, serial)
        if number[at] == "X":
            wrong = number[:at] + str(by)
        else:
            wrong = number[:at] + str((int(number[at]) + by) % 10) + number[at + 1 :]
        self.assertFalse(identity.check_identity(wrong, TODAY).ok)

    @QUICK
    @given(st.one_of(st.text(max_size=30), st.from_regex(r"\d{17}[\dXx]", fullmatch=True)))
    def test_nothing_raises_and_every_code_is_known(self, text):
        for check in (
            lambda t: identity.check_identity(t, TODAY),
            identity.check_student_no,
            identity.check_school_code,
            lambda t: identity.check_disability_no(t, TODAY),
            identity.check_area_code,
            identity.check_phone,
            identity.check_document_no,
        ):
            result = check(text)
            for problem in result.problems:
                self.assertEqual(set(CODES[problem.code][1]), set(problem.params))
        for kind in ("identity", "student_no", "phone", "certificate", "account", "address"):
            self.assertIsInstance(identity.normalise(kind, text), str)

    def test_lookalikes_of_x(self):
        number = next(
            n
            for n in (identity.make_identity(date(2013, 9, 1), "male", i) for i in range(500))
            if n.endswith("X")
        )
        for x in ("x", "Ｘ", "ｘ", "×", "Х", "х", "Ⅹ"):
            self.assertEqual(identity.check_identity(number[:17] + x, TODAY).value, number)

    def test_faults_by_name(self):
        good = identity.make_identity(date(2013, 9, 1), "female", 7)
        cases = {
            "": "id_empty",
            good[:17]: "id_length",
            good + "1": "id_length",
            "990000130901007": "id_old_15",
            "A" + good[1:]: "id_characters",
            good[:17] + ("1" if good[17] != "1" else "2"): "id_checksum",
            identity.make_identity(date(2026, 9, 3), "male", 1): "id_future",
        }
        for text, code in cases.items():
            self.assertIn(code, codes(identity.check_identity(text, TODAY)))
        for region, code in (("990001", "id_region_unknown"), ("000000", "id_region_unknown")):
            number = identity.make_identity(date(2013, 9, 1), "male", 1, region)
            result = identity.check_identity(number, TODAY)
            self.assertTrue(result.ok)
            self.assertEqual(codes(result), {code})

    def test_impossible_birth_dates(self):
        from stdnum.iso7064 import mod_11_2

        for digits in ("20130229", "20131301", "20130900", "18991231"):
            body = f"990000{digits}001"
            result = identity.check_identity(body + mod_11_2.calc_check_digit(body), TODAY)
            self.assertEqual(codes(result) - {"id_region_made_up"}, {"id_birthdate"})

    def test_no_repr_shows_the_number(self):
        number = identity.make_identity(date(2013, 9, 1), "male", 1)
        for result in (
            identity.check_identity(number, TODAY),
            identity.check_student_no("G" + number),
            identity.check_disability_no(number + "21", TODAY),
            identity.check_phone(identity.make_phone(1234567)),
        ):
            self.assertNotIn(number[6:14], repr(result))
            self.assertNotIn("2013, 9, 1", repr(result))
            self.assertNotIn("1234567", repr(result))

    def test_makers_refuse_what_does_not_fit(self):
        with self.assertRaises(ValueError):
            identity.make_identity(date(2013, 9, 1), "male", 500)
        with self.assertRaises(ValueError):
            identity.make_student_no(date(2013, 9, 1), "male", 1, kind="X")
        with self.assertRaises(ValueError):
            identity.make_school_code(-1)


class TestOtherNumbers(BaseCase):
    def test_student_number_kinds(self):
        for kind in "GLJ":
            number = identity.make_student_no(date(2013, 9, 1), "male", 3, kind)
            result = identity.check_student_no(full_width(number.lower()))
            self.assertEqual((result.value, result.kind, result.problems), (number, kind, ()))

    def test_student_number_checksum_binds_formal_numbers_only(self):
        number = identity.make_student_no(date(2013, 9, 1), "male", 3)
        wrong = number[1:-1] + ("0" if number[-1] != "0" else "1")
        self.assertFalse(identity.check_student_no("G" + wrong).ok)
        lenient = identity.check_student_no("J" + wrong)
        self.assertTrue(lenient.ok)
        self.assertEqual(codes(lenient), {"student_no_checksum"})
        self.assertEqual(identity.check_student_no("L" + wrong).problems, ())

    def test_student_number_faults(self):
        number = identity.make_student_no(date(2013, 9, 1), "male", 3)
        self.assertEqual(codes(identity.check_student_no("")), {"student_no_empty"})
        self.assertEqual(codes(identity.check_student_no(number[1:])), {"student_no_length"})
        self.assertEqual(codes(identity.check_student_no("A" + number[1:])), {"student_no_prefix"})
        self.assertEqual(
            codes(identity.check_student_no(number[:5] + "A" + number[6:])),
            {"student_no_characters"},
        )

    def test_school_code(self):
        self.assertTrue(identity.check_school_code(identity.make_school_code(12)).ok)
        self.assertEqual(identity.check_school_code("９９ 0000 0012").value, "9900000012")
        for wrong in ("990000001", "99000000122", "99000O0012", ""):
            self.assertEqual(codes(identity.check_school_code(wrong)), {"school_code_format"})

    def test_disability_certificate(self):
        number = identity.make_identity(date(2013, 9, 1), "male", 3)
        result = identity.check_disability_no(f"{number} 5 2 - b1", TODAY)
        self.assertTrue(result.ok)
        self.assertEqual((result.category, result.grade, result.reissue), (5, 2, 1))
        self.assertEqual(result.identity, number)
        self.assertEqual(identity.make_disability_no(number, 5, 2, 1), result.value)
        for text, code in (
            (number, "disability_no_format"),
            (number + "82", "disability_no_category"),
            (number + "55", "disability_no_grade"),
            ("1" + number[1:] + "51", "disability_no_identity"),
        ):
            self.assertIn(code, codes(identity.check_disability_no(text, TODAY)))

    def test_area_code(self):
        for text, level in (
            ("990000", "county"),
            ("990000101", "township"),
            ("990000101201", "village"),
            ("990000101000", "township"),
            ("990000000000", "county"),
        ):
            self.assertEqual(identity.check_area_code(text).level, level)
        for text in ("", "99000", "9900001", "00123", "000000", "99000a"):
            self.assertFalse(identity.check_area_code(text).ok)

    def test_phone(self):
        for text, value, kind in (
            ("16900000001", "16900000001", "mobile"),
            ("+86 169-0000-0001", "16900000001", "mobile"),
            ("１６９００００００01", "16900000001", "mobile"),
            ("0990-1234567", "0990-1234567", "landline"),
            ("09901234567", "0990-1234567", "landline"),
            ("(010)12345678", "010-12345678", "landline"),
            ("01012345678", "010-12345678", "landline"),
            ("0990—1234567-801", "0990-1234567-801", "landline"),
        ):
            result = identity.check_phone(text)
            self.assertEqual((result.value, result.kind, result.ok), (value, kind, True), text)
        for text in ("", "1690000000", "26900000001", "1234567", "0990-123", "none"):
            self.assertFalse(identity.check_phone(text).ok, text)
