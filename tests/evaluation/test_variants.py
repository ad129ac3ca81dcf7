"""Variants change pictures and what a case says of places, never when something happens."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gardefou.capture.burst import Burst
from gardefou.capture.frame import Frame
from gardefou.evaluation.cases import Case
from gardefou.evaluation.variants import BREATH_S, CUT, SWITCH_S, VARIANTS

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
    return Frame("cam", 1.5, image, Burst(np.array([1.5]), image[None].copy()))


def test_mirroring_takes_places_along_and_mirrors_back_to_the_same() -> None:
    mirrored = VARIANTS["mirrored"].case(CASE)
    zone = mirrored.zones[0]
    assert (zone.polygon, zone.direction) == ([(1, 0), (0.75, 0), (0.75, 1)], (-1, 0.5))
    assert mirrored.expect[0].region == [(1, 0), (0.5, 0), (0.5, 1)]
    assert mirrored.expect[0].start_s == CASE.expect[0].start_s
    assert mirrored.counts == {}
    assert VARIANTS["mirrored"].case(mirrored) == CASE.model_copy(update={"counts": {}})


def test_cropping_takes_places_along_and_leaves_out_what_is_cut_off() -> None:
    cropped = VARIANTS["cropped"].case(CASE)
    zone = cropped.zones[0]
    kept = (0.25 - CUT) / (1 - CUT)
    assert zone.polygon == [(0, 0), (pytest.approx(kept), 0), (pytest.approx(kept), 1)]
    assert (zone.direction, cropped.counts) == ((1, 0.5), {})


def test_raising_takes_places_along_with_what_the_picture_shows_there() -> None:
    spot = CASE.expect[0].model_copy(update={"region": [(0.25, 0.5), (0.5, 0.5), (0.25, 0.8)]})
    raised = VARIANTS["raised"].case(CASE.model_copy(update={"expect": [spot]}))
    image = np.zeros((200, 400, 3), np.uint8)
    image[97:104, 97:104] = 255
    shown = VARIANTS["raised"].frame(replace(a_frame(), image=image, burst=None)).image[..., 0]
    down, across = (float(each.mean()) for each in np.nonzero(shown > 128))
    assert raised.expect[0].region is not None
    np.testing.assert_allclose((across / 400, down / 200), raised.expect[0].region[0], atol=0.01)
    assert (raised.zones[0].direction, raised.counts) == ((1, 0.5), {})


def test_lamps_go_out_and_come_back_and_exposure_hunts() -> None:
    frame = a_frame()

    def brightness(name: str, time: float) -> float:
        return float(VARIANTS[name].frame(replace(frame, time=time)).image.mean())

    plain = float(frame.image.mean())
    assert brightness("switched", 1.0) == plain
    assert brightness("switched", SWITCH_S + 1) < 0.5 * plain
    assert brightness("switched", 2 * SWITCH_S + 1) == plain
    assert brightness("breathing", BREATH_S / 4) > plain > brightness("breathing", 0.75 * BREATH_S)


@pytest.mark.parametrize("name", VARIANTS)
def test_a_variant_changes_picture_and_burst_alike_and_keeps_the_time(name: str) -> None:
    variant, before = VARIANTS[name], a_frame()
    frame = variant.frame(before)
    assert frame.time == before.time
    assert frame.burst is not None
    assert np.array_equal(frame.burst.images[0], frame.image)
    is_changed = not np.array_equal(frame.image, before.image)
    assert is_changed == (name not in {"as-is", "switched", "3fps", "4fps", "6fps", "8fps"})
    assert np.array_equal(variant.frame(before).image, frame.image)
