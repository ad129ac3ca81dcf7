"""The desk's page asks only for texts that the catalogues have."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path

import pytest

from gardefou.governance.entry import Operation
from gardefou.governance.habilitation import Obstacle
from gardefou.governance.ledger import Origin
from gardefou.governance.measures import Cut
from gardefou.governance.roles import Role
from gardefou.governance.viewing import Purpose
from gardefou.i18n import LANGUAGES, catalogue
from gardefou.runtime.bus import CameraState
from gardefou.situations.situation import Situation
from gardefou.storage.paper_records import FindingStatus, Light, RefusalGround, RequestKind
from gardefou.storage.records import Mode
from gardefou.storage.review import FollowUp, Verdict

SOURCES = Path(__file__).resolve().parents[2] / "frontend" / "src"

ROOMS = "|".join(
    (
        *("web", "storage", "situations", "accounts", "measures", "workshop"),
        *("measures_page", "accounts_page", "accountability_page"),
    )
)
"""The catalogues whose keys the page writes out."""

CHOSEN: dict[str, type[StrEnum]] = {
    "web.camera_state.": CameraState,
    "web.review.": Verdict,
    "storage.verdict.": Verdict,
    "storage.follow_up.": FollowUp,
    "accounts.purpose.": Purpose,
    "accounts.role.": Role,
    "web.suspension.origin.": Origin,
    "web.findings.": FindingStatus,
    "measures.cut.": Cut,
    "measures.light.": Light,
    "accounts_page.obstacle.": Obstacle,
    "governance.operation.": Operation,
    "rights.kind.": RequestKind,
    "rights.ground.": RefusalGround,
}
"""Keys that end in a value the server sent."""


def sources() -> str:
    """Everything the page is made of."""
    files = [each for each in SOURCES.rglob("*") if each.suffix in (".svelte", ".ts")]
    return "\n".join(each.read_text("utf-8") for each in files)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_that_is_named_exists(language: str) -> None:
    named = set(re.findall(rf'"((?:{ROOMS})\.[a-z_.]+)"', sources()))

    assert named
    assert named - catalogue(language).keys() == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_that_is_chosen_exists(language: str) -> None:
    chosen = {f"{prefix}{value}" for prefix, values in CHOSEN.items() for value in values}
    chosen |= {f"web.mode.{mode}.{part}" for mode in Mode for part in ("name", "meaning")}
    chosen |= {f"situations.{each}.{part}" for each in Situation for part in ("name", "legal")}

    assert chosen - catalogue(language).keys() == set()
    assert all(f"`{prefix}${{" in sources() for prefix in CHOSEN)
