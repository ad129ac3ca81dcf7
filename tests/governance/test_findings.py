"""What is wrong with the use of the system is found, answered, or becomes public."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gardefou.errors import StorageError, UsageError
from gardefou.governance import findings
from gardefou.governance.entry import START, Entry, Operation, next_line
from gardefou.governance.pages import public_page
from gardefou.storage.paper_records import FindingKind, FindingRecord, FindingStatus
from gardefou.storage.review import Verdict
from support.town import SITE, TOWN, TestTown, words_of


@pytest.fixture
def town(tmp_path: Path) -> Iterator[TestTown]:
    with TestTown.at(tmp_path / "home") as town:
        yield town


def look(town: TestTown) -> list[FindingRecord]:
    return findings.look(town.facts(), town.store.papers, town.journal)


def kinds(found: list[FindingRecord]) -> set[tuple[FindingKind, str]]:
    return {(each.kind, each.object_ref) for each in found}


def test_a_complete_town_still_has_to_answer_for_masks_vote_and_contract(town: TestTown) -> None:
    assert kinds(look(town)) == {
        (FindingKind.MASKS_MISSING, "camera:square"),
        (FindingKind.NO_DELIBERATION, "mandate:fete-2026"),
        (FindingKind.CONTRACT_INCOMPLETE, "mandate:fete-2026"),
    }


def test_the_same_finding_opens_once_and_each_is_journalled(town: TestTown) -> None:
    first = look(town)
    assert look(town) == []
    lines = [line for line in town.journal.entries() if line.operation == "finding"]
    assert len(lines) == len(first)


def test_a_window_that_no_mask_covers_whole_is_found(town: TestTown) -> None:
    open_window = "{id: first-floor, kind: window, polygon: [[0.5, 0.0], [0.7, 0.0], [0.7, 0.2]]}"
    hidden = "{id: door, kind: entrance, polygon: [[0.1, 0.0], [0.2, 0.0], [0.2, 0.1]]}"
    areas = f"    sensitive: [{open_window}, {hidden}]\n    masks:\n"
    site = SITE.replace("    masks:\n", areas, 1)
    (town.home / "site.yaml").write_text(site, encoding="utf-8")
    (found,) = [each for each in look(town) if each.kind is FindingKind.MASKS_UNCOVERED]
    assert found.object_ref == "camera:quay:first-floor"
    assert "Quai nord, first-floor (100 %)" in findings.described(found, "fr")


def test_what_only_a_person_can_write_is_a_finding_until_written(town: TestTown) -> None:
    town.write_town({**TOWN, "statements": {}, "committee": ""})
    fields = {each.fields["field"] for each in look(town) if each.kind is FindingKind.TO_COMPLETE}
    assert {"committee", "statements.proportionality", "statements.harms"} <= fields


def test_a_mandate_near_its_end_is_found_in_time_to_decide(town: TestTown) -> None:
    look(town)
    town.later(days=13)
    assert (FindingKind.MANDATE_EXPIRING, "mandate:fete-2026") in kinds(look(town))


def test_a_camera_surely_worse_than_the_evaluation_is_found(town: TestTown) -> None:
    for number in range(1, 10):
        town.alert(number, Verdict.REFUTED)
    look(town)
    assert not [each for each in town.store.papers.findings() if each.kind == "precision_low"]
    town.alert(10, Verdict.CONFIRMED)
    (found,) = [each for each in look(town) if each.kind is FindingKind.PRECISION_LOW]
    assert found.object_ref == "camera:quay:zone_intrusion@2026-07"
    assert found.fields["claimed"] == "90 %"


def test_a_camera_that_does_as_well_is_not(town: TestTown) -> None:
    for number in range(1, 21):
        town.alert(number, Verdict.REFUTED if number == 1 else Verdict.CONFIRMED)
    assert not [each for each in look(town) if each.kind is FindingKind.PRECISION_LOW]


def test_alerts_that_nobody_judges_are_found_after_a_day(town: TestTown) -> None:
    town.alert(1)
    look(town)
    town.later(hours=25)
    assert (FindingKind.UNREVIEWED, "alerts@2026-07-15") in kinds(look(town))


def test_an_account_that_looks_too_often_in_a_day_is_found(town: TestTown) -> None:
    town.write_town({**TOWN, "most_views_a_day": 3})
    for _ in range(4):
        town.journal.append(Entry("desk:c.noir", Operation.VIEW, "camera:quay"))
    (found,) = [each for each in look(town) if each.kind is FindingKind.MISUSE]
    assert found.object_ref == "desk:c.noir@2026-07-14"


def test_an_account_that_is_refused_again_and_again_is_found(town: TestTown) -> None:
    def refuse(actor: str, operation: Operation, **details: object) -> None:
        town.note(operation, actor, **details)

    for times in (1, 2, 4, 8):
        refuse("account:c.noir", Operation.ACTION_REFUSED, action="see_images", times=times)
        refuse("account:b.roux", Operation.ACTION_REFUSED, action="see_images", times=times)
    for _ in range(2):
        refuse("account:c.noir", Operation.VIEW_REFUSED, most=120)
    look(town)
    assert not [each for each in town.store.papers.findings() if each.kind is FindingKind.MISUSE]
    refuse("account:c.noir", Operation.ACTION_REFUSED, action="review", times=1)
    (found,) = [each for each in look(town) if each.kind is FindingKind.MISUSE]
    assert found.object_ref == "account:c.noir:refused@2026-07-14"
    town.later(days=1)
    refuse("account:b.roux", Operation.ACTION_REFUSED, action="see_images", times=8)
    assert not [each for each in look(town) if each.kind is FindingKind.MISUSE]


@pytest.mark.parametrize("kind", ["camera_moved", "masks_uncovered", "misuse"])
def test_other_parts_tell_findings_through_the_journal(town: TestTown, kind: str) -> None:
    entry = Entry("gardefou", Operation.SUSPENSION, "camera:quay", details={"finding": kind})
    town.journal.append(entry)
    assert (FindingKind(kind), "camera:quay@2026-07-14") in kinds(look(town))


def test_a_camera_that_moved_is_a_finding_by_its_entry_alone() -> None:
    line = next_line(Entry("gardefou", Operation.FAILURE, "camera:quay"), "2026-07-14T12:00", START)
    moved = line.model_copy(update={"operation": "camera_moved"})
    (found,) = findings.told([moved])
    assert (found.kind, found.object_ref) == (FindingKind.CAMERA_MOVED, "camera:quay@2026-07-14")


@pytest.mark.parametrize("kind", ["contract_incomplete", "nonsense", 3])
def test_nothing_else_is_told_through_the_journal(town: TestTown, kind: object) -> None:
    entry = Entry("gardefou", Operation.VIEW, "x", details={"finding": kind})  # type: ignore[dict-item]
    town.journal.append(entry)
    assert not [each for each in look(town) if each.object_ref.startswith("x@")]


def test_an_answer_needs_its_author_and_the_minutes_and_is_given_once(town: TestTown) -> None:
    number = look(town)[0].number
    papers, journal = town.store.papers, town.journal
    for words, by, minutes in (("", "c", "m"), ("a", " ", "m"), ("a", "c", "")):
        with pytest.raises(UsageError, match="all three"):
            findings.answer(number, words, by, minutes, papers, journal, town.seconds)
    done = findings.answer(number, "mask added", "committee", "PV 3", papers, journal, town.seconds)
    assert done.status is FindingStatus.ANSWERED
    with pytest.raises(StorageError, match="answered before"):
        findings.answer(number, "no", "committee", "PV 4", papers, journal, town.seconds)
    with pytest.raises(StorageError, match="no number 99"):
        findings.answer(99, "no", "committee", "PV 4", papers, journal, town.seconds)


def test_what_stays_unanswered_for_the_town_s_delay_is_public_and_what_is_answered_is_not(
    town: TestTown,
) -> None:
    opened = look(town)
    papers, journal = town.store.papers, town.journal
    findings.answer(opened[0].number, "mask added", "c", "PV 3", papers, journal, town.seconds)
    town.later(days=29)
    assert "masque" not in _findings_of(town)
    assert "ne repose sur aucune délibération" not in _findings_of(town)
    town.later(days=1)
    assert "ne repose sur aucune délibération" in _findings_of(town)
    assert "n'a aucun masque" not in _findings_of(town)


def _findings_of(town: TestTown) -> str:
    page = words_of(public_page(town.facts(), "fr", served=True))
    return page.partition("Constats restés sans réponse")[2].partition("Vos droits")[0]
