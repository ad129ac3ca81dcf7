"""The report: the JSON that other tools rely on, and a page that a person can read."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from gardefou.errors import EvaluationError
from gardefou.evaluation.charts import Mark, timeline
from gardefou.evaluation.cost import Cost
from gardefou.evaluation.curves import curve
from gardefou.evaluation.figures import figures_of, tally
from gardefou.evaluation.harness import PlayedCase, Trouble
from gardefou.evaluation.machine import Machine
from gardefou.evaluation.people import PeopleFigures
from gardefou.evaluation.publish import publication_of, publish
from gardefou.evaluation.report import (
    CountedLine,
    Finding,
    FindingKind,
    Measure,
    NotMeasured,
    Report,
    RunFacts,
)
from gardefou.evaluation.report_page import page
from gardefou.evaluation.stills import StillFigures, StillReport
from gardefou.governance.figures import Maturity, Publication, maturity_label, published
from gardefou.situations.situation import Situation
from support.evaluations import INTRUSION, REGION, a_case, expected, played

VOID = {"meta", "img", "br", "link", "hr", "input"}


@pytest.fixture
def cases() -> list[PlayedCase]:
    """A case with one event found, one missed and one false alarm; and a quiet one."""
    busy = a_case(id="busy <&>", expect=[expected(10, 20), expected(40, 44)])
    quiet = a_case(id="quiet", clip="quiet.mp4", never=["zone_intrusion"])
    return [played(busy, [(10, 20), (30, 33)]), played(quiet, [])]


@pytest.fixture
def report(cases: list[PlayedCase]) -> Report:
    region = [(float(x), float(y)) for x, y in REGION]
    still = StillFigures(precision=0.5, recall=1.0, threshold=0.4, images=3)
    return Report(
        run=RunFacts(
            "gardefou 1", "net", "2026-01-02T03:04:05+00:00", "-", "c.yaml", "ab" * 32, []
        ),
        machine=Machine("a processor", 2, "Linux", "3.11"),
        inference_precision="f32",
        situations={INTRUSION: figures_of([tally(each, INTRUSION) for each in cases])},
        maturity={INTRUSION: Maturity.EXPERIMENTAL},
        unmeasured=[Situation.FIRE],
        counts=[CountedLine("road", "line", "right", 15, 16)],
        people={"hall": PeopleFigures(mae=2.5, images=4)},
        stills={"knives": StillReport(Situation.WEAPON, still, {"hall": still}, [still], [])},
        cost={INTRUSION: Cost(0.001, -0.001, 0.002, 0.1, ["door.mp4"])},
        curves={INTRUSION: curve(cases, INTRUSION)},
        findings=[
            Finding(
                FindingKind.MISS, "busy <&>", "door.mp4", INTRUSION, 40, 44, None, None, "no room"
            ),
            Finding(
                FindingKind.FALSE, "busy <&>", "door.mp4", INTRUSION, 30.6, 33, region, "pictures/a"
            ),
        ],
        played=cases,
        not_measured=[NotMeasured("stairs", Measure.ALERTS), NotMeasured("road", Measure.COUNTS)],
        troubles=[],
    )


def test_the_json_has_the_fields_that_other_tools_rely_on(report: Report) -> None:
    written = json.loads(json.dumps(report.as_json(), allow_nan=False))
    figures = written["situations"]["zone_intrusion"]
    assert figures == {
        "events": 2,
        "found": 1,
        "recall": 0.5,
        "alerts": 2,
        "precision": 0.5,
        "f1": 0.5,
        "delay_s": 0.6,
        "false": 1,
        "false_per_hour": 30.0,
        "hours": 0.0333,
        "interval": {
            "recall": None,
            "precision": None,
            "f1": None,
            "false_per_hour": [0.0, 60.0],
        },
    }
    assert written["counts"] == {"road": {"line": {"right": [15, 16]}}}
    assert written["people"] == {"hall": {"mae": 2.5, "images": 4}}
    still = written["stills"]["knives"]
    assert (still["precision"], still["recall"], still["threshold"]) == (0.5, 1.0, 0.4)
    assert written["cost"] == {"zone_intrusion": 0.001}
    assert written["machine"]["cpu"] == "a processor"
    assert written["inference_precision"] == "f32"
    assert written["not_measured"]["situations"] == ["fire"]
    assert [each["kind"] for each in written["findings"]] == ["miss", "false"]


class Reader(HTMLParser):
    """Reads a page and takes down what is not well formed and what the page refers to."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.outside: list[str] = []
        self.nameless = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.ids += [given["id"] or ""] if "id" in given else []
        self.links += [given["href"] or ""] if "href" in given else []
        self.outside += [value for value in given.values() if value and "//" in value]
        named = given.get("alt") or given.get("aria-label") or given.get("aria-hidden")
        self.nameless += tag in ("img", "svg") and not named
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, (tag, self.getpos())


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_page_is_well_formed_and_needs_nothing_from_outside(
    report: Report, language: str
) -> None:
    words = page(report, language, {"fr": "report-fr.html"})
    reader = Reader()
    reader.feed(words)
    assert reader.open == []
    assert len(reader.ids) == len(set(reader.ids))
    inside = {link.removeprefix("#") for link in reader.links if link.startswith("#")}
    assert inside
    assert inside <= set(reader.ids)
    assert reader.outside == []
    assert reader.nameless == 0
    assert "<script" not in words
    assert "busy &lt;&amp;&gt;" in words
    assert "busy <&>" not in words


