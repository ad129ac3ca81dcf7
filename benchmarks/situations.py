"""How the situations do on labelled footage: every event found or missed, every false alarm.

    python benchmarks/situations.py FOOTAGE [CASE_OR_SITUATION ...] [--variant NAME] [--sleep HOW]

FOOTAGE holds `cases.yaml` and the clips; by default `$GARDEFOU_FOOTAGE`. Prints Markdown: a line an
event and a false alarm as they come, then the figures of each situation. `gardefou evaluate` makes
the whole report; this is for working on a rule. A variant plays every clip under another condition
(`evaluation/variants.py`): how much of a figure is the rule, and how much fits the folder.
``--sleep keyframes`` lets the camera sleep while nothing happens, as a live one does. Exit
status 1 when an event that had to be found was missed or anything false was signalled.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import median

from gardefou.capture.gate import Sleep
from gardefou.evaluation.cases import read_cases
from gardefou.evaluation.harness import PlayedCase, choose, plan, play
from gardefou.evaluation.variants import VARIANTS
from gardefou.perception.engine import InferenceEngine
from gardefou.situations.situation import Situation

RULE_OF_THREE = 3.0
"""None seen in T hours: with 95 % confidence the rate is below 3 / T."""


def lines_of(played: PlayedCase) -> Iterable[str]:
    """Table rows: case, situation, event, how it fared; false alarms."""
    for each in played.score.events:
        event = each.event
        if event.situation in played.measured:
            state = "**missed**" if each.delay_s is None else f"found, {each.delay_s:+.1f} s"
            optional = " (optional)" if event.optional else ""
            span = f"{event.start_s:g}–{event.end_s:g} s{optional}"
            yield f"| {played.case.id} | {event.situation} | {span} | {state} |"
    for alert in played.score.false:
        span = f"{alert.opened_s:.1f}–{alert.closed_s:.1f} s"
        yield f"| {played.case.id} | {alert.situation} | none | **false alarm** {span} |"


def figures_of(situation: Situation, runs: Sequence[PlayedCase]) -> str:
    """Table row: the figures of one situation over all cases that judge it."""
    events = [e for run in runs for e in run.score.events if e.event.situation is situation]
    required = [each for each in events if not each.event.optional]
    optional = [each for each in events if each.event.optional]
    delays = [each.delay_s for each in required if each.delay_s is not None]
    alerts = sum(each.situation is situation for run in runs for each in run.score.alerts)
    false = sum(each.situation is situation for run in runs for each in run.score.false)
    hours = sum(run.played_s for run in runs) / 3600
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
    parser.add_argument("--variant", choices=VARIANTS, default="as-is")
    parser.add_argument("--sleep", choices=[each.value for each in Sleep], default=Sleep.NEVER)
    arguments = parser.parse_args()
    if not arguments.footage:
        parser.error("name the folder of the labelled footage, or set GARDEFOU_FOOTAGE")
    footage, variant = Path(arguments.footage), VARIANTS[arguments.variant]
    sleep = Sleep(arguments.sleep)
    cases = plan(choose(read_cases(footage / "cases.yaml"), arguments.only)).played
    runs: list[PlayedCase] = []
    started = time.process_time()
    print(table("case", "situation", "event", "outcome, delay"))
    with InferenceEngine() as engine:
        for case in cases:
            if (footage / case.clip).is_file():
                runs.append(play(case, footage, engine, variant=variant, sleep=sleep))
                for line in lines_of(runs[-1]):
                    print(line, flush=True)
    cost = time.process_time() - started
    titles = ("found", "optional found", "alerts", "false", "delay: median, longest")
    print("", table("situation", *titles, "judged", "false per camera-hour"), sep="\n")
    for situation in Situation:
        judging = [run for run in runs if situation in run.measured]
        if judging:
            print(figures_of(situation, judging))
    played = sum(run.played_s for run in runs)
    print(f"\n{played:.0f} s of video, {cost / max(played, 1e-9):.3f} CPU seconds for each")
    return int(any(run.score.missed or run.score.false for run in runs))


if __name__ == "__main__":
    sys.exit(main())
