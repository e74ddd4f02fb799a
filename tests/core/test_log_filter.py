import io
import logging

from odoo.tests import BaseCase, tagged

from ...tools import log_filter

IDENTITY = "990000201805064331"
SECRETS = (
    IDENTITY,
    "99000020180506433X",
    "990000180506433",
    "G" + IDENTITY,
    "J99000020180506433x",
    "16900000012",
    "6222000000000000017",
    IDENTITY + "43",
)


@tagged("post_install", "-at_install")
class TestLogFilter(BaseCase):
    def setUp(self):
        super().setUp()
        self.stream = io.StringIO()
        self.handler = logging.StreamHandler(self.stream)
        self.handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
        self.handler.addFilter(log_filter.SecretFilter())
        self.logger = logging.getLogger("edu_dropout_control.probe")
        self.logger.propagate = False
        self.logger.addHandler(self.handler)
        self.addCleanup(self.logger.removeHandler, self.handler)

    def logged(self):
        return self.stream.getvalue()

    def test_message_and_arguments(self):
        for secret in SECRETS:
            with self.subTest(secret=secret):
                self.stream.truncate(0)
                self.logger.warning(f"number {secret}")  # noqa: G004
                self.logger.warning("number %s of %s", secret, 5)
                self.logger.warning("values %r", {"id_number": secret})
                self.logger.warning("values %(n)s", {"n": secret})
                self.assertNotIn(secret, self.logged())
                self.assertNotIn(secret[-9:], self.logged())
                self.assertEqual(self.logged().count(log_filter.REPLACEMENT), 4)

    def test_traceback_and_stack(self):
        for secret in SECRETS:
            with self.subTest(secret=secret):
                self.stream.truncate(0)
                try:
                    try:
                        raise ValueError(f"bad {secret}")
                    except ValueError as error:
                        raise KeyError(secret) from error
                except KeyError:
                    self.logger.exception("failed")
                self.assertNotIn(secret, self.logged())
                self.assertIn("Traceback", self.logged())
                self.assertIn("ValueError", self.logged())

    def test_touching_letters_and_escaped_chinese(self):
        for text in (
            f"身份证{IDENTITY}号",
            f"\\u8bc1{IDENTITY}",
            f"id={IDENTITY}&x",
            "电话16900000012。",
            "\\u673a16900000012",
            "\\u8bc116900000012",
            f"a{IDENTITY}b",
        ):
            with self.subTest(text=text):
                clean = log_filter.redact(text)
                self.assertNotIn("180506433", clean)
                self.assertNotIn("900000012", clean)

    def test_ordinary_records_pass_untouched(self):
        for text in (
            "2026-09-02 00:30:00,123 4711 INFO db odoo.modules: 99 modules loaded in 12.34s",
            "school 1234567890, area 990001101201, student 4711",
            "GET /web/dataset/call_kw/edu.student/web_read 200 - 12 0.034 0.120",
            "port 8069, 12345678901 bytes",
        ):
            with self.subTest(text=text):
                self.assertEqual(log_filter.redact(text), text)
        record = logging.LogRecord("x", logging.INFO, "f", 1, "n %s", (5,), None)
        log_filter.SecretFilter().filter(record)
        self.assertEqual((record.msg, record.args), ("n %s", (5,)))

    def test_a_message_that_cannot_be_built(self):
        record = logging.LogRecord("x", logging.INFO, "f", 1, "%d %d", (IDENTITY,), None)
        log_filter.SecretFilter().filter(record)
        self.assertNotIn(IDENTITY, record.getMessage())

    def test_installed_once_on_every_handler(self):
        log_filter.install()
        log_filter.install()
        for handler in [*logging.getLogger().handlers, logging.lastResort, self.handler]:
            filters = [f for f in handler.filters if isinstance(f, log_filter.SecretFilter)]
            self.assertEqual(len(filters), 1, handler)

    def test_recognises_numbers_in_texts(self):
        for text in (IDENTITY, "电话 169 0000 0012", "9900 0020 1805 0643 31", "169-0000-0012"):
            self.assertTrue(log_filter.holds_secret(text), text)
        for text in (
            "",
            None,
            "家访",
            "2026-09-02",
            "990001101201",
            "[('grade', 'in', [1, 2, 3])]",
        ):
            self.assertFalse(log_filter.holds_secret(text), text)
