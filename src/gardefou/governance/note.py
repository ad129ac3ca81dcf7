"""Signed notes (c2sp.org/signed-note) and the keys that sign them: Ed25519, and cosignatures."""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
import struct
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import IntEnum, unique
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

LARGEST_NOTE: Final = 1 << 20
"""Longest note that is read, bytes."""

KEY_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64
ID_BYTES: Final = 4

_PRIVATE: Final = "PRIVATE+KEY+"
_TIME: Final = struct.Struct(">Q")


@unique
class Algorithm(IntEnum):
    """The signature types of the specification that are supported, by their identifier byte."""

    ED25519 = 0x01
    """Over the note's text."""
    COSIGNATURE = 0x04
    """Over the text and a time: a witness's (c2sp.org/tlog-cosignature)."""


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line; ``data`` what follows the key id.

    Its `str` is the line without its end.
    """

    name: str
    key_id: bytes
    data: bytes

    def __str__(self) -> str:
        return f"— {self.name} {_base64(self.key_id + self.data)}"

    @classmethod
    def parse(cls, line: str) -> Signature:
        """Read a signature line without its end; raises `ValueError` for anything else."""
        dash, name, encoded = [*line.split(" "), "", ""][:3]
        if line != f"{dash} {name} {encoded}" or dash != "—":
            raise ValueError(f"{line!r} is no signature line")
        data = decode64(encoded)
        if len(data) <= ID_BYTES:
            raise ValueError(f"{line!r} holds no signature")
        return cls(check_name(name), data[:ID_BYTES], data[ID_BYTES:])

    @property
    def time(self) -> int:
        """When a cosignature was made, UTC s; raises `ValueError` for another kind."""
        if len(self.data) != _TIME.size + SIGNATURE_BYTES:
            raise ValueError("no cosignature")
        (time,) = _TIME.unpack(self.data[: _TIME.size])
        return int(time)


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key with its name; its `str` is the text form ``name+id+base64`` (a "vkey")."""

    name: str
    algorithm: Algorithm
    public: bytes

    @property
    def id(self) -> bytes:
        """First four bytes of SHA-256 over name, newline, algorithm and key."""
        seed = self.name.encode() + b"\n" + bytes([self.algorithm]) + self.public
        return hashlib.sha256(seed).digest()[:ID_BYTES]

    def __str__(self) -> str:
        material = bytes([self.algorithm]) + self.public
        return f"{self.name}+{self.id.hex()}+{_base64(material)}"

    @classmethod
    def parse(cls, text: str) -> VerifierKey:
        """Read a vkey; raises `ValueError` for anything else, also for an id that is not its own.

        >>> VerifierKey.parse("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW").name
        'PeterNeumann'
        """  # noqa: E501 - a key has no place to break
        name, key_id, material = _parts(text.strip())
        key = cls(name, Algorithm(material[0]), material[1:])
        if key.id.hex() != key_id:
            raise ValueError(f"{text!r}: the id is not that of the key")
        return key

    def signed(self, text: str, signature: Signature) -> bool:
        """Whether this key made a signature under ``text``."""
        if (signature.name, signature.key_id) != (self.name, self.id):
            return False
        message, raw = text.encode(), signature.data
        if self.algorithm is Algorithm.COSIGNATURE:
            if len(raw) != _TIME.size + SIGNATURE_BYTES:
                return False
            message, raw = _cosigned(text, signature.time), raw[_TIME.size :]
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(raw, message)
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True, slots=True)
class SignerKey:
    """A private key with its name; its `str` is the text form ``PRIVATE+KEY+name+id+base64``.

    ``seed`` the 32 bytes of RFC 8032.
    """

    name: str
    algorithm: Algorithm
    seed: bytes

    @classmethod
    def generate(cls, name: str, algorithm: Algorithm = Algorithm.ED25519) -> SignerKey:
        """A new key; raises `ValueError` for a name with a space or a plus sign."""
        return cls(check_name(name), algorithm, secrets.token_bytes(KEY_BYTES))

    @property
    def verifier(self) -> VerifierKey:
        """Its public half."""
        public = Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw()
        return VerifierKey(self.name, self.algorithm, public)

    def __str__(self) -> str:
        material = bytes([self.algorithm]) + self.seed
        return f"{_PRIVATE}{self.name}+{self.verifier.id.hex()}+{_base64(material)}"

    def __repr__(self) -> str:
        return f"SignerKey({self.verifier})"

    @classmethod
    def parse(cls, text: str) -> SignerKey:
        """Read the text form; raises `ValueError` for anything else."""
        if not text.startswith(_PRIVATE):
            raise ValueError("no private key")
        name, key_id, material = _parts(text.strip().removeprefix(_PRIVATE))
        key = cls(name, Algorithm(material[0]), material[1:])
        if key.verifier.id.hex() != key_id:
            raise ValueError("the id is not that of the private key")
        return key

    def sign(self, text: str, time: int = 0) -> Signature:
        """Sign a note's text; ``time`` of a cosignature, UTC s."""
        key = Ed25519PrivateKey.from_private_bytes(self.seed)
        if self.algorithm is Algorithm.COSIGNATURE:
            data = _TIME.pack(time) + key.sign(_cosigned(text, time))
        else:
            data = key.sign(text.encode())
        return Signature(self.name, self.verifier.id, data)


