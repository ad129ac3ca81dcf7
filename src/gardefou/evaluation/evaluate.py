"""An evaluation from the list of cases to the finished report, alerts and pictures."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from gardefou.capture.gate import Sleep
from gardefou.errors import GardefouError, UsageError
from gardefou.evaluation import run_record
from gardefou.evaluation.alert_log import FILE_NAME as ALERTS
from gardefou.evaluation.alert_log import LoggedAlert
from gardefou.evaluation.cases import Case, ExpectedEvent, read_cases
from gardefou.evaluation.cost import Cost, measure_costs
from gardefou.evaluation.curves import curve
from gardefou.evaluation.figures import figures_of, tally
from gardefou.evaluation.harness import (
    LineCounter,
    PlayedCase,
    Trouble,
    choose,
    clip_time,
    plan,
    run_cases,
)
from gardefou.evaluation.line_counts import CaseLines
from gardefou.evaluation.machine import this_machine
from gardefou.evaluation.maturity import maturity
from gardefou.evaluation.people import (
    CrowdCounter,
    MakePeopleCounter,
    PeopleFigures,
    count_people,
    counts_people,
)
from gardefou.evaluation.pictures import FOLDER, PictureTaker, WantedPicture
from gardefou.evaluation.report import (
    CountedLine,
    Finding,
    FindingKind,
    Measure,
    NotMeasured,
    Report,
    RunFacts,
)
from gardefou.evaluation.report_page import write_report_pages
from gardefou.evaluation.scoring import SignalledAlert
from gardefou.evaluation.stills import (
    STILL_JUDGES,
    StillJudges,
    StillReport,
    judge_case,
    read_labels,
)
from gardefou.evaluation.tags import cut, read_tags
from gardefou.evidence.files import whole_file
from gardefou.i18n import text
from gardefou.perception.engine import InferenceEngine
from gardefou.situations.situation import Situation

USUAL_SIZE: Final = (640, 360)
"""Size of picture whose inference precision is reported, px: the usual analysis size at 16:9."""


@dataclass(frozen=True, slots=True)
class EvaluationRequest:
    """What to evaluate and where to write; ``only`` case identifiers or situations.

    ``tags`` a file that says of cases what light and place they show, for figures cut by them;
    ``sleep`` whether cameras may sleep while nothing happens.
    """

    cases: Path
    footage: Path
    out: Path
    only: Sequence[str] = ()
    tags: Path | None = None
    sleep: Sleep = Sleep.NEVER


@dataclass(frozen=True, slots=True)
class Instruments:
    """What measures beside the detectors; a version without one reports "not measured"."""

    judges: StillJudges
    counter: LineCounter | None = None
    people: MakePeopleCounter | None = None


INSTRUMENTS: Final = Instruments(judges=STILL_JUDGES, counter=CaseLines, people=CrowdCounter)
"""The instruments of this version."""


@dataclass(frozen=True, slots=True)
class EvaluationListener:
    """Told how an evaluation goes on: how many cases are played, where each is, what it is at."""

    on_plan: Callable[[Sequence[Case]], None]
    on_progress: Callable[[Case, float], None]
    on_case_done: Callable[[str], None]
    on_costs: Callable[[], None]


@dataclass(frozen=True, slots=True)
class EvaluationOutcome:
    """The report and where it can be read."""

    report: Report
    page: Path


def evaluate(
    request: EvaluationRequest,
    listener: EvaluationListener,
    instruments: Instruments = INSTRUMENTS,
) -> EvaluationOutcome:
    """Evaluate the cases and write ``report.json``, ``report.html``, alerts and pictures.

    Raises `EvaluationError` for an unusable list of cases, `UsageError` for a wrong folder or name,
    `ModelError`, `OutputError`. A case that cannot be played is named in the report.
    """
    if not request.footage.is_dir():
        raise UsageError("evaluation.no_footage", path=request.footage)
    run_record.refuse_folder_in_use(request.out)
    known = read_cases(request.cases)
    tags = {} if request.tags is None else read_tags(request.tags, known)
    cases = choose(known, request.only)
    started = run_record.now()
    _write_alerts(request.out, [])
    with InferenceEngine() as engine:
        measured = _measure(request, cases, engine, listener, instruments)
        facts = RunFacts(
            software=run_record.software(),
            model=engine.model,
            started=started,
            ended=run_record.now(),
            cases=request.cases.name,
            cases_sha256=run_record.file_sha256(request.cases),
            only=list(request.only),
            sleep=request.sleep.value,
        )
        report = _report(measured, facts, engine.inference_precision(USUAL_SIZE))
        report = replace(report, tags=cut(measured.played, tags))
    report.write_json(request.out)
    return EvaluationOutcome(report, write_report_pages(request.out, report))


@dataclass(frozen=True, slots=True)
class _Measured:
    """What playing the cases gave; ``wanted`` situations were asked for."""

    wanted: frozenset[Situation]
    played: Sequence[PlayedCase]
    findings: Sequence[Finding]
    people: Mapping[str, PeopleFigures]
    stills: Mapping[str, StillReport]
    cost: Mapping[Situation, Cost]
    not_measured: Sequence[NotMeasured]
    troubles: Sequence[Trouble]

    @property
    def situations(self) -> list[Situation]:
        """Situations that some case measured, in their own order."""
        return _situations(self.played, self.wanted)


def _measure(
    request: EvaluationRequest,
    cases: Sequence[Case],
    engine: InferenceEngine,
    listener: EvaluationListener,
    instruments: Instruments,
) -> _Measured:
    """Play all cases, judge all pictures, then measure costs."""
    planned = plan(cases, instruments.counter)
    listener.on_plan(planned.played)
    troubles = _missing(planned.left_out, request.footage)
    results = run_cases(
        planned.played,
        request.footage,
        engine,
        listener.on_progress,
        instruments.counter,
        request.sleep,
    )
    played, findings = _collect(results, request, listener, troubles)
    stills = _stills(cases, request.footage, instruments.judges, troubles)
    people = _people(cases, request.footage, engine, instruments.people, troubles)
    failed = {each.case_id for each in troubles}
    intact = [each for each in cases if each.id not in failed]
    wanted = _named(request.only)
    listener.on_costs()
    sound = [each.case for each in played]
    cost = dict(measure_costs(sound, _situations(played, wanted), request.footage, engine))
    return _Measured(
        wanted=wanted,
        played=played,
        findings=findings,
        people=people,
        stills=stills,
        cost=cost,
        not_measured=list(_not_measured(intact, planned.left_out, {*stills, *people}, instruments)),
        troubles=troubles,
    )


def _report(measured: _Measured, facts: RunFacts, precision: str) -> Report:
    """Figures, labels and curves from what was measured."""
    figures = {
        situation: figures_of(
            [tally(each, situation) for each in measured.played if situation in each.measured]
        )
        for situation in measured.situations
    }
    return Report(
        run=facts,
        machine=this_machine(),
        inference_precision=precision,
        situations=figures,
        maturity={situation: maturity(each) for situation, each in figures.items()},
        unmeasured=[each for each in Situation if each in measured.wanted and each not in figures],
        counts=list(_counted(measured.played)),
        people=measured.people,
        stills=measured.stills,
        cost=measured.cost,
        curves={situation: curve(measured.played, situation) for situation in figures},
        findings=[each for each in measured.findings if each.situation in figures],
        played=measured.played,
        not_measured=measured.not_measured,
        troubles=measured.troubles,
    )


def _missing(cases: Iterable[Case], footage: Path) -> list[Trouble]:
    """Cases that are not played and whose clip is not even there."""
    return [
        Trouble(each.id, text("evaluation.clip_missing", case=each.id, clip=each.clip))
        for each in cases
        if not (footage / each.clip).exists()
    ]


def _collect(
    results: Iterable[PlayedCase | Trouble],
    request: EvaluationRequest,
    listener: EvaluationListener,
    troubles: list[Trouble],
) -> tuple[list[PlayedCase], list[Finding]]:
    """Take each case as it is played: its pictures are made and its alerts written at once."""
    taker = PictureTaker(request.out)
    played: list[PlayedCase] = []
    findings: list[Finding] = []
    for result in results:
        if isinstance(result, Trouble):
            troubles.append(result)
            listener.on_case_done(result.case_id)
            continue
        found = _with_pictures(result, request.footage, taker)
        findings.extend(found)
        # What pictures need is not kept: it holds every body of every frame.
        played.append(replace(result, glimpses=(), alerts=_with_snapshots(result, found)))
        _write_alerts(request.out, played)
        listener.on_case_done(result.case.id)
    return played, findings


def _with_pictures(played: PlayedCase, footage: Path, taker: PictureTaker) -> list[Finding]:
    """The misses and false alarms of a case, each with its picture."""
    found = list(_findings(played))
    if not found:
        return found
    stem = re.sub(r"[^\w.-]", "_", played.case.id)
    wanted = [
        WantedPicture(
            clip_time(played.case, _moment(each), played.duration_s), f"{stem}-{index}.jpg"
        )
        for index, each in enumerate(found, 1)
    ]
    seen = {
        time: replace(each, time=time)
        for each in played.glimpses
        for time in [clip_time(played.case, each.time, played.duration_s)]
    }
    failed = taker.take(footage / played.case.clip, wanted, list(seen.values()))
    return [
        replace(
            each,
            picture=None if picture.name in failed else f"{FOLDER}/{picture.name}",
            no_picture=failed.get(picture.name),
        )
        for each, picture in zip(found, wanted, strict=True)
    ]


def _moment(finding: Finding) -> float:
    """When to look: an alert at its opening, a missed event in its middle; stream time, s."""
    if finding.kind is FindingKind.FALSE:
        return finding.start_s
    return (finding.start_s + finding.end_s) / 2


def _findings(played: PlayedCase) -> Iterator[Finding]:
    for event in played.score.missed:
        if event.situation in played.measured:
            yield _finding(played, FindingKind.MISS, event, event.start_s, event.end_s)
    for alert in played.score.false:
        if alert.situation in played.measured:
            yield _finding(played, FindingKind.FALSE, alert, alert.opened_s, alert.closed_s)


def _finding(
    played: PlayedCase,
    kind: FindingKind,
    each: ExpectedEvent | SignalledAlert,
    start_s: float,
    end_s: float,
) -> Finding:
    return Finding(
        kind=kind,
        case_id=played.case.id,
        clip=played.case.clip,
        situation=each.situation,
        start_s=start_s,
        end_s=end_s,
        region=each.region,
        picture=None,
    )


def _with_snapshots(played: PlayedCase, found: Iterable[Finding]) -> list[LoggedAlert]:
    """The alerts of a case; a false alarm's picture is its snapshot."""
    pictures = {
        (each.situation, each.start_s, each.end_s): each.picture
        for each in found
        if each.kind is FindingKind.FALSE
    }
    return [
        replace(
            each,
            snapshot=pictures.get((each.alert.situation, each.alert.opened_at, each.closed_s or 0)),
        )
        for each in played.alerts
    ]


