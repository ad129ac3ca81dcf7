"""The witness's side: another town or an association that cosigns what only grew."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from gardefou.errors import JournalError, KeysError
from gardefou.evidence.files import whole_file
from gardefou.governance.checkpoint import (
    Checkpoint,
    SignedCheckpoint,
    parse_witness_request,
)
from gardefou.governance.merkle import verify_consistency
from gardefou.governance.note import Algorithm, SignerKey, VerifierKey

KEY_NAME: Final = "witness.skey"
"""The witness's private key, in its folder."""


class Witness:
    """A folder with a witness's key and the last checkpoint it cosigned of each log.

    ``name`` of the key that is made at the first use. Raises `KeysError`.
    """

    def __init__(
        self,
        folder: Path,
        name: str | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._folder = folder
        self._now = now
        self._key = self._own_key(folder / KEY_NAME, name)

    @property
    def public(self) -> VerifierKey:
        """What the log's keeper adds as a witness."""
        return self._key.verifier

    def cosign(self, given: str, log: VerifierKey) -> SignedCheckpoint:
        """Cosign a checkpoint that its log's key signed and that continues the last one seen.

        ``given`` a request (c2sp.org/tlog-witness, ``add-checkpoint``), or a checkpoint alone when
        nothing needs proof: the first of its log, or one cosigned before. What was cosigned is
        noted before it is given away. Raises `JournalError` that says why not.
        """
        old, proof, signed = self._read(given)
        point, seen = signed.checkpoint, self.seen(log)
        if point.origin != log.name or not signed.is_signed_by(log):
            raise JournalError("log.witness.not_the_log", log=log.name, size=point.size)
        known = seen.size if seen else 0
        if old is not None and old != known:
            raise JournalError("log.witness.from_elsewhere", old=old, known=known)
        if seen and not verify_consistency(seen.size, seen.root, point.size, point.root, proof):
            raise JournalError("log.witness.inconsistent", old=known, size=point.size)
        cosigned = signed.cosigned(self._key, int(self._now().timestamp()))
        with whole_file(self._place(log)) as unfinished:
            unfinished.write_text(str(cosigned), encoding="utf-8")
        return cosigned

    def seen(self, log: VerifierKey) -> Checkpoint | None:
        """The last checkpoint of a log that was cosigned."""
        place = self._place(log)
        try:
            return SignedCheckpoint.parse(place.read_text(encoding="utf-8")).checkpoint
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise JournalError("log.checkpoint.damaged", path=place) from error

    def _read(self, given: str) -> tuple[int | None, list[bytes], SignedCheckpoint]:
        with suppress(ValueError):
            return parse_witness_request(given)
        try:
            return None, [], SignedCheckpoint.parse(given)
        except ValueError as error:
            raise JournalError("log.witness.unreadable") from error

    def _place(self, log: VerifierKey) -> Path:
        return self._folder / f"seen-{log.id.hex()}-{log.public.hex()[:16]}.txt"

    @staticmethod
    def _own_key(path: Path, name: str | None) -> SignerKey:
        try:
            return SignerKey.parse(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            pass
        except (OSError, ValueError) as error:
            raise KeysError("log.keys.damaged", path=path) from error
        try:
            key = SignerKey.generate(name or "", Algorithm.COSIGNATURE)
        except ValueError as error:
            raise KeysError("log.keys.bad_name", name=name or "") from error
        with whole_file(path) as unfinished:
            unfinished.touch(mode=0o600)
            unfinished.write_text(f"{key}\n", encoding="utf-8")
        return key
