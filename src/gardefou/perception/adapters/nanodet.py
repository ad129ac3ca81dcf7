"""NanoDet networks: class scores and a distribution of the distance to each side of the box."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

import numpy as np
import numpy.typing as npt

from gardefou.geometry import boxes as box
from gardefou.geometry.arrays import Floats, Size
from gardefou.geometry.detections import Detections
from gardefou.perception.adapters import coco
from gardefou.perception.adapters.adapter import Outputs, Preprocessing
from gardefou.perception.adapters.grid import cells, expected_distances, strong_rows
from gardefou.perception.adapters.suppression import suppress

Values = npt.NDArray[np.float32]

_IMAGENET_BGR: Final = Preprocessing(mean=(103.53, 116.28, 123.675), scale=(57.375, 57.12, 58.395))


class NanoDet:
    """NanoDet and NanoDet-g: for each stride, scores (1, n, 80) and distance bins (1, n, 44)."""

    preprocessing: ClassVar[Preprocessing] = _IMAGENET_BGR
    _strides: ClassVar[tuple[int, ...]] = (8, 16, 32)

    def decode(self, outputs: Outputs, input_size: Size, score_floor: float) -> Detections:
        """The detections of at least this score, one a body, in pixels of the network's input."""
        by_cells = sorted(outputs, key=lambda output: -output.shape[1])
        scores = [output[0] for output in by_cells if output.shape[2] == coco.CLASSES]
        bins = [output[0] for output in by_cells if output.shape[2] != coco.CLASSES]
        points, strides = cells(input_size, self._strides, 0.5)
        return _decode(scores, bins, points, strides, input_size, score_floor)


class NanoDetPlus:
    """NanoDet-Plus: one output (1, n, 80 scores + 32 distance bins), normalised in the graph."""

    preprocessing: ClassVar[Preprocessing] = Preprocessing()
    _strides: ClassVar[tuple[int, ...]] = (8, 16, 32, 64)

    def decode(self, outputs: Outputs, input_size: Size, score_floor: float) -> Detections:
        """The detections of at least this score, one a body, in pixels of the network's input."""
        (joined,) = outputs
        scores, bins = joined[0, :, : coco.CLASSES], joined[0, :, coco.CLASSES :]
        points, strides = cells(input_size, self._strides, 0.0)
        return _decode([scores], [bins], points, strides, input_size, score_floor)


def _decode(
    scores: Sequence[Values],
    bins: Sequence[Values],
    points: Floats,
    strides: Floats,
    input_size: Size,
    score_floor: float,
) -> Detections:
    """Read the few cells that score: the others are never copied."""
    strong = [strong_rows(level, score_floor) for level in scores]
    starts = np.cumsum([0, *(len(level) for level in scores[:-1])])
    hits = np.concatenate([rows + start for rows, start in zip(strong, starts, strict=True)])
    kept = np.concatenate([level[rows] for level, rows in zip(scores, strong, strict=True)])
    spread = np.concatenate([level[rows] for level, rows in zip(bins, strong, strict=True)])
    reach = expected_distances(spread.astype(np.float64)) * strides[hits, None]
    corners = np.concatenate([points[hits] - reach[:, :2], points[hits] + reach[:, 2:]], axis=1)
    classes = coco.OBJECT_CLASSES[kept.argmax(axis=1)]
    best = kept.max(axis=1).astype(np.float64)
    return suppress(Detections(box.clip(corners, input_size), best, classes))
