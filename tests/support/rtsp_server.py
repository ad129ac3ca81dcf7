"""A real RTSP server for tests: GStreamer's, in a process of the system's own Python.

Run as a program it serves a moving picture, or H.264 made beforehand (`support.units`) in an
endless loop, and obeys lines on standard input: ``stall``, ``resume``, ``size WIDTH HEIGHT``,
``quit``. `RtspServer` runs it from a test.
"""

from __future__ import annotations

import argparse
import itertools
import struct
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any

PYTHON = "/usr/bin/python3"
PACKAGES = (
    "python3-gi gir1.2-gst-rtsp-server-1.0 gstreamer1.0-plugins-base gstreamer1.0-plugins-good "
    "gstreamer1.0-plugins-bad gstreamer1.0-plugins-ugly"
)


class RtspServer:
    """A server of one stream, ``rtsp://127.0.0.1:port/cam``; starts when entered."""

    def __init__(
        self,
        *,
        port: int = 0,
        password: str = "",
        audio: bool = False,
        size: tuple[int, int] = (320, 240),
        rate: int = 15,
        units: Path | None = None,
    ) -> None:
        self.port = port
        self._arguments = [
            f"--password={password}",
            f"--width={size[0]}",
            f"--height={size[1]}",
            f"--rate={rate}",
            *(["--audio"] if audio else []),
            *([f"--units={units}"] if units else []),
        ]
        self._process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"rtsp://127.0.0.1:{self.port}/cam"

    def __enter__(self) -> RtspServer:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.kill()

    def start(self) -> None:
        self._process = subprocess.Popen(
            [PYTHON, str(Path(__file__)), f"--port={self.port}", *self._arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        ready = self._process.stdout.readline().split()
        if ready[:1] != ["ready"]:
            self.kill()
            raise RuntimeError(f"no RTSP server to test with: apt-get install -y {PACKAGES}")
        self.port = int(ready[1])

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None:
                    pipe.close()
            self._process = None

    def tell(self, command: str) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(command + "\n")
        self._process.stdin.flush()


def read_units(path: Path) -> list[bytes]:
    """Access units of a file, each after its length (four bytes, big end first)."""
    data, units, at = path.read_bytes(), [], 0
    while at < len(data):
        (length,) = struct.unpack_from(">I", data, at)
        units.append(data[at + 4 : at + 4 + length])
        at += 4 + length
    return units


def _arguments() -> argparse.Namespace:
    options = argparse.ArgumentParser()
    options.add_argument("--port", default="0")
    options.add_argument("--password", default="")
    options.add_argument("--width", type=int)
    options.add_argument("--height", type=int)
    options.add_argument("--rate", type=int)
    options.add_argument("--audio", action="store_true")
    options.add_argument("--units", type=Path)
    return options.parse_args()


def _caps(width: int, height: int, rate: int) -> str:
    return f"video/x-raw,format=I420,width={width},height={height},framerate={rate}/1"


def _pipeline(given: argparse.Namespace) -> str:
    """GStreamer's description of what is served."""
    if given.units:
        source = (
            "appsrc name=src is-live=true format=time do-timestamp=true "
            f"caps=video/x-h264,stream-format=byte-stream,alignment=au,framerate={given.rate}/1"
        )
    else:
        source = (
            "videotestsrc is-live=true pattern=ball ! videoscale "
            f"! capsfilter name=size caps={_caps(given.width, given.height, given.rate)} ! x264enc "
            f"tune=zerolatency speed-preset=ultrafast key-int-max={given.rate} threads=1"
        )
    launch = (
        f"( {source} ! valve name=gate ! h264parse config-interval=-1 ! rtph264pay name=pay0 pt=96 "
    )
    if given.audio:
        launch += "audiotestsrc is-live=true ! alawenc ! rtppcmapay name=pay1 pt=8 "
    return launch + ")"


def _ask_password(library: Any, gst: Any, server: Any, factory: Any, password: str) -> None:
    auth = library.RTSPAuth()
    token = library.RTSPToken()
    token.set_string("media.factory.role", "viewer")
    auth.add_basic(library.RTSPAuth.make_basic("viewer", password), token)
    server.set_auth(auth)
    factory.add_role_from_structure(
        gst.Structure.new_from_string(
            "viewer,media.factory.access=true,media.factory.construct=true"
        )
    )


def _feed(gst: Any, glib: Any, source: Any, units: list[bytes], rate: int) -> None:
    """Push a unit a period, from the first again after the last, until the media is gone."""
    endless = itertools.cycle(units)

    def push() -> bool:
        buffer = gst.Buffer.new_wrapped(next(endless))
        return bool(source.emit("push-buffer", buffer) == gst.FlowReturn.OK)

    glib.timeout_add(1000 // rate, push)


def main() -> None:
    """Serve until standard input ends."""
    import gi  # type: ignore[import-not-found]

    gi.require_version("Gst", "1.0")
    gi.require_version("GstRtspServer", "1.0")
    from gi.repository import GLib, Gst, GstRtspServer  # type: ignore[import-not-found]

    given = _arguments()
    Gst.init(None)

    units = read_units(given.units) if given.units else []
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(_pipeline(given))
    factory.set_shared(True)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(given.port)
    if given.password:
        _ask_password(GstRtspServer, Gst, server, factory, given.password)
    elements: dict[str, Any] = {}
    is_stalled = {"now": False}

    def configured(_: object, media: Any) -> None:
        top = media.get_element()
        elements.update(gate=top.get_by_name("gate"), size=top.get_by_name("size"))
        # A media made for the next client is as silent as the one before.
        elements["gate"].set_property("drop", is_stalled["now"])
        if units:
            _feed(Gst, GLib, top.get_by_name("src"), units, given.rate)

    factory.connect("media-configure", configured)
    server.get_mount_points().add_factory("/cam", factory)
    server.attach(None)
    loop = GLib.MainLoop()

    def obey(source: object, _: object) -> bool:
        words = sys.stdin.readline().split()
        if not words or words[0] == "quit":
            loop.quit()
        elif words[0] in {"stall", "resume"}:
            is_stalled.update(now=words[0] == "stall")
            if "gate" in elements:
                elements["gate"].set_property("drop", is_stalled["now"])
        elif words[0] == "size":
            wanted = Gst.Caps.from_string(_caps(int(words[1]), int(words[2]), given.rate))
            elements["size"].set_property("caps", wanted)
        return True

    GLib.io_add_watch(sys.stdin, GLib.PRIORITY_DEFAULT, GLib.IO_IN | GLib.IO_HUP, obey)
    print("ready", server.get_bound_port(), flush=True)
    loop.run()


if __name__ == "__main__":
    main()
