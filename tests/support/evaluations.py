"""Played cases made by hand: what detectors observed, without a clip or a network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from gardefou.evaluation.cases import Case
from gardefou.evaluation.figures import SituationFigures, Tally, figures_of
from gardefou.evaluation.harness import PlayedCase
from gardefou.evaluation.recording import Moment, replay
from gardefou.evaluation.scoring import score, signalled
from gardefou.situations.scene import Observation
from gardefou.situations.situation import Situation

INTRUSION = Situation.ZONE_INTRUSION
STEP_S = 0.2
REGION = np.array([[0.1, 0.1], [0.3, 0.1], [0.3, 0.3], [0.1, 0.3]])


def a_case(**changes: Any) -> Case:
    """A case with a closed zone, where nothing is expected unless asked."""
    given = {
        "id": "door",
        "clip": "door.mp4",
        "zones": [
            {
                "id": "zone",
                "situation": "zone_intrusion",
                "polygon": [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]],
            }
        ],
    }
    return Case.model_validate(given | changes)


def expected(start_s: float, end_s: float) -> dict[str, object]:
    """An intrusion that must be signalled."""
    return {"situation": "zone_intrusion", "start_s": start_s, "end_s": end_s}


def played(case: Case, seen: Sequence[tuple[float, float]], duration_s: float = 60.0) -> PlayedCase:
    """A case in which someone was observed in the zone between these times, s."""
    moments = [
        Moment(
            time,
            tuple(
                Observation(INTRUSION, case.id, time, REGION, 1.0, "zone")
                for start, end in seen
                if start <= time <= end
            ),
        )
        for time in np.arange(0, duration_s, STEP_S).round(3).tolist()
    ]
    events = replay(moments, INTRUSION)
    return PlayedCase(
        case=case,
        score=score(case, signalled(events), duration_s),
        alerts=(),
        moments=moments,
        glimpses=(),
        duration_s=duration_s,
        played_s=duration_s,
        watched=frozenset({INTRUSION}),
        notices=(),
    )


def clip_tally(clip: str, **changes: Any) -> Tally:
    """One event, found by one alert after a second, in a minute of stream."""
    given: dict[str, Any] = {
        "clip": clip,
        "derived": False,
        "events": 1,
        "found": 1,
        "alerts": 1,
        "false": 0,
        "hours": 1 / 60,
        "delays": (1.0,),
    }
    return Tally(**(given | changes))


def perfect(clips: int, hours: float) -> SituationFigures:
    """Figures of as many clips with one event each, all found, nothing false."""
    return figures_of([clip_tally(f"{n}.mp4", hours=hours / clips) for n in range(clips)])
