"""The page of an analysis: its alerts with their snapshots, to open in a browser, no server."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from gardefou.evaluation.alert_log import LoggedAlert
from gardefou.evidence.files import whole_file
from gardefou.governance.figures import situation_label
from gardefou.i18n import current_language, text
from gardefou.site.document import Camera

FILE_NAME: Final = "index.html"

_environment: Final = Environment(
    loader=PackageLoader("gardefou.evaluation"), autoescape=True, undefined=StrictUndefined
)


def write_page(
    folder: Path,
    alerts: Sequence[LoggedAlert],
    cameras: Sequence[Camera],
    *,
    is_complete: bool = True,
) -> Path:
    """Write ``index.html`` in the reader's language; raises `OutputError`.

    ``cameras`` one for each video that was to be analysed; ``is_complete`` whether all were. The
    alert's region is laid over its snapshot, never drawn into it.
    """
    names = {camera.id: camera.name for camera in cameras}
    page = _environment.get_template("run.html.j2").render(
        language=current_language(),
        text=text,
        label=situation_label,
        alerts=alerts,
        camera_names=names,
        several_videos=len(cameras) > 1,
        is_complete=is_complete,
        clock=clock,
        points=_points,
    )
    with whole_file(folder / FILE_NAME) as unfinished:
        unfinished.write_text(page, encoding="utf-8")
    return folder / FILE_NAME


def clock(seconds: float) -> str:
    """Stream time for a reader: minutes, seconds, tenths.

    >>> clock(75.26)
    '01:15.3'
    """
    tenths = round(seconds * 10)
    minutes, rest = divmod(abs(tenths), 600)
    return f"{'-' if tenths < 0 else ''}{minutes:02d}:{rest // 10:02d}.{rest % 10}"


def _points(alert: LoggedAlert) -> str:
    """The region's corners for an SVG whose view box is 100 wide and high."""
    return " ".join(f"{100 * x:.2f},{100 * y:.2f}" for x, y in alert.alert.region)
