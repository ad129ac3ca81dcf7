"""What an analysis shows on the terminal: alerts as they open, a progress bar."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, TaskID, TextColumn, TimeRemainingColumn

from gardefou.alerting.alert import AlertEvent, AlertOpened
from gardefou.capture.file import FILE_OPTIONS
from gardefou.capture.opening import open_container
from gardefou.cli.bar import StderrBar
from gardefou.evaluation.analyse import Assignment, Listener
from gardefou.evaluation.run_page import clock
from gardefou.governance.figures import situation_label
from gardefou.i18n import text
from gardefou.site.document import Camera


class AnalysisDisplay(StderrBar):
    """Alerts as lines on stdout, and a bar for each video on stderr where that is a terminal."""

    def __init__(self, *, quiet: bool = False) -> None:
        super().__init__(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %"),
            TimeRemainingColumn(),
        )
        self._tasks: dict[Assignment, TaskID] = {}
        self._out = Console(highlight=False, soft_wrap=True, quiet=quiet)
        self.listener = Listener(self._on_event, self._on_progress)

    def _on_event(self, event: AlertEvent, camera: Camera) -> None:
        alert = event.alert
        key = "cli.analyse.opened" if isinstance(event, AlertOpened) else "cli.analyse.closed"
        moment = alert.opened_at if isinstance(event, AlertOpened) else event.closed_at
        line = text(
            key,
            time=clock(moment),
            situation=situation_label(alert.situation),
            place=f"{camera.name} · {alert.zone_id}" if alert.zone_id else camera.name,
        )
        self._out.print(line, markup=False)

    def _on_progress(self, assignment: Assignment, seconds: float) -> None:
        if self._bar.disable:
            return  # Nobody looks, so the video's length is not asked for.
        task = self._tasks.get(assignment)
        if task is None:
            task = self._bar.add_task(assignment.video.name, total=_length(assignment.video))
            self._tasks[assignment] = task
        self._bar.update(task, completed=seconds)


def _length(video: Path) -> float | None:
    """Length that a file announces, s; None when it announces none."""
    with open_container(f"file:{video}", FILE_OPTIONS) as container:
        return None if container.duration is None else container.duration / 1e6
