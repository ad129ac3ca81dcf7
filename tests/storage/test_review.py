"""The life of a review: unreviewed, then decided, then perhaps decided otherwise; all is kept."""

from __future__ import annotations

import tempfile
import threading
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from gardefou.errors import ReviewConflictError, StorageError, UnknownAlertError
from gardefou.i18n import text
from gardefou.storage.records import CloseReason, EvidenceKind, Mode
from gardefou.storage.review import (
    FollowUp,
    Review,
    ReviewState,
    Verdict,
    VerdictCounts,
    verdict_counts,
)
from gardefou.storage.store import Store
from support.alerts import alert, numbered_id

ALERT = numbered_id(1)


def test_a_decision_is_kept_with_who_took_it_and_what_was_done(store: Store) -> None:
    store.record_opened(alert(), Mode.REHEARSAL)

    store.review(ALERT, Verdict.CONFIRMED, FollowUp.FIRST_AID, "a.petit", 20.0, seen=0)

    record = store.alert(ALERT)
    assert record.review == Review(1, Verdict.CONFIRMED, FollowUp.FIRST_AID, "a.petit", 20.0)
    assert record.review_count == 1
    assert record.review_state is ReviewState.CONFIRMED


def test_a_decision_may_change_and_the_earlier_one_is_kept(store: Store) -> None:
    store.record_opened(alert(), Mode.REHEARSAL)

    store.review(ALERT, Verdict.DOUBTFUL, FollowUp.WATCHED, "a.petit", 20.0, seen=0)
    store.review(ALERT, Verdict.REFUTED, FollowUp.NONE, "b.grand", 30.0, seen=1)

    assert store.alert(ALERT).review_state is ReviewState.REFUTED
    assert [(each.number, each.verdict, each.reviewer) for each in store.reviews(ALERT)] == [
        (1, Verdict.DOUBTFUL, "a.petit"),
        (2, Verdict.REFUTED, "b.grand"),
    ]


@pytest.mark.parametrize("seen", [0, 2, -1])
def test_who_did_not_see_the_latest_decision_is_told_who_took_it(store: Store, seen: int) -> None:
    store.record_opened(alert(), Mode.REHEARSAL)
    store.review(ALERT, Verdict.CONFIRMED, FollowUp.NONE, "a.petit", 20.0, seen=0)

    with pytest.raises(ReviewConflictError, match=r"a\.petit"):
        store.review(ALERT, Verdict.REFUTED, FollowUp.NONE, "b.grand", 21.0, seen=seen)

    assert store.alert(ALERT).review_state is ReviewState.CONFIRMED
    assert len(store.reviews(ALERT)) == 1


def test_an_unknown_alert_and_a_name_too_long_are_refused(store: Store) -> None:
    with pytest.raises(UnknownAlertError):
        store.review(ALERT, Verdict.REFUTED, FollowUp.NONE, "b.grand", 21.0, seen=0)
    store.record_opened(alert(), Mode.REHEARSAL)
    with pytest.raises(StorageError, match="reviewer"):
        store.review(ALERT, Verdict.REFUTED, FollowUp.NONE, "b" * 201, 21.0, seen=0)


def test_of_operators_who_decide_at_once_one_is_heard(store: Store) -> None:
    store.record_opened(alert(), Mode.REHEARSAL)
    barrier = threading.Barrier(4)
    outcomes: list[str] = []

    def decide(reviewer: str) -> None:
        barrier.wait()
        try:
            store.review(ALERT, Verdict.CONFIRMED, FollowUp.NONE, reviewer, 20.0, seen=0)
            outcomes.append("heard")
        except ReviewConflictError:
            outcomes.append("told")

    threads = [threading.Thread(target=decide, args=(f"operator {n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["heard", "told", "told", "told"]
    assert len(store.reviews(ALERT)) == 1


class ReviewLife(RuleBasedStateMachine):
    """Two operators who each decide on what they last saw, held against a plain list."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.store = Store.open(Path(self.folder.name) / "gardefou.db")
        self.store.record_opened(alert(), Mode.REHEARSAL)
        self.history: list[Review] = []
        self.seen = {"a.petit": 0, "b.grand": 0}

    @rule(who=st.sampled_from(["a.petit", "b.grand"]))
    def look(self, who: str) -> None:
        self.seen[who] = self.store.alert(ALERT).review_count

    @rule(
        who=st.sampled_from(["a.petit", "b.grand"]),
        verdict=st.sampled_from(Verdict),
        follow_up=st.sampled_from(FollowUp),
    )
    def decide(self, who: str, verdict: Verdict, follow_up: FollowUp) -> None:
        at = float(len(self.history))
        seen = self.seen[who]
        if seen == len(self.history):
            self.history.append(self.store.review(ALERT, verdict, follow_up, who, at, seen=seen))
        else:
            with pytest.raises(ReviewConflictError):
                self.store.review(ALERT, verdict, follow_up, who, at, seen=seen)

    @invariant()
    def the_store_tells_the_same_story(self) -> None:
        record = self.store.alert(ALERT)
        assert self.store.reviews(ALERT) == self.history
        assert record.review == (self.history[-1] if self.history else None)
        assert record.review_count == len(self.history)
        counted = self.store.verdict_counts(0.0, 9.0, Mode.REHEARSAL)[record.situation]
        assert counted == verdict_counts([record.review_state])
        assert counted.unreviewed == (not self.history)

    def teardown(self) -> None:
        self.store.close()
        self.folder.cleanup()


TestReviewLife = ReviewLife.TestCase
TestReviewLife.settings = settings(max_examples=15, stateful_step_count=12, deadline=None)


def test_what_is_unreviewed_or_doubtful_stands_on_neither_side() -> None:
    counted = verdict_counts(
        [ReviewState.UNREVIEWED] * 5 + [ReviewState.DOUBTFUL] * 3 + [ReviewState.REFUTED]
    )
    assert counted == VerdictCounts(unreviewed=5, refuted=1, doubtful=3)
    assert (counted.total, counted.precision) == (9, 0.0)
    assert verdict_counts([ReviewState.UNREVIEWED] * 5).precision is None


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_member_of_a_closed_list_has_a_name_in_both_languages(language: str) -> None:
    names = [
        text(f"storage.{table}.{member.value}", language)
        for table, members in (
            ("verdict", ReviewState),
            ("follow_up", FollowUp),
            ("mode", Mode),
            ("close_reason", CloseReason),
            ("evidence", EvidenceKind),
        )
        for member in members
    ]
    assert all(names)
    assert len(set(names)) == len(names)
