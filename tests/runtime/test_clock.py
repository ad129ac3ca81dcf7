"""Clocks that jump: alerts open and close once, keep their order, and none stays open for ever."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from uuid6 import uuid7

from gardefou.alerting.alert import Alert, AlertClosed, AlertEvent, AlertOpened
from gardefou.alerting.policy import AlertPolicy
from gardefou.capture.clock import StreamClock
from gardefou.governance.journal import Journal
from gardefou.runtime.bus import InMemoryEventBus
from gardefou.runtime.home import Home
from gardefou.runtime.intake import Intake
from gardefou.situations.scene import Observation
from gardefou.situations.situation import Situation
from gardefou.storage.records import CloseReason, Mode
from gardefou.storage.spool import SpoolWriter
from gardefou.storage.store import Store
from support.processes import until

START = 1_790_000_000.0
HOUR = 3600.0


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path)
    made.prepare()
    return made


def intake(home: Home, store: Store, clock: float = START) -> Intake:
    journal = Journal(home.journal)
    return Intake(home, store, journal, InMemoryEventBus(), clock=lambda: clock)


def seen(time: float) -> Observation:
    square = np.array([[0.1, 0.1], [0.2, 0.1], [0.2, 0.2], [0.1, 0.2]])
    return Observation(Situation.ZONE_INTRUSION, "gate", time, square, 1.0, "lawn")


@pytest.mark.parametrize("jump", [-HOUR, HOUR])
def test_a_stream_clock_that_jumps_opens_and_closes_each_alert_once(
    home: Home, jump: float
) -> None:
    clock = StreamClock(Fraction(1, 1000), Fraction(5), utc=START)
    policy, events = AlertPolicy("gate"), list[AlertEvent]()
    wall = {"ns": int(START * 1e9)}
    writer = SpoolWriter(home.spool, Mode.EVALUATION, clock_ns=lambda: wall["ns"])
    for step in range(100):
        arrival = step * 0.2
        stamp = round((arrival + (jump if step >= 20 else 0.0)) * 1000)
        wall["ns"] = int((START + arrival + (jump if step >= 30 else 0.0)) * 1e9)
        time = clock.packet(stamp, stamp, arrival)
        for event in policy.update([seen(time)] if 10 <= step < 50 else [], time):
            events.append(event)
            writer.write(event)
    assert [type(event) for event in events] == [AlertOpened, AlertClosed]
    with Store.open(home.database) as store:
        assert intake(home, store).take_in()
        (record,) = store.alerts()
        assert record.close_reason is CloseReason.ENDED
        assert record.closed_at is not None
        assert record.opened_at <= record.closed_at < START + 30


def opened(store: Store, at: float) -> Alert:
    alert = Alert(uuid7(), None, "gate", Situation.FIRE, None, at, ())
    store.record_opened(alert, Mode.EVALUATION)
    return alert


def test_alerts_from_before_a_clock_was_set_back_are_closed_with_their_worker(home: Home) -> None:
    with Store.open(home.database) as store:
        reading = intake(home, store)
        reading.start()
        alert = opened(store, START + HOUR)
        reading.worker_died(["gate"], START)
        until(lambda: not store.open_alerts(), what="it stayed open for ever")
        reading.stop()
        record = store.alert(alert.id)
        assert record.close_reason is CloseReason.INTERRUPTED
        assert record.closed_at == record.opened_at


def test_a_store_that_was_away_gets_the_closings_later_and_spares_the_next_workers_alerts(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gardefou.runtime.intake.PROMPT_S", 0.0)
    with Store.open(home.database) as store:
        reading = intake(home, store)
        old, new = opened(store, START - 5), opened(store, START + 2)
        reading._thread.start()
        reading.worker_died(["gate"], START)
        until(lambda: len(store.open_alerts()) == 1)
        assert store.alert(old.id).close_reason is CloseReason.INTERRUPTED
        assert store.alert(new.id).is_open
        reading.stop()
        assert not store.open_alerts()


def test_a_start_closes_the_alerts_of_cameras_that_the_site_no_longer_has(home: Home) -> None:
    with Store.open(home.database) as store:
        opened(store, START)
        reading = intake(home, store)
        reading.start()
        assert not store.open_alerts()
        reading.stop()
