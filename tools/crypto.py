"""Keys, digests, ciphers and masks of the secrets, for ``edu.secret.mixin``.

The key file is JSON, readable by the server's user only (mode 0600), outside the database::

    {"version": 1, "digest": "7f3a91c2",
     "keys": [{"id": "c0ffee12", "key": "<base64 of 32 bytes>"}, {"id": "7f3a91c2", "key": "…"}]}

Keys stand newest first. Two keys are derived (HKDF)
from each: one for ciphers, one for digests, so that neither tells the other.

*Rotating the cipher key* is putting a new key on top (``add_key``): new ciphers carry its id, old
ones are still read by theirs, and may be written again at leisure. Digests do not change, because
``digest`` goes on naming the key they were made with. *Rotating the digest key* changes every digest
at once, since two digests of one number must stay equal: ``add_key(digest=True)`` while nobody works,
and all digests recomputed from the ciphers in the same transaction, which is what
``edu.secret.mixin._edu_rotate_digest_key`` does. A key leaves the file only when nothing sealed with
it is left, backups included.
"""

import base64
import binascii
import contextlib
import hashlib
import hmac
import io
import json
import logging
import os
import re
import secrets
import stat
import threading
import time
import unicodedata
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_logger = logging.getLogger(__name__)

KINDS = ("identity", "student_no", "phone", "certificate", "account", "address")
BLOB_MAGIC = b"EDUSEAL1"
MASK_MARK = "***"
_IN_URLS = bytes.maketrans(b"+/", b"-_")

_KEY_BYTES = 32
_NONCE_BYTES = 12
_TAG_BYTES = 16
_PIECE = 1 << 16
_ID_LENGTH = 8
_STAT_EVERY = 1.0  # seconds between two looks at the file's date


class KeyProblem(Exception):
    """The key file or a cipher cannot be used.

    ``code`` is one of: missing (no file), unreadable (not ours, or damaged), unknown_key (sealed with
    a key that the file does not hold), broken (changed, cut, or moved from another field).
    """

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


# ------------------------------------------------------------------------------------------ values


_BLANKS = re.compile(r"[\s\u200b-\u200f\u2060\ufeff]+")
_SEPARATORS = re.compile(r"[-‐‑‒–—―−_.·()]+")
_MOBILE = re.compile(r"1\d{10}")
_COUNTRY = re.compile(r"^(?:\+|00)?86(?=1\d{10}$)")
_TOWNSHIP = re.compile(r"^.*?(?:街道|镇|乡)")


def normalise(kind, value):
    """The one spelling of ``value`` that digests compare, ``""`` when nothing is left.

    Full-width digits, blanks, separators and lower case are evened out; phones lose +86.
    """
    value = value or ""
    if kind != "address" and value.isascii() and value.isalnum():  # as nearly always, and fast
        text = value.upper()
        return _COUNTRY.sub("", text) if kind == "phone" else text
    text = _BLANKS.sub("", unicodedata.normalize("NFKC", value))
    if kind == "address":
        return text.upper()
    text = _SEPARATORS.sub("", text).upper()
    if kind == "phone":
        text = _COUNTRY.sub("", text)
    return text


def presentable(kind, value):
    """What is kept of a typed value: normalised, but an address as it was written, and the hyphens of
    a landline."""
    if kind == "address":
        return (value or "").strip()
    text = normalise(kind, value)
    if kind == "phone" and not _MOBILE.fullmatch(text):
        return _BLANKS.sub("", unicodedata.normalize("NFKC", value or ""))
    return text


def mask(kind, value):
    """What everybody may see of a clear value: two last characters at most, of an address the part up
    to the township. A disability certificate shows none: its last two tell kind and grade."""
    return _masked(kind, presentable(kind, value))


def _masked(kind, value):
    if not value:
        return False
    if kind == "address":
        found = _TOWNSHIP.match(value)
        return (found[0] if found and not re.search(r"\d", found[0]) else "") + MASK_MARK
    shown = 2 if kind != "certificate" and len(value) > 6 else 0
    return "*" * max(len(value) - shown, len(MASK_MARK)) + (value[-shown:] if shown else "")


