"""Whether the labelled cases come out the same where their cameras may sleep.

    python benchmarks/gate_cases.py FOOTAGE [CASE_OR_SITUATION ...] [--sleep sure|packets|keyframes]

FOOTAGE holds `cases.yaml` and the clips; by default `$GARDEFOU_FOOTAGE`. Each case that is played
forward is first read without an analysis that could keep its camera awake: where it does not sleep
even so, the analysis gets the same pictures with the gate and without it, and there is nothing to
compare. The others are played both ways, as fast as possible, and their alerts laid side by side.
Exit status 1 when an event was lost, an alert is false that was not, or times differ.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import av

from gardefou.capture.file import FileSource
from gardefou.capture.frame import Role
from gardefou.capture.gate import SETTLE_S, GateCounts, Sleep
from gardefou.capture.playback import Play
from gardefou.evaluation.case_camera import camera_for
from gardefou.evaluation.cases import Case, read_cases
from gardefou.evaluation.harness import PlayedCase, choose, plan, play
from gardefou.perception.engine import InferenceEngine
from gardefou.runtime.assembly import read_settings


@dataclass(frozen=True, slots=True)
class Told:
    """An alert as it is compared: situation, opening and closing, s; the region is not compared."""

    situation: str
    opened_s: float
    closed_s: float


def most_asleep(video: Path, case: Case, sleep: Sleep) -> GateCounts:
    """What the gate does where every answer of the analysis is that nothing is under way."""
    settings = replace(read_settings(camera_for(case)), sleep=sleep, bursts=False)
    with av.open(str(video)) as container:
        if container.duration and container.duration / av.time_base < SETTLE_S:
            return GateCounts()  # It ends before any camera falls asleep.
    with FileSource(video, settings) as source:
        assert source.gate is not None
        for frame in source.frames():
            if frame.role is not Role.LOOK:
                source.gate.answer(frame.time, True)
        return source.gate.counts


def told(played: PlayedCase) -> list[Told]:
    """The alerts that the case judges."""
    return [
        Told(str(each.situation), round(each.opened_s, 2), round(each.closed_s, 2))
        for each in played.score.alerts
        if each.situation in played.measured
    ]


def found(played: PlayedCase) -> int:
    """How many events were found."""
    return sum(each.found for each in played.score.events)


def row(off: PlayedCase, on: PlayedCase) -> str:
    """Table row of one case played both ways."""
    same = told(off) == told(on)
    cells = [
        off.case.id,
        f"{on.gate.asleep_s:.0f} s",
        f"{on.gate.dozing_s:.0f} s",
        f"{on.gate.watched_s:.0f} s",
        f"{found(off)} / {found(on)}",
        f"{len(off.score.false)} / {len(on.score.false)}",
        "the same" if same else f"**differ**: {shown(told(off))} / {shown(told(on))}",
    ]
    return f"| {' | '.join(cells)} |"


def shown(alerts: Iterable[Told]) -> str:
    return ", ".join(f"{a.situation} {a.opened_s:g}–{a.closed_s:g} s" for a in alerts) or "none"


def main() -> int:
    """Compare and print; exit status 1 when something differs."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("footage", nargs="?", default=os.environ.get("GARDEFOU_FOOTAGE"))
    parser.add_argument("only", nargs="*")
    parser.add_argument("--sleep", choices=[*Sleep][1:], default=Sleep.SURE.value)
    given = parser.parse_args()
    if not given.footage:
        parser.error("name the folder of the labelled footage, or set GARDEFOU_FOOTAGE")
    footage, sleep = Path(given.footage), Sleep(given.sleep)
    cases = plan(choose(read_cases(footage / "cases.yaml"), given.only)).played
    there = [each for each in cases if (footage / each.clip).is_file()]
    forward = [each for each in there if each.play is Play.FORWARD]
    awake: list[str] = []
    clips: dict[tuple[str, float], GateCounts] = {}
    differ = 0
    titles = ("case", "asleep", "dozing", "of", "found without / with", "false without / with")
    print(f"| {' | '.join((*titles, 'alerts'))} |\n|{' --- |' * (len(titles) + 1)}", flush=True)
    with InferenceEngine() as engine:
        for case in forward:
            kind = (case.clip, camera_for(case).analysis.fps)
            if kind not in clips:  # Cases of one clip have the same pictures.
                clips[kind] = most_asleep(footage / case.clip, case, sleep)
            most = clips[kind]
            if not most.asleep_s + most.dozing_s:
                awake.append(case.id)
                continue
            off, on = (play(case, footage, engine, sleep=each) for each in (Sleep.NEVER, sleep))
            differ += told(off) != told(on)
            print(row(off, on), flush=True)
    print(
        f"\n{len(awake)} of {len(forward)} cases never sleep, so nothing can differ: "
        f"{', '.join(awake)}.\n{len(there) - len(forward)} are not played forward."
    )
    print(f"{differ} cases differ")
    return int(differ > 0)


if __name__ == "__main__":
    sys.exit(main())
