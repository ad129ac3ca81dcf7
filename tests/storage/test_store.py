"""The store keeps each alert once, and answers what operators and retention ask."""

from __future__ import annotations

from pathlib import Path

import pytest

from gardefou.errors import StorageError, UnknownAlertError
from gardefou.situations.situation import Situation
from gardefou.storage.records import CloseReason, Cursor, EvidenceKind, Mode
from gardefou.storage.review import FollowUp, ReviewState, Verdict, VerdictCounts
from gardefou.storage.store import Store
from support.alerts import SQUARE, alert, numbered_id


def test_a_new_alert_is_open_unreviewed_and_as_it_was_given(store: Store) -> None:
    assert store.record_opened(alert(7, opened_at=1_763_000_000.123456), Mode.REHEARSAL)

    record = store.alert(numbered_id(7))

    assert (record.camera_id, record.situation, record.zone_id) == ("gate", Situation.FIRE, None)
    assert record.opened_at == 1_763_000_000.123456
    assert record.region == SQUARE
    assert (record.mandate_id, record.mode) == (None, Mode.REHEARSAL)
    assert record.is_open
    assert record.close_reason is None
    assert (record.evidence, record.evidence_errors) == ({}, {})
    assert (record.review, record.review_count) == (None, 0)
    assert record.review_state is ReviewState.UNREVIEWED


def test_an_alert_is_recorded_once(store: Store) -> None:
    assert store.record_opened(alert(), Mode.REHEARSAL)
    assert not store.record_opened(alert(), Mode.REHEARSAL)
    assert len(store.alerts()) == 1


def test_an_alert_closes_once_and_the_first_closing_counts(store: Store) -> None:
    store.record_opened(alert(), Mode.REHEARSAL)

    assert store.record_closed(numbered_id(1), 9.0, CloseReason.INTERRUPTED)
    assert not store.record_closed(numbered_id(1), 12.0)

    record = store.alert(numbered_id(1))
    assert (record.closed_at, record.close_reason) == (9.0, CloseReason.INTERRUPTED)


def test_a_clock_that_was_set_back_does_not_close_an_alert_before_it_opened(store: Store) -> None:
    store.record_opened(alert(opened_at=100.0), Mode.REHEARSAL)
    store.record_closed(numbered_id(1), 40.0)
    assert store.alert(numbered_id(1)).closed_at == 100.0


def test_the_first_piece_of_evidence_of_a_kind_stays(store: Store) -> None:
    store.record_opened(alert(), Mode.REHEARSAL)

    assert store.attach_evidence(numbered_id(1), EvidenceKind.CLIP, "a/clip.mp4", 9.0)
    assert not store.attach_evidence(numbered_id(1), EvidenceKind.CLIP, "b/clip.mp4", 9.5)
    assert store.attach_evidence(numbered_id(1), EvidenceKind.SNAPSHOT, "a/snapshot.jpg", 2.0)

    assert store.alert(numbered_id(1)).evidence == {
        EvidenceKind.CLIP: "a/clip.mp4",
        EvidenceKind.SNAPSHOT: "a/snapshot.jpg",
    }


def test_evidence_made_after_all_replaces_its_failure_and_not_the_other_way(store: Store) -> None:
    store.record_opened(alert(), Mode.REHEARSAL)
    clip = EvidenceKind.CLIP

    assert store.evidence_failed(numbered_id(1), clip, "evidence.no_room")
    assert store.alert(numbered_id(1)).evidence_errors == {clip: "evidence.no_room"}

    assert store.attach_evidence(numbered_id(1), clip, "a/clip.mp4", 9.0)
    assert not store.evidence_failed(numbered_id(1), clip, "evidence.no_room")
    record = store.alert(numbered_id(1))
    assert (record.evidence, record.evidence_errors) == ({clip: "a/clip.mp4"}, {})


@pytest.mark.parametrize("path", ["/etc/passwd", "../clip.mp4", "a/../../b", "", ".", "a//b", "a/"])
def test_evidence_stays_inside_its_folder(store: Store, path: str) -> None:
    store.record_opened(alert(), Mode.REHEARSAL)
    with pytest.raises(ValueError, match="inside the evidence folder"):
        store.attach_evidence(numbered_id(1), EvidenceKind.CLIP, path, 9.0)