def is_masked(value):
    """Whether a value is a mask, never a number or address of its own."""
    return MASK_MARK in (value or "")


# -------------------------------------------------------------------------------------------- keys


def _derive(master, purpose):
    info = f"edu_dropout_control/{purpose}/1".encode()
    return HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=None, info=info).derive(master)


@lru_cache(maxsize=256)
def _associated(model, field):
    return f"{model}\0{field}".encode()


class Keyring:
    """The keys of one file, and what is done with them."""

    def __init__(self, data):
        """:raise ValueError: when ``data`` (the file's JSON, parsed) is not a key file"""
        masters = {}
        for entry in data["keys"]:
            key = base64.b64decode(entry["key"], validate=True)
            if len(key) != _KEY_BYTES or len(entry["id"]) != _ID_LENGTH:
                raise ValueError("wrong length of a key or key id")
            masters[entry["id"]] = key
        if data["digest"] not in masters:
            raise ValueError("the digest key is not among the keys")
        self.ids = tuple(masters)
        self.cipher_id = self.ids[0]
        self.digest_id = data["digest"]
        self._cipher_keys = {kid: _derive(key, "cipher") for kid, key in masters.items()}
        self._ciphers = {kid: AESGCM(key) for kid, key in self._cipher_keys.items()}
        self._digest_key = _derive(masters[self.digest_id], "digest")
        self._mac = hmac.new(self._digest_key, digestmod="sha256")

    def digest(self, kind, value):
        """Digest of a clear value, equal for equal values of one kind; False for an empty one.

        :raise ValueError: for a kind that there is not
        """
        if kind not in KINDS:
            raise ValueError(f"No such kind of secret: {kind!r}")
        text = normalise(kind, value)
        if not text:
            return False
        mac = self._mac.copy()  # quicker than from the key each time
        mac.update(f"{kind}\0{text}".encode())
        short = binascii.b2a_base64(mac.digest(), newline=False).translate(_IN_URLS, b"=")
        return f"{self.digest_id}:{short.decode()}"

    def seal(self, kind, model, field, value, digest=None):
        """(mask, digest, cipher) of a clear value; all three False for an empty one.

        :param digest: what takes digests in place of :meth:`digest`, see :class:`Digests`
        """
        clear = presentable(kind, value)
        if not clear:
            return False, False, False
        digest = digest or self.digest
        return _masked(kind, clear), digest(kind, clear), self.encrypt(model, field, clear)

    def fingerprint(self, data):
        """Keyed hash of ``data`` (bytes): equal for equal files, tells nothing without the key."""
        mac = hmac.new(self._digest_key, digestmod=hashlib.sha256)
        mac.update(b"file\0")
        mac.update(data)
        return f"{self.digest_id}:{mac.hexdigest()}"

    def encrypt(self, model, field, value):
        """Seal ``value`` for one field of one model: str gives str, bytes give bytes."""
        nonce = os.urandom(_NONCE_BYTES)
        clear = value.encode() if isinstance(value, str) else bytes(value)
        sealed = nonce + self._ciphers[self.cipher_id].encrypt(
            nonce, clear, _associated(model, field)
        )
        if isinstance(value, str):
            return f"{self.cipher_id}:{binascii.b2a_base64(sealed, newline=False).decode()}"
        return BLOB_MAGIC + self.cipher_id.encode() + sealed

    def decrypt(self, model, field, sealed):
        """Undo ``encrypt``.

        :raise KeyProblem: unknown_key, or broken when not what was sealed for this model and field
        """
        try:
            if isinstance(sealed, str):
                kid, _colon, body = sealed.partition(":")
                data = base64.b64decode(body, validate=True)
            else:
                sealed = bytes(sealed)
                if not sealed.startswith(BLOB_MAGIC):
                    raise KeyProblem("broken", "not a sealed value")
                start = len(BLOB_MAGIC) + _ID_LENGTH
                # a view: files are long, and the clear one is a second copy already
                kid, data = sealed[len(BLOB_MAGIC) : start].decode(), memoryview(sealed)[start:]
        except (binascii.Error, UnicodeDecodeError) as error:
            raise KeyProblem("broken", "not a sealed value") from error
        if kid not in self._ciphers:
            raise KeyProblem("unknown_key", f"sealed with key {kid!r}, which the file lacks")
        try:
            clear = self._ciphers[kid].decrypt(
                bytes(data[:_NONCE_BYTES]), data[_NONCE_BYTES:], _associated(model, field)
            )
        except (InvalidTag, ValueError) as error:
            raise KeyProblem("broken", f"{model}.{field}: sealed value does not fit") from error
        return clear.decode() if isinstance(sealed, str) else clear

    def sealed_file(self, model, field, path):
        """What ``encrypt`` made of bytes, kept in a file, as a :class:`SealedFile`.

        :raise KeyProblem: as ``decrypt``
        """
        start = len(BLOB_MAGIC) + _ID_LENGTH
        with open(path, "rb") as file:
            head = file.read(start)
        kid = head[len(BLOB_MAGIC) :].decode("ascii", "replace")
        if not head.startswith(BLOB_MAGIC) or len(head) < start:
            raise KeyProblem("broken", "not a sealed value")
        if kid not in self._cipher_keys:
            raise KeyProblem("unknown_key", f"sealed with key {kid!r}, which the file lacks")
        try:
            return SealedFile(self._cipher_keys[kid], path, start, _associated(model, field))
        except (InvalidTag, ValueError) as error:
            raise KeyProblem("broken", f"{model}.{field}: sealed value does not fit") from error


