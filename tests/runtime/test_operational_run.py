"""`gardefou run --mode operational` on the real clock, over a real stream, under real mandates.

What must happen is waited for within bounds; how long it takes is never asserted.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from gardefou.governance.entry import Entry, Operation
from gardefou.governance.journal import SOFTWARE, Journal
from gardefou.governance.ledger import Ledger
from gardefou.storage.records import AlertRecord, Mode
from gardefou.storage.store import Store
from support.authorised import Authorised
from support.command import GARDEFOU, Call
from support.processes import kill, marked, until
from support.rtsp_server import RtspServer

WAIT_S = 300.0
"""Longest wait for one thing to happen, on a machine that is busy with much else."""

HOUR = timedelta(hours=1)
MARK = "GARDEFOU_TEST_OPERATION"


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Call:
    monkeypatch.setenv("GARDEFOU_LANG", "en")
    return Call(capsys)


@pytest.fixture
def place(server: RtspServer, models_dir: Path, tmp_path: Path) -> Authorised:
    return Authorised(tmp_path, server.url)


class Run:
    """The command in operation, as a process."""

    def __init__(self, home: Path) -> None:
        self.mark = f"{MARK}={home}"
        self.process = subprocess.Popen(
            [str(GARDEFOU), "run", "--home", str(home), "--mode", "operational", "--port", "0"],
            env={**os.environ, MARK: str(home), "GARDEFOU_LANG": "en"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    @property
    def lives(self) -> bool:
        return self.process.poll() is None

    def end(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(WAIT_S)


@pytest.fixture
def runs() -> Iterator[list[Run]]:
    """Processes that were started; none outlives its test."""
    started: list[Run] = []
    yield started
    for run in started:
        for pid in marked(run.mark):
            kill(pid)
        run.process.wait(WAIT_S)


def alerts(home: Path, **wanted: Any) -> list[AlertRecord]:
    with Store.open(home / "gardefou.db") as store:
        return store.alerts(modes=(Mode.OPERATIONAL,), limit=1000, **wanted)


def began(place: Authorised) -> int:
    return place.steps().count("running")


def refused(call: Call, place: Authorised) -> str:
    result = call("run", "--home", place.home, "--mode", "operational", "--port", "0")
    assert result.status == 1
    return result.err


def begins_or_is_over(place: Authorised, run: Run, certificate: Path) -> bool:
    """Whether something runs under a mandate, or never will."""
    return began(place) > 0 or not run.lives or certificate.is_file()


NOW = datetime.now(UTC).replace(microsecond=0)
ELSEWHERE = [[5.0, 44.0], [6.0, 44.0], [6.0, 45.0], [5.0, 45.0], [5.0, 44.0]]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"authorisation__start": (NOW + HOUR).isoformat()}, "begins on"),
        (
            {
                "authorisation__start": (NOW - HOUR).isoformat(),
                "authorisation__end": (NOW - timedelta(minutes=1)).isoformat(),
            },
            "ended",
        ),
        ({"authorisation__cameras": ["gate"]}, "lawn"),
        ({"authorisation__situations": ["fire"]}, "lawn"),
        ({"authorisation__perimeter": {"type": "Polygon", "coordinates": [ELSEWHERE]}}, "lawn"),
    ],
    ids=["not begun", "over", "camera", "situation", "perimeter"],
)
def test_a_mandate_for_another_minute_camera_situation_or_place_starts_nothing(
    call: Call, place: Authorised, changes: dict[str, Any], words: str
) -> None:
    place.install("carnival", HOUR, **changes)
    assert words in refused(call, place)
    assert began(place) == 0
    assert alerts(place.home) == []


def test_what_is_not_what_was_attested_does_not_start(call: Call, place: Authorised) -> None:
    place.install("carnival", HOUR)
    place.site.write_text(place.site.read_text(encoding="utf-8").replace("0.48", "0.49"))
    assert "site.yaml" in refused(call, place)
    place.install("other", HOUR, authorisation__attestation__software_sha256="ab" * 32)
    assert "gardefou" in refused(call, place)
    assert began(place) == 0


def test_a_clock_that_was_turned_back_starts_nothing_until_two_people_say_so(
    call: Call, place: Authorised
) -> None:
    place.install("carnival", HOUR)
    ahead = Journal(place.home / "journal.jsonl", lambda: datetime.now(UTC) + timedelta(minutes=5))
    ahead.append(Entry(SOFTWARE, Operation.CONFIGURATION, "system"))
    assert "clock" in refused(call, place)
    suspension = Ledger.read(place.journal.entries()).suspension
    assert suspension is not None
    assert suspension.origin == "clock"
    resume = ("resume", "--home", place.home, "--reason", "clock put right", "--by")
    assert call(*resume, "anna").status == 0
    assert "uspended" in refused(call, place)
    assert call(*resume, "bruno").status == 0
    assert Ledger.read(place.journal.entries()).suspension is None


def test_it_runs_under_its_mandate_until_it_is_pressed_resumed_and_revoked(
    call: Call, place: Authorised, runs: list[Run]
) -> None:
    place.install("carnival", HOUR)
    runs.append(Run(place.home))
    until(lambda: alerts(place.home) or not runs[0].lives, WAIT_S, "no alert came")
    assert runs[0].lives, place.steps()
    assert {each.mandate_id for each in alerts(place.home)} == {"carnival"}
    assert place.steps() == ["installed", "running"]

    assert call("suspend", "--home", place.home, "--by", "anna").status == 0
    until(lambda: all(each.closed_at for each in alerts(place.home)), WAIT_S, "an alert is open")
    resume = ("resume", "--home", place.home, "--reason", "looked", "--by")
    assert call(*resume, "anna").status == 0
    assert call(*resume, "anna").status != 0
    assert "uspended" in refused(call, place)
    assert call(*resume, "bruno").status == 0
    resumed = datetime.now(UTC).timestamp()
    until(lambda: alerts(place.home, since=resumed), WAIT_S, "no alert came after")

    revoke = ("mandate", "revoke", "carnival", "--home", place.home, "--reason", "cancelled")
    assert call(*revoke, "--by", "chloe").status == 0
    until(lambda: "certified" in place.steps(), WAIT_S, "it was revoked and not certified")
    # The revocation's file stops it before, or after, the revocation stands in the journal.
    *_, second, first, last = place.steps()
    assert {first, second} == {"revoked", "stopped revoked"}
    assert last == "certified"
    assert runs[0].lives, "the desk stays open for reviews"
    assert runs[0].end() == 0
    assert "revoked" in refused(call, place)


def test_it_ends_by_itself_at_the_minute_that_its_mandate_says(
    call: Call, place: Authorised, runs: list[Run]
) -> None:
    # On a busy machine a mandate may be over before anything runs under it: then a longer one.
    for seconds in (30, 120, 480):
        name = f"carnival-{seconds}"
        certificate = place.home / "certificates" / name / "certificate-fr.html"
        place.install(name, timedelta(seconds=seconds))
        run = Run(place.home)
        runs.append(run)
        begun_or_over = partial(begins_or_is_over, place, run, certificate)
        until(begun_or_over, WAIT_S, "it neither ran nor ended")
        if began(place):
            break
        if run.lives:
            run.end()
    until(lambda: "stopped ended" in place.steps(), seconds + WAIT_S, "it did not end")
    until(certificate.is_file, WAIT_S, "it was not certified")
    until(lambda: all(each.closed_at for each in alerts(place.home)), WAIT_S, "an alert is open")
    assert runs[-1].lives
    assert runs[-1].end() == 0
    assert "ended" in refused(call, place)
