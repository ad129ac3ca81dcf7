"""How surely a weapon shows in a single picture, as the closer looks of the engine see it."""

from __future__ import annotations

from pathlib import Path

from gardefou.geometry.arrays import Image
from gardefou.perception.engine import InferenceEngine
from gardefou.perception.weapons import people_to_look_at, weapon_looker, weapons_in
from gardefou.situations.weapon import WEAPON_SCORE


class WeaponStills:
    """Looks at everybody in a picture, without turns and without the confirmation over time.

    So a picture is judged by the score of one look, and `threshold` is the score from which the
    situation counts a look. ``models_dir`` is the folder of installed models (None: the user's
    own). Raises `ModelError` when the network is missing or altered.
    """

    threshold = WEAPON_SCORE

    def __init__(self, models_dir: Path | None = None) -> None:
        self._engine = InferenceEngine(models_dir, threads=1)
        self._looker = weapon_looker(self._engine)

    def judge(self, image: Image) -> float:
        """The score of the surest weapon in a picture [H, W, 3] BGR, 0..1."""
        people = people_to_look_at(self._engine.detect(image))
        return float(weapons_in(self._looker, image, people).scores.max(initial=0.0))
