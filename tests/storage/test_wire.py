"""A spool file holds exactly an event: it reads back the same, and nothing else is read."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from uuid6 import uuid7

from gardefou.alerting.alert import Alert, AlertClosed, AlertOpened
from gardefou.situations.situation import Situation
from gardefou.statistics.lines import Heading, Passer
from gardefou.statistics.quarters import LEAST, QUARTER_S, LineCount, QuarterCounts
from gardefou.storage.events import (
    AlertInterrupted,
    EvidenceFailed,
    EvidenceReady,
    SpoolEvent,
    alert_id_of,
    key_of,
)
from gardefou.storage.records import EvidenceKind, Mode
from gardefou.storage.wire import decode, encode
from support.alerts import alert, numbered_id

TIMES = st.floats(allow_nan=False, allow_infinity=False)
NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=200)
SEGMENTS = st.text("abc-_0123456789é", min_size=1, max_size=20)
PATHS = st.lists(SEGMENTS, min_size=1, max_size=5).map("/".join)


def alerts(mandates: st.SearchStrategy[str | None]) -> st.SearchStrategy[Alert]:
    return st.builds(
        Alert,
        id=st.uuids(),
        mandate_id=mandates,
        camera_id=NAMES,
        situation=st.sampled_from(Situation),
        zone_id=st.none() | NAMES,
        opened_at=TIMES,
        region=st.lists(st.tuples(TIMES, TIMES), max_size=8).map(tuple),
    )


def events(mandates: st.SearchStrategy[str | None]) -> st.SearchStrategy[SpoolEvent]:
    kinds = st.sampled_from(EvidenceKind)
    quarters = st.integers(0, 10**7).map(lambda number: number * QUARTER_S)
    passages = st.none() | st.integers(LEAST, 10**6)
    headings, passers = st.sampled_from(Heading), st.sampled_from(Passer)
    count = st.builds(LineCount, NAMES, headings, passers, passages)
    counts = st.lists(count, max_size=6).map(tuple)
    return st.one_of(
        st.builds(AlertOpened, alerts(mandates)),
        st.builds(AlertClosed, alerts(mandates), TIMES),
        st.builds(AlertInterrupted, st.uuids(), TIMES),
        st.builds(EvidenceReady, st.uuids(), kinds, PATHS, TIMES),
        st.builds(EvidenceFailed, st.uuids(), kinds, NAMES),
        st.builds(QuarterCounts, NAMES, quarters, st.integers(1, QUARTER_S), counts),
    )


TOLD = st.one_of(
    st.tuples(events(NAMES), st.just(Mode.OPERATIONAL)),
    st.tuples(events(st.none()), st.sampled_from([Mode.REHEARSAL, Mode.EVALUATION])),
)


@given(TOLD)
def test_every_event_reads_back_the_same(told: tuple[SpoolEvent, Mode]) -> None:
    assert decode(encode(*told)) == told


@given(TOLD, st.data())
def test_a_file_cut_short_anywhere_is_no_event(
    told: tuple[SpoolEvent, Mode], data: st.DataObject
) -> None:
    whole = encode(*told)
    end = data.draw(st.integers(0, len(whole) - 1))
    with pytest.raises(ValueError):
        decode(whole[:end])


@given(st.binary())
def test_other_bytes_are_no_event(data: bytes) -> None:
    with pytest.raises(ValueError):
        decode(data)


def test_the_ids_that_the_alert_policy_gives_can_be_written() -> None:
    given_id = uuid7()
    raised = Alert(given_id, None, "gate", Situation.FIRE, None, 1.0, ())
    event, _ = decode(encode(AlertOpened(raised), Mode.REHEARSAL))
    assert isinstance(event, AlertOpened)
    assert alert_id_of(event) == given_id


WHOLE = json.loads(encode(AlertOpened(alert()), Mode.REHEARSAL))


def _changed(*path: str, to: object) -> bytes:
    document = json.loads(json.dumps(WHOLE))
    place = document
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = to
    return json.dumps(document).encode()


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (_changed("form", to=2), "form"),
        (_changed("mode", to="covert"), "mode"),
        (_changed("mode", to="operational"), "file"),
        (_changed("event", "what", to="identified"), "event"),
        (_changed("event", "person", to="somebody"), "event.opened.person"),
        (_changed("event", "alert", "track_id", to=7), "event.opened.alert.track_id"),
        (_changed("event", "alert", "situation", to="loitering"), "event.opened.alert.situation"),
        (_changed("event", "alert", "opened_at", to="1.0"), "event.opened.alert.opened_at"),
        (_changed("event", "alert", "opened_at", to=float("nan")), "event.opened.alert.opened_at"),
        (_changed("event", "alert", "camera_id", to=""), "event.opened.alert.camera_id"),
        (_changed("event", "alert", "camera_id", to="c" * 201), "event.opened.alert.camera_id"),
        (b"", "file"),
        (b"[]", "file"),
    ],
)
def test_anything_that_does_not_belong_is_refused_with_its_place(data: bytes, place: str) -> None:
    with pytest.raises(ValueError, match=rf"^{place} \([a-z_]+\)$"):
        decode(data)


def test_evidence_outside_its_folder_is_refused() -> None:
    ready = EvidenceReady(numbered_id(1), EvidenceKind.CLIP, "a/clip.mp4", 1.0)
    data = encode(ready, Mode.REHEARSAL).replace(b"a/clip.mp4", b"../../clip.mp4")
    with pytest.raises(ValueError, match=r"event\.evidence_ready\.path"):
        decode(data)


def test_a_worker_cannot_write_what_no_store_would_take() -> None:
    with pytest.raises(ValueError, match="mandate_id"):
        encode(AlertOpened(alert()), Mode.OPERATIONAL)


def test_every_event_of_an_alert_has_a_key_of_its_own() -> None:
    one = numbered_id(1)
    told: list[SpoolEvent] = [
        AlertOpened(alert()),
        AlertClosed(alert(), 2.0),
        AlertInterrupted(one, 2.0),
        *(EvidenceReady(one, kind, "a/b", 2.0) for kind in EvidenceKind),
        *(EvidenceFailed(one, kind, "evidence.no_room") for kind in EvidenceKind),
    ]
    assert len({key_of(event) for event in told}) == len(told)
    assert key_of(AlertClosed(alert(), 2.0)) == key_of(AlertClosed(alert(), 3.0))
    assert key_of(AlertOpened(alert(1))) != key_of(AlertOpened(alert(2)))
