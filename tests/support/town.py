"""A town with a home folder of its own: site, mandate, alerts, journal, and a clock that obeys."""

from __future__ import annotations

import html as markup
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from gardefou.evidence.vault import Vault
from gardefou.governance.entry import Entry, Operation
from gardefou.governance.facts import Facts, Office
from gardefou.governance.figures import Maturity, Publication, PublishedFigures
from gardefou.governance.journal import SOFTWARE, Journal
from gardefou.situations.situation import Situation
from gardefou.storage.records import EvidenceKind, Mode
from gardefou.storage.review import FollowUp, Verdict
from gardefou.storage.store import Store
from support.alerts import alert, numbered_id

NOON = datetime(2026, 7, 14, 12, 0, tzinfo=UTC)
"""When tests begin."""

SITE = """\
version: 1
name: Fête du port
timezone: Europe/Paris
cameras:
  - id: quay
    name: Quai nord
    place: {name: Port, latitude: 48.85, longitude: 2.35}
    situations: [zone_intrusion, wrong_way]
    masks:
      - id: windows
        polygon: [[0.0, 0.0], [0.2, 0.0], [0.2, 0.2]]
    zones:
      - id: rails
        situation: zone_intrusion
        polygon: [[0.4, 0.4], [0.9, 0.4], [0.9, 0.9]]
        act: "Arrêté 2026-12"
      - id: street
        situation: wrong_way
        polygon: [[0.1, 0.5], [0.3, 0.5], [0.3, 0.9]]
        direction: [1.0, 0.0]
  - id: square
    name: Place du marché
    situations: [zone_intrusion]
    zones:
      - id: stage
        situation: zone_intrusion
        polygon: [[0.4, 0.4], [0.9, 0.4], [0.9, 0.9]]
        act: "Arrêté 2026-13"
"""

TOWN: dict[str, Any] = {
    "controller": {
        "name": "Commune de Port-Réel",
        "department": "Police municipale",
        "address": "1 place de la Mairie, 99000 Port-Réel",
        "representative": "La maire",
    },
    "contact": {"email": "video@port-reel.example", "address": "1 place de la Mairie"},
    "dpo": {"name": "D. Le Goff", "email": "dpo@port-reel.example"},
    "committee": "Comité d'éthique de la vidéo",
    "area": "Port-Réel",
    "website": "https://port-reel.example/video",
    "data_protection": "title_ii",
    "retention_days": 15,
    "recorder": {"name": "Centre de supervision", "retention_days": 15},
    "maintenance": "Service informatique",
    "technical_norms": "Arrêté du 3 août 2007",
    "statements": {
        "proportionality": "Deux caméras, trois jours de fête.",
        "benefit": "Secours plus rapides.",
        "alternatives": "Rondes seules : insuffisantes.",
        "harms": "Habitants du quai filmés.",
        "complaints": "Par lettre au comité.",
        "persons_heard": "Réunion publique du 2 juin 2026.",
    },
}

MANDATE: dict[str, Any] = {
    "format": "gardefou-mandate/1",
    "id": "fete-2026",
    "legal_basis": {"regime": "law-2026-201", "texts": ["Loi n° 2026-201, art. 47"]},
    "authorisation": {
        "act_number": "2026-118",
        "act_date": "2026-07-01",
        "publication_url": "https://prefecture.example/raa",
        "controller": "Commune de Port-Réel",
        "services": ["Police municipale"],
        "event": "Fête du port",
        "reasons": "Affluence de 20 000 personnes",
        "perimeter": {
            "type": "Polygon",
            "coordinates": [[[2.3, 48.8], [2.4, 48.8], [2.4, 48.9], [2.3, 48.8]]],
        },
        "cameras": ["quay", "square"],
        "situations": ["zone_intrusion", "wrong_way"],
        "information": "panneaux à chaque accès.",
        "start": "2026-07-13T00:00:00Z",
        "end": "2026-08-03T00:00:00Z",
        "deliberation": "",
        "dpia": {"reference": "AIPD-3", "date": "2026-05-02", "sha256": "a" * 64},
        "attestation": {"reference": "ATT-1", "software_sha256": "b" * 64},
        "contract": {"reference": "M-2026-7", "price": "12000.00", "functions": ["signalement"]},
    },
}

