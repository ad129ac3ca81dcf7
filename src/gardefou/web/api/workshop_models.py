"""What the workshop's routes take and give; cameras travel as text of the site document."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from gardefou.capture.link import Transport
from gardefou.site.mistakes import Mistake
from gardefou.situations.situation import Situation
from gardefou.web.api.models import Bilingual, PersonName, Point, Strict, Words

Document = Annotated[str, StringConstraints(max_length=14_000)]
"""One camera of a site document, as YAML or JSON."""

Address = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]


def _finite(value: float) -> float:
    if not abs(value) < 1e6:
        raise ValueError("a distance in metres")
    return value


Metres = Annotated[float, AfterValidator(_finite)]


class CameraDocument(Strict):
    """A camera as the site document has it; ``document`` as JSON, passwords hidden."""

    id: str
    name: str
    document: str


class WorkshopView(Strict):
    """The site as it is now; ``version`` 0 before the first.

    ``clips`` are the only sources of a demonstration; ``locked`` says why nothing can be changed.
    """

    version: int
    name: str
    timezone: str
    cameras: list[CameraDocument]
    clips: list[str]
    locked: Bilingual | None


class MistakeView(Strict):
    """A mistake at a place within what was sent; ``code`` is a catalogue key."""

    location: list[str | int]
    code: str
    message: Bilingual

    @classmethod
    def of(cls, mistake: Mistake) -> MistakeView:
        """The mistake for the page."""
        message = Bilingual(en=mistake.explanation("en"), fr=mistake.explanation("fr"))
        return cls(location=list(mistake.location), code=mistake.key, message=message)


class Change(Strict):
    """Who changes, why, and which version they saw; ``person`` only counts without accounts."""

    person: PersonName | None = None
    motive: Words = ""
    base: Annotated[int, Field(ge=0)]


class CameraChange(Change):
    """A camera to add, or to put in the place of ``instead_of``.

    ``only_check`` changes nothing. ``name`` and ``timezone`` of a site that begins with it.
    """

    document: Document
    instead_of: Annotated[str, Field(max_length=64)] | None = None
    only_check: bool = False
    name: Annotated[str, Field(max_length=200)] = ""
    timezone: Annotated[str, Field(max_length=64)] = ""


class ChangeView(Strict):
    """The version that came of it; None when nothing was changed, and why."""

    version: int | None
    mistakes: list[MistakeView]


class ProbeRequest(Strict):
    """An address to look at; with ``camera_id`` its hidden password is the one that is known."""

    person: PersonName | None = None
    source: Address
    transport: Transport = Transport.TCP
    camera_id: Annotated[str, Field(max_length=64)] | None = None


class ProbeView(Strict):
    """How a stream came, or in ``trouble`` why it did not; see `gardefou.capture.probe`.

    ``more_than_pictures`` says that it offers more than pictures, which is never read.
    """

    trouble: Bilingual | None = None
    codec: str | None = None
    size: tuple[int, int] | None = None
    stated_rate: float | None = None
    rate: float | None = None
    kbit_s: float | None = None
    keyframe_s: float | None = None
    open_s: float | None = None
    first_s: float | None = None
    more_than_pictures: bool | None = None


class PlaceRequest(Strict):
    """Who wants a picture of the place to draw on; written in the journal first."""

    person: PersonName | None = None
    motive: Words = ""


class Series(Strict):
    """One number over time, a value for each sample, null where it was not known."""

    name: str
    values: list[float | None]


class CameraHistory(Strict):
    """How a camera did over the last hour: UTC seconds, whether it ran, and numbers."""

    camera_id: str
    at: list[float]
    running: list[bool]
    series: list[Series]


class VersionView(Strict):
    """A version of the site; ``changes`` are places, + added, - taken away, ~ changed."""

    number: int
    at: float
    actor: str
    motive: str
    changes: list[str]


class VersionDetail(VersionView):
    """A version with its difference from the one before, as lines, passwords hidden."""

    difference: str


class PairView(Strict):
    """A point of the picture, fractions of the frame, and of the ground, metres."""

    image: Point
    ground: tuple[Metres, Metres]


class GroundRequest(Strict):
    """Point pairs of a calibration that is being made."""

    points: Annotated[list[PairView], Field(max_length=20)]


class CellView(Strict):
    """A square of the grid; ``error`` relative, of its area; null where the plane is of no use."""

    corners: list[Point]
    error: float | None


class GroundView(Strict):
    """The grid of metres of these points, or why they make no plane.

    ``residual_m`` how far the points lie from the plane they fix, None for four.
    """

    mistakes: list[MistakeView]
    step_m: float | None = None
    lines: tuple[tuple[Point, ...], ...] = ()
    cells: tuple[CellView, ...] = ()
    residual_m: float | None = None


class MinuteRequest(Strict):
    """Who prepares a trial, or no longer does (``wanted`` false)."""

    person: PersonName | None = None
    wanted: bool = True


class MinuteView(Strict):
    """How long a whole minute of a camera's packets is kept in memory, s; 0 when it is not.

    ``otherwise_s`` is what is kept in any case, for evidence.
    """

    for_s: float
    minute_s: float
    otherwise_s: float


class TrialRequest(Strict):
    """A situation to try on what a camera last showed, with the camera as it is proposed."""

    person: PersonName | None = None
    motive: Words = ""
    document: Document
    situation: Situation


class WouldBeView(Strict):
    """An alert that would have opened; seconds from the start of what was kept.

    ``closed_s`` null where it was still open at the end; ``region`` in fractions of the frame;
    ``picture`` its place among the pictures, null where it has none.
    """

    situation: Situation
    zone_id: str | None
    opened_s: float
    closed_s: float | None
    region: list[Point]
    picture: int | None


class TrialPictureView(Strict):
    """A moment of what was kept, s from its start; ``jpeg`` in base64, kept by nobody."""

    at_s: float
    jpeg: str


class TrialView(Strict):
    """What came of a trial, or every mistake in what was proposed; nothing of it is stored.

    ``seconds`` that were kept; ``analysed`` pictures; ``drawing`` whether the picture is only the
    lines of the place; ``notes`` what a reader should know of it.
    """

    mistakes: list[MistakeView]
    seconds: float = 0.0
    analysed: int = 0
    alerts: tuple[WouldBeView, ...] = ()
    pictures: tuple[TrialPictureView, ...] = ()
    drawing: bool = False
    notes: tuple[Bilingual, ...] = ()
