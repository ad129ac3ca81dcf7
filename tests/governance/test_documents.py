"""Papers for authorities: filled from what runs, held to golden files.

After a change that is meant: ``GARDEFOU_GOLDEN=write pytest tests/governance/test_documents.py``,
then read the difference.
"""

from __future__ import annotations

import copy
import csv
import json
import os
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from gardefou.errors import DocumentError
from gardefou.governance import reports
from gardefou.governance.assessments import ROPA
from gardefou.governance.documents import Desk, Document, DocumentKind, issue, make
from gardefou.governance.entry import Operation
from gardefou.governance.pia import KNOWN, faults, pia
from gardefou.governance.reports import PersonWithAccess
from gardefou.storage.review import Verdict
from support.page import Page
from support.town import TOWN, TestTown

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture
def town(tmp_path: Path) -> Iterator[TestTown]:
    """A town in use: started, suspended once, four alerts, a finding and a request."""
    with TestTown.at(tmp_path / "home") as town:
        town.start()
        for number in range(1, 4):
            town.alert(number, Verdict.CONFIRMED if number > 1 else Verdict.REFUTED)
        town.alert(4)
        town.note(Operation.VIEW, actor="desk:a.petit")
        town.note(Operation.SUSPENSION)
        town.note(Operation.STOP)
        town.later(hours=1)
        yield town


def made(town: TestTown, kind: DocumentKind, **more: Any) -> Document:
    return make(kind, Desk(town.office, town.facts(), **more))


@pytest.mark.parametrize(
    "kind", [each for each in DocumentKind if each is not DocumentKind.CERTIFICATE]
)
def test_a_paper_is_word_for_word_the_golden_one(town: TestTown, kind: DocumentKind) -> None:
    for name, content in made(town, kind).files.items():
        golden = GOLDEN / name
        if os.environ.get("GARDEFOU_GOLDEN") == "write":
            golden.write_text(content, encoding="utf-8", newline="")
        assert content == golden.read_bytes().decode(), name


def test_every_page_is_sound_in_both_languages(town: TestTown) -> None:
    for kind in DocumentKind:
        if kind is DocumentKind.CERTIFICATE:
            continue
        for language in ("fr", "en"):
            for name, content in made(town, kind, language=language).files.items():
                if name.endswith(".html") and name != "sign.html":
                    assert Page(content).language == language


# The impact assessment


def test_the_assessment_passes_the_importers_checks(town: TestTown) -> None:
    document = json.loads(made(town, DocumentKind.DPIA).files["pia.json"])
    assert faults(document) == []
    assert {each["reference_to"] for each in document["answers"]} == KNOWN
    assert len(KNOWN) == 36


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["pia"], None),
        (["answers"], None),
        (["comments"], {}),
        (["measures", 0, "title"], ""),
        (["measures", 0, "title"], "other"),
        (["measures", 0, "id"], "1"),
        (["answers", 0, "reference_to"], "111"),
        (["answers", 0, "reference_to"], 999),
        (["answers", 0, "data", "gauge"], 5),
        (["answers", 0, "data", "list"], None),
        (["answers", 0, "created_at"], "yesterday"),
        (["pia", "status"], 9),
        (["pia", "name"], None),
        (["attachments"], []),
        (["evaluations"], [{"reference_to": 11}]),
    ],
)
def test_what_the_importer_would_choke_on_or_lose_is_a_fault(
    town: TestTown, path: list[Any], value: Any
) -> None:
    document = copy.deepcopy(pia(town.facts()))
    place: Any = document
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    assert faults(document)


def test_judgements_are_left_to_people_and_named(town: TestTown) -> None:
    missing = made(town, DocumentKind.DPIA).missing
    assert {"325", "326", "335", "336", "345", "346"} <= set(missing)
    assert "111" not in missing
    town.write_town({})
    assert "112" in made(town, DocumentKind.DPIA).missing


# The others


def test_the_processing_record_has_every_column_filled_or_marked(town: TestTown) -> None:
    town.write_town({})
    (row,) = csv.DictReader(StringIO(made(town, DocumentKind.ROPA).files["ropa.csv"]))
    assert tuple(row) == ROPA
    assert all(row.values())
    assert row["responsable"] == "à compléter"