class Digests:
    """Digests of values of which each is asked for several times in a row: to find a child, to compare
    it, to write it. Remembers some thousands; goes with the work it is for, since it holds clear values.
    """

    MOST = 10_000

    def __init__(self, keyring):
        self._digest = keyring.digest
        self._known, self._before = {}, {}

    def __call__(self, kind, value):
        """What ``Keyring.digest`` gives."""
        key = kind, value
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= self.MOST:
                self._known, self._before = {}, self._known
            found = self._before.get(key)
            self._known[key] = found = self._digest(kind, value) if found is None else found
        return found


class SealedFile:
    """A sealed file that is read piece by piece, as often as asked: neither it nor what is in it is
    ever held as a whole. Checked against its seal once, when it is made; ``size`` in clear bytes.

    :raise InvalidTag, ValueError: not what was sealed for this field
    """

    def __init__(self, key, path, start, associated):
        self._key = key
        self._path = path
        self._start = start + _NONCE_BYTES
        self.size = os.path.getsize(path) - self._start - _TAG_BYTES
        if self.size < 0:
            raise ValueError("cut off")
        with open(path, "rb") as file:
            file.seek(start)
            self._nonce = file.read(_NONCE_BYTES)
            file.seek(self._start + self.size)
            tag = file.read(_TAG_BYTES)
            file.seek(self._start)
            engine = Cipher(algorithms.AES(key), modes.GCM(self._nonce, tag)).decryptor()
            engine.authenticate_additional_data(associated)
            left = self.size
            while left > 0:
                piece = file.read(min(_PIECE, left))
                engine.update(piece)
                left -= len(piece) or left
            engine.finalize()

    def open(self):
        """The content in clear, as a binary file to be read from its beginning."""
        # GCM enciphers by counting up from the nonce and 2; what it adds to that is the seal
        counter = modes.CTR(self._nonce + b"\0\0\0\2")
        engine = Cipher(algorithms.AES(self._key), counter).decryptor()
        return io.BufferedReader(_Clear(self._path, self._start, self.size, engine), _PIECE)


