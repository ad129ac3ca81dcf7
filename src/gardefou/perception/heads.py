"""Where heads and faces are, so that evidence can blur them; nothing else uses this."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from gardefou.geometry import boxes as box
from gardefou.geometry.arrays import Floats, Image, Size
from gardefou.geometry.detections import Detections, ObjectClass
from gardefou.perception.adapters.adapter import Outputs, Preprocessing
from gardefou.perception.adapters.suppression import suppress
from gardefou.perception.network import Network
from gardefou.perception.store import ModelStore

FACE_MODEL: Final = "centerface"

# Tuned for no missed face on a close crowd at eye level; a needless blur costs nothing.
FACE_FLOOR: Final = 0.25
"""Lowest score of a face, 0..1."""

FACE_PIXELS: Final = 640 * 384
"""Area of the face network's input, px."""

_FACE_OVERLAP: Final = 0.3
_FACE_STRIDE: Final = 4
_FACE_MARGIN: Final = 0.15
"""Added on each side of a face, as a share of its size: hair, chin, ears."""

# Tuned on PETS 2009's true boxes of people.
_HEAD_SHARE: Final = 0.30
"""Height of the head region, as a share of a standing person's box."""

_HEAD_ABOVE: Final = 0.08
"""How far the region reaches above the box, as a share of the box's height."""

_HEAD_BESIDE: Final = 0.10
"""How far it reaches beyond each side, as a share of the box's width."""

_STANDING: Final = 1.3
"""Height over width from which a person counts as upright: only then is the head known to be on
top."""


def head_regions(people: Floats, size: Size) -> Floats:
    """The part of each person's box that holds the head, generously. [N, 4] px -> [N, 4] px.

    The upper part of an upright person's box; the whole box of one who bends, sits or lies, since
    the head may be anywhere in it. Clipped to a picture of ``size``.

    >>> head_regions(np.array([[10.0, 20, 30, 120]]), (640, 480))
    array([[ 8., 12., 32., 50.]])
    """
    x1, y1, x2, y2 = people.T
    width, height = x2 - x1, y2 - y1
    upright = height >= _STANDING * width
    bottom = np.where(upright, y1 + _HEAD_SHARE * height, y2)
    beside, above = _HEAD_BESIDE * width, _HEAD_ABOVE * height
    return box.clip(np.stack([x1 - beside, y1 - above, x2 + beside, bottom], axis=1), size)


class FaceFinder:
    """Finds faces with CenterFace (Xu et al., 2019), whose landmark output is cut at install.

    ``models_dir`` is the folder of installed models (None: the user's own); ``pixels`` bounds the
    area of the network's input. Raises `ModelError` when the model is missing or altered.
    """

    def __init__(
        self, models_dir: Path | None = None, *, pixels: int = FACE_PIXELS, threads: int = 1
    ) -> None:
        model = ModelStore(models_dir).load(FACE_MODEL).network
        self._network = Network(model, Preprocessing(rgb=True), pixels=pixels, threads=threads)

    def find(self, image: Image, score_floor: float = FACE_FLOOR) -> Floats:
        """Boxes of faces in a picture [H, W, 3], px, widened a little. [N, 4]."""
        size = (image.shape[1], image.shape[0])
        placement = self._network.placement(size)
        found = self._network.infer(
            placement.apply(image), lambda outputs: _decode(outputs, score_floor)
        )
        boxes = placement.to_picture(found.boxes)
        margin = (boxes[:, 2:] - boxes[:, :2]) * _FACE_MARGIN
        return box.clip(np.concatenate([boxes[:, :2] - margin, boxes[:, 2:] + margin], 1), size)


def _decode(outputs: Outputs, score_floor: float) -> Detections:
    """Faces from a heat map (1, 1, h, w), log sizes (1, 2, h, w) and offsets (1, 2, h, w).

    Channels of sizes and offsets are height (y) first.
    """
    heat, sizes, offsets = (output[0].astype(np.float64) for output in outputs)
    rows, columns = np.nonzero(heat[0] >= score_floor)
    middle_y = rows + offsets[0, rows, columns] + 0.5
    middle_x = columns + offsets[1, rows, columns] + 0.5
    half_height, half_width = np.exp(sizes[:, rows, columns]) / 2
    corners = np.stack(
        [
            middle_x - half_width,
            middle_y - half_height,
            middle_x + half_width,
            middle_y + half_height,
        ],
        axis=1,
    )
    kinds = np.full(len(rows), ObjectClass.OTHER, dtype=np.int64)
    faces = Detections(corners * _FACE_STRIDE, heat[0, rows, columns], kinds)
    return suppress(faces, _FACE_OVERLAP)