def test_the_fundamental_rights_assessment_has_its_six_points(town: TestTown) -> None:
    values = json.loads(made(town, DocumentKind.FRIA).files["fria.json"])
    assert list(values) == [
        "process",
        "period",
        "persons",
        "harms",
        "oversight",
        "measures",
        "dpia",
    ]
    assert all(values.values())


def test_the_file_for_the_prefecture_names_the_plan_a_surveyor_must_draw(town: TestTown) -> None:
    document = made(town, DocumentKind.PREFECTURE)
    assert document.missing == ["item2", "item12"]
    plan = json.loads(document.files["prefecture.geojson"])
    assert [each["id"] for each in plan["features"]] == ["quay", "perimeter"]


def test_every_alert_has_its_line_with_agent_review_and_delay(town: TestTown) -> None:
    rows = list(csv.DictReader(StringIO(reports.follow_ups(town.store, town.now))))
    assert len(rows) == 4
    reviewed = [row for row in rows if row["agent"]]
    assert {row["delay"] for row in reviewed} == {"30"}
    assert {row["agent"] for row in reviewed} == {"a.petit"}
    assert [row["review"] for row in rows if not row["agent"]] == ["unreviewed"]


def test_a_register_longer_than_a_page_is_whole(town: TestTown, monkeypatch: Any) -> None:
    monkeypatch.setattr(reports, "_PAGE", 2)
    rows = list(csv.DictReader(StringIO(reports.follow_ups(town.store, town.now))))
    assert len({row["alert_id"] for row in rows}) == 4


def test_accesses_come_from_the_journal_and_persons_from_the_keeper_of_accounts(
    town: TestTown,
) -> None:
    person = PersonWithAccess("A. Petit", "operator", "La maire", "2026-01-01", "2026-12-31", "2")
    files = made(town, DocumentKind.PERSONS, people=(person,)).files
    (access,) = csv.DictReader(StringIO(files["accesses.csv"]))
    assert (access["person"], access["views"]) == ("desk:a.petit", "1")
    (known,) = csv.DictReader(StringIO(files["persons.csv"]))
    assert known["person"] == "A. Petit"


def test_a_paper_that_names_operators_is_journalled_before_it_is_given(town: TestTown) -> None:
    desk = Desk(town.office, town.facts())
    issue(DocumentKind.FOLLOW_UPS, desk, "desk:inspector")
    last = list(town.journal.entries())[-1]
    assert (last.operation, last.actor) == ("export", "desk:inspector")
    issue(DocumentKind.FRIA, desk, "desk:inspector")
    assert list(town.journal.entries())[-1] == last


@pytest.mark.parametrize(
    "field",
    ["controller", "contact", "dpo", "website", "data_protection", "retention_days"],
)
def test_a_sign_with_a_gap_is_refused(town: TestTown, field: str) -> None:
    town.write_town({name: value for name, value in TOWN.items() if name != field})
    with pytest.raises(DocumentError, match=field):
        made(town, DocumentKind.SIGN)


def test_the_sign_says_who_why_and_which_rights_beside_a_camera(town: TestTown) -> None:
    sign = made(town, DocumentKind.SIGN).files["sign.svg"]
    for words in ("Commune de Port-Réel", "Finalités", "Vos droits", "CNIL", "<path"):
        assert words in sign


# The end of a use


def test_a_use_that_ended_has_its_certificate(town: TestTown) -> None:
    town.later(days=30)
    page = made(town, DocumentKind.CERTIFICATE).files["certificate.html"]
    assert "fete-2026, 2026-118" in page


def test_a_use_that_has_not_ended_has_none(town: TestTown) -> None:
    with pytest.raises(DocumentError, match="in force"):
        made(town, DocumentKind.CERTIFICATE)
    town.start()
    town.later(days=30)
    with pytest.raises(DocumentError, match="stop the system first"):
        made(town, DocumentKind.CERTIFICATE)
    (town.home / "mandates" / "fete-2026.yaml").unlink()
    with pytest.raises(DocumentError, match="never was a mandate"):
        made(town, DocumentKind.CERTIFICATE)


def test_a_cell_that_a_spreadsheet_would_run_is_only_text(town: TestTown) -> None:
    person = PersonWithAccess("=cmd|' /C calc'!A0", "operator", "", "", "", "")
    assert "\"'=cmd" in reports.persons([person]) or "'=cmd" in reports.persons([person])
