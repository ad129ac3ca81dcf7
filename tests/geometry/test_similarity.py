"""How a picture moved as a whole is found again, also where some points moved by themselves."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gardefou.geometry.arrays import Floats
from gardefou.geometry.similarity import Similarity, fitted_similarity

GRID: Floats = np.array([[x, y] for x in range(-70, 71, 20) for y in range(-40, 41, 16)], float)
SMALL = st.floats(-0.05, 0.05)
SHIFT = st.floats(-6, 6)


def close(one: Similarity, other: Similarity, most: float) -> bool:
    return bool(np.abs(one.moves(GRID) - other.moves(GRID)).max() < most)


@given(st.builds(Similarity, SMALL, SMALL, SHIFT, SHIFT))
def test_a_shift_turn_and_scale_are_found_again(true: Similarity) -> None:
    assert close(fitted_similarity(GRID, true.moves(GRID), 0.5), true, 1e-6)


@given(st.builds(Similarity, SMALL, SMALL, SHIFT, SHIFT), st.integers(0, 1000))
def test_points_that_move_by_themselves_hardly_count(true: Similarity, seed: int) -> None:
    random = np.random.default_rng(seed)
    moves = true.moves(GRID)
    astray = random.choice(len(GRID), len(GRID) // 6, replace=False)
    moves[astray] += random.choice([-5.0, 5.0], (len(astray), 2))
    assert close(fitted_similarity(GRID, moves, 0.5), true, 0.5)
