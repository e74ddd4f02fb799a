import base64
import io
from datetime import date

from PIL import Image, ImageDraw

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import ReportCommon


def drawing(drawn=True):
    """A PNG as the signature pad makes it, in base64."""
    image = Image.new("RGBA", (300, 100), (255, 255, 255, 0))
    if drawn:
        ImageDraw.Draw(image).line([(20, 80), (140, 20), (280, 70)], fill=(0, 0, 139), width=3)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue())


class SigningCommon(ReportCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.close_check(missing=cls.student)
        cls.policy = cls.env["edu.policy"]._current()

    def open_dialog(self, role="records_admin", action="action_sign_checked"):
        """Press the button: the dialog that comes, as its user has it."""
        report = self.as_user(self.report, role)
        found = getattr(report, action)()
        self.assertEqual(found["res_model"], "edu.signoff.sign")
        return report.env["edu.signoff.sign"].browse(found["res_id"])

    def tamper(self, statement, *params):
        self.env.flush_all()
        self.env.cr.execute("ALTER TABLE edu_signoff DISABLE TRIGGER USER")
        self.env.cr.execute(statement, params)
        self.env.cr.execute("ALTER TABLE edu_signoff ENABLE ALWAYS TRIGGER edu_append_only_row")
        self.env.invalidate_all()


@tagged("post_install", "-at_install")
class TestPassword(SigningCommon):
    """Signing asks for the password where the policy says so, and only there."""

    def test_without_the_switch_the_button_signs(self):
        self.assertIsNone(self.as_user(self.report, "records_admin").action_sign_checked())
        self.assertEqual(self.report.signoff_ids.role, "checked")
        self.assertFalse(self.env["edu.signoff.sign"].search([]))

    def test_right_password_signs(self):
        self.policy.sign_password = True
        dialog = self.open_dialog()
        self.assertFalse(self.report.signoff_ids)
        self.assertFalse(self.report.version_id)
        self.assertIn(self.report.display_name, dialog.statement)
        dialog.password = self.user["records_admin"].login
        self.assertEqual(dialog.action_sign()["type"], "ir.actions.act_window_close")
        self.assertEqual(self.report.signoff_ids.role, "checked")
        self.assertEqual(self.report.signoff_ids.person_id, self.user["records_admin"])
        self.assertFalse(dialog.exists())

    def test_wrong_password_is_refused_in_words(self):
        self.policy.sign_password = True
        dialog = self.open_dialog()
        with self.assertRaisesRegex(UserError, "not your password"):
            dialog.password = "somebody else's"
        with self.assertRaisesRegex(UserError, "Enter your password"):
            dialog.action_sign()
        self.assertFalse(self.report.signoff_ids)

    def test_password_of_another_is_refused(self):
        self.policy.sign_password = True
        dialog = self.open_dialog()
        with self.assertRaisesRegex(UserError, "not your password"):
            dialog.password = self.user["principal"].login

    def test_password_is_kept_nowhere(self):
        self.policy.sign_password = True
        self.user["records_admin"].password = "Zxcv-9-sign"
        dialog = self.open_dialog()
        dialog.write({"password": "Zxcv-9-sign"})
        self.assertEqual(dialog.read(["password"])[0]["password"], False)
        dialog.flush_recordset()
        self.env.cr.execute("SELECT row_to_json(d)::text FROM edu_signoff_sign d")
        self.assertNotIn("Zxcv-9-sign", self.env.cr.fetchone()[0])

    def test_password_grows_stale(self):
        self.policy.sign_password = True
        dialog = self.open_dialog()
        dialog.password = self.user["records_admin"].login
        self.on("2026-09-02 00:36:00")
        with self.assertRaisesRegex(UserError, "Enter your password"):
            dialog.action_sign()

    def test_what_is_missing_is_said_before_anybody_types(self):
        self.policy.sign_password = True
        report = self.report_of(self.junior_a)
        user = self.make_user("junior_admin", "records_admin", self.junior_a)
        with self.assertRaisesRegex(ValidationError, "roster check is not closed"):
            report.with_user(user).action_sign_checked()

    def test_nobody_signs_by_the_dialog_of_another(self):
        self.policy.sign_password = True
        dialog = self.open_dialog()
        dean = dialog.with_user(self.user["dean"])
        with self.assertRaises(AccessError):
            dean.action_sign()
        with self.assertRaises(AccessError):
            dialog.env["edu.signoff.sign"].with_user(self.user["dean"]).create(
                {"res_model": "edu.dropout.report", "method": "action_accept"}
            )
        with self.assertRaises(AccessError):
            dialog.write({"method": "action_accept"})

    def test_a_context_of_the_client_proves_nothing(self):
        self.policy.sign_password = True
        report = self.as_user(self.report, "records_admin")
        for claim in (True, {"password": True, "uid": report.env.uid}, "x"):
            with self.subTest(claim=claim):
                found = report.with_context(edu_signing=claim).action_sign_checked()
                self.assertEqual(found["res_model"], "edu.signoff.sign")
        self.assertFalse(self.report.signoff_ids)

    def test_whoever_overrides_a_signing_action_marks_it(self):
        """Else the override would go on after a signature that was only asked for."""
        found = 0
        for name in self.env["edu.signoff"]._edu_signed_models():
            cls = type(self.env[name])
            marked = {
                method
                for base in cls.mro()
                for method, function in vars(base).items()
                if getattr(function, "_edu_signing", False)
            }
            for method in marked:
                with self.subTest(model=name, method=method):
                    self.assertTrue(getattr(getattr(cls, method), "_edu_signing", False))
                found += 1
        self.assertGreaterEqual(found, 5)

    def test_sheet_and_check_ask_too(self):
        self.policy.sign_password = True
        check = self.env["edu.roster.check"].search([("school_id", "=", self.school_a.id)])
        sheet = check.sheet_ids.filtered("line_ids")
        admin = self.user["records_admin"]
        check._edu_reopen("漏了一人")
        sheet._edu_reopen("漏了一人")
        teacher = self.user["class_teacher"]
        found = sheet.with_user(teacher).action_sign(0)
        dialog = self.env["edu.signoff.sign"].with_user(teacher).browse(found["res_id"])
        dialog.password = teacher.login
        dialog.action_sign()
        self.assertEqual(sheet.state, "signed")
        found = check.with_user(admin).action_close()
        self.assertEqual(check.state, "open")
        dialog = self.env["edu.signoff.sign"].with_user(admin).browse(found["res_id"])
        dialog.password = admin.login
        dialog.action_sign()
        self.assertEqual(check.state, "closed")
        self.assertEqual(check.signoff_ids.mapped("role"), ["checked", "withdrawn", "checked"])
        self.assertEqual(check.signoff_ids[1].reason, "漏了一人")


@tagged("post_install", "-at_install")
class TestDrawing(SigningCommon):
    """A signature drawn by hand: asked, sealed, hashed, printed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.sign_drawing = True

    def draw(self, role="records_admin", action="action_sign_checked"):
        dialog = self.open_dialog(role, action)
        dialog.drawing = drawing()
        dialog.action_sign()
        return self.report.signoff_ids[-1]

    def test_nothing_drawn_is_refused(self):
        dialog = self.open_dialog()
        with self.assertRaisesRegex(UserError, "Draw your signature"):
            dialog.action_sign()
        with self.assertRaisesRegex(UserError, "Nothing is drawn"):
            dialog.drawing = drawing(drawn=False)
        for junk in (b"x" * 8, base64.b64encode(b"<svg/>"), b"?"):
            with self.subTest(junk=junk), self.assertRaisesRegex(UserError, "no picture"):
                dialog.drawing = junk
        with self.assertRaisesRegex(UserError, "larger than"):
            dialog.drawing = base64.b64encode(b"\x89PNG" + b"0" * 400_000)

    def test_drawing_is_sealed_and_hashed(self):
        signoff = self.draw()
        self.assertEqual(signoff._edu_drawing(), base64.b64decode(drawing()))
        self.assertTrue(signoff.drawing_hash)
        self.env.cr.execute(
            "SELECT row_to_json(s)::text FROM edu_signoff s WHERE id = %s", [signoff.id]
        )
        self.assertNotIn(drawing().decode()[:60], self.env.cr.fetchone()[0])
        self.assertEqual(self.report._edu_signoff_verify(), [])

    def test_drawing_is_seen_by_who_reads_the_document(self):
        signoff = self.draw()
        self.assertTrue(signoff.with_user(self.user["dean"]).drawing)
        self.assertFalse(signoff.with_user(self.user["county_admin"]).drawing)

    def test_exchanged_drawing_is_found(self):
        signoff = self.draw()
        other = self.env["edu.secret.mixin"]._edu_encrypt(
            "edu.signoff", "drawing", base64.b64encode(b"another hand").decode()
        )
        self.tamper("UPDATE edu_signoff SET drawing_cipher = %s WHERE id = %s", other, signoff.id)
        self.assertIn("drawn signature", "".join(self.report._edu_signoff_verify()))
        self.tamper(
            "UPDATE edu_signoff SET drawing_cipher = NULL, drawing_hash = NULL WHERE id = %s",
            signoff.id,
        )
        self.assertIn("altered", "".join(self.report._edu_signoff_verify()))

    def test_drawings_are_printed(self):
        self.draw()
        self.draw("dean", "action_sign_filled")
        self.draw("principal", "action_sign_reviewed")
        report = self.env.ref("edu_dropout_control.action_report_dropout_report")
        html = report._render_qweb_html(report.report_name, self.report.version_id.ids)[0].decode()
        self.assertEqual(html.count("data:image/png;base64," + drawing().decode()), 3)
        self.assertIn("Principal A", html)

    def test_both_are_asked(self):
        self.policy.sign_password = True
        dialog = self.open_dialog()
        dialog.drawing = drawing()
        with self.assertRaisesRegex(UserError, "password"):
            dialog.action_sign()
        dialog.password = self.user["records_admin"].login
        dialog.action_sign()
        self.assertTrue(self.report.signoff_ids.drawing_hash)


@tagged("post_install", "-at_install")
class TestWhoSigns(SigningCommon):
    """Three persons, acting posts, persons outside."""

    def test_three_persons_where_the_policy_says_so(self):
        self.policy.sign_all_differ = True
        report = self.as_user(self.report, "records_admin")
        report.action_sign_checked()
        self.assertFalse(report.can_fill)
        self.assertTrue(self.as_user(self.report, "dean").can_fill)
        with self.assertRaisesRegex(ValidationError, "three persons"):
            report.action_sign_filled()
        self.sign(self.report, "filled", "reviewed")
        self.assertEqual(len(self.report.signoff_ids.person_id), 3)

    def test_two_persons_where_it_does_not(self):
        report = self.as_user(self.report, "records_admin")
        report.action_sign_checked()
        self.assertTrue(report.can_fill)
        report.action_sign_filled()
        self.assertEqual(self.report.signoff_ids.person_id, self.user["records_admin"])

    def test_acting_principal_reviews_and_the_label_says_so(self):
        acting = self.make_user("acting_head", name="代校长")
        self.make_post(acting, "principal", self.school_a, is_acting=True, date_to="2026-10-01")
        self.sign(self.report, "checked", "filled")
        self.report.with_user(acting).action_sign_reviewed()
        self.assertIn("(acting)", self.report.signoff_ids[-1].post_label)
        self.as_user(self.report, "principal").action_submit()

    def test_acting_post_that_is_over_signs_nothing(self):
        acting = self.make_user("acting_head", name="代校长")
        self.make_post(acting, "principal", self.school_a, is_acting=True, date_to="2026-09-01")
        self.sign(self.report, "checked", "filled")
        with self.assertRaises(AccessError):
            self.report.with_user(acting).action_sign_reviewed()

    def no_clerk(self):
        self.submit()
        self.env["edu.post"].search([("role", "=", "township")]).date_to = "2026-09-01"

    def test_person_outside_signs_on_paper(self):
        self.no_clerk()
        signoff = self.receive_on_paper("bureau")
        self.assertEqual(
            (signoff.role, signoff.person_name, signoff.post_label, signoff.entered_by_name),
            ("received", "王镇长", "东河镇 副镇长", "Bureau officer A"),
        )
        self.assertTrue(signoff.on_behalf)
        self.assertEqual(signoff.person_id, self.user["bureau"])
        self.assertEqual(str(signoff.paper_date), "2026-09-02")
        self.assertEqual(self.report._edu_signoff_verify(), [])

    def asked(self, found, role):
        """The signing dialog that ``found`` opens, as its user has it."""
        self.assertEqual(found["res_model"], "edu.signoff.sign")
        return self.env["edu.signoff.sign"].with_user(self.user[role]).browse(found["res_id"])

    def test_who_enters_what_others_signed_gives_the_own_password(self):
        self.no_clerk()
        self.policy.sign_password = True
        before = len(self.report.signoff_ids)
        dialog = self.asked(self.enter_receipt("bureau"), "bureau")
        self.assertEqual(len(self.report.signoff_ids), before)
        self.assertFalse(self.report.version_id.township_received_at)
        self.assertEqual((dialog.ask_password, dialog.ask_drawing), (True, False))
        for text in ("Bureau officer A", "王镇长", self.report.display_name):
            self.assertIn(text, dialog.statement)
        with self.assertRaisesRegex(UserError, "Enter your password"):
            dialog.action_sign()
        with self.assertRaisesRegex(UserError, "not your password"):
            dialog.password = self.user["township"].login
        dialog.password = self.user["bureau"].login
        dialog.action_sign()
        signoff = self.report.signoff_ids[-1]
        self.assertEqual(
            (len(self.report.signoff_ids), signoff.person_name, signoff.entered_by_name),
            (before + 1, "王镇长", "Bureau officer A"),
        )
        self.assertTrue(self.report.version_id.township_received_at)
        self.assertEqual(self.report._edu_signoff_verify(), [])
        self.assertEqual(signoff.paper_id.raw, b"%PDF-1.4 receipt")

    def test_what_is_missing_on_paper_is_said_before_the_password(self):
        self.no_clerk()
        self.policy.sign_password = True
        with self.assertRaisesRegex(UserError, "Still needed"):
            self.enter_receipt("bureau", person=" ")

    def test_nobody_draws_for_who_signed_on_paper(self):
        self.no_clerk()
        self.policy.sign_drawing = True
        self.assertFalse(self.receive_on_paper("bureau").drawing_hash)

    def test_with_password_and_drawing_only_the_password_is_asked(self):
        self.no_clerk()
        self.policy.write({"sign_drawing": True, "sign_password": True})
        dialog = self.asked(self.enter_receipt("bureau"), "bureau")
        self.assertEqual((dialog.ask_password, dialog.ask_drawing), (True, False))
        dialog.password = self.user["bureau"].login
        dialog.action_sign()
        self.assertEqual(self.report.signoff_ids[-1].person_name, "王镇长")

    def test_paper_is_entered_past_the_dialog_by_nobody(self):
        self.no_clerk()
        paper = self.env["ir.attachment"].create(
            {
                "name": "签收单.pdf",
                "raw": b"%PDF",
                "res_model": self.report._name,
                "res_id": self.report.id,
            }
        )
        self.policy.sign_password = True
        with self.assertRaisesRegex(UserError, "your password"):
            self.as_user(self.report, "bureau")._edu_sign_on_behalf(
                "received", "王镇长", "东河镇 副镇长", date(2026, 9, 2), paper
            )

    def test_paper_needs_person_post_date_and_scan(self):
        self.no_clerk()
        for name, wrong in (
            ("person", " "),
            ("post", False),
            ("paper_date", "2026-09-03"),
            ("scan", False),
        ):
            with self.subTest(name=name), self.assertRaisesRegex(UserError, "Still needed"):
                self.receive_on_paper("bureau", **{name: wrong})
        self.assertFalse(self.report.version_id.township_received_at)

    def test_scan_of_the_paper_stands(self):
        self.no_clerk()
        signoff = self.receive_on_paper("dean")
        with self.assertRaisesRegex(UserError, "stays with the signature"):
            signoff.paper_id.with_user(self.user["dean"]).write({"raw": b"another"})
        with self.assertRaisesRegex(UserError, "stays with the signature"):
            signoff.paper_id.unlink()
        self.tamper(
            "UPDATE ir_attachment SET store_fname = NULL, db_datas = %s WHERE id = %s",
            b"another",
            signoff.paper_id.id,
        )
        self.assertIn("scan of the paper", "".join(self.report._edu_signoff_verify()))

    def test_nobody_signs_in_anothers_name(self):
        self.sign(self.report, "checked", "filled")
        dialog = {
            "res_model": "edu.dropout.report",
            "res_id": self.report.id,
            "role": "reviewed",
            "person": "Principal A",
            "post": "校长",
            "scan": base64.b64encode(b"%PDF"),
        }
        for role in ("bureau", "dean", "records_admin"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.env["edu.signoff.behalf"].with_user(self.user[role]).create(
                    dialog
                ).action_confirm()
        with self.assertRaises(AccessError):
            self.env["edu.signoff.behalf"].with_user(self.user["dean"]).create(
                {**dialog, "res_model": "res.partner", "res_id": 1}
            ).action_confirm()

    def test_receipts_stand_in_the_chain(self):
        self.submit()
        self.as_user(self.report, "township").action_receive()
        self.as_user(self.report, "bureau").action_receive()
        received = self.report.signoff_ids.filtered(lambda signoff: signoff.role == "received")
        self.assertEqual(received.person_id, self.user["township"] | self.user["bureau"])
        self.assertIn("东河镇", received[0].post_label)
        self.assertEqual(self.report._edu_signoff_verify(), [])

    def test_rows_of_the_first_format_still_verify(self):
        signoff = self.env["edu.signoff"]
        chain = signoff.sudo().browse()
        self.patch(type(signoff), "_edu_append", self.first_format(type(signoff)._edu_append))
        self.sign()
        chain = self.report.signoff_ids
        self.assertEqual(set(chain.mapped("format")), {0})
        self.assertEqual(self.report._edu_signoff_verify(), [])
        self.tamper("UPDATE edu_signoff SET format = 2 WHERE id = %s", chain[0].id)
        self.assertIn("altered", "".join(self.report._edu_signoff_verify()))

    @staticmethod
    def first_format(append):
        def earlier(self, record, chain, role, content, post, values, sealed=None):
            return append(
                self, record, chain, role, content, post, {**values, "format": None}, sealed
            )

        return earlier


@tagged("post_install", "-at_install")
class TestWithdrawing(SigningCommon):
    """Taken back with a reason, asked back, sent back with the bureau's consent."""

    def test_taking_back_asks_why(self):
        self.sign()
        with self.assertRaisesRegex(UserError, "reason is kept"):
            self.take_back("dean", reason="  ")
        self.assertEqual(self.report.state, "signed")
        self.take_back("dean", reason="漏报一名学生")
        entry = self.report.signoff_ids[-1]
        self.assertEqual(
            (entry.role, entry.reason, entry.round, entry.person_id),
            ("withdrawn", "漏报一名学生", 1, self.user["dean"]),
        )
        self.assertIn("Dean", entry.post_label)
        self.assertEqual(self.report.version_ids.withdrawn_reason, "漏报一名学生")
        self.assertEqual(self.report._edu_signoff_verify(), [])

    def test_the_reason_cannot_be_altered(self):
        self.sign()
        self.take_back("dean")
        self.tamper(
            "UPDATE edu_signoff SET reason = 'x' WHERE id = %s", self.report.signoff_ids[-1].id
        )
        self.assertIn("altered", "".join(self.report._edu_signoff_verify()))

    def test_others_take_nothing_back(self):
        self.sign()
        for role in ("class_teacher", "bureau", "township", "inspector"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.take_back(role)
        with self.assertRaises(AccessError):
            self.as_user(self.report, "principal", other=True)._edu_withdraw("x")

    def test_bureaus_return_stands_in_the_chain(self):
        self.submit()
        self.as_user(self.report, "bureau")._edu_return("补充原因")
        entry = self.report.signoff_ids[-1]
        self.assertEqual(
            (entry.role, entry.reason, entry.person_id),
            ("returned", "补充原因", self.user["bureau"]),
        )

    def ask_back(self, role="principal", reason="核查后多了一名学生"):
        report = self.as_user(self.report, role)
        action = report.action_ask_back()
        self.env[action["res_model"]].with_user(report.env.user).with_context(
            **action["context"]
        ).create({"reason": reason}).action_confirm()

    def test_school_asks_and_bureau_consents(self):
        self.submit()
        self.as_user(self.report, "bureau").action_accept()
        self.report.invalidate_recordset()
        bureau = self.as_user(self.report, "bureau")
        self.assertFalse(bureau.can_return)
        with self.assertRaisesRegex(UserError, "only where the school asks"):
            bureau._edu_return("x")
        self.assertTrue(self.as_user(self.report, "principal").can_ask_back)
        self.ask_back()
        self.assertTrue(bureau.can_return)
        self.assertFalse(self.as_user(self.report, "principal").can_ask_back)
        self.assertIn(self.user["bureau"], self.report.activity_ids.user_id)
        action = bureau.action_return()
        self.assertEqual(action["context"]["default_reason"], "核查后多了一名学生")
        bureau._edu_return("同意")
        self.assertEqual(self.report.state, "returned")
        self.assertFalse(self.report.recall_at)

    def test_bureau_keeps_it(self):
        self.submit()
        self.as_user(self.report, "bureau").action_accept()
        self.ask_back("records_admin")
        with self.assertRaises(AccessError):
            self.as_user(self.report, "principal").action_keep()
        self.as_user(self.report, "bureau").action_keep()
        self.assertEqual(self.report.state, "accepted")
        self.assertFalse(self.report.recall_reason)
        self.assertNotIn(self.user["bureau"], self.report.activity_ids.user_id)
        with self.assertRaisesRegex(UserError, "Nobody asked"):
            self.as_user(self.report, "bureau").action_keep()

    def test_who_asks_back_and_when(self):
        self.sign()
        with self.assertRaisesRegex(UserError, "still has this report"):
            self.ask_back()
        self.as_user(self.report, "principal").action_submit()
        for role in ("class_teacher", "township", "bureau", "inspector"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.ask_back(role)
        self.ask_back("dean")
        with self.assertRaisesRegex(UserError, "already"):
            self.ask_back()
