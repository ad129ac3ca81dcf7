"""What a detector network needs around it: how its input is prepared, how its outputs are read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np
import numpy.typing as npt

from gardefou.geometry.arrays import Size
from gardefou.geometry.detections import Detections

Outputs = Sequence[npt.NDArray[np.float32]]
"""A network's outputs for one picture, in the model's order, the batch axis (1) first."""


@dataclass(frozen=True, slots=True)
class Preprocessing:
    """What happens to a BGR 0..255 picture before the network: ``(value - mean) / scale``.

    ``mean`` and ``scale`` per channel in the network's order, None for none; ``rgb`` when the
    network takes red first.
    """

    mean: tuple[float, float, float] | None = None
    scale: tuple[float, float, float] | None = None
    rgb: bool = False


class DetectorAdapter(Protocol):
    """Reads one family of detector networks.

    A new family is one class without arguments, named under the entry-point group
    ``gardefou.detectors``. It has no state: one instance serves every camera and thread.
    """

    preprocessing: ClassVar[Preprocessing]

    def decode(self, outputs: Outputs, input_size: Size, score_floor: float) -> Detections:
        """The detections of at least this score, one a body, in pixels of the network's input."""
        ...
