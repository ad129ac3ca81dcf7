"""Identifiers of tracks say nothing and never come twice."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gardefou.tracking.identifiers import Identifiers


@given(seed=st.integers(0, 2**32 - 1))
def test_identifiers_are_unique_and_fit_in_62_bits(seed: int) -> None:
    source = Identifiers(np.random.default_rng(seed))
    given_out = [source.next() for _ in range(300)]
    assert len(set(given_out)) == 300
    assert all(0 <= identifier < 2**62 for identifier in given_out)


@given(seed=st.integers(0, 2**32 - 1))
def test_identifiers_do_not_tell_their_order(seed: int) -> None:
    source = Identifiers(np.random.default_rng(seed))
    steps = np.diff([source.next() for _ in range(400)])
    assert len(set(steps.tolist())) == 399  # no constant stride, as a counter has
    assert 0.35 < np.mean(steps > 0) < 0.65


def test_two_sources_without_a_common_seed_differ() -> None:
    first, second = (Identifiers(np.random.default_rng(seed)) for seed in (1, 2))
    assert {first.next() for _ in range(100)}.isdisjoint(second.next() for _ in range(100))
