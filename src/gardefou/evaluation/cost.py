"""What one situation costs: CPU time with it alone on, less CPU time with none on.

Both runs decode the same stretch of the same clip and put it through the same pipeline; the CPU
time is that of the whole process (`time.process_time`: all threads, user and system). Runs
alternate and the median of the differences is taken. What all situations share (decoding, network,
background, tracks) is in neither figure; it is reported as the base.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

from gardefou.capture.file import FileSource
from gardefou.evaluation.case_camera import camera_for
from gardefou.evaluation.cases import Case
from gardefou.evaluation.harness import as_played, watched_by
from gardefou.perception.engine import InferenceEngine
from gardefou.runtime.assembly import camera_pipeline, read_settings
from gardefou.runtime.stream import analysed_frames
from gardefou.situations.situation import Situation

CLIPS: Final = 2
"""Clips that a situation's cost is measured on."""

SECONDS: Final = 15.0
"""Most stream time of a clip that is played, s."""

PAIRS: Final = 3
"""Pairs of runs, with and without, on each clip."""


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU seconds per second of stream; ``low`` and ``high`` the extreme differences measured.

    A difference below the noise between two runs can come out negative; ``cpu_s`` is then 0.
    """

    cpu_s: float
    low: float
    high: float
    base: float
    clips: Sequence[str]


def measure_costs(
    cases: Sequence[Case],
    situations: Sequence[Situation],
    footage: Path,
    engine: InferenceEngine,
) -> Iterator[tuple[Situation, Cost]]:
    """The cost of each situation that some case watches for, on the first clips that do."""
    for situation in situations:
        chosen = {case.clip: case for case in reversed(cases) if situation in watched_by(case)}
        measured = [case for case in cases if chosen.get(case.clip) is case][:CLIPS]
        if measured:
            yield situation, _cost(measured, situation, footage, engine)


def _cost(
    cases: Sequence[Case], situation: Situation, footage: Path, engine: InferenceEngine
) -> Cost:
    differences, bases = [], []
    for case in cases:
        for _ in range(PAIRS):
            base = _cpu(case, frozenset(), footage, engine)
            differences.append(_cpu(case, frozenset({situation}), footage, engine) - base)
            bases.append(base)
    return Cost(
        cpu_s=max(0.0, median(differences)),
        low=min(differences),
        high=max(differences),
        base=median(bases),
        clips=[case.clip for case in cases],
    )


def _cpu(case: Case, on: frozenset[Situation], footage: Path, engine: InferenceEngine) -> float:
    """CPU seconds per stream second of a case with only these situations on."""
    camera = camera_for(case, on)
    pipeline = camera_pipeline(camera, engine)
    first = last = None
    started = time.process_time()
    with FileSource(footage / case.clip, read_settings(camera)) as source:
        for analysed in analysed_frames(as_played(source.frames(), case), pipeline, source):
            last = analysed.percept.time
            first = last if first is None else first
            if last - first >= SECONDS:
                break
    spent = time.process_time() - started
    return spent / max((last or 0.0) - (first or 0.0), 1e-3)