class _Clear(io.RawIOBase):
    """What ``SealedFile.open`` reads from."""

    def __init__(self, path, start, size, engine):
        super().__init__()
        self._file = open(path, "rb", buffering=0)  # noqa: SIM115 closed with this one
        self._file.seek(start)
        self._left = size
        self._engine = engine

    def readable(self):
        return True

    def readinto(self, buffer):
        piece = self._file.read(min(len(buffer), self._left))
        self._left -= len(piece)
        buffer[: len(piece)] = self._engine.update(piece)
        return len(piece)

    def close(self):
        self._file.close()
        super().close()


# -------------------------------------------------------------------------------------------- file

_lock = threading.Lock()
_cached = {}  # path → (stamp, looked at, Keyring)


def _new_key():
    return {
        "id": secrets.token_hex(_ID_LENGTH // 2),
        "key": base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode(),
    }


def _write(path, data, replace):
    """Put a whole key file in place or none at all. Without ``replace``, a file that another worker
    made in the meantime stays, and wins."""
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    draft = f"{path}.{os.getpid()}.{secrets.token_hex(4)}"
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            json.dump(data, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        if replace:
            os.replace(draft, path)
        else:
            with contextlib.suppress(FileExistsError):
                os.link(draft, path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(draft)


def _read(path):
    try:
        with open(path, encoding="ascii") as file:
            return json.load(file)
    except FileNotFoundError as error:
        raise KeyProblem("missing", f"no key file at {path}") from error
    except (OSError, ValueError) as error:
        raise KeyProblem("unreadable", f"key file {path}: {error}") from error


def keyring(path, create=False):
    """The keys of the file at ``path``, cached for the process, read again when the file changed.

    :param create: make a key file when there is none; only right for a database without secrets
    :raise KeyProblem: missing, unreadable
    """
    now = time.monotonic()
    stamp, looked, ring = _cached.get(path, (None, 0.0, None))
    if ring and now - looked < _STAT_EVERY:
        return ring
    with _lock:
        if create and not os.path.exists(path):
            key = _new_key()
            try:
                _write(path, {"version": 1, "digest": key["id"], "keys": [key]}, replace=False)
            except OSError as error:
                raise KeyProblem("unreadable", f"cannot make key file {path}: {error}") from error
            _logger.info("Secrets: key file made at %s; keep a copy away from this machine", path)
        try:
            found = os.stat(path)
        except FileNotFoundError as error:
            raise KeyProblem("missing", f"no key file at {path}") from error
        except OSError as error:
            raise KeyProblem("unreadable", f"key file {path}: {error}") from error
        fresh = (found.st_mtime_ns, found.st_ino, found.st_size)
        if ring is None or fresh != stamp:
            if found.st_mode & (stat.S_IRWXO | stat.S_IWGRP):
                _logger.warning("Secrets: others may read or write the key file %s", path)
            try:
                ring = Keyring(_read(path))
            except (KeyError, TypeError, ValueError) as error:
                raise KeyProblem("unreadable", f"key file {path}: {error!r}") from error
        _cached[path] = (fresh, now, ring)
        return ring


def forget():
    """Drop what is cached of key files, so that the next use reads them."""
    _cached.clear()


def add_key(path, digest=False):
    """Put a new key on top of the file at ``path``. New ciphers use it at once in this process, and within a
    second in the others.

    :param digest: also name it for digests; every stored digest is then to be made again
    :return: id of the new key
    :raise KeyProblem: missing, unreadable
    """
    data = _read(path)
    key = _new_key()
    try:
        data["keys"].insert(0, key)
        if digest:
            data["digest"] = key["id"]
        Keyring(data)
    except (KeyError, TypeError, ValueError) as error:
        raise KeyProblem("unreadable", f"key file {path}: {error!r}") from error
    _write(path, data, replace=True)
    forget()
    return key["id"]


def set_digest_key(path, key_id):
    """Name another key of the file for digests (back to the old one after a rotation that failed)."""
    data = _read(path)
    data["digest"] = key_id
    try:
        Keyring(data)
    except (KeyError, TypeError, ValueError) as error:
        raise KeyProblem("unreadable", f"key file {path}: {error!r}") from error
    _write(path, data, replace=True)
    forget()
