"""Regimes are data: a closed list each, none enabled, nothing unknown in them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from gardefou.governance import regime as module
from gardefou.governance.mandate_check import by_law
from gardefou.governance.refusal import Reason
from gardefou.governance.regime import LONGEST_DAYS, Status, read_regime, shipped
from gardefou.situations.situation import Situation
from support.mandates import mandate

FOLDER = Path(module.__file__).parent / "regimes"
ONE = (FOLDER / "law-2026-201.toml").read_text(encoding="utf-8")


def under(regime_id: str, **changes: object) -> list[Reason]:
    """What a mandate under another regime, its bundle copied from it, is refused for."""
    regime = shipped()[regime_id]
    given = {
        "legal_basis__regime": regime.id,
        "legal_basis__texts": list(regime.texts),
        "legal_basis__valid_from": str(regime.valid_from),
        "legal_basis__valid_to": str(regime.valid_to or "2027-12-31"),
        "legal_basis__situations": sorted(regime.situations),
        "legal_basis__required": list(regime.required),
        "authorisation__controller_kind": min(regime.controllers),
        "authorisation__situations": ["zone_intrusion"],
        **changes,
    }
    return [each.reason for each in by_law(mandate(**given))]


def test_these_regimes_are_shipped_and_none_counts_as_verified() -> None:
    assert {each.id: each.status for each in shipped().values()} == {
        "experiment-2023": Status.EXPIRED,
        "law-2026-201": Status.UNVERIFIED,
        "law-2026-798": Status.UNVERIFIED,
        "private-premises": Status.EXAMPLE,
        "research": Status.EXAMPLE,
    }
    for regime in shipped().values():
        assert regime.situations <= set(Situation)
        assert regime.max_days <= LONGEST_DAYS
        assert regime.in_language("fr") != regime.in_language("en")


def test_the_experiment_of_2023_is_over() -> None:
    assert shipped()["experiment-2023"].valid_to == date(2025, 3, 31)
    assert under("experiment-2023") == [Reason.REGIME_EXPIRED, Reason.REGIME_OUTLIVED]


def test_an_expired_regime_is_refused_even_for_a_time_when_it_was_in_force() -> None:
    found = under(
        "experiment-2023",
        authorisation__start="2024-07-01T00:00:00Z",
        authorisation__end="2024-07-20T00:00:00Z",
    )
    assert Reason.REGIME_EXPIRED in found


@pytest.mark.parametrize(
    "regime_id", ["law-2026-201", "law-2026-798", "private-premises", "research"]
)
def test_what_is_not_verified_needs_counsel_s_name_date_and_reference(regime_id: str) -> None:
    assert under(regime_id) == []
    assert under(regime_id, legal_basis__counsel=...) == [Reason.REGIME_UNVERIFIED]


def test_a_regime_that_is_not_shipped_is_unknown() -> None:
    found = by_law(mandate(legal_basis__regime="law-of-the-vendor"))
    assert [each.reason for each in found] == [Reason.REGIME_UNKNOWN]
    assert by_law(mandate(), regimes={})[0].reason is Reason.REGIME_UNKNOWN


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("texts", ["Loi imaginaire"]),
        ("valid_from", "2020-01-01"),
        ("valid_to", "2040-01-01"),
        ("required", ["dpia"]),
    ],
)
def test_a_bundle_may_not_widen_its_regime(field: str, value: object) -> None:
    assert Reason.BASIS_WIDER in under("law-2026-201", **{f"legal_basis__{field}": value})


def test_a_bundle_may_not_list_a_situation_that_the_regime_lacks() -> None:
    found = under(
        "private-premises",
        legal_basis__situations=["zone_intrusion", "crowd_density"],
        authorisation__situations=["crowd_density"],
    )
    assert found == [Reason.BASIS_WIDER, Reason.SITUATION_NOT_LISTED]


def test_a_bundle_may_narrow_its_regime() -> None:
    assert under("law-2026-201", legal_basis__situations=["zone_intrusion"]) == []
    found = under("law-2026-201", legal_basis__situations=["fire"])
    assert found == [Reason.SITUATION_NOT_LISTED]


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.toml")), ids=lambda path: path.stem)
def test_a_regime_s_file_bears_its_name(path: Path) -> None:
    assert read_regime(path.read_text(encoding="utf-8")).id == path.stem


@pytest.mark.parametrize(
    "changed",
    [
        ONE.replace('status = "unverified"', 'status = "enabled"'),
        ONE.replace("max_days = 31", "max_days = 32"),
        ONE.replace('"fire"', '"loitering"'),
        ONE.replace("valid_to = 2027-12-31", "valid_to = 2020-12-31"),
        ONE.replace('"municipality"', '"vendor"'),
        ONE.replace("max_days", "enabled = true\nmax_days"),
        ONE.replace('"dpia"', '"nothing"'),
    ],
)
def test_a_regime_with_anything_unknown_in_it_is_no_regime(changed: str) -> None:
    assert changed != ONE
    with pytest.raises(ValueError):
        read_regime(changed)
