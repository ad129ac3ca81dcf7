"""What stops an analysis: no model, no room to write, Ctrl-C, a kill. What was recorded stays."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from gardefou.errors import OutputError
from gardefou.evidence.snapshot import SnapshotMaker
from support.command import Call, Command, alerts_of, is_one_line, record_of
from support.yard import write_yard


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 24 KiB of its own, where this system lets us mount one."""
    folder = tmp_path / "small"
    folder.mkdir()
    options = ["mount", "-t", "tmpfs", "-o", "size=24k", "tmpfs", str(folder)]
    mount = subprocess.run(options, capture_output=True, text=True, check=False)
    if mount.returncode:
        pytest.skip(f"needs to mount a small file system: {mount.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_without_models_it_says_how_to_install_them(
    call: Call, site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GARDEFOU_DATA", str(tmp_path / "data"))
    clip = write_yard(tmp_path / "clip.mp4", seconds=1.0)
    result = call("analyse", clip, "--site", site, "--out", tmp_path / "out")
    assert result.status == 1
    assert is_one_line(result.err)
    assert "gardefou models install" in result.err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("model", ["nanodet-g", "centerface"])
def test_an_altered_model_is_refused(
    call: Call,
    site: Path,
    tmp_path: Path,
    models_dir: Path,
    model: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    models = shutil.copytree(models_dir, tmp_path / "data" / "models")
    with (models / model / "network.bin").open("r+b") as file:
        file.write(b"\0\1\2\3")
    monkeypatch.setenv("GARDEFOU_DATA", str(tmp_path / "data"))
    clip = write_yard(tmp_path / "clip.mp4", seconds=1.0)
    result = call("analyse", clip, "--site", site, "--out", tmp_path / "out")
    assert result.status == 1
    assert is_one_line(result.err)
    assert f"{model}/network.bin" in result.err
    assert "differs from the one installed" in result.err
    assert not (tmp_path / "out").exists()


def test_a_file_is_no_folder(call: Call, site: Path, tmp_path: Path) -> None:
    clip = write_yard(tmp_path / "clip.mp4", seconds=1.0)
    result = call("analyse", clip, "--site", site, "--out", clip)
    assert result.status == 2
    assert is_one_line(result.err)
    assert "is a file; name a folder with --out" in result.err


def test_a_folder_that_cannot_be_written_is_named_before_the_analysis(
    command: Command, models_dir: Path, site: Path, tmp_path: Path
) -> None:
    """The kernel's own file system takes no folder, not even from root."""
    clip = write_yard(tmp_path / "clip.mp4", seconds=1.0)
    result = command("analyse", clip, "--site", site, "--out", "/proc/gardefou")
    assert result.status == 1
    assert result.out == ""
    assert is_one_line(result.err)
    assert "/proc/gardefou" in result.err


def test_a_disk_that_fills_up_keeps_the_alerts_so_far(
    call: Call, site: Path, yard_clip: Path, small_disk: Path
) -> None:
    """There is room for the files and one snapshot of some 7 kB, not for two."""
    out = small_disk / "out"
    result = call("analyse", yard_clip, "--site", site, "--out", out)
    assert result.status == 1
    assert is_one_line(result.err)
    assert "No space left on device" in result.err
    alerts = alerts_of(out)
    assert len(alerts) >= 1
    assert list(out.rglob(".*")) == []


def test_a_file_that_may_not_grow_keeps_the_alerts_so_far(
    command: Command, models_dir: Path, site: Path, yard_clip: Path, tmp_path: Path
) -> None:
    """The limit lets the lines of alerts through and refuses the first snapshot."""
    out = tmp_path / "out"
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (5000, before[1]))
    try:
        result = command("analyse", yard_clip, "--site", site, "--out", out)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert result.status == 1
    assert is_one_line(result.err)
    assert "File too large" in result.err
    [alert] = alerts_of(out)
    assert alert["closed_s"] is not None
    assert alert["evidence"] == {"clip": None, "snapshot": None}
    record = record_of(out)
    assert record["state"] == "failed"
    assert "File too large" in str(record["error"])
    assert (out / "index.html").is_file()


def test_a_snapshot_that_cannot_be_made_costs_no_alert(
    call: Call, site: Path, yard_clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise OutputError("evidence.no_picture", time="5.2")

    monkeypatch.setattr(SnapshotMaker, "make", fails)
    out = tmp_path / "out"
    result = call("analyse", yard_clip, "--site", site, "--out", out)
    assert result.status == 1
    assert "yard.mp4: evidence at 5.2 s: no picture could be decoded" in result.err
    assert len(alerts_of(out)) == 2
    assert record_of(out)["state"] == "complete"
    assert "<img" not in (out / "index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("how", "status", "state"),
    [(signal.SIGINT, 130, "interrupted"), (signal.SIGKILL, -signal.SIGKILL, "running")],
)
def test_a_run_that_is_stopped_keeps_its_alerts_and_does_not_call_itself_complete(
    command: Command,
    models_dir: Path,
    site: Path,
    yard_clip: Path,
    how: signal.Signals,
    status: int,
    state: str,
) -> None:
    out = command.folder / "out"
    words = ("analyse", yard_clip, "--site", site, "--out", out, "--speed", "4")
    with command.start(*words, PYTHONUNBUFFERED="1") as process:
        assert process.stdout is not None
        assert "ALERT" in process.stdout.readline()
        os.kill(process.pid, how)
        _, err = process.communicate(timeout=300)
    assert process.returncode == status
    [alert] = alerts_of(out)
    record = record_of(out)
    assert record["state"] == state
    assert record["reason"]
    assert record["files"]
    if how is signal.SIGINT:
        assert alert["closed_s"] is not None
        assert is_one_line(err)
        assert f"what was found until then is in {out}" in err
        assert "stopped before the end" in (out / "index.html").read_text(encoding="utf-8")
