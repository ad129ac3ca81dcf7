"""Whatever happens to a stream, its camera says so and comes back, and nothing piles up."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import av
import pytest

from gardefou.capture.gate import Sleep
from gardefou.capture.link import Transport
from gardefou.evidence.vault import Vault
from gardefou.runtime.bus import CameraState
from gardefou.runtime.hosts import ready_to_fork
from gardefou.storage.records import EvidenceKind
from support.processes import all_begun, marked, resident_mb, until
from support.rtsp_server import RtspServer
from support.system import System, camera, threads
from support.udp_relay import UdpRelay
from support.units import RATE

BACK_S = 120.0
"""A camera must come back; how soon is measured, not asserted."""

GROWTH_MB = 48.0
"""A worker's ring fills for its first 30 s: 15 MB at 4 Mbit/s, doubled, and some for the rest."""


@pytest.fixture(autouse=True)
def nothing_left(mark: str) -> Iterator[None]:
    """Every test here ends with the threads and processes that it began with."""
    ready_to_fork()
    until(all_begun)
    running, processes = threads(), marked(mark).keys()
    yield
    until(lambda: threads() <= running, what="a thread was left behind")
    until(lambda: marked(mark).keys() <= processes, what="a process was left behind")


@pytest.mark.parametrize("sleep", [Sleep.NEVER, Sleep.KEYFRAMES])
def test_a_1080p_stream_killed_five_times_silent_and_lossy(
    large_units: Path, tmp_path: Path, sleep: Sleep
) -> None:
    with (
        RtspServer(units=large_units, rate=RATE) as server,
        UdpRelay(server.port) as relay,
        System(
            tmp_path,
            [
                camera(server.url, "tcp", sleep=sleep),
                camera(relay.url, "udp", Transport.UDP, sleep=sleep),
            ],
        ) as system,
    ):
        both = ("tcp", "udp")
        for each in both:
            system.until_state(CameraState.RUNNING, each)
        memory = {}
        for life in range(5):
            server.kill()
            for each in both:
                system.until_state(CameraState.RECONNECTING, each)
            server.start()
            for each in both:
                system.until_state(CameraState.RUNNING, each, BACK_S)
            memory[life] = (resident_mb(system.worker), resident_mb(os.getpid()))
        server.tell("stall")
        system.until_state(CameraState.RECONNECTING, "tcp")
        assert system.health("tcp").notice is not None
        server.tell("resume")
        system.until_state(CameraState.RUNNING, "tcp", BACK_S)
        relay.loss = 0.3
        lost = relay.lost
        until(lambda: relay.lost > lost + 300, what="nothing passed through the relay")
        relay.loss = 0.0
        system.until_state(CameraState.RUNNING, "udp", BACK_S)
        assert len(system.hosts) == 1, "the worker itself must not have died"
        grown = [resident_mb(system.worker) - memory[1][0], resident_mb(os.getpid()) - memory[1][1]]
        assert max(grown) < GROWTH_MB


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_refused_password_and_a_server_of_rubbish_are_told(tmp_path: Path, language: str) -> None:
    with (
        RtspServer(password="right") as server,
        Rubbish() as rubbish,
        System(
            tmp_path,
            [
                camera(server.url.replace("//", "//viewer:wrong@"), "locked"),
                camera(rubbish.url, "rubbish"),
            ],
        ) as system,
    ):
        refused = system.until_state(CameraState.REFUSED, "locked").notice
        until(lambda: system.health("rubbish").notice is not None)
        nonsense = system.health("rubbish").notice
    assert refused is not None
    assert nonsense is not None
    assert refused.key == "capture.live.refused"
    assert nonsense.key.startswith("capture.live.")
    for notice in (refused, nonsense):
        words = notice.in_language(language)
        assert "127.0.0.1" in words
        assert "wrong" not in words
    assert refused.in_language("fr") != refused.in_language("en")


def test_sound_beside_the_pictures_reaches_no_file(units: Path, tmp_path: Path) -> None:
    with (
        RtspServer(units=units, rate=RATE, audio=True) as server,
        System(tmp_path, [camera(server.url)]) as system,
    ):
        system.until_alerts(1)
        until(lambda: EvidenceKind.CLIP in system.alerts()[0].evidence, 300.0, "no clip came")
        paths = [system.home.evidence / path for path in system.alerts()[0].evidence.values()]
    films = [path for path in paths if path.suffix == ".mp4"]
    assert len(films) == 2
    for path in films:
        with Vault.of(tmp_path).open(path) as sealed:
            content = BytesIO(b"".join(sealed.read()))
        with av.open(content) as container:
            assert [stream.type for stream in container.streams] == ["video"]


class Rubbish:
    """Answers whatever is asked with bytes that mean nothing."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"rtsp://127.0.0.1:{self._listener.getsockname()[1]}/cam"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._ended = threading.Event()

    def __enter__(self) -> Rubbish:
        self._listener.settimeout(0.1)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        self._listener.close()

    def _serve(self) -> None:
        while not self._ended.is_set():
            try:
                client, _ = self._listener.accept()
            except TimeoutError:
                continue
            with client:
                client.sendall(bytes(range(256)) * 16)
