"""A running system takes another site: what changed changes, what did not goes on."""

from __future__ import annotations

from pathlib import Path

from gardefou.governance.journal import Journal
from gardefou.governance.site_book import SiteBook
from gardefou.runtime.bus import CameraState
from gardefou.runtime.messages import Heartbeat
from gardefou.runtime.site_watch import SiteWatch
from gardefou.site.document import Camera, Mask, Site
from support.processes import until
from support.rtsp_server import RtspServer
from support.system import System, camera

SKY = Mask(id="sky", polygon=((0.0, 0.0), (0.3, 0.0), (0.3, 0.3)))


def since(system: System, identifier: str) -> float:
    return system.health(identifier).since


def analysed(system: System, identifier: str) -> list[int]:
    """Frames analysed of a camera since it was begun, as heartbeats told one after the other."""
    beats = [each for each in list(system.messages) if isinstance(each, Heartbeat)]
    reports = [report for beat in beats for report in beat.cameras]
    return [each.analysed for each in reports if each.camera_id == identifier]


def test_a_camera_is_added_changed_and_taken_away_while_another_goes_on(
    mark: str, server: RtspServer, tmp_path: Path
) -> None:
    stays, second = camera(server.url, "stays"), camera(server.url, "second")
    with System(tmp_path / "home", [stays]) as system:
        system.until_state(CameraState.RUNNING, "stays")
        worker, told = system.worker, analysed(system, "stays")[-1]

        system.hub.take([stays, second])
        until(lambda: "second" in system.hub.bus.cameras)
        system.until_state(CameraState.RUNNING, "second")
        until(lambda: len(system.hub.health.samples("second")) > 0)

        began = since(system, "second")
        masked = second.model_copy(update={"masks": (SKY,)})
        system.hub.take([stays, masked])
        until(lambda: since(system, "second") != began, what="it was not begun anew")
        system.until_state(CameraState.RUNNING, "second")

        system.hub.take([stays])
        system.until_state(CameraState.STOPPED, "second")
        count = len(system.messages)
        until(lambda: any(_names(each) == {"stays"} for each in system.messages[count:]))
        assert system.worker == worker
        counts = analysed(system, "stays")
        assert counts == sorted(counts), "it was begun anew"
        assert counts[-1] > told
        assert system.hub.health.samples("second") == []


def test_an_empty_system_begins_with_the_first_camera(
    mark: str, server: RtspServer, tmp_path: Path
) -> None:
    with System(tmp_path / "home", []) as system:
        system.hub.take([camera(server.url)])
        until(lambda: bool(system.hosts))
        until(lambda: "lawn" in system.hub.bus.cameras)
        system.until_state(CameraState.RUNNING)


class Taken:
    def __init__(self) -> None:
        self.sites: list[tuple[Camera, ...]] = []

    def take(self, cameras: tuple[Camera, ...]) -> None:
        self.sites.append(cameras)


def test_a_document_with_mistakes_changes_nothing(tmp_path: Path) -> None:
    path, hub = tmp_path / "site.yaml", Taken()
    watch = SiteWatch(SiteBook(path, Journal(tmp_path / "journal.jsonl")), None, hub)
    path.write_text("version: 1\nname: Gare\ncameras: []\n", "utf-8")
    watch.look()
    assert (watch.site, hub.sites) == (None, [])

    first = camera("rtsp://192.0.2.1/x", "first")
    watch.book.path.unlink()
    watch.book.apply(Site(version=1, name="Gare", cameras=(first,)), "desk:A", "")
    watch.look()
    watch.look()
    assert hub.sites == [(first,)]


def _names(message: object) -> set[str]:
    if not isinstance(message, Heartbeat):
        return set()
    return {each.camera_id for each in message.cameras}
