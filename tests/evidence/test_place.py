"""A picture of a place: who passes is gone, and of a drawing only lines are left."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from gardefou.errors import OutputError
from gardefou.evidence.place import place_drawing, place_picture
from gardefou.geometry.arrays import Image


def street(walker: int | None) -> Image:
    image = np.full((120, 200, 3), (90, 140, 190), np.uint8)
    cv2.rectangle(image, (20, 10), (60, 50), (30, 30, 30), -1)
    if walker is not None:
        cv2.rectangle(image, (walker, 60), (walker + 12, 100), (255, 255, 255), -1)
    return image


def jpeg(image: Image) -> bytes:
    return bytes(cv2.imencode(".jpg", image)[1])


def read(data: bytes) -> Image:
    return np.asarray(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR), np.uint8)


def test_whoever_passes_is_gone() -> None:
    made = read(place_picture([jpeg(street(each)) for each in (10, 50, 90, 130, 170)]))

    assert np.abs(made.astype(int) - read(jpeg(street(None))).astype(int)).max() < 25


def test_a_drawing_has_the_places_lines_and_no_colour() -> None:
    drawn = read(place_drawing([jpeg(street(None))] * 3)).astype(int)

    assert np.ptp(drawn, axis=2).max() <= 2
    assert drawn[30, 18:23].min() < 150
    assert drawn[30, 40].min() > 230


def test_what_is_no_picture_is_refused() -> None:
    with pytest.raises(OutputError):
        place_picture([b"no picture"])
