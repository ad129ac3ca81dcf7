"""Keys and signatures: Ed25519 (RFC 8032) over canonical JSON."""

from __future__ import annotations

import base64
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from gardefou.errors import OutputError, UsageError

PUBLIC_SUFFIX: Final = ".pub"
PUBLIC_PREFIX: Final = "gardefou-ed25519:"
_LENGTH: Final = 32


@dataclass(frozen=True, slots=True)
class PublicKey:
    """An Ed25519 public key, 32 bytes; its `str` is the line that stands in files."""

    raw: bytes

    def __post_init__(self) -> None:
        if len(self.raw) != _LENGTH:
            raise ValueError("an Ed25519 public key has 32 bytes")

    @classmethod
    def parse(cls, line: str) -> PublicKey:
        """Read the line back; raises `ValueError`."""
        head, body = line.strip()[: len(PUBLIC_PREFIX)], line.strip()[len(PUBLIC_PREFIX) :]
        if head != PUBLIC_PREFIX:
            raise ValueError(f"a public key begins with {PUBLIC_PREFIX}")
        return cls(base64.b64decode(body, validate=True))

    def __str__(self) -> str:
        return PUBLIC_PREFIX + base64.b64encode(self.raw).decode()

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the key in hex, to compare over the telephone."""
        return hashlib.sha256(self.raw).hexdigest()

    def accepts(self, signature: bytes, message: bytes) -> bool:
        """Whether the signature is this key's over the message."""
        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, message)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """An Ed25519 private key; it is never printed."""

    _key: Ed25519PrivateKey

    @classmethod
    def make(cls) -> PrivateKey:
        """A new key."""
        return cls(Ed25519PrivateKey.generate())

    @property
    def public(self) -> PublicKey:
        """Its public half."""
        raw = self._key.public_key().public_bytes(
            serialization.Encoding.Raw, serialization.PublicFormat.Raw
        )
        return PublicKey(raw)

    def sign(self, message: bytes) -> bytes:
        """64 bytes."""
        return self._key.sign(message)

    def __repr__(self) -> str:
        return f"PrivateKey(of {self.public})"


def public_path(path: Path) -> Path:
    """Where the public half of a key file stands: beside it.

    >>> public_path(Path("controller.key")).name
    'controller.key.pub'
    """
    return path.with_name(path.name + PUBLIC_SUFFIX)


def write_key(path: Path, key: PrivateKey, passphrase: str = "") -> Path:
    """Write a new key file (PEM, PKCS #8, for its owner only) and its public half beside it.

    Raises `UsageError` when one is there already, `OutputError` when it cannot be written.
    """
    lock: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if passphrase:
        lock = serialization.BestAvailableEncryption(passphrase.encode())
    pem = key._key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, lock
    )
    public = public_path(path)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(pem)
        public.write_text(f"{key.public}\n", encoding="ascii")
    except FileExistsError as error:
        raise UsageError("mandate.key.exists", path=path) from error
    except OSError as error:
        raise OutputError("mandate.key.unwritable", path=path, reason=error.strerror) from error
    return public


def read_key(path: Path, passphrase: str = "") -> PrivateKey:
    """The key of a file; raises `UsageError` when it is none or its passphrase is another."""
    try:
        given = passphrase.encode() if passphrase else None
        key = serialization.load_pem_private_key(path.read_bytes(), given)
    except OSError as error:
        raise UsageError("mandate.key.unreadable", path=path, reason=error.strerror) from error
    except TypeError as error:
        raise UsageError("mandate.key.passphrase", path=path) from error
    except ValueError as error:
        raise UsageError("mandate.key.no_key", path=path) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise UsageError("mandate.key.no_key", path=path)
    return PrivateKey(key)


def read_public_key(path: Path) -> PublicKey:
    """The public key of a file; raises `UsageError`."""
    try:
        return PublicKey.parse(path.read_text(encoding="ascii"))
    except OSError as error:
        raise UsageError("mandate.key.unreadable", path=path, reason=error.strerror) from error
    except ValueError as error:
        raise UsageError("mandate.key.no_public_key", path=path) from error
