"""The tables hold the closed lists themselves, name their constraints and answer from indexes."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.schema import CreateTable

from gardefou.governance.roles import Role
from gardefou.situations.situation import Situation
from gardefou.storage import account_models
from gardefou.storage.models import Base
from gardefou.storage.records import Cursor, EvidenceKind, Mode
from gardefou.storage.review import FollowUp, ReviewState, Verdict
from gardefou.storage.store import Store
from support.alerts import alert, numbered_id

COLUMNS = {
    "alerts": "id mandate_id mode camera_id situation zone_id region opened_at closed_at "
    "close_reason review_state review_count",
    "evidence": "alert_id kind path made_at error_key",
    "reviews": "alert_id number verdict follow_up reviewer reviewed_at",
    "erased_alerts": "alert_id erased_at",
    "files_to_purge": "path alert_id",
    "holds": "id reference alert_id camera_id since until placed_by placed_at lifted_by lifted_at",
    "accounts": "name person role password_hash totp_sealed totp_step made_at disabled_at",
    "recovery_codes": "account digest",
    "habilitations": "account number granted_by granted_at start end protection_done "
    "protection_expires protection_certificate processing_done processing_expires "
    "processing_certificate revoked_at",
    "sessions": "digest account verified begun_at seen_at",
    "exports": "id alert_id kind motive procedure recipient proposed_by proposed_at approved_by "
    "approved_at",
    "findings": "number kind object_ref fields opened_at status answer answered_by answered_at "
    "minutes",
    "request_holds": "number camera_id start end reason placed_at released_at",
    "rights_requests": "number kind reference camera_id start end received_at state hold "
    "extension ground words closed_at closed_by",
    "drills": "number camera_id situation at window_s test_object light place planned_by "
    "planned_at result alert_id delay_s",
    "line_counts": "camera_id line_id mode start heading passer passages counted_s",
    "review_labels": "alert_id label labelled_by labelled_at",
    "destructions": "id",
}
"""Everything that is ever stored: nothing about a person who was filmed, no track; `reviewer` is
the account of the operator who decided, `placed_by` and `lifted_by` of who holds. Accounts are
those of the people who work here."""


def test_nothing_else_than_this_is_stored(store: Store) -> None:
    with sqlite3.connect(store.path) as database:
        tables = {
            name: " ".join(row[1] for row in database.execute(f"PRAGMA table_info({name})"))
            for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            if name != "alembic_version"
        }
    assert tables == COLUMNS


def test_migrations_arrive_at_exactly_the_models(store: Store) -> None:
    engine = create_engine(f"sqlite:///{store.path}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
        for name, table in Base.metadata.tables.items():
            found = connection.exec_driver_sql(
                f"SELECT sql FROM sqlite_master WHERE name = '{name}'"
            ).scalar_one()
            wanted = str(CreateTable(table).compile(engine))
            assert _constraints(found) == _constraints(wanted)
    engine.dispose()


def _constraints(sql: str) -> set[str]:
    lines = (re.sub(r"\s+", " ", line).strip(" ,") for line in sql.splitlines())
    return {line for line in lines if line.startswith("CONSTRAINT")}


def test_every_constraint_has_a_name_of_its_own() -> None:
    constraints = [
        constraint for table in Base.metadata.tables.values() for constraint in table.constraints
    ]
    names = [constraint.name for constraint in constraints]
    assert len(set(names)) == len(names)
    assert all(
        re.fullmatch(r"(ck|pk|fk)_[a-z_]+", str(constraint.name)) for constraint in constraints
    )


ALERT = {
    "id": "f" * 32,
    "mode": "rehearsal",
    "camera_id": "gate",
    "situation": "fire",
    "region": "[]",
    "opened_at": 5.0,
    "review_state": "unreviewed",
    "review_count": 0,
}
EVIDENCE = {"alert_id": numbered_id(1).hex, "kind": "clip", "path": "a/clip.mp4", "made_at": 1.0}
REVIEW = {
    "alert_id": numbered_id(1).hex,
    "number": 1,
    "verdict": "confirmed",
    "follow_up": "none",
    "reviewer": "a.petit",
    "reviewed_at": 5.0,
}
ACCOUNT = {
    "name": "a.petit",
    "person": "Anne Petit",
    "role": "operator",
    "password_hash": "x",
    "totp_step": 0,
    "made_at": 5.0,
}


def test_the_roles_of_the_database_are_those_of_the_matrix() -> None:
    assert set(Role) == set(account_models.ROLES)


def _insert(store: Store, table: str, row: dict[str, object]) -> None:
    columns, marks = ", ".join(row), ", ".join("?" * len(row))
    with sqlite3.connect(store.path) as database:
        database.execute("PRAGMA foreign_keys = ON")
        database.execute(f"INSERT INTO {table} ({columns}) VALUES ({marks})", tuple(row.values()))


@pytest.mark.parametrize(
    ("table", "row", "column", "members"),
    [
        ("alerts", ALERT, "situation", Situation),
        ("alerts", ALERT, "mode", Mode),
        ("alerts", ALERT, "review_state", ReviewState),
        ("evidence", EVIDENCE, "kind", EvidenceKind),
        ("reviews", REVIEW, "verdict", Verdict),
        ("reviews", REVIEW, "follow_up", FollowUp),
        ("accounts", ACCOUNT, "role", Role),
    ],
)
def test_the_database_itself_refuses_what_stands_on_no_closed_list(
    store: Store, table: str, row: dict[str, object], column: str, members: type
) -> None:
    store.record_opened(alert(1), Mode.REHEARSAL)
    with pytest.raises(sqlite3.IntegrityError, match=f"ck_{table}_{column[:6]}"):
        _insert(store, table, {**row, column: "loitering"})
    _insert(store, table, row)


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"closed_at": 4.0, "close_reason": "ended"}, "closes_after_opening"),
        ({"closed_at": 6.0}, "closed_with_a_reason"),
        ({"closed_at": 6.0, "close_reason": "tired"}, "close_reason"),
        ({"mode": "operational"}, "operational_under_a_mandate"),
        ({"review_state": "confirmed"}, "reviewed_by_somebody"),
    ],
)
def test_the_database_itself_refuses_an_alert_that_makes_no_sense(
    store: Store, change: dict[str, object], rule: str
) -> None:
    with pytest.raises(sqlite3.IntegrityError, match=rule):
        _insert(store, "alerts", {**ALERT, **change})
    _insert(store, "alerts", ALERT)


@pytest.mark.parametrize(("table", "row"), [("evidence", EVIDENCE), ("reviews", REVIEW)])
def test_nothing_belongs_to_an_alert_that_is_not_there(
    store: Store, table: str, row: dict[str, object]
) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
        _insert(store, table, row)


@contextmanager
def _recorded() -> Iterator[list[tuple[str, tuple[object, ...]]]]:
    """Every question that is put to any database meanwhile."""
    asked: list[tuple[str, tuple[object, ...]]] = []

    def note(
        connection: object, cursor: object, sql: str, values: tuple[object, ...], *rest: object
    ) -> None:
        asked.append((sql, values))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def test_lists_and_retention_read_no_table_from_end_to_end(store: Store) -> None:
    for number in range(1, 4):
        store.record_opened(alert(number), Mode.REHEARSAL)
    cursor = Cursor(3.0, numbered_id(3))
    with _recorded() as asked:
        for before in (None, cursor):
            store.alerts(before=before)
            store.alerts(since=1.0, before=before)
            store.alerts(camera_ids=["gate"], before=before)
            store.alerts(camera_ids=["gate", "square"], before=before)
            store.alerts(situations=[Situation.FIRE], before=before)
            store.alerts(states=[ReviewState.UNREVIEWED, ReviewState.DOUBTFUL], before=before)
            store.alerts(modes=[Mode.REHEARSAL], before=before)
            store.alerts(
                states=[ReviewState.UNREVIEWED],
                situations=[Situation.FIRE],
                camera_ids=["gate"],
                before=before,
            )
        store.alert(numbered_id(1))
        store.reviews(numbered_id(1))
        store.open_alerts()
        store.open_alerts(["gate", "square"])
        store.verdict_counts(0.0, 9.0)
        store.files_to_purge()
        store.erasable_alerts(3.0)
        store.erasable_evidence(3.0)
        store.held_before(3.0)
        store.is_held(numbered_id(1))
        store.erase_evidence(numbered_id(1), "why")
        store.erase_alert(numbered_id(1), 9.0)
        store.purged(["a/clip.mp4"])

    questions = [(sql, values) for sql, values in asked if sql.startswith(("SELECT", "DELETE"))]
    assert len(questions) > 20
    with sqlite3.connect(store.path) as database:
        for sql, values in questions:
            plan = [row[3] for row in database.execute(f"EXPLAIN QUERY PLAN {sql}", values)]
            scans = [step for step in plan if step.startswith("SCAN") and "USING" not in step]
            assert scans == [], sql
            if "WHERE" in sql and "alerts" in sql:
                walks = [step for step in plan if re.match(r"SCAN alerts\b", step)]
                assert walks == [] or "closed_at IS NULL" in sql, sql


def test_the_migrations_stand_inside_the_package(store: Store) -> None:
    import gardefou.storage.migrations.versions as versions

    folder = Path(str(versions.__file__)).parent
    assert sorted(each.name for each in folder.glob("v*.py")) == [
        "v0001_alerts.py",
        "v0010_holds.py",
        "v0020_accounts.py",
        "v0030_accountability.py",
        "v0060_line_counts.py",
        "v0070_destructions.py",
    ]
