"""The site document: cameras, and what is watched for where.

Coordinates are fractions of the frame, x to the right and y downwards. Each field's meaning, in
both languages, stands in the catalogues under ``site.schema``.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from enum import StrEnum, unique
from typing import Annotated, Final, Literal, Protocol, Self, TypeVar
from zoneinfo import ZoneInfo, available_timezones

import numpy as np
from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from gardefou.capture.gate import Sleep
from gardefou.capture.link import Transport
from gardefou.geometry.ground import Ground
from gardefou.site.closure import MOST_CLOSED, closed_share
from gardefou.site.mistakes import Finding, mistake, raise_all
from gardefou.site.settings import LEAST_CROWD_M2, Number, Part, Situations
from gardefou.site.shapes import (
    MOST_CALIBRATION_POINTS,
    Direction,
    GroundPoint,
    Line,
    Point,
    Polygon,
    spread_enough,
)
from gardefou.site.source import Source
from gardefou.situations.situation import Situation

PERSON_OR_VEHICLE: Final = frozenset({Situation.ZONE_INTRUSION, Situation.WRONG_WAY})
"""Situations whose legal wording names "une personne ou un véhicule": a zone may choose."""

Identifier = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
"""A short name for files, addresses and logs."""

Name = Annotated[str, Field(min_length=1, max_length=200)]
"""A name for people."""


@unique
class ZoneClass(StrEnum):
    """Whom a zone concerns, in the law's two words."""

    PERSON = "person"
    VEHICLE = "vehicle"


class _Identified(Protocol):
    @property
    def id(self) -> str: ...


_Item = TypeVar("_Item", bound=_Identified)


def repeats(identifiers: Iterable[object]) -> Iterator[tuple[int, int, object]]:
    """Position, first position and value of each identifier that came before.

    >>> list(repeats(["a", "b", "a"]))
    [(2, 0, 'a')]
    """
    first: dict[object, int] = {}
    for index, each in enumerate(identifiers):
        if each in first:
            yield index, first[each], each
        else:
            first[each] = index


def _once(items: tuple[_Item, ...]) -> tuple[_Item, ...]:
    raise_all(
        [
            ((index, "id"), mistake("site.mistake.repeated_id", id=each, first=first))
            for index, first, each in repeats(item.id for item in items)
        ]
    )
    return items


class View(Part):
    """The ground a camera sees, for the public register: a sector, on a map.

    ``bearing_deg`` of its middle, clockwise from north; ``angle_deg`` of its width; ``reach_m``.
    """

    bearing_deg: Annotated[Number, Field(ge=0, lt=360)]
    angle_deg: Annotated[Number, Field(gt=0, le=360)]
    reach_m: Annotated[Number, Field(gt=0, le=500)]


class Place(Part):
    """Where a camera stands, for the public register."""

    name: Name
    latitude: Annotated[Number, Field(ge=-90, le=90)] | None = None
    longitude: Annotated[Number, Field(ge=-180, le=180)] | None = Field(None, validate_default=True)
    view: View | None = None

    @field_validator("longitude")
    @classmethod
    def _both_or_neither(cls, longitude: float | None, info: ValidationInfo) -> float | None:
        if "latitude" in info.data and (info.data["latitude"] is None) != (longitude is None):
            raise mistake("site.mistake.half_a_position")
        return longitude

    @model_validator(mode="after")
    def _seen_from_somewhere(self) -> Self:
        if self.view is not None and self.latitude is None:
            raise mistake("site.mistake.view_from_nowhere")
        return self


class Analysis(Part):
    """How often a camera's pictures are analysed, and when they need not be."""

    fps: Annotated[Number, Field(ge=1, le=12)] = 5.0
    sleep: Sleep = Sleep.SURE


class Mask(Part):
    """A polygon that nobody and nothing sees: it is blackened before analysis, view and record."""

    id: Identifier
    polygon: Polygon


@unique
class SensitiveKind(StrEnum):
    """What no camera may see (CSI L251-3); words under ``site.sensitive.<value>``."""

    WINDOW = "window"
    ENTRANCE = "entrance"
    GARDEN = "garden"


class SensitiveArea(Part):
    """Part of a dwelling within the picture, declared so that masks can be held against it."""

    id: Identifier
    kind: SensitiveKind
    polygon: Polygon


class Walkway(Part):
    """Ground in the picture where people walk: pavement, square, platform."""

    id: Identifier
    polygon: Polygon


class Zone(Part):
    """A polygon on the ground where one situation is watched for."""

    model_config = ConfigDict(
        json_schema_extra={
            "allOf": [
                {
                    "if": {"properties": {"situation": {"const": Situation.ZONE_INTRUSION.value}}},
                    "then": {"required": ["act"]},
                },
                {
                    "if": {"properties": {"situation": {"const": Situation.WRONG_WAY.value}}},
                    "then": {"required": ["direction"]},
                    "else": {"properties": {"direction": {"type": "null"}}},
                },
            ]
        }
    )

    id: Identifier
    situation: Situation
    polygon: Polygon
    direction: Direction | None = Field(None, validate_default=True)
    act: Name | None = Field(None, validate_default=True)
    classes: tuple[ZoneClass, ...] = ()

    @field_validator("direction")
    @classmethod
    def _only_wrong_way(
        cls, direction: tuple[float, float] | None, info: ValidationInfo
    ) -> tuple[float, float] | None:
        situation = info.data.get("situation")
        if situation is Situation.WRONG_WAY and direction is None:
            raise mistake("site.mistake.no_direction")
        if situation not in (None, Situation.WRONG_WAY) and direction is not None:
            raise mistake("site.mistake.direction_unused", situation=str(situation))
        return direction

    @field_validator("act")
    @classmethod
    def _closed_by_an_act(cls, act: str | None, info: ValidationInfo) -> str | None:
        if info.data.get("situation") is Situation.ZONE_INTRUSION and not (act and act.strip()):
            raise mistake("site.mistake.no_act")
        return act

    @field_validator("classes")
    @classmethod
    def _person_or_vehicle(
        cls, classes: tuple[ZoneClass, ...], info: ValidationInfo
    ) -> tuple[ZoneClass, ...]:
        situation = info.data.get("situation")
        if classes and situation is not None and situation not in PERSON_OR_VEHICLE:
            raise mistake("site.mistake.classes_unused", situation=str(situation))
        return classes


