"""The rehearsal budget: charged before it is used, and kept by the journal alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gardefou.errors import JournalError, UsageError
from gardefou.governance.entry import Entry, Operation
from gardefou.governance.journal import Journal
from gardefou.governance.rehearsal import CAMERA_DAY_S, CHARGE_S, IN_ALL_S, RehearsalBudget


class Clocks:
    """A wall clock and a monotonic one that pass together."""

    def __init__(self) -> None:
        self.utc = datetime(2026, 3, 1, 8, tzinfo=UTC)
        self.monotonic = 0.0

    def now(self) -> datetime:
        return self.utc

    def wait(self, seconds: float) -> None:
        self.utc += timedelta(seconds=seconds)
        self.monotonic += seconds


@pytest.fixture
def clocks() -> Clocks:
    return Clocks()


def budget(folder: Path, clocks: Clocks, *cameras: str) -> RehearsalBudget:
    journal = Journal(folder / "journal.jsonl", now=clocks.now)
    return RehearsalBudget(
        journal, cameras or ("gate",), clock=lambda: clocks.monotonic, now=clocks.now
    )


def rehearse(spent: RehearsalBudget, clocks: Clocks, seconds: float, *cameras: str) -> None:
    for _ in range(round(seconds / CHARGE_S)):
        spent.spend(cameras or ("gate",))
        clocks.wait(CHARGE_S)


def test_a_minute_is_charged_before_it_is_used(tmp_path: Path, clocks: Clocks) -> None:
    first = budget(tmp_path, clocks)
    first.spend(["gate"])
    assert first.left_s("gate") == CAMERA_DAY_S
    assert budget(tmp_path, clocks).left_s("gate") == CAMERA_DAY_S - CHARGE_S


def test_nothing_is_charged_while_no_camera_runs_or_the_minute_lasts(
    tmp_path: Path, clocks: Clocks
) -> None:
    spent = budget(tmp_path, clocks)
    spent.spend([])
    spent.spend(["gate"])
    clocks.wait(CHARGE_S - 1)
    spent.spend(["gate"])
    assert budget(tmp_path, clocks).left_s("gate") == CAMERA_DAY_S - CHARGE_S


def test_a_camera_has_two_hours_within_any_day(tmp_path: Path, clocks: Clocks) -> None:
    spent = budget(tmp_path, clocks)
    rehearse(spent, clocks, CAMERA_DAY_S)
    assert spent.left_s("gate") == 0
    with pytest.raises(UsageError, match="2 h"):
        spent.refuse_if_used_up()
    clocks.wait(24 * 3600)
    assert spent.left_s("gate") == CAMERA_DAY_S
    spent.refuse_if_used_up()


def test_the_installation_has_ten_hours_in_all(tmp_path: Path, clocks: Clocks) -> None:
    for day in range(IN_ALL_S // CAMERA_DAY_S):
        rehearse(budget(tmp_path, clocks, f"cam{day}"), clocks, CAMERA_DAY_S, f"cam{day}")
    clocks.wait(48 * 3600)
    fresh = budget(tmp_path, clocks, "never-used")
    assert fresh.left_s("never-used") == 0
    with pytest.raises(UsageError, match="10 h"):
        fresh.refuse_if_used_up()


def test_time_paid_for_one_camera_is_not_another_ones(tmp_path: Path, clocks: Clocks) -> None:
    rehearse(budget(tmp_path, clocks, "old"), clocks, CAMERA_DAY_S, "old")
    both = budget(tmp_path, clocks, "old", "new")
    both.spend(["new"])
    assert both.left_s("old") == 0
    assert both.left_s("new") == CAMERA_DAY_S


def test_what_cannot_be_journalled_is_not_paid(tmp_path: Path, clocks: Clocks) -> None:
    spent = budget(tmp_path, clocks)
    spent.spend(["gate"])
    (tmp_path / "journal.jsonl").unlink()
    clocks.wait(CHARGE_S)
    before = spent.left_s("gate")
    with pytest.raises(JournalError):
        spent.spend(["gate"])
    assert spent.left_s("gate") == before


def test_rehearsals_chained_over_restarts_and_other_names_are_refused(
    tmp_path: Path, clocks: Clocks
) -> None:
    """A new process, a camera under another name, the next day: the same ten hours."""
    for day in range(IN_ALL_S // CAMERA_DAY_S):
        rehearse(budget(tmp_path, clocks, f"gate-{day}"), clocks, CAMERA_DAY_S, f"gate-{day}")
        clocks.wait(24 * 3600)
    for name in ("gate-0", "gate-new"):
        with pytest.raises(UsageError, match="10 h"):
            budget(tmp_path, clocks, name).refuse_if_used_up()


def test_only_a_mandate_that_ran_opens_new_hours(tmp_path: Path, clocks: Clocks) -> None:
    for day in range(IN_ALL_S // CAMERA_DAY_S):
        rehearse(budget(tmp_path, clocks, f"gate-{day}"), clocks, CAMERA_DAY_S, f"gate-{day}")
    clocks.wait(24 * 3600)
    journal = Journal(tmp_path / "journal.jsonl", now=clocks.now)
    for step in ("installed", "revoked", "stopped"):
        details = {"step": step, "sha256": ""}
        journal.append(Entry("cli:a", Operation.MANDATE, "mandate:m", details=details))
        assert budget(tmp_path, clocks).left_s("gate") == 0
    journal.append(Entry("gardefou", Operation.MANDATE, "mandate:m", details={"step": "running"}))
    assert budget(tmp_path, clocks).left_s("gate") == CAMERA_DAY_S
