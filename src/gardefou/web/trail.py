"""The trail: views and decisions, written in the journal before they happen."""

from __future__ import annotations

import logging
from collections.abc import Callable
from http import HTTPStatus
from threading import Lock
from typing import Final
from uuid import UUID

from gardefou.errors import JournalError
from gardefou.governance.entry import Entry, Operation
from gardefou.governance.journal import Journal
from gardefou.storage.records import EvidenceKind
from gardefou.web.api.models import ReviewRequest
from gardefou.web.problems import RefusedError

LOGGER: Final = logging.getLogger(__name__)

VIEW_SPAN_S: Final = 600.0
"""How long one entry stands for one person looking at one file, s: a browser that plays a clip in
a loop asks for it in many ranges, and again each time."""


class Trail:
    """Writes who looks at what and who decides what; when it cannot, the request is refused.

    There are no accounts yet: the actor is ``desk:`` and the name as typed, so that nobody can
    pass for the software. ``clock`` tells seconds.
    """

    def __init__(self, journal: Journal, clock: Callable[[], float]) -> None:
        self._journal = journal
        self._clock = clock
        self._lock = Lock()
        self._views: dict[tuple[str, UUID, EvidenceKind], float] = {}

    def viewing_evidence(self, viewer: str, alert_id: UUID, kind: EvidenceKind) -> None:
        """Somebody is about to see a piece of evidence."""
        view = (viewer, alert_id, kind)
        with self._lock:
            now = self._clock()
            self._views = {each: at for each, at in self._views.items() if _lasts(at, now)}
            if view in self._views:
                return
            self._append(
                Entry(
                    _actor(viewer),
                    Operation.VIEW,
                    f"alert:{alert_id}",
                    details={"evidence": kind.value},
                )
            )
            self._views[view] = now

    def viewing_live(self, viewer: str, camera_id: str, motive: str) -> None:
        """Somebody is about to look at a camera."""
        self._append(Entry(_actor(viewer), Operation.VIEW, f"camera:{camera_id}", motive))

    def reviewing(self, alert_id: UUID, request: ReviewRequest) -> None:
        """Somebody is about to decide about an alert."""
        self._append(
            Entry(
                _actor(request.reviewer),
                Operation.REVIEW,
                f"alert:{alert_id}",
                details={
                    "verdict": request.verdict.value,
                    "follow_up": request.follow_up.value,
                    "number": request.seen_reviews + 1,
                },
            )
        )

    def _append(self, entry: Entry) -> None:
        try:
            self._journal.append(entry)
        except JournalError as error:
            LOGGER.error("%s", error)
            raise RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, "web.error.journal") from error


def _actor(name: str) -> str:
    return f"desk:{name}"


def _lasts(at: float, now: float) -> bool:
    return 0 <= now - at < VIEW_SPAN_S
