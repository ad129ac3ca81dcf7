"""`alerts.jsonl`: a line an alert, whole at every moment, whatever stops the run."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gardefou.alerting.alert import Alert
from gardefou.evidence.files import whole_file

FILE_NAME: Final = "alerts.jsonl"


@dataclass(frozen=True, slots=True)
class LoggedAlert:
    """An alert of a finished or running analysis.

    ``closed_s`` stream time, s, None while open; ``snapshot`` and ``clip`` paths under the output
    folder.
    """

    alert: Alert
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
    """The alerts of a run, written anew as a whole whenever one opens or closes.

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

    def opened(self, alert: Alert, snapshot: str | None) -> None:
        """Record an alert that opened."""
        self._alerts[str(alert.id)] = LoggedAlert(alert, snapshot=snapshot)
        self._write()

    def closed(self, alert: Alert, closed_s: float) -> None:
        """Record that an alert closed."""
        before = self._alerts[str(alert.id)]
        self._alerts[str(alert.id)] = LoggedAlert(alert, closed_s, before.snapshot, before.clip)
        self._write()

    def _write(self) -> None:
        with whole_file(self.path) as unfinished:
            unfinished.write_text(
                "".join(f"{each.as_line()}\n" for each in self._alerts.values()), encoding="utf-8"
            )