class CountingLine(Part):
    """A line across which passages are counted, in aggregate."""

    id: Identifier
    line: Line


class PointPair(Part):
    """A point of the picture and the same point on the ground, in metres."""

    image: Point
    ground: GroundPoint


class Calibration(Part):
    """Point pairs that fix the ground plane: four or more, no three on one line."""

    points: Annotated[
        tuple[PointPair, ...],
        Field(json_schema_extra={"minItems": 4, "maxItems": MOST_CALIBRATION_POINTS}),
    ]

    @field_validator("points")
    @classmethod
    def _fix_a_plane(cls, points: tuple[PointPair, ...]) -> tuple[PointPair, ...]:
        if not 4 <= len(points) <= MOST_CALIBRATION_POINTS:
            raise mistake(
                "site.mistake.calibration_points", count=len(points), most=MOST_CALIBRATION_POINTS
            )
        raise_all(
            [
                ((), mistake(f"site.mistake.collinear_{side}"))
                for side, where in (
                    ("image", np.array([pair.image for pair in points])),
                    ("ground", np.array([pair.ground for pair in points])),
                )
                if not spread_enough(where)
            ]
        )
        return points

    @property
    def ground_plane(self) -> Ground:
        """The ground plane through the point pairs."""
        image = np.array([pair.image for pair in self.points], dtype=np.float64)
        ground = np.array([pair.ground for pair in self.points], dtype=np.float64)
        return Ground.fit(image, ground)


class Camera(Part):
    """One camera: where its pictures come from and what is watched for in them."""

    id: Identifier
    name: Name
    source: Source | None = None
    transport: Transport = Transport.TCP
    place: Place | None = None
    analysis: Analysis = Analysis()
    situations: Situations = Situations()
    masks: Annotated[tuple[Mask, ...], AfterValidator(_once)] = ()
    sensitive: Annotated[tuple[SensitiveArea, ...], AfterValidator(_once)] = ()
    zones: Annotated[tuple[Zone, ...], AfterValidator(_once)] = ()
    walkways: Annotated[tuple[Walkway, ...], AfterValidator(_once)] | None = None
    lines: Annotated[tuple[CountingLine, ...], AfterValidator(_once)] = ()
    calibration: Calibration | None = None

    def zones_of(self, situation: Situation) -> tuple[Zone, ...]:
        """The zones where a situation is watched for."""
        return tuple(zone for zone in self.zones if zone.situation is situation)

    @property
    def closed_share(self) -> float | None:
        """The share of its pedestrian space that zones close; None where that is not declared."""
        if self.walkways is None:
            return None
        zones = [zone.polygon for zone in self.zones_of(Situation.ZONE_INTRUSION)]
        return closed_share(zones, [each.polygon for each in self.walkways])

    @model_validator(mode="after")
    def _leaves_room_to_walk(self) -> Self:
        share = self.closed_share
        if share is not None and share > MOST_CLOSED:
            what = mistake("site.mistake.too_much_closed", share=share, most=MOST_CLOSED)
            raise_all([(("zones",), what)])
        return self

    @model_validator(mode="after")
    def _density_can_be_measured(self) -> Self:
        if self.calibration is None or self.situations.crowd_density is None:
            return self
        ground = self.calibration.ground_plane
        findings: list[Finding] = []
        for index, zone in enumerate(self.zones):
            if zone.situation is not Situation.CROWD_DENSITY:
                continue
            area = ground.area(np.array(zone.polygon, dtype=np.float64))
            where = ("zones", index, "polygon")
            if area is None:
                findings.append((where, mistake("site.mistake.zone_in_the_sky")))
            elif area < LEAST_CROWD_M2:
                what = mistake("site.mistake.small_crowd_zone", area=area, least=LEAST_CROWD_M2)
                findings.append((where, what))
        raise_all(findings)
        return self


class Site(Part):
    """A whole site document, version 1."""

    version: Literal[1]
    name: Name
    timezone: str = "Europe/Paris"
    cameras: Annotated[
        tuple[Camera, ...], AfterValidator(_once), Field(json_schema_extra={"minItems": 1})
    ]

    @field_validator("timezone")
    @classmethod
    def _is_known(cls, timezone: str) -> str:
        try:
            ZoneInfo(timezone)
        except (KeyError, OSError, ValueError) as error:
            near = difflib.get_close_matches(timezone, available_timezones(), 1) or ["Europe/Paris"]
            raise mistake("site.mistake.timezone", value=timezone, near=near[0]) from error
        return timezone

    @field_validator("cameras")
    @classmethod
    def _has_a_camera(cls, cameras: tuple[Camera, ...]) -> tuple[Camera, ...]:
        if not cameras:
            raise mistake("site.mistake.no_camera")
        return cameras

    def camera(self, camera_id: str) -> Camera | None:
        """The camera of an identifier, or None."""
        return next((camera for camera in self.cameras if camera.id == camera_id), None)
