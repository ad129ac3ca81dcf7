"""At the end of a mandate its workers end, with no clock but the test's; it is certified."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gardefou.errors import DocumentError, GardefouError
from gardefou.governance.facts import Office
from gardefou.governance.journal import Journal
from gardefou.governance.ledger import Origin
from gardefou.governance.register_check import ENTRY
from gardefou.governance.use import Use
from gardefou.governance.warrant import register_folder
from gardefou.runtime.bus import CameraState
from gardefou.runtime.disk import DiskLimits
from gardefou.runtime.ending import AGAIN_S, Ending
from gardefou.runtime.home import Home
from gardefou.runtime.hosts import Host
from gardefou.runtime.hub import Hub, HubSettings
from gardefou.runtime.messages import HubCommand, Stop, WorkerMessage, WorkerSettings
from gardefou.storage.records import Mode
from gardefou.storage.store import Store
from support.authority import Authority
from support.mandates import NOW, mandate
from support.processes import until
from support.town import TOWN

ID = "carnival-2027"
LEFT_S = (mandate().authorisation.end - NOW).total_seconds()


class Idle(Host):
    """A host whose worker does nothing, and stops when it is told to."""

    def __init__(self) -> None:
        self.lives = True

    @property
    def is_alive(self) -> bool:
        return self.lives

    def send(self, command: HubCommand) -> None:
        self.lives = self.lives and not isinstance(command, Stop)

    def kill(self) -> None:
        self.lives = False

    def discard(self) -> None:
        assert not self.lives

    def _join(self, timeout: float) -> None:
        assert not self.lives


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    authority = Authority(tmp_path)
    authority.install()
    (authority.home / "town.yaml").write_text(json.dumps(TOWN), encoding="utf-8")
    return authority


@contextmanager
def running(authority: Authority) -> Iterator[tuple[Hub, list[Idle]]]:
    hosts: list[Idle] = []

    def make(_: WorkerSettings, __: Callable[[WorkerMessage], None]) -> Host:
        hosts.append(Idle())
        return hosts[-1]

    home = Home(authority.home)
    home.prepare()
    with Store.open(home.database) as store:
        warrant = authority.warrant()
        office = Office(authority.home, store, authority.journal, authority.wall)
        settings = HubSettings(
            home=home,
            cameras=tuple(authority.place.site.cameras),
            mode=Mode.OPERATIONAL,
            reason="",
            disk=DiskLimits(low=0, full=0),
            warrant=warrant,
            use=Use(office, warrant.mandate_id, warrant.running_sha256),
        )
        with Hub(settings, store, authority.journal, make) as hub:
            yield hub, hosts


def steps(authority: Authority) -> list[str]:
    """Starts, stops, and what happened to the mandate."""
    told = ("start", "stop", "mandate", "failure")
    return [
        str(line.details.get("step", line.operation))
        for line in authority.journal.entries()
        if line.operation in told
    ]


def certificate(authority: Authority) -> Path:
    return authority.home / "certificates" / ID / "certificate-fr.html"


def test_a_mandate_s_end_ends_its_workers_and_is_certified(authority: Authority) -> None:
    with running(authority) as (hub, hosts):
        until(lambda: [each.lives for each in hosts] == [True])
        assert '"operational"' in (register_folder(authority.home, ID) / ENTRY).read_text()
        authority.wait(LEFT_S + 1)
        until(lambda: not any(each.lives for each in hosts))
        until(lambda: certificate(authority).is_file())
        assert hub.bus.cameras["lawn"].state is CameraState.STOPPED
        assert len(hosts) == 1
    assert ID in certificate(authority).read_text(encoding="utf-8")
    assert steps(authority)[2:] == ["start", "running", "stopped", "stop", "certified"]


def test_a_mandate_that_ends_while_all_is_suspended_is_over_as_well(authority: Authority) -> None:
    with running(authority) as (hub, hosts):
        until(lambda: [each.lives for each in hosts] == [True])
        hub.switch.suspend("cli:anna", Origin.PREFECT, "order 9")
        authority.wait(LEFT_S + 1)
        until(lambda: certificate(authority).is_file())
        assert not any(each.lives for each in hosts)


def test_nothing_starts_that_cannot_be_published(authority: Authority) -> None:
    (authority.home / "town.yaml").unlink()
    with pytest.raises(DocumentError), running(authority):
        raise AssertionError("it runs")
    assert steps(authority)[2:] == ["start", "stop"]


def test_a_register_that_is_unplugged_stops_what_runs(authority: Authority) -> None:
    with running(authority) as (hub, _):
        until(lambda: hub.bus.system.processing)
        (register_folder(authority.home, ID) / ENTRY).unlink()
        until(lambda: not hub.bus.system.processing)
        notice = hub.bus.system.notice
        assert notice is not None
        assert notice.key == "mandate.refusal.register_missing"


def test_a_certificate_that_cannot_be_made_is_tried_again_and_its_failure_noted(
    tmp_path: Path,
) -> None:
    now = {"s": 0.0}
    made: list[bool] = []

    class Busy:
        def begin(self) -> None:
            raise NotImplementedError

        def end(self) -> None:
            made.append(len(made) > 0)
            if not made[-1]:
                raise GardefouError("documents.certificate.no_mandate")

    journal = Journal(tmp_path / "journal.jsonl")
    ending = Ending(journal, Busy(), ID, lambda: now["s"])
    for now["s"] in (0.0, AGAIN_S / 2, AGAIN_S, 3 * AGAIN_S):
        ending.certify()
    assert made == [False, True]
    assert [line.operation for line in journal.entries()] == ["failure"]
