"""NanoDet networks: class scores and a distribution of the distance to each side of the box."""

from __future__ import annotations

from typing import ClassVar, Final

import numpy as np
import numpy.typing as npt

from gardefou.geometry import boxes as box
from gardefou.geometry.arrays import Size
from gardefou.geometry.detections import Detections
from gardefou.perception.adapters import coco
from gardefou.perception.adapters.adapter import Outputs, Preprocessing
from gardefou.perception.adapters.grid import cells, expected_distances
from gardefou.perception.adapters.suppression import suppress

Scores = npt.NDArray[np.float32]

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
        return _decode(
            np.concatenate(scores),
            np.concatenate(bins),
            input_size,
            self._strides,
            0.5,
            score_floor,
        )


class NanoDetPlus:
    """NanoDet-Plus: one output (1, n, 80 scores + 32 distance bins), normalised in the graph."""

    preprocessing: ClassVar[Preprocessing] = Preprocessing()
    _strides: ClassVar[tuple[int, ...]] = (8, 16, 32, 64)

    def decode(self, outputs: Outputs, input_size: Size, score_floor: float) -> Detections:
        """The detections of at least this score, one a body, in pixels of the network's input."""
        (joined,) = outputs
        scores, bins = joined[0, :, : coco.CLASSES], joined[0, :, coco.CLASSES :]
        return _decode(scores, bins, input_size, self._strides, 0.0, score_floor)


def _decode(
    scores: Scores,
    bins: Scores,
    input_size: Size,
    strides: tuple[int, ...],
    offset: float,
    score_floor: float,
) -> Detections:
    best = scores.max(axis=1)
    hits = np.flatnonzero(best >= score_floor)
    points, cell_strides = cells(input_size, strides, offset)
    reach = expected_distances(bins[hits].astype(np.float64)) * cell_strides[hits, None]
    corners = np.concatenate([points[hits] - reach[:, :2], points[hits] + reach[:, 2:]], axis=1)
    classes = coco.OBJECT_CLASSES[scores[hits].argmax(axis=1)]
    found = Detections(box.clip(corners, input_size), best[hits].astype(np.float64), classes)
    return suppress(found)
