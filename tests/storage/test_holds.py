"""Legal holds: what a procedure claims is not destroyed, by nobody, until the hold is lifted."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from uuid import uuid4

import pytest

from gardefou.errors import HeldError, StorageError
from gardefou.storage.holds import MARGIN_S, Hold
from gardefou.storage.records import EvidenceKind, Mode
from gardefou.storage.store import Store
from support.alerts import alert, numbered_id

OF_ALERT = Hold(uuid4(), "PV 2026/118", "c.dpo", 10.0, alert_id=numbered_id(1))
OF_CAMERA = Hold(uuid4(), "request 7", "c.dpo", 10.0, camera_id="gate", since=5000.0, until=5100.0)


@pytest.fixture
def kept(store: Store) -> Store:
    for number in (1, 2):
        store.record_opened(alert(number), Mode.REHEARSAL)
        store.attach_evidence(numbered_id(number), EvidenceKind.CLIP, f"{number}/clip.mp4", 3.0)
    return store


def test_a_held_alert_and_its_evidence_cannot_be_erased(kept: Store) -> None:
    kept.place_hold(OF_ALERT)
    assert kept.is_held(numbered_id(1))
    with pytest.raises(HeldError, match="held for a procedure"):
        kept.erase_alert(numbered_id(1), 9.0)
    with pytest.raises(HeldError, match="held for a procedure"):
        kept.erase_evidence(numbered_id(1), "why")
    assert [each.id for each in kept.erasable_alerts(9.0)] == [numbered_id(2)]
    assert [each.id for each in kept.erasable_evidence(9.0)] == [numbered_id(2)]
    assert kept.held_before(9.0) == 1
    assert kept.files_to_purge() == []


def test_a_lifted_hold_holds_no_more_and_is_remembered(kept: Store) -> None:
    kept.place_hold(OF_ALERT)
    assert kept.lift_hold(OF_ALERT.id, "c.dpo", 20.0)
    assert not kept.lift_hold(OF_ALERT.id, "b.grand", 30.0)
    assert kept.erase_alert(numbered_id(1), 9.0)
    assert kept.holds() == []
    assert kept.holds(lasting=False) == [replace(OF_ALERT, lifted_by="c.dpo", lifted_at=20.0)]
    with pytest.raises(StorageError, match="no such hold"):
        kept.lift_hold(uuid4(), "c.dpo", 20.0)


@pytest.mark.parametrize(
    ("camera", "opened_at", "is_held"),
    [
        ("gate", 5000.0, True),
        ("gate", 5100.0 + MARGIN_S, True),
        ("gate", 5000.0 - MARGIN_S, True),
        ("gate", 5100.1 + MARGIN_S, False),
        ("gate", 4999.9 - MARGIN_S, False),
        ("square", 5050.0, False),
    ],
)
def test_a_camera_is_held_for_a_time_and_what_its_clips_may_show(
    store: Store, camera: str, opened_at: float, is_held: bool
) -> None:
    store.place_hold(OF_CAMERA)
    store.record_opened(alert(1, camera, opened_at=opened_at), Mode.REHEARSAL)
    assert store.is_held(numbered_id(1)) is is_held


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (replace(OF_ALERT, reference=" "), "needs the reference"),
        (replace(OF_ALERT, alert_id=None), "of one alert, or of a camera"),
        (replace(OF_ALERT, camera_id="gate"), "of one alert, or of a camera"),
        (replace(OF_CAMERA, until=4999.0), "a beginning and a later end"),
        (replace(OF_CAMERA, until=None), "a beginning and a later end"),
        (replace(OF_CAMERA, since=None, until=None), "a beginning and a later end"),
        (replace(OF_ALERT, since=1.0), "a beginning and a later end"),
    ],
)
def test_a_hold_without_a_reference_or_an_object_is_refused(
    store: Store, wrong: Hold, why: str
) -> None:
    with pytest.raises(StorageError, match=why):
        store.place_hold(wrong)
    assert store.holds() == []


def test_the_database_itself_refuses_a_hold_without_a_reference(store: Store) -> None:
    with sqlite3.connect(store.path) as database, pytest.raises(sqlite3.IntegrityError):
        database.execute(
            "INSERT INTO holds (id, reference, alert_id, placed_by, placed_at) "
            "VALUES ('a', ' ', 'b', 'c', 1)"
        )
