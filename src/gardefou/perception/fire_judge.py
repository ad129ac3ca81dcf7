"""The learned model for fire, where one is installed: it looks again at what the rules found."""

from __future__ import annotations

from typing import Final

import numpy as np

from gardefou.capture.burst import Burst
from gardefou.geometry import boxes as box
from gardefou.geometry.arrays import Floats
from gardefou.geometry.detections import ObjectClass
from gardefou.perception.engine import InferenceEngine
from gardefou.perception.static_look import Crop

FIRE_MODEL: Final = "fire"
"""Name under which a learned model for fire is installed; without one the rules stand alone."""


class LearnedFireJudge:
    """Asks a network that names flames and smoke about the middle picture of a burst."""

    def __init__(self, engine: InferenceEngine) -> None:
        self.engine = engine

    def belief(self, burst: Burst, boxes: Floats, is_smoke: bool) -> Floats:
        """The best score of flame, or smoke, that meets each box [M, 4], px of the burst: [M]."""
        image = burst.images[len(burst.images) // 2]
        wanted = ObjectClass.SMOKE if is_smoke else ObjectClass.FLAME
        beliefs = np.zeros(len(boxes))
        for index, place in enumerate(boxes):
            crop = Crop.round(place, (image.shape[1], image.shape[0]))
            found = crop.in_picture(self.engine.detect(crop.cut(image)))
            meets = box.intersections(place[None], found.boxes)[0] > 0
            beliefs[index] = found.scores[meets & (found.classes == wanted)].max(initial=0.0)
        return beliefs


def fire_judge(engine: InferenceEngine) -> LearnedFireJudge | None:
    """The learned judge that goes with the shared network; None where no model is installed."""
    learned = engine.companion(FIRE_MODEL)
    return None if learned is None else LearnedFireJudge(learned)
