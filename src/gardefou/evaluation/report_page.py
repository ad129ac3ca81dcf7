"""The page of an evaluation, in each language, to open in a browser, no server."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from gardefou.capture.playback import Play
from gardefou.evaluation.cases import Case
from gardefou.evaluation.charts import PLOT, WIDTH, plotted, timeline
from gardefou.evaluation.maturity import CALIBRATE_FIRST, OPERATIONAL
from gardefou.evaluation.report import Report
from gardefou.evaluation.run_page import clock
from gardefou.evidence.files import whole_file
from gardefou.i18n import LANGUAGES, current_language, text
from gardefou.i18n.typography import NARROW
from gardefou.situations.situation import Situation

_environment: Final = Environment(
    loader=PackageLoader("gardefou.evaluation"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def write_report_pages(folder: Path, report: Report) -> Path:
    """Write ``report.html`` in the reader's language and a page beside it in each other one.

    The answer is the path of ``report.html``. Raises `OutputError`.
    """
    names = {language: _file_name(language) for language in LANGUAGES}
    for language, name in names.items():
        others = {other: names[other] for other in LANGUAGES if other != language}
        with whole_file(folder / name) as unfinished:
            unfinished.write_text(page(report, language, others), encoding="utf-8")
    return folder / names[current_language()]


def _file_name(language: str) -> str:
    return "report.html" if language == current_language() else f"report-{language}.html"


def page(report: Report, language: str, others: dict[str, str]) -> str:
    """The page in one language; ``others`` the files of the same page by language."""
    shown = [each for each in Situation if each in report.situations]
    timelines = [timeline(each, shown) for each in report.played]
    return _environment.get_template("report.html.j2").render(
        language=language,
        others=others,
        t=partial(_translated, language),
        report=report,
        all_situations=[*shown, *report.unmeasured],
        timelines=sorted(timelines, key=lambda each: not each.has_finding),
        plotted=plotted,
        plot=PLOT,
        width=WIDTH,
        clock=clock,
        tick=tick,
        percent=partial(percent, language),
        number=partial(number, language),
        points=_points,
        named=partial(text, "evaluation.report.language"),
        flags=partial(_flags, language),
        asked=partial(_asked, language),
        operational=OPERATIONAL,
        calibrate_first=CALIBRATE_FIRST,
    )


def _translated(language: str, key: str, **fields: object) -> str:
    return text(key, language, **fields)


def _asked(language: str, name: str) -> str:
    """What figures should be compared by, in words."""
    return text(f"evaluation.report.asked.{name}", language)


def _flags(language: str, case: Case) -> list[str]:
    """What sets a case apart, in words."""
    marks = [each for each in ("derived", "stretch", "moving_camera") if getattr(case, each)]
    ways = [] if case.play is Play.FORWARD else [case.play]
    return [text(f"evaluation.report.flag.{each}", language) for each in [*marks, *ways]]


def number(language: str, value: float | None, digits: int = 2) -> str:
    """A figure for a reader; a dash where it is undefined.

    >>> number("fr", 1.5, 1)
    '1,5'
    """
    if value is None:
        return "–"
    words = f"{value:.{digits}f}"
    return words.replace(".", ",") if language == "fr" else words


def percent(language: str, value: float | None) -> str:
    """A share as a percentage for a reader; a dash where it is undefined.

    >>> percent("en", 0.256)
    '26%'
    """
    if value is None:
        return "–"
    return f"{100 * value:.0f}{NARROW if language == 'fr' else ''}%"


def tick(seconds: float) -> str:
    """A mark of time under a timeline: minutes and whole seconds.

    >>> tick(75.0)
    '1:15'
    """
    minutes, rest = divmod(abs(round(seconds)), 60)
    return f"{'-' if seconds < 0 else ''}{minutes}:{rest:02d}"


def _points(region: Sequence[tuple[float, float]]) -> str:
    """A region's corners for an SVG whose view box is 100 wide and high."""
    return " ".join(f"{100 * x:.2f},{100 * y:.2f}" for x, y in region)
