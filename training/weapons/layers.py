"""The layers of the network and how its maps are read: what training and export share."""

from typing import Final

KINDS: Final = 3
STRIDE: Final = 8
"""One cell of the maps, px of the crop."""

SIZE_UNIT: Final = 16.0
"""Box sizes are learned as logarithms of multiples of this, px."""

LAYERS: Final = (
    # name, window, from, to, stride, dilation, adds its input
    ("c1", 5, 1, 16, 2, 1, False),
    ("c2", 3, 16, 32, 2, 1, False),
    ("r1", 3, 32, 32, 1, 1, True),
    ("c3", 3, 32, 48, 2, 1, False),
    ("r2", 3, 48, 48, 1, 1, True),
    ("r3", 3, 48, 48, 1, 2, True),
    ("r4", 3, 48, 48, 1, 1, True),
    ("h1", 3, 48, 48, 1, 1, False),
    ("out", 1, 48, KINDS + 2, 1, 1, False),
)
