"""The public register says what runs, in every form, and cannot be written by hand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from gardefou.errors import DocumentError
from gardefou.governance import register
from gardefou.governance.camera_map import camera_map
from gardefou.governance.entry import Operation
from gardefou.governance.pages import public_page
from gardefou.governance.registration import (
    AlgorithmType,
    Domain,
    Registration,
    RiskCategory,
    UseStatus,
    UseType,
    registration,
    use_status,
)
from gardefou.governance.status import publish_status
from gardefou.governance.town import Town, load_town
from gardefou.situations.situation import Situation
from gardefou.storage.review import Verdict
from support.page import Page
from support.town import SITE, TOWN, TestTown, words_of

LARGEST_PAGE = 300_000


@pytest.fixture
def town(tmp_path: Path) -> Iterator[TestTown]:
    with TestTown.at(tmp_path / "home") as town:
        yield town


REQUIRED = {
    *("standard_version", "lang", "publication_date", "last_change_date", "revision_date"),
    *("name", "organization", "department", "country", "contact_email", "description_short"),
    *("status", "decision_making_process", "domain", "area", "goal", "impact", "risks"),
    *("risk_category", "proportionality", "lawful_basis", "training_data", "source_data"),
    *("connected_data_sources", "description", "algorithm_type", "type", "monitoring"),
    *("human_intervention", "objection_procedure"),
}
"""What version 0.3.1 of the standard requires."""


def test_the_entry_has_every_field_that_the_standard_requires(town: TestTown) -> None:
    for language in ("fr", "en"):
        entry = json.loads(register.register_json(town.facts(), language))
        assert entry.keys() >= REQUIRED
        assert all(entry[name] for name in REQUIRED)
        assert entry["standard_version"] == "0.3.1"
        assert len(entry["description_short"]) <= 150
        assert len(entry["description"]) >= 500


def test_what_is_counted_is_told_where_anything_is(town: TestTown) -> None:
    def sources() -> str:
        told: str = json.loads(register.register_json(town.facts(), "en"))["source_data"]
        return told

    assert "Passages" not in sources()
    path = town.home / "site.yaml"
    line = "    lines: [{id: door, line: [[0.5, 0.0], [0.5, 1.0]]}]\n    zones:\n"
    path.write_text(SITE.replace("    zones:\n", line, 1), encoding="utf-8")
    assert "Passages across lines (1)" in sources()


def test_the_model_refuses_what_the_standard_does_not_know(town: TestTown) -> None:
    entry = json.loads(register.register_json(town.facts()))
    for change in ({"status": "unlocked"}, {"domain": "policing"}, {"more": 1}):
        with pytest.raises(ValidationError):
            Registration.model_validate(entry | change)
    assert (len(Domain), len(UseStatus), len(RiskCategory)) == (21, 7, 4)
    assert (len(AlgorithmType), len(UseType)) == (3, 4)


def test_without_an_address_to_write_to_there_is_no_valid_entry(town: TestTown) -> None:
    town.write_town({**TOWN, "contact": {}})
    with pytest.raises(DocumentError, match=r"contact\.email"):
        registration(town.facts())


def test_the_words_aucune_deliberation_stand_where_there_was_none(town: TestTown) -> None:
    for language in ("fr", "en"):
        facts = town.facts()
        assert registration(facts, language).gardefou["deliberation"] == "aucune délibération"
        assert '<span class="badge">aucune délibération</span>' in public_page(
            facts, language, True
        )
    town.write_mandate(deliberation="Délibération 2026-04 du 3 juin 2026")
    page = public_page(town.facts(), "fr", True)
    assert "Délibération 2026-04 du 3 juin 2026" in page
    assert "aucune délibération" not in page


def test_a_revoked_mandate_is_not_in_force(town: TestTown) -> None:
    (town.home / "mandates" / "fete-2026.revoked").write_text("suspicion")
    assert registration(town.facts()).gardefou["mandate_in_force"] is False


def test_a_contract_with_gaps_wears_its_badge(town: TestTown) -> None:
    contract = registration(town.facts()).gardefou["contract"]
    assert (contract["incomplete"], contract["missing"]) == (True, ["supplier_siret"])
    words = words_of(public_page(town.facts(), "fr", True)).replace("\u202f", " ")
    assert "il manque : SIRET du fournisseur" in words
    whole = {"reference": "M", "price": 1, "supplier_siret": "1" * 14, "functions": ["a"]}
    town.write_mandate(contract=whole)
    assert registration(town.facts()).gardefou["contract"]["incomplete"] is False


@pytest.mark.parametrize(
    ("days", "operations", "status"),
    [
        (0, [Operation.START], "operational"),
        (0, [Operation.START, Operation.SUSPENSION], "planned"),
        (0, [Operation.START, Operation.STOP], "planned"),
        (-5, [], "planned"),
        (60, [Operation.START, Operation.STOP], "retired"),
    ],
)
def test_the_status_follows_from_the_mandate_and_the_journal(
    town: TestTown, days: int, operations: list[Operation], status: str
) -> None:
    for each in operations:
        town.note(each, cameras=["quay"])
    town.later(days=days)
    assert use_status(town.facts()).value == status


def test_only_what_runs_is_on_and_with_its_error_rates(town: TestTown) -> None:
    for number in range(1, 5):
        town.alert(number, Verdict.REFUTED if number == 1 else Verdict.CONFIRMED)
    shown = registration(town.facts()).gardefou["situations"]
    on = {name for name, each in shown.items() if each["on"]}
    assert on == {"zone_intrusion", "wrong_way"}
    assert len(shown) == len(Situation)
    page = words_of(public_page(town.facts(), "en", True))
    assert "12 of the 15 events played were signalled" in page
    assert "about 10 were false" in page
    assert "1 of the 4 alerts judged were false" in page
    assert "Contresens" not in page
    assert "Wrong way: never measured" in page


def test_a_site_that_changes_changes_the_register_and_nothing_else_can(town: TestTown) -> None:
    before = registration(town.facts()).gardefou
    site = SITE.replace("Quai nord", "Quai sud")
    (town.home / "site.yaml").write_text(site, encoding="utf-8")
    after = registration(town.facts()).gardefou
    assert before["site_sha256"] != after["site_sha256"]
    town.write_town({**TOWN, "situations": ["fire"]})
    with pytest.raises(DocumentError, match="situations"):
        town.facts()


def test_the_map_is_geojson_with_openstreetmaps_tags(town: TestTown) -> None:
    shown = camera_map(town.facts())
    (feature,) = shown["features"]
    assert feature["geometry"] == {"type": "Point", "coordinates": [2.35, 48.85]}
    tags = feature["properties"]
    assert tags["man_made"] == "surveillance"
    assert tags["surveillance:type"] == "camera"
    assert tags["operator"] == "Commune de Port-Réel"
    assert tags["vsa:mandate"] == "fete-2026"
    assert shown["vsa:without_position"] == ["Place du marché"]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_page_is_sound_small_and_without_script(town: TestTown, language: str) -> None:
    town.note(Operation.SUSPENSION)
    page = public_page(town.facts(), language, served=True)
    assert len(page.encode()) < LARGEST_PAGE
    assert Page(page).language == language
    for forbidden in ("<script", "<style", "style=", "onclick", "http-equiv", "<img"):
        assert forbidden not in page
    assert f'<html lang="{language}">' in page
    assert 'name="viewport"' in page
    assert "video@port-reel.example" in page


def test_a_town_that_says_nothing_still_has_its_page(town: TestTown) -> None:
    (town.home / "town.yaml").unlink()
    (town.home / "mandates" / "fete-2026.yaml").unlink()
    page = words_of(public_page(town.facts(), "fr", served=False))
    assert "à compléter" in page
    assert "Aucun mandat en vigueur" in page
    assert "aucune délibération" in page


def test_what_a_person_writes_cannot_become_markup(town: TestTown) -> None:
    town.write_town({**TOWN, "committee": "<script>alert(1)</script>"})
    assert "<script" not in public_page(town.facts(), "fr", served=True)


# The status lines


def test_each_start_and_stop_is_a_public_line_that_names_nobody(town: TestTown) -> None:
    town.start()
    town.note(Operation.REHEARSAL, step="charge", cameras=["quay"], seconds=60)
    town.note(Operation.VIEW, actor="desk:a.petit")
    town.note(Operation.SUSPENSION, actor="desk:a.petit")
    town.note(Operation.STOP)
    register.publish(town.home, town.facts())
    lines = (town.home / "public" / "status.jsonl").read_text().splitlines()
    assert [json.loads(line)["event"] for line in lines] == ["start", "suspension", "stop"]
    assert "petit" not in "".join(lines)


def test_status_lines_are_added_and_never_changed(town: TestTown) -> None:
    town.start()
    register.publish(town.home, town.facts())
    path = town.home / "public" / "status.jsonl"
    first = path.read_text()
    town.note(Operation.STOP)
    register.publish(town.home, town.facts())
    register.publish(town.home, town.facts())
    assert path.read_text().startswith(first)
    assert len(path.read_text().splitlines()) == 2
    path.write_text(path.read_text().replace("start", "strat"))
    with pytest.raises(DocumentError, match="line 1 is not that of the journal"):
        register.publish(town.home, town.facts())


def test_lines_whose_entries_were_pruned_stay(town: TestTown, tmp_path: Path) -> None:
    town.start()
    town.note(Operation.STOP)
    lines = town.facts().status
    publish_status(tmp_path / "public", lines)
    assert publish_status(tmp_path / "public", lines[1:]) == 0
    assert len((tmp_path / "public" / "status.jsonl").read_text().splitlines()) == 2


# The town's facts


def test_an_empty_town_lacks_every_fact_that_the_law_wants() -> None:
    missing = Town().missing
    assert {"controller.name", "contact.email", "dpo.email", "retention_days"} <= set(missing)
    assert "contact.phone" not in missing
    assert Town.model_validate(TOWN).missing == []


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ({"faces": True}, "faces"),
        ({"contact": {"email": "nobody"}}, "contact.email"),
        ({"retention_days": 31}, "retention_days"),
        ({"version": 2}, "version"),
        ({"publish_findings_after_days": 365}, "publish_findings_after_days"),
        ([1], "-"),
    ],
)
def test_a_town_that_says_something_wrong_is_refused_at_its_place(
    tmp_path: Path, content: Any, place: str
) -> None:
    path = tmp_path / "town.yaml"
    path.write_text(json.dumps(content))
    with pytest.raises(DocumentError, match=f"town.yaml: {place}: "):
        load_town(path)
