"""Everything that the public papers say, gathered at one moment from what really runs."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from gardefou import __version__
from gardefou.errors import DocumentError
from gardefou.governance.authorised import MandateFacts, read_mandates
from gardefou.governance.figures import Maturity, Publication, published
from gardefou.governance.journal import FILE_NAME as JOURNAL
from gardefou.governance.journal import Journal
from gardefou.governance.measures import Measures, measure
from gardefou.governance.status import StatusEvent, StatusLine, status_lines
from gardefou.governance.town import FILE_NAME as TOWN
from gardefou.governance.town import Town, load_town
from gardefou.site.check import load_site
from gardefou.site.document import Site
from gardefou.situations.situation import Situation
from gardefou.storage.paper_records import DrillRecord, FindingRecord, RequestRecord
from gardefou.storage.review import ReviewState, VerdictCounts, verdict_counts
from gardefou.storage.store import Store

SITE: Final = "site.yaml"
"""The site document's name within the home folder."""

REVIEW_S: Final = 24 * 3600
"""How long an alert may wait for its review before it is counted as unreviewed, s."""

ReadMandates = Callable[[Path], Sequence[MandateFacts]]
"""Reads the mandates of a home folder, with which of them were revoked."""


@dataclass(frozen=True, slots=True)
class Facts:
    """One moment of one installation; ``unreviewed`` alerts that waited longer than a day."""

    at: datetime
    software: str
    site: Site
    site_sha256: str
    town: Town
    mandates: tuple[MandateFacts, ...]
    publication: Publication
    measures: Measures
    status: tuple[StatusLine, ...]
    findings: tuple[FindingRecord, ...]
    requests: tuple[RequestRecord, ...]
    drills: tuple[DrillRecord, ...]
    verdicts: VerdictCounts
    unreviewed: int

    @property
    def mandate(self) -> MandateFacts | None:
        """The mandate that covers this moment, the latest begun; None when none does."""
        return next((each for each in reversed(self.mandates) if each.is_current(self.at)), None)

    @property
    def shown_mandate(self) -> MandateFacts | None:
        """The mandate to show: the one in force, else the latest; None when there never was one."""
        return self.mandate or (self.mandates[-1] if self.mandates else None)

    @property
    def watched(self) -> frozenset[Situation]:
        """Situations that some camera watches for."""
        return frozenset().union(*(camera.situations.on for camera in self.site.cameras))

    def maturity(self, situation: Situation) -> Maturity:
        """How far a situation may be trusted, by the published figures."""
        figures = self.publication.situations.get(situation)
        return Maturity.NOT_MEASURED if figures is None else figures.maturity

    @property
    def suspensions(self) -> tuple[StatusLine, ...]:
        """Suspensions and resumptions, the oldest first."""
        return tuple(
            each
            for each in self.status
            if each.event in (StatusEvent.SUSPENSION, StatusEvent.RESUMPTION)
        )

    @property
    def last(self) -> StatusLine | None:
        """The last status line."""
        return self.status[-1] if self.status else None


@dataclass(frozen=True, slots=True)
class Office:
    """Where papers are made: a home folder, its store and its journal.

    ``now`` the time in UTC; ``mandates`` reads them.
    """

    home: Path
    store: Store
    journal: Journal
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    mandates: ReadMandates = read_mandates

    @classmethod
    def at(cls, home: Path, store: Store, now: Callable[[], datetime] | None = None) -> Office:
        """The office of a home folder, over its journal."""
        journal = Journal(home / JOURNAL)
        return cls(home, store, journal) if now is None else cls(home, store, journal, now)

    def facts(self) -> Facts:
        """Everything as it is now.

        Raises `SiteDocumentError`, `DocumentError`, `StorageError` or `JournalError` when a part of
        it cannot be read: half of the facts would be a false picture.
        """
        at = self.now()
        site_path = self.home / SITE
        site = load_site(site_path)
        papers = self.store.papers
        alerts = papers.verdicts()
        late = at.timestamp() - REVIEW_S
        return Facts(
            at=at,
            software=f"gardefou {__version__}",
            site=site,
            site_sha256=file_sha256(site_path),
            town=load_town(self.home / TOWN),
            mandates=tuple(self.mandates(self.home)),
            publication=published(),
            measures=measure(site, papers),
            status=tuple(status_lines(self.journal.entries())),
            findings=tuple(papers.findings()),
            requests=tuple(papers.requests()),
            drills=tuple(papers.drills()),
            verdicts=verdict_counts(each[2] for each in alerts),
            unreviewed=sum(
                state is ReviewState.UNREVIEWED and opened_at < late
                for _, _, state, opened_at, _ in alerts
            ),
        )


def file_sha256(path: Path) -> str:
    """Hash of a file's content, in hex; raises `DocumentError`."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise DocumentError("register.unreadable", path=path, reason=error.strerror) from error
