"""A camera that moved: blocked on the disk, through a restart, until somebody approves."""

from __future__ import annotations

import errno
from pathlib import Path

import numpy as np
import pytest

from gardefou.capture.frame import Frame
from gardefou.capture.masks import PrivacyMask
from gardefou.geometry.arrays import Image
from gardefou.perception.scene_shift import View
from gardefou.runtime import view_guard
from gardefou.runtime.view_guard import (
    DOUBT_S,
    Moved,
    ViewGuard,
    approve_view,
    masks_changed,
    moved_cameras,
    moved_file,
    reference_file,
)

RANDOM = np.random.default_rng(7)
HERE = np.kron(RANDOM.integers(40, 220, (18, 32)), np.ones((20, 20))).astype(np.uint8)
SCENE: Image = np.repeat(HERE[..., np.newaxis], 3, axis=2)
ELSEWHERE: Image = np.roll(SCENE, 200, axis=1)


def show(guard: ViewGuard, image: Image, start: float, looks: int = 20) -> None:
    for step in range(looks):
        guard.look(Frame("gate", start + 2.0 * step, image))


def guard(folder: Path) -> ViewGuard:
    return ViewGuard(folder, "gate", PrivacyMask())


def blocked(guard: ViewGuard) -> str:
    """Why it is blocked, or nothing."""
    return "" if guard.notice is None else guard.notice.in_language("fr")


def doubted(guard: ViewGuard) -> str:
    """Why nothing is shown though it is not blocked, or nothing."""
    return "" if guard.doubt is None else guard.doubt.in_language("fr")


def test_a_view_is_learned_once_and_blocks_when_it_is_another_one(tmp_path: Path) -> None:
    first = guard(tmp_path / "views")
    show(first, SCENE, 0)
    assert blocked(first) == ""
    assert reference_file(tmp_path / "views", "gate").is_file()
    show(first, ELSEWHERE, 100)
    assert "gate" in blocked(first)
    assert guard(tmp_path / "views").notice is not None


def test_a_view_that_changed_while_nothing_ran_blocks(tmp_path: Path) -> None:
    show(guard(tmp_path), SCENE, 0)
    second = guard(tmp_path)
    show(second, ELSEWHERE, 100)
    assert second.notice is not None


def test_an_approved_view_is_the_right_one_from_then_on(tmp_path: Path) -> None:
    running = guard(tmp_path)
    show(running, SCENE, 0)
    show(running, ELSEWHERE, 100)
    approve_view(tmp_path, "gate")
    assert not blocked(running)
    assert not moved_file(tmp_path, "gate").exists()
    show(running, ELSEWHERE, 200)
    assert not blocked(running)
    show(running, SCENE, 300)
    assert blocked(running)


def test_a_break_in_the_stream_does_not_hide_a_move(tmp_path: Path) -> None:
    running = guard(tmp_path)
    show(running, SCENE, 0)
    running.restart()
    show(running, ELSEWHERE, 100)
    assert blocked(running)


def test_a_reference_that_is_damaged_is_learned_anew(tmp_path: Path) -> None:
    reference_file(tmp_path, "gate").write_bytes(b"nothing")
    running = guard(tmp_path)
    show(running, SCENE, 0)
    assert not blocked(running)
    assert len(reference_file(tmp_path, "gate").read_bytes()) > 1000


def test_other_masks_have_the_view_learned_anew_unless_the_camera_moved(tmp_path: Path) -> None:
    for name in ("gate", "door"):
        reference_file(tmp_path, name).write_bytes(b"")
    moved_file(tmp_path, "door").write_bytes(b"")
    for name in ("gate", "door", "unknown"):
        masks_changed(tmp_path, name)

    assert not reference_file(tmp_path, "gate").exists()
    assert reference_file(tmp_path, "door").exists()
    assert moved_file(tmp_path, "door").exists()


def test_a_move_is_told_with_the_time_since_which_pictures_are_in_doubt(tmp_path: Path) -> None:
    running = guard(tmp_path)
    show(running, SCENE, 1000)  # Recognised for the last time at 1038 s.
    show(running, SCENE * 0, 1040, looks=100)  # The light is out; it moves in the dark.
    show(running, ELSEWHERE, 1240)
    (moved,) = moved_cameras(tmp_path)
    assert moved.camera_id == "gate"
    assert moved.since == 1038
    assert 1240 < moved.found < 1300


def test_single_looks_are_not_trusted_in_the_minute_before_a_move_is_found(tmp_path: Path) -> None:
    running = guard(tmp_path)
    show(running, SCENE, 1000)
    show(running, ELSEWHERE, 1040)
    (moved,) = moved_cameras(tmp_path)
    assert moved.since == min(1038, moved.found - DOUBT_S)


def test_when_the_view_was_last_recognised_survives_a_restart(tmp_path: Path) -> None:
    show(guard(tmp_path), SCENE, 5000, looks=30)
    show(guard(tmp_path), ELSEWHERE, 9000)
    (moved,) = moved_cameras(tmp_path)
    assert 5000 <= moved.since <= 5060


def test_a_block_of_an_earlier_version_doubts_the_minute_before_it(tmp_path: Path) -> None:
    path = moved_file(tmp_path, "gate")
    path.write_bytes(b"")
    at = path.stat().st_mtime
    assert moved_cameras(tmp_path) == [Moved("gate", at - DOUBT_S, at)]


def test_a_move_that_the_disk_does_not_take_blocks_all_the_same_and_is_kept_once_it_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = guard(tmp_path)
    show(running, SCENE, 1000)

    def full(folder: Path, name: str, data: bytes) -> Path:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(view_guard, "write_durably", full)
        show(running, ELSEWHERE, 1040)
        assert "gate" in blocked(running)
        assert moved_cameras(tmp_path) == []
    assert "gate" in blocked(running)
    (moved,) = moved_cameras(tmp_path)
    assert moved.found > 1040
    approve_view(tmp_path, "gate")
    assert not blocked(running)


def test_one_picture_is_enough_to_show_nothing(tmp_path: Path) -> None:
    running = guard(tmp_path)
    assert running.admits(ELSEWHERE), "nothing is approved yet"
    show(running, SCENE, 0)
    assert running.admits(SCENE)
    assert not doubted(running)
    assert not running.admits(ELSEWHERE)
    assert "gate" in doubted(running)
    assert running.notice is None, "a single picture does not block"


def test_where_masks_depend_on_it_an_unrecognised_view_is_not_shown_either(tmp_path: Path) -> None:
    window = PrivacyMask([np.array([[0.4, 0.4], [0.6, 0.4], [0.6, 0.6], [0.4, 0.6]])])
    dark = SCENE * 0
    for masks, shown in ((PrivacyMask(), True), (window, False)):
        running = ViewGuard(tmp_path / str(shown), "gate", masks)
        seen = SCENE.copy()
        masks.burn(seen)
        show(running, seen, 0)
        assert running.admits(seen)
        assert running.admits(dark) is shown
        assert running._newest is View.UNDECIDED
