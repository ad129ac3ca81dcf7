"""`gardefou analyse`: the engine over complete video files."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from gardefou.capture.file import regular_file
from gardefou.cli.progress import AnalysisDisplay
from gardefou.errors import UsageError
from gardefou.evaluation.analyse import AnalysisOutcome, AnalysisRequest, Assignment
from gardefou.evaluation.analyse import analyse as run_analysis
from gardefou.evaluation.run_record import new_folder
from gardefou.i18n import text
from gardefou.runtime.detectors import build_detectors, with_all_situations
from gardefou.site.check import load_site
from gardefou.site.document import Camera, Site

DAMAGED = 1
"""Exit status when a video was cut short or damaged: what could be analysed is there."""

INTERRUPTED = 130
"""Exit status after Ctrl-C, as shells expect it (128 + SIGINT)."""


def analyse(
    videos: Annotated[list[str], typer.Argument(metavar="VIDEO", help=text("cli.analyse.videos"))],
    site: Annotated[
        Path | None, typer.Option(metavar="FILE", help=text("cli.analyse.site"))
    ] = None,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help=text("cli.analyse.out"))] = None,
    camera: Annotated[
        str | None, typer.Option(metavar="ID", help=text("cli.analyse.camera"))
    ] = None,
    all_situations: Annotated[
        bool, typer.Option("--all-situations", help=text("cli.analyse.all_situations"))
    ] = False,
    reason: Annotated[
        str | None, typer.Option(metavar="TEXT", help=text("cli.analyse.reason"))
    ] = None,
    speed: Annotated[
        float | None, typer.Option(min=0.01, metavar="N", help=text("cli.analyse.speed"))
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help=text("cli.analyse.json"))] = False,
) -> None:
    """Analyse files and leave alerts, snapshots and a page in a folder."""
    if site is None:
        raise UsageError("analysis.no_site")
    for video in videos:  # As given: a `Path` would turn an address into the name of no file.
        regular_file(video)
    paths = [Path(video) for video in videos]
    assignments = assign(paths, load_site(site), site, camera, all_situations)
    request = AnalysisRequest(
        assignments=assignments,
        out=out or new_folder(paths[0]),
        reason=(reason or "").strip() or text("analysis.default_reason"),
        site=site,
        speed=speed,
    )
    try:
        outcome = run_and_show(request, quiet=as_json)
    except KeyboardInterrupt:
        typer.echo(f"gardefou: {text('cli.analyse.interrupted', folder=request.out)}", err=True)
        raise typer.Exit(INTERRUPTED) from None
    if as_json:
        typer.echo(json.dumps([json.loads(each.as_line()) for each in outcome.alerts]))
    raise typer.Exit(0 if outcome.is_whole else DAMAGED)


def run_and_show(request: AnalysisRequest, *, quiet: bool = False) -> AnalysisOutcome:
    """Run an analysis with its display, then say where the results are and what went amiss."""
    with AnalysisDisplay(quiet=quiet) as display:
        outcome = run_analysis(request, display.listener)
    out = Console(highlight=False, soft_wrap=True, quiet=quiet)
    out.print(text("cli.analyse.done", count=len(outcome.alerts)), markup=False)
    out.print(text("cli.analyse.page", page=outcome.page.resolve().as_uri()), markup=False)
    errors = Console(stderr=True, highlight=False, soft_wrap=True)
    for notice in outcome.notices:
        errors.print(f"gardefou: {notice}", markup=False)
    return outcome


def assign(
    videos: Sequence[Path], site: Site, path: Path, camera_id: str | None, everything: bool
) -> list[Assignment]:
    """Which camera each video is taken for; raises `UsageError` where that is not plain.

    One camera serves every video; several cameras take as many videos in order.
    """
    names = ", ".join(camera.id for camera in site.cameras)
    if camera_id is not None:
        camera = site.camera(camera_id)
        if camera is None:
            raise UsageError("analysis.unknown_camera", path=path, camera=camera_id, names=names)
        cameras = [camera] * len(videos)
    elif len(site.cameras) == 1:
        cameras = [site.cameras[0]] * len(videos)
    elif len(site.cameras) == len(videos):
        cameras = list(site.cameras)
    else:
        raise UsageError(
            "analysis.which_camera",
            path=path,
            count=len(site.cameras),
            videos=len(videos),
            names=names,
        )
    return [
        Assignment(video, _watching(camera, path, everything))
        for video, camera in zip(videos, cameras, strict=True)
    ]


def _watching(camera: Camera, path: Path, everything: bool) -> Camera:
    """The camera with its situations, all that this version knows where asked; never none."""
    wanted = with_all_situations(camera) if everything else camera
    if not build_detectors(wanted):
        raise UsageError("analysis.nothing_to_watch", path=path, camera=camera.id)
    return wanted
