"""What goes over the wire: requests and responses of the API, both with nothing extra."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)

from gardefou.errors import one_line
from gardefou.governance.figures import Maturity
from gardefou.governance.viewing import Purpose
from gardefou.i18n import catalogue, text
from gardefou.runtime.bus import AlertChange, CameraState, DiskState
from gardefou.situations.situation import Situation
from gardefou.storage.paper_records import ReviewLabel
from gardefou.storage.records import CloseReason, EvidenceKind, Mode
from gardefou.storage.review import FollowUp, Verdict

NAME_LENGTH = 80
"""Longest name an operator may give, characters."""

MOTIVE_LENGTH = 200
"""Longest motive of a live view, characters."""

MOTIVE_SHORTEST = 5
"""Shortest motive that says anything, characters."""


class Strict(BaseModel):
    """Unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def plain_spaces(value: object) -> object:
    """The words with plain spaces: French keyboards type no-break ones before ``:`` and ``?``.

    >>> plain_spaces("Quoi\u202f? Rien\u00a0!")
    'Quoi ? Rien !'
    """
    if not isinstance(value, str):
        return value
    return "".join(" " if unicodedata.category(each) == "Zs" else each for each in value)


def _printable(value: str) -> str:
    if not value.isprintable():
        raise ValueError("only printable characters")
    return value


PersonName = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=NAME_LENGTH),
    AfterValidator(_printable),
    BeforeValidator(plain_spaces),
]
"""Who is at an open desk, as they say; with accounts the session says it."""

Words = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=MOTIVE_LENGTH),
    AfterValidator(_printable),
    BeforeValidator(plain_spaces),
]
"""Why somebody looks, in their words."""

Reference = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=3, max_length=MOTIVE_LENGTH),
    AfterValidator(_printable),
    BeforeValidator(plain_spaces),
]
"""What a paper is found by, or who receives something."""

Fraction = Annotated[float, Field(description="share of the frame's width or height")]
Point = tuple[Fraction, Fraction]


class TextKey(str):
    """A field of a text that is itself a text of the catalogues."""

    __slots__ = ()


class Bilingual(Strict):
    """One text in both languages."""

    en: str
    fr: str

    @classmethod
    def of(cls, key: str, **fields: object) -> Self:
        """The text of a catalogue key."""
        return cls(en=_line(key, "en", fields), fr=_line(key, "fr", fields))

    @classmethod
    def of_known(cls, key: str, otherwise: str) -> Self:
        """The text of a key that stands in the catalogues and needs no field, else another."""
        known = key in catalogue("en") and "{" not in catalogue("en")[key]
        return cls.of(key if known else otherwise)


def _line(key: str, language: str, fields: Mapping[str, object]) -> str:
    filled = {
        name: text(value, language) if isinstance(value, TextKey) else value
        for name, value in fields.items()
    }
    return one_line(text(key, language, **filled))


class ProblemView(Strict):
    """Why a request was refused; ``code`` is a catalogue key."""

    code: str
    message: Bilingual


class ZoneView(Strict):
    """A zone of a camera, drawn in fractions of the frame."""

    id: str
    name: str
    polygon: list[Point]


class CameraHealthView(Strict):
    """How a camera's stream is doing since a time (UTC seconds)."""

    camera_id: str
    state: CameraState
    since: float | None
    notice: Bilingual | None


class CameraView(Strict):
    """A camera of the site and its health."""

    id: str
    name: str
    place: str
    situations: list[Situation]
    zones: list[ZoneView]
    health: CameraHealthView


class CameraLoadView(Strict):
    """What a camera takes and gives: frames analysed a second, of those wanted, and the delay.

    ``latency_ms`` from a packet's reading to the decision on its frame, 95th percentile; None
    before there is enough to say. ``awake`` None where nothing puts cameras to sleep.
    """

    camera_id: str
    wanted_fps: float
    analysis_fps: float | None
    latency_ms: float | None
    dropped: int
    queued: int
    ring_mib: float
    awake: bool | None


class LoadView(Strict):
    """How busy the system is: cameras are analysed at ``share`` of their own rate."""

    share: float
    cameras: list[CameraLoadView]
    workers_mib: float
    evidence_queued: int


