"""The rights desk: what is asked for is held before the purge; the clock runs from receipt."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gardefou.errors import StorageError, UsageError
from gardefou.evidence.vault import Vault
from gardefou.governance import rights
from gardefou.governance.rights import NewRequest
from gardefou.governance.town import DataProtection
from gardefou.storage.paper_records import (
    RefusalGround,
    RequestKind,
    RequestRecord,
    RequestState,
)
from support.alerts import numbered_id
from support.town import NOON, TestTown

PARIS = "Europe/Paris"


@pytest.fixture
def town(tmp_path: Path) -> Iterator[TestTown]:
    with TestTown.at(tmp_path / "home") as town:
        yield town


def ask(
    town: TestTown, kind: RequestKind = RequestKind.ACCESS, camera: str = "quay"
) -> RequestRecord:
    """A letter that arrived now, about the hour before."""
    now = town.seconds
    wish = NewRequest(kind, "letter 118", camera, now - 3600, now, now)
    cameras = ["quay", "square"]
    return rights.take_in(wish, cameras, town.store, town.journal, "dpo", now)


def received(moment: datetime) -> RequestRecord:
    """A request received at a moment."""
    return RequestRecord(
        1, RequestKind.ACCESS, "r", "quay", 0, 0, moment.timestamp(), RequestState.OPEN, 1,
        None, None, None, None, None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("day", "due"),
    [
        ("2026-07-14T10:00+00:00", "2026-08-14"),
        ("2026-01-31T10:00+00:00", "2026-02-28"),
        ("2028-01-31T10:00+00:00", "2028-02-29"),
        ("2026-12-31T10:00+00:00", "2027-01-31"),
        ("2026-07-14T22:30+00:00", "2026-08-15"),  # the 15th in Paris
    ],
)
def test_an_answer_is_due_at_the_end_of_the_day_a_month_after_receipt(day: str, due: str) -> None:
    deadline = rights.deadline(received(datetime.fromisoformat(day)), PARIS)
    local = deadline.astimezone(ZoneInfo(PARIS))
    assert local.date().isoformat() == due
    assert local.hour == 23


@given(st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)))
def test_a_deadline_is_always_28_to_31_local_days_away(moment: datetime) -> None:
    zone = ZoneInfo(PARIS)
    due = rights.deadline(received(moment), PARIS).astimezone(zone).date()
    assert 28 <= (due - moment.astimezone(zone).date()).days <= 31


def test_a_request_of_day_29_still_finds_its_clip_held_from_a_purge_of_30_days(
    town: TestTown,
) -> None:
    town.alert(1)
    town.alert(2, camera="square")
    happened = town.seconds
    town.later(days=29)
    wish = NewRequest(
        RequestKind.ACCESS, "letter", "quay", happened - 60, happened + 60, town.seconds
    )
    taken = rights.take_in(wish, ["quay"], town.store, town.journal, "dpo", town.seconds)
    town.later(days=5)
    late = town.seconds - 30 * 86400
    assert [each.opened_at < late for each in town.store.alerts()] == [True, True]
    assert [each.id for each in rights.located(taken, town.store)] == [numbered_id(1)]
    assert town.store.papers.held(town.seconds) == [numbered_id(1)]


def test_a_request_waits_in_time_then_is_late(town: TestTown) -> None:
    taken = ask(town)
    assert not rights.is_overdue(taken, NOON + timedelta(days=31), PARIS)
    assert rights.is_overdue(taken, NOON + timedelta(days=32), PARIS)


def test_an_extension_gives_two_months_more_once_and_only_in_time(town: TestTown) -> None:
    taken = ask(town)
    longer = rights.extend(
        taken.number, "many requests", town.store, town.journal, "dpo", town.now, PARIS
    )
    assert rights.deadline(longer, PARIS).date().isoformat() == "2026-10-14"
    with pytest.raises(StorageError, match="extended once before"):
        rights.extend(taken.number, "again", town.store, town.journal, "dpo", town.now, PARIS)
    other = ask(town)
    town.later(days=40)
    with pytest.raises(UsageError, match="time is over"):
        rights.extend(other.number, "late", town.store, town.journal, "dpo", town.now, PARIS)


def test_the_hold_ends_with_the_answer(town: TestTown) -> None:
    taken = ask(town)
    rights.answer(taken.number, "done", town.store, town.journal, "dpo", town.seconds)
    assert town.store.papers.holds(town.seconds) == []
    with pytest.raises(StorageError, match="closed"):
        rights.answer(taken.number, "again", town.store, town.journal, "dpo", town.seconds)


def test_what_was_refused_is_kept_until_the_refusal_can_no_longer_be_contested(
    town: TestTown,
) -> None:
    town.alert(1)
    taken = ask(town)
    ground = RefusalGround.RIGHTS_OF_OTHERS
    rights.refuse(taken.number, ground, "no", town.store, town.journal, "dpo", town.seconds)
    town.later(days=61)
    assert len(town.store.papers.holds(town.seconds)) == 1
    assert town.store.papers.held(town.seconds) == [numbered_id(1)]
    town.later(days=3)
    assert town.store.papers.holds(town.seconds) == []
    assert town.store.papers.held(town.seconds) == []


def test_the_journal_is_written_first_and_without_the_words_to_the_person(town: TestTown) -> None:
    taken = ask(town)
    rights.answer(taken.number, "Dear Ms Durand", town.store, town.journal, "dpo", town.seconds)
    lines = [line for line in town.journal.entries() if line.operation == "rights"]
    assert [line.details["step"] for line in lines] == ["new", "answer"]
    assert all("Durand" not in line.encode().decode() for line in lines)


def test_without_a_journal_nothing_is_taken_in(town: TestTown) -> None:
    (town.home / "journal.jsonl").mkdir()
    with pytest.raises(Exception, match="journal"):
        ask(town)
    assert town.store.papers.requests() == []


@pytest.mark.parametrize("persons", [("dpo", "dpo"), ("dpo", ""), ("dpo", " dpo ")])
def test_one_person_alone_hands_out_no_picture(
    town: TestTown, tmp_path: Path, persons: tuple[str, str]
) -> None:
    town.alert(1)
    town.evidence(1)
    taken = ask(town)
    with pytest.raises(UsageError, match="two different persons"):
        rights.hand_out(taken, tmp_path / "out", town.store, town.journal, persons, lambda _: b"")
    assert not (tmp_path / "out").exists()


def test_two_persons_hand_out_exactly_what_was_located(town: TestTown, tmp_path: Path) -> None:
    town.alert(1)
    town.alert(2, camera="square")
    town.evidence(1, b"blurred")
    town.evidence(2, b"other")
    taken = ask(town)
    vault = Vault.of(town.home)

    def read(piece: str) -> bytes:
        with vault.open(town.home / "evidence" / piece) as sealed:
            return sealed.whole()

    written = rights.hand_out(
        taken,
        tmp_path / "out",
        town.store,
        town.journal,
        ("dpo", "mayor"),
        read,
    )
    assert [path.read_bytes() for path in written] == [b"blurred"]
    last = list(town.journal.entries())[-1]
    assert (last.operation, last.actor, last.details["second"]) == ("export", "dpo", "mayor")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"camera_id": "cellar"}, "no such camera"),
        ({"end": 0.0}, "ends before"),
        ({"start": 0.0}, "more than 24 h"),
        ({"received_at": NOON.timestamp() + 60}, "still to come"),
    ],
)
def test_a_request_that_cannot_be_located_is_refused_with_its_reason(
    town: TestTown, change: dict[str, object], words: str
) -> None:
    now = town.seconds
    given: dict[str, object] = {
        "kind": RequestKind.ACCESS,
        "reference": "letter",
        "camera_id": "quay",
        "start": now - 60,
        "end": now,
        "received_at": now,
    }
    wish = NewRequest(**(given | change))  # type: ignore[arg-type]
    with pytest.raises(UsageError, match=words):
        rights.take_in(wish, ["quay"], town.store, town.journal, "dpo", now)


@pytest.mark.parametrize(
    ("title", "article"),
    [
        (DataProtection.TITLE_II, "art. 52"),
        (DataProtection.TITLE_III, "art. 107 and 108"),
        (DataProtection.TITLE_IV, "art. 118"),
    ],
)
def test_a_refusal_names_its_ground_and_the_way_to_the_cnil_of_its_regime(
    town: TestTown, title: DataProtection, article: str
) -> None:
    taken = ask(town)
    closed = rights.refuse(
        taken.number, RefusalGround.DEFENCE, "no", town.store, town.journal, "dpo", town.seconds
    )
    words = rights.letter(closed, title, 0, "en")
    assert "on a ground of: defence" in words
    assert article in words
    assert "Continuous recordings" in words
