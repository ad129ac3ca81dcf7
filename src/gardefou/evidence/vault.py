"""Evidence encrypted at rest: AES-256-GCM, a key a file, wrapped by a key kept apart.

A sealed file is a header and chunks. The header holds the file's own key, encrypted under the key
of the keys folder; the header and every chunk are bound to the alert's id and the file's name.
Chunks of `CHUNK` bytes are encrypted one by one, each bound to its place and the last one marked,
so that a range can be read alone and a cut, swapped or moved chunk is refused (the STREAM
construction, Hoang, Reyhanitabar, Rogaway, Vizár 2015).
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gardefou.errors import KeysError, OutputError
from gardefou.evidence.files import whole_file
from gardefou.evidence.keys import kept_secret, keys_folder

MAGIC: Final = b"GDFSEAL1"
CHUNK: Final = 1 << 16
"""Bytes of content in a chunk."""

KEY_BYTES: Final = 32
TAG_BYTES: Final = 16
_NONCE_BYTES: Final = 12
_ID_BYTES: Final = 8
_WRAPPED_BYTES: Final = KEY_BYTES + TAG_BYTES
HEADER_BYTES: Final = len(MAGIC) + _ID_BYTES + _NONCE_BYTES + _WRAPPED_BYTES
_PLACE: Final = struct.Struct(">QI")

PRIVATE_NAME: Final = "evidence.key"
"""The key that wraps the files' keys, within the keys folder."""

MARK_NAME: Final = "evidence.key-id"
"""Its fingerprint, within the home folder."""


class Vault:
    """Seals and opens the evidence of one home folder.

    ``key`` 32 bytes. A file's label is its folder's and its own name: the alert's id and the file,
    so that a file put in another's place is refused.
    """

    def __init__(self, key: bytes, place: Path) -> None:
        self._wrap = AESGCM(key)
        self._id = _id_of(key)
        self._place = place

    @classmethod
    def of(cls, home: Path) -> Self:
        """The vault of a home folder; its key is made at the first use. Raises `KeysError`."""
        content = kept_secret(
            home,
            PRIVATE_NAME,
            MARK_NAME,
            lambda: f"{secrets.token_hex(KEY_BYTES)}\n".encode(),
            lambda found: _id_of(_key(found)).hex(),
        )
        return cls(_key(content), keys_folder(home) / PRIVATE_NAME)

    @contextmanager
    def file(self, path: Path) -> Iterator[Path]:
        """Give a path in memory to write to; what is there at the end is sealed into ``path``.

        Nothing unencrypted touches the disk. Whole or not at all, as `whole_file`; raises
        `OutputError`.
        """
        handle = os.memfd_create("evidence")
        try:
            with whole_file(path) as unfinished:
                yield Path(f"/proc/self/fd/{handle}")
                os.lseek(handle, 0, os.SEEK_SET)
                with os.fdopen(os.dup(handle), "rb") as content, unfinished.open("wb") as sealed:
                    self.seal(content, sealed, label_of(path))
        finally:
            os.close(handle)

    def seal(self, content: BinaryIO, sealed: BinaryIO, label: str) -> None:
        """Encrypt a stream; ``label`` what it is bound to."""
        key, nonce = secrets.token_bytes(KEY_BYTES), secrets.token_bytes(_NONCE_BYTES)
        bound = MAGIC + self._id + label.encode()
        sealed.write(MAGIC + self._id + nonce + self._wrap.encrypt(nonce, key, bound))
        cipher, index = AESGCM(key), 0
        chunk = content.read(CHUNK)
        while True:
            following = content.read(CHUNK)
            sealed.write(cipher.encrypt(_nonce(index, not following), chunk, bound))
            if not following:
                return
            chunk, index = following, index + 1

    @staticmethod
    def is_sealed(path: Path) -> bool:
        """Whether a file begins as a sealed one does; raises `OSError`."""
        with path.open("rb") as file:
            return file.read(len(MAGIC)) == MAGIC

    def open(self, path: Path) -> SealedFile:
        """Open a sealed file for reading.

        Raises `OutputError` when it is not sealed, was changed or stands in another's place;
        `KeysError` when it was sealed under another key; `OSError` when it cannot be read.
        """
        with contextlib.ExitStack() as stack:
            file = stack.enter_context(path.open("rb"))
            header = file.read(HEADER_BYTES)
            if len(header) < HEADER_BYTES or not header.startswith(MAGIC):
                raise OutputError("log.vault.not_sealed", path=path)
            rest = header[len(MAGIC) :]
            key_id, nonce = rest[:_ID_BYTES], rest[_ID_BYTES : _ID_BYTES + _NONCE_BYTES]
            if key_id != self._id:
                raise KeysError("log.vault.other_key", path=path, place=self._place)
            bound = MAGIC + self._id + label_of(path).encode()
            try:
                key = self._wrap.decrypt(nonce, rest[_ID_BYTES + _NONCE_BYTES :], bound)
            except InvalidTag as error:
                raise OutputError("log.vault.changed", path=path) from error
            size = os.fstat(file.fileno()).st_size - HEADER_BYTES
            stack.pop_all()
            return SealedFile(path, file, AESGCM(key), bound, size)