FIGURES = Publication(
    measured="2026-06-01",
    software="gardefou 0.0",
    model="nanodet-g",
    inference_precision="f32",
    cases_sha256="c" * 64,
    situations={
        Situation.ZONE_INTRUSION: PublishedFigures(
            maturity=Maturity.CALIBRATE_FIRST,
            events=15,
            found=12,
            recall=0.8,
            precision=0.9,
            delay_s=1.5,
            false=2,
            false_per_hour=0.5,
            hours=4.0,
            interval={"precision": (0.7, 0.98)},
        )
    },
)
"""Figures that no evaluation changes under the tests."""


@dataclass
class TestTown:
    """One home folder; ``now`` moves when it is told to."""

    __test__ = False

    home: Path
    store: Store
    now: datetime = NOON

    @classmethod
    @contextmanager
    def at(cls, home: Path, **changes: Any) -> Iterator[TestTown]:
        """A town whose facts are complete, unless ``changes`` take some away."""
        home.mkdir(parents=True, exist_ok=True)
        (home / "site.yaml").write_text(SITE, encoding="utf-8")
        (home / "evidence").mkdir(exist_ok=True)
        with Store.open(home / "gardefou.db") as store:
            town = cls(home, store)
            town.write_town(TOWN | changes)
            town.write_mandate()
            yield town

    @property
    def office(self) -> Office:
        return Office(self.home, self.store, self.journal, lambda: self.now)

    @property
    def journal(self) -> Journal:
        return Journal(self.home / "journal.jsonl", lambda: self.now)

    @property
    def seconds(self) -> float:
        return self.now.timestamp()

    def facts(self) -> Facts:
        """The facts, with figures and a version that stay the same."""
        return replace(self.office.facts(), publication=FIGURES, software="gardefou 0.0")

    def later(self, **span: float) -> None:
        """Let time pass."""
        self.now += timedelta(**span)

    def write_town(self, content: dict[str, Any]) -> None:
        words = yaml.safe_dump(content, allow_unicode=True)
        (self.home / "town.yaml").write_text(words, encoding="utf-8")

    def write_mandate(self, **changes: Any) -> None:
        """The mandate with some fields of its authorisation changed."""
        folder = self.home / "mandates"
        folder.mkdir(exist_ok=True)
        document = MANDATE | {"authorisation": MANDATE["authorisation"] | changes}
        words = yaml.safe_dump(document, allow_unicode=True)
        (folder / "fete-2026.yaml").write_text(words, encoding="utf-8")

    def note(self, operation: Operation, actor: str = SOFTWARE, **details: Any) -> None:
        """An entry in the journal."""
        self.journal.append(Entry(actor, operation, "system", details=details))

    def start(self) -> None:
        self.note(Operation.START, mode="operational", cameras=["quay", "square"], step="start")

    def alert(
        self,
        number: int,
        verdict: Verdict | None = None,
        camera: str = "quay",
        situation: Situation = Situation.ZONE_INTRUSION,
    ) -> None:
        """An operational alert that opens now and lasts 5 s, reviewed 30 s later."""
        opened = alert(number, camera, situation, self.seconds, "fete-2026")
        self.store.record_opened(opened, Mode.OPERATIONAL)
        self.store.record_closed(opened.id, self.seconds + 5)
        if verdict is not None:
            at = self.seconds + 30
            self.store.review(opened.id, verdict, FollowUp.TEAM_SENT, "a.petit", at, seen=0)

    def evidence(self, number: int, content: bytes = b"clip") -> None:
        """A clip of an alert stands on the disk."""
        name = f"{number}/clip.mp4"
        path = self.home / "evidence" / name
        with Vault.of(self.home).file(path) as inside:
            inside.write_bytes(content)
        self.store.attach_evidence(numbered_id(number), EvidenceKind.CLIP, name, self.seconds)


def words_of(html: str) -> str:
    """What a page says, without its markup."""
    body = re.sub(r"<(style|title)>.*?</\1>", " ", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", markup.unescape(re.sub(r"<[^>]+>", " ", body)))