def _write_alerts(out: Path, played: Iterable[PlayedCase]) -> None:
    """Write ``alerts.jsonl`` as a whole: the alerts of every case so far, each with its case."""
    lines = [
        json.dumps({**json.loads(alert.as_line()), "case": each.case.id}, ensure_ascii=False)
        for each in played
        for alert in each.alerts
    ]
    with whole_file(out / ALERTS) as unfinished:
        unfinished.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def _stills(
    cases: Iterable[Case], footage: Path, judges: StillJudges, troubles: list[Trouble]
) -> dict[str, StillReport]:
    reports = {}
    for case in cases:
        if not case.stills or case.people_truth or not judges:
            continue
        try:
            pictures = read_labels(case, footage)
            make = judges.get(pictures[0].situation)
            if make is not None:
                reports[case.id] = judge_case(pictures, make())
        except GardefouError as error:
            troubles.append(Trouble(case.id, str(error)))
    return reports


def _people(
    cases: Iterable[Case],
    footage: Path,
    engine: InferenceEngine,
    make: MakePeopleCounter | None,
    troubles: list[Trouble],
) -> dict[str, PeopleFigures]:
    figures = {}
    for case in cases:
        if make is None or not counts_people(case):
            continue
        try:
            figures[case.id] = count_people(case, footage, make(engine))
        except GardefouError as error:
            troubles.append(Trouble(case.id, str(error)))
    return figures