def test_what_happens_to_an_unknown_alert_is_an_error(store: Store) -> None:
    unknown = numbered_id(404)
    with pytest.raises(UnknownAlertError, match=str(unknown)):
        store.record_closed(unknown, 9.0)
    with pytest.raises(UnknownAlertError):
        store.attach_evidence(unknown, EvidenceKind.CLIP, "a/clip.mp4", 9.0)
    with pytest.raises(UnknownAlertError):
        store.evidence_failed(unknown, EvidenceKind.CLIP, "evidence.no_room")
    with pytest.raises(UnknownAlertError):
        store.alert(unknown)


@pytest.mark.parametrize(
    ("mode", "mandate_id"),
    [(Mode.OPERATIONAL, None), (Mode.REHEARSAL, "2026-17"), (Mode.EVALUATION, "2026-17")],
)
def test_operational_alerts_and_only_they_carry_a_mandate(
    store: Store, mode: Mode, mandate_id: str | None
) -> None:
    with pytest.raises(StorageError, match="mandate"):
        store.record_opened(alert(mandate_id=mandate_id), mode)
    assert store.alerts() == []


def test_a_name_too_long_for_its_column_is_refused(store: Store) -> None:
    with pytest.raises(StorageError, match="camera_id"):
        store.record_opened(alert(camera_id="c" * 201), Mode.REHEARSAL)


def test_pages_run_from_the_newest_to_the_oldest_and_miss_none(store: Store) -> None:
    same_moment = [alert(number, opened_at=5.0) for number in range(10, 14)]
    for each in (*(alert(number) for number in range(1, 9)), *same_moment):
        store.record_opened(each, Mode.REHEARSAL)

    seen = []
    cursor: Cursor | None = None
    while page := store.alerts(before=cursor, limit=3):
        seen += page
        cursor = page[-1].cursor

    assert len(seen) == len({record.id for record in seen}) == 12
    places = [record.cursor for record in seen]
    assert [place.opened_at for place in places] == sorted(
        (place.opened_at for place in places), reverse=True
    )


def test_a_cursor_survives_being_part_of_an_address(store: Store) -> None:
    store.record_opened(alert(opened_at=1_763_000_000.1), Mode.REHEARSAL)
    cursor = store.alerts()[0].cursor
    assert Cursor.parse(str(cursor)) == cursor
    assert str(cursor).replace("_", "").replace(".", "").isalnum()
    for wrong in ("", "1.0", "1.0_zz", "x_" + "0" * 32):
        with pytest.raises(ValueError):
            Cursor.parse(wrong)


def test_lists_show_only_what_was_asked_for(store: Store) -> None:
    store.record_opened(alert(1, "gate", Situation.FIRE), Mode.REHEARSAL)
    store.record_opened(alert(2, "square", Situation.FIRE), Mode.EVALUATION)
    store.record_opened(alert(3, "gate", Situation.WRONG_WAY), Mode.REHEARSAL)
    store.review(numbered_id(3), Verdict.REFUTED, FollowUp.NONE, "a.petit", 9.0, seen=0)

    def found(**filters: object) -> list[float]:
        return [record.opened_at for record in store.alerts(**filters)]  # type: ignore[arg-type]

    assert found() == [3, 2, 1]
    assert found(camera_ids=["gate"]) == [3, 1]
    assert found(camera_ids=["gate", "square"], situations=[Situation.FIRE]) == [2, 1]
    assert found(states=[ReviewState.UNREVIEWED]) == [2, 1]
    assert found(states=[ReviewState.REFUTED, ReviewState.CONFIRMED]) == [3]
    assert found(modes=[Mode.EVALUATION]) == [2]
    assert found(since=2.0) == [3, 2]


def test_open_alerts_are_those_of_the_named_cameras_that_have_not_closed(store: Store) -> None:
    for number, camera_id in ((1, "gate"), (2, "square"), (3, "gate"), (4, "park")):
        store.record_opened(alert(number, camera_id), Mode.REHEARSAL)
    store.record_closed(numbered_id(3), 9.0)

    assert [record.opened_at for record in store.open_alerts(["gate", "square"])] == [1, 2]
    assert [record.opened_at for record in store.open_alerts()] == [1, 2, 4]


