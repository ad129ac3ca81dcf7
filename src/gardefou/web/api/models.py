"""What goes over the wire: requests and responses of the API, both with nothing extra."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from gardefou.errors import one_line
from gardefou.governance.figures import Maturity
from gardefou.i18n import catalogue, text
from gardefou.runtime.bus import AlertChange, CameraState, DiskState
from gardefou.situations.situation import Situation
from gardefou.storage.records import CloseReason, EvidenceKind, Mode
from gardefou.storage.review import FollowUp, Verdict

NAME_LENGTH = 80
"""Longest name an operator may give, characters."""

MOTIVE_LENGTH = 200
"""Longest motive of a live view, characters."""

MOTIVE_SHORTEST = 5
"""Shortest motive that says anything, characters."""


class _Strict(BaseModel):
    """Unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _printable(value: str) -> str:
    if not value.isprintable():
        raise ValueError("only printable characters")
    return value


PersonName = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=NAME_LENGTH),
    AfterValidator(_printable),
]
"""Who is at the desk, as they say; there are no accounts yet."""

Motive = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=MOTIVE_SHORTEST, max_length=MOTIVE_LENGTH),
    AfterValidator(_printable),
]
"""Why somebody looks at a camera."""

Fraction = Annotated[float, Field(description="share of the frame's width or height")]
Point = tuple[Fraction, Fraction]


class TextKey(str):
    """A field of a text that is itself a text of the catalogues."""

    __slots__ = ()


class Bilingual(_Strict):
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


class ProblemView(_Strict):
    """Why a request was refused; ``code`` is a catalogue key."""

    code: str
    message: Bilingual


class ZoneView(_Strict):
    """A zone of a camera, drawn in fractions of the frame."""

    id: str
    name: str
    polygon: list[Point]


class CameraHealthView(_Strict):
    """How a camera's stream is doing since a time (UTC seconds)."""

    camera_id: str
    state: CameraState
    since: float | None
    notice: Bilingual | None


class CameraView(_Strict):
    """A camera of the site and its health."""

    id: str
    name: str
    place: str
    situations: list[Situation]
    zones: list[ZoneView]
    health: CameraHealthView


class SystemView(_Strict):
    """Whether the system processes, and whether there is room; ``disk_free`` in bytes."""

    processing: bool
    disk: DiskState
    disk_free: int | None
    notice: Bilingual | None


class TrustView(_Strict):
    """How far a situation may be trusted, as measured for this version.

    ``events`` labelled, ``found`` of them; ``false`` alarms in ``hours`` of footage.
    """

    maturity: Maturity
    events: int
    found: int
    false: int
    hours: float


class StateView(_Strict):
    """Everything the desk needs to know at first, apart from the alerts."""

    version: str
    mode: Mode
    system: SystemView
    cameras: list[CameraView]
    follow_ups: list[FollowUp]
    trust: dict[Situation, TrustView]


class EvidenceState(StrEnum):
    """Whether a piece of evidence can be seen."""

    PENDING = "pending"
    READY = "ready"
    FAILED = "failed"


class EvidenceView(_Strict):
    """One piece of evidence; ``url`` when it can be seen, ``problem`` when it never can."""

    kind: EvidenceKind
    state: EvidenceState
    url: str | None
    problem: Bilingual | None


class ReviewView(_Strict):
    """The latest decision about an alert; ``at`` UTC seconds."""

    number: int
    verdict: Verdict
    follow_up: FollowUp
    reviewer: str
    at: float


class AlertView(_Strict):
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


class AlertPage(_Strict):
    """Alerts from the newest to the oldest; ``next`` is where the older ones begin."""

    alerts: list[AlertView]
    next: str | None


class ReviewRequest(_Strict):
    """A decision; ``seen_reviews`` is the count of reviews the operator had in view."""

    verdict: Verdict
    follow_up: FollowUp
    reviewer: PersonName
    seen_reviews: Annotated[int, Field(ge=0)]


class LiveRequest(_Strict):
    """Who wants to look at a camera, and why; both are written in the journal."""

    viewer: PersonName
    motive: Motive


class LiveTicket(_Strict):
    """Lets its bearer open the live view at ``url``, once and soon."""

    url: str


class AlertEvent(_Strict):
    """Server-sent event ``alert``: an alert is new or different."""

    change: AlertChange
    alert: AlertView


class ResyncEvent(_Strict):
    """Server-sent event ``resync``: events were missed, read everything anew."""


class HealthView(_Strict):
    """The server answers."""

    status: str
