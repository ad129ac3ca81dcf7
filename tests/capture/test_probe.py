"""A short look at a stream: what it says of itself, how it comes, and why it does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from gardefou.capture.link import CameraLink, FileLoop
from gardefou.capture.notice import Notice
from gardefou.capture.probe import Probe, probe
from support.clips import write_clip
from support.rtsp_server import RtspServer


def test_a_camera_with_sound_says_all_but_sound() -> None:
    with RtspServer(audio=True, size=(320, 240), rate=15) as server:
        found = probe(CameraLink(server.url), listen_s=2.0)

    assert isinstance(found, Probe)
    assert (found.info.codec, found.info.width, found.info.height) == ("h264", 320, 240)
    assert found.rate is not None
    assert found.kbit_s is not None
    assert found.first_s is not None
    assert found.first_s >= found.open_s > 0


def test_a_wrong_password_is_said_to_be_one() -> None:
    with RtspServer(password="right") as server:
        address = server.url.replace("rtsp://", "rtsp://user:wrong@")
        found = probe(CameraLink(address), listen_s=0.5)

    assert isinstance(found, Notice)
    assert found.key == "capture.live.refused"
    assert "wrong@" not in str(found)


@pytest.mark.parametrize("with_audio", [True, False])
def test_a_film_says_whether_it_offers_sound(tmp_path: Path, with_audio: bool) -> None:
    path = tmp_path / "clip.mp4"
    write_clip(path, with_audio=with_audio)
    found = probe(FileLoop(path), listen_s=0.2)

    assert isinstance(found, Probe)
    assert found.info.has_audio is with_audio
    assert found.rate
