"""The 80 classes of COCO networks, reduced to the few that are kept."""

from __future__ import annotations

from typing import Final

import numpy as np

from gardefou.geometry.arrays import Ints
from gardefou.geometry.detections import ObjectClass

CLASSES: Final = 80

_KEPT: Final = {
    0: ObjectClass.PERSON,
    1: ObjectClass.BICYCLE,
    2: ObjectClass.CAR,
    3: ObjectClass.MOTORCYCLE,
    5: ObjectClass.BUS,
    6: ObjectClass.TRAIN,
    7: ObjectClass.TRUCK,
    24: ObjectClass.BAG,  # backpack
    26: ObjectClass.BAG,  # handbag
    28: ObjectClass.BAG,  # suitcase
    34: ObjectClass.BAT,
    43: ObjectClass.KNIFE,
}
"""Index in COCO's order of 80 classes -> class kept; every other index is `OTHER`."""

OBJECT_CLASSES: Final[Ints] = np.array(
    [_KEPT.get(index, ObjectClass.OTHER) for index in range(CLASSES)], dtype=np.int64
)
"""`ObjectClass` of each COCO class [80]."""
