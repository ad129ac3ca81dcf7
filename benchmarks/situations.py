"""How the situations do on labelled footage: every event found or missed, every false alarm.

    python benchmarks/situations.py FOOTAGE [CASE_OR_SITUATION ...]

FOOTAGE holds `cases.yaml` and the clips; by default `$GARDEFOU_FOOTAGE`.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

from gardefou.evaluation.case_runner import EVALUATED, run_case
from gardefou.evaluation.cases import Case, read_cases
from gardefou.evaluation.scoring import CaseScore
from gardefou.perception.engine import InferenceEngine


def wanted(case: Case, only: list[str], footage: Path) -> bool:
    if not (footage / case.clip).is_file():
        return False
    names = {case.id, *(str(each) for each in case.judged)}
    names |= {str(zone.situation) for zone in case.zones}
    return (
        bool(names & set(only))
        if only
        else bool(case.judged & set(EVALUATED)) or any(zone.polygon for zone in case.zones)
    )


def describe(score: CaseScore) -> str:
    judged = [each for each in score.events if each.event.situation in EVALUATED]
    lines = []
    for each in judged:
        event = each.event
        state = "missed" if each.delay_s is None else f"found after {each.delay_s:+.1f} s"
        optional = " (optional)" if event.optional else ""
        lines.append(f"    {event.situation} {event.start_s}-{event.end_s} s: {state}{optional}")
    for alert in score.alerts:
        mark = "FALSE " if alert in score.false else ""
        lines.append(
            f"    {mark}alert {alert.situation} {alert.opened_s:.1f}-{alert.closed_s:.1f} s"
        )
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("footage", nargs="?", default=os.environ.get("GARDEFOU_FOOTAGE"))
    parser.add_argument("only", nargs="*")
    arguments = parser.parse_args()
    if not arguments.footage:
        parser.error("name the folder of the labelled footage, or set GARDEFOU_FOOTAGE")
    footage = Path(arguments.footage)
    found = missed = false = 0
    started, played = time.process_time(), 0.0
    with InferenceEngine() as engine:
        for case in read_cases(footage / "cases.yaml"):
            if not wanted(case, arguments.only, footage):
                continue
            run = run_case(case, footage, engine)
            print(case.id, describe(run.score), sep="\n", flush=True)
            required = [e for e in run.score.events if e.event.situation in EVALUATED]
            found += sum(each.found for each in required if not each.event.optional)
            missed += sum(event.situation in EVALUATED for event in run.score.missed)
            false += len(run.score.false)
            played += run.played_s
    cost = (time.process_time() - started) / max(played, 1e-9)
    print(f"required events found {found}, missed {missed}; false alarms {false}")
    print(f"{played:.0f} s of video, {cost:.3f} CPU seconds each")
    return 1 if missed or false else 0


if __name__ == "__main__":
    sys.exit(main())
