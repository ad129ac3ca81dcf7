"""`gardefou measures` and `gardefou drill`: what the system does in the field."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer

from gardefou.cli.office import HomeOption, local_time, opened, say_json
from gardefou.errors import UsageError
from gardefou.governance.drills import WINDOW_S, DrillWish, cancel_drill, end_drill, plan_drill
from gardefou.governance.entitled import acting
from gardefou.governance.facts import SITE
from gardefou.governance.measures import Cut, Interval, Measures, measure
from gardefou.governance.pages import moment
from gardefou.governance.roles import Action
from gardefou.i18n import text
from gardefou.site.check import load_site
from gardefou.situations.situation import Situation
from gardefou.storage.paper_records import DrillRecord, Light

app = typer.Typer(
    help=text("measures.command.about"), no_args_is_help=True, rich_markup_mode="markdown"
)

By = Annotated[str, typer.Option(metavar="NAME", help=text("measures.command.by"))]


def measures(
    home: HomeOption,
    as_json: Annotated[bool, typer.Option("--json", help=text("measures.command.json"))] = False,
) -> None:
    """Print field precision, drills and alerts out of purpose."""
    with opened(home) as office:
        found = measure(load_site(home / SITE), office.store.papers)
    if as_json:
        say_json(found.as_json())
        return
    lines = [*_precision_lines(found), *_drill_lines(found)]
    for line in lines or [text("measures.command.none")]:
        typer.echo(line)
    out = sum(found.out_of_purpose.values())
    typer.echo(text("measures.command.out", count=out))


@app.command(help=text("measures.command.plan"))
def plan(
    home: HomeOption,
    camera: Annotated[str, typer.Option(metavar="ID", help=text("measures.command.camera"))],
    situation: Annotated[Situation, typer.Option(help=text("measures.command.situation"))],
    at: Annotated[str, typer.Option(metavar="TIME", help=text("measures.command.at"))],
    test_object: Annotated[
        str, typer.Option("--object", metavar="TEXT", help=text("measures.command.object"))
    ],
    by: By,
    window: Annotated[
        float, typer.Option(min=1, max=3600, help=text("measures.command.window"))
    ] = WINDOW_S,
    light: Annotated[Light | None, typer.Option(help=text("measures.command.light"))] = None,
) -> None:
    """Announce a drill."""
    with opened(home) as office:
        site = load_site(home / SITE)
        by = acting(home, office.journal, by, Action.READ_MEASURES)
        wish = DrillWish(
            camera, situation, local_time(at, site.timezone), test_object, by, window, light
        )
        now = office.now().timestamp()
        drill = plan_drill(wish, site, office.store.papers, office.journal, now)
    typer.echo(
        text(
            "measures.command.planned",
            number=drill.number,
            at=at,
            light=text(f"measures.light.{drill.plan.light.value}"),
        )
    )


@app.command(help=text("measures.command.result"))
def result(
    home: HomeOption,
    number: Annotated[
        int | None, typer.Argument(metavar="NUMBER", help=text("measures.command.number"))
    ] = None,
    by: By = "",
    cancelled: Annotated[bool, typer.Option(help=text("measures.command.cancel"))] = False,
    as_json: Annotated[bool, typer.Option("--json", help=text("measures.command.json"))] = False,
) -> None:
    """Note how a drill ended, or list all drills."""
    if number is not None and not by.strip():
        raise UsageError("measures.nobody")
    with opened(home) as office:
        if number is None:
            drills = office.store.papers.drills()
        else:
            now = office.now().timestamp()
            by = acting(home, office.journal, by, Action.READ_MEASURES)
            end = cancel_drill if cancelled else end_drill
            drills = [end(number, office.store, office.journal, by, now)]
        timezone = load_site(home / SITE).timezone
    if as_json:
        say_json({"drills": [asdict(each) for each in drills]})
        return
    for each in drills:
        typer.echo(_ended(each, timezone))


def _ended(drill: DrillRecord, timezone: str) -> str:
    if drill.result is None:
        light = text(f"measures.light.{drill.plan.light.value}")
        at = moment(timezone, datetime.fromtimestamp(drill.plan.at, UTC))
        return text("measures.command.planned", number=drill.number, at=at, light=light)
    words = text(f"measures.result.{drill.result.value}")
    return text("measures.command.ended", number=drill.number, result=words)


def _precision_lines(found: Measures) -> list[str]:
    return [
        text(
            "measures.command.precision",
            situation=text(f"situations.{each.situation.value}.name"),
            cut=text(f"measures.cut.{each.cut.value}"),
            value=_value(each.cut, each.value),
            confirmed=each.counts.confirmed,
            decided=each.counts.confirmed + each.counts.refuted,
            precision=_range(each.counts.precision, each.interval),
        )
        for each in found.precision
    ]


def _drill_lines(found: Measures) -> list[str]:
    return [
        text(
            "measures.command.drill",
            situation=text(f"situations.{each.situation.value}.name"),
            cut=text(f"measures.cut.{each.cut.value}"),
            value=_value(each.cut, each.value),
            found=each.found,
            ended=each.found + each.missed,
            recall=_range(each.recall, each.interval),
        )
        for each in found.drills
    ]


def _value(cut: Cut, value: str) -> str:
    return text(f"measures.light.{value}") if cut is Cut.LIGHT else value


def _range(share: float | None, interval: Interval | None) -> str:
    if share is None or interval is None:
        return "–"
    low, high = (round(100 * end) for end in interval)
    return text("measures.command.range", share=round(100 * share), low=low, high=high)
