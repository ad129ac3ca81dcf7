"""Snapshots: the right moment, masked, heads blurred, written whole."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from gardefou.capture.masks import PrivacyMask
from gardefou.errors import OutputError
from gardefou.evidence.finder import Finder
from gardefou.evidence.heads import HeadRecord, HeadTrail
from gardefou.evidence.job import Footage
from gardefou.evidence.snapshot import SNAPSHOT_PIXELS, SnapshotMaker, picture_at, render_snapshot
from gardefou.geometry.arrays import Image
from gardefou.geometry.detections import Detections, ObjectClass
from gardefou.tracking.tracks import Tracks
from support.clips import scene

SIZE = (320, 240)
NO_MASK = PrivacyMask()
RIGHT_HALF = np.array([[0.5, 0.0], [1.0, 0.0], [1.0, 1.0], [0.5, 1.0]])


def read(path: Path) -> Image:
    image = cv2.imread(str(path))
    assert image is not None
    return np.asarray(image, dtype=np.uint8)


def difference(a: Image, b: Image) -> float:
    return float(np.abs(a.astype(np.int64) - b).mean())


@pytest.mark.parametrize("index", [0, 37, 398])
def test_the_picture_is_the_one_shown_at_the_time(footage_of: Footage, index: int) -> None:
    picture = picture_at(footage_of, index / 25 + 0.01, NO_MASK, SNAPSHOT_PIXELS)
    assert picture.time == pytest.approx(index / 25)
    right, other = scene(index, SIZE), scene(index + 3, SIZE)
    assert difference(picture.image, right) < difference(picture.image, other)


def test_a_time_before_all_packets_gives_the_first_picture(footage_of: Footage) -> None:
    assert picture_at(footage_of, -5.0, NO_MASK, SNAPSHOT_PIXELS).time == 0.0


def test_a_time_after_all_packets_gives_the_last_picture(footage_of: Footage) -> None:
    picture = picture_at(footage_of, 100.0, NO_MASK, SNAPSHOT_PIXELS)
    assert picture.time == pytest.approx(399 / 25)


def test_packets_that_cannot_be_decoded_name_the_cure(footage_of: Footage) -> None:
    nothing = Footage((), footage_of.parameters)
    with pytest.raises(OutputError, match="keyframe"):
        picture_at(nothing, 1.0, NO_MASK, SNAPSHOT_PIXELS)


def test_masks_and_heads_are_hidden_and_the_rest_is_seen(
    footage_of: Footage, one_head: Finder, nobody: Finder, tmp_path: Path
) -> None:
    right_half = PrivacyMask([RIGHT_HALF])
    record = HeadRecord.empty()
    SnapshotMaker(nobody).make(footage_of, 2.0, record, NO_MASK, tmp_path / "open.jpg")
    SnapshotMaker(one_head).make(footage_of, 2.0, record, right_half, tmp_path / "hidden.jpg")
    seen, hidden = read(tmp_path / "open.jpg"), read(tmp_path / "hidden.jpg")
    assert seen.shape == hidden.shape == (240, 320, 3)
    assert np.ptp(hidden[10:-10, 180:310].astype(np.int64)) <= 6
    assert difference(hidden[100:140, 66:94], seen[100:140, 66:94]) > 5
    assert difference(hidden[:80, :150], seen[:80, :150]) < 2


def test_the_head_of_a_person_that_analysis_saw_is_blurred(
    footage_of: Footage, nobody: Finder, tmp_path: Path
) -> None:
    trail = HeadTrail()
    person = np.array([[200.0, 20.0, 280.0, 230.0]])
    seen = Detections(person, np.array([0.2]), np.array([int(ObjectClass.PERSON)]))
    trail.add(2.2, SIZE, seen, Tracks.empty())
    maker = SnapshotMaker(nobody)
    maker.make(footage_of, 2.0, HeadTrail(), NO_MASK, tmp_path / "open.jpg")
    maker.make(footage_of, 2.0, trail, NO_MASK, tmp_path / "blurred.jpg")
    plain, blurred = read(tmp_path / "open.jpg"), read(tmp_path / "blurred.jpg")
    assert difference(plain[25:40, 230:250], blurred[25:40, 230:250]) > 3
    assert difference(plain[150:], blurred[150:]) < 1


def test_nothing_is_drawn_into_the_picture() -> None:
    grey = np.full((90, 160, 3), 90, dtype=np.uint8)
    data = render_snapshot(grey, NO_MASK, np.zeros((0, 4)))
    image = cv2.imdecode(np.frombuffer(data, dtype=np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    assert np.all(np.abs(image.astype(np.int64) - 90) <= 1)


def test_a_folder_that_cannot_be_written_is_named(
    footage_of: Footage, nobody: Finder, tmp_path: Path
) -> None:
    (tmp_path / "evidence").write_text("in the way")
    path = tmp_path / "evidence" / "snapshot.jpg"
    with pytest.raises(OutputError, match=str(path.parent)):
        SnapshotMaker(nobody).make(footage_of, 2.0, HeadRecord.empty(), NO_MASK, path)
