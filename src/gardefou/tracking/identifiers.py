"""Track identifiers: random, never repeated, and silent about order."""

from __future__ import annotations

import numpy as np

_BITS = 62
_MASK = (1 << _BITS) - 1
_HALF = _BITS // 2


class Identifiers:
    """A source of 62-bit integers that look random and never repeat.

    A counter goes through a bijection keyed with random odd factors (the multiply and
    xor-shift steps of splitmix64, Steele et al. 2014, over 62 bits): no list of the numbers
    already given has to be kept, and two ids do not tell which came first.
    """

    def __init__(self, rng: np.random.Generator) -> None:
        keys = rng.integers(1, _MASK, size=4)
        self._counter = int(keys[0])
        self._factors = [int(key) | 1 for key in keys[1:]]

    def next(self) -> int:
        """The next identifier, 0 .. 2^62 - 1."""
        self._counter = (self._counter + 1) & _MASK
        value = self._counter
        for factor in self._factors:
            value = (value ^ (value >> _HALF)) * factor & _MASK
        return value ^ (value >> _HALF)
