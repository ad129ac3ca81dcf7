"""Files are whole or absent, whatever happens while they are written."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gardefou.errors import OutputError
from gardefou.evidence.files import sweep, unfinished_name, whole_file


def test_a_file_appears_whole_with_its_folders(tmp_path: Path) -> None:
    path = tmp_path / "2026" / "snapshot.jpg"
    with whole_file(path) as unfinished:
        unfinished.write_bytes(b"picture")
        assert not path.exists()
    assert path.read_bytes() == b"picture"
    assert [entry.name for entry in path.parent.iterdir()] == ["snapshot.jpg"]


def test_an_error_leaves_the_earlier_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"earlier")
    with pytest.raises(ZeroDivisionError), whole_file(path) as unfinished:
        unfinished.write_bytes(bytes(1 // len(b"")))
    assert path.read_bytes() == b"earlier"
    assert [entry.name for entry in tmp_path.iterdir()] == ["clip.mp4"]


def test_a_full_disk_names_the_folder_and_the_cure(small_disk: Path) -> None:
    earlier = small_disk / "snapshot.jpg"
    earlier.write_bytes(b"x" * 10_000)
    path = small_disk / "clip.mp4"
    with pytest.raises(OutputError) as refusal, whole_file(path) as unfinished:
        unfinished.write_bytes(b"y" * 100_000)
    assert str(small_disk) in str(refusal.value)
    assert "make room" in refusal.value.in_language("en")
    assert "place" in refusal.value.in_language("fr")
    assert [entry.name for entry in small_disk.iterdir()] == ["snapshot.jpg"]
    assert earlier.read_bytes() == b"x" * 10_000


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "evidence").write_text("in the way")
    with (
        pytest.raises(OutputError, match="evidence"),
        whole_file(tmp_path / "evidence" / "a.jpg") as unfinished,
    ):
        unfinished.write_bytes(b"")


def test_sweeping_removes_what_killed_processes_left_and_nothing_younger(tmp_path: Path) -> None:
    stale, fresh = tmp_path / "a" / "clip.mp4", tmp_path / "b" / "clip.mp4"
    for path in (stale, fresh):
        path.parent.mkdir()
        path.write_bytes(b"whole")
        unfinished_name(path).write_bytes(b"half")
    os.utime(unfinished_name(stale), (0, 0))
    assert sweep(tmp_path) == 1
    assert not unfinished_name(stale).exists()
    assert unfinished_name(fresh).exists()
    assert stale.exists()
