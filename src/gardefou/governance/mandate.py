"""The mandate: which law, whose decision, what for, where, which cameras, from when until when.

Each field's question, in both languages, stands in the catalogue under ``mandate.ask``.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any, Final, Literal

import shapely
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
)
from shapely.geometry import Point, Polygon

from gardefou.governance.canonical import Json, canonical
from gardefou.governance.regime import Artefact, ControllerKind, RegimeId
from gardefou.site.document import Identifier
from gardefou.situations.situation import Situation

FORMAT: Final = "gardefou-mandate/1"

DEGREE_DIGITS: Final = 7
"""Digits of a degree that count: about a centimetre."""


def _utc(moment: datetime) -> datetime:
    if moment.microsecond:
        raise ValueError("whole seconds only")
    return moment.astimezone(UTC)


def _once(items: tuple[Any, ...]) -> tuple[Any, ...]:
    if len(set(items)) != len(items):
        raise ValueError("something is named twice")
    return items


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
Url = Annotated[
    str, StringConstraints(strip_whitespace=True, pattern=r"^https?://[^\s/]+\S*$", max_length=500)
]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Moment = Annotated[AwareDatetime, AfterValidator(_utc)]
Situations = Annotated[tuple[Situation, ...], Field(min_length=1), AfterValidator(_once)]
Degrees = tuple[
    Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)],
    Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)],
]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Document(_Strict):
    """A document that exists elsewhere: its reference and its date."""

    reference: Text
    date: date


class Dpia(Document):
    """The impact assessment as it was signed; ``sha256`` of the file."""

    sha256: Sha256
    signed_by: Text


class VideoAuthorisation(_Strict):
    """The prefect's authorisation of the cameras themselves (CSI L252-1)."""

    number: Text
    date: date


class Trainings(_Strict):
    """The two trainings that those who see alerts have had."""

    data_protection: Document
    system: Document


class Attestation(_Strict):
    """What was examined: hashes of the programme, of each model by name, of the site document."""

    reference: Text
    software_sha256: Sha256
    models: Annotated[dict[Text, Sha256], Field(min_length=1)]
    site_sha256: Sha256


class Contract(_Strict):
    """How the system was bought; ``price`` in euros without tax."""

    reference: Text
    price: Annotated[Decimal, Field(ge=0, max_digits=14, decimal_places=2)]
    supplier_siret: Annotated[str, StringConstraints(pattern=r"^\d{14}$")]
    functions: Annotated[tuple[Text, ...], Field(min_length=1)]


class Perimeter(_Strict):
    """A GeoJSON polygon (RFC 7946): rings of [longitude, latitude], closed."""

    type: Literal["Polygon"]
    coordinates: Annotated[
        tuple[Annotated[tuple[Degrees, ...], Field(min_length=4, max_length=1000)], ...],
        Field(min_length=1, max_length=20),
    ]

    @field_validator("coordinates")
    @classmethod
    def _is_an_area(cls, rings: tuple[tuple[Degrees, ...], ...]) -> tuple[tuple[Degrees, ...], ...]:
        rounded = tuple(
            tuple((round(lon, DEGREE_DIGITS), round(lat, DEGREE_DIGITS)) for lon, lat in ring)
            for ring in rings
        )
        if any(ring[0] != ring[-1] for ring in rounded):
            raise ValueError("a ring ends where it began")
        shape = Polygon(rounded[0], rounded[1:])
        if not shape.is_valid or shape.area == 0:
            raise ValueError("the rings cross or enclose nothing")
        return rounded

    def contains(self, longitude: float, latitude: float) -> bool:
        """Whether a place lies in it; its border is inside."""
        shape = Polygon(self.coordinates[0], self.coordinates[1:])
        return bool(shapely.covers(shape, Point(longitude, latitude)))


class Counsel(_Strict):
    """The controller's statement that counsel verified a regime which this software did not."""

    name: Text
    date: date
    reference: Text


class LegalBasis(_Strict):
    """The bundle by which the controller enables one regime, in the controller's signed text.

    It repeats the regime and may narrow it, never widen it. ``valid_to`` its last day.
    """

    regime: RegimeId
    texts: Annotated[tuple[Text, ...], Field(min_length=1)]
    valid_from: date
    valid_to: date
    situations: Situations
    required: Annotated[tuple[Artefact, ...], AfterValidator(_once)]
    counsel: Counsel | None = None

    @field_validator("valid_to")
    @classmethod
    def _after_its_beginning(cls, valid_to: date, info: ValidationInfo) -> date:
        if "valid_from" in info.data and valid_to < info.data["valid_from"]:
            raise ValueError("it ends before it begins")
        return valid_to


class Authorisation(_Strict):
    """What was decided, and the documents without which it may not begin.

    ``deliberation`` empty where there was none; ``start`` and ``end`` UTC. What a regime may
    demand is None where it is missing.
    """

    act_number: Text
    act_date: date
    publication_url: Url
    controller: Text
    controller_kind: ControllerKind
    services: Annotated[tuple[Text, ...], Field(min_length=1)]
    event: Text
    reasons: Text
    perimeter: Perimeter
    cameras: Annotated[tuple[Identifier, ...], Field(min_length=1), AfterValidator(_once)]
    situations: Situations
    information: Text
    start: Moment
    end: Moment
    deliberation: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] = ""
    dpia: Dpia | None = None
    dpo_opinion: Document | None = None
    cnil_commitment: Text | None = None
    video_authorisation: VideoAuthorisation | None = None
    attestation: Attestation | None = None
    trainings: Trainings | None = None
    contract: Contract | None = None

    @field_validator("end")
    @classmethod
    def _after_the_start(cls, end: datetime, info: ValidationInfo) -> datetime:
        if "start" in info.data and end <= info.data["start"]:
            raise ValueError("it ends before it begins")
        return end


class Mandate(_Strict):
    """Everything that is signed."""

    format: Literal["gardefou-mandate/1"] = "gardefou-mandate/1"
    id: Identifier
    legal_basis: LegalBasis
    authorisation: Authorisation

    @property
    def regime(self) -> str:
        """The id of the regime it is under."""
        return self.legal_basis.regime

    @property
    def signed_bytes(self) -> bytes:
        """What the signature is over: the format's name, and the mandate in canonical JSON."""
        return f"{FORMAT}\n".encode() + canonical(_exact(self.model_dump(mode="json")))

    @property
    def sha256(self) -> str:
        """Hash of what is signed, in hex."""
        return hashlib.sha256(self.signed_bytes).hexdigest()


def _exact(value: Any) -> Json:
    """The value with degrees as text: canonical JSON has no fractions."""
    if isinstance(value, float):
        return f"{value:.{DEGREE_DIGITS}f}"
    if isinstance(value, dict):
        return {key: _exact(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_exact(each) for each in value]
    exact: Json = value
    return exact