def test_unreviewed_alerts_are_never_counted_as_true(store: Store) -> None:
    for number in range(1, 101):
        store.record_opened(alert(number, mandate_id="2026-17"), Mode.OPERATIONAL)
    verdicts = [Verdict.CONFIRMED] * 3 + [Verdict.REFUTED] + [Verdict.DOUBTFUL] * 2
    for number, verdict in enumerate(verdicts, start=1):
        store.review(numbered_id(number), verdict, FollowUp.NONE, "a.petit", 200.0, seen=0)

    counted = store.verdict_counts(since=1.0, until=100.0)

    assert set(counted) == set(Situation)
    assert counted[Situation.FIRE] == VerdictCounts(
        unreviewed=93, confirmed=3, refuted=1, doubtful=2
    )
    assert counted[Situation.FIRE].precision == 0.75
    assert counted[Situation.WEAPON] == VerdictCounts()
    assert counted[Situation.WEAPON].precision is None
    assert store.verdict_counts(1.0, 100.0, Mode.REHEARSAL)[Situation.FIRE].total == 0


def test_retention_sees_the_oldest_first_and_an_erased_alert_is_gone(store: Store) -> None:
    for number in (3, 1, 2):
        store.record_opened(alert(number), Mode.REHEARSAL)
    store.attach_evidence(numbered_id(1), EvidenceKind.CLIP, "1/clip.mp4", 5.0)
    store.attach_evidence(numbered_id(1), EvidenceKind.SNAPSHOT, "1/snapshot.jpg", 5.0)
    store.evidence_failed(numbered_id(1), EvidenceKind.BEFORE, "evidence.no_room")
    store.review(numbered_id(1), Verdict.CONFIRMED, FollowUp.WATCHED, "a.petit", 6.0, seen=0)

    old = store.erasable_alerts(3.0)
    assert [record.opened_at for record in old] == [1, 2]

    assert store.erase_alert(old[0].id, at=100.0)
    assert not store.erase_alert(old[0].id, at=101.0)
    assert [record.opened_at for record in store.alerts()] == [3, 2]
    assert store.reviews(old[0].id) == []


def test_files_of_an_erased_alert_stay_listed_until_they_are_gone(store: Store) -> None:
    store.record_opened(alert(1), Mode.REHEARSAL)
    store.attach_evidence(numbered_id(1), EvidenceKind.CLIP, "1/clip.mp4", 5.0)
    store.attach_evidence(numbered_id(1), EvidenceKind.SNAPSHOT, "1/snapshot.jpg", 5.0)
    store.erase_alert(numbered_id(1), at=100.0)

    assert store.files_to_purge() == ["1/clip.mp4", "1/snapshot.jpg"]
    store.purged(["1/clip.mp4"])
    assert store.files_to_purge() == ["1/snapshot.jpg"]


def test_nothing_told_late_brings_an_erased_alert_back(store: Store) -> None:
    store.record_opened(alert(1), Mode.REHEARSAL)
    store.erase_alert(numbered_id(1), at=100.0)

    assert not store.record_opened(alert(1), Mode.REHEARSAL)
    with pytest.raises(UnknownAlertError):
        store.record_closed(numbered_id(1), 101.0)
    with pytest.raises(UnknownAlertError):
        store.attach_evidence(numbered_id(1), EvidenceKind.CLIP, "1/clip.mp4", 101.0)

    assert store.alerts() == []


def test_what_was_erased_cannot_be_read_from_the_file(tmp_path: Path) -> None:
    path = tmp_path / "gardefou.db"
    with Store.open(path) as store:
        store.record_opened(alert(1, camera_id="a-camera-with-a-name"), Mode.REHEARSAL)
    assert b"a-camera-with-a-name" in path.read_bytes()
    with Store.open(path) as store:
        store.erase_alert(numbered_id(1), at=100.0)
    assert b"a-camera-with-a-name" not in path.read_bytes()
