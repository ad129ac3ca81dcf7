"""Live streams from a real RTSP server: whatever happens, the newest frame comes back."""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import av
import pytest
from av.container import InputContainer

from gardefou.capture.file import FileSource
from gardefou.capture.frame import Frame
from gardefou.capture.link import CameraLink, FileLoop, Transport
from gardefou.capture.live import LinkState, LiveSettings, LiveSource, failure
from gardefou.capture.reader import ReadSettings
from gardefou.capture.replay import decode_ring
from gardefou.capture.ring import PacketRing
from gardefou.capture.source import Source
from gardefou.errors import CaptureError
from support.clips import SIZE, write_clip, write_two_sizes
from support.rtsp_server import RtspServer
from support.udp_relay import UdpRelay

EVERY = ReadSettings("cam", analysis_fps=100.0)
QUICK = LiveSettings(stalled_s=0.5, refused_retry_s=0.5)
DEADLINE_S = 120.0
"""Longest wait for something that must happen; generous, so that a busy machine does not fail."""


def until(condition: Callable[[], object]) -> None:
    """Wait for a condition, and fail when it does not come."""
    deadline = time.monotonic() + DEADLINE_S
    pause = threading.Event()
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        pause.wait(0.02)


def frame_of(source: LiveSource) -> Frame:
    """The next frame that is taken from now on."""
    source.latest(timeout=0)
    frame = source.latest(timeout=DEADLINE_S)
    assert frame is not None, source.health
    return frame


def camera(url: str, transport: Transport = Transport.TCP, read_s: float = 30.0) -> LiveSource:
    link = CameraLink(url, transport, open_timeout_s=30.0, read_timeout_s=read_s)
    return LiveSource(link, EVERY, QUICK, PacketRing(seconds=2.0))


@pytest.fixture(autouse=True)
def no_thread_left() -> Iterator[None]:
    """Every test here ends with the threads that it began with."""
    before = set(threading.enumerate())
    yield
    assert set(threading.enumerate()) <= before


@pytest.fixture
def server() -> Iterator[RtspServer]:
    with RtspServer() as running:
        yield running


@pytest.mark.parametrize("transport", list(Transport))
def test_frames_arrive_with_utc_times(server: RtspServer, transport: Transport) -> None:
    with camera(server.url, transport) as source:
        first, second = frame_of(source), frame_of(source)
        until(lambda: source.health.state is LinkState.RUNNING)
        health = source.health
        info = source.info
    assert abs(second.time - time.time()) < DEADLINE_S
    assert first.time < second.time
    assert health.error is None
    assert (info.codec, info.width, info.height, info.rate) == ("h264", 320, 240, 15.0)
    assert source.health.state is LinkState.STOPPED


def test_the_ring_of_a_live_stream_decodes_again(server: RtspServer) -> None:
    with camera(server.url) as source:
        until(lambda: source.ring.span_s > 1.5)
        packets, parameters = source.ring.since(0.0), source.codec_parameters
        pictures = list(decode_ring(packets, parameters))
    assert packets[0].is_keyframe
    assert len(pictures) == len(packets)
    assert pictures[0][1].shape == (240, 320, 3)


def test_a_server_killed_and_restarted_five_times(server: RtspServer) -> None:
    threads = threading.active_count()
    with camera(server.url) as source:
        last = frame_of(source)
        for _ in range(5):
            server.kill()
            until(lambda: source.health.state is LinkState.FAILED)
            server.start()
            until(lambda: source.health.state is LinkState.RUNNING)
            frame = frame_of(source)
            assert frame.time > last.time
            assert threading.active_count() <= threads + 1
            assert source.ring.span_s <= DEADLINE_S
            last = frame
        assert source.health.reconnects == 5


@pytest.mark.parametrize("transport", list(Transport))
def test_a_stream_that_falls_silent(server: RtspServer, transport: Transport) -> None:
    with camera(server.url, transport, read_s=6.0) as source:
        frame_of(source)
        server.tell("stall")
        until(lambda: source.health.state is LinkState.STALLED)
        until(lambda: source.health.state is LinkState.FAILED)
        error = source.health.error
        assert error is not None
        assert error.key == "capture.live.silent"
        server.tell("resume")
        frame_of(source)
        until(lambda: source.health.state is LinkState.RUNNING)


