"""What a NanoDet network says of knives and bats alone, whatever else it takes them for.

A network of everyday things seldom gives a knife in a hand its right name: the name of something
else scores higher, or nothing scores at all. Yet where there is a knife, the score of the name
"knife" is higher than where there is none. So here the other names do not compete.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Final

import numpy as np

from gardefou.geometry import boxes as box
from gardefou.geometry.arrays import Size
from gardefou.geometry.detections import Detections, ObjectClass
from gardefou.perception.adapters import coco
from gardefou.perception.adapters.adapter import Outputs, Preprocessing
from gardefou.perception.adapters.grid import cells, expected_distances
from gardefou.perception.adapters.nanodet import NanoDet
from gardefou.perception.adapters.suppression import suppress

# Set on people of ordinary clips, with NanoDet-g: of looks at them one in twenty scores one half.
BELIEVED: Final[Mapping[ObjectClass, float]] = {ObjectClass.KNIFE: 0.084, ObjectClass.BAT: 0.126}
"""The network's own score at which each kind gets a score of one half."""


class NanoDetWeapons:
    """NanoDet and NanoDet-g, outputs as `NanoDet` reads them: knives and bats only."""

    preprocessing: ClassVar[Preprocessing] = NanoDet.preprocessing
    _strides: ClassVar[tuple[int, ...]] = (8, 16, 32)

    def decode(self, outputs: Outputs, input_size: Size, score_floor: float) -> Detections:
        """The weapons of at least this score, one a place and kind, in pixels of the input."""
        by_cells = sorted(outputs, key=lambda output: -output.shape[1])
        scores = [each[0] for each in by_cells if each.shape[2] == coco.CLASSES]
        bins = [each[0] for each in by_cells if each.shape[2] != coco.CLASSES]
        points, strides = cells(input_size, self._strides, 0.5)
        found = Detections.empty()
        for kind, believed in BELIEVED.items():
            (channel,) = np.flatnonzero(kind == coco.OBJECT_CLASSES)
            own = np.concatenate([level[:, channel] for level in scores])
            sure = np.minimum(own.astype(np.float64) / (2 * believed), 1.0)
            hits = np.flatnonzero(sure >= score_floor)
            if not len(hits):
                continue
            spread = np.concatenate(bins)[hits]
            reach = expected_distances(spread.astype(np.float64)) * strides[hits, None]
            corners = np.concatenate([points[hits] - reach[:, :2], points[hits] + reach[:, 2:]], 1)
            kinds = np.full(len(hits), int(kind), dtype=np.int64)
            found = found.joined(Detections(box.clip(corners, input_size), sure[hits], kinds))
        return suppress(found)
