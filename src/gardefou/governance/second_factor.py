"""The second factor: one-time codes (RFC 6238), sealed secrets, recovery codes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from pathlib import Path
from typing import Final

import pyotp
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gardefou.errors import AccountError
from gardefou.evidence.keys import placed_key, read_key

STEP_S: Final = 30
"""How long a code lasts, s (RFC 6238)."""

DRIFT: Final = (-1, 0, 1)
"""Steps that a person's clock may differ from ours."""

RECOVERY_CODES: Final = 8
"""Codes a person notes down for the day the telephone is lost."""

KEY_NAME: Final = "accounts.key"
"""The file, in the folder of keys, that seals the secrets."""

_KEY_BITS: Final = 256
_NONCE: Final = 12
_CODE_BYTES: Final = 10
_ISSUER: Final = "Gardefou"


def new_secret() -> str:
    """A secret for an authenticator, 160 bits in base 32."""
    return pyotp.random_base32()


def enrolment_address(secret: str, name: str) -> str:
    """What an authenticator reads, usually as a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=_ISSUER)


def step_of(secret: str, code: str, now: float) -> int | None:
    """The 30 s step whose code this is, near ``now`` (UTC, s); None when it is of none."""
    given = "".join(code.split()).encode()
    totp = pyotp.TOTP(secret)
    found = None
    for drift in DRIFT:
        step = int(now) // STEP_S + drift
        if hmac.compare_digest(totp.generate_otp(step).encode(), given):
            found = step
    return found


def new_recovery_codes() -> list[str]:
    """Codes of 80 bits, written in groups of four."""
    drawn = [
        base64.b32encode(secrets.token_bytes(_CODE_BYTES)).decode().lower()
        for _ in range(RECOVERY_CODES)
    ]
    return ["-".join(each[at : at + 4] for at in range(0, len(each), 4)) for each in drawn]


def recovery_digest(code: str) -> str:
    """What is stored of a recovery code; separators and letter case do not count."""
    plain = "".join(each for each in code.lower() if each.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()


class Seal:
    """Seals secrets with a key that stands apart from the database (AES-256-GCM).

    What is sealed for one account does not open for another.
    """

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    @classmethod
    def of_folder(cls, folder: Path) -> Seal:
        """The seal whose key stands in ``folder``; made with its folder where there is none yet.

        Raises `AccountError` when the key cannot be read or written, `KeysError` when it is closed.
        """
        path = folder / KEY_NAME
        try:
            if not path.exists():
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                placed_key(path, AESGCM.generate_key(_KEY_BITS))
            key = read_key(path)
        except OSError as error:
            raise AccountError("accounts.key.unusable", path=path, reason=error.strerror) from error
        if len(key) * 8 != _KEY_BITS:
            raise AccountError("accounts.key.damaged", path=path)
        return cls(key)

    def close(self, secret: str, account: str) -> str:
        """The secret as it may be stored."""
        nonce = os.urandom(_NONCE)
        sealed = self._cipher.encrypt(nonce, secret.encode(), account.encode())
        return base64.b64encode(nonce + sealed).decode()

    def open(self, sealed: str, account: str) -> str:
        """The secret again; raises `AccountError` when key, account or text is another."""
        data = base64.b64decode(sealed)
        try:
            return self._cipher.decrypt(data[:_NONCE], data[_NONCE:], account.encode()).decode()
        except InvalidTag as error:
            raise AccountError("accounts.key.wrong", account=account) from error
