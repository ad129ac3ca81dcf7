"""A house with nothing pretended but the cameras: store, journal, bus, evidence files, server."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING
from uuid import UUID

import av
import cv2
import numpy as np
from uuid6 import uuid7

from gardefou.alerting.alert import Alert
from gardefou.capture.notice import Notice
from gardefou.evidence.vault import Vault
from gardefou.governance.journal import Journal
from gardefou.governance.sessions import Sessions
from gardefou.governance.site_book import SiteBook
from gardefou.governance.suspension import KillSwitch
from gardefou.runtime.bus import (
    AlertChange,
    AlertChanged,
    CameraHealth,
    CameraState,
    InMemoryEventBus,
    SystemState,
)
from gardefou.runtime.health_log import HealthLog
from gardefou.runtime.messages import Tried, TryOut
from gardefou.runtime.trial_desk import TrialDesk
from gardefou.runtime.trial_job import (
    TrialAnswer,
    TrialJob,
    TrialOutcome,
    TrialPicture,
    WouldBeAlert,
)
from gardefou.situations.situation import Situation
from gardefou.storage.records import EvidenceKind, Mode
from gardefou.storage.store import Store
from gardefou.web.services import Access, CameraInfo, SiteInfo, WebServices, ZoneInfo
from gardefou.web.workshop import Workshop
from support.people import accounts_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gardefou.geometry.arrays import Image
    from gardefou.governance.accounts import Accounts

WIDTH, HEIGHT, RATE = 640, 360, 10

ZONE = ZoneInfo("rails", "Voies 1 et 2", ((0.35, 0.45), (0.95, 0.4), (0.98, 0.95), (0.4, 0.98)))

SITE = SiteInfo(
    (
        CameraInfo("quay", "Quai nord", "Gare, bâtiment A", (Situation.ZONE_INTRUSION,), (ZONE,)),
        CameraInfo("square", "Place du marché", "", (Situation.FIRE, Situation.ABANDONED_OBJECT)),
    )
)

NAMES = {
    EvidenceKind.SNAPSHOT: "snapshot.jpg",
    EvidenceKind.BEFORE: "before.mp4",
    EvidenceKind.CLIP: "clip.mp4",
}


class DrawnPictures:
    """Live views whose pictures are drawn; counts who watches."""

    def __init__(self) -> None:
        self.watchers = 0
        self.left = Event()

    async def watch(self, camera_id: str) -> AsyncGenerator[bytes]:
        self.watchers += 1
        try:
            for step in range(10_000):
                yield jpeg(picture(step))
                await asyncio.sleep(0.05)
        finally:
            self.watchers -= 1
            self.left.set()


class House:
    """One home folder with everything the web room serves."""

    def __init__(self, home: Path, mode: Mode = Mode.REHEARSAL) -> None:
        self.home = home
        self.evidence = home / "evidence"
        self.evidence.mkdir(parents=True, exist_ok=True)
        self.store = Store.open(home / "gardefou.db")
        self.journal = Journal(home / "journal.jsonl")
        self.vault = Vault.of(home)
        self.bus = InMemoryEventBus()
        self.live = DrawnPictures()
        self.now = time.time
        self.health = HealthLog(lambda: self.now())
        self.taken = 0
        self.why_not_tried: Notice | None = None
        self.outcome: TrialAnswer | None = tried()
        self.trials = TrialDesk(lambda _: self.why_not_tried, self._answer_trials)
        self.jobs: list[TrialJob] = []
        self.services = WebServices(
            store=self.store,
            journal=self.journal,
            events=self.bus,
            live=self.live,
            site=lambda: SITE,
            mode=mode,
            evidence_dir=self.evidence,
            vault=self.vault,
            switch=KillSwitch(home, self.journal),
            clock=lambda: self.now(),
            workshop=Workshop(
                SiteBook(home / "site.yaml", self.journal),
                self._take,
                self.health.samples,
                self.trials,
            ),
        )
        self.bus.publish(SystemState(processing=True))
        for camera in SITE.cameras:
            self.bus.publish(CameraHealth(camera.id, CameraState.RUNNING, time.time()))

    @classmethod
    @contextmanager
    def at(cls, home: Path, mode: Mode = Mode.REHEARSAL) -> Iterator[House]:
        """Open the house, and close its store at the end."""
        house = cls(home, mode)
        try:
            yield house
        finally:
            house.bus.close()
            house.store.close()
            if house.services.access is not None:
                house.services.access.accounts.close()

    def _take(self) -> None:
        self.taken += 1

    def _answer_trials(self) -> None:
        """The workers are pretended: each trial comes to `outcome` at once, to nothing if None."""
        for _, command in self.trials.commands():
            if isinstance(command, TryOut):
                self.jobs.append(command.job)
                if self.outcome is not None:
                    self.trials.hear(Tried(command.job.number, self.outcome))

    def with_accounts(self) -> Accounts:
        """From now on the house knows accounts; nobody has one yet."""
        accounts = accounts_at(self.home, lambda: self.now(), self.journal)
        access = Access(accounts, Sessions(accounts))
        self.services = replace(self.services, access=access)
        return accounts

    def open_alert(
        self,
        camera_id: str = "quay",
        situation: Situation = Situation.ZONE_INTRUSION,
        opened_at: float | None = None,
    ) -> UUID:
        """An alert opens, in the store first and then on the bus."""
        alert = Alert(
            id=uuid7(),
            mandate_id=None,
            camera_id=camera_id,
            situation=situation,
            zone_id=ZONE.id if situation is Situation.ZONE_INTRUSION else None,
            opened_at=time.time() if opened_at is None else opened_at,
            region=((0.45, 0.5), (0.6, 0.5), (0.6, 0.85), (0.45, 0.85)),
        )
        self.store.record_opened(alert, self.services.mode)
        self.bus.publish(AlertChanged(alert.id, AlertChange.OPENED))
        return alert.id

    def close_alert(self, alert_id: UUID) -> None:
        """The situation is no longer seen."""
        self.store.record_closed(alert_id, self.store.alert(alert_id).opened_at + 4.0)
        self.bus.publish(AlertChanged(alert_id, AlertChange.CLOSED))

    def attach(self, alert_id: UUID, kind: EvidenceKind, seconds: int = 6) -> Path:
        """A piece of evidence is made."""
        path = self.evidence / str(alert_id) / NAMES[kind]
        with self.vault.file(path) as inside:
            if kind is EvidenceKind.SNAPSHOT:
                inside.write_bytes(jpeg(picture(30)))
            else:
                write_video(inside, seconds=3 if kind is EvidenceKind.BEFORE else seconds)
        self.store.attach_evidence(
            alert_id, kind, path.relative_to(self.evidence).as_posix(), time.time()
        )
        self.bus.publish(AlertChanged(alert_id, AlertChange.EVIDENCE))
        return path

    def content(self, path: Path) -> bytes:
        """What a sealed file holds."""
        with self.vault.open(path) as sealed:
            return b"".join(sealed.read())

    def journalled(self) -> list[tuple[str, str, str]]:
        """Actor, operation and object of each entry."""
        return [(line.actor, line.operation, line.object_ref) for line in self.journal.entries()]


def tried() -> TrialOutcome:
    """What a trial over the drawn quay comes to."""
    region = ((0.45, 0.5), (0.6, 0.5), (0.6, 0.85), (0.45, 0.85))
    alerts = (
        WouldBeAlert(Situation.ZONE_INTRUSION, "rails", 12.4, 20.0, region),
        WouldBeAlert(Situation.ZONE_INTRUSION, "rails", 41.0, None, region),
    )
    pictures = (TrialPicture(12.4, jpeg(picture(5))), TrialPicture(41.0, jpeg(picture(30))))
    return TrialOutcome(58.2, 291, alerts, pictures)


def picture(step: int) -> Image:
    """A quay, and a body that walks over the rails. [360, 640, 3]"""
    image = np.full((HEIGHT, WIDTH, 3), (150, 146, 140), np.uint8)
    image[: HEIGHT // 3] = (205, 196, 186)
    cv2.fillPoly(image, [np.array([[225, 165], [610, 145], [630, 345], [255, 352]])], (96, 94, 92))
    for y in (190, 250, 310):
        cv2.line(image, (235, y), (620, y - 16), (190, 188, 186), 3)
    x = 290 + step % 60
    cv2.rectangle(image, (x, 195), (x + 34, 290), (70, 60, 120), -1)
    cv2.circle(image, (x + 17, 182), 13, (60, 60, 60), -1)
    return image


def jpeg(image: Image) -> bytes:
    """The picture as JPEG."""
    return bytes(cv2.imencode(".jpg", image)[1])


def write_video(path: Path, seconds: int) -> None:
    """A small H.264 film of the quay, without sound."""
    with av.open(str(path), "w", format="mp4", options={"movflags": "faststart"}) as container:
        stream = container.add_stream("libx264", rate=RATE)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for step in range(seconds * RATE):
            frame = av.VideoFrame.from_ndarray(picture(step), format="bgr24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
