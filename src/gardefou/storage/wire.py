"""The form of a spool file: JSON, closed at every level, held by pydantic both ways."""

from __future__ import annotations

from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from gardefou.alerting.alert import Alert, AlertClosed, AlertOpened
from gardefou.situations.situation import Situation
from gardefou.statistics.lines import Heading, Passer
from gardefou.statistics.quarters import LEAST, QUARTER_S, LineCount, QuarterCounts
from gardefou.storage.events import (
    AlertInterrupted,
    EvidenceFailed,
    EvidenceReady,
    SpoolEvent,
    inside_the_folder,
)
from gardefou.storage.models import NAME_LENGTH, PATH_LENGTH
from gardefou.storage.records import EvidenceKind, Mode

FORM: Final = 1
"""The form of the files; another number is refused, not guessed at."""

Time = Annotated[float, Field(allow_inf_nan=False)]
Coordinate = Annotated[float, Field(allow_inf_nan=False)]
Name = Annotated[str, Field(min_length=1, max_length=NAME_LENGTH)]
Path = Annotated[str, Field(max_length=PATH_LENGTH), AfterValidator(inside_the_folder)]


class _Closed(BaseModel):
    """Nothing but what is declared, and nothing of another type."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class _Alert(_Closed):
    id: UUID
    mandate_id: Name | None
    camera_id: Name
    situation: Situation
    zone_id: Name | None
    opened_at: Time
    region: tuple[tuple[Coordinate, Coordinate], ...]

    @classmethod
    def of(cls, alert: Alert) -> _Alert:
        return cls(
            id=UUID(int=alert.id.int),
            mandate_id=alert.mandate_id,
            camera_id=alert.camera_id,
            situation=alert.situation,
            zone_id=alert.zone_id,
            opened_at=float(alert.opened_at),
            region=tuple((float(x), float(y)) for x, y in alert.region),
        )

    def alert(self) -> Alert:
        return Alert(
            id=self.id,
            mandate_id=self.mandate_id,
            camera_id=self.camera_id,
            situation=self.situation,
            zone_id=self.zone_id,
            opened_at=self.opened_at,
            region=self.region,
        )


class _Opened(_Closed):
    what: Literal["opened"] = "opened"
    alert: _Alert

    def event(self) -> SpoolEvent:
        return AlertOpened(self.alert.alert())


class _AlertClosed(_Closed):
    what: Literal["closed"] = "closed"
    alert: _Alert
    closed_at: Time

    def event(self) -> SpoolEvent:
        return AlertClosed(self.alert.alert(), self.closed_at)


class _Interrupted(_Closed):
    what: Literal["interrupted"] = "interrupted"
    alert_id: UUID
    at: Time

    def event(self) -> SpoolEvent:
        return AlertInterrupted(self.alert_id, self.at)


class _Ready(_Closed):
    what: Literal["evidence_ready"] = "evidence_ready"
    alert_id: UUID
    kind: EvidenceKind
    path: Path
    at: Time

    def event(self) -> SpoolEvent:
        return EvidenceReady(self.alert_id, self.kind, self.path, self.at)


class _Failed(_Closed):
    what: Literal["evidence_failed"] = "evidence_failed"
    alert_id: UUID
    kind: EvidenceKind
    error_key: Name

    def event(self) -> SpoolEvent:
        return EvidenceFailed(self.alert_id, self.kind, self.error_key)


class _LineCount(_Closed):
    line_id: Name
    heading: Heading
    passer: Passer
    passages: Annotated[int, Field(ge=LEAST)] | None

    @classmethod
    def of(cls, count: LineCount) -> _LineCount:
        return cls(
            line_id=count.line_id,
            heading=count.heading,
            passer=count.passer,
            passages=count.passages,
        )

    def count(self) -> LineCount:
        return LineCount(self.line_id, self.heading, self.passer, self.passages)


class _Counted(_Closed):
    what: Literal["counted"] = "counted"
    camera_id: Name
    start: Annotated[int, Field(multiple_of=QUARTER_S)]
    counted_s: Annotated[int, Field(ge=1, le=QUARTER_S)]
    counts: tuple[_LineCount, ...]

    def event(self) -> SpoolEvent:
        counts = tuple(each.count() for each in self.counts)
        return QuarterCounts(self.camera_id, self.start, self.counted_s, counts)


class _File(_Closed):
    form: Literal[1] = FORM
    mode: Mode
    event: Annotated[
        _Opened | _AlertClosed | _Interrupted | _Ready | _Failed | _Counted,
        Field(discriminator="what"),
    ]

    @model_validator(mode="after")
    def _mandate_goes_with_the_mode(self) -> _File:
        """Operational alerts, and only they, are raised under a mandate."""
        if isinstance(self.event, _Opened | _AlertClosed):
            under_mandate = self.event.alert.mandate_id is not None
            if under_mandate != (self.mode is Mode.OPERATIONAL):
                raise ValueError("mandate_id")
        return self


def encode(event: SpoolEvent, mode: Mode) -> bytes:
    """An event as the bytes of a spool file; raises `ValueError` for one that cannot be stored."""
    return _File(mode=mode, event=_wire(event)).model_dump_json().encode()


def decode(data: bytes) -> tuple[SpoolEvent, Mode]:
    """Read the bytes of a spool file; raises `ValueError` with the place and the kind of fault."""
    try:
        file = _File.model_validate_json(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        place = ".".join(str(step) for step in first["loc"])
        raise ValueError(f"{place or 'file'} ({first['type']})") from error
    return file.event.event(), file.mode


def _wire(
    event: SpoolEvent,
) -> _Opened | _AlertClosed | _Interrupted | _Ready | _Failed | _Counted:
    match event:
        case QuarterCounts():
            counts = tuple(_LineCount.of(each) for each in event.counts)
            return _Counted(
                camera_id=event.camera_id,
                start=event.start,
                counted_s=event.counted_s,
                counts=counts,
            )
        case AlertOpened(alert=alert):
            return _Opened(alert=_Alert.of(alert))
        case AlertClosed(alert=alert, closed_at=at):
            return _AlertClosed(alert=_Alert.of(alert), closed_at=float(at))
        case AlertInterrupted(alert_id=alert_id, at=at):
            return _Interrupted(alert_id=UUID(int=alert_id.int), at=float(at))
        case EvidenceReady(alert_id=alert_id, kind=kind, path=path, at=at):
            return _Ready(alert_id=UUID(int=alert_id.int), kind=kind, path=path, at=float(at))
        case EvidenceFailed(alert_id=alert_id, kind=kind, error_key=key):
            return _Failed(alert_id=UUID(int=alert_id.int), kind=kind, error_key=key)