def test_the_page_says_what_is_missed_false_not_measured_and_failed(report: Report) -> None:
    failed = replace(report, troubles=[Trouble("stairs", "stairs.mp4: no such file")])
    words = page(failed, "en", {})
    for said in (
        "Missed",
        "False alarm",
        "no room",
        "not measured",
        "stairs.mp4: no such file",
        "experimental",
    ):
        assert said in words


def test_french_figures_are_written_the_french_way(report: Report) -> None:
    words = page(report, "fr", {})
    assert re.search(r"50\u202f%", words)
    assert "30,0" in words
    assert "expérimentale" in words


def test_a_timeline_shows_truth_and_alerts_in_their_time(cases: list[PlayedCase]) -> None:
    drawn = timeline(cases[0], [INTRUSION])
    (lane,) = drawn.lanes
    assert [bar.mark for bar in lane.truth] == [Mark.FOUND, Mark.MISSED]
    assert [bar.mark for bar in lane.alerts] == [Mark.SERVED, Mark.FALSE]
    assert lane.truth[0].left == pytest.approx(1000 * 10 / 60)
    assert lane.truth[0].width == pytest.approx(1000 * 10 / 60)
    assert drawn.has_finding
    assert not timeline(cases[1], [INTRUSION]).has_finding


def test_held_time_before_the_clip_stands_left_of_zero() -> None:
    case = a_case(expect=[expected(0, 5)], hold_first_s=10)
    drawn = timeline(replace(played(case, []), duration_s=20.0, played_s=30.0), [INTRUSION])
    assert drawn.lanes[0].truth[0].left == pytest.approx(1000 / 3)
    assert drawn.ticks[0] == (0.0, -10.0)


def test_a_whole_evaluation_can_be_published_and_read_again(report: Report, tmp_path: Path) -> None:
    path = tmp_path / "figures.json"
    publish(report, path)
    read = Publication.model_validate_json(path.read_bytes())
    assert read == publication_of(report)
    assert read.situations[INTRUSION].maturity is Maturity.EXPERIMENTAL


def test_part_of_an_evaluation_is_not_published(report: Report, tmp_path: Path) -> None:
    path = tmp_path / "figures.json"
    for partial in (
        replace(report, troubles=[Trouble("a", "b")]),
        replace(report, run=replace(report.run, only=["fire"])),
    ):
        with pytest.raises(EvaluationError, match="every case"):
            publish(partial, path)
    assert not path.exists()


def test_every_situation_has_a_label_in_both_languages() -> None:
    assert published().situations
    for situation in Situation:
        assert maturity_label(situation, "en") != maturity_label(situation, "fr")
