from datetime import date

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command

from ..casework.common import CaseCommon


class LetterCommon(CaseCommon):
    def prepare(self, kind, role, other=False):
        """The caller's letters of the year, as the wizard prepares them."""
        self.as_user(self.env["edu.responsibility.prepare"], role, other).create(
            {"kind": kind}
        ).action_prepare()
        return self.as_user(self.env["edu.responsibility.letter"], role, other).search(
            [("kind", "=", kind)]
        )

    def of_class(self, role="principal"):
        letters = self.prepare("school_class", role)
        return letters.filtered(lambda letter: letter.class_id == self.class_a)


class TestPrepareLetters(LetterCommon):
    def test_a_school_with_its_class_teachers(self):
        letters = self.prepare("school_class", "records_admin")
        self.assertEqual(letters.class_id, self.class_a | self.class_a2)
        letter = letters.filtered(lambda letter: letter.class_id == self.class_a)
        self.assertEqual(letter.person_id, self.user["class_teacher"])
        self.assertEqual(letter.school_year, "2026-2027")
        self.assertEqual(letter.township_id, self.township_a)
        self.assertIn("东河中心小学与三年级1班班主任Class teacher A签订", letter.body)
        bare = letters - letter
        self.assertIn("＿＿＿＿＿＿", bare.body, "nobody is appointed there: written by hand")

    def test_a_township_with_its_villages(self):
        letters = self.prepare("township_village", "township")
        self.assertEqual(letters.village_id, self.village_a)
        self.assertIn("东河镇人民政府与柳树村签订", letters.body)
        self.assertFalse(letters.person)

    def test_the_bureau_with_its_schools(self):
        letters = self.prepare("bureau_school", "bureau")
        self.assertEqual(
            letters.school_id, self.school_a | self.junior_a | self.point_a | self.school_b
        )
        letter = letters.filtered(lambda letter: letter.school_id == self.school_a)
        self.assertEqual(letter.person_id, self.user["principal"])
        self.assertIn("青禾县教育体育局与东河中心小学签订", letter.body)

    def test_once(self):
        first = self.prepare("school_class", "principal")
        self.assertEqual(self.prepare("school_class", "principal"), first)
        new = self.make_class(self.school_a, 4)
        self.assertEqual((self.prepare("school_class", "principal") - first).class_id, new)

    def test_nobody_else(self):
        for role in ("class_teacher", "inspector", "student_aid"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.prepare("school_class", role)
        for kind, role in (
            ("bureau_school", "principal"),
            ("township_village", "dean"),
            ("school_class", "township"),
            ("bureau_school", "township"),
        ):
            with self.subTest(role=role), self.assertRaisesRegex(AccessError, "no letter"):
                self.prepare(kind, role)

    def test_a_year_without_a_term(self):
        wizard = self.as_user(self.env["edu.responsibility.prepare"], "principal").create(
            {"kind": "school_class", "school_year": "2031-2032"}
        )
        with self.assertRaisesRegex(UserError, "no term"):
            wizard.action_prepare()

    def test_wording_is_the_county_s(self):
        template = self.env.ref("edu_dropout_control.responsibility_template_school_class")
        self.as_user(template, "bureau").body = "{school}、{class}、{person}、{year}"
        self.assertEqual(
            self.of_class().body, "东河中心小学、三年级1班、Class teacher A、2026-2027"
        )
        with self.assertRaisesRegex(ValidationError, "{pupil}"):
            template.body = "{pupil}"
        for role in ("principal", "township", "class_teacher"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.as_user(template, role).body = "x"

    def test_without_a_wording(self):
        self.env["edu.responsibility.template"].search([]).active = False
        with self.assertRaisesRegex(UserError, "no wording"):
            self.prepare("school_class", "principal")

    def test_last_year_s_head_of_the_village(self):
        letters = self.prepare("township_village", "township")
        letters.person_name = "王大山"
        self.env["edu.term"].create(
            {
                "school_year": "2027-2028",
                "season": "autumn",
                "start_date": "2027-09-01",
                "end_date": "2028-01-20",
            }
        )
        self.on("2027-09-02 01:00:00")
        letters = self.prepare("township_village", "township")
        self.assertEqual(letters.mapped("person_name"), ["王大山", "王大山"])


class TestSignLetters(LetterCommon):
    def test_both_sides(self):
        letter = self.of_class()
        teacher = self.as_user(letter, "class_teacher")
        teacher.action_sign_person()
        self.assertEqual((letter.state, letter.person_signed_on), ("half", date(2026, 9, 2)))
        letter.action_sign_issuer()
        self.assertEqual(letter.state, "signed")
        self.assertEqual(set(letter.signoff_ids.mapped("role")), {"filled", "reviewed"})
        self.assertFalse(letter._edu_signoff_verify())
        for sign in (letter.action_sign_issuer, teacher.action_sign_person):
            with self.assertRaisesRegex(UserError, "stays as it is"):
                sign()

    def test_each_side_once(self):
        letter = self.of_class()
        letter.action_sign_issuer()
        with self.assertRaisesRegex(UserError, "signed already"):
            letter.action_sign_issuer()

    def test_nobody_for_another(self):
        letter = self.of_class()
        for role in ("records_admin", "dean", "class_teacher", "bureau"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.as_user(letter, role).action_sign_issuer()
        for role in ("principal", "records_admin", "bureau"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.as_user(letter, role).action_sign_person()
        self.env["edu.post"].search(
            [("user_id", "=", self.user["class_teacher"].id)]
        ).date_to = "2026-09-01"
        with self.assertRaises(AccessError):
            self.as_user(letter, "class_teacher").action_sign_person()

    def test_bureau_and_principal(self):
        letter = self.prepare("bureau_school", "bureau").filtered(
            lambda letter: letter.school_id == self.school_a
        )
        with self.assertRaises(AccessError):
            self.as_user(letter, "principal").action_sign_issuer()
        self.as_user(letter, "principal").action_sign_person()
        letter.action_sign_issuer()
        self.assertEqual(letter.state, "signed")

    def test_frozen(self):
        letter = self.of_class()
        letter.body += "\n五、其他。"
        self.as_user(letter, "class_teacher").action_sign_person()
        with self.assertRaisesRegex(UserError, "stays as it is"):
            letter.body = "x"
        with self.assertRaisesRegex(UserError, "cannot be deleted"):
            letter.unlink()

    def test_on_paper(self):
        letter = self.prepare("township_village", "township")
        with self.assertRaisesRegex(UserError, "name who undertakes"):
            letter.action_signed_on_paper()
        letter.person_name = "王大山"
        with self.assertRaisesRegex(UserError, "attach the scan"):
            letter.action_signed_on_paper()
        letter.scan_ids = [Command.set(self.make_file(self.user["township"]).ids)]
        letter.action_signed_on_paper()
        self.assertEqual((letter.state, letter.on_paper), ("signed", True))
        self.assertEqual(letter.entered_by_id, self.user["township"])
        with self.assertRaises(UserError):
            letter.scan_ids.unlink()
        with self.assertRaises(AccessError):
            self.as_user(letter, "bureau").action_signed_on_paper()

    def test_the_head_of_a_village_signs_on_paper(self):
        letter = self.prepare("township_village", "township")
        with self.assertRaisesRegex(UserError, "name who undertakes"):
            letter.action_sign_issuer()
        with self.assertRaises(AccessError):
            self.as_user(letter, "bureau").action_village_signed()
        paper = self.make_file(res_model=letter._name, res_id=letter.id)
        letter._edu_sign_on_behalf("filled", "王大山", "村委会主任", date(2026, 9, 1), paper)
        self.assertEqual((letter.state, letter.person), ("half", "王大山"))
        self.assertEqual(letter.person_signed_on, date(2026, 9, 1))
        letter.action_sign_issuer()
        self.assertEqual(letter.state, "signed")
        self.assertFalse(letter._edu_signoff_verify())
        with self.assertRaisesRegex(UserError, "stays as it is"):
            letter.action_village_signed()

    def test_who_signs_is_who_the_letter_names(self):
        letter = self.prepare("township_village", "township")
        letter.person_name = "王大山"
        letter.action_sign_issuer()
        paper = self.make_file(res_model=letter._name, res_id=letter.id)
        with self.assertRaisesRegex(UserError, "names 王大山"):
            letter._edu_sign_on_behalf("filled", "李四", "村委会主任", date(2026, 9, 1), paper)

    def test_a_class_teacher_signs_with_the_own_log_in(self):
        with self.assertRaises(UserError):
            self.of_class().action_village_signed()

    def test_person_with_a_post_there(self):
        letter = self.of_class()
        with self.assertRaisesRegex(ValidationError, "holds no post"):
            letter.person_id = self.user["dean"]

    def test_nothing_else_is_typed(self):
        letter = self.of_class()
        for values in ({"state": "signed"}, {"on_paper": True}, {"class_id": self.class_a2.id}):
            with self.subTest(values), self.assertRaisesRegex(AccessError, "not typed in"):
                letter.write(values)

    def test_who_has_not_signed(self):
        letters = self.prepare("school_class", "principal")
        letter = letters.filtered(lambda letter: letter.class_id == self.class_a)
        self.as_user(letter, "class_teacher").action_sign_person()
        letter.action_sign_issuer()
        Letter = self.as_user(self.env["edu.responsibility.letter"], "bureau")
        waiting = Letter.search([("state", "!=", "signed")])
        self.assertEqual(waiting.class_id, self.class_a2)

    def test_who_reads(self):
        letter = self.of_class()
        readers = ("class_teacher", "records_admin", "dean", "vice_principal", "principal")
        for role in (*readers, "township", "bureau", "inspector"):
            with self.subTest(role=role):
                self.assertTrue(self.as_user(letter, role).read(["body"]))
                with self.assertRaises(AccessError):
                    self.as_user(letter, role, other=True).read(["body"])
        for role in ("student_aid", "county_admin"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.as_user(letter, role).read(["body"])
        for role in ("class_teacher", "township", "inspector", "bureau"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.as_user(letter, role).body = "x"

    def test_printed(self):
        letter = self.of_class()
        Report = self.as_user(
            self.env["report.edu_dropout_control.document_responsibility_letter"], "principal"
        )

        def page():
            return str(
                self.env["ir.qweb"]._render(
                    "edu_dropout_control.document_responsibility_letter",
                    Report._get_report_values(letter.ids),
                )
            )

        self.assertIn("责任人：<br/>", page(), "room for a signature")
        self.as_user(letter, "class_teacher").action_sign_person()
        html = page()
        for text in ("控辍保学目标责任书", "三年级1班", "责任人：Class teacher A", "2026年9月2日"):
            self.assertIn(text, html)
