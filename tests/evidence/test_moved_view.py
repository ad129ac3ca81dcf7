"""A camera that moves while evidence is made: no picture of the view that it was not approved for.

The film is real where the labelled footage is there (PETS 2009), shifted from a moment on.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import av
import numpy as np
import pytest

from gardefou.capture.masks import PrivacyMask
from gardefou.capture.parameters import CodecParameters
from gardefou.capture.ring import PacketRing
from gardefou.errors import OutputError
from gardefou.evidence.clip import CLIP_RATE, BlurredStretch, write_clip
from gardefou.evidence.finder import Finder
from gardefou.evidence.heads import WITHIN_S, HeadRecord
from gardefou.evidence.job import Footage
from gardefou.evidence.snapshot import VIEW_KEY, SnapshotMaker
from gardefou.geometry.arrays import Image
from gardefou.perception.approved_view import ApprovedView, ViewCheck
from gardefou.perception.scene_shift import edges
from support.clips import scene

RATE = 10
MOVES_AT = 4.0
SECONDS = 8
SHARE = 0.03
"""How far the film is shifted, as a share of its width."""

WINDOW = PrivacyMask([np.array([[0.6, 0.1], [0.9, 0.1], [0.9, 0.5], [0.6, 0.5]])])


class Recorded(Protocol):
    ring: PacketRing
    codec_parameters: CodecParameters


RecordFile = Callable[[Path], Recorded]


def film(path: Path, images: list[Image]) -> Path:
    """The pictures, from `MOVES_AT` on as a camera sees them that was turned aside."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=RATE, options={"g": "10", "crf": "20"})
        assert isinstance(stream, av.VideoStream)
        stream.height, stream.width = images[0].shape[:2]
        stream.pix_fmt = "yuv420p"
        aside = round(SHARE * stream.width)
        for index, image in enumerate(images):
            moved = index >= MOVES_AT * RATE
            shown = np.ascontiguousarray(np.roll(image, aside, axis=1)) if moved else image
            container.mux(stream.encode(av.VideoFrame.from_ndarray(shown, format="bgr24")))
        container.mux(stream.encode(None))
    return path


@pytest.fixture(params=["made", "real"])
def images(request: pytest.FixtureRequest) -> list[Image]:
    if request.param == "made":
        return [scene(index, (320, 240)) for index in range(SECONDS * RATE)]
    path = request.getfixturevalue("footage") / "pets09_s2l1_vtest.avi"
    with av.open(str(path)) as container:
        frames = container.decode(video=0)
        return [
            np.asarray(frame.to_ndarray(format="bgr24"), np.uint8)
            for _, frame in zip(range(SECONDS * RATE), frames, strict=False)
        ]


@pytest.fixture
def recorded(images: list[Image], tmp_path: Path, record_file: RecordFile) -> Footage:
    source = record_file(film(tmp_path / "film.mp4", images))
    return Footage(tuple(source.ring.since(0.0)), source.codec_parameters)


@pytest.fixture
def check(images: list[Image]) -> ViewCheck:
    """Approved is what the camera saw before it moved, masks burnt in."""
    seen = []
    for image in images[: round(MOVES_AT * RATE) : 4]:
        masked = image.copy()
        WINDOW.burn(masked)
        seen.append(edges(masked))
    return ViewCheck(ApprovedView(np.mean(seen, axis=0).astype(np.float32), True), WINDOW)


def stretch(
    recorded: Footage, nobody: Finder, check: ViewCheck, start: float, end: float
) -> BlurredStretch:
    return BlurredStretch(recorded, start, end, HeadRecord.empty(), WINDOW, nobody, check)


def test_a_clip_ends_before_the_move(recorded: Footage, nobody: Finder, check: ViewCheck) -> None:
    made = [picture.time for picture in stretch(recorded, nobody, check, 1.0, 7.0)]
    assert made[0] == pytest.approx(1.0)
    assert MOVES_AT - WITHIN_S - 2 / CLIP_RATE <= made[-1] < MOVES_AT - WITHIN_S + 1e-6


def test_a_clip_from_after_the_move_is_refused_and_leaves_no_file(
    recorded: Footage, nobody: Finder, check: ViewCheck, tmp_path: Path
) -> None:
    after = stretch(recorded, nobody, check, MOVES_AT + 0.5, 7.0)
    with pytest.raises(OutputError) as refused:
        list(write_clip(after, tmp_path / "out" / "clip.mp4"))
    assert refused.value.key == VIEW_KEY
    assert not list((tmp_path / "out").glob("*"))


def test_a_snapshot_is_made_before_the_move_and_refused_after(
    recorded: Footage, nobody: Finder, check: ViewCheck, tmp_path: Path
) -> None:
    maker = SnapshotMaker(nobody, check=check)
    maker.make(recorded, 2.0, HeadRecord.empty(), WINDOW, tmp_path / "before.jpg")
    assert (tmp_path / "before.jpg").is_file()
    with pytest.raises(OutputError) as refused:
        maker.make(recorded, 6.0, HeadRecord.empty(), WINDOW, tmp_path / "after.jpg")
    assert refused.value.key == VIEW_KEY
    assert not (tmp_path / "after.jpg").exists()
