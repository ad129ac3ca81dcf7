"""Passwords: which are accepted, and how they are kept (Argon2id)."""

from __future__ import annotations

import secrets
import unicodedata
from typing import Final

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError

from gardefou.errors import AccountError

SHORTEST: Final = 12
"""Fewest characters of a password (CNIL, deliberation 2022-100: 12 with a limit on attempts)."""

LONGEST: Final = 128
"""Most characters of a password: what Argon2 is given must be bounded."""

DISTINCT: Final = 5
"""Fewest different characters of a password."""

OBVIOUS: Final = (
    "password",
    "motdepasse",
    "azertyuiop",
    "qwertyuiop",
    "123456",
    "654321",
    "abcdef",
    "gardefou",
    "administrat",
    "videosurveillance",
    "videoprotection",
    "policemunicipale",
    "letmein",
    "iloveyou",
    "changeme",
    "bienvenue",
    "welcome",
)
"""Words that a password may not be made of, letter case and separators apart."""

_LEFT_AFTER: Final = 8
"""A password that holds an obvious word needs at least so many characters beside it."""


def check_password(password: str, *about: str) -> None:
    """Raise `AccountError` for a password that is too short, too long or too easy to guess.

    ``about`` what others know of the person: the names of the account.
    """
    password = _normal(password)
    if not SHORTEST <= len(password) <= LONGEST:
        raise AccountError("accounts.password.length", least=SHORTEST, most=LONGEST)
    if len(set(password)) < DISTINCT:
        raise AccountError("accounts.password.monotonous", least=DISTINCT)
    plain = _plain(password)
    known = [_plain(word) for name in about for word in (name, *name.replace(".", " ").split())]
    for word in (*OBVIOUS, *(each for each in known if len(each) >= 4)):
        if len(plain.replace(word, "")) < min(len(plain), _LEFT_AFTER):
            raise AccountError("accounts.password.obvious", word=word)


def new_password() -> str:
    """A password drawn at random, 120 bits."""
    return secrets.token_urlsafe(15)


class Hasher:
    """Makes and checks password hashes; what is stored says its own parameters.

    ``method`` by default Argon2id as its authors recommend.
    """

    def __init__(self, method: PasswordHash | None = None) -> None:
        self._method = method or PasswordHash.recommended()
        self._nobody = self.hash(secrets.token_hex())

    def hash(self, password: str) -> str:
        """What may be stored of a password."""
        return self._method.hash(_normal(password))

    def check(self, password: str, kept: str | None) -> bool:
        """Whether it is the password; without ``kept`` it works as long and says no."""
        try:
            is_right = self._method.verify(_normal(password)[:LONGEST], kept or self._nobody)
        except UnknownHashError:
            return False
        return is_right and kept is not None


def _normal(password: str) -> str:
    """The same characters however a keyboard composed them (RFC 8265)."""
    return unicodedata.normalize("NFC", password)


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text.casefold())
    return "".join(each for each in folded if each.isalnum())