def test_a_third_of_the_packets_lost(server: RtspServer) -> None:
    with UdpRelay(server.port) as relay, camera(relay.url, Transport.UDP) as source:
        frame_of(source)
        relay.loss = 0.3
        until(lambda: relay.lost > 20 and source.health.corrupt > 0)
        relay.loss = 0.0
        analysed = source.health.analysed
        frame_of(source)
        until(lambda: source.health.analysed > analysed + 15)
        seen_at = {"corrupt": -1, "analysed": 0}

        def is_clean() -> bool:
            """Whether nothing was damaged for some frames; a busy machine may lose some too."""
            health = source.health
            if health.corrupt != seen_at["corrupt"]:
                seen_at.update(corrupt=health.corrupt, analysed=health.analysed)
            return health.analysed > seen_at["analysed"] + 15

        until(is_clean)
        until(lambda: source.health.state is LinkState.RUNNING)


def test_sound_is_never_asked_for() -> None:
    with RtspServer(audio=True) as server, UdpRelay(server.port) as relay:
        with camera(relay.url) as source:
            frame_of(source)
            info = source.info
        setups = [request for request in relay.requests if request.startswith("SETUP")]
    assert len(setups) == 1
    assert not info.has_audio


def test_a_change_of_size_starts_a_new_epoch(server: RtspServer) -> None:
    with camera(server.url) as source:
        assert frame_of(source).size == (320, 240)
        assert source.epoch == 0
        server.tell("size 160 120")
        until(lambda: frame_of(source).size == (160, 120))
        assert source.epoch == 1
        parameters = source.codec_parameters
        until(lambda: len(source.ring) > 5)
        shapes = {image.shape for _, image in decode_ring(source.ring.since(0), parameters)}
    assert shapes == {(120, 160, 3)}


def test_a_camera_replaced_by_one_of_another_size(server: RtspServer) -> None:
    with camera(server.url) as source:
        frame_of(source)
        server.kill()
        until(lambda: source.health.state is LinkState.FAILED)
        with RtspServer(port=server.port, size=(160, 120)):
            until(lambda: frame_of(source).size == (160, 120))
            assert source.epoch == 1


