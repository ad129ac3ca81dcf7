"""Keys closed by a secret that does not stand on their disk, so that the disk alone opens nothing.

The secret comes from a systemd credential, a file in memory that the environment names, or what
`gardefou keys open` left in memory until the machine is switched off. A closed key is encrypted
with AES-256-GCM under scrypt (RFC 7914) of the secret, and bound to its file's name.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import secrets
from dataclasses import dataclass
from enum import StrEnum, unique
from functools import lru_cache
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from gardefou.errors import KeysError

VARIABLE: Final = "GARDEFOU_SECRET"
"""Environment variable that names a file with the secret, in memory (tmpfs), not on a disk."""

CREDENTIAL: Final = "gardefou-keys"
"""Name of the systemd credential (`LoadCredentialEncrypted=`)."""

SHORTEST: Final = 16
"""Fewest characters of a secret that is taken to close keys."""

LONGEST: Final = 4096
"""Most bytes that are read of one."""

HEAD: Final = b"gardefou-closed-key-1\n"

_SALT, _NONCE = 16, 12
_SCRYPT = {"length": 32, "n": 2**15, "r": 8, "p": 1}
"""RFC 7914 for interactive use: 32 MB and a tenth of a second for each try."""


@unique
class From(StrEnum):
    """Where a secret came from."""

    CREDENTIAL = "credential"
    FILE = "file"
    ASKED = "asked"


@dataclass(frozen=True, slots=True)
class Secret:
    """What opens closed keys; never shown. ``place`` the file it was read from, None when asked."""

    content: bytes
    source: From
    place: Path | None = None

    @property
    def length(self) -> int:
        """Its characters; bytes where they are no text."""
        try:
            return len(self.content.decode())
        except UnicodeDecodeError:
            return len(self.content)

    def __repr__(self) -> str:
        return f"Secret({self.source.value})"


def opening_secret(folder: Path) -> Secret | None:
    """The secret for the keys of a folder, None when there is none.

    Raises `KeysError` when a file that was named cannot be read or is empty.
    """
    credentials, named = os.environ.get("CREDENTIALS_DIRECTORY"), os.environ.get(VARIABLE)
    if credentials and (Path(credentials) / CREDENTIAL).exists():
        return _secret(Path(credentials) / CREDENTIAL, From.CREDENTIAL)
    if named:
        return _secret(Path(named), From.FILE)
    left = asked_file(folder)
    if left is not None and left.exists():
        return _secret(left, From.ASKED)
    return None


def asked_file(folder: Path) -> Path | None:
    """Where `gardefou keys open` leaves the secret of a keys folder; None where no memory is."""
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    if not runtime:
        return None
    name = hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:16]
    return Path(runtime) / f"gardefou-{name}"


def is_closed(content: bytes) -> bool:
    """Whether a key file's content is closed."""
    return content.startswith(HEAD)


def closed(content: bytes, name: str, secret: Secret) -> bytes:
    """A key as it stands closed in the file called ``name``."""
    salt, nonce = secrets.token_bytes(_SALT), secrets.token_bytes(_NONCE)
    sealed = AESGCM(_derived(secret.content, salt)).encrypt(nonce, content, name.encode())
    return HEAD + base64.b64encode(salt + nonce + sealed) + b"\n"


def opened(content: bytes, path: Path, secret: Secret | None) -> bytes:
    """The key in a file's content, which may be closed or not; raises `KeysError`."""
    if not is_closed(content):
        return content
    if secret is None:
        raise KeysError("log.keys.shut", path=path, credential=CREDENTIAL, variable=VARIABLE)
    try:
        data = base64.b64decode(content[len(HEAD) :].strip(), validate=True)
        salt, nonce, sealed = data[:_SALT], data[_SALT : _SALT + _NONCE], data[_SALT + _NONCE :]
        return AESGCM(_derived(secret.content, salt)).decrypt(nonce, sealed, path.name.encode())
    except (binascii.Error, ValueError) as error:
        raise KeysError("log.keys.damaged", path=path) from error
    except InvalidTag as error:
        raise KeysError("log.keys.other_secret", path=path) from error


@lru_cache(maxsize=16)
def _derived(secret: bytes, salt: bytes) -> bytes:
    return Scrypt(salt=salt, **_SCRYPT).derive(secret)


def hold_to_length(secret: Secret) -> None:
    """Raise `KeysError` for a secret too short to close keys with."""
    if secret.length < SHORTEST:
        raise KeysError("log.keys.short_secret", path=secret.place or VARIABLE, least=SHORTEST)


def _secret(path: Path, source: From) -> Secret:
    return Secret(_read(path), source, path)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(LONGEST).rstrip(b"\r\n")
    except OSError as error:
        reason = error.strerror or error
        raise KeysError("log.keys.no_secret", path=path, reason=reason) from error
    if not content:
        raise KeysError("log.keys.empty_secret", path=path)
    return content