class SystemView(Strict):
    """Whether the system processes, and whether there is room; ``disk_free`` in bytes.

    ``destruction_pending`` that pictures of a camera that moved could not be destroyed yet.
    """

    processing: bool
    disk: DiskState
    disk_free: int | None
    notice: Bilingual | None
    destruction_pending: Bilingual | None


class TrustView(Strict):
    """How far a situation may be trusted, as measured for this version.

    ``events`` labelled, ``found`` of them; ``false`` alarms in ``hours`` of footage.
    """

    maturity: Maturity
    events: int
    found: int
    false: int
    hours: float


class StateView(Strict):
    """Everything the desk needs to know at first, apart from the alerts."""

    version: str
    mode: Mode
    system: SystemView
    cameras: list[CameraView]
    follow_ups: list[FollowUp]
    trust: dict[Situation, TrustView]
    purposes: list[Purpose]
    clip_lead_s: Annotated[float, Field(description="where the moment lies in a clip, s")]


class EvidenceState(StrEnum):
    """Whether a piece of evidence can be seen."""

    PENDING = "pending"
    READY = "ready"
    FAILED = "failed"


class MarkingView(Strict):
    """Whether a clip that one asked for waits until those of others are marked."""

    queued: bool


class EvidenceView(Strict):
    """One piece of evidence; ``url`` when it can be seen, ``problem`` when it never can."""

    kind: EvidenceKind
    state: EvidenceState
    url: str | None
    problem: Bilingual | None


class ReviewView(Strict):
    """The latest decision about an alert; ``at`` UTC seconds."""

    number: int
    verdict: Verdict
    follow_up: FollowUp
    reviewer: str
    at: float


class AlertView(Strict):
    """What, where and when; nothing about a person. Times in UTC seconds."""

    id: UUID
    camera_id: str
    situation: Situation
    zone_id: str | None
    opened_at: float
    closed_at: float | None
    close_reason: CloseReason | None
    region: list[Point]
    mandate_id: str | None
    mode: Mode
    evidence: list[EvidenceView]
    review: ReviewView | None
    review_count: int
    labels: list[ReviewLabel]


class AlertPage(Strict):
    """Alerts from the newest to the oldest; ``next`` is where the older ones begin."""

    alerts: list[AlertView]
    next: str | None


class ReviewRequest(Strict):
    """A decision; ``seen_reviews`` is the count of reviews the operator had in view.

    ``reviewer`` at an open desk; where there are accounts it is the one that is logged in.
    """

    verdict: Verdict
    follow_up: FollowUp
    reviewer: PersonName | None = None
    seen_reviews: Annotated[int, Field(ge=0)]


class LiveRequest(Strict):
    """Who wants to look at a camera, and why; both are written in the journal.

    ``viewer`` at an open desk; where there are accounts, ``purpose`` instead.
    """

    viewer: PersonName | None = None
    purpose: Purpose | None = None
    motive: Words = ""


class ViewRequest(Strict):
    """Why somebody wants to look at the pictures of an alert."""

    purpose: Purpose
    motive: Words = ""


class ViewGranted(Strict):
    """The pictures may be looked at until a time, UTC s."""

    until: float


class LiveTicket(Strict):
    """Lets its bearer open the live view at ``url``, once and soon."""

    url: str


class AlertEvent(Strict):
    """Server-sent event ``alert``: an alert is new or different."""

    change: AlertChange
    alert: AlertView


DeskNumber = Annotated[str, StringConstraints(pattern=r"^[0-9a-f-]{8,40}$")]
"""A number that a page made up, to be told from the other pages."""


class PresenceRequest(Strict):
    """Which alert is open at a desk now, none when none is; said again every few seconds.

    ``person`` at an open desk only.
    """

    desk: DeskNumber
    alert_id: UUID | None
    person: PersonName | None = None


class WatcherView(Strict):
    """Somebody has an alert open; believed until a time, UTC s, unless they say it again."""

    desk: str
    name: str
    alert_id: UUID
    until: float


class PresenceView(Strict):
    """Everybody who has an alert open now; also the server-sent event ``presence``."""

    watchers: list[WatcherView]


class ResyncEvent(Strict):
    """Server-sent event ``resync``: events were missed, read everything anew."""


class HealthView(Strict):
    """The server answers."""

    status: str
