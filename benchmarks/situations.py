"""How the situations do on labelled footage: every event found or missed, every false alarm.

    python benchmarks/situations.py FOOTAGE [CASE_OR_SITUATION ...]

FOOTAGE holds `cases.yaml` and the clips; by default `$GARDEFOU_FOOTAGE`. Prints Markdown: a line an
event and a false alarm, then the figures of each situation. Exit status 1 when an event that had to
be found was missed or anything false was signalled.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from gardefou.evaluation.case_runner import EVALUATED, run_case
from gardefou.evaluation.cases import Case, read_cases
from gardefou.evaluation.scoring import CaseScore, EventScore, SignalledAlert
from gardefou.perception.engine import InferenceEngine
from gardefou.situations.situation import Situation

RULE_OF_THREE = 3.0
"""None seen in T hours: with 95 % confidence the rate is below 3 / T."""


@dataclass(frozen=True, slots=True)
class Played:
    """A case that was played: its outcome and how long it is, s of stream time."""

    case: Case
    score: CaseScore
    seconds: float

    def events(self, situation: Situation) -> list[EventScore]:
        """How the events of a situation fared."""
        return [each for each in self.score.events if each.event.situation is situation]

    def false(self, situation: Situation) -> list[SignalledAlert]:
        """False alarms of a situation."""
        return [each for each in self.score.false if each.situation is situation]

    def watches(self, situation: Situation) -> bool:
        """Whether a zone of the case is for a situation."""
        return any(zone.situation is situation for zone in self.case.zones)


def wanted(case: Case, only: Sequence[str], footage: Path) -> bool:
    if not (footage / case.clip).is_file():
        return False
    names = {case.id, *(str(each) for each in case.judged)}
    names |= {str(zone.situation) for zone in case.zones}
    return bool(names & set(only)) if only else any(zone.polygon for zone in case.zones)


def lines_of(played: Played) -> Iterable[str]:
    """Table rows: case, situation, event, how it fared."""
    for situation in EVALUATED:
        for each in played.events(situation):
            event = each.event
            state = "**missed**" if each.delay_s is None else f"found, {each.delay_s:+.1f} s"
            optional = " (optional)" if event.optional else ""
            span = f"{event.start_s:g}–{event.end_s:g} s{optional}"
            yield f"| {played.case.id} | {situation} | {span} | {state} |"
        for alert in played.false(situation):
            span = f"{alert.opened_s:.1f}–{alert.closed_s:.1f} s"
            yield f"| {played.case.id} | {situation} | none | **false alarm** {span} |"
        if played.watches(situation) and not played.events(situation):
            yield f"| {played.case.id} | {situation} | none must be signalled | none was |"


def figures_of(situation: Situation, runs: Sequence[Played]) -> str:
    """Table row: the figures of one situation over all cases that watch for it."""
    events = [each for run in runs for each in run.events(situation)]
    required = [each for each in events if not each.event.optional]
    optional = [each for each in events if each.event.optional]
    delays = [each.delay_s for each in required if each.delay_s is not None]
    alerts = sum(each.situation is situation for run in runs for each in run.score.alerts)
    false = sum(len(run.false(situation)) for run in runs)
    hours = sum(run.seconds for run in runs if run.watches(situation)) / 3600
    rate = f"{false / hours:.1f}" if false else f"0 (below {RULE_OF_THREE / hours:.0f})"
    cells = [
        str(situation),
        f"{len(delays)} of {len(required)}",
        f"{sum(each.found for each in optional)} of {len(optional)}",
        f"{alerts}",
        f"{false}",
        f"{median(delays):.1f} s, {max(delays):.1f} s" if delays else "–",
        f"{hours * 60:.1f} min",
        rate,
    ]
    return f"| {' | '.join(cells)} |"


def table(*titles: str) -> str:
    return f"| {' | '.join(titles)} |\n|{' --- |' * len(titles)}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("footage", nargs="?", default=os.environ.get("GARDEFOU_FOOTAGE"))
    parser.add_argument("only", nargs="*")
    arguments = parser.parse_args()
    if not arguments.footage:
        parser.error("name the folder of the labelled footage, or set GARDEFOU_FOOTAGE")
    footage = Path(arguments.footage)
    cases = read_cases(footage / "cases.yaml")
    runs = []
    started = time.process_time()
    print(table("case", "situation", "event", "outcome, delay"))
    with InferenceEngine() as engine:
        for case in cases:
            if wanted(case, arguments.only, footage):
                run = run_case(case, footage, engine)
                runs.append(Played(case, run.score, run.played_s))
                print(*lines_of(runs[-1]), sep="\n", flush=True)
    cost = time.process_time() - started
    titles = ("found", "optional found", "alerts", "false", "delay: median, longest")
    print("", table("situation", *titles, "watched", "false per camera-hour"), sep="\n")
    for situation in EVALUATED:
        watching = [run for run in runs if run.watches(situation)]
        if watching:
            print(figures_of(situation, watching))
    played = sum(run.seconds for run in runs)
    print(f"\n{played:.0f} s of video, {cost / max(played, 1e-9):.3f} CPU seconds for each")
    return int(any(run.score.missed or run.score.false for run in runs))


if __name__ == "__main__":
    sys.exit(main())
