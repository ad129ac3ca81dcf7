"""The trail: views and decisions, written in the journal before they happen."""

from __future__ import annotations

import logging
from collections.abc import Callable
from http import HTTPStatus
from threading import Lock
from typing import Final
from uuid import UUID

from gardefou.errors import JournalError
from gardefou.governance.canonical import Json
from gardefou.governance.entry import Entry, Operation
from gardefou.governance.journal import Journal
from gardefou.governance.refused import Refusals
from gardefou.governance.roles import Action
from gardefou.governance.viewing import VIEW_SPAN_S
from gardefou.storage.records import EvidenceKind
from gardefou.web.api.models import ReviewRequest
from gardefou.web.problems import RefusedError

LOGGER: Final = logging.getLogger(__name__)


class Trail:
    """Writes who looks at what and who decides what; when it cannot, the request is refused.

    ``actor`` is an account, or ``desk:`` and a name as typed, so that nobody can pass for an
    account or for the software. ``clock`` tells seconds.
    """

    def __init__(self, journal: Journal, clock: Callable[[], float]) -> None:
        self._journal = journal
        self._clock = clock
        self._lock = Lock()
        self._refusals = Refusals(clock)
        self._views: dict[tuple[str, UUID, EvidenceKind, str], float] = {}

    def viewing_evidence(
        self, actor: str, alert_id: UUID, kind: EvidenceKind, motive: str = ""
    ) -> None:
        """Somebody is about to see a piece of evidence."""
        view = (actor, alert_id, kind, motive)
        with self._lock:
            now = self._clock()
            self._views = {each: at for each, at in self._views.items() if _lasts(at, now)}
            if view in self._views:
                return
            self._append(
                Entry(
                    actor,
                    Operation.VIEW,
                    f"alert:{alert_id}",
                    motive,
                    details={"evidence": kind.value},
                )
            )
            self._views[view] = now

    def viewing_live(self, actor: str, camera_id: str, motive: str) -> None:
        """Somebody is about to look at a camera."""
        self._append(Entry(actor, Operation.VIEW, f"camera:{camera_id}", motive))

    def refusing_views(self, actor: str, most: int) -> None:
        """Somebody wants to look at more in an hour than their work can need."""
        self._append(Entry(actor, Operation.VIEW_REFUSED, "system", details={"most": most}))

    def refusing(self, actor: str, action: Action) -> None:
        """Somebody asks for what their role does not include; refused it is in any case."""
        times = self._refusals.count(actor, action)
        if times is None:
            return
        details: dict[str, Json] = {"action": action.value, "times": times}
        try:
            self._journal.append(Entry(actor, Operation.ACTION_REFUSED, "system", details=details))
        except JournalError as error:
            LOGGER.error("%s", error)

    def reviewing(self, actor: str, alert_id: UUID, request: ReviewRequest) -> None:
        """Somebody is about to decide about an alert."""
        self._append(
            Entry(
                actor,
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


def _lasts(at: float, now: float) -> bool:
    """One entry stands for a while: a looping browser asks for a clip in many ranges, often."""
    return 0 <= now - at < VIEW_SPAN_S
