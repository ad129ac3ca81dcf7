"""The log's checkpoints: signed, stored beside the journal, and held against it."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gardefou.errors import JournalError, KeysError
from gardefou.evidence.keys import kept_secret
from gardefou.governance.chain import Verification
from gardefou.governance.checkpoint import Checkpoint, SignedCheckpoint
from gardefou.governance.entry import Link
from gardefou.governance.journal import FILE_NAME, Grown, Journal
from gardefou.governance.merkle import MerkleTree, PrunedError
from gardefou.governance.note import Algorithm, SignerKey, VerifierKey
from gardefou.storage.faults import FULL_DISK
from gardefou.storage.files import write_durably

PRIVATE_NAME: Final = "journal.skey"
"""The log's private key, within the keys folder."""

PUBLIC_NAME: Final = "journal.vkey"
"""Its public half, within the home folder: what others note down once."""

CHECKPOINTS: Final = "checkpoints"
"""Folder of the checkpoints within the home folder."""

WITNESSES: Final = "witnesses.txt"
"""Public keys of the witnesses that the controller chose, a line each, in the home folder."""


def log_key(home: Path, origin: str | None = None) -> SignerKey:
    """The log's key, made at its first use under the name ``origin``, by default a made-up one.

    Raises `KeysError`, also when a key with another name is there already.
    """

    def make() -> bytes:
        name = origin or f"gardefou/{secrets.token_hex(8)}"
        return f"{SignerKey.generate(name)}\n".encode()

    def tell(content: bytes) -> str:
        return str(SignerKey.parse(content.decode()).verifier)

    try:
        secret = kept_secret(home, PRIVATE_NAME, PUBLIC_NAME, make, tell)
    except ValueError as error:
        raise KeysError("log.keys.bad_name", name=origin) from error
    key = SignerKey.parse(secret.decode())
    if origin is not None and key.name != origin:
        raise KeysError("log.keys.named", name=key.name, wanted=origin)
    return key


