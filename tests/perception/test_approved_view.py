"""Single pictures against the approved view: the same at any size, another one at once."""

from __future__ import annotations

from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from gardefou.capture.masks import PrivacyMask
from gardefou.geometry.arrays import Image
from gardefou.perception.approved_view import ApprovedView, ViewCheck
from gardefou.perception.scene_shift import View, edges

WINDOW = PrivacyMask([np.array([[0.5, 0.2], [0.8, 0.2], [0.8, 0.7], [0.5, 0.7]])])
GROUND = np.random.default_rng(7).integers(40, 220, (18, 32)).astype(np.uint8)
SCENE: Image = np.repeat(np.kron(GROUND, np.ones((20, 20), np.uint8))[..., np.newaxis], 3, axis=2)


def check(strict: bool = True) -> ViewCheck:
    return ViewCheck(ApprovedView(edges(SCENE), strict), PrivacyMask())


def shifted(image: Image, share: float) -> Image:
    across = round(share * image.shape[1])
    return np.ascontiguousarray(np.roll(image, across, axis=1))


@pytest.mark.parametrize("width", [320, 641, 957, 1280])
def test_the_view_is_the_same_in_a_picture_of_any_size(width: int) -> None:
    height = round(width * 9 / 16)
    resized = cv2.resize(SCENE, (width, height), interpolation=cv2.INTER_AREA)
    assert check().look(np.asarray(resized, np.uint8)).view is View.SAME


@pytest.mark.parametrize("share", [0.02, 0.03, 0.2])
def test_a_shift_shows_in_one_picture(share: float) -> None:
    assert check().look(shifted(SCENE, share)).view is View.MOVED
    assert not check(strict=False).admits(shifted(SCENE, share))


def test_a_picture_of_another_shape_is_another_view() -> None:
    assert check().look(SCENE[:, :400]).view is View.MOVED


def test_the_edges_of_masks_recognise_nothing() -> None:
    """A mask stays where it is when the camera moves: by its edges alone all would be as before."""
    masked = SCENE.copy()
    WINDOW.burn(masked)
    blank = np.full_like(SCENE, 90)
    WINDOW.burn(blank)
    strict = ViewCheck(ApprovedView(edges(masked), is_strict=True), WINDOW)
    assert not strict.admits(blank)


def test_without_an_approved_view_nothing_is_asked() -> None:
    assert ViewCheck(None, WINDOW).admits(SCENE)


def test_real_pictures_a_fiftieth_aside_are_all_found(footage: Path) -> None:
    """PETS 2009, people walking: each picture as it is, and moved by 2 % of the width."""
    with av.open(str(footage / "pets09_s2l1_vtest.avi")) as container:
        seen = [
            np.asarray(frame.to_ndarray(format="bgr24"), np.uint8)
            for index, frame in enumerate(container.decode(video=0))
            if index % 25 == 0
        ]
    reference = np.mean([edges(image) for image in seen[:8]], axis=0)
    real = ViewCheck(ApprovedView(reference.astype(np.float32), is_strict=True), PrivacyMask())
    assert all(real.admits(image) for image in seen)
    assert not any(real.admits(shifted(image, 0.02)) for image in seen)
