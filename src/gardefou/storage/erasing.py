"""Erasing under the write lock: nobody places a hold between the look and the erasure."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import PurePosixPath
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from gardefou.storage import holds, line_counts, writing
from gardefou.storage.models import DestructionRow, PurgeRow
from gardefou.storage.records import EvidenceKind


class Erasing:
    """What may be erased in one transaction that holds the write lock from its beginning.

    ``clock`` tells UTC seconds: by it, requests' holds end.
    """

    def __init__(self, session: Session, clock: Callable[[], float]) -> None:
        self._session = session
        self._clock = clock

    def is_held(self, alert_id: UUID) -> bool:
        """Whether a hold lasts on an alert; stays so until the transaction ends."""
        return holds.held(self._session, alert_id, self._clock())

    def alert(self, alert_id: UUID, at: float) -> bool:
        """Erase an alert; as `Store.erase_alert`."""
        holds.refuse_held(self._session, alert_id, self._clock())
        return writing.erase(self._session, alert_id, at)

    def evidence(
        self,
        alert_id: UUID,
        error_key: str,
        kinds: Collection[EvidenceKind] = tuple(EvidenceKind),
        files: Collection[PurePosixPath] = (),
    ) -> bool:
        """Take an alert's evidence away; as `Store.erase_evidence`.

        ``files`` of the alert that the store was not told of, under the evidence folder, are listed
        for deletion as well.
        """
        holds.refuse_held(self._session, alert_id, self._clock())
        for file in files:
            self._session.merge(PurgeRow(path=str(file), alert_id=alert_id))
        return writing.erase_evidence(self._session, alert_id, error_key, kinds)

    def line_counts_number(self, before: float) -> int:
        """How many counts are of quarters that began before a time, UTC s."""
        return line_counts.number_before(self._session, before)

    def line_counts(self, before: float) -> None:
        """Erase the counts of quarters that began before a time, UTC s."""
        line_counts.erase_before(self._session, before)

    def carries_out(self, destruction: UUID) -> None:
        """Say that this transaction is what a destruction's record tells of."""
        self._session.execute(delete(DestructionRow))
        self._session.add(DestructionRow(id=destruction))
        self._session.flush()

    @property
    def carried_out(self) -> UUID | None:
        """The destruction that was carried out last."""
        return last_carried_out(self._session)


def last_carried_out(session: Session) -> UUID | None:
    """The destruction that was carried out last, None when there was none."""
    return session.scalars(select(DestructionRow.id)).first()
