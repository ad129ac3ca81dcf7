"""What committee, rights desk and drills keep; nothing about a person who was filmed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum, unique
from uuid import UUID

from gardefou.situations.situation import Situation


@unique
class FindingKind(StrEnum):
    """What the committee must answer; texts under ``findings.kind.<value>``."""

    MASKS_MISSING = "masks_missing"
    MASKS_UNCOVERED = "masks_uncovered"
    MANDATE_EXPIRING = "mandate_expiring"
    PRECISION_LOW = "precision_low"
    UNREVIEWED = "unreviewed"
    MISUSE = "misuse"
    CONTRACT_INCOMPLETE = "contract_incomplete"
    CAMERA_MOVED = "camera_moved"
    TO_COMPLETE = "to_complete"
    REQUEST_OVERDUE = "request_overdue"
    DRILL_MISSED = "drill_missed"
    NO_DELIBERATION = "no_deliberation"


@unique
class FindingStatus(StrEnum):
    """Where a finding stands; names under ``findings.status.<value>``."""

    OPEN = "open"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True)
class Observed:
    """Something to find: its kind, what it is about, and the fields of its text.

    The same kind and object make one finding, however often they are observed.
    """

    kind: FindingKind
    object_ref: str
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FindingRecord:
    """A finding with its answer, if any; times UTC, s."""

    number: int
    kind: FindingKind
    object_ref: str
    fields: Mapping[str, str]
    opened_at: float
    status: FindingStatus
    answer: str | None
    answered_by: str | None
    answered_at: float | None
    minutes: str | None


@unique
class RequestKind(StrEnum):
    """What a person asks for; names under ``rights.kind.<value>``."""

    ACCESS = "access"
    VIEWING = "viewing"
    RECTIFICATION = "rectification"
    LIMITATION = "limitation"
    ERASURE = "erasure"


@unique
class RequestState(StrEnum):
    """Where a request stands; names under ``rights.state.<value>``."""

    OPEN = "open"
    ANSWERED = "answered"
    REFUSED = "refused"


@unique
class RefusalGround(StrEnum):
    """Why a request may be refused (R253-6 IV CSI), and no other reason.

    Texts under ``rights.ground.<value>``.
    """

    STATE_SECURITY = "state_security"
    DEFENCE = "defence"
    PUBLIC_SECURITY = "public_security"
    COURT_PROCEEDINGS = "court_proceedings"
    RIGHTS_OF_OTHERS = "rights_of_others"


@dataclass(frozen=True, slots=True)
class RequestRecord:
    """A request, by the camera and the time that the person gave; never by who the person is.

    ``reference`` that of the letter in the town's own files; times UTC, s.
    """

    number: int
    kind: RequestKind
    reference: str
    camera_id: str
    start: float
    end: float
    received_at: float
    state: RequestState
    hold: int
    extension: str | None
    ground: RefusalGround | None
    words: str | None
    closed_at: float | None
    closed_by: str | None


@dataclass(frozen=True, slots=True)
class RequestHold:
    """Evidence of one camera between two times that no purge may take; times UTC, s."""

    number: int
    camera_id: str
    start: float
    end: float
    reason: str
    placed_at: float
    released_at: float | None


@unique
class Light(StrEnum):
    """How light it is at a place; names under ``measures.light.<value>``."""

    DAY = "day"
    TWILIGHT = "twilight"
    NIGHT = "night"
    UNKNOWN = "unknown"


@unique
class DrillResult(StrEnum):
    """How a drill ended; names under ``measures.result.<value>``."""

    FOUND = "found"
    MISSED = "missed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class DrillPlan:
    """A test that is announced before it happens: when, where and with what.

    ``at`` the start, UTC s; ``window_s`` how long afterwards an alert still counts as having found
    it; ``test_object`` what is used.
    """

    camera_id: str
    situation: Situation
    at: float
    window_s: float
    test_object: str
    light: Light
    place: str
    planned_by: str


@dataclass(frozen=True, slots=True)
class DrillRecord:
    """A drill and, once it is over, how it ended; ``alert_id`` the alert that found it."""

    number: int
    plan: DrillPlan
    planned_at: float
    result: DrillResult | None
    alert_id: UUID | None
    delay_s: float | None


@unique
class ReviewLabel(StrEnum):
    """What an operator may add to a review; names under ``measures.label.<value>``."""

    OUT_OF_PURPOSE = "out_of_purpose"
    """The alert was true to the picture and foreign to the law's purpose: rubbish bags signalled
    as abandoned objects."""