def test_a_refused_password(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with RtspServer(password="right") as server:
        url = server.url.replace("//", "//viewer:hunter2@")
        with camera(url) as source:
            until(lambda: source.health.state is LinkState.REFUSED)
            shown = f"{source.health!r} {source.health.error} {caplog.text} {source._link!r}"
        assert "hunter2" not in shown
        assert "viewer" not in shown
        with camera(url.replace("hunter2", "right")) as source:
            frame_of(source)


def test_a_refused_password_is_not_tried_again_soon() -> None:
    with RtspServer(password="right") as server, UdpRelay(server.port) as relay:
        link = CameraLink(relay.url.replace("//", "//viewer:wrong@"))
        slow = LiveSettings(refused_retry_s=3600.0)
        with LiveSource(link, EVERY, slow) as source:
            until(lambda: source.health.state is LinkState.REFUSED)
            asked = len(relay.requests)
            source.latest(timeout=1.0)
            assert len(relay.requests) == asked
            assert not source.health.is_hung


def test_a_wrong_path(server: RtspServer) -> None:
    with camera(server.url.replace("/cam", "/none")) as source:
        until(lambda: source.health.state is LinkState.FAILED)
        error = source.health.error
    assert error is not None
    assert error.key == "capture.live.no_such_stream"


def test_garbage_and_then_a_camera() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(DEADLINE_S)
        port = listener.getsockname()[1]
        source = camera(f"rtsp://127.0.0.1:{port}/cam", read_s=1.0)
        with source:
            for _ in range(3):
                client, _ = listener.accept()
                with client:
                    client.sendall(bytes(range(256)) * 64)
            until(lambda: source.health.state is LinkState.FAILED)
            assert source.health.error is not None
            listener.close()
            with RtspServer(port=port):
                frame_of(source)
                until(lambda: source.health.state is LinkState.RUNNING)


def test_nothing_is_known_before_the_first_connection() -> None:
    source = camera("rtsp://10.0.0.7/cam")
    with pytest.raises(RuntimeError):
        _ = source.info
    with pytest.raises(RuntimeError):
        _ = source.codec_parameters
    assert source.health.info is None


def test_a_file_and_a_camera_are_both_sources(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4")

    def first(source: Source) -> tuple[Frame, int]:
        with source:
            return next(source.frames()), source.info.width

    for source in (FileSource(clip, EVERY), LiveSource.loop(clip, EVERY)):
        frame, width = first(source)
        assert (frame.camera_id, width) == ("cam", SIZE[0])


def test_whoever_accepts_and_says_nothing_is_silent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        link = CameraLink(f"rtsp://127.0.0.1:{listener.getsockname()[1]}/cam", open_timeout_s=0.5)
        with LiveSource(link, EVERY, QUICK) as source:
            until(lambda: source.health.state is LinkState.FAILED)
            error = source.health.error
    assert error is not None
    assert error.key == "capture.live.silent"


def test_a_trouble_that_lasts_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with UdpRelay(port) as relay:
        link = CameraLink(relay.url)
        quick = LiveSettings(first_retry_s=0.01, longest_retry_s=0.01)
        with LiveSource(link, EVERY, quick) as source:
            until(lambda: relay.refused >= 5)
            assert source.health.state is LinkState.FAILED
    assert len(caplog.records) == 1


def test_nobody_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with camera(f"rtsp://127.0.0.1:{port}/cam") as source:
        until(lambda: source.health.state is LinkState.FAILED)
        error = source.health.error
        assert source.latest(timeout=0) is None
    assert error is not None
    assert error.key == "capture.live.unreachable"
    for language in ("en", "fr"):
        assert str(port) in error.in_language(language)


def test_the_slow_consumer_gets_the_newest_frame(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4")
    with LiveSource(FileLoop(clip), EVERY, QUICK) as source:
        first = frame_of(source)
        until(lambda: source.health.drops >= 10)
        second = source.latest(timeout=DEADLINE_S)
        assert second is not None
        assert second.time - first.time > 9 / 25


def test_an_unpaced_file_goes_as_fast_as_its_frames_are_taken(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4", frames=50)
    patient = LiveSettings(is_patient=True)
    with LiveSource(FileLoop(clip, paced=False), EVERY, patient) as source:
        frames = [source.latest(timeout=DEADLINE_S) for _ in range(120)]
        health = source.health
    assert health.drops == 0
    times = [each.time for each in frames if each is not None]
    assert len(times) == len(frames)
    assert times[0] == 0.0
    assert all(later - earlier == pytest.approx(1 / 25) for earlier, later in pairwise(times))


def test_a_frame_says_when_its_packet_was_read(tmp_path: Path) -> None:
    began = time.monotonic()
    with LiveSource.loop(write_clip(tmp_path / "clip.mp4"), EVERY) as source:
        frame = frame_of(source)
    assert began <= frame.arrived <= time.monotonic()


def test_a_file_plays_endlessly_as_if_live(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4", frames=10)
    began = time.time()
    with LiveSource.loop(clip, EVERY) as source:
        until(lambda: source.health.frames >= 35)
        frame = frame_of(source)
        until(lambda: source.health.state is LinkState.RUNNING)
        health = source.health
        assert source.epoch == 0
    # 35 frames at 25 a second took their time.
    assert time.time() - began > 1.0
    assert abs(frame.time - time.time()) < DEADLINE_S
    assert health.corrupt == health.reconnects == 0
    assert source.ring.span_s > 1.0


def test_a_loop_that_changes_size_counts_every_change(tmp_path: Path) -> None:
    clip = write_two_sizes(tmp_path / "clip.ts", frames=5)
    seen: list[tuple[int, tuple[int, int]]] = []
    with LiveSource(FileLoop(clip), EVERY, QUICK) as source:
        while not seen or seen[-1][0] < 3:
            frame = source.latest(timeout=DEADLINE_S)
            assert frame is not None
            seen.append((source.epoch, frame.size))
    sizes = dict(seen)
    assert [sizes[epoch] for epoch in range(4)] == [SIZE, (96, 64), SIZE, (96, 64)]
    assert set(seen) == set(sizes.items())


def test_a_loop_needs_a_file(tmp_path: Path) -> None:
    with pytest.raises(CaptureError):
        FileLoop(tmp_path / "none.mp4")


def test_frames_end_when_the_source_is_stopped(tmp_path: Path) -> None:
    source = LiveSource.loop(write_clip(tmp_path / "clip.mp4"), EVERY)
    source.start()
    times = []
    for frame in source.frames():
        times.append(frame.time)
        if len(times) == 3:
            source.stop()
    assert len(times) == 3
    assert times == sorted(times)


class StuckLink:
    """Stands for a network stack that ignores its timeouts."""

    name = "stuck"
    silence_s = 0.0
    nap_s = 0.0

    def __init__(self) -> None:
        self.let_go = threading.Event()

    def open(self) -> InputContainer:
        self.let_go.wait()
        raise av.ExitError(0, "let go")

    def packets(
        self, container: InputContainer, stream: av.VideoStream, stopped: threading.Event
    ) -> Iterator[av.Packet[av.VideoStream]]:
        return iter(())


def test_a_read_that_hangs_is_seen_and_abandoned() -> None:
    link = StuckLink()
    source = LiveSource(link, EVERY, LiveSettings(hung_s=0.1))
    source.start()
    until(lambda: source.health.is_hung)
    assert source.stop(timeout=0.05) is False
    assert source.health.state is LinkState.STOPPED
    assert source.latest(timeout=0) is None
    link.let_go.set()
    assert source.stop() is True
    assert source.health.state is LinkState.STOPPED
    assert source.health.error is None


class BrokenLink(StuckLink):
    """Fails in a way that nobody foresaw."""

    def open(self) -> InputContainer:
        raise RuntimeError("rtsp://admin:hunter2@10.0.0.7")


def test_an_unforeseen_failure_is_told_and_tried_again() -> None:
    with LiveSource(BrokenLink(), EVERY, LiveSettings(first_retry_s=0.01)) as source:
        until(lambda: source.health.state is LinkState.FAILED)
        error = source.health.error
    assert error is not None
    assert error.key == "capture.live.failed"
    assert "hunter2" not in str(error)


def test_a_source_is_started_once(tmp_path: Path) -> None:
    with (
        LiveSource.loop(write_clip(tmp_path / "clip.mp4"), EVERY) as source,
        pytest.raises(RuntimeError),
    ):
        source.start()


@pytest.mark.parametrize(
    "address",
    ["", "clip.mp4", "/dev/video0", "file:///etc/passwd", "rtsp://", "pipe:0", "rtsp://[x/"],
)
def test_what_is_not_a_cameras_address(address: str) -> None:
    with pytest.raises(CaptureError) as caught:
        CameraLink(address)
    assert caught.value.key == "capture.live.bad_address"


@pytest.mark.parametrize(
    ("error", "was_running", "key"),
    [
        (av.HTTPForbiddenError(0, "no"), False, "refused"),
        (av.HTTPServerError(0, "full"), False, "busy"),
        (av.ExitError(0, "late"), True, "silent"),
        (av.InvalidDataError(0, "odd"), False, "not_stream"),
        (av.ConnectionResetError(0, "reset"), True, "broken"),
        (ConnectionRefusedError(111, "Connection refused"), False, "unreachable"),
    ],
)
def test_every_failure_has_a_text(error: Exception, was_running: bool, key: str) -> None:
    notice = failure(error, "rtsp://***@10.0.0.7/", was_running)
    assert notice.key == f"capture.live.{key}"
    assert "10.0.0.7" in notice.in_language("fr")
