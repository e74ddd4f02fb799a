import base64
import hmac
import json
import os
import stat
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from odoo.tests import BaseCase, tagged
from odoo.tools import mute_logger

from ...tools import crypto

NUMBER = "990000201805064331"
WORKER = """
import importlib.util, sys
spec = importlib.util.spec_from_file_location("crypto", sys.argv[1])
crypto = importlib.util.module_from_spec(spec)
spec.loader.exec_module(crypto)
print(crypto.keyring(sys.argv[2], create=True).digest_id)
"""


@tagged("post_install", "-at_install")
class TestCrypto(BaseCase):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.addCleanup(crypto.forget)
        crypto.forget()
        self.path = os.path.join(folder.name, "keys", "secret.key")

    def ring(self, **options):
        return crypto.keyring(self.path, **options)

    # ------------------------------------------------------------ file

    def test_file_is_made_for_the_server_alone(self):
        self.ring(create=True)
        self.assertEqual(stat.S_IMODE(os.stat(self.path).st_mode), 0o600)
        self.assertEqual(os.listdir(os.path.dirname(self.path)), ["secret.key"])

    def test_no_file_is_made_unless_asked_for(self):
        with self.assertRaises(crypto.KeyProblem) as caught:
            self.ring()
        self.assertEqual(caught.exception.code, "missing")
        self.assertFalse(os.path.exists(self.path))

    def test_workers_that_start_at_once_agree_on_one_key(self):
        os.makedirs(os.path.dirname(self.path))
        command = [sys.executable, "-c", WORKER, crypto.__file__, self.path]

        def start(_number):
            return subprocess.run(command, capture_output=True, text=True, check=True).stdout

        with ThreadPoolExecutor(4) as pool:
            answers = set(pool.map(start, range(4)))
        self.assertEqual(len(answers), 1)

    def test_damaged_files_are_told_apart_from_missing_ones(self):
        os.makedirs(os.path.dirname(self.path))
        key = {"id": "aaaaaaaa", "key": "A" * 43 + "="}
        for content in (
            "",
            "{",
            "[]",
            "{}",
            json.dumps({"digest": "bbbbbbbb", "keys": [key]}),
            json.dumps({"digest": "aaaaaaaa", "keys": [{**key, "key": "AAAA"}]}),
            json.dumps({"digest": "aaaaaaaa", "keys": []}),
        ):
            with self.subTest(content=content):
                Path(self.path).write_text(content)
                crypto.forget()
                with self.assertRaises(crypto.KeyProblem) as caught:
                    self.ring(create=True)
                self.assertEqual(caught.exception.code, "unreadable")

    def test_a_file_others_may_read_is_warned_of(self):
        self.ring(create=True)
        os.chmod(self.path, 0o644)
        crypto.forget()
        with self.assertLogs(crypto.__name__, "WARNING"):
            self.ring()

    # ------------------------------------------------------------ ciphers and digests

    def test_what_goes_in_comes_out(self):
        ring = self.ring(create=True)
        for value in (NUMBER, "青禾县东河镇12号", b"\x00\xff workbook", b""):
            with self.subTest(value=value):
                sealed = ring.encrypt("edu.student", "id_number", value)
                self.assertIs(type(sealed), type(value))
                self.assertEqual(ring.decrypt("edu.student", "id_number", sealed), value)

    def test_never_twice_the_same_cipher(self):
        ring = self.ring(create=True)
        self.assertEqual(len({ring.encrypt("m", "f", NUMBER) for _time in range(50)}), 50)

    def test_bound_to_model_and_field(self):
        ring = self.ring(create=True)
        for sealed in (ring.encrypt("m", "f", NUMBER), ring.encrypt("m", "f", b"data")):
            for model, field in (("m", "g"), ("n", "f"), ("mf", "")):
                with self.assertRaises(crypto.KeyProblem) as caught:
                    ring.decrypt(model, field, sealed)
                self.assertEqual(caught.exception.code, "broken")

    def test_any_change_is_noticed(self):
        ring = self.ring(create=True)
        sealed = ring.encrypt("m", "f", b"data")
        for at in range(len(crypto.BLOB_MAGIC) + 8, len(sealed)):
            changed = bytearray(sealed)
            changed[at] ^= 1
            with self.assertRaises(crypto.KeyProblem):
                ring.decrypt("m", "f", bytes(changed))
        for cut in (sealed[:-1], sealed[:20], b""):
            with self.assertRaises(crypto.KeyProblem):
                ring.decrypt("m", "f", cut)

    def test_a_sealed_file_is_read_piece_by_piece(self):
        ring = self.ring(create=True)
        path = f"{self.path}.sealed"
        for clear in (b"", b"data", os.urandom(200_000)):
            sealed = ring.encrypt("m", "f", clear)
            with open(path, "wb") as file:
                file.write(sealed)
            source = ring.sealed_file("m", "f", path)
            self.assertEqual(source.size, len(clear))
            for _time in range(2):
                with source.open() as file:
                    self.assertEqual(file.read(3) + file.read(70_000) + file.read(), clear)
            with self.assertRaises(crypto.KeyProblem):
                ring.sealed_file("m", "g", path)
        for at in (0, len(crypto.BLOB_MAGIC) + 1, 20, 100_000, len(sealed) - 1):
            changed = bytearray(sealed)
            changed[at] ^= 1
            for wrong in (bytes(changed), sealed[:at]):
                with open(path, "wb") as file:
                    file.write(wrong)
                with self.assertRaises(crypto.KeyProblem):
                    ring.sealed_file("m", "f", path)

    def test_digest_needs_the_key_and_the_kind(self):
        ring = self.ring(create=True)
        digest = ring.digest("identity", NUMBER)
        self.assertEqual(digest, ring.digest("identity", NUMBER))
        self.assertNotEqual(digest, ring.digest("account", NUMBER))
        self.assertNotIn(NUMBER, digest)
        other = crypto.keyring(self.path + "2", create=True)
        self.assertNotEqual(digest, other.digest("identity", NUMBER))
        self.assertFalse(ring.digest("phone", " - "))
        with self.assertRaises(ValueError):
            ring.digest("shoe size", "38")

    def test_a_digest_is_a_keyed_hash_and_does_not_depend_on_what_came_before(self):
        ring = self.ring(create=True)
        first, other = ring.digest("identity", NUMBER), ring.digest("phone", NUMBER)
        self.assertNotEqual(first, other)
        self.assertEqual(ring.digest("identity", NUMBER), first)
        crypto.forget()
        self.assertEqual(self.ring().digest("identity", f" {NUMBER} "), first)
        mac = hmac.digest(ring._digest_key, f"identity\0{NUMBER}".encode(), "sha256")
        encoded = base64.urlsafe_b64encode(mac).decode().rstrip("=")
        self.assertEqual(first, f"{ring.digest_id}:{encoded}")

    def test_digests_that_are_remembered_are_the_same(self):
        ring = self.ring(create=True)
        digests = crypto.Digests(ring)
        digests.MOST = 3
        numbers = [str(1000 + number) for number in range(10)]
        for number in [*numbers, *reversed(numbers), "", "-"]:
            self.assertEqual(digests("identity", number), ring.digest("identity", number))
        self.assertNotEqual(digests("phone", "1001"), digests("identity", "1001"))

    # ------------------------------------------------------------ rotation

    def test_new_cipher_key_keeps_old_ciphers_and_digests(self):
        old = self.ring(create=True)
        sealed, digest = old.encrypt("m", "f", NUMBER), old.digest("identity", NUMBER)
        key_id = crypto.add_key(self.path)
        ring = self.ring()
        self.assertEqual(ring.cipher_id, key_id)
        self.assertEqual(ring.decrypt("m", "f", sealed), NUMBER)
        self.assertEqual(ring.digest("identity", NUMBER), digest)
        self.assertTrue(ring.encrypt("m", "f", NUMBER).startswith(f"{key_id}:"))
        self.assertEqual(stat.S_IMODE(os.stat(self.path).st_mode), 0o600)
        with self.assertRaises(crypto.KeyProblem) as caught:
            old.decrypt("m", "f", ring.encrypt("m", "f", NUMBER))
        self.assertEqual(caught.exception.code, "unknown_key")

    def test_new_digest_key_and_back(self):
        old = self.ring(create=True)
        digest = old.digest("identity", NUMBER)
        crypto.add_key(self.path, digest=True)
        self.assertNotEqual(self.ring().digest("identity", NUMBER), digest)
        crypto.set_digest_key(self.path, old.digest_id)
        self.assertEqual(self.ring().digest("identity", NUMBER), digest)

    @mute_logger(crypto.__name__)
    def test_other_processes_notice_a_new_key(self):
        first = self.ring(create=True)
        command = (
            WORKER.replace("print(", "(").replace(".digest_id", "")
            + "\ncrypto.add_key(sys.argv[2])"
        )
        subprocess.run([sys.executable, "-c", command, crypto.__file__, self.path], check=True)
        stamp, _looked, ring = crypto._cached[self.path]
        crypto._cached[self.path] = (stamp, time.monotonic() - 2 * crypto._STAT_EVERY, ring)
        self.assertNotEqual(self.ring().cipher_id, first.cipher_id)

    # ------------------------------------------------------------ values

    def test_normalise(self):
        for kind, typed, expected in (
            ("identity", " ９９００００ 19491231 002x ", "99000019491231002X"),
            ("identity", "990000-19491231-002X\u200b", "99000019491231002X"),
            ("student_no", "g990000201805064331", "G990000201805064331"),
            ("phone", "+86 169-0000-0000", "16900000000"),
            ("phone", "008616900000000", "16900000000"),
            ("phone", "(0990) 1234567", "09901234567"),
            ("account", "6222 0000 0000 0000 017", "6222000000000000017"),
            ("address", "东河镇　柳树村 １２号", "东河镇柳树村12号"),
            ("phone", None, ""),
        ):
            with self.subTest(kind=kind, typed=typed):
                self.assertEqual(crypto.normalise(kind, typed), expected)

    def test_kept_as_written(self):
        self.assertEqual(crypto.presentable("address", " 东河镇 １２号 "), "东河镇 １２号")
        self.assertEqual(crypto.presentable("phone", "0990-1234567"), "0990-1234567")
        self.assertEqual(crypto.presentable("phone", "+86 169 0000 0000"), "16900000000")

    def test_mask_shows_two_characters_at_most(self):
        for kind, value, expected in (
            ("identity", NUMBER, "*" * 16 + "31"),
            ("student_no", "G" + NUMBER, "*" * 17 + "31"),
            ("phone", "16900000012", "*" * 9 + "12"),
            ("phone", "110", "***"),
            ("account", "6222000000000000017", "*" * 17 + "17"),
            ("certificate", NUMBER + "43", "*" * 20),  # the end tells kind and grade
            ("address", "某省青禾县东河镇柳树村12号", "某省青禾县东河镇***"),
            ("address", "青禾县西岭乡石桥村", "青禾县西岭乡***"),
            ("address", "青禾县城关街道3号", "青禾县城关街道***"),
            ("address", "幸福小区3栋", "***"),
            ("address", "幸福小区3栋乡音阁", "***"),
            ("identity", "", False),
        ):
            with self.subTest(kind=kind, value=value):
                self.assertEqual(crypto.mask(kind, value), expected)
                self.assertEqual(crypto.is_masked(crypto.mask(kind, value)), bool(value))
        self.assertFalse(crypto.is_masked(NUMBER))
