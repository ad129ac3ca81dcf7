"""YOLOX networks: a box, an objectness and class scores for each cell."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from gardefou.geometry import boxes as box
from gardefou.geometry.arrays import Size
from gardefou.geometry.detections import Detections
from gardefou.perception.adapters import coco
from gardefou.perception.adapters.adapter import Outputs, Preprocessing
from gardefou.perception.adapters.grid import cells
from gardefou.perception.adapters.suppression import suppress

_BOX, _OBJECTNESS, _CLASSES = slice(0, 4), 4, 5


class YoloX:
    """YOLOX: one output (1, n, 85), boxes not yet decoded, input BGR 0..255."""

    preprocessing: ClassVar[Preprocessing] = Preprocessing()
    _strides: ClassVar[tuple[int, ...]] = (8, 16, 32)

    def decode(self, outputs: Outputs, input_size: Size, score_floor: float) -> Detections:
        """The detections of at least this score, one a body, in pixels of the network's input."""
        (cells_read,) = outputs
        rows = cells_read[0]
        best = rows[:, _CLASSES:].max(axis=1) * rows[:, _OBJECTNESS]
        hits = np.flatnonzero(best >= score_floor)
        points, strides = cells(input_size, self._strides, 0.0)
        raw = rows[hits, _BOX].astype(np.float64)
        middle = points[hits] + raw[:, :2] * strides[hits, None]
        half = np.exp(raw[:, 2:]) * strides[hits, None] / 2
        corners = np.concatenate([middle - half, middle + half], axis=1)
        classes = coco.OBJECT_CLASSES[rows[hits, _CLASSES:].argmax(axis=1)]
        found = Detections(box.clip(corners, input_size), best[hits].astype(np.float64), classes)
        return suppress(found)
