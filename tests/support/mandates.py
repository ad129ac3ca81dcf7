"""A sound mandate for tests, and what differs from it by one thing."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

from gardefou.governance.mandate import Mandate
from gardefou.governance.mandate_file import SignedMandate
from gardefou.governance.regime import shipped
from gardefou.governance.signing import PrivateKey

KEY = PrivateKey.make()
NOW = datetime(2027, 2, 10, 12, 0, tzinfo=UTC)
REGIME = shipped()["law-2026-798"]
HASH = "ab" * 32

ANSWERS: dict[str, Any] = {
    "format": "gardefou-mandate/1",
    "id": "carnival-2027",
    "legal_basis": {
        "regime": REGIME.id,
        "texts": list(REGIME.texts),
        "valid_from": "2026-08-20",
        "valid_to": "2027-12-31",
        "situations": sorted(each.value for each in REGIME.situations),
        "required": [each.value for each in REGIME.required],
        "counsel": {"name": "Maître Dupont", "date": "2027-01-05", "reference": "avis 12/2027"},
    },
    "authorisation": {
        "act_number": "2027-0123",
        "act_date": "2027-01-20",
        "publication_url": "https://prefecture.example/raa/2027-0123.pdf",
        "controller": "Commune de Valence-sur-Mer",
        "controller_kind": "municipality",
        "services": ["Police municipale"],
        "event": "Carnaval 2027",
        "reasons": "60 000 visiteurs dans des rues étroites",
        "perimeter": {
            "type": "Polygon",
            "coordinates": [[[4.0, 44.0], [5.0, 44.0], [5.0, 45.0], [4.0, 45.0], [4.0, 44.0]]],
        },
        "cameras": ["lawn"],
        "situations": ["zone_intrusion", "wrong_way"],
        "information": "Affiches aux entrées, site de la commune",
        "start": "2027-02-01T08:00:00+01:00",
        "end": "2027-02-28T20:00:00+01:00",
        "dpia": {
            "reference": "AIPD-7",
            "date": "2027-01-10",
            "sha256": HASH,
            "signed_by": "La maire",
        },
        "dpo_opinion": {"reference": "DPD-7", "date": "2027-01-12"},
        "cnil_commitment": "EC-2027-1",
        "video_authorisation": {"number": "VP-2024-9", "date": "2024-05-02"},
        "attestation": {
            "reference": "ATT-1",
            "software_sha256": HASH,
            "models": {"nanodet": HASH},
            "site_sha256": HASH,
        },
        "trainings": {
            "data_protection": {"reference": "F-1", "date": "2027-01-08"},
            "system": {"reference": "F-2", "date": "2027-01-09"},
        },
    },
}


def answers(**changes: object) -> dict[str, Any]:
    """The sound mandate as data, with values at dotted places (``__`` for the dot) replaced.

    A value of ``...`` takes the place out.
    """
    data = deepcopy(ANSWERS)
    for where, value in changes.items():
        *parents, last = where.split("__")
        part = data
        for step in parents:
            part = part[step]
        if value is ...:
            del part[last]
        else:
            part[last] = value
    return data


def mandate(**changes: object) -> Mandate:
    """The sound mandate, changed."""
    return Mandate.model_validate(answers(**changes))


def signed(**changes: object) -> SignedMandate:
    """The same under the controller's signature."""
    return SignedMandate(mandate(**changes)).signed(KEY)