def log_public_key(home: Path) -> VerifierKey | None:
    """The log's public key as it stands in the home folder, None before the first checkpoint.

    Raises `KeysError` when it is no key.
    """
    path = home / PUBLIC_NAME
    try:
        return VerifierKey.parse(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise KeysError("log.keys.damaged", path=path) from error


def witnesses(home: Path) -> list[VerifierKey]:
    """The witnesses' public keys; raises `KeysError` when a line is none."""
    path = home / WITNESSES
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        keys = [VerifierKey.parse(line) for line in lines if line]
    except FileNotFoundError:
        return []
    except (OSError, ValueError) as error:
        raise KeysError("log.keys.damaged", path=path) from error
    return keys


def add_witness(home: Path, key: VerifierKey) -> None:
    """Trust a witness from now on; raises `KeysError` for a key that is no witness's."""
    if key.algorithm is not Algorithm.COSIGNATURE:
        raise KeysError("log.witness.no_witness", vkey=key)
    known = witnesses(home)
    if key in known:
        return
    lines = "".join(f"{each}\n" for each in (*known, key))
    with _kept(home / WITNESSES):
        write_durably(home, WITNESSES, lines.encode())


@dataclass(frozen=True, slots=True)
class StoredCheckpoint:
    """A file of the checkpoints folder; ``signed`` None where it is no checkpoint."""

    path: Path
    signed: SignedCheckpoint | None


class CheckpointStore:
    """The checkpoints of a home folder, a file each, named by their size."""

    def __init__(self, home: Path) -> None:
        self.folder = home / CHECKPOINTS

    def __iter__(self) -> Iterator[StoredCheckpoint]:
        """Every file, the smallest size first; raises `JournalError`."""
        for path in self._paths():
            try:
                signed = SignedCheckpoint.parse(path.read_text(encoding="utf-8"))
            except OSError as error:
                raise _unusable(path, error) from error
            except ValueError:
                signed = None
            yield StoredCheckpoint(path, signed)

    def readable(self) -> list[SignedCheckpoint]:
        """Those that are checkpoints, the smallest first."""
        return [each.signed for each in self if each.signed is not None]

    def latest(self) -> SignedCheckpoint | None:
        """The one over the most entries; raises `JournalError` when its file is none."""
        paths = self._paths()
        if not paths:
            return None
        try:
            return SignedCheckpoint.parse(paths[-1].read_text(encoding="utf-8"))
        except OSError as error:
            raise _unusable(paths[-1], error) from error
        except ValueError as error:
            raise JournalError("log.checkpoint.damaged", path=paths[-1]) from error

    def of_size(self, size: int) -> SignedCheckpoint | None:
        """The one over so many entries."""
        path = self._path(size)
        try:
            return SignedCheckpoint.parse(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _unusable(path, error) from error
        except ValueError as error:
            raise JournalError("log.checkpoint.damaged", path=path) from error

    def put(self, signed: SignedCheckpoint) -> SignedCheckpoint:
        """Keep a checkpoint, with the signatures of one that is there already over the same tree.

        Raises `JournalError`, also for a checkpoint that contradicts the one there.
        """
        there = self.of_size(signed.checkpoint.size)
        if there is not None:
            if there.checkpoint != signed.checkpoint:
                raise JournalError(
                    "log.checkpoint.contradicts", path=self._path(signed.checkpoint.size)
                )
            signed = there.with_signatures(signed.note.signatures)
            if signed == there:
                return there
        path = self._path(signed.checkpoint.size)
        with _kept(path):
            self.folder.mkdir(mode=0o700, exist_ok=True)
            write_durably(self.folder, path.name, str(signed).encode())
        return signed

    def _path(self, size: int) -> Path:
        return self.folder / f"{size:012d}.txt"

    def _paths(self) -> list[Path]:
        return sorted(self.folder.glob("*.txt"))


class Checkpointer:
    """Makes checkpoints of a journal that grows; one object may be used by several threads.

    ``home`` holds the journal, the checkpoints and the public key.
    """

    def __init__(self, journal: Journal, home: Path) -> None:
        self._journal = journal
        self._home = home
        self._store = CheckpointStore(home)
        self._lock = threading.Lock()
        self._known: Grown | None = None

    def make(self, origin: str | None = None, whole: bool = True) -> SignedCheckpoint:
        """Sign the journal as it is now, and keep that.

        The last checkpoint must still be true: what was rewritten since is not signed. Reads the
        ``whole`` journal, or only on from where this object read it last. Raises `JournalError`,
        `KeysError`.
        """
        with self._lock:
            key = log_key(self._home, origin)
            known, self._known = None if whole else self._known, None
            grown = self._journal.grown(known)
            self._hold_to_latest(grown.tree, key.verifier)
            point = Checkpoint(key.name, grown.tree.size, grown.tree.root())
            signed = self._store.put(SignedCheckpoint.sign(point, key))
            self._known = grown.without_leaves()
            return signed

    def _hold_to_latest(self, tree: MerkleTree, key: VerifierKey) -> None:
        latest = self._store.latest()
        if latest is None:
            return
        if not latest.is_signed_by(key):
            raise JournalError("log.checkpoint.unsigned", size=latest.checkpoint.size)
        if not is_true(latest.checkpoint, tree):
            raise JournalError(
                "log.checkpoint.untrue", size=latest.checkpoint.size, path=self._journal.path
            )


def is_true(point: Checkpoint, tree: MerkleTree) -> bool:
    """Whether a tree begins with what a checkpoint was made over.

    Raises `PrunedError` for a size whose root is no longer known.
    """
    return point.size <= tree.size and tree.root(point.size) == point.root


@dataclass(frozen=True, slots=True)
class Audit:
    """What a verification of a home folder's journal found.

    ``false_files`` checkpoints that the log's key did not sign, or that are none; ``witnessed`` the
    largest size that each witness cosigned.
    """

    verification: Verification
    false_files: tuple[Path, ...]
    witnessed: dict[str, int]

    @property
    def sound(self) -> bool:
        """Whether nothing was changed, taken, moved or forged."""
        return self.verification.sound and not self.false_files


def audit(home: Path, noted: Link | None = None, points: Sequence[Checkpoint] = ()) -> Audit:
    """Hold a journal to its links and to its checkpoints, those of ``points`` as well.

    Raises `JournalError` or `KeysError` when something cannot be read.
    """
    key, cosigners = log_public_key(home), witnesses(home)
    false_files, true_points, witnessed = [], list(points), dict[str, int]()
    for stored in CheckpointStore(home):
        signed = stored.signed
        if signed is None or key is None or not signed.is_signed_by(key):
            false_files.append(stored.path)
            continue
        true_points.append(signed.checkpoint)
        for name in signed.witnessed_by(cosigners):
            witnessed[name] = signed.checkpoint.size
    journal = Journal(home / FILE_NAME)
    verification = journal.verify(noted, true_points)
    return Audit(verification, tuple(false_files), witnessed)


def size_of_root(root: bytes, journal: Journal, known: Iterable[Checkpoint] = ()) -> int | None:
    """How many entries a root is over: that of a known checkpoint, else looked for size by size.

    None when the journal never had this root.
    """
    for point in known:
        if point.root == root:
            return point.size
    tree = journal.tree()
    for size in range(tree.size + 1):
        try:
            if tree.root(size) == root:
                return size
        except PrunedError:
            continue
    return None


@contextmanager
def _kept(path: Path) -> Iterator[None]:
    """Turn what the system says about a file into a `JournalError`."""
    try:
        yield
    except OSError as error:
        raise _unusable(path, error) from error


def _unusable(path: Path, error: OSError) -> JournalError:
    key = "full" if error.errno in FULL_DISK else "unusable"
    return JournalError(
        f"governance.journal.{key}",
        path=path,
        folder=path.parent,
        detail=error.strerror or error,
    )
