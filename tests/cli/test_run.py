"""`gardefou run` and `gardefou demo` as processes: they stop clean, die clean and start again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gardefou.perception.store import data_dir
from gardefou.storage.records import AlertRecord
from gardefou.storage.store import Store
from support.command import Call
from support.processes import kill, marked, until
from support.rtsp_server import RtspServer
from support.units import RATE, demo_pictures, write_units

STOP_S = 300.0
"""A stop takes 20 s at most, evidence under way included; three times that on a busy machine."""

GARDEFOU = [str(Path(sys.executable).with_name("gardefou"))]

Start = Callable[..., "Command"]

SITE = """
version: 1
name: One lawn
cameras:
  - id: lawn
    name: Lawn
    source: {url}
    situations: [zone_intrusion]
    zones:
      - id: lawn
        situation: zone_intrusion
        act: EXAMPLE ONLY
        polygon: [[0.0, 0.48], [0.43, 0.6], [1.0, 0.93], [1.0, 1.0], [0.0, 1.0]]
"""


class Command:
    """A running command, and everything it started, known by a mark."""

    def __init__(self, name: str, *arguments: str) -> None:
        self.mark = f"GARDEFOU_TEST_COMMAND={name}-{os.getpid()}"
        key, _, value = self.mark.partition("=")
        self.process = subprocess.Popen(
            [*GARDEFOU, *arguments],
            env={**os.environ, key: value, "GARDEFOU_LANG": "en"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def until_ready(self) -> str:
        """Wait for the address of the desk."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if "http://" in line:
                return line.split()[-1]
        raise AssertionError(f"it did not start: {self.end()[1]}")

    def end(self, number: signal.Signals | None = None) -> tuple[int, str]:
        """Send a signal, wait for the end: exit status and what stood on stderr."""
        if number is not None:
            self.process.send_signal(number)
        _, errors = self.process.communicate(timeout=STOP_S)
        return self.process.returncode, errors

    def kill(self) -> None:
        """End what a failed test left running."""
        for pid in marked(self.mark):
            kill(pid)
        self.process.communicate(timeout=STOP_S)

    def until_nothing_runs(self) -> None:
        until(lambda: not marked(self.mark), STOP_S, f"left behind: {marked(self.mark)}")


@pytest.fixture(scope="module")
def server(models_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RtspServer]:
    pictures = demo_pictures(data_dir() / "clips" / "vtest.avi", 51.5, 4.0, (640, 480))
    units = write_units(tmp_path_factory.mktemp("stream") / "lawn", pictures)
    with RtspServer(units=units, rate=RATE) as running:
        yield running


@pytest.fixture
def home(server: RtspServer, tmp_path: Path) -> Path:
    (tmp_path / "site.yaml").write_text(SITE.format(url=server.url))
    return tmp_path


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts commands; none outlives its test."""
    commands: list[Command] = []

    def starting(*arguments: str) -> Command:
        commands.append(Command(f"{len(commands)}", *arguments))
        return commands[-1]

    yield starting
    for command in commands:
        command.kill()


def run(home: Path, *more: str) -> list[str]:
    return ["run", "--home", str(home), "--reason", "a test", "--port", "0", *more]


def alerts(home: Path) -> list[AlertRecord]:
    with Store.open(home / "gardefou.db") as store:
        return store.alerts(limit=1000)


def test_killed_with_an_alert_open_nothing_runs_on_and_the_next_start_closes_it(
    start: Start, home: Path
) -> None:
    first = start(*run(home))
    first.until_ready()
    until(lambda: alerts(home), STOP_S, "no alert opened")
    first.end(signal.SIGKILL)
    first.until_nothing_runs()
    told = {record.id for record in alerts(home)}
    second = start(*run(home))
    second.until_ready()
    found = [record for record in alerts(home) if record.id in told]
    assert {record.id for record in found} == told
    assert len(found) == len(told)
    assert all(record.closed_at is not None for record in found)
    assert not [path for path in (home / "evidence").rglob("*") if str(path.parent.name) in told]
    status, errors = second.end(signal.SIGINT)
    assert status == 0, errors
    second.until_nothing_runs()
    assert all(record.closed_at is not None for record in alerts(home))
    assert not list((home / "evidence").rglob("*.*"))


def test_two_at_once_on_a_home_is_refused_and_so_is_a_port_in_use(
    start: Start, home: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    running = start(*run(home))
    address = running.until_ready()
    status, errors = start(*run(home)).end()
    assert status == 2
    assert len(errors.strip().splitlines()) == 1
    assert str(home) in errors
    other = tmp_path_factory.mktemp("other")
    (other / "site.yaml").write_text((home / "site.yaml").read_text())
    port = address.rstrip("/").rpartition(":")[2]
    status, errors = start(*run(other, "--port", port)).end()
    assert status == 2
    assert len(errors.strip().splitlines()) == 1
    assert port in errors
    status, errors = running.end(signal.SIGTERM)
    assert status == 0, errors
    running.until_nothing_runs()


def test_the_demo_ends_with_ctrl_c_and_starts_again(
    start: Start, models_dir: Path, tmp_path: Path
) -> None:
    for _ in range(2):
        demo = start("demo", "--no-browser", "--port", "0", "--home", str(tmp_path))
        demo.until_ready()
        status, errors = demo.end(signal.SIGINT)
        assert status == 0, errors
        demo.until_nothing_runs()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "--reason"),
        (["--reason", " "], "--reason"),
        (["--reason", "a test", "--mode", "evaluation"], "analyse"),
    ],
)
def test_wrong_use_is_refused_on_one_line(
    call: Call, home: Path, arguments: list[str], words: str
) -> None:
    result = call("run", "--home", home, *arguments)
    assert result.status == 2
    assert len(result.err.strip().splitlines()) == 1
    assert words in result.err
