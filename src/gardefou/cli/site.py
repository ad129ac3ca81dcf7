"""`gardefou site`: check, show and describe site documents."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from gardefou.cli import site_versions
from gardefou.evaluation.calibrate import Calibrated
from gardefou.evaluation.calibrate import calibrate as run_calibration
from gardefou.governance.figures import situation_label
from gardefou.i18n import text
from gardefou.perception.engine import InferenceEngine
from gardefou.site.check import check_site, load_site
from gardefou.site.coverage import MaskCoverage, mask_coverage
from gardefou.site.mistakes import Mistake
from gardefou.site.schema import json_schema
from gardefou.site.yaml_text import write
from gardefou.situations.situation import Situation

app = typer.Typer(
    help=text("site.command.about"), no_args_is_help=True, rich_markup_mode="markdown"
)

app.command(help=text("workshop.command.apply"))(site_versions.apply)
app.command(help=text("workshop.command.versions"))(site_versions.versions)

File = Annotated[Path, typer.Argument(metavar="FILE", help=text("site.command.file"))]


@app.command(help=text("site.command.check"))
def check(
    file: File,
    as_json: Annotated[bool, typer.Option("--json", help=text("site.command.json"))] = False,
) -> None:
    """Say every mistake; exit status 1 when there is one."""
    mistakes = check_site(file)
    if as_json:
        report = {"file": str(file), "mistakes": [_as_json(each) for each in mistakes]}
        typer.echo(json.dumps(report, ensure_ascii=False, indent=2))
    elif mistakes:
        for each in mistakes:
            typer.echo(str(each), err=True)
        typer.echo(text("site.command.summary", file=file, count=len(mistakes)), err=True)
    else:
        typer.echo(_fine(file))
        for line in _watched(file):
            typer.echo(line)
    if mistakes:
        raise typer.Exit(1)


def _as_json(mistake: Mistake) -> dict[str, object]:
    return {
        "place": mistake.place,
        "line": mistake.line,
        "key": mistake.key,
        "text": mistake.explanation(),
    }


def _fine(file: Path) -> str:
    cameras = load_site(file).cameras
    return text(
        "site.command.fine",
        file=file,
        cameras=len(cameras),
        zones=sum(len(camera.zones) for camera in cameras),
        masks=sum(len(camera.masks) for camera in cameras),
        lines=sum(len(camera.lines) for camera in cameras),
    )


def _watched(file: Path) -> Iterator[str]:
    """A line a situation that is on: how far it may be trusted, and which cameras watch for it."""
    cameras = load_site(file).cameras
    for situation in Situation:
        watching = [camera.name for camera in cameras if situation in camera.situations.on]
        if watching:
            label = situation_label(situation)
            yield text("site.command.watched", situation=label, cameras=", ".join(watching))


@app.command(help=text("site.command.schema"))
def schema() -> None:
    """Print the JSON Schema."""
    typer.echo(json.dumps(json_schema(), ensure_ascii=False, indent=2))


@app.command(help=text("site.command.show"))
def show(file: File) -> None:
    """Print the normal form, passwords hidden."""
    typer.echo(write(load_site(file)), nl=False)


@app.command(help=text("site.command.masks_help"))
def masks(
    file: File,
    as_json: Annotated[bool, typer.Option("--json", help=text("site.command.masks_json"))] = False,
) -> None:
    """Say what masks hide; exit status 1 when part of a dwelling is seen."""
    found = [mask_coverage(camera) for camera in load_site(file).cameras]
    if as_json:
        report = [_coverage_as_json(each) for each in found]
        typer.echo(json.dumps({"file": str(file), "cameras": report}, ensure_ascii=False, indent=2))
    else:
        for each in found:
            _print_coverage(each)
    if not all(area.is_covered for each in found for area in each.areas):
        raise typer.Exit(1)


def _coverage_as_json(found: MaskCoverage) -> dict[str, object]:
    areas = [
        {"id": each.area, "kind": each.kind.value, "covered": each.share, "whole": each.is_covered}
        for each in found.areas
    ]
    return {"camera": found.camera, "masked": found.masked, "sensitive": areas}


def _print_coverage(found: MaskCoverage) -> None:
    typer.echo(
        text("site.command.masked", camera=found.camera, percent=f"{100 * found.masked:.1f}")
    )
    for each in found.areas:
        key = "site.command.covered" if each.is_covered else "site.command.not_covered"
        kind = text(f"site.sensitive.{each.kind.value}")
        percent = f"{100 * each.share:.1f}"
        words = text(key, camera=found.camera, area=each.area, kind=kind, percent=percent)
        typer.echo(words, err=not each.is_covered)
    if not found.areas:
        typer.echo(text("site.command.none_declared", camera=found.camera))


@app.command(help=text("site.command.calibrate"))
def calibrate(
    video: Annotated[str, typer.Argument(metavar="VIDEO", help=text("site.command.video"))],
    as_json: Annotated[bool, typer.Option("--json", help=text("site.command.json_plane"))] = False,
) -> None:
    """Print the calibration found; exit status 1 when it is not sure enough to be used."""
    with InferenceEngine() as engine:
        found = run_calibration(video, engine)
    if as_json:
        typer.echo(json.dumps(_plane(found)))
    else:
        _say_plane(video, found)
    if not found.is_sure:
        raise typer.Exit(1)


def _plane(found: Calibrated) -> dict[str, object]:
    plane = found.plane
    return {
        "boxes": found.boxes,
        "seconds": round(found.seconds, 1),
        "sure": found.is_sure,
        "camera_height_m": None if plane is None else round(plane.camera_m, 2),
        "tilt_deg": None if plane is None else round(math.degrees(plane.tilt), 1),
        "area_error": None if plane is None else round(plane.error, 3),
        "calibration": {
            "points": [{"image": image, "ground": ground} for image, ground in found.points()]
        },
    }


def _say_plane(video: str, found: Calibrated) -> None:
    """The plane as a piece of a site document on stdout; what is known of it on stderr."""
    plane = found.plane
    if plane is None:
        typer.echo(text("site.command.no_plane", video=video, boxes=found.boxes), err=True)
        return
    lines = ["calibration:", "  points:"]
    lines += [f"    - {{image: {image}, ground: {ground}}}" for image, ground in found.points()]
    typer.echo("\n".join(lines))
    facts = {
        "video": video,
        "boxes": found.boxes,
        "height": plane.camera_m,
        "tilt": math.degrees(plane.tilt),
        "error": 100 * plane.error,
    }
    typer.echo(text("site.command.plane", **facts), err=True)
    if not found.is_sure:
        typer.echo(text("site.command.unsure", video=video), err=True)
