"""Array types shared by every room."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
"""Float array; shape and unit stand in the docstring of whoever uses it."""

Ints = npt.NDArray[np.int64]
"""Integer array."""

Bools = npt.NDArray[np.bool_]
"""Boolean array."""

Image = npt.NDArray[np.uint8]
"""Picture [H, W, 3], BGR, 0..255."""

Size = tuple[int, int]
"""Width and height of a picture, pixels."""