def _named(only: Sequence[str]) -> frozenset[Situation]:
    """Situations that the figures are wanted of: those named, all when none or a case is."""
    if not only or set(only) - set(Situation):
        return frozenset(Situation)
    return frozenset(Situation(each) for each in only)


def _situations(played: Iterable[PlayedCase], wanted: frozenset[Situation]) -> list[Situation]:
    found = frozenset[Situation]().union(*(each.measured for each in played))
    return [each for each in Situation if each in found & wanted]


def _counted(played: Iterable[PlayedCase]) -> Iterator[CountedLine]:
    """Each line's directions: those that somebody must pass in, and those that somebody did."""
    for each in played:
        if each.counts is None:
            continue
        for line, expected in each.case.counts.items():
            counted = each.counts.get(line, {})
            for direction in dict.fromkeys([*expected, *counted]):
                yield CountedLine(
                    each.case.id,
                    line,
                    direction,
                    counted.get(direction, 0),
                    expected.get(direction, 0),
                )


def _not_measured(
    cases: Iterable[Case],
    left_out: Sequence[Case],
    judged: set[str],
    instruments: Instruments,
) -> Iterator[NotMeasured]:
    """What the cases ask for and nothing here can measure."""
    for case in cases:
        if case in left_out and case.judged and not case.stills:
            yield NotMeasured(case.id, Measure.ALERTS)
        if case.counts and instruments.counter is None:
            yield NotMeasured(case.id, Measure.COUNTS)
        if (case.people or case.people_truth) and case.id not in judged:
            yield NotMeasured(case.id, Measure.PEOPLE)
        elif case.stills and case.id not in judged:
            yield NotMeasured(case.id, Measure.STILLS)