@dataclass(frozen=True, slots=True)
class Note:
    """A text, with its last newline, and the signatures under it; its `str` is the whole note."""

    text: str
    signatures: tuple[Signature, ...]

    def __str__(self) -> str:
        return f"{self.text}\n" + "".join(f"{each}\n" for each in self.signatures)

    @classmethod
    def parse(cls, given: str) -> Note:
        """Read a note; raises `ValueError` for anything that is not exactly one."""
        if len(given.encode()) > LARGEST_NOTE:
            raise ValueError("the note is too long")
        if any(ord(each) < ord(" ") and each != "\n" for each in given):
            raise ValueError("a control character in the note")
        before, gap, signed = given.rpartition("\n\n")
        if not (gap and signed.endswith("\n")):
            raise ValueError("no signatures after an empty line at the end")
        return cls(before + "\n", tuple(map(Signature.parse, signed[:-1].split("\n"))))

    def signatures_of(self, key: VerifierKey) -> list[Signature]:
        """The signatures that a key made.

        Raises `ValueError` when one claims to be the key's and is not: then the whole note is
        refused.
        """
        claimed = [
            each for each in self.signatures if (each.name, each.key_id) == (key.name, key.id)
        ]
        if not all(key.signed(self.text, each) for each in claimed):
            raise ValueError(f"the signature of {key.name} is not its own")
        return claimed

    def signed_also(self, more: Iterable[Signature]) -> Note:
        """The note with further signatures, each once."""
        new = [each for each in more if each not in self.signatures]
        return replace(self, signatures=(*self.signatures, *new))


def check_name(name: str) -> str:
    """The name of a key; raises `ValueError` unless it has no space and no plus sign."""
    if not name or "+" in name or any(_is_space(each) for each in name):
        raise ValueError(f"{name!r} cannot be a key's name: spaces and + are not allowed")
    return name


def decode64(text: str) -> bytes:
    """Read standard base64 in its one exact form; raises `ValueError` for anything else."""
    try:
        data = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError(f"{text!r} is no base64") from error
    if _base64(data) != text:
        raise ValueError(f"{text!r} is not base64 in its exact form")
    return data


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _is_space(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) in ("Cc", "Zs", "Zl", "Zp")


def _cosigned(text: str, time: int) -> bytes:
    """What a witness signs (c2sp.org/tlog-cosignature)."""
    return f"cosignature/v1\ntime {time}\n{text}".encode()


def _parts(text: str) -> tuple[str, str, bytes]:
    """Name, id and material of a key's text form."""
    name, _, rest = text.partition("+")
    key_id, _, encoded = rest.partition("+")
    material = decode64(encoded)
    if len(material) != 1 + KEY_BYTES:
        raise ValueError(f"{name!r}: a key of an unknown kind")
    return check_name(name), key_id, material
