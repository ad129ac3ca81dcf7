"""Destroys what has come to its term, after the journal says what goes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

from gardefou.errors import OutputError, UnknownAlertError
from gardefou.evidence.vault import shred
from gardefou.governance.canonical import Json
from gardefou.governance.destruction import destroying, settle
from gardefou.governance.entry import Entry, Link, Operation
from gardefou.governance.journal import SOFTWARE, Journal
from gardefou.governance.ledger import Ledger
from gardefou.governance.retention import Kind, Terms
from gardefou.governance.transparency import CheckpointStore
from gardefou.storage.erasing import Erasing
from gardefou.storage.holds import Hold
from gardefou.storage.records import AlertRecord
from gardefou.storage.store import Store

PURGED_KEY: Final = "retention.purged"
"""Why a piece of evidence is no longer there."""

BATCH: Final = 200
"""Alerts that one record tells of."""


@dataclass(frozen=True, slots=True)
class Purged:
    """What a purge destroyed, or would.

    ``evidence`` alerts whose pictures and clips go, ``alerts`` that go whole, ``counts`` at lines,
    ``entries`` of the journal; ``held`` alerts past a term that stay because of a hold.
    """

    evidence: int = 0
    alerts: int = 0
    counts: int = 0
    entries: int = 0
    held: int = 0

    @property
    def anything(self) -> bool:
        """Whether anything was destroyed."""
        return bool(self.evidence or self.alerts or self.counts or self.entries)


class Purger:
    """Purges a home folder: its store, its evidence files and its journal.

    ``evidence`` the folder of the files; ``actor`` who purges, by default the software itself;
    ``now`` UTC.
    """

    def __init__(
        self,
        store: Store,
        journal: Journal,
        evidence: Path,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        actor: str = SOFTWARE,
    ) -> None:
        self._store = store
        self._journal = journal
        self._evidence = evidence
        self._now = now
        self._actor = actor

    def run(self, terms: Terms, kinds: Collection[Kind] = tuple(Kind)) -> Purged:
        """Destroy what is older than its term and not held.

        A record with the number, the term and a digest of the ids is in the journal before anything
        of it goes; of a record that was not carried out the journal says so. Raises
        `JournalError`, `StorageError` or `OutputError`: then the rest is destroyed the next time.
        """
        settle(self._store, self._journal)
        done = Purged()
        if Kind.EVIDENCE in kinds:
            before = self._cutoff(terms, Kind.EVIDENCE)
            count = self._evidence_before(before, terms.days[Kind.EVIDENCE])
            done = replace(done, evidence=count, held=self._store.held_before(before))
        if Kind.ALERTS in kinds:
            before = self._cutoff(terms, Kind.ALERTS)
            count = self._alerts_before(before, terms.days[Kind.ALERTS])
            held = max(done.held, self._store.held_before(before))
            done = replace(done, alerts=count, held=held)
        unlink_purged(self._store, self._evidence)
        if Kind.COUNTS in kinds:
            done = replace(done, counts=self._counts_before(terms))
        if Kind.JOURNAL in kinds:
            done = replace(done, entries=self._prune(terms))
        return done

    def preview(self, terms: Terms, kinds: Collection[Kind] = tuple(Kind)) -> Purged:
        """What `run` would destroy now."""
        evidence, alerts = (self._cutoff(terms, each) for each in (Kind.EVIDENCE, Kind.ALERTS))
        limit = 2**31
        last = self._last_to_prune(terms) if Kind.JOURNAL in kinds else None
        found = Purged(
            evidence=len(self._store.erasable_evidence(evidence, limit))
            if Kind.EVIDENCE in kinds
            else 0,
            alerts=len(self._store.erasable_alerts(alerts, limit)) if Kind.ALERTS in kinds else 0,
            counts=self._store.line_counts_before(self._cutoff(terms, Kind.COUNTS))
            if Kind.COUNTS in kinds
            else 0,
            held=max(
                [
                    self._store.held_before(before)
                    for kind, before in ((Kind.EVIDENCE, evidence), (Kind.ALERTS, alerts))
                    if kind in kinds
                ],
                default=0,
            ),
        )
        return replace(found, entries=0 if last is None else last.seq - self._pruned())

    def _cutoff(self, terms: Terms, kind: Kind) -> float:
        return (self._now() - timedelta(days=terms.days[kind])).timestamp()

    def _evidence_before(self, before: float, days: int) -> int:
        def erase(erasing: Erasing, alert_id: UUID) -> None:
            erasing.evidence(alert_id, PURGED_KEY)

        batches = iter(lambda: self._store.erasable_evidence(before, BATCH), [])
        return self._destroy(Kind.EVIDENCE, batches, days, erase)

    def _alerts_before(self, before: float, days: int) -> int:
        def erase(erasing: Erasing, alert_id: UUID) -> None:
            erasing.alert(alert_id, self._now().timestamp())

        batches = iter(lambda: self._store.erasable_alerts(before, BATCH), [])
        return self._destroy(Kind.ALERTS, batches, days, erase)

    def _counts_before(self, terms: Terms) -> int:
        before, days = self._cutoff(terms, Kind.COUNTS), terms.days[Kind.COUNTS]
        if not self._store.line_counts_before(before):
            return 0
        with destroying(self._store, self._journal) as act:
            count = act.counts.line_counts_number(before)
            if count:
                act.record(self._entry(Kind.COUNTS, days, {"count": count}))
                act.erase.line_counts(before)
        return count

    def _destroy(
        self,
        kind: Kind,
        batches: Iterator[Sequence[AlertRecord]],
        days: int,
        erase: Callable[[Erasing, UUID], None],
    ) -> int:
        count = 0
        for batch in batches:
            with destroying(self._store, self._journal) as act:
                ids = [record.id for record in batch if not act.is_held(record.id)]
                if ids:
                    details: dict[str, Json] = {"count": len(ids), "ids_sha256": digest_of(ids)}
                    act.record(self._entry(kind, days, details))
                for alert_id in ids:
                    erase(act.erase, alert_id)
            count += len(ids)
        return count

    def _entry(self, kind: Kind, days: int, details: dict[str, Json]) -> Entry:
        told: dict[str, Json] = {"what": kind.value, "term_days": days, **details}
        return Entry(self._actor, Operation.DESTRUCTION, f"retention:{kind.value}", details=told)

    # The journal itself

    def _prune(self, terms: Terms) -> int:
        last = self._last_to_prune(terms)
        if last is None:
            return 0
        count = last.seq - self._pruned()
        sizes = [
            each.checkpoint.size
            for each in CheckpointStore(self._journal.path.parent).readable()
            if each.checkpoint.size <= last.seq
        ]
        root = self._journal.tree().root(last.seq).hex()
        standing = Ledger.read(self._journal.entries(), until=last.seq).carried_over()
        details: dict[str, Json] = {"count": count, "last": str(last), "root": root, **standing}
        self._journal.prune(
            last, sizes, self._entry(Kind.JOURNAL, terms.days[Kind.JOURNAL], details)
        )
        return count

    def _pruned(self) -> int:
        return self._journal.tree().pruned

    def _last_to_prune(self, terms: Terms) -> Link | None:
        """The last entry of those past their term, up to the newest checkpoint; None for none.

        Entries since the beginning of what is held are kept with it.
        """
        newest = CheckpointStore(self._journal.path.parent).latest()
        if newest is None:
            return None
        before = self._cutoff(terms, Kind.JOURNAL)
        requested = self._store.papers.holds(self._now().timestamp())
        held = [*map(self._begins, self._store.holds()), *(each.start for each in requested)]
        before = min([before, *held])
        last = None
        for line in self._journal.entries():
            late = datetime.fromisoformat(line.ts).timestamp() >= before
            if late or line.seq > newest.checkpoint.size:
                break
            last = line.link
        return last

    def _begins(self, hold: Hold) -> float:
        """When what a hold claims began, UTC s."""
        if hold.since is not None:
            return hold.since
        if hold.alert_id is not None:
            with suppress(UnknownAlertError):
                return self._store.alert(hold.alert_id).opened_at
        return hold.placed_at


def digest_of(ids: Collection[UUID]) -> str:
    """What a destruction record says of ids: SHA-256 of them in order, a line each, in hex.

    Whoever has the ids can show that they were destroyed; the record does not give them away.
    """
    return hashlib.sha256("".join(f"{each}\n" for each in sorted(ids)).encode()).hexdigest()


def unlink_purged(store: Store, evidence: Path) -> None:
    """Destroy on the disk, key first, the files that the store has erased; raises `OutputError`."""
    while paths := store.files_to_purge():
        for path in paths:
            file = evidence / path
            try:
                shred(file)
            except OSError as error:
                reason = error.strerror or error
                raise OutputError("retention.not_erased", path=file, reason=reason) from error
            _remove_empty(file.parent, evidence)
        store.purged(paths)


def _remove_empty(folder: Path, top: Path) -> None:
    """Remove a folder and those above it, below ``top``, as long as they are empty."""
    with suppress(OSError):  # One of them holds something.
        while folder != top:
            if folder.is_dir():
                folder.rmdir()
            folder = folder.parent
