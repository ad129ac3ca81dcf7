"""Nothing runs unseen, and what is over is certified."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gardefou.errors import DocumentError
from gardefou.governance.entry import Operation
from gardefou.governance.refusal import Reason
from gardefou.governance.register_check import ENTRY, RegisterFolder
from gardefou.governance.registration import Registration
from gardefou.governance.use import Use
from gardefou.governance.warrant import register_folder
from support.town import TOWN, TestTown

RUNNING = "ab" * 32
ID = "fete-2026"


@pytest.fixture
def town(tmp_path: Path) -> Iterator[TestTown]:
    with TestTown.at(tmp_path / "home") as town:
        town.start()
        yield town


def use_of(town: TestTown) -> Use:
    return Use(town.office, ID, RUNNING)


def reasons(town: TestTown, running: str) -> list[Reason]:
    folder = register_folder(town.home, ID)
    return [each.reason for each in RegisterFolder(folder).refusals(running)]


def test_the_entry_that_is_published_is_the_register_s_and_sealed_with_what_runs(
    town: TestTown,
) -> None:
    assert reasons(town, RUNNING) == [Reason.REGISTER_MISSING]
    use_of(town).begin()
    entry = register_folder(town.home, ID) / ENTRY
    shown = Registration.model_validate_json(entry.read_bytes())
    assert shown.status == "operational"
    assert shown.gardefou["mandate"]["id"] == ID
    assert (town.home / "public" / "register.json").read_bytes() == entry.read_bytes()
    assert reasons(town, RUNNING) == []


def test_an_entry_for_another_configuration_or_altered_or_gone_is_none(town: TestTown) -> None:
    use_of(town).begin()
    assert reasons(town, "cd" * 32) == [Reason.REGISTER_DIFFERS]
    entry = register_folder(town.home, ID) / ENTRY
    entry.write_bytes(entry.read_bytes().replace(b"operational", b"retired"))
    assert reasons(town, RUNNING) == [Reason.REGISTER_DIFFERS]
    entry.unlink()
    assert reasons(town, RUNNING) == [Reason.REGISTER_MISSING]


def test_what_has_no_valid_entry_does_not_begin(town: TestTown) -> None:
    town.write_town({**TOWN, "contact": {}})
    with pytest.raises(DocumentError):
        use_of(town).begin()
    assert reasons(town, RUNNING) == [Reason.REGISTER_MISSING]


def test_a_use_that_is_over_is_certified_once_and_journalled(town: TestTown) -> None:
    with pytest.raises(DocumentError, match="fete-2026"):
        use_of(town).end()
    town.later(days=30)
    with pytest.raises(DocumentError):
        use_of(town).end()
    town.note(Operation.STOP)
    folder = use_of(town).end()
    files = {each.name: each.read_text(encoding="utf-8") for each in folder.iterdir()}
    assert files.keys() == {"certificate-fr.html", "certificate-en.html"}
    assert all("fete-2026" in each for each in files.values())
    last = list(town.journal.entries())[-1]
    assert (last.operation, last.object_ref, last.details["step"]) == (
        "mandate",
        f"mandate:{ID}",
        "certified",
    )
    town.later(days=1)
    use_of(town).end()
    assert len(list(town.journal.entries())) == last.seq
    assert '"status": "retired"' in (town.home / "public" / "register.json").read_text()
