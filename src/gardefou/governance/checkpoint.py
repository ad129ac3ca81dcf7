"""Checkpoints (c2sp.org/tlog-checkpoint): the size and root of a log, signed and cosigned."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gardefou.governance.merkle import HASH_BYTES
from gardefou.governance.note import Algorithm, Note, Signature, SignerKey, VerifierKey, decode64

_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log was at a moment: its ``origin``, how many entries, and the root over them."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The text that is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """Read a checkpoint's text; raises `ValueError` for anything else.

        Extension lines, which the specification discourages and we never write, are refused.
        """
        lines = text.split("\n")
        if len(lines) != 4 or lines[-1] or not lines[0] or not _SIZE.fullmatch(lines[1]):
            raise ValueError("not the three lines of a checkpoint")
        root = decode64(lines[2])
        if len(root) != HASH_BYTES:
            raise ValueError("the root of a checkpoint has 32 bytes")
        return cls(lines[0], int(lines[1]), root)


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A checkpoint in its signed note."""

    checkpoint: Checkpoint
    note: Note

    @classmethod
    def sign(cls, checkpoint: Checkpoint, key: SignerKey) -> SignedCheckpoint:
        """Sign a checkpoint with the log's key."""
        return cls(checkpoint, Note(checkpoint.text, (key.sign(checkpoint.text),)))

    @classmethod
    def parse(cls, given: str) -> SignedCheckpoint:
        """Read a signed checkpoint; raises `ValueError`. Says nothing about its signatures."""
        note = Note.parse(given)
        return cls(Checkpoint.parse(note.text), note)

    def __str__(self) -> str:
        return str(self.note)

    def is_signed_by(self, key: VerifierKey) -> bool:
        """Whether the log's key signed it and no signature claims to be the key's wrongly."""
        try:
            return bool(self.note.signatures_of(key))
        except ValueError:
            return False

    def cosigned(self, key: SignerKey, time: int) -> SignedCheckpoint:
        """The same with a witness's cosignature; ``time`` UTC, s."""
        signature = key.sign(self.note.text, time)
        return SignedCheckpoint(self.checkpoint, self.note.signed_also([signature]))

    def with_signatures(self, more: Iterable[Signature]) -> SignedCheckpoint:
        """The same with signatures that others gave."""
        return SignedCheckpoint(self.checkpoint, self.note.signed_also(more))

    def witnessed_by(self, witnesses: Iterable[VerifierKey]) -> dict[str, int]:
        """Which of the witnesses cosigned it, and when first, UTC s.

        A false cosignature counts for nothing: it takes nothing away from the others.
        """
        found: dict[str, int] = {}
        for key in witnesses:
            times = [
                each.time
                for each in self.note.signatures
                if key.algorithm is Algorithm.COSIGNATURE and key.signed(self.note.text, each)
            ]
            if times:
                found[key.name] = min(times)
        return found


def witness_request(old: int, proof: Sequence[bytes], checkpoint: SignedCheckpoint) -> str:
    """What a log sends to a witness: ``add-checkpoint`` of c2sp.org/tlog-witness."""
    hashes = "".join(f"{base64.b64encode(each).decode()}\n" for each in proof)
    return f"old {old}\n{hashes}\n{checkpoint}"


def parse_witness_request(given: str) -> tuple[int, list[bytes], SignedCheckpoint]:
    """Read what `witness_request` wrote; raises `ValueError` for anything else."""
    head, gap, note = given.partition("\n\n")
    first, *hashes = head.split("\n")
    old = first.removeprefix("old ")
    if not gap or first == old or not _SIZE.fullmatch(old) or len(hashes) > 63:
        raise ValueError("no request to a witness")
    return int(old), [decode64(each) for each in hashes], SignedCheckpoint.parse(note)


def inclusion_proof(index: int, proof: Sequence[bytes], checkpoint: SignedCheckpoint) -> str:
    """A proof that stands alone (c2sp.org/tlog-proof); ``index`` from 0."""
    hashes = "".join(f"{base64.b64encode(each).decode()}\n" for each in proof)
    return f"c2sp.org/tlog-proof@v1\nindex {index}\n{hashes}\n{checkpoint}"
