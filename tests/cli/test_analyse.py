"""`gardefou analyse`: what a run leaves, and which camera a video is taken for."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from support.command import Call, Command, alerts_of, files_of, is_one_line, record_of
from support.yard import VISITS, YARD, write_yard

FIELDS = ["id", "camera", "situation", "zone", "opened_s", "closed_s", "region", "evidence"]


def two_cameras(folder: Path) -> Path:
    camera = YARD.split("cameras:\n")[1]
    path = folder / "two.yaml"
    path.write_text(YARD + camera.replace("id: yard", "id: gate"), encoding="utf-8")
    return path


def test_a_run_leaves_alerts_snapshots_a_page_and_a_record(
    call: Call, yard_clip: Path, site: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"

    result = call("analyse", yard_clip, "--site", site, "--out", out, "--reason", "trying it")

    assert (result.status, result.err) == (0, "")
    assert result.out.count("ALERT") == len(VISITS)
    assert (out / "index.html").as_uri() in result.out
    alerts = alerts_of(out)
    for alert, (start, end) in zip(alerts, VISITS, strict=True):
        assert list(alert) == FIELDS
        assert (alert["camera"], alert["situation"], alert["zone"]) == (
            "yard",
            "zone_intrusion",
            "all",
        )
        opened, closed = alert["opened_s"], alert["closed_s"]
        assert isinstance(opened, float)
        assert isinstance(closed, float)
        assert start <= opened <= start + 1.5 < closed <= end
        evidence = alert["evidence"]
        assert isinstance(evidence, dict)
        assert evidence["clip"] is None
        assert (out / evidence["snapshot"]).read_bytes().startswith(b"\xff\xd8")
    record = record_of(out)
    assert (record["mode"], record["state"], record["reason"]) == (
        "evaluation",
        "complete",
        "trying it",
    )
    assert record["site_sha256"] == hashlib.sha256(site.read_bytes()).hexdigest()
    assert record["alerts"] == 2
    [file] = files_of(out)
    assert file["sha256"] == hashlib.sha256(yard_clip.read_bytes()).hexdigest()
    assert file["alerts"] == [alert["id"] for alert in alerts]
    assert (file["analysed"], file["truncated"]) == (100, False)
    decoded = file["decoded"]
    assert isinstance(decoded, int)
    assert 100 <= decoded <= 200  # What nobody wants a picture of is not decoded.


def test_a_second_run_leaves_the_first_as_it_is(
    call: Call, yard_clip: Path, site: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "run.json").write_text("{}", encoding="utf-8")
    result = call("analyse", yard_clip, "--site", site, "--out", out)
    assert result.status == 2
    assert is_one_line(result.err)
    assert "earlier run (run.json)" in result.err
    assert [path.name for path in out.iterdir()] == ["run.json"]


def test_json_prints_the_alerts_alone(call: Call, site: Path, tmp_path: Path) -> None:
    clip = write_yard(tmp_path / "short.mp4", seconds=8.0)
    out = tmp_path / "out"
    result = call("analyse", clip, "--site", site, "--out", out, "--json")
    assert result.status == 0
    assert json.loads(result.out) == alerts_of(out) != []


def test_an_alert_that_the_end_of_the_file_finds_open_is_closed_there(
    call: Call, site: Path, tmp_path: Path
) -> None:
    clip = write_yard(tmp_path / "short.mp4", seconds=6.0)
    call("analyse", clip, "--site", site, "--out", tmp_path / "out")
    [alert] = alerts_of(tmp_path / "out")
    # The network may have passed over the last picture.
    assert alert["closed_s"] == pytest.approx(5.7, abs=0.21)


def test_two_videos_of_one_camera_each_start_at_zero(
    call: Call, site: Path, tmp_path: Path
) -> None:
    first = write_yard(tmp_path / "first.mp4", seconds=8.0)
    second = write_yard(tmp_path / "second.mp4", seconds=8.0)
    out = tmp_path / "out"
    result = call("analyse", first, second, "--site", site, "--out", out)
    assert result.status == 0
    one, two = alerts_of(out)
    assert one["opened_s"] == two["opened_s"]
    assert one["id"] != two["id"]
    files = files_of(out)
    assert [file["alerts"] for file in files] == [[one["id"]], [two["id"]]]
    page = (out / "index.html").read_text(encoding="utf-8")
    assert "first.mp4" in page
    assert "second.mp4" in page


def test_cameras_take_as_many_videos_in_order(call: Call, tmp_path: Path) -> None:
    clip = write_yard(tmp_path / "clip.mp4", seconds=3.0)
    out = tmp_path / "out"
    result = call("analyse", clip, clip, "--site", two_cameras(tmp_path), "--out", out)
    assert result.status == 0
    files = files_of(out)
    assert [file["camera"] for file in files] == ["yard", "gate"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "name one with --camera: yard, gate"),
        (["--camera", "roof"], "has no camera roof; it has: yard, gate"),
    ],
)
def test_a_camera_that_is_not_plain_is_asked_for(
    call: Call, tmp_path: Path, words: list[str], said: str
) -> None:
    clip = write_yard(tmp_path / "clip.mp4", seconds=1.0)
    out = tmp_path / "out"
    result = call("analyse", clip, "--site", two_cameras(tmp_path), "--out", out, *words)
    assert result.status == 2
    assert is_one_line(result.err)
    assert said in result.err
    assert not out.exists()


def test_without_a_site_document_it_says_what_is_missing(call: Call, tmp_path: Path) -> None:
    clip = write_yard(tmp_path / "clip.mp4", seconds=1.0)
    result = call("analyse", clip)
    assert result.status == 2
    assert is_one_line(result.err)
    assert "--site FILE" in result.err


def test_a_camera_that_watches_for_nothing_is_refused(
    call: Call, site: Path, tmp_path: Path
) -> None:
    site.write_text(YARD.split("    situations")[0], encoding="utf-8")
    clip = write_yard(tmp_path / "clip.mp4", seconds=1.0)
    result = call("analyse", clip, "--site", site, "--out", tmp_path / "out")
    assert result.status == 2
    assert "camera yard watches for no situation" in result.err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (None, "no such file"),
        ("", "the document is empty"),
        (YARD.replace("[1, 1]", "[1.2, 1]"), "cameras[0].zones[0].polygon"),
        (YARD.replace("        act: test\n", ""), "legal act"),
        (YARD.replace("zone_intrusion]", "loitering]"), "loitering"),
        (YARD + "  - nonsense\n", "cameras[1]"),
    ],
    ids=["missing", "empty", "corner", "no act", "not a situation", "not a camera"],
)
def test_a_site_document_that_cannot_be_used_is_one_line(
    call: Call, site: Path, tmp_path: Path, document: str | None, said: str
) -> None:
    if document is None:
        site.unlink()
    else:
        site.write_text(document, encoding="utf-8")
    clip = write_yard(tmp_path / "clip.mp4", seconds=1.0)
    result = call("analyse", clip, "--site", site, "--out", tmp_path / "out")
    assert result.status == 1
    assert is_one_line(result.err)
    assert str(site) in result.err
    assert said in result.err
    assert not (tmp_path / "out").exists()


def test_an_installed_command_does_all_that_in_french(
    command: Command, models_dir: Path, site: Path, tmp_path: Path
) -> None:
    clip = write_yard(tmp_path / "court.mp4", seconds=8.0)
    result = command("analyse", clip, "--site", site, "--out", "sortie", language="fr")
    assert (result.status, result.err) == (0, "")
    assert "SIGNALEMENT" in result.out
    assert "Signalements" in result.out
    page = (tmp_path / "sortie" / "index.html").read_text(encoding="utf-8")
    assert '<html lang="fr">' in page
    assert "analyse d’un enregistrement" in page
    assert record_of(tmp_path / "sortie")["reason"] == "évaluation du moteur"
