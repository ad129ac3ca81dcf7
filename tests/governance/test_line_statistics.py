"""Counts are given out after the journal says so, in two forms with closed fields."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gardefou.cli.app import app
from gardefou.errors import JournalError, UsageError
from gardefou.governance import line_statistics
from gardefou.governance.entry import Operation
from gardefou.governance.journal import FILE_NAME, Journal
from gardefou.governance.line_statistics import COLUMNS, CountsQuestion, as_csv, as_json, ask
from gardefou.runtime.home import Home
from gardefou.storage.records import Mode
from gardefou.storage.store import Store
from support.counts import START, quarter
from support.town import SITE


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    home = Home(tmp_path)
    home.prepare()
    home.site.write_text(SITE, encoding="utf-8")
    with Store.open(home.database) as opened:
        opened.apply([(quarter(camera="quay"), Mode.REHEARSAL)])
        yield opened


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / FILE_NAME)


def test_whoever_reads_counts_is_journalled_first(store: Store, journal: Journal) -> None:
    rows = ask(CountsQuestion("quay", START, START + 900), store, journal, "a.weil")
    assert len(rows) == 2
    (line,) = journal.entries()
    assert (line.actor, line.operation, line.object_ref) == (
        "a.weil",
        Operation.CONSULTATION,
        "line_counts",
    )
    assert line.details == {
        "camera": "quay",
        "since": "2025-11-13T02:15:00Z",
        "until": "2025-11-13T02:30:00Z",
    }


def test_what_cannot_be_journalled_is_not_given(store: Store, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(JournalError):
        ask(CountsQuestion(), store, Journal(tmp_path / "folder"), "a.weil")


def test_too_much_at_once_is_refused_not_cut(
    store: Store, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line_statistics, "MOST_ROWS", 1)
    with pytest.raises(UsageError, match="1"):
        ask(CountsQuestion(), store, journal, "a.weil")


def test_both_forms_have_these_fields_and_no_small_number(store: Store) -> None:
    rows = store.line_counts()
    left, right = csv.DictReader(io.StringIO(as_csv(rows)))
    assert tuple(left) == COLUMNS
    assert (left["passages"], right["passages"]) == ("<5", "7")
    found = as_json(rows)
    assert found["least"] == 5
    assert found["counts"] == [
        {
            "camera_id": "quay",
            "line_id": "door",
            "mode": "rehearsal",
            "start": "2025-11-13T02:15:00Z",
            "counted_s": 900,
            "heading": heading,
            "passer": "person",
            "passages": passages,
        }
        for heading, passages in (("left", None), ("right", 7))
    ]


def test_the_command_prints_both(store: Store, tmp_path: Path) -> None:
    home = ["counts", "--home", str(tmp_path)]
    table = CliRunner().invoke(app, home)
    assert table.stdout.splitlines()[0] == ",".join(COLUMNS)
    since = ["--since", "2025-11-13T02:15+00:00", "--until", "2025-11-13T02:16+00:00"]
    found = json.loads(CliRunner().invoke(app, [*home, *since, "--json"]).stdout)
    assert [each["passages"] for each in found["counts"]] == [None, 7]
    none = CliRunner().invoke(app, [*home, "--until", "2025-11-13T02:15+00:00", "--json"])
    assert json.loads(none.stdout)["counts"] == []


def test_the_command_refuses_a_camera_that_is_not_there(store: Store, tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["counts", "--home", str(tmp_path), "--camera", "elsewhere"])
    assert isinstance(result.exception, UsageError)
    nowhere = CliRunner().invoke(app, ["counts", "--home", str(tmp_path / "nowhere")])
    assert isinstance(nowhere.exception, UsageError)
