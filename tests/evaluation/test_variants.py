"""Variants change pictures and what a case says of places, never when something happens."""

from __future__ import annotations

import numpy as np
import pytest

from gardefou.capture.burst import Burst
from gardefou.capture.frame import Frame
from gardefou.evaluation.cases import Case
from gardefou.evaluation.variants import VARIANTS

CASE = Case.model_validate(
    {
        "id": "case",
        "clip": "clip.mp4",
        "zones": [
            {
                "id": "lane",
                "situation": "wrong_way",
                "polygon": [[0, 0], [0.25, 0], [0.25, 1]],
                "direction": [1, 0.5],
            }
        ],
        "expect": [
            {
                "situation": "wrong_way",
                "start_s": 1,
                "end_s": 2,
                "region": [[0, 0], [0.5, 0], [0.5, 1]],
            }
        ],
        "counts": {"line": {"left": 1}},
    }
)


def a_frame() -> Frame:
    image = np.zeros((20, 40, 3), np.uint8)
    image[:, :10] = (200, 100, 50)
    return Frame("cam", 1.5, image, Burst(np.array([1.0]), image[None].copy()))


def test_mirroring_takes_places_along_and_mirrors_back_to_the_same() -> None:
    mirrored = VARIANTS["mirrored"].case(CASE)
    zone = mirrored.zones[0]
    assert (zone.polygon, zone.direction) == ([(1, 0), (0.75, 0), (0.75, 1)], (-1, 0.5))
    assert mirrored.expect[0].region == [(1, 0), (0.5, 0), (0.5, 1)]
    assert mirrored.expect[0].start_s == CASE.expect[0].start_s
    assert mirrored.counts == {}
    assert VARIANTS["mirrored"].case(mirrored) == CASE.model_copy(update={"counts": {}})


@pytest.mark.parametrize("name", VARIANTS)
def test_a_variant_changes_picture_and_burst_alike_and_keeps_the_time(name: str) -> None:
    variant, before = VARIANTS[name], a_frame()
    frame = variant.frame(before)
    assert frame.time == before.time
    assert frame.burst is not None
    assert np.array_equal(frame.burst.images[0], frame.image)
    is_changed = not np.array_equal(frame.image, before.image)
    assert is_changed == (name in {"mirrored", "dark", "small", "grey"})
    assert np.array_equal(variant.frame(before).image, frame.image)
