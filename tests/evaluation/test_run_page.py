"""The page of an analysis: valid, self-contained, in the reader's language, nothing injected."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from gardefou.evaluation.alert_log import AlertLog, LoggedAlert
from gardefou.evaluation.run_page import clock, write_page
from gardefou.governance.figures import situation_label
from gardefou.i18n import text
from gardefou.site.document import Camera
from gardefou.situations.situation import Situation
from support.alerts import alert
from support.page import Page

CAMERA = Camera(id="gate", name="<b>Gate</b> & yard")


def page_of(folder: Path, *alerts: LoggedAlert, is_complete: bool = True) -> tuple[Page, str]:
    path = write_page(folder, alerts, [CAMERA], is_complete=is_complete)
    source = path.read_text(encoding="utf-8")
    return Page(source), source


@pytest.mark.parametrize("language", ["en", "fr"])
def test_it_speaks_the_reader_s_language_and_quotes_the_law(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    monkeypatch.setenv("GARDEFOU_LANG", language)
    page, _ = page_of(tmp_path, LoggedAlert(alert(), "clip.mp4", 9.0, "snapshots/1.jpg"))
    assert page.language == language
    assert situation_label(Situation.FIRE, language) in page.words
    legal = text("situations.fire.legal", language)
    assert f"« {legal} »" in page.words


def test_it_refers_to_nothing_outside_its_folder(tmp_path: Path) -> None:
    page, source = page_of(tmp_path, LoggedAlert(alert(), "clip.mp4", 9.0, "snapshots/1.jpg"))
    assert page.references == ["snapshots/1.jpg"]
    assert "//" not in source
    assert "<script" not in source
    assert page.pictures[0]["alt"]


def test_names_are_words_and_never_markup(tmp_path: Path) -> None:
    page, source = page_of(tmp_path, LoggedAlert(alert(), "clip.mp4"))
    assert "<b>Gate" not in source
    assert any("<b>Gate</b> & yard" in words for words in page.words)


def test_it_says_when_the_analysis_stopped_before_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GARDEFOU_LANG", "en")
    stopped = "The analysis stopped before the end"
    assert stopped in page_of(tmp_path, is_complete=False)[1]
    assert stopped not in page_of(tmp_path)[1]


def test_stream_time_reads_as_a_clock() -> None:
    assert [clock(seconds) for seconds in (0.0, 59.96, 3600.0, -1.25)] == [
        "00:00.0",
        "01:00.0",
        "60:00.0",
        "-00:01.2",
    ]


def test_the_log_is_whole_after_every_change(tmp_path: Path) -> None:
    log = AlertLog(tmp_path)
    sizes = [log.path.read_text(encoding="utf-8")]
    first, second = alert(1), alert(2)
    log.opened(first, "clip.mp4")
    sizes.append(log.path.read_text(encoding="utf-8"))
    log.pictured(first, "snapshots/1.jpg")
    log.opened(second, "clip.mp4")
    log.closed(first, 8.0, "clip.mp4")
    sizes.append(log.path.read_text(encoding="utf-8"))
    assert [each.count("\n") for each in sizes] == [0, 1, 2]
    assert [(each.closed_s, each.snapshot) for each in log.alerts] == [
        (8.0, "snapshots/1.jpg"),
        (None, None),
    ]


def test_an_alert_whose_opening_was_interrupted_is_recorded_when_it_closes(tmp_path: Path) -> None:
    log = AlertLog(tmp_path)
    log.closed(alert(), 8.0, "clip.mp4")
    assert log.alerts == [LoggedAlert(alert(), "clip.mp4", 8.0)]
    assert replace(log.alerts[0], closed_s=None).as_line() != log.alerts[0].as_line()
