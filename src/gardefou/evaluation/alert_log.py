"""`alerts.jsonl`: a line an alert, whole at every moment, whatever stops the run."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from gardefou.alerting.alert import Alert
from gardefou.evidence.files import whole_file

FILE_NAME: Final = "alerts.jsonl"


@dataclass(frozen=True, slots=True)
class LoggedAlert:
    """An alert of a finished or running analysis.

    ``video`` name of the file it was raised on; ``closed_s`` stream time, s, None while open;
    ``snapshot`` and ``clip`` paths under the output folder.
    """

    alert: Alert
    video: str
    closed_s: float | None = None
    snapshot: str | None = None
    clip: str | None = None

    def as_line(self) -> str:
        """The alert as one line of JSON, in the fields that other tools rely on."""
        alert = self.alert
        return json.dumps(
            {
                "id": str(alert.id),
                "camera": alert.camera_id,
                "situation": str(alert.situation),
                "zone": alert.zone_id,
                "opened_s": round(alert.opened_at, 3),
                "closed_s": None if self.closed_s is None else round(self.closed_s, 3),
                "region": alert.region,
                "evidence": {"clip": self.clip, "snapshot": self.snapshot},
            },
            ensure_ascii=False,
        )


class AlertLog:
    """The alerts of a run, written anew as a whole whenever one changes.

    Raises `OutputError` when the file cannot be written; what was written before stays.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE_NAME
        self._alerts: dict[str, LoggedAlert] = {}
        self._write()

    @property
    def alerts(self) -> list[LoggedAlert]:
        """All alerts in the order of their opening."""
        return list(self._alerts.values())

    def opened(self, alert: Alert, video: str) -> None:
        """Record an alert that opened."""
        self._change(LoggedAlert(alert, video))

    def pictured(self, alert: Alert, snapshot: str) -> None:
        """Record that an alert's snapshot is there."""
        self._change(replace(self._alerts[str(alert.id)], snapshot=snapshot))

    def closed(self, alert: Alert, closed_s: float, video: str) -> None:
        """Record that an alert closed, even one whose opening an interruption kept out."""
        before = self._alerts.get(str(alert.id), LoggedAlert(alert, video))
        self._change(replace(before, closed_s=closed_s))

    def _change(self, logged: LoggedAlert) -> None:
        self._alerts[str(logged.alert.id)] = logged
        self._write()

    def _write(self) -> None:
        with whole_file(self.path) as unfinished:
            unfinished.write_text(
                "".join(f"{each.as_line()}\n" for each in self._alerts.values()), encoding="utf-8"
            )
