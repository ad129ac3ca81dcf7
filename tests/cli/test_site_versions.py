"""`gardefou site apply` and `versions`: the workshop's verbs for whoever has no browser."""

from __future__ import annotations

import json
from pathlib import Path

from gardefou.governance.journal import Journal
from support.command import Call

SITE = "version: 1\nname: Gare\ncameras:\n- {{id: quay, name: {name}, source: 'rtsp://u:s3cret@192.0.2.1/x'}}\n"


def document(folder: Path, name: str) -> Path:
    path = folder / f"{name}.yaml"
    path.write_text(SITE.format(name=name), "utf-8")
    return path


def test_a_document_is_applied_shown_and_gone_back_from(call: Call, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    first, second = document(tmp_path, "Quai"), document(tmp_path, "Port")
    call("site", "apply", str(first), "--home", str(home), "--by", "Anna")
    done = call("site", "apply", str(second), "--home", str(home), "--reason", "new name")

    assert done.status == 0
    assert "~ cameras.quay.name" in done.out
    assert (home / "site.yaml").read_bytes() == second.read_bytes()
    shown = call("site", "versions", "--home", str(home), "--show", "2")
    assert "+  name: Port" in shown.out
    call("site", "versions", "--home", str(home), "--back", "1", "--by", "Anna")
    listed = json.loads(call("site", "versions", "--home", str(home), "--json").out)

    assert [each["number"] for each in listed["versions"]] == [1, 2, 3]
    assert "name: Quai" in (home / "site.yaml").read_text("utf-8")
    assert "s3cret" not in shown.out + json.dumps(listed)
    lines = list(Journal(home / "journal.jsonl").entries())
    assert [line.object_ref for line in lines] == ["site:1", "site:2", "site:3"]
    assert lines[1].motif == "new name"


def test_a_document_with_mistakes_is_not_applied(call: Call, tmp_path: Path) -> None:
    home, bad = tmp_path / "home", tmp_path / "bad.yaml"
    home.mkdir()
    bad.write_text("version: 1\nname: Gare\ncameras: []\n", "utf-8")
    done = call("site", "apply", str(bad), "--home", str(home))

    assert done.status == 1
    assert not (home / "site.yaml").exists()


def test_a_version_that_is_not_there_is_named(call: Call, tmp_path: Path) -> None:
    done = call("site", "versions", "--home", str(tmp_path), "--show", "7")
    assert done.status == 2
    assert "7" in done.err


def test_a_guided_home_has_no_document_and_is_not_refused(call: Call, tmp_path: Path) -> None:
    home = tmp_path / "home"
    done = call("init", str(home), "--guided")

    assert done.status == 0
    assert (home / "spool").is_dir()
    assert not (home / "site.yaml").exists()
