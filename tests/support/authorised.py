"""A real system under a mandate of these minutes: real site, models, programme and accounts."""

from __future__ import annotations

import json
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from gardefou.governance.attested import Hashes, hashes
from gardefou.governance.journal import Journal
from gardefou.governance.mandate_file import SignedMandate
from gardefou.governance.mandates import Mandates, public_facts
from gardefou.governance.regime import shipped
from gardefou.governance.register_check import publish
from gardefou.governance.roles import Role
from gardefou.governance.warrant import register_folder
from gardefou.perception.store import ModelStore
from gardefou.site.check import load_site
from support.mandates import KEY, mandate
from support.people import accounts_at, hire
from support.town import TOWN

PEOPLE = {Role.OPERATOR: "anna", Role.SUPERVISOR: "bruno", Role.ADMIN: "chloe"}

SITE = """\
version: 1
name: One lawn
cameras:
  - id: lawn
    name: Lawn
    source: {url}
    place: {{name: Quay, latitude: 44.5, longitude: 4.5}}
    situations: [zone_intrusion]
    walkways: []
    masks:
      - {{id: house, polygon: [[0.9, 0.0], [1.0, 0.0], [1.0, 0.1], [0.9, 0.1]]}}
    zones:
      - id: lawn
        situation: zone_intrusion
        act: EXAMPLE ONLY
        polygon: [[0.0, 0.48], [0.43, 0.6], [1.0, 0.93], [1.0, 1.0], [0.0, 1.0]]
"""


class Authorised:
    """A home folder with site, town, accounts and the controller's key."""

    def __init__(self, home: Path, url: str) -> None:
        self.home = home
        self.site = home / "site.yaml"
        self.site.write_text(SITE.format(url=url), encoding="utf-8")
        (home / "town.yaml").write_text(json.dumps(TOWN), encoding="utf-8")
        self.mandates = Mandates(home, self.journal)
        self.mandates.trust(KEY.public, "cli:chloe")
        with accounts_at(home, time.time, self.journal) as accounts:
            for role, name in PEOPLE.items():
                hire(accounts, role, name)

    @property
    def journal(self) -> Journal:
        return Journal(self.home / "journal.jsonl")

    def running(self) -> Hashes:
        """What would run now."""
        return hashes(load_site(self.site), ModelStore())

    def install(self, mandate_id: str, lasts: timedelta, **changes: Any) -> SignedMandate:
        """Sign a mandate that began three minutes ago, put it in its place and publish it."""
        now = datetime.now(UTC).replace(microsecond=0)
        running, today = self.running(), now.date()
        regime = shipped()["research"]
        given: dict[str, Any] = {
            "id": mandate_id,
            "legal_basis__regime": regime.id,
            "legal_basis__texts": list(regime.texts),
            "legal_basis__valid_from": _day(today, -30),
            "legal_basis__valid_to": _day(today, 60),
            "legal_basis__situations": sorted(each.value for each in regime.situations),
            "legal_basis__required": [each.value for each in regime.required],
            "legal_basis__counsel__date": _day(today, -20),
            "authorisation__controller_kind": "research_body",
            "authorisation__act_date": _day(today, -10),
            "authorisation__start": (now - timedelta(minutes=3)).isoformat(),
            "authorisation__end": (now + lasts).isoformat(),
            "authorisation__situations": ["zone_intrusion"],
            "authorisation__dpia__date": _day(today, -40),
            "authorisation__dpo_opinion__date": _day(today, -30),
            "authorisation__video_authorisation__date": _day(today, -400),
            "authorisation__trainings": ...,
            "authorisation__attestation": {
                "reference": "ATT-1",
                "software_sha256": running.software,
                "models": dict(running.models),
                "site_sha256": running.site,
            },
        }
        signed = SignedMandate(mandate(**given | changes)).signed(KEY)
        self.mandates.install(signed, "cli:chloe")
        sha256 = running.running(signed.mandate.sha256)
        folder = register_folder(self.home, mandate_id)
        publish(folder, public_facts(signed, sha256), sha256)
        return signed

    def steps(self) -> list[str]:
        """Every step of a mandate in the journal, with its reason where it has one."""
        return [
            " ".join(str(line.details[name]) for name in ("step", "reason") if name in line.details)
            for line in self.journal.entries()
            if line.operation == "mandate" and line.details.get("step") != "trusted"
        ]


def _day(today: date, days: int) -> str:
    return (today + timedelta(days=days)).isoformat()