@dataclass(frozen=True, slots=True)
class SealedFile:
    """A sealed file that is open; close it, or use it as a context."""

    path: Path
    file: BinaryIO
    _cipher: AESGCM
    _bound: bytes
    _sealed_bytes: int

    @property
    def size(self) -> int:
        """Bytes of content."""
        return max(0, self._sealed_bytes - self._chunks * TAG_BYTES)

    def read(self, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """The content from ``start`` to ``end`` (not included), a chunk at a time, each verified.

        Raises `OutputError` at the first chunk that was changed, cut or moved.
        """
        end = self.size if end is None else min(end, self.size)
        for index in range(start // CHUNK, -(-end // CHUNK) if end > start else 0):
            chunk = self._chunk(index)
            low = max(0, start - index * CHUNK)
            yield chunk[low : end - index * CHUNK]

    def verify(self) -> None:
        """Read the last chunk: it shows that the end is the end. Raises `OutputError`."""
        self._chunk(self._chunks - 1)

    def whole(self) -> bytes:
        """All of it in memory: for pictures and single clips. Raises `OutputError`."""
        return b"".join(self.read())

    def close(self) -> None:
        """Close it."""
        self.file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def _chunks(self) -> int:
        return max(1, -(-self._sealed_bytes // (CHUNK + TAG_BYTES)))

    def _chunk(self, index: int) -> bytes:
        offset = HEADER_BYTES + index * (CHUNK + TAG_BYTES)
        data = os.pread(self.file.fileno(), CHUNK + TAG_BYTES, offset)
        try:
            return self._cipher.decrypt(_nonce(index, index == self._chunks - 1), data, self._bound)
        except InvalidTag as error:
            raise OutputError("log.vault.changed", path=self.path) from error


def label_of(path: Path) -> str:
    """What a file is bound to: its alert's id and its name.

    >>> label_of(Path("/srv/evidence/2026/11/22/0190a1b2/clip.mp4"))
    '0190a1b2/clip.mp4'
    """
    return f"{path.parent.name}/{path.name}"


def shred(path: Path) -> None:
    """Erase a sealed file: first its own key, overwritten on the disk, then the file.

    Without its key the content is noise, wherever the disk still has it. Harmless when it is gone
    already; raises `OSError`.
    """
    with suppress(FileNotFoundError):
        handle = os.open(path, os.O_WRONLY | os.O_NOFOLLOW)
        try:
            if os.fstat(handle).st_size >= HEADER_BYTES:
                os.pwrite(handle, b"\0" * HEADER_BYTES, 0)
                os.fsync(handle)
        finally:
            os.close(handle)
        path.unlink()


def shred_folder(folder: Path) -> None:
    """Erase a folder of sealed files, also those that were never finished; raises `OSError`."""
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir() and not path.is_symlink():
            path.rmdir()
        elif path.is_symlink():
            path.unlink()
        else:
            shred(path)
    with suppress(FileNotFoundError):
        folder.rmdir()


def _nonce(index: int, is_last: bool) -> bytes:
    return _PLACE.pack(index, is_last)


def _id_of(key: bytes) -> bytes:
    return hashlib.sha256(b"gardefou evidence key\n" + key).digest()[:_ID_BYTES]


def _key(content: bytes) -> bytes:
    key = bytes.fromhex(content.decode())
    if len(key) != KEY_BYTES:
        raise ValueError("not a key of 32 bytes")
    return key
