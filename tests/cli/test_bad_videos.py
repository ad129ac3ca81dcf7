"""`gardefou analyse` on files that are not what they should be: one line, and nothing lost."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from support import clips
from support.command import Call, alerts_of, files_of, is_one_line, record_of
from support.yard import write_yard


def empty(folder: Path) -> Path:
    (folder / "empty.mp4").touch()
    return folder / "empty.mp4"


def pipe(folder: Path) -> Path:
    os.mkfifo(folder / "pipe.mp4")
    return folder / "pipe.mp4"


def cut_before_its_index(folder: Path) -> Path:
    return clips.cut(clips.write_clip(folder / "clip.mov"), 0.5, folder / "cut.mov")


def text_file(folder: Path) -> Path:
    (folder / "notes.mp4").write_text("no video\n" * 100, encoding="utf-8")
    return folder / "notes.mp4"


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda folder: folder / "none.mp4", "no such file"),
        (lambda folder: folder, "is a folder"),
        (empty, "is empty (0 bytes)"),
        (pipe, "is a pipe or a device"),
        (text_file, "is not a video"),
        (cut_before_its_index, "was cut before its index"),
        (lambda folder: clips.write_sound(folder / "sound.mp4"), "holds sound and no picture"),
        (lambda folder: clips.write_unknown_codec(folder / "odd.avi"), "video codec is unknown"),
    ],
)
def test_what_cannot_be_analysed_is_refused_before_anything_is_written(
    call: Call, site: Path, tmp_path: Path, make: Callable[[Path], Path], said: str
) -> None:
    good = write_yard(tmp_path / "good.mp4", seconds=1.0)
    bad = make(tmp_path)
    result = call("analyse", good, bad, "--site", site, "--out", tmp_path / "out")
    assert result.status == 1
    assert result.out == ""
    assert is_one_line(result.err)
    assert str(bad) in result.err
    assert said in result.err
    assert not (tmp_path / "out").exists()


def test_an_address_is_refused_without_its_password(call: Call, site: Path, tmp_path: Path) -> None:
    result = call("analyse", "rtsp://eve:secret@10.0.0.7/live", "--site", site)
    assert result.status == 1
    assert is_one_line(result.err)
    assert "gardefou run" in result.err
    assert "secret" not in result.err


def test_a_video_that_broke_off_is_analysed_as_far_as_it_goes(
    call: Call, site: Path, yard_clip: Path, tmp_path: Path
) -> None:
    video = clips.cut(yard_clip, 0.6, tmp_path / "cut.mp4")
    out = tmp_path / "out"
    result = call("analyse", video, "--site", site, "--out", out)
    assert result.status == 1
    assert all(is_one_line(line) for line in result.err.splitlines(keepends=True))
    assert "ends before its announced end" in result.err
    assert len(alerts_of(out)) == 1
    record = record_of(out)
    assert record["state"] == "complete"
    assert record["notices"]
    [file] = files_of(out)
    assert file["truncated"] is True


def test_a_damaged_stretch_is_left_out_and_said(
    call: Call, site: Path, yard_clip: Path, tmp_path: Path
) -> None:
    video = clips.damage(yard_clip, tmp_path / "damaged.mp4", start=0.45, share=0.05)
    out = tmp_path / "out"
    result = call("analyse", video, "--site", site, "--out", out)
    assert result.status == 1
    assert is_one_line(result.err)
    assert "damaged pictures or packets were left out" in result.err
    assert len(alerts_of(out)) == 2


def test_a_video_that_changes_size_goes_on_and_says_so(
    call: Call, site: Path, tmp_path: Path
) -> None:
    video = clips.write_two_sizes(tmp_path / "sizes.h264")
    out = tmp_path / "out"
    result = call("analyse", video, "--site", site, "--out", out)
    assert result.status == 0
    assert is_one_line(result.err)
    assert "changed size 1 time(s)" in result.err
    [file] = files_of(out)
    assert (file["analysed"], file["duration_s"]) == (12, 2.36)


def test_a_video_that_grows_meanwhile_stops_the_run_and_keeps_its_alerts(
    call: Call, site: Path, yard_clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    video = tmp_path / "growing.mp4"
    shutil.copy(yard_clip, video)

    def grow(*_: object) -> None:
        with video.open("ab") as file:
            file.write(b"more")

    monkeypatch.setattr("gardefou.cli.progress.AnalysisDisplay._on_event", grow)
    out = tmp_path / "out"
    result = call("analyse", video, "--site", site, "--out", out)
    assert result.status == 1
    assert is_one_line(result.err)
    assert "changed while it was read" in result.err
    [alert] = alerts_of(out)
    assert alert["closed_s"] is not None
    assert record_of(out)["state"] == "failed"
    assert "changed while it was read" in str(record_of(out)["error"])
    assert "stopped before the end" in (out / "index.html").read_text(encoding="utf-8")
