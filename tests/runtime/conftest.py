"""A camera's stream over a real RTSP server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gardefou.perception.store import data_dir
from support.rtsp_server import RtspServer
from support.units import RATE, demo_pictures, write_units


@pytest.fixture(scope="session")
def clip(models_dir: Path) -> Path:
    """The demo clip, which is installed with the models."""
    path = data_dir() / "clips" / "vtest.avi"
    if not path.is_file():
        pytest.fail(f"no demo clip in {path}; run: gardefou models install")
    return path


@pytest.fixture(scope="session")
def units(clip: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight seconds, 640x480: for four nobody is on the lawn, for four somebody is."""
    pictures = demo_pictures(clip, 47.5, 8.0, (640, 480))
    return write_units(tmp_path_factory.mktemp("stream") / "lawn", pictures)


@pytest.fixture(scope="session")
def large_units(clip: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four seconds in 1920x1080 at 4 Mbit/s."""
    pictures = demo_pictures(clip, 51.5, 4.0, (1920, 1080))
    path = tmp_path_factory.mktemp("stream") / "large"
    return write_units(path, pictures, bitrate=4_000_000)


@pytest.fixture(scope="module")
def server(units: Path) -> Iterator[RtspServer]:
    """A camera that shows `units`."""
    with RtspServer(units=units, rate=RATE) as running:
        yield running
