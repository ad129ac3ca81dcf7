"""A home folder under a mandate: small programme, small models, a key, a clock the test moves."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from gardefou.governance.attested import hashes
from gardefou.governance.journal import Journal
from gardefou.governance.mandate_file import SignedMandate
from gardefou.governance.mandates import Mandates, public_facts
from gardefou.governance.register_check import publish
from gardefou.governance.suspension import KillSwitch
from gardefou.governance.warrant import MandateWarrant, Place, register_folder, warrant_for
from gardefou.perception.store import MANIFEST, ModelStore
from gardefou.site.check import load_site
from support.mandates import KEY, NOW, mandate

SITE = """\
version: 1
name: Town
cameras:
  - id: lawn
    name: Lawn
    source: rtsp://user:secret@127.0.0.1:9/lawn
    place: {name: Quay, latitude: 44.5, longitude: 4.5}
    situations: [zone_intrusion]
    masks:
      - {id: house, polygon: [[0.8, 0.0], [1.0, 0.0], [1.0, 0.3], [0.8, 0.3]]}
    walkways: []
    zones:
      - {id: lawn, situation: zone_intrusion, act: a3, polygon: [[0.1, 0.1], [0.9, 0.4], [0.5, 1]]}
"""


class Authority:
    """The folder, and what stands in it; `warrant` is what a start would get."""

    def __init__(self, folder: Path, site: str = SITE) -> None:
        self.home = folder / "home"
        self.home.mkdir(parents=True)
        self.seconds = 0.0
        self.wall_offset = timedelta()
        self.journal = Journal(self.home / "journal.jsonl", now=self.wall)
        self.site_path = self.home / "site.yaml"
        self.site_path.write_text(site, encoding="utf-8")
        self.programme = folder / "programme"
        (self.programme / "room").mkdir(parents=True)
        (self.programme / "room" / "rule.py").write_text("FLOOR = 2\n")
        self.models = folder / "models"
        (self.models / "nanodet").mkdir(parents=True)
        (self.models / "nanodet" / "network.bin").write_bytes(b"weights")
        entry = {
            "adapter": "nanodet",
            "licence": "Apache-2.0",
            "origin": "a test",
            "recipe": "",
            "files": {"network.bin": "00"},
        }
        (self.models / MANIFEST).write_text(json.dumps({"models": {"nanodet": entry}}))
        self.mandates = Mandates(self.home, self.journal)
        self.mandates.trust(KEY.public, "cli:admin")

    def wall(self) -> datetime:
        """UTC, as the machine's clock tells it."""
        return NOW.astimezone(UTC) + timedelta(seconds=self.seconds) + self.wall_offset

    def wait(self, seconds: float) -> None:
        """Time passes."""
        self.seconds += seconds

    @property
    def place(self) -> Place:
        return Place(
            home=self.home,
            site=load_site(self.site_path),
            site_path=self.site_path,
            journal=self.journal,
            store=ModelStore(self.models),
            programme=self.programme,
            wall=self.wall,
            monotonic=lambda: self.seconds,
        )

    def switch(self) -> KillSwitch:
        return KillSwitch(self.home, self.journal)

    def attestation(self) -> dict[str, Any]:
        """What runs, attested."""
        found = hashes(load_site(self.site_path), ModelStore(self.models), self.programme)
        return {
            "reference": "ATT-1",
            "software_sha256": found.software,
            "models": dict(found.models),
            "site_sha256": found.site,
        }

    def install(self, publishes: bool = True, **changes: Any) -> SignedMandate:
        """Sign and install a mandate for what runs, and publish it."""
        given = {"authorisation__attestation": self.attestation(), **changes}
        signed = SignedMandate(mandate(**given)).signed(KEY)
        self.mandates.install(signed, "cli:admin")
        if publishes:
            place = self.place
            running = hashes(place.site, place.store, place.programme)
            sha256 = running.running(signed.mandate.sha256)
            folder = register_folder(self.home, signed.mandate.id)
            publish(folder, public_facts(signed, sha256), sha256)
        return signed

    def warrant(self, switch: KillSwitch | None = None) -> MandateWarrant:
        """What a start would run under; raises `MandateError`."""
        return warrant_for(self.place, switch or self.switch())
