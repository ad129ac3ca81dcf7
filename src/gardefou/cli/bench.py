"""`gardefou bench`: what watching many streams costs on this machine."""

from __future__ import annotations

import json
from pathlib import PurePath
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from gardefou.capture.address import without_password
from gardefou.capture.gate import Sleep
from gardefou.errors import UsageError
from gardefou.evaluation.bench import BenchFigures, BenchRequest
from gardefou.evaluation.bench import bench as measure
from gardefou.i18n import text
from gardefou.site.document import Analysis
from gardefou.site.settings import AVAILABLE
from gardefou.situations.situation import Situation

ALL = "all"
NONE = "none"
SLEEPS = "|".join(Sleep)
USUAL_SLEEP = Analysis().sleep


def bench(
    video: Annotated[str, typer.Argument(metavar="VIDEO_OR_RTSP", help=text("load.bench.video"))],
    streams: Annotated[
        int, typer.Option(min=1, max=1000, metavar="N", help=text("load.bench.streams"))
    ],
    seconds: Annotated[
        float, typer.Option(min=2, metavar="S", help=text("load.bench.seconds"))
    ] = 30.0,
    warmup: Annotated[
        float, typer.Option(min=0, metavar="S", help=text("load.bench.warmup"))
    ] = 10.0,
    situations: Annotated[
        str, typer.Option(metavar="LIST|all|none", help=text("load.bench.situations"))
    ] = NONE,
    realtime: Annotated[bool, typer.Option("--realtime", help=text("load.bench.realtime"))] = False,
    sleep: Annotated[
        Sleep, typer.Option(metavar=SLEEPS, help=text("load.bench.sleep"))
    ] = USUAL_SLEEP,
    as_json: Annotated[bool, typer.Option("--json", help=text("load.bench.json"))] = False,
) -> None:
    """Measure, then print the figures; progress goes to stderr."""
    request = BenchRequest(
        video, streams, seconds, warmup, chosen(situations), realtime, sleep=sleep
    )
    figures = measure(request, _say)
    if as_json:
        typer.echo(json.dumps(figures.as_json(), indent=2))
    else:
        _print(figures, video)


def chosen(named: str) -> frozenset[Situation]:
    """The situations of ``--situations``. Raises `UsageError` for an unknown name."""
    words = [word.strip() for word in named.split(",") if word.strip()]
    if words == [ALL]:
        return AVAILABLE
    if words in ([], [NONE]):
        return frozenset()
    known = {str(each): each for each in AVAILABLE}
    for word in words:
        if word not in known:
            raise UsageError(
                "load.bench.unknown_situation", name=word, names=", ".join(sorted(known))
            )
    return frozenset(known[word] for word in words)


def _say(key: str, fields: dict[str, object]) -> None:
    typer.echo(text(key, **fields), err=True)


def _print(figures: BenchFigures, video: str) -> None:
    console = Console(highlight=False)
    name = PurePath(without_password(video)).name
    title = text("load.bench.table.title", streams=figures.streams, name=name)
    pace = (
        text("load.bench.table.pace_realtime")
        if figures.realtime
        else text("load.bench.table.pace_fast", speed=f"{figures.speed:.1f}")
    )
    table = Table(title=f"{title}, {pace}", title_justify="left", box=None, show_header=False)
    table.add_column()
    table.add_column(justify="right")
    for row, value in _rows(figures).items():
        table.add_row(text(f"load.bench.table.{row}"), value)
    console.print(table)
    if figures.saturated:
        console.print(
            text(
                "load.bench.table.full",
                dropped=figures.dropped,
                percent=round(100 * figures.share),
                fps=f"{figures.video_fps:.1f}",
                wanted=f"{figures.nominal_fps:.1f}",
            ),
            markup=False,
            style="bold yellow",
        )


def _rows(figures: BenchFigures) -> dict[str, str]:
    latency, extra = figures.latency_ms, figures.rss_mib_per_extra_stream
    return {
        "situations": ", ".join(figures.situations) or text("load.bench.table.none"),
        "video_fps": f"{figures.video_fps:.2f}",
        "analysis_fps": f"{figures.analysis_fps:.2f}",
        "asleep": f"{figures.asleep:.0%}",
        "dropped": f"{figures.analysed} / {figures.dropped}",
        "cpu": f"{figures.cpu_s_per_stream_s:.4f}",
        "evidence": f"{figures.evidence_cpu_s_per_stream_s:.4f}",
        "floor": f"{figures.decode_floor_cpu_s_per_stream_s:.4f}",
        "ratio": f"{figures.ratio:.2f}",
        "latency": f"{latency[0]:.0f} / {latency[1]:.0f} ms" if latency else "–",
        "memory": f"{figures.rss_mib:.0f} MiB",
        "extra": f"{extra:.1f} MiB" if extra is not None else "–",
    }
