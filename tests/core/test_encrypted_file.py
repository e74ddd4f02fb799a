from datetime import date

from odoo.exceptions import AccessError, MissingError
from odoo.tests import HttpCase, tagged

from .test_secret_field import SecretCommon

CONTENT = "姓名,身份证件号\n周密,990000201805064331\n".encode()


@tagged("post_install", "-at_install")
class TestEncryptedFile(SecretCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.file = cls.env["edu.encrypted.file"]._edu_store(cls.child, "学生.csv", CONTENT)

    def attachment(self):
        return self.env["ir.attachment"].search(
            [("res_model", "=", "edu.encrypted.file"), ("res_field", "=", "data")]
        )

    def test_nothing_in_clear(self):
        attachment = self.attachment()
        self.assertEqual(len(attachment), 1)
        self.assertNotIn(CONTENT[:12], attachment.raw)
        self.assertNotIn(b"990000", attachment.raw)
        self.assertEqual(attachment.mimetype, "application/octet-stream")
        self.assertFalse(attachment.index_content)

    def test_opens_for_readers_of_the_owner(self):
        for role in ("class_teacher", "records_admin", "bureau"):
            self.assertEqual(self.as_user(self.file, role)._edu_open(), CONTENT)
        with self.assertRaises(AccessError):
            self.as_user(self.file, "records_admin", other=True)._edu_open()
        with self.assertRaises(AccessError):
            self.as_user(self.file, "county_admin")._edu_open()

    def test_is_read_piece_by_piece_by_the_same_people(self):
        source = self.as_user(self.file, "records_admin")._edu_source()
        with source.open() as file:
            self.assertEqual(file.read(), CONTENT)
        self.assertEqual(source.size, len(CONTENT))
        with self.assertRaises(AccessError):
            self.as_user(self.file, "records_admin", other=True)._edu_source()
        self.attachment().unlink()
        with self.assertRaises(MissingError):
            self.as_user(self.file, "records_admin")._edu_source()

    def test_nobody_reads_the_model_or_the_attachment(self):
        for user in (
            self.user["bureau"],
            self.user["county_admin"],
            self.env.ref("base.user_admin"),
        ):
            with self.subTest(user=user.name):
                with self.assertRaises(AccessError):
                    self.file.with_user(user).read(["name"])
                with self.assertRaises(AccessError):
                    self.attachment().with_user(user).read(["raw"])

    def test_same_purpose_replaces(self):
        File = self.env["edu.encrypted.file"]
        other = File._edu_store(self.child, "学生2.csv", b"second")
        self.assertFalse(self.file.exists())
        rejected = File._edu_store(self.child, "rejected.csv", b"rows", purpose="rejected")
        self.assertEqual(File._edu_of(self.child), other)
        self.assertEqual(File._edu_of(self.child, "rejected"), rejected)
        self.assertEqual(len(self.attachment()), 2)

    def test_same_content_is_recognised(self):
        self.assertTrue(self.file._edu_is(CONTENT))
        self.assertFalse(self.file._edu_is(CONTENT + b"x"))

    def test_expiry_follows_the_policy(self):
        self.assertEqual(self.file.expires_on, date(2026, 10, 2))
        File = self.env["edu.encrypted.file"]
        self.assertFalse(File._edu_store(self.child, "x", b"x", "a", days=0).expires_on)
        self.frozen.move_to("2026-10-02 03:00:00")
        File._gc_files()
        self.assertTrue(self.file.exists())
        self.frozen.move_to("2026-10-03 03:00:00")
        File._gc_files()
        self.assertFalse(self.file.exists())
        self.assertEqual(len(self.attachment()), 1)
        self.frozen.move_to("2026-09-02 00:30:00")

    def test_goes_with_its_owner(self):
        self.child.guardian_ids.unlink()
        self.child.unlink()
        with self.assertRaises(MissingError):
            self.file._edu_open()
        self.env["edu.encrypted.file"]._gc_files()
        self.assertFalse(self.file.exists())
        self.assertFalse(self.attachment())

    def test_download(self):
        for login, status in (("records_admin_a", 200), ("records_admin_b", 404)):
            with self.subTest(login=login):
                self.env["res.users"].search([("login", "=", login)]).password = login
                self.authenticate(login, login)
                answer = self.url_open(f"/edu/file/{self.file.id}")
                self.assertEqual(answer.status_code, status)
                self.assertEqual(answer.content == CONTENT, status == 200)
                if status == 200:
                    self.assertEqual(answer.headers["Cache-Control"], "no-store")
                    self.assertIn("attachment", answer.headers["Content-Disposition"])
        self.assertEqual(self.url_open("/edu/file/999999").status_code, 404)
        answer = self.url_open(f"/web/content/{self.attachment().id}")
        self.assertNotEqual(answer.content[:8], b"EDUSEAL1")
